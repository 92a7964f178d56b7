//! Encoded words (RFC 2047): looked at, never kept.

use super::base64;
use super::charset::Charset;
use super::limits::Limits;
use super::quoted_printable::hex;

/// The longest encoded word (RFC 2047 §2).
const LONGEST: usize = 75;

/// What a field's encoded words are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// One of them cannot be decoded.
    pub bad: bool,
    /// One of them names a charset that is not known.
    pub unknown_charset: bool,
    /// One of them is too long.
    pub long: bool,
    /// A character begins in one and ends in the next (RFC 2047 §5).
    pub split: bool,
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

/// Bytes of the encoded word with which the text begins, if it does and if the word has an end.
pub(super) fn length_of_word(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"=?")?;
    let opening = opening(rest)?;
    let end = end_of(opening.text);
    opening.text[end..].starts_with(b"?=").then(|| text.len() - opening.text.len() + end + 2)
}

/// Looks at each encoded word of a value, in one pass.
pub(super) fn examine(value: &[u8]) -> Words {
    let mut words = Words::default();
    let mut rest = value;
    let mut left = Limits::ENCODED_WORDS;
    // The word before, if nothing but blanks has come since.
    let mut before: Option<Characters> = None;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let adjacent = before.take().filter(|_| rest[..at].iter().all(u8::is_ascii_whitespace));
        let word = &rest[at..];
        rest = &word[2..];
        let Some(Opening { charset, encoding, text }) = opening(rest) else { continue };
        if left == 0 {
            words.too_many = true;
            return words;
        }
        left -= 1;
        let end = end_of(text);
        rest = &text[end..];
        if !rest.starts_with(b"?=") || !decodes(encoding, &text[..end]) {
            words.bad = true;
            continue;
        }
        rest = &rest[2..];
        words.long |= word.len() - rest.len() > LONGEST;
        let mut characters = Characters::new(charset);
        words.unknown_charset |= characters.charset == Charset::Unknown;
        decode(encoding, &text[..end], |b| characters.byte(b));
        words.split |= adjacent.is_some_and(|before| before.goes_on_in(&characters));
        before = Some(characters);
    }
    words
}

struct Opening<'a> {
    charset: &'a [u8],
    /// `b` or `q`.
    encoding: u8,
    /// What follows, with the end of the word in it.
    text: &'a [u8],
}

/// A word's text ends at `?=` and holds neither blank nor `?` (RFC 2047 §2).
fn end_of(text: &[u8]) -> usize {
    text.iter().position(|b| *b == b'?' || *b <= b' ').unwrap_or(text.len())
}

/// `charset?E?` after `=?`.
fn opening(rest: &[u8]) -> Option<Opening<'_>> {
    // Charset names are short (RFC 2978: 40 characters), a language tag may follow (RFC 2231 §5).
    let end = rest.iter().take(80).position(|b| *b == b'?' || *b <= b' ')?;
    match &rest[end..] {
        [b'?', e @ (b'b' | b'B' | b'q' | b'Q'), b'?', text @ ..] if end > 0 => {
            let charset = rest[..end].split(|b| *b == b'*').next().unwrap_or_default();
            Some(Opening { charset, encoding: e.to_ascii_lowercase(), text })
        }
        _ => None,
    }
}

fn decodes(encoding: u8, text: &[u8]) -> bool {
    if encoding == b'b' {
        let unpadded = text.strip_suffix(b"==").or(text.strip_suffix(b"=")).unwrap_or(text);
        return unpadded.len() % 4 != 1 && unpadded.iter().all(|b| base64::value(*b).is_some());
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

/// Decodes what [`decodes`], byte by byte.
fn decode(encoding: u8, text: &[u8], mut take: impl FnMut(u8)) {
    if encoding == b'b' {
        let (mut group, mut bits) = (0u32, 0);
        for b in text {
            let Some(value) = base64::value(*b) else { break };
            group = group << 6 | u32::from(value);
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                take((group >> bits) as u8);
            }
        }
        return;
    }
    let digit = |b: &u8| hex(*b).unwrap_or(0);
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return,
            [b'=', a, b, tail @ ..] => {
                take(digit(a) << 4 | digit(b));
                tail
            }
            [b, tail @ ..] => {
                take(*b);
                tail
            }
        };
    }
}

/// Follows the characters of a word, as far as to know whether one is cut.
struct Characters {
    charset: Charset,
    first: Option<u8>,
    /// Bytes that the last character lacks.
    lacking: u8,
}

