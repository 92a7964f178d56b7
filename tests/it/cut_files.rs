//! Files that other people's programs made, whole and cut: a whole one is not called damaged, and a cut one is, wherever its format
//! lets anyone know. The table in `docs/cut-files.md` says what is found and what is not.
//!
//! `tests/makers/files.py` makes the files with Debian's programs. Where they are missing it is skipped, unless
//! `MAILGAUGE_REQUIRE_MAKERS` is set, as `contrib/test.sh` does.

use mailgauge::catalogue::{self, Group, Thresholds};
use mailgauge::scan::{EnvelopeFacts, Limits, Scanner};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const RENEW: &str = "MAILGAUGE_RENEW=1 cargo test --test it cut_files";

/// A place to cut, as a share of the file; all but the last byte is another.
const SHARES: &[(&str, f64)] =
    &[("99 %", 0.99), ("90 %", 0.9), ("75 %", 0.75), ("50 %", 0.5), ("25 %", 0.25), ("10 %", 0.1)];

/// Formats that cannot tell where they end, and why.
const BLIND: &[(&str, &str)] = &[
    ("mp3", "frames follow each other, and any of them may be the last"),
    ("flac", "how long the frames are shows only when they are decoded"),
    ("iso", "how large the volume is said to be is not looked at"),
    ("bz2", "where it ends shows only when it is decompressed"),
];

fn mail(name: &str, file: &[u8]) -> String {
    let encoded = data_encoding::BASE64.encode(file);
    let mut body = String::with_capacity(encoded.len() + encoded.len() / 32);
    for line in encoded.as_bytes().chunks(76) {
        let _ = writeln!(body, "{}", std::str::from_utf8(line).unwrap());
    }
    format!(
        "From: Ann Field <ann@example.org>\nTo: Bob Marsh <bob@example.com>\nSubject: Report\n\
         Date: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=\"=_b\"\n\n--=_b\nContent-Type: text/plain; charset=utf-8\n\nHello Bob\n\
         --=_b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"{name}\"\n\
         Content-Transfer-Encoding: base64\n\n{body}--=_b--\n"
    )
}

fn findings(mail: &[u8]) -> BTreeSet<(Group, &'static str)> {
    let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
    scanner.body(mail);
    let facts = scanner.finish();
    catalogue::diagnose(&facts, &Thresholds::default()).iter().map(|f| (f.entry.group, f.entry.id)).collect()
}

fn damage(mail: &[u8]) -> BTreeSet<&'static str> {
    findings(mail).into_iter().filter(|(group, _)| *group == Group::Content).map(|(_, id)| id).collect()
}

#[test]
fn files_cut_anywhere_are_found_and_whole_ones_are_not() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/makers/files.py");
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new(&script).arg(folder.path()).output().unwrap();
    if !made.status.success() {
        let why = String::from_utf8_lossy(&made.stderr);
        assert!(std::env::var_os("MAILGAUGE_REQUIRE_MAKERS").is_none(), "{why}");
        println!("SKIPPED: no files could be made: {why}");
        return;
    }
    let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 30);

    let mut rows = Vec::new();
    let (mut cuts, mut found_in_all) = (0, 0);
    for path in &files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let file = std::fs::read(path).unwrap();
        let blind = BLIND.iter().find(|(ending, _)| name.ends_with(&format!(".{ending}")));
        assert_eq!(damage(mail(name, &file).as_bytes()), BTreeSet::new(), "{name}, whole");

        let kept = SHARES.iter().map(|(_, share)| (file.len() as f64 * share) as usize);
        let mut row = format!("| {name} |");
        let mut ids = BTreeSet::new();
        for kept in [file.len() - 1].into_iter().chain(kept) {
            let found = damage(mail(name, &file[..kept]).as_bytes());
            row.push_str(if found.is_empty() { " - |" } else { " found |" });
            if blind.is_none() {
                cuts += 1;
                found_in_all += u32::from(!found.is_empty());
            }
            ids.extend(found);
        }
        let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
        let why = blind.map_or(ids.join(", "), |(_, why)| (*why).to_owned());
        rows.push(format!("{row} {why} |"));

        // Where the mail itself is cut, that is what is said, and not that the sender's file is broken.
        let whole = mail(name, &file);
        let cut = &whole[..whole.len() / 2];
        let told = findings(cut.as_bytes());
        let of_the_mail = |id: &str| id == "mime-truncated" || id == "mime-boundary-unclosed";
        assert!(told.iter().any(|(_, id)| of_the_mail(id)), "{name}, the mail cut: {told:?}");
        assert_eq!(damage(cut.as_bytes()), BTreeSet::new(), "{name}, the mail cut");
    }

    let heads: Vec<&str> = SHARES.iter().map(|(head, _)| *head).collect();
    let table = format!(
        "<!-- Made by `{RENEW}`: do not edit. -->\n\n# Cut files: what is found\n\n\
         Valid files, made by other people's programs (`tests/makers/files.py`), attached to a mail, cut at different places and \
         sent. A whole file is never called damaged; that holds for each of them, and for the sample files of other projects. \
         The columns say how much of the file was kept.\n\n\
         | file | all but a byte | {} | by, or why not |\n|---|---|{}---|\n{}\n",
        heads.join(" | "),
        "---|".repeat(heads.len()),
        rows.join("\n"),
    );
    println!("{table}\nfound: {found_in_all} of {cuts} cuts of formats that can tell");
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cut-files.md");
    if std::env::var_os("MAILGAUGE_RENEW").is_some() {
        std::fs::write(&place, &table).unwrap();
    }
    let written = std::fs::read_to_string(&place).unwrap_or_default();
    assert!(written == table, "docs/cut-files.md is stale; renew it with: {RENEW}");
    assert!(f64::from(found_in_all) >= 0.95 * f64::from(cuts), "found: {found_in_all} of {cuts}");
}
