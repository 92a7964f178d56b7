//! A header block: single fields in, what they say about the message or part out.

use super::ambiguity;
use super::charset::Charset;
use super::entity::{MIME_FIELDS, bare_lfs};
use super::facts::{
    AddressFlags, AmbiguityFlags, CodingFlags, Fields, HeaderFacts, HeaderFlags, LimitFlags, NameFlags, StructureFlags,
};
use super::field::{Reader, is_name, is_token};
use super::filename::{LastName, Name, NameParams};
use super::limits::Limits;
use super::names::{Disposition, Encoding, MediaType};
use super::{address, bytes, date, message_id, words};

/// Fields that are lists of addresses (RFC 5322 §3.6.2, §3.6.3).
const ADDRESSES: Fields =
    Fields::FROM.union(Fields::SENDER).union(Fields::REPLY_TO).union(Fields::TO).union(Fields::CC).union(Fields::BCC);

/// Tells values of one header block apart.
pub(super) type Mark = std::num::NonZeroU32;

/// What the MIME fields of a header block say (RFC 2045 §3).
pub(super) struct MimeHeader {
    /// Content-Type; `None` if there is none.
    pub media: Option<MediaType>,
    /// The boundary parameter, as it will stand in the delimiters.
    pub boundary: Option<Vec<u8>>,
    pub encoding: Encoding,
    /// The charset parameter of Content-Type.
    pub charset: Charset,
    pub disposition: Disposition,
    pub structure: StructureFlags,
    pub coding: CodingFlags,
    pub ambiguity: AmbiguityFlags,
    /// The `start` parameter of Content-Type, and Content-ID, as marks to compare.
    pub start: Option<Mark>,
    pub content_id: Option<Mark>,
    pub limits: LimitFlags,
    pub seen: Fields,
    type_name: Name,
    disposition_name: Name,
    last_name: LastName,
    /// Marks of the first Content-Type, Content-Transfer-Encoding and Content-Disposition, to compare a second one with.
    marks: [Option<Mark>; 3],
    /// The last of these fields has a control or a colon in it, or is folded.
    pub odd: bool,
}

impl Default for MimeHeader {
    fn default() -> Self {
        MimeHeader {
            media: None,
            boundary: None,
            encoding: Encoding::Undeclared,
            charset: Charset::None,
            disposition: Disposition::None,
            structure: StructureFlags::empty(),
            coding: CodingFlags::empty(),
            ambiguity: AmbiguityFlags::empty(),
            start: None,
            content_id: None,
            limits: LimitFlags::empty(),
            seen: Fields::empty(),
            type_name: Name::NONE,
            disposition_name: Name::NONE,
            last_name: LastName::none(),
            marks: [None; 3],
            odd: false,
        }
    }
}

impl MimeHeader {
    /// Takes a field. Of a field that comes twice the first counts, as most programs read it.
    pub fn field(&mut self, field: Fields, value: &[u8]) {
        if let Some(place) = DESCRIPTIONS.iter().position(|(known, _)| *known == field) {
            let (mark, odd) = mark(value);
            self.odd = odd;
            if self.seen.contains(field) {
                self.structure |= StructureFlags::DUPLICATE_FIELD;
                if self.marks[place] != Some(mark) {
                    self.ambiguity |= DESCRIPTIONS[place].1;
                }
                return;
            }
            self.marks[place] = Some(mark);
        }
        self.seen |= field;
        if field == Fields::CONTENT_TYPE {
            self.content_type(value);
        } else if field == Fields::CONTENT_TRANSFER_ENCODING {
            self.transfer_encoding(value);
        } else if field == Fields::CONTENT_DISPOSITION {
            self.content_disposition(value);
        } else if field == Fields::CONTENT_ID || field == Fields::CONTENT_LOCATION {
            self.structure |= StructureFlags::REFERENCED;
            if field == Fields::CONTENT_ID {
                self.content_id = Some(mark(value.trim_ascii()).0);
            }
        }
    }

    /// The file name, from both fields.
    pub fn name(&self) -> Name {
        self.disposition_name.or(self.type_name)
    }

