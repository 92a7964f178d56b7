//! How the operator names findings: one, a family, a level.

use crate::catalogue::{self, Entry, Level};
use crate::spelling::nearest;
use std::fmt;

/// Some of the findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Every finding: `*`.
    Every,
    /// Those of exactly this level: `warning`.
    Level(Level),
    /// Those of this level and of higher ones: `warning+`.
    From(Level),
    /// Those whose ids begin so, up to a dash: `content-*`.
    Family(String),
    /// One finding, by its id.
    Id(&'static str),
}

impl Selector {
    /// Reads what an operator wrote.
    ///
    /// # Errors
    /// No finding is meant by it: what to write instead.
    pub fn parse(text: &str) -> Result<Selector, String> {
        let level = |name: &str| Level::ALL.iter().find(|level| level.name() == name).copied();
        if text == "*" {
            return Ok(Selector::Every);
        }
        if let Some(level) = level(text) {
            return Ok(Selector::Level(level));
        }
        if let Some(level) = text.strip_suffix('+').and_then(level) {
            return Ok(Selector::From(level));
        }
        if let Some(entry) = catalogue::find(text) {
            return Ok(Selector::Id(entry.id));
        }
        match text.strip_suffix('*') {
            Some(family) if family.ends_with('-') && catalogue::all().any(|e| e.id.starts_with(family)) => {
                Ok(Selector::Family(family.to_owned()))
            }
            Some(_) => {
                Err("no id begins so; a family is the beginning of ids up to a dash, such as \"content-*\"".into())
            }
            None => Err(meant(text)),
        }
    }

    /// Whether this finding is meant, if it has this level.
    pub fn selects(&self, entry: &Entry, level: Level) -> bool {
        match self {
            Selector::Every => true,
            Selector::Level(only) => level == *only,
            Selector::From(least) => level >= *least,
            Selector::Family(family) => entry.id.starts_with(family.as_str()),
            Selector::Id(id) => entry.id == *id,
        }
    }

    /// How closely it names: of two that mean the same finding, the closer one knows more about it.
    pub(super) fn closeness(&self) -> usize {
        match self {
            Selector::Every => 0,
            Selector::From(_) => 1,
            Selector::Level(_) => 2,
            Selector::Family(family) => 2 + family.len(),
            Selector::Id(_) => usize::MAX,
        }
    }
}

/// As the operator writes it.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::Every => f.write_str("*"),
            Selector::Level(level) => f.write_str(level.name()),
            Selector::From(level) => write!(f, "{}+", level.name()),
            Selector::Family(family) => write!(f, "{family}*"),
            Selector::Id(id) => f.write_str(id),
        }
    }
}

/// What was probably meant by an id that does not exist.
fn meant(typed: &str) -> String {
    if let Some((_, why)) = catalogue::LEFT_OUT.iter().find(|(id, _)| *id == typed) {
        return format!("there is no such finding, on purpose: {why}");
    }
    let levels = || Level::ALL.iter().map(|level| level.name());
    let lower = typed.to_lowercase();
    if let Some(near) = lower.strip_suffix('+').and_then(|word| nearest(word, levels())) {
        return format!("did you mean \"{near}+\"?");
    }
    match nearest(typed, catalogue::all().map(|e| e.id).chain(levels())) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if catalogue::all().any(|e| e.id.starts_with(&format!("{lower}-"))) => {
            format!("for all of a family, write \"{lower}-*\"")
        }
        None => {
            "`mailgauge list` shows every finding; a family is written \"content-*\", a level \"error\" or \"warning+\""
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_selects_what_it_says() {
        let zip = catalogue::find("content-zip-truncated").unwrap();
        for (text, warning, error) in [
            ("*", true, true),
            ("warning", true, false),
            ("warning+", true, true),
            ("error", false, true),
            ("info+", true, true),
            ("content-*", true, true),
            ("content-zip-*", true, true),
            ("mime-*", false, false),
            ("content-zip-truncated", true, true),
            ("content-zip-inconsistent", false, false),
        ] {
            let selector = Selector::parse(text).unwrap();
            assert_eq!(selector.to_string(), text);
            assert_eq!(selector.selects(zip, Level::Warning), warning, "{text}");
            assert_eq!(selector.selects(zip, Level::Error), error, "{text}");
        }
    }

    #[test]
    fn what_means_nothing_says_what_to_write() {
        for (text, help) in [
            ("content-zip-truncatd", "did you mean \"content-zip-truncated\"?"),
            ("eror", "did you mean \"error\"?"),
            ("content", "for all of a family, write \"content-*\""),
            ("content*", "no id begins so"),
            ("conten-*", "no id begins so"),
            ("", "`mailgauge list` shows every finding"),
            ("warning++", "did you mean \"warning+\"?"),
            ("eror+", "did you mean \"error+\"?"),
            ("off", "`mailgauge list`"),
        ] {
            let said = Selector::parse(text).unwrap_err();
            assert!(said.starts_with(help), "{text}: {said}");
        }
    }
}
