//! Records for people at a terminal: what was seen, what to say, what was done.

use super::super::terminal::{Paint, width, wrap};
use super::words::Words;
use crate::catalogue::Language;
use crate::figures::human_bytes;
use crate::report::Ending;
use crate::scan::names::{Encryption, Extension, FileKind};
use crate::store::desk::Answer;
use crate::store::words::{REFUSED_FOR_SIZE, RecordWords};
use crate::store::{Grave, Kept, KeptPart, PartRole};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// Attachments shown of one mail; more are counted.
const ATTACHMENTS_SHOWN: usize = 20;

/// How a page is made.
pub struct Page {
    pub words: &'static Words,
    pub paint: Paint,
    pub width: usize,
    pub zone: TimeZone,
}

impl Page {
    /// For this terminal and this machine's time zone, in English.
    pub fn for_stdout() -> Page {
        Page {
            words: Words::of(Language::English),
            paint: Paint::for_stdout(),
            width: width(),
            zone: TimeZone::system(),
        }
    }

    /// The words of a terminal, and those for records.
    fn words(&self) -> (&'static Words, &'static RecordWords) {
        (self.words, RecordWords::of(self.words.language))
    }

    /// The answer to a look-up.
    pub fn answer(&self, answer: &Answer) -> String {
        let (_, record) = self.words();
        let mut out = String::new();
        for kept in &answer.records {
            let _ = writeln!(out, "{}", self.record(kept));
        }
        let (from, until) = answer.window;
        let (from, until) = (self.time(from), self.time(until - 1));
        let found = record.found(answer.records.len(), answer.more);
        let window = format!("{found}. {}: {from} {} {until}.", record.searched, record.until);
        let _ = writeln!(out, "{}", wrap(&window, "", self.width));
        if answer.records.is_empty() {
            let _ = writeln!(out, "{}", wrap(record.empty_lead, "", self.width));
            for reason in record.can_mean() {
                let _ = writeln!(out, "{}", wrap(reason, "    ", self.width).replacen("    ", "  - ", 1));
                if reason == record.empty_size {
                    let _ = writeln!(out, "    {REFUSED_FOR_SIZE}");
                }
            }
        }
        for (holds, note) in [(answer.more, record.more), (answer.keys_missing, record.keys_missing)] {
            if holds {
                let _ = writeln!(out, "{}", self.paint.bold(&wrap(note, "", self.width)));
            }
        }
        out
    }

    /// One mail.
    pub fn record(&self, kept: &Kept) -> String {
        let (words, record) = self.words();
        let mut out = String::new();
        let level = match kept.level {
            Some(level) => self.paint.level(Some(level), &record.level(level).to_lowercase()),
            None => self.paint.level(None, words.clean),
        };
        let _ = writeln!(out, "{}  {level}", self.paint.bold(&kept.reference.to_string()));
        let recipients = if kept.recipients == 1 { words.recipient } else { words.recipients };
        let mut what =
            format!("{}, {}, {} {recipients}", self.time(kept.time), record.direction(kept.direction), kept.recipients);
        if let Some(id) = kept.queue_id {
            let _ = write!(what, ", {} {}", words.queue_id, id.as_str());
        }
        let _ = writeln!(out, "{}", wrap(&what, "  ", self.width));
        let size = match kept.ending {
            Ending::Refused => format!("{} {}", human_bytes(kept.declared_size.unwrap_or(0)), record.announced),
            Ending::Measured | Ending::Aborted => format!(
                "{} ({} {}) {}, {}",
                human_bytes(kept.wire_bytes),
                kept.wire_bytes,
                words.bytes,
                words.on_the_wire,
                self.attachments(kept)
            ),
        };
        let _ = writeln!(out, "{}", wrap(&size, "  ", self.width));
        self.list(&mut out, kept);
        self.findings(&mut out, kept);
        let _ = writeln!(out, "{}", wrap(record.done(kept), "  ", self.width));
        for remark in record.remarks(kept, self.words.language, human_bytes) {
            let _ = writeln!(out, "{}", wrap(&remark, "  ", self.width));
        }
        if let Some(command) = kept.release() {
            let _ = writeln!(out, "    {command}");
        }
        out
    }

    fn attachments(&self, kept: &Kept) -> String {
        let (_, record) = self.words();
        let bytes = human_bytes(kept.attachment_bytes);
        match kept.attachments {
            0 => record.no_attachments.to_lowercase(),
            1 => format!("{}: {bytes}", record.one_attachment),
            many => format!("{many} {}: {bytes}", record.attachments),
        }
    }

