//! Compound File Binary ([MS-CFB]): Office up to 2003, Outlook's items, and the shell of a newer document with a password.
//!
//! Its sectors may stand in any order. So each is looked at as it passes: is it one of the allocation table, of the
//! directory, the beginning of a document?

use super::steps::{End, Format, Next};
use super::{Report, field, le};
use crate::scan::facts::{DamageFlags, HoldsFlags};
use crate::scan::names::{Encryption, FileKind};

/// What is looked at in one go: the header, or a sector (2.2).
const PIECE: usize = 512;
/// Sectors of the allocation table that the header lists.
const LISTED: usize = 109;
/// A sector that is not used; what is larger than this is no sector (2.1).
const FREE: u32 = 0xFFFF_FFFF;
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
/// A directory entry (2.6.1), and the longest name in it.
const ENTRY: usize = 128;
const NAME: usize = 64;
/// Where short streams begin (2.4).
const SHORT: usize = 64;
/// Documents of a kind that are remembered: one, and those inside of it.
const DOCUMENTS: usize = 8;

/// The places where documents of one kind are said to begin, and where something begins as they do.
#[derive(Clone, Copy, Debug)]
struct Documents {
    named: [u32; DOCUMENTS],
    seen: [(u32, bool); DOCUMENTS],
}

impl Default for Documents {
    fn default() -> Documents {
        Documents { named: [FREE; DOCUMENTS], seen: [(FREE, false); DOCUMENTS] }
    }
}

impl Documents {
    fn name(&mut self, sector: u32) {
        if let Some(place) = self.named.iter_mut().find(|place| **place == FREE) {
            *place = sector;
        }
    }

    fn see(&mut self, sector: u32, encrypted: bool) {
        if let Some(place) = self.seen.iter_mut().find(|place| place.0 == FREE) {
            *place = (sector, encrypted);
        }
    }

    fn encryption(&self) -> Encryption {
        let mut both = self.seen.iter().filter(|(sector, _)| *sector != FREE && self.named.contains(sector));
        match both.next() {
            Some((_, encrypted)) if *encrypted || both.any(|(_, encrypted)| *encrypted) => Encryption::All,
            Some(_) => Encryption::No,
            None => Encryption::Unknown,
        }
    }
}

/// Looks at every sector.
pub(super) struct Ole {
    /// Bytes of a sector; 0 before the header.
    sector_size: u64,
    /// The sectors of the allocation table.
    table: [u32; LISTED],
    /// The next sector that lists more of them.
    more_tables: u32,
    /// The highest sector that is used.
    highest: Option<u32>,
    words: Documents,
    sheets: Documents,
    slides: bool,
    slides_encrypted: Option<bool>,
    item: bool,
    package: bool,
    macros: bool,
    corrupt: bool,
}

impl Ole {
    pub fn new() -> Ole {
        Ole {
            sector_size: 0,
            table: [FREE; LISTED],
            more_tables: FREE,
            highest: None,
            words: Documents::default(),
            sheets: Documents::default(),
            slides: false,
            slides_encrypted: None,
            item: false,
            package: false,
            macros: false,
            corrupt: false,
        }
    }

    fn used(&mut self, sector: u32) {
        if sector <= LAST_SECTOR {
            self.highest = self.highest.max(Some(sector));
        }
    }

    fn header(&mut self, header: &[u8]) -> Next {
        let shift = number(header, 30, 2);
        if !matches!(shift, 9 | 12) {
            self.corrupt = true;
            return Next::Done;
        }
        self.sector_size = 1 << shift;
        let tables = number(header, 44, 4) as usize;
        for (place, sector) in self.table.iter_mut().zip(numbers(&header[76..])).take(tables) {
            *place = sector;
        }
        for sector in self.table {
            self.used(sector);
        }
        // The directory, the short streams' table, the list of further tables.
        for at in [48, 60, 68] {
            self.used(number(header, at, 4));
        }
        self.more_tables = number(header, 68, 4);
        Next::take(PIECE)
    }

