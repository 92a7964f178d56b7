//! Documents and what mail programs wrap: the structure stays, text and pictures go.

use super::super::cover::{self, Beyond, With};
use super::super::vocabulary::PDF_WORDS;
use super::File;
use memchr::memmem;
use std::ops::Range;

/// PDF (ISO 32000-1): words of the format and numbers; no stream and no string.
pub(super) fn pdf(file: &mut File<'_>) {
    let mut at = 0;
    while at < file.from.len() {
        let rest = &file.from[at..];
        let stream = memmem::find_iter(rest, b"stream").find(|found| {
            matches!(rest.get(found + 6), Some(b'\r' | b'\n'))
                && (*found == 0 || !rest[found - 1].is_ascii_alphanumeric())
        });
        let start = stream.map_or(file.from.len(), |found| at + found + 6);
        outside(file, at..start);
        let end = memmem::find(&file.from[start..], b"endstream").map(|end| start + end);
        stream_content(file, start..end.unwrap_or(file.from.len()));
        match end {
            Some(end) if stream.is_some() => at = end,
            _ => return,
        }
    }
}

/// What is packed goes; what is text is covered like text, so that a file of text stays one. The line ends around it stay.
fn stream_content(file: &mut File<'_>, range: Range<usize>) {
    let content = &file.from[range.clone()];
    let is_end = |b: &&u8| matches!(**b, b'\r' | b'\n');
    let (before, after) = (content.iter().take_while(is_end).count(), content.iter().rev().take_while(is_end).count());
    if content.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) {
        let to = &mut file.to[range.clone()];
        to.copy_from_slice(&file.from[range]);
        return cover::all(to, None, file.text);
    }
    file.keep(range.start..range.start + before.min(2));
    file.keep(range.end - after.min(2)..range.end);
}

/// What stands between streams.
fn outside(file: &mut File<'_>, range: Range<usize>) {
    let piece = &mut file.to[range.clone()];
    piece.copy_from_slice(&file.from[range]);
    let mut at = 0;
    while at < piece.len() {
        let start = at;
        match piece[at] {
            b'(' => {
                let mut depth = 0;
                while at < piece.len() {
                    match piece[at] {
                        b'\\' => at += 1,
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        _ => {}
                    }
                    at += 1;
                    if depth == 0 {
                        break;
                    }
                }
                at = at.min(piece.len());
                let string = &mut piece[start..at];
                string
                    .iter_mut()
                    .filter(|b| !b.is_ascii() || (b.is_ascii_control() && **b != b'\n' && **b != b'\r'))
                    .for_each(|b| *b = 1);
                cover::all(string, None, With::Blank);
            }
            b'<' if piece.get(at + 1) != Some(&b'<') => {
                at = memchr::memchr(b'>', &piece[at..]).map_or(piece.len(), |end| at + end);
                piece[start..at].iter_mut().filter(|b| b.is_ascii_alphanumeric()).for_each(|b| *b = b'0');
            }
            b'<' => at += 2,
            _ => {
                let ends = |b: &u8| matches!(b, b'(' | b'<');
                at = piece[at..].iter().position(ends).map_or(piece.len(), |end| at + end);
                let text = &mut piece[start..at];
                Beyond::Single { controls: false }.cover(text);
                cover::words(text, With::Key(file.key), |word| {
                    PDF_WORDS.has(word) || word.iter().all(u8::is_ascii_digit)
                });
            }
        }
    }
}

/// Compound File Binary ([MS-CFB]): the header, the allocation tables and the directory; the first bytes of a Word document, which say whether
/// it is encrypted, and the frames of an Excel stream's records at its beginning.
pub(super) fn ole(file: &mut File<'_>) {
    const HEADER: usize = 512;
    const IN_HEADER: usize = 109;
    const END: usize = 0xFFFF_FFFA;
    file.keep(0..HEADER);
    let size = match file.le(30, 2) {
        Some(shift @ 7..=16) => 1usize << shift,
        _ => return,
    };
    let place = |sector: usize| sector.checked_add(1).and_then(|n| n.checked_mul(size)).filter(|_| sector < END);
    // Sectors of the allocation table: listed in the header and in further sectors.
    let mut tables: Vec<usize> = (0..IN_HEADER).filter_map(|i| file.le(76 + 4 * i, 4)).filter_map(place).collect();
    let mut next = file.le(68, 4).and_then(place);
    for _ in 0..file.from.len() / size {
        let Some(at) = next.filter(|at| *at < file.from.len()) else { break };
        tables.extend((0..size / 4 - 1).filter_map(|i| file.le(at + 4 * i, 4)).filter_map(place));
        file.keep(at..at + size);
        next = file.le(at + size - 4, 4).and_then(place);
    }
    tables.truncate(file.from.len() / size + 1);
    tables.iter().for_each(|at| file.keep(*at..at + size));
    let after = |file: &File<'_>, sector: usize| file.le(tables.get(sector / (size / 4))? + sector % (size / 4) * 4, 4);
    let mut sector = file.le(48, 4);
    for _ in 0..file.from.len() / size {
        let Some(at) = sector.and_then(place).filter(|at| *at < file.from.len()) else { break };
        (at..at + size).step_by(128).for_each(|entry| directory_entry(file, entry, place));
        sector = sector.and_then(|sector| after(file, sector));
    }
}

