//! A redacted copy gives the findings of the original, and no word of it.

use crate::canary;
use mailgauge::Settings;
use mailgauge::catalogue::{self, Thresholds};
use mailgauge::cli::redact::redacted;
use mailgauge::scan::{EnvelopeFacts, Limits, Scanner};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Found = BTreeSet<(&'static str, Option<u16>)>;

fn findings(mail: &[u8]) -> Found {
    let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
    scanner.body(mail);
    catalogue::diagnose(&scanner.finish(), &Thresholds::default()).iter().map(|f| (f.entry.id, f.part)).collect()
}

fn files_below(dir: &Path, into: &mut Vec<PathBuf>) {
    for path in fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()) {
        if path.is_dir() {
            files_below(&path, into);
        } else {
            into.push(path);
        }
    }
}

fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), &mut found);
    found.sort();
    found
}

/// Fixtures of which there is no copy, and why.
const REFUSED: &[(&str, &str)] = &[
    ("ambig-entity-on-delimiter-line", "a field behind a boundary is covered as the text that it is to us"),
    ("ambig-line-break", "a field behind a single CR is covered as the text that it is to us"),
];

#[test]
fn each_fixture_has_a_copy_with_its_findings() {
    let mut refused = Vec::new();
    for path in fixtures() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let mail = fs::read(&path).unwrap();
        match redacted(&mail, &Settings::default()) {
            Ok(copy) => {
                assert_eq!(copy.len(), mail.len(), "{name}");
                assert_eq!(findings(&copy), findings(&mail), "{name}");
                // What is redacted once more is still the same.
                // By chance a copy may be one of which there is no further copy; then another one is not.
                let copies =
                    std::iter::once(copy).chain((0..3).filter_map(|_| redacted(&mail, &Settings::default()).ok()));
                let again = copies.into_iter().find_map(|copy| redacted(&copy, &Settings::default()).ok());
                let again = again.unwrap_or_else(|| panic!("{name}, once more: refused"));
                assert_eq!(findings(&again), findings(&mail), "{name}, once more");
            }
            Err(why) => refused.push((name, why.to_string())),
        }
    }
    let unknown: Vec<_> = refused.iter().filter(|(name, _)| REFUSED.iter().all(|(known, _)| known != name)).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    assert_eq!(refused.len(), REFUSED.len(), "some that are said to be refused are not");
}

#[test]
fn with_crlf_as_well() {
    for path in fixtures() {
        let mail = fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let crlf: Vec<u8> = mail.split_inclusive(|b| *b == b'\n').fold(Vec::new(), |mut out, line| {
            out.extend(line.strip_suffix(b"\n").unwrap_or(line));
            out.extend(if line.ends_with(b"\n") && !line.ends_with(b"\r\n") { &b"\r\n"[..] } else { b"\n" });
            out
        });
        let refused = REFUSED.iter().any(|(known, _)| *known == name);
        match redacted(&crlf, &Settings::default()) {
            Ok(copy) => assert_eq!(findings(&copy), findings(&crlf), "{name}"),
            Err(why) => assert!(refused, "{name}: {why}"),
        }
    }
}

#[test]
fn planted_words_are_gone() {
    let mail = mailgauge::cli::selftest::planted("zqrecipientlocal@example.org");
    let copy = redacted(&mail, &Settings::default()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(findings(&copy), findings(&mail));
    canary::assert_clean("the copy", &copy);
    // Base64 and quoted-printable hide words from a search.
    for (_, text) in decoded(&copy) {
        canary::assert_clean("a decoded part of the copy", &text);
    }
}

/// Decoded parts of a message, as mail-parser sees them.
fn decoded(mail: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let message = mail_parser::MessageParser::default().parse(mail).unwrap();
    message.parts.iter().enumerate().map(|(index, part)| (index, part.contents().to_vec())).collect()
}

/// Words of more than three letters in what mail-parser decodes of a message, which is another reading than our own: those of
/// subject and addresses, and those of texts.
fn words_read_by_others(mail: &[u8]) -> [BTreeSet<String>; 2] {
    let Some(message) = mail_parser::MessageParser::default().parse(mail) else { return Default::default() };
    let mut fields = message.subject().unwrap_or_default().to_owned();
    for address in message.from().into_iter().chain(message.to()).flat_map(|list| list.iter()) {
        fields += &format!(" {} {}", address.name().unwrap_or_default(), address.address().unwrap_or_default());
    }
    let bodies = (0..message.text_body_count()).filter_map(|index| message.body_text(index));
    [fields, bodies.collect::<Vec<_>>().join(" ")].map(|text| {
        let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 3);
        // Letters that cover.
        let words = words.filter(|word| !word.bytes().all(|b| b"jkqvwxz".contains(&b.to_ascii_lowercase())));
        words.map(str::to_lowercase).collect()
    })
}