    /// A line an attachment: kind and size.
    fn list(&self, out: &mut String, kept: &Kept) {
        let (words, record) = self.words();
        let all = || kept.parts.iter().filter(|part| part.role == PartRole::Attachment);
        let shown: Vec<(String, &KeptPart)> = all().take(ATTACHMENTS_SHOWN).map(|part| (kind(part), part)).collect();
        let width = shown.iter().map(|(kind, _)| kind.chars().count()).max().unwrap_or(0);
        for (kind, part) in &shown {
            let index = self.paint.faint(&format!("{} {}", record.part, part.index));
            let encryption = match part.encryption {
                Encryption::Unknown => words.perhaps_encrypted,
                known => record.encryption(known).unwrap_or_default(),
            };
            let line = format!("    {kind:<width$}  {:>10}  {index}  {encryption}", human_bytes(part.decoded_bytes));
            let _ = writeln!(out, "{}", line.trim_end());
        }
        let hidden = u64::from(kept.attachments).saturating_sub(shown.len() as u64);
        if hidden > 0 {
            let _ = writeln!(out, "    + {hidden} {}", record.not_listed);
        }
    }

    fn findings(&self, out: &mut String, kept: &Kept) {
        const INDENT: &str = "      ";
        let (words, record) = self.words();
        for Grave { entry, level, parts } in kept.by_gravity() {
            let level = self.paint.level(Some(level), &record.level(level).to_lowercase());
            let places = match parts.as_slice() {
                [] => String::new(),
                [one] => format!(", {} {one}", record.part),
                many => {
                    let many: Vec<String> = many.iter().map(u16::to_string).collect();
                    format!(", {} {}", words.parts, many.join(", "))
                }
            };
            let _ = writeln!(out, "  {level}: {}", self.paint.bold(entry.title_in(self.words.language)));
            let _ = writeln!(out, "{}", self.paint.faint(&wrap(&format!("{}{places}", entry.id), INDENT, self.width)));
            let tell = entry.tell_in(self.words.language);
            if !tell.is_empty() {
                let _ = writeln!(out, "{}", wrap(&format!("{}: “{tell}”", record.tell), INDENT, self.width));
            }
        }
    }

    fn time(&self, second: i64) -> String {
        let time = Timestamp::from_second(second).unwrap_or_default().to_zoned_datetime(self.zone.clone());
        time.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }
}

/// What an attachment is: by its bytes, or what it says where they tell nothing; and by its name.
fn kind(part: &KeptPart) -> String {
    let kind = match part.detected {
        FileKind::Unknown => part.declared.name(),
        known => known.name(),
    };
    match part.extension {
        Extension::None => kind.to_owned(),
        Extension::Other => format!("{kind} (.?)"),
        known => format!("{kind} (.{known})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, Finding};
    use crate::policy::Action;
    use crate::report::Ending;
    use crate::report::testing::record;
    use crate::scan::names::MediaType;

    fn page(language: Language) -> Page {
        Page { words: Words::of(language), paint: Paint::none(), width: 80, zone: TimeZone::UTC }
    }

    fn found(id: &str, part: Option<u16>) -> Finding {
        Finding::new(catalogue::find(id).unwrap(), part)
    }

    fn held() -> Kept {
        let findings = vec![
            found("size-declared-mismatch", None),
            found("type-executable", Some(2)),
            found("type-executable", Some(3)),
        ];
        let mut kept = Kept::of(&record(findings));
        let part = |index, detected, extension, decoded_bytes, encryption| KeptPart {
            index,
            role: PartRole::Attachment,
            declared: MediaType::OctetStream,
            detected,
            extension,
            decoded_bytes,
            encryption,
        };
        kept.parts = vec![
            part(2, FileKind::Pe, Extension::Pdf, 26_000_000, Encryption::No),
            part(3, FileKind::Unknown, Extension::Other, 214_400, Encryption::Some),
        ];
        (kept.attachments, kept.action) = (3, Action::Quarantine);
        kept
    }

    fn answer(records: Vec<Kept>) -> Answer {
        Answer { records, more: true, window: (1_795_435_200, 1_795_608_001), keys_missing: true }
    }

    #[test]
    fn a_mail_at_a_glance() {
        let shown = page(Language::English).answer(&answer(vec![held(), Kept::of(&record(vec![]))]));
        insta::assert_snapshot!(shown);
        assert!(shown.lines().all(|line| line.chars().count() <= 80 && line.trim_end() == line));
    }

    #[test]
    fn in_dutch() {
        insta::assert_snapshot!(page(Language::Dutch).answer(&answer(vec![held()])));
    }

    #[test]
    fn nothing_can_mean_something() {
        let empty = Answer { more: false, keys_missing: false, ..answer(vec![]) };
        insta::assert_snapshot!(page(Language::English).answer(&empty));
        let dutch = page(Language::Dutch).answer(&empty);
        assert_eq!(dutch.matches("\n  - ").count(), 6);
    }

    #[test]
    fn only_what_is_held_can_be_released() {
        let mut kept = held();
        let shown = |kept: &Kept| page(Language::English).record(kept);
        assert!(shown(&kept).contains("\n    postsuper -H 4TxY6W1k2Jz9\n"));
        kept.ending = Ending::Aborted;
        assert!(!shown(&kept).contains("postsuper"));
        (kept.ending, kept.action) = (Ending::Measured, Action::Tag);
        assert!(!shown(&kept).contains("postsuper"));
    }
}
