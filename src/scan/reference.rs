//! The slow, obvious versions of the fast paths, and the tests that hold the fast ones to them.

use super::facts::{CodingFlags, EnvelopeFacts, Facts};
use super::limits::Limits;
use super::lines::Lines;
use super::sink::Sink;
use super::{Scanner, base64::Base64, quoted_printable::QuotedPrintable};
use proptest::prelude::*;

/// Keeps everything; `wanting` false keeps numbers only.
struct Keep {
    wanting: bool,
    bytes: Vec<u8>,
    count: u64,
}

impl Sink for Keep {
    fn wants(&self, _: usize) -> bool {
        self.wanting
    }
    fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.count += bytes.len() as u64;
    }
    fn skip(&mut self, count: u64) {
        assert!(!self.wanting);
        self.count += count;
    }
}

/// base64, character by character: what is not of the alphabet is skipped, complete padding ends the data.
fn slow_base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut group = Vec::new();
    let mut pads = 0;
    for b in text {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if group.len() >= 2 => {
                pads += 1;
                if group.len() + pads == 4 {
                    break;
                }
                continue;
            }
            _ => continue,
        };
        pads = 0;
        group.push(value);
        if let [a, b, c, d] = group[..] {
            out.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
            group.clear();
        }
    }
    match group[..] {
        [a, b] => out.push(a << 2 | b >> 4),
        [a, b, c] => out.extend([a << 2 | b >> 4, b << 4 | c >> 2]),
        _ => {}
    }
    out
}

/// quoted-printable, byte by byte.
fn slow_quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        rest = match rest {
            [] | [b'='] => return out,
            [b'=', b'\r', b'\n', tail @ ..] | [b'=', b'\n', tail @ ..] => tail,
            [b'=', b'=', tail @ ..] => {
                out.push(b'=');
                tail
            }
            [b'=', a, b, tail @ ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                let digits = [*a, *b];
                let digits = std::str::from_utf8(&digits).expect("two hex digits are text");
                out.push(u8::from_str_radix(digits, 16).expect("they were tested"));
                tail
            }
            [b, tail @ ..] => {
                out.push(*b);
                tail
            }
        }
    }
}

fn slow_lines(text: &[u8]) -> Lines {
    let mut lines = Lines::default();
    for (i, b) in text.iter().enumerate() {
        match b {
            b'\n' => lines.end(i > 0 && text[i - 1] == b'\r'),
            b'\r' if text.get(i + 1) == Some(&b'\n') => {}
            b'\r' => {
                lines.bare_cr = true;
                lines.add(1);
            }
            _ => lines.add(1),
        }
    }
    lines
}

/// Cuts text into pieces of a size, but no CRLF in two, as the stream machine does.
fn pieces(text: &[u8], size: usize) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut at = size.min(rest.len());
        if rest[at - 1] == b'\r' && rest.get(at) == Some(&b'\n') {
            at += 1;
        }
        out.push(&rest[..at]);
        rest = &rest[at..];
    }
    out
}

/// Lines, each with its own line end.
fn joined(lines: Vec<(Vec<u8>, &[u8])>) -> Vec<u8> {
    lines.into_iter().flat_map(|(line, end)| [&line, end].concat()).collect()
}

