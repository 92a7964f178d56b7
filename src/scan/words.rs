//! Encoded words (RFC 2047): looked at, never kept.

use super::limits::Limits;

/// What a field's encoded words are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// One of them cannot be decoded.
    pub bad: bool,
    /// There are more than [`Limits::ENCODED_WORDS`].
    pub too_many: bool,
}

/// Whether something that is meant as an encoded word stands in the text: `=?charset?B?` or `=?charset?Q?`.
pub(super) fn looks_encoded(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        rest = &rest[at + 2..];
        if opening(rest).is_some() {
            return true;
        }
    }
    false
}

/// Looks at each encoded word of a value, in one pass.
pub(super) fn examine(value: &[u8]) -> Words {
    let mut words = Words::default();
    let mut rest = value;
    let mut left = Limits::ENCODED_WORDS;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        rest = &rest[at + 2..];
        let Some((encoding, text)) = opening(rest) else { continue };
        if left == 0 {
            words.too_many = true;
            return words;
        }
        left -= 1;
        // A word ends at `?=` and holds neither blank nor `?` (RFC 2047 §2).
        let end = text.iter().position(|b| *b == b'?' || *b <= b' ').unwrap_or(text.len());
        let closed = text[end..].starts_with(b"?=");
        words.bad |= !closed || !decodes(encoding, &text[..end]);
        rest = &text[end..];
    }
    words
}

/// `charset?E?` after `=?`: the encoding in lower case and what follows.
fn opening(rest: &[u8]) -> Option<(u8, &[u8])> {
    // Charset names are short (RFC 2978: 40 characters), a language tag may follow (RFC 2231 §5).
    let end = rest.iter().take(80).position(|b| *b == b'?' || *b <= b' ')?;
    match &rest[end..] {
        [b'?', e @ (b'b' | b'B' | b'q' | b'Q'), b'?', text @ ..] if end > 0 => Some((e.to_ascii_lowercase(), text)),
        _ => None,
    }
}

fn decodes(encoding: u8, text: &[u8]) -> bool {
    if encoding == b'b' {
        let unpadded = text.strip_suffix(b"==").or(text.strip_suffix(b"=")).unwrap_or(text);
        return unpadded.len() % 4 != 1
            && unpadded.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
    }
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'=', rest) {
        match &rest[at + 1..] {
            [a, b, tail @ ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => rest = tail,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_and_bad_words() {
        for good in [
            "plain",
            "1 =? 2",
            "=?utf-8?Q?a=C3=BC?=",
            "=?UTF-8?B?w7w=?= =?utf-8*nl?q?x?=",
            "a =?b c?= d",
            "=?utf-8?B?w7w?=",
        ] {
            assert!(!examine(good.as_bytes()).bad, "{good}");
        }
        for bad in
            ["=?utf-8?Q?a=C?=", "=?utf-8?B?w7w*?=", "=?utf-8?Q?two words?=", "=?utf-8?B?abc", "=?utf-8?B?abcde?="]
        {
            assert!(examine(bad.as_bytes()).bad, "{bad}");
        }
        assert!(examine("=?a?q?x?= ".repeat(Limits::ENCODED_WORDS + 1).as_bytes()).too_many);
    }
}
