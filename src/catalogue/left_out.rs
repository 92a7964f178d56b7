//! What the catalogue deliberately does not have, and why: the chapter "Not built" of `docs/findings.md`.

/// Ids of defects that others report and mailgauge does not, or not under this id.
pub static LEFT_OUT: &[(&str, &str)] = &[
    ("ambig-filename", "Two names of one file are `name-conflict`."),
    ("ambig-mime-version-absent", "It is `mime-version-missing`."),
    (
        "cte-8bit-without-8bitmime",
        "Nearly every server offers 8BITMIME today, and whether the next one does is not known here. Bytes that were not \
         declared are `cte-undeclared-8bit`.",
    ),
    ("cte-base64-concatenated", "More data behind the padding is read in different ways: `ambig-base64-dialect`."),
    ("cte-qp-invalid-escape", "What programs make of it differs: `ambig-qp-dialect`."),
    ("encrypted-7z-names", "It is `encrypted-7z`: what the user has to do is the same."),
    ("encrypted-rar-names", "It is `encrypted-rar`: what the user has to do is the same."),
    (
        "header-line-over-78",
        "RFC 5322 §2.1.1 only recommends it, most mail has such lines, and nobody has trouble with them.",
    ),
    ("mime-boundary-empty", "It is `ambig-boundary-empty`."),
    (
        "mime-digest-default",
        "The parts of a digest are taken as messages, as they should be; nobody has trouble with it.",
    ),
    (
        "mime-single-part-multipart",
        "Many programs send it, and it is harmless. Where a file was expected, `attachment-missing-body-only` says so.",
    ),
    (
        "received-missing",
        "Postfix hides its own field from a milter, so every mail that was handed in directly would have it.",
    ),
    (
        "return-path-present",
        "Postfix removes the field before a milter sees it, and in a file it stands since delivery.",
    ),
    ("scan-incomplete", "A mail that broke off is `size-aborted-in-data`, which says why."),
    ("type-declared-generic", "Most programs send application/octet-stream; it explains no complaint."),
    (
        "type-unknown-binary",
        "`name-missing` and `name-no-extension` say the same to the user; with an extension, the recipient knows more.",
    ),
];
