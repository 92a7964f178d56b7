//! What is wrong with a configuration file, with the place and the way out.

use super::kinds::Wrong;
use std::fmt;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read {file}: {cause}")]
    Unreadable {
        /// The file as it was named.
        file: String,
        /// What the system said; part of the text above, and so not its source.
        cause: std::io::Error,
    },
    /// The file is wrong; everything that is wrong with it.
    #[error("{}", problems.iter().map(|p| format!("{file}:{p}")).collect::<Vec<_>>().join("\n\n"))]
    Wrong {
        /// The file as it was named.
        file: String,
        /// At least one.
        problems: Vec<Problem>,
    },
}

/// One thing that is wrong in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub help: String,
    /// The line itself, and how many characters from `column` on are meant.
    source: (String, usize),
}

impl Problem {
    pub(super) fn new(text: &str, wrong: Wrong) -> Problem {
        let start = wrong.span.start.min(text.len());
        // Places come from the TOML reader and lie between characters; should one not, the file's beginning is named.
        let (before, after) = text.split_at_checked(start).unwrap_or(("", text));
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        let column = before[line_start..].chars().count();
        let length = after.get(..wrong.span.len()).unwrap_or(after).lines().next().map_or(0, |l| l.chars().count());
        Problem {
            line: before.matches('\n').count() + 1,
            column: column + 1,
            what: wrong.what,
            help: wrong.help,
            source: (line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(), length.max(1)),
        }
    }

    pub(super) fn syntax(text: &str, error: &toml::de::Error) -> Problem {
        let span = error.span().unwrap_or(0..0);
        let said = error.message();
        let (what, help) = if said.starts_with("duplicate key") {
            ("this stands in the file twice".to_owned(), "remove one of them")
        } else if said.contains("string values must be quoted") {
            ("this text has no quotes".to_owned(), "write it in quotes: \"...\"")
        } else {
            (
                format!("this is not TOML: {said}"),
                "lines look like [section] or key = value; texts stand in \"quotes\", remarks begin with #",
            )
        };
        Problem::new(text, Wrong { span, what, help: help.into() })
    }

    pub(super) fn not_utf8(bytes: &[u8], at: usize) -> Problem {
        let text = String::from_utf8_lossy(bytes);
        let wrong = Wrong { span: at..at + 1, what: "this is not UTF-8".into(), help: "save the file as UTF-8".into() };
        // The bytes before `at` are valid, so they are as long in `text`.
        Problem::new(&text, wrong)
    }
}

/// From the line number on: the name of the file stands in front.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, length) = &self.source;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "{}:{}: {}", self.line, self.column, self.what)?;
        writeln!(f, "{number} | {source}")?;
        writeln!(f, "{margin} | {}{}", " ".repeat(self.column - 1), "^".repeat(*length))?;
        write!(f, "{margin} = {}", self.help)
    }
}
