//! Tokens in place of addresses and Message-IDs.
//!
//! A token is a keyed digest: the first 16 bytes of HMAC-SHA-256 over the role and the normalised address. Who has the key can tell
//! whether a token belongs to an address he was given, and nothing else; without the key it means nothing. Keys last for a
//! [`Period`] and are destroyed when its records are past retention. Whoever owns the keys can compute tokens, so they stay
//! personal data (GDPR Art. 4(5), recital 26).

mod address;
mod files;
mod key;
mod key_file;
mod keyring;
mod message_id;
mod period;

pub use address::Address;
pub use files::{KeyFile, KeyFileError, KeyFiles, Loaded, Origin, Reloaded};
pub use key::{Key, KeyId};
pub use keyring::{Keyring, end_of_keys};
pub use message_id::MessageId;
pub use period::Period;

use crate::scan::closed::closed;
use crate::scan::facts::{ContentFree, sealed};
use std::fmt;

closed! {
    /// What an address or identifier is in its mail. Each role has tokens of its own: the same person as sender and as recipient
    /// cannot be told to be the same without the key.
    pub enum Role {
        /// The envelope sender.
        Sender = "sender",
        /// One of the envelope recipients.
        Recipient = "recipient",
        /// The Message-ID of the header.
        MessageId = "message-id",
    }
}

/// 128 bits in place of an address or Message-ID.
///
/// Among a billion tokens the chance that any two are the same by accident is about 1 in 10^21.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Token([u8; Token::BYTES]);

impl Token {
    /// Bytes of a token.
    pub const BYTES: usize = 16;

    /// Its bytes, as the store keeps them.
    pub fn as_bytes(&self) -> &[u8; Token::BYTES] {
        &self.0
    }
}

impl From<[u8; Token::BYTES]> for Token {
    fn from(bytes: [u8; Token::BYTES]) -> Token {
        Token(bytes)
    }
}

/// Lower-case hexadecimal digits.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl serde::Serialize for Token {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Token {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Token, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("no token");
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| wrong())?;
        bytes.try_into().map(Token).map_err(|_| wrong())
    }
}

impl sealed::Sealed for Token {}
impl ContentFree for Token {}
