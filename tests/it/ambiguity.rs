//! Mails that programs read in different ways, class by class and variant by variant, and mails that come near and are in
//! order (*Inbox Invasion*, CCS 2024; *Email Smuggling with Differential Fuzzing of MIME Parsers*; RFC 7103).

use mailgauge::catalogue::{self, Level, Thresholds};
use mailgauge::scan::{EnvelopeFacts, Limits, Scanner};
use std::collections::BTreeMap;

/// A class, and mails of it.
type Class = (&'static str, Vec<String>);

const TOP: &str = "From: Ann Field <ann@example.org>\r\nTo: Bob Marsh <bob@example.com>\r\nSubject: Report\r\n\
    Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n";
const TEXT: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\nHello Bob\r\n";
const FILE: &str = "Content-Type: application/octet-stream; name=\"data.bin\"\r\n\
    Content-Disposition: attachment; filename=\"data.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n";
/// Three lines of base64.
const DATA: &str = "AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dzj6vH4/wYNFBsiKTA3PkVMU1phaG92fYSL\r\n\
    kpmgp661vMPK0djf5u30+wIJEBceJSwzOkFIT1ZdZGtyeYCHjpWco6qxuL/GzdTb4unw9/4FDBMa\r\n\
    ISgvNj1ES1JZYGdudXyDipGYn6attLvCydDX3uXs8/oBCA8WHSQrMg==\r\n";

fn findings(mail: &str) -> BTreeMap<&'static str, Level> {
    let scan = |cut: usize| {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        mail.as_bytes().chunks(cut).for_each(|chunk| scanner.body(chunk));
        scanner.finish()
    };
    let facts = scan(usize::MAX);
    assert_eq!(scan(1), facts, "cut into bytes:\n{mail}");
    let found = catalogue::diagnose(&facts, &Thresholds::default());
    found.iter().map(|f| (f.entry.id, f.entry.level)).collect()
}

fn mail(rest: &str) -> String {
    [TOP, rest].concat()
}

/// A multipart of a text and whatever stands behind it.
fn mixed(rest: &str) -> String {
    mail(&format!("Content-Type: multipart/mixed; boundary=\"=_bound\"\r\n\r\n--=_bound\r\n{TEXT}{rest}"))
}

/// The part in a multipart that is in order.
fn with_part(part: &str) -> String {
    mixed(&format!("--=_bound\r\n{part}--=_bound--\r\n"))
}

/// These fields in the header of the mail, and in that of a part.
fn described(fields: &str) -> [String; 2] {
    [mail(&format!("{fields}\r\n{DATA}")), with_part(&format!("{fields}\r\n{DATA}"))]
}

/// A multipart with these parameters, whose delimiters have this boundary, as the mail and inside of another.
fn bounded(parameters: &str, boundary: &str) -> [String; 2] {
    let whole = format!(
        "Content-Type: multipart/mixed{parameters}\r\n\r\n--{boundary}\r\n{TEXT}--{boundary}\r\n{FILE}{DATA}--{boundary}--\r\n"
    );
    [mail(&whole), with_part(&whole)]
}

/// Mails with this line of delimiters between two parts, and with it as the last one.
fn delimiter(between: &str, last: &str) -> String {
    mixed(&format!("{between}\r\n{FILE}{DATA}{last}\r\n"))
}

fn all<const N: usize>(mails: impl IntoIterator<Item = [String; N]>) -> Vec<String> {
    mails.into_iter().flatten().collect()
}

