//! MIME fields that programs read in different ways (*Inbox Invasion*, CCS 2024; RFC 7103), so that a filter may see another
//! mail than the recipient.
//!
//! Only what the ordinary reading stumbled over comes here, and fields in which much can be wrong: multiparts and what is folded.

mod values;

use super::bytes::{is_blank, is_space, starts_with, trim, trim_start, without_line_end};
use super::entity::MIME_FIELDS;
use super::facts::{AmbiguityFlags as Flags, Fields};
use super::header;
use values::is_type;

pub(super) use values::{content_type, disposition, transfer_encoding};

/// Bytes in which a field's name and its value's first word stand.
pub(super) const FIELD_START: usize = 64;

fn when(yes: bool, flag: Flags) -> Flags {
    if yes { flag } else { Flags::empty() }
}

/// The field of this name, if it is one that says what a part is.
fn mime_field(name: &[u8]) -> Option<Fields> {
    header::field_of(name).filter(|field| MIME_FIELDS.contains(*field))
}

/// A field that says what a part is stands at the beginning of this text, with a value as such fields have.
pub(super) fn begins_with_field(text: &[u8]) -> bool {
    let Some(b'c' | b'C') = text.first() else { return false };
    let Some(colon) = memchr::memchr(b':', &text[..text.len().min(FIELD_START)]) else { return false };
    let value = trim_start(&text[colon + 1..]);
    let begins = |words: &[&str]| words.iter().any(|word| starts_with(value, word.as_bytes()));
    match header::name_of(&text[..=colon]).and_then(mime_field) {
        Some(Fields::CONTENT_TYPE) => {
            let kind = value.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            kind > 0 && matches!(value[kind..], [b'/', subtype, ..] if subtype.is_ascii_alphanumeric())
        }
        Some(Fields::CONTENT_TRANSFER_ENCODING) => {
            begins(&["base64", "quoted-printable", "7bit", "8bit", "binary", "x-uu"])
        }
        Some(_) => begins(&["attachment", "inline"]),
        None => false,
    }
}

/// The value is one that a field that says what a part is may have.
pub(super) fn describes(value: &[u8]) -> bool {
    let value = trim(&value[..value.len().min(FIELD_START)]);
    let end = value.iter().position(|b| is_space(*b) || *b == b';').unwrap_or(value.len());
    let word = &value[..end];
    is_type(word) || header::encoding_of(word).is_some() || begins_with_field(value)
}

/// What is ambiguous in the continuation lines of a field. `mime` says that it is one of MIME's, `part` that it is of a part's
/// header: in the header of the mail, continuation lines of blanks are another finding.
pub(super) fn continuations(value: &[u8], mime: bool, part: bool) -> Flags {
    let mut flags = Flags::empty();
    for at in memchr::memchr_iter(b'\n', value) {
        let line = &value[at + 1..];
        let text = &line[line.iter().position(|b| !is_blank(*b)).unwrap_or(line.len())..];
        if begins_with_field(text) {
            flags |= Flags::FIELD_NAME_SPACING;
        } else if mime && part && text.first().is_none_or(|b| matches!(b, b'\r' | b'\n')) {
            flags |= Flags::FOLDING;
        }
    }
    flags
}

/// What is ambiguous in a CR of a field's value that ends no line.
pub(super) fn bare_crs(value: &[u8], mime: bool) -> Flags {
    let mut flags = Flags::empty();
    for at in memchr::memchr_iter(b'\r', value) {
        let rest = &value[at + 1..];
        if rest.first() == Some(&b'\n') {
            continue;
        }
        if rest.first().is_none_or(|b| *b == b'\r') || names_a_field(rest) {
            flags |= Flags::LINE_BREAK;
        } else if mime {
            flags |= Flags::FOLDING;
        }
    }
    flags
}

/// A field of any name that is known stands at the beginning of this text.
fn names_a_field(text: &[u8]) -> bool {
    let start = &text[..text.len().min(FIELD_START)];
    let name = memchr::memchr(b':', start).map(|colon| trim(&start[..colon]));
    name.is_some_and(|name| header::field_of(name).is_some() || header::is_technical(name))
}

/// A line with a blank before it, at the beginning of a header block.
pub(super) fn blank_before(line: &[u8]) -> Flags {
    when(begins_with_field(trim_start(line)), Flags::FIELD_NAME_SPACING)
}

