//! From a mail through a real Postfix to the answer at the helpdesk, by page, API and command line.

use crate::postfix::daemon::{Daemon, Metrics};
use crate::postfix::delivery::with_attachment;
use crate::postfix::{new_address, shared};
use crate::smtp::{self, Envelope};
use serde_json::{Value, json};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// What takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(20);

/// One mail, and all that a user could tell about it.
struct Sent {
    recipient: String,
    sender: String,
    message_id: String,
    reference: String,
}

/// Sends a mail through Postfix, and waits for its record.
fn send(daemon: &Daemon, smtp_port: u16, subject: &str) -> Sent {
    let postfix = shared().expect("the caller has a lane");
    let recipient = new_address();
    let sender = format!("sender.{subject}@example.org");
    let envelope = Envelope { from: sender.clone(), ..Envelope::to(&recipient) };
    smtp::send(smtp_port, &envelope, &with_attachment(subject, 40_000)).expect("Postfix takes the mail");
    let reference = postfix.delivered(&recipient).tag().get("ref").to_owned();
    let deadline = Instant::now() + PATIENCE;
    while references(&ask(daemon, json!({"ticket": "T-1", "reference": reference})).1).is_empty() {
        assert!(Instant::now() < deadline, "there is no record of the mail");
        std::thread::sleep(Duration::from_millis(50));
    }
    Sent { recipient, sender, message_id: format!("<{subject}@example.org>"), reference }
}

/// A look-up by the API: status and answer.
fn ask(daemon: &Daemon, question: Value) -> (u16, Value) {
    let url = format!("{}/api/v1/lookup", daemon.desk());
    let (status, _, text) = crate::http::post(&url, "application/json", &[], &question.to_string());
    (status, serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e} in {text}")))
}

pub fn references(answer: &Value) -> Vec<&str> {
    let records = answer["records"].as_array().unwrap_or_else(|| panic!("no records in {answer}"));
    records.iter().map(|record| record["reference"].as_str().unwrap()).collect()
}

/// A look-up by the form, as a browser sends it: status and page.
pub fn fill_in(daemon: &Daemon, fields: &[(&str, &str)]) -> (u16, String) {
    let (_, headers, page) = crate::http::get_whole(&format!("{}/", daemon.desk()));
    let cookie = headers.iter().find(|(name, _)| name == "set-cookie").unwrap().1.split(';').next().unwrap().to_owned();
    let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let mut body = format!("token={}", encode(token));
    for (name, value) in fields {
        body.push_str(&format!("&{name}={}", encode(value)));
    }
    let url = format!("{}/lookup", daemon.desk());
    let headers = [("cookie", cookie.as_str()), ("origin", daemon.desk())];
    let (status, _, page) = crate::http::post(&url, "application/x-www-form-urlencoded", &headers, &body);
    (status, page)
}

fn mailgauge(daemon: &Daemon, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mailgauge")).args(arguments).arg("--config").arg(daemon.config()).output().unwrap()
}

/// What a verb prints as JSON.
#[track_caller]
fn json_of(daemon: &Daemon, arguments: &[&str]) -> Value {
    let output = mailgauge(daemon, &[arguments, &["--format", "json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"))
}

fn rows_of_audit(daemon: &Daemon) -> Vec<Value> {
    match json_of(daemon, &["audit", "list"]) {
        Value::Array(rows) => rows,
        Value::Object(all) => all["rows"].as_array().cloned().unwrap(),
        other => panic!("{other}"),
    }
}

#[test]
fn a_mail_is_found_by_all_that_the_user_can_tell_and_by_nothing_else() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);
    let mail = send(&daemon, lane.smtp_port, "lookup.one");
    let other = send(&daemon, lane.smtp_port, "lookup.two");
    let (_, answer) = ask(&daemon, json!({"ticket": "T-1", "reference": mail.reference}));
    let record = &answer["records"][0];
    let queue_id = record["queue_id"].as_str().unwrap().to_owned();
    assert_eq!((&record["attachments"], &record["attachment_bytes"]), (&json!(1), &json!(40_000)));
    assert_eq!((&record["action"], &record["recipients"]), (&json!("tag"), &json!(1)));

    let shouted = mail.recipient.to_uppercase();
    let ways: Vec<Vec<(&str, &str)>> = vec![
        vec![("reference", &mail.reference)],
        vec![("queue_id", &queue_id)],
        vec![("message_id", &mail.message_id)],
        vec![("recipient", &mail.recipient)],
        vec![("recipient", &shouted)],
        vec![("sender", &mail.sender)],
        vec![("recipient", &mail.recipient), ("sender", &mail.sender)],
    ];
    let before = rows_of_audit(&daemon).len();
    for way in &ways {
        let mut question = json!({"ticket": "INC-2026/0815"});
        let mut verb = vec!["lookup".to_owned(), "--ticket".into(), "INC-2026/0815".into()];
        let mut form = vec![("ticket", "INC-2026/0815")];
        for (name, value) in way {
            question[*name] = json!(value);
            verb.extend([format!("--{}", name.replace('_', "-")), (*value).to_owned()]);
            form.push((name, value));
        }
        let (status, answer) = ask(&daemon, question);
        assert_eq!((status, references(&answer)), (200, vec![mail.reference.as_str()]), "{way:?}");
        let verb: Vec<&str> = verb.iter().map(String::as_str).collect();
        assert_eq!(references(&json_of(&daemon, &verb)), [mail.reference.as_str()], "{way:?}");
        let (status, page) = fill_in(&daemon, &form);
        assert_eq!(status, 200);
        assert!(page.contains(&mail.reference) && !page.contains(&other.reference), "{way:?}");
    }
    // Each look by each way is written down, and so is the reading of the log itself.
    let rows = rows_of_audit(&daemon);
    let looks = rows.iter().filter(|row| row["ticket"] == "INC-2026/0815").count();
    assert_eq!(looks, ways.len() * 3);
    assert!(rows.len() > before + looks);

    // What belongs to nobody, or to somebody else together, finds nothing; and that is written down as well.
    for wrong in [
        json!({"ticket": "T-2", "recipient": "nobody@example.com"}),
        json!({"ticket": "T-2", "recipient": mail.sender}),
        json!({"ticket": "T-2", "sender": mail.recipient}),
        json!({"ticket": "T-2", "recipient": mail.recipient, "sender": other.sender}),
        json!({"ticket": "T-2", "message_id": "<nothing@example.org>"}),
        json!({"ticket": "T-2", "recipient": "%@example.com"}),
        json!({"ticket": "T-2", "recipient": "*"}),
    ] {
        let (status, answer) = ask(&daemon, wrong.clone());
        assert!(status == 422 || (status == 200 && references(&answer).is_empty()), "{wrong}: {status} {answer}");
    }

    // Without a ticket there is no answer, by any way.
    assert_eq!(ask(&daemon, json!({"recipient": mail.recipient})).0, 400);
    assert_eq!(ask(&daemon, json!({"recipient": mail.recipient, "ticket": ""})).0, 422);
    assert_eq!(fill_in(&daemon, &[("recipient", &mail.recipient)]).0, 422);
    for ticket in [&[][..], &["--ticket", ""], &["--ticket", "no ticket"]] {
        let output = mailgauge(&daemon, &[&["lookup", "--recipient", &mail.recipient], ticket].concat());
        assert_eq!(output.status.code(), Some(2), "{ticket:?}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains(&mail.reference));
    }
    assert!(mailgauge(&daemon, &["audit", "verify"]).status.success());
}

