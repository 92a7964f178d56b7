//! The keys in force, as the mail path and the look-up see them. Where they come from, files and their ends, is not known here.

use super::Key;
use std::sync::{Arc, PoisonError, RwLock};

/// The keys that exist. Shared by all who make tokens; exchanged as a whole.
#[derive(Debug, Default)]
pub struct Keyring(RwLock<Arc<[Arc<Key>]>>);

impl Keyring {
    /// A keyring with these keys.
    pub fn new(keys: Vec<Key>) -> Keyring {
        let ring = Keyring::default();
        ring.replace(keys);
        ring
    }

    /// Exchanges all keys.
    pub fn replace(&self, keys: Vec<Key>) {
        let keys = keys.into_iter().map(Arc::new).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Every key.
    pub fn keys(&self) -> Arc<[Arc<Key>]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key for a mail of this time (seconds since the epoch): of several, the one that began last. `None` if there is none, and
    /// the mail's record goes without tokens.
    pub fn at(&self, time: i64) -> Option<Arc<Key>> {
        let keys = self.keys();
        let holds = |key: &&Arc<Key>| key.from() <= time && time < key.until();
        keys.iter().filter(holds).max_by_key(|key| (key.from(), key.id())).cloned()
    }
}

/// The first second from `from` on that has no key (seconds since the epoch): `from` itself if it has none.
pub fn end_of_keys(keys: &[Arc<Key>], from: i64) -> i64 {
    let mut at = from;
    // Each round goes on to the end of a key that holds the second reached.
    while let Some(next) = keys.iter().filter(|k| k.from() <= at && at < k.until()).map(|k| k.until()).max() {
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::KeyId;

    #[test]
    fn the_key_that_began_last_is_used() {
        let key = |id, from, until| Key::new(KeyId(id), from, until, &[0; Key::SECRET]);
        let ring = Keyring::new(vec![key(1, 0, 100), key(2, 50, 100), key(3, 100, 200)]);
        let at = |time| ring.at(time).map(|k| k.id().0);
        assert_eq!(
            [at(-1), at(0), at(49), at(50), at(99), at(100), at(200)],
            [None, Some(1), Some(1), Some(2), Some(2), Some(3), None]
        );
    }

    #[test]
    fn keys_last_until_the_first_gap() {
        let key = |id, from, until| Key::new(KeyId(id), from, until, &[0; Key::SECRET]);
        let ring = Keyring::new(vec![key(1, 0, 100), key(2, 50, 100), key(3, 100, 200), key(4, 201, 300)]);
        let end = |from| end_of_keys(&ring.keys(), from);
        assert_eq!([end(-1), end(0), end(99), end(100), end(200), end(201)], [-1, 200, 200, 200, 200, 300]);
    }
}
