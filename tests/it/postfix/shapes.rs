//! Headers in the shapes in which Postfix really shows them: whatever a mail looks like, it comes out as it does without us.

use super::delivery::{complete, with_attachment};
use super::{crlf, shared, through};
use crate::postfix::daemon::{Daemon, metric, scan};

/// Messages that Postfix takes and some of which it repairs itself.
fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    let long_field = format!("X-Long: {}\n", "word ".repeat(30_000));
    let many = (0..1_500).map(|i| format!("X-Field-{i}: {i}\n")).collect::<String>();
    let mut raw = complete("raw", "\nbody\n");
    let at = raw.len() - b"\r\nbody\r\n".len();
    raw.splice(at..at, *b"X-Latin: Gr\xFC\xDFe\r\nX-Mixed: \xF0\x9F\x98\x80 \xFF\r\n");
    vec![
        ("folded", complete("folded", "X-Folded: one\n two\n\tthree\n    four\n\nbody\n")),
        ("a fold of blanks", complete("blank-fold", "X-Folded: one\n   \n two\n\nbody\n")),
        ("8-bit", raw),
        ("a blank before the colon", complete("colon", "X-Odd : value\n\nbody\n")),
        ("no blank after the colon", complete("tight", "X-Tight:value\nX-Empty:\nX-Blank: \n\nbody\n")),
        ("many blanks", complete("blanks", "X-Blanks:     five before, two after  \n\nbody\n")),
        ("a line that is no header", complete("broken", "this is no header line\nX-After: value\n\nbody\n")),
        ("an over-long field", complete("long", &format!("{long_field}\nbody\n"))),
        (
            "a field over header_size_limit in pieces",
            complete("pieces", &format!("{}\nbody\n", long_field.replace("word word ", "word\n "))),
        ),
        ("many fields", complete("many", &format!("{many}\nbody\n"))),
        (
            "a mailbox line",
            [b"From someone Tue Nov 24 12:00:00 2026\r\n".to_vec(), complete("mbox", "\nbody\n")].concat(),
        ),
        ("no header", crlf(b"\nonly a body\n")),
        ("no body", complete("bodiless", "")),
        ("an empty line as body", complete("empty-line", "\n\n")),
        ("a body line of 100,000 bytes", complete("line", &format!("\n{}\n", "x".repeat(100_000)))),
        ("stray line ends", [complete("stray", "\n"), b"one\rtwo\nthree\r\r\nfour\r\n".to_vec()].concat()),
        ("NUL", [complete("nul", "X-Before: 1\n\n"), b"a\0b\r\n\0\r\n".to_vec()].concat()),
        ("NUL in a field", complete("nul-field", "X-Nul: a\0b\nX-After: 1\n\nbody\n")),
        ("an attachment", with_attachment("attachment", 70_000)),
    ]
}

#[test]
fn every_shape_comes_out_as_without_a_milter() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.unix_lane();
    let daemon = Daemon::start(&lane.milter);
    let shapes = shapes();
    for (name, message) in &shapes {
        let without = through(postfix, postfix.plain_port, message);
        let with = through(postfix, lane.smtp_port, message);
        // What Postfix adds to incomplete mails differs from one to the other.
        let comparable = |header: Vec<u8>| -> Vec<u8> {
            let own = |line: &&[u8]| line.starts_with(b"Message-Id: <") || line.starts_with(b"Date: ");
            header.split_inclusive(|&b| b == b'\n').filter(|line| !own(line)).collect::<Vec<_>>().concat()
        };
        let (header, expected) = (comparable(with.header_as_sent()), comparable(without.header_as_sent()));
        assert_eq!(String::from_utf8_lossy(&header), String::from_utf8_lossy(&expected), "header of: {name}");
        assert!(header == expected, "header bytes of: {name}");
        assert!(with.body == without.body, "body of: {name}");
        with.tag();
    }
    let metrics = daemon.metrics();
    assert_eq!(metrics.sum(metric::MESSAGES), shapes.len() as f64);
    assert_eq!(metrics.sum(metric::ERRORS), 0.0);
}

/// The milter protocol hides nothing that matters: the daemon finds in a mail what `mailgauge scan` finds in its file.
#[test]
fn the_daemon_finds_what_scan_finds() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);
    // Those that Postfix shows a milter as they were sent.
    let alike =
        ["folded", "8-bit", "no blank after the colon", "many fields", "a body line of 100,000 bytes", "an attachment"];
    let mut findings = 0;
    for (name, message) in shapes().into_iter().filter(|(name, _)| alike.contains(name)) {
        let tag = through(postfix, lane.smtp_port, &message).tag();
        let scanned = scan(&message);
        assert_eq!(Some(tag.number("wire")), scanned["wire_bytes"].as_u64(), "{name}");
        let mut expected: Vec<&str> =
            scanned["findings"].as_array().expect("findings").iter().filter_map(|f| f["id"].as_str()).collect();
        expected.sort_unstable();
        expected.dedup();
        let mut found: Vec<&str> = match tag.entries.iter().find(|(key, _)| key == "findings") {
            Some((_, list)) => list.split([',', ' ']).filter(|id| !id.is_empty()).collect(),
            None => Vec::new(),
        };
        found.sort_unstable();
        assert_eq!(found, expected, "{name}");
        findings += found.len();
    }
    assert!(findings > 0, "none of these mails is free of fault");
    assert!(daemon.metrics().sum(metric::FINDINGS) >= findings as f64);
}
