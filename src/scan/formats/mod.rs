//! What the content of a known format says of itself: whether it is whole, and what it holds.
//!
//! One file for each format. An inspector sees the file as it streams by and keeps at most a few KiB, or the
//! [`Tail`](super::tail::Tail). Most formats are walked along in [`steps`]: they ask for the next piece of structure and
//! skip what lies between. What is skipped is not even decoded.

mod bmff;
mod bmp;
pub(super) mod crypto;
mod disk_image;
mod gif;
mod gzip;
mod jpeg;
mod listing;
mod matroska;
mod ogg;
mod ole;
mod packed;
mod pdf;
mod png;
mod rar;
mod riff;
mod seven_zip;
mod steps;
mod tiff;
mod tnef;
mod zip;

use super::facts::{DamageFlags, HoldsFlags};
use super::names::{Encryption, Family, FileKind};
use super::sniff;
use memchr::memmem;
use steps::{End, Format, Steps};

/// More bytes than this behind a format's own end are a second file, and no filling.
const TRAILING: u64 = 16 * 1024;

/// Looks at one file as it streams by.
pub(super) trait Inspect: Send {
    /// Whether any of the next `count` bytes matters.
    fn wants(&self, _count: u64) -> bool {
        true
    }
    /// Passes over bytes; only where [`wants`](Inspect::wants) said that none of so many matters.
    fn skip(&mut self, _count: u64) {}
    /// Takes the next bytes, cut anywhere.
    fn bytes(&mut self, bytes: &[u8]);
    /// The file has ended.
    fn report(&mut self) -> Report;
}

/// What an inspector has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub damage: DamageFlags,
    pub encryption: Encryption,
    pub holds: HoldsFlags,
    /// What kind of file it is, where that is only seen behind its first bytes.
    pub kind: Option<FileKind>,
}

impl Default for Report {
    fn default() -> Report {
        Report { damage: DamageFlags::empty(), encryption: Encryption::No, holds: HoldsFlags::empty(), kind: None }
    }
}

