//! What stands on the status page, in both languages. What a finding means stands in the catalogue.

use crate::catalogue::texts;

texts! {
/// The texts of one language.
pub(super) struct StatusWords {
        title: "Status", "Status";
        lead: "What mailgauge has measured of the mails on their way through this server: numbers, and no word of a mail.", "Wat mailgauge heeft gemeten aan de mails die deze server passeren: getallen, en geen woord uit een mail.";
        ready: "taking mail", "neemt mail aan";
        starting: "starting", "start op";
        draining: "stopping", "stopt";
        last_day: "The last 24 hours", "De laatste 24 uur";
        since: "Since the start at", "Sinds de start om";
        languages: "Language", "Taal";

        mails: "Mails", "Mails";
        problems: "With problems", "Met problemen";
        oversized: "Too large for many", "Te groot voor velen";
        held: "Held", "Vastgehouden";
        refused: "Refused", "Geweigerd";
        no_mail: "No mail has passed in this time. If there should have been some, ask your mail administrator whether Postfix still hands its mail to mailgauge.", "In deze tijd is er geen mail langsgekomen. Had dat wel gemoeten? Vraag uw mailbeheerder of Postfix zijn mail nog aan mailgauge geeft.";
        all_well: "No mail had a problem that its recipients would notice.", "Geen enkele mail had een probleem dat ontvangers zouden merken.";
        of: "of", "van de";
        had: "mails had a problem. The most frequent:", "mails hadden een probleem. Het meest voorkomend:";

        trend: "Mails by the quarter of an hour", "Mails per kwartier";
        without: "without problems", "zonder problemen";
        with: "with problems", "met problemen";
        at_most: "at most", "hoogstens";
        at_once: "in a quarter of an hour", "in een kwartier";
        by_finding: "What was found", "Wat er gevonden is";
        finding: "Finding", "Bevinding";
        level: "Level", "Niveau";
        share: "Share", "Aandeel";
        nothing_found: "Nothing was found.", "Er is niets gevonden.";
        tell: "Tell the user", "Zeg tegen de gebruiker";
        sizes: "Sizes of mails", "Grootte van mails";
        size: "Size", "Grootte";
        who_stops: "Who stops there", "Wie daar stopt";
        size_0: "up to 1 MiB", "tot 1 MiB";
        size_1: "up to 10.2 MB", "tot 10,2 MB";
        size_2: "up to 20 MiB", "tot 20 MiB";
        size_3: "up to 25 MiB", "tot 25 MiB";
        size_4: "up to 50 MiB", "tot 50 MiB";
        size_5: "larger", "groter";
        stops_0: "nobody", "niemand";
        stops_1: "Postfix, unless told otherwise", "Postfix, tenzij anders ingesteld";
        stops_2: "iCloud, Outlook.com", "iCloud, Outlook.com";
        stops_3: "many providers", "veel providers";
        stops_4: "Gmail", "Gmail";
        stops_5: "most", "de meeste";

        info: "Info", "Info";
        notice: "Notice", "Let op";
        warning: "Warning", "Waarschuwing";
        error: "Error", "Fout";
        more: "More about it", "Meer hierover";
        findings: "What every finding means", "Wat elke bevinding betekent";
        findings_lead: "What mailgauge can find in a mail, what it means and what to tell the user.", "Wat mailgauge in een mail kan vinden, wat het betekent en wat u tegen de gebruiker zegt. De achtergrond is in het Engels.";
        what: "What was seen", "Wat er gezien is";
        why: "Why it matters", "Waarom het uitmaakt";
        fix: "Who has to fix it", "Wie het moet oplossen";
        misses: "What this does not see", "Wat dit niet ziet";
        source: "Source", "Bron";
        look_up: "Look up one mail", "Eén mail opzoeken";
        metrics: "Metrics for Prometheus", "Metrics voor Prometheus";
        foot: "Counted by this process since it began; after a restart it begins anew.", "Geteld door dit proces sinds het begon; na een herstart begint het opnieuw.";
}
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_both_languages() {
        super::StatusWords::assert_translated(&["title", "mails", "info", "stops_2", "stops_4"]);
    }
}