    fn content_type(&mut self, value: &[u8]) {
        let mut reader = Reader::new(value);
        let head = reader.head();
        let slash = head.iter().position(|b| *b == b'/');
        match slash.map(|at| (&head[..at], &head[at + 1..])) {
            Some((kind, subtype)) if is_token(kind) && is_token(subtype) => self.media = Some(MediaType::of(head)),
            _ => {
                // RFC 2045 §5.2: what cannot be read is text/plain.
                self.structure |= StructureFlags::TYPE_MALFORMED;
                self.media = Some(MediaType::TextPlain);
            }
        }
        let mut names = NameParams::default();
        let mut encoded_boundary = NameParams::default();
        let (mut charsets, mut odd) = (0, false);
        while let Some(param) = reader.param() {
            if is_name(param.name, "boundary") {
                self.boundary_param(&param.value);
            } else if is_name(param.name, "charset") {
                charsets += 1;
                if self.charset == Charset::None {
                    self.charset = Charset::of(&param.value);
                }
            } else if self.media == Some(MediaType::MultipartRelated) && is_name(param.name, "start") {
                self.start = Some(mark(&param.value).0);
            } else if !encoded_boundary.take(&param, "boundary") {
                names.take(&param, "name");
            }
            odd |= param.unterminated || param.name.ends_with(b"*");
        }
        // RFC 2231 lets every parameter be encoded or cut in pieces; some programs do it to long boundaries.
        if let Some(boundary) = encoded_boundary.value() {
            self.boundary_param(boundary.as_bytes());
        }
        self.note_bounds(&reader);
        self.type_name = names.judge(&mut self.last_name);
        let multipart = self.media.is_some_and(MediaType::is_multipart);
        let malformed = self.structure.contains(StructureFlags::TYPE_MALFORMED);
        let twice = charsets > 1 || self.type_name.flags.contains(NameFlags::DUPLICATE);
        if multipart || malformed || twice || odd || reader.odd || reader.junk {
            self.ambiguity |= ambiguity::content_type(value, multipart);
        }
    }

    fn boundary_param(&mut self, value: &[u8]) {
        if self.boundary.is_some() {
            return;
        }
        // RFC 2046 §5.1.1: a boundary does not end with white space.
        let value = value.trim_ascii_end();
        if value.len() > 70 {
            self.structure |= StructureFlags::BOUNDARY_LONG;
        }
        if value.len() > Limits::BOUNDARY_BYTES {
            self.limits |= LimitFlags::BOUNDARY;
        } else if !value.is_empty() {
            self.boundary = Some(value.to_vec());
            if !value.iter().all(|b| is_boundary_char(*b)) {
                self.structure |= StructureFlags::BOUNDARY_BAD_CHARS;
            }
        }
    }

    fn transfer_encoding(&mut self, value: &[u8]) {
        if let Some(encoding) = encoding_of(value.trim_ascii()) {
            self.encoding = encoding;
            return;
        }
        let mut reader = Reader::new(value);
        let head = reader.head();
        let end = head.iter().position(|b| b.is_ascii_whitespace() || *b == b',').unwrap_or(head.len());
        self.encoding = encoding_of(&head[..end]).unwrap_or(Encoding::Unknown);
        if end < head.len() || reader.junk_before_params() || reader.param().is_some() {
            self.coding |= CodingFlags::CTE_MALFORMED;
        }
        self.ambiguity |= ambiguity::transfer_encoding(value);
    }

    fn content_disposition(&mut self, value: &[u8]) {
        let mut reader = Reader::new(value);
        let head = reader.head();
        let is = |known: &str| is_name(head, known);
        self.disposition = match () {
            () if is("inline") => Disposition::Inline,
            () if head.is_empty() => Disposition::None,
            () if is("attachment") => Disposition::Attachment,
            () if is("form-data") => Disposition::FormData,
            () => Disposition::Other,
        };
        let mut names = NameParams::default();
        while let Some(param) = reader.param() {
            names.take(&param, "filename");
        }
        self.note_bounds(&reader);
        self.structure.set(StructureFlags::DISPOSITION_MALFORMED, reader.junk || !is_token(head));
        self.disposition_name = names.judge(&mut self.last_name);
        let twice = self.disposition_name.flags.contains(NameFlags::DUPLICATE);
        if self.disposition == Disposition::Other || twice || reader.odd || reader.junk {
            self.ambiguity |= ambiguity::disposition(value);
        }
    }

