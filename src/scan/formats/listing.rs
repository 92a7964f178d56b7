//! What archives say of the files in them: counted and judged by their names, and forgotten.

use crate::scan::facts::HoldsFlags;
use crate::scan::names::{Encryption, Extension, Family};

/// From more files than this on, scanners and unpackers give up.
const MANY: u64 = 10_000;
/// What unpacks to more than this, and to more than [`RATIO`] times its size, is meant to fill somebody's disk.
const LARGE: u64 = 1 << 30;
const RATIO: u64 = 200;
/// No extension of a program or an archive is longer: `settingcontent-ms`.
pub(super) const LONGEST_EXTENSION: usize = 17;

/// One file in an archive.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry<'a> {
    /// Its name, or the beginning of it.
    pub name: &'a [u8],
    pub directory: bool,
    pub encrypted: bool,
    /// Bytes it takes in the archive, and when unpacked.
    pub packed: u64,
    pub unpacked: u64,
}

/// All files seen of one archive.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listing {
    pub entries: u64,
    /// Files that can be encrypted: neither folders nor empty.
    files: u64,
    encrypted: u64,
    packed: u64,
    unpacked: u64,
    names: HoldsFlags,
}

impl Listing {
    pub fn add(&mut self, entry: &Entry<'_>) {
        self.entries += 1;
        self.files += u64::from(entry.encrypted || (!entry.directory && entry.packed > 0));
        self.encrypted += u64::from(entry.encrypted);
        self.packed = self.packed.saturating_add(entry.packed);
        self.unpacked = self.unpacked.saturating_add(entry.unpacked);
        self.names |= judge(entry.name, entry.directory);
    }

    pub fn holds(&self) -> HoldsFlags {
        let mut holds = self.names;
        holds.set(HoldsFlags::MANY, self.entries > MANY);
        let absurd = self.unpacked > LARGE && self.unpacked / RATIO > self.packed;
        holds.set(HoldsFlags::ABSURD_SIZE, absurd);
        holds
    }

    pub fn encryption(&self) -> Encryption {
        match self.encrypted {
            0 => Encryption::No,
            some if some < self.files => Encryption::Some,
            _ => Encryption::All,
        }
    }
}

/// What the name of a file in an archive says.
fn judge(name: &[u8], directory: bool) -> HoldsFlags {
    let mut holds = HoldsFlags::empty();
    let drive = matches!(name, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    let leaves = |part: &[u8]| part == b"..";
    let separator = |b: &u8| matches!(b, b'/' | b'\\');
    holds.set(HoldsFlags::TRAVERSAL, drive || name.first().is_some_and(separator) || name.split(separator).any(leaves));
    if directory {
        return holds;
    }
    let last = &name[name.len().saturating_sub(LONGEST_EXTENSION + 1)..];
    if let Some(dot) = memchr::memrchr(b'.', last) {
        holds |= of_extension(&last[dot + 1..]);
    }
    holds.set(HoldsFlags::CONTENT_TYPES, name == b"[Content_Types].xml");
    holds.set(
        HoldsFlags::MACROS,
        [&b"word/vbaProject.bin"[..], b"xl/vbaProject.bin", b"ppt/vbaProject.bin"].contains(&name),
    );
    holds
}

/// What the extension of a file in an archive says.
pub(super) fn of_extension(text: &[u8]) -> HoldsFlags {
    let extension = Extension::of(text);
    let mut holds = HoldsFlags::empty();
    holds.set(HoldsFlags::EXECUTABLE, extension.runs());
    holds.set(HoldsFlags::ARCHIVE, is_archive(extension));
    holds
}

fn is_archive(extension: Extension) -> bool {
    use Family::{DiskImage, Gzip, OtherArchive, Rar, SevenZip, Tar};
    matches!(extension.family(), Rar | SevenZip | Gzip | Tar | OtherArchive | DiskImage) || extension == Extension::Zip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged() {
        for (name, expected) in [
            (&b"report.pdf"[..], HoldsFlags::empty()),
            (b"a/b.c/report", HoldsFlags::empty()),
            (b"..a/b../c...pdf", HoldsFlags::empty()),
            (b"setup.exe", HoldsFlags::EXECUTABLE),
            (b"deep/er/setup.EXE", HoldsFlags::EXECUTABLE),
            (b"exe", HoldsFlags::empty()),
            (b"a.settingcontent-ms", HoldsFlags::EXECUTABLE),
            (b"inner.zip", HoldsFlags::ARCHIVE),
            (b"logs.tar.gz", HoldsFlags::ARCHIVE),
            (b"report.docx", HoldsFlags::empty()),
            (b"../../etc/passwd", HoldsFlags::TRAVERSAL),
            (b"a\\..\\b", HoldsFlags::TRAVERSAL),
            (b"/etc/passwd", HoldsFlags::TRAVERSAL),
            (b"C:\\x.txt", HoldsFlags::TRAVERSAL),
            (b"c:x.txt", HoldsFlags::empty()),
            (b"xl/vbaProject.bin", HoldsFlags::MACROS),
            (b"vbaProject.bin", HoldsFlags::empty()),
            (b"[Content_Types].xml", HoldsFlags::CONTENT_TYPES),
            (b"\xFF\xFE.\xFF", HoldsFlags::empty()),
            (b"", HoldsFlags::empty()),
        ] {
            assert_eq!(judge(name, false), expected, "{}", String::from_utf8_lossy(name));
        }
        assert_eq!(judge(b"example.com/", true), HoldsFlags::empty());
    }

    #[test]
    fn folders_and_empty_files_say_nothing_of_encryption() {
        let mut listing = Listing::default();
        listing.add(&Entry { name: b"d/", directory: true, ..Entry::default() });
        listing.add(&Entry { name: b"empty", ..Entry::default() });
        assert_eq!(listing.encryption(), Encryption::No);
        listing.add(&Entry { name: b"a", packed: 12, encrypted: true, ..Entry::default() });
        assert_eq!(listing.encryption(), Encryption::All);
        listing.add(&Entry { name: b"b", packed: 1, unpacked: 1, ..Entry::default() });
        assert_eq!(listing.encryption(), Encryption::Some);
    }

    #[test]
    fn sizes_are_absurd_together() {
        let mut listing = Listing::default();
        for _ in 0..3 {
            listing.add(&Entry { packed: 1 << 20, unpacked: 1 << 29, ..Entry::default() });
        }
        assert_eq!(listing.holds(), HoldsFlags::ABSURD_SIZE);
        listing.add(&Entry { packed: 1 << 24, ..Entry::default() });
        assert_eq!(listing.holds(), HoldsFlags::empty());
        listing.add(&Entry { unpacked: u64::MAX, ..Entry::default() });
        listing.add(&Entry { packed: u64::MAX, ..Entry::default() });
        assert_eq!(listing.holds(), HoldsFlags::empty());
    }
}
