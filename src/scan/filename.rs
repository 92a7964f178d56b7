//! The file name of a part, judged and forgotten: what remains are flags and an extension of the closed list.

mod judge;

use super::charset::Charset;
use super::facts::NameFlags;
use super::field::{Param, is_name};
use super::names::Extension;
use super::quoted_printable::hex;
use super::words;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;
use std::borrow::Cow;

/// Bytes of a name with encoded words that are decoded: the longest that can be saved, in base64 three times over.
const LONGEST_ENCODED: usize = 1024;
/// Bytes of a name that are collected; one that is longer is too long for any use, and its end is not looked at.
const COLLECTED: usize = 4096;

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub flags: NameFlags,
    pub extension: Extension,
    /// Tells names of one mail apart, whatever their case; never kept.
    pub mark: u64,
}

impl Name {
    /// No name at all.
    pub const NONE: Name = Name { flags: NameFlags::empty(), extension: Extension::None, mark: 0 };

    /// The name of a part that has one name in its Content-Disposition and one in its Content-Type: the first is taken, as RFC 2183 §2.3 has it.
    pub fn or(self, content_type: Name) -> Name {
        if !self.flags.contains(NameFlags::PRESENT) {
            return content_type;
        }
        let mut flags = self.flags;
        flags.set(NameFlags::CONFLICT, flags.contains(NameFlags::CONFLICT) || self.conflicts(content_type));
        if content_type.flags.contains(NameFlags::PRESENT) && !content_type.flags.contains(NameFlags::RFC2231_ONLY) {
            flags -= NameFlags::RFC2231_ONLY;
        }
        Name { flags, ..self }
    }

    /// Both names have an extension, and not the same. A name without one is often a description ("OpenPGP digital signature").
    fn conflicts(self, other: Name) -> bool {
        let without =
            |name: Name| name.flags.contains(NameFlags::NO_EXTENSION) || !name.flags.contains(NameFlags::PRESENT);
        self.extension != other.extension && !without(self) && !without(other)
    }
}

/// Bytes of a name that is remembered.
const REMEMBERED: usize = 64;

/// The last harmless name of a header block: most parts have the same one in both fields.
pub(super) struct LastName {
    text: [u8; REMEMBERED],
    length: usize,
    name: Name,
}

impl LastName {
    /// No name came yet.
    pub fn none() -> LastName {
        LastName { text: [0; REMEMBERED], length: 0, name: Name::NONE }
    }

    fn text(&self) -> &[u8] {
        &self.text[..self.length]
    }

    fn keep(&mut self, text: &[u8], name: Name) {
        if let Some(kept) = self.text.get_mut(..text.len()) {
            kept.copy_from_slice(text);
            self.length = text.len();
            self.name = name;
        }
    }
}

/// Collects one parameter of a field in all the ways RFC 2231 lets it be written, and judges it as a file name.
#[derive(Default)]
pub(super) struct NameParams<'a> {
    plain: Option<Cow<'a, [u8]>>,
    extended: Option<Cow<'a, [u8]>>,
    /// RFC 2231 §3: number, whether it is percent-encoded, value.
    pieces: Vec<(usize, bool, Cow<'a, [u8]>)>,
    collected: usize,
    flags: NameFlags,
}

impl<'a> NameParams<'a> {
    /// Takes the parameter if it is called `attribute`, in one of RFC 2231's ways.
    pub fn take(&mut self, param: &Param<'a>, attribute: &str) -> bool {
        let Some(section) = strip_prefix(param.name, attribute) else { return false };
        if !matches!(section, [] | [b'*', ..]) {
            return false;
        }
        self.collected += param.value.len();
        if self.collected > COLLECTED {
            self.flags |= NameFlags::PRESENT | NameFlags::TOO_LONG;
            return true;
        }
        match section {
            [] if self.plain.is_some() => {
                self.flags |= NameFlags::DUPLICATE;
                return true;
            }
            [] => {
                self.flags.set(NameFlags::UNQUOTED_SPECIAL, param.special);
                self.plain = Some(param.value.clone());
            }
            [_, section @ ..] => self.take_encoded(param, section),
        }
        if param.unterminated {
            self.flags |= NameFlags::UNTERMINATED;
        }
        true
    }

