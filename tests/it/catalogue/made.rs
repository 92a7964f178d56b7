//! Mails that are too big to store, and mails whose findings need an envelope.

use super::Mail;
use mailgauge::scan::{EnvelopeFacts, Limits};
use std::fmt::Write as _;

const MIB: usize = 1024 * 1024;
/// Tue, 24 Nov 2026 10:00:00 +0000, the date of every mail here.
const DATE: i64 = 1_795_514_400;
const DAY: i64 = 24 * 3600;

const FIELDS: &str = "From: Ann Field <ann@example.org>\nTo: Bob Marsh <bob@example.com>\nSubject: Report\n\
    Date: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n";
const PLAIN: &str = "Content-Type: text/plain; charset=utf-8\n\nHello Bob\n";

fn mixed(parts: &[String]) -> String {
    let mut mail = format!("{FIELDS}Content-Type: multipart/mixed; boundary=\"=_b\"\n\n--=_b\n{PLAIN}");
    for part in parts {
        mail.push_str("--=_b\n");
        mail.push_str(part);
    }
    mail + "--=_b--\n"
}

/// Bytes that no two pieces of are alike, encoded in lines.
fn base64(size: usize, width: usize) -> String {
    let data: Vec<u8> = (0..size as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    let encoded = data_encoding::BASE64.encode(&data);
    encoded.as_bytes().chunks(width).fold(String::new(), |mut text, line| {
        text.push_str(std::str::from_utf8(line).unwrap_or_default());
        text.push('\n');
        text
    })
}

fn file(name: &str, body: &str) -> String {
    format!(
        "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename={name}\n\
         Content-Transfer-Encoding: base64\n\n{body}"
    )
}

fn one_file(size: usize) -> String {
    mixed(&[file("data.bin", &base64(size, 76))])
}

/// Attached mails, one inside the other.
fn nested(levels: usize) -> String {
    let mut mail = FIELDS.to_owned();
    for _ in 0..levels {
        mail.push_str("Content-Type: message/rfc822\n\n");
        mail.push_str(FIELDS);
    }
    mail + PLAIN
}

fn texts(count: usize) -> String {
    mixed(&vec![PLAIN.to_owned(); count])
}

fn with_fields(fields: &str) -> String {
    format!("{FIELDS}{fields}{PLAIN}")
}

fn repeated(line: &str, count: usize) -> String {
    line.repeat(count)
}

/// What the SMTP side counts: each line end is CRLF.
fn wire(mail: &str) -> u64 {
    (mail.len() + mail.matches('\n').count()) as u64
}

fn html_with_picture(size: usize) -> String {
    let uri = "A".repeat(70);
    let mut html =
        format!("{FIELDS}Content-Type: text/html; charset=utf-8\n\n<p>Hello <img src=\"data:image/png;base64,");
    for _ in 0..size / uri.len() {
        let _ = writeln!(html, "{uri}");
    }
    html + "\"></p>\n"
}

/// The names and mails: the id that fires, and `.near` where it must not.
pub fn mails() -> Vec<(String, Mail)> {
    let mut mails = Vec::new();
    let mut add = |name: &str, mail: String, envelope: EnvelopeFacts| {
        mails.push((name.to_owned(), Mail { bytes: mail.into_bytes(), envelope }));
    };
    let file_came = EnvelopeFacts::default;
    let small = || with_fields("");

    add("size-exceeds-common-limit", one_file(16 * MIB), file_came());
    add("size-exceeds-common-limit.near", one_file(14 * MIB), file_came());
    add("size-near-own-limit", one_file(7 * MIB), file_came());
    add("size-near-own-limit.near", one_file(6 * MIB), file_came());
    // Cut in a file: of any other mail its end would be missed, and a part of the file.
    let mut cut = one_file(3000);
    cut.truncate(1998);
    let aborted = EnvelopeFacts { aborted: true, ..file_came() };
    add("size-aborted-in-data", cut, aborted);
    add("size-aborted-in-data.near", small(), file_came());
    let long = with_fields("") + &repeated("One line of sixty characters, as a person would write it down.\n", 1000);
    let declared = |size| EnvelopeFacts { declared_size: Some(size), ..EnvelopeFacts::default() };
    add("size-declared-mismatch", long.clone(), declared(wire(&long) * 3 / 4));
    add("size-declared-mismatch.near", long.clone(), declared(wire(&long) - 4096));
    add("size-encoding-overhead", one_file(5 * MIB), file_came());
    add("size-encoding-overhead.near", one_file(5 * MIB - 1), file_came());
    add("size-encoding-wasteful", mixed(&[file("data.bin", &base64(3000, 16))]), file_came());
    add("size-encoding-wasteful.near", mixed(&[file("data.bin", &base64(3000, 60))]), file_came());
    add(
        "size-text-part-large",
        with_fields("") + &repeated("A log says this in each of its lines.\n", 28_000),
        file_came(),
    );
    add(
        "size-text-part-large.near",
        with_fields("") + &repeated("A log says this in each of its lines.\n", 26_000),
        file_came(),
    );
    add("size-html-data-uri", html_with_picture(260 * 1024), file_came());
    add("size-html-data-uri.near", html_with_picture(240 * 1024), file_came());
    let list =
        |lines| format!("X-List: a\n{}", repeated(" one of very many recipients <someone@example.com>,\n", lines));
    add("size-header-block-large", with_fields(&repeated(&list(60), 25)), file_came());
    add("size-header-block-large.near", with_fields(&repeated(&list(60), 19)), file_came());

    add("attachment-large", one_file(11 * MIB), file_came());
    add(
        "attachment-large.near",
        mixed(&[file("a.bin", &base64(2 * MIB, 76)), file("b.bin", &base64(MIB, 76))]),
        file_came(),
    );
    let many = |count| mixed(&(0..count).map(|i| file(&format!("{i}.bin"), &base64(10 + i, 76))).collect::<Vec<_>>());
    add("attachment-count-high", many(51), file_came());
    add("attachment-count-high.near", many(50), file_came());

    let line = |length| with_fields("") + &"x".repeat(length) + "\n";
    add("body-line-too-long", line(999), file_came());
    add("body-line-too-long.near", line(998), file_came());

    add("mime-nesting-deep", nested(31), file_came());
    add("mime-nesting-deep.near", nested(30), file_came());
    add("mime-parts-many", texts(250), file_came());
    add("mime-parts-many.near", texts(248), file_came());

    let arrival = |arrival| EnvelopeFacts { arrival: Some(arrival), ..EnvelopeFacts::default() };
    add("date-future", small(), arrival(DATE - DAY - 1));
    add("date-future.near", small(), arrival(DATE - DAY));
    add("date-past", small(), arrival(DATE + 30 * DAY + 1));
    add("date-past.near", small(), arrival(DATE + 30 * DAY));
    let field = |length: usize| with_fields(&format!("X-Long: {}\n", "x".repeat(length - 8)));
    add("header-line-too-long", field(999), file_came());
    add("header-line-too-long.near", field(998), file_came());
    add("header-count-high", with_fields(&repeated("X-Note: one of many\n", 194)), file_came());
    add("header-count-high.near", with_fields(&repeated("X-Note: one of many\n", 193)), file_came());
    let hops = |count| {
        with_fields(&repeated(
            "Received: from a.example.org by b.example.org; Tue, 24 Nov 2026 10:00:00 +0000\n",
            count,
        ))
    };
    add("received-count-high", hops(26), file_came());
    add("received-count-high.near", hops(25), file_came());

    let parameters =
        |count| format!("{FIELDS}Content-Type: text/plain{}\n\nHello Bob\n", repeated(";\n x-note=one", count));
    add("scan-limit-reached", parameters(Limits::PARAMETERS + 1), file_came());
    add("scan-limit-reached.near", parameters(Limits::PARAMETERS), file_came());
    mails
}
