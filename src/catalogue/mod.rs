//! The catalogue: every finding, declared once.
//!
//! Docs, `mailgauge explain`, configuration, metric labels and tests are made from [`all`]. One file for each subject; a
//! check reads [`Facts`] and nothing else, and does not know how bad its finding is. Where two findings would tell of one
//! cause, the one that explains the other speaks, and the check of the other says why it does not.
//!
//! To add one: declare it here, put a mail that shows it and a near-miss into `tests/fixtures`, and renew the docs.

mod addresses;
mod ambiguity;
mod archives;
mod attachments;
mod charsets;
mod content;
mod damage;
mod dates;
mod encoding;
mod encrypted;
mod headers;
mod language;
mod left_out;
mod names;
mod routing;
mod scan;
mod size;
mod structure;
mod tnef;
mod types;
mod words;

pub use language::Language;
pub(crate) use language::texts;
pub use left_out::LEFT_OUT;

use crate::scan::closed::closed;
use crate::scan::facts::{CodingFlags, DamageFlags, MessageFlags, NameFlags, StructureFlags};
use crate::scan::names::MediaType;
use crate::scan::{Facts, Part};
use headers::ended_early;
use std::time::Duration;

/// The finding of mails that are larger than many providers accept: what dashboards and the status page call oversized.
pub const OVERSIZED: &str = "size-exceeds-common-limit";

/// The finding of mails that are larger than the server of a recipient accepts.
pub const DESTINATION: &str = "size-exceeds-destination-limit";

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

closed! {
    /// How much trouble a finding means for the recipients.
    pub enum Level {
        /// Context only.
        Info = "info",
        /// May explain a complaint.
        Notice = "notice",
        /// Some recipients will have trouble.
        Warning = "warning",
        /// Most recipients will have trouble.
        Error = "error",
    }
}

closed! {
    /// What a finding is about; the chapters of `docs/findings.md`.
    pub enum Group {
        Size = "Size and limits",
        Attachment = "Attachments",
        Type = "Types of files",
        Name = "File names",
        Content = "Damaged content",
        Encrypted = "Encrypted content",
        Archive = "Archives",
        Tnef = "winmail.dat",
        Encoding = "Transfer encoding",
        Structure = "MIME structure",
        Header = "Headers",
        Ambiguity = "Ambiguities",
        Scan = "The scan itself",
    }
}

/// Sizes and counts from which a finding speaks. The operator's; the defaults are the limits people meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// The MTA's own `message_size_limit`, in bytes on the wire. The default is Postfix's.
    pub message_size_limit: u64,
    /// What many recipients' providers accept, in bytes on the wire. iCloud takes 20 MB, many others 20 to 25.
    pub common_size_limit: u64,
    /// From which decoded size on a single attachment is called large: 10 MiB grow to 13.7 in a mail, and two of them
    /// meet most limits.
    pub attachment_size: u64,
    /// From how many attachments on a mail has too many for people to handle; Exchange Online refuses more than 250.
    pub attachment_count: u32,
    /// Above how many decoded bytes a text is large. Nobody writes a mebibyte of text; pasted pictures and logs are of this size.
    pub text_size: u64,
    /// Above how many bytes of `data:` addresses an HTML text is said to hold pictures. A few icons are harmless; Gmail clips HTML at about
    /// 100 KiB, Outlook shows no such picture at all.
    pub data_uri_size: u64,
    /// Above how many bytes a header block is large. Postfix cuts header fields at 100 KiB together, Exchange refuses more than 128 KiB.
    pub header_size: u64,
    /// Above how many bytes a single header field is huge. 16 KiB are a list of some 400 recipients; what servers add to a mail stays below.
    pub header_field_size: u64,
    /// Above how many header fields a mail has many. The longest chains of ARC and DKIM have less than 200.
    pub header_fields: u32,
    /// Above how many parts a mail has many. Exchange Online refuses more than 250.
    pub parts: u64,
    /// Above how many levels parts are nested deeply. Exchange Online refuses more than 30 embedded messages.
    pub depth: u32,
    /// Above how many stations a mail has come a long way. Postfix gives up at 50 hops (`hopcount_limit`); ordinary mail has under 15.
    pub hops: u32,
    /// From how many rounds through one server a mail goes in a circle. A list, a filter and a forwarding on one server take a mail for one
    /// recipient two or three times.
    pub rounds: u32,
    /// How far ahead of our clock a date may be. Clocks are set to a wrong zone, by up to 14 hours.
    pub date_ahead: Duration,
    /// How far behind our clock a date may be. Servers give up on a mail after some days; only mail that is sent anew is older.
    pub date_behind: Duration,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            message_size_limit: 10_240_000,
            common_size_limit: 20 * MIB,
            attachment_size: 10 * MIB,
            attachment_count: 50,
            text_size: MIB,
            data_uri_size: 256 * KIB,
            header_size: 64 * KIB,
            header_field_size: 16 * KIB,
            header_fields: 200,
            parts: 250,
            depth: 30,
            hops: 25,
            rounds: 5,
            date_ahead: Duration::from_secs(24 * 3600),
            date_behind: Duration::from_secs(30 * 24 * 3600),
        }
    }
}