/// Text in which what matters to the decoders is frequent.
fn coded_text(alphabet: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let any_char = prop_oneof![
        20 => proptest::sample::select(alphabet.as_bytes()),
        1 => any::<u8>(),
    ];
    let line = prop_oneof![
        3 => proptest::collection::vec(any_char, 0..90),
        2 => Just(b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0".to_vec()),
    ];
    let end = proptest::sample::select(vec![&b"\r\n"[..], b"\n", b"\r", b""]);
    proptest::collection::vec((line, end), 0..30).prop_map(joined)
}

proptest! {
    #[test]
    fn base64_equals_its_slow_version(text in coded_text("ABCDwxyz0189+/= \t"), size in 1usize..200) {
        let expected = slow_base64(&text);
        for wanting in [true, false] {
            let mut keep = Keep { wanting, bytes: Vec::new(), count: 0 };
            let mut coder = Base64::new();
            pieces(&text, size).into_iter().for_each(|p| coder.feed(p, &mut keep));
            coder.finish(&mut keep, false);
            prop_assert_eq!(keep.count, expected.len() as u64);
            if wanting {
                prop_assert_eq!(&keep.bytes, &expected);
            }
        }
    }

    #[test]
    fn valid_base64_is_what_others_encode(data in proptest::collection::vec(any::<u8>(), 0..3000), width in 1usize..25) {
        let encoded = data_encoding::BASE64.encode(&data);
        let text: Vec<u8> = encoded.as_bytes().chunks(width * 4).flat_map(|l| [l, b"\r\n"].concat()).collect();
        let mut keep = Keep { wanting: true, bytes: Vec::new(), count: 0 };
        let mut coder = Base64::new();
        coder.feed(&text, &mut keep);
        prop_assert_eq!(coder.finish(&mut keep, false) - CodingFlags::BASE64_LONG_LINES, CodingFlags::empty());
        prop_assert_eq!(keep.bytes, data);
    }

    #[test]
    fn quoted_printable_equals_its_slow_version(text in coded_text("ab=3D0F\t "), size in 1usize..200) {
        // A lone CR behind `=` is read as text, by both.
        let expected = slow_quoted_printable(&text);
        for wanting in [true, false] {
            let mut keep = Keep { wanting, bytes: Vec::new(), count: 0 };
            let mut coder = QuotedPrintable::new();
            pieces(&text, size).into_iter().for_each(|p| coder.feed(p, &mut keep));
            coder.finish(&mut keep);
            prop_assert_eq!(keep.count, expected.len() as u64);
            if wanting {
                prop_assert_eq!(&keep.bytes, &expected);
            }
            prop_assert_eq!(coder.lines, slow_lines(&text));
        }
    }

    #[test]
    fn lines_equal_their_slow_version(text in coded_text("ab begin644"), size in 1usize..200) {
        let mut lines = Lines::default();
        pieces(&text, size).into_iter().for_each(|p| lines.text(p));
        prop_assert_eq!(lines, slow_lines(&text));
    }
}

/// Messages in which what matters to the structure is frequent, and anything else.
fn message() -> impl Strategy<Value = Vec<u8>> {
    const LINES: &[&str] = &[
        "",
        "",
        "--b",
        "--b--",
        "--c",
        "--c--",
        "-",
        "--",
        "--b ",
        "--bc",
        "text",
        "From: a",
        " folded",
        "no header line",
        "Subject: =?utf-8?q?a=?=",
        "To : a <b@c",
        "Received: by b; 1 Jan 2027 00:00 Z",
        "gr\u{fc}n",
        "Content-Type: multipart/mixed; boundary=b",
        "Content-Type: multipart/digest; boundary=\"c\"",
        "Content-Type: multipart/alternative;\r\n\tboundary=b",
        "Content-Type: message/rfc822",
        "Content-Type: text/html; name=\"a.html\"",
        "Content-Type: application/pdf",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        "Content-Transfer-Encoding: 8bit",
        "Content-Transfer-Encoding: x-uuencode",
        "Content-Disposition: attachment; filename*0=a; filename*1=.pdf",
        "UEsDBAAAAAAAUEsFBgAAAAA=",
        "Q29udGVudC1UeXBlOiB0ZXh0L3BsYWluCgpoaQo=",
        "Content-Type:=20text/plain=",
        "<img src=\"data:image/png;base64,AAAA\">",
        "begin 644 a",
        "#0V%T",
        "end",
        "JVBERi0xLjQKJSVFT0YK",
        " --b",
        " \t",
        "--b --",
        "--b\rx",
        "--bContent-Type: text/html",
        "a -- b",
        "----",
        "Content-Type : text/html",
        " Content-Type: text/html",
        "Content-Type: text/plain; boundary=b",
        "Content-Transfer-Encoding: base645",
        "a= ",
        "QUJ",
        "=ybegin line=1 size=2 name=a",
    ];
    let line = prop_oneof![
        12 => proptest::sample::select(LINES).prop_map(|l| l.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => (1usize..3000).prop_map(|n| vec![b'-'; n]),
    ];
    let end = prop_oneof![
        6 => Just(&b"\r\n"[..]),
        3 => Just(&b"\n"[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b""[..]),
    ];
    proptest::collection::vec((line, end), 0..60).prop_map(joined)
}

fn scan(chunks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Facts {
    let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
    chunks.into_iter().for_each(|c| scanner.body(c.as_ref()));
    scanner.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_split_gives_the_same_facts(message in message(), cuts in proptest::collection::vec(1usize..70, 1..20)) {
        let whole = scan([&message]);
        prop_assert_eq!(&scan(message.chunks(1)), &whole);
        let mut pieces = Vec::new();
        let mut rest = &message[..];
        for cut in cuts.iter().cycle() {
            let (piece, tail) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece);
            rest = tail;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(&scan(pieces), &whole);
    }

    #[test]
    fn the_sums_hold(message in message()) {
        let facts = scan([&message]);
        let bare = message.iter().enumerate().filter(|(i, b)| **b == b'\n' && (*i == 0 || message[i - 1] != b'\r')).count();
        prop_assert_eq!(facts.wire_bytes, (message.len() + bare) as u64);
        prop_assert_eq!(facts.parts_total, facts.parts.len() as u64);
        for (index, part) in facts.parts.iter().enumerate() {
            prop_assert_eq!(part.parent.is_none(), index == 0);
            prop_assert!(part.encoded_bytes <= facts.body_bytes || facts.parts[..index].iter().any(|p| p.decoded_bytes >= part.encoded_bytes));
            if let Some(parent) = part.parent {
                prop_assert_eq!(facts.parts[usize::from(parent)].depth + 1, part.depth);
            }
        }
    }

    #[test]
    fn a_milter_and_a_file_give_the_same_facts(fields in proptest::collection::vec((0usize..6, "[ -~]{0,60}"), 0..12), body in message()) {
        const NAMES: [&str; 6] = ["From", "Subject", "Content-Type", "Content-Transfer-Encoding", "Date", "X-Other"];
        let mut file = Vec::new();
        let mut milter = Scanner::new(Limits::default(), EnvelopeFacts::default());
        for (name, value) in &fields {
            file.extend(format!("{}: {value}\r\n", NAMES[*name]).bytes());
            milter.header(NAMES[*name].as_bytes(), format!(" {value}").as_bytes());
        }
        file.extend(b"\r\n");
        file.extend(&body);
        milter.end_of_headers();
        milter.body(&body);
        prop_assert_eq!(milter.finish(), scan([file]));
    }
}
