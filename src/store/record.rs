//! What is kept of a mail: closed types only, which the compiler checks.

use crate::catalogue::{self, Entry, Level};
use crate::policy::{self, Action};
use crate::pseudonym::Token;
use crate::report::{self, Direction, Ending, QueueId, Reference};
use crate::scan::Facts;
use crate::scan::closed::closed;
use crate::scan::facts::{ContentFree, DestinationFacts, facts, sealed};
use crate::scan::names::{Encryption, Extension, FileKind, MediaType};
use serde::{Deserialize, Serialize};

/// Parts that are kept of one mail; attachments go first where there are more.
pub const MAX_PARTS: usize = 100;

closed! {
    /// What a part is to the reader of a mail.
    pub enum PartRole {
        /// What people call an attachment.
        Attachment = "attachment",
        /// A text, or a picture inside one.
        Body = "body",
        /// It holds other parts.
        Container = "container",
    }
}

facts! {
    /// The record of one mail, as it is kept and shown.
    #[derive(Serialize, Deserialize)]
    pub struct Kept {
        /// The short name that stands in the tag.
        pub reference: Reference,
        /// Postfix's queue ID.
        pub queue_id: Option<QueueId>,
        /// When the mail ended, in seconds since the epoch.
        pub time: i64,
        /// Which way the mail went.
        pub direction: Direction,
        /// How the transaction ended.
        pub ending: Ending,
        /// What was done.
        pub action: Action,
        /// The finding that decided it, where one did.
        #[serde(default, deserialize_with = "known")]
        pub decided_by: Option<FindingId>,
        /// What would have been done if nothing were on probation, where that is something else.
        #[serde(default)]
        pub would: Option<KeptWould>,
        /// The highest level among the findings; `None` for a clean mail.
        pub level: Option<Level>,
        /// Bytes of the message as SMTP carries it.
        pub wire_bytes: u64,
        /// Bytes of the header block.
        pub header_bytes: u64,
        /// `SIZE=` of the MAIL command.
        pub declared_size: Option<u64>,
        /// Recipients of this transaction that were taken.
        pub recipients: u32,
        /// Recipients that were refused before the mail came, for its declared size.
        #[serde(default)]
        pub refused: Option<DestinationFacts>,
        /// Recipients whose servers do not take a mail of this size.
        #[serde(default)]
        pub destination: Option<DestinationFacts>,
        /// What stands for the sender: for counting how many senders something would concern. It is shown to nobody.
        #[serde(default)]
        pub sender: Option<Token>,
        /// Attachments.
        pub attachments: u32,
        /// Decoded bytes of all attachments.
        pub attachment_bytes: u64,
        /// All parts, those beyond [`MAX_PARTS`] too.
        pub parts_total: u64,
        /// At most [`MAX_PARTS`] parts.
        pub parts: Vec<KeptPart>,
        /// What was found.
        pub findings: KeptFindings,
        /// Time spent in the scanner and the catalogue, in microseconds.
        pub scan_us: u64,
    }
}

facts! {
    /// One part of a mail.
    #[derive(Serialize, Deserialize)]
    pub struct KeptPart {
        /// Its place in the mail; findings name it.
        pub index: u16,
        /// What it is to the reader.
        pub role: PartRole,
        /// The media type of Content-Type.
        pub declared: MediaType,
        /// The kind of file that its own bytes show.
        pub detected: FileKind,
        /// The last extension of its file name.
        pub extension: Extension,
        /// Bytes after its transfer encoding is undone.
        pub decoded_bytes: u64,
        /// Whether the file is encrypted.
        pub encryption: Encryption,
    }
}

facts! {
    /// A finding and where it is.
    pub struct KeptFinding {
        /// What was found.
        pub id: FindingId,
        /// The index of the part; `None` for the mail as a whole.
        pub part: Option<u16>,
        /// How much trouble it meant by the levels that held.
        pub level: Level,
    }
}

facts! {
    /// What would have been done.
    #[derive(Copy, Serialize, Deserialize)]
    pub struct KeptWould {
        /// The strictest of it.
        pub action: Action,
        /// The finding that would have decided, where one would.
        #[serde(default, deserialize_with = "known")]
        pub decided_by: Option<FindingId>,
    }
}

/// A finding with all parts it is in.
pub struct Grave {
    /// Its texts.
    pub entry: &'static Entry,
    /// How much trouble it meant.
    pub level: Level,
    /// The indexes of the parts; none for the mail as a whole.
    pub parts: Vec<u16>,
}

