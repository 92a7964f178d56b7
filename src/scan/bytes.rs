//! Bytes of lines, names and values, as several readers look at them; and marks that tell such things of one mail apart.

/// A blank (RFC 5234 appendix B.1: WSP).
pub(super) fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t')
}

/// White space, that of folding included.
pub(super) fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

/// Without white space at its beginning.
pub(super) fn trim_start(text: &[u8]) -> &[u8] {
    &text[text.iter().position(|b| !is_space(*b)).unwrap_or(text.len())..]
}

/// Without white space at its end.
pub(super) fn trim_end(text: &[u8]) -> &[u8] {
    &text[..text.iter().rposition(|b| !is_space(*b)).map_or(0, |at| at + 1)]
}

/// Without white space around it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// A line without its end, be it LF or CRLF.
pub(super) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether the text begins with this, in any case.
pub(super) fn starts_with(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Keeps the last bytes of a stream, of which these are the next.
pub(super) fn keep_last<const COUNT: usize>(last: &mut [u8; COUNT], bytes: &[u8]) {
    let bytes = &bytes[bytes.len().saturating_sub(COUNT)..];
    last.rotate_left(bytes.len());
    last[COUNT - bytes.len()..].copy_from_slice(bytes);
}

/// Folds a word into a mark: a number that is good for nothing but to be compared, and ends with the mail.
pub(super) const fn mix(mark: u64, word: u64) -> u64 {
    (mark ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
}

/// The mark of these bytes, of which `look` sees eight at a time, the last ones filled up with blanks, and says what of them
/// matters.
pub(super) fn mark(bytes: &[u8], mut look: impl FnMut(u64) -> u64) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut mark = words.iter().fold(bytes.len() as u64, |mark, word| mix(mark, look(u64::from_le_bytes(*word))));
    if !rest.is_empty() {
        let mut word = [b' '; 8];
        word.iter_mut().zip(rest).for_each(|(to, b)| *to = *b);
        mark = mix(mark, look(u64::from_le_bytes(word)));
    }
    mark
}

/// Eight letters of ASCII, whatever their case; they differ in this bit.
pub(super) const fn any_case(word: u64) -> u64 {
    word | 0x2020_2020_2020_2020
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_what_is_around_them() {
        for (line, bare) in [("a\r\n", "a"), ("a\n", "a"), ("a\r", "a"), ("a", "a"), ("\r\n", ""), ("a\n\n", "a\n")] {
            assert_eq!(without_line_end(line.as_bytes()), bare.as_bytes(), "{line:?}");
        }
        assert_eq!(trim(b" \t\r\na b\r\n "), b"a b");
        assert_eq!(trim(b" \n"), b"");
        assert!(starts_with(b"Content-Type", b"content-") && !starts_with(b"con", b"content"));
    }

    #[test]
    fn the_last_ones_however_they_come() {
        for step in 1..8 {
            let mut last = [0; 3];
            b"abcdefg".chunks(step).for_each(|bytes| keep_last(&mut last, bytes));
            assert_eq!(&last, b"efg", "{step}");
        }
    }

    #[test]
    fn marks_tell_apart() {
        let exact = |text: &str| mark(text.as_bytes(), |word| word);
        for (one, other) in [("a", "b"), ("a", "A"), ("a", "a "), ("", " "), ("12345678", "12345678 ")] {
            assert_ne!(exact(one), exact(other), "{one:?} {other:?}");
        }
        assert_eq!(mark(b"Report.PDF", any_case), mark(b"rEPORT.pdf", any_case));
        assert_ne!(mark(b"Report.PDF", any_case), mark(b"Report.PDE", any_case));
    }
}