impl Characters {
    fn new(charset: &[u8]) -> Characters {
        Characters { charset: Charset::of(charset), first: None, lacking: 0 }
    }

    fn byte(&mut self, b: u8) {
        self.first.get_or_insert(b);
        self.lacking = match self.charset {
            Charset::Utf8 => match b {
                0x80..=0xBF => self.lacking.saturating_sub(1),
                0xC2..=0xDF => 1,
                0xE0..=0xEF => 2,
                0xF0..=0xF4 => 3,
                _ => 0,
            },
            Charset::DoubleByte if self.lacking == 0 && b > 0x80 => 1,
            _ => 0,
        };
    }

    /// Whether the last character is cut, and the next word has its rest.
    fn goes_on_in(&self, next: &Characters) -> bool {
        let goes_on = match next.charset {
            Charset::Utf8 => next.first.is_some_and(|b| matches!(b, 0x80..=0xBF)),
            _ => next.first.is_some(),
        };
        self.lacking > 0 && self.charset == next.charset && goes_on
    }
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
            "=?utf-8?Q??= =?utf-8?B??=",
            "=?gb2312?B?xOO6ww==?= =?iso-2022-jp?B?GyRCJCIbKEI=?=",
            "=?utf-8?Q?=C3=BC_=E2=82=AC?=\r\n\t=?utf-8?B?8J+YgA==?=",
            // A cut character with nothing to complete it; a whole one before another word.
            "=?utf-8?Q?a=C3?=",
            "=?utf-8?Q?a=C3?= =?utf-8?Q?b?=",
            "=?utf-8?Q?a=C3?= x =?utf-8?Q?=BC?=",
            "=?utf-8?Q?a=C3?= =?iso-8859-1?Q?=BC?=",
            "=?utf-8?Q?=C3=BC?= =?utf-8?Q?=BC?=",
            "=?gb2312?Q?=C4=E3?= =?gb2312?Q?=BA=C3?=",
        ] {
            assert_eq!(examine(good.as_bytes()), Words::default(), "{good}");
        }
        for bad in [
            "=?utf-8?Q?a=C?=",
            "=?utf-8?B?w7w*?=",
            "=?utf-8?Q?two words?=",
            "=?utf-8?B?abc",
            "=?utf-8?B?abcde?=",
            "=?utf-8?B?w7w=?",
            "=?utf-8?Q?a?b?=",
        ] {
            assert_eq!(examine(bad.as_bytes()), Words { bad: true, ..Words::default() }, "{bad}");
        }
        for split in [
            "=?utf-8?Q?a=C3?= =?utf-8?Q?=BCb?=",
            "=?utf-8?Q?a=C3?=\r\n =?UTF-8?B?vA==?=",
            "=?utf-8?B?4oI=?= =?utf-8?B?rA==?=",
            "=?gb2312?Q?=C4=E3=BA?= =?GB2312?Q?=C3?=",
            "=?big5?Q?=A4=A4=A4?=\n=?big5?Q?=A4?=",
        ] {
            assert_eq!(examine(split.as_bytes()), Words { split: true, ..Words::default() }, "{split}");
        }
        for unknown in ["=?utf-88?Q?a?=", "=?x-unknown?B?w7w=?=", "=?'utf-8'?Q?a?=", "=?default*en?Q?a?="] {
            assert_eq!(examine(unknown.as_bytes()), Words { unknown_charset: true, ..Words::default() }, "{unknown}");
        }
        let word = |length: usize| format!("x =?utf-8?Q?{}?= y", "a".repeat(length - "=?utf-8?Q??=".len()));
        assert_eq!(examine(word(75).as_bytes()), Words::default());
        assert_eq!(examine(word(76).as_bytes()), Words { long: true, ..Words::default() });
        assert!(examine("=?a?q?x?= ".repeat(Limits::ENCODED_WORDS + 1).as_bytes()).too_many);
    }

    #[test]
    fn where_a_word_ends() {
        for (text, length) in [
            ("=?utf-8?Q?a,b?= c", Some(15)),
            ("=?utf-8?Q??=", Some(12)),
            ("=?utf-8?Q?a b?=", None),
            ("=?utf-8?Q?a", None),
            ("=?utf-8?X?a?=", None),
            ("a=?utf-8?Q?a?=", None),
            ("", None),
        ] {
            assert_eq!(length_of_word(text.as_bytes()), length, "{text}");
        }
    }
}
