//! What single mails give, where no finding shows it.

use super::charset::Charset;
use super::facts::{
    AmbiguityFlags, CodingFlags, Fields, HeaderFlags, LimitFlags, MessageFlags, StructureFlags, TextFlags,
};
use super::names::{Extension, FileKind, MediaType};
use super::{EnvelopeFacts, Facts, Limits, Scanner};

fn scan(mail: &str) -> Facts {
    let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
    scanner.body(mail.replace('\n', "\r\n").as_bytes());
    scanner.finish()
}

/// A multipart of these parts.
fn parts(media: &str, parts: &[&str]) -> Facts {
    let body: String = parts.iter().map(|p| format!("--b\n{p}\n")).collect();
    scan(&format!("Content-Type: {media}; boundary=b\n\n{body}--b--\n"))
}

#[test]
fn a_line_longer_than_the_buffer_is_still_a_field() {
    for extra in [2000, 3000, 66_000, 200_000] {
        let facts = scan(&format!("Content-Type: text/html; x=\"{}\"\nSubject: x\n\nhi", "a".repeat(extra)));
        assert_eq!(facts.header.fields, 2, "{extra}");
        assert_eq!(facts.parts[0].declared, MediaType::TextHtml, "{extra}");
        assert_eq!(facts.limits.contains(LimitFlags::FIELD_BYTES), extra > 65_000, "{extra}");
        assert_eq!(facts.header.largest_field as usize, extra + "Content-Type: text/html; x=\"\"".len(), "{extra}");
        let facts = scan(&format!("Subject: x\n{}\n\nhi", "no header line ".repeat(extra)));
        assert_eq!(facts.header.flags, HeaderFlags::BAD_LINE, "{extra}");
        assert_eq!(facts.parts[0].decoded_bytes as usize, 15 * extra + "\r\n\r\nhi".len(), "{extra}");
    }
}

#[test]
fn what_people_call_an_attachment() {
    const TEXT: &str = "Content-Type: text/plain\n\nhi";
    const PDF: &str = "Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\n\n%PDF-";
    let cases: &[(&str, &[&str], u32)] = &[
        ("multipart/mixed", &[TEXT, PDF], 1),
        ("multipart/mixed", &[TEXT, "Content-Type: image/png\n\nx"], 1),
        ("multipart/mixed", &[TEXT, "Content-Type: text/plain; name=a.txt\n\nx"], 1),
        ("multipart/mixed", &[TEXT, "Content-Disposition:\nContent-Type: text/plain\n\nx"], 0),
        ("multipart/related", &[TEXT, "Content-Type: image/png; name=a.png\nContent-ID: <a>\n\nx"], 0),
        (
            "multipart/related",
            &[TEXT, "Content-Type: image/png\nContent-ID: <a>\nContent-Disposition: attachment\n\nx"],
            0,
        ),
        ("multipart/related", &[TEXT, "Content-Type: application/pdf; name=a.pdf\nContent-ID: <a>\n\nx"], 1),
        ("multipart/mixed", &[TEXT, "Content-Type: image/png\nContent-ID: <a>\nContent-Disposition: inline\n\nx"], 0),
        ("multipart/alternative", &[TEXT, "Content-Type: text/calendar; name=meeting.ics\n\nx"], 0),
        (
            "multipart/alternative",
            &[TEXT, "Content-Type: text/calendar\nContent-Disposition: attachment; filename=a.ics\n\nx"],
            1,
        ),
        (
            "multipart/signed",
            &[
                TEXT,
                "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment; filename=smime.p7s\n\nx",
            ],
            0,
        ),
        (
            "multipart/signed",
            &[
                TEXT,
                "Content-Type: application/pgp-signature; name=\"OpenPGP_signature.asc\"\nContent-Disposition: attachment\n\nx",
            ],
            0,
        ),
        ("multipart/appledouble", &["Content-Type: application/applefile; name=a.pdf\n\nx", PDF], 1),
        (
            "multipart/report",
            &[
                TEXT,
                "Content-Type: message/delivery-status\n\nReporting-MTA: dns; a",
                "Content-Type: message/rfc822\n\nSubject: x\n\nhi",
            ],
            0,
        ),
        ("multipart/mixed", &[TEXT, "Content-Type: message/rfc822\n\nSubject: x\n\nhi"], 1),
    ];
    for (media, inside, expected) in cases {
        assert_eq!(parts(media, inside).attachments, *expected, "{media}: {inside:?}");
    }
    let forwarded = "Content-Type: message/rfc822\n\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-";
    let facts = parts("multipart/mixed", &[TEXT, forwarded]);
    assert_eq!((facts.attachments, facts.attachment_bytes), (1, facts.parts[2].decoded_bytes));
}

