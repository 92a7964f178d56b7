//! Big mails made on the spot: ordinary ones, and every hostile input that a scanner of mail has fallen over.
//! The benches use them too.

use std::iter;

/// A mail of about `size` bytes, made by a rule.
pub struct Made {
    pub name: &'static str,
    pub make: fn(size: usize) -> Vec<u8>,
}

/// Ordinary mails, by what they are mostly made of.
pub const ORDINARY: &[Made] = &[
    Made { name: "base64", make: base64 },
    Made { name: "quoted_printable", make: quoted_printable },
    Made { name: "long_text", make: long_text },
    Made { name: "many_parts", make: many_parts },
    Made { name: "header_heavy", make: header_heavy },
];

/// Hostile mails.
pub const HOSTILE: &[Made] = &[
    Made { name: "nested_multiparts", make: nested_multiparts },
    Made { name: "nested_messages", make: nested_messages },
    Made { name: "nested_encoded_messages", make: nested_encoded_messages },
    Made { name: "empty_parts", make: empty_parts },
    Made { name: "header_fields", make: header_fields },
    Made { name: "one_giant_field", make: one_giant_field },
    Made { name: "giant_boundary", make: giant_boundary },
    Made { name: "absent_boundaries", make: absent_boundaries },
    Made { name: "open_boundaries", make: open_boundaries },
    Made { name: "almost_delimiters", make: almost_delimiters },
    Made { name: "parameters", make: parameters },
    Made { name: "rfc2231_pieces", make: rfc2231_pieces },
    Made { name: "nested_comments", make: nested_comments },
    Made { name: "comments_in_date", make: comments_in_date },
    Made { name: "encoded_words", make: encoded_words },
    Made { name: "broken_encoded_words", make: broken_encoded_words },
    Made { name: "quoted_pairs", make: quoted_pairs },
    Made { name: "address_list", make: address_list },
    Made { name: "lying_zip", make: lying_zip },
    Made { name: "zip_of_crumbs", make: zip_of_crumbs },
    Made { name: "rar_of_crumbs", make: rar_of_crumbs },
    Made { name: "ole_in_circles", make: ole_in_circles },
    Made { name: "tnef_of_crumbs", make: tnef_of_crumbs },
    Made { name: "pdf_keys", make: pdf_keys },
    Made { name: "line_without_end", make: line_without_end },
    Made { name: "base64_junk", make: base64_junk },
    Made { name: "nul_and_cr", make: nul_and_cr },
    Made { name: "data_uris", make: data_uris },
    Made { name: "begin_lines", make: begin_lines },
];