/// Who sends bounces, and the receivers that nobody shall see: texts quote them as well.
const NOBODY: &[&str] = &["mailer", "daemon", "postmaster", "undisclosed", "recipients"];

/// Words that the texts of copies have: of URLs, HTML, armour, and of header fields where texts quote mails.
const OF_FORMATS: &str = "http https mailto news message content type transfer subject encoding date from text charset begin version mime \
    plain base signature name html with received multipart mixed delivered boundary ascii smtp return results path originating \
    domainkey dkim disposition authentication esmtps esmtp alternative user agent postfix format flowed filename image body signed meta \
    inline head equiv data bgcolor attachment note mailer jpeg block style reply qmail public private part nnfmp nbsp list invoked href \
    global font file description color code cipher priority precedence sender importance thread index references organization";

#[test]
fn other_peoples_mail_has_copies() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/messages");
    if !dir.is_dir() {
        eprintln!("skipped: there is no ../shared/corpus");
        return;
    }
    let mut messages = Vec::new();
    files_below(&dir, &mut messages);
    let mut refused = Vec::new();
    let (mut compared, mut left) = (0, BTreeSet::new());
    for path in &messages {
        let mail = fs::read(path).unwrap();
        let copy = match redacted(&mail, &Settings::default()) {
            Ok(copy) => copy,
            Err(why) => {
                refused.push(format!("{}: {why}", path.display()));
                continue;
            }
        };
        assert_eq!(findings(&copy), findings(&mail), "{}", path.display());
        let ([fields, texts], [fields_left, texts_left]) = (words_read_by_others(&mail), words_read_by_others(&copy));
        let both: Vec<_> = fields.intersection(&fields_left).filter(|word| !NOBODY.contains(&word.as_str())).collect();
        assert!(both.is_empty(), "{}: {both:?}", path.display());
        // Where mail-parser reads base64 as text, what is left of files looks like words.
        if memchr::memmem::find(&mail.to_ascii_lowercase(), b"base64").is_none() {
            compared += texts.len();
            left.extend(texts.intersection(&texts_left).cloned());
        }
    }
    println!("{} of {} refused:\n{}", refused.len(), messages.len(), refused.join("\n"));
    assert!(refused.len() * 50 < messages.len(), "{} of {} refused", refused.len(), messages.len());
    assert!(compared > 10_000, "{compared}");
    left.retain(|word| !NOBODY.contains(&word.as_str()));
    left.retain(|word| !OF_FORMATS.split_whitespace().any(|known| known == word));
    // The magic of a tar in a text, and punctuation in UTF-8 that is said to be Mac Cyrillic.
    left.retain(|word| !["ustar", "ґвау"].contains(&word.as_str()));
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_command_writes_a_copy_or_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (original, copy) = (dir.path().join("a.eml"), dir.path().join("b.eml"));
    let mail = "From: a@secret.example\nDate: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <1@secret>\nSubject: secret\n\nsecret\n";
    fs::write(&original, mail).unwrap();
    let mailgauge =
        |args: &[&Path]| Command::new(env!("CARGO_BIN_EXE_mailgauge")).arg("redact").args(args).output().unwrap();
    let output = mailgauge(&[&original]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n") && !text.contains("secret"), "{text}");
    let output = mailgauge(&[&original, Path::new("--output"), &copy]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert_eq!(fs::read(&copy).unwrap().len(), mail.len());

    let from = "From a@b Tue Nov 24 10:00:00 2026\n";
    fs::write(&original, format!("{from}{mail}\n{from}{mail}")).unwrap();
    fs::remove_file(&copy).unwrap();
    let output = mailgauge(&[&original, Path::new("--output"), &copy]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("refused, and nothing written: it is a mailbox") && !complaint.contains("secret"));
    assert!(!copy.exists());
    assert_eq!(mailgauge(&[Path::new("/nonexistent")]).status.code(), Some(2));
}

/// Mails that a careless reader would go through again and again.
#[test]
fn no_mail_takes_long() {
    let part = |media: &str, content: &[u8]| {
        let encoded = data_encoding::BASE64.encode(content);
        format!("Content-Type: {media}\nContent-Transfer-Encoding: base64\n\n{encoded}\n").into_bytes()
    };
    // Entries that all say that the places of strips are the whole file.
    let mut tiff = b"II*\0\x08\0\0\0\xFF\xFF".to_vec();
    while tiff.len() < 10 + 12 * 0xFFFF {
        tiff.extend([0x11, 1, 4, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
    }
    // Names of chunks that can be read in many ways.
    let names = ["metadata".repeat(11), "qqqq\x01".to_owned()].concat().repeat(20_000);
    let program = [&b"MZ\x90\0"[..], &[0; 56], b"\x80\0\0\0", &[0; 64], b"PE\0\0\x01", names.as_bytes()].concat();
    let mut slow = Vec::new();
    for (name, mail) in [
        ("blocks", part("message/delivery-status", &b"a\n\n".repeat(500_000))),
        ("tiff", part("image/tiff", &tiff)),
        ("words", part("application/octet-stream", &program)),
        ("schemes", part("text/plain", &b"data:".repeat(200_000))),
    ] {
        let start = std::time::Instant::now();
        let _ = redacted(&mail, &Settings::default());
        slow.extend(Some((name, start.elapsed())).filter(|(_, time)| time.as_secs() >= 20));
    }
    assert!(slow.is_empty(), "{slow:?}");
}

/// Lines that mails are made of, good and bad.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    const LINES: &[&str] = &[
        "Content-Type: multipart/mixed; boundary=\"b\"\n",
        "Content-Type: message/rfc822\n",
        "Content-Type: text/html; charset=\"iso-8859-1\"; name*0*=utf-8''a%C3; name*1=\"b.pdf\n",
        "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n",
        "Content-Transfer-Encoding: x-uuencode\n",
        "Content-Disposition: attachment; filename==?utf-8?Q?a=C3=BCb?=\n",
        "Subject: =?utf-8?B?w7w?= =?x?Q?=C3?=\n",
        "Date: x (\n",
        " folded\n",
        "\n",
        "\r\n",
        "--b\n",
        "--b--\n",
        "UEsDBBQAAAAIAAAAIQAAAAAABAAAAAQAAAAFAAAAYS5leGVhYWFh\n",
        "JVBERi0xLjQKc3RyZWFtCmFiY2RlZgplbmRzdHJlYW0K\n",
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2w==\n",
        "begin 644 a.exe\n#86)C\n`\nend\n",
        "<a href=3D\"cid:x\">=\n",
        "From a@b Tue Nov 24 10:00:00 2026\n",
        "word other\n",
    ];
    let line = prop_oneof![
        4 => prop::sample::select(LINES).prop_map(|line| line.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(line, 0..25).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn whatever_comes_the_promise_is_kept_or_refused(mail in pieces()) {
        if let Ok(copy) = redacted(&mail, &Settings::default()) {
            prop_assert_eq!(copy.len(), mail.len());
            prop_assert_eq!(findings(&copy), findings(&mail));
        }
    }

    /// Files of every known kind, cut and changed anywhere: their skeletons must hold.
    #[test]
    fn damaged_files_are_no_trouble(
        magic in prop::sample::select(MAGICS),
        content in prop::collection::vec(any::<u8>(), 0..300),
        length in any::<[u8; 8]>(),
    ) {
        let file = [magic, &length, &content].concat();
        let mail = [
            b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n",
            data_encoding::BASE64.encode(&file).as_bytes(),
        ].concat();
        if let Ok(copy) = redacted(&mail, &Settings::default()) {
            prop_assert_eq!(findings(&copy), findings(&mail));
        }
    }
}

/// How files begin.
const MAGICS: &[&[u8]] = &[
    b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR",
    b"\xFF\xD8\xFF\xE0\0\x10JFIF\0",
    b"GIF89a\x01\0\x01\0\x80\0\0",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"RIFF\xFF\xFF\0\0WEBPVP8 ",
    b"\0\0\0\x14ftypisom\0\0\x02\0isom\0\0\0\x01mdat",
    b"PK\x03\x04\x14\0\0\0\x08\0",
    b"PK\x05\x06",
    b"7z\xBC\xAF\x27\x1C\0\x04\0\0\0\0",
    b"Rar!\x1A\x07\0\xCF\x90\x73\0\0\x0D\0\0\0\0\0\0\0",
    b"Rar!\x1A\x07\x01\0\0\0\0\0",
    b"\x1F\x8B\x08\x1C\0\0\0\0\0\x03",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x3E\0\x03\0\xFE\xFF\x09\0",
    b"\x78\x9F\x3E\x22\x01\0\x01",
    b"\x30\x82\x01\x00\x06\x09\x2A",
    b"%PDF-1.4\n(\\",
    b"MZ\x90\0",
    b"{\\rtf1 ",
    b"\xFF\xFEa\0",
];
