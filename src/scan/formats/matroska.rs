//! Matroska and WebM (RFC 9559; EBML, RFC 8794): a header, and one segment that holds all the rest.

use super::Report;
use super::steps::{End, Format, Next};

const ID: usize = 4;
/// An ID and the longest size.
const HEAD: usize = ID + 8;
const HEADER: [u8; ID] = [0x1A, 0x45, 0xDF, 0xA3];
const SEGMENT: [u8; ID] = [0x18, 0x53, 0x80, 0x67];

/// Reaches for the end of the segment.
#[derive(Default)]
pub(super) struct Matroska {
    segment: bool,
}

/// A size and how many bytes it takes (RFC 8794 §4); `None` if it is not known, as in what browsers record.
fn size(bytes: &[u8]) -> Option<(u64, usize)> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let value = bytes.get(..length)?.iter().fold(0u64, |value, b| value << 8 | u64::from(*b));
    let mask = (1u64 << (7 * length)) - 1;
    (value & mask != mask).then_some((value & mask, length))
}

impl Format for Matroska {
    const FIRST: usize = HEAD;

    fn piece(&mut self, _at: u64, piece: &[u8]) -> Next {
        let expected = if self.segment { SEGMENT } else { HEADER };
        let sized = piece.strip_prefix(&expected).and_then(size);
        // What has been taken of it already is not to be passed.
        let skip = sized.and_then(|(size, length)| (size + (ID + length) as u64).checked_sub(HEAD as u64));
        match skip {
            Some(skip) if !self.segment => {
                self.segment = true;
                Next::Piece { skip, take: HEAD }
            }
            // It has nothing more to take.
            Some(skip) if skip > 0 => Next::Piece { skip, take: 0 },
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
    use super::*;
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    fn film(size: &[u8]) -> Vec<u8> {
        [&HEADER[..], &[0x90], &[7; 16], &SEGMENT, size, &[5; 300]].concat()
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        assert_each_cut(FileKind::Matroska, &film(&[0x41, 0x2C]), 4);
        assert_each_cut(FileKind::Matroska, &film(&[1, 0, 0, 0, 0, 0, 1, 0x2C]), 4);
    }

    #[test]
    fn what_tells_no_size() {
        for size in [&[0xFF][..], &[0x7F, 0xFF], &[1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], &[0]] {
            assert_damage(FileKind::Matroska, &film(size), DamageFlags::empty(), "recorded");
        }
        let odd = [&HEADER[..], &[0x81, 0], &[0xEC; 100]].concat();
        assert_damage(FileKind::Matroska, &odd, DamageFlags::empty(), "not to be followed");
        assert_damage(FileKind::Matroska, &film(&[0x82]), DamageFlags::empty(), "with more behind it");
    }
}
