//! 7z (7zFormat.txt of the 7-Zip SDK): a start header that points to the end header behind all data.
//!
//! The end header is mostly compressed. Then neither names nor encryption can be seen, unless it is encrypted itself.

use super::listing::{self, LONGEST_EXTENSION};
use super::steps::{End, Format, Next};
use super::{Report, field};
use crate::scan::facts::{DamageFlags, HoldsFlags};
use crate::scan::names::Encryption;
use memchr::memmem;

const START: usize = 32;
/// The end header as it is, and compressed.
const PLAIN: u8 = 0x01;
const ENCODED: u8 = 0x17;
/// The coder 7zAES, 06F10701.
const AES: u32 = 0x06F1_0701;
/// Bytes of the end header that are looked at for names.
const KEPT: usize = 4096;

/// Walks from the start header to the end header.
#[derive(Default)]
pub(super) struct SevenZip {
    /// Bytes of the end header to come, and its checksum.
    left: u64,
    stored: u32,
    checksum: crc32fast::Hasher,
    begin: Vec<u8>,
    last: u32,
    aes: u64,
    corrupt: bool,
}

impl Format for SevenZip {
    const FIRST: usize = START;

    fn piece(&mut self, _at: u64, piece: &[u8]) -> Next {
        if piece.is_empty() {
            return Next::Run;
        }
        let number = |at, count| field(piece, at, count);
        let (offset, size) = (number(12, 8), number(20, 8));
        self.stored = number(28, 4) as u32;
        let checked = piece.get(12..).map(crc32fast::hash);
        if checked != Some(number(8, 4) as u32) || offset.checked_add(size).is_none() {
            self.corrupt = true;
            return Next::Done;
        }
        self.left = size;
        match (offset, size) {
            (_, 0) => Next::Done,
            (0, _) => Next::Run,
            (skip, _) => Next::Piece { skip, take: 0 },
        }
    }

    fn run(&mut self, bytes: &[u8]) -> (usize, Next) {
        let part = &bytes[..bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX))];
        self.checksum.update(part);
        self.begin.extend_from_slice(&part[..part.len().min(KEPT - self.begin.len())]);
        for byte in part {
            self.last = self.last << 8 | u32::from(*byte);
            self.aes += u64::from(self.last == AES);
        }
        self.left -= part.len() as u64;
        if self.left > 0 {
            return (part.len(), Next::Run);
        }
        self.corrupt |= self.checksum.clone().finalize() != self.stored;
        (part.len(), Next::Done)
    }

    fn report(&mut self, end: End) -> Report {
        let mut report = Report::truncated(end.done.is_none());
        report.damage.set(DamageFlags::CORRUPT, self.corrupt);
        report.encryption = match self.begin.first() {
            // An archive of nothing.
            None if end.done.is_some() && !self.corrupt => Encryption::No,
            Some(&PLAIN) if self.aes == 0 => Encryption::No,
            Some(&PLAIN) if self.aes < folders(&self.begin) => Encryption::Some,
            Some(&PLAIN | &ENCODED) if self.aes > 0 => Encryption::All,
            _ => Encryption::Unknown,
        };
        if self.begin.first() == Some(&PLAIN) {
            report.holds = names(&self.begin);
        }
        report.damage.set(DamageFlags::PARTLY_SEEN, report.encryption == Encryption::Unknown);
        report
    }
}

/// How many pieces were compressed or encrypted each for itself: what follows the marks of UnpackInfo and Folder.
fn folders(header: &[u8]) -> u64 {
    let count = memmem::find(header, &[0x07, 0x0B]).and_then(|at| header.get(at + 2));
    count.map_or(0, |count| u64::from(*count))
}

