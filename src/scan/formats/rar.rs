//! RAR, of both forms: 1.5 to 4 (technote.txt of WinRAR 4) and 5 (RAR 5.0 archive format). A chain of blocks, each of which
//! says its length and that of the data behind it.

use super::listing::{Entry, Listing};
use super::steps::{End, Format, Next, PIECE};
use super::{Report, field, le};
use crate::scan::facts::DamageFlags;
use crate::scan::names::Encryption;

const SIGNATURE: usize = 7;
/// Checksum, type, flags and size of a block before RAR 5.
const BLOCK4: usize = 7;
/// Checksum and the first byte of the size in RAR 5; the size takes three at most.
const BLOCK5: usize = 5;
const SIZE5: u32 = 3 * 7;

/// Types of blocks before RAR 5.
const MAIN4: u8 = 0x73;
const FILE4: u8 = 0x74;
const SUB4: u8 = 0x7A;
const END4: u8 = 0x7B;
/// Flags of the main block: a volume, and names that are encrypted.
const VOLUME4: u64 = 0x0001;
const LOCKED4: u64 = 0x0080;
/// Flags of a file: goes on in another volume, encrypted, a folder, larger than 4 GiB, Unicode behind the name.
const SPLIT4: u64 = 0x0003;
const ENCRYPTED4: u64 = 0x0004;
const FOLDER4: u64 = 0x00E0;
const LARGE4: u64 = 0x0100;
/// The unpacked size, where it was not known.
const UNKNOWN4: u64 = 0xFFFF_FFFF;
/// Of any block: data follow.
const DATA4: u64 = 0x8000;
/// The version that is needed to unpack, from which on archives have an end block.
const WITH_END4: u8 = 29;

/// Types of blocks in RAR 5.
const MAIN5: u64 = 1;
const FILE5: u64 = 2;
const LOCKED5: u64 = 4;
const END5: u64 = 5;
/// The extra record of an encrypted file.
const ENCRYPTION5: u64 = 1;

/// Encrypted blocks and data, one after the other: each is a multiple of AES's 16 bytes, and has so many of salt before it.
#[derive(Clone, Copy)]
struct Locked {
    /// Bytes of the last open block that were not read.
    before: u64,
    unit: u64,
}

const SALT4: u64 = 8;
const SALT5: u64 = 16;

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Signature,
    Version5,
    Block4,
    /// The rest of a file's block.
    File4 {
        kind: u8,
        flags: u64,
        over: u64,
    },
    /// The length of the data behind a block of another type.
    Data4 {
        over: u64,
    },
    Block5,
    Size5 {
        shift: u32,
    },
    Header5 {
        over: u64,
    },
}

/// Walks along the blocks.
#[derive(Default)]
pub(super) struct Rar {
    state: State,
    /// In RAR 5, of the current block.
    size: u64,
    stored: u32,
    checksum: crc32fast::Hasher,
    files: Listing,
    /// The names are encrypted as well, in [`Locked`] pieces: nothing more can be seen.
    locked: Option<Locked>,
    volume: bool,
    corrupt: bool,
    /// Without an end block it is not whole, as RAR 5 never is.
    needs_end: bool,
    partly: bool,
}

impl Rar {
    fn go(&mut self, state: State, skip: u64, take: usize) -> Next {
        self.state = state;
        Next::Piece { skip, take }
    }

    fn broken(&mut self) -> Next {
        self.corrupt = true;
        Next::Done
    }

    fn block4(&mut self, block: &[u8]) -> Next {
        let (kind, flags, size) = (block[2], le(&block[3..5]), le(&block[5..7]));
        let Some(body) = size.checked_sub(BLOCK4 as u64) else { return self.broken() };
        match kind {
            END4 => Next::Done,
            MAIN4 => {
                self.volume |= flags & VOLUME4 != 0;
                self.locked = (flags & LOCKED4 != 0).then_some(Locked { before: body, unit: SALT4 });
                if self.locked.is_some() { Next::Done } else { self.go(State::Block4, body, BLOCK4) }
            }
            FILE4 | SUB4 if body > 0 => {
                let take = body.min(PIECE as u64);
                self.go(State::File4 { kind, flags, over: body - take }, 0, take as usize)
            }
            0x72..=END4 if flags & DATA4 != 0 && body >= 4 => self.go(State::Data4 { over: body - 4 }, 0, 4),
            0x72..=END4 => self.go(State::Block4, body, BLOCK4),
            // Something else stands behind an archive without an end block.
            _ => Next::Done,
        }
    }

