//! The file name of a part, judged and forgotten: what remains are flags and an extension of the closed list.

use super::facts::NameFlags;
use super::field::Param;
use super::names::{Extension, Family};
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;
use std::borrow::Cow;

/// A name in bytes that no file system takes whole (255 on all common ones).
const LONGEST: usize = 255;
/// Blanks in a row from which a name pushes its extension out of sight.
const HIDING_BLANKS: usize = 8;

/// Bytes of a name with encoded words that are decoded: [`LONGEST`] in base64 three times over.
const LONGEST_ENCODED: usize = 1024;
/// Bytes of a name that are collected; one that is longer is too long for any use, and its end is not looked at.
const COLLECTED: usize = 4096;

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub flags: NameFlags,
    pub extension: Extension,
}

impl Name {
    /// No name at all.
    pub const NONE: Name = Name { flags: NameFlags::empty(), extension: Extension::None };

    /// The name of a part that has one name in its Content-Disposition and one in its Content-Type: the first is taken, as RFC 2183 §2.3 has it.
    pub fn or(self, content_type: Name) -> Name {
        match (self.flags.contains(NameFlags::PRESENT), content_type.flags.contains(NameFlags::PRESENT)) {
            (false, _) => content_type,
            // A name without an extension is often a description ("OpenPGP digital signature").
            (true, true)
                if self.extension != content_type.extension
                    && !(self.flags | content_type.flags).contains(NameFlags::NO_EXTENSION) =>
            {
                Name { flags: self.flags | NameFlags::CONFLICT, ..self }
            }
            (true, _) => self,
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
        let Some(rest) = strip_prefix_ignore_case(param.name, attribute.as_bytes()) else { return false };
        if !matches!(rest, [] | [b'*', ..]) {
            return false;
        }
        self.collected += param.value.len();
        if self.collected > COLLECTED {
            self.flags |= NameFlags::PRESENT | NameFlags::TOO_LONG;
            return true;
        }
        match rest {
            b"" => {
                if self.plain.is_some() {
                    self.flags |= NameFlags::DUPLICATE;
                    return true;
                }
                if param.special {
                    self.flags |= NameFlags::UNQUOTED_SPECIAL;
                }
                self.plain = Some(param.value.clone());
            }
            b"*" => {
                if self.extended.replace(param.value.clone()).is_some() {
                    self.flags |= NameFlags::DUPLICATE;
                }
            }
            [b'*', number @ ..] => {
                let (number, encoded) = match number {
                    [digits @ .., b'*'] => (digits, true),
                    digits => (digits, false),
                };
                match std::str::from_utf8(number).ok().and_then(|n| n.parse().ok()) {
                    Some(n) => self.pieces.push((n, encoded, param.value.clone())),
                    None => self.flags |= NameFlags::RFC2231_BAD,
                }
            }
            _ => return false,
        }
        if param.unterminated {
            self.flags |= NameFlags::UNTERMINATED;
        }
        true
    }

    /// Judges the collected name.
    pub fn judge(mut self) -> Name {
        match self.value() {
            Some(text) => judge_text(&text, self.flags),
            None => Name { flags: self.flags, ..Name::NONE },
        }
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
        let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).map(|d| d as u8);
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        while let Some(&b) = text.get(at) {
            at += 1;
            if b != b'%' {
                out.push(b);
                continue;
            }
            match (hex(text.get(at)), hex(text.get(at + 1))) {
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
        if charset.is_empty() || charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"us-ascii") {
            return String::from_utf8(bytes).unwrap_or_else(|e| {
                self.flags |= NameFlags::RFC2231_BAD;
                latin1(e.as_bytes())
            });
        }
        match charset_decoder(charset) {
            Some(decode) => decode(&bytes),
            None => {
                self.flags |= NameFlags::RFC2231_BAD;
                latin1(&bytes)
            }
        }
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
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
            Cow::Owned(latin1(value))
        }
    };
    if memchr::memchr(b'?', value).is_none() || !super::words::looks_encoded(text.as_bytes()) {
        return text;
    }
    match decode_words(&text) {
        Some(decoded) => {
            *flags |= NameFlags::ENCODED_WORD;
            Cow::Owned(decoded)
        }
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
    let left = super::words::looks_encoded(decoded.as_bytes());
    (!left && !decoded.contains('\u{FFFD}')).then(|| decoded.to_owned())
}

fn judge_text(name: &str, mut flags: NameFlags) -> Name {
    flags |= NameFlags::PRESENT;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b' ');
    // Bytes that were read as Latin-1 for want of a better guess are no C1 controls.
    let guessed = flags.intersects(NameFlags::RAW_8BIT | NameFlags::RFC2231_BAD);
    if !name.bytes().all(|b| plain(&b)) {
        for c in name.chars() {
            match c {
                '\0'..='\u{1F}' | '\u{7F}' => flags |= NameFlags::CONTROL,
                '\u{80}'..='\u{9F}' if !guessed => flags |= NameFlags::CONTROL,
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => flags |= NameFlags::BIDI_CONTROL,
                '/' | '\\' => flags |= NameFlags::PATH,
                _ => {}
            }
        }
    }
    let drive = matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if drive {
        flags |= NameFlags::PATH;
    }
    if name.len() > LONGEST {
        flags |= NameFlags::TOO_LONG;
    }
    let file = if flags.contains(NameFlags::PATH) { name.rsplit(['/', '\\']).next().unwrap_or_default() } else { name };
    let file = file.trim().trim_end_matches('.');
    let extension = extension_of(file);
    if extension == Extension::None {
        flags |= NameFlags::NO_EXTENSION;
    }
    if hides_extension(file, extension) {
        flags |= NameFlags::DOUBLE_EXTENSION;
    }
    if is_temporary(file, extension) {
        flags |= NameFlags::TEMPORARY;
    }
    if ["winmail.dat", "win.dat"].iter().any(|w| file.eq_ignore_ascii_case(w)) {
        flags |= NameFlags::WINMAIL;
    }
    if is_piece(file) {
        flags |= NameFlags::PIECE;
    }
    Name { flags, extension }
}

