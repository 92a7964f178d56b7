//! Values behind an encoding: decoded, and written back in the same places, so that the encoding keeps its shape and its faults.

use super::super::base64::{self, ALPHABET, Base64};
use super::super::facts::CodingFlags;
use super::super::sink::Sink;
use super::super::uuencode::Uuencode;
use std::ops::Range;

/// How bytes stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    /// Every byte, but `\` before it does not count (RFC 5322 §3.2.4).
    Quoted,
    /// `%XX` (RFC 2231 §4).
    Percent,
    /// `=XX`, and lines that go on behind `=` (RFC 2045 §6.7, RFC 2047 §4.2).
    QuotedPrintable,
    Base64,
    Uuencode,
}

/// Collects what a decoder of the scanner gives.
struct Collect(Vec<u8>);

impl Sink for Collect {
    fn wants(&self, _: usize) -> bool {
        true
    }
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    fn skip(&mut self, _: u64) {}
}

impl Coding {
    /// The bytes in the text; `None` if it is only said to be encoded.
    pub fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        let mut out = Collect(Vec::new());
        match self {
            Coding::Plain => out.bytes(text),
            Coding::Quoted | Coding::Percent | Coding::QuotedPrintable => {
                self.units(text, |place| out.0.push(place.read(text)));
            }
            Coding::Base64 => {
                let mut decoder = Base64::new();
                decoder.feed(text, &mut out);
                if decoder.finish(&mut out, false).contains(CodingFlags::BASE64_IS_PLAIN) {
                    return None;
                }
            }
            Coding::Uuencode => {
                let mut decoder = Uuencode::default();
                decoder.feed(text, &mut out);
                decoder.finish(&mut out);
            }
        }
        Some(out.0)
    }

    /// Writes as many bytes as there were in their places.
    pub fn write(self, text: &mut [u8], bytes: &[u8]) {
        match self {
            Coding::Plain => text.copy_from_slice(bytes),
            Coding::Quoted | Coding::Percent | Coding::QuotedPrintable => {
                let mut places = Vec::new();
                self.units(text, |place| places.push(place));
                for (place, byte) in places.into_iter().zip(bytes) {
                    place.write(text, *byte);
                }
            }
            Coding::Base64 => write_base64(text, bytes),
            Coding::Uuencode => write_uuencode(text, bytes),
        }
    }

    /// The places of the bytes, in their order.
    fn units(self, text: &[u8], mut take: impl FnMut(Place)) {
        let escape = match self {
            Coding::Percent => b'%',
            Coding::QuotedPrintable => b'=',
            _ => b'\\',
        };
        let mut at = 0;
        while let Some(&b) = text.get(at) {
            if b != escape {
                take(Place::Byte(at));
                at += 1;
                continue;
            }
            at += match (self, &text[at + 1..]) {
                (Coding::Quoted, _) => 1,
                (_, [high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    take(Place::Hex(at + 1));
                    3
                }
                (Coding::QuotedPrintable, [b'\r', b'\n', ..]) => 3,
                (Coding::QuotedPrintable, [b'\n', ..]) => 2,
                _ => {
                    take(Place::Byte(at));
                    1
                }
            };
        }
    }
}

/// Where one byte stands.
#[derive(Clone, Copy)]
enum Place {
    Byte(usize),
    /// As two hex digits.
    Hex(usize),
}

impl Place {
    fn read(self, text: &[u8]) -> u8 {
        let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16)).unwrap_or(0) as u8;
        match self {
            Place::Byte(at) => text[at],
            Place::Hex(at) => digit(at) << 4 | digit(at + 1),
        }
    }

    fn write(self, text: &mut [u8], byte: u8) {
        match self {
            // What stands for itself stays of its kind: what stood there as a letter must go, and what cannot stand there must not come.
            Place::Byte(at) => {
                text[at] = match (text[at], byte) {
                    (33..=126, 33..=126) | (128.., 128..) => byte,
                    (old, _) if old.is_ascii_alphanumeric() => b'x',
                    (128.., _) => 0x81,
                    (old, _) => old,
                }
            }
            Place::Hex(at) => {
                if self.read(text) == byte {
                    return;
                }
                let lower = text[at..at + 2].iter().any(u8::is_ascii_lowercase);
                let digits: &[u8; 16] = if lower { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
                text[at] = digits[usize::from(byte >> 4)];
                text[at + 1] = digits[usize::from(byte & 15)];
            }
        }
    }
}

/// Six bits of `bytes` from bit `6 * index` on; where they end, those of `old`.
fn sextet(bytes: &[u8], index: usize, old: u8) -> u8 {
    (0..6).fold(0, |bits, i| {
        let bit = index * 6 + i;
        let new = bytes.get(bit / 8).map_or(old >> (5 - i) & 1, |byte| byte >> (7 - bit % 8) & 1);
        bits << 1 | new
    })
}

