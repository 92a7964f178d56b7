//! Delimiter lines of multiparts (RFC 2046 §5.1.1).

use super::bytes::{is_blank, trim_end, without_line_end};
use super::facts::AmbiguityFlags;
use super::limits::Limits;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Bytes of all boundaries that are followed at once: 64 levels of ordinary ones are about 4 KiB.
pub(super) const ALL_BOUNDARIES: usize = 32 * 1024;

/// The longest line that can be a delimiter: `--`, a boundary, `--`, and white space that transport may have added.
pub(super) const DELIMITER_LINE: usize = Limits::BOUNDARY_BYTES + 1024;

/// What a line is to a boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// `--boundary`.
    Next,
    /// `--boundary--`.
    Close,
}

/// The line without the line end and the white space that transport may have added.
pub(super) fn without_padding(line: &[u8]) -> &[u8] {
    trim_end(line)
}

/// Compares a whole line, [without padding](without_padding), to the delimiters of this boundary.
///
/// RFC 2046 asks to compare the beginning of the line only; then the boundary `foo` would end a part at the delimiter of
/// `foobar`. As most programs do, nothing but white space may follow.
pub(super) fn delimiter(line: &[u8], boundary: &[u8]) -> Option<Delimiter> {
    match line.strip_prefix(b"--")?.strip_prefix(boundary)? {
        b"" => Some(Delimiter::Next),
        b"--" => Some(Delimiter::Close),
        _ => None,
    }
}

/// What a line that is no delimiter to us is to programs that look less closely, or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Near {
    /// White space before or inside of it, or a dash missing or added.
    Whitespace,
    /// The boundary in quotes.
    Quotes,
    /// A header line or text behind a CR on the same line.
    Entity,
    /// Another case, or other text behind it.
    Lookalike,
}

/// A line that begins with dashes, perhaps behind blanks, and is no delimiter.
pub(super) struct Dashed<'a> {
    /// What stands behind the dashes.
    text: &'a [u8],
    quoted: bool,
}

impl<'a> Dashed<'a> {
    /// `None` for any other line, and for nothing but dashes.
    pub fn new(line: &'a [u8]) -> Option<Dashed<'a>> {
        let line = without_padding(line);
        let dashes = &line[indent(line)..];
        let start = dashes.strip_prefix(b"--")?.iter().position(|b| !is_white(*b) && *b != b'-')? + 2;
        let quoted = dashes[start] == b'"';
        Some(Dashed { text: &dashes[start + usize::from(quoted)..], quoted })
    }

    /// What this line is to a boundary whose delimiter it is not.
    pub fn near(&self, boundary: &[u8]) -> Option<Near> {
        let core = &boundary[boundary.iter().position(|b| *b != b'-')?..];
        let rest = self.text.get(core.len()..).filter(|_| self.text[..core.len()].eq_ignore_ascii_case(core))?;
        let dashes = rest.iter().all(|b| *b == b'-' || is_white(*b));
        Some(match rest {
            _ if self.quoted => Near::Quotes,
            _ if dashes && self.text.starts_with(core) => Near::Whitespace,
            [b'\r', ..] => Near::Entity,
            _ if names_a_field(rest) => Near::Entity,
            // A short boundary may be the beginning of any word.
            [b, ..] if b.is_ascii_alphanumeric() && core.len() < LONG => return None,
            _ => Near::Lookalike,
        })
    }
}

/// Blanks before a delimiter that are looked behind.
const INDENT: usize = 8;

/// Blanks that the line begins with, if they are not too many.
fn indent(line: &[u8]) -> usize {
    line.iter().take(INDENT + 1).position(|b| !is_blank(*b)).unwrap_or(0)
}

/// The beginning of a line may be the one of a line of dashes, perhaps behind blanks.
pub(super) fn may_be_dashes(start: &[u8]) -> bool {
    let indent = start.iter().position(|b| !is_blank(*b)).unwrap_or(start.len());
    let text = &start[indent..];
    indent <= INDENT && b"--".starts_with(&text[..text.len().min(2)])
}

/// Where a line begins that starts with dashes, perhaps behind blanks, or may do so once more bytes are here.
pub(super) fn line_of_dashes(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = DASHES.find(&bytes[from..]) {
        let at = from + at;
        if let Some(start) = line_start(&bytes[..at]) {
            return Some(start);
        }
        from = at + bytes[at..].iter().position(|b| *b != b'-').unwrap_or(bytes.len() - at);
    }
    open_line(bytes)
}

/// Where the last line begins, if what is there of it may become dashes.
pub(super) fn open_line(bytes: &[u8]) -> Option<usize> {
    line_start(bytes.strip_suffix(b"-").unwrap_or(bytes))
}

/// Where the line begins that these bytes end in the indentation of.
fn line_start(bytes: &[u8]) -> Option<usize> {
    let tail = &bytes[bytes.len().saturating_sub(INDENT + 1)..];
    let end = tail.iter().rposition(|b| !is_blank(*b))?;
    (tail[end] == b'\n').then(|| bytes.len() - tail.len() + end + 1)
}

static DASHES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"--"));

