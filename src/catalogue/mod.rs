//! The catalogue: every finding, declared once.
//!
//! Docs, `mailgauge explain`, configuration, metric labels and tests are made from [`all`].

use crate::scan::closed::closed;
use crate::scan::{Facts, Part};

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
        Encoding = "Transfer encoding",
        Structure = "MIME structure",
        Header = "Headers",
        Scan = "The scan itself",
    }
}

/// Sizes and counts from which a finding speaks. The operator's; the defaults are the limits people meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// The MTA's own `message_size_limit`, in bytes on the wire.
    pub message_size_limit: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { message_size_limit: 10_240_000 }
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
    /// What was seen.
    pub what: &'static str,
    /// What follows from it.
    pub why: &'static str,
    /// A sentence to say to the user.
    pub tell: &'static str,
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
}

/// Findings listed per message; more are not looked for.
pub const MAX_FINDINGS: usize = 100;

/// Every finding, in the order of `docs/findings.md`.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [].into_iter()
}

/// The finding of this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    all().find(|e| e.id == id)
}

/// Finds what there is to find, at most [`MAX_FINDINGS`], in the order of the catalogue.
pub fn diagnose(facts: &Facts, thresholds: &Thresholds) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in all() {
        match entry.check {
            Check::Message(check) if check(facts, thresholds) => found.push(Finding { entry, part: None }),
            Check::Message(_) => {}
            Check::Part(check) => {
                for index in 0..facts.parts.len() {
                    if check(&PartView { facts, index }, thresholds) {
                        found.push(Finding { entry, part: Some(index as u16) });
                    }
                }
            }
        }
        if found.len() >= MAX_FINDINGS {
            found.truncate(MAX_FINDINGS);
            break;
        }
    }
    found
}
