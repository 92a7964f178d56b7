//! The offline verbs, as a shell sees them.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const CLEAN: &str = "From: a@example.org\r\nTo: b@example.org\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\n\
    Message-ID: <1@example.org>\r\nSubject: SECRETSUBJECT\r\nMIME-Version: 1.0\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\r\nSECRETBODY\r\n";

fn mailgauge(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailgauge"));
    command.args(args).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    mailgauge(args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn file(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn scan_prints_one_json_object_a_message() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (file(dir.path(), "one.eml", CLEAN), file(dir.path(), "two.eml", CLEAN));
    let output = run(&["scan", "--format", "json", "--fail-on", "never", &one, &two]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for (line, path) in lines.iter().zip([&one, &two]) {
        assert_eq!(line["path"], path.as_str());
        assert_eq!(line["wire_bytes"], CLEAN.len());
        for key in ["header_bytes", "body_bytes"] {
            assert!(line[key].is_u64(), "{key}");
        }
        assert!(["clean", "info", "notice", "warning", "error"].contains(&line["level"].as_str().unwrap()));
        for finding in line["findings"].as_array().unwrap() {
            assert!(finding["id"].is_string() && finding["level"].is_string());
            assert!(finding["part"].is_null() || finding["part"].is_u64());
        }
        for (index, part) in line["parts"].as_array().unwrap().iter().enumerate() {
            assert_eq!(part["index"], index);
            assert!(part["parent"].is_null() || part["parent"].as_u64().unwrap() < index as u64);
            for key in ["depth", "encoded_bytes", "decoded_bytes"] {
                assert!(part[key].is_u64(), "{key}");
            }
            for key in ["declared", "detected", "extension", "encoding"] {
                assert!(part[key].is_string(), "{key}");
            }
            assert!(part["attachment"].is_boolean());
        }
    }
}

#[test]
fn scan_never_repeats_the_mail() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "secret.eml", CLEAN);
    for format in ["text", "json"] {
        let output = run(&["scan", "--format", format, &path]);
        let all = stdout(&output) + &stderr(&output);
        assert!(!all.contains("SECRET") && !all.contains("example.org"), "{all}");
    }
}

#[test]
fn scan_reads_standard_input() {
    let mut child =
        mailgauge(&["scan", "-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(CLEAN.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line["path"], "-");
    assert_eq!(line["wire_bytes"], CLEAN.len());
}

#[test]
fn scan_goes_on_after_a_file_it_cannot_read() {
    let dir = tempfile::tempdir().unwrap();
    let good = file(dir.path(), "good.eml", CLEAN);
    let folder = dir.path().to_str().unwrap();
    std::os::unix::fs::symlink("/nonexistent", dir.path().join("gone.eml")).unwrap();
    let output = run(&["scan", "--format", "json", "/nonexistent.eml", folder, &good]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output).lines().count(), 2);
    let complaints = stderr(&output);
    assert!(complaints.starts_with("mailgauge: /nonexistent.eml: No such file or directory"), "{complaints}");
    assert!(complaints.contains(&format!("mailgauge: {folder}/gone.eml: ")), "{complaints}");
    assert_eq!(complaints.lines().count(), 2, "{complaints}");
    let summary = stdout(&run(&["scan", "--summary", folder]));
    assert!(summary.ends_with("1 file could not be read\n"), "{summary}");
}

#[test]
fn scan_obeys_fail_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "clean.eml", CLEAN);
    let output = run(&["scan", "--format", "json", "--fail-on", "never", &path]);
    assert_eq!(output.status.code(), Some(0));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = if line["level"] == "clean" { 0 } else { 1 };
    assert_eq!(run(&["scan", "--fail-on", "info", &path]).status.code(), Some(expected));
    assert_eq!(run(&["scan", "--fail-on", "loud", &path]).status.code(), Some(2));
}

/// The paths of the messages in the output.
fn paths(output: &Output) -> Vec<String> {
    let lines = stdout(output);
    let path = |line: &str| serde_json::from_str::<Value>(line).unwrap()["path"].as_str().unwrap().to_owned();
    lines.lines().map(path).collect()
}

#[test]
fn scan_reads_mailboxes_and_cuts_them() {
    let dir = tempfile::tempdir().unwrap();
    let mail = CLEAN.replace("\r\n", "\n");
    let from = "From SECRET@example.org Tue Nov 24 10:00:00 2026\n";
    let mailbox = format!("{from}{mail}\n{from}{mail}>From SECRET\n\n{from}{mail}");
    let path = file(dir.path(), "archive.mbox", &mailbox);
    let output = run(&["scan", "--format", "json", &path]);
    assert_eq!(paths(&output), [1, 2, 3].map(|n| format!("{path}#{n}")));
    let sizes: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sizes: Vec<_> = sizes.iter().map(|line| line["wire_bytes"].as_u64().unwrap()).collect();
    let size = CLEAN.len() as u64;
    assert_eq!(sizes, [size, size + "From SECRET\r\n".len() as u64, size]);
    assert!(!stdout(&output).contains("SECRET"));
}