fn header_fields() -> Vec<Class> {
    let cte = "Content-Transfer-Encoding: base64\r\n";
    let pdf = "Content-Type: application/pdf\r\n";
    let each = |fields: &[String]| all(fields.iter().map(|f| described(f)));
    vec![
        (
            "ambig-duplicate-content-type",
            each(&[
                format!("{pdf}Content-Type: text/plain\r\n{cte}"),
                format!("Content-Type: text/plain\r\n{cte}{pdf}"),
                format!("Content-Type: text/plain\r\ncontent-type: multipart/mixed; boundary=x\r\n{cte}"),
                format!("Content-Type: text/plain; charset=utf-8\r\nContent-Type: text/plain; charset=utf-7\r\n{cte}"),
                format!("Content-Type: application/x-one\r\nContent-Type: application/x-two\r\n{cte}"),
                format!("{pdf}CONTENT-TYPE : text/plain\r\n{cte}"),
            ]),
        ),
        (
            "ambig-duplicate-cte",
            each(&[
                format!("{pdf}{cte}Content-Transfer-Encoding: 7bit\r\n"),
                format!("{pdf}Content-Transfer-Encoding: quoted-printable\r\n{cte}"),
                format!("Content-Transfer-Encoding: x-unknown\r\n{pdf}{cte}"),
                format!("{pdf}{cte}Content-Transfer-Encoding:\r\n"),
            ]),
        ),
        (
            "ambig-duplicate-disposition",
            each(&[
                format!("{pdf}{cte}Content-Disposition: inline\r\nContent-Disposition: attachment; filename=a.pdf\r\n"),
                format!(
                    "{pdf}{cte}Content-Disposition: attachment; filename=a.pdf\r\nContent-Disposition: attachment; filename=a.exe\r\n"
                ),
            ]),
        ),
        (
            "ambig-multiple-values",
            each(&[
                format!("Content-Type: text/plain, application/pdf\r\n{cte}"),
                format!("Content-Type: text/plain application/pdf\r\n{cte}"),
                format!("Content-Type: application/pdf,text/plain; name=a.pdf\r\n{cte}"),
                format!("Content-Type: \"application/pdf\"\r\n{cte}"),
                format!("Content-Type: \"application\"/pdf\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding: base64 quoted-printable\r\n"),
                format!("{pdf}Content-Transfer-Encoding: base64, 7bit\r\n"),
                format!("{pdf}Content-Transfer-Encoding: 7bit,base64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: 7bit; base64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: \"base64\"\r\n"),
                format!("{pdf}{cte}Content-Disposition: inline, attachment; filename=a.pdf\r\n"),
                format!("{pdf}{cte}Content-Disposition: attachment inline\r\n"),
                format!("{pdf}{cte}Content-Disposition: \"attachment\"; filename=a.pdf\r\n"),
                format!("{pdf}{cte}Content-Disposition: attachment filename=a.exe\r\n"),
            ]),
        ),
        (
            "ambig-duplicate-parameter",
            each(&[
                format!("Content-Type: application/pdf; name=a.pdf; name=a.exe\r\n{cte}"),
                format!("Content-Type: application/pdf; name=\"a.pdf\"; NAME=\"b.pdf\"\r\n{cte}"),
                format!("Content-Type: text/plain; charset=utf-8; charset=utf-7\r\n{cte}"),
                format!("{pdf}{cte}Content-Disposition: attachment; filename=a.pdf; filename=a.exe\r\n"),
                format!("{pdf}{cte}Content-Disposition: attachment; filename=\"a.pdf\";\r\n filename=\"a.exe\"\r\n"),
            ])
            .into_iter()
            .chain(bounded("; boundary=one; boundary=two", "one"))
            .chain(bounded("; boundary=one; boundary=two", "two"))
            .chain(bounded("; boundary=one; charset=utf-8; Boundary=\"one\"", "one"))
            .collect(),
        ),
        (
            "ambig-field-name-spacing",
            each(&[
                format!("Content-Type : application/pdf\r\n{cte}"),
                format!("Content-Type\t: application/pdf\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding \t : base64\r\n"),
                format!("{pdf}{cte}Content-Disposition : attachment\r\n"),
                format!("{pdf} Content-Transfer-Encoding: base64\r\n"),
                format!("{pdf}\tContent-Transfer-Encoding: base64\r\n"),
                format!("X-Note: 1\r\n Content-Type: application/pdf\r\n{cte}"),
                format!("X-Note: 1\r\n\0Content-Type: application/pdf\r\n{cte}"),
                format!("X-Note: 1\r\nContent-Type\0: application/pdf\r\n{cte}"),
                format!("X-Note: 1\r\nContent\0-Type: application/pdf\r\n{cte}"),
                format!("X-Note: 1\r\nContent- Type: application/pdf\r\n{cte}"),
                format!("X-Note: 1\r\n\u{A0}Content-Type: application/pdf\r\n{cte}"),
                format!("X-Note: 1\r\n\u{FEFF}Content-Type: application/pdf\r\n{cte}"),
                format!("X-Note: 1\r\n\x08Content-Type: application/pdf\r\n{cte}"),
            ])
            .into_iter()
            .chain([
                with_part(&format!(" {pdf}{cte}\r\n{DATA}")),
                with_part(&format!("\t{pdf}{cte}\r\n{DATA}")),
                with_part(&format!("\0{pdf}{cte}\r\n{DATA}")),
                mail(&format!("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n {TEXT}--x--\r\n")),
            ])
            .collect(),
        ),
        (
            "ambig-nul-in-structured",
            each(&[
                format!("Content-Type: application/p\0df\r\n{cte}"),
                format!("Content-Type: application/pdf\0; name=a\r\n{cte}"),
                format!("Content-Type: \0application/pdf\r\n{cte}"),
                format!("Content-Type: application/pdf; name=\"a.pdf\0.exe\"\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding: base64\0\r\n"),
                format!("{pdf}Content-Transfer-Encoding: \0base64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: bas\0e64\r\n"),
                format!("{pdf}{cte}Content-Disposition: attach\0ment\r\n"),
            ])
            .into_iter()
            .chain(bounded("; boundary=\"one\0\"", "one"))
            .chain(bounded("; boundary=one\0two", "one\0two"))
            .chain(bounded("; boundary\0=one", "one"))
            .collect(),
        ),
        (
            "ambig-cte-case-or-junk",
            each(
                &[
                    "base645",
                    "base64x",
                    "xbase64",
                    "base-64",
                    "base_64",
                    "base 64",
                    "base64;",
                    "base64,",
                    "base64.",
                    "base64 x",
                    "base64; charset=utf-8",
                    ";base64",
                    "=base64",
                    "[base64]",
                    "'base64'",
                    "base64\\",
                    "Quoted-Printable;",
                    "quoted printable",
                    "quotedprintable",
                    "quoted-printable=",
                    "base64\x0B",
                    "base64\u{200B}",
                ]
                .map(|value| format!("{pdf}Content-Transfer-Encoding: {value}\r\n")),
            ),
        ),
        (
            "ambig-field-overlap",
            each(&[
                format!("Content-Type:Content-Type: application/pdf\r\n{cte}"),
                format!("Content-Type: Content-Type: application/pdf\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding: Content-Transfer-Encoding: base64\r\n"),
                format!("{pdf}Content-Transfer-Encoding:Content-Type: base64\r\n"),
                "Content-Type: application/pdf Content-Transfer-Encoding: base64\r\n".to_owned(),
                "Content-Type: application/pdf; Content-Transfer-Encoding: base64\r\n".to_owned(),
                format!("Content-Type:: application/pdf\r\n{cte}"),
                format!("Content-Type: application/pdf application/pdf\r\n{cte}"),
                format!("Content-Type: application/pdfapplication/pdf\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding: base64 base64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: base64,base64\r\n"),
                format!(": application/pdf\r\n{pdf}{cte}"),
                format!("{pdf}: base64\r\n{cte}"),
                format!(":Content-Type: text/plain\r\n{pdf}{cte}"),
            ]),
        ),
        (
            "ambig-folding",
            each(&[
                format!("Content-Type: applica\r\n tion/pdf\r\n{cte}"),
                format!("Content-Type: application/\r\n pdf\r\n{cte}"),
                format!("Content-Type: application\r\n /pdf\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding: base\r\n 64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: quoted-\r\n\tprintable\r\n"),
                format!("{pdf}{cte}Content-Disposition: attach\r\n ment\r\n"),
                format!("Content-Type: application/pdf;\r name=a.pdf\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding:\r base64\r\n"),
                format!("X-Note: 1\r\nContent-Type\r\n : application/pdf\r\n{cte}"),
            ])
            .into_iter()
            .chain([with_part(&format!("Content-Type: application/pdf;\r\n \r\n name=a.pdf\r\n{cte}\r\n{DATA}"))])
            .chain(bounded("; boundary\r\n =one", "one"))
            .chain(bounded("; boundary=\r\n one", "one"))
            .chain(bounded("; boundary=\r\n \"one\"", "one"))
            .chain(bounded("; boundary=\"one\r\n two\"", "one two"))
            .chain(bounded("; boundary=one\r\n two", "one two"))
            .collect(),
        ),
        (
            "ambig-line-break",
            each(&[
                format!("X-Note: 1\rContent-Type: application/pdf\r\n{cte}"),
                "Content-Type: application/pdf\rContent-Transfer-Encoding: base64\r\n".to_owned(),
                format!("X-Note: 1\n\r{pdf}{cte}"),
                format!("X-Note: 1\r\n\r{pdf}{cte}"),
                format!("Content-Type: application/pdf\r\r\n{cte}"),
                format!("Content-Type: application/pdf\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding: base64\n"),
                format!("X-Note: 1\n{pdf}{cte}"),
            ])
            .into_iter()
            .chain(["\n", "\r\r\n", "\n\n", "\n\r\n"].iter().flat_map(|end| {
                let fields = format!("{pdf}Content-Transfer-Encoding: base64\r\n");
                [mail(&format!("{fields}{end}{DATA}")), with_part(&format!("{fields}{end}{DATA}"))]
            }))
            .collect(),
        ),
        (
            "ambig-header-body-delimiter",
            [" \r\n", "\t\r\n", "  \t \r\n", "\0\r\n", ".\r\n", "-\r\n", "x\r\n", "", "\u{A0}\r\n", "\x0B\r\n"]
                .iter()
                .flat_map(|separator| {
                    [mail(&format!("{pdf}{cte}{separator}{DATA}")), with_part(&format!("{pdf}{cte}{separator}{DATA}"))]
                })
                .chain([
                    with_part(&format!("Content-Type: text/plain\r\n\r\n{pdf}{cte}\r\n{DATA}")),
                    with_part(&format!("X-Note: 1\r\n\r\n{pdf}{cte}\r\n{DATA}")),
                    mail(&format!("{pdf}\r\n{cte}\r\n{DATA}")),
                    with_part(&format!("Content-Type: text/plain\r\n\r\n{cte}\r\n{DATA}")),
                    with_part(&format!("{pdf}this is no field\r\n{cte}\r\n{DATA}")),
                ])
                .collect(),
        ),
        (
            "ambig-comment",
            each(&[
                format!("Content-Type: application(x)/pdf\r\n{cte}"),
                format!("Content-Type: (x)application/pdf\r\n{cte}"),
                format!("Content-Type: application/pdf(x)\r\n{cte}"),
                format!("Content-Type: application/(x)pdf; name=a.pdf\r\n{cte}"),
                format!("Content-Type: text/plain (application/pdf\r\n{cte}"),
                format!("Content-Type: text/plain; charset=utf-8 (x; name=a.pdf\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding: base64 (x)\r\n"),
                format!("{pdf}Content-Transfer-Encoding: (x)base64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: (7bit) base64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: base(x)64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: base64\r\n (x)\r\n"),
                format!("{pdf}Content-Transfer-Encoding: 7bit (base64\r\n"),
                format!("{pdf}Content-Transfer-Encoding: base64)\r\n"),
                format!("{pdf}{cte}Content-Disposition: attachment (x; filename=a.pdf\r\n"),
            ])
            .into_iter()
            .chain(bounded("; (x)boundary=one", "one"))
            .chain(bounded("; boundary(x)=one", "one"))
            .chain(bounded("; boundary=(x)one", "one"))
            .chain(bounded("; boundary=one(x)", "one"))
            .chain(bounded("; boundary=\"one\" (x)", "one"))
            .chain(bounded("; boundary=\r\n (x) one", "one"))
            .chain(bounded(" (x; y); boundary=one", "one"))
            .chain(bounded("; boundary=one(", "one"))
            .collect(),
        ),
        (
            "ambig-encoded-word",
            each(&[
                format!("Content-Type: =?utf-8?Q?application/pdf?=\r\n{cte}"),
                format!("Content-Type: application/=?utf-8?Q?pdf?=\r\n{cte}"),
                format!("{pdf}Content-Transfer-Encoding: =?us-ascii?Q?base64?=\r\n"),
                format!("{pdf}Content-Transfer-Encoding: =?UTF-8?B?YmFzZTY0?=\r\n"),
                format!("{pdf}{cte}Content-Disposition: =?utf-8?Q?attachment?=; filename=a.pdf\r\n"),
            ])
            .into_iter()
            .chain(bounded("; boundary=\"=?utf-8?Q?one?=\"", "one"))
            .chain(bounded("; boundary==?utf-8?B?b25l?=", "one"))
            .chain(bounded("; boundary=\"=?utf-8?Q?one?=\"", "=?utf-8?Q?one?="))
            .collect(),
        ),
    ]
}

