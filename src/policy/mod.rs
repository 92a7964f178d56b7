//! From findings to a verdict. Severity lives here and in the configuration; detection does not know it.
//!
//! ```text
//! findings --levels--> with the operator's levels --lists and rules--> what is done, and what would be done
//! who it is from and for --network, rules--> which rules hold
//! ```

mod destinations;
mod levels;
mod network;
mod rule;
mod selector;
mod table;
mod wording;

pub use destinations::{Destinations, SHIPPED, SHIPPED_AT, SizeLimit, files_in_wire, wire_of_files};
pub use levels::{Levels, Line};
pub use network::{Client, Direction, Domains, Network, Skip};
pub use rule::{Matched, Rule, TooLarge};
pub use selector::Selector;
pub use table::{By, Effect, NOTHING_LEFT};
pub use wording::{PLACEHOLDERS, Wording};

use crate::catalogue::{self, Entry, Finding, Level};
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

/// Whether something is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is done.
    #[default]
    Enforce,
    /// It is decided, counted and told, and not done.
    Observe,
}

closed! {
    /// What is done with a mail, from the mildest to the strictest.
    pub enum Action {
        /// It passes as it is.
        Accept = "accept",
        /// It passes with our header field.
        Tag = "tag",
        /// Postfix holds it until somebody releases it.
        Quarantine = "quarantine",
        /// It is refused for now: its sender's server tries again.
        Tempfail = "tempfail",
        /// It is refused for good: its sender is told.
        Reject = "reject",
    }
}

/// What the operator wants done with findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Whether anything is done at all.
    pub mode: Mode,
    /// Which mails get a tag.
    pub tag: TagMode,
    /// Findings with which a mail is held in Postfix's hold queue.
    pub quarantine: Vec<Selector>,
    /// Findings with which a mail is refused for now.
    pub tempfail: Vec<Selector>,
    /// Findings with which a mail is refused for good.
    pub reject: Vec<Selector>,
    /// What a refusal says.
    pub reply: Wording,
    /// How bad findings are.
    pub levels: Levels,
    /// What is done with some findings of some mails.
    pub rules: Vec<Rule>,
    /// Who is who.
    pub network: Network,
    /// What other systems take.
    pub destinations: Destinations,
}

/// What is done with a mail besides the tag, and for which finding.
#[derive(Clone, Copy)]
pub struct Measure {
    /// [`Action::Quarantine`] or a stricter one.
    pub action: Action,
    /// The finding that decided: of those that ask for this action the gravest; among equals, the first of the catalogue.
    pub because: &'static Entry,
    /// The index of the rule that says so; `None` for one of the lists.
    pub rule: Option<usize>,
}

/// What is done with a mail.
#[derive(Clone, Copy, Default)]
pub struct Decision {
    /// Whether the tag header is added.
    pub tag: bool,
    /// What else is done: the strictest that a finding asks for. `None` unless the operator has named one.
    pub measure: Option<Measure>,
}

impl Decision {
    /// The strictest of what is done.
    pub fn action(&self) -> Action {
        match self {
            Decision { measure: Some(measure), .. } => measure.action,
            Decision { tag: true, .. } => Action::Tag,
            _ => Action::Accept,
        }
    }

    /// The finding that decided, where one did.
    pub fn because(&self) -> Option<&'static Entry> {
        self.measure.map(|measure| measure.because)
    }
}

/// What becomes of one mail.
#[derive(Clone, Copy, Default)]
pub struct Verdict {
    /// The highest level among the findings; `None` for a clean mail.
    pub level: Option<Level>,
    /// What is done.
    pub done: Decision,
    /// What would be done if nothing were on probation; `None` where that is the same.
    pub would: Option<Decision>,
}

impl Verdict {
    /// The strictest of what is done.
    pub fn action(&self) -> Action {
        self.done.action()
    }

    /// Whether the mail is refused.
    pub fn refuses(&self) -> bool {
        self.action() >= Action::Tempfail
    }
}

