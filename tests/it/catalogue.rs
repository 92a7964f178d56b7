//! Every finding fires on its fixture and nothing else does; on the near-miss beside it, it does not.
//!
//! Each mail is read with LF and with CRLF, cut in every way. Mails that are too big to store, and those that need an
//! envelope, are made by [`made`].

mod made;
mod texts;

use mailgauge::catalogue::{self, Thresholds};
use mailgauge::scan::{EnvelopeFacts, Limits, Scanner};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What fires besides the id that a fixture is of, or on a near-miss, and why.
const ALSO: &[(&str, &[&str], &str)] = &[
    ("archive-password-and-nested", &["encrypted-zip"], "it needs the password all the same"),
    ("attachment-large", &["size-encoding-overhead"], "no large file comes without overhead"),
    ("content-bmp-truncated.near", &["type-image-not-web"], "it is whole, but still a BMP"),
    ("content-tiff-offset.near", &["type-image-not-web"], "it is whole, but still a TIFF"),
    ("cte-base64-truncated", &["mime-truncated"], "the file, and the mail it is in"),
    ("cte-base64-truncated.near", &["cte-base64-bad-padding"], "the same file, but its part is closed"),
    ("mime-truncated.near", &["mime-boundary-unclosed"], "the end of a text says nothing about a cut"),
    ("name-double-extension", &["name-executable-extension"], "its last extension is a program's"),
    ("name-encoded-word.near", &["name-windows-reserved"], "the question mark that makes it look like one"),
    ("name-encoded-word-broken.near", &["name-encoded-word"], "it should not be there, but can be read"),
    ("size-exceeds-common-limit", &["attachment-large", "size-encoding-overhead"], "all of its one large file"),
    ("size-exceeds-common-limit.near", &["attachment-large", "size-encoding-overhead"], "just below the limit"),
    ("size-near-own-limit", &["size-encoding-overhead"], "it holds 7 MiB"),
    ("size-near-own-limit.near", &["size-encoding-overhead"], "it holds 6 MiB"),
    ("tnef-contains-files", &["tnef-attachment"], "it is one"),
    ("tnef-contains-files.near", &["tnef-attachment"], "it is one, with text only"),
    ("tnef-only-body", &["tnef-attachment"], "it is one"),
    ("tnef-only-body.near", &["tnef-attachment"], "it is one, beside a text"),
    ("tnef-truncated.near", &["tnef-attachment"], "it is one, and whole"),
];

/// The largest piece that Postfix sends to a milter.
const LARGEST_CHUNK: usize = 65_535;
/// Sizes of the pieces a mail is cut into.
const CUTS: &[usize] = &[usize::MAX, 1, 7, LARGEST_CHUNK];
/// Larger mails are cut in one way only: the others show nothing new and take long.
const SMALL: usize = 256 * 1024;

/// A mail with the envelope it came in.
struct Mail {
    bytes: Vec<u8>,
    envelope: EnvelopeFacts,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The stored fixtures by their name: the id, and `.near` for a near-miss.
fn stored() -> BTreeMap<String, Mail> {
    let mut mails = BTreeMap::new();
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let name = name.strip_suffix(".eml").unwrap_or_else(|| panic!("{name} is no fixture: *.eml is expected"));
        let bytes = std::fs::read(&path).unwrap();
        mails.insert(name.to_owned(), Mail { bytes, envelope: EnvelopeFacts::default() });
    }
    mails
}

fn ids(mail: &[u8], envelope: &EnvelopeFacts, cut: usize) -> BTreeSet<&'static str> {
    let mut scanner = Scanner::for_stream(Limits::default(), envelope.clone());
    mail.chunks(cut).for_each(|chunk| scanner.body(chunk));
    catalogue::diagnose(&scanner.finish(), &Thresholds::default()).iter().map(|f| f.entry.id).collect()
}

fn with_crlf(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 40);
    for line in mail.split_inclusive(|b| *b == b'\n') {
        out.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        out.extend_from_slice(if line.ends_with(b"\n") { b"\r\n" } else { b"" });
    }
    out
}