/// How a finding is decided: from the message, or from each part.
pub enum Check {
    /// Decided once a message.
    Message(fn(&Facts, &Thresholds) -> bool),
    /// Decided for each part.
    Part(fn(&PartView<'_>, &Thresholds) -> bool),
}

/// One part with the message around it.
pub struct PartView<'a> {
    /// The message.
    pub facts: &'a Facts,
    /// The index of the part.
    pub index: usize,
}

impl std::ops::Deref for PartView<'_> {
    type Target = Part;
    fn deref(&self) -> &Part {
        &self.facts.parts[self.index]
    }
}

impl PartView<'_> {
    /// The part this one is inside of.
    fn parent(&self) -> Option<&Part> {
        self.facts.parts.get(usize::from(self.parent?))
    }

    /// It stands in a multipart, and not at the top or in an attached mail.
    fn is_in_multipart(&self) -> bool {
        self.parent().is_some_and(|parent| parent.declared.is_multipart())
    }

    /// The parts around this one, from the inside out.
    fn ancestors(&self) -> impl Iterator<Item = &Part> {
        let above = |part: &&Part| part.parent.and_then(|index| self.facts.parts.get(usize::from(index)));
        std::iter::successors(self.parent(), above)
    }

    /// It has a file name.
    fn is_named(&self) -> bool {
        self.name.contains(NameFlags::PRESENT)
    }

    /// It holds other parts.
    fn is_composite(&self) -> bool {
        self.declared.is_multipart() || self.declared.is_message()
    }

    /// The mail ends in this part: what is missing of it may have been lost on its way.
    fn ends_with_the_mail(&self) -> bool {
        let mut containers = self.ancestors().filter(|part| part.declared.is_multipart()).peekable();
        // One that is closed was closed behind this part.
        let open = containers.peek().is_some()
            && containers.all(|part| part.structure.contains(StructureFlags::BOUNDARY_UNCLOSED));
        self.coding.contains(CodingFlags::BASE64_CUT) || (open && self.index + 1 == self.facts.parts.len())
    }

    /// The file lacks its end, and the mail goes on behind it: it was broken before it was sent. What is one piece of several
    /// has its end in another one.
    fn ends_early(&self) -> bool {
        self.damage.contains(DamageFlags::TRUNCATED)
            && !self.coding.contains(CodingFlags::BASE64_IS_PLAIN)
            && !self.name.contains(NameFlags::PIECE)
            && !self.ends_with_the_mail()
    }

    /// A message of any subtype: whole, partial, a report. Its name is made from a subject.
    fn is_message_kind(&self) -> bool {
        use MediaType::{
            MessageDeliveryStatus, MessageDispositionNotification, MessageExternalBody, MessageFeedbackReport,
            MessageOther, MessagePartial,
        };
        self.declared.is_message()
            || matches!(
                self.declared,
                MessageOther
                    | MessagePartial
                    | MessageExternalBody
                    | MessageDeliveryStatus
                    | MessageDispositionNotification
                    | MessageFeedbackReport
            )
    }
}