/// What stands behind a delimiter on its line.
pub(super) fn padding(line: &[u8]) -> AmbiguityFlags {
    match without_line_end(&line[without_padding(line).len()..]) {
        [] => AmbiguityFlags::empty(),
        padding if padding.iter().all(|b| is_blank(*b)) => AmbiguityFlags::DELIMITER_PADDING,
        _ => AmbiguityFlags::DELIMITER_WHITESPACE,
    }
}

/// A boundary of so many characters is not the beginning of something else by chance.
const LONG: usize = 4;

fn is_white(b: u8) -> bool {
    b <= b' '
}

/// The name of a MIME field and its colon stand here, perhaps behind other characters.
fn names_a_field(rest: &[u8]) -> bool {
    let start = rest.iter().position(u8::is_ascii_alphabetic).unwrap_or(rest.len());
    start < 16 && super::ambiguity::begins_with_field(&rest[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_only() {
        for (line, expected) in [
            ("--b", Some(Delimiter::Next)),
            ("--b \t\r\n", Some(Delimiter::Next)),
            ("--b--\n", Some(Delimiter::Close)),
            ("--b--  \r\n", Some(Delimiter::Close)),
            ("--bb", None),
            ("--b-", None),
            ("--b--x", None),
            ("-b", None),
            (" --b", None),
            ("--B", None),
        ] {
            assert_eq!(delimiter(without_padding(line.as_bytes()), b"b"), expected, "{line:?}");
        }
    }

    fn near(line: &str, boundary: &str) -> Option<Near> {
        Dashed::new(line.as_bytes())?.near(boundary.as_bytes())
    }

    #[test]
    fn lines_that_are_nearly_one() {
        for (line, expected) in [
            (" --=_b", Some(Near::Whitespace)),
            ("\t--=_b--", Some(Near::Whitespace)),
            ("-- =_b", Some(Near::Whitespace)),
            ("--=_b --", Some(Near::Whitespace)),
            ("--=_b-", Some(Near::Whitespace)),
            ("--=_b---", Some(Near::Whitespace)),
            ("---=_b", Some(Near::Whitespace)),
            ("-=_b", None),
            ("         --=_b", None),
            ("--=_b\0", Some(Near::Whitespace)),
            ("--\"=_b\"", Some(Near::Quotes)),
            ("--=_bContent-Type: text/html", Some(Near::Entity)),
            ("--=_b; content-type: text/html", Some(Near::Entity)),
            ("--=_b\rHello", Some(Near::Entity)),
            ("--=_B", Some(Near::Lookalike)),
            ("--=_b text", Some(Near::Lookalike)),
            ("--=_b--text", Some(Near::Lookalike)),
            ("--=_bc", None),
            ("--=_c", None),
            ("-- ", None),
            ("--------", None),
            ("=_b", None),
            ("", None),
        ] {
            assert_eq!(near(line, "=_b"), expected, "{line:?}");
        }
        assert_eq!(near("--=_Part_10", "=_Part_1"), Some(Near::Lookalike));
        assert_eq!(near("-----=_b", "----=_b"), Some(Near::Whitespace));
        assert_eq!(near("--anything", "--"), None);
    }
}
