//! What is encrypted as a whole, by a part's first bytes and what it is declared as: S/MIME, PGP, Microsoft's rpmsg.

use crate::scan::names::{Encryption, Extension, MediaType};
use memchr::memmem;

/// Object identifiers in a CMS message's first bytes (RFC 5652 §3, RFC 5083 §2.1, RFC 3274 §1.1).
const OID_PKCS7: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07";
const ENVELOPED: u8 = 3;
const SIGNED_AND_ENVELOPED: u8 = 4;
const OID_AUTH_ENVELOPED: &[u8] = b"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17";
const OID_COMPRESSED: &[u8] = b"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x09";
/// They stand behind one or two lengths.
const OID_WITHIN: usize = 32;

/// Whether a part that begins with `head` is encrypted as a whole.
pub(in crate::scan) fn encryption(declared: MediaType, extension: Extension, head: &[u8]) -> Encryption {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    // RFC 9580 §6.2.1.
    if text.starts_with(b"-----BEGIN PGP MESSAGE-----") || declared == MediaType::Rpmsg || extension == Extension::Rpmsg
    {
        Encryption::All
    } else if !head.is_empty() && (declared == MediaType::Pkcs7Mime || extension == Extension::P7m) {
        cms(head)
    } else {
        Encryption::No
    }
}

fn cms(head: &[u8]) -> Encryption {
    let early = &head[..head.len().min(OID_WITHIN)];
    let kind = memmem::find(early, OID_PKCS7).and_then(|at| early.get(at + OID_PKCS7.len()));
    match kind {
        Some(&(ENVELOPED | SIGNED_AND_ENVELOPED)) => Encryption::All,
        Some(_) => Encryption::No,
        None if memmem::find(early, OID_AUTH_ENVELOPED).is_some() => Encryption::All,
        None if memmem::find(early, OID_COMPRESSED).is_some() => Encryption::No,
        None => Encryption::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_declaration_and_first_bytes() {
        let cms = |kind: u8| [b"\x30\x82\x01\x00", OID_PKCS7, &[kind], b"\xA0\x82"].concat();
        let auth = [b"\x30\x80", OID_AUTH_ENVELOPED, b"\xA0\x80"].concat();
        let pgp = b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQ".to_vec();
        for (declared, extension, head, expected) in [
            (MediaType::Pkcs7Mime, Extension::P7m, cms(3), Encryption::All),
            (MediaType::Pkcs7Mime, Extension::P7m, cms(2), Encryption::No),
            (MediaType::OctetStream, Extension::P7m, auth, Encryption::All),
            (MediaType::Pkcs7Mime, Extension::None, b"\x30\x03abc".to_vec(), Encryption::Unknown),
            (MediaType::Pkcs7Mime, Extension::P7m, vec![], Encryption::No),
            (MediaType::OctetStream, Extension::Bin, cms(3), Encryption::No),
            (MediaType::TextPlain, Extension::None, pgp, Encryption::All),
            (MediaType::TextPlain, Extension::None, b"> -----BEGIN PGP MESSAGE-----".to_vec(), Encryption::No),
            (MediaType::TextPlain, Extension::None, b"-----BEGIN PGP SIGNED MESSAGE-----".to_vec(), Encryption::No),
            (MediaType::Rpmsg, Extension::Rpmsg, b"\x76\xE8\x04\x60".to_vec(), Encryption::All),
        ] {
            assert_eq!(encryption(declared, extension, &head), expected, "{declared} {head:?}");
        }
    }
}
