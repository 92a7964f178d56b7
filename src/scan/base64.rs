//! base64 (RFC 2045 §6.8), checked and counted as it streams; decoded only where somebody wants the bytes.

use super::facts::CodingFlags;
use super::lines::Lines;
use super::names::Family;
use super::sink::Sink;
use super::sniff;
use base64_simd::{AsOut, STANDARD_NO_PAD};

/// Encoded bytes that are checked or decoded in one go: stays in the first-level cache, and a defect costs only so much slow reading.
const BLOCK: usize = 1024;
/// A line or less, for which clearing a whole block's room would take longer than decoding.
const SHORT: usize = 80;
/// Characters of the beginning that decide whether this is base64 at all.
const JUDGED: u64 = 8 * 1024;
/// The longest line of base64 (RFC 2045 §6.8).
const LONGEST_LINE: u64 = 76;

/// A decoder. The reading of damaged data is the one of most programs (and of CPython's `binascii`): what is not of the
/// alphabet is skipped, complete padding ends the data, a missing padding is forgiven.
pub(super) struct Base64 {
    /// Bits of the current group, and how many characters they are of.
    group: u32,
    have: u8,
    pads: u8,
    done: bool,
    /// Of the first [`JUDGED`] characters: those of the alphabet, those that are not, and words behind a blank.
    judged: u64,
    odd: u64,
    words: u64,
    blanks: u64,
    /// A foreign character or `=` came, and no data since.
    interrupted: bool,
    /// The same two counts as above, of what comes behind complete padding.
    judged_behind: u64,
    odd_behind: u64,
    /// The last line ended inside of a group.
    split: bool,
    /// The length of the last line, and how often one was followed by another length.
    last_line: u64,
    changes: u32,
    flags: CodingFlags,
    pub lines: Lines,
    /// Lines to read the slow way, because a defect is among them.
    slow_lines: usize,
}

const BLANK: u8 = 64;
const PAD: u8 = 65;
const CR: u8 = 66;
const INVALID: u8 = 67;