/// An entry of the directory: numbers, and the name if it is of the format.
fn directory_entry(file: &mut File<'_>, at: usize, place: impl Fn(usize) -> Option<usize>) {
    file.keep(at..at + 128);
    let Some(name) = file.bytes(at, 64) else { return };
    let name: Vec<u8> = name.chunks(2).map(|unit| unit[0]).take_while(|b| *b != 0).collect();
    let Some(start) = file.le(at + 116, 4).and_then(place) else { return };
    match name.as_slice() {
        // The File Information Block; encrypted, in its flags.
        b"WordDocument" => file.keep(start..start.saturating_add(32)),
        // BOF, FILEPASS...
        b"Workbook" | b"Book" => {
            let mut record = start;
            for _ in 0..16 {
                let Some(length) = file.le(record + 2, 2) else { return };
                file.keep(record..record + 4 + if file.le(record, 2) == Some(0x0809) { length.min(16) } else { 0 });
                record = record.saturating_add(4 + length);
            }
        }
        _ => {}
    }
}

/// TNEF ([MS-OXTNEF]): attributes; right checksums are right again.
pub(super) fn tnef(file: &mut File<'_>) {
    const ATTACH_TITLE: usize = 0x8010;
    file.keep(0..6);
    let mut at = 6;
    while let (Some(id), Some(length)) = (file.le(at + 1, 2), file.le(at + 5, 4)) {
        file.keep(at..at + 9);
        let data = at + 9;
        let Some(end) = data.checked_add(length).filter(|end| *end <= file.from.len()) else { return };
        match id {
            ATTACH_TITLE => {
                // A NUL ends it.
                let name = file.from[data..end].iter().rposition(|b| *b != 0).map_or(data, |at| data + at + 1);
                file.path(data..name);
                file.keep(name..end);
            }
            // Version, code page, class, rendering: numbers and names of the format.
            0x9006 | 0x9007 | 0x8008 | 0x9002 => file.keep(data..end),
            _ => {}
        }
        let sum = |bytes: &[u8]| bytes.iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b)));
        if let Some(stored) = file.le(end, 2) {
            let right = usize::from(sum(&file.from[data..end])) == stored;
            let now = sum(&file.to[data..end]);
            file.put(end, &if right { now } else { !now }.to_le_bytes());
        } else {
            file.keep(end..file.from.len());
        }
        at = end + 2;
    }
    file.keep(at..file.from.len());
}

/// A long sequence that begins with what it is: what the scanner does not know by a mark of its own.
pub(super) fn is_ber(bytes: &[u8]) -> bool {
    let length = match bytes {
        [0x30, first @ 0x80..=0x84, ..] => usize::from(first & 0x7F),
        _ => return false,
    };
    bytes.get(2 + length) == Some(&0x06)
}

/// DER and BER (X.690), of signatures and encrypted mail: tags, lengths and object identifiers.
pub(super) fn der(file: &mut File<'_>) {
    const DEPTH: usize = 24;
    values(file, 0..file.from.len(), DEPTH);
}

fn values(file: &mut File<'_>, range: Range<usize>, depth: usize) {
    let mut at = range.start;
    while at + 2 <= range.end {
        let (tag, first) = (file.from[at], file.from[at + 1]);
        let long = if first & 0x80 == 0 { 0 } else { usize::from(first & 0x7F) };
        let start = at + 2 + long;
        // Of an indefinite length (`long` is 0), what is inside follows.
        let length = match (first, long) {
            (0x80, _) => 0,
            (_, 0) => usize::from(first),
            (_, 1..=4) => file.be(at + 2, long).unwrap_or(0),
            _ => return,
        };
        file.keep(at..start.min(range.end));
        let end = start.saturating_add(length).min(range.end);
        let constructed = tag & 0x20 != 0;
        if constructed && depth > 0 && first != 0x80 {
            values(file, start.min(end)..end, depth - 1);
        } else if matches!(tag, 0x06 | 0x01 | 0x05) || (tag == 0x02 && length <= 2) {
            file.keep(start..end);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::emptied;
    use crate::scan::names::FileKind;

    #[test]
    fn pdf_keeps_what_it_is_built_of() {
        let pdf = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Title (A \\) secret) /Secret <736563726574> /Length 6 >>\nstream\nsecret\nendstream\n\
            endobj\nxref\n0 1\ntrailer << /Encrypt 2 0 R >>\nstartxref\n9\n%%EOF\n";
        let out = String::from_utf8(emptied(FileKind::Pdf, pdf)).unwrap();
        assert!(!out.to_lowercase().contains("secret") && !out.contains("7365"), "{out}");
        for kept in [
            "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /",
            " (X \\) xxxxxx) /",
            "\nendstream\nendobj\nxref\n0 1\ntrailer << /Encrypt 2 0 R >>\nstartxref\n9\n%%EOF\n",
        ] {
            assert!(out.contains(kept), "{out}");
        }
    }

    #[test]
    fn tnef_keeps_its_attributes() {
        let attribute = |id: u32, data: &[u8]| {
            let sum = data.iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b)));
            [&b"\x02"[..], &id.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data, &sum.to_le_bytes()].concat()
        };
        let tnef = [
            &b"\x78\x9F\x3E\x22\x01\0"[..],
            &attribute(0x0001_8010, b"secret.pdf\0"),
            &attribute(0x0006_800F, b"secret"),
        ]
        .concat();
        let out = emptied(FileKind::Tnef, &tnef);
        assert!(!out.windows(6).any(|w| w == b"secret") && out.windows(5).any(|w| w == b".pdf\0"));
        let sum = out[15..26].iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b)));
        assert_eq!(out[26..28], sum.to_le_bytes());
    }

    #[test]
    fn signatures_keep_what_kind_they_are() {
        let der = b"\x30\x15\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02\x13\x08Secret X\x05\0";
        let out = emptied(FileKind::Der, der);
        assert_eq!(out[..15], der[..15]);
        assert!(!out.windows(6).any(|w| w == b"Secret"));
    }
}
