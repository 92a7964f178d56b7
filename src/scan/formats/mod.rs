//! What the content of a known format says of itself: whether it is whole, and what it holds.
//!
//! One file for each format. An inspector sees the file as it streams by and keeps at most a few KiB, or the
//! [`Tail`](super::tail::Tail). Most formats are walked along in [`steps`]: they ask for the next piece of structure and
//! skip what lies between. What is skipped is not even decoded.

pub(super) mod crypto;
mod disk_image;
mod gzip;
mod listing;
mod ole;
mod packed;
mod pdf;
mod png;
mod rar;
mod seven_zip;
mod steps;
mod tnef;
mod zip;

use super::facts::{DamageFlags, HoldsFlags};
use super::names::{Encryption, Family, FileKind};
use super::sniff;
use memchr::memmem;
use steps::Steps;

/// Looks at one file as it streams by.
pub(super) trait Inspect: Send {
    /// Whether any of the next `count` bytes matters.
    fn wants(&self, count: u64) -> bool;
    /// Passes over bytes; only where [`wants`](Inspect::wants) said that none of so many matters.
    fn skip(&mut self, count: u64);
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

/// The number in these bytes, the lowest byte first; of more than eight, the last eight.
fn le(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
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

/// The inspector for a kind of file, if there is one. It wants the file from its first byte.
pub(super) fn inspector(kind: FileKind) -> Option<Box<dyn Inspect>> {
    Some(match kind {
        FileKind::Png => Box::new(Steps::new(png::Png::default())),
        FileKind::Pdf => Box::new(pdf::Pdf::new(false)),
        FileKind::SevenZip => Box::new(Steps::new(seven_zip::SevenZip::default())),
        FileKind::Rar => Box::new(Steps::new(rar::Rar::default())),
        FileKind::Gzip => Box::new(gzip::Gzip::default()),
        FileKind::Tar => Box::new(Steps::new(packed::Tar::default())),
        FileKind::Cab => Box::new(Steps::new(packed::Cab::default())),
        FileKind::Xz => Box::new(packed::Xz::default()),
        FileKind::Tnef => Box::new(Steps::new(tnef::Tnef::default())),
        FileKind::Unknown => Box::new(Steps::new(disk_image::DiskImage::default())),
        FileKind::Jar | FileKind::Apk => Box::new(zip::Zip::new(kind)),
        _ if kind.family() == Family::Zip => Box::new(zip::Zip::new(kind)),
        _ if kind.family() == Family::Ole => Box::new(Steps::new(ole::Ole::new(kind))),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