    fn file4(&mut self, kind: u8, flags: u64, over: u64, body: &[u8]) -> Next {
        let field = |at, count| field(body, at, count);
        let (mut packed, mut unpacked, mut name) = (field(0, 4), field(4, 4), 25);
        if flags & LARGE4 != 0 {
            packed |= field(25, 4) << 32;
            unpacked |= field(29, 4) << 32;
            name += 8;
        }
        if kind == FILE4 {
            // Not known when it was packed from a pipe.
            if unpacked & UNKNOWN4 == UNKNOWN4 {
                unpacked = 0;
            }
            let end = (name + field(19, 2) as usize).min(body.len());
            let name = body.get(name..end).unwrap_or_default();
            self.files.add(&Entry {
                name: name.split(|b| *b == 0).next().unwrap_or_default(),
                directory: flags & FOLDER4 == FOLDER4,
                encrypted: flags & ENCRYPTED4 != 0,
                packed,
                unpacked,
            });
            self.volume |= flags & SPLIT4 != 0;
            self.needs_end |= field(17, 1) >= u64::from(WITH_END4);
        }
        self.go(State::Block4, over.saturating_add(packed), BLOCK4)
    }

    fn size5(&mut self, shift: u32, byte: u8) -> Next {
        self.size |= u64::from(byte & 0x7F) << shift;
        self.checksum.update(&[byte]);
        match (byte & 0x80 != 0, self.size) {
            (true, _) if shift + 7 < SIZE5 => self.go(State::Size5 { shift: shift + 7 }, 0, 1),
            (true, _) | (false, 0) => self.broken(),
            (false, size) => {
                let take = size.min(PIECE as u64);
                self.go(State::Header5 { over: size - take }, 0, take as usize)
            }
        }
    }

    fn header5(&mut self, over: u64, header: &[u8]) -> Next {
        self.checksum.update(header);
        if over == 0 && self.checksum.clone().finalize() != self.stored {
            return self.broken();
        }
        let mut fields = Fields(header);
        let (kind, flags) = (fields.number(), fields.number());
        let extra = if flags & 1 != 0 { fields.number() } else { 0 };
        let data = if flags & 2 != 0 { fields.number() } else { 0 };
        match kind {
            MAIN5 => self.volume |= fields.number() & 1 != 0,
            FILE5 => {
                self.partly |= over > 0;
                self.file5(fields, flags, extra, data);
            }
            LOCKED5 => {
                self.locked = Some(Locked { before: over.saturating_add(data), unit: SALT5 });
                return Next::Done;
            }
            END5 => return Next::Done,
            _ => {}
        }
        self.go(State::Block5, over.saturating_add(data), BLOCK5)
    }

    fn file5(&mut self, mut fields: Fields<'_>, flags: u64, extra: u64, packed: u64) {
        let file_flags = fields.number();
        let unpacked = fields.number();
        let _attributes = fields.number();
        fields.skip(if file_flags & 2 != 0 { 4 } else { 0 } + if file_flags & 4 != 0 { 4 } else { 0 });
        let (_compression, _system) = (fields.number(), fields.number());
        let length = usize::try_from(fields.number()).unwrap_or(usize::MAX);
        let name = &fields.0[..length.min(fields.0.len())];
        let extra = usize::try_from(extra).unwrap_or(usize::MAX);
        let mut records = Fields(&fields.0[fields.0.len().saturating_sub(extra).max(name.len())..]);
        let mut encrypted = false;
        while !records.0.is_empty() {
            let length = usize::try_from(records.number()).unwrap_or(usize::MAX);
            let (record, rest) = records.0.split_at(length.min(records.0.len()));
            encrypted |= Fields(record).number() == ENCRYPTION5;
            records = Fields(rest);
        }
        let known = if file_flags & 8 == 0 { unpacked } else { 0 };
        let directory = file_flags & 1 != 0;
        self.files.add(&Entry { name, directory, encrypted, packed, unpacked: known });
        // It goes on in, or comes from, another volume.
        self.volume |= flags & 0x18 != 0;
    }
}

/// Fields of a block in RAR 5, in which numbers have as many bytes as they need.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// The next number; zero if there is none.
    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let Some((byte, rest)) = self.0.split_first() else { break };
            self.0 = rest;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }

    fn skip(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }
}

impl Format for Rar {
    const FIRST: usize = SIGNATURE;

