//! What a file is, by its own bytes: infer where it sees, our own eyes where it is blind.

use super::header;
use super::names::FileKind;
use memchr::memmem;

/// Bytes of the beginning that are looked at.
pub(super) const HEAD: usize = 8 * 1024;
/// Acrobat and others find a file's magic within this distance from its start.
pub(super) const LATE_MAGIC: usize = 1024;

/// The kind of the file that begins with `head`, its first [`HEAD`] bytes or all it has.
pub(super) fn kind(head: &[u8]) -> FileKind {
    if head.is_empty() {
        return FileKind::Empty;
    }
    if let Some(kind) = marked(head) {
        return kind;
    }
    if is_text(head) {
        return text(head);
    }
    binary(head)
}

/// Formats whose first bytes are unmistakable, in text or not.
fn marked(head: &[u8]) -> Option<FileKind> {
    const MAGIC: &[(&[u8], FileKind)] = &[
        (b"%PDF-", FileKind::Pdf),
        (b"{\\rtf", FileKind::Rtf),
        (b"%!PS", FileKind::PostScript),
        (b"%!\n%%", FileKind::PostScript),
        (b"%!\r\n%%", FileKind::PostScript),
        (b"\xC5\xD0\xD3\xC6", FileKind::PostScript),
        (b"\x78\x9F\x3E\x22", FileKind::Tnef),
        (b"\x4C\0\0\0\x01\x14\x02\0", FileKind::Shortcut),
        // What it is made into stands in its directory, wherever that is.
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", FileKind::Ole),
        // infer knows these as well, but asks for everything else first; they are half of all attachments.
        (b"\x89PNG\r\n\x1A\n", FileKind::Png),
        (b"\xFF\xD8\xFF", FileKind::Jpeg),
        (b"GIF87a", FileKind::Gif),
        (b"GIF89a", FileKind::Gif),
        // infer asks for a longer head.
        (b"\x1A\x45\xDF\xA3", FileKind::Matroska),
        // infer does not know these.
        (b"\xD7\xCD\xC6\x9A", FileKind::Wmf),
    ];
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(*kind);
    }
    match head {
        [b'P', b'K', 3, 4, ..] => Some(zip(head)),
        // What an archive that was to be split begins with (APPNOTE 8.5.4, 8.5.5).
        [b'P', b'K', 7, 8, rest @ ..] | [b'P', b'K', b'0', b'0', rest @ ..] if rest.starts_with(b"PK\x03\x04") => {
            Some(zip(rest))
        }
        [b'P', b'K', 5, 6, ..] => Some(FileKind::Zip),
        [_, _, _, _, b'f', b't', b'y', b'p', b1, b2, b3, b4, ..] => Some(brand([*b1, *b2, *b3, *b4])),
        // RF64 is for more than 4 GiB (EBU Tech 3306).
        [b'R', b'F', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(FileKind::Wav),
        // A record of type 1, and the signature behind its two rectangles ([MS-EMF] 2.3.4.2).
        [1, 0, 0, 0, ..] if head.get(40..44) == Some(b" EMF") => Some(FileKind::Emf),
        _ => None,
    }
}

/// The major brand of an ISO base media file (ISO/IEC 14496-12 §4.3). infer knows some of them.
fn brand(brand: [u8; 4]) -> FileKind {
    match &brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"mif1" | b"mif2" | b"msf1"
        | b"avif" | b"avis" => FileKind::Heif,
        b"M4A " | b"M4B " | b"M4P " => FileKind::M4a,
        b"qt  " => FileKind::Mov,
        // Canon's raw pictures, and JPEG 2000.
        b"crx " | b"jp2 " | b"jpx " => FileKind::Image,
        _ => FileKind::Mp4,
    }
}

/// No byte that text does not have. UTF-16 with a byte order mark is text as well.
fn is_text(head: &[u8]) -> bool {
    head.starts_with(b"\xFF\xFE")
        || head.starts_with(b"\xFE\xFF")
        || head.iter().all(|b| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B | 0x08))
}

