//! What each finding leads to, whoever the mail is from and for: so that nobody has to work it out from the lines.

use super::{Action, Client, Line, Mode, Policy, Rule, Selector, TagMode};
use crate::catalogue::{self, Entry, Finding, Level};

/// A mail with this finding broke off: there is nothing left to do with it.
pub const NOTHING_LEFT: &str = "size-aborted-in-data";

/// What one finding leads to.
pub struct Effect<'a> {
    /// The finding.
    pub entry: &'static Entry,
    /// Its level; `None` for off.
    pub level: Option<Level>,
    /// The line that says so; `None` for the catalogue.
    pub level_by: Option<&'a Line>,
    /// What is done with every mail that has it.
    pub action: Action,
    /// Who says so.
    pub by: By<'a>,
    /// Rules that mean it for some mail only, or are on trial.
    pub sometimes: Vec<(usize, &'a Rule)>,
}

/// Who says what is done.
pub enum By<'a> {
    /// Nobody: such a mail has broken off.
    Nobody,
    /// The key `tag`.
    Tag,
    /// One of the lists, by this line of it.
    List(&'a Selector),
    /// The rule of this index.
    Rule(usize),
}

impl Policy {
    /// What each finding leads to, in the order of the catalogue.
    pub fn effects(&self) -> Vec<Effect<'_>> {
        catalogue::all().map(|entry| self.effect(entry)).collect()
    }

    fn effect(&self, entry: &'static Entry) -> Effect<'_> {
        let (level, level_by) = self.levels.of(entry);
        let tag = if self.tag == TagMode::Off { Action::Accept } else { Action::Tag };
        let mut effect = Effect { entry, level, level_by, action: tag, by: By::Tag, sometimes: Vec::new() };
        let Some(level) = level else { return effect };
        if entry.id == NOTHING_LEFT {
            return Effect { action: Action::Accept, by: By::Nobody, ..effect };
        }
        let selects = |rule: &Rule| rule.findings.iter().any(|s| s.selects(entry, level));
        let always = |rule: &Rule| rule.is_unconditional() && rule.mode == Mode::Enforce;
        let meaning = || self.rules.iter().enumerate().filter(|(_, rule)| selects(rule));
        effect.sometimes = meaning().filter(|(_, rule)| !always(rule)).collect();
        // As for a mail that no condition fits.
        let finding = Finding { entry, part: None, level };
        let always_only = Policy {
            mode: Mode::Enforce,
            rules: self.rules.iter().filter(|rule| always(rule)).cloned().collect(),
            ..self.clone()
        };
        let mail = always_only.begin(&Client::default(), None, None);
        let decided = always_only.decide(&[finding], &mail).done;
        effect.action = decided.action();
        let list = self.lists().into_iter().find(|(action, _)| *action == effect.action);
        let line = list.and_then(|(_, selectors)| selectors.iter().find(|s| s.selects(entry, level)));
        let rule = |action| meaning().find(|(_, rule)| always(rule) && rule.action == action).map(|(index, _)| index);
        effect.by = match (rule(effect.action), line) {
            (Some(index), _) => By::Rule(index),
            (None, Some(selector)) => By::List(selector),
            // An exception leaves the tag.
            (None, None) => rule(Action::Accept).map_or(By::Tag, By::Rule),
        };
        effect
    }
}