impl Policy {
    /// Decides what is done with a mail that has these findings, with their levels already those of the operator.
    pub fn decide(&self, findings: &[Finding], mail: &Matched) -> Verdict {
        let level = findings.iter().map(|f| f.level).max();
        let direction = self.direction(mail);
        let decision = |observed| self.decision(findings, mail, direction, observed);
        let done = match self.mode {
            Mode::Enforce => decision(false),
            Mode::Observe => Decision::default(),
        };
        let on_trial = self.mode == Mode::Observe || self.rules.iter().any(|rule| rule.mode == Mode::Observe);
        let would = on_trial.then(|| decision(true)).filter(|would| {
            let told = |decision: &Decision| (decision.action(), decision.because().map(|entry| entry.id));
            told(would) != told(&done)
        });
        Verdict { level, done, would }
    }

    /// The strictest that lists and rules ask for; with those on probation, if `observed`.
    fn decision(&self, findings: &[Finding], mail: &Matched, direction: Direction, observed: bool) -> Decision {
        let holding: Vec<(usize, &Rule)> = self
            .rules
            .iter()
            .enumerate()
            .zip(&mail.rules)
            .filter(|((_, rule), reached)| {
                (observed || rule.mode == Mode::Enforce) && rule.holds(**reached, mail, direction)
            })
            .map(|(rule, _)| rule)
            .collect();
        let names = |selectors: &[Selector], f: &Finding| selectors.iter().any(|s| s.selects(f.entry, f.level));
        let excepted =
            |f: &Finding| holding.iter().any(|(_, rule)| rule.action == Action::Accept && names(&rule.findings, f));
        let mut strictest: Option<(Action, Level, Measure)> = None;
        for finding in findings.iter().filter(|f| !excepted(f)) {
            let lists = self.lists().into_iter().map(|(action, selectors)| (action, selectors, None));
            let rules = holding.iter().map(|(index, rule)| (rule.action, rule.findings.as_slice(), Some(*index)));
            // A rule may say in its own words what a list says, too.
            for (action, _, rule) in rules.chain(lists).filter(|(_, selectors, _)| names(selectors, finding)) {
                if action > Action::Accept && strictest.is_none_or(|(a, l, _)| (action, finding.level) > (a, l)) {
                    strictest = Some((action, finding.level, Measure { action, because: finding.entry, rule }));
                }
            }
        }
        let measure = strictest.map(|(.., measure)| measure);
        let tag = match self.tag {
            TagMode::All => true,
            TagMode::Findings => !findings.is_empty(),
            TagMode::Off => false,
        };
        Decision {
            tag: tag || measure.is_some_and(|m| m.action == Action::Tag),
            measure: measure.filter(|m| m.action > Action::Tag),
        }
    }

    /// The findings with consequences for all mail, the strictest first.
    pub fn lists(&self) -> [(Action, &[Selector]); 3] {
        [(Action::Reject, &self.reject), (Action::Tempfail, &self.tempfail), (Action::Quarantine, &self.quarantine)]
    }

    /// Why a mail is refused for good that is too large for all its recipients, if it is.
    fn refuses_destination(&self, mail: &Matched) -> Option<Measure> {
        let finding = catalogue::find(catalogue::DESTINATION).map(|entry| Finding::new(entry, None));
        let mut findings: Vec<Finding> = finding.into_iter().collect();
        self.levels.apply(&mut findings);
        self.decide(&findings, mail).done.measure.filter(|measure| measure.action == Action::Reject)
    }

    /// Whether a recipient may be refused at RCPT: then the MTA has to wait for an answer to each.
    pub fn answers_recipients(&self) -> bool {
        let rejecting = self.rules.iter().filter(|rule| rule.action == Action::Reject).map(|rule| &rule.findings);
        let Some(entry) = catalogue::find(catalogue::DESTINATION) else { return false };
        let (Some(level), _) = self.levels.of(entry) else { return false };
        self.mode == Mode::Enforce
            && rejecting.chain([&self.reject]).flatten().any(|selector| selector.selects(entry, level))
    }

    /// The words of a refusal by this measure.
    pub fn wording(&self, measure: &Measure) -> &Wording {
        let rule = measure.rule.and_then(|index| self.rules.get(index));
        rule.and_then(|rule| rule.reply.as_ref()).unwrap_or(&self.reply)
    }
}

#[cfg(test)]
mod tests;