    fn sector(&mut self, at: u64, bytes: &[u8]) {
        let Some(place) = at.checked_sub(self.sector_size) else { return };
        let Ok(sector) = u32::try_from(place / self.sector_size) else { return };
        let offset = place % self.sector_size;
        if let Some(index) = self.table.iter().position(|table| *table == sector) {
            let first = (index as u64 * self.sector_size + offset) / 4;
            // Some programs fill up the last table with zeros.
            let used = numbers(bytes).enumerate().filter(|(_, next)| !matches!(*next, FREE | 0)).last();
            if let Some(last) = used.and_then(|(index, _)| u32::try_from(first + index as u64).ok()) {
                self.used(last);
            }
            return;
        }
        if sector == self.more_tables && offset + PIECE as u64 == self.sector_size {
            let mut tables = numbers(bytes);
            self.more_tables = tables.by_ref().last().unwrap_or(FREE);
            numbers(bytes).take(PIECE / 4 - 1).for_each(|table| self.used(table));
            return;
        }
        bytes.chunks_exact(ENTRY).for_each(|entry| self.entry(entry));
        if offset == 0 {
            self.beginning(sector, bytes);
        }
        for stream in bytes.chunks_exact(SHORT) {
            // CurrentUserAtom ([MS-PPT] 2.3.2).
            if stream.starts_with(b"\0\0\xF6\x0F") && stream[8..12] == [0x14, 0, 0, 0] {
                match stream[12..16] {
                    [0xDF, 0xC4, 0xD1, 0xF3] => self.slides_encrypted = Some(true),
                    [0x5F, 0xC0, 0x91, 0xE3] => self.slides_encrypted = self.slides_encrypted.or(Some(false)),
                    _ => {}
                }
            }
        }
    }

    /// What may be an entry of the directory.
    fn entry(&mut self, entry: &[u8]) {
        let length = number(entry, NAME, 2) as usize;
        // A storage or a stream, red or black.
        if !matches!(entry[66], 1 | 2) || entry[67] > 1 || !length.is_multiple_of(2) || !(4..=NAME).contains(&length) {
            return;
        }
        let name = &entry[..length - 2];
        let is = |wanted: &str| wide_starts_with(name, wanted) && name.len() == 2 * wanted.len();
        let start = number(entry, 116, 4);
        match name[0] {
            b'W' if is("WordDocument") => self.words.name(start),
            b'W' if is("Workbook") => self.sheets.name(start),
            b'B' if is("Book") => self.sheets.name(start),
            b'P' if is("PowerPoint Document") => self.slides = true,
            b'E' if is("EncryptedPackage") => self.package = true,
            b'_' if is("_VBA_PROJECT") => self.macros = true,
            b'_' => {
                self.item |= wide_starts_with(name, "__properties_version1.0") || wide_starts_with(name, "__substg1.0_")
            }
            _ => {}
        }
    }

    /// The beginning of a sector, which may be that of a stream.
    fn beginning(&mut self, sector: u32, bytes: &[u8]) {
        // FibBase ([MS-DOC] 2.5.2): fEncrypted.
        if bytes.starts_with(b"\xEC\xA5") {
            self.words.see(sector, number(bytes, 10, 2) & 0x0100 != 0);
        }
        // BOF of the globals, BIFF 8 or 5 ([MS-XLS] 2.4.21), then FilePass (2.4.117) if there is one, perhaps behind WriteProtect.
        let globals = [&b"\x09\x08\x10\0\0\x06\x05\0"[..], b"\x09\x08\x08\0\0\x05\x05\0"];
        if globals.iter().any(|begin| bytes.starts_with(begin)) {
            let mut next = 4 + number(bytes, 2, 2) as usize;
            if number(bytes, next, 2) == 0x0086 {
                next += 4 + number(bytes, next + 2, 2) as usize;
            }
            self.sheets.see(sector, number(bytes, next, 2) == 0x002F);
        }
    }

