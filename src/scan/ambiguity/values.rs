//! What the value of a Content-Type, Content-Transfer-Encoding or Content-Disposition leaves open.

use super::{FIELD_START, Flags, when};
use crate::scan::bytes::{is_blank, is_space, starts_with, trim, trim_start};
use crate::scan::{header, words};

/// Bytes of a Content-Transfer-Encoding that are looked at.
const ENCODING: usize = 256;
/// Parameters that programs act on; a file may be called one thing to one program and another to the next.
const COMPARED: [&[u8]; 4] = [b"boundary", b"charset", b"name", b"filename"];

fn ends_with(text: &[u8], suffix: &[u8]) -> bool {
    text.len() >= suffix.len() && text[text.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// What stands between two semicolons, as RFC 2045 §5.1 means them: neither in quotes nor in a comment.
struct Segment<'a> {
    text: &'a [u8],
    quotes: usize,
    comment: bool,
    /// A comment does not end.
    open_comment: bool,
}

struct Segments<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let rest = self.0.take()?;
        let (mut quotes, mut quoted, mut depth, mut comment) = (0, false, 0usize, false);
        let mut at = 0;
        while let Some(b) = rest.get(at) {
            match b {
                b'\\' if quoted || depth > 0 => at += 1,
                b'"' if depth == 0 => {
                    quotes += 1;
                    quoted = !quoted;
                }
                b'(' if !quoted => {
                    comment = true;
                    depth += 1;
                }
                b')' if depth > 0 => depth -= 1,
                b')' if !quoted => comment = true,
                b';' if !quoted && depth == 0 => {
                    self.0 = Some(&rest[at + 1..]);
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        let text = &rest[..at.min(rest.len())];
        Some(Segment { text, quotes, comment, open_comment: depth > 0 })
    }
}

/// What is ambiguous in a Content-Type.
pub(in crate::scan) fn content_type(value: &[u8], multipart: bool) -> Flags {
    let mut segments = Segments(Some(value));
    let Some(first) = segments.next() else { return Flags::empty() };
    let mut flags = media_type(&first);
    let multipart = multipart || contains(first.text, b"multipart");
    flags |= parameters(segments, multipart);
    flags
}

fn media_type(head: &Segment<'_>) -> Flags {
    let text = trim(head.text);
    if words::looks_encoded(text) {
        return Flags::ENCODED_WORD;
    }
    if head.comment {
        return Flags::COMMENT;
    }
    if contains(text, b"boundary") {
        return Flags::BOUNDARY_SYNTAX;
    }
    let mut types = text.split(|b| is_space(*b) || *b == b',').filter(|word| is_type(word));
    let (one, two) = (types.next(), types.next());
    if let (Some(one), Some(two)) = (one, two) {
        return if one.eq_ignore_ascii_case(two) { Flags::FIELD_OVERLAP } else { Flags::MULTIPLE_VALUES };
    }
    if head.quotes > 0 {
        return Flags::MULTIPLE_VALUES;
    }
    if memchr::memchr(b'\n', text).is_some() {
        return Flags::FOLDING;
    }
    // `text/plaintext/plain`.
    let mut pieces = text.split(|b| *b == b'/');
    match (pieces.next(), pieces.next(), pieces.next()) {
        (Some(kind), Some(joined), Some(_)) if !kind.is_empty() && ends_with(joined, kind) => Flags::FIELD_OVERLAP,
        _ => Flags::empty(),
    }
}

pub(super) fn is_type(word: &[u8]) -> bool {
    let mut halves = word.split(|b| *b == b'/');
    let is_name = |name: &[u8]| name.first().is_some_and(u8::is_ascii_alphabetic) && !name.contains(&b'=');
    matches!((halves.next(), halves.next(), halves.next()), (Some(a), Some(b), None) if is_name(a) && is_name(b))
}

/// The parameters of a field. What is wrong with a boundary matters where one is needed.
fn parameters(segments: Segments<'_>, multipart: bool) -> Flags {
    let mut flags = Flags::empty();
    let mut first: [Option<&[u8]>; COMPARED.len()] = Default::default();
    let (mut bounded, mut almost, mut gap, mut behind_boundary) = (false, false, false, false);
    for segment in segments {
        let Some(equals) = memchr::memchr(b'=', segment.text) else {
            let word = trim(segment.text);
            if segment.open_comment {
                flags |= Flags::COMMENT;
            } else if word.is_empty() {
                gap = true;
            } else if multipart && starts_with(word, b"boundary") {
                bounded = true;
                flags |= if word.len() == 8 { Flags::BOUNDARY_EMPTY } else { Flags::BOUNDARY_SYNTAX };
            } else if behind_boundary && !segment.comment {
                // Programs differ in whether an unquoted value ends at a semicolon.
                flags |= Flags::BOUNDARY_CHARS;
            }
            behind_boundary = false;
            continue;
        };
        let (name, value) = (&segment.text[..equals], &segment.text[equals + 1..]);
        let visible: Vec<u8> = name.iter().copied().filter(u8::is_ascii_graphic).take(FIELD_START).collect();
        behind_boundary = false;
        if starts_with(&visible, b"boundary*") {
            bounded = true;
            flags |= when(multipart, Flags::RFC2231);
        } else if starts_with(&visible, b"charset*") {
            flags |= Flags::RFC2231;
        } else if visible.eq_ignore_ascii_case(b"boundary") && multipart {
            bounded = true;
            behind_boundary = true;
            flags |= boundary(name, value, &segment);
            flags |= when(gap, Flags::BOUNDARY_SYNTAX);
        } else if contains(&visible, b"boundary") && segment.comment {
            bounded = true;
            flags |= Flags::COMMENT;
        } else {
            almost |= is_almost_boundary(&visible);
            let is_name = starts_with(&visible, b"name") || starts_with(&visible, b"filename");
            flags |= when(segment.open_comment && !is_name, Flags::COMMENT);
        }
        if let Some(place) = COMPARED.iter().position(|known| visible.eq_ignore_ascii_case(known)) {
            match first[place] {
                None => first[place] = Some(unquoted(value)),
                Some(before) if place > 0 && before == unquoted(value) => {}
                Some(_) => flags |= Flags::DUPLICATE_PARAMETER,
            }
        }
    }
    flags | when(multipart && almost && !bounded, Flags::BOUNDARY_SYNTAX)
}

fn unquoted(value: &[u8]) -> &[u8] {
    let value = trim(value);
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// A boundary parameter, `name` and `value` with all that is around them.
fn boundary(name: &[u8], value: &[u8], segment: &Segment<'_>) -> Flags {
    if segment.comment {
        return Flags::COMMENT;
    }
    let mut flags = Flags::empty();
    let behind_name = &name[name.iter().rposition(|b| !is_space(*b)).map_or(0, |at| at + 1)..];
    let before_value = &value[..value.len() - trim_start(value).len()];
    let text = trim(value);
    let plain = unquoted(value);
    if plain.iter().all(|b| is_blank(*b)) {
        return Flags::BOUNDARY_EMPTY;
    }
    for around in [behind_name, before_value] {
        if memchr::memchr(b'\n', around).is_some() {
            flags |= Flags::FOLDING;
        } else if !around.is_empty() {
            flags |= Flags::BOUNDARY_SYNTAX;
        }
    }
    flags |= when(trim(name).len() != b"boundary".len(), Flags::BOUNDARY_SYNTAX);
    if words::looks_encoded(plain) {
        return flags | Flags::ENCODED_WORD;
    }
    let quoted = plain.len() + 2 == text.len();
    let apostrophes = text.len() > 1 && text.starts_with(b"'") && text.ends_with(b"'");
    if segment.quotes != 2 * usize::from(quoted) || memchr::memchr(b'\\', text).is_some() || apostrophes {
        flags |= Flags::BOUNDARY_QUOTING;
        return flags;
    }
    let around = |b: Option<&u8>| b.is_some_and(|b| is_blank(*b));
    let cuts = |b: &u8| match b {
        b'\r' | b'\n' => false,
        b' ' | b',' => !quoted,
        b';' => true,
        b => b.is_ascii_control(),
    };
    if memchr::memchr(b'\n', plain).is_some() {
        flags |= Flags::FOLDING;
    } else if around(plain.first()) || around(plain.last()) || plain.iter().any(cuts) {
        flags |= Flags::BOUNDARY_CHARS;
    }
    flags
}

/// `bondary`, `boundry`, `boundary1`: at most two letters away from `boundary`.
fn is_almost_boundary(name: &[u8]) -> bool {
    const WORD: &[u8] = b"boundary";
    if contains(name, WORD) {
        return true;
    }
    if name.len().abs_diff(WORD.len()) > 2 {
        return false;
    }
    // Levenshtein's distance, row by row.
    let mut row: [usize; WORD.len() + 1] = std::array::from_fn(|i| i);
    for (i, a) in name.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in WORD.iter().enumerate() {
            let same = diagonal + usize::from(!a.eq_ignore_ascii_case(b));
            diagonal = row[j + 1];
            row[j + 1] = same.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[WORD.len()] <= 2
}

/// What is ambiguous in a Content-Disposition.
pub(in crate::scan) fn disposition(value: &[u8]) -> Flags {
    let mut segments = Segments(Some(value));
    let Some(first) = segments.next() else { return Flags::empty() };
    let text = trim(first.text);
    let head = if words::looks_encoded(text) {
        Flags::ENCODED_WORD
    } else if first.comment {
        // What is no `inline` is an attachment, so that programs agree.
        when(first.open_comment, Flags::COMMENT)
    } else if first.quotes > 0 || text.iter().any(|b| is_blank(*b) || *b == b',') && !contains(text, b"\n") {
        Flags::MULTIPLE_VALUES
    } else if memchr::memchr(b'\n', text).is_some() {
        Flags::FOLDING
    } else {
        Flags::empty()
    };
    head | parameters(segments, false)
}

/// What is ambiguous in a Content-Transfer-Encoding that is more than the name of one.
pub(in crate::scan) fn transfer_encoding(value: &[u8]) -> Flags {
    let value = trim(&value[..value.len().min(ENCODING)]);
    if memchr::memchr(0, value).is_some() {
        return Flags::empty();
    }
    if words::looks_encoded(value) {
        return Flags::ENCODED_WORD;
    }
    let (text, comment, open) = without_comments(value);
    let letters: Vec<u8> = text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    // Whether an encoding that hides content is meant; all others leave it as it is.
    let hides = ["base64", "quotedprintable", "uuencode"].iter().any(|name| contains(&letters, name.as_bytes()));
    let mut known = text
        .split(|b| is_space(*b) || matches!(b, b',' | b';' | b'"'))
        .filter(|word| header::encoding_of(word).is_some());
    let (one, two) = (known.next(), known.next());
    match (one, two) {
        _ if open || (comment && hides) => Flags::COMMENT,
        (Some(one), Some(two)) if one.eq_ignore_ascii_case(two) => Flags::FIELD_OVERLAP,
        (Some(_), Some(_)) => Flags::MULTIPLE_VALUES,
        _ if !hides => Flags::empty(),
        _ if memchr::memchr(b'"', &text).is_some() => Flags::MULTIPLE_VALUES,
        (None, _) if memchr::memchr(b'\n', &text).is_some() => Flags::FOLDING,
        _ => Flags::ENCODING_JUNK,
    }
}

/// The text without comments; whether there was one, and whether one does not end or was never begun.
fn without_comments(value: &[u8]) -> (Vec<u8>, bool, bool) {
    let (mut depth, mut comment, mut stray) = (0usize, false, false);
    let mut text = Vec::with_capacity(value.len());
    for b in value {
        match b {
            b'(' => {
                depth += 1;
                comment = true;
            }
            b')' if depth > 0 => depth -= 1,
            b')' => stray = true,
            _ if depth == 0 => text.push(*b),
            _ => {}
        }
    }
    (text, comment, stray || depth > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for (value, expected) in [
            ("multipart/mixed; boundary=b", Flags::empty()),
            ("multipart/mixed; boundary=\"=_b c(1),2\"", Flags::empty()),
            ("multipart/mixed;\r\n\tboundary=\"=_b\"; charset=utf-8;", Flags::empty()),
            ("Multipart/Mixed; BOUNDARY==_b", Flags::empty()),
            ("multipart/mixed;\r\n boundary=\"b\"; type=\"text/html\"; start=\"<a@b>\"", Flags::empty()),
            ("text/plain; charset=us-ascii (Plain text)", Flags::empty()),
            ("text/plain; charset=utf-8; charset=UTF-8", Flags::DUPLICATE_PARAMETER),
            ("text/plain; charset=utf-8; charset=\"utf-8\"", Flags::empty()),
            ("application/pdf; name=\"a;b=c.pdf\"", Flags::empty()),
            ("text/plain, text/html", Flags::MULTIPLE_VALUES),
            ("text/plain text/html", Flags::MULTIPLE_VALUES),
            ("\"multipart/mixed\"; boundary=b", Flags::MULTIPLE_VALUES),
            ("text/plain text/plain", Flags::FIELD_OVERLAP),
            ("text/plaintext/plain", Flags::FIELD_OVERLAP),
            ("multipart/mixed boundary=b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed, boundary=b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed; boundary =b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed; boundary= b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed; bondary=b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed; boundary:b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed; x-boundary=b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed;; boundary=b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed; boundary\0=b", Flags::BOUNDARY_SYNTAX),
            ("multipart/mixed; boundary", Flags::BOUNDARY_EMPTY),
            ("multipart/mixed; boundary=", Flags::BOUNDARY_EMPTY),
            ("multipart/mixed; boundary=;", Flags::BOUNDARY_EMPTY),
            ("multipart/mixed; boundary=\"\"", Flags::BOUNDARY_EMPTY),
            ("multipart/mixed; boundary=\" \"", Flags::BOUNDARY_EMPTY),
            ("multipart/mixed; boundary=\"b", Flags::BOUNDARY_QUOTING),
            ("multipart/mixed; boundary=b\"", Flags::BOUNDARY_QUOTING),
            ("multipart/mixed; boundary=\"b\"c", Flags::BOUNDARY_QUOTING),
            ("multipart/mixed; boundary=a\"b\"c", Flags::BOUNDARY_QUOTING),
            ("multipart/mixed; boundary=\"\"b\"\"", Flags::BOUNDARY_QUOTING),
            ("multipart/mixed; boundary=\"a\"\"b\"", Flags::BOUNDARY_QUOTING),
            ("multipart/mixed; boundary=\"a\\b\"", Flags::BOUNDARY_QUOTING),
            ("multipart/mixed; boundary='b'", Flags::BOUNDARY_QUOTING),
            ("multipart/mixed; boundary=a b", Flags::BOUNDARY_CHARS),
            ("multipart/mixed; boundary=a,b", Flags::BOUNDARY_CHARS),
            ("multipart/mixed; boundary=a;b", Flags::BOUNDARY_CHARS),
            ("multipart/mixed; boundary=\"a;b\"", Flags::BOUNDARY_CHARS),
            ("multipart/mixed; boundary=\"b \"", Flags::BOUNDARY_CHARS),
            ("multipart/mixed; boundary=\" b\"", Flags::BOUNDARY_CHARS),
            ("multipart/mixed; boundary=\"a\tb\"", Flags::BOUNDARY_CHARS),
            ("multipart/mixed; boundary=a; boundary=b", Flags::DUPLICATE_PARAMETER),
            ("multipart/mixed; boundary=a; Boundary=a", Flags::DUPLICATE_PARAMETER),
            ("multipart/mixed; boundary*=us-ascii''b", Flags::RFC2231),
            ("multipart/mixed; boundary*0=a; boundary*1=b", Flags::RFC2231),
            ("text/plain; charset*=utf-8''utf-8", Flags::RFC2231),
            ("multi(x)part/mixed; boundary=b", Flags::COMMENT),
            ("(x)multipart/mixed; boundary=b", Flags::COMMENT),
            ("multipart/mixed; (x)boundary=b", Flags::COMMENT),
            ("multipart/mixed; boundary(x)=b", Flags::COMMENT),
            ("multipart/mixed; boundary=(x)b", Flags::COMMENT),
            ("multipart/mixed; boundary=b(x)", Flags::COMMENT),
            ("text/plain (x; name=a.exe", Flags::COMMENT),
            ("=?utf-8?Q?text/plain?=", Flags::ENCODED_WORD),
            ("multipart/mixed; boundary=\"=?utf-8?Q?b?=\"", Flags::ENCODED_WORD),
            ("multi\r\n part/mixed; boundary=b", Flags::FOLDING),
            ("multipart/mixed; boundary\r\n =b", Flags::FOLDING),
            ("multipart/mixed; boundary=\r\n b", Flags::FOLDING),
            ("multipart/mixed; boundary=\"a\r\n b\"", Flags::FOLDING),
            ("multipart/mixed; boundary=a\r\n b", Flags::FOLDING),
        ] {
            assert_eq!(
                content_type(value.as_bytes(), starts_with(value.as_bytes(), b"multipart/")),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn encodings() {
        for (value, expected) in [
            ("7bit; charset=utf-8", Flags::empty()),
            ("7bit (plain)", Flags::empty()),
            ("8-bit", Flags::empty()),
            ("utf-8", Flags::empty()),
            ("base645", Flags::ENCODING_JUNK),
            ("xbase64", Flags::ENCODING_JUNK),
            ("base64;", Flags::ENCODING_JUNK),
            ("base64, x", Flags::ENCODING_JUNK),
            ("base64; charset=utf-8", Flags::ENCODING_JUNK),
            ("base-64", Flags::ENCODING_JUNK),
            ("base 64", Flags::ENCODING_JUNK),
            ("quoted_printable", Flags::ENCODING_JUNK),
            ("base64 quoted-printable", Flags::MULTIPLE_VALUES),
            ("7bit, base64", Flags::MULTIPLE_VALUES),
            ("\"base64\"", Flags::MULTIPLE_VALUES),
            ("base64 base64", Flags::FIELD_OVERLAP),
            ("base64 (x)", Flags::COMMENT),
            ("(7bit) base64", Flags::COMMENT),
            ("base64 (x", Flags::COMMENT),
            ("=?us-ascii?Q?base64?=", Flags::ENCODED_WORD),
            ("base\r\n 64", Flags::FOLDING),
        ] {
            assert_eq!(transfer_encoding(value.as_bytes()), expected, "{value}");
        }
    }

    #[test]
    fn dispositions() {
        for (value, expected) in [
            ("attachment", Flags::empty()),
            ("attachment; filename=\"a, b.pdf\"", Flags::empty()),
            ("attachment;\r\n\tfilename=\"a (1).pdf\";\r\n\tsize=1", Flags::empty()),
            ("attachment; filename=a(1.pdf", Flags::empty()),
            ("attachment; filename=a.pdf; filename=a.pdf", Flags::empty()),
            ("attachment; filename=a.pdf; filename=a.exe", Flags::DUPLICATE_PARAMETER),
            ("inline, attachment", Flags::MULTIPLE_VALUES),
            ("attachment inline", Flags::MULTIPLE_VALUES),
            ("\"attachment\"", Flags::MULTIPLE_VALUES),
            ("attachment (x)", Flags::empty()),
            ("attachment (x; filename=a.pdf", Flags::COMMENT),
            ("=?utf-8?Q?attachment?=", Flags::ENCODED_WORD),
            ("attach\r\n ment", Flags::FOLDING),
        ] {
            assert_eq!(disposition(value.as_bytes()), expected, "{value}");
        }
    }
}
