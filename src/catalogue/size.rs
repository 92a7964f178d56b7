//! Size and limits.

use super::{Check, DESTINATION, Entry, Group, KIB, Level, MIB, Thresholds};
use crate::scan::Facts;
use crate::scan::facts::CodingFlags;
use crate::scan::names::{Encoding, MediaType};

/// Attachments from which the growth by base64 makes people ask: below, the mail passes everywhere.
const OVERHEAD_FROM: u64 = 5 * MIB;
/// Below this a part's encoding cannot make a mail too large.
const WASTE_FROM: u64 = KIB;
/// `SIZE=` is an estimate (RFC 1870 §5): header fields of servers on the way and line ends come on top.
const DECLARED_SLACK: u64 = 4 * KIB;

pub(super) static ENTRIES: &[Entry] = &[
    Entry {
        id: super::OVERSIZED,
        since: "0.1.0",
        group: Group::Size,
        level: Level::Warning,
        title: "Larger than many providers accept",
        title_nl: "Groter dan veel providers toestaan",
        what: "The mail, as it travels, is larger than the configured common limit (20 MiB by default).",
        why: "Many recipients' providers refuse mail above 20 to 25 MB, and the sender gets it back.",
        tell: "Your mail is too large for many recipients. Please send a link to the files, or spread them over \
            several mails.",
        tell_nl: "Uw bericht is voor veel ontvangers te groot. Stuur een link naar de bestanden, of verdeel ze over \
            meerdere berichten.",
        fix: "The sender: send a link, or fewer files in one mail.",
        misses: "It knows no recipient's own limit: some accept more, some far less.",
        rfc: "RFC 1870 §6; published limits of iCloud, Gmail, Yahoo and Exchange Online",
        check: Check::Message(|f, t| f.wire_bytes > t.common_size_limit),
    },
    Entry {
        id: DESTINATION,
        since: "0.1.0",
        group: Group::Size,
        level: Level::Error,
        title: "Larger than the recipient's server accepts",
        title_nl: "Groter dan de server van de ontvanger toestaat",
        what: "The mail is larger than the limit that is known for the domain of at least one recipient. The record says by how \
            much, and for how many recipients.",
        why: "The recipient's server will refuse it, and the sender gets it back, often hours later.",
        tell: "The recipient's provider does not accept mail of this size. Please send a link to the files, or spread \
            them over several mails.",
        tell_nl: "De provider van de ontvanger neemt geen berichten van deze grootte aan. Stuur een link naar de \
            bestanden, of verdeel ze over meerdere berichten.",
        fix: "The sender: send a link, or fewer files in one mail.",
        misses: "Only domains in the table of limits are known (destination_limits in the configuration), and providers change \
            their limits. Where a domain forwards mail to is not known.",
        rfc: "RFC 1870 §6; published limits of providers",
        check: Check::Message(|f, _| f.envelope.destination.is_some()),
    },
    Entry {
        id: "size-near-own-limit",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Notice,
        title: "Almost as large as our own limit",
        title_nl: "Bijna zo groot als onze eigen limiet",
        what: "The mail has more than 90 % of our own message size limit.",
        why: "It passed this time. Forwarded or answered with the files, it grows and may be refused.",
        tell: "This mail just about fits. Please don't forward it with its files; pass on a link instead.",
        tell_nl: "Dit bericht past nog net. Stuur het niet met de bestanden door; geef in plaats daarvan een link.",
        fix: "The sender: smaller files or a link.",
        misses: "Mail above the limit is refused by Postfix before it is measured, and shows only in the mail log. \
            Silent if the configured limit is not the one that Postfix has.",
        rfc: "Postfix message_size_limit",
        // Above the limit, what we are told about it is plainly wrong.
        check: Check::Message(|f, t| {
            let limit = t.message_size_limit;
            f.wire_bytes <= limit && f.wire_bytes > limit - limit / 10
        }),
    },
    Entry {
        id: "size-aborted-in-data",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Notice,
        title: "Broken off while it was being sent",
        title_nl: "Afgebroken tijdens het versturen",
        what: "The sending server began to send the mail and the session ended before the mail did.",
        why: "This attempt delivered nothing. The sending server tries again, or the mail outgrew our limit and goes \
            back.",
        tell: "The other side began to send a mail and broke off. If it does not arrive within some hours, please \
            ask the sender to send it again, with smaller files.",
        tell_nl: "De andere kant begon een bericht te sturen en brak dat af. Als het binnen enkele uren niet aankomt, \
            vraag de afzender dan om het opnieuw te versturen, met kleinere bestanden.",
        fix: "Our mail administrator: look for the reason in the mail log.",
        misses: "It cannot tell a lost connection from a time-out, a mail that was too large, or another filter's \
            refusal.",
        rfc: "RFC 5321 §4.1.1.5, §4.5.3.2",
        check: Check::Message(|f, _| f.envelope.aborted),
    },
    Entry {
        id: "size-declared-mismatch",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Info,
        title: "Not the size that was announced",
        title_nl: "Niet de grootte die was aangekondigd",
        what: "The sending server announced a size that differs from the real one by more than 10 % and 4 KiB.",
        why: "The mail passes. A server that announces too little wastes time on mail that is refused later.",
        tell: "You need not do anything: this is a detail between the mail servers.",
        tell_nl: "U hoeft niets te doen: dit is iets tussen de mailservers.",
        fix: "Nobody, unless the same server does it all the time: then its administrator.",
        misses: "Only seen if a size was announced. Servers may count line ends in another way.",
        rfc: "RFC 1870 §5, §6",
        check: Check::Message(|f, _| {
            let Some(declared) = f.envelope.declared_size else { return false };
            declared.abs_diff(f.wire_bytes) > f.wire_bytes / 10 + DECLARED_SLACK
        }),
    },
    Entry {
        id: "size-encoding-overhead",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Info,
        title: "The files grew on their way into the mail",
        title_nl: "De bestanden werden groter in het bericht",
        what: "The mail has attachments of 5 MiB or more and is over 1.3 times as large as they are.",
        why: "Mail carries files in letters, which takes 37 % more room. So files of 15 MB reach a limit of 20 MB.",
        tell: "Files take about a third more room in a mail than on your disk. That is normal; for large files \
            please send a link.",
        tell_nl: "Bestanden nemen in een bericht ongeveer een derde meer ruimte in dan op uw schijf. Dat is normaal; \
            stuur bij grote bestanden een link.",
        fix: "Nobody: this is how mail works.",
        misses: "It says nothing about whether any limit was met.",
        rfc: "RFC 2045 §6.8",
        check: Check::Message(|f, _| {
            f.attachment_bytes >= OVERHEAD_FROM && 10 * f.wire_bytes > 13 * f.attachment_bytes
        }),
    },
    Entry {
        id: "size-encoding-wasteful",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Notice,
        title: "Encoded with more waste than necessary",
        title_nl: "Omslachtiger gecodeerd dan nodig",
        what: "A base64 part is over 1.45 times as large as its file (1.37 is normal), or a file that is not text \
            came as quoted-printable at over twice its size.",
        why: "The mail is larger than it needs to be, and may meet limits that it would not have met.",
        tell: "The sender's mail program makes mails larger than necessary. If one is refused for its size, please \
            ask for a link.",
        tell_nl: "Het mailprogramma van de afzender maakt berichten groter dan nodig. Als er een wordt geweigerd omdat \
            het te groot is, vraag dan om een link.",
        fix: "The sender's mail program or its administrator: use base64 in lines of 76 characters.",
        misses: "Parts of up to 1 KiB are not looked at.",
        rfc: "RFC 2045 §6.7, §6.8",
        check: Check::Part(|p, _| {
            // 29 / 20 is 1.45. Plain text that was never encoded is another finding.
            p.decoded_bytes > WASTE_FROM
                && !p.is_composite()
                && !p.coding.contains(CodingFlags::BASE64_IS_PLAIN)
                && match p.encoding {
                    Encoding::Base64 => 20 * p.encoded_bytes > 29 * p.decoded_bytes,
                    Encoding::QuotedPrintable => !p.declared.is_text() && p.encoded_bytes > 2 * p.decoded_bytes,
                    _ => false,
                }
        }),
    },
    Entry {
        id: "size-text-part-large",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Notice,
        title: "The text itself is very large",
        title_nl: "De tekst zelf is zeer groot",
        what: "A text of the mail, not an attachment, has more than 1 MiB (by default).",
        why: "Programs show it slowly or cut it off: Gmail clips such text after about 100 KB.",
        tell: "The text of this mail is unusually long and may be shown only in part. Please put long material into \
            an attached file.",
        tell_nl: "De tekst van dit bericht is ongewoon lang en wordt misschien maar voor een deel getoond. Zet lange \
            stukken in een bijgevoegd bestand.",
        fix: "The sender: attach long texts and pictures as files.",
        misses: "It does not know what makes the text long.",
        rfc: "Gmail's clipping of long messages",
        check: Check::Part(|p, t| {
            matches!(p.declared, MediaType::TextPlain | MediaType::TextHtml)
                && !p.attachment
                && p.decoded_bytes > t.text_size
        }),
    },
    Entry {
        id: "size-html-data-uri",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Notice,
        title: "Pictures written into the text",
        title_nl: "Afbeeldingen in de tekst zelf gezet",
        what: "An HTML text holds more than 256 KiB (by default) of data: addresses, which are files written into the text itself.",
        why: "Gmail and Outlook don't show such pictures, and the text becomes large.",
        tell: "The pictures in this mail may not be visible for you. Please ask the sender to attach them as files.",
        tell_nl: "De afbeeldingen in dit bericht zijn voor u misschien niet te zien. Vraag de afzender om ze als \
            bijlage mee te sturen.",
        fix: "The sender's mail program or its administrator: send pictures as parts of the mail.",
        misses: "It counts all data: addresses, also of fonts. HTML that came as an attached file is not looked at.",
        rfc: "RFC 2397; RFC 2387",
        check: Check::Part(|p, t| p.data_uri_bytes > t.data_uri_size),
    },
    Entry {
        id: "size-header-block-large",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Warning,
        title: "Very large header",
        title_nl: "Zeer grote kop",
        what: "The header of the mail has more than 64 KiB (by default).",
        why: "Servers cut such headers or refuse the mail. The reason is mostly a very long list of recipients, or a \
            loop.",
        tell: "This mail carries too much technical data, perhaps because of a very long list of recipients. Please \
            ask the sender to use a mailing list, or to put the recipients into Bcc.",
        tell_nl: "Dit bericht draagt te veel technische gegevens mee, misschien door een zeer lange lijst met \
            ontvangers. Vraag de afzender om een mailinglijst te gebruiken, of de ontvangers in Bcc te zetten.",
        fix: "The sender, if the recipients are many; otherwise our mail administrator: look for a loop.",
        misses: "It does not know which field is to blame. Postfix may have cut fields before they were measured.",
        rfc: "RFC 5322 §2.2; Postfix header_size_limit",
        check: Check::Message(|f, t| f.header_bytes > t.header_size),
    },
    Entry {
        id: "size-duplicate-attachment",
        since: "0.1.0",
        group: Group::Size,
        level: Level::Info,
        title: "The same file more than once",
        title_nl: "Hetzelfde bestand meer dan eens",
        what: "An attachment repeats an earlier one of the same mail.",
        why: "The mail is larger than necessary; the recipient may wonder which copy counts.",
        tell: "The same file is attached more than once. You can use either copy.",
        tell_nl: "Hetzelfde bestand is meer dan eens bijgevoegd. Het maakt niet uit welk exemplaar u gebruikt.",
        fix: "The sender: attach it once.",
        misses: "Files are compared by length, their beginning and samples; two that differ only in between may \
            count as the same. The same file in another encoding is not recognised.",
        rfc: "none",
        check: Check::Message(|f, _| f.repeated_attachments > 0),
    },
];

/// The limit that a finding of this mail is about, in bytes; `None` where it is about none.
pub(super) fn limit(id: &str, facts: &Facts, thresholds: &Thresholds) -> Option<u64> {
    match id {
        super::OVERSIZED => Some(thresholds.common_size_limit),
        DESTINATION => facts.envelope.destination.map(|destination| destination.limit),
        "size-near-own-limit" => Some(thresholds.message_size_limit),
        "size-text-part-large" => Some(thresholds.text_size),
        "size-html-data-uri" => Some(thresholds.data_uri_size),
        "size-header-block-large" => Some(thresholds.header_size),
        "attachment-large" => Some(thresholds.attachment_size),
        _ => None,
    }
}
