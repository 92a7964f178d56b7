//! JPEG (ITU-T T.81 annex B): marker segments and entropy-coded data up to EOI.

use super::Report;
use super::steps::{End, Format, Next};

const SOI: usize = 2;

/// Looks for the next marker, and passes over its segment. That serves for all there is: a segment is skipped by its
/// length, with the thumbnail that may be inside; entropy-coded data, fill bytes and junk between segments have no marker.
#[derive(Default)]
pub(super) struct Jpeg {
    /// The last byte was 0xFF, with which a marker begins.
    begun: bool,
}

impl Format for Jpeg {
    const FIRST: usize = SOI;

    fn piece(&mut self, at: u64, piece: &[u8]) -> Next {
        match *piece {
            // The length counts its own two bytes.
            [high, low] if at > 0 => match u64::from(u16::from_be_bytes([high, low])).saturating_sub(2) {
                0 => Next::Run,
                skip => Next::Piece { skip, take: 0 },
            },
            _ => Next::Run,
        }
    }

    fn run(&mut self, bytes: &[u8]) -> (usize, Next) {
        let mut used = 0;
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            if !self.begun {
                let Some(at) = memchr::memchr(0xFF, rest) else { break };
                self.begun = true;
                used += at + 1;
                continue;
            }
            used += 1;
            // More of 0xFF fills up (§B.1.1.2).
            self.begun = rest[0] == 0xFF;
            match rest[0] {
                // EOI.
                0xD9 => return (used, Next::Done),
                // A zero makes it a byte of data; reserved codes, TEM, RST and SOI have no segment (§B.1.1.3).
                0..=0xBF | 0xD0..=0xD8 | 0xFF => {}
                _ => return (used, Next::take(2)),
            }
        }
        (bytes.len(), Next::Run)
    }

    fn report(&mut self, end: End) -> Report {
        Report::walked(end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, assert_each_cut};
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
        [&[0xFF, marker][..], &(data.len() as u16 + 2).to_be_bytes(), data].concat()
    }

    /// A progressive picture of two scans, with fill bytes, restart markers, and a whole thumbnail in its Exif segment.
    fn picture() -> Vec<u8> {
        let thumbnail = [&b"Exif\0\0"[..], b"\xFF\xD8\xFF\xDB\0\x04\0\0\xFF\xD9"].concat();
        [
            b"\xFF\xD8".to_vec(),
            segment(0xE1, &thumbnail),
            segment(0xDB, &[1; 65]),
            segment(0xFE, b""),
            b"\xFF\xFF".to_vec(),
            segment(0xC2, &[8, 0, 0, 0, 1, 1, 1, 0x11, 0]),
            segment(0xC4, &[0; 17]),
            segment(0xDA, &[1, 1, 0, 0, 63, 0]),
            b"data\xFF\0data\xFF\xD0data\xFF\xD1data\xFF\xFF\xFF".to_vec(),
            segment(0xDC, &[0, 1]),
            segment(0xDA, &[1, 1, 0, 0, 63, 0]),
            b"more\xFF\0".to_vec(),
            b"\xFF\xFF\xD9".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        assert_each_cut(FileKind::Jpeg, &picture(), 3);
    }

    #[test]
    fn what_is_appended_is_no_part_of_the_picture() {
        let film = |size: usize| [picture(), vec![7; size]].concat();
        assert_damage(FileKind::Jpeg, &film(16 * 1024), DamageFlags::empty(), "a little more");
        assert_damage(FileKind::Jpeg, &film(16 * 1024 + 1), DamageFlags::TRAILING, "much more");
    }

    #[test]
    fn junk_between_segments_is_passed_over() {
        let mut odd = picture();
        odd.splice(2..2, *b"junk\xFF\0\xFF\x05\xFF\xD8");
        assert_damage(FileKind::Jpeg, &odd, DamageFlags::empty(), "junk");
        let short = [b"\xFF\xD8\xFF\xE0\0\0".to_vec(), picture()].concat();
        assert_damage(FileKind::Jpeg, &short, DamageFlags::empty(), "a length of nothing");
    }
}
