//! 7bit, 8bit, binary and what is not known (RFC 2045 §2.7 to §2.9): nothing to decode, but something to see.

use super::facts::CodingFlags;
use super::lines::Lines;
use super::names::Encoding;
use super::sink::Sink;
use super::uuencode::Watch;

/// Looks at bytes that need no decoding.
pub(super) struct Identity {
    encoding: Encoding,
    flags: CodingFlags,
    pub lines: Lines,
    watch: Option<Watch>,
}

impl Identity {
    /// `text` says that a uuencoded file may stand inside.
    pub fn new(encoding: Encoding, text: bool) -> Identity {
        Identity { encoding, flags: CodingFlags::empty(), lines: Lines::default(), watch: text.then(Watch::default) }
    }

    /// Takes the next piece, in which no CRLF is cut.
    pub fn feed(&mut self, piece: &[u8], sink: &mut impl Sink) {
        match &mut self.watch {
            Some(watch) if watch.found.is_empty() => watch.text(piece, &mut self.lines),
            _ => self.lines.text(piece),
        }
        if self.encoding != Encoding::Binary && memchr::memchr(0, piece).is_some() {
            self.flags |= CodingFlags::NUL;
        }
        if matches!(self.encoding, Encoding::SevenBit | Encoding::Undeclared)
            && !self.flags.contains(CodingFlags::UNDECLARED_8BIT)
            && !piece.is_ascii()
        {
            self.flags |= CodingFlags::UNDECLARED_8BIT;
        }
        sink.put(piece);
    }

    /// The part ends.
    pub fn finish(&mut self) -> CodingFlags {
        self.flags | self.watch.as_mut().map_or(CodingFlags::empty(), Watch::finish)
    }
}