/// The reading is that of the decoder: complete padding ends the data. What comes behind it is nobody's, and becomes `A`.
fn write_base64(text: &mut [u8], bytes: &[u8]) {
    let (mut index, mut pads, mut done) = (0, 0, false);
    for b in text {
        match base64::value(*b) {
            Some(_) if done => *b = b'A',
            Some(old) => {
                *b = ALPHABET[usize::from(sextet(bytes, index, old))];
                index += 1;
                pads = 0;
            }
            None if *b == b'=' && index % 4 >= 2 && !done => {
                pads += 1;
                done = index % 4 + pads >= 4;
            }
            None => {}
        }
    }
}

fn write_uuencode(text: &mut [u8], bytes: &[u8]) {
    let mut rest = bytes;
    let mut begun = false;
    for line in text.split_mut(|b| *b == b'\n') {
        let end = line.iter().rposition(|b| *b != b'\r').map_or(0, |at| at + 1);
        let line = &mut line[..end];
        if !begun {
            begun = line.starts_with(b"begin ");
        } else if line == b"end" {
            begun = false;
        } else if let [count @ b'!'..=b'M', data @ ..] = line {
            let count = usize::from(*count - b' ').min(data.len().div_ceil(4) * 3).min(rest.len());
            let (own, more) = rest.split_at(count);
            rest = more;
            for (index, b) in data.iter_mut().enumerate() {
                let old = b.wrapping_sub(b' ') & 63;
                let new = sextet(own, index, if index * 6 / 8 < count { old } else { 0 });
                // Of the two ways to write a zero, the one that was there.
                *b = if new == 0 && *b != b' ' { b'`' } else { b' ' + new };
            }
        }
    }
}

/// Several pieces of a text that make one value together.
#[derive(Default)]
pub(super) struct Pieces {
    pieces: Vec<(Range<usize>, Coding, usize)>,
    /// The value.
    pub bytes: Vec<u8>,
}

impl Pieces {
    /// Adds a piece of the text.
    pub fn add(&mut self, text: &[u8], range: Range<usize>, coding: Coding) {
        let decoded = coding.decode(&text[range.clone()]).unwrap_or_default();
        self.pieces.push((range, coding, decoded.len()));
        self.bytes.extend(decoded);
    }

    /// Writes the value back.
    pub fn write(self, text: &mut [u8]) {
        let mut rest = &self.bytes[..];
        for (range, coding, length) in self.pieces {
            let (own, more) = rest.split_at(length);
            coding.write(&mut text[range], own);
            rest = more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rewritten(coding: Coding, text: &str, change: impl Fn(&mut Vec<u8>)) -> String {
        let mut bytes = coding.decode(text.as_bytes()).unwrap();
        change(&mut bytes);
        let mut out = text.as_bytes().to_vec();
        coding.write(&mut out, &bytes);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_written_back_has_the_shape_of_what_was_there() {
        let x = |bytes: &mut Vec<u8>| bytes.iter_mut().filter(|b| b.is_ascii_alphanumeric()).for_each(|b| *b = b'x');
        assert_eq!(rewritten(Coding::Percent, "a%41%2E%c3%Z", x), "x%78%2E%c3%x");
        assert_eq!(rewritten(Coding::QuotedPrintable, "a=3Db=\nc=4a=ZZ=", x), "x=3Dx=\nx=78=xx=");
        assert_eq!(rewritten(Coding::Quoted, "a\\\"b", x), "x\\\"x");
        let zeros = |bytes: &mut Vec<u8>| bytes.fill(0);
        assert_eq!(rewritten(Coding::Base64, "SGVs\nbG8*gd29y\nbA==\nSGVs", zeros), "AAAA\nAAA*AAAAA\nAA==\nAAAA");
        assert_eq!(rewritten(Coding::Uuencode, "begin 644 n\n#86)C\n`\nend\n", zeros), "begin 644 n\n#````\n`\nend\n");
    }

    proptest! {
        #[test]
        fn what_is_not_changed_stays(text in prop::collection::vec(any::<u8>(), 0..200)) {
            for coding in [Coding::Plain, Coding::Quoted, Coding::Percent, Coding::QuotedPrintable] {
                let bytes = coding.decode(&text).unwrap();
                let mut out = text.clone();
                coding.write(&mut out, &bytes);
                prop_assert_eq!(&out, &text);
            }
        }

        #[test]
        fn base64_gives_what_was_written(
            pieces in prop::collection::vec(prop::sample::select(vec!["AAAA", "Zm9v", "b", "=", "==", "\n", " ", "*", "/w=="]), 0..40),
            fill in any::<u8>(),
        ) {
            let mut text = pieces.concat().into_bytes();
            if let Some(mut bytes) = Coding::Base64.decode(&text) {
                bytes.fill(fill);
                Coding::Base64.write(&mut text, &bytes);
                prop_assert_eq!(Coding::Base64.decode(&text).unwrap_or_default(), bytes);
            }
        }
    }
}