    /// RFC 2231 §3, §4: `section` is what stands behind the first `*`.
    fn take_encoded(&mut self, param: &Param<'a>, section: &[u8]) {
        let (number, encoded) = match section {
            [] => {
                if self.extended.replace(param.value.clone()).is_some() {
                    self.flags |= NameFlags::DUPLICATE;
                }
                return;
            }
            [digits @ .., b'*'] => (digits, true),
            digits => (digits, false),
        };
        match std::str::from_utf8(number).ok().and_then(|n| n.parse().ok()) {
            Some(n) => self.pieces.push((n, encoded, param.value.clone())),
            None => self.flags |= NameFlags::RFC2231_BAD,
        }
    }

    /// Judges the collected name.
    pub fn judge(mut self, last: &mut LastName) -> Name {
        let encoded = self.extended.is_some() || !self.pieces.is_empty();
        // Nearly all names are one plain value in which nothing has to be decoded or looked for.
        if let Some(plain) = self.plain.as_ref().filter(|plain| !encoded && self.flags.is_empty() && !plain.is_empty())
        {
            if last.text() == &plain[..] {
                return last.name;
            }
            if judge::is_harmless(plain) {
                let name = judge::file(plain, plain.len(), self.flags);
                last.keep(plain, name);
                return name;
            }
        }
        let fallback = self.plain.take_if(|_| encoded);
        // A name of nothing is none.
        let Some(text) = self.value().filter(|text| !text.is_empty()) else {
            return Name { flags: self.flags, ..Name::NONE };
        };
        let mut name = judge::text(&text, self.flags);
        match fallback {
            // What programs show that do not know RFC 2231.
            Some(plain) => {
                let mut flags = NameFlags::empty();
                let other = judge::text(&decode_plain(&plain, &mut flags), NameFlags::empty());
                let conflict = !flags.contains(NameFlags::ENCODED_WORD_BAD) && name.conflicts(other);
                name.flags.set(NameFlags::CONFLICT, conflict);
            }
            None => name.flags.set(NameFlags::RFC2231_ONLY, encoded),
        }
        name
    }

    /// The collected value, decoded; `None` if the parameter did not come.
    pub fn value(&mut self) -> Option<Cow<'a, str>> {
        if let Some(extended) = self.extended.take() {
            return Some(Cow::Owned(self.extended_value(&extended)));
        }
        if !self.pieces.is_empty() {
            return Some(Cow::Owned(self.joined_pieces()));
        }
        Some(match self.plain.take()? {
            Cow::Borrowed(plain) => decode_plain(plain, &mut self.flags),
            Cow::Owned(plain) => Cow::Owned(decode_plain(&plain, &mut self.flags).into_owned()),
        })
    }

    /// RFC 2231 §4: `charset'language'percent-encoded`.
    fn extended_value(&mut self, value: &[u8]) -> String {
        let mut fields = value.splitn(3, |b| *b == b'\'');
        let (Some(charset), Some(_language), Some(text)) = (fields.next(), fields.next(), fields.next()) else {
            self.flags |= NameFlags::RFC2231_BAD;
            return decode_plain(value, &mut self.flags).into_owned();
        };
        let bytes = self.percent_decoded(text);
        self.in_charset(charset, bytes)
    }

    fn joined_pieces(&mut self) -> String {
        self.pieces.sort_by_key(|p| p.0);
        let pieces = std::mem::take(&mut self.pieces);
        if pieces.iter().enumerate().any(|(i, p)| i != p.0) {
            self.flags |= NameFlags::RFC2231_BAD;
        }
        let mut charset = Vec::new();
        let mut bytes = Vec::new();
        for (i, (_, encoded, value)) in pieces.iter().enumerate() {
            let mut text = &value[..];
            if i == 0 && *encoded {
                let mut fields = text.splitn(3, |b| *b == b'\'');
                match (fields.next(), fields.next(), fields.next()) {
                    (Some(name), Some(_), Some(rest)) => {
                        charset = name.to_vec();
                        text = rest;
                    }
                    _ => self.flags |= NameFlags::RFC2231_BAD,
                }
            }
            if *encoded {
                bytes.extend(self.percent_decoded(text));
            } else {
                bytes.extend_from_slice(text);
            }
        }
        if pieces.iter().all(|(_, encoded, _)| !encoded) {
            return decode_plain(&bytes, &mut self.flags).into_owned();
        }
        self.in_charset(&charset, bytes)
    }

    fn percent_decoded(&mut self, text: &[u8]) -> Vec<u8> {
        let digit = |b: Option<&u8>| b.and_then(|b| hex(*b));
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        while let Some(&b) = text.get(at) {
            at += 1;
            if b != b'%' {
                out.push(b);
                continue;
            }
            match (digit(text.get(at)), digit(text.get(at + 1))) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    at += 2;
                }
                _ => {
                    self.flags |= NameFlags::RFC2231_BAD;
                    out.push(b);
                }
            }
        }
        out
    }

    fn in_charset(&mut self, charset: &[u8], bytes: Vec<u8>) -> String {
        let unicode = charset.is_empty() || is_name(charset, "utf-8") || is_name(charset, "us-ascii");
        let text = if unicode {
            String::from_utf8(bytes).map_err(|e| legible(e.as_bytes()))
        } else {
            charset_decoder(charset).map(|decode| decode(&bytes)).ok_or_else(|| legible(&bytes))
        };
        // There are charsets that other programs know.
        let known = unicode || Charset::of(charset) != Charset::Unknown;
        let whole = text.as_ref().map_or(!unicode, |text| !text.contains('\u{FFFD}'));
        if !known || !whole {
            self.flags |= NameFlags::CHARSET_UNKNOWN;
        }
        text.unwrap_or_else(|text| text)
    }
}

