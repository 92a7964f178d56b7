//! What a terminal can show: its width, colours, and nothing that a file name smuggles in.

use crate::catalogue::Level;
use std::io::IsTerminal;

/// The width to wrap to: the terminal's, but not wider than a readable line; 80 where there is none.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).clamp(40, 100)
}

/// Colours, or none.
#[derive(Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Colours if stdout is a terminal and the environment does not object (<https://no-color.org>).
    pub fn for_stdout() -> Paint {
        Paint { on: std::io::stdout().is_terminal() && allowed() }
    }

    /// No colours.
    #[cfg(test)]
    pub fn none() -> Paint {
        Paint { on: false }
    }

    /// A headline.
    pub fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What may be overlooked.
    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    /// A text of a level; `None` is a clean mail.
    pub fn level(self, level: Option<Level>, text: &str) -> String {
        let code = match level {
            None => "32",
            Some(Level::Info) => "2",
            Some(Level::Notice) => "36",
            Some(Level::Warning) => "33",
            Some(Level::Error) => "1;31",
        };
        self.with(code, text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Whether colours are welcome where there is a terminal.
pub fn allowed() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && std::env::var_os("TERM").is_none_or(|v| v != "dumb")
}

/// A name from outside, without control characters and without those that turn the direction of writing, so that it can neither steer the
/// terminal nor show something else than it is.
pub fn harmless(name: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

/// Wraps a text at blanks; each line begins with `indent`. Line breaks in the text are blanks.
pub fn wrap(text: &str, indent: &str, width: usize) -> String {
    let room = width.saturating_sub(indent.chars().count()).max(20);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_blanks_only() {
        let text = "one two  three\nfour averyverylongwordthatfitsnowhere five";
        assert_eq!(wrap(text, "  ", 22), "  one two three four\n  averyverylongwordthatfitsnowhere\n  five");
        assert_eq!(wrap("", "  ", 80), "");
    }

    #[test]
    fn names_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\x1b[2Jb\nc"), "a\u{fffd}[2Jb\u{fffd}c");
    }
}
