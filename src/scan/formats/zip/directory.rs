//! The entries of a ZIP: one record each in the directory, and one before its data.

use super::super::listing::{Entry, Listing};
use super::super::{field, le};
use super::ELSEWHERE_32;
use crate::scan::facts::HoldsFlags;
use crate::scan::names::{Encryption, FileKind};
use crate::scan::sniff;

/// Bytes of a record's signature, and between it and the name in a local header and in the directory (§4.3.7, §4.3.12).
pub(super) const SIGNATURE: usize = 4;
pub(super) const LOCAL: usize = 26;
pub(super) const CENTRAL: usize = 42;
/// General purpose bits (§4.4.4).
const ENCRYPTED: u16 = 1;
const UTF8: u16 = 1 << 11;
/// The sizes come behind the data.
const DESCRIPTOR: u16 = 1 << 3;
/// Compression methods (§4.4.5).
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const AES: u16 = 99;
/// Extra fields (§4.5.2, §4.6.9).
const ZIP64: u64 = 0x0001;
const UNICODE_PATH: u64 = 0x7075;

/// What both records of an entry say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record {
    flags: u16,
    method: u16,
    /// Bytes of the data in the archive, and when unpacked.
    packed: u64,
    unpacked: u64,
    /// Bytes of the name, of the extra fields and of the comment that follow.
    pub name: usize,
    pub extra: usize,
    pub comment: usize,
    /// Where the local header begins; in the directory only.
    offset: Option<u64>,
}

impl Record {
    /// From a local header behind its signature.
    pub fn local(header: &[u8]) -> Record {
        Record::at(header, 2, 22)
    }

    /// From an entry of the directory behind its signature.
    pub fn central(header: &[u8]) -> Record {
        let comment = field(header, 28, 2) as usize;
        Record { comment, offset: Some(field(header, 38, 4)), ..Record::at(header, 4, 24) }
    }

    fn at(header: &[u8], flags: usize, lengths: usize) -> Record {
        Record {
            flags: field(header, flags, 2) as u16,
            method: field(header, flags + 2, 2) as u16,
            packed: field(header, lengths - 8, 4),
            unpacked: field(header, lengths - 4, 4),
            name: field(header, lengths, 2) as usize,
            extra: field(header, lengths + 2, 2) as usize,
            comment: 0,
            offset: None,
        }
    }

    /// Takes from the extra fields what did not fit (§4.5.3), and whether the name is there in UTF-8 as well.
    fn extend(&mut self, mut extra: &[u8]) {
        while let [i1, i2, l1, l2, rest @ ..] = extra {
            let (id, length) = (le(&[*i1, *i2]), le(&[*l1, *l2]) as usize);
            let (mut value, rest) = rest.split_at(rest.len().min(length));
            if id == UNICODE_PATH {
                self.flags |= UTF8;
            } else if id == ZIP64 {
                for wide in [&mut self.unpacked, &mut self.packed].into_iter().chain(&mut self.offset) {
                    if *wide == ELSEWHERE_32
                        && let Some((bytes, more)) = value.split_first_chunk::<8>()
                    {
                        *wide = u64::from_le_bytes(*bytes);
                        value = more;
                    }
                }
            }
            extra = rest;
        }
    }

    /// Bytes up to the next record, if this one says it.
    pub fn known_size(&self, name: &[u8]) -> Option<u64> {
        let later = self.flags & DESCRIPTOR != 0 && self.packed == 0 && !name.ends_with(b"/");
        (!later && self.packed != ELSEWHERE_32).then_some(self.packed)
    }

    /// It has content that is not compressed.
    pub fn is_stored(&self) -> bool {
        self.method == STORED && self.packed > 0
    }
}

/// Entries seen one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Directory {
    pub listing: Listing,
    /// What is made of them.
    pub kind: FileKind,
    holds: HoldsFlags,
    /// Bytes that all entries take.
    span: u64,
    /// Where the data of the last entry begin and end.
    last: (u64, u64),
    /// An ODF's text is not compressed: so it is where it is encrypted (ODF 1.2 part 3 §3.4.1), and rarely elsewhere.
    stored_content: bool,
    /// ODF 1.3: the whole document as one encrypted entry.
    package: bool,
}

impl Default for Directory {
    fn default() -> Directory {
        Directory {
            listing: Listing::default(),
            kind: FileKind::Zip,
            holds: HoldsFlags::empty(),
            span: 0,
            last: (0, 0),
            stored_content: false,
            package: false,
        }
    }
}

impl Directory {
    /// Reads the directory in these bytes as far as it goes.
    pub fn read(mut bytes: &[u8]) -> Directory {
        let mut directory = Directory::default();
        while let Some((header, rest)) = bytes.strip_prefix(b"PK\x01\x02").and_then(|b| b.split_at_checked(CENTRAL)) {
            let record = Record::central(header);
            let end = record.name + record.extra;
            let Some(text) = rest.get(..end) else { break };
            directory.add(record, text);
            bytes = rest.get(end + record.comment..).unwrap_or_default();
        }
        directory
    }

    /// Takes an entry: its record, and its name and extra fields, or the beginning of them. Gives the record with its sizes.
    pub fn add(&mut self, mut record: Record, text: &[u8]) -> Record {
        let (name, extra) = text.split_at(text.len().min(record.name));
        record.extend(extra);
        self.kind = sniff::zip_with(self.kind, name);
        let directory = name.ends_with(b"/") || name.ends_with(b"\\");
        let encrypted = record.flags & ENCRYPTED != 0 || record.method == AES;
        let Record { packed, unpacked, offset, .. } = record;
        self.listing.add(&Entry { name, directory, encrypted, packed, unpacked });
        if !directory && !matches!(record.method, STORED | DEFLATED | AES) {
            self.holds |= HoldsFlags::UNUSUAL_METHOD;
        }
        if record.flags & UTF8 == 0 && !name.is_ascii() {
            self.holds |= HoldsFlags::NAMES_NOT_UTF8;
        }
        if let Some(offset) = offset {
            let length = ((SIGNATURE + LOCAL + record.name) as u64).saturating_add(packed);
            if (self.last.0..self.last.1).contains(&offset) {
                self.holds |= HoldsFlags::OVERLAPPING;
            }
            self.span = self.span.saturating_add(length);
            self.last = (offset, offset.saturating_add(length));
        }
        self.stored_content |= record.is_stored() && name == b"content.xml";
        self.package |= name == b"encrypted-package";
        record
    }

    /// What the entries say that is in there; `room` is where the directory begins.
    pub fn holds(&self, room: u64) -> HoldsFlags {
        let crowded = if self.span > room { HoldsFlags::OVERLAPPING } else { HoldsFlags::empty() };
        self.listing.holds() | self.holds | crowded
    }

    /// Whether an ODF is encrypted; `xml` says whether its text was seen to be XML.
    pub fn odf_encryption(&self, xml: Option<bool>) -> Encryption {
        match xml {
            _ if self.package => Encryption::All,
            _ if !self.stored_content => Encryption::No,
            Some(true) => Encryption::No,
            Some(false) => Encryption::All,
            None => Encryption::Unknown,
        }
    }
}
