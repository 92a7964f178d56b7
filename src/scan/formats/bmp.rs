//! BMP ([MS-WMF] 2.2.2.9): a header that tells how many rows of pixels follow it.

use super::Report;
use super::steps::{End, Format, Next};

/// File header (14 bytes) and the first fields of the information header (BITMAPINFOHEADER and its successors).
const HEADER: usize = 34;
const INFORMATION: u32 = 40;

/// Reaches for the last pixel. The size field of the file header is not looked at: programs often leave it empty.
#[derive(Default)]
pub(super) struct Bmp {
    /// Where the pixels begin and how many bytes they have are known.
    known: bool,
}

impl Format for Bmp {
    const FIRST: usize = HEADER;

    fn piece(&mut self, _at: u64, piece: &[u8]) -> Next {
        let long = |at: usize| piece.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let (pixels, header) = (u64::from(long(10)), long(14));
        let (width, height) = (u64::from(long(18)), u64::from((long(22) as i32).unsigned_abs()));
        let (planes, bits, compression) = (long(26) & 0xFFFF, u64::from(long(26) >> 16), long(30));
        // Not compressed, perhaps with masks: only then the number of pixels tells the number of bytes.
        let plain = matches!(compression, 0 | 3) && matches!(bits, 1 | 4 | 8 | 16 | 24 | 32);
        if header < INFORMATION || planes != 1 || !plain || width == 0 || height == 0 {
            return Next::Done;
        }
        // Each row is filled up to four bytes; what fills up the last one may be missing.
        let row = (width * bits).div_ceil(8);
        let need = pixels.saturating_add((row.div_ceil(4) * 4).saturating_mul(height - 1)).saturating_add(row);
        match need.checked_sub(HEADER as u64) {
            Some(skip) if skip > 0 && !self.known => {
                self.known = true;
                Next::Piece { skip, take: 0 }
            }
            _ => Next::Done,
        }
    }

    fn report(&mut self, end: End) -> Report {
        Report::truncated(end.done.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, assert_each_cut};
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    fn picture(width: i32, height: i32, bits: u16, compression: u32, pixels: usize) -> Vec<u8> {
        let mut file =
            [b"BM\0\0\0\0\0\0\0\0".to_vec(), 54u32.to_le_bytes().to_vec(), 40u32.to_le_bytes().to_vec()].concat();
        file.extend(width.to_le_bytes());
        file.extend(height.to_le_bytes());
        file.extend([1, 0]);
        file.extend(bits.to_le_bytes());
        file.extend(compression.to_le_bytes());
        file.resize(54 + pixels, 0);
        file
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        // 3 pixels of 24 bits are 9 bytes, and 3 to fill up.
        for height in [4, -4] {
            assert_each_cut(FileKind::Bmp, &picture(3, height, 24, 0, 3 * 12 + 9), 14);
        }
        assert_each_cut(FileKind::Bmp, &picture(17, 2, 1, 3, 4 + 3), 14);
    }

    #[test]
    fn what_tells_nothing_is_no_damage() {
        for (width, height, bits, compression) in
            [(100, 100, 8, 1), (100, 100, 7, 0), (0, 100, 24, 0), (100, 0, 24, 0), (100, 100, 0, 5)]
        {
            let file = picture(width, height, bits, compression, 10);
            assert_damage(FileKind::Bmp, &file, DamageFlags::empty(), "not to be told");
        }
        let huge = picture(i32::MAX, i32::MIN, 32, 0, 10);
        assert_damage(FileKind::Bmp, &huge, DamageFlags::TRUNCATED, "a giant");
    }
}
