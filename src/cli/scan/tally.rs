//! What was found in many messages, added up.

use super::Scanned;
use crate::catalogue::{Entry, Level};
use std::collections::HashMap;

/// Sums over messages.
#[derive(Default)]
pub struct Tally {
    pub messages: u64,
    pub wire_bytes: u64,
    pub parts: u64,
    pub attachments: u64,
    pub attachment_bytes: u64,
    /// Files and directories that could not be read.
    pub unread: u64,
    clean: u64,
    levels: [u64; Level::ALL.len()],
    /// Messages by finding.
    findings: HashMap<&'static str, (&'static Entry, Level, u64)>,
}

impl Tally {
    /// Adds one message.
    pub fn message(&mut self, scanned: &Scanned<'_>) {
        let facts = &scanned.facts;
        self.messages += 1;
        self.wire_bytes += facts.wire_bytes;
        self.parts += facts.parts_total;
        self.attachments += u64::from(facts.attachments);
        self.attachment_bytes += facts.attachment_bytes;
        match scanned.level() {
            None => self.clean += 1,
            Some(level) => self.levels[level as usize] += 1,
        }
        // Findings of one id stand together.
        let mut before = "";
        for finding in &scanned.findings {
            if finding.entry.id != before {
                before = finding.entry.id;
                self.findings.entry(before).or_insert((finding.entry, finding.level, 0)).2 += 1;
            }
        }
    }

    /// Adds other sums.
    pub fn add(&mut self, other: &Tally) {
        self.messages += other.messages;
        self.wire_bytes += other.wire_bytes;
        self.parts += other.parts;
        self.attachments += other.attachments;
        self.attachment_bytes += other.attachment_bytes;
        self.unread += other.unread;
        self.clean += other.clean;
        for (sum, more) in self.levels.iter_mut().zip(other.levels) {
            *sum += more;
        }
        for (id, (entry, level, more)) in &other.findings {
            self.findings.entry(id).or_insert((entry, *level, 0)).2 += more;
        }
    }

    /// Messages by level, where there are any; `None` is a clean message.
    pub fn levels(&self) -> impl Iterator<Item = (Option<Level>, u64)> {
        let levels = Level::ALL.iter().map(|level| (Some(*level), self.levels[*level as usize]));
        [(None, self.clean)].into_iter().chain(levels).filter(|(_, count)| *count > 0)
    }

    /// Messages by finding, the gravest and most frequent first.
    pub fn findings(&self) -> Vec<(&'static Entry, Level, u64)> {
        let mut findings: Vec<_> = self.findings.values().copied().collect();
        findings.sort_by_key(|(entry, level, count)| (std::cmp::Reverse((*level, *count)), entry.id));
        findings
    }

    /// The share of so many messages.
    pub fn share(&self, count: u64) -> f64 {
        count as f64 / self.messages.max(1) as f64
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::catalogue::{Finding, find};
    use crate::scan::Facts;

    /// Messages with these findings each.
    pub fn tally(messages: &[&[&str]]) -> Tally {
        let mut tally = Tally::default();
        for ids in messages {
            let findings: Vec<_> = ids.iter().map(|id| Finding::new(find(id).unwrap(), None)).collect();
            let level = findings.iter().map(|f| f.level).max();
            let verdict = crate::policy::Verdict { level, ..Default::default() };
            let facts = Facts { wire_bytes: 1_000_000, parts_total: 3, attachments: 1, ..Facts::default() };
            tally.message(&Scanned { path: "", facts, findings, verdict, reply: None });
        }
        tally
    }

    #[test]
    fn sums_are_the_same_however_they_are_added() {
        let messages: [&[&str]; 4] =
            [&["date-invalid", "date-invalid"], &[], &["mime-truncated", "date-invalid"], &["mime-truncated"]];
        let whole = tally(&messages);
        let mut sum = Tally::default();
        messages.iter().for_each(|message| sum.add(&tally(&[message])));
        for tally in [whole, sum] {
            assert_eq!((tally.messages, tally.parts, tally.attachments), (4, 12, 4));
            let counts: Vec<_> = tally.findings().iter().map(|(entry, _, count)| (entry.id, *count)).collect();
            assert_eq!(counts, [("mime-truncated", 2), ("date-invalid", 2)]);
            assert_eq!(tally.levels().map(|(_, count)| count).collect::<Vec<_>>(), [1, 1, 2]);
        }
    }
}