    /// The kind of it as a whole; an item may hold any of the others.
    fn kind(&self) -> FileKind {
        let named = |documents: &Documents| documents.named[0] != FREE;
        match (named(&self.words), named(&self.sheets), self.slides) {
            _ if self.item => FileKind::Msg,
            _ if self.package => FileKind::EncryptedOoxml,
            // A presentation or a text may hold a table; which holds which is not known here.
            (true, _, false) => FileKind::Doc,
            (false, true, false) => FileKind::Xls,
            (false, _, true) => FileKind::Ppt,
            _ => FileKind::Ole,
        }
    }
}

/// The number of `count` bytes at a place; zero if that is outside.
fn number(bytes: &[u8], at: usize, count: usize) -> u32 {
    field(bytes, at, count) as u32
}

/// All numbers of four bytes.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|number| le(number) as u32)
}

/// Whether a name in UTF-16 begins with this text.
fn wide_starts_with(name: &[u8], wanted: &str) -> bool {
    name.len() >= 2 * wanted.len() && name.chunks_exact(2).zip(wanted.bytes()).all(|(unit, byte)| *unit == [byte, 0])
}

impl Format for Ole {
    const FIRST: usize = PIECE;

    fn piece(&mut self, at: u64, piece: &[u8]) -> Next {
        if self.sector_size == 0 {
            return self.header(piece);
        }
        self.sector(at, piece);
        Next::take(PIECE)
    }

    fn report(&mut self, end: End) -> Report {
        let kind = self.kind();
        // The last sector may be cut short by programs that do not fill it up.
        let begins = self.highest.map(|sector| (u64::from(sector) + 1) * self.sector_size);
        let cut = end.length < PIECE as u64 || begins.is_some_and(|begins| end.length <= begins);
        let mut report = Report { kind: Some(kind), ..Report::truncated(cut) };
        report.damage.set(DamageFlags::CORRUPT, self.corrupt);
        // An item holds files, which begin as others do.
        if kind != FileKind::Msg {
            report.holds.set(HoldsFlags::MACROS, self.macros);
        }
        report.encryption = match kind {
            FileKind::EncryptedOoxml => Encryption::All,
            FileKind::Doc => self.words.encryption(),
            FileKind::Xls => self.sheets.encryption(),
            FileKind::Ppt => match self.slides_encrypted {
                Some(true) => Encryption::All,
                Some(false) => Encryption::No,
                None => Encryption::Unknown,
            },
            _ => Encryption::No,
        };
        report.damage.set(DamageFlags::PARTLY_SEEN, report.encryption == Encryption::Unknown);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, inspect};
    use super::*;