/// A finding of the catalogue.
#[derive(Clone, Copy)]
pub struct FindingId(&'static Entry);

impl FindingId {
    /// Its texts.
    pub fn entry(self) -> &'static Entry {
        self.0
    }
}

impl PartialEq for FindingId {
    fn eq(&self, other: &FindingId) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for FindingId {}

impl std::fmt::Debug for FindingId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.id)
    }
}

impl Serialize for FindingId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.id)
    }
}

/// The finding of this id; `None` for one that only a newer version knows.
fn known<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<FindingId>, D::Error> {
    let id = Option::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    Ok(id.and_then(|id| catalogue::find(&id)).map(FindingId))
}

impl sealed::Sealed for FindingId {}
impl ContentFree for FindingId {}

/// The findings of a mail. One that this version does not know, written by a newer one into a store that both share, is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptFindings(pub Vec<KeptFinding>);

impl sealed::Sealed for KeptFindings {}
impl ContentFree for KeptFindings {}

/// A finding as it is written.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    id: std::borrow::Cow<'a, str>,
    part: Option<u16>,
    /// Only where it is not that of the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<Level>,
}

impl Serialize for KeptFindings {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let level = |f: &KeptFinding| Some(f.level).filter(|level| *level != f.id.0.level);
        s.collect_seq(self.0.iter().map(|f| Written { id: f.id.0.id.into(), part: f.part, level: level(f) }))
    }
}

impl<'de> Deserialize<'de> for KeptFindings {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<KeptFindings, D::Error> {
        let written = Vec::<Written>::deserialize(deserializer)?;
        let known = |w: Written| {
            let entry = catalogue::find(&w.id)?;
            Some(KeptFinding { id: FindingId(entry), part: w.part, level: w.level.unwrap_or(entry.level) })
        };
        Ok(KeptFindings(written.into_iter().filter_map(known).collect()))
    }
}

impl Kept {
    /// What is kept of a record.
    pub fn of(record: &report::Record) -> Kept {
        let facts = &record.facts;
        let finding = |f: &catalogue::Finding| KeptFinding { id: FindingId(f.entry), part: f.part, level: f.level };
        let findings = record.findings.iter().map(finding).collect();
        let would =
            |would: policy::Decision| KeptWould { action: would.action(), decided_by: would.because().map(FindingId) };
        Kept {
            reference: record.reference,
            queue_id: record.queue_id,
            time: record.time,
            direction: record.direction,
            ending: record.ending,
            action: record.verdict.action(),
            decided_by: record.verdict.done.because().map(FindingId),
            would: record.verdict.would.map(would),
            level: record.verdict.level,
            wire_bytes: facts.wire_bytes,
            header_bytes: facts.header_bytes,
            declared_size: facts.envelope.declared_size,
            recipients: record.recipients,
            refused: record.refused,
            destination: facts.envelope.destination,
            sender: record.parties.sender,
            attachments: facts.attachments,
            attachment_bytes: facts.attachment_bytes,
            parts_total: facts.parts_total,
            parts: parts_of(facts),
            findings: KeptFindings(findings),
            scan_us: u64::try_from(record.scan_time.as_micros()).unwrap_or(u64::MAX),
        }
    }

    /// What was found, each once with all parts it is in: the gravest first; among equals, in the order of the catalogue.
    pub fn by_gravity(&self) -> Vec<Grave> {
        let mut found: Vec<Grave> = Vec::new();
        for KeptFinding { id, part, level } in &self.findings.0 {
            let entry = id.entry();
            match found.iter_mut().find(|known| known.entry.id == entry.id) {
                Some(known) => known.parts.extend(*part),
                None => found.push(Grave { entry, level: *level, parts: part.iter().copied().collect() }),
            }
        }
        found.sort_by_key(|found| std::cmp::Reverse(found.level));
        found
    }

    /// Whether Postfix holds it, as far as is known here.
    pub fn is_held(&self) -> bool {
        self.ending == Ending::Measured && self.action == Action::Quarantine
    }

    /// The command that releases a held mail.
    pub fn release(&self) -> Option<String> {
        let queue_id = self.queue_id.filter(|_| self.is_held())?;
        Some(format!("postsuper -H {}", queue_id.as_str()))
    }

    /// The day it belongs to.
    pub fn day(&self) -> Day {
        Day::of(self.time)
    }
}

