//! Address lists (RFC 5322 §3.4, with the obsolete forms of §4.4): read in one pass, judged, never kept.
//!
//! What every program reads is let pass: routes, empty elements, dots anywhere in a local part, one at the end of a domain,
//! raw UTF-8 (RFC 6532), and the names that stand for no address at all.

mod spec;
#[cfg(test)]
mod tests;
mod tokens;

use super::facts::AddressFlags;
use super::words;
use spec::Spec;
use tokens::{Token, Tokens};

/// What an address list is like.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    /// Elements that are a mailbox, or were meant as one.
    pub mailboxes: u32,
    /// Groups, which may be empty (RFC 5322 §3.4, RFC 6854).
    pub groups: u32,
    pub flags: AddressFlags,
}

/// Reads the value of a field. `whole` says that it was not cut: only then does what is open at its end mean something.
pub(super) fn examine(value: &[u8], whole: bool) -> Addresses {
    let found = Addresses::default();
    let mut list = List { tokens: Tokens::new(value), in_group: false, semicolon: false, bare_word: false, found };
    while list.element() {}
    let List { tokens, in_group, bare_word, mut found, .. } = list;
    if tokens.unclosed || in_group {
        found.flags |= AddressFlags::MALFORMED;
    }
    if bare_word {
        found.flags |= AddressFlags::NO_DOMAIN;
    }
    if !whole {
        found.flags -= AddressFlags::MALFORMED | AddressFlags::NO_DOMAIN;
    }
    if found.flags.contains(AddressFlags::RAW_UTF8) && std::str::from_utf8(value).is_err() {
        found.flags -= AddressFlags::RAW_UTF8;
        found.flags |= AddressFlags::RAW_8BIT;
    }
    found
}

/// A list on its way.
struct List<'a> {
    tokens: Tokens<'a>,
    in_group: bool,
    /// A semicolon came that ends no group.
    semicolon: bool,
    /// The element before is one word: a user of the machine, or a piece of a name with a comma in it.
    bare_word: bool,
    found: Addresses,
}

impl<'a> List<'a> {
    /// Reads up to the next separator; `false` at the end of the list.
    fn element(&mut self) -> bool {
        // The name, or the address if it stands without angle brackets.
        let mut outside = Spec::default();
        let mut unquoted = false;
        let mut addressed = false;
        // Outside of a group, a semicolon between addresses is Outlook's way, which is not mail's.
        let after_semicolon = self.semicolon;
        let mut broken = false;
        let more = loop {
            let Some(token) = self.tokens.next() else { break false };
            match token {
                Token::Special(b',') => break true,
                Token::Special(b';') => {
                    self.semicolon |= !self.in_group;
                    self.in_group = false;
                    break true;
                }
                Token::Special(b':') if outside.ats == 0 && outside.local.words > 0 && !self.in_group && !addressed => {
                    self.in_group = true;
                    self.found.groups = self.found.groups.saturating_add(1);
                    outside = Spec::default();
                }
                Token::Special(b'<') if !addressed => {
                    addressed = true;
                    self.angle(&outside);
                }
                _ if addressed => broken = true,
                Token::Special(b'@') => outside.at(),
                Token::Special(b'.') => outside.side().dot(),
                Token::Special(_) | Token::Stray(b')') => broken = true,
                Token::Stray(_) => unquoted = true,
                Token::Atom(text) => outside.word(text, false),
                Token::Encoded(text) => {
                    // Programs that look for separators before they decode see one.
                    unquoted |= text.iter().any(|b| matches!(b, b'@' | b',' | b';' | b':' | b'<' | b'>' | b'"'));
                    outside.word(text, true);
                }
                Token::Quoted(text) => {
                    if words::looks_encoded(text) {
                        self.found.flags |= AddressFlags::QUOTED_WORD;
                    }
                    outside.word(text, false);
                }
                Token::Literal(text) if outside.ats > 0 && outside.domain.words == 0 => outside.word(text, false),
                Token::Literal(_) => unquoted = true,
            }
        };
        let empty = outside.is_empty();
        broken |= after_semicolon && (addressed || !empty);
        if std::mem::take(&mut self.bare_word) {
            // `Field, Ann <ann@example.org>`
            let name = addressed && !empty;
            self.found.flags |= if name { AddressFlags::MALFORMED } else { AddressFlags::NO_DOMAIN };
        }
        if addressed {
            // The address is safe; who looks for it before the angle brackets finds something else.
            if unquoted || outside.ats > 0 {
                self.found.flags |= AddressFlags::NAME_UNQUOTED;
            }
        } else {
            broken |= unquoted;
            if !empty {
                let flags = outside.judge();
                self.bare_word = flags == AddressFlags::NO_DOMAIN;
                self.mailbox(flags - AddressFlags::NO_DOMAIN);
            }
        }
        if broken {
            self.found.flags |= AddressFlags::MALFORMED;
        }
        more
    }

    fn mailbox(&mut self, flags: AddressFlags) {
        self.found.mailboxes = self.found.mailboxes.saturating_add(1);
        self.found.flags |= flags;
    }

    /// An address in angle brackets, behind the opening one and a name.
    fn angle(&mut self, name: &Spec<'_>) {
        let mut spec = Spec::default();
        let mut broken = false;
        // `<@a,@b:user@c>`: hosts to go by (RFC 5322 §4.4).
        let mut route = false;
        // `<Undisclosed-Recipient:;>`, as old Outlooks write for nobody.
        let (mut colon, mut nobody) = (false, false);
        loop {
            let Some(token) = self.tokens.next() else {
                self.tokens.unclosed = true;
                return;
            };
            match token {
                Token::Special(b'>') => break,
                Token::Special(b'@') => {
                    route |= spec.is_empty();
                    spec.at();
                }
                Token::Special(b',') if route => spec = Spec::default(),
                Token::Special(b':') if route => {
                    spec = Spec::default();
                    route = false;
                }
                Token::Special(b':') if spec.ats == 0 && spec.local.words > 0 => {
                    broken |= colon;
                    colon = true;
                }
                Token::Special(b';') if colon => nobody = true,
                Token::Special(b'.') => spec.side().dot(),
                Token::Special(_) | Token::Stray(_) => broken = true,
                Token::Atom(text) | Token::Quoted(text) | Token::Literal(text) => spec.word(text, false),
                Token::Encoded(text) => spec.word(text, true),
            }
        }
        if nobody && !broken {
            self.found.groups = self.found.groups.saturating_add(1);
            return;
        }
        // `MAILER DAEMON <>`: bounces have nobody to answer.
        let flags = if spec.is_empty() && name.stands_for_nobody() { AddressFlags::empty() } else { spec.judge() };
        self.mailbox(flags);
        if broken || colon {
            self.found.flags |= AddressFlags::MALFORMED;
        }
    }
}
