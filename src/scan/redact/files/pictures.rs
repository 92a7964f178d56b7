//! Pictures: sizes and markers stay, the picture goes.

use super::File;

/// PNG (ISO/IEC 15948): names and lengths of chunks, IHDR; right checksums are right again.
pub(super) fn png(file: &mut File<'_>) {
    const BEFORE: usize = 8;
    file.keep(0..8);
    let mut at = 8;
    while let Some(length) = file.be(at, 4) {
        file.keep(at..at + BEFORE);
        let data = at + BEFORE;
        let Some(end) = data.checked_add(length).filter(|end| *end <= file.from.len()) else { return };
        if file.bytes(at + 4, 4) == Some(b"IHDR") {
            file.keep(data..end);
        }
        if let Some(stored) = file.be(end, 4) {
            let right = crc32fast::hash(&file.from[at + 4..end]) as usize == stored;
            let now = crc32fast::hash(&file.to[at + 4..end]);
            file.put(end, &if right { now } else { !now }.to_be_bytes());
        } else {
            file.keep(end..file.from.len());
        }
        at = end + 4;
    }
}

/// JPEG (ITU T.81): markers, frame headers and tables; of the picture, only where its bytes are 0xFF.
pub(super) fn jpeg(file: &mut File<'_>) {
    file.keep(0..2);
    let mut at = 2;
    let mut in_picture = false;
    while at < file.from.len() {
        let marker = match file.bytes(at, 2) {
            Some([0xFF, marker]) => *marker,
            Some(_) | None if in_picture => {
                // A single one at the end stays.
                if file.from[at] == 0xFF {
                    file.keep(at..at + 1);
                }
                at += 1;
                continue;
            }
            _ => return,
        };
        file.keep(at..at + 2);
        at += 2;
        match marker {
            // Stuffing, fill bytes, restart markers; the end of the picture.
            0x00 | 0x01 | 0xD0..=0xD8 => continue,
            0xFF => {
                at -= 1;
                continue;
            }
            0xD9 => {
                in_picture = false;
                continue;
            }
            _ => {}
        }
        let Some(length) = file.be(at, 2) else { return file.keep(at..at + 1) };
        let end = at.saturating_add(length.max(2));
        let kept = match marker {
            // Names of what follows: JFIF, Exif, Adobe, ICC_PROFILE.
            0xE0 => 16,
            0xE1 => 8,
            0xE2 | 0xEE => 14,
            0xE3..=0xEF | 0xFE => 2,
            _ => length,
        };
        file.keep(at..end.min(at.saturating_add(kept)));
        in_picture |= marker == 0xDA;
        at = end;
    }
}

/// GIF: screen and picture descriptors, lengths of all blocks.
pub(super) fn gif(file: &mut File<'_>) {
    file.keep(0..13);
    let table = |flags: u8| if flags & 0x80 != 0 { 3 << ((flags & 7) + 1) } else { 0 };
    let mut at = 13 + file.from.get(10).map_or(0, |flags| table(*flags));
    loop {
        match file.from.get(at) {
            Some(0x21) => {
                file.keep(at..at + 2);
                at += 2;
            }
            Some(0x2C) => {
                file.keep(at..at + 10);
                at += 10 + file.from.get(at + 9).map_or(0, |flags| table(*flags));
                file.keep(at..at + 1);
                at += 1;
            }
            Some(0x3B) => return file.keep(at..at + 1),
            _ => return,
        }
        while let Some(&length) = file.from.get(at) {
            file.keep(at..at + 1);
            if length == 11 {
                file.keep(at + 1..at + 12);
            }
            at += 1 + usize::from(length);
            if length == 0 {
                break;
            }
        }
    }
}