/// One piece of a file that was split: behind an extension that is known, or in the ways of ZIP and RAR.
fn is_piece(file: &str) -> bool {
    let Some((stem, last)) = file.rsplit_once('.') else { return false };
    let number = |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    let inner = stem.rsplit_once('.').map_or("", |(_, inner)| inner);
    match last.as_bytes() {
        [b'0'..=b'9', _, _] => number(last) && !matches!(extension_of(stem), Extension::None | Extension::Other),
        [b'z' | b'Z' | b'r' | b'R', a, b] if a.is_ascii_digit() && b.is_ascii_digit() => true,
        _ if last.eq_ignore_ascii_case("rar") => strip_prefix_ignore_case(inner.as_bytes(), b"part")
            .is_some_and(|n| std::str::from_utf8(n).is_ok_and(number)),
        _ => false,
    }
}

fn extension_of(file: &str) -> Extension {
    match file.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() && !ext.is_empty() => Extension::of(ext.trim()),
        _ => Extension::None,
    }
}

/// RFC 2183 §5: a name that pretends to be something harmless.
fn hides_extension(file: &str, extension: Extension) -> bool {
    if !extension.runs() {
        return false;
    }
    let Some((stem, _)) = file.rsplit_once('.') else { return false };
    let blanks = stem.len() - stem.trim_end().len();
    let inner = extension_of(stem.trim_end());
    let document = !matches!(inner.family(), Family::Any | Family::Executable | Family::Script);
    blanks >= HIDING_BLANKS || document
}

fn is_temporary(file: &str, extension: Extension) -> bool {
    const WHOLE: &[&str] = &["thumbs.db", ".ds_store", "desktop.ini"];
    matches!(extension, Extension::Tmp | Extension::Part | Extension::Crdownload)
        || file.starts_with("~$")
        || file.starts_with("._")
        || file.starts_with(".~lock.")
        || WHOLE.iter().any(|w| file.eq_ignore_ascii_case(w))
}

fn strip_prefix_ignore_case<'a>(bytes: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
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
        params.judge()
    }

    fn flags(field: &str) -> NameFlags {
        name(field.as_bytes()).flags - NameFlags::PRESENT
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
            ("a; filename=\"=?utf-8?Q?B=C3=BCro.pdf\"", NameFlags::ENCODED_WORD_BAD),
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
