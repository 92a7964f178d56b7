//! The queue between the mail path and the store.
//!
//! A mail puts its record into a bounded queue and goes on. One thread takes what has come within [`WINDOW`], at most [`BATCH`] records,
//! and gives it to the store as one transaction. So what a crash of the machine or of mailgauge can lose is what came within the last
//! window, with the batch that is being written; while the store does not answer, what is in the queue. An error keeps the
//! batch, and it is given again to a new connection: the store keeps each record once. What does not fit into the queue is dropped and
//! counted.

use super::desk::Open;
use super::housekeeping::Housekeeping;
use super::{NewRecord, Store, StoreError};
use crate::report::metrics::Loss;
use crate::report::{Metrics, Record, Sink};
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Records that wait at most, with those that are being written.
pub const MAX_RECORDS: usize = 10_000;

/// Bytes that they take at most, by [`NewRecord::weight`].
pub const MAX_WEIGHT: usize = 8 << 20;

/// What comes within this time after the first record goes into one transaction.
pub const WINDOW: Duration = Duration::from_millis(50);

/// Records in one transaction at most.
pub const BATCH: usize = 1000;

/// A store that failed is tried again after this time, then after twice that, and so on,
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// up to this,
const LAST_RETRY: Duration = Duration::from_secs(30);

/// or, if only somebody can mend it, after this.
const UNUSABLE_RETRY: Duration = Duration::from_secs(60);

/// Drops are told this often.
const TELL: Duration = Duration::from_secs(60);

/// Where the mail path puts records. All copies are one queue.
#[derive(Clone)]
pub struct Queue(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Something is to be done: a batch is full or its window has begun, or the queue is closed.
    work: Condvar,
    /// The thread has ended.
    ended: Condvar,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<NewRecord>,
    /// When the first of them came.
    since: Option<Instant>,
    /// Records that are being written.
    in_hand: usize,
    /// Bytes of all.
    weight: usize,
    condition: Condition,
    /// Since the last log line.
    untold: u64,
    told: Option<Instant>,
    /// When closing is over.
    closing: Option<Instant>,
    ended: bool,
}

/// How the store is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Condition {
    #[default]
    Up,
    Unavailable,
    Unusable,
}

impl State {
    fn count(&self) -> usize {
        self.waiting.len() + self.in_hand
    }

    /// How many drops the log should be told of now; they count as told then.
    fn take_untold(&mut self) -> Option<u64> {
        let due = self.told.is_none_or(|at| at.elapsed() >= TELL);
        if self.untold == 0 || !due {
            return None;
        }
        self.told = Some(Instant::now());
        Some(std::mem::take(&mut self.untold))
    }
}

impl Queue {
    /// Begins a queue, and the thread that writes. The store is opened by it, in its time, and kept by `housekeeping`.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(open: Open, housekeeping: Housekeeping, metrics: Arc<Metrics>) -> io::Result<Queue> {
        let shared = Arc::new(Shared { state: Mutex::default(), work: Condvar::new(), ended: Condvar::new(), metrics });
        let mut writer = Writer {
            shared: shared.clone(),
            open,
            housekeeping,
            store: None,
            batch: Vec::new(),
            retry: FIRST_RETRY,
            said: None,
        };
        thread::Builder::new().name("store".into()).spawn(move || {
            writer.run();
            // A connection may take its time to close.
            writer.store = None;
            writer.shared.lock().ended = true;
            writer.shared.ended.notify_all();
        })?;
        Ok(Queue(shared))
    }

    /// Takes a record, or drops and counts it. Does not wait.
    pub fn push(&self, record: NewRecord) {
        let shared = &self.0;
        let weight = record.weight();
        let mut state = shared.lock();
        let loss = if state.closing.is_some() {
            Some(Loss::Shutdown)
        } else if state.count() >= MAX_RECORDS || state.weight + weight > MAX_WEIGHT {
            Some(match state.condition {
                Condition::Up => Loss::QueueFull,
                Condition::Unavailable => Loss::StoreUnavailable,
                Condition::Unusable => Loss::StoreUnusable,
            })
        } else {
            None
        };
        let untold = match loss {
            Some(loss) => {
                state.untold += 1;
                shared.metrics.records_lost(loss, 1);
                state.take_untold()
            }
            None => {
                state.weight += weight;
                state.since.get_or_insert_with(Instant::now);
                state.waiting.push_back(record);
                shared.metrics.records_waiting(state.count());
                // In between, the thread sleeps out the window.
                if matches!(state.waiting.len(), 1 | BATCH) {
                    shared.work.notify_one();
                }
                None
            }
        };
        drop(state);
        tell(untold);
    }

    /// Takes no more records, and writes what waits, for at most `grace`; what is left then is dropped and counted. Waits.
    pub fn close(&self, grace: Duration) {
        let shared = &self.0;
        let deadline = Instant::now() + grace;
        let mut state = shared.lock();
        state.closing.get_or_insert(deadline);
        shared.work.notify_all();
        while !state.ended
            && let Some(left) = deadline.checked_duration_since(Instant::now())
        {
            state = shared.ended.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        // The thread may hang in a connection. What it has in hand may be written or not.
        let lost = state.count();
        state.waiting.clear();
        (state.in_hand, state.weight) = (0, 0);
        shared.metrics.records_waiting(0);
        drop(state);
        if lost > 0 {
            shared.metrics.records_lost(Loss::Shutdown, lost);
            tracing::warn!(records = lost, "records were not written before the end, and are lost");
        }
    }
}

impl Sink for Queue {
    fn keep(&self, record: &Record) {
        self.push(NewRecord::of(record));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.lock().closing.is_some_and(|end| end <= Instant::now())
    }
}

