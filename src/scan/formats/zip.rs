//! ZIP (PKWARE APPNOTE) and what is made of it: Office documents, ODF, EPUB, programs.
//!
//! Its directory stands at its end. Where that is larger than what is kept of the end, the [`walk`] from the beginning
//! tells what is inside, as far as it gets. Nothing is unpacked.

mod directory;
#[cfg(test)]
mod tests;
mod walk;

use super::steps::Steps;
use super::{Inspect, Report, field};
use crate::scan::facts::{DamageFlags, HoldsFlags};
use crate::scan::names::{Encryption, FileKind};
use crate::scan::tail::Tail;
use directory::Directory;
use memchr::memmem;
use std::ops::Range;
use walk::Walk;

/// Bytes of the records at the end: end of central directory, and its counterpart and locator in ZIP64 (§4.3.14 to §4.3.16).
const END: usize = 22;
const END64: usize = 56;
const LOCATOR: usize = 20;
/// What a field of 16 or 32 bits says when its value is in the ZIP64 record.
const ELSEWHERE_16: u64 = 0xFFFF;
const ELSEWHERE_32: u64 = 0xFFFF_FFFF;

/// Looks at one ZIP.
pub(super) struct Zip {
    kind: FileKind,
    walk: Steps<Walk>,
    tail: Tail,
    length: u64,
}

impl Zip {
    pub fn new(kind: FileKind) -> Zip {
        Zip { kind, walk: Steps::new(Walk::default()), tail: Tail::default(), length: 0 }
    }
}

impl Inspect for Zip {
    fn bytes(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.walk.bytes(bytes);
        self.tail.push(bytes);
    }

    fn report(&mut self) -> Report {
        let walked = self.walk.format();
        let tail = self.tail.bytes();
        let end = End::find(tail, self.length, walked.begun && !walked.marked);
        if end.is_none() && !walked.begun {
            // Only its name said that it is one.
            return Report::default();
        }
        let listed = end.as_ref().and_then(|end| end.directory.clone());
        let in_tail = listed.clone().and_then(|range| tail.get(range)).map(Directory::read);
        let before_tail = self.length - tail.len() as u64;
        let room = listed.map_or(walked.directory_at, |range| before_tail + range.start as u64);
        let whole = in_tail.as_ref().or(walked.directory());
        let seen = whole.unwrap_or(&walked.files);

        let volume = walked.volume || end.as_ref().is_some_and(|end| end.volume);
        // What has more entries than its field can say has only the lower bits, or a ZIP64 record.
        let fits = |end: &End, d: &Directory| d.listing.entries & ELSEWHERE_16 == end.entries & ELSEWHERE_16;
        let corrupt = end.as_ref().is_some_and(|end| end.incomplete || whole.is_some_and(|d| !fits(end, d)));
        let mut report = Report { holds: seen.holds(room), encryption: seen.listing.encryption(), ..Report::default() };
        report.damage.set(DamageFlags::VOLUME, volume);
        report.damage.set(DamageFlags::TRUNCATED, end.is_none() && !volume);
        report.damage.set(DamageFlags::CORRUPT, corrupt && !volume);
        report.damage.set(DamageFlags::PARTLY_SEEN, whole.is_none());
        report.holds.set(HoldsFlags::MIMETYPE, walked.mimetype);
        if volume {
            // The list is of all pieces, which this one has no room for.
            report.holds.remove(HoldsFlags::OVERLAPPING);
        }
        if report.encryption == Encryption::No {
            report.encryption = match whole {
                Some(directory) if walked.mimetype => directory.odf_encryption(walked.content_is_xml),
                Some(_) => Encryption::No,
                None => Encryption::Unknown,
            };
        }
        // Who looked at the beginning may have seen names of an archive inside, and not yet those of this one.
        let told_by_type = matches!(self.kind, FileKind::Odt | FileKind::Ods | FileKind::Odp | FileKind::Epub);
        if self.kind == FileKind::Zip || (whole.is_some() && !corrupt && !told_by_type) {
            report.kind = Some(seen.kind);
        }
        report
    }
}

