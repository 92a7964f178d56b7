//! Mail comes out as it went in, with one tag that tells the truth.

use super::{Delivered, Lane, Tag, crlf, new_address, shared, through};
use crate::postfix::daemon::{Daemon, metric, scan};
use crate::smtp::{self, Envelope, Session};
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;

/// A `Date` that neither the clock of the daemon nor the years to come can object to.
static NOW: LazyLock<String> = LazyLock::new(|| {
    let date = Command::new("date").arg("-R").output().expect("date runs");
    String::from_utf8(date.stdout).expect("dates are ASCII").trim().to_owned()
});

/// A mail with all fields that Postfix would otherwise add, so that the header stays as it is sent.
pub fn complete(subject: &str, rest: &str) -> Vec<u8> {
    crlf(
        format!(
            "From: Ada <ada@example.org>\nTo: Bob <bob@example.com>\nMessage-ID: <{subject}@example.org>\n\
             Date: {}\nSubject: {subject}\nMIME-Version: 1.0\n{rest}",
            *NOW
        )
        .as_bytes(),
    )
}

/// A mail with a text and an attachment of this many bytes.
pub fn with_attachment(subject: &str, bytes: usize) -> Vec<u8> {
    // Not a repetition, so that a lost or doubled piece shows.
    let data: Vec<u8> = (0..bytes as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let encoded = data_encoding::BASE64.encode(&data);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
    complete(
        subject,
        &format!(
            "Content-Type: multipart/mixed; boundary=\"edge\"\n\n--edge\nContent-Type: text/plain\n\nSee the file.\n\n--edge\n\
             Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"data.bin\"\n\
             Content-Transfer-Encoding: base64\n\n{}\n--edge--\n",
            lines.join("\n")
        ),
    )
}

/// Header and body are those that were sent.
pub fn assert_unaltered(delivered: &Delivered, sent: &[u8]) {
    let mut again = delivered.header_as_sent();
    again.extend_from_slice(b"\r\n");
    again.extend_from_slice(&delivered.body);
    if again != sent {
        let at = again.iter().zip(sent).position(|(a, b)| a != b).unwrap_or(again.len().min(sent.len()));
        panic!(
            "altered at byte {at} ({} bytes sent, {} delivered): sent {:?}, delivered {:?}",
            sent.len(),
            again.len(),
            String::from_utf8_lossy(&sent[at.saturating_sub(20)..sent.len().min(at + 60)]),
            String::from_utf8_lossy(&again[at.saturating_sub(20)..again.len().min(at + 60)]),
        );
    }
}

/// The tag's numbers are those of the mail, by the engine that also reads files and by plain counting.
pub fn assert_tag_tells(tag: &Tag, sent: &[u8]) {
    let scanned = scan(sent);
    assert_eq!(tag.number("wire"), sent.len() as u64);
    assert_eq!(Some(tag.number("wire")), scanned["wire_bytes"].as_u64());
    let attachments: Vec<&serde_json::Value> = scanned["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .filter(|part| part["attachment"].as_bool() == Some(true))
        .collect();
    assert_eq!(tag.number("attachments"), attachments.len() as u64);
    let decoded: u64 = attachments.iter().filter_map(|part| part["decoded_bytes"].as_u64()).sum();
    assert_eq!(tag.number("decoded"), decoded);
    mailgauge::report::Reference::parse(tag.get("ref")).expect("a reference whose check character fits");
}

fn passes_both_ways(lane: &Lane) {
    let postfix = shared().expect("the caller has a lane");
    let daemon = Daemon::start(&lane.milter);
    let before = daemon.metrics();
    let clean = complete("clean", "Content-Type: text/plain\n\nGood morning.\n.\n..two dots\nFrom here on\n");
    // 3 MiB of file: some seventy chunks over the milter protocol.
    let large = with_attachment("large", 3 * 1024 * 1024);
    for (sent, attachments, bytes) in [(&clean, 0, 0), (&large, 1, 3 * 1024 * 1024)] {
        let delivered = through(postfix, lane.smtp_port, sent);
        assert_unaltered(&delivered, sent);
        let tag = delivered.tag();
        assert_tag_tells(&tag, sent);
        assert_eq!((tag.number("attachments"), tag.number("decoded")), (attachments, bytes));
    }
    let after = daemon.metrics();
    assert_eq!(after.sum(metric::MESSAGES) - before.sum(metric::MESSAGES), 2.0);
    // Counted for sure: both bodies. Whether header bytes belong to it is the metric's business.
    let scanned = after.sum(metric::SCANNED) - before.sum(metric::SCANNED);
    let (most, least) = (clean.len() + large.len(), clean.len() + large.len() - 2 * 400);
    assert!((least as f64..=most as f64).contains(&scanned), "{scanned} bytes scanned of {most}");
    assert_eq!(after.sum(metric::ERRORS), 0.0);
    assert_eq!(after.sum(metric::OPEN_MESSAGES), 0.0);
    // Whatever mail comes, the series stay the same.
    assert!(before.0.keys().eq(after.0.keys()), "series came or went");
}

#[test]
fn mail_passes_unaltered_and_tagged_over_tcp() {
    let Some(postfix) = shared() else { return };
    passes_both_ways(postfix.tcp_lane());
}

#[test]
fn mail_passes_unaltered_and_tagged_over_a_unix_socket() {
    let Some(postfix) = shared() else { return };
    passes_both_ways(postfix.unix_lane());
}

#[test]
fn several_mails_in_one_session_are_told_apart() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);
    let mut session = Session::open(lane.smtp_port).expect("a session");
    let mails =
        [with_attachment("first", 5_000), complete("second", "\nNothing attached.\n"), with_attachment("third", 7)];
    let mut references = BTreeSet::new();
    for sent in &mails {
        let recipient = new_address();
        session.send(&Envelope::to(&recipient), sent).expect("Postfix takes the mail");
        let tag = postfix.delivered(&recipient).tag();
        assert_tag_tells(&tag, sent);
        references.insert(tag.get("ref").to_owned());
    }
    session.quit().expect("the session ends well");
    assert_eq!(references.len(), mails.len(), "each mail has its own reference");

    // A declared size, two recipients, one reset before it: still one mail.
    let mut session = Session::open(lane.smtp_port).expect("a session");
    session.command("MAIL FROM:<sender@example.org>", '2').expect("MAIL");
    session.command("RSET", '2').expect("RSET");
    let (one, two) = (new_address(), new_address());
    let envelope =
        Envelope { to: vec![one.clone(), two.clone()], size: Some(mails[0].len() as u64), ..Envelope::to("") };
    session.send(&envelope, &mails[0]).expect("Postfix takes the mail");
    assert_eq!(postfix.delivered(&one).tag(), postfix.delivered(&two).tag());
    assert_eq!(daemon.metrics().sum(metric::MESSAGES), 4.0);
    assert_eq!(daemon.metrics().with(metric::ABORTED, "stage", "data"), 0.0, "a RSET before DATA is no broken mail");
}