    fn entry(name: &str, start: u32) -> Vec<u8> {
        let mut entry = vec![0; ENTRY];
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..wide.len()].copy_from_slice(&wide);
        entry[NAME] = wide.len() as u8 + 2;
        entry[66] = 2;
        entry[67] = 1;
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry
    }

    fn sector(begin: &[u8]) -> Vec<u8> {
        let mut sector = begin.to_vec();
        sector.resize(PIECE, 0);
        sector
    }

    /// Sector 0 is the table, sector 1 the directory.
    fn file(entries: &[Vec<u8>], streams: &[Vec<u8>]) -> Vec<u8> {
        let mut header = sector(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
        header[26] = 3;
        header[30] = 9;
        header[44] = 1;
        header[48] = 1;
        header[60..64].copy_from_slice(&0xFFFF_FFFEu32.to_le_bytes());
        header[68..72].copy_from_slice(&0xFFFF_FFFEu32.to_le_bytes());
        header[76..].fill(0xFF);
        header[76..80].fill(0);
        let used = 2 + streams.len();
        let table: Vec<u8> =
            (0..PIECE / 4).flat_map(|i| if i < used { 0xFFFF_FFFEu32 } else { FREE }.to_le_bytes()).collect();
        [header, table, sector(&entries.concat()), streams.concat()].concat()
    }

    fn fib(flags: u16) -> Vec<u8> {
        sector(&[b"\xEC\xA5\xC1\0\0\0\0\0\0\0", &flags.to_le_bytes()[..]].concat())
    }

    fn bof(next: &[u8]) -> Vec<u8> {
        sector(&[b"\x09\x08\x10\0\0\x06\x05\0\0\0\0\0\0\0\0\0\0\0\0\0", next].concat())
    }

    fn user(token: u32) -> Vec<u8> {
        sector(&[b"\0\0\xF6\x0F\x20\0\0\0\x14\0\0\0", &token.to_le_bytes()[..]].concat())
    }

    #[test]
    fn a_whole_one_and_each_cut() {
        let whole = file(&[entry("WordDocument", 2)], &[fib(0), sector(b"text")]);
        assert_damage(FileKind::Ole, &whole, DamageFlags::empty(), "whole");
        assert_damage(
            FileKind::Ole,
            &whole[..whole.len() - 500],
            DamageFlags::empty(),
            "the last sector is not filled",
        );
        for cut in 8..=whole.len() - PIECE {
            let damage = inspect(FileKind::Ole, &whole[..cut], 64).damage - DamageFlags::PARTLY_SEEN;
            assert_eq!(damage, DamageFlags::TRUNCATED, "{cut}");
        }
        let mut odd = whole;
        odd[30] = 200;
        assert_eq!(inspect(FileKind::Ole, &odd, 64).damage, DamageFlags::CORRUPT);
    }

    #[test]
    fn encryption_by_what_documents_begin_with() {
        let doc = |at, fib| file(&[entry("WordDocument", at)], &[fib]);
        let xls = |name, bof| file(&[entry(name, 2)], &[bof]);
        let ppt = |stream| file(&[entry("PowerPoint Document", 2)], &[stream]);
        for (file, expected) in [
            (doc(2, fib(0)), Encryption::No),
            (doc(2, fib(0x0100)), Encryption::All),
            (doc(3, fib(0x0100)), Encryption::Unknown),
            (xls("Workbook", bof(b"\xE1\0\x02\0")), Encryption::No),
            (xls("Workbook", bof(b"\x2F\0\x36\0")), Encryption::All),
            (xls("Workbook", bof(b"\x86\0\0\0\x2F\0\x36\0")), Encryption::All),
            (xls("Workbook", sector(b"?")), Encryption::Unknown),
            (ppt(user(0xE391_C05F)), Encryption::No),
            (ppt(user(0xF3D1_C4DF)), Encryption::All),
            (ppt(sector(b"?")), Encryption::Unknown),
            (file(&[entry("EncryptedPackage", 2)], &[]), Encryption::All),
            (file(&[entry("EncryptedPackage", 2), entry("__properties_version1.0", 3)], &[]), Encryption::No),
        ] {
            for step in [1, 7, 512, file.len()] {
                assert_eq!(inspect(FileKind::Ole, &file, step).encryption, expected);
            }
        }
    }

    #[test]
    fn kinds_and_macros_by_the_directory() {
        for (names, kind, holds) in [
            (&["Workbook"][..], FileKind::Xls, HoldsFlags::empty()),
            (&["Workbook", "_VBA_PROJECT"], FileKind::Xls, HoldsFlags::MACROS),
            (&["PowerPoint Document", "Workbook"], FileKind::Ppt, HoldsFlags::empty()),
            (&["EncryptedPackage"], FileKind::EncryptedOoxml, HoldsFlags::empty()),
            (&["__substg1.0_0037001F", "WordDocument", "_VBA_PROJECT"], FileKind::Msg, HoldsFlags::empty()),
            (&["WordDocumentary", "_VBA_PROJECT_CUR"], FileKind::Ole, HoldsFlags::empty()),
        ] {
            let entries: Vec<_> = names.iter().map(|name| entry(name, 2)).collect();
            let file = file(&entries, &[]);
            let report = inspect(FileKind::Ole, &file, 64);
            assert_eq!((report.kind, report.holds), (Some(kind), holds), "{names:?}");
        }
    }

    #[test]
    fn tables_that_lead_in_circles() {
        let mut file = file(&[], &[]);
        for at in (76..512).step_by(4) {
            file[at..at + 4].copy_from_slice(&[0, 0, 0, 0]);
        }
        file[44..48].fill(0xFF);
        file[68..72].fill(0);
        assert_damage(FileKind::Ole, &file, DamageFlags::empty(), "every table is the first sector");
    }
}
