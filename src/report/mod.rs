//! What is told about a mail, once, at its end, in every voice: tag header, metrics, journal line.

mod reference;

use crate::catalogue::Finding;
use crate::policy::Verdict;
use crate::scan::Facts;
use crate::scan::closed::closed;
pub use reference::Reference;
use std::time::Duration;

closed! {
    /// Which way a mail goes, as far as the session tells.
    pub enum Direction {
        /// From an unauthenticated SMTP client of another network.
        Inbound = "inbound",
        /// From an authenticated client.
        Outbound = "outbound",
        /// From this machine: the `sendmail` command, loopback.
        Internal = "internal",
    }
}

closed! {
    /// How a transaction ended.
    pub enum Ending {
        /// The end of the message was reached and answered.
        Measured = "measured",
        /// The session broke off after DATA.
        Aborted = "aborted",
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

/// Everything that is told about one mail.
pub struct Record {
    /// The short name a user can read out.
    pub reference: Reference,
    /// Postfix's queue ID.
    pub queue_id: Option<QueueId>,
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
