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
        /// It was refused for now: its sender's server tries again.
        Tempfail = "tempfail",
        /// It was refused for good: its sender is told.
        Reject = "reject",
    }
}

/// What the operator wants done with findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which mails get a tag.
    pub tag: TagMode,
    /// Ids of findings with which a mail is held in Postfix's hold queue.
    pub quarantine: Vec<&'static str>,
    /// Ids of findings with which a mail is refused for now.
    pub tempfail: Vec<&'static str>,
    /// Ids of findings with which a mail is refused for good.
    pub reject: Vec<&'static str>,
}

/// What is done with a mail besides the tag, and for which finding; the first, where there are several.
#[derive(Clone, Copy)]
pub struct Measure {
    /// [`Action::Quarantine`] or a stricter one.
    pub action: Action,
    /// The finding that decided.
    pub because: &'static Entry,
}

/// What is done with one mail.
#[derive(Clone, Copy)]
pub struct Verdict {
    /// The highest level among the findings; `None` for a clean mail.
    pub level: Option<Level>,
    /// Whether the tag header is added.
    pub tag: bool,
    /// What else is done: the strictest that a finding asks for. `None` unless the operator has named one.
    pub measure: Option<Measure>,
}

impl Verdict {
    /// The strictest of what is done.
    pub fn action(&self) -> Action {
        match self {
            Verdict { measure: Some(measure), .. } => measure.action,
            Verdict { tag: true, .. } => Action::Tag,
            _ => Action::Accept,
        }
    }

    /// Whether the mail is refused.
    pub fn refuses(&self) -> bool {
        self.action() >= Action::Tempfail
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
        let measure = self.lists().into_iter().find_map(|(action, ids)| {
            let because = findings.iter().map(|f| f.entry).find(|entry| ids.contains(&entry.id))?;
            Some(Measure { action, because })
        });
        Verdict { level, tag, measure }
    }

    /// The findings with consequences, the strictest first.
    pub fn lists(&self) -> [(Action, &[&'static str]); 3] {
        [(Action::Reject, &self.reject), (Action::Tempfail, &self.tempfail), (Action::Quarantine, &self.quarantine)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::finding;
    use proptest::prelude::*;

    const IDS: [&str; 4] = ["zip-truncated", "size-large", "type-executable", "header-missing-date"];

    fn policy(quarantine: &[&'static str], tempfail: &[&'static str], reject: &[&'static str]) -> Policy {
        let [quarantine, tempfail, reject] = [quarantine, tempfail, reject].map(<[_]>::to_vec);
        Policy { tag: TagMode::Findings, quarantine, tempfail, reject }
    }

    #[test]
    fn the_strictest_wins_and_names_the_finding_that_decided() {
        let found = |ids: &[&str]| -> Vec<Finding> { ids.iter().map(|id| finding(id, Level::Info)).collect() };
        let policy = policy(&[IDS[0]], &[IDS[1]], &[IDS[2]]);
        for (ids, action, because) in [
            (&[][..], Action::Accept, None),
            (&[IDS[3]], Action::Tag, None),
            (&[IDS[3], IDS[0]], Action::Quarantine, Some(IDS[0])),
            (&[IDS[0], IDS[1]], Action::Tempfail, Some(IDS[1])),
            (&[IDS[0], IDS[2], IDS[1]], Action::Reject, Some(IDS[2])),
        ] {
            let verdict = policy.decide(&found(ids));
            assert_eq!(verdict.action(), action, "{ids:?}");
            assert_eq!(verdict.measure.map(|m| m.because.id), because, "{ids:?}");
        }
        assert_eq!(Policy::default().decide(&found(&IDS)).action(), Action::Tag);
    }

    proptest! {
        /// A rule more never makes a verdict milder.
        #[test]
        fn a_stricter_policy_never_gives_a_milder_verdict(
            lists in proptest::array::uniform3(proptest::sample::subsequence(IDS.to_vec(), 0..=4)),
            found in proptest::sample::subsequence(IDS.to_vec(), 0..=4),
            list in 0..3_usize,
            id in 0..4_usize,
        ) {
            let found: Vec<Finding> = found.iter().map(|id| finding(id, Level::Info)).collect();
            let before = policy(&lists[0], &lists[1], &lists[2]).decide(&found);
            let mut more = lists;
            more[list].push(IDS[id]);
            let after = policy(&more[0], &more[1], &more[2]).decide(&found);
            prop_assert!(after.action() >= before.action());
        }
    }
}