#[test]
fn forged_tags_go_and_are_counted() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);
    let honest = complete("forged", "\nHello.\n");
    let mut sent = b"X-Mailgauge: v=1; ref=0000-0000-0000; level=clean\r\nx-mailgauge:\r\n folded\r\n".to_vec();
    sent.extend_from_slice(&honest);
    let body = sent.len() - b"\r\nHello.\r\n".len();
    sent.splice(body..body, *b"X-MAILGAUGE: and another\r\n");

    let delivered = through(postfix, lane.smtp_port, &sent);
    assert_unaltered(&delivered, &honest);
    let tag = delivered.tag();
    assert_ne!(tag.get("ref"), "0000-0000-0000");
    assert_eq!(daemon.metrics().sum(metric::FORGED), 3.0);
}

#[test]
fn smtputf8_mail_passes() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.unix_lane();
    let _daemon = Daemon::start(&lane.milter);
    let recipient = format!("prüfung.{}", new_address());
    let sent = crlf(
        format!(
            "From: Jürgen <jürgen@example.org>\nTo: <{recipient}>\nMessage-ID: <utf8@example.org>\n\
             Date: Tue, 24 Nov 2026 12:00:00 +0000\nSubject: Grüße aus Köln\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nSchöne Grüße\n"
        )
        .as_bytes(),
    );
    let envelope =
        Envelope { from: "jürgen@example.org".into(), utf8: true, eight_bit: true, ..Envelope::to(&recipient) };
    smtp::send(lane.smtp_port, &envelope, &sent).expect("Postfix takes the mail");
    let delivered = postfix.delivered(&recipient);
    assert_unaltered(&delivered, &sent);
    let tag = delivered.tag();
    assert_eq!(tag.number("wire"), sent.len() as u64);
    assert!(!format!("{tag:?}").contains("header-raw"), "raw UTF-8 is allowed with SMTPUTF8: {tag:?}");
}

#[test]
fn mail_of_the_sendmail_command_passes() {
    let Some(postfix) = shared() else { return };
    let milter = postfix.non_smtpd_milter();
    let daemon = Daemon::start(&milter);
    let recipient = new_address();
    let sent = complete("local", "\nFrom a program on this machine.\n.\n");
    postfix.sendmail(
        "sender@example.org",
        &recipient,
        &String::from_utf8_lossy(&sent).replace("\r\n", "\n").into_bytes(),
    );
    let delivered = postfix.delivered(&recipient);
    assert_unaltered(&delivered, &sent);
    assert_tag_tells(&delivered.tag(), &sent);
    assert_eq!(daemon.metrics().with(metric::MESSAGES, "direction", "internal"), 1.0);
}

#[test]
fn a_hundred_mails_at_once_pass() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);
    let references: Vec<String> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..100usize)
            .map(|i| {
                scope.spawn(move || {
                    let sent = with_attachment(&format!("parallel-{i}"), 1 + i * 2_500);
                    let delivered = through(postfix, lane.smtp_port, &sent);
                    assert_unaltered(&delivered, &sent);
                    let tag = delivered.tag();
                    assert_eq!(tag.number("wire"), sent.len() as u64, "a tag of another mail");
                    assert_eq!(tag.number("decoded"), 1 + i as u64 * 2_500);
                    tag.get("ref").to_owned()
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().expect("a sender")).collect()
    });
    assert_eq!(references.iter().collect::<BTreeSet<_>>().len(), 100);
    let metrics = daemon.metrics();
    assert_eq!(metrics.sum(metric::MESSAGES), 100.0);
    assert_eq!(metrics.sum(metric::OPEN_MESSAGES), 0.0);
    assert_eq!(metrics.sum(metric::ERRORS), 0.0);
}