    fn note_bounds(&mut self, reader: &Reader<'_>) {
        if reader.too_many {
            self.limits |= LimitFlags::PARAMETERS;
        }
        if reader.deep_comment {
            self.limits |= LimitFlags::COMMENTS;
        }
    }
}

/// Fields that say what a part is, and what it is called if they come twice and differ.
const DESCRIPTIONS: [(Fields, AmbiguityFlags); 3] = [
    (Fields::CONTENT_TYPE, AmbiguityFlags::DUPLICATE_TYPE),
    (Fields::CONTENT_TRANSFER_ENCODING, AmbiguityFlags::DUPLICATE_ENCODING),
    (Fields::CONTENT_DISPOSITION, AmbiguityFlags::DUPLICATE_DISPOSITION),
];

/// The mark of a value, whatever its case; and whether there is a control or a colon in it; what folds it counts.
fn mark(value: &[u8]) -> (Mark, bool) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    const BLANKS: u64 = b' ' as u64 * ONES;
    let mut odd = 0;
    let mark = bytes::mark(value.strip_prefix(b" ").unwrap_or(value), |word| {
        // Eight comparisons in one (Bit Twiddling Hacks, "Determine if a word has a byte less than n").
        let colons = word ^ (b':' as u64 * ONES);
        odd |= word.wrapping_sub(BLANKS) & !word | colons.wrapping_sub(ONES) & !colons;
        bytes::any_case(word)
    });
    (Mark::MIN | (mark >> 32) as u32, odd & HIGH != 0)
}

/// The transfer encoding of this name, in any case.
pub(super) fn encoding_of(token: &[u8]) -> Option<Encoding> {
    const KNOWN: &[(&str, Encoding)] = &[
        ("7bit", Encoding::SevenBit),
        ("8bit", Encoding::EightBit),
        ("base64", Encoding::Base64),
        ("quoted-printable", Encoding::QuotedPrintable),
        ("binary", Encoding::Binary),
        ("x-uuencode", Encoding::Uuencode),
        ("x-uue", Encoding::Uuencode),
        ("uuencode", Encoding::Uuencode),
        ("uue", Encoding::Uuencode),
    ];
    KNOWN.iter().find(|(name, _)| is_name(token, name)).map(|(_, encoding)| *encoding)
}

/// A character of a boundary (RFC 2046 §5.1.1: `bchars`).
fn is_boundary_char(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b)
}

/// The field of this name, in any case.
pub(super) fn field_of(name: &[u8]) -> Option<Fields> {
    let is = |known: &str| is_name(name, known);
    let known = match name.len() {
        2 if is("To") => Fields::TO,
        2 if is("Cc") => Fields::CC,
        3 if is("Bcc") => Fields::BCC,
        4 if is("From") => Fields::FROM,
        4 if is("Date") => Fields::DATE,
        6 if is("Sender") => Fields::SENDER,
        7 if is("Subject") => Fields::SUBJECT,
        8 if is("Reply-To") => Fields::REPLY_TO,
        10 if is("Message-ID") => Fields::MESSAGE_ID,
        10 if is("References") => Fields::REFERENCES,
        10 if is("Content-ID") => Fields::CONTENT_ID,
        11 if is("In-Reply-To") => Fields::IN_REPLY_TO,
        12 if is("MIME-Version") => Fields::MIME_VERSION,
        12 if is("Content-Type") => Fields::CONTENT_TYPE,
        16 if is("Content-Location") => Fields::CONTENT_LOCATION,
        19 if is("Content-Disposition") => Fields::CONTENT_DISPOSITION,
        25 if is("Content-Transfer-Encoding") => Fields::CONTENT_TRANSFER_ENCODING,
        _ if name.get(..8).is_some_and(|p| p.eq_ignore_ascii_case(b"content-")) => Fields::CONTENT_OTHER,
        _ => return None,
    };
    Some(known)
}

/// Names that stand in every header block a mail program or server makes, and hardly ever at the start of a text.
pub(super) fn is_technical(name: &[u8]) -> bool {
    const KNOWN: &[&str] = &["received", "dkim-signature", "return-path"];
    let known = MIME_FIELDS | Fields::CONTENT_ID | Fields::MIME_VERSION | Fields::MESSAGE_ID;
    field_of(name).map_or(KNOWN.iter().any(|known| is_name(name, known)), |field| field.intersects(known))
}

