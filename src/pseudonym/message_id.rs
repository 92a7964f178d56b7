//! Message-IDs in the one form in which they are compared.

/// Longer ones are cut here, on both sides alike: a header line ends at 998 bytes (RFC 5322 §2.1.1).
const MAX: usize = 998;

/// The identifier of a message (RFC 5322 §3.6.4), which often names a person's machine: it can be neither printed nor logged.
///
/// It is what stands in the first pair of angle brackets, or all of it where there is none, without blanks and line ends. Case
/// counts.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageId(Vec<u8>);

impl MessageId {
    /// Reads the value of a Message-ID field, or what people type. `None` if nothing is left.
    pub fn parse(text: &[u8]) -> Option<MessageId> {
        let inside = match text.iter().position(|b| *b == b'<') {
            Some(open) => text[open + 1..].split(|b| *b == b'>').next().unwrap_or_default(),
            None => text.strip_suffix(b">").unwrap_or(text),
        };
        let id: Vec<u8> = inside.iter().copied().filter(|b| !b.is_ascii_whitespace()).take(MAX).collect();
        (!id.is_empty()).then_some(MessageId(id))
    }

    /// What the token is made of.
    pub(super) fn normal(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_folds_make_no_difference() {
        let id = |text: &str| MessageId::parse(text.as_bytes()).map(|id| id.0);
        for text in [
            " <a.1@example.org>",
            "a.1@example.org",
            "\r\n\t<a.1@\n example.org> (comment)",
            "<a.1@example.org",
            "a.1@example.org>",
        ] {
            assert_eq!(id(text).as_deref(), Some(&b"a.1@example.org"[..]), "{text:?}");
        }
        assert_ne!(id("<A.1@example.org>"), id("<a.1@example.org>"));
        assert_eq!(id(" <> "), None);
        assert_eq!(id(""), None);
    }
}
