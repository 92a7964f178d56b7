//! GIF (GIF89a specification): blocks of sub-blocks behind the logical screen, up to the trailer.

use super::Report;
use super::steps::{End, Format, Next};

/// Signature, version and logical screen descriptor (§17, §18).
const SCREEN: usize = 13;
/// An image descriptor behind its separator (§20).
const DESCRIPTOR: usize = 9;

/// What the next piece is.
#[derive(Default)]
enum Piece {
    #[default]
    Screen,
    /// The byte that begins a block.
    Block,
    Descriptor,
    /// A byte of which nothing is to be known: the label of an extension, the first code size of a picture.
    Passed,
    /// The size of a sub-block (§15).
    Size,
}

/// Walks along the blocks.
#[derive(Default)]
pub(super) struct Gif {
    next: Piece,
    /// Came to a byte that begins no block. Viewers stop there, and show what they have.
    lost: bool,
}

impl Gif {
    fn go_on(&mut self, next: Piece, skip: u64, take: usize) -> Next {
        self.next = next;
        Next::Piece { skip, take }
    }
}

/// Bytes of the colour table that these flags tell of (§19, §21).
fn colour_table(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

impl Format for Gif {
    const FIRST: usize = SCREEN;

    fn piece(&mut self, _at: u64, piece: &[u8]) -> Next {
        let last = piece.last().copied().unwrap_or_default();
        match self.next {
            Piece::Screen => self.go_on(Piece::Block, colour_table(piece.get(10).copied().unwrap_or_default()), 1),
            Piece::Block => match last {
                b',' => self.go_on(Piece::Descriptor, 0, DESCRIPTOR),
                b'!' => self.go_on(Piece::Passed, 0, 1),
                b';' => Next::Done,
                // An empty sub-block too many, as some programs write it.
                0 => Next::take(1),
                _ => {
                    self.lost = true;
                    Next::Done
                }
            },
            Piece::Descriptor => self.go_on(Piece::Passed, colour_table(last), 1),
            Piece::Passed => self.go_on(Piece::Size, 0, 1),
            Piece::Size if last == 0 => self.go_on(Piece::Block, 0, 1),
            Piece::Size => self.go_on(Piece::Size, u64::from(last), 1),
        }
    }

    fn report(&mut self, end: End) -> Report {
        if self.lost { Report::default() } else { Report::walked(end) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, assert_each_cut};
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    /// An animation: a table for all, a comment, and two pictures, one with its own table.
    fn picture(junk: &[u8]) -> Vec<u8> {
        [
            &b"GIF89a\x02\0\x02\0\x81\0\0"[..],
            &[0x3B; 12],
            b"!\xFE\x05;;;;;\0",
            b"!\xF9\x04\0\0\0\0\0",
            b",\0\0\0\0\x02\0\x02\0\0\x02\x03abc\x02;;\0",
            junk,
            b",\0\0\0\0\x02\0\x02\0\x80",
            &[0x3B; 6],
            b"\x02\x01;\0",
            b";",
        ]
        .concat()
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        assert_each_cut(FileKind::Gif, &picture(b""), 6);
        assert_each_cut(FileKind::Gif, &picture(b"\0\0"), 6);
    }

    #[test]
    fn what_follows() {
        let more = |size: usize| [picture(b""), vec![0; size]].concat();
        assert_damage(FileKind::Gif, &more(100), DamageFlags::empty(), "a little more");
        assert_damage(FileKind::Gif, &more(20_000), DamageFlags::TRAILING, "much more");
        assert_damage(FileKind::Gif, &picture(&[b'x'; 20_000]), DamageFlags::empty(), "not to be followed");
    }
}
