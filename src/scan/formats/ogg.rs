//! Ogg (RFC 3533 §6): pages, each with the sizes of its segments in front. What telephones record voice messages in.

use super::Report;
use super::steps::{End, Format, Next};

/// A page's header up to the number of its segments.
const PAGE: usize = 27;

/// Walks along the pages.
#[derive(Default)]
pub(super) struct Ogg {
    /// The sizes of the segments come next, and not a page.
    sizes: bool,
}

impl Format for Ogg {
    const FIRST: usize = PAGE;

    fn piece(&mut self, _at: u64, piece: &[u8]) -> Next {
        if std::mem::take(&mut self.sizes) {
            return Next::Piece { skip: piece.iter().copied().map(u64::from).sum(), take: PAGE };
        }
        match piece {
            [b'O', b'g', b'g', b'S', .., 0] => Next::take(PAGE),
            [b'O', b'g', b'g', b'S', .., segments] => {
                self.sizes = true;
                Next::take(usize::from(*segments))
            }
            _ => Next::Done,
        }
    }

    fn report(&mut self, end: End) -> Report {
        let between = end.between && !self.sizes;
        Report::truncated(end.done.is_none() && !between)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, assert_each_cut};
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    fn page(sizes: &[u8]) -> Vec<u8> {
        let data = sizes.iter().map(|s| usize::from(*s)).sum();
        [&b"OggS\0\x02"[..], &[0; 20], &[sizes.len() as u8], sizes, &vec![b'O'; data]].concat()
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        let first = page(&[30]);
        assert_each_cut(FileKind::Ogg, &first, 4);
        let whole = [&first[..], &page(&[]), &page(&[255, 255, 3, 7])].concat();
        assert_damage(FileKind::Ogg, &whole, DamageFlags::empty(), "whole");
        for cut in first.len() + 27 + 1..whole.len() {
            assert_damage(FileKind::Ogg, &whole[..cut], DamageFlags::TRUNCATED, "cut");
        }
        // Between two pages, nobody knows.
        assert_damage(FileKind::Ogg, &whole[..first.len()], DamageFlags::empty(), "cut between pages");
        assert_damage(FileKind::Ogg, &[&whole[..], &[b'x'; 30]].concat(), DamageFlags::empty(), "with more behind it");
    }
}
