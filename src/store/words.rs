//! What is said of a record and of a look-up, on the page and at the command line, in both languages. What a finding means stands in
//! the catalogue.

use super::{FindingId, Kept, KeptWould};
use crate::catalogue::{Language, Level, texts};
use crate::policy::{Action, files_in_wire};
use crate::report::{Direction, Ending};
use crate::scan::facts::DestinationFacts;
use crate::scan::names::Encryption;

/// What the administrator types to find mails that were refused for their size: smtpd's answer to `SIZE=`, and cleanup's to what came.
pub const REFUSED_FOR_SIZE: &str = "grep -E 'exceeds fixed limit|file size limit exceeded' /var/log/mail.log";

texts! {
/// The texts of one language.
pub struct RecordWords {
        no_mail: "No mail found", "Geen mail gevonden";
        one_mail: "1 mail found", "1 mail gevonden";
        mails: "mails found", "mails gevonden";
        searched: "Searched", "Doorzocht";
        until: "to", "tot";
        more: "There are more; the newest 50 are shown. Narrow it down: sender and recipient, or a shorter time.", "Er zijn er meer; de nieuwste 50 worden getoond. Zoek gerichter: afzender en ontvanger, of een kortere tijd.";
        keys_missing: "For part of this time addresses and Message-IDs can no longer be looked up: their keys are gone. Reference and queue ID still work.", "Voor een deel van deze tijd kan niet meer op adres of Message-ID worden gezocht: de sleutels zijn er niet meer. Referentie en wachtrij-ID werken nog.";

        empty_lead: "No mail that passed this server fits. It can mean:", "Geen mail die deze server passeerde past hierbij. Dat kan betekenen:";
        empty_typo: "Something is misspelt: an address must fit exactly.", "Er is iets verkeerd gespeld: een adres moet precies kloppen.";
        empty_window: "It is older than the time that was searched. Choose a longer one.", "De mail is ouder dan de doorzochte tijd. Kies een langere.";
        empty_alias: "It went to another address. Aliases and forwards are resolved behind us: ask to which address exactly it was written.", "De mail ging naar een ander adres. Aliassen en doorsturingen worden pas na ons opgelost: vraag naar welk adres precies geschreven is.";
        empty_never: "It never reached us. The sender should look for a bounce, or ask his own provider.", "De mail heeft ons nooit bereikt. De afzender kan naar een foutbericht zoeken, of het zijn eigen provider vragen.";
        empty_size: "It was refused for its size before we could see it. Your mail administrator finds that with:", "De mail is om de grootte geweigerd voordat wij hem zagen. Uw mailbeheerder vindt dat met:";
        empty_retention: "It is older than what is kept.", "De mail is ouder dan wat er bewaard wordt.";

        inbound: "came in from outside", "kwam van buiten";
        outbound: "sent by one of our users", "verstuurd door een van onze gebruikers";
        internal: "stayed with us: from this server or between our own users", "bleef bij ons: van deze server of tussen eigen gebruikers";
        no_attachments: "No attachments", "Geen bijlagen";
        one_attachment: "1 attachment", "1 bijlage";
        attachments: "attachments", "bijlagen";
        not_listed: "more, not listed", "meer, niet vermeld";
        encrypted: "encrypted", "versleuteld";
        encrypted_some: "partly encrypted", "deels versleuteld";
        part: "part", "deel";
        tell: "Tell the user", "Zeg tegen de gebruiker";
        info: "Info", "Info";
        notice: "Notice", "Let op";
        warning: "Warning", "Waarschuwing";
        error: "Error", "Fout";

        accepted: "It went on as it was.", "De mail is ongewijzigd doorgegaan.";
        tagged: "It went on, with a line of ours in its header.", "De mail is doorgegaan, met een regel van ons in de kopregels.";
        held: "It is held. The mail administrator releases it with:", "De mail wordt vastgehouden. De mailbeheerder geeft hem vrij met:";
        held_unknown: "It is held, and its queue ID is not known: the mail administrator finds it with `postqueue -p`.", "De mail wordt vastgehouden en het wachtrij-ID is onbekend: de mailbeheerder vindt hem met `postqueue -p`.";
        deferred: "We refused it for now, because of what is named here. The sender's server tries again, and after some days tells the sender.", "Wij hebben de mail voorlopig geweigerd, om wat hier genoemd staat. De server van de afzender probeert het opnieuw, en meldt het na enkele dagen aan de afzender.";
        refused: "We refused it for good, because of what is named here. The sender was told so with the reference.", "Wij hebben de mail definitief geweigerd, om wat hier genoemd staat. De afzender heeft dat met de referentie te horen gekregen.";
        refused_early: "We refused it before it was sent, for the size that was announced. The sender was told so with the reference.", "Wij hebben de mail geweigerd voordat die werd verstuurd, om de aangekondigde grootte. De afzender heeft dat met de referentie te horen gekregen.";
        announced: "announced, and not sent", "aangekondigd, en niet verstuurd";
        decided_by: "The reason was:", "De reden was:";
        too_large_for_one: "Too large for 1 recipient, whose server takes at most", "Te groot voor 1 ontvanger, wiens server niet meer aanneemt dan";
        too_large_for: "Too large for # recipients, whose servers take at most", "Te groot voor # ontvangers, wier servers niet meer aannemen dan";
        refused_one: "Before it was sent, 1 recipient was refused, whose server takes at most", "Vooraf is 1 ontvanger geweigerd, wiens server niet meer aanneemt dan";
        refused_some: "Before it was sent, # recipients were refused, whose servers take at most", "Vooraf zijn # ontvangers geweigerd, wier servers niet meer aannemen dan";
        of_files: "of files", "aan bestanden";
        would_accept: "A rule on trial would have let it pass unchanged.", "Een regel op proef had hem ongewijzigd doorgelaten.";
        would_tag: "On trial only: it would have got a line of ours in its header.", "Alleen op proef: hij had een regel van ons in de kopregels gekregen.";
        would_quarantine: "On trial only: it would have been held.", "Alleen op proef: hij zou zijn vastgehouden.";
        would_tempfail: "On trial only: it would have been refused for now.", "Alleen op proef: hij zou voorlopig zijn geweigerd.";
        would_reject: "On trial only: it would have been refused for good.", "Alleen op proef: hij zou definitief zijn geweigerd.";
        aborted: "It never came in whole: the sender's server broke off. It may have tried again later.", "De mail is nooit helemaal aangekomen: de server van de afzender brak af. Misschien probeerde die het later opnieuw.";
}
}

