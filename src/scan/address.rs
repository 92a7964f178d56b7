//! Address lists (RFC 5322 §3.4, with the obsolete forms of §4.4): read in one pass, judged, never kept.
//!
//! What every program reads is let pass: routes, empty elements, dots anywhere in a local part, one at the end of a domain,
//! raw UTF-8 (RFC 6532), and the names that stand for no address at all.

use super::facts::AddressFlags;
use super::words;

/// RFC 5321 §4.5.3.1.1 and §4.5.3.1.2, in bytes.
const LOCAL_PART: usize = 64;
const DOMAIN: usize = 255;

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
    let mut list =
        List { tokens: Tokens { rest: value, unclosed: false }, in_group: false, found: Addresses::default() };
    while list.element() {}
    let List { tokens, in_group, mut found } = list;
    if tokens.unclosed || in_group {
        found.flags |= AddressFlags::MALFORMED;
    }
    if !whole {
        found.flags -= AddressFlags::MALFORMED;
    }
    if found.flags.contains(AddressFlags::RAW_UTF8) && std::str::from_utf8(value).is_err() {
        found.flags -= AddressFlags::RAW_UTF8;
        found.flags |= AddressFlags::RAW_8BIT;
    }
    found
}

enum Token<'a> {
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

struct Tokens<'a> {
    rest: &'a [u8],
    /// A comment or quoted string has no end.
    unclosed: bool,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
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
        let special = |b: &u8| b" \t\r\n()<>@,;:.\"[]\\".contains(b);
        let end = self.rest.iter().position(special).unwrap_or(self.rest.len());
        let (atom, rest) = self.rest.split_at(end);
        self.rest = rest;
        Token::Atom(atom)
    }
}

/// One side of the `@`, or a name.
#[derive(Clone, Copy, Default)]
struct Side<'a> {
    first: &'a [u8],
    words: u32,
    encoded: u32,
    bytes: usize,
    non_ascii: bool,
    /// The last token was a dot.
    dot: bool,
    /// Two dots in a row, or one at the beginning.
    empty_label: bool,
    /// Two words without a dot between them.
    gap: bool,
}

impl<'a> Side<'a> {
    fn word(&mut self, text: &'a [u8]) {
        if self.words == 0 {
            self.first = text;
        }
        self.gap |= self.words > 0 && !self.dot;
        self.words = self.words.saturating_add(1);
        self.dot = false;
        self.bytes += text.len();
        self.non_ascii |= !text.is_ascii();
    }

    fn dot(&mut self) {
        self.empty_label |= self.dot || self.words == 0;
        self.dot = true;
        self.bytes += 1;
    }
}

/// What may be an addr-spec, or the name before one.
#[derive(Clone, Copy, Default)]
struct Spec<'a> {
    ats: u32,
    local: Side<'a>,
    domain: Side<'a>,
}

impl<'a> Spec<'a> {
    fn side(&mut self) -> &mut Side<'a> {
        if self.ats == 0 { &mut self.local } else { &mut self.domain }
    }

    fn word(&mut self, text: &'a [u8], encoded: bool) {
        let side = self.side();
        side.word(text);
        side.encoded += u32::from(encoded);
    }

    fn at(&mut self) {
        self.ats = self.ats.saturating_add(1);
    }

    fn is_empty(&self) -> bool {
        self.ats == 0 && self.local.words == 0 && !self.local.dot
    }

    /// What is wrong with it as an address.
    fn judge(&self) -> AddressFlags {
        let Spec { ats, local, domain } = self;
        if local.encoded + domain.encoded > 0 {
            return AddressFlags::ENCODED_WORD;
        }
        let mut flags = AddressFlags::empty();
        let whole = *ats == 1 && local.words > 0 && domain.words > 0;
        flags.set(AddressFlags::MALFORMED, !whole || local.gap || domain.gap || domain.empty_label);
        flags.set(AddressFlags::TOO_LONG, local.bytes > LOCAL_PART || domain.bytes > DOMAIN);
        flags.set(AddressFlags::RAW_UTF8, local.non_ascii || domain.non_ascii);
        flags
    }

    /// Words without a domain. Some stand for no address, and one works without (RFC 5321 §4.1.1.3, as postmaster does).
    fn judge_naked(&self) -> AddressFlags {
        let Side { first, words, encoded, .. } = self.local;
        let starts =
            |known: &str| first.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known.as_bytes()));
        if encoded > 0 && encoded == words {
            AddressFlags::ENCODED_WORD
        } else if ["undisclosed", "mailer-daemon", "postmaster"].into_iter().any(starts) {
            AddressFlags::empty()
        } else {
            AddressFlags::MALFORMED
        }
    }
}