/// A repeatable stream of bytes that no compressor or sniffer makes anything of (splitmix64).
pub fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x1234_5678_9ABC_DEF0u64;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bytes.extend((z ^ (z >> 31)).to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// base64 in lines of 76 characters.
pub fn base64_lines(data: &[u8]) -> Vec<u8> {
    let encoded = data_encoding::BASE64.encode(data);
    let mut text = Vec::with_capacity(encoded.len() / 76 * 78 + 80);
    for line in encoded.as_bytes().chunks(76) {
        text.extend_from_slice(line);
        text.extend_from_slice(b"\r\n");
    }
    text
}

const TOP: &str = "From: Ann <ann@example.org>\r\nTo: Bob <bob@example.com>\r\nSubject: Report\r\n\
    Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n";

fn with_top(rest: &str) -> Vec<u8> {
    [TOP, rest].concat().into_bytes()
}

fn repeated(mail: &mut Vec<u8>, size: usize, piece: &str) {
    while mail.len() < size {
        mail.extend_from_slice(piece.as_bytes());
    }
}

/// One attachment of noise in base64, as long as the mail.
pub fn base64(size: usize) -> Vec<u8> {
    let mut mail = with_top(
        "Content-Type: multipart/mixed; boundary=\"=_b1\"\r\n\r\n--=_b1\r\nContent-Type: text/plain\r\n\r\nSee the attachment.\r\n\
        --=_b1\r\nContent-Type: application/octet-stream; name=\"data.bin\"\r\nContent-Transfer-Encoding: base64\r\n\
        Content-Disposition: attachment; filename=\"data.bin\"\r\n\r\n",
    );
    mail.extend(base64_lines(&noise(size / 78 * 57)));
    mail.extend_from_slice(b"--=_b1--\r\n");
    mail
}

/// Text of a newsletter in quoted-printable.
pub fn quoted_printable(size: usize) -> Vec<u8> {
    let mut mail =
        with_top("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
    repeated(
        &mut mail,
        size,
        "Das Angebot gilt bis Ende der Woche; f=C3=BCr alle weiteren Fragen stehen wi=\r\n\
        r gern zur Verf=C3=BCgung. Sie erreichen uns von Montag bis Freitag zwischen =\r\n\
        acht und siebzehn Uhr unter der bekannten Nummer, oder schreiben Sie uns ein=\r\n\
        fach eine kurze Nachricht an die unten genannte Adresse.\r\n\r\n",
    );
    mail
}

/// Plain text in lines of ordinary length.
pub fn long_text(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
    repeated(
        &mut mail,
        size,
        "The quick brown fox jumps over the lazy dog, and then it sits down again.\r\n\
        It was a long day, and nobody knows what the next one is going to bring.\r\n\r\n",
    );
    mail
}

/// Many small attachments.
pub fn many_parts(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Type: multipart/mixed; boundary=\"=_b1\"\r\n\r\n");
    let mut number = 0;
    while mail.len() < size {
        number += 1;
        mail.extend(
            format!(
                "--=_b1\r\nContent-Type: image/png; name=\"icon{number}.png\"\r\nContent-Transfer-Encoding: base64\r\n\
                Content-Disposition: inline; filename=\"icon{number}.png\"\r\nContent-ID: <icon{number}@example.org>\r\n\r\n\
                iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9\r\n\
                awAAAABJRU5ErkJggg==\r\n"
            )
            .bytes(),
        );
    }
    mail.extend_from_slice(b"--=_b1--\r\n");
    mail
}

/// A short text below a header block as long chains of relays make it; as many mails' worth as fit into the size.
pub fn header_heavy(size: usize) -> Vec<u8> {
    let mut mail = Vec::new();
    let mut number = 0;
    while mail.len() + 300 < size.max(600) {
        number += 1;
        mail.extend(
            format!(
                "Received: from mx{number}.example.org (mx{number}.example.org [192.0.2.1])\r\n\tby mail.example.com (Postfix) with ESMTPS \
                id 4XyZ{number}\r\n\tfor <bob@example.com>; Tue, 24 Nov 2026 10:00:00 +0000 (UTC)\r\n\
                DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1;\r\n\th=from:to:subject:date; \
                bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZ\r\n"
            )
            .bytes(),
        );
    }
    mail.extend(with_top("Content-Type: text/plain\r\n\r\nHello.\r\n"));
    mail
}

fn nested_multiparts(size: usize) -> Vec<u8> {
    let mut mail = Vec::new();
    for level in 0.. {
        if mail.len() >= size {
            break;
        }
        mail.extend(format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n").bytes());
    }
    mail
}

fn nested_messages(size: usize) -> Vec<u8> {
    let mut mail = Vec::new();
    repeated(&mut mail, size, "Content-Type: message/rfc822\r\n\r\n");
    mail
}

fn nested_encoded_messages(size: usize) -> Vec<u8> {
    let mut mail = b"Subject: innermost\r\n\r\n".to_vec();
    mail.extend(noise(1024));
    while mail.len() < size {
        let body = base64_lines(&mail);
        mail = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec();
        mail.extend(body);
    }
    mail
}

fn empty_parts(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    repeated(&mut mail, size, "--b\r\n\r\n");
    mail
}

fn header_fields(size: usize) -> Vec<u8> {
    let mut mail = Vec::new();
    repeated(&mut mail, size, "Subject: x\r\nX-A: b\r\n");
    mail
}

fn one_giant_field(size: usize) -> Vec<u8> {
    let mut mail = b"References:".to_vec();
    repeated(&mut mail, size, " <1234567890@example.org>\r\n");
    mail
}

fn giant_boundary(size: usize) -> Vec<u8> {
    let boundary = "b".repeat(size / 4);
    with_top(&format!(
        "Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\n\r\nx\r\n--{boundary}--\r\n"
    ))
}

fn absent_boundaries(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    repeated(&mut mail, size, "--b\r\nContent-Type: multipart/mixed\r\n\r\n--c\r\n\r\n");
    mail
}

/// Long boundaries with one beginning, all open, and lines that are compared to each of them.
fn open_boundaries(size: usize) -> Vec<u8> {
    let stem = "b".repeat(900);
    let mut mail = Vec::new();
    for level in 0..64.min(size / 4000) {
        mail.extend(
            format!("Content-Type: multipart/mixed; boundary={stem}{level}\r\n\r\n--{stem}{level}\r\n").bytes(),
        );
    }
    mail.extend_from_slice(b"\r\n");
    repeated(&mut mail, size, &format!("--{stem}x\r\n"));
    mail
}

fn almost_delimiters(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Type: multipart/mixed; boundary=boundary\r\n\r\n--boundary\r\n\r\n");
    repeated(&mut mail, size, "--\r\n--boundar\r\n--boundary x\r\n-\r\n");
    mail
}

fn parameters(size: usize) -> Vec<u8> {
    let mut mail = b"Content-Type: text/plain".to_vec();
    repeated(&mut mail, size, ";\r\n a=b");
    mail
}

fn rfc2231_pieces(size: usize) -> Vec<u8> {
    let mut mail = b"Content-Disposition: attachment".to_vec();
    for piece in 0.. {
        if mail.len() >= size {
            break;
        }
        mail.extend(format!(";\r\n filename*{piece}*=%41%42%43").bytes());
    }
    mail
}

fn nested_comments(size: usize) -> Vec<u8> {
    let mut mail = b"Content-Type: text/plain; a=b ".to_vec();
    mail.extend(iter::repeat_n(b'(', size));
    mail
}

fn comments_in_date(size: usize) -> Vec<u8> {
    let mut mail = Vec::new();
    repeated(&mut mail, size, &format!("Date: {}Tue, 24 Nov 2026 10:00:00 +0000\r\n", "(".repeat(60_000)));
    mail
}

fn encoded_words(size: usize) -> Vec<u8> {
    let mut mail = b"Subject:".to_vec();
    repeated(&mut mail, size, " =?utf-8?q?a?=\r\n");
    mail
}

fn broken_encoded_words(size: usize) -> Vec<u8> {
    let mut mail = Vec::new();
    repeated(&mut mail, size, &format!("Subject: {}\r\n", "=?a?q?".repeat(10_000)));
    mail
}

fn quoted_pairs(size: usize) -> Vec<u8> {
    let mut mail = Vec::new();
    repeated(&mut mail, size, &format!("Content-Type: a/b; name=\"{}\r\n", "\\\"".repeat(30_000)));
    mail
}

/// CVE-2024-23184: a quarter of a million addresses.
fn address_list(size: usize) -> Vec<u8> {
    let mut mail = Vec::new();
    repeated(&mut mail, size, "To: a@b, c@d, (x) e <f@g>, h:i@j;,\r\n");
    mail
}

/// End records all over, none of which fits.
fn lying_zip(size: usize) -> Vec<u8> {
    let mut zip = b"PK\x03\x04".to_vec();
    while zip.len() < size * 57 / 78 {
        zip.extend_from_slice(b"PK\x05\x06\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\xFF\xFF\xFF\0");
    }
    let mut mail = with_top("Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    mail.extend(base64_lines(&zip));
    mail
}

/// A part of this file, in base64.
fn in_base64(mut file: Vec<u8>, size: usize, piece: &[u8]) -> Vec<u8> {
    while file.len() < size * 57 / 78 {
        file.extend_from_slice(piece);
    }
    let mut mail =
        with_top("Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    mail.extend(base64_lines(&file));
    mail
}

/// Entries of nothing, and then a directory of them.
fn zip_of_crumbs(size: usize) -> Vec<u8> {
    let entry = [&b"PK\x03\x04"[..], &[0; 26]].concat();
    let mut file = entry.repeat(size / 200);
    file.extend([&b"PK\x01\x02"[..], &[0; 42]].concat().repeat(size / 200));
    in_base64(file, size, b"PK\x05\x06")
}

/// Blocks of the smallest size.
fn rar_of_crumbs(size: usize) -> Vec<u8> {
    in_base64(b"Rar!\x1A\x07\0".to_vec(), size, b"\0\0\x75\0\0\x07\0")
}

/// A compound file each of whose sectors says that it is a table, the directory and a document.
fn ole_in_circles(size: usize) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    header[30] = 9;
    header[44..48].fill(0xFF);
    for (index, place) in header[76..].chunks_exact_mut(4).enumerate() {
        place.copy_from_slice(&(index as u32 / 2).to_le_bytes());
    }
    let name: Vec<u8> = "WordDocument".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let entry = [&name[..], &[0; 40], &[26, 0, 2, 1], &[0; 60]].concat();
    in_base64(header, size, &entry)
}

/// Attributes without content, and one that is said to be very long.
fn tnef_of_crumbs(size: usize) -> Vec<u8> {
    let mut file = b"\x78\x9F\x3E\x22\x01\0".to_vec();
    file.extend(b"\x02\x02\x90\x06\0\0\0\0\0\0\0".repeat(size / 40));
    in_base64(file, size, b"\x02\x0F\x80\x06\0\xFF\xFF\xFF\xFF")
}

/// Almost keys of an encrypted file, and blanks behind them.
fn pdf_keys(size: usize) -> Vec<u8> {
    in_base64(b"%PDF-1.4\n".to_vec(), size, b"/Encrypt                    1 %%EOF startxref ")
}

fn line_without_end(size: usize) -> Vec<u8> {
    let mut mail =
        with_top("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    mail.extend(iter::repeat_n(b'A', size));
    mail
}

fn base64_junk(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Transfer-Encoding: base64\r\n\r\n");
    repeated(&mut mail, size, "QUJ*RA=\tA A=B\r\n");
    mail
}

fn nul_and_cr(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n");
    repeated(&mut mail, size, "\0\r\r\n-\0--\r--b\r\r\0\n");
    mail
}

fn data_uris(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Type: text/html\r\n\r\n");
    repeated(&mut mail, size, "data:data:data:\"");
    mail
}

fn begin_lines(size: usize) -> Vec<u8> {
    let mut mail = with_top("Content-Type: text/plain\r\n\r\n");
    repeated(&mut mail, size, "begin 644 a\r\n");
    mail
}
