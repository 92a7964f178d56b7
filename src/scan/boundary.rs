//! Delimiter lines of multiparts (RFC 2046 §5.1.1).

use super::limits::Limits;

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
    let end = line.iter().rposition(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).map_or(0, |at| at + 1);
    &line[..end]
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
}