fn parts_of(facts: &Facts) -> Vec<KeptPart> {
    let role = |part: &crate::scan::Part| match part {
        part if part.attachment => PartRole::Attachment,
        part if part.declared.is_multipart() || part.declared.is_message() => PartRole::Container,
        _ => PartRole::Body,
    };
    // Attachments first where not all can be kept, then all in the order of the mail.
    let mut chosen: Vec<usize> = (0..facts.parts.len()).collect();
    chosen.sort_by_key(|index| !facts.parts[*index].attachment);
    chosen.truncate(MAX_PARTS);
    chosen.sort_unstable();
    let kept = |index: usize| {
        let part = &facts.parts[index];
        KeptPart {
            index: index as u16,
            role: role(part),
            declared: part.declared,
            detected: part.detected,
            extension: part.extension,
            decoded_bytes: part.decoded_bytes,
            encryption: part.encryption,
        }
    };
    chosen.into_iter().map(kept).collect()
}

/// A record on its way into the store, with the tokens by which it can be found.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// What is shown.
    pub kept: Kept,
    /// Each once: sender, recipients, Message-ID.
    pub tokens: Vec<Token>,
}

impl NewRecord {
    /// What is kept of a record.
    pub fn of(record: &report::Record) -> NewRecord {
        let mut tokens: Vec<Token> = record.parties.tokens().collect();
        tokens.sort_unstable();
        tokens.dedup();
        NewRecord { kept: Kept::of(record), tokens }
    }

    /// About how many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        size_of::<NewRecord>()
            + self.tokens.len() * Token::BYTES
            + self.kept.parts.len() * size_of::<KeptPart>()
            + self.kept.findings.0.len() * size_of::<KeptFinding>()
    }
}

/// A day of UTC, counted from the epoch: what records are forgotten by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// Seconds of a day.
    pub const SECONDS: i64 = 86_400;

    /// The day of a time in seconds since the epoch.
    pub fn of(time: i64) -> Day {
        let day = time.div_euclid(Day::SECONDS);
        Day(i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Its first second.
    pub fn begins(self) -> i64 {
        i64::from(self.0) * Day::SECONDS
    }

    /// The next day's first second.
    pub fn ends(self) -> i64 {
        self.begins() + Day::SECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::record;
    use crate::scan::{EnvelopeFacts, Limits, Scanner};

    fn scanned(parts: usize, attachment_at: usize) -> Facts {
        let mut scanner = Scanner::new(Limits::default(), EnvelopeFacts::default());
        scanner.header(b"Content-Type", b" multipart/mixed; boundary=b");
        scanner.end_of_headers();
        for index in 0..parts {
            let header = if index == attachment_at {
                "Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n"
            } else {
                ""
            };
            scanner.body(format!("--b\r\n{header}\r\ntext\r\n").as_bytes());
        }
        scanner.body(b"--b--\r\n");
        scanner.finish()
    }

    #[test]
    fn a_record_reads_back_from_its_json() {
        let found = catalogue::find("size-declared-mismatch").unwrap();
        let mut record = record(vec![catalogue::Finding::new(found, None)]);
        record.facts = scanned(3, 1);
        let kept = Kept::of(&record);
        assert_eq!(
            kept.parts.iter().map(|p| p.role.name()).collect::<Vec<_>>(),
            ["container", "body", "attachment", "body"]
        );
        let json = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Kept>(&json).unwrap(), kept);
        // What a newer version has found does not make the record unreadable.
        let newer = json.replace("size-declared-mismatch", "found-by-a-newer-version");
        assert_ne!(newer, json);
        assert_eq!(serde_json::from_str::<Kept>(&newer).unwrap().findings, KeptFindings::default());
    }

    #[test]
    fn attachments_are_kept_before_other_parts() {
        let mut record = record(vec![]);
        record.facts = scanned(300, 250);
        let kept = Kept::of(&record);
        assert_eq!((kept.parts.len(), kept.parts_total), (MAX_PARTS, 301));
        assert_eq!(kept.parts.last().map(|p| (p.index, p.role)), Some((251, PartRole::Attachment)));
        assert!(kept.parts.is_sorted_by_key(|p| p.index));
    }

    #[test]
    fn days() {
        assert_eq!(Day::of(0), Day(0));
        assert_eq!(Day::of(-1), Day(-1));
        assert_eq!((Day(2).begins(), Day(2).ends()), (172_800, 259_200));
        assert_eq!(Day::of(i64::MAX), Day(i32::MAX));
    }
}