/// What a field's name is made of (RFC 5322 §2.2).
static IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 33;
    while b <= 126 {
        table[b] = b != b':' as usize;
        b += 1;
    }
    table
};

/// The name of a header line, without the blanks of RFC 5322 §4.5 before the colon; `None` if the line is not one.
pub(super) fn name_of(line: &[u8]) -> Option<&[u8]> {
    // Most names in the header of a part begin so.
    let mut end = if line.starts_with(b"Content-") { 8 } else { 0 };
    while line.get(end).is_some_and(|b| IN_NAME[usize::from(*b)]) {
        end += 1;
    }
    let (name, rest) = line.split_at(end);
    let after = rest.iter().find(|b| !matches!(b, b' ' | b'\t'))?;
    (*after == b':').then_some(name)
}

impl HeaderFacts {
    /// Takes a field of the message's own header block. `dropped` is the number of bytes of its value that are not in `value`;
    /// `arrival` is the time of our clock, in seconds since the epoch.
    pub(super) fn take(
        &mut self,
        name: &[u8],
        field: Option<Fields>,
        value: &[u8],
        dropped: usize,
        arrival: Option<i64>,
    ) -> LimitFlags {
        if name.is_empty() || !name.iter().all(|b| IN_NAME[usize::from(*b)]) {
            self.flags |= HeaderFlags::BAD_NAME;
        }
        if name.eq_ignore_ascii_case(b"x-mailgauge") {
            self.forged_tags = self.forged_tags.saturating_add(1);
        } else if name.eq_ignore_ascii_case(b"x-mailbox-line") {
            self.flags |= HeaderFlags::MBOX_FROM;
        }
        let blank = value.iter().all(u8::is_ascii_whitespace);
        if let Some(field) = field {
            // Two different fields may both be of the last kind.
            self.repeated |= self.seen & field & !Fields::CONTENT_OTHER;
            self.seen |= field;
            if blank {
                self.empty |= field;
            }
            let first = !self.repeated.contains(field);
            match field {
                Fields::MIME_VERSION => self.mime_version(value),
                _ if blank => {}
                Fields::DATE if first => self.date(value, arrival),
                Fields::MESSAGE_ID if first && !message_id::is_well_formed(value) => {
                    self.flags |= HeaderFlags::MESSAGE_ID_BAD;
                }
                _ if ADDRESSES.contains(field) => self.addresses(field, value, dropped == 0),
                _ => {}
            }
        }
        self.bytes_of(name.len(), value, dropped);
        let words = words::examine(value);
        for (seen, flag) in [
            (words.bad, HeaderFlags::ENCODED_WORD_BAD),
            (words.unknown_charset, HeaderFlags::ENCODED_WORD_CHARSET),
            (words.long, HeaderFlags::ENCODED_WORD_LONG),
            (words.split, HeaderFlags::ENCODED_WORD_SPLIT),
        ] {
            if seen {
                self.flags |= flag;
            }
        }
        if words.too_many { LimitFlags::ENCODED_WORDS } else { LimitFlags::empty() }
    }

    fn bytes_of(&mut self, name_len: usize, value: &[u8], dropped: usize) {
        let size = name_len + 1 + value.len() + bare_lfs(value) + dropped;
        self.largest_field = self.largest_field.max(u32::try_from(size).unwrap_or(u32::MAX));
        if !value.is_ascii() {
            let utf8 = std::str::from_utf8(value).is_ok();
            self.flags |= if utf8 { HeaderFlags::RAW_UTF8 } else { HeaderFlags::RAW_8BIT };
        }
        let mut longest = 0;
        let mut indent = name_len + 1;
        for (number, line) in value.split(|b| *b == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            longest = longest.max(indent + line.len());
            indent = 0;
            if number > 0 && line.iter().all(|b| matches!(b, b' ' | b'\t')) {
                self.flags |= HeaderFlags::BLANK_FOLD;
            }
            if memchr::memchr(b'\r', line).is_some() {
                self.flags |= HeaderFlags::BARE_CR;
            }
            if line.iter().any(|b| b.is_ascii_control() && !matches!(b, b'\t' | b'\r')) {
                self.flags |= HeaderFlags::CONTROL;
            }
        }
        self.longest_line = self.longest_line.max(u32::try_from(longest).unwrap_or(u32::MAX));
    }

