//! From findings to a verdict. Severity lives here and in the configuration; detection does not know it.

use crate::catalogue::{Entry, Finding, Level};
use crate::scan::closed::closed;
use serde::{Deserialize, Serialize};

/// Which mails get the `X-Mailgauge` header field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagMode {
    /// Every mail, so that a reference always exists.
    #[default]
    All,
    /// Only mails with findings.
    Findings,
    /// None. Copies from outside are removed all the same.
    Off,
}

closed! {
    /// What was done with a mail, from the mildest to the strictest.
    pub enum Action {
        /// It passed as it was.
        Accept = "accept",
        /// It passed with our header field.
        Tag = "tag",
        /// Postfix holds it until somebody releases it.
        Quarantine = "quarantine",
    }
}

/// What the operator wants done with findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which mails get a tag.
    pub tag: TagMode,
    /// Ids of findings with which a mail is held in Postfix's hold queue.
    pub quarantine: Vec<&'static str>,
}

/// What is done with one mail.
#[derive(Clone, Copy)]
pub struct Verdict {
    /// The highest level among the findings; `None` for a clean mail.
    pub level: Option<Level>,
    /// Whether the tag header is added.
    pub tag: bool,
    /// The finding for which the mail is held; the first, where there are several.
    pub quarantine: Option<&'static Entry>,
}

impl Verdict {
    /// The strictest of what is done.
    pub fn action(&self) -> Action {
        match self {
            Verdict { quarantine: Some(_), .. } => Action::Quarantine,
            Verdict { tag: true, .. } => Action::Tag,
            _ => Action::Accept,
        }
    }
}

impl Policy {
    /// Decides what is done with a mail that has these findings.
    pub fn decide(&self, findings: &[Finding]) -> Verdict {
        let level = findings.iter().map(|f| f.entry.level).max();
        let tag = match self.tag {
            TagMode::All => true,
            TagMode::Findings => !findings.is_empty(),
            TagMode::Off => false,
        };
        let quarantine = findings.iter().map(|f| f.entry).find(|entry| self.quarantine.contains(&entry.id));
        Verdict { level, tag, quarantine }
    }
}