/// The characters, in the order of their values (RFC 2045 §6.8, table 1).
pub(super) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What each byte means: 0 to 63 its value, or one of the above.
static CLASS: [u8; 256] = {
    let mut class = [INVALID; 256];
    let mut i = 0;
    while i < 64 {
        class[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    class[b' ' as usize] = BLANK;
    class[b'\t' as usize] = BLANK;
    class[b'=' as usize] = PAD;
    class[b'\r' as usize] = CR;
    class
};

/// The six bits that this character of the alphabet stands for.
pub(super) fn value(b: u8) -> Option<u8> {
    Some(CLASS[usize::from(b)]).filter(|value| *value < BLANK)
}

impl Base64 {
    pub fn new() -> Base64 {
        Base64 {
            group: 0,
            have: 0,
            pads: 0,
            done: false,
            judged: 0,
            odd: 0,
            words: 0,
            blanks: 0,
            interrupted: false,
            judged_behind: 0,
            odd_behind: 0,
            split: false,
            last_line: 0,
            changes: 0,
            flags: CodingFlags::empty(),
            lines: Lines::default(),
            slow_lines: 0,
        }
    }

    /// Takes the next piece, in which no CRLF is cut.
    pub fn feed(&mut self, piece: &[u8], sink: &mut impl Sink) {
        let mut rest = piece;
        loop {
            if self.lines.at_start() {
                rest = &rest[self.even_lines(rest, sink)..];
            }
            let Some(at) = memchr::memchr(b'\n', rest) else { break };
            let line = &rest[..at];
            let (line, crlf) = line.strip_suffix(b"\r").map_or((line, false), |line| (line, true));
            self.run(line, sink);
            self.split |= self.have != 0;
            self.note_length();
            self.lines.end(crlf);
            self.slow_lines = self.slow_lines.saturating_sub(1);
            self.blanks = 0;
            rest = &rest[at + 1..];
        }
        self.run(rest, sink);
    }

    /// Lines as long as the last one, of the lengths that mail programs use: how many bytes were taken.
    #[inline]
    fn even_lines(&mut self, text: &[u8], sink: &mut impl Sink) -> usize {
        if text.len() as u64 <= self.last_line || self.have != 0 || self.done || self.slow_lines > 0 {
            return 0;
        }
        match self.last_line {
            76 => self.lines_of::<76>(text, sink),
            72 => self.lines_of::<72>(text, sink),
            64 => self.lines_of::<64>(text, sink),
            60 => self.lines_of::<60>(text, sink),
            _ => 0,
        }
    }

    /// The fastest path: lines of `W` characters, joined without a search for their ends and checked as one block.
    fn lines_of<const W: usize>(&mut self, text: &[u8], sink: &mut impl Sink) -> usize {
        let mut block = [0; BLOCK];
        let mut taken = 0;
        loop {
            let (mut at, mut filled, mut bare_lf) = (taken, 0, 0);
            while filled + W <= BLOCK {
                let (line, end) = match text[at..].split_first_chunk::<W>() {
                    Some((line, [b'\r', b'\n', ..])) => (line, 2),
                    Some((line, [b'\n', ..])) => (line, 1),
                    _ => break,
                };
                block[filled..filled + W].copy_from_slice(line);
                filled += W;
                at += W + end;
                bare_lf += 2 - end as u64;
            }
            if filled == 0 {
                return taken;
            }
            if !self.block(&block[..filled], sink) {
                self.slow_lines = filled / W;
                return taken;
            }
            self.lines.whole(W, bare_lf);
            taken = at;
        }
    }

    /// Bytes of one line.
    #[inline]
    fn run(&mut self, line: &[u8], sink: &mut impl Sink) {
        self.lines.add(line.len());
        let mut rest = line;
        while !rest.is_empty() {
            if self.have == 0 && self.blanks == 0 && !self.done && rest.len() >= 4 {
                // The last group alone may be padded.
                let whole = rest.len() & !3;
                let padded = whole > 4 && rest[whole - 1] == b'=';
                let (block, tail) = rest.split_at((whole - if padded { 4 } else { 0 }).min(BLOCK));
                if !self.block(block, sink) {
                    block.iter().for_each(|b| self.byte(*b, sink));
                }
                rest = tail;
            } else {
                self.byte(rest[0], sink);
                rest = &rest[1..];
            }
        }
    }

    /// The fast path: whole groups, nothing but the alphabet.
    #[inline]
    fn block(&mut self, block: &[u8], sink: &mut impl Sink) -> bool {
        let decoded = block.len() / 4 * 3;
        if sink.wants(decoded) {
            let mut decode = |bytes: &mut [u8]| {
                STANDARD_NO_PAD.decode(block, bytes[..decoded].as_out()).is_ok_and(|bytes| {
                    sink.bytes(bytes);
                    true
                })
            };
            let whole =
                if block.len() <= SHORT { decode(&mut [0; SHORT / 4 * 3]) } else { decode(&mut [0; BLOCK / 4 * 3]) };
            if !whole {
                return false;
            }
        } else {
            if STANDARD_NO_PAD.check(block).is_err() {
                return false;
            }
            sink.skip(decoded as u64);
        }
        self.judged += block.len() as u64;
        self.note_interruption();
        true
    }

    /// The slow path: one byte, whatever it is.
    fn byte(&mut self, b: u8, sink: &mut impl Sink) {
        let value = CLASS[usize::from(b)];
        match value {
            BLANK => self.blanks += 1,
            CR => self.lines.bare_cr = true,
            PAD if self.done || self.have < 2 => {
                self.flags |= CodingFlags::BASE64_PADDING;
                self.interrupted = true;
            }
            PAD => {
                self.pads += 1;
                self.interrupted = true;
                if self.have + self.pads >= 4 {
                    self.flush(sink);
                    self.done = true;
                }
            }
            INVALID => {
                self.flags |= CodingFlags::BASE64_INVALID;
                if b == 0 {
                    self.flags |= CodingFlags::NUL;
                }
                self.odd += u64::from(self.judged < JUDGED && !self.done);
                self.odd_behind += u64::from(self.done);
                self.interrupted = true;
            }
            _ => {
                if self.done {
                    self.flags |= CodingFlags::BASE64_AFTER_PADDING;
                    self.judged_behind += 1;
                    self.odd_behind += u64::from(self.blanks > 0);
                    self.blanks = 0;
                    return;
                }
                self.note_interruption();
                if self.split {
                    self.split = false;
                    self.flags |= CodingFlags::BASE64_UNEVEN;
                }
                self.words += u64::from(self.judged < JUDGED && self.blanks > 0);
                self.blanks = 0;
                self.judged += 1;
                if self.pads > 0 {
                    self.flags |= CodingFlags::BASE64_PADDING;
                    self.pads = 0;
                }
                self.group = self.group << 6 | u32::from(value);
                self.have += 1;
                if self.have == 4 {
                    sink.bytes(&self.group.to_be_bytes()[1..]);
                    self.have = 0;
                    self.group = 0;
                }
            }
        }
    }

    /// Data comes: what came since the last was between data.
    #[inline]
    fn note_interruption(&mut self) {
        if self.interrupted {
            self.interrupted = false;
            self.flags |= CodingFlags::BASE64_INTERRUPTED;
        }
    }

    /// A line ends. All but the last are of one length, where a mail program made them.
    #[inline]
    fn note_length(&mut self) {
        let length = self.lines.current();
        if length > 0 {
            self.changes = self.changes.saturating_add(u32::from(self.last_line > 0 && self.last_line != length));
            self.last_line = length;
        }
    }

    /// The bytes of an incomplete group.
    fn flush(&mut self, sink: &mut impl Sink) {
        let bits = (self.group << (6 * (4 - u32::from(self.have)))).to_be_bytes();
        match self.have {
            2 => sink.bytes(&bits[1..2]),
            3 => sink.bytes(&bits[1..3]),
            _ => {}
        }
        self.have = 0;
        self.group = 0;
    }

    /// The part ends; `cut` says that the mail ends here without the closing boundary.
    pub fn finish(&mut self, sink: &mut impl Sink, cut: bool) -> CodingFlags {
        let open = self.have;
        self.flush(sink);
        // Ordinary text has a blank for every five letters, or hardly a letter that base64 has; base64 has none.
        let judged = self.judged.min(JUDGED);
        if (self.words > 2 && self.words * 20 > judged) || (self.odd > 2 && self.odd * 3 > judged) {
            return CodingFlags::BASE64_IS_PLAIN;
        }
        match open {
            0 => {}
            _ if cut => self.flags |= CodingFlags::BASE64_CUT,
            1 => self.flags |= CodingFlags::BASE64_LENGTH,
            _ => self.flags |= CodingFlags::BASE64_PADDING,
        }
        self.note_length();
        if self.flags.contains(CodingFlags::BASE64_UNEVEN) && self.changes > 1 {
            self.flags |= CodingFlags::BASE64_IRREGULAR;
        }
        // Ordinary text behind the end was added by a server; base64 is the rest of this file, or another one.
        let text_behind = self.odd_behind > 2 && self.odd_behind * 20 > self.judged_behind;
        if self.flags.contains(CodingFlags::BASE64_AFTER_PADDING) && !text_behind {
            self.flags |= CodingFlags::BASE64_CONCATENATED;
        }
        self.flags.set(CodingFlags::BASE64_LONG_LINES, self.lines.longest > LONGEST_LINE);
        self.flags
    }
}

/// Whether a text begins with lines of base64 that hold a file.
pub(super) fn is_file(text: &[u8]) -> bool {
    let line = memchr::memchr2(b'\r', b'\n', text).map_or(text, |end| &text[..end]);
    let groups = &line[..line.len().min(60) & !3];
    let mut file = [0; 45];
    if groups.len() < 20 || !line.iter().all(|b| CLASS[usize::from(*b)] < BLANK || *b == b'=') {
        return false;
    }
    STANDARD_NO_PAD.decode(groups, file[..groups.len() / 4 * 3].as_out()).is_ok_and(|file| {
        let family = sniff::kind(file).family();
        !matches!(family, Family::Any | Family::Text | Family::Html | Family::Xml | Family::Message | Family::Data)
    })
}
