//! Files that were treated as text on their way: line ends changed, turned into UTF-8, encoded twice. Their beginning
//! shows it.

use super::facts::DamageFlags;
use super::names::{Family, FileKind};
use memchr::memmem;

/// Bytes that are looked at for changed characters.
const EARLY: usize = 4096;
/// Changed characters from which on it is no chance.
const MANY: usize = 8;
/// U+FFFD in UTF-8: what programs put where a byte is no UTF-8.
const REPLACEMENT: &[u8] = b"\xEF\xBF\xBD";
/// Less than this of base64 is no file.
const SHORTEST: usize = 64;

/// What was done to the file that begins with `head`.
pub(super) fn damage(head: &[u8], kind: FileKind) -> DamageFlags {
    let mut damage = DamageFlags::empty();
    damage.set(DamageFlags::NEWLINES, png_line_ends(head) || line_ends(head, kind));
    damage.set(DamageFlags::UTF8, utf8(head));
    damage.set(DamageFlags::DOUBLE_ENCODED, kind == FileKind::Text && base64(head));
    damage
}

/// The signature of PNG was made to show it (ISO/IEC 15948 §5.2): a line end of each kind stands in it.
fn png_line_ends(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(b"\x89PNG") else { return false };
    let ends = |bytes: &[u8]| bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let (before, rest) = rest.split_at(ends(rest));
    let Some(rest) = rest.strip_prefix(b"\x1A") else { return false };
    let (after, rest) = rest.split_at(ends(rest));
    // The length of the first chunk, whose last byte is a CR as well, and its name.
    let begins = memmem::find(&rest[..rest.len().min(12)], b"IHDR").is_some();
    begins && (before, after) != (b"\r\n", b"\n")
}

/// Formats in which any byte comes as often as any other.
fn is_dense(kind: FileKind) -> bool {
    matches!(
        kind.family(),
        Family::Zip
            | Family::Pdf
            | Family::Jpeg
            | Family::Gif
            | Family::Webp
            | Family::Rar
            | Family::SevenZip
            | Family::Gzip
            | Family::OtherArchive
    )
}

/// Each LF has a CR before it, or all CR are gone. Of four thousand bytes without order, one in ten million times.
fn line_ends(head: &[u8], kind: FileKind) -> bool {
    if !is_dense(kind) {
        return false;
    }
    // Half of such bytes are above 0x7F, and one in nine is a control that text does not have. What is not so dense may
    // be text at its beginning, in whatever script, with one kind of line ends.
    let (mut high, mut controls) = (0, 0);
    for b in head {
        high += usize::from(!b.is_ascii());
        controls += usize::from(*b < b' ' && !matches!(b, 0 | b'\t' | b'\n' | b'\r'));
    }
    if high < EARLY / 2 || controls < EARLY / 10 {
        return false;
    }
    let lf = memchr::memchr_iter(b'\n', head).count();
    let crlf = memmem::find_iter(head, b"\r\n").count();
    if crlf > 0 { crlf == lf && crlf >= MANY } else { lf >= 2 * MANY && memchr::memchr(b'\r', head).is_none() }
}

/// A binary file's mark, and behind it what programs make of bytes when they take them for text.
fn utf8(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let early = &head[..head.len().min(EARLY)];
    replaced(early) || read_as_latin1(early)
}

/// Marks of ASCII characters, which stay what they are.
fn is_marked(early: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[b"%PDF-", b"PK\x03\x04", b"GIF87a", b"GIF89a", b"Rar!\x1A\x07", b"RIFF"];
    MARKS.iter().any(|mark| early.starts_with(mark)) || early.get(4..8) == Some(b"ftyp")
}

