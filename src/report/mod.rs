//! What is told about a mail, once, at its end, in every voice: tag header, metrics, journal line.

pub mod history;
mod journal;
pub mod metrics;
mod panics;
mod reference;
mod reply;
pub mod tag;

use crate::catalogue::{Finding, Level};
pub use crate::policy::Direction;
use crate::policy::Verdict;
use crate::pseudonym::Token;
use crate::scan::Facts;
use crate::scan::closed::closed;
use crate::scan::facts::{ContentFree, DestinationFacts, sealed};
use crate::system::unix_time;
pub use history::History;
pub use metrics::Metrics;
pub use panics::install_panic_hook;
pub use reference::{Reference, ReferenceError};
pub use reply::Reply;
use std::sync::Arc;
use std::time::Duration;

closed! {
    /// How a transaction ended.
    pub enum Ending {
        /// The end of the message was reached and answered.
        Measured = "measured",
        /// The session broke off after DATA.
        Aborted = "aborted",
        /// Recipients were refused for the size that was declared, and the mail was not sent.
        Refused = "refused",
    }
}

/// Postfix's queue ID: letters and digits only, so that it can go into a log line as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct QueueId {
    len: u8,
    bytes: [u8; QueueId::MAX],
}

impl QueueId {
    /// Long queue IDs have 15 or a few more characters.
    const MAX: usize = 24;

    /// Reads the milter macro `i`. `None` if it is empty, too long, or anything but ASCII letters and digits.
    pub fn parse(text: &[u8]) -> Option<QueueId> {
        if text.is_empty() || text.len() > Self::MAX || !text.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut bytes = [0; Self::MAX];
        bytes[..text.len()].copy_from_slice(text);
        Some(QueueId { len: text.len() as u8, bytes })
    }

    /// The queue ID as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len as usize]).unwrap_or_default()
    }
}

impl std::fmt::Debug for QueueId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for QueueId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for QueueId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<QueueId, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        QueueId::parse(text.as_bytes()).ok_or_else(|| serde::de::Error::custom("no queue ID"))
    }
}

impl sealed::Sealed for QueueId {}
impl ContentFree for QueueId {}

/// Whose mail it is, as tokens. Empty where there was no key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parties {
    /// The envelope sender; `None` for the empty one, which delivery reports have.
    pub sender: Option<Token>,
    /// The envelope recipients, as they came; at most [`Parties::MAX`], so at most 16 KiB of an open mail's 256.
    pub recipients: Vec<Token>,
    /// The Message-ID; the first one, if there are several.
    pub message_id: Option<Token>,
}

impl Parties {
    /// Recipients whose tokens are kept. Postfix takes 1,000 in one transaction (`smtpd_recipient_limit`).
    pub const MAX: usize = 1000;

    /// Every token.
    pub fn tokens(&self) -> impl Iterator<Item = Token> {
        self.sender.into_iter().chain(self.message_id).chain(self.recipients.iter().copied())
    }
}

/// Everything that is told about one mail.
pub struct Record {
    /// When it ended, in seconds since the epoch.
    pub time: i64,
    /// The short name a user can read out.
    pub reference: Reference,
    /// Postfix's queue ID.
    pub queue_id: Option<QueueId>,
    /// Whose mail it is.
    pub parties: Parties,
    /// Recipients of the transaction that were taken.
    pub recipients: u32,
    /// Recipients that were refused before the mail came, as their servers don't take one of its declared size.
    pub refused: Option<DestinationFacts>,
    /// Which way the mail goes.
    pub direction: Direction,
    /// How the transaction ended.
    pub ending: Ending,
    /// What was measured.
    pub facts: Facts,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What is done.
    pub verdict: Verdict,
    /// Time spent in the scanner and the catalogue.
    pub scan_time: Duration,
}

impl Record {
    /// The name of the highest level; `clean` without findings.
    pub fn level(&self) -> &'static str {
        level_name(self.verdict.level)
    }

    /// The ids of the findings, each once, the gravest first; among equals, in the order of the catalogue.
    pub fn finding_ids(&self) -> Vec<&'static str> {
        self.findings_once().into_iter().map(|(id, _)| id).collect()
    }

    /// The same, with their levels.
    pub fn findings_once(&self) -> Vec<(&'static str, Level)> {
        let mut findings: Vec<_> = self.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        let mut once: Vec<(&'static str, Level)> = Vec::new();
        for Finding { entry, level, .. } in findings {
            if once.iter().all(|(id, _)| *id != entry.id) {
                once.push((entry.id, *level));
            }
        }
        once
    }
}

/// What a mail without findings has for a level.
pub const CLEAN: &str = "clean";

fn level_name(level: Option<Level>) -> &'static str {
    level.map_or(CLEAN, Level::name)
}

/// Where records are kept. It must neither wait nor fail: the mail is on its way.
pub trait Sink: Send + Sync {
    /// Takes what is to be kept of a record.
    fn keep(&self, record: &Record);
}

/// The one place that tells about a mail: counts it, writes its journal line, and hands it to the store.
///
/// The tag is told by the milter itself, for it must be on its way before the mail goes on.
pub struct Reporter {
    metrics: Arc<Metrics>,
    history: Arc<History>,
    sink: Option<Box<dyn Sink>>,
}

impl Reporter {
    /// A reporter that counts in `metrics`, and keeps no records.
    pub fn new(metrics: Arc<Metrics>) -> Reporter {
        Reporter { metrics, history: Arc::new(History::new(unix_time())), sink: None }
    }

    /// The same, and records go to `sink`.
    pub fn keeping(self, sink: Box<dyn Sink>) -> Reporter {
        Reporter { sink: Some(sink), ..self }
    }

    /// Tells about one mail. Call it once for each.
    pub fn publish(&self, record: &Record) {
        self.metrics.message_ended(record);
        self.history.message_ended(record);
        journal::tell(record);
        if let Some(sink) = &self.sink {
            sink.keep(record);
        }
    }

    /// The last 24 hours.
    pub fn history(&self) -> &Arc<History> {
        &self.history
    }

    /// The metrics, for what is not about a single mail.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::catalogue::{Check, Entry, Group};

    /// A finding of no catalogue. Its entry lives as long as the test binary.
    pub fn finding(id: &str, level: Level) -> Finding {
        let entry = Entry {
            id: id.to_owned().leak(),
            since: "0.1.0",
            group: Group::Scan,
            level,
            title: "",
            title_nl: "",
            what: "",
            why: "",
            tell: "",
            tell_nl: "",
            fix: "",
            misses: "",
            rfc: "",
            check: Check::Message(|_, _| false),
        };
        Finding::new(Box::leak(Box::new(entry)), None)
    }

    /// The record of a mail with these findings.
    pub fn record(findings: Vec<Finding>) -> Record {
        let verdict = crate::policy::Policy::default().decide(&findings, &crate::policy::Matched::default());
        Record {
            reference: Reference::from_bits(0x0012_3456_789A_BCDE),
            time: 1_795_521_600,
            queue_id: QueueId::parse(b"4TxY6W1k2Jz9"),
            parties: Parties::default(),
            recipients: 1,
            refused: None,
            direction: Direction::Inbound,
            ending: Ending::Measured,
            facts: Facts { wire_bytes: 35_872_337, attachments: 2, attachment_bytes: 26_214_400, ..Facts::default() },
            findings,
            verdict,
            scan_time: Duration::from_micros(1234),
        }
    }
}