    fn piece(&mut self, _at: u64, piece: &[u8]) -> Next {
        match self.state {
            State::Signature if piece.ends_with(&[0]) => self.go(State::Block4, 0, BLOCK4),
            State::Signature => self.go(State::Version5, 0, 1),
            State::Version5 => self.go(State::Block5, 0, BLOCK5),
            State::Block4 => self.block4(piece),
            State::File4 { kind, flags, over } => self.file4(kind, flags, over, piece),
            State::Data4 { over } => self.go(State::Block4, over.saturating_add(le(piece)), BLOCK4),
            State::Block5 => {
                self.stored = le(&piece[..4]) as u32;
                self.checksum.reset();
                self.size = 0;
                self.size5(0, piece[4])
            }
            State::Size5 { shift } => self.size5(shift, piece[0]),
            State::Header5 { over } => self.header5(over, piece),
        }
    }

    fn report(&mut self, end: End) -> Report {
        let mut report = Report { holds: self.files.holds(), encryption: self.files.encryption(), ..Report::default() };
        let between = end.between && matches!(self.state, State::Block4);
        let mut cut = end.done.is_none() && (!between || self.needs_end);
        if let Some(Locked { before, unit }) = self.locked {
            let begin = end.done.map_or(u64::MAX, |at| at.saturating_add(before));
            cut = end.length.checked_sub(begin).is_none_or(|length| length == 0 || !length.is_multiple_of(unit));
            report.encryption = Encryption::All;
        } else if report.encryption == Encryption::No && (cut || self.corrupt || self.partly) {
            report.encryption = Encryption::Unknown;
        }
        report.damage.set(DamageFlags::TRUNCATED, cut);
        report.damage.set(DamageFlags::CORRUPT, self.corrupt);
        report.damage.set(DamageFlags::VOLUME, self.volume);
        report.damage.set(DamageFlags::PARTLY_SEEN, report.encryption == Encryption::Unknown);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_damage, inspect};
    use super::*;
    use crate::scan::facts::HoldsFlags;
    use crate::scan::names::FileKind;

    fn block4(kind: u8, flags: u16, body: &[u8], data: &[u8]) -> Vec<u8> {
        let size = (BLOCK4 + body.len()) as u16;
        [&[0, 0, kind][..], &flags.to_le_bytes(), &size.to_le_bytes(), body, data].concat()
    }

    fn file4(name: &str, flags: u16, version: u8) -> Vec<u8> {
        let data = [0x5A; 100];
        let mut body = (data.len() as u32).to_le_bytes().to_vec();
        body.extend((data.len() as u32).to_le_bytes());
        body.extend([2, 0, 0, 0, 0, 0, 0, 0, 0, version, 0x30]);
        body.extend((name.len() as u16).to_le_bytes());
        body.extend([0; 4]);
        body.extend(name.bytes());
        block4(FILE4, 0x8000 | flags, &body, &data)
    }

    fn rar4(main: u16, blocks: &[Vec<u8>]) -> Vec<u8> {
        [b"Rar!\x1A\x07\0".to_vec(), block4(MAIN4, main, &[0; 6], b""), blocks.concat()].concat()
    }

    fn end4() -> Vec<u8> {
        block4(END4, 0x4000, b"", b"")
    }

    fn block5(fields: &[u8], data: &[u8]) -> Vec<u8> {
        let header = [&[fields.len() as u8][..], fields].concat();
        [&crc32fast::hash(&header).to_le_bytes()[..], &header, data].concat()
    }

    fn file5(name: &str, extra: &[u8]) -> Vec<u8> {
        let mut fields = vec![2, 3, extra.len() as u8, 100, 0, 100, 0x20, 0, 1, name.len() as u8];
        fields.extend(name.bytes());
        fields.extend(extra);
        block5(&fields, &[0x5A; 100])
    }

    fn rar5(blocks: &[Vec<u8>]) -> Vec<u8> {
        [b"Rar!\x1A\x07\x01\0".to_vec(), block5(&[1, 0, 0], b""), blocks.concat()].concat()
    }

    fn end5() -> Vec<u8> {
        block5(&[5, 0, 0], b"")
    }

    fn damage(file: &[u8]) -> DamageFlags {
        inspect(FileKind::Rar, file, 64).damage - DamageFlags::PARTLY_SEEN
    }

