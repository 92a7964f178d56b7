//! Words planted everywhere in a mail are found nowhere but in the mail: no log at any level, no metric, no page, no tag.

use crate::postfix::daemon::Daemon;
use crate::postfix::{self, Lane, MilterAddress, free_port, new_address, shared};
use crate::smtp::{self, Envelope};

/// One word for each place. None of them is part of anything that the program could say by itself.
const WORDS: [&str; 16] = [
    "zqsubjectwort",
    "zqsenderlocal",
    "zqsenderhost",
    "zqrecipientlocal",
    "zqdisplayname",
    "zqmessageid",
    "zqfieldname",
    "zqfieldvalue",
    "zqboundarywort",
    "zqparametervalue",
    "zqfilenamewort",
    "zqextension",
    "zqsubtype",
    "zqtransfercoding",
    "zqbodywort",
    "zqbinarywort",
];

/// A mail with all words in it, in every encoding that mail has, and with plenty of faults so that much is said about it.
pub fn planted(recipient: &str) -> Vec<u8> {
    let base64 = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
    postfix::crlf(
        format!(
            "From: \"zqdisplayname\" <zqsenderlocal@zqsenderhost.example>\n\
             To: zqdisplayname <{recipient}>\n\
             Message-ID: <zqmessageid@zqsenderhost.example>\n\
             Date: zqfieldvalue, 24 Nov 2026\n\
             Subject: zqsubjectwort =?utf-8?B?{subject}?= =?utf-8?Q?zq=73ubjectwort?= =?zqparametervalue?Q?zqsubjectwort?=\n\
             X-Zqfieldname: zqfieldvalue \x01\n\
             X-Mailgauge: v=1; ref=zqfieldvalue\n\
             zqfieldname zqfieldname: zqfieldvalue\n\
             MIME-Version: zqfieldvalue\n\
             Content-Type: multipart/mixed; boundary=\"zqboundarywort\"; zqparametervalue=zqparametervalue\n\
             \n\
             zqbodywort before all parts\n\
             --zqboundarywort\n\
             Content-Type: text/zqsubtype; charset=zqparametervalue\n\
             Content-Transfer-Encoding: zqtransfercoding\n\
             \n\
             zqbodywort\n\
             --zqboundarywort\n\
             Content-Type: application/zqsubtype; name=\"zqfilenamewort.zqextension\"\n\
             Content-Disposition: zqparametervalue; filename*=utf-8''zqfile%6Eamewort.pdf.exe; filename=\"../zqfilenamewort\n\
             Content-Transfer-Encoding: base64\n\
             zqfieldname without a colon\n\
             \n\
             {content}\n\
             zqbodywort!\n\
             --zqboundarywort\n\
             Content-Type: message/rfc822\n\
             \n\
             Subject: zqsubjectwort\n\
             From: zqsenderlocal@zqsenderhost.example\n\
             \n\
             begin 644 zqfilenamewort.zqextension\n\
             #86)C\n\
             `\n\
             end\n\
             --zqboundarywort\n\
             Content-Type: text/html\n\
             Content-Transfer-Encoding: quoted-printable\n\
             \n\
             <a href=3D\"https://zqsenderhost.example/zqbodywort\">zq=62odywort</a> =ZQ\n",
            subject = base64("zqsubjectwort"),
            content = base64("MZ zqbinarywort zqbinarywort zqbinarywort"),
        )
        .as_bytes(),
    )
}

/// Every form in which a word could be found again.
fn forms(word: &str) -> Vec<(String, Vec<u8>)> {
    let mut forms = vec![
        ("as it is".to_owned(), word.as_bytes().to_vec()),
        ("as hex".to_owned(), data_encoding::HEXLOWER.encode(word.as_bytes()).into_bytes()),
        ("as UTF-16LE".to_owned(), word.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("as UTF-16BE".to_owned(), word.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("as a list of numbers".to_owned(), {
            let numbers: Vec<String> = word.bytes().map(|b| b.to_string()).collect();
            numbers.join(", ").into_bytes()
        }),
    ];
    // base64 at each of the three places at which a word can begin, without the characters that its neighbours decide.
    for shift in 0..3 {
        let mut padded = vec![0; shift];
        padded.extend_from_slice(word.as_bytes());
        let whole = padded.len() / 3 * 3;
        let encoded = data_encoding::BASE64.encode(&padded[..whole]);
        let skip = if shift == 0 { 0 } else { 4 };
        forms.push((format!("as base64, shifted by {shift}"), encoded.as_bytes()[skip..].to_vec()));
    }
    forms
}

/// Fails if any word is in there, whatever its case and its encoding.
pub fn assert_clean(place: &str, bytes: &[u8]) {
    let lower = bytes.to_ascii_lowercase();
    for word in WORDS {
        for (form, needle) in forms(word) {
            // base64 is the only form in which case matters.
            let haystack = if form.contains("base64") { bytes } else { &lower };
            if let Some(at) = memchr::memmem::find(haystack, &needle) {
                let around = &bytes[at.saturating_sub(80)..bytes.len().min(at + 120)];
                panic!("{word} {form} in {place}: ...{}...", String::from_utf8_lossy(around));
            }
        }
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

#[test]
fn the_search_finds_what_is_there() {
    for (form, needle) in forms("zqbodywort") {
        let found =
            std::panic::catch_unwind(|| assert_clean("a haystack", &[b"..", needle.as_slice(), b".."].concat()));
        assert!(found.is_err(), "{form}");
    }
    for shift in 0..3 {
        let encoded = data_encoding::BASE64.encode(format!("{}zqbodywort and more", &"ab"[..shift]).as_bytes());
        assert!(std::panic::catch_unwind(|| assert_clean("base64", encoded.as_bytes())).is_err(), "{shift}");
    }
}
