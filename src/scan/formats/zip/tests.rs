use super::super::tests::{assert_damage, inspect};
use super::*;
use crate::scan::sniff;
use crate::scan::tail::TAIL;

/// One entry to be written.
#[derive(Clone)]
struct File {
    name: Vec<u8>,
    data: Vec<u8>,
    flags: u16,
    method: u16,
    unpacked: u32,
    /// The sizes come behind the data.
    streamed: bool,
}

fn file(name: &str, data: &[u8]) -> File {
    File { name: name.into(), data: data.into(), flags: 0, method: 0, unpacked: data.len() as u32, streamed: false }
}

/// The fields that both records have, up to the lengths.
fn record(file: &File, local: bool) -> Vec<u8> {
    let size = if local && file.streamed { 0 } else { file.data.len() as u32 };
    let flags = file.flags | u16::from(file.streamed) << 3;
    let mut out = vec![20, 0];
    out.extend(flags.to_le_bytes());
    out.extend(file.method.to_le_bytes());
    out.extend([0; 8]);
    out.extend(size.to_le_bytes());
    out.extend(file.unpacked.to_le_bytes());
    out.extend((file.name.len() as u16).to_le_bytes());
    out.extend([0, 0]);
    out
}

/// The entries, their directory, and where that begins.
fn parts(files: &[File]) -> (Vec<u8>, Vec<u8>) {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let offset = body.len() as u32;
        body.extend(b"PK\x03\x04");
        body.extend(record(file, true));
        body.extend(&file.name);
        body.extend(&file.data);
        if file.streamed {
            body.extend(b"PK\x07\x08\0\0\0\0");
            body.extend((file.data.len() as u32).to_le_bytes());
            body.extend(file.unpacked.to_le_bytes());
        }
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(record(file, false));
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(&file.name);
    }
    (body, directory)
}

fn end(entries: usize, size: usize, offset: usize, comment: &str) -> Vec<u8> {
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend((entries as u16).to_le_bytes());
    end.extend((entries as u16).to_le_bytes());
    end.extend((size as u32).to_le_bytes());
    end.extend((offset as u32).to_le_bytes());
    end.extend((comment.len() as u16).to_le_bytes());
    end.extend(comment.as_bytes());
    end
}

fn zip(files: &[File]) -> Vec<u8> {
    let (body, directory) = parts(files);
    [&body[..], &directory, &end(files.len(), directory.len(), body.len(), "")].concat()
}

fn report(zip: &[u8]) -> Report {
    inspect(FileKind::Zip, zip, 1000)
}

fn two() -> [File; 2] {
    [file("a.txt", b"some text"), file("dir/b.txt", b"more text")]
}

#[test]
fn a_whole_one_and_each_cut() {
    let (body, directory) = parts(&two());
    let whole = [&body[..], &directory, &end(2, directory.len(), body.len(), "hello")].concat();
    assert_damage(FileKind::Zip, &whole, DamageFlags::empty(), "whole");
    for cut in 4..whole.len() {
        let damage = report(&whole[..cut]).damage - DamageFlags::PARTLY_SEEN;
        assert_eq!(damage, DamageFlags::TRUNCATED, "{cut}");
    }
    // The beginning is missing: the directory would have to lie before the file.
    assert_eq!(report(&whole[body.len()..]).damage - DamageFlags::PARTLY_SEEN, DamageFlags::TRUNCATED);
    assert_damage(FileKind::Zip, &zip(&[]), DamageFlags::empty(), "empty");
    assert_damage(FileKind::Zip, &[b"MZ stub", &whole[..]].concat(), DamageFlags::empty(), "behind other data");
    assert_damage(FileKind::Zip, &[&whole[..], &[b'x'; 60_000]].concat(), DamageFlags::empty(), "before other data");
}