    #[test]
    fn whole_ones_and_each_cut() {
        for whole in [rar4(0, &[file4("a.txt", 0, 29), end4()]), rar5(&[file5("a.txt", b""), end5()])] {
            assert_damage(FileKind::Rar, &whole, DamageFlags::empty(), "whole");
            assert_damage(FileKind::Rar, &[&whole[..], b"more"].concat(), DamageFlags::empty(), "with more behind it");
            // Before the first file, an old archive may end between two blocks.
            for cut in (6..whole.len()).filter(|cut| !matches!(cut, 7 | 20)) {
                assert_eq!(damage(&whole[..cut]), DamageFlags::TRUNCATED, "{cut} of {}", whole.len());
            }
        }
        let old = rar4(0, &[file4("a.txt", 0, 20)]);
        assert_damage(FileKind::Rar, &old, DamageFlags::empty(), "RAR 2 has no end block");
        assert_eq!(damage(&old[..old.len() - 1]), DamageFlags::TRUNCATED);
    }

    #[test]
    fn of_encrypted_names_the_length_tells() {
        let rar4 = |length| rar4(LOCKED4 as u16, &[vec![0xA5; length]]);
        let rar5 = |length| [b"Rar!\x1A\x07\x01\0".to_vec(), block5(&[4, 0, 0, 0], b""), vec![0xA5; length]].concat();
        for (file, expected) in [
            (rar4(40), DamageFlags::empty()),
            (rar4(39), DamageFlags::TRUNCATED),
            (rar4(0), DamageFlags::TRUNCATED),
            (rar4(0)[..15].to_vec(), DamageFlags::TRUNCATED),
            (rar5(48), DamageFlags::empty()),
            (rar5(40), DamageFlags::TRUNCATED),
        ] {
            assert_damage(FileKind::Rar, &file, expected, "names encrypted");
        }
    }

    #[test]
    fn broken_blocks() {
        let mut changed = rar5(&[file5("a.txt", b""), end5()]);
        changed[20] ^= 1;
        assert_eq!(damage(&changed), DamageFlags::CORRUPT);
        let mut empty = rar4(0, &[end4()]);
        empty[20 + 5] = 6;
        assert_eq!(damage(&empty), DamageFlags::CORRUPT, "smaller than itself");
    }

    #[test]
    fn encryption() {
        let lock = [0x02, ENCRYPTION5 as u8, 0];
        for (file, expected) in [
            (rar4(0, &[file4("a", 0, 29), end4()]), Encryption::No),
            (rar4(0, &[file4("a", 4, 29), file4("b", 0, 29), end4()]), Encryption::Some),
            (rar4(0, &[file4("a", 4, 29), end4()]), Encryption::All),
            (rar4(LOCKED4 as u16, &[vec![0xA5; 40]]), Encryption::All),
            (rar4(LOCKED4 as u16, &[]), Encryption::All),
            (rar5(&[file5("a", b""), end5()]), Encryption::No),
            (rar5(&[file5("a", &lock), file5("b", b""), end5()]), Encryption::Some),
            (rar5(&[file5("a", &lock), end5()]), Encryption::All),
            (rar5(&[block5(&[4, 0, 0, 0], b""), vec![0xA5; 48]]), Encryption::All),
            (rar5(&[file5("a", b"")]), Encryption::Unknown),
        ] {
            for step in [1, 7, file.len()] {
                assert_eq!(inspect(FileKind::Rar, &file, step).encryption, expected);
            }
        }
    }

    #[test]
    fn volumes_and_names() {
        assert_eq!(damage(&rar4(1, &[file4("a", 0, 29), end4()])), DamageFlags::VOLUME);
        assert_eq!(damage(&rar4(0, &[file4("a", 2, 29), end4()])), DamageFlags::VOLUME);
        let main5 = [b"Rar!\x1A\x07\x01\0".to_vec(), block5(&[1, 0, 1], b""), end5()].concat();
        assert_eq!(damage(&main5), DamageFlags::VOLUME);
        for (name, expected) in [
            ("a.txt", HoldsFlags::empty()),
            ("run.exe", HoldsFlags::EXECUTABLE),
            ("in.zip", HoldsFlags::ARCHIVE),
            ("../up", HoldsFlags::TRAVERSAL),
        ] {
            assert_eq!(inspect(FileKind::Rar, &rar4(0, &[file4(name, 0, 29), end4()]), 64).holds, expected, "{name}");
            assert_eq!(inspect(FileKind::Rar, &rar5(&[file5(name, b""), end5()]), 64).holds, expected, "{name}");
        }
    }
}