/// TIFF 6.0: the directories, and the places and lengths of strips and tiles.
pub(super) fn tiff(file: &mut File<'_>) {
    const DIRECTORIES: usize = 64;
    const TYPE_SIZES: [usize; 13] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
    file.keep(0..8);
    let little = file.from.starts_with(b"II");
    let number = |file: &File<'_>, at, length| if little { file.le(at, length) } else { file.be(at, length) };
    let mut next = vec![number(file, 4, 4)];
    let mut left = DIRECTORIES;
    // Entries may all point to the same place; those that are right point to no more bytes than there are.
    let mut bytes_left = file.from.len();
    while let Some(directory) = next.pop() {
        let Some(at) = directory.filter(|at| *at > 0 && left > 0) else { continue };
        left -= 1;
        let Some(count) = number(file, at, 2) else { continue };
        file.keep(at..at + 2);
        let room = file.from.len().saturating_sub(at + 2) / 12;
        for entry in (0..count.min(room)).map(|i| at + 2 + 12 * i) {
            let (tag, kind) = (number(file, entry, 2).unwrap_or(0), number(file, entry + 2, 2).unwrap_or(0));
            let items = number(file, entry + 4, 4).unwrap_or(0);
            let size = TYPE_SIZES.get(kind).copied().unwrap_or(1).saturating_mul(items);
            // Characters, if they are few, stand in the entry itself.
            file.keep(entry..entry + if matches!(kind, 2 | 7) && size <= 4 { 8 } else { 12 });
            let value = number(file, entry + 8, 4);
            match (tag, value) {
                // Strips, tiles, and where they are.
                (273 | 279 | 324 | 325, Some(place)) if size > 4 => {
                    let size = size.min(bytes_left);
                    bytes_left -= size;
                    file.keep(place..place.saturating_add(size));
                }
                // Directories below: SubIFDs, Exif, GPS.
                (330 | 34665 | 34853, place) if size <= 4 => next.push(place),
                _ => {}
            }
        }
        let end = at + 2 + 12 * count;
        file.keep(end..end + 4);
        next.push(number(file, end, 4));
    }
}

/// BMP: both headers.
pub(super) fn bmp(file: &mut File<'_>) {
    file.keep(0..54);
}

#[cfg(test)]
mod tests {
    use super::super::tests::emptied;
    use crate::scan::names::FileKind;

    fn has(bytes: &[u8], word: &[u8]) -> bool {
        bytes.windows(word.len()).any(|w| w == word)
    }

    #[test]
    fn png_without_its_picture_is_still_one() {
        let chunk = |name: &[u8; 4], data: &[u8], wrong: u32| {
            let named = [&name[..], data].concat();
            [&(data.len() as u32).to_be_bytes()[..], &named, &(crc32fast::hash(&named) ^ wrong).to_be_bytes()].concat()
        };
        for wrong in [0, 1] {
            let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0], 0);
            let text = chunk(b"tEXt", b"Author\0secret", wrong);
            let png = [&b"\x89PNG\r\n\x1A\n"[..], &header, &text, &chunk(b"IEND", b"", 0)].concat();
            let out = emptied(FileKind::Png, &png);
            assert!(!has(&out, b"secret") && has(&out, b"tEXt"));
            let report = |bytes: &[u8]| super::super::reported(FileKind::Png, bytes);
            assert_eq!(report(&out), report(&png), "{wrong}");
        }
    }

    #[test]
    fn jpeg_keeps_its_markers() {
        let jpeg = [
            &b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"[..],
            b"\xFF\xE1\0\x0EExif\0\0secret",
            b"\xFF\xFE\0\x08secret",
            b"\xFF\xC0\0\x0B\x08\0\x01\0\x01\x01\x01\x11\0",
            b"\xFF\xDA\0\x08\x01\x01\0\0\x3F\0secret\xFF\0secret\xFF\xD9",
        ]
        .concat();
        let out = emptied(FileKind::Jpeg, &jpeg);
        assert!(!has(&out, b"secret") && has(&out, b"JFIF") && has(&out, b"Exif") && out.ends_with(b"\xFF\xD9"));
        assert!(has(&out, b"\xFF\xC0\0\x0B\x08\0\x01\0\x01\x01\x01\x11\0"));
    }

    #[test]
    fn gif_keeps_its_blocks() {
        let gif = b"GIF89a\x01\0\x01\0\0\0\0\x21\xFE\x06secret\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x06secret\0\x3B";
        let out = emptied(FileKind::Gif, gif);
        assert!(!has(&out, b"secret") && out.ends_with(b"\0\x3B"));
        assert_eq!(out.iter().filter(|b| **b == 0x2C).count(), 1);
    }
}