fn tell(dropped: Option<u64>) {
    if let Some(records) = dropped {
        tracing::warn!(records, "records are dropped, for the store does not take them; the mails are not affected");
    }
}

/// What the thread has.
struct Writer {
    shared: Arc<Shared>,
    open: Open,
    housekeeping: Housekeeping,
    store: Option<Box<dyn Store>>,
    /// What is to be written next, and again until it is.
    batch: Vec<NewRecord>,
    retry: Duration,
    /// The last error that was logged.
    said: Option<String>,
}

impl Writer {
    /// Writes until the queue is closed and empty, or its time is over.
    fn run(&mut self) {
        loop {
            if self.store.is_none() && self.has_work() {
                match guarded(|| (self.open)()) {
                    Ok(store) => self.store = Some(store),
                    Err(error) => {
                        self.failed(error);
                        if self.shared.is_over() {
                            return;
                        }
                        continue;
                    }
                }
            }
            if self.batch.is_empty() && !self.take() {
                return;
            }
            let Some(store) = &mut self.store else { continue };
            if !self.batch.is_empty() {
                match guarded(|| store.keep(&self.batch)) {
                    Ok(()) => self.written(),
                    Err(error) => {
                        // On a full disk, forgetting is what makes room.
                        self.keep_house();
                        self.store = None;
                        self.failed(error);
                        if self.shared.is_over() {
                            return;
                        }
                        continue;
                    }
                }
            } else {
                self.is_well();
            }
            self.keep_house();
        }
    }

    /// Whether the store is needed. When the queue is closed and empty, it is not.
    fn has_work(&self) -> bool {
        let state = self.shared.lock();
        state.closing.is_none() || state.count() > 0
    }

    /// Waits for a batch, or until housekeeping is due. `false` if no more will come.
    fn take(&mut self) -> bool {
        let mut state = self.shared.lock();
        let until = Instant::now() + self.housekeeping.due();
        loop {
            let now = Instant::now();
            let window = state.since.map(|since| since + WINDOW);
            let full = state.waiting.len() >= BATCH || state.closing.is_some();
            if !state.waiting.is_empty() && (full || window.is_some_and(|end| end <= now)) {
                let count = state.waiting.len().min(BATCH);
                self.batch.extend(state.waiting.drain(..count));
                state.in_hand = count;
                // What is left has waited for its window already.
                if state.waiting.is_empty() {
                    state.since = None;
                }
                return true;
            }
            if state.closing.is_some() {
                return false;
            }
            if state.waiting.is_empty() && until <= now {
                return true;
            }
            let end = window.unwrap_or(until);
            let left = end.saturating_duration_since(now);
            state = self.shared.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn written(&mut self) {
        let count = self.batch.len();
        let weight: usize = self.batch.iter().map(NewRecord::weight).sum();
        self.batch.clear();
        {
            let mut state = self.shared.lock();
            // Closing may have given up on this batch, and counted it as lost.
            if state.in_hand > 0 {
                self.shared.metrics.records_written(count);
            }
            state.in_hand = 0;
            state.weight = state.weight.saturating_sub(weight);
            self.shared.metrics.records_waiting(state.count());
        }
        self.is_well();
    }

    /// The store does what it should.
    fn is_well(&mut self) {
        self.retry = FIRST_RETRY;
        self.shared.metrics.store_is_up(true);
        let untold = {
            let mut state = self.shared.lock();
            state.condition = Condition::Up;
            state.take_untold()
        };
        tell(untold);
        if self.said.take().is_some() {
            tracing::info!("the store takes records again");
        }
    }

    /// The store does not; waits before it is tried again.
    fn failed(&mut self, error: StoreError) {
        let (condition, pause) = match error {
            StoreError::Unavailable(_) => (Condition::Unavailable, self.retry),
            StoreError::Unusable(_) => (Condition::Unusable, UNUSABLE_RETRY),
        };
        self.retry = (self.retry * 2).min(LAST_RETRY);
        self.shared.metrics.store_is_up(false);
        let text = error.to_string();
        if self.said.as_ref() != Some(&text) {
            tracing::error!(error = %text, "records cannot be written; they wait, and mail is not affected");
            self.said = Some(text);
        }
        self.housekeeping.look_at_the_clock();
        let mut state = self.shared.lock();
        state.condition = condition;
        let untold = state.take_untold();
        drop(state);
        tell(untold);
        self.pause(pause);
    }

    /// Waits for this time, or until the queue is closed; from then on, in short steps until its end.
    fn pause(&self, time: Duration) {
        const CLOSING: Duration = Duration::from_millis(200);
        let end = Instant::now() + time;
        let mut state = self.shared.lock();
        loop {
            let now = Instant::now();
            let end = if state.closing.is_some() { end.min(now + CLOSING) } else { end };
            if end <= now {
                return;
            }
            let closing = state.closing.is_some();
            state = self.shared.work.wait_timeout(state, end - now).unwrap_or_else(PoisonError::into_inner).0;
            if closing {
                return;
            }
        }
    }

    fn keep_house(&mut self) {
        if !self.housekeeping.due().is_zero() || self.shared.lock().closing.is_some() {
            return;
        }
        let Some(store) = &mut self.store else { return };
        if let Err(error) = guarded(|| self.housekeeping.step(store.as_mut())) {
            // It is tried again in the next round, by another connection if this one is broken.
            tracing::warn!(%error, "old records could not be forgotten; it is tried again");
            self.store = None;
        }
    }
}

/// Runs what may fail in a way that we have not foreseen: the thread must live.
fn guarded<R>(work: impl FnOnce() -> Result<R, StoreError>) -> Result<R, StoreError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(StoreError::Unavailable("a fault in mailgauge itself; please report it".into())))
}
