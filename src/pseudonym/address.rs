//! E-mail addresses in the one form in which they are compared.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Longer ones are none: a path may have 256 bytes (RFC 5321 §4.5.3.1.3), and those of SMTPUTF8 some more.
const MAX: usize = 1024;

/// Between a mailbox and its extension: `jan+news@example.org` is a way to write to `jan@example.org` (RFC 5233).
const DELIMITER: char = '+';

/// An envelope address, normalised. It names a person, so it can be neither printed nor logged.
///
/// Normalised means: without angle brackets and source route (RFC 5321 §4.1.2), without an extension behind `+`, local part
/// unquoted, both parts in lower case and NFC, the domain in ASCII (IDNA, UTS 46) without a dot at its end. RFC 5321 §2.4 lets local
/// parts differ in case; no one who types an address on a page means that.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Reads an address as MAIL and RCPT have it, or as people type it. `None` for the empty one (`<>`) and for what is too long.
    pub fn parse(text: &[u8]) -> Option<Address> {
        // Bytes that are no UTF-8 become U+FFFD here and in the look-up alike.
        let text = String::from_utf8_lossy(text);
        let text = text.trim();
        let text = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text).trim();
        if text.is_empty() || text.len() > MAX {
            return None;
        }
        let text = match text.split_once(':') {
            Some((route, mailbox)) if route.starts_with('@') => mailbox,
            _ => text,
        };
        let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
        let local = unquoted(local);
        let mailbox = match local.split_once(DELIMITER) {
            Some((mailbox, _)) if !mailbox.is_empty() => mailbox,
            _ => &local,
        };
        let mut normal = folded(mailbox);
        if !domain.is_empty() {
            let domain = domain.strip_suffix('.').unwrap_or(domain);
            normal.push('@');
            normal.push_str(&idna::domain_to_ascii(domain).unwrap_or_else(|_| folded(domain)));
        }
        Some(Address(normal))
    }

    /// Its domain in lower case and ASCII, for rules about domains; empty where it has none.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// What the token is made of.
    pub(super) fn normal(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn folded(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// The local part without quotes and backslashes (RFC 5321 §4.1.2: `"jan"` and `jan` are the same mailbox).
fn unquoted(local: &str) -> Cow<'_, str> {
    let Some(inside) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else { return local.into() };
    let mut plain = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> Option<String> {
        Address::parse(text.as_bytes()).map(|a| a.0)
    }

    #[test]
    fn one_mailbox_has_one_form() {
        for text in [
            "<jan@example.org>",
            "jan@example.org",
            "  Jan@EXAMPLE.org ",
            "<JAN@example.org.>",
            "jan+news@example.org",
            "jan+a+b@example.org",
            "\"jan\"@example.org",
            "\"j\\an\"@example.org",
            "<@relay.example,@b.example:jan@example.org>",
        ] {
            assert_eq!(normal(text).as_deref(), Some("jan@example.org"), "{text}");
        }
        assert_eq!(normal("info@BÜCHER.example"), normal("info@xn--bcher-kva.example"));
        assert_eq!(normal("Jos\u{e9}@example.org"), normal("jose\u{301}@example.org"));
        assert_eq!(normal("a@[192.0.2.1]").as_deref(), Some("a@[192.0.2.1]"));
        assert_eq!(normal("root").as_deref(), Some("root"));
        let domain = |text: &str| Address::parse(text.as_bytes()).map(|a| a.domain().to_owned());
        assert_eq!(domain("<\"a@b\"@B\u{fc}cher.Example.>").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(domain("root").as_deref(), Some(""));
    }

    #[test]
    fn others_differ() {
        let one = normal("jan@example.org");
        for text in
            ["jan@example.net", "jan.example.org", "jann@example.org", "ja n@example.org", "jan@sub.example.org"]
        {
            assert_ne!(normal(text), one, "{text}");
        }
        assert_eq!(normal("+jan@example.org").as_deref(), Some("+jan@example.org"));
        assert_eq!(normal("\"a@b\"@example.org").as_deref(), Some("a@b@example.org"));
    }

    #[test]
    fn no_address() {
        assert_eq!(normal(""), None);
        assert_eq!(normal("<>"), None);
        assert_eq!(normal(&"a".repeat(MAX + 1)), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_and_the_normal_form_is_its_own(bytes: Vec<u8>) {
            if let Some(address) = Address::parse(&bytes)
                && !address.0.contains(['"', ':', '<', '@', '+', ' '])
            {
                proptest::prop_assert!(Address::parse(address.0.trim().as_bytes()).is_none_or(|again| again.0 == address.0.trim()));
            }
        }

        #[test]
        fn case_and_extension_make_no_difference(local in "[a-z0-9._-]{1,20}", domain in "[a-z]{1,10}\\.[a-z]{2,5}", more in "[a-z]{0,5}") {
            let plain = normal(&format!("{local}@{domain}"));
            proptest::prop_assert_eq!(&plain, &normal(&format!("<{}+{more}@{}>", local.to_uppercase(), domain.to_uppercase())));
        }
    }
}