#[test]
fn structure_at_its_edges() {
    // The mail ends behind a delimiter, with and without its line end.
    for end in ["", "\n"] {
        let facts = scan(&format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b{end}"));
        assert_eq!(facts.flags, MessageFlags::TRUNCATED, "{end:?}");
        assert!(facts.parts[2].structure.contains(StructureFlags::HEADER_OPEN), "{end:?}");
    }
    // An inner multipart that uses its parent's boundary does not swallow what follows its end.
    let facts = scan(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nhi\n--b--\n\
         --b\nContent-Type: application/pdf\n\n%PDF-\n--b--\n",
    );
    assert_eq!(facts.parts.last().map(|p| (p.declared, p.parent)), Some((MediaType::Pdf, Some(0))));
    // Two delimiters in a row have no part between them.
    let facts = scan("Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\nhi\n--b--\n");
    assert_eq!(facts.parts.len(), 2);
    // A comment is no parameter.
    let facts = scan("Content-Type: text/plain (a; name=evil.exe); charset=utf-8\n\nhi");
    assert_eq!((facts.parts[0].extension, facts.attachments), (Extension::None, 0));
    let facts = scan("Content-Language: de\nContent-Class: x\n\nhi");
    assert_eq!(facts.header.repeated, Fields::empty());
    // The text of an attached message is not the rest of our header block.
    let facts = scan("Content-Type: message/rfc822\n\nSubject: x\n\nhi\nMessage-ID: <x>\n");
    assert_eq!(facts.header.flags, HeaderFlags::empty());
}

#[test]
fn a_header_that_begins_with_a_continuation_line() {
    const REST: &str = "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhi";
    let file = |first: &str| {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        scanner.body(format!("{first}\r\n{REST}").as_bytes());
        scanner.finish().header.flags
    };
    assert_eq!(file(" folded"), HeaderFlags::BAD_LINE | HeaderFlags::CONTINUES_NOTHING);
    assert_eq!(file("  "), HeaderFlags::BAD_LINE);
    // To Postfix, such a header is the body.
    let milter = |fields: &[&str], first: &str| {
        let mut scanner = Scanner::new(Limits::default(), EnvelopeFacts::default());
        fields.iter().for_each(|name| scanner.header(name.as_bytes(), b" a@b.example"));
        scanner.end_of_headers();
        scanner.body(format!("{first}\r\n{REST}").as_bytes());
        scanner.finish().header.flags
    };
    for first in [" folded", "  "] {
        assert_eq!(milter(&[], first), HeaderFlags::ENDED_EARLY | HeaderFlags::CONTINUES_NOTHING);
        assert_eq!(milter(&["X-Added"], first), HeaderFlags::ENDED_EARLY | HeaderFlags::CONTINUES_NOTHING);
        assert_eq!(milter(&["From"], first), HeaderFlags::ENDED_EARLY);
    }
    assert_eq!(milter(&[], "no field"), HeaderFlags::ENDED_EARLY);
}

#[test]
fn blanks_before_a_colon() {
    for (mail, expected) in [
        ("Subject : x\n\nhi", HeaderFlags::SPACE_BEFORE_COLON),
        ("Subject\t: x\n\nhi", HeaderFlags::SPACE_BEFORE_COLON),
        ("Subject : x", HeaderFlags::SPACE_BEFORE_COLON),
        ("Subject: x : y\n : z\n\nhi", HeaderFlags::empty()),
        ("Subject:x\n\nhi", HeaderFlags::empty()),
        ("Content-Type: message/rfc822\n\nSubject : x\n\nhi", HeaderFlags::empty()),
    ] {
        assert_eq!(scan(mail).header.flags, expected, "{mail:?}");
    }
}

#[test]
fn charsets_of_texts() {
    let text = |fields: &str, body: &[u8]| {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        scanner.body(format!("{fields}\r\n\r\n").as_bytes());
        scanner.body(body);
        let part = scanner.finish().parts.remove(0);
        (part.charset, part.text)
    };
    const UTF8: &str = "Content-Type: text/plain; charset=utf-8";
    assert_eq!(text(UTF8, "gr\u{fc}n".as_bytes()), (Charset::Utf8, TextFlags::NON_ASCII));
    assert_eq!(text(UTF8, b"gr\xFCn"), (Charset::Utf8, TextFlags::NON_ASCII | TextFlags::NOT_UTF8));
    // A character on the edge of what is looked at.
    let edge = ["a".repeat(8191), "\u{20ac}".repeat(10)].concat();
    assert_eq!(text(UTF8, edge.as_bytes()), (Charset::Utf8, TextFlags::NON_ASCII));
    let behind = [&[b'a'; 9000][..], b"gr\xFCn"].concat();
    assert_eq!(text(UTF8, &behind), (Charset::Utf8, TextFlags::empty()));
    let encoded = format!("{UTF8}\r\nContent-Transfer-Encoding: quoted-printable");
    assert_eq!(text(&encoded, b"gr=FCn"), (Charset::Utf8, TextFlags::NON_ASCII | TextFlags::NOT_UTF8));
    // The first of two; an empty one is none.
    assert_eq!(text("Content-Type: text/plain; charset=\"\"; charset=x-none", b"").0, Charset::Unknown);
    assert_eq!(text("Content-Type: text/plain; charset=utf-8; charset=x-none", b"").0, Charset::Utf8);
    // Of a file, programs do not show the text.
    assert_eq!(text("Content-Type: text/plain; charset=utf-8; name=a.txt", b"gr\xFCn").1, TextFlags::empty());
    assert_eq!(text("Content-Type: text/csv; charset=utf-8", b"gr\xFCn").1, TextFlags::empty());
}

#[test]
fn encodings_at_their_edges() {
    let facts = scan(
        "Content-Transfer-Encoding: base64\n\nSGVsbG8gd29ybGQsIGhvdyBhcmUgeW91IHRvZGF5Pw==\n____\nour mailing list\n",
    );
    let part = &facts.parts[0];
    assert_eq!(
        (part.decoded_bytes, part.coding),
        (31, CodingFlags::BASE64_AFTER_PADDING | CodingFlags::BASE64_INVALID)
    );
    let facts = scan("Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\nM\n#0V%T\nend\n");
    assert_eq!(facts.parts[0].decoded_bytes, 3);
    let facts = scan(
        "Content-Type: application/pdf\nContent-Disposition: attachment; filename*0=\"=?utf-8?Q?a?=\"; filename*1=\"=?utf-8?Q?b.pdf?=\"\n\n",
    );
    assert_eq!(facts.parts[0].extension, Extension::Pdf);
    let nested = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n\
        Q29udGVudC1UeXBlOiB0ZXh0L2h0bWwKCjxwPmhp\n";
    let facts = scan(nested);
    assert_eq!(
        facts.parts.iter().map(|p| (p.declared, p.depth)).collect::<Vec<_>>(),
        [(MediaType::MessageRfc822, 0), (MediaType::TextHtml, 1)]
    );
    assert_eq!((facts.parts[0].detected, facts.parts[1].detected), (FileKind::Message, FileKind::Html));
    assert_eq!((facts.parts[0].decoded_bytes, facts.parts[1].decoded_bytes), (30, 5));
}

#[test]
fn lines_of_base64_are_compared_however_they_are_cut() {
    // The second line ends in mid-piece; the third has the length of what is left of it.
    let line = "QUJD".repeat(20);
    let body: String = [62, 62, 60, 62, 76].iter().map(|length| format!("{}\r\n", &line[..*length])).collect();
    let mail = format!("Content-Transfer-Encoding: base64\r\nContent-Type: application/pdf\r\n\r\n{body}");
    let cut = |at: usize| {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        scanner.body(&mail.as_bytes()[..at]);
        scanner.body(&mail.as_bytes()[at..]);
        scanner.finish()
    };
    let whole = cut(0);
    assert!(whole.parts[0].coding.contains(CodingFlags::BASE64_UNEVEN | CodingFlags::BASE64_IRREGULAR));
    for at in 1..mail.len() {
        assert_eq!(cut(at), whole, "cut at {at}");
    }
}

#[test]
fn what_looks_like_a_delimiter_in_a_part_does_not_excuse_the_epilogue() {
    let epilogue = "Content-Type: text/html\n\n<p>\n";
    let mail = |text: &str| {
        scan(&format!("Content-Type: multipart/mixed; boundary=\"=_b\"\n\n--=_b\n\n{text}\n--=_b--\n\n{epilogue}"))
    };
    for text in ["hi", " --=_b\nhi"] {
        assert!(mail(text).parts[0].ambiguity.contains(AmbiguityFlags::PART_IN_EPILOGUE), "{text}");
    }
}

#[test]
fn a_folded_content_id_is_the_same() {
    let related = |id: &str| {
        let first = format!("Content-Type: text/html\nContent-ID:{id}\n\nhi");
        parts("multipart/related; start=\"<a@b>\"", &[&first]).parts[0].structure
    };
    for id in [" <a@b>", "<a@b>", "\n <a@b>", " <a@b> "] {
        assert_eq!(related(id), StructureFlags::empty(), "{id:?}");
    }
    assert_eq!(related(" <c@b>"), StructureFlags::START_MISSING);
}

#[test]
fn a_message_that_was_cut_before_it_was_attached_was_not_cut_on_its_way() {
    let inner = "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nQUJDR";
    let attached = format!("Content-Transfer-Encoding: base64\n\n{}", data_encoding::BASE64.encode(inner.as_bytes()));
    let facts = parts("multipart/mixed", &[&format!("Content-Type: message/rfc822\n{attached}")]);
    assert_eq!(facts.flags, MessageFlags::empty());
    assert!(facts.parts.last().is_some_and(|part| part.coding.contains(CodingFlags::BASE64_LENGTH)));
    // Where the mail itself ends in it, it was.
    let cut =
        scan(&format!("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n{attached}"));
    assert_eq!(cut.flags, MessageFlags::TRUNCATED);
}

#[test]
fn a_header_without_an_end_marks_no_other_part() {
    let limits = Limits { parts: 2, ..Limits::default() };
    let mut scanner = Scanner::for_stream(limits, EnvelopeFacts::default());
    scanner
        .body(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\nContent-Type: text/html\r\n");
    let facts = scanner.finish();
    assert_eq!(facts.flags, MessageFlags::TRUNCATED);
    assert!(facts.parts.iter().all(|part| !part.structure.contains(StructureFlags::HEADER_OPEN)));
}
