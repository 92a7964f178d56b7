//! Archives and packers that are only asked whether they are whole: tar (POSIX.1-1988 ustar), cab ([MS-CAB]), xz.

use super::listing::{Entry, Listing};
use super::steps::{End, Format, Next};
use super::{Inspect, Report, be, le};

const BLOCK: usize = 512;

/// Walks along the members of a tar.
#[derive(Default)]
pub(super) struct Tar {
    files: Listing,
    /// Bytes that fill up the last block of the current member; they may be missing.
    filling: u64,
}

impl Format for Tar {
    const FIRST: usize = BLOCK;

    fn piece(&mut self, _at: u64, header: &[u8]) -> Next {
        let sum = |range: &[u8]| range.iter().map(|b| u64::from(*b)).sum::<u64>();
        let (before, stored, behind) = (&header[..148], &header[148..156], &header[156..]);
        let checked = sum(before) + 8 * u64::from(b' ') + sum(behind);
        // The empty block that ends it, or a form that is not known.
        if octal(stored) != Some(checked) {
            return Next::Done;
        }
        let kind = header[156];
        let Some(size) = size(&header[124..136]) else { return Next::Done };
        // Links, devices and folders have a size that says nothing; extended headers belong to the next file.
        let size = if matches!(kind, b'1'..=b'6') { 0 } else { size };
        if matches!(kind, 0 | b'0' | b'5' | b'7') {
            let name = header[..100].split(|b| *b == 0).next().unwrap_or_default();
            let directory = kind == b'5' || name.ends_with(b"/");
            self.files.add(&Entry { name, directory, packed: size, unpacked: size, encrypted: false });
        }
        self.filling = size.wrapping_neg() % BLOCK as u64;
        Next::Piece { skip: size.saturating_add(self.filling), take: BLOCK }
    }

    fn report(&mut self, end: End) -> Report {
        let in_data = end.missing > BLOCK as u64 + self.filling;
        let in_header = end.missing < BLOCK as u64;
        let cut = end.done.is_none() && (in_data || in_header);
        Report { holds: self.files.holds(), ..Report::truncated(cut) }
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(|c: char| c == ' ' || c == '\0');
    u64::from_str_radix(text, 8).ok()
}

/// A size, in octal or, with its first bit set, as a number of 11 bytes (GNU tar).
fn size(field: &[u8]) -> Option<u64> {
    match field {
        [0x80, rest @ ..] => Some(be(rest)),
        _ => octal(field).or_else(|| field.iter().all(|b| *b == 0).then_some(0)),
    }
}

/// Reads from a cabinet's header how long it is ([MS-CAB] 2.1).
#[derive(Default)]
pub(super) struct Cab {
    length: u64,
}

impl Format for Cab {
    const FIRST: usize = 12;

    fn piece(&mut self, _at: u64, header: &[u8]) -> Next {
        self.length = le(&header[8..12]);
        Next::Done
    }

    fn report(&mut self, end: End) -> Report {
        Report::truncated(end.done.is_none() || end.length < self.length)
    }
}

/// Keeps the last bytes of an xz file that are not filling: the magic of its footer (The .xz File Format §2.1.2.4, §2.2).
#[derive(Default)]
pub(super) struct Xz {
    last: [u8; 2],
    /// Filling came behind them.
    filled: bool,
}

impl Inspect for Xz {
    fn bytes(&mut self, bytes: &[u8]) {
        let end = bytes.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
        let before = if self.filled { 0 } else { self.last[1] };
        match bytes[..end] {
            [.., a, b] => self.last = [a, b],
            [b] => self.last = [before, b],
            [] => {}
        }
        self.filled = end < bytes.len() || (self.filled && end == 0);
    }

    fn report(&mut self) -> Report {
        Report::truncated(self.last != *b"YZ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, inspect};
    use super::*;
    use crate::scan::facts::{DamageFlags, HoldsFlags};
    use crate::scan::names::FileKind;

    fn member(name: &str, kind: u8, data: &[u8]) -> Vec<u8> {
        let mut header = vec![0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u64 = header.iter().map(|b| u64::from(*b)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        [&header[..], data].concat()
    }

    fn filled(mut member: Vec<u8>) -> Vec<u8> {
        member.resize(member.len().next_multiple_of(BLOCK), 0);
        member
    }

    #[test]
    fn tar() {
        let first = filled(member("a.txt", b'0', &[b'x'; 700]));
        let second = member("setup.exe", b'0', &[b'y'; 100]);
        let end = vec![0; 2 * BLOCK];
        let whole = [first.clone(), filled(second.clone()), end].concat();
        assert_damage(FileKind::Tar, &whole, DamageFlags::empty(), "whole");
        assert_eq!(inspect(FileKind::Tar, &whole, 64).holds, HoldsFlags::EXECUTABLE);
        let unfilled = [first.clone(), second].concat();
        assert_damage(FileKind::Tar, &unfilled, DamageFlags::empty(), "neither filled nor ended");
        for cut in [1, 300, 511, 513, 1000, BLOCK + 699, first.len() + 1, first.len() + BLOCK + 99] {
            assert_damage(FileKind::Tar, &whole[..cut], DamageFlags::TRUNCATED, "cut");
        }
        let link = filled(member("link", b'2', b""));
        assert_damage(FileKind::Tar, &[link, whole].concat(), DamageFlags::empty(), "a link");
        assert_damage(FileKind::Tar, &[b'x'; 2000], DamageFlags::empty(), "no tar after all");
    }

    #[test]
    fn cab() {
        let mut whole = vec![0; 100];
        whole[..4].copy_from_slice(b"MSCF");
        whole[8] = 100;
        assert_damage(FileKind::Cab, &whole, DamageFlags::empty(), "whole");
        assert_damage(FileKind::Cab, &[&whole[..], b"signature"].concat(), DamageFlags::empty(), "signed");
        for cut in [4, 11, 12, 99] {
            assert_damage(FileKind::Cab, &whole[..cut], DamageFlags::TRUNCATED, "cut");
        }
    }

    #[test]
    fn xz() {
        assert_damage(FileKind::Xz, b"\xFD7zXZ\0 and so on YZ", DamageFlags::empty(), "whole");
        assert_damage(FileKind::Xz, b"\xFD7zXZ\0 and so on YZ\0\0\0\0", DamageFlags::empty(), "filled");
        assert_damage(FileKind::Xz, b"\xFD7zXZ\0 and so on Y\0Z", DamageFlags::TRUNCATED, "no mark");
        assert_damage(FileKind::Xz, b"\xFD7zXZ\0 and so on Y", DamageFlags::TRUNCATED, "cut");
        assert_damage(FileKind::Xz, b"\xFD7zXZ\0", DamageFlags::TRUNCATED, "cut");
    }
}