#[test]
fn a_changed_audit_log_is_noticed() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let mut daemon = Daemon::start(&lane.milter);
    send(&daemon, lane.smtp_port, "lookup.three");
    for _ in 0..3 {
        ask(&daemon, json!({"ticket": "T-7", "recipient": "someone@example.com"}));
    }
    assert!(mailgauge(&daemon, &["audit", "verify"]).status.success());
    daemon.terminate();
    let database = rusqlite::Connection::open(daemon.directory().join("state/store/records.db")).unwrap();
    database.execute("UPDATE audit SET ticket = 'T-8' WHERE seq = (SELECT max(seq) - 1 FROM audit)", []).unwrap();
    drop(database);
    let verify = mailgauge(&daemon, &["audit", "verify"]);
    assert_eq!(verify.status.code(), Some(1));
    let said = String::from_utf8_lossy(&[verify.stdout, verify.stderr].concat()).into_owned();
    assert!(said.contains("was changed"), "{said}");
}

#[test]
fn what_is_held_is_told_with_the_command_that_releases_it() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start_with(&lane.milter, "[policy]\nquarantine = [\"name-executable-extension\"]\n", &[]);
    let recipient = new_address();
    let program = data_encoding::BASE64.encode(&[b"MZ\x90\0".as_slice(), &[0; 60], b"PE\0\0", &[0; 200]].concat());
    let message = crate::postfix::delivery::complete(
        "lookup.held",
        &format!(
            "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"setup.exe\"\n\
             Content-Transfer-Encoding: base64\n\n{program}\n"
        ),
    );
    smtp::send(lane.smtp_port, &Envelope::to(&recipient), &message).expect("Postfix takes the mail");
    let deadline = Instant::now() + PATIENCE;
    let record = loop {
        let (_, answer) = ask(&daemon, json!({"ticket": "T-1", "recipient": recipient}));
        if let Some(record) = answer["records"].get(0) {
            break record.clone();
        }
        assert!(Instant::now() < deadline, "there is no record of the mail");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(record["action"], "quarantine", "{record}");
    let queue_id = record["queue_id"].as_str().unwrap();
    let command = format!("postsuper -H {queue_id}");
    let (_, page) = fill_in(&daemon, &[("ticket", "T-1"), ("recipient", &recipient)]);
    assert!(page.contains(&command), "{page}");
    assert!(postfix.delivered_now(&recipient).is_empty(), "it was not held");
    // The command does what the page says.
    postfix.release(queue_id);
    assert_eq!(postfix.delivered(&recipient).tags().len(), 1);
}

#[test]
fn without_a_store_mail_passes_and_the_drops_are_counted() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    // A file where the directory should be: nothing can be made below it.
    let blocked = tempfile::NamedTempFile::new().unwrap();
    let configuration = format!("[keys]\ndirectory = \"{}/keys\"\n", blocked.path().display());
    let daemon = Daemon::start_with(&lane.milter, &configuration, &[]);
    let recipient = new_address();
    smtp::send(lane.smtp_port, &Envelope::to(&recipient), &with_attachment("lookup.none", 100))
        .expect("Postfix takes it");
    assert_eq!(postfix.delivered(&recipient).tags().len(), 1);
    let metrics: Metrics = daemon.metrics();
    assert_eq!(metrics.with("mailgauge_records_dropped_total", "reason", "store-unavailable"), 1.0);
    assert_eq!(metrics.sum("mailgauge_key_until_timestamp_seconds"), 0.0);
}

#[test]
fn the_self_test_finds_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_mailgauge")).args(["selftest", "--canary"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("No mark was found outside of the mail."), "{said}");
    for place in
        ["tag header", "page: the result", "API: the answer", "records.db", "log, at RUST_LOG=trace", "http/metrics"]
    {
        assert!(said.contains(place), "{place} was not searched: {said}");
    }
    assert!(!said.contains("not searched"), "{said}");
}
