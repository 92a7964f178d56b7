//! One key and the tokens it makes.

use super::{Address, MessageId, Role, Token};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// The name of a key: random, so that machines that share a store cannot give the same name to two keys. Says nothing of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u32);

/// Eight hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// A key, and the time in which it makes tokens for new mails.
pub struct Key {
    id: KeyId,
    from: i64,
    until: i64,
    mac: Hmac<Sha256>,
}

impl Key {
    /// Bytes of the secret.
    pub const SECRET: usize = 32;

    /// A key for the time from the second `from` to the one before `until`, both since the epoch.
    pub fn new(id: KeyId, from: i64, until: i64, secret: &[u8; Key::SECRET]) -> Key {
        // INVARIANT: HMAC takes keys of any length (RFC 2104 §2).
        let mac = Hmac::new_from_slice(secret).expect("HMAC takes any key");
        Key { id, from, until, mac }
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The first second in which it is used, since the epoch.
    pub fn from(&self) -> i64 {
        self.from
    }

    /// The first second in which it is used no more, since the epoch.
    pub fn until(&self) -> i64 {
        self.until
    }

    /// The token of an envelope sender.
    pub fn sender(&self, address: &Address) -> Token {
        self.token(Role::Sender, address.normal())
    }

    /// The token of an envelope recipient.
    pub fn recipient(&self, address: &Address) -> Token {
        self.token(Role::Recipient, address.normal())
    }

    /// The token of a Message-ID.
    pub fn message_id(&self, id: &MessageId) -> Token {
        self.token(Role::MessageId, id.normal())
    }

    /// HMAC-SHA-256(secret, role, NUL, text), cut to its first 16 bytes (RFC 2104 §5). The NUL keeps roles apart: no role's name has one.
    fn token(&self, role: Role, text: &[u8]) -> Token {
        let mut mac = self.mac.clone();
        mac.update(role.name().as_bytes());
        mac.update(&[0]);
        mac.update(text);
        let digest = mac.finalize().into_bytes();
        let mut token = [0; Token::BYTES];
        token.copy_from_slice(&digest[..Token::BYTES]);
        Token(token)
    }
}

/// Without the secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("from", &self.from)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: u8) -> Key {
        Key::new(KeyId(1), 0, 1, &[secret; Key::SECRET])
    }

    #[test]
    fn a_token_is_what_anybody_can_recompute_with_the_key() {
        let address = Address::parse(b"<Jan+x@Example.org>").unwrap();
        // printf 'sender\0jan@example.org' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '07%.0s' {1..32}) | cut -c 1-32
        assert_eq!(key(7).sender(&address).to_string(), "311a279835f3532cb3b3d577cc3fa09c");
    }

    #[test]
    fn roles_and_keys_are_kept_apart() {
        let address = Address::parse(b"jan@example.org").unwrap();
        let id = MessageId::parse(b"jan@example.org").unwrap();
        let tokens =
            [key(7).sender(&address), key(7).recipient(&address), key(7).message_id(&id), key(8).sender(&address)];
        for (i, token) in tokens.iter().enumerate() {
            assert!(!tokens[i + 1..].contains(token));
        }
        assert_eq!(format!("{:?}", key(7)), "Key { id: KeyId(1), from: 0, until: 1, .. }");
    }
}