/// The end of central directory record, with what its ZIP64 counterpart says.
#[derive(Debug)]
struct End {
    entries: u64,
    /// The directory, if the tail holds it.
    directory: Option<Range<usize>>,
    /// Bytes of other data before the archive, if its offsets are to be right.
    before: u64,
    /// This is the last piece of an archive that was split (§8.5).
    volume: bool,
    /// What must be there is not: the ZIP64 record, or a directory where one should begin.
    incomplete: bool,
}

impl End {
    /// Finds the record in the last bytes of a file of this length: the last one that fits. What it points at lies before it.
    ///
    /// Other data may stand before an archive (a program that unpacks it). But in a file that `begins` with an entry, a
    /// record that counts from some other place is of an archive inside, and the file's own is missing.
    fn find(tail: &[u8], length: u64, begins: bool) -> Option<End> {
        let mut before = tail.len();
        while let Some(at) = memmem::rfind(&tail[..before], b"PK\x05\x06") {
            match End::read(tail, at, length) {
                Some(end) if !begins || end.before == 0 => return Some(end),
                _ => {}
            }
            before = at;
        }
        None
    }

    fn read(tail: &[u8], at: usize, length: u64) -> Option<End> {
        let record = tail.get(at..at + END)?;
        let before_tail = length - tail.len() as u64;
        let comment = field(record, 20, 2) as usize;
        if tail.len() - at - END < comment {
            return None;
        }
        let later = |disk: u64| disk != 0 && disk != ELSEWHERE_16;
        let volume = later(field(record, 4, 2)) || later(field(record, 6, 2));
        let (mut entries, mut size, mut offset) = (field(record, 10, 2), field(record, 12, 4), field(record, 16, 4));
        let narrow = entries == ELSEWHERE_16 || size == ELSEWHERE_32 || offset == ELSEWHERE_32;
        let mut directory_end = at;
        let mut incomplete = false;
        let locator = at.checked_sub(LOCATOR).filter(|start| tail[*start..].starts_with(b"PK\x06\x07"));
        if let Some(locator) = locator {
            let place = field(&tail[locator..], 8, 8);
            match End::wide(tail, locator, place.checked_sub(before_tail)) {
                Some(start) => {
                    let wide = &tail[start..];
                    (entries, size, offset) = (field(wide, 32, 8), field(wide, 40, 8), field(wide, 48, 8));
                    directory_end = start;
                }
                // Without need it is a name that looks like one. The record may also stand before the tail.
                None => incomplete = narrow && place >= before_tail,
            }
        }
        let known = !narrow || directory_end != at;
        let place = before_tail + directory_end as u64;
        if !volume && known && offset.saturating_add(size) > place {
            return None;
        }
        let begins = |start: usize| tail.get(start..).is_some_and(|bytes| bytes.starts_with(b"PK\x01\x02"));
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        // Other data before the archive shift all offsets; something may also stand between the directory and its end.
        let start = directory_end.checked_sub(size);
        let told = offset.checked_sub(before_tail).and_then(|start| usize::try_from(start).ok());
        let nothing = entries == 0 && size == 0;
        let found = start.filter(|start| begins(*start)).or(told.filter(|start| begins(*start)));
        let directory = match found {
            Some(start) => Some(start..start.saturating_add(size).min(directory_end)),
            None if nothing => Some(directory_end..directory_end),
            None => None,
        };
        incomplete |= directory.is_none() && start.is_some() && known;
        let place = directory.as_ref().map(|range| before_tail + range.start as u64);
        let before = if volume { 0 } else { place.map_or(0, |place| place.saturating_sub(offset)) };
        Some(End { entries, directory, before, volume, incomplete })
    }

    /// The ZIP64 record: right before its locator, or where that says.
    fn wide(tail: &[u8], locator: usize, told: Option<u64>) -> Option<usize> {
        let told = told.and_then(|start| usize::try_from(start).ok());
        let places = [locator.checked_sub(END64), told];
        let is_record =
            |start: &usize| start.saturating_add(END64) <= locator && tail[*start..].starts_with(b"PK\x06\x06");
        places.into_iter().flatten().find(is_record)
    }
}