/// Each byte that is no UTF-8 became U+FFFD.
fn replaced(early: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[
        b"\xEF\xBF\xBDPNG",
        b"\x1F\xEF\xBF\xBD\x08",
        b"7z\xEF\xBF\xBD\xEF\xBF\xBD\x27\x1C",
        // Three of the bytes of this one are UTF-8.
        b"\xEF\xBF\xBD\xEF\xBF\xBD\x11\xE0\xA1\xB1\x1A\xEF\xBF\xBD",
    ];
    // FF D8 FF, and a fourth.
    let jpeg = || {
        early.starts_with(&REPLACEMENT.repeat(4))
            && [&b"JFIF"[..], b"Exif", b"Adobe"]
                .iter()
                .any(|name| memmem::find(&early[..early.len().min(32)], name).is_some())
    };
    (is_marked(early) || MARKS.iter().any(|mark| early.starts_with(mark)) || jpeg())
        && memmem::find_iter(early, REPLACEMENT).count() > MANY
}

/// Each byte became the character that has its number in Latin-1 or Windows-1252.
fn read_as_latin1(early: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[
        b"\xC2\x89PNG",
        b"\xE2\x80\xB0PNG",
        b"\xC3\xBF\xC3\x98\xC3\xBF",
        b"\xC3\x90\xC3\x8F\x11\xC3\xA0\xC2\xA1\xC2\xB1\x1A\xC3\xA1",
        b"7z\xC2\xBC\xC2\xAF\x27\x1C",
    ];
    // No text begins like these. A PDF begins with ASCII and may have text of its own; but no text has so many control
    // characters of the upper half.
    let mark = MARKS.iter().any(|mark| early.starts_with(mark));
    if !mark && !is_marked(early) {
        return false;
    }
    let text = match std::str::from_utf8(early) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&early[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let counted = |c: &char| if mark { !c.is_ascii() } else { ('\u{80}'..'\u{A0}').contains(c) };
    text.chars().filter(counted).count() > MANY && (mark || text.chars().all(|c| c <= '\u{FF}'))
}

/// Base64 and nothing else, of a file with a known mark.
fn base64(head: &[u8]) -> bool {
    const MARKS: &[&[u8]] = &[b"JVBERi0", b"UEsDB", b"/9j/", b"iVBORw0KGgo", b"R0lGOD", b"0M8R4KGx", b"UmFyIRoH"];
    let text = head.trim_ascii_start();
    text.len() >= SHORTEST
        && MARKS.iter().any(|mark| text.starts_with(mark))
        && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::sniff;

    const NONE: DamageFlags = DamageFlags::empty();

    /// Bytes without order.
    fn dense(size: u64) -> Vec<u8> {
        (1..=size).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u8).collect()
    }

    fn begun(mark: &[u8]) -> Vec<u8> {
        [mark, &dense(8192 - mark.len() as u64)].concat()
    }

    fn lf_to_crlf(file: &[u8]) -> Vec<u8> {
        file.iter().flat_map(|b| if *b == b'\n' { vec![b'\r', b'\n'] } else { vec![*b] }).collect()
    }

    fn universal(file: &[u8]) -> Vec<u8> {
        let mut file: Vec<u8> = file.to_vec();
        while let Some(at) = memmem::find(&file, b"\r\n") {
            file.remove(at);
        }
        file.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect()
    }

    fn latin1(file: &[u8]) -> Vec<u8> {
        file.iter().map(|b| char::from(*b)).collect::<String>().into_bytes()
    }

    fn lossy(file: &[u8]) -> Vec<u8> {
        String::from_utf8_lossy(file).into_owned().into_bytes()
    }

    fn found(file: &[u8]) -> DamageFlags {
        let head = &file[..file.len().min(sniff::HEAD)];
        damage(head, sniff::kind(head))
    }

    const MARKS: &[&[u8]] = &[
        b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n",
        b"PK\x03\x04\x14\0\0\0\x08\0",
        b"GIF89a\x01\0\x01\0",
        b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR",
        b"\xFF\xD8\xFF\xE0\0\x10JFIF\0",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"\0\0\0\x18ftypisom\0\0",
    ];

    #[test]
    fn whole_files_have_nothing() {
        for mark in MARKS {
            assert_eq!(found(&begun(mark)), NONE, "{:?}", String::from_utf8_lossy(mark));
        }
        assert_eq!(found(b""), NONE);
    }

    #[test]
    fn changed_line_ends() {
        for mark in &MARKS[..5] {
            for changed in [lf_to_crlf(&begun(mark)), universal(&begun(mark))] {
                assert_eq!(found(&changed), DamageFlags::NEWLINES, "{:?}", String::from_utf8_lossy(mark));
            }
        }
        for (signature, expected) in [
            (&b"\r\n\x1A\n\0\0\0\r"[..], NONE),
            (b"\n\x1A\n\0\0\0\n", DamageFlags::NEWLINES),
            (b"\n\x1A\n\0\0\0\r", DamageFlags::NEWLINES),
            (b"\r\r\n\x1A\r\n\0\0\0\r", DamageFlags::NEWLINES),
            (b"\r\n\x1A\r\n\0\0\0\r", DamageFlags::NEWLINES),
            (b"\r\x1A\r\0\0\0\r", DamageFlags::NEWLINES),
            (b"\x1A\0\0\0", DamageFlags::NEWLINES),
        ] {
            assert_eq!(found(&[b"\x89PNG", signature, b"IHDR\0\0\0\x01"].concat()), expected, "{signature:?}");
        }
        assert_eq!(found(b"\x89PNG\n\x1A\nno picture at all"), NONE);
    }

    #[test]
    fn text_at_the_beginning_says_nothing_of_line_ends() {
        for end in ["\n", "\r\n"] {
            let text = format!("%PDF-1.7{end}{}", format!("1 0 obj << /Type /Page >> endobj{end}").repeat(100));
            for size in [1000, 3000] {
                assert_eq!(found(&[text.as_bytes(), &dense(size)].concat()), NONE, "{end:?} {size}");
            }
        }
        // Formats in which some bytes are far more frequent than others are not judged.
        let flat = [&b"BM\0\0\0\0\0\0\0\0"[..], &[0xFF; 4000], &[b'\n'; 4000]].concat();
        assert_eq!(found(&flat), NONE);
        // Too short to be sure.
        assert_eq!(found(&lf_to_crlf(&begun(MARKS[1])[..2000])), NONE);
    }

    #[test]
    fn turned_into_utf8() {
        for mark in MARKS {
            assert_eq!(found(&lossy(&begun(mark))), DamageFlags::UTF8, "{:?}", String::from_utf8_lossy(mark));
        }
        for mark in MARKS {
            assert_eq!(found(&latin1(&begun(mark))), DamageFlags::UTF8, "{:?}", String::from_utf8_lossy(mark));
        }
    }

    #[test]
    fn read_as_windows_1252() {
        let typographic = "‰PNG\r\n\u{1A}\n\0\0\0\rIHDR€‚ƒ„…†‡ˆ‰Š‹Œ";
        assert_eq!(found(typographic.as_bytes()), DamageFlags::UTF8);
    }

    #[test]
    fn texts_in_utf8_are_no_damage() {
        let replaced = "\u{FFFD}".repeat(100);
        for text in [
            // A text whose own characters were lost is not a file.
            replaced.clone(),
            format!("Stra\u{FFFD}e {replaced}"),
            format!("%PDF-1.4\n%äüöß\n{}", "(Grüße, Straße, Ärger) Tj\n".repeat(200)),
            format!("%PDF-1.4\n%äüöß\n{}", "(Привет) Tj\n".repeat(200)),
            "PK\u{3}\u{4} and a \u{FFFD}".to_owned(),
        ] {
            assert_eq!(found(text.as_bytes()), NONE, "{text:.20}");
        }
    }

    #[test]
    fn encoded_twice() {
        let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\r\n".repeat(3);
        for (text, expected) in [
            (format!("JVBERi0xLjQK{line}"), DamageFlags::DOUBLE_ENCODED),
            (format!("\r\niVBORw0KGgo{line}"), DamageFlags::DOUBLE_ENCODED),
            (format!("/9j/4AAQSkZJRg{line}"), DamageFlags::DOUBLE_ENCODED),
            (line.clone(), NONE),
            (format!("JVBERi0 is how it begins. {line}"), NONE),
            ("/9j/".to_owned(), NONE),
        ] {
            assert_eq!(found(text.as_bytes()), expected, "{text:.20}");
        }
    }
}