    fn date(&mut self, value: &[u8], arrival: Option<i64>) {
        match date::read(value) {
            Some(date) => {
                self.date_ahead = arrival.map(|now| date.timestamp.saturating_sub(now));
                if !date.zone_valid {
                    self.flags |= HeaderFlags::DATE_ZONE_BAD;
                }
            }
            None => self.flags |= HeaderFlags::DATE_INVALID,
        }
    }

    fn addresses(&mut self, field: Fields, value: &[u8], whole: bool) {
        let found = address::examine(value, whole);
        self.addresses |= found.flags;
        if field == Fields::FROM && found.mailboxes > 1 {
            self.addresses |= AddressFlags::SEVERAL_FROM;
        }
        // A sender there must be, and of those who sent for others one alone (RFC 5322 §3.6.2, RFC 6854).
        let nobody = found.mailboxes + found.groups == 0 && (field == Fields::FROM || field == Fields::SENDER);
        if whole && (nobody || (field == Fields::SENDER && found.mailboxes > 1)) {
            self.addresses |= AddressFlags::MALFORMED;
        }
    }

    fn mime_version(&mut self, value: &[u8]) {
        let version: Vec<u8> =
            Reader::new(value).head().iter().copied().filter(|b| !b.is_ascii_whitespace()).take(4).collect();
        if version != b"1.0" {
            self.flags |= HeaderFlags::MIME_VERSION_BAD;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mime(fields: &[(Fields, &str)]) -> MimeHeader {
        let mut header = MimeHeader::default();
        for (field, value) in fields {
            header.field(*field, value.as_bytes());
        }
        header
    }

    #[test]
    fn content_type() {
        let header = mime(&[(Fields::CONTENT_TYPE, " Multipart/Mixed; boundary=\"a b \"")]);
        assert_eq!(header.media, Some(MediaType::MultipartMixed));
        assert_eq!(header.boundary.as_deref(), Some(&b"a b"[..]));
        assert_eq!(header.structure, StructureFlags::empty());
        for encoded in ["boundary*=us-ascii''a%20b", "boundary*0=\"a \"; boundary*1=b"] {
            let header = mime(&[(Fields::CONTENT_TYPE, &format!("multipart/mixed; {encoded}"))]);
            assert_eq!(header.boundary.as_deref(), Some(&b"a b"[..]), "{encoded}");
        }
        for (bad, flag) in [
            ("text", StructureFlags::TYPE_MALFORMED),
            ("text/", StructureFlags::TYPE_MALFORMED),
            ("a/b, c/d", StructureFlags::TYPE_MALFORMED),
            ("a/b; boundary=\"a*b\"", StructureFlags::BOUNDARY_BAD_CHARS),
        ] {
            assert_eq!(mime(&[(Fields::CONTENT_TYPE, bad)]).structure, flag, "{bad}");
        }
        let twice = mime(&[(Fields::CONTENT_TYPE, "text/html"), (Fields::CONTENT_TYPE, "a/b")]);
        assert_eq!((twice.media, twice.structure), (Some(MediaType::TextHtml), StructureFlags::DUPLICATE_FIELD));
        let long = format!("multipart/mixed; boundary={}", "x".repeat(Limits::BOUNDARY_BYTES + 1));
        let long = mime(&[(Fields::CONTENT_TYPE, &long)]);
        assert_eq!((long.boundary, long.limits), (None, LimitFlags::BOUNDARY));
    }

    #[test]
    fn content_disposition() {
        for (value, malformed) in [
            ("attachment", false),
            ("attachment; filename=\"a b.pdf\"; size=1;", false),
            ("inline (for now);; filename=a.pdf ; (x)", false),
            ("", true),
            ("filename=a.pdf", true),
            ("; filename=a.pdf", true),
            ("\"attachment\"; filename=a.pdf", true),
            ("attachment filename=a.pdf", true),
            ("attachment; a.pdf", true),
            ("attachment; filename=\"a \"b\" c.pdf\"", true),
        ] {
            let header = mime(&[(Fields::CONTENT_DISPOSITION, value)]);
            assert_eq!(header.structure.contains(StructureFlags::DISPOSITION_MALFORMED), malformed, "{value}");
        }
    }

    #[test]
    fn transfer_encoding() {
        for (value, encoding, flags) in [
            (" BASE64 ", Encoding::Base64, CodingFlags::empty()),
            ("quoted-printable (really)", Encoding::QuotedPrintable, CodingFlags::empty()),
            ("7bit;", Encoding::SevenBit, CodingFlags::empty()),
            ("base64 7bit", Encoding::Base64, CodingFlags::CTE_MALFORMED),
            ("8bit; charset=utf-8", Encoding::EightBit, CodingFlags::CTE_MALFORMED),
            ("base645", Encoding::Unknown, CodingFlags::empty()),
            ("", Encoding::Unknown, CodingFlags::empty()),
        ] {
            let header = mime(&[(Fields::CONTENT_TRANSFER_ENCODING, value)]);
            assert_eq!((header.encoding, header.coding), (encoding, flags), "{value:?}");
        }
    }

    #[test]
    fn header_lines() {
        assert_eq!(name_of(b"Subject: x"), Some(&b"Subject"[..]));
        assert_eq!(name_of(b"Subject : x"), Some(&b"Subject"[..]));
        assert_eq!(name_of(b": x"), Some(&b""[..]));
        assert_eq!(name_of(b"Dear all: x"), None);
        assert_eq!(name_of(b"no colon"), None);
        assert_eq!(name_of(b"n\xFCme: x"), None);
    }

    fn facts(name: &str, value: &[u8]) -> HeaderFacts {
        let mut facts = HeaderFacts::default();
        facts.take(name.as_bytes(), field_of(name.as_bytes()), value, 0, Some(1_800_000_000));
        facts
    }

    #[test]
    fn dates() {
        assert_eq!(facts("Date", b" Fri, 15 Jan 2027 08:00:10 +0000").date_ahead, Some(10));
        assert_eq!(facts("Date", b"yesterday").flags, HeaderFlags::DATE_INVALID);
        assert_eq!(facts("Date", b"Fri, 15 Jan 2027 08:00:10 +9900").flags, HeaderFlags::DATE_ZONE_BAD);
        assert_eq!(facts("Resent-Date", b"yesterday").flags, HeaderFlags::empty());
    }

    #[test]
    fn who_a_mail_is_from() {
        for (name, value, flags) in [
            ("From", "ann@example.org", AddressFlags::empty()),
            ("From", "ann@example.org, bob@example.org", AddressFlags::SEVERAL_FROM),
            ("From", "Authors: ann@example.org, bob@example.org;", AddressFlags::SEVERAL_FROM),
            ("From", "nobody:;", AddressFlags::empty()),
            ("From", "(nobody)", AddressFlags::MALFORMED),
            ("From", " ", AddressFlags::empty()),
            ("Sender", "ann@example.org, bob@example.org", AddressFlags::MALFORMED),
            ("To", "ann@example.org, bob@example.org", AddressFlags::empty()),
            ("To", "(nobody)", AddressFlags::empty()),
            ("Cc", "ann", AddressFlags::NO_DOMAIN),
            ("Resent-To", "ann", AddressFlags::empty()),
        ] {
            assert_eq!(facts(name, value.as_bytes()).addresses, flags, "{name}: {value}");
        }
    }

    #[test]
    fn bytes_of_a_value() {
        for (value, flags) in [
            (&b" plain\r\n folded"[..], HeaderFlags::empty()),
            (b" a\tb", HeaderFlags::empty()),
            ("grün".as_bytes(), HeaderFlags::RAW_UTF8),
            (b"gr\xFCn", HeaderFlags::RAW_8BIT),
            (b" a\n \n b", HeaderFlags::BLANK_FOLD),
            (b" a\rb", HeaderFlags::BARE_CR),
            (b" a\x07b", HeaderFlags::CONTROL),
            (b" =?utf-8?B?abc", HeaderFlags::ENCODED_WORD_BAD),
        ] {
            assert_eq!(facts("Subject", value).flags, flags, "{value:?}");
        }
        assert_eq!(facts("X", &[b'a'; 1000]).longest_line, 1002);
    }
}