fn text(head: &[u8]) -> FileKind {
    const TAGS: &[&str] = &[
        "<html", "<head", "<body", "<script", "<table", "<div", "<p", "<meta", "<style", "<title", "<br", "<b",
        "<span", "<font", "<center", "<h1", "<iframe",
    ];
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let start = text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(text.len());
    let text = &text[start..];
    let begins = |prefix: &str| text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix.as_bytes()));
    let whole = |prefix: &str| begins(prefix) && text.get(prefix.len()).is_none_or(|b| !b.is_ascii_alphanumeric());
    if text.starts_with(b"#!") && start == 0 {
        FileKind::Script
    } else if begins("<!doctype html") {
        FileKind::Html
    } else if begins("<svg") || begins("<!doctype svg") {
        FileKind::Svg
    } else if begins("<?xml") || begins("<!--") {
        // Drawing programs begin with a comment of their own.
        let early = &text[..text.len().min(1024)];
        match () {
            () if memmem::find(early, b"<svg").is_some() && memmem::find(early, b"<html").is_none() => FileKind::Svg,
            () if begins("<!--") => FileKind::Html,
            () if memmem::find(early, b"<html").is_some() => FileKind::Html,
            () => FileKind::Xml,
        }
    } else if TAGS.iter().any(|tag| whole(tag)) {
        FileKind::Html
    } else if begins("BEGIN:VCALENDAR") {
        FileKind::Calendar
    } else if begins("BEGIN:VCARD") {
        FileKind::VCard
    } else if is_message(text) {
        FileKind::Message
    } else {
        FileKind::Text
    }
}

/// Three header lines in a row, one of them from a list that only mail has.
fn is_message(text: &[u8]) -> bool {
    let mut fields = 0;
    let mut technical = false;
    for line in text.split(|b| *b == b'\n').take(20) {
        if matches!(line.first(), Some(b' ' | b'\t')) && fields > 0 {
            continue;
        }
        let Some(name) = header::name_of(line).filter(|n| !n.is_empty()) else { break };
        technical |= header::is_technical(name);
        fields += 1;
    }
    fields >= 3 && technical
}

/// A ZIP: told apart by the names of its first entries.
fn zip(head: &[u8]) -> FileKind {
    // A local header has the name 30 bytes behind its signature (APPNOTE 4.3.7).
    let first = head.get(30..).unwrap_or_default();
    if first.starts_with(b"mimetype") {
        let body = first.get(8..).unwrap_or_default();
        const TYPES: &[(&[u8], FileKind)] = &[
            (b"application/epub+zip", FileKind::Epub),
            (b"application/vnd.oasis.opendocument.text", FileKind::Odt),
            (b"application/vnd.oasis.opendocument.spreadsheet", FileKind::Ods),
            (b"application/vnd.oasis.opendocument.presentation", FileKind::Odp),
        ];
        if let Some((_, kind)) =
            TYPES.iter().find(|(name, _)| memmem::find(&body[..body.len().min(128)], name).is_some())
        {
            return *kind;
        }
    }
    // Those of an archive inside are among them, if it is not compressed: the directory knows better.
    memmem::find_iter(head, b"PK\x03\x04").filter_map(|at| head.get(at + 30..)).fold(FileKind::Zip, zip_with)
}

/// What a ZIP is that was `known` as something, with an entry more whose name these bytes begin with.
pub(super) fn zip_with(known: FileKind, name: &[u8]) -> FileKind {
    // What stands further down is often in the others as well.
    const NAMES: &[(&[u8], FileKind)] = &[
        (b"word/document", FileKind::Docx),
        (b"xl/workbook", FileKind::Xlsx),
        (b"ppt/presentation", FileKind::Pptx),
        (b"AndroidManifest.xml", FileKind::Apk),
        (b"META-INF/MANIFEST.MF", FileKind::Jar),
    ];
    let mut better = NAMES.iter().take_while(|(_, kind)| *kind != known);
    better.find(|(begin, _)| name.starts_with(begin)).map_or(known, |(_, kind)| *kind)
}

