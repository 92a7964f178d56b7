//! From findings to a verdict. Severity lives here and in the configuration; detection does not know it.

use crate::catalogue::{Finding, Level};
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

/// What the operator wants done with findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which mails get a tag.
    pub tag: TagMode,
}

/// What is done with one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The highest level among the findings; `None` for a clean mail.
    pub level: Option<Level>,
    /// Whether the tag header is added.
    pub tag: bool,
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
        Verdict { level, tag }
    }
}