fn expected(name: &str) -> BTreeSet<&str> {
    let mut ids: BTreeSet<&str> =
        ALSO.iter().filter(|(of, ..)| *of == name).flat_map(|(_, ids, _)| ids.iter().copied()).collect();
    if !name.ends_with(".near") {
        ids.insert(name);
    }
    ids
}

/// What is about line ends is read as it is stored.
fn is_of_line_ends(name: &str) -> bool {
    name.starts_with("cte-bare-lf")
}

/// Reads the mail in all ways; what is wrong with its findings.
fn check(name: &str, mail: &Mail) -> Option<String> {
    let expected = expected(name);
    let ways = [("LF", &mail.bytes), ("CRLF", &with_crlf(&mail.bytes))];
    for (ends, bytes) in &ways[..if is_of_line_ends(name) { 1 } else { 2 }] {
        for cut in CUTS.iter().filter(|cut| bytes.len() < SMALL || **cut == LARGEST_CHUNK) {
            let found = ids(bytes, &mail.envelope, *cut);
            if found != expected {
                return Some(format!("{name} ({ends}, cut by {cut}): found {found:?}, expected {expected:?}"));
            }
        }
    }
    None
}

#[test]
fn each_mail_gives_its_findings_and_no_other() {
    let stored = stored().into_iter().filter_map(|(name, mail)| check(&name, &mail));
    let made = made::MAILS
        .iter()
        .filter_map(|(name, make, envelope)| check(name, &Mail { bytes: make().into_bytes(), envelope: envelope() }));
    let wrong: Vec<String> = stored.chain(made).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_a_mail_that_broke_off_nothing_is_missed() {
    let (_, make, envelope) = made::MAILS.iter().find(|(name, ..)| *name == "size-aborted-in-data").unwrap();
    let whole = ids(make().as_bytes(), &EnvelopeFacts::default(), LARGEST_CHUNK);
    assert_eq!(whole, BTreeSet::from(["cte-base64-truncated", "mime-truncated"]));
    assert_eq!(ids(b"", &envelope(), LARGEST_CHUNK), BTreeSet::from(["size-aborted-in-data"]));
}

#[test]
fn every_finding_has_a_mail_and_a_near_miss() {
    let mut wanted = BTreeSet::new();
    for entry in catalogue::all() {
        wanted.insert(entry.id.to_owned());
        wanted.insert(format!("{}.near", entry.id));
    }
    let mut there: BTreeSet<String> = stored().into_keys().collect();
    for (name, ..) in made::MAILS {
        assert!(there.insert((*name).to_owned()), "{name} is both stored and made");
    }
    let missing: Vec<_> = wanted.difference(&there).collect();
    let unknown: Vec<_> = there.difference(&wanted).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:?}, of no finding: {unknown:?}");
    for (name, _, _) in ALSO {
        assert!(there.contains(*name), "{name} has an exception but no mail");
    }
}

