//! The text of a refusal, in the operator's words.

use crate::spelling::nearest;
use std::fmt;

/// Bytes of a whole text: with its codes a reply line has 512 (RFC 5321 §4.5.3.1.5), and bounces quote it among other words.
pub const MAX: usize = 400;

/// What can stand in braces, what it becomes, and how long that is at most. None of it is content of a mail.
pub const PLACEHOLDERS: &[(&str, &str, usize)] = &[
    ("title", "the finding in words", 64),
    ("id", "the id of the finding", 40),
    ("now", "\" for now\" if the sender's server should try again, otherwise nothing", 8),
    ("recipients", "\" for 1 of 2 recipients\" where a limit is that of some recipients only, otherwise nothing", 40),
    (
        "sizes",
        "\": 34.2 MiB on the wire with 25.0 MiB of files, limit 20.0 MiB\" where a size is the reason, otherwise nothing",
        124,
    ),
    ("wire", "the size on the wire, such as 34.2 MiB", 16),
    ("files", "the decoded size of all attachments, such as 25.0 MiB", 16),
    ("limit", "the limit that was exceeded, such as 20.0 MiB; \"none\" where the reason is no limit", 16),
    ("reference", "the reference of the mail, such as 7K3M-9QTX-2HDC", 14),
];

/// A text with placeholders, which is safe to send whatever they become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording(String);

impl Default for Wording {
    fn default() -> Self {
        Wording(
            "Mail not accepted{now}{recipients}. {title} ({id}){sizes}. If you ask the postmaster, quote {reference}"
                .into(),
        )
    }
}

/// A piece of a text.
enum Piece<'a> {
    Words(&'a str),
    /// An index of [`PLACEHOLDERS`].
    Placeholder(usize),
}

impl Wording {
    /// Reads a text.
    ///
    /// # Errors
    /// What cannot be sent, or is no placeholder: what to write instead.
    pub fn parse(text: &str) -> Result<Wording, String> {
        if text.trim().is_empty() {
            return Err("say in a sentence why the mail is refused".into());
        }
        if let Some(bad) = text.chars().find(|c| !(' '..='~').contains(c)) {
            return Err(format!(
                "{} cannot be sent in an SMTP reply: write one line of ASCII letters, digits and signs",
                if bad.is_control() { "a line break or control character".into() } else { format!("\"{bad}\"") }
            ));
        }
        if text.contains('%') {
            return Err("\"%\" cannot be sent: MTAs take it for a format; write \"percent\"".into());
        }
        let length = |piece| match piece {
            Piece::Words(words) => words.len(),
            Piece::Placeholder(index) => PLACEHOLDERS[index].2,
        };
        let longest: usize = pieces(text)?.into_iter().map(length).sum();
        if longest > MAX {
            return Err(format!(
                "it could become {longest} bytes long, and {MAX} have room: shorten it by {}",
                longest - MAX
            ));
        }
        Ok(Wording(text.to_owned()))
    }

    /// The text with what `value` gives for the name of each placeholder.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        // INVARIANT: it was read by the same function before.
        let pieces = pieces(&self.0).unwrap_or_default();
        let filled = pieces.into_iter().map(|piece| match piece {
            Piece::Words(words) => words.to_owned(),
            Piece::Placeholder(index) => value(PLACEHOLDERS[index].0),
        });
        filled.collect()
    }
}

impl fmt::Display for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let (words, behind) = rest.split_at(open);
        pieces.push(Piece::Words(words));
        let name = behind.strip_prefix('{').and_then(|b| Some(b.split_at(b.find('}')?).0));
        let Some(name) = name else {
            return Err("a brace stands alone: placeholders look like {title}".into());
        };
        let Some(index) = PLACEHOLDERS.iter().position(|(known, ..)| *known == name) else {
            let names: Vec<String> = PLACEHOLDERS.iter().map(|(name, ..)| format!("{{{name}}}")).collect();
            let near = nearest(name, PLACEHOLDERS.iter().map(|(known, ..)| *known));
            return Err(match near {
                Some(near) => format!("there is no {{{name}}}: did you mean {{{near}}}?"),
                None => format!("there is no {{{name}}}: the placeholders are {}", names.join(", ")),
            });
        };
        pieces.push(Piece::Placeholder(index));
        rest = &behind[name.len() + 2..];
    }
    pieces.push(Piece::Words(rest));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled() {
        let wording = Wording::parse("{id}: too large{sizes}. Ask us for {reference}{now}!").unwrap();
        assert_eq!(wording.fill(|name| name.to_uppercase()), "ID: too largeSIZES. Ask us for REFERENCENOW!");
        assert_eq!(wording.to_string(), "{id}: too large{sizes}. Ask us for {reference}{now}!");
        assert_eq!(Wording::parse(&Wording::default().to_string()), Ok(Wording::default()));
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for (text, said) in [
            ("  ", "say in a sentence"),
            ("too large\r\n250 OK", "a line break or control character cannot be sent"),
            ("zu groß", "\"ß\" cannot be sent"),
            ("100% full", "\"%\" cannot be sent"),
            ("{subject}", "there is no {subject}: the placeholders are {title}, {id}"),
            ("{titel}", "there is no {titel}: did you mean {title}?"),
            ("{title", "a brace stands alone"),
            ("title}", "a brace stands alone"),
            ("{}", "there is no {}"),
            (
                "{title}{title}{title}{title}{title}{title}{title}",
                "it could become 448 bytes long, and 400 have room: shorten it by 48",
            ),
        ] {
            let error = Wording::parse(text).unwrap_err();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_taken_is_one_safe_line(text in "(\\{[a-z]{1,10}\\}|\\PC|[ -~]){0,60}") {
            if let Ok(wording) = Wording::parse(&text) {
                let longest = |name: &str| "x".repeat(PLACEHOLDERS.iter().find(|p| p.0 == name).unwrap().2);
                let filled = wording.fill(longest);
                proptest::prop_assert!(filled.len() <= MAX);
                proptest::prop_assert!(filled.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'%'));
            }
        }
    }
}
