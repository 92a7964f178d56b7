//! Memory that does not grow with the mail: counted, not estimated.

use crate::mails::{self, HOSTILE, ORDINARY};
use allocation_counter::measure;
use mailgauge::pseudonym::Token;
use mailgauge::report::Parties;
use mailgauge::scan::{EnvelopeFacts, Limits, Scanner};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// What the scanner may hold of one open message.
const PROMISE: u64 = 256 * 1024 - TOKENS;

/// The tokens of a mail's recipients, which the session keeps beside the scanner. A vector that grows has room for up to twice its items.
const TOKENS: u64 = (Parties::MAX.next_power_of_two() * Token::BYTES) as u64;
/// Bytes of a body chunk as Postfix sends them.
const CHUNK: usize = 65_535;

fn peak(mail: &[u8]) -> u64 {
    let used = measure(|| {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        mail.chunks(CHUNK).for_each(|chunk| scanner.body(chunk));
        drop(scanner.finish());
    });
    used.bytes_max
}

#[test]
fn no_mail_makes_the_scanner_hold_more_than_its_promise() {
    for made in ORDINARY.iter().chain(HOSTILE) {
        for size in [100_000, 4_000_000] {
            let peak = peak(&(made.make)(size));
            assert!(peak <= PROMISE, "{} of {size} bytes made the scanner hold {peak} bytes", made.name);
        }
    }
}

/// A mail made to hold all at once: open boundaries, the most parts, an end that matters, and a giant field at its end.
#[test]
fn all_bounds_reached_at_once_stay_within_the_promise() {
    let mut mail = Vec::new();
    for level in 0..40 {
        let boundary = format!("{level}{}", "b".repeat(900));
        mail.extend(format!("Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\n").bytes());
    }
    let last = format!("\r\n--39{}\r\n", "b".repeat(900));
    mail.extend_from_slice(b"\r\nx");
    for _ in 0..1100 {
        mail.extend(last.bytes());
        mail.extend_from_slice(
            b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAAA\r\n",
        );
    }
    mail.extend(last.bytes());
    mail.extend_from_slice(b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    let zip = [b"PK\x03\x04", &mails::noise(300_000)[..]].concat();
    mail.extend(mails::base64_lines(&zip));
    mail.extend(last.bytes());
    mail.extend(format!("Content-Type: a/b; name=\"{}\\\"\"; {}", "n".repeat(3000), "x".repeat(200_000)).bytes());
    let peak = peak(&mail);
    assert!(peak <= PROMISE, "{peak} bytes");
}

/// Every layer has its own containers, buffers and leaf: two streams full of them, and lines that only their end tells from header lines.
#[test]
fn encoded_layers_do_not_multiply_what_is_held() {
    fn levels(mail: &mut Vec<u8>) {
        for level in 0..31 {
            let boundary = format!("{level:02}{}", "b".repeat(1016));
            mail.extend(format!("Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\n").bytes());
        }
    }
    let mut inner = Vec::new();
    levels(&mut inner);
    let last = format!("\r\n--30{}\r\n", "b".repeat(1016));
    for _ in 0..1100 {
        inner.extend_from_slice(b"\r\nPK\x03\x04");
        inner.extend(last.bytes());
    }
    inner.extend_from_slice(b"Content-Type: message/rfc822\r\nPK\x03\x04");
    inner.extend([0xFF; 65_530]);
    inner.extend_from_slice(b"\r\n");
    inner.extend([0xFF; 100_000]);
    let mut mail = Vec::new();
    levels(&mut mail);
    mail.extend_from_slice(b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    mail.extend(mails::base64_lines(&inner));
    let peak = peak(&mail);
    assert!(peak <= PROMISE, "{peak} bytes");
}

/// A mail of a gigabyte that never exists as a whole.
fn gigabyte(top: &[u8], begin: &[u8], chunk: &[u8]) {
    let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
    let mut sent = 0u64;
    let mut feed = |scanner: &mut Scanner, bytes: &[u8]| {
        sent += bytes.len() as u64;
        scanner.body(bytes);
    };
    let used = measure(|| {
        feed(&mut scanner, top);
        feed(&mut scanner, begin);
        for _ in 0..8 {
            feed(&mut scanner, chunk);
        }
    });
    let warm = measure(|| {
        for _ in 0..(1 << 30) / chunk.len() {
            feed(&mut scanner, chunk);
        }
    });
    assert_eq!(warm.count_total, 0, "a warm scanner allocates nothing per chunk");
    assert!(used.bytes_max <= PROMISE, "{} bytes", used.bytes_max);
    let facts = scanner.finish();
    assert_eq!(facts.wire_bytes, sent);
}

#[test]
fn a_gigabyte_costs_what_a_kilobyte_costs() {
    let top = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    let lines = mails::base64_lines(&mails::noise(57 * 850));
    let mut uneven = lines.clone();
    uneven.drain(..5);
    gigabyte(top, b"Content-Transfer-Encoding: base64\r\n\r\n", &lines);
    gigabyte(top, b"Content-Transfer-Encoding: base64\r\n\r\n", &uneven);
    // A ZIP's end is kept, so all of it is decoded.
    gigabyte(top, b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAAA\r\n", &lines);
    let text = mails::long_text(CHUNK);
    gigabyte(top, b"Content-Type: text/plain\r\n\r\n", &text);
    gigabyte(top, b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", &text);
}

/// Any bytes, in any pieces: no panic, and no more memory than promised.
#[test]
fn nothing_makes_the_scanner_panic_or_grow() {
    let pieces: Vec<Vec<u8>> = HOSTILE.iter().chain(ORDINARY).map(|made| (made.make)(3000)).collect();
    let part = prop_oneof![
        4 => (0..pieces.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(move |(which, a, b)| {
            let piece = &pieces[which];
            let (a, b) = (a.index(piece.len()), b.index(piece.len()));
            piece[a.min(b)..a.max(b)].to_vec()
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..200),
    ];
    let mail = proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat());
    TestRunner::default()
        .run(&mail, |mail| {
            prop_assert!(peak(&mail) <= PROMISE);
            Ok(())
        })
        .unwrap();
}