/// A line that ended the header block although it is neither empty nor a field. `described` says that a MIME field came before
/// it.
pub(super) fn bad_line(line: &[u8], described: bool) -> Flags {
    let line = without_line_end(line);
    let start = &line[..line.len().min(FIELD_START)];
    let name = memchr::memchr(b':', start).map_or(start, |colon| &start[..colon]);
    let visible: Vec<u8> = name.iter().copied().filter(u8::is_ascii_graphic).collect();
    let named = mime_field(&visible).is_some();
    if memchr::memchr(b'\r', start).is_some() && (named || visible.is_empty()) {
        // CR CR LF where the empty line should be, or LF CR before a field.
        Flags::LINE_BREAK
    } else if named && name.len() == start.len() {
        // The colon stands in the next line.
        Flags::FOLDING
    } else if named {
        Flags::FIELD_NAME_SPACING
    } else {
        when(described && !line.starts_with(b">From "), Flags::HEADER_END)
    }
}

/// What is ambiguous in the bytes of a MIME field's value, whichever field it is.
pub(super) fn value(value: &[u8]) -> Flags {
    let mut flags = when(memchr::memchr(0, value).is_some(), Flags::NUL);
    let mut quoted = false;
    for at in memchr::memchr2_iter(b'"', b':', value) {
        if value[at] == b'"' {
            quoted = !quoted;
        } else if !quoted {
            let before = trim(&value[at.saturating_sub(FIELD_START)..at]);
            let name = before.iter().rposition(|b| !b.is_ascii_alphabetic() && *b != b'-').map_or(0, |at| at + 1);
            if before.is_empty() && at < FIELD_START || mime_field(&before[name..]).is_some() {
                flags |= Flags::FIELD_OVERLAP;
            }
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_values() {
        for (text, expected) in [
            ("text/plain;\r\n charset=utf-8", Flags::empty()),
            ("text/plain;\n charset=utf-8", Flags::empty()),
            ("text/plain;\r charset=utf-8", Flags::FOLDING),
            ("text/plain;\r\n \r\n charset=utf-8", Flags::FOLDING),
            ("text/plain\r", Flags::LINE_BREAK),
            ("text/plain;\r\r\n charset=utf-8", Flags::LINE_BREAK),
            ("text/plain\rContent-Transfer-Encoding: base64", Flags::LINE_BREAK),
            ("text/plain\r\n Content-Transfer-Encoding: base64", Flags::FIELD_NAME_SPACING),
        ] {
            let text = text.as_bytes();
            assert_eq!(continuations(text, true, true) | bare_crs(text, true), expected, "{text:?}");
        }
        // A signature's list of fields.
        assert_eq!(continuations(b" h=From:To:\r\n\tContent-Type:MIME-Version", false, false), Flags::empty());
        assert_eq!(bare_crs(b" a\rb", false), Flags::empty());
        for (text, expected) in [
            (" text/plain; name=\"Content-Type: x\"", Flags::empty()),
            (" text/plain; name=C:\\a", Flags::empty()),
            (" text/pl\0ain", Flags::NUL),
            ("Content-Type: text/plain", Flags::FIELD_OVERLAP),
            (" text/plain Content-Transfer-Encoding: base64", Flags::FIELD_OVERLAP),
            (": text/plain", Flags::FIELD_OVERLAP),
        ] {
            assert_eq!(value(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn lines_that_are_no_fields() {
        for (line, described, expected) in [
            ("Hello Bob", false, Flags::empty()),
            ("Hello Bob", true, Flags::HEADER_END),
            (">From ann Tue", true, Flags::empty()),
            ("\0Content-Type: text/html", false, Flags::FIELD_NAME_SPACING),
            ("Content Type: text/html", false, Flags::empty()),
            ("Content-Type \u{a0}: text/html", false, Flags::FIELD_NAME_SPACING),
            ("Content-Type", false, Flags::FOLDING),
            ("\rContent-Type: text/html\r\n", false, Flags::LINE_BREAK),
            ("\r\r\n", true, Flags::LINE_BREAK),
        ] {
            assert_eq!(bad_line(line.as_bytes(), described), expected, "{line:?}");
        }
    }
}
