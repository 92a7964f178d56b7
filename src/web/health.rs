//! How the daemon is doing, for who asks by HTTP.

use crate::scan::closed::closed;
use std::sync::atomic::{AtomicU8, Ordering};

closed! {
    /// Where the daemon is between its start and its end.
    pub enum State {
        /// It does not take mail yet.
        Starting = "starting",
        /// It takes mail.
        Ready = "ready",
        /// It takes no new connections, and lets open transactions end.
        Draining = "draining",
    }
}

/// The state of the daemon. Shared by who sets it and who tells it.
#[derive(Debug)]
pub struct Health(AtomicU8);

impl Health {
    /// A daemon that starts.
    pub fn new() -> Health {
        Health(AtomicU8::new(State::Starting as u8))
    }

    /// Sets the state.
    pub fn set(&self, state: State) {
        self.0.store(state as u8, Ordering::Relaxed);
    }

    /// The state now.
    pub fn state(&self) -> State {
        let now = self.0.load(Ordering::Relaxed);
        State::ALL.iter().copied().find(|s| *s as u8 == now).unwrap_or(State::Starting)
    }
}

impl Default for Health {
    fn default() -> Self {
        Health::new()
    }
}
