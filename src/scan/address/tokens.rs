//! The tokens of an address list (RFC 5322 §3.2).

use crate::scan::words;

pub(super) enum Token<'a> {
    Atom(&'a [u8]),
    /// An encoded word, whatever stands in it (RFC 2047 §2).
    Encoded(&'a [u8]),
    /// A quoted string, without its quotes.
    Quoted(&'a [u8]),
    /// A domain literal, without its brackets.
    Literal(&'a [u8]),
    /// One of `< > @ , ; : .`.
    Special(u8),
    /// What has no place outside of quotes: `)`, a bracket, a backslash.
    Stray(u8),
}

pub(super) struct Tokens<'a> {
    pub rest: &'a [u8],
    /// A comment or quoted string has no end.
    pub unclosed: bool,
}

impl<'a> Tokens<'a> {
    pub fn new(value: &'a [u8]) -> Tokens<'a> {
        Tokens { rest: value, unclosed: false }
    }

    /// The next token, without blanks and comments; each takes bytes.
    pub fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (first, tail) = self.rest.split_first()?;
            match first {
                b' ' | b'\t' | b'\r' | b'\n' => self.rest = tail,
                b'(' => self.comment(),
                b'"' => return Some(self.quoted(tail)),
                b'[' => return Some(self.literal(tail)),
                b')' | b']' => {
                    self.rest = tail;
                    return Some(Token::Stray(*first));
                }
                b'\\' => {
                    self.rest = tail.get(1..).unwrap_or_default();
                    return Some(Token::Stray(b'\\'));
                }
                b'<' | b'>' | b'@' | b',' | b';' | b':' | b'.' => {
                    self.rest = tail;
                    return Some(Token::Special(*first));
                }
                _ => return Some(self.atom()),
            }
        }
    }

    /// Comments may be nested (RFC 5322 §3.2.2).
    fn comment(&mut self) {
        let mut depth = 0usize;
        let mut bytes = self.rest.iter().enumerate();
        while let Some((at, b)) = bytes.next() {
            match b {
                b'\\' => drop(bytes.next()),
                b'(' => depth += 1,
                b')' if depth == 1 => {
                    self.rest = &self.rest[at + 1..];
                    return;
                }
                b')' => depth -= 1,
                _ => {}
            }
        }
        self.rest = &[];
        self.unclosed = true;
    }

    fn quoted(&mut self, text: &'a [u8]) -> Token<'a> {
        let mut bytes = text.iter().enumerate();
        while let Some((at, b)) = bytes.next() {
            match b {
                b'\\' => drop(bytes.next()),
                b'"' => {
                    self.rest = &text[at + 1..];
                    return Token::Quoted(&text[..at]);
                }
                _ => {}
            }
        }
        self.rest = &[];
        self.unclosed = true;
        Token::Quoted(text)
    }

    /// An opening bracket that finds its end before the next one is a literal.
    fn literal(&mut self, text: &'a [u8]) -> Token<'a> {
        match text.iter().position(|b| matches!(b, b'[' | b']' | b'<' | b'>' | b'"')) {
            Some(end) if text[end] == b']' => {
                self.rest = &text[end + 1..];
                Token::Literal(&text[..end])
            }
            _ => {
                self.rest = text;
                Token::Stray(b'[')
            }
        }
    }

    fn atom(&mut self) -> Token<'a> {
        if let Some(length) = words::length_of_word(self.rest) {
            let (word, rest) = self.rest.split_at(length);
            self.rest = rest;
            return Token::Encoded(word);
        }
        let special = |b: &u8| {
            matches!(
                b,
                b' ' | b'\t' | b'\r' | b'\n' | b'(' | b')' | b'<' | b'>' | b'@' | b',' | b';' | b':' | b'.' | b'"'
            ) || matches!(b, b'[' | b']' | b'\\')
        };
        let end = self.rest.iter().position(special).unwrap_or(self.rest.len());
        let (atom, rest) = self.rest.split_at(end);
        self.rest = rest;
        Token::Atom(atom)
    }
}