impl RecordWords {
    /// How many mails were found.
    pub fn found(&self, records: usize, more: bool) -> String {
        match records {
            0 => self.no_mail.into(),
            1 => self.one_mail.into(),
            many => format!("{many}{} {}", if more { "+" } else { "" }, self.mails),
        }
    }

    /// What it can mean that nothing was found, the likeliest first.
    pub fn can_mean(&self) -> [&'static str; 6] {
        [self.empty_typo, self.empty_window, self.empty_alias, self.empty_never, self.empty_size, self.empty_retention]
    }

    /// Where a mail came from.
    pub fn direction(&self, direction: Direction) -> &'static str {
        match direction {
            Direction::Inbound => self.inbound,
            Direction::Outbound => self.outbound,
            Direction::Internal => self.internal,
        }
    }

    /// How much trouble a finding means.
    pub fn level(&self, level: Level) -> &'static str {
        match level {
            Level::Info => self.info,
            Level::Notice => self.notice,
            Level::Warning => self.warning,
            Level::Error => self.error,
        }
    }

    /// That a file is encrypted, where that is known.
    pub fn encryption(&self, encryption: Encryption) -> Option<&'static str> {
        match encryption {
            Encryption::All => Some(self.encrypted),
            Encryption::Some => Some(self.encrypted_some),
            Encryption::No | Encryption::Unknown => None,
        }
    }

    /// What else is to be said of what was done, a sentence each. `bytes` shows a size.
    pub fn remarks(&self, kept: &Kept, language: Language, bytes: impl Fn(u64) -> String) -> Vec<String> {
        let because = |id: Option<FindingId>| match id {
            Some(id) => format!(" {} {}.", self.decided_by, id.entry().title_in(language)),
            None => String::new(),
        };
        let limit = |some: DestinationFacts, one: &str, many: &str| {
            let (whole, files) = (bytes(some.limit), bytes(files_in_wire(some.limit)));
            let lead =
                if some.recipients == 1 { one.to_owned() } else { many.replace('#', &some.recipients.to_string()) };
            format!("{lead} {whole} ({files} {}).", self.of_files)
        };
        let would = |would: KeptWould| {
            let text = match would.action {
                Action::Accept => self.would_accept,
                Action::Tag => self.would_tag,
                Action::Quarantine => self.would_quarantine,
                Action::Tempfail => self.would_tempfail,
                Action::Reject => self.would_reject,
            };
            format!("{text}{}", because(would.decided_by))
        };
        let decided = because(kept.decided_by).trim_start().to_owned();
        // What was refused early has its limit in the second sentence.
        let destination = kept.destination.filter(|_| kept.ending != Ending::Refused);
        [
            Some(decided).filter(|text| !text.is_empty()),
            kept.refused.map(|some| limit(some, self.refused_one, self.refused_some)),
            destination.map(|some| limit(some, self.too_large_for_one, self.too_large_for)),
            kept.would.map(would),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What was done with a mail; what a held one needs, [`Kept::release`], comes behind it.
    pub fn done(&self, kept: &Kept) -> &'static str {
        match (kept.ending, kept.action) {
            (Ending::Aborted, _) => self.aborted,
            (Ending::Refused, _) => self.refused_early,
            (Ending::Measured, Action::Accept) => self.accepted,
            (Ending::Measured, Action::Tag) => self.tagged,
            (Ending::Measured, Action::Quarantine) if kept.queue_id.is_some() => self.held,
            (Ending::Measured, Action::Quarantine) => self.held_unknown,
            (Ending::Measured, Action::Tempfail) => self.deferred,
            (Ending::Measured, Action::Reject) => self.refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        RecordWords::assert_translated(&["info"]);
    }
}