/// What the names say, which are in UTF-16 and end with NUL: by all that looks like an extension.
fn names(header: &[u8]) -> HoldsFlags {
    memmem::find_iter(header, b".\0").fold(HoldsFlags::empty(), |holds, dot| {
        let units = header[dot + 2..].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let mut extension = [0; LONGEST_EXTENSION];
        for (length, unit) in units.enumerate() {
            match (unit, extension.get_mut(length)) {
                (0, _) => return holds | listing::of_extension(&extension[..length]),
                (1..128, Some(place)) => *place = unit as u8,
                _ => return holds,
            }
        }
        holds
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, inspect};
    use super::*;
    use crate::scan::names::FileKind;

    fn archive(header: &[u8]) -> Vec<u8> {
        let data = [0x5A; 300];
        let mut start = (data.len() as u64).to_le_bytes().to_vec();
        start.extend((header.len() as u64).to_le_bytes());
        start.extend(crc32fast::hash(header).to_le_bytes());
        let checksum = crc32fast::hash(&start).to_le_bytes();
        [b"7z\xBC\xAF\x27\x1C\0\x04", &checksum[..], &start, &data, header].concat()
    }

    fn header(coders: &[&[u8]], name: &str) -> Vec<u8> {
        let mut header = vec![PLAIN, 0x04, 0x06, 0x00, 0x01, 0x09, 0x00, 0x07, 0x0B, coders.len() as u8, 0x00];
        coders.iter().for_each(|coder| header.extend(*coder));
        header.extend([0x11, 0x00]);
        header.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
        header
    }

    const COPY: &[u8] = &[0x01, 0x01, 0x00];
    const AES: &[u8] = &[0x01, 0x24, 0x06, 0xF1, 0x07, 0x01];

    #[test]
    fn a_whole_one_and_each_cut() {
        let whole = archive(&header(&[COPY], "a.txt"));
        assert_damage(FileKind::SevenZip, &whole, DamageFlags::empty(), "whole");
        assert_damage(FileKind::SevenZip, &[&whole[..], b"more"].concat(), DamageFlags::empty(), "with more behind it");
        for cut in 6..whole.len() {
            let damage = inspect(FileKind::SevenZip, &whole[..cut], 64).damage - DamageFlags::PARTLY_SEEN;
            assert_eq!(damage, DamageFlags::TRUNCATED, "{cut}");
        }
        for at in [9, 13, 27, 30, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            let damage = inspect(FileKind::SevenZip, &changed, 64).damage - DamageFlags::PARTLY_SEEN;
            assert_eq!(damage, DamageFlags::CORRUPT, "{at}");
        }
    }

    #[test]
    fn encryption_as_far_as_it_can_be_seen() {
        for (header, expected) in [
            (header(&[COPY], "a.txt"), Encryption::No),
            (header(&[AES], "a.txt"), Encryption::All),
            (header(&[AES, COPY], "a.txt"), Encryption::Some),
            ([&[ENCODED][..], AES].concat(), Encryption::All),
            ([&[ENCODED][..], COPY].concat(), Encryption::Unknown),
            (vec![], Encryption::No),
        ] {
            let whole = archive(&header);
            for step in [1, 7, whole.len()] {
                let report = inspect(FileKind::SevenZip, &whole, step);
                assert_eq!(report.encryption, expected, "{header:?}");
                let unknown = expected == Encryption::Unknown;
                assert_eq!(report.damage, if unknown { DamageFlags::PARTLY_SEEN } else { DamageFlags::empty() });
            }
        }
    }

    #[test]
    fn names_inside() {
        for (name, expected) in [
            ("a.txt", HoldsFlags::empty()),
            ("run.exe", HoldsFlags::EXECUTABLE),
            ("v1.2/Größe.JS", HoldsFlags::EXECUTABLE),
            ("a.settingcontent-ms", HoldsFlags::EXECUTABLE),
            ("in.zip", HoldsFlags::ARCHIVE),
            ("a.exe.and.a.very.long.name.it.is", HoldsFlags::empty()),
        ] {
            assert_eq!(inspect(FileKind::SevenZip, &archive(&header(&[COPY], name)), 64).holds, expected, "{name}");
        }
    }
}