fn boundaries() -> Vec<Class> {
    let each = |parameters: &[(&str, &str)]| all(parameters.iter().map(|(p, boundary)| bounded(p, boundary)));
    vec![
        (
            "ambig-boundary-quoting",
            each(&[
                ("; boundary=\"one", "one"),
                ("; boundary=one\"", "one"),
                ("; boundary=\"one\"two", "one"),
                ("; boundary=\"one\"two", "onetwo"),
                ("; boundary=o\"n\"e", "one"),
                ("; boundary=\"\"one\"\"", "one"),
                ("; boundary=\"on\"\"e\"", "one"),
                ("; boundary=\"on\\e\"", "one"),
                ("; boundary=\\\"one\\\"", "one"),
                ("; boundary=\"\\\"one\\\"\"", "\"one\""),
                ("; boundary='one'", "one"),
                ("; boundary='one'", "'one'"),
                ("; boundary=\"one\"", "\"one\""),
                ("; charset=utf-8; boundary=\"one; x=y", "one"),
            ]),
        ),
        (
            "ambig-boundary-chars",
            each(&[
                ("; boundary=one two", "one two"),
                ("; boundary=one two", "one"),
                ("; boundary=one\ttwo", "one"),
                ("; boundary=one,two", "one,two"),
                ("; boundary=one,", "one"),
                ("; boundary=one;two", "one"),
                ("; boundary=\"one;two\"", "one;two"),
                ("; boundary=\"one \"", "one"),
                ("; boundary=\" one\"", "one"),
                ("; boundary=\" one\"", " one"),
                ("; boundary=\"one\ttwo\"", "one\ttwo"),
                ("; boundary=\"one\t\"", "one"),
                ("; boundary=\"one\x07\"", "one\x07"),
            ]),
        ),
        (
            "ambig-boundary-empty",
            each(&[
                ("; boundary=", ""),
                ("; boundary=;", ""),
                ("; boundary=\"\"", ""),
                ("; boundary=\"\"; charset=utf-8", ""),
                ("; boundary=\" \"", " "),
                ("; boundary", ""),
                ("; boundary; charset=utf-8", ""),
            ]),
        ),
        (
            "ambig-boundary-parameter-syntax",
            each(&[
                ("; boundary =one", "one"),
                ("; boundary= one", "one"),
                ("; boundary = \"one\"", "one"),
                ("; boundary\t=one", "one"),
                (" boundary=one", "one"),
                (" boundary=\"one\"", "one"),
                (", boundary=one", "one"),
                ("\r\n boundary=\"one\"", "one"),
                ("; boundary:one", "one"),
                ("; boundary \"one\"", "one"),
                ("; bondary=one", "one"),
                ("; boundry=one", "one"),
                ("; boundary1=one", "one"),
                ("; x-boundary=one", "one"),
                ("; boundarys=one", "one"),
                (";; boundary=one", "one"),
                ("; ; boundary=one", "one"),
                ("; boundary\0=one", "one"),
            ]),
        ),
        (
            "ambig-rfc2231-structural",
            each(&[
                ("; boundary*=us-ascii''one", "one"),
                ("; boundary*=utf-8'en'o%6Ee", "one"),
                ("; boundary*0=o; boundary*1=ne", "one"),
                ("; boundary*0*=us-ascii''o; boundary*1=ne", "one"),
                ("; boundary*=us-ascii''two; boundary=one", "one"),
                ("; boundary*0=\"one\"", "one"),
            ])
            .into_iter()
            .chain(described(
                "Content-Type: text/plain; charset*=us-ascii''utf-8\r\nContent-Transfer-Encoding: base64\r\n",
            ))
            .collect(),
        ),
        (
            "ambig-boundary-on-leaf",
            all([
                described(&format!(
                    "Content-Type: text/plain; boundary=one\r\n\r\n--one\r\n{FILE}{DATA}--one--\r\nX: "
                )),
                described(&format!(
                    "Content-Type: application/x-mixed; boundary=\"one\"\r\n\r\n--one\r\n{FILE}{DATA}--one--\r\nX: "
                )),
            ])
            .into_iter()
            .chain(all([bounded("; boundary=two", "one"), bounded("; boundary=\"one-two\"", "another")]))
            .collect(),
        ),
        (
            "ambig-nested-boundary",
            [
                "; boundary=\"=_bound\"\r\n\r\n--=_bound\r\n",
                "; boundary=inner\r\n\r\n--=_bound\r\n",
                "\r\n\r\n--=_bound\r\n",
                "; charset=utf-8\r\n\r\n--inner\r\n",
                "; boundary=inner\r\n\r\n",
            ]
            .iter()
            .map(|inner| {
                mixed(&format!(
                    "--=_bound\r\nContent-Type: multipart/alternative{inner}{TEXT}--=_bound\r\n{FILE}{DATA}--=_bound--\r\n--=_bound--\r\n"
                ))
            })
            .collect(),
        ),
        (
            "ambig-multipart-encoded",
            ["base64", "quoted-printable", "BASE64", "x-uuencode"]
                .iter()
                .flat_map(|encoding| {
                    let whole = format!(
                        "Content-Type: multipart/mixed; boundary=one\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n\
                         --one\r\n{TEXT}--one\r\n{FILE}{DATA}--one--\r\n"
                    );
                    [mail(&whole), with_part(&whole)]
                })
                .collect(),
        ),
    ]
}

