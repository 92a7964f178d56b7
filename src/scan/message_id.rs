//! Message identifiers (RFC 5322 §3.6.4).

/// Whether the value is one identifier, `<left@right>`, by which replies can find the mail.
///
/// What stands on either side of the `@` is of no account: programs compare it as it is.
pub(super) fn is_well_formed(value: &[u8]) -> bool {
    let Some(inside) = value.trim_ascii().strip_prefix(b"<") else { return false };
    // A quoted left side may hold anything (RFC 5322 §4.5.4).
    let quoted = if inside.first() == Some(&b'"') { memchr::memmem::find(inside, b"\"@").unwrap_or(0) } else { 0 };
    let Some(end) = memchr::memchr(b'>', &inside[quoted..]) else { return false };
    let (id, rest) = inside.split_at(quoted + end);
    let rest = rest[1..].trim_ascii();
    let at = memchr::memchr(b'@', &id[quoted..]).map(|at| quoted + at);
    let plain = id[quoted..].iter().all(|b| *b > b' ' && *b != b'<');
    // A comment behind it is allowed.
    plain && at.is_some_and(|at| at > 0 && at + 1 < id.len()) && (rest.is_empty() || rest.starts_with(b"("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_identifiers() {
        for good in [
            " <1@example.org>",
            "\r\n\t<AM0PR0402MB33634F3A@AM0PR0402MB3363.eurprd04.prod.outlook.com>",
            " <OF1B2C3D4E.5F60-ONC1257A00.0012@lotus.example>",
            "<CAF=+x_y-z$1!@mail.gmail.com>",
            "<01be8c1a$5d1f0b40$0100a8c0@pc>",
            "<1234.5678.JavaMail.root@[192.0.2.1]>",
            "<20261124.AA1@a@b>",
            "<\"a b>c\"@example.org>",
            "<1@example.org> (added by postmaster@example.org)",
            "<gr\u{fc}n@example.org>",
            "<..@.>",
        ] {
            assert!(is_well_formed(good.as_bytes()), "{good}");
        }
    }

    #[test]
    fn bad_identifiers() {
        for bad in [
            "",
            "<>",
            "<@>",
            "<a@>",
            "<@b>",
            "1@example.org",
            "<1@example.org",
            "1@example.org>",
            "<1>",
            "<a b@example.org>",
            "<a@example.org >",
            "<a\r\n b@example.org>",
            "<1@example.org> <2@example.org>",
            "<1@example.org><2@example.org>",
            "<<1@example.org>>",
            "<1@example.org>, more",
            "<\"a b@example.org>",
            "<\"",
            "<\"\"@>",
        ] {
            assert!(!is_well_formed(bad.as_bytes()), "{bad}");
        }
    }
}