#[test]
fn the_end_of_an_archive_inside_is_no_end() {
    let inner = zip(&two());
    let (body, directory) = parts(&[file("inner.zip", &inner), file("z.txt", b"and more")]);
    let whole = [&body[..], &directory, &end(2, directory.len(), body.len(), "")].concat();
    assert_damage(FileKind::Zip, &whole, DamageFlags::empty(), "whole");
    for cut in 4..whole.len() {
        let damage = report(&whole[..cut]).damage - DamageFlags::PARTLY_SEEN;
        assert_eq!(damage, DamageFlags::TRUNCATED, "{cut}");
    }
}

#[test]
fn what_does_not_fit_together() {
    let (body, directory) = parts(&two());
    let whole = |entries, size: usize, offset| [&body[..], &directory, &end(entries, size, offset, "")].concat();
    let (size, offset) = (directory.len(), body.len());
    for (what, zip, expected) in [
        ("right", whole(2, size, offset), DamageFlags::empty()),
        ("one too many", whole(3, size, offset), DamageFlags::CORRUPT),
        ("one too few", whole(1, size, offset), DamageFlags::CORRUPT),
        ("entries without a directory", whole(2, 0, offset + size), DamageFlags::CORRUPT),
        ("a directory that begins nowhere", whole(2, size - 1, 1), DamageFlags::CORRUPT),
        ("only the offset is right", whole(2, size - 9, offset), DamageFlags::CORRUPT),
        ("points behind itself", whole(2, size + 9, offset), DamageFlags::TRUNCATED),
    ] {
        assert_eq!(report(&zip).damage - DamageFlags::PARTLY_SEEN, expected, "{what}");
    }
    let mut changed = whole(2, size, offset);
    changed[offset + 46 + 5] ^= 1;
    assert_eq!(report(&changed).damage, DamageFlags::CORRUPT, "the second entry of the directory");
}

#[test]
fn zip64() {
    let (body, directory) = parts(&two());
    let mut wide = b"PK\x06\x06\x2C\0\0\0\0\0\0\0\x2D\0\x2D\0\0\0\0\0\0\0\0\0".to_vec();
    for number in [2, 2, directory.len(), body.len()] {
        wide.extend((number as u64).to_le_bytes());
    }
    let mut locator = b"PK\x06\x07\0\0\0\0".to_vec();
    locator.extend(((body.len() + directory.len()) as u64).to_le_bytes());
    locator.extend([1, 0, 0, 0]);
    let end = end(0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, "");
    let whole = [&body[..], &directory, &wide, &locator, &end].concat();
    assert_damage(FileKind::Zip, &whole, DamageFlags::empty(), "whole");
    let lost = [&body[..], &directory, &locator, &end].concat();
    assert_eq!(report(&lost).damage & DamageFlags::CORRUPT, DamageFlags::CORRUPT, "without the record");
    assert_eq!(report(&whole).encryption, Encryption::No);
}

#[test]
fn encryption_is_asked_of_every_entry() {
    let locked = |mut file: File| {
        file.flags |= 1;
        file
    };
    let [a, b] = two();
    let folder = file("dir/", b"");
    for (files, expected) in [
        (vec![a.clone(), b.clone()], Encryption::No),
        (vec![folder.clone(), a.clone(), locked(b.clone())], Encryption::Some),
        (vec![folder, locked(a.clone()), locked(b.clone())], Encryption::All),
        (vec![File { method: 99, ..a.clone() }], Encryption::All),
    ] {
        assert_eq!(report(&zip(&files)).encryption, expected);
    }
    let cut = |files: &[File]| report(&parts(files).0).encryption;
    assert_eq!(cut(&[locked(a.clone()), b.clone()]), Encryption::Some, "by the local headers");
    assert_eq!(cut(&[a, b]), Encryption::Unknown);
}