/// The mail was cut off: it ends inside a part in a way that nothing else explains, be it the part's or its file's.
fn was_cut(facts: &Facts) -> bool {
    let last = || PartView { facts, index: facts.parts.len() - 1 };
    facts.flags.contains(MessageFlags::TRUNCATED)
        || (!facts.parts.is_empty()
            && last().damage.contains(DamageFlags::TRUNCATED)
            && last().ends_with_the_mail()
            && !last().name.contains(NameFlags::PIECE))
}

/// One finding of the catalogue: its texts and its check.
pub struct Entry {
    /// Kebab-case, never changed, never used again.
    pub id: &'static str,
    /// The version that brought it.
    pub since: &'static str,
    /// What it is about.
    pub group: Group,
    /// The level unless the configuration says otherwise.
    pub level: Level,
    /// One line, as a helpdesk would read it.
    pub title: &'static str,
    /// The title in Dutch.
    pub title_nl: &'static str,
    /// What was seen.
    pub what: &'static str,
    /// What follows from it.
    pub why: &'static str,
    /// A sentence to say to the user.
    pub tell: &'static str,
    /// The sentence in Dutch.
    pub tell_nl: &'static str,
    /// Who has to do something about it.
    pub fix: &'static str,
    /// What it does not detect, and when it may be wrong.
    pub misses: &'static str,
    /// The RFC section or other source.
    pub rfc: &'static str,
    /// The decision.
    pub check: Check,
}

/// A finding in one mail.
#[derive(Clone, Copy)]
pub struct Finding {
    /// What was found.
    pub entry: &'static Entry,
    /// The index of the part it was found in; `None` for the message as a whole.
    pub part: Option<u16>,
    /// How much trouble it means: as declared, until the operator's policy has another opinion.
    pub level: Level,
}

impl Finding {
    /// A finding of the level that is declared.
    pub fn new(entry: &'static Entry, part: Option<u16>) -> Finding {
        Finding { entry, part, level: entry.level }
    }
}

/// Findings listed per message.
pub const MAX_FINDINGS: usize = 100;
/// Findings of one id listed per message: the hundredth of a kind helps nobody, and must not crowd out another.
pub const MAX_PER_ENTRY: usize = 20;

/// Findings that rest on something that did not come, or on a size. Of a mail that broke off they would say nothing.
const NEED_THE_END: &[&str] = &[
    "size-near-own-limit",
    "size-declared-mismatch",
    "attachment-empty",
    "attachment-implausibly-small",
    "attachment-missing-body-only",
    "content-png-truncated",
    "content-jpeg-truncated",
    "content-gif-truncated",
    "content-webp-avi-wav-size",
    "content-mp4-truncated",
    "content-mp4-no-index",
    "content-ogg-mkv-truncated",
    "content-tiff-offset",
    "content-bmp-truncated",
    "content-zip-truncated",
    "content-zip-inconsistent",
    "content-ooxml-incomplete",
    "content-pdf-truncated",
    "content-pdf-trailing-data",
    "content-7z-truncated",
    "content-rar-truncated",
    "content-gzip-truncated",
    "content-archive-truncated",
    "content-ole-truncated",
    "tnef-only-body",
    "tnef-truncated",
    "scan-format-partial",
    "content-all-zero",
    "cte-base64-bad-padding",
    "cte-base64-length",
    "cte-base64-truncated",
    "cte-qp-dangling-soft-break",
    "mime-signed-structure",
    "mime-related-start-missing",
    "mime-version-missing",
    "mime-boundary-not-found",
    "mime-boundary-unclosed",
    "mime-multipart-empty",
    "mime-truncated",
    "header-missing-from",
    "header-missing-date",
    "header-missing-message-id",
    "header-missing-recipient-fields",
    "header-missing-subject",
];