/// What can be read without knowing the charset: some letter stands for each byte above 0x7F.
fn legible(bytes: &[u8]) -> String {
    bytes.iter().map(|b| if b.is_ascii() { char::from(*b) } else { char::from(b | 0xC0) }).collect()
}

/// A value without RFC 2231: raw bytes, perhaps with encoded words that do not belong there.
fn decode_plain<'a>(value: &'a [u8], flags: &mut NameFlags) -> Cow<'a, str> {
    let text = match std::str::from_utf8(value) {
        Ok(text) => {
            if !text.is_ascii() {
                *flags |= NameFlags::RAW_UTF8;
            }
            Cow::Borrowed(text)
        }
        Err(_) => {
            *flags |= NameFlags::RAW_8BIT;
            Cow::Owned(legible(value))
        }
    };
    if memchr::memchr(b'?', value).is_none() || !words::looks_encoded(text.as_bytes()) {
        return text;
    }
    let unknown_charset = words::examine(value).unknown_charset;
    flags.set(NameFlags::CHARSET_UNKNOWN, unknown_charset);
    match decode_words(&text) {
        Some(decoded) => {
            *flags |= NameFlags::ENCODED_WORD;
            Cow::Owned(decoded)
        }
        None if unknown_charset => text,
        None => {
            *flags |= NameFlags::ENCODED_WORD_BAD;
            text
        }
    }
}

/// Decodes encoded words (RFC 2047); `None` if something that looks like one remains or the result is not whole.
fn decode_words(text: &str) -> Option<String> {
    // mail-parser tries each `=?` of the rest anew; a name this long is too long anyway.
    if text.len() > LONGEST_ENCODED {
        return None;
    }
    let mut field = text.as_bytes().to_vec();
    field.push(b'\n');
    let parsed = MessageStream::new(&field).parse_unstructured();
    let decoded = parsed.as_text()?;
    let left = words::looks_encoded(decoded.as_bytes());
    (!left && !decoded.contains('\u{FFFD}')).then(|| decoded.to_owned())
}