#[test]
fn what_is_inside() {
    for (entry, expected) in [
        (file("a.txt", b"x"), HoldsFlags::empty()),
        (file("setup.exe", b"x"), HoldsFlags::EXECUTABLE),
        (file("inner.7z", b"x"), HoldsFlags::ARCHIVE),
        (file("../a.txt", b"x"), HoldsFlags::TRAVERSAL),
        (File { method: 14, ..file("a.txt", b"x") }, HoldsFlags::UNUSUAL_METHOD),
        (File { name: b"B\x81cher.txt".to_vec(), ..file("", b"x") }, HoldsFlags::NAMES_NOT_UTF8),
        (File { flags: 1 << 11, ..file("Bücher.txt", b"x") }, HoldsFlags::empty()),
        (File { unpacked: 2 << 30, method: 8, ..file("a.txt", b"x") }, HoldsFlags::ABSURD_SIZE),
        (file("word/vbaProject.bin", b"x"), HoldsFlags::MACROS),
        (file("[Content_Types].xml", b"x"), HoldsFlags::CONTENT_TYPES),
        (file("mimetype", b"application/epub+zip"), HoldsFlags::MIMETYPE),
        (File { method: 8, ..file("mimetype", b"application/epub+zip") }, HoldsFlags::empty()),
    ] {
        let files = [entry, file("z.txt", b"x")];
        assert_eq!(report(&zip(&files)).holds, expected, "{}", String::from_utf8_lossy(&files[0].name));
        // The names are in the local headers as well.
        assert_eq!(report(&parts(&files).0).holds, expected);
    }
}

#[test]
fn overlapping_entries() {
    let (body, directory) = parts(&two());
    let second = 46 + 5;
    let at = |offset: u32| {
        let mut directory = directory.clone();
        directory[second + 42..second + 46].copy_from_slice(&offset.to_le_bytes());
        let end = end(2, directory.len(), body.len(), "");
        report(&[&body[..], &directory, &end].concat()).holds
    };
    let length = 30 + 5 + 9;
    assert_eq!(at(length), HoldsFlags::empty());
    assert_eq!(at(length - 1), HoldsFlags::OVERLAPPING);
    assert_eq!(at(0), HoldsFlags::OVERLAPPING);
    // A bomb: many entries, each over most of the file.
    let big = File { data: vec![b'x'; 1000], ..file("a", b"") };
    let (body, entry) = parts(&[big]);
    let directory: Vec<u8> = (0..3u32)
        .rev()
        .flat_map(|i| {
            let mut entry = entry.clone();
            entry[42..46].copy_from_slice(&(i * 5).to_le_bytes());
            entry
        })
        .collect();
    let zip = [&body[..], &directory, &end(3, directory.len(), body.len(), "")].concat();
    assert_eq!(report(&zip).holds, HoldsFlags::OVERLAPPING);
}

#[test]
fn a_directory_larger_than_what_is_kept() {
    let many = |streamed| -> Vec<File> {
        let name = |i| format!("a folder with a longish name/file {i}.txt");
        (0..1500).map(|i| File { streamed, ..file(&name(i), b"text") }).collect()
    };
    let whole = zip(&many(false));
    assert!(parts(&many(false)).1.len() > TAIL);
    assert_damage(FileKind::Zip, &whole, DamageFlags::empty(), "walked through");
    assert_eq!(report(&whole).encryption, Encryption::No);
    let streamed = zip(&many(true));
    assert_damage(FileKind::Zip, &streamed, DamageFlags::PARTLY_SEEN, "sizes behind the data");
    assert_eq!(report(&streamed).encryption, Encryption::Unknown);
    let few = zip(&two().map(|file| File { streamed: true, ..file }));
    assert_damage(FileKind::Zip, &few, DamageFlags::empty(), "sizes behind the data, but a small directory");
    let mut more = many(false);
    more.extend((0..9000).map(|i| file(&i.to_string(), b"")));
    assert_eq!(report(&zip(&more)).holds, HoldsFlags::MANY);
}