#[test]
fn scan_reads_directories_in_any_number_of_threads_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let sub = dir.path().join("a/b");
    std::fs::create_dir_all(&sub).unwrap();
    for n in 0..300 {
        file(if n % 2 == 0 { dir.path() } else { &sub }, &format!("{n}.eml"), &format!("{CLEAN}{n}"));
    }
    file(&sub, ".hidden", CLEAN);
    let folder = dir.path().to_str().unwrap();
    let one = run(&["scan", "--format", "json", "--jobs", "1", folder, &format!("{folder}/7.eml")]);
    let many = run(&["scan", "--format", "json", "--jobs", "8", folder, &format!("{folder}/7.eml")]);
    assert_eq!(paths(&one).len(), 300, "7.eml is in the other directory");
    assert_eq!(stdout(&one), stdout(&many));
    assert_eq!(one.status.code(), Some(2));
    assert_eq!(run(&["scan", "--jobs", "0", folder]).status.code(), Some(2));
}

#[test]
fn scan_reads_a_maildir_without_what_is_not_delivered() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["cur", "new", "tmp"] {
        std::fs::create_dir(dir.path().join(name)).unwrap();
        file(&dir.path().join(name), "1:2,S", CLEAN);
    }
    file(dir.path(), "dovecot-uidlist", "no mail");
    let mut found = paths(&run(&["scan", "--format", "json", dir.path().to_str().unwrap()]));
    found.sort();
    assert_eq!(found, ["cur/1:2,S", "new/1:2,S"].map(|name| format!("{}/{name}", dir.path().display())));
}

#[test]
fn scan_adds_up() {
    let dir = tempfile::tempdir().unwrap();
    let (clean, bad) = (file(dir.path(), "1", CLEAN), file(dir.path(), "2", &CLEAN.replace("10:00", "99:99")));
    let output = run(&["scan", "--summary", "--format", "json", &clean, &bad, &bad]);
    assert_eq!(output.status.code(), Some(1));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["messages"], &summary["levels"]["clean"]), (&3.into(), &1.into()));
    assert_eq!(summary["wire_bytes"], 3 * CLEAN.len());
    assert_eq!(summary["complete"], true);
    assert_eq!(
        (&summary["findings"][0]["id"], &summary["findings"][0]["messages"]),
        (&"date-invalid".into(), &2.into())
    );
    let table = stdout(&run(&["scan", "--summary", &clean, &bad, &bad]));
    assert!(
        table.starts_with("warning  date-invalid          2   66.7 %\n\n3 messages: 1 clean, 2 warning\n"),
        "{table}"
    );
    assert!(!table.contains('\x1b') && !table.contains(dir.path().to_str().unwrap()));
}

#[test]
fn ctrl_c_ends_scan_with_what_it_has() {
    let mut child = mailgauge(&["scan", "--summary", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // Once this is taken, it listens: it is more than a pipe holds.
    let from = "From a@b Tue Nov 24 10:00:00 2026\n";
    let mailbox = format!("{from}{}\n", CLEAN.replace("\r\n", "\n")).repeat(1000);
    input.write_all(mailbox.as_bytes()).unwrap();
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(stdout(&output).contains(" messages: "), "{}", stdout(&output));
    assert!(stderr(&output).contains("interrupted"), "{}", stderr(&output));
    drop(input);
}

#[test]
fn scan_has_no_colours_in_a_pipe() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "clean.eml", CLEAN);
    assert!(!stdout(&run(&["scan", &path, &path])).contains('\x1b'));
}

#[test]
fn list_and_explain_tell_the_catalogue() {
    let output = run(&["list", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = stdout(&run(&["list"]));
    for entry in &all {
        let id = entry["id"].as_str().unwrap();
        assert!(text.contains(id), "{id}");
        let page = run(&["explain", id]);
        assert_eq!(page.status.code(), Some(0));
        assert!(stdout(&page).contains(id));
    }
}

#[test]
fn explain_suggests_the_nearest_id() {
    let output = run(&["explain", "no-such-finding-at-all"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).starts_with("mailgauge: there is no finding `no-such-finding-at-all`"),
        "{}",
        stderr(&output)
    );
    let first = mailgauge::catalogue::all().next();
    if let Some(entry) = first {
        let typed = &entry.id[..entry.id.len() - 1];
        let complaint = stderr(&run(&["explain", typed]));
        assert!(complaint.contains(&format!("did you mean `{}`?", entry.id)), "{complaint}");
    }
}

#[test]
fn check_config_prints_what_holds() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "a.toml", "[policy]\ntag = \"findings\"\n[limits]\nmessage_size_limit = \"25 MiB\"\n");
    let first = run(&["check-config", "--config", &path]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let printed = stdout(&first);
    assert!(printed.contains("message_size_limit = 26214400\n"), "{printed}");
    let again = file(dir.path(), "b.toml", &printed);
    assert_eq!(stdout(&run(&["check-config", "--config", &again])), printed);
    assert!(printed.contains("\n# type-executable "), "{printed}");
    assert!(stdout(&run(&["check-config"])).starts_with(&mailgauge::config::Config::default().to_toml()));
}

#[test]
fn check_config_says_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "bad.toml", "[policy]\ntagg = \"all\"\n");
    let output = run(&["check-config", "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    let complaint = stderr(&output);
    assert!(complaint.contains("bad.toml:2:1: [policy] has no key `tagg`"), "{complaint}");
    assert!(complaint.contains("did you mean `tag`?"), "{complaint}");
}

#[test]
fn usage_errors_exit_with_2() {
    assert_eq!(run(&[]).status.code(), Some(2));
    assert_eq!(run(&["scan"]).status.code(), Some(2));
    assert_eq!(run(&["runn"]).status.code(), Some(2));
    assert_eq!(run(&["--version"]).status.code(), Some(0));
}