fn delimiters() -> Vec<Class> {
    vec![
        (
            "ambig-delimiter-whitespace",
            vec![
                delimiter(" --=_bound", "--=_bound--"),
                delimiter("\t--=_bound", "--=_bound--"),
                delimiter("  \t --=_bound", "--=_bound--"),
                delimiter("-- =_bound", "--=_bound--"),
                delimiter("--\t=_bound", "--=_bound--"),
                delimiter("---=_bound", "--=_bound--"),
                delimiter("----=_bound", "--=_bound--"),
                delimiter("--=_bound-", "--=_bound--"),
                delimiter("--=_bound\0", "--=_bound--"),
                delimiter("--=_bound\x0B", "--=_bound--"),
                delimiter("--=_bound\r", "--=_bound--"),
                delimiter("--=_bound", " --=_bound--"),
                delimiter("--=_bound", "--=_bound-"),
                delimiter("--=_bound", "--=_bound --"),
                delimiter("--=_bound", "--=_bound- -"),
                delimiter("--=_bound", "--=_bound---"),
                delimiter("--=_bound", "--=_bound--\0"),
                mail(&format!(
                    "Content-Type: multipart/mixed; boundary=one\r\n\r\n --one\r\n{TEXT} --one\r\n{FILE}{DATA} --one--\r\n"
                )),
                mail(&format!(
                    "Content-Type: multipart/mixed; boundary=\"--one\"\r\n\r\n---one\r\n{TEXT}---one\r\n{FILE}{DATA}---one--\r\n"
                )),
            ],
        ),
        (
            "ambig-delimiter-padding",
            vec![
                delimiter("--=_bound ", "--=_bound--"),
                delimiter("--=_bound\t", "--=_bound--"),
                delimiter("--=_bound", "--=_bound--  \t"),
            ],
        ),
        (
            "mime-boundary-lookalike",
            vec![
                delimiter("--=_BOUND", "--=_bound--"),
                delimiter("--=_bound x", "--=_bound--"),
                delimiter("--=_bound;", "--=_bound--"),
                delimiter("--=_bound: x", "--=_bound--"),
                delimiter("--=_boundHello", "--=_bound--"),
                delimiter("--=_bound", "--=_Bound--"),
                delimiter("--=_bound", "--=_bound--."),
            ],
        ),
        (
            "ambig-entity-on-delimiter-line",
            vec![
                mixed(&format!("--=_bound {FILE}{DATA}--=_bound--\r\n")),
                mixed(&format!("--=_bound\r{FILE}{DATA}--=_bound--\r\n")),
                mixed(&format!("--=_bound{FILE}{DATA}--=_bound--\r\n")),
                mixed(&format!("--=_bound;{FILE}{DATA}--=_bound--\r\n")),
                mixed(&format!("--=_bound\0{FILE}{DATA}--=_bound--\r\n")),
                mixed("--=_bound\rHello\r\n--=_bound--\r\n"),
                mixed(&format!("--=_bound\r\n\r\n{FILE}{DATA}--=_bound--\r\n")),
                mixed(&format!(
                    "--=_bound\r\n\r\nContent-Transfer-Encoding: base64\r\nContent-Type: application/pdf\r\n\r\n{DATA}--=_bound--\r\n"
                )),
            ],
        ),
        (
            "ambig-part-in-preamble",
            vec![
                mail(&format!(
                    "Content-Type: multipart/mixed; boundary=one\r\n\r\n{FILE}{DATA}\r\n--one\r\n{TEXT}--one--\r\n"
                )),
                mail(&format!(
                    "Content-Type: multipart/mixed; boundary=one\r\n\r\n--two\r\n{FILE}{DATA}\r\n--one\r\n{TEXT}--one--\r\n"
                )),
                with_part(&format!(
                    "Content-Type: multipart/mixed; boundary=one\r\n\r\nA note\r\n\r\n{FILE}{DATA}\r\n--one\r\n{TEXT}--one--\r\n"
                )),
            ],
        ),
        (
            "ambig-part-in-epilogue",
            vec![
                mixed(&format!("--=_bound--\r\n{FILE}{DATA}")),
                mixed(&format!("--=_bound--\r\n\r\n{FILE}{DATA}")),
                mixed(&format!("--=_bound--\r\n--=_bound\r\n{FILE}{DATA}--=_bound--\r\n")),
                mixed(&format!("--=_bound--\r\n\r\n--two\r\n{FILE}{DATA}--two--\r\n")),
                with_part(&format!(
                    "Content-Type: multipart/mixed; boundary=one\r\n\r\n--one\r\n{TEXT}--one--\r\n{FILE}{DATA}"
                )),
            ],
        ),
    ]
}

