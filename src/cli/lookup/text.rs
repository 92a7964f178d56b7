//! Records for people at a terminal: what was seen, what to say, what was done.

use super::super::terminal::{Paint, width, wrap};
use super::words::Words;
use crate::catalogue::{Entry, Language, Level};
use crate::config::human_bytes;
use crate::policy::Action;
use crate::report::Ending;
use crate::scan::names::{Extension, FileKind};
use crate::store::desk::Answer;
use crate::store::{Kept, KeptPart, PartRole};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// Attachments shown of one mail; more are counted.
const ATTACHMENTS_SHOWN: usize = 20;

/// How a page is made.
pub struct Page {
    pub language: Language,
    pub paint: Paint,
    pub width: usize,
    pub zone: TimeZone,
}

impl Page {
    /// For this terminal and this machine's time zone, in English.
    pub fn for_stdout() -> Page {
        Page { language: Language::English, paint: Paint::for_stdout(), width: width(), zone: TimeZone::system() }
    }

    fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    /// The answer to a look-up.
    pub fn answer(&self, answer: &Answer) -> String {
        let words = self.words();
        let mut out = String::new();
        for kept in &answer.records {
            let _ = writeln!(out, "{}", self.record(kept));
        }
        let found = match answer.records.len() {
            0 => words.nothing.to_owned(),
            1 => words.one_mail.to_owned(),
            many => format!("{many} {}", words.mails),
        };
        let (from, until) = answer.window;
        let window = format!("{} {} {} {}", words.between, self.time(from), words.and, self.time(until - 1));
        let _ = writeln!(out, "{}", wrap(&format!("{found} {window}."), "", self.width));
        if answer.records.is_empty() {
            for reason in words.can_mean {
                let _ = writeln!(out, "{}", wrap(reason, "    ", self.width).replacen("    ", "  - ", 1));
            }
        }
        for (holds, note) in [(answer.more, words.more), (answer.keys_missing, words.keys_missing)] {
            if holds {
                let _ = writeln!(out, "{}", self.paint.bold(&wrap(note, "", self.width)));
            }
        }
        out
    }

    /// One mail.
    pub fn record(&self, kept: &Kept) -> String {
        let words = self.words();
        let mut out = String::new();
        let level = self.paint.level(kept.level, kept.level.map_or(words.clean, |level| self.level(level)));
        let _ = writeln!(out, "{}  {level}", self.paint.bold(&kept.reference.to_string()));
        let recipients = if kept.recipients == 1 { words.recipient } else { words.recipients };
        let mut what =
            format!("{}, {}, {} {recipients}", self.time(kept.time), words.direction(kept.direction), kept.recipients);
        if let Some(id) = kept.queue_id {
            let _ = write!(what, ", {} {}", words.queue_id, id.as_str());
        }
        let _ = writeln!(out, "{}", wrap(&what, "  ", self.width));
        let size = format!(
            "{} ({} {}) {}, {}",
            human_bytes(kept.wire_bytes),
            kept.wire_bytes,
            words.bytes,
            words.on_the_wire,
            self.attachments(kept)
        );
        let _ = writeln!(out, "{}", wrap(&size, "  ", self.width));
        self.list(&mut out, kept);
        self.findings(&mut out, kept);
        let _ = writeln!(out, "{}", wrap(words.done(kept.action, kept.ending), "  ", self.width));
        if let (Action::Quarantine, Ending::Measured, Some(id)) = (kept.action, kept.ending, kept.queue_id) {
            let _ = writeln!(out, "  {} postsuper -H {}", words.release, id.as_str());
        }
        out
    }

    fn attachments(&self, kept: &Kept) -> String {
        let words = self.words();
        let of = |name| format!("{} {name}: {}", kept.attachments, human_bytes(kept.attachment_bytes));
        match kept.attachments {
            0 => words.no_attachments.to_owned(),
            1 => of(words.attachment),
            _ => of(words.attachments),
        }
    }

    /// A line an attachment: kind and size.
    fn list(&self, out: &mut String, kept: &Kept) {
        let words = self.words();
        let all = || kept.parts.iter().filter(|part| part.role == PartRole::Attachment);
        let shown: Vec<(String, &KeptPart)> = all().take(ATTACHMENTS_SHOWN).map(|part| (kind(part), part)).collect();
        let width = shown.iter().map(|(kind, _)| kind.chars().count()).max().unwrap_or(0);
        for (kind, part) in &shown {
            let index = self.paint.faint(&format!("{} {}", words.part, part.index));
            let line = format!(
                "    {kind:<width$}  {:>10}  {index}  {}",
                human_bytes(part.decoded_bytes),
                words.encryption(part.encryption)
            );
            let _ = writeln!(out, "{}", line.trim_end());
        }
        let hidden = u64::from(kept.attachments).saturating_sub(shown.len() as u64);
        if hidden > 0 {
            let _ = writeln!(out, "    + {hidden} {}", words.not_listed);
        }
    }

    /// What was found: the gravest first, each once, with the parts it is in.
    fn findings(&self, out: &mut String, kept: &Kept) {
        const INDENT: &str = "      ";
        let words = self.words();
        let mut found: Vec<(&'static Entry, Vec<String>)> = Vec::new();
        for finding in &kept.findings.0 {
            let (entry, part) = (finding.id.entry(), finding.part.map(|part| part.to_string()));
            match found.iter_mut().find(|(known, _)| known.id == entry.id) {
                Some((_, parts)) => parts.extend(part),
                None => found.push((entry, part.into_iter().collect())),
            }
        }
        found.sort_by_key(|(entry, _)| std::cmp::Reverse(entry.level));
        for (entry, parts) in found {
            let level = self.paint.level(Some(entry.level), self.level(entry.level));
            let places = match parts.as_slice() {
                [] => String::new(),
                [one] => format!(", {} {one}", words.part),
                many => format!(", {} {}", words.parts, many.join(", ")),
            };
            let _ = writeln!(out, "  {level}: {}", self.paint.bold(entry.title_in(self.language)));
            let _ = writeln!(out, "{}", self.paint.faint(&wrap(&format!("{}{places}", entry.id), INDENT, self.width)));
            let tell = entry.tell_in(self.language);
            if !tell.is_empty() {
                let _ = writeln!(out, "{}", wrap(&format!("{} “{tell}”", words.tell), INDENT, self.width));
            }
        }
    }

    fn level(&self, level: Level) -> &'static str {
        self.words().levels[level as usize]
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
    use crate::report::testing::record;
    use crate::scan::names::{Encryption, MediaType};

    fn page(language: Language) -> Page {
        Page { language, paint: Paint::none(), width: 80, zone: TimeZone::UTC }
    }

    fn found(id: &str, part: Option<u16>) -> Finding {
        Finding { entry: catalogue::find(id).unwrap(), part }
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
        assert_eq!(dutch.matches("\n  - ").count(), 4);
    }

    #[test]
    fn only_what_is_held_can_be_released() {
        let mut kept = held();
        let shown = |kept: &Kept| page(Language::English).record(kept);
        assert!(shown(&kept).contains("\n  To release it: postsuper -H 4TxY6W1k2Jz9\n"));
        kept.ending = Ending::Aborted;
        assert!(!shown(&kept).contains("postsuper"));
        (kept.ending, kept.action) = (Ending::Measured, Action::Tag);
        assert!(!shown(&kept).contains("postsuper"));
    }
}
