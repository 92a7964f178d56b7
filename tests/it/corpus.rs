//! Other people's mail, and what other people's parsers see in it.
//!
//! The corpus is not part of the project: these tests read `../shared/corpus` and mail-parser's own messages in the cargo
//! registry, and say that they skip where they are not there.

use mail_parser::{MessageParser, MimeHeaders, PartType};
use mailgauge::scan::facts::CodingFlags;
use mailgauge::scan::names::{Encoding, MediaType};
use mailgauge::scan::{EnvelopeFacts, Facts, Limits, Scanner};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn scan(mail: &[u8]) -> Facts {
    let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
    mail.chunks(65_535).for_each(|chunk| scanner.body(chunk));
    scanner.finish()
}

fn files_below(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, into);
        } else {
            into.push(path);
        }
    }
}

fn corpus() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !dir.is_dir() {
        eprintln!("skipped: there is no ../shared/corpus");
        return None;
    }
    Some(dir)
}

/// Our name of a media type that others write in full.
fn declared(media: &str) -> MediaType {
    scan(format!("Content-Type: {media}\r\n\r\n").as_bytes()).parts[0].declared
}

#[test]
fn every_message_scans_and_as_crlf_just_the_same() {
    let Some(dir) = corpus() else { return };
    let mut files = Vec::new();
    files_below(&dir.join("messages"), &mut files);
    assert!(files.len() > 1000);
    for path in files {
        let mail = fs::read(&path).unwrap();
        let crlf: Vec<u8> = mail
            .iter()
            .enumerate()
            .flat_map(
                |(i, b)| if *b == b'\n' && (i == 0 || mail[i - 1] != b'\r') { vec![b'\r', b'\n'] } else { vec![*b] },
            )
            .collect();
        let (as_stored, on_the_wire) = (scan(&mail), scan(&crlf));
        let label = path.display();
        assert_eq!(as_stored.wire_bytes, on_the_wire.wire_bytes, "{label}");
        assert_eq!(as_stored.header_bytes, on_the_wire.header_bytes, "{label}");
        assert_eq!(as_stored.header, on_the_wire.header, "{label}");
        assert_eq!(as_stored.parts.len(), on_the_wire.parts.len(), "{label}");
        for (a, b) in as_stored.parts.iter().zip(&on_the_wire.parts) {
            let names =
                |p: &mailgauge::scan::Part| (p.parent, p.depth, p.declared, p.extension, p.encoding, p.attachment);
            assert_eq!(names(a), names(b), "{label}");
            // That line ends are mixed is what has changed.
            let coding = |p: &mailgauge::scan::Part| p.coding - CodingFlags::MIXED_LINE_ENDS;
            assert_eq!((a.name, coding(a), a.structure), (b.name, coding(b), b.structure), "{label}");
            assert_eq!(a.encoded_bytes, b.encoded_bytes, "{label}");
            if a.encoding == Encoding::Base64 && !a.declared.is_message() {
                assert_eq!((a.detected, a.decoded_bytes), (b.detected, b.decoded_bytes), "{label}");
            }
        }
    }
}

/// Messages in which CPython sees other parts than we do, and why. What is here and does not differ fails the test as well.
const UNLIKE_CPYTHON: &[(&str, &str)] = &[
    ("cpython-email/msg_36.txt", EXTERNAL_BODY),
    ("stalwart-mail-parser/rfc/001.eml", EXTERNAL_BODY),
    ("mime4j/mimetools-testmsgs/twopart.msg", "a blank behind `base64` keeps CPython from decoding"),
    ("cpython-email/msg_43.txt", REPORT),
    ("eml_parser/sample_fail_github_issue_38.eml", REPORT),
    ("enmime/dsn/testdata/delayed_dsn.raw", REPORT),
    ("flanker/bounce/delayed.eml", REPORT),
    ("flanker/bounce/mailbox-full.eml", REPORT),
    ("flanker/bounce/no-mx.eml", REPORT),
    ("flanker/bounce/zed.eml", REPORT),
    ("flanker/complaints/yahoo.eml", REPORT),
    ("laminas-mail/laminas-mail-19.eml", REPORT),
    ("mimekit/messages/delivery-status.anonymized.eml", REPORT),
    ("mimekit/messages/delivery-status2.txt", REPORT),
    ("mimekit/messages/disposition-notification.anonymized.eml", REPORT),
    ("nodemailer-mailparser/test/fixtures/delivery-status.eml", REPORT),
    ("postal-mime/arf.eml", REPORT),
    ("postal-mime/bounce.eml", REPORT),
    ("ruby-mail/multipart_report_emails/multi_address_bounce1.eml", REPORT),
    ("ruby-mail/multipart_report_emails/report_422.eml", REPORT),
    ("ruby-mail/multipart_report_emails/report_530.eml", REPORT),
    ("stalwart-server/smtp/reports/arf1.eml", REPORT),
    ("stalwart-server/smtp/reports/arf2.eml", REPORT),
    ("stalwart-server/smtp/reports/arf4.eml", REPORT),
    ("stalwart-server/smtp/reports/arf5.eml", REPORT),
];
const REPORT: &str = "CPython makes parts of the blocks in message/delivery-status, -disposition-notification and -feedback-report; \
    RFC 3464, 8098 and 5965 define them as fields of one part";
