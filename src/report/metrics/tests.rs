//! What is counted, and that nothing more comes of it.

use super::buckets::MIB;
use super::*;
use crate::pseudonym::Token;
use crate::report::Parties;
use crate::report::testing::{finding, record};
use crate::scan::{EnvelopeFacts, Limits, Scanner};
use prometheus::TextEncoder;
use std::collections::HashSet;

fn scrape(registry: &Registry) -> String {
    TextEncoder::new().encode_to_string(&registry.gather()).unwrap()
}

fn series(text: &str) -> HashSet<String> {
    text.lines().filter(|l| !l.starts_with('#')).map(|l| l.rsplit_once(' ').unwrap().0.to_owned()).collect()
}

#[test]
fn every_known_series_is_there_from_the_start() {
    let registry = Registry::new();
    let metrics = Metrics::register(&registry).unwrap();
    let before = series(&scrape(&registry));
    for d in DECLARATIONS {
        assert!(before.iter().any(|s| s.starts_with(d.name)) || d.labels == ["id"], "{} has no series", d.name);
    }
    metrics.message_ended(&record(vec![]));
    metrics.reloaded(false);
    metrics.transaction_aborted(Stage::Body);
    metrics.internal_error(ErrorKind::Panic);
    metrics.connection_refused(Refusal::Silent);
    drop((metrics.session_opened(), metrics.message_opened()));
    assert_eq!(before, series(&scrape(&registry)));
}

#[test]
fn what_happened_is_counted() {
    let registry = Registry::new();
    let metrics = Metrics::register(&registry).unwrap();
    metrics.message_ended(&record(vec![]));
    metrics.message_ended(&record(vec![finding("zip-truncated", Level::Warning); 2]));
    let mut aborted = record(vec![]);
    aborted.ending = Ending::Aborted;
    metrics.message_ended(&aborted);
    metrics.forged_tags_removed(3);
    metrics.reloaded(true);
    metrics.reloaded(false);
    let session = metrics.session_opened();
    let text = scrape(&registry);
    for line in [
        r#"mailgauge_messages_total{direction="inbound",level="clean"} 1"#,
        r#"mailgauge_messages_total{direction="inbound",level="warning"} 1"#,
        r#"mailgauge_findings_total{id="zip-truncated"} 1"#,
        r#"mailgauge_verdicts_total{action="tag"} 2"#,
        r#"mailgauge_verdicts_total{action="quarantine"} 0"#,
        r#"mailgauge_message_wire_bytes_bucket{le="35882577"} 2"#,
        r#"mailgauge_message_wire_bytes_bucket{le="26214400"} 0"#,
        "mailgauge_scanned_bytes_total 107617011",
        "mailgauge_forged_tags_removed_total 3",
        r#"mailgauge_config_reloads_total{result="failure"} 1"#,
        "mailgauge_config_last_reload_successful 0",
        "mailgauge_sessions_open 1",
    ] {
        assert!(text.lines().any(|l| l == line), "no line {line}");
    }
    drop(session);
    assert_eq!(metrics.sessions_open.get(), 0);
}

