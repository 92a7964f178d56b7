//! RIFF: WebP (RFC 9649 §2.3), WAV, AVI. Chunks of name, size and data within one that holds them all.

use super::steps::{End, Format, Next};
use super::{Report, TRAILING};
use crate::scan::facts::DamageFlags;

/// Name, size and form of a RIFF chunk.
const RIFF: usize = 12;
/// Name and size of a chunk.
const HEAD: usize = 8;
/// Programs that write while they record put 0, or one of the largest numbers they know, where the size should be.
const UNKNOWN: u32 = 0x7FFF_0000;
/// Programs that take the length of the file for the size of its content claim so many bytes too many.
const TOLERATED: u64 = HEAD as u64;

/// What the next piece is.
#[derive(Default, PartialEq, Eq)]
enum Piece {
    /// Of a RIFF chunk; there may be several, one behind the other (OpenDML).
    #[default]
    Riff,
    Chunk,
    /// The end of a chunk's data.
    Reached,
    /// The end of the RIFF chunk, whose inside could not be followed.
    End,
}

/// Walks along the chunks.
#[derive(Default)]
pub(super) struct Riff {
    next: Piece,
    /// Where the RIFF chunk ends by its own size; 0 before the first.
    end: u64,
    /// The size is not known: nothing is missed.
    open: bool,
}

impl Riff {
    fn go_on(&mut self, next: Piece, skip: u64, take: usize) -> Next {
        self.next = next;
        Next::Piece { skip, take }
    }

    /// Nothing can be said about the end.
    fn unknown(&mut self) -> Next {
        self.open = true;
        Next::Done
    }

    /// At the end of something inside: to the next chunk, or behind the RIFF chunk.
    fn inside(&mut self, at: u64) -> Next {
        // A chunk of odd size is followed by a byte that pads.
        let pad = at % 2;
        if at.saturating_add(pad + HEAD as u64) <= self.end {
            self.go_on(Piece::Chunk, pad, HEAD)
        } else {
            self.go_on(Piece::Riff, self.end.saturating_sub(at) + self.end % 2, RIFF)
        }
    }
}

impl Format for Riff {
    const FIRST: usize = RIFF;

    fn piece(&mut self, at: u64, piece: &[u8]) -> Next {
        let size = piece.get(4..8).map_or(0, |size| u32::from_le_bytes([size[0], size[1], size[2], size[3]]));
        let unknown = size == 0 || size >= UNKNOWN;
        let here = at + piece.len() as u64;
        match self.next {
            Piece::Riff if piece.starts_with(b"RIFF") => {
                if unknown {
                    return self.unknown();
                }
                self.end = at + HEAD as u64 + u64::from(size);
                self.inside(here)
            }
            // Something else behind the end; or RF64, which is for more than 4 GiB.
            Piece::Riff if self.end > 0 => Next::Done,
            Piece::Riff => self.unknown(),
            // The samples of a recorder that never came to write their number.
            Piece::Chunk if piece.starts_with(b"data") && unknown => self.unknown(),
            Piece::Chunk if piece.iter().take(4).all(|b| (b' '..=b'~').contains(b)) => {
                if size == 0 {
                    self.inside(here)
                } else {
                    self.go_on(Piece::Reached, u64::from(size), 0)
                }
            }
            Piece::Chunk if here < self.end => self.go_on(Piece::End, self.end - here, 0),
            Piece::Chunk | Piece::Reached | Piece::End => self.inside(here),
        }
    }

    fn report(&mut self, end: End) -> Report {
        let missing = self.end.saturating_sub(end.length);
        let truncated = end.done.is_none()
            && match self.next {
                Piece::Riff => self.end == 0,
                Piece::Chunk | Piece::End => missing > TOLERATED,
                // A chunk that is longer than what holds it has a wrong size.
                Piece::Reached => missing > 0,
            };
        let mut report = Report::truncated(truncated);
        report.damage.set(DamageFlags::TRAILING, !self.open && end.length.saturating_sub(self.end) > TRAILING);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, assert_each_cut};
    use crate::scan::facts::DamageFlags;
    use crate::scan::names::FileKind;