const EXTERNAL_BODY: &str =
    "CPython makes a part of the phantom body of message/external-body, which RFC 2046 §5.2.3 says is not there";

#[test]
fn parts_and_sizes_are_those_that_cpython_sees() {
    let Some(dir) = corpus() else { return };
    let expected = fs::read(dir.join("expected/cpython-email.json")).unwrap();
    let expected: BTreeMap<String, Value> = serde_json::from_slice(&expected).unwrap();
    let (mut compared, mut different) = (0, Vec::new());
    for (name, message) in &expected {
        let parts = message["parts"].as_array().unwrap();
        let no_defects = |v: &Value| v["defects"].as_array().is_none_or(Vec::is_empty);
        if !no_defects(message) || !parts.iter().all(no_defects) {
            continue;
        }
        compared += 1;
        let facts = scan(&fs::read(dir.join("messages").join(name)).unwrap());
        let ours: Vec<_> = facts.parts.iter().map(|p| (p.declared, Some(p.decoded_bytes))).collect();
        let theirs: Vec<_> =
            parts.iter().map(|p| (declared(p["type"].as_str().unwrap()), p["decoded_bytes"].as_u64())).collect();
        // CPython gives no size to containers.
        let same = ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(o, t)| o.0 == t.0 && (t.1.is_none() || o.1 == t.1));
        if !same {
            different.push(name.as_str());
        }
    }
    let mut explained: Vec<&str> = UNLIKE_CPYTHON.iter().map(|(name, _)| *name).collect();
    explained.sort_unstable();
    assert!(compared > 900, "{compared}");
    assert_eq!(
        different, explained,
        "messages in which CPython sees something else, against those whose difference is explained"
    );
}

fn mail_parser_messages() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let sources = fs::read_dir(home.join("registry/src")).ok()?;
    let dir = sources.flatten().map(|e| e.path().join("mail-parser-0.11.9/resources/eml")).find(|p| p.is_dir());
    if dir.is_none() {
        eprintln!("skipped: mail-parser's messages are not in the cargo registry");
    }
    dir
}

#[test]
fn binary_parts_are_those_that_mail_parser_sees() {
    let Some(dir) = mail_parser_messages() else { return };
    let mut files = Vec::new();
    files_below(&dir, &mut files);
    files.retain(|f| f.extension().is_some_and(|e| e == "eml"));
    files.sort();
    assert!(files.len() > 100);
    let mut different = Vec::new();
    let mut compared = 0;
    for path in &files {
        let mail = fs::read(path).unwrap();
        let facts = scan(&mail);
        let Some(message) = MessageParser::default().parse(&mail) else { continue };
        // mail-parser counts the parts of an attached message as that message's own; texts it converts to UTF-8.
        let mut theirs = Vec::new();
        collect(&message, &mut theirs);
        let mut ours: Vec<u64> = facts
            .parts
            .iter()
            .filter(|p| !p.declared.is_text() && !p.declared.is_multipart() && !p.declared.is_message())
            .map(|p| p.decoded_bytes)
            .collect();
        theirs.sort_unstable();
        ours.sort_unstable();
        compared += usize::from(!ours.is_empty());
        if ours != theirs {
            different.push((path.strip_prefix(&dir).unwrap().display().to_string(), ours, theirs));
        }
    }
    assert!(compared > 30, "{compared}");
    let names: Vec<&str> = different.iter().map(|d| d.0.as_str()).collect();
    let explained: Vec<&str> = UNLIKE_MAIL_PARSER.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, explained, "{different:#?}");
}

fn collect(message: &mail_parser::Message<'_>, sizes: &mut Vec<u64>) {
    for part in &message.parts {
        match &part.body {
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                let text = part.content_type().is_some_and(|t| t.ctype().eq_ignore_ascii_case("text"));
                if !text {
                    sizes.push(bytes.len() as u64);
                }
            }
            PartType::Message(inner) => collect(inner, sizes),
            _ => {}
        }
    }
}

/// Messages whose binary parts mail-parser gives other sizes, and why.
const UNLIKE_MAIL_PARSER: &[(&str, &str)] = &[
    ("legacy/017.eml", UUENCODE),
    ("legacy/048.eml", UUENCODE),
    (
        "malformed/017.eml",
        "no semicolon before the boundary parameter: mail-parser reads it all the same, we say that the type is malformed",
    ),
    ("rfc/000.eml", "prose in parts that say base64: mail-parser makes texts of them, we count what decodes"),
];
const UUENCODE: &str = "mail-parser does not decode uuencode";