fn decoders() -> Vec<Class> {
    let base64 = |body: &str| with_part(&format!("{FILE}{body}\r\n"));
    let printable = |body: &str| {
        with_part(&format!(
            "Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}\r\n"
        ))
    };
    let line = &DATA[..76];
    vec![
        (
            "ambig-base64-dialect",
            vec![
                base64(&DATA.replacen("gYiP", "gY!iP", 1)),
                base64(&DATA.replacen("gYiP", "gYi\0P", 1)),
                base64(&DATA.replacen("gYiP", "gYi-P", 1)),
                base64(&DATA.replacen("gYiP", "gYiP\u{A0}", 1)),
                base64(&DATA.replacen("gYiP", "gYiP=", 1)),
                base64(&DATA.replacen("gYiP", "gYiP====", 1)),
                base64(&DATA.replacen("gYiP", "gY=iP", 1)),
                base64(&DATA.replacen("\r\n", "=\r\n", 1)),
                base64(&DATA.replacen("\r\n", "==\r\n", 1)),
                base64(&DATA.replacen("\r\n", "!\r\n", 1)),
                base64(&DATA.replace("\r\n", "*\r\n")),
                base64(&format!("!{DATA}")),
                base64(&format!("===={DATA}")),
                base64(&format!("{DATA}{DATA}")),
                base64(&format!("QQ==\r\nQUI=\r\n{DATA}")),
                base64("QQ==QUI=QUJD"),
                base64(&DATA.replacen("gYiP", "gYi\r\nP", 1)),
                base64("QU\r\nJDR\r\nEVGRw\r\nhJ\r\nSktM"),
                base64(
                    &line.chars().map(|c| format!("{c}!")).take(19).chain([line[19..].to_owned()]).collect::<String>(),
                ),
                base64(&(0..19).map(|i| format!("{}*", &line[i * 4..i * 4 + 4])).collect::<String>()),
            ],
        ),
        (
            "ambig-qp-dialect",
            vec![
                printable("one= \r\ntwo"),
                printable("one=\t\r\ntwo"),
                printable("one=  \t \r\ntwo"),
                printable("one=\rtwo"),
                printable("one=XYtwo"),
                printable("one=4\r\ntwo"),
                printable("one==41"),
                printable("one=x41"),
                printable("one= 41"),
                printable("one=\0\r\ntwo"),
                printable("one=;41"),
                printable("one=\u{A0}\r\ntwo"),
            ],
        ),
        ("cte-qp-lowercase-hex", vec![printable("one=c3=bctwo"), printable("one=Ab")]),
        ("cte-qp-long-line", vec![printable(&"x".repeat(77)), printable(&format!("{}=\r\nx", "x".repeat(76)))]),
        ("cte-qp-trailing-whitespace", vec![printable("one \r\ntwo"), printable("one\t\r\n\r\n")]),
        ("cte-qp-raw-8bit-or-control", vec![printable("gr\u{FC}n"), printable("a\x07b"), printable("a\x01b")]),
        ("cte-qp-dangling-soft-break", vec![printable("one=")]),
        (
            "cte-base64-data-after-padding",
            vec![base64(&format!("{DATA}_____\r\nour mailing list is at https://example.org/"))],
        ),
        ("cte-base64-invalid-chars", vec![base64(&format!("{DATA}----")), base64(&format!("{DATA}\0"))]),
        (
            "cte-base64-bad-padding",
            vec![base64(DATA.trim_end().trim_end_matches('=')), base64(&format!("{}=", DATA.trim_end()))],
        ),
        ("cte-base64-length", vec![base64("QUJDRA==".trim_end_matches("A==")), base64("QUJDREVGR")]),
    ]
}

