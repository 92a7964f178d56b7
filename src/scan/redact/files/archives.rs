//! Archives and programs: headers stay, names keep their extensions, what is packed goes.

use super::super::super::names::Extension;
use super::File;
use memchr::memmem;
use std::iter;
use std::ops::Range;

/// ZIP (APPNOTE 6.3): all records, wherever they stand. Checksums of contents become zero.
pub(super) fn zip(file: &mut File<'_>) {
    let mut at = 0;
    while let Some(found) = file.from.get(at..).and_then(|rest| memmem::find(rest, b"PK")) {
        let here = at + found;
        at = here + 2;
        let le = |file: &File<'_>, behind| file.le(here + behind, 2).unwrap_or(0);
        match file.bytes(here + 2, 2) {
            // A file's own header.
            Some([3, 4]) => {
                let (name, extra) = (le(file, 26), le(file, 28));
                file.keep(here..here + 30);
                file.put(here + 14, &[0; 4]);
                entry(file, here + 30, name, extra);
                at = here + 30 + name + extra;
                // The type of an OpenDocument or EPUB is its first file, stored.
                if file.bytes(here + 30, name) == Some(b"mimetype") && le(file, 8) == 0 {
                    file.keep(at..at + file.le(here + 22, 4).unwrap_or(0).min(128));
                }
                // An OpenDocument that is not encrypted shows it here, if it is stored.
                if file.bytes(at, 5) == Some(b"<?xml") {
                    file.keep(at..at + 5);
                }
            }
            // An entry of the directory.
            Some([1, 2]) => {
                let (name, extra, comment) = (le(file, 28), le(file, 30), le(file, 32));
                file.keep(here..here + 46);
                file.put(here + 16, &[0; 4]);
                entry(file, here + 46, name, extra);
                at = here + 46 + name + extra + comment;
            }
            Some([5, 6]) => {
                file.keep(here..here + 22);
                at = here + 22;
            }
            Some([6, 6]) => {
                file.keep(here..here + 56);
                at = here + 56;
            }
            Some([6, 7]) => {
                file.keep(here..here + 20);
                at = here + 20;
            }
            Some([7, 8]) => {
                file.keep(here..here + 16);
                file.put(here + 4, &[0; 4]);
                at = here + 16;
            }
            // The end of a cut file.
            None => file.keep(here..here + 4),
            _ => {}
        }
    }
}

/// The name of an entry and its extra fields: those that hold numbers, and of others their lengths.
fn entry(file: &mut File<'_>, name: usize, length: usize, extra: usize) {
    file.path(name..name + length);
    let mut at = name + length;
    let end = at + extra;
    while at + 4 <= end {
        let (Some(id), Some(size)) = (file.le(at, 2), file.le(at + 2, 2)) else { return };
        // ZIP64, NTFS times, AES. The ids of others are letters, which would stand beside those of the name.
        if matches!(id, 0x0001 | 0x000A | 0x9901) {
            file.keep(at..(at + 4 + size).min(end));
        } else {
            file.put(at, &[0xFF, 0xFF]);
            file.keep(at + 2..at + 4);
        }
        at += 4 + size;
    }
}

/// gzip (RFC 1952): the header with the shape of the name, the length at the end.
pub(super) fn gzip(file: &mut File<'_>) {
    file.keep(0..10);
    let flags = file.from.get(3).copied().unwrap_or(0);
    let mut at = 10;
    if flags & 4 != 0 {
        file.keep(at..at + 2);
        at += 2 + file.le(at, 2).unwrap_or(0);
    }
    for (flag, is_name) in [(8, true), (16, false)] {
        if flags & flag != 0 {
            let end =
                file.from.get(at..).and_then(|rest| memchr::memchr(0, rest)).map_or(file.from.len(), |end| at + end);
            if is_name {
                file.path(at..end);
            }
            file.put(end, &[0]);
            at = end + 1;
        }
    }
    if file.from.len() >= at + 8 {
        file.keep(file.from.len() - 4..file.from.len());
    }
}

