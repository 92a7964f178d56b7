//! Mails that are too big to store, and mails whose findings need an envelope.

use mailgauge::scan::facts::DestinationFacts;
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

/// Bytes that no two pieces of are alike.
fn noise(size: usize) -> Vec<u8> {
    (0..size as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect()
}

/// The same, encoded in lines.
fn base64(size: usize, width: usize) -> String {
    encoded(&noise(size), width)
}

fn encoded(data: &[u8], width: usize) -> String {
    let encoded = data_encoding::BASE64.encode(data);
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

/// A JPEG with as many bytes behind its end.
fn picture_with_more(size: usize) -> String {
    let picture = [b"\xFF\xD8\xFF\xDA\0\x02 a few pixels \xFF\xD9", &noise(size)[..]].concat();
    mixed(&[file("photo.jpg", &encoded(&picture, 76))])
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

fn line(length: usize) -> String {
    with_fields("") + &"x".repeat(length) + "\n"
}

fn field(length: usize) -> String {
    with_fields(&format!("X-Long: {}\n", "x".repeat(length - "X-Long: ".len())))
}

/// Fields of about 3 KiB each.
fn large_fields(count: usize) -> String {
    let recipients = " one of very many recipients <someone@example.com>,\n".repeat(60);
    with_fields(&format!("X-List: a\n{recipients}").repeat(count))
}

fn long_text(lines: usize) -> String {
    with_fields("") + &"A log says this in each of its lines.\n".repeat(lines)
}

/// A ZIP of empty files.
fn zip_of_many(count: usize) -> String {
    let (mut entries, mut directory) = (Vec::new(), Vec::new());
    for number in 0..count {
        let name = format!("{number}.txt");
        let fields = [&[0; 22][..], &[name.len() as u8, 0, 0, 0]].concat();
        directory.extend([b"PK\x01\x02\0\0", &fields[..], &[0; 10]].concat());
        directory.extend((entries.len() as u32).to_le_bytes());
        directory.extend(name.bytes());
        entries.extend([b"PK\x03\x04", &fields[..], name.as_bytes()].concat());
    }
    let (size, offset) = (directory.len() as u32, entries.len() as u32);
    let count = (count as u16).to_le_bytes();
    let end = [b"PK\x05\x06\0\0\0\0", &count[..], &count, &size.to_le_bytes(), &offset.to_le_bytes(), &[0, 0]].concat();
    let zip = data_encoding::BASE64_MIME.encode(&[entries, directory, end].concat());
    mixed(&[file("notes.zip", &zip.replace("\r\n", "\n"))])
}

fn files(count: usize) -> String {
    mixed(&(0..count).map(|i| file(&format!("{i}.bin"), &base64(10 + i, 76))).collect::<Vec<_>>())
}

fn hops(count: usize) -> String {
    let hop = |i| format!("Received: from a{i}.example.org by b{i}.example.org; Tue, 24 Nov 2026 10:00:00 +0000\n");
    with_fields(&(0..count).map(hop).collect::<String>())
}

fn parameters(count: usize) -> String {
    format!("{FIELDS}Content-Type: text/plain{}\n\nHello Bob\n", ";\n x-note=one".repeat(count))
}

/// A part with a field of so many bytes, in lines.
fn part_with_field(size: usize) -> String {
    mixed(&[format!("X-Note: one\n{}{PLAIN}", " of very many notes\n".repeat(size / 20))])
}

/// Ends in a file: of any other mail, its end would be missed and a part of the file.
fn cut_in_file() -> String {
    let mut mail = one_file(3000);
    mail.truncate(1998);
    mail
}

fn small() -> String {
    with_fields("")
}

/// From an address with letters that ASCII does not have.
fn international() -> String {
    small().replace("<ann@example.org>", "<ann@gr\u{fc}n.example>")
}

fn aborted() -> EnvelopeFacts {
    EnvelopeFacts { aborted: true, ..EnvelopeFacts::default() }
}

fn declared(size: u64) -> EnvelopeFacts {
    EnvelopeFacts { declared_size: Some(size), ..EnvelopeFacts::default() }
}

/// For a recipient whose server takes less than the mail has.
fn too_large_there() -> EnvelopeFacts {
    let destination = Some(DestinationFacts { limit: 100, recipients: 1 });
    EnvelopeFacts { destination, ..EnvelopeFacts::default() }
}

fn arrival(arrival: i64) -> EnvelopeFacts {
    EnvelopeFacts { arrival: Some(arrival), ..EnvelopeFacts::default() }
}

/// A mail that is made when it is needed: the id that fires, and `.near` where it must not; the mail; its envelope.
pub type Made = (&'static str, fn() -> String, fn() -> EnvelopeFacts);

const FILE: fn() -> EnvelopeFacts = EnvelopeFacts::default;

pub const MAILS: &[Made] = &[
    ("size-exceeds-common-limit", || one_file(16 * MIB), FILE),
    ("size-exceeds-common-limit.near", || one_file(14 * MIB), FILE),
    ("size-exceeds-destination-limit", small, too_large_there),
    // When a limit is exceeded is the policy's to know.
    ("size-exceeds-destination-limit.near", small, FILE),
    ("size-near-own-limit", || one_file(7 * MIB), FILE),
    ("size-near-own-limit.near", || one_file(6 * MIB), FILE),
    ("size-aborted-in-data", cut_in_file, aborted),
    ("size-aborted-in-data.near", small, FILE),
    ("size-declared-mismatch", || long_text(1000), || declared(wire(&long_text(1000)) * 3 / 4)),
    ("size-declared-mismatch.near", || long_text(1000), || declared(wire(&long_text(1000)) - 4096)),
    ("size-encoding-overhead", || one_file(5 * MIB), FILE),
    ("size-encoding-overhead.near", || one_file(5 * MIB - 1), FILE),
    ("size-encoding-wasteful", || mixed(&[file("data.bin", &base64(3000, 16))]), FILE),
    ("size-encoding-wasteful.near", || mixed(&[file("data.bin", &base64(3000, 60))]), FILE),
    ("size-text-part-large", || long_text(28_000), FILE),
    ("size-text-part-large.near", || long_text(26_000), FILE),
    ("size-html-data-uri", || html_with_picture(260 * 1024), FILE),
    ("size-html-data-uri.near", || html_with_picture(240 * 1024), FILE),
    ("size-header-block-large", || large_fields(25), FILE),
    ("size-header-block-large.near", || large_fields(19), FILE),
    ("attachment-large", || one_file(11 * MIB), FILE),
    ("attachment-large.near", || mixed(&[file("a.bin", &base64(2 * MIB, 76)), file("b.bin", &base64(MIB, 76))]), FILE),
    ("attachment-count-high", || files(51), FILE),
    ("attachment-count-high.near", || files(50), FILE),
    ("body-line-too-long", || line(999), FILE),
    ("body-line-too-long.near", || line(998), FILE),
    ("mime-nesting-deep", || nested(31), FILE),
    ("mime-nesting-deep.near", || nested(30), FILE),
    ("content-trailing-data", || picture_with_more(17 * 1024), FILE),
    ("content-trailing-data.near", || picture_with_more(15 * 1024), FILE),
    // The text and the container are parts as well.
    ("mime-parts-many", || texts(249), FILE),
    ("mime-parts-many.near", || texts(248), FILE),
    ("mime-part-header-large", || part_with_field(17 * 1024), FILE),
    ("mime-part-header-large.near", || part_with_field(14 * 1024), FILE),
    ("date-future", small, || arrival(DATE - DAY - 1)),
    ("date-future.near", small, || arrival(DATE - DAY)),
    ("date-past", small, || arrival(DATE + 30 * DAY + 1)),
    ("date-past.near", small, || arrival(DATE + 30 * DAY)),
    // The stored fixtures are files, of which nobody knows how they were announced.
    ("address-non-ascii", international, || arrival(DATE)),
    ("address-non-ascii.near", || small().replace("<ann@example.org>", "<ann@xn--grn-hoa.example>"), || arrival(DATE)),
    ("header-line-too-long", || field(999), FILE),
    ("header-line-too-long.near", || field(998), FILE),
    ("header-count-high", || with_fields(&"X-Note: one of many\n".repeat(194)), FILE),
    ("header-count-high.near", || with_fields(&"X-Note: one of many\n".repeat(193)), FILE),
    ("received-count-high", || hops(26), FILE),
    ("received-count-high.near", || hops(25), FILE),
    ("archive-many-entries", || zip_of_many(10_001), FILE),
    ("archive-many-entries.near", || zip_of_many(10_000), FILE),
    ("scan-limit-reached", || parameters(Limits::PARAMETERS + 1), FILE),
    ("scan-limit-reached.near", || parameters(Limits::PARAMETERS), FILE),
];
