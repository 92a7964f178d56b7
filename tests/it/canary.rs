//! Words planted everywhere in a mail are found nowhere but in the mail: no log at any level, no metric, no page, no tag.

use crate::postfix::daemon::Daemon;
use crate::postfix::{Lane, MilterAddress, free_port, new_address, shared};
use crate::smtp::{self, Envelope};
use mailgauge::cli::selftest::{marks, planted};

/// Fails if any mark is in there, whatever its case and its form.
pub fn assert_clean(place: &str, bytes: &[u8]) {
    if let Some(leak) = marks::search(bytes).first() {
        let around = &bytes[leak.at.saturating_sub(80)..bytes.len().min(leak.at + 120)];
        panic!("{} as {} in {place}: ...{}...", leak.mark, leak.form, String::from_utf8_lossy(around));
    }
}

fn leaks_nothing(lane: &Lane, configuration: &str) {
    let postfix = shared().expect("the caller has a lane");
    let mut daemon = Daemon::start_with(&lane.milter, configuration, &[("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1")]);
    let recipient = format!("zqrecipientlocal.{}", new_address());
    let envelope =
        Envelope { from: "zqsenderlocal@zqsenderhost.example".into(), eight_bit: true, ..Envelope::to(&recipient) };
    let message = planted(&recipient);
    smtp::send(lane.smtp_port, &envelope, &message).expect("Postfix takes the mail");
    let delivered = postfix.delivered(&recipient);
    let tags = delivered.tags();
    assert_eq!(tags.len(), 1);
    assert_clean("the tag", tags[0].as_bytes());

    // And one that breaks off, and one refused before its end.
    let mut session = smtp::Session::open(lane.smtp_port).expect("a session");
    session.begin(&envelope).expect("DATA");
    session.write(&message[..message.len() / 2]).expect("Postfix reads");
    drop(session);
    daemon.wait_for_aborted(1);

    for page in ["/", "/metrics", "/-/healthy", "/-/ready", "/zqbodywort"] {
        assert_clean(page, daemon.get(page).unwrap_or_default().as_bytes());
    }
    daemon.terminate();
    let output = daemon.output();
    assert!(output.len() > 100, "it says something, or there is nothing to search");
    assert_clean("the log", &output);
}

#[test]
fn planted_words_are_found_nowhere_in_text_logs() {
    let Some(postfix) = shared() else { return };
    leaks_nothing(postfix.tcp_lane(), "[log]\nformat = \"text\"\nlevel = \"debug\"\n");
}

#[test]
fn planted_words_are_found_nowhere_in_json_logs() {
    let Some(postfix) = shared() else { return };
    leaks_nothing(postfix.tcp_lane(), "[log]\nformat = \"json\"\nlevel = \"debug\"\n");
}

/// A peer that speaks the milter protocol badly: what it sent must not be quoted in a complaint either.
#[test]
fn broken_frames_are_not_quoted() {
    use std::io::{Read, Write};
    let port = free_port();
    let mut daemon = Daemon::start_with(
        &MilterAddress::Tcp(port),
        "[log]\nformat = \"text\"\nlevel = \"debug\"\n",
        &[("RUST_LOG", "trace")],
    );
    let negotiation = [&6u32.to_be_bytes()[..], &0x1ffu32.to_be_bytes(), &0x1f_ffffu32.to_be_bytes()].concat();
    let frame = |command: u8, data: &[u8]| [&(data.len() as u32 + 1).to_be_bytes()[..], &[command], data].concat();
    let broken = [
        frame(b'L', b"zqfieldname without its value"),
        frame(b'M', b"zqsenderlocal"),
        frame(b'Z', b"zqbodywort"),
        frame(b'D', b"Czqparametervalue"),
        b"zqbodywort zqbodywort zqbodywort".to_vec(),
    ];
    for bytes in broken {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_read_timeout(Some(std::time::Duration::from_millis(300))).expect("a time-out");
        stream.write_all(&frame(b'O', &negotiation)).expect("the daemon reads");
        let _ = stream.write_all(&bytes);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    daemon.terminate();
    assert_clean("the log", &daemon.output());
}
