//! The bounds of the scanner. Reaching one is a fact ([`LimitFlags`](super::facts::LimitFlags)), never an error.

use serde::{Deserialize, Serialize};

/// Bounds an operator may lower. The defaults are the highest values that the memory promise allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Levels of nesting that are followed; what is deeper is measured as one flat part. At most [`Limits::MAX_DEPTH`].
    pub depth: u8,
    /// Parts that get facts of their own; further parts are only counted. At most [`Limits::MAX_PARTS`].
    pub parts: u16,
    /// Header fields of one header block that are examined; further fields are only counted. At most [`Limits::MAX_HEADER_FIELDS`].
    pub header_fields: u16,
}

impl Limits {
    /// No mail program nests deeper than a handful; Exchange refuses more than 30 embedded messages, Postfix stops at 100.
    pub const MAX_DEPTH: u8 = 64;
    /// Exchange Online refuses more than 250 parts; 1,000 parts of facts are about 64 KiB.
    pub const MAX_PARTS: u16 = 1_000;
    /// A long ARC and DKIM chain has about 200.
    pub const MAX_HEADER_FIELDS: u16 = 1_000;
    /// Bytes of one field that are examined. Postfix's `header_size_limit` is 102,400; what needs a reading is far shorter.
    pub const FIELD_BYTES: usize = 64 * 1024;
    /// Bytes of a boundary that are followed. RFC 2046 §5.1.1 allows 70, Postfix's `mime_boundary_length_limit` is 2,048.
    pub const BOUNDARY_BYTES: usize = 1_024;
    /// Parameters of one field that are examined (RFC 2231 pieces are parameters too).
    pub const PARAMETERS: usize = 128;
    /// Encoded words of one field that are examined.
    pub const ENCODED_WORDS: usize = 64;
    /// Depth of nested comments that is followed (RFC 5322 §3.2.2).
    pub const COMMENT_DEPTH: usize = 16;
    /// Messages inside messages whose transfer encoding hides them (base64 of base64 of ...). RFC 2045 §6.4 forbids even one.
    pub const ENCODED_LAYERS: usize = 3;
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: Self::MAX_DEPTH, parts: Self::MAX_PARTS, header_fields: Self::MAX_HEADER_FIELDS }
    }
}