struct List<'a> {
    tokens: Tokens<'a>,
    in_group: bool,
    found: Addresses,
}

impl<'a> List<'a> {
    /// Reads up to the next separator; `false` at the end of the list.
    fn element(&mut self) -> bool {
        // The name, or the address if it stands without angle brackets.
        let mut outside = Spec::default();
        let mut unquoted = false;
        let mut addressed = false;
        let mut broken = false;
        let more = loop {
            let Some(token) = self.tokens.next() else { break false };
            match token {
                Token::Special(b',') => break true,
                Token::Special(b';') => {
                    // Outside of a group it is Outlook's way to separate addresses, which is not mail's.
                    broken |= !self.in_group;
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
                    self.angle();
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
        if addressed {
            // The address is safe; who looks for it before the angle brackets finds something else.
            if unquoted || outside.ats > 0 {
                self.found.flags |= AddressFlags::NAME_UNQUOTED;
            }
        } else if outside.is_empty() {
            broken |= unquoted;
        } else {
            self.mailbox(if outside.ats == 0 { outside.judge_naked() } else { outside.judge() });
            broken |= unquoted;
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

    /// An address in angle brackets, behind the opening one.
    fn angle(&mut self) {
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
        broken |= colon;
        let naked = spec.ats == 0 && !spec.is_empty();
        self.mailbox(if naked { spec.judge_naked() } else { spec.judge() });
        if broken {
            self.found.flags |= AddressFlags::MALFORMED;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn flags(value: &str) -> AddressFlags {
        examine(value.as_bytes(), true).flags
    }

    #[test]
    fn good_addresses() {
        for (value, mailboxes) in [
            ("ann@example.org", 1),
            ("<ann@example.org>", 1),
            ("Ann Field <ann@example.org>", 1),
            ("\"Field, Ann\" <ann@example.org>", 1),
            ("\"ann@example.org\" <ann@example.org>", 1),
            ("\"Ann \\\"A.\\\" Field\" <ann@example.org>", 1),
            ("Ann \"the boss\" Field<ann@example.org>", 1),
            ("Ann F. Field <ann@example.org>", 1),
            ("A. F. Field Jr. <ann@example.org>", 1),
            ("O'Neill & Sons - Team/2 | #1 <ann@example.org>", 1),
            ("'ann@example.org'", 1),
            ("ann@example.org (Ann Field)", 1),
            ("ann@example.org (Ann (A. \\) ) Field, <x@y>)", 1),
            ("(Ann) ann@example.org", 1),
            ("Ann (A. F.) Field <ann@example.org> (home)", 1),
            ("ann . field @ example . org", 1),
            ("ann(a)@(b)example.org", 1),
            ("\"ann field\"@example.org", 1),
            ("\"ann\".field@example.org", 1),
            ("ann+tag=x{y}!#$%&'*/?^_`|~@example.org", 1),
            ("ann@localhost", 1),
            ("ann@sub_domain.example.org", 1),
            ("ann@example.org.", 1),
            ("ann..field.@example.org", 1),
            (".ann@example.org", 1),
            ("ann@[192.0.2.1]", 1),
            ("ann@[IPv6:2001:db8::1]", 1),
            ("<@a.example,@b.example:ann@example.org>", 1),
            ("<@a.example:ann@example.org>", 1),
            ("a@example.org, b@example.org,\r\n\tC <c@example.org>", 3),
            ("a@example.org,,b@example.org,", 2),
            (", a@example.org", 1),
            ("Friends: a@example.org, B <b@example.org>;", 2),
            ("Friends: a@example.org;, c@example.org", 2),
            ("\"My friends\": a@example.org ;", 1),
            ("A:;, B:;", 0),
            ("undisclosed-recipients:;", 0),
            ("Undisclosed recipients: ;", 0),
            ("undisclosed-recipients", 1),
            ("<Undisclosed-Recipient:;>", 0),
            ("(Recipient list suppressed)", 0),
            ("MAILER-DAEMON (Mail Delivery System)", 1),
            ("Mail Delivery System <MAILER-DAEMON>", 1),
            ("Mailer-Daemon@example.org (Mail Delivery System)", 1),
            ("postmaster", 1),
            ("=?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <j@example.org>", 1),
            ("=?utf-8?B?0JjQstCw0L0=?= =?utf-8?B?0JjQstCw0L0=?= <i@example.org>", 1),
            ("=?utf-8?Q?Ann_=28a=29=2C_Field?= <a@example.org>", 1),
            ("ann@example.org (=?utf-8?Q?J=C3=B6rg?=)", 1),
            ("Jörg Müller <j@example.org>", 1),
            ("Иван Иванов <i@example.org>", 1),
            ("山田太郎 <t@example.org>, محمد <m@example.org>, יוסי <y@example.org>", 3),
            ("अनिल <a@example.org>, สมชาย <s@example.org>, 김철수 <k@example.org>, Γιάννης <g@example.org>", 4),
            ("\"Müller, Jörg (Büro)\" <j@example.org>", 1),
            ("", 0),
            (" \r\n\t", 0),
        ] {
            let found = examine(value.as_bytes(), true);
            assert_eq!((found.flags, found.mailboxes), (AddressFlags::empty(), mailboxes), "{value}");
        }
    }

    #[test]
    fn malformed_addresses() {
        for value in [
            // RFC 7103 §7.1.2 to §7.1.7.
            "<<ann@example.org>>",
            "Ann <<ann@example.org>>",
            "<ann@example.org",
            "ann@example.org>",
            "Ann Field <ann@example.org",
            "Ann Field ann@example.org>",
            "(Ann <ann@example.org>",
            "Ann) <ann@example.org>",
            "<ann@example.org)>",
            "<a@example.org, b@example.org>",
            "Field, Ann <ann@example.org>",
            "\"Ann <ann@example.org>",
            "Ann\" <ann@example.org>",
            "ann",
            "<ann>",
            "Ann Field",
            "a@example.org, bob",
            // Others.
            "<>",
            "Ann Field <>",
            "@example.org",
            "ann@",
            "<@example.org>",
            "ann@@example.org",
            "ann@field@example.org",
            "ann@.example.org",
            "ann@example..org",
            "ann field@example.org",
            "ann@example org",
            "a@example.org b@example.org",
            "<a@example.org> <b@example.org>",
            "<a@example.org> Ann",
            "a@example.org; b@example.org",
            "a@example.org;",
            "Friends: a@example.org",
            "Friends: Enemies: a@example.org;;",
            "Re: Ann <ann@example.org>",
            ": ann@example.org",
            "<mailto:ann@example.org>",
            "mailto:ann@example.org",
            "<a@example.org:b@example.org>",
            "ann@[192.0.2.1",
            "[ann]@example.org",
            "ann\\@example.org",
            "ann at example.org",
            "Ann [ann@example.org]",
            "Ann (ann@example.org)",
            "\"ann@example.org\"",
            "[]",
            ")",
            "<",
            "\"",
            "(",
        ] {
            assert_eq!(flags(value), AddressFlags::MALFORMED, "{value}");
        }
        // What is cut off cannot be judged.
        assert_eq!(examine(b"Ann <ann@exam", false).flags, AddressFlags::empty());
        assert_eq!(examine(b"a@example.org, \"Ann", false).flags, AddressFlags::empty());
    }

    #[test]
    fn what_else_is_noted() {
        let local = |length| format!("{}@example.org", "a".repeat(length));
        let domain = |length: usize| format!("a@{}.org", "a".repeat(length - 4));
        for (value, expected) in [
            ("ann@example.org <ann@example.org>", AddressFlags::NAME_UNQUOTED),
            ("ann@example.org via List <list@example.org>", AddressFlags::NAME_UNQUOTED),
            ("[Ticket #1] Support <a@example.org>", AddressFlags::NAME_UNQUOTED),
            ("Support [tickets <a@example.org>", AddressFlags::NAME_UNQUOTED),
            ("Ann \\\"A.\\\" Field <a@example.org>", AddressFlags::NAME_UNQUOTED),
            ("=?utf-8?Q?Field,_Ann?= <a@example.org>", AddressFlags::NAME_UNQUOTED),
            ("\"=?utf-8?Q?J=C3=B6rg?=\" <j@example.org>", AddressFlags::QUOTED_WORD),
            ("=?utf-8?Q?J=C3=B6rg?= <=?utf-8?Q?j?=@example.org>", AddressFlags::ENCODED_WORD),
            ("=?utf-8?Q?j?=@example.org", AddressFlags::ENCODED_WORD),
            ("<j@=?utf-8?Q?example?=.org>", AddressFlags::ENCODED_WORD),
            ("<=?utf-8?B?akBleGFtcGxlLm9yZw==?=>", AddressFlags::ENCODED_WORD),
            ("=?utf-8?B?SiA8akBleGFtcGxlLm9yZz4=?=", AddressFlags::ENCODED_WORD),
            ("jörg@example.org", AddressFlags::RAW_UTF8),
            ("Jörg <j@münchen.example>", AddressFlags::RAW_UTF8),
            ("用户@例子.example", AddressFlags::RAW_UTF8),
            (&local(64), AddressFlags::empty()),
            (&local(65), AddressFlags::TOO_LONG),
            (&domain(255), AddressFlags::empty()),
            (&domain(256), AddressFlags::TOO_LONG),
        ] {
            assert_eq!(flags(value), expected, "{value}");
        }
        assert_eq!(examine(b"j\xF6rg@example.org", true).flags, AddressFlags::RAW_8BIT);
        assert_eq!(examine(b"J\xF6rg <j@example.org>", true).flags, AddressFlags::empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_bytes_are_read(value in proptest::collection::vec(any::<u8>(), 0..200)) {
            examine(&value, true);
        }

        #[test]
        fn every_token_takes_bytes(value in "[a<>@,;:.\"()\\[\\]\\\\ =?Q-]{0,80}") {
            let mut tokens = Tokens { rest: value.as_bytes(), unclosed: false };
            let mut left = value.len();
            while tokens.next().is_some() {
                prop_assert!(tokens.rest.len() < left);
                left = tokens.rest.len();
            }
            examine(value.as_bytes(), true);
        }

        #[test]
        fn a_list_is_as_good_as_its_members(
            members in proptest::collection::vec(
                proptest::sample::select(&["a@b.org", "<a@b.org>", "\"x, y\" <a@b>", "G: a@b, c@d;", "a (b) c <d@e>"][..]),
                1..6,
            ),
            bad in proptest::option::of(proptest::sample::select(&["a", "<a@b", "a b@c", "a@b;", "<a@b> c"][..])),
        ) {
            let mut list = members.join(", ");
            prop_assert_eq!(flags(&list), AddressFlags::empty());
            if let Some(bad) = bad {
                list = format!("{list}, {bad}");
                prop_assert_eq!(flags(&list), AddressFlags::MALFORMED);
            }
        }
    }

    /// A reading that looks at the rest of the list for each of its bytes would take hours.
    #[test]
    fn the_longest_list_is_read_in_one_pass() {
        for pattern in
            ["[", "[[]", "(", "()", "\"", "\\\"", "<", "<>", "a@", "=?", "=?a?q?", "=?a?q?x?=", "a:", ";", "a,"]
        {
            let list = pattern.repeat(1024 * 1024 / pattern.len());
            examine(list.as_bytes(), true);
        }
    }
}