/// Whatever mail comes: here a million, of facts that no mail has together.
#[test]
fn a_million_hostile_mails_make_no_new_series() {
    let registry = Registry::new();
    let metrics = Metrics::register(&registry).unwrap();
    let before = series(&scrape(&registry));
    let mut seed = 0x6D61_696C_u64;
    let mut random = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let entries: Vec<_> = catalogue::all().collect();
    let mut scanner = Scanner::new(Limits::default(), EnvelopeFacts::default());
    scanner.header(b"Content-Disposition", b" attachment");
    scanner.end_of_headers();
    scanner.body(b"x\r\n");
    let attachment = scanner.finish().parts[0].clone();
    assert!(attachment.attachment);
    let mails: Vec<Record> = (0..2000)
        .map(|_| {
            let found = (0..random(8)).map(|_| entries[random(entries.len() as u64) as usize]);
            let mut mail = record(found.map(|entry| catalogue::Finding::new(entry, None)).collect());
            mail.direction = Direction::ALL[random(3) as usize];
            mail.ending = if random(9) == 0 { Ending::Aborted } else { Ending::Measured };
            mail.facts.wire_bytes = random(u64::MAX) >> random(64);
            mail.facts.attachments = random(u64::from(u32::MAX)) as u32;
            mail.facts.parts = vec![attachment.clone(); random(5) as usize];
            for part in &mut mail.facts.parts {
                part.detected = FileKind::ALL[random(FileKind::ALL.len() as u64) as usize];
                part.decoded_bytes = random(u64::MAX) >> random(64);
            }
            let token = |n: u64| Token::from([n as u8; Token::BYTES]);
            mail.parties = Parties { sender: Some(token(random(256))), recipients: vec![token(1)], message_id: None };
            mail.verdict.done.measure = (random(2) == 0).then(|| crate::policy::Measure {
                action: [Action::Quarantine, Action::Tempfail, Action::Reject][random(3) as usize],
                because: entries[0],
                rule: None,
            });
            mail
        })
        .collect();
    for _ in 0..500 {
        mails.iter().for_each(|mail| metrics.message_ended(mail));
    }
    metrics.settle(mails[0].time);
    let after = scrape(&registry);
    assert_eq!(before, series(&after));
    let counted = after.lines().filter(|line| line.starts_with("mailgauge_verdicts_total"));
    let counted: u64 = counted.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum();
    let measured = mails.iter().filter(|mail| mail.ending == Ending::Measured).count() as u64;
    assert_eq!(counted, 500 * measured);
}

#[test]
fn senders_of_a_finding_are_told_apart_by_their_tokens() {
    let metrics = Metrics::register(&Registry::new()).unwrap();
    let token = |n: u8| Token::from([n; Token::BYTES]);
    let mut mail = record(vec![finding("zip-truncated", Level::Warning)]);
    mail.time = 1_000_000;
    for (recipients, sender) in
        [(vec![token(9)], Some(token(1))), (vec![token(8)], Some(token(1))), (vec![token(9)], None)]
    {
        mail.parties = Parties { sender, recipients, message_id: None };
        metrics.message_ended(&mail);
    }
    // There was no key: this may be anybody.
    mail.parties = Parties::default();
    metrics.message_ended(&mail);
    let senders = |now| {
        metrics.settle(now);
        metrics.finding_senders.with_label_values(&["zip-truncated"]).get()
    };
    assert_eq!((senders(1_000_010), senders(1_003_600)), (2, 0));
}

#[test]
fn a_session_that_ends_in_a_panic_is_counted() {
    let metrics = Metrics::register(&Registry::new()).unwrap();
    let session = metrics.session_opened();
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _session = session;
        std::panic::resume_unwind(Box::new(()));
    }));
    assert_eq!(metrics.internal_errors.with_label_values(&["session"]).get(), 1);
    assert_eq!(metrics.sessions_open.get(), 0);
}

#[test]
fn buckets_rise() {
    for d in DECLARATIONS {
        assert!(d.buckets.is_sorted_by(|a, b| a.0 < b.0), "{}", d.name);
    }
    for limit in [10_240_000.0, 20.0 * MIB, 25.0 * MIB, 35.0 * MIB, 50.0 * MIB] {
        assert!(DECODED_BYTES.iter().any(|b| b.0 == limit), "{limit}");
    }
}

#[test]
fn promtool_has_nothing_to_say() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let registry = Registry::new();
    let metrics = Metrics::register(&registry).unwrap();
    metrics.message_ended(&record(vec![finding("zip-truncated", Level::Warning)]));
    let tool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    // Part of Debian's prometheus package; a machine without it skips this check, unless contrib/test.sh has installed it.
    let Ok(mut tool) = tool else {
        assert!(std::env::var_os("MAILGAUGE_REQUIRE_PROMETHEUS").is_none(), "promtool is missing");
        return;
    };
    tool.stdin.take().unwrap().write_all(scrape(&registry).as_bytes()).unwrap();
    let said = tool.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success() && text.is_empty(), "{text}");
}