/// tar (POSIX ustar): headers with the shape of the names; right checksums are right again.
pub(super) fn tar(file: &mut File<'_>) {
    const BLOCK: usize = 512;
    let octal = |bytes: &[u8]| {
        let digits = bytes.iter().skip_while(|b| **b == b' ').take_while(|b| matches!(b, b'0'..=b'7'));
        digits.fold(0usize, |n, b| n.saturating_mul(8).saturating_add(usize::from(b - b'0')))
    };
    // The checksum is of the block with blanks in its own place.
    let sum = |block: &[u8]| {
        let bytes = block.iter().enumerate();
        bytes.map(|(at, b)| if (148..156).contains(&at) { 32 } else { usize::from(*b) }).sum::<usize>()
    };
    let mut at = 0;
    while let Some(block) = file.bytes(at, BLOCK).map(<[u8]>::to_vec) {
        if block.iter().all(|b| *b == 0) {
            file.keep(at..at + BLOCK);
            at += BLOCK;
            continue;
        }
        file.put(at, &[0; BLOCK]);
        let name = |from: usize, most: usize| {
            let length = block[from..from + most].iter().position(|b| *b == 0).unwrap_or(most);
            at + from..at + from + length
        };
        file.path(name(0, 100));
        file.path(name(157, 100));
        file.keep(at + 100..at + 157);
        file.keep(at + 257..at + 265);
        let right = octal(&block[148..156]) == sum(&block);
        let now = sum(&file.to[at..at + BLOCK]);
        file.put(at + 148, format!("{:06o}\0 ", if right { now } else { now + 1 }).as_bytes());
        let content = octal(&block[124..136]).div_ceil(BLOCK).saturating_mul(BLOCK);
        at = at.saturating_add(BLOCK).saturating_add(content);
    }
}

/// 7z: the signature header; behind the packed files, the header if it only says where the packed one is; right checksums are right again.
pub(super) fn seven_zip(file: &mut File<'_>) {
    file.keep(0..32);
    let (Some(offset), Some(size)) = (file.le(12, 8), file.le(20, 8)) else { return };
    let at = offset.saturating_add(32);
    let end = at.saturating_add(size);
    if let Some(header) = file.from.get(at..end.min(file.from.len())).filter(|header| !header.is_empty()) {
        for kept in seven_zip_header(header) {
            file.keep(at + kept.start..at + kept.end);
        }
        file.put_crc32(28, at..end);
    }
    file.put_crc32(8, 12..32);
}

/// What stays of the header at the end.
fn seven_zip_header(header: &[u8]) -> Vec<Range<usize>> {
    const ENCODED: u8 = 0x17;
    if header[0] == ENCODED {
        return iter::once(0..header.len()).collect();
    }
    // How many folders there are, and their coders if they are AES-256 with SHA-256.
    let folders = memmem::find(header, b"\x07\x0B").map(|at| at..header.len().min(at + 3));
    let coders = memmem::find_iter(header, b"\x06\xF1\x07\x01").map(|at| at..at + 4);
    // Extensions of names, which are in UTF-16.
    let extensions = memmem::find_iter(header, b".\0").filter_map(|dot| {
        let letters =
            header[dot + 2..].chunks_exact(2).map_while(|unit| (unit[1] == 0 && unit[0] != 0).then_some(unit[0]));
        let letters: Vec<u8> = letters.take(12).collect();
        let end = dot + 2 + 2 * letters.len();
        let known = Extension::of(&letters) != Extension::Other;
        (known && header.get(end..end + 2) == Some(&[0, 0])).then_some(dot..end + 2)
    });
    iter::once(0..1).chain(folders).chain(coders).chain(extensions).collect()
}

/// RAR, before and since version 5: headers with the shape of the names; right checksums are right again.
pub(super) fn rar(file: &mut File<'_>) {
    if file.from.starts_with(b"Rar!\x1A\x07\x01\0") {
        file.keep(0..8);
        rar5(file);
    } else {
        file.keep(0..7);
        rar4(file);
    }
}

