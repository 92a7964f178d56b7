//! uuencode: decoded where it is declared, noticed where it stands in a text.

use super::facts::CodingFlags;
use super::lines::{Captured, Lines};
use super::sink::Sink;

/// A data line carries at most 45 bytes in 60 characters, with a length before and perhaps a check character behind.
const LINE: usize = 64;

/// `begin 644 name`.
pub(super) fn is_begin(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"begin ") else { return false };
    let mode = rest.iter().take_while(|b| matches!(b, b'0'..=b'7')).count();
    matches!(mode, 3 | 4) && matches!(&rest[mode..], [b' ', first, ..] if *first > b' ')
}

/// A data line whose length character and length agree, give or take blanks that were stripped and a check character.
pub(super) fn is_data(line: &[u8]) -> bool {
    let [length @ b'!'..=b'M', data @ ..] = line else { return false };
    let expected = usize::from(length - b' ').div_ceil(3) * 4;
    data.len() <= expected + 1 && data.len() + 3 >= expected && data.iter().all(|b| matches!(b, b' '..=b'`'))
}

/// A file that shows in its first line.
fn encoded_file(line: &[u8]) -> CodingFlags {
    if line.starts_with(b"=ybegin ") && memchr::memmem::find(line, b" size=").is_some() {
        CodingFlags::YENC
    } else if line.starts_with(b"(This file must be converted with BinHex") {
        CodingFlags::BINHEX
    } else {
        CodingFlags::empty()
    }
}

/// Looks for files in text that were encoded before MIME was, or beside it: a uuencoded one shows in a `begin` line and a
/// plausible data line behind it, yEnc and BinHex (RFC 1741) in their first line.
#[derive(Default)]
pub(super) struct Watch {
    /// What was found.
    pub found: CodingFlags,
    begun: bool,
    capturing: bool,
    captured: Captured<LINE>,
}

impl Watch {
    /// Looks at a piece in which no CRLF is cut, and counts its lines.
    pub fn text(&mut self, piece: &[u8], lines: &mut Lines) {
        let mut rest = piece;
        loop {
            if lines.at_start() && !rest.is_empty() {
                self.capturing = self.begun || matches!(rest[0], b'b' | b'=' | b'(');
                self.captured.clear();
            }
            let at = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
            if self.capturing {
                self.captured.push(&rest[..at]);
            }
            lines.add(at);
            rest = match &rest[at..] {
                [] => return,
                [b'\r', b'\n', tail @ ..] => {
                    self.end_line();
                    lines.end(true);
                    tail
                }
                [b'\n', tail @ ..] => {
                    self.end_line();
                    lines.end(false);
                    tail
                }
                tail => {
                    lines.bare_cr = true;
                    lines.add(1);
                    self.captured.push(&tail[..1]);
                    &tail[1..]
                }
            };
        }
    }

    #[inline]
    fn end_line(&mut self) {
        if self.capturing {
            self.judge();
            self.capturing = false;
        }
    }

    fn judge(&mut self) {
        let begun = std::mem::take(&mut self.begun);
        // A file's name may be longer than what is captured.
        let line = self.captured.start();
        // The first file speaks for all.
        if self.found.is_empty() {
            let is_file = begun && self.captured.is_whole() && is_data(line);
            self.found = if is_file { CodingFlags::UUENCODE } else { encoded_file(line) };
        }
        self.begun = is_begin(line);
    }

    /// The text ends: what was found.
    pub fn finish(&mut self) -> CodingFlags {
        self.end_line();
        self.found
    }
}

/// Decodes a part with `Content-Transfer-Encoding: x-uuencode`.
#[derive(Default)]
pub(super) struct Uuencode {
    pub lines: Lines,
    begun: bool,
    captured: Captured<LINE>,
}

impl Uuencode {
    /// Takes the next piece, in which no CRLF is cut.
    pub fn feed(&mut self, piece: &[u8], sink: &mut impl Sink) {
        let mut rest = piece;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let line = &rest[..at];
            let (line, crlf) = line.strip_suffix(b"\r").map_or((line, false), |line| (line, true));
            self.lines.add(line.len());
            self.captured.push(line);
            self.end_line(sink);
            self.lines.end(crlf);
            rest = &rest[at + 1..];
        }
        self.lines.add(rest.len());
        self.captured.push(rest);
    }

    fn end_line(&mut self, sink: &mut impl Sink) {
        let captured = std::mem::take(&mut self.captured);
        let line = captured.start();
        if !self.begun {
            self.begun = is_begin(line);
        } else if line == b"end" {
            self.begun = false;
        } else if let [count @ b'!'..=b'M', data @ ..] = line {
            let count = usize::from(count - b' ');
            let mut out = [0u8; 48];
            for (group, bytes) in data.chunks(4).zip(out.chunks_mut(3)) {
                let bits = (0..4)
                    .fold(0u32, |bits, i| bits << 6 | u32::from(group.get(i).map_or(0, |b| b.wrapping_sub(b' ') & 63)));
                bytes.copy_from_slice(&bits.to_be_bytes()[1..]);
            }
            // Blanks at the line's end may have been stripped, but not more than a group's worth.
            sink.bytes(&out[..count.min(data.len().div_ceil(4) * 3).min(out.len())]);
        }
    }

    /// The part ends.
    pub fn finish(&mut self, sink: &mut impl Sink) {
        self.end_line(sink);
    }
}