/// The number in these bytes, the lowest byte first; of more than eight, that in the first eight.
fn le(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The number in these bytes, the highest byte first; of more than eight, that in the last eight.
fn be(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The number of `count` bytes at a place, the lowest byte first; zero where there are not so many.
fn field(bytes: &[u8], at: usize, count: usize) -> u64 {
    bytes.get(at..at + count).map_or(0, le)
}

/// The inspector for what is called a PDF or a ZIP and does not begin as one: `head` may have junk before it, and a file the
/// last piece of an archive.
pub(super) fn inspector_by_name(named: Family, head: &[u8]) -> Option<Box<dyn Inspect>> {
    let early = &head[..head.len().min(sniff::LATE_MAGIC)];
    match named {
        Family::Pdf if memmem::find(early, b"%PDF-").is_some() => Some(Box::new(pdf::Pdf::new(true))),
        Family::Zip => Some(Box::new(zip::Zip::new(FileKind::Zip))),
        _ => None,
    }
}

impl Report {
    fn truncated(truncated: bool) -> Report {
        let mut damage = DamageFlags::empty();
        damage.set(DamageFlags::TRUNCATED, truncated);
        Report { damage, ..Report::default() }
    }

    /// Of a format that has an end of its own, where the walk is done.
    fn walked(end: End) -> Report {
        let mut report = Report::truncated(end.done.is_none());
        let trailing = end.done.is_some_and(|own| end.length.saturating_sub(own) > TRAILING);
        report.damage.set(DamageFlags::TRAILING, trailing);
        report
    }
}

/// The inspector for a kind of file, if there is one. It wants the file from its first byte.
pub(super) fn inspector(kind: FileKind) -> Option<Box<dyn Inspect>> {
    fn walk(format: impl Format + 'static) -> Box<dyn Inspect> {
        Box::new(Steps::new(format))
    }
    Some(match kind {
        FileKind::Png => walk(png::Png::default()),
        FileKind::Jpeg => walk(jpeg::Jpeg::default()),
        FileKind::Gif => walk(gif::Gif::default()),
        FileKind::Webp | FileKind::Wav | FileKind::Avi => walk(riff::Riff::default()),
        FileKind::Mp4 | FileKind::Mov | FileKind::M4a => walk(bmff::Bmff::new(true)),
        FileKind::Heif => walk(bmff::Bmff::new(false)),
        FileKind::Ogg => walk(ogg::Ogg::default()),
        FileKind::Matroska => walk(matroska::Matroska::default()),
        FileKind::Tiff => walk(tiff::Tiff::default()),
        FileKind::Bmp => walk(bmp::Bmp::default()),
        FileKind::Pdf => Box::new(pdf::Pdf::new(false)),
        FileKind::SevenZip => walk(seven_zip::SevenZip::default()),
        FileKind::Rar => walk(rar::Rar::default()),
        FileKind::Gzip => Box::new(gzip::Gzip::default()),
        FileKind::Tar => walk(packed::Tar::default()),
        FileKind::Cab => walk(packed::Cab::default()),
        FileKind::Xz => Box::new(packed::Xz::default()),
        FileKind::Tnef => walk(tnef::Tnef::default()),
        FileKind::Ole => walk(ole::Ole::new()),
        FileKind::Unknown => walk(disk_image::DiskImage::default()),
        _ if kind.is_zip() => Box::new(zip::Zip::new(kind)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The report on a file that comes in pieces of `step` bytes, skipped where the inspector allows it.
    pub(super) fn inspect(kind: FileKind, file: &[u8], step: usize) -> Report {
        let mut inspector = inspector(kind).unwrap();
        for piece in file.chunks(step.max(1)) {
            if inspector.wants(piece.len() as u64) {
                inspector.bytes(piece);
            } else {
                inspector.skip(piece.len() as u64);
            }
        }
        inspector.report()
    }

    /// Asserts the damage of a file however it comes.
    #[track_caller]
    pub(super) fn assert_damage(kind: FileKind, file: &[u8], expected: DamageFlags, what: &str) {
        for step in [1, 2, 3, 7, 64, 1000, file.len()] {
            assert_eq!(inspect(kind, file, step).damage, expected, "{what}, {} bytes in pieces of {step}", file.len());
        }
    }

    /// Asserts that the whole file has no damage, and that it is found wherever the file is cut, at `from` or behind.
    #[track_caller]
    pub(super) fn assert_each_cut(kind: FileKind, file: &[u8], from: usize) {
        assert_damage(kind, file, DamageFlags::empty(), "whole");
        for cut in from..file.len() {
            assert_damage(kind, &file[..cut], DamageFlags::TRUNCATED, "cut");
        }
    }

    /// Beginnings of the formats that have an inspector, and pieces that mean something inside of them.
    const PIECES: &[&[u8]] = &[
        b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR",
        b"\0\0\0\0IEND\xAE\x42\x60\x82",
        b"\xFF\xD8\xFF",
        b"\xFF\xE1\0\x0B",
        b"\xFF\xDA\0\x03",
        b"\xFF\xD9",
        b"GIF89a\x01\0\x01\0\x80\0\0",
        b",\0\0\0\0\x01\0\x01\0\0\x02",
        b"!\xF9",
        b";",
        b"RIFF\x40\0\0\0WAVE",
        b"RIFF\x07\0\0\0AVIX",
        b"data\x05\0\0\0",
        b"\0\0\0\x10ftypisom\0\0\0\0",
        b"\0\0\0\x09mdat",
        b"\0\0\0\x01moov\0\0\0\0\0\0\0\x12",
        b"II*\0\x0A\0\0\0",
        b"MM\0*\0\0\0\x08",
        b"\0\x01\x01\x11\0\x04\0\0\0\x02\0\0\0\x30",
        b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x03\0\0\0\x03\0\0\0\x01\0\x18\0\0\0\0\0",
        b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\x05\x09",
        b"\x1A\x45\xDF\xA3\x88\x42\x82\x84webm\0\x18\x53\x80\x67\x41",
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\x06\0\0\0\x06\0\0\0\x05\0\0\0a.exeabcdef",
        b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a.exe",
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x33\0\0\0\x29\0\0\0\0\0",
        b"/Encrypt 5 0 R",
        b"\0\0\x74\x04\x80\x24\0\x05\0\0\0\x05\0\0\0",
        b"\x33\x92\xB5\xE5\x0A\x01\x05\x06\0\x05\x01\x01\x80\x80\0",
        b"\x02\x0F\x80\x06\0\x05\0\0\0file.\0\0",
        b"\xFD7zXZ\0YZ",
        b"MSCF\0\0\0\0\x40\0\0\0",
        b"%PDF-1.4\n",
        b"\nstartxref\n9\n%%EOF\n",
        b"7z\xBC\xAF\x27\x1C\0\x04",
        b"Rar!\x1A\x07\0",
        b"Rar!\x1A\x07\x01\0",
        b"\x1F\x8B\x08\0",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"\x78\x9F\x3E\x22",
        b"\xFF\xFF\xFF\xFF",
        b"\0\0\0\0",
    ];

    /// A file of pieces that formats know, and of any bytes; and where it is cut.
    fn files() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
        let piece = prop_oneof![
            3 => prop::sample::select(PIECES).prop_map(<[u8]>::to_vec),
            1 => prop::collection::vec(any::<u8>(), 0..40),
            1 => (any::<u8>(), 0..600usize).prop_map(|(byte, count)| vec![byte; count]),
        ];
        let file = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
        (file, prop::collection::vec(1..200usize, 1..8))
    }

    proptest! {
        /// Any bytes in any format, cut anywhere, skipped or not where that is allowed: one report, and no panic.
        #[test]
        fn any_cut_gives_the_same_report((file, cuts) in files()) {
            for kind in FileKind::ALL {
                let Some(mut looking) = inspector(*kind) else { continue };
                let mut skipping = inspector(*kind).unwrap();
                let mut rest = &file[..];
                for cut in cuts.iter().cycle() {
                    let (piece, more) = rest.split_at(rest.len().min(*cut));
                    looking.bytes(piece);
                    if skipping.wants(piece.len() as u64) {
                        skipping.bytes(piece);
                    } else {
                        skipping.skip(piece.len() as u64);
                    }
                    rest = more;
                    if rest.is_empty() {
                        break;
                    }
                }
                let expected = inspect(*kind, &file, file.len());
                prop_assert_eq!(looking.report(), expected, "{}", kind);
                prop_assert_eq!(skipping.report(), expected, "{}", kind);
            }
        }
    }
}