fn rar4(file: &mut File<'_>) {
    let mut at = 7;
    while let (Some(kind), Some(flags), Some(size)) = (file.le(at + 2, 1), file.le(at + 3, 2), file.le(at + 5, 2)) {
        // Encrypted headers look like anything.
        if size < 7 || !(0x72..=0x7B).contains(&kind) {
            return;
        }
        let files = matches!(kind, 0x74 | 0x7A);
        let more = if flags & 0x8000 != 0 || files { file.le(at + 7, 4).unwrap_or(0) } else { 0 };
        // Comments stand behind the numbers.
        file.keep(at..at + size.min(if files { 32 } else { 13 }));
        if files {
            // The checksum of the content, and the name.
            file.put(at + 16, &[0; 4]);
            let name = at + 32 + if flags & 0x100 != 0 { 8 } else { 0 };
            let length = file.le(at + 26, 2).unwrap_or(0);
            file.keep(at + 32..name.min(at + size));
            file.path(name..(name + length).min(at + size));
        }
        if let (Some(from), Some(to)) = (file.bytes(at + 2, size - 2), file.to.get(at + 2..at + size)) {
            let right = Some(crc32fast::hash(from) as usize & 0xFFFF) == file.le(at, 2);
            let now = crc32fast::hash(to) as u16;
            file.put(at, &if right { now } else { !now }.to_le_bytes());
        }
        if kind == 0x73 && flags & 0x80 != 0 {
            return;
        }
        at = at.saturating_add(size + more);
    }
}

/// A number of RAR 5: seven bits a byte, the lowest first. With the place behind it.
fn vint(file: &File<'_>, at: usize) -> Option<(usize, usize)> {
    let mut number = 0usize;
    for i in 0..9 {
        let byte = *file.from.get(at + i)?;
        number |= usize::from(byte & 0x7F) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((number, at + i + 1));
        }
    }
    None
}

fn rar5(file: &mut File<'_>) {
    let mut at = 8;
    while let Some((size, start)) = vint(file, at + 4) {
        let Some(end) = start.checked_add(size).filter(|end| *end <= file.from.len() && size > 0) else {
            return file.keep(at..start);
        };
        let fields = || {
            let (kind, next) = vint(file, start)?;
            let (flags, next) = vint(file, next)?;
            let (extra, next) = if flags & 1 != 0 { vint(file, next)? } else { (0, next) };
            let (data, next) = if flags & 2 != 0 { vint(file, next)? } else { (0, next) };
            Some((kind, end.saturating_sub(extra), data, next))
        };
        let Some((kind, extra, data, next)) = fields() else { return file.keep(at..end.min(start + 16)) };
        file.keep(at..extra.max(next).min(end));
        rar5_extra(file, extra.max(next)..end);
        if let Some((checksum, name)) = rar5_file(file, next).filter(|_| matches!(kind, 2 | 3)) {
            if let Some(checksum) = checksum {
                file.put(checksum, &[0; 4]);
            }
            file.path(name.start..name.end.min(end));
        }
        file.put_crc32(at, at + 4..end);
        // Behind an encryption header, all is encrypted.
        at = match end.checked_add(data).filter(|next| *next < file.from.len() && kind != 4) {
            Some(next) => next,
            None => return,
        };
    }
}

/// The records behind a header: those that are numbers; of others (names, owners, comments), what they are.
fn rar5_extra(file: &mut File<'_>, area: Range<usize>) {
    const ENCRYPTION: usize = 1;
    const TIMES: usize = 3;
    let mut at = area.start;
    while at < area.end {
        let Some((size, start)) = vint(file, at) else { return };
        let Some((kind, inside)) = vint(file, start) else { return };
        let end = start.saturating_add(size).min(area.end);
        file.keep(at..if matches!(kind, ENCRYPTION | TIMES) { end } else { inside.min(end) });
        at = end.max(inside);
    }
}