#[test]
fn split_archives() {
    let mut last = zip(&two());
    let at = last.len() - 22;
    last[at + 4..at + 8].copy_from_slice(&[2, 0, 1, 0]);
    assert_eq!(report(&last).damage & DamageFlags::VOLUME, DamageFlags::VOLUME);
    // The directory lists the entries of all pieces, most of which lie before this one.
    let (body, directory) = parts(&two());
    let mut short = [&body[body.len() - 10..], &directory, &end(2, directory.len(), 10, "")].concat();
    let at = short.len() - 22;
    short[at + 4..at + 8].copy_from_slice(&[1, 0, 1, 0]);
    assert_eq!(report(&short).damage & DamageFlags::VOLUME, DamageFlags::VOLUME);
    assert_eq!(report(&short).holds, HoldsFlags::empty());
    let first = [b"PK\x07\x08", &parts(&two()).0[..]].concat();
    assert_eq!(report(&first).damage - DamageFlags::PARTLY_SEEN, DamageFlags::VOLUME);
    let single = [b"PK00", &zip(&two())[..]].concat();
    assert_damage(FileKind::Zip, &single, DamageFlags::empty(), "was to be split, but is in one piece");
}

#[test]
fn what_is_no_zip_but_its_name() {
    for text in [&b"PK;Name;Town\r\n1;Ann;Field\r\n"[..], b"PK\r\n1\r\n", b"PK00;Name\n", b"PK"] {
        assert_eq!(report(text), Report::default(), "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn kinds_by_the_entries_of_the_archive_itself() {
    let docx = || file("word/document.xml", b"<w/>");
    let plain = || file("a.txt", b"some text");
    let program = zip(&[file("META-INF/MANIFEST.MF", b"Main-Class: A"), file("AndroidManifest.xml", b"x")]);
    for (files, expected) in [
        (vec![plain()], FileKind::Zip),
        (vec![plain(), docx()], FileKind::Docx),
        (vec![file("META-INF/MANIFEST.MF", b"x"), file("AndroidManifest.xml", b"x")], FileKind::Apk),
        (vec![file("AndroidManifest.xml", b"x"), file("META-INF/MANIFEST.MF", b"x")], FileKind::Apk),
        // What an archive inside is made of is not what this one is.
        (vec![file("a.docx", &zip(&[docx()])), plain()], FileKind::Zip),
        (vec![plain(), file("a.apk", &program)], FileKind::Zip),
    ] {
        let whole = zip(&files);
        for step in [1, 7, whole.len()] {
            let kind = sniff::kind(&whole[..whole.len().min(sniff::HEAD)]);
            assert_eq!(inspect(kind, &whole, step).kind, Some(expected), "{}", String::from_utf8_lossy(&files[0].name));
        }
        assert_eq!(report(&parts(&files).0).kind, Some(expected), "cut before its directory");
    }
}

#[test]
fn odf_without_unpacking() {
    let mimetype = file("mimetype", b"application/vnd.oasis.opendocument.text");
    let deflated = File { method: 8, ..file("content.xml", b"compressed") };
    for (content, expected) in [
        (deflated.clone(), Encryption::No),
        (file("content.xml", b"<?xml version"), Encryption::No),
        (file("content.xml", b"\x9A\x11\xC3\x07\xF2\x88"), Encryption::All),
        (file("encrypted-package", b"\x9A\x11\xC3\x07\xF2\x88"), Encryption::All),
        (File { streamed: true, ..file("content.xml", b"<?xml version") }, Encryption::Unknown),
    ] {
        let whole = zip(&[mimetype.clone(), content]);
        for step in [1, 7, whole.len()] {
            assert_eq!(inspect(FileKind::Odt, &whole, step).encryption, expected);
        }
    }
    assert_eq!(report(&zip(&[file("content.xml", b"\x9A\x11\xC3\x07\xF2\x88")])).encryption, Encryption::No, "no ODF");
}
