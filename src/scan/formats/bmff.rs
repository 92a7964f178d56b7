//! ISO base media files (ISO/IEC 14496-12): MP4, QuickTime, M4A, HEIF and AVIF. Boxes of size, type and data, one
//! behind the other.

use super::steps::{End, Format, Next};
use super::{Report, TRAILING};
use crate::scan::facts::DamageFlags;

/// Size and type of a box; 8 bytes more for a size that needs 64 bits (§4.2).
const HEAD: u64 = 8;
const LARGE: u64 = 8;

/// What stands at the top of a file. Bytes behind its end may look like a box of another type, and are none.
const KNOWN: &[&[u8; 4]] = &[
    b"ftyp", b"moov", b"mdat", b"meta", b"moof", b"mfra", b"free", b"skip", b"wide", b"uuid", b"styp", b"sidx",
    b"ssix", b"pdin", b"prft", b"emsg", b"meco", b"udta", b"pnot", b"PICT", b"mpvd", b"sefd", b"imda",
];

/// Walks along the boxes.
#[derive(Default)]
pub(super) struct Bmff {
    /// A film or a sound, which cannot be played without its index; else a picture.
    plays: bool,
    /// The last box has a type that is [`KNOWN`].
    known: bool,
    /// The size of the last box is still to come.
    large: bool,
    index: bool,
    data: bool,
    /// Where the boxes end, if something else follows.
    end: Option<u64>,
}

impl Bmff {
    /// `plays` says that it is no picture.
    pub fn new(plays: bool) -> Bmff {
        Bmff { plays, ..Bmff::default() }
    }

    /// What stands at `at` is no box.
    fn ended(&mut self, at: u64) -> Next {
        self.end = Some(at);
        Next::Done
    }

    /// Passes over a box of `size` bytes, of which `head` have been seen.
    fn pass(&mut self, at: u64, size: u64, head: u64) -> Next {
        match size.checked_sub(head) {
            Some(skip) => Next::Piece { skip, take: HEAD as usize },
            None => self.ended(at),
        }
    }
}

impl Format for Bmff {
    const FIRST: usize = HEAD as usize;

    fn piece(&mut self, at: u64, piece: &[u8]) -> Next {
        let Ok(bytes) = <[u8; 8]>::try_from(piece) else { return Next::Done };
        if std::mem::take(&mut self.large) {
            return self.pass(at.saturating_sub(HEAD), u64::from_be_bytes(bytes), HEAD + LARGE);
        }
        let [s1, s2, s3, s4, kind @ ..] = bytes;
        self.known = KNOWN.contains(&&kind);
        if !self.known && !kind.iter().all(|b| (b' '..=b'~').contains(b)) {
            return self.ended(at);
        }
        // The pieces of a stream have their index elsewhere; pictures have another kind of it.
        self.index |= matches!(&kind, b"moov" | b"moof" | b"styp" | b"sidx" | b"meta");
        self.data |= &kind == b"mdat";
        match u32::from_be_bytes([s1, s2, s3, s4]) {
            // To the end of the file.
            0 => Next::Done,
            1 => {
                self.large = true;
                Next::take(LARGE as usize)
            }
            size => self.pass(at, u64::from(size), HEAD),
        }
    }

    fn report(&mut self, end: End) -> Report {
        // A few bytes behind a file that has all it needs are no box that was cut.
        let rest = end.missing < HEAD && !self.large && self.index && self.data;
        let between = end.between && !self.large;
        let truncated = end.done.is_none() && !between && self.known && !rest;
        let mut report = Report::truncated(truncated);
        report.damage.set(DamageFlags::NO_INDEX, self.plays && !truncated && !self.index);
        report.damage.set(DamageFlags::TRAILING, self.end.is_some_and(|at| end.length.saturating_sub(at) > TRAILING));
        report
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_damage;
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    const WHOLE: DamageFlags = DamageFlags::empty();

    fn put(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32 + 8).to_be_bytes()[..], kind, data].concat()
    }

    fn large(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&1u32.to_be_bytes()[..], kind, &(data.len() as u64 + 16).to_be_bytes(), data].concat()
    }

    fn brand() -> Vec<u8> {
        put(b"ftyp", b"isom\0\0\x02\0isommp41")
    }

    #[test]
    fn whole_ones_and_each_cut() {
        let index = put(b"moov", &[3; 50]);
        for data in [put(b"mdat", &[5; 200]), large(b"mdat", &[5; 200])] {
            let first = [brand(), put(b"free", b""), data.clone()].concat();
            let film = [&first[..], &index].concat();
            assert_damage(FileKind::Mp4, &film, WHOLE, "whole");
            for cut in 8..film.len() {
                let between = [brand().len(), brand().len() + 8, first.len()].contains(&cut);
                let expected = if between { DamageFlags::NO_INDEX } else { DamageFlags::TRUNCATED };
                assert_damage(FileKind::Mp4, &film[..cut], expected, "cut");
            }
            let film = [&brand()[..], &index, &data].concat();
            assert_damage(FileKind::Mov, &film, WHOLE, "with its index in front");
            for cut in film.len() - data.len() + 1..film.len() {
                assert_damage(FileKind::M4a, &film[..cut], DamageFlags::TRUNCATED, "cut");
            }
        }
        let picture = [put(b"ftyp", b"heic\0\0\0\0mif1heic"), put(b"meta", &[1; 90]), put(b"mdat", &[2; 90])].concat();
        assert_damage(FileKind::Heif, &picture, WHOLE, "a picture");
        for cut in 25..picture.len() {
            // Nobody knows that data should follow.
            let expected = if cut == 122 { WHOLE } else { DamageFlags::TRUNCATED };
            assert_damage(FileKind::Heif, &picture[..cut], expected, "cut");
        }
    }

    #[test]
    fn a_box_to_the_end() {
        let open = |index: &[u8]| [&brand()[..], index, b"\0\0\0\0mdat", &[5; 100]].concat();
        assert_damage(FileKind::Mp4, &open(&put(b"moov", b"")), WHOLE, "with its index");
        assert_damage(FileKind::Mp4, &open(b""), DamageFlags::NO_INDEX, "without");
        assert_damage(FileKind::Heif, &open(b""), WHOLE, "a picture");
    }

    #[test]
    fn pieces_of_a_stream_need_no_index() {
        let piece = [put(b"styp", b"msdh"), put(b"moof", &[1; 30]), put(b"mdat", &[1; 30])].concat();
        assert_damage(FileKind::Mp4, &piece, WHOLE, "a piece");
    }

    #[test]
    fn what_follows_the_boxes() {
        let film = [brand(), put(b"moov", b"..."), put(b"mdat", b"...")].concat();
        let more = |bytes: &[u8]| [&film[..], bytes].concat();
        assert_damage(FileKind::Mp4, &more(b"\r\n"), WHOLE, "a line end");
        assert_damage(FileKind::Mp4, &more(&[0xFF; 100]), WHOLE, "a little");
        assert_damage(FileKind::Mp4, &more(&[0xFF; 20_000]), DamageFlags::TRAILING, "much");
        assert_damage(FileKind::Mp4, &more(b"some text behind the end"), WHOLE, "text");
        assert_damage(FileKind::Mp4, &more(b"\0\0\0\x07free"), WHOLE, "an impossible size");
        assert_damage(FileKind::Mp4, &more(b"\0\0\0\x01free\0\0\0\0\0\0\0\x01"), WHOLE, "an impossible size");
        assert_damage(
            FileKind::Mp4,
            &more(b"\0\0\0\x01mdat\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF."),
            DamageFlags::TRUNCATED,
            "all",
        );
    }
}