/// Where the checksum of the content, if there is one, and the name of a file or service stand, whose fields begin here.
fn rar5_file(file: &File<'_>, at: usize) -> Option<(Option<usize>, Range<usize>)> {
    let (flags, at) = vint(file, at)?;
    let (_, at) = vint(file, at)?;
    let (_, at) = vint(file, at)?;
    let at = at + if flags & 2 != 0 { 4 } else { 0 };
    let checksum = (flags & 4 != 0).then_some(at);
    let at = at + if checksum.is_some() { 4 } else { 0 };
    let (_, at) = vint(file, at)?;
    let (_, at) = vint(file, at)?;
    let (length, at) = vint(file, at)?;
    Some((checksum, at..at.checked_add(length)?))
}

/// A program for Windows: its two heads.
pub(super) fn program(file: &mut File<'_>) {
    file.keep(0..64);
    if let Some(at) = file.le(0x3C, 4) {
        file.keep(at..at.saturating_add(24));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::emptied;
    use crate::scan::names::FileKind;

    #[test]
    fn zip_names_keep_their_extensions() {
        let name = b"word/secret.docx";
        let local =
            [b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\xAA\xBB\xCC\xDD\x06\0\0\0\x06\0\0\0\x10\0\0\0", &name[..], b"secret"]
                .concat();
        let mut zip = local.clone();
        zip.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\xAA\xBB\xCC\xDD\x06\0\0\0\x06\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        zip.extend(name);
        let size = (zip.len() - local.len()) as u32;
        zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        zip.extend(size.to_le_bytes());
        zip.extend((local.len() as u32).to_le_bytes());
        zip.extend(b"\0\0");
        let out = emptied(FileKind::Zip, &zip);
        assert!(!out.windows(6).any(|w| w == b"secret"));
        assert_eq!(out[30..36], out[local.len() + 46..local.len() + 52]);
        assert!(out[30..].starts_with(b"word/") && out[41..46] == *b".docx");
        assert_eq!(out[14..18], [0; 4]);
        assert_eq!(out[out.len() - 22..], zip[zip.len() - 22..]);
    }

    #[test]
    fn checksums_of_contents_go() {
        let header = |fields: &[u8]| {
            let sized = [&[fields.len() as u8][..], fields].concat();
            [&crc32fast::hash(&sized).to_le_bytes()[..], &sized].concat()
        };
        // A file and a service: flags of the header, size; flags, sizes, attributes, time, checksum, compression, system, name.
        for kind in [2, 3] {
            let fields = [&[kind, 2, 6, 6, 6, 0x20][..], b"TIME\xA1\xA2\xA3\xA4", &[0, 0, 5], b"a.txt"].concat();
            let rar = [&b"Rar!\x1A\x07\x01\0"[..], &header(&[1, 0, 0]), &header(&fields), b"secret"].concat();
            let out = emptied(FileKind::Rar, &rar);
            assert_eq!(out.len(), rar.len());
            let of_file = &out[8 + 8..out.len() - 6];
            assert!(of_file.windows(8).any(|w| w == b"TIME\0\0\0\0") && of_file.ends_with(b".txt"), "{of_file:?}");
            assert_eq!(of_file[..4], crc32fast::hash(&of_file[4..]).to_le_bytes());
        }
    }

    #[test]
    fn encrypted_headers_go() {
        let rar = [&b"Rar!\x1A\x07\0\xCE\x99s\x80\0\x0D\0\0\0\0\0\0\0"[..], &[0x9B; 100]].concat();
        let out = emptied(FileKind::Rar, &rar);
        assert!(!out.contains(&0x9B), "{out:?}");
    }

    #[test]
    fn gzip_keeps_the_shape_of_its_name() {
        let out = emptied(FileKind::Gzip, b"\x1F\x8B\x08\x08\0\0\0\0\0\x03secret.txt\0secretCRC_\x06\0\0\0");
        assert!(out.windows(5).any(|w| w == b".txt\0") && !out.windows(6).any(|w| w == b"secret"));
        assert!(out.ends_with(b"\x06\0\0\0"));
    }
}