/// Every finding, in the order of `docs/findings.md`.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [
        size::ENTRIES,
        attachments::ENTRIES,
        types::ENTRIES,
        names::ENTRIES,
        damage::ENTRIES,
        content::ENTRIES,
        encrypted::ENTRIES,
        archives::ENTRIES,
        tnef::ENTRIES,
        encoding::ENTRIES,
        charsets::ENTRIES,
        structure::ENTRIES,
        headers::ENTRIES,
        addresses::ENTRIES,
        dates::ENTRIES,
        words::ENTRIES,
        routing::ENTRIES,
        ambiguity::ENTRIES,
        scan::ENTRIES,
    ]
    .into_iter()
    .flatten()
}

/// The finding of this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    all().find(|e| e.id == id)
}

/// The limit that a finding of this mail is about, in bytes; `None` where it is about none.
pub fn limit(id: &str, facts: &Facts, thresholds: &Thresholds) -> Option<u64> {
    size::limit(id, facts, thresholds)
}

/// Finds what there is to find, in the order of the catalogue; at most [`MAX_PER_ENTRY`] of one id and [`MAX_FINDINGS`]
/// in all, of which each id gets its share.
pub fn diagnose(facts: &Facts, thresholds: &Thresholds) -> Vec<Finding> {
    let mut found = Vec::new();
    let parts = facts.parts.len() - usize::from(ends_in_header(facts));
    for entry in all() {
        if facts.envelope.aborted && NEED_THE_END.contains(&entry.id) {
            continue;
        }
        match entry.check {
            Check::Message(check) => {
                if check(facts, thresholds) {
                    found.push(Finding::new(entry, None));
                }
            }
            Check::Part(check) => {
                let fires = (0..parts).filter(|index| check(&PartView { facts, index: *index }, thresholds));
                found.extend(fires.take(MAX_PER_ENTRY).map(|index| Finding::new(entry, Some(index as u16))));
            }
        }
    }
    share_out(&mut found);
    found
}

/// The mail was cut off in the header of its last part: of that part nothing is known that can be relied on.
fn ends_in_header(facts: &Facts) -> bool {
    facts.flags.contains(MessageFlags::TRUNCATED)
        && facts.parts.last().is_some_and(|part| part.structure.contains(StructureFlags::HEADER_OPEN))
}

/// Takes from the ids with the most findings until all fit.
fn share_out(found: &mut Vec<Finding>) {
    for most in (1..MAX_PER_ENTRY).rev() {
        if found.len() <= MAX_FINDINGS {
            return;
        }
        let (mut id, mut count) = ("", 0);
        found.retain(|finding| {
            count = if finding.entry.id == id { count + 1 } else { 1 };
            id = finding.entry.id;
            count <= most
        });
    }
    found.truncate(MAX_FINDINGS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_the_end_is_in_the_catalogue() {
        for id in NEED_THE_END {
            assert!(find(id).is_some(), "{id}");
        }
    }

    #[test]
    fn no_finding_is_crowded_out_by_others() {
        let finding = |entry, part| Finding::new(entry, Some(part));
        let mut found: Vec<Finding> = all().take(12).flat_map(|e| (0..20).map(move |part| finding(e, part))).collect();
        found.push(Finding::new(find("scan-limit-reached").unwrap(), None));
        share_out(&mut found);
        assert_eq!(found.len(), 12 * 8 + 1);
        assert_eq!(found.last().map(|f| f.entry.id), Some("scan-limit-reached"));

        let mut found: Vec<Finding> = all().map(|e| finding(e, 0)).collect();
        share_out(&mut found);
        assert_eq!(found.len(), MAX_FINDINGS);
    }
}
