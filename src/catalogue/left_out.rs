//! What the catalogue deliberately does not have, and why: the chapter "Not built" of `docs/findings.md`.

/// Ids of defects that others report and mailgauge does not, or not under this id.
pub static LEFT_OUT: &[(&str, &str)] = &[
    ("ambig-filename", "Two names of one file are `name-conflict`."),
    ("ambig-mime-version-absent", "It is `mime-version-missing`."),
    ("encrypted-7z-names", "It is `encrypted-7z`: what the user has to do is the same."),
    ("encrypted-rar-names", "It is `encrypted-rar`: what the user has to do is the same."),
    (
        "header-line-over-78",
        "RFC 5322 §2.1.1 only recommends it, most mail has such lines, and nobody has trouble with them.",
    ),
    ("scan-incomplete", "A mail that broke off is `size-aborted-in-data`, which says why."),
    (
        "size-exceeds-destination-limit",
        "It needs the limits of the recipients' systems, which come with the policy of the operator.",
    ),
];