fn strip_prefix<'a>(name: &'a [u8], prefix: &str) -> Option<&'a [u8]> {
    let (head, rest) = name.split_at_checked(prefix.len())?;
    is_name(head, prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::super::field::Reader;
    use super::*;

    fn name(field: &[u8]) -> Name {
        let mut reader = Reader::new(field);
        reader.head();
        let mut params = NameParams::default();
        while let Some(p) = reader.param() {
            params.take(&p, "filename");
        }
        params.judge(&mut LastName::none())
    }

    fn flags(field: &str) -> NameFlags {
        name(field.as_bytes()).flags - NameFlags::PRESENT - NameFlags::RFC2231_ONLY
    }

    #[test]
    fn plain_names() {
        for good in [
            "attachment; filename=report.pdf",
            "attachment; filename=\"Annual report 2026.pdf\"",
            "attachment; filename*=UTF-8''B%C3%BCro.pdf",
            "attachment; filename*0=\"long\"; filename*1=\"name.pdf\"",
            "attachment; filename*0*=iso-8859-1''B%FC; filename*1=ro.pdf",
            "attachment; filename=archive.tar.gz",
            "attachment; filename=setup.exe",
            "attachment; filename=offer.001",
            "attachment; filename=v1.2.003",
            "attachment; filename=song.r2d",
            "attachment; filename=depart.rar",
            "attachment; filename=my.party.rar",
            "attachment; filename=\"v1.2 final.docx\"",
        ] {
            assert_eq!(flags(good), NameFlags::empty(), "{good}");
        }
        assert_eq!(name(b"attachment").flags, NameFlags::empty());
        assert_eq!(name(b"attachment; filename=a.PDF").extension, Extension::Pdf);
        assert_eq!(name(b"attachment; filename*=UTF-8''a%2Edocx").extension, Extension::Docx);
        assert_eq!(name(b"attachment; filename=a.zzz").extension, Extension::Other);
    }

    #[test]
    fn each_defect_is_seen_and_no_other() {
        for (field, expected) in [
            ("a; filename=README", NameFlags::NO_EXTENSION),
            ("a; filename=.profile", NameFlags::NO_EXTENSION),
            ("a; filename=invoice.pdf.exe", NameFlags::DOUBLE_EXTENSION),
            ("a; filename=\"invoice            .scr\"", NameFlags::DOUBLE_EXTENSION),
            ("a; filename*=UTF-8''a%E2%80%AEfdp.exe", NameFlags::BIDI_CONTROL),
            ("a; filename=\"C:\\\\tmp\\\\a.pdf\"", NameFlags::PATH),
            ("a; filename=\"../a.pdf\"", NameFlags::PATH),
            ("a; filename=\"Büro.pdf\"", NameFlags::RAW_UTF8),
            ("a; filename=\"=?utf-8?Q?B=C3=BCro.pdf?=\"", NameFlags::ENCODED_WORD),
            ("a; filename=\"=?utf-8?Q?B=C3=BCro.pdf\"", NameFlags::ENCODED_WORD_BAD | NameFlags::RESERVED),
            ("a; filename*=UTF-8''a%ZZ.pdf", NameFlags::RFC2231_BAD),
            ("a; filename*0=a; filename*2=b.pdf", NameFlags::RFC2231_BAD),
            ("a; filename*=a.pdf", NameFlags::RFC2231_BAD),
            ("a; filename=a.pdf; filename=b.pdf", NameFlags::DUPLICATE),
            ("a; filename=my file.pdf", NameFlags::UNQUOTED_SPECIAL),
            ("a; filename=\"a.pdf", NameFlags::UNTERMINATED),
            ("a; filename=\"~$report.docx\"", NameFlags::TEMPORARY),
            ("a; filename=winmail.dat", NameFlags::WINMAIL),
            ("a; filename=film.7z.001", NameFlags::PIECE),
            ("a; filename=data.z01", NameFlags::PIECE),
            ("a; filename=data.R17", NameFlags::PIECE),
            ("a; filename=data.part03.rar", NameFlags::PIECE),
        ] {
            assert_eq!(flags(field), expected, "{field}");
        }
        assert_eq!(name(b"a; filename=\"B\xFCro.pdf\"").flags, NameFlags::PRESENT | NameFlags::RAW_8BIT);
        assert_eq!(flags(&format!("a; filename=\"{}.pdf\"", "x".repeat(260))), NameFlags::TOO_LONG);
        assert_eq!(flags("a; filename*=UTF-8''a%07.pdf"), NameFlags::CONTROL);
        assert_eq!(flags("a; filename*=UTF-8''a%C2%85.pdf"), NameFlags::CONTROL);
        assert_eq!(name(b"a; filename=\"\x85\x90.pdf\"").flags, NameFlags::PRESENT | NameFlags::RAW_8BIT);
    }

    #[test]
    fn names_in_charsets_of_all_the_world() {
        for encoded in [
            "=?ISO-2022-JP?B?GyRCOSk7dkJoNmU5ZhsoQi5wZGY=?=",
            "=?gb2312?B?zsS8/i5wZGY=?=",
            "=?Shift_JIS?B?laqP7oyeLnBkZg==?=",
            "=?windows-1251?B?8eX36u7i4O3o5S5wZGY=?=",
        ] {
            let found = name(format!("a; filename=\"{encoded}\"").as_bytes());
            assert_eq!(found.flags, NameFlags::PRESENT | NameFlags::ENCODED_WORD, "{encoded}");
            assert_eq!(found.extension, Extension::Pdf, "{encoded}");
        }
        assert_eq!(flags("a; filename*=gb2312''%CE%C4%BC%FE.pdf"), NameFlags::empty());
    }

    #[test]
    fn charsets_that_nobody_knows() {
        for unknown in [
            "a; filename*=x-klingon''B%FCro.pdf",
            "a; filename*=utf-8''B%FCro.pdf",
            "a; filename*=gb2312''%FF%FF.pdf",
            "a; filename*0*=x-klingon''B%85; filename*1=ro.pdf",
        ] {
            assert_eq!(flags(unknown), NameFlags::CHARSET_UNKNOWN, "{unknown}");
        }
        // Known to other programs.
        assert_eq!(flags("a; filename*=cp932''%83e.pdf"), NameFlags::empty());
        let word = name(b"a; filename=\"=?x-klingon?B?/9sucGRm?=\"");
        assert!(word.flags.contains(NameFlags::CHARSET_UNKNOWN) && !word.flags.contains(NameFlags::ENCODED_WORD_BAD));
    }

    #[test]
    fn a_name_in_two_forms() {
        for (field, expected) in [
            ("a; filename=a.pdf; filename*=UTF-8''%C3%A4.pdf", NameFlags::empty()),
            ("a; filename=a.pdf; filename*=UTF-8''%C3%A4.exe", NameFlags::CONFLICT),
            ("a; filename=a.pdf; filename*0=a.; filename*1=exe", NameFlags::CONFLICT),
            ("a; filename=unnamed; filename*=UTF-8''%C3%A4.pdf", NameFlags::empty()),
            ("a; filename=\"=?utf-8?B?abc\"; filename*=UTF-8''%C3%A4.pdf", NameFlags::empty()),
            ("a; filename*=UTF-8''%C3%A4.pdf", NameFlags::RFC2231_ONLY),
            ("a; filename*0=a.; filename*1=pdf", NameFlags::RFC2231_ONLY),
        ] {
            assert_eq!(name(field.as_bytes()).flags, NameFlags::PRESENT | expected, "{field}");
        }
        let only = name(b"a; filename*=UTF-8''%C3%A4.pdf");
        assert!(!only.or(name(b"a; filename=a.pdf")).flags.contains(NameFlags::RFC2231_ONLY));
        assert!(only.or(only).flags.contains(NameFlags::RFC2231_ONLY));
    }

    #[test]
    fn a_name_is_remembered() {
        let mut last = LastName::none();
        let mut judge = |field: &'static str| {
            let mut reader = Reader::new(field.as_bytes());
            let mut params = NameParams::default();
            reader.head();
            while let Some(p) = reader.param() {
                params.take(&p, "filename");
            }
            params.judge(&mut last)
        };
        let first = judge("a; filename=a.pdf");
        assert_eq!(judge("a; filename=\"a.pdf\""), first);
        assert_eq!(judge("a; filename=a.pdf; filename=b.pdf").flags, NameFlags::PRESENT | NameFlags::DUPLICATE);
        assert_eq!(judge("a; filename=b.exe").extension, Extension::Exe);
        assert_eq!(judge("a; filename=\"\""), Name::NONE);
        assert_eq!(judge("a; filename*=utf-8''"), Name::NONE);
    }

    #[test]
    fn two_names_conflict_when_their_extensions_do() {
        let pdf = name(b"a; filename=a.pdf");
        let exe = name(b"a; filename=a.exe");
        assert!(pdf.or(exe).flags.contains(NameFlags::CONFLICT));
        assert_eq!(pdf.or(name(b"a; filename=other.pdf")), pdf);
        assert_eq!(pdf.or(name(b"a; filename=description")), pdf);
        assert_eq!(Name::NONE.or(exe), exe);
        assert_eq!(pdf.or(Name::NONE), pdf);
    }
}
