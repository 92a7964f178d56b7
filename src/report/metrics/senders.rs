//! From how many senders a finding comes: one whose program is broken, or so many that the cause may be here.

use crate::pseudonym::Token;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A sender counts for this long, in seconds.
const WINDOW: i64 = 3600;

/// Senders that are told apart, for each finding: more are many.
pub(super) const MOST: usize = 32;

/// Senders by their tokens, `None` for the empty one, each with when it was last seen.
type Latest = Vec<(Option<Token>, i64)>;

/// For each finding its latest senders: at most 32 bytes for each of them, and so about 250 KiB in all.
#[derive(Default)]
pub(super) struct Senders(Mutex<HashMap<&'static str, Latest>>);

impl Senders {
    /// A mail of this sender had the finding; `None` is the empty sender of delivery reports. `now` is in seconds since the epoch.
    pub(super) fn saw(&self, id: &'static str, sender: Option<Token>, now: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = all.entry(id).or_default();
        if let Some((_, time)) = latest.iter_mut().find(|(known, _)| *known == sender) {
            *time = now;
        } else if latest.len() < MOST {
            latest.push((sender, now));
        } else if let Some(oldest) = latest.iter_mut().min_by_key(|(_, time)| *time) {
            *oldest = (sender, now);
        }
    }

    /// For each finding that was ever seen the senders of the last hour, at most [`MOST`]. Forgets the others.
    pub(super) fn counts(&self, now: i64) -> Vec<(&'static str, usize)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter_mut()
            .map(|(id, latest)| {
                // A clock that was set back leaves times ahead of it: these count for no more than the window either.
                latest.retain(|(_, time)| now.abs_diff(*time) < WINDOW.unsigned_abs());
                (*id, latest.len())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(n: u8) -> Option<Token> {
        Some(Token::from([n; Token::BYTES]))
    }

    #[test]
    fn a_sender_counts_once_for_an_hour() {
        let senders = Senders::default();
        senders.saw("zip-truncated", token(1), 1000);
        senders.saw("zip-truncated", token(1), 1500);
        senders.saw("zip-truncated", token(2), 1000);
        senders.saw("zip-truncated", None, 1000);
        assert_eq!(senders.counts(1600), [("zip-truncated", 3)]);
        assert_eq!(senders.counts(1000 + WINDOW), [("zip-truncated", 1)]);
        assert_eq!(senders.counts(1500 + WINDOW), [("zip-truncated", 0)]);
    }

    #[test]
    fn many_are_many_and_need_no_more_room() {
        let senders = Senders::default();
        for n in 0..=200 {
            senders.saw("zip-truncated", token(n), i64::from(n));
        }
        assert_eq!(senders.counts(200), [("zip-truncated", MOST)]);
        // The oldest made way.
        assert_eq!(senders.counts(168 + WINDOW), [("zip-truncated", MOST)]);
        assert_eq!(senders.counts(169 + WINDOW), [("zip-truncated", MOST - 1)]);
    }
}
