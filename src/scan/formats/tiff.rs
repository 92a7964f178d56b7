//! TIFF 6.0: directories that point to what lies before or behind them.

use super::steps::{End, Format, Next};
use super::{Report, be, le};

/// Byte order, 42, and where the first directory stands.
const HEADER: usize = 8;
const COUNT: usize = 2;
const ENTRY: usize = 12;
const NEXT: usize = 4;
/// Programs may put anything into tags from here on.
const PRIVATE: u64 = 32_768;

/// What the next piece is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Piece {
    #[default]
    Header,
    Count,
    /// One of so many entries to come.
    Entry(u16),
    /// Where the next directory stands.
    Link,
    /// The last of an array: where the last strip begins, or how long it is.
    Last(Array),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Array {
    Offsets,
    Counts,
}

/// The last number of an array: known, or at a place in the file with so many bytes.
#[derive(Clone, Copy)]
enum Number {
    Known(u64),
    At(u64, usize),
}

/// Walks along the directories, as far as they follow each other, and sees where their values and the last strip or tile
/// of each end.
#[derive(Default)]
pub(super) struct Tiff {
    big_endian: bool,
    next: Piece,
    offsets: Option<Number>,
    counts: Option<Number>,
    link: u64,
    /// The file must be so long.
    need: u64,
}

impl Tiff {
    fn number(&self, bytes: &[u8]) -> u64 {
        if self.big_endian { be(bytes) } else { le(bytes) }
    }

    fn reach(&mut self, here: u64, place: u64, next: Piece, take: usize) -> Option<Next> {
        self.need = self.need.max(place.saturating_add(take as u64));
        let skip = place.checked_sub(here)?;
        self.next = next;
        Some(Next::Piece { skip, take })
    }

    fn entry(&mut self, entry: &[u8]) {
        let &[t1, t2, f1, f2, n1, n2, n3, n4, v1, v2, v3, v4] = entry else { return };
        let tag = self.number(&[t1, t2]);
        let size = match self.number(&[f1, f2]) {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 => 4,
            5 | 10 | 12 => 8,
            _ => return,
        };
        let count = self.number(&[n1, n2, n3, n4]);
        let value = [v1, v2, v3, v4];
        let number = match count.checked_sub(1) {
            None => return,
            Some(before) if count * size <= 4 => {
                let start = (before * size) as usize;
                Number::Known(self.number(value.get(start..start + size as usize).unwrap_or_default()))
            }
            Some(before) => {
                let place = self.number(&value);
                if tag < PRIVATE {
                    self.need = self.need.max(place + count * size);
                }
                Number::At(place + before * size, size as usize)
            }
        };
        match tag {
            // StripOffsets, TileOffsets.
            273 | 324 => self.offsets = Some(number),
            // StripByteCounts, TileByteCounts.
            279 | 325 => self.counts = Some(number),
            _ => {}
        }
    }

    /// Everything of a directory has been read: to the ends of the arrays that lie ahead, then to the next directory.
    fn ahead(&mut self, here: u64) -> Next {
        loop {
            let place = |number: Option<Number>| match number {
                Some(Number::At(place, size)) => Some((place, size)),
                _ => None,
            };
            let (array, (place, size)) = match (place(self.offsets), place(self.counts)) {
                (Some(offsets), counts) if counts.is_none_or(|counts| offsets.0 <= counts.0) => {
                    (Array::Offsets, offsets)
                }
                (_, Some(counts)) => (Array::Counts, counts),
                (_, None) => break,
            };
            if let Some(next) = self.reach(here, place, Piece::Last(array), size) {
                return next;
            }
            // It lies behind us.
            *self.array(array) = None;
        }
        if let (Some(Number::Known(offset)), counts) = (self.offsets, self.counts) {
            let count = if let Some(Number::Known(count)) = counts { count } else { 0 };
            self.need = self.need.max(offset.saturating_add(count));
        }
        (self.offsets, self.counts) = (None, None);
        match self.link {
            0 => Next::Done,
            link => self.reach(here, link, Piece::Count, COUNT).unwrap_or(Next::Done),
        }
    }

    fn array(&mut self, array: Array) -> &mut Option<Number> {
        match array {
            Array::Offsets => &mut self.offsets,
            Array::Counts => &mut self.counts,
        }
    }
}

impl Format for Tiff {
    const FIRST: usize = HEADER;