fn binary(head: &[u8]) -> FileKind {
    let Some(found) = infer::get(head) else {
        return if mpeg_audio(head) { FileKind::Mp3 } else { FileKind::Unknown };
    };
    match found.extension() {
        // Two letters are no proof.
        "exe" | "dll" if dos_program(head) => FileKind::Pe,
        "exe" | "dll" => FileKind::Unknown,
        "bmp" if head.get(6..10) != Some(&[0; 4]) => FileKind::Unknown,
        // It has the mark of a PDF somewhere near its beginning, as a signature around one has, too: its name decides.
        "pdf" => FileKind::Unknown,
        "bc" if !head.starts_with(b"BC\xC0\xDE") => FileKind::Unknown,
        "mp3" if !head.starts_with(b"ID3") && !mpeg_audio(head) => FileKind::Unknown,
        "ico" if !matches!(head, [_, _, _, _, 1..=64, 0, ..]) => FileKind::Unknown,
        "elf" => FileKind::Elf,
        "mach" => FileKind::MachO,
        "class" => FileKind::JavaClass,
        "wasm" => FileKind::Wasm,
        // Not "obj": infer knows it by two bytes that random data has as well.
        "dex" | "dey" | "bc" | "deb" | "rpm" | "crx" => FileKind::OtherExecutable,
        // Its first four bytes, with another signature than it should have.
        "png" => FileKind::Png,
        "webp" => FileKind::Webp,
        "tif" | "cr2" => FileKind::Tiff,
        "bmp" => FileKind::Bmp,
        "psd" => FileKind::Psd,
        "ico" => FileKind::Icon,
        "mov" => FileKind::Mov,
        "avi" => FileKind::Avi,
        "mp3" => FileKind::Mp3,
        "wav" => FileKind::Wav,
        "ogg" | "opus" => FileKind::Ogg,
        "rar" => FileKind::Rar,
        "7z" => FileKind::SevenZip,
        "gz" => FileKind::Gzip,
        "tar" => FileKind::Tar,
        "bz2" => FileKind::Bzip2,
        "xz" => FileKind::Xz,
        "zst" => FileKind::Zstd,
        "cab" => FileKind::Cab,
        "sqlite" => FileKind::Sqlite,
        "der" => FileKind::Der,
        _ => match found.matcher_type() {
            infer::MatcherType::Image => FileKind::Image,
            infer::MatcherType::Audio => FileKind::Audio,
            infer::MatcherType::Video => FileKind::Video,
            infer::MatcherType::Font => FileKind::Font,
            infer::MatcherType::Archive => FileKind::Archive,
            _ => FileKind::Unknown,
        },
    }
}

/// A DOS header, and behind it the one it points to: of Windows, or of what came before.
fn dos_program(head: &[u8]) -> bool {
    let Some(&[a, b, c, d]) = head.get(0x3C..0x40) else { return false };
    let place = u32::from_le_bytes([a, b, c, d]) as usize;
    let signed = |rest: &[u8]| [b"PE", b"NE", b"LE", b"LX"].iter().any(|signature| rest.starts_with(*signature));
    // Behind what we have of it there may be one, but not far away.
    place != 0 && place <= 0xFFFF && head.get(place..).is_none_or(|rest| rest.is_empty() || signed(rest))
}

