//! quoted-printable (RFC 2045 §6.7), counted as it streams.

use super::bytes::is_blank;
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
    /// After `=` and blanks.
    padded: bool,
    /// The last byte of the text so far, or any other that is no blank.
    last: u8,
    flags: CodingFlags,
    pub lines: Lines,
}

/// The longest line of quoted-printable (RFC 2045 §6.7 rule 5).
const LONGEST_LINE: u64 = 76;

/// A byte above 0x7F or a control below TAB, which must not stand for themselves (RFC 2045 §6.7 rule 2): one comparison, so that
/// many are made at once. The controls behind TAB are not worth more.
fn is_raw(b: u8) -> bool {
    b.cast_signed() < b'\t'.cast_signed()
}

/// Of a hex digit.
fn is_lower(b: u8) -> bool {
    b >= b'a'
}

/// The value of a hex digit, in any case.
pub(super) fn hex(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).map(|d| d as u8)
}

impl QuotedPrintable {
    pub fn new() -> QuotedPrintable {
        QuotedPrintable {
            state: State::Text,
            padded: false,
            last: 0,
            flags: CodingFlags::empty(),
            lines: Lines::default(),
        }
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
        if piece.iter().fold(false, |raw, b| raw | is_raw(*b)) {
            self.flags |= CodingFlags::QP_RAW;
            if memchr::memchr(0, piece).is_some() {
                self.flags |= CodingFlags::NUL;
            }
        }
    }

    fn text<'a>(&mut self, text: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        if self.padded {
            self.behind_blanks(text);
        }
        let mut rest = text;
        // Everything from `start` on is literal and not yet given to the sink.
        let mut start = 0;
        let mut line = 0;
        while let Some(at) = memchr::memchr3(b'=', b'\r', b'\n', &rest[line..]) {
            let at = line + at;
            self.lines.add(at - line);
            match &rest[at..] {
                [b'\r', b'\n', ..] => {
                    self.end_line(&rest[..at], true);
                    line = at + 2;
                }
                [b'\n', ..] => {
                    self.end_line(&rest[..at], false);
                    line = at + 1;
                }
                [b'\r', ..] => {
                    self.lines.bare_cr = true;
                    self.lines.add(1);
                    line = at + 1;
                }
                [_, b'\r', b'\n', tail @ ..] => {
                    sink.put(&rest[start..at]);
                    self.lines.add(1);
                    self.lines.end(true);
                    rest = tail;
                    (start, line) = (0, 0);
                    self.last = 0;
                }
                [_, tail @ ..] => {
                    sink.put(&rest[start..at]);
                    self.lines.add(1);
                    self.state = State::Escape;
                    self.last = 0;
                    return tail;
                }
                [] => break,
            }
        }
        self.lines.add(rest.len() - line);
        sink.put(&rest[start..]);
        if let Some(last) = rest.last() {
            self.last = *last;
        }
        &[]
    }

    /// A line ends that is no soft line break.
    #[inline]
    fn end_line(&mut self, before: &[u8], crlf: bool) {
        if is_blank(*before.last().unwrap_or(&self.last)) {
            self.flags |= CodingFlags::QP_TRAILING_BLANK;
        }
        self.lines.end(crlf);
    }

    /// What follows `=` and a blank: blanks that transport added behind a soft line break (rule 3), or no line break at all.
    fn behind_blanks(&mut self, text: &[u8]) {
        if let Some(b) = text.iter().find(|b| !is_blank(**b)) {
            self.padded = false;
            let ends = matches!(b, b'\r' | b'\n');
            self.flags |= if ends { CodingFlags::QP_PADDED_BREAK } else { CodingFlags::QP_INVALID };
        }
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
                if is_lower(*high) || is_lower(*low) {
                    self.flags |= CodingFlags::QP_LOWERCASE;
                }
                sink.put(&[hex(*high).unwrap_or_default() << 4 | hex(*low).unwrap_or_default()]);
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
                sink.put(b"=");
                tail
            }
            _ => {
                if rest.first().is_some_and(|b| is_blank(*b)) {
                    self.padded = true;
                } else {
                    self.flags |= CodingFlags::QP_INVALID;
                }
                sink.put(b"=");
                rest
            }
        }
    }

    fn digit<'a>(&mut self, high: u8, rest: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        self.state = State::Text;
        match (hex(high), hex(rest[0])) {
            (Some(h), Some(low)) => {
                self.lines.add(1);
                if is_lower(high) || is_lower(rest[0]) {
                    self.flags |= CodingFlags::QP_LOWERCASE;
                }
                sink.put(&[h << 4 | low]);
                &rest[1..]
            }
            _ => {
                self.flags |= CodingFlags::QP_INVALID;
                sink.put(&[b'=', high]);
                rest
            }
        }
    }

    /// The part ends.
    pub fn finish(&mut self, sink: &mut impl Sink) -> CodingFlags {
        match self.state {
            State::Text if self.padded => self.flags |= CodingFlags::QP_DANGLING,
            State::Text => {}
            State::Escape => self.flags |= CodingFlags::QP_DANGLING,
            State::Digit(high) => {
                self.flags |= CodingFlags::QP_INVALID;
                sink.put(&[b'=', high]);
            }
        }
        self.flags.set(CodingFlags::QP_LONG_LINES, self.lines.longest > LONGEST_LINE);
        self.flags
    }
}