    fn piece(&mut self, at: u64, piece: &[u8]) -> Next {
        let here = at + piece.len() as u64;
        match self.next {
            Piece::Header => {
                self.big_endian = piece.starts_with(b"M");
                let first = self.number(piece.get(4..).unwrap_or_default());
                self.reach(here, first, Piece::Count, COUNT).unwrap_or(Next::Done)
            }
            Piece::Count => {
                self.next = match self.number(piece) {
                    0 => return Next::Done,
                    entries => Piece::Entry(entries as u16),
                };
                Next::take(ENTRY)
            }
            Piece::Entry(left) => {
                self.entry(piece);
                if left > 1 {
                    self.next = Piece::Entry(left - 1);
                    Next::take(ENTRY)
                } else {
                    self.next = Piece::Link;
                    Next::take(NEXT)
                }
            }
            Piece::Link => {
                self.link = self.number(piece);
                self.ahead(here)
            }
            Piece::Last(array) => {
                *self.array(array) = Some(Number::Known(self.number(piece)));
                self.ahead(here)
            }
        }
    }

    fn report(&mut self, end: End) -> Report {
        Report::truncated(end.done.is_none() || end.length < self.need)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, assert_each_cut};
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    /// Writes numbers in one of the two orders.
    struct Order(bool);

    impl Order {
        fn short(&self, number: u16) -> Vec<u8> {
            if self.0 { number.to_be_bytes() } else { number.to_le_bytes() }.to_vec()
        }

        fn long(&self, number: usize) -> Vec<u8> {
            let number = number as u32;
            if self.0 { number.to_be_bytes() } else { number.to_le_bytes() }.to_vec()
        }

        fn entry(&self, tag: u16, kind: u16, count: usize, value: Vec<u8>) -> Vec<u8> {
            [self.short(tag), self.short(kind), self.long(count), value, vec![0; 2]].concat()[..12].to_vec()
        }

        fn head(&self, first: usize) -> Vec<u8> {
            [if self.0 { b"MM".to_vec() } else { b"II".to_vec() }, self.short(42), self.long(first)].concat()
        }
    }

    const BOTH: [Order; 2] = [Order(false), Order(true)];
    const WIDTH: (u16, u16) = (256, 3);

    #[test]
    fn a_directory_at_the_end_and_each_cut() {
        for o in BOTH {
            let directory = [
                o.short(4),
                o.entry(WIDTH.0, WIDTH.1, 1, o.short(10)),
                o.entry(273, 4, 1, o.long(8)),
                o.entry(279, 4, 1, o.long(100)),
                o.entry(282, 5, 1, o.long(108 + 2 + 4 * 12 + 4)),
                o.long(0),
                o.long(72),
                o.long(1),
            ]
            .concat();
            assert_each_cut(FileKind::Tiff, &[o.head(108), vec![7; 100], directory].concat(), 8);
        }
    }

    #[test]
    fn a_directory_in_front_and_each_cut() {
        for o in BOTH {
            // 8 header, 2 + 2 * 12 + 4 directory: 38. The offsets follow, then the counts, then the strips.
            let directory = |link| {
                [o.short(2), o.entry(273, 4, 3, o.long(38)), o.entry(279, 3, 3, o.long(50)), o.long(link)].concat()
            };
            let arrays = [56, 66, 76].map(|place| o.long(place)).concat();
            let counts = [10, 10, 24].map(|count| o.short(count)).concat();
            let file = [o.head(8), directory(0), arrays.clone(), counts.clone(), vec![7; 44]].concat();
            assert_each_cut(FileKind::Tiff, &file, 8);
            // Another page behind it, whose strip lies before.
            let second =
                [o.short(2), o.entry(273, 4, 1, o.long(56)), o.entry(279, 3, 1, o.short(44)), o.long(0)].concat();
            let file = [o.head(8), directory(100), arrays, counts, vec![7; 44], second].concat();
            assert_each_cut(FileKind::Tiff, &file, 8);
        }
    }

    #[test]
    fn what_cannot_be_followed_is_no_damage() {
        for o in BOTH {
            let back = [o.head(8), o.short(1), o.entry(WIDTH.0, WIDTH.1, 1, o.short(1)), o.long(8)].concat();
            for file in [o.head(0), [o.head(8), o.short(0)].concat(), back] {
                assert_damage(FileKind::Tiff, &file, DamageFlags::empty(), "odd");
            }
            let odd = [
                o.entry(273, 4, 0, o.long(1 << 30)),
                o.entry(279, 99, 1 << 30, o.long(1 << 30)),
                o.entry(40_000, 1, 1 << 30, o.long(1 << 30)),
            ];
            let file = [o.head(8), o.short(3), odd.concat(), o.long(0)].concat();
            assert_damage(FileKind::Tiff, &file, DamageFlags::empty(), "odd entries");
        }
    }
}