    const WHOLE: DamageFlags = DamageFlags::empty();

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let pad: &[u8] = if data.len() % 2 == 1 { b"\0" } else { b"" };
        [&name[..], &(data.len() as u32).to_le_bytes(), data, pad].concat()
    }

    fn riff(form: &[u8; 4], chunks: &[u8]) -> Vec<u8> {
        chunk(b"RIFF", &[&form[..], chunks].concat())
    }

    fn sound() -> Vec<u8> {
        riff(b"WAVE", &[chunk(b"fmt ", &[0; 16]), chunk(b"LIST", b"INFOodd"), chunk(b"data", &[7; 300])].concat())
    }

    /// The file with another size in its first chunk, and in the chunk at `at`.
    fn sized(mut file: Vec<u8>, size: u32, at: Option<usize>) -> Vec<u8> {
        for at in [Some(0), at].into_iter().flatten() {
            file[at + 4..at + 8].copy_from_slice(&size.to_le_bytes());
        }
        file
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        assert_each_cut(FileKind::Wav, &sound(), 12);
        let picture = riff(b"WEBP", &[chunk(b"VP8X", &[0; 10]), chunk(b"VP8 ", &[9; 201])].concat());
        // What pads the last chunk may be missing.
        assert_damage(FileKind::Webp, &picture[..picture.len() - 1], WHOLE, "without its last pad");
        assert_each_cut(FileKind::Webp, &picture[..picture.len() - 1], 12);
    }

    #[test]
    fn a_film_of_several_pieces() {
        let first = riff(b"AVI ", &chunk(b"LIST", &[1; 200]));
        let film = [&first[..], &riff(b"AVIX", &chunk(b"LIST", &[2; 300]))].concat();
        assert_damage(FileKind::Avi, &film, WHOLE, "whole");
        for cut in 12..film.len() {
            // Behind a whole piece, nobody knows that there should be one more.
            let known = !(first.len()..first.len() + 12).contains(&cut);
            let expected = if known { DamageFlags::TRUNCATED } else { WHOLE };
            assert_damage(FileKind::Avi, &film[..cut], expected, "cut");
        }
        let more = |size: usize| [&first[..], &vec![0; size]].concat();
        assert_damage(FileKind::Avi, &more(16 * 1024), WHOLE, "a little more");
        assert_damage(FileKind::Avi, &more(17 * 1024), DamageFlags::TRAILING, "much more");
    }

    #[test]
    fn sizes_that_say_nothing() {
        let whole = sound();
        let data = whole.windows(4).position(|w| w == b"data").unwrap();
        for size in [0, u32::MAX, 0x7FFF_FFFF, 0x8000_0000, 0x7FFF_F024] {
            assert_damage(FileKind::Wav, &sized(whole.clone(), size, Some(data)), WHOLE, "recorded");
            assert_damage(FileKind::Wav, &sized(whole.clone(), size, None), WHOLE, "recorded");
        }
        assert_damage(FileKind::Wav, &sized(whole.clone(), whole.len() as u32, None), WHOLE, "the file's own length");
        assert_damage(
            FileKind::Wav,
            &sized(whole.clone(), whole.len() as u32 + 1, None),
            DamageFlags::TRUNCATED,
            "more",
        );
        assert_damage(FileKind::Wav, &sized(whole.clone(), 100, None), WHOLE, "too little");
        let large = [b"RF64".to_vec(), whole[4..].to_vec()].concat();
        assert_damage(FileKind::Wav, &large, WHOLE, "RF64");
    }

    #[test]
    fn an_inside_that_cannot_be_followed() {
        let odd = riff(b"WAVE", &[1; 100]);
        assert_damage(FileKind::Wav, &odd, WHOLE, "whole");
        assert_damage(FileKind::Wav, &odd[..90], DamageFlags::TRUNCATED, "cut");
    }
}