/// A frame of MPEG audio (ISO/IEC 11172-3 §2.4.1.3, layer III) where a file begins without a tag, and another where that
/// one ends. One alone would be eleven bits of a file of any kind.
fn mpeg_audio(head: &[u8]) -> bool {
    const RATES: [[usize; 14]; 2] = [
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    const SAMPLES: [usize; 3] = [44_100, 48_000, 32_000];
    let length = |at: usize| {
        let &[0xFF, second, third, _] = head.get(at..at + 4)? else { return None };
        let version = second >> 3 & 3;
        if second & 0xE0 != 0xE0 || second >> 1 & 3 != 1 || version == 1 {
            return None;
        }
        let rate = RATES[usize::from(version != 3)].get(usize::from(third >> 4).checked_sub(1)?)?;
        let samples = SAMPLES.get(usize::from(third >> 2 & 3))? >> [2, 0, 1, 0][usize::from(version)];
        let pad = usize::from(third >> 1 & 1);
        Some(if version == 3 { 144_000 } else { 72_000 } * rate / samples + pad)
    };
    length(0).is_some_and(|first| length(first).is_some())
}

/// Whether a known magic stands a few bytes behind the start, behind junk of blanks, byte order marks or control characters.
pub(super) fn late_magic(head: &[u8]) -> bool {
    let junk = |b: &u8| b.is_ascii_whitespace() || b.is_ascii_control() || matches!(b, 0xEF | 0xBB | 0xBF);
    let early = &head[..head.len().min(LATE_MAGIC)];
    if !early.first().is_some_and(junk) {
        return false;
    }
    magic_at(early).is_some_and(|at| at > 0 && early[..at].iter().all(junk))
}

/// Where the first magic stands of the formats that programs find behind junk as well.
pub(super) fn magic_at(early: &[u8]) -> Option<usize> {
    const MAGICS: [&[u8]; 4] = [b"%PDF-", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\x89PNG\r\n\x1A\n"];
    MAGICS.iter().filter_map(|magic| memmem::find(early, magic)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_their_first_bytes() {
        let pe = [&b"MZ\x90\0"[..], &[0; 56], b"\x80\0\0\0", &[0; 64], b"PE\0\0"].concat();
        let bare_mz = b"MZ\x01\x02 short";
        let chance = [&b"MZ\x90\0"[..], &[7; 8000]].concat();
        // An item of Outlook may hold what names any other kind.
        let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0\0\0";
        let emf = [&[1, 0, 0, 0][..], &[0; 36], b" EMF"].concat();
        // 128 kbit/s at 44.1 kHz: frames of 417 bytes, and one more if it is padded.
        let mp3 = [&b"\xFF\xFB\x92\0"[..], &[0; 414], b"\xFF\xFB\x90\0"].concat();
        for (head, expected) in [
            (&b""[..], FileKind::Empty),
            (b"%PDF-1.7\n", FileKind::Pdf),
            (b"plain text\r\n", FileKind::Text),
            (b"MZ is how this text begins", FileKind::Text),
            (b"BM is how this text begins", FileKind::Text),
            (b"\xEF\xBB\xBF<!DOCTYPE html><p>", FileKind::Html),
            (b"  <HTML>", FileKind::Html),
            (b"<htmlish>", FileKind::Text),
            (b"<?xml version=\"1.0\"?><a/>", FileKind::Xml),
            (b"<?xml version=\"1.0\"?><svg/>", FileKind::Svg),
            (b"BEGIN:VCALENDAR\r\n", FileKind::Calendar),
            (b"#!/bin/sh\n", FileKind::Script),
            (b"Received: x\nMessage-ID: y\nSubject: z\n\n", FileKind::Message),
            (b"Name: x\nStreet: y\nTown: z\n", FileKind::Text),
            (b"\x78\x9F\x3E\x22\0\0", FileKind::Tnef),
            (b"\x89PNG\r\n\x1A\n\0\0", FileKind::Png),
            (b"<!-- Made by a program -->\n<svg viewBox=\"0 0 1 1\"/>", FileKind::Svg),
            (b"<!-- saved from a page -->\n<html>", FileKind::Html),
            (b"<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\">", FileKind::Svg),
            (b"<br />\n<b>Warning</b>: no such file", FileKind::Html),
            (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", FileKind::Heif),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", FileKind::Heif),
            (b"\0\0\0\x18ftyp3gp5\0\0\0\0isom3gp5", FileKind::Mp4),
            (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", FileKind::M4a),
            (b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01", FileKind::Matroska),
            (b"OggS\0\x02\0\0", FileKind::Ogg),
            (b"RF64\xFF\xFF\xFF\xFFWAVE", FileKind::Wav),
            (b"\xD7\xCD\xC6\x9A\0\0", FileKind::Wmf),
            (ole, FileKind::Ole),
            (&emf, FileKind::Emf),
            (&mp3, FileKind::Mp3),
            (&mp3[..400], FileKind::Unknown),
            (b"ID3\x03\0\0\0\0\0\0", FileKind::Mp3),
            (b"BC\x01\x02 by chance", FileKind::Unknown),
            (b"BC\xC0\xDE\x35\x14\0\0", FileKind::OtherExecutable),
            (b"wOFF\0\x01\0\0", FileKind::Font),
            (b"\0\0\x01\0\x01\0\x10\x10", FileKind::Icon),
            (b"\0\0\x01\0\xB7\x31\x10\x10", FileKind::Unknown),
            (&pe, FileKind::Pe),
            (&pe[..100], FileKind::Pe),
            (&chance, FileKind::Unknown),
            (bare_mz, FileKind::Unknown),
            (b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", FileKind::Elf),
            (b"\x01\x02\x03\x04", FileKind::Unknown),
        ] {
            assert_eq!(kind(head), expected, "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn zips_by_their_names() {
        let entry = |name: &str| [b"PK\x03\x04", &[0; 26][..], name.as_bytes()].concat();
        for (name, expected) in [
            ("readme.txt", FileKind::Zip),
            ("word/document.xml", FileKind::Docx),
            ("xl/workbook.xml", FileKind::Xlsx),
            ("META-INF/MANIFEST.MF", FileKind::Jar),
            ("src/word/document.xml", FileKind::Zip),
            ("lib/META-INF/MANIFEST.MF", FileKind::Zip),
            ("mimetypeapplication/vnd.oasis.opendocument.text", FileKind::Odt),
        ] {
            assert_eq!(kind(&entry(name)), expected, "{name}");
        }
    }

    #[test]
    fn magic_behind_junk() {
        assert!(late_magic(b"\n%PDF-1.4"));
        assert!(!late_magic(b"%PDF-1.4"));
        assert!(!late_magic(b"see %PDF-1.4"));
    }
}
