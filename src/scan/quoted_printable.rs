//! quoted-printable (RFC 2045 §6.7), counted as it streams.

use super::facts::CodingFlags;
use super::lines::Lines;
use super::sink::Sink;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// After `=`.
    Escape,
    /// After `=` and a hex digit.
    Digit(u8),
}

/// A decoder. What is no escape is taken literally, and blanks at a line's end are kept, as most programs do.
pub(super) struct QuotedPrintable {
    state: State,
    flags: CodingFlags,
    pub lines: Lines,
}

fn hex(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).map(|d| d as u8)
}

impl QuotedPrintable {
    pub fn new() -> QuotedPrintable {
        QuotedPrintable { state: State::Text, flags: CodingFlags::empty(), lines: Lines::default() }
    }

    /// Takes the next piece, in which no CRLF is cut.
    pub fn feed(&mut self, piece: &[u8], sink: &mut impl Sink) {
        let mut rest = piece;
        while !rest.is_empty() {
            rest = match self.state {
                State::Text => self.text(rest, sink),
                State::Escape => self.escape(rest, sink),
                State::Digit(high) => self.digit(high, rest, sink),
            };
        }
        if memchr::memchr(0, piece).is_some() {
            self.flags |= CodingFlags::NUL;
        }
    }

    fn text<'a>(&mut self, text: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        let mut rest = text;
        // Everything from `start` on is literal and not yet given to the sink.
        let mut start = 0;
        let mut line = 0;
        while let Some(at) = memchr::memchr3(b'=', b'\r', b'\n', &rest[line..]) {
            let at = line + at;
            self.lines.add(at - line);
            match &rest[at..] {
                [b'\r', b'\n', ..] => {
                    self.lines.end(true);
                    line = at + 2;
                }
                [b'\n', ..] => {
                    self.lines.end(false);
                    line = at + 1;
                }
                [b'\r', ..] => {
                    self.lines.bare_cr = true;
                    self.lines.add(1);
                    line = at + 1;
                }
                [_, b'\r', b'\n', tail @ ..] => {
                    put(sink, &rest[start..at]);
                    self.lines.add(1);
                    self.lines.end(true);
                    rest = tail;
                    (start, line) = (0, 0);
                }
                [_, tail @ ..] => {
                    put(sink, &rest[start..at]);
                    self.lines.add(1);
                    self.state = State::Escape;
                    return tail;
                }
                [] => break,
            }
        }
        self.lines.add(rest.len() - line);
        put(sink, &rest[start..]);
        &[]
    }

    fn escape<'a>(&mut self, rest: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        self.state = State::Text;
        match rest {
            [b'\r', b'\n', tail @ ..] => {
                self.lines.end(true);
                tail
            }
            [b'\n', tail @ ..] => {
                self.lines.end(false);
                tail
            }
            [high, low, tail @ ..] if hex(*high).is_some() && hex(*low).is_some() => {
                self.lines.add(2);
                put(sink, &[hex(*high).unwrap_or_default() << 4 | hex(*low).unwrap_or_default()]);
                tail
            }
            [high] if hex(*high).is_some() => {
                self.lines.add(1);
                self.state = State::Digit(*high);
                &[]
            }
            [b'=', tail @ ..] => {
                self.flags |= CodingFlags::QP_INVALID;
                self.lines.add(1);
                put(sink, b"=");
                tail
            }
            _ => {
                // Blanks between `=` and the line end were added in transport (rule 3): odd, but harmless.
                let blank = matches!(rest.first(), Some(b' ' | b'\t'));
                self.flags.set(CodingFlags::QP_INVALID, self.flags.contains(CodingFlags::QP_INVALID) || !blank);
                put(sink, b"=");
                rest
            }
        }
    }

    fn digit<'a>(&mut self, high: u8, rest: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        self.state = State::Text;
        match (hex(high), hex(rest[0])) {
            (Some(high), Some(low)) => {
                self.lines.add(1);
                put(sink, &[high << 4 | low]);
                &rest[1..]
            }
            _ => {
                self.flags |= CodingFlags::QP_INVALID;
                put(sink, &[b'=', high]);
                rest
            }
        }
    }

    /// The part ends.
    pub fn finish(&mut self, sink: &mut impl Sink) -> CodingFlags {
        match self.state {
            State::Text => {}
            State::Escape => self.flags |= CodingFlags::QP_DANGLING,
            State::Digit(high) => {
                self.flags |= CodingFlags::QP_INVALID;
                put(sink, &[b'=', high]);
            }
        }
        self.flags
    }
}

#[inline]
fn put(sink: &mut impl Sink, bytes: &[u8]) {
    if sink.wants(bytes.len()) {
        sink.bytes(bytes);
    } else {
        sink.skip(bytes.len() as u64);
    }
}