fn classes() -> Vec<Class> {
    [header_fields(), boundaries(), delimiters(), decoders()].concat()
}

#[test]
fn each_variant_gets_a_finding_of_its_kind() {
    let mut missed = Vec::new();
    let mut count = 0;
    for (id, mails) in classes() {
        assert!(catalogue::find(id).is_some(), "{id}");
        for mail in mails {
            count += 1;
            let found = findings(&mail);
            if !found.contains_key(id) {
                missed.push(format!("{id}: found {:?} in\n{}\n", found.keys(), mail[TOP.len()..].escape_debug()));
            }
        }
    }
    assert!(missed.is_empty(), "{} of {count} missed\n{}", missed.len(), missed.join("\n"));
}

/// What is in order, however near it comes.
fn near() -> Vec<String> {
    let cte = "Content-Transfer-Encoding: base64\r\n";
    let mut mails = Vec::new();
    for fields in [
        "content-TYPE: APPLICATION/Octet-Stream\r\nCONTENT-transfer-ENCODING: BASE64\r\n".to_owned(),
        format!("Content-Type:application/octet-stream\r\n{cte}"),
        format!("Content-Type:\r\n application/octet-stream\r\n{cte}"),
        format!("Content-Type:\t application/octet-stream ;\r\n\tname=\"data.bin\"\r\n{cte}"),
        format!("Content-Type: application/octet-stream;\r\n name=\"data.bin\" ;\r\n x-note=\"a; b=(c\"\r\n{cte}"),
        format!(
            "Content-Type: application/octet-stream; name=\"a very long name (1),\r\n of two lines.bin\";\r\n{cte}"
        ),
        format!("Content-Type: application/octet-stream; name=\"x\"; \r\n{cte}").replace("\"x\"", "\"x.bin\""),
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64 \r\n".to_owned(),
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding:\r\n base64\r\n".to_owned(),
        format!(
            "Content-Type: application/octet-stream\r\n{cte}Content-Disposition: attachment;\r\n\tfilename=\"a.bin\";\r\n\tsize=12; creation-date=\"Tue, 24 Nov 2026 10:00:00 GMT\"\r\n"
        ),
        format!(
            "Content-Type: application/octet-stream\r\n{cte}Content-Disposition: attachment; filename*0=\"a lo\"; filename*1=\"ng.bin\"\r\n"
        ),
        format!(
            "Content-Type: application/octet-stream\r\n{cte}Content-Disposition: attachment; filename=\"a.bin\"; filename*=utf-8''%C3%A4.bin\r\n"
        ),
        format!(
            "X-Signature: h=From:To:Subject:\r\n Content-Type:Content-Transfer-Encoding:MIME-Version; b=abc\r\nContent-Type: application/octet-stream\r\n{cte}"
        ),
        format!("Content-Type: application/octet-stream; boundary=none\r\n{cte}"),
        format!("Content-Type: application/octet-stream\r\nContent-Description: Content-Type: none\r\n{cte}"),
    ] {
        mails.extend(described(&fields));
    }
    for parameters in [
        "; boundary=one",
        "; boundary=\"one\"",
        ";boundary=one;charset=utf-8",
        ";\r\n\tboundary=\"one\"",
        "; charset=utf-8;\r\n boundary=\"one\";",
        "; Boundary=one",
        "; type=\"text/html\"; boundary=\"one\"; start=\"<a@example.org>\"",
        "; charset=us-ascii (Plain text); boundary=one",
        "; boundary=\"one\" ",
    ] {
        mails.extend(bounded(parameters, "one"));
    }
    for boundary in ["one two", "=_(one)", "one,two", "a:b/c?d=e", "----=_NextPart_000_0001_01", "'one"] {
        mails.extend(bounded(&format!("; boundary=\"{boundary}\""), boundary));
    }
    for boundary in ["----=_Part_1.2", "=_one", "a/b", "_one'"] {
        mails.extend(bounded(&format!("; boundary={boundary}"), boundary));
    }
    for text in [
        "-- \r\nAnn Field",
        "--------\r\nOne\r\n---------",
        "--",
        "--bound\r\n",
        "A line -- with dashes\r\n <!-- and others -->",
        "  --verbose\r\n\t--quiet",
        "(x)\r\nFrom: Ann\r\nContent-Type: is a header field",
        "begin 644 is what it says\r\n=ybegin is another",
    ] {
        mails.push(with_part(&format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n")));
    }
    for note in [
        "",
        "This is a multi-part message in MIME format.\r\n",
        "This is a multi-part message in MIME format.\r\n--------------------------------\r\n",
        "Content-Type tells what a part is; --one divides them.\r\n\r\n",
    ] {
        let whole =
            format!("Content-Type: multipart/mixed; boundary=one\r\n\r\n{note}--one\r\n{TEXT}--one--\r\n{note}");
        mails.extend([mail(&whole), with_part(&whole)]);
    }
    for body in [
        DATA.to_owned(),
        DATA.replace("\r\n", " \r\n"),
        format!("{DATA}\r\n\r\n"),
        format!("\r\n{DATA}"),
        "QUJD\r\nREVGRw==\r\n".to_owned(),
        "QUJDREVGR0hJ\r\nQUJDREVG\r\nQUJD\r\n".to_owned(),
    ] {
        mails.push(with_part(&format!("{FILE}{body}")));
    }
    for body in ["one=\r\ntwo", "f=C3=BCr =3D", "one=20\r\ntwo", "=\r\n=\r\n", "x\t =\r\ny"] {
        mails.push(with_part(&format!(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}\r\n"
        )));
    }
    mails.push(with_part(&format!(
        "Content-Type: message/rfc822; boundary=inner\r\n\r\n{}",
        bounded("; boundary=inner", "inner")[0]
    )));
    mails.push(with_part("\r\nA part without a field\r\n"));
    mails
}

#[test]
fn what_is_in_order_gets_none() {
    let mut wrong = Vec::new();
    for mail in near() {
        let lf = mail.replace("\r\n", "\n");
        // As libraries write that fold with CRLF on a machine whose lines end in LF.
        let folded = lf.replacen("Subject: Report\n", "Subject: Report\r\n of today\n", 1);
        for text in [mail, lf, folded] {
            let found = findings(&text);
            let bad = |id: &str, level: Level| {
                id.starts_with("ambig-")
                    || (level >= Level::Warning && (id.starts_with("mime-") || id.starts_with("cte-")))
            };
            if found.iter().any(|(id, level)| bad(id, *level)) {
                wrong.push(format!("found {:?} in\n{}\n", found.keys(), text[TOP.len() - 10..].escape_debug()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