/// Notes on the domain that lie beside the project: every id in their tables is built, or left out with a reason.
#[test]
fn every_defect_of_the_notes_is_built_or_left_out() {
    let left_out: BTreeSet<&str> = catalogue::LEFT_OUT.iter().map(|(id, _)| *id).collect();
    let built: BTreeSet<&str> = catalogue::all().map(|e| e.id).collect();
    assert_eq!(left_out.intersection(&built).collect::<Vec<_>>(), Vec::<&&str>::new(), "built and left out");
    let notes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/findings.md");
    let Ok(notes) = std::fs::read_to_string(&notes) else {
        println!("skipped: {} is not there", notes.display());
        return;
    };
    let tables = notes.split("\n## Cross-walk").next().unwrap();
    let is_id = |word: &&str| {
        word.contains('-') && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let rows = tables.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let ids: Vec<&str> = rows.flat_map(|row| row.split(" / ")).map(str::trim).filter(is_id).collect();
    assert!(ids.len() > 200);
    let missing: Vec<_> = ids.iter().filter(|id| !built.contains(*id) && !left_out.contains(*id)).collect();
    assert!(missing.is_empty(), "neither built nor left out: {missing:?}");
}

#[test]
fn a_milter_and_a_file_give_the_same_findings() {
    for (name, mail) in stored() {
        let Some(end) = mail.bytes.windows(2).position(|w| w == b"\n\n") else { continue };
        // What a file has and a milter does not: lines that are no fields.
        let file_only = ["header-block-ended-early", "header-mbox", "header-starts", "header-space-before-colon"];
        if file_only.iter().any(|only| name.starts_with(only)) || is_of_line_ends(&name) {
            continue;
        }
        let (header, body) = (&mail.bytes[..end], &mail.bytes[end + 2..]);
        let mut scanner = Scanner::new(Limits::default(), EnvelopeFacts::default());
        let mut fields: Vec<Vec<u8>> = Vec::new();
        for line in header.split(|b| *b == b'\n') {
            match fields.last_mut() {
                Some(field) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                    field.push(b'\n');
                    field.extend_from_slice(line);
                }
                _ => fields.push(line.to_vec()),
            }
        }
        for field in &fields {
            let colon = field.iter().position(|b| *b == b':').unwrap();
            scanner.header(field[..colon].trim_ascii_end(), &field[colon + 1..]);
        }
        scanner.end_of_headers();
        scanner.body(&with_crlf(body));
        let found = catalogue::diagnose(&scanner.finish(), &Thresholds::default());
        let found: BTreeSet<&str> = found.iter().map(|f| f.entry.id).collect();
        assert_eq!(found, expected(&name), "{name}");
    }
}

/// Each threshold is the operator's: the near-miss by the default is a hit by a lower one.
#[test]
fn thresholds_can_be_lowered() {
    type Change = fn(&mut Thresholds);
    let changes: &[(&str, Change)] = &[
        ("size-exceeds-common-limit", |t| t.common_size_limit = 18 << 20),
        ("size-near-own-limit", |t| t.message_size_limit = 9_000_000),
        ("attachment-large", |t| t.attachment_size = 1 << 20),
        ("attachment-count-high", |t| t.attachment_count = 49),
        ("size-text-part-large", |t| t.text_size = 1 << 19),
        ("size-html-data-uri", |t| t.data_uri_size = 1 << 17),
        ("size-header-block-large", |t| t.header_size = 50 << 10),
        ("header-value-huge", |t| t.header_field_size = 2 << 10),
        ("header-count-high", |t| t.header_fields = 199),
        ("mime-parts-many", |t| t.parts = 249),
        ("mime-nesting-deep", |t| t.depth = 29),
        ("received-count-high", |t| t.hops = 24),
        ("received-loop", |t| t.rounds = 2),
        ("date-future", |t| t.date_ahead = Duration::from_secs(3600)),
        ("date-past", |t| t.date_behind = Duration::from_secs(29 * 86_400)),
    ];
    let stored = stored();
    for (id, change) in changes {
        let name = format!("{id}.near");
        let made = made::MAILS.iter().find(|(other, ..)| *other == name);
        let made = made.map(|(_, make, envelope)| Mail { bytes: make().into_bytes(), envelope: envelope() });
        let mail = made.as_ref().unwrap_or_else(|| &stored[&name]);
        let mut scanner = Scanner::for_stream(Limits::default(), mail.envelope.clone());
        mail.bytes.chunks(LARGEST_CHUNK).for_each(|chunk| scanner.body(chunk));
        let facts = scanner.finish();
        let mut thresholds = Thresholds::default();
        let fires = |thresholds: &Thresholds| catalogue::diagnose(&facts, thresholds).iter().any(|f| f.entry.id == *id);
        assert!(!fires(&thresholds), "{id} by default");
        change(&mut thresholds);
        assert!(fires(&thresholds), "{id} by the lower threshold");
    }
}
