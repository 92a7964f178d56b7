//! BMP ([MS-WMF] 2.2.2.9): a header that tells how many rows of pixels follow it.

use super::steps::{End, Format, Next};
use super::{Report, field};

/// File header (14 bytes) and the information header up to the size of OS/2's (BITMAPCOREHEADER).
const HEADER: usize = 26;
const CORE: u32 = 12;
/// Further fields of the information header that is common today (BITMAPINFOHEADER) and its successors.
const MORE: usize = 12;
const INFORMATION: u32 = 40;

/// Reaches for the last pixel. The size field of the file header is not looked at: programs often leave it empty.
#[derive(Default)]
pub(super) struct Bmp {
    /// Where the pixels begin.
    pixels: u64,
    width: u64,
    height: u64,
    /// The end of the pixels is being reached for.
    known: bool,
}

impl Bmp {
    fn reach(&mut self, here: u64, size: u64) -> Next {
        self.known = true;
        match self.pixels.saturating_add(size).checked_sub(here) {
            Some(skip) if skip > 0 => Next::Piece { skip, take: 0 },
            _ => Next::Done,
        }
    }

    /// Reaches for so many pixels, if it is a picture that is not compressed.
    fn rows(&mut self, here: u64, planes: u64, bits: u64) -> Next {
        if planes != 1 || !matches!(bits, 1 | 4 | 8 | 16 | 24 | 32) || self.width == 0 || self.height == 0 {
            return Next::Done;
        }
        // Each row is filled up to four bytes; what fills up the last one may be missing.
        let row = (self.width * bits).div_ceil(8);
        self.reach(here, (row.div_ceil(4) * 4).saturating_mul(self.height - 1).saturating_add(row))
    }
}

impl Format for Bmp {
    const FIRST: usize = HEADER;

    fn piece(&mut self, at: u64, piece: &[u8]) -> Next {
        let long = |at| field(piece, at, 4) as u32;
        let short = |at: usize| u64::from(long(at) & 0xFFFF);
        let here = at + piece.len() as u64;
        if self.known {
            Next::Done
        } else if at == 0 {
            self.pixels = u64::from(long(10));
            match long(14) {
                CORE => {
                    (self.width, self.height) = (short(18), short(20));
                    self.rows(here, short(22), u64::from(long(22) >> 16))
                }
                INFORMATION.. => {
                    (self.width, self.height) = (u64::from(long(18)), u64::from((long(22) as i32).unsigned_abs()));
                    Next::take(MORE)
                }
                _ => Next::Done,
            }
        } else {
            match long(4) {
                // As they are, or with masks for the colours.
                0 | 3 => self.rows(here, short(0), short(2)),
                // Compressed: then their size must be told.
                _ => self.reach(here, u64::from(long(8))),
            }
        }
    }

    fn report(&mut self, end: End) -> Report {
        Report::truncated(self.known && end.done.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, assert_each_cut};
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    fn picture(width: i32, height: i32, bits: u16, compression: u32, size: u32, pixels: usize) -> Vec<u8> {
        let mut file =
            [b"BM\0\0\0\0\0\0\0\0".to_vec(), 54u32.to_le_bytes().to_vec(), 40u32.to_le_bytes().to_vec()].concat();
        file.extend(width.to_le_bytes());
        file.extend(height.to_le_bytes());
        file.extend([1, 0]);
        file.extend(bits.to_le_bytes());
        file.extend(compression.to_le_bytes());
        file.extend(size.to_le_bytes());
        file.resize(54 + pixels, 0);
        file
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        // 3 pixels of 24 bits are 9 bytes, and 3 to fill up.
        for height in [4, -4] {
            assert_each_cut(FileKind::Bmp, &picture(3, height, 24, 0, 0, 3 * 12 + 9), 38);
        }
        assert_each_cut(FileKind::Bmp, &picture(17, 2, 1, 3, 0, 4 + 3), 38);
        assert_each_cut(FileKind::Bmp, &picture(100, 100, 8, 1, 20, 20), 38);
        // OS/2's.
        let core = [&b"BM\0\0\0\0\0\0\0\0\x1A\0\0\0\x0C\0\0\0\x03\0\x02\0\x01\0\x18\0"[..], &[7; 12 + 9]].concat();
        assert_each_cut(FileKind::Bmp, &core, 26);
    }

    #[test]
    fn what_tells_nothing_is_no_damage() {
        for (width, height, bits, compression) in
            [(100, 100, 8, 1), (100, 100, 7, 0), (0, 100, 24, 0), (100, 0, 24, 0), (100, 100, 0, 5)]
        {
            let file = picture(width, height, bits, compression, 0, 10);
            assert_damage(FileKind::Bmp, &file, DamageFlags::empty(), "not to be told");
        }
        assert_damage(FileKind::Bmp, b"BM\0\0\0\0\0\0\0\0", DamageFlags::empty(), "no header");
        let huge = picture(i32::MAX, i32::MIN, 32, 0, 0, 10);
        assert_damage(FileKind::Bmp, &huge, DamageFlags::TRUNCATED, "a giant");
    }
}
