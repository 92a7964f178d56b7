//! Records, their retention, look-up, and the audit log.
//!
//! ```text
//! mail path --Record--> queue --batches--> Store (SQLite or PostgreSQL)
//! page, API, command line --Request--> desk --Query--> Store
//!                                        \--Entry--> audit log, before anything is shown
//! ```

pub mod audit;
pub mod desk;
pub mod housekeeping;
#[cfg(test)]
pub(crate) mod memory;
mod open;
mod postgres;
mod queue;
mod record;
pub mod replay;
mod rows;
mod search;
mod sqlite;
mod subject;
mod ticket;
pub mod view;
pub mod words;

pub use open::{Target, open};
pub use queue::Queue;
pub use record::{
    Day, FindingId, Grave, Kept, KeptFinding, KeptFindings, KeptPart, KeptWould, MAX_PARTS, NewRecord, PartRole,
};
pub use subject::Subject;
pub use ticket::TicketForm;

use crate::pseudonym::{Key, Token};
use crate::report::{QueueId, Reference};
use crate::system::seconds;
use audit::{Ends, Fixed, Link, Row, Seal};
use std::path::PathBuf;
use std::time::Duration;

/// Where records are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Location {
    /// SQLite, in the state directory: see [`crate::config::Config::state_directory`].
    #[default]
    State,
    /// SQLite, in this file.
    Sqlite(PathBuf),
    /// PostgreSQL: a connection URL without a password.
    Postgres(String),
    /// Nowhere: mails are measured and counted, and cannot be looked up.
    Off,
}

/// How long and how much is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Records are forgotten before they are this old: a day of UTC goes as a whole, when its first second has reached this age.
    pub records: Duration,
    /// With more bytes than this in the store, the oldest days go earlier.
    pub max_bytes: u64,
    /// The audit log's own.
    pub audit: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        let days = |n: u64| Duration::from_secs(n * 86_400);
        Retention { records: days(30), max_bytes: 10 << 30, audit: days(365) }
    }
}

impl Retention {
    /// The oldest day that is kept at this time (seconds since the epoch).
    pub fn first_day(&self, now: i64) -> Day {
        let oldest = now.saturating_sub(seconds(self.records));
        // A day whose first second is that old goes; the next one stays.
        Day(Day::of(oldest).0.saturating_add(1))
    }
}

/// Why a store could not do what was asked. The texts are for the log and the operator; they hold nothing of a mail.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be opened, reached, written or read at present; it may be later.
    #[error("{0}")]
    Unavailable(String),
    /// It never will as it is: no database of ours, damaged, of a newer version. Says what to do.
    #[error("{0}")]
    Unusable(String),
}

/// What stands for an address or Message-ID in a stretch of time: the token by the key of that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The first second.
    pub from: i64,
    /// The first second behind it.
    pub until: i64,
    /// What records of that time have if they are of that address or Message-ID.
    pub token: Token,
}

impl Probe {
    /// A mail has the key of its beginning and is recorded at its end, which may come when the key is no longer used: a session may be
    /// silent for a day (`milter.idle_timeout`). And a clock may be set back by a little.
    const SLACK: (i64, i64) = (3600, Day::SECONDS);

    /// The probe for what has this token by this key.
    pub fn of(key: &Key, token: Token) -> Probe {
        let (before, behind) = Probe::SLACK;
        Probe { from: key.from().saturating_sub(before), until: key.until().saturating_add(behind), token }
    }
}

/// What records are looked for by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The reference in the tag.
    Reference(Reference),
    /// Postfix's queue ID. Short ones are used again by Postfix, so there may be several.
    QueueId(QueueId),
    /// Each of these, of which each is known by several tokens, one a key. Never empty.
    Tokens(Vec<Vec<Probe>>),
}

/// What is asked of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The first second of the window, since the epoch.
    pub from: i64,
    /// The first second behind the window.
    pub until: i64,
    /// What is looked for.
    pub by: By,
    /// Rows at most, the newest first.
    pub limit: usize,
}

/// How a store is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Records.
    pub records: u64,
    /// The times of the oldest and the newest record, in seconds since the epoch.
    pub span: Option<(i64, i64)>,
    /// Bytes in use, of records and audit log.
    pub bytes: u64,
    /// Rows of the audit log.
    pub audit_rows: u64,
}

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Progress {
    /// It was one step of several.
    More,
    /// It is done.
    Done,
}

/// A store. Calls block; each is one transaction. SQLite and PostgreSQL behave the same: `tests/it/store` holds both to it.
pub trait Store: Send {
    /// Keeps records with their tokens. One whose reference was kept before on the same day stays as it is, so that a batch whose fate is
    /// unknown can be given again.
    fn keep(&mut self, records: &[NewRecord]) -> Result<(), StoreError>;

    /// Finds records, the newest first.
    fn find(&mut self, query: &Query) -> Result<Vec<Kept>, StoreError>;

    /// Records of a day behind the one of this number, in the order of their numbers, at most so many; each with its number. Begin with 0.
    fn records(&mut self, day: Day, behind: i64, limit: usize) -> Result<Vec<(i64, Kept)>, StoreError>;

    /// The oldest day with records.
    fn oldest_day(&mut self) -> Result<Option<Day>, StoreError>;

    /// Forgets some of a day's records and tokens, so that nobody waits long; call it until it is done. The number of records
    /// that this step forgot. What is forgotten is overwritten where the store can do that;
    /// an error may come when that is all that is left to do.
    fn forget(&mut self, day: Day) -> Result<(u64, Progress), StoreError>;

    /// Erases every record of which one of these is a token, with all its tokens. The number of records. SQLite does it day by day, and an
    /// error leaves it half done: call it again.
    fn erase(&mut self, probes: &[Probe]) -> Result<u64, StoreError>;

    /// Bytes in use, cheaply.
    fn bytes(&mut self) -> Result<u64, StoreError>;

    /// How it is doing. Counts rows, so not for every minute.
    fn stats(&mut self) -> Result<Stats, StoreError>;

    /// The last time that [`Store::set_clock`] was told.
    fn clock(&mut self) -> Result<Option<i64>, StoreError>;

    /// Remembers a time, in seconds since the epoch: see `housekeeping`.
    fn set_clock(&mut self, now: i64) -> Result<(), StoreError>;

    /// Appends a row to the audit log, sealed by `seal` to the row before it. Nobody else appends in between.
    fn audit_append(&mut self, seal: &mut Seal<'_>) -> Result<Row, StoreError>;

    /// Rows of the audit log from this number on, in their order.
    fn audit_rows(&mut self, from: i64, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// Where the audit log begins and ends, as it was written down.
    fn audit_ends(&mut self) -> Result<Ends, StoreError>;

    /// How many rows of the audit log are this worker's, from the first second to the last one named. Rows that a clock which was ahead
    /// has dated beyond it don't count, or they would hold him up until then.
    fn audit_count(&mut self, worker: &str, first: i64, last: i64) -> Result<u64, StoreError>;

    /// Forgets some rows of the audit log that are older than `before`, from the oldest on up to the first that is not. `begin` makes
    /// the mark of the log's new beginning.
    fn audit_forget(&mut self, before: i64, begin: &dyn Fn(Link) -> Fixed) -> Result<Progress, StoreError>;
}
