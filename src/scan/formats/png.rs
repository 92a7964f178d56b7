//! PNG (ISO/IEC 15948): chunks of length, name, data and checksum behind a signature, up to `IEND`.

use super::Report;
use super::steps::{End, Format, Next};
use crate::scan::facts::DamageFlags;

const SIGNATURE: usize = 8;
/// Length and name before a chunk's data; the checksum behind it.
const BEFORE: usize = 8;
const CHECKSUM: usize = 4;
/// A chunk is not longer than this (§5.3).
const LONGEST: u32 = i32::MAX as u32;

/// Walks along the chunks.
#[derive(Default)]
pub(super) struct Png {
    /// Of the current chunk's name and data.
    checksum: crc32fast::Hasher,
    /// Bytes of data to come in the current chunk, if its checksum is asked for.
    left: u64,
    last: bool,
    /// Viewers need what the current chunk holds: its name begins with a capital (§5.4).
    critical: bool,
    corrupt: bool,
    begun: bool,
}

/// The first chunk, and the one that Apple's tools for telephones put before it.
const FIRST_CHUNKS: [[u8; 4]; 2] = [*b"IHDR", *b"CgBI"];

impl Format for Png {
    const FIRST: usize = SIGNATURE + BEFORE;

    fn piece(&mut self, _at: u64, piece: &[u8]) -> Next {
        if let Ok(stored) = <[u8; CHECKSUM]>::try_from(piece) {
            self.corrupt |= self.critical && self.checksum.clone().finalize() != u32::from_be_bytes(stored);
            return if self.last { Next::Done } else { Next::take(BEFORE) };
        }
        let [.., l1, l2, l3, l4, n1, n2, n3, n4] = *piece else { return Next::Done };
        let (length, name) = (u32::from_be_bytes([l1, l2, l3, l4]), [n1, n2, n3, n4]);
        // Names are letters (§5.3).
        if length > LONGEST
            || !name.iter().all(u8::is_ascii_alphabetic)
            || (!self.begun && !FIRST_CHUNKS.contains(&name))
        {
            self.corrupt = true;
            return Next::Done;
        }
        self.begun = true;
        self.last = name == *b"IEND";
        // The end mark holds nothing.
        self.critical = name[0].is_ascii_uppercase() && !self.last;
        self.checksum.reset();
        self.checksum.update(&name);
        self.left = u64::from(length);
        if self.critical && length > 0 { Next::Run } else { Next::Piece { skip: u64::from(length), take: CHECKSUM } }
    }

    fn run(&mut self, bytes: &[u8]) -> (usize, Next) {
        let data = &bytes[..bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX))];
        self.checksum.update(data);
        self.left -= data.len() as u64;
        (data.len(), if self.left == 0 { Next::take(CHECKSUM) } else { Next::Run })
    }

    fn report(&mut self, end: End) -> Report {
        let mut report = if self.last { Report::walked(end) } else { Report::truncated(end.done.is_none()) };
        report.damage.set(DamageFlags::CORRUPT, self.corrupt);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, assert_each_cut};
    use super::*;
    use crate::scan::names::FileKind;

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let named = [&name[..], data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
    }

    fn picture() -> Vec<u8> {
        let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
        let data: Vec<u8> = (0..2000u32).map(|i| (i * 7) as u8).collect();
        [b"\x89PNG\r\n\x1A\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &data), chunk(b"IEND", b"")].concat()
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        assert_each_cut(FileKind::Png, &picture(), 8);
    }

    #[test]
    fn what_follows() {
        let more = |size: usize| [picture(), vec![0; size]].concat();
        assert_damage(FileKind::Png, &more(4), DamageFlags::empty(), "a little more");
        assert_damage(FileKind::Png, &more(20_000), DamageFlags::TRAILING, "much more");
    }

    #[test]
    fn a_changed_byte_is_seen() {
        for at in [16, 30, 60, 1000] {
            let mut changed = picture();
            changed[at] ^= 1;
            assert_damage(FileKind::Png, &changed, DamageFlags::CORRUPT, "changed");
        }
        let mut lost = picture();
        lost.drain(40..45);
        lost.extend([0; 20_000]);
        assert_damage(FileKind::Png, &lost, DamageFlags::CORRUPT, "a few bytes lost");
    }

    #[test]
    fn what_no_viewer_needs_may_be_wrong() {
        let whole = picture();
        let mut text = chunk(b"tEXt", b"Comment");
        text[10] ^= 1;
        let changed = [&whole[..33], &text, &whole[33..]].concat();
        assert_damage(FileKind::Png, &changed, DamageFlags::empty(), "a comment");
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_damage(FileKind::Png, &changed, DamageFlags::empty(), "the end mark");
        let apple = [&whole[..8], &chunk(b"CgBI", b"\x50\0\x20\x02"), &whole[8..]].concat();
        assert_damage(FileKind::Png, &apple, DamageFlags::empty(), "Apple's");
    }
}
