//! What is forgotten, and whether the clock can be believed when it says so.
//!
//! A clock that jumps ahead would make everything look old. So the wall clock is held against the time that this process has been
//! running and against the time that the store remembers. While it is ahead of them it is in doubt: nothing is forgotten and no
//! key destroyed until it has run evenly for 24 hours, or is back.

use super::audit::{Chain, VerifyError};
use super::{Day, Progress, Retention, Store, StoreError};
use crate::report::Metrics;
use crate::system::seconds;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How far ahead the clock may be; and of each day that it runs, by how much it may be fast.
const TOLERANCE: i64 = 3600;

/// For so long a clock must run evenly before it is believed again.
const PROBATION: Duration = Duration::from_secs(24 * 3600);

/// The store is looked at this often.
const ROUND: Duration = Duration::from_secs(60);

/// A machine that was off for no longer than this is believed at its start.
const AWAY: Duration = Duration::from_secs(2 * 86_400);

/// Between two small steps, for batches that wait.
const BREATH: Duration = Duration::from_millis(20);

/// The time is written down this often.
const REMEMBER: Duration = Duration::from_secs(600);

/// Where the time comes from.
pub trait Clock: Send {
    /// Seconds since the epoch, as the machine believes.
    fn wall(&self) -> i64;
    /// How long the process has been running, whatever happened to the wall clock.
    fn running(&self) -> Duration;
}

/// The machine's clocks.
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        SystemClock(Instant::now())
    }
}

impl Clock for SystemClock {
    fn wall(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => seconds(since),
            Err(before) => -seconds(before.duration()),
        }
    }

    fn running(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The time by which records may be forgotten and keys destroyed. Shared with all who destroy.
#[derive(Clone, Debug)]
pub struct TrustedTime(Arc<AtomicI64>);

/// In place of a time: there is none.
const NONE: i64 = i64::MIN;

impl Default for TrustedTime {
    fn default() -> Self {
        TrustedTime(Arc::new(AtomicI64::new(NONE)))
    }
}

impl TrustedTime {
    /// Seconds since the epoch, at most about a minute old. `None` while the clock is in doubt, and until the store has been opened
    /// for the first time: then nothing must be destroyed.
    pub fn now(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Acquire)).filter(|time| *time != NONE)
    }

    fn set(&self, time: Option<i64>) {
        self.0.store(time.unwrap_or(NONE), Ordering::Release);
    }
}

/// A moment on both clocks.
#[derive(Clone, Copy, Debug)]
struct Moment {
    wall: i64,
    running: Duration,
}

impl Moment {
    fn of(clock: &dyn Clock) -> Moment {
        Moment { wall: clock.wall(), running: clock.running() }
    }

    /// By how many seconds the wall clock is ahead of one that has run evenly since `earlier`.
    fn ahead_of(self, earlier: Moment) -> i64 {
        let even = earlier.wall.saturating_add(seconds(self.running.saturating_sub(earlier.running)));
        self.wall.saturating_sub(even)
    }
}

/// Whether the clock is to be believed.
#[derive(Debug)]
struct Judge {
    /// The last moment that is beyond doubt.
    sure: Moment,
    /// Since when the clock has been running evenly at a time that is not believed.
    doubted: Option<Moment>,
}

impl Judge {
    /// Begins at `now`; `remembered` is the time that the store has from before.
    fn new(now: Moment, remembered: Option<i64>, retention: Duration) -> Judge {
        match remembered {
            // Away for longer than is usual, or by a wrong clock: nobody can tell.
            Some(time) if now.wall > time.saturating_add(seconds(retention.min(AWAY))) => {
                Judge { sure: Moment { wall: time, ..now }, doubted: Some(now) }
            }
            _ => Judge { sure: now, doubted: None },
        }
    }

    /// Looks at the clocks; `true` if the wall clock is believed.
    fn believes(&mut self, now: Moment) -> bool {
        let ahead = now.ahead_of(self.sure);
        if ahead <= TOLERANCE {
            self.doubted = None;
            // A clock that is always a bit fast must not come ahead unseen in many small steps, so the moment is renewed once a day.
            if ahead < 0 || now.running.saturating_sub(self.sure.running) >= PROBATION {
                self.sure = now;
            }
            return true;
        }
        match self.doubted {
            Some(since) if now.ahead_of(since).abs() <= TOLERANCE => {
                if now.running.saturating_sub(since.running) < PROBATION {
                    return false;
                }
                *self = Judge { sure: now, doubted: None };
                true
            }
            _ => {
                self.doubted = Some(now);
                false
            }
        }
    }
}

/// Keeps house in a store, in small steps. Whoever has the store calls [`Housekeeping::step`] when [`Housekeeping::due`] says so.
pub struct Housekeeping {
    retention: Box<dyn Fn() -> Retention + Send>,
    chain: Chain,
    clock: Box<dyn Clock>,
    trusted: TrustedTime,
    metrics: Arc<Metrics>,
    judge: Option<Judge>,
    /// When the next step is due, by the time that we run.
    next: Duration,
    /// When the time was written down.
    remembered: Option<Duration>,
    /// The day that is being forgotten.
    day: Option<Day>,
    /// Whether a day that had been begun before we started was looked after.
    resumed: bool,
    doubting: bool,
    /// That the audit log is broken was said.
    told_broken: bool,
}

impl Housekeeping {
    /// Housekeeping by the rules that `retention` gives at each time. `chain` marks the audit log's new beginning, `trusted` is told the
    /// time.
    pub fn new(
        retention: Box<dyn Fn() -> Retention + Send>,
        chain: Chain,
        clock: Box<dyn Clock>,
        trusted: TrustedTime,
        metrics: Arc<Metrics>,
    ) -> Housekeeping {
        Housekeeping {
            retention,
            chain,
            clock,
            trusted,
            metrics,
            judge: None,
            next: Duration::ZERO,
            remembered: None,
            day: None,
            resumed: false,
            doubting: false,
            told_broken: false,
        }
    }

    /// How long it is until the next step.
    pub fn due(&self) -> Duration {
        self.next.saturating_sub(self.clock.running())
    }

    /// One small step. Forgets at most a few thousand records.
    ///
    /// # Errors
    /// The store cannot do it; it is tried again in the next round.
    pub fn step(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let running = self.clock.running();
        self.next = running + ROUND;
        let Some(now) = self.believed(store)? else {
            return self.measure(store).map(drop);
        };
        let more = match self.day {
            Some(day) => {
                let (records, progress) = store.forget(day)?;
                self.metrics.records_forgotten(records);
                if progress == Progress::Done {
                    tracing::debug!(day = day.0, "a day of records was forgotten");
                    self.day = None;
                }
                true
            }
            None => self.choose(store, now)?,
        };
        if more {
            self.next = running + BREATH;
        }
        Ok(())
    }

    /// Looks for the next thing to forget; `true` if there is one.
    fn choose(&mut self, store: &mut dyn Store, now: i64) -> Result<bool, StoreError> {
        let retention = (self.retention)();
        let first = retention.first_day(now);
        if !self.resumed {
            // If we were killed in the midst of a day, traces of it may be left where no record shows it.
            self.resumed = true;
            self.day = Some(Day(first.0.saturating_sub(1)));
            return Ok(true);
        }
        let (bytes, oldest) = self.measure(store)?;
        self.day = oldest.filter(|day| *day < first || (bytes > retention.max_bytes && *day < Day::of(now)));
        if let Some(day) = self.day.filter(|day| *day >= first) {
            tracing::warn!(
                bytes,
                max = retention.max_bytes,
                day = day.0,
                "the store is full: its oldest day is forgotten before its time"
            );
        }
        if self.day.is_some() {
            return Ok(true);
        }
        let before = now.saturating_sub(seconds(retention.audit));
        match self.chain.forget(store, before) {
            Ok(progress) => Ok(progress == Progress::More),
            Err(VerifyError::Store(error)) => Err(error),
            Err(VerifyError::Broken(broken)) => {
                if !std::mem::replace(&mut self.told_broken, true) {
                    tracing::error!(%broken, "the audit log is not as it was written: nothing of it is forgotten");
                }
                Ok(false)
            }
        }
    }

    fn measure(&self, store: &mut dyn Store) -> Result<(u64, Option<Day>), StoreError> {
        let (bytes, oldest) = (store.bytes()?, store.oldest_day()?);
        self.metrics.store_measured(bytes, oldest.map(Day::begins));
        Ok((bytes, oldest))
    }

    /// The time, if the clock is believed. Tells it to others, and to the store.
    fn believed(&mut self, store: &mut dyn Store) -> Result<Option<i64>, StoreError> {
        let now = Moment::of(self.clock.as_ref());
        if self.judge.is_none() {
            self.judge = Some(Judge::new(now, store.clock()?, (self.retention)().records));
        }
        self.look_at_the_clock();
        let time = self.trusted.now();
        let due = self.remembered.is_none_or(|at| now.running.saturating_sub(at) >= REMEMBER);
        if let Some(time) = time.filter(|_| due) {
            store.set_clock(time)?;
            self.remembered = Some(now.running);
        }
        Ok(time)
    }

    /// Looks whether the clock has jumped. To be called now and then while there is no store to keep house in, too.
    pub fn look_at_the_clock(&mut self) {
        let Some(judge) = &mut self.judge else { return };
        let now = Moment::of(self.clock.as_ref());
        let believed = judge.believes(now);
        self.trusted.set(believed.then_some(now.wall));
        self.metrics.clock_in_doubt(!believed);
        if self.doubting == believed {
            self.doubting = !believed;
            if believed {
                tracing::info!("the clock is believed again: records and keys are forgotten as configured");
            } else {
                tracing::warn!(
                    clock = now.wall,
                    expected = now.wall.saturating_sub(now.ahead_of(judge.sure)),
                    "the clock is far ahead of what was expected: no record is forgotten and no key destroyed until it has run evenly for \
                     24 hours, or is set right"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;
    const HOUR: i64 = 3600;
    const NOW: i64 = 1_795_521_600;
    const RETENTION: Duration = Duration::from_secs(30 * 86_400);

    fn moment(wall: i64, running: i64) -> Moment {
        Moment { wall, running: Duration::from_secs(running as u64) }
    }

    /// A clock that is `jump` seconds off from one hour after the start on; what is believed then, and at which times afterwards.
    fn after(jump: i64, later: &[i64]) -> Vec<bool> {
        let mut judge = Judge::new(moment(NOW, 0), Some(NOW - 60), RETENTION);
        assert!(judge.believes(moment(NOW + HOUR - 60, HOUR - 60)));
        let mut seen = Vec::new();
        // Looked at each minute, as the housekeeping does.
        let mut minute = HOUR;
        for at in later {
            let mut last = false;
            while minute <= *at {
                last = judge.believes(moment(NOW + minute + jump, minute));
                minute += 60;
            }
            seen.push(last);
        }
        seen
    }

    #[test]
    fn a_clock_that_jumps_ahead_is_believed_after_a_day() {
        let times = [HOUR, 2 * HOUR, 24 * HOUR, 25 * HOUR, 26 * HOUR];
        for years in [10, 1000] {
            assert_eq!(after(years * 365 * DAY, &times), [false, false, false, true, true]);
        }
        assert_eq!(after(HOUR + 60, &times), [false, false, false, true, true]);
    }

    #[test]
    fn an_hour_or_a_jump_back_is_no_matter() {
        for jump in [0, HOUR, -HOUR, -10 * 365 * DAY, -DAY] {
            assert_eq!(after(jump, &[HOUR, 25 * HOUR, 50 * HOUR]), [true; 3], "{jump}");
        }
    }

    #[test]
    fn a_clock_that_is_set_right_is_believed_at_once() {
        let mut judge = Judge::new(moment(NOW, 0), None, RETENTION);
        assert!(!judge.believes(moment(NOW + 3650 * DAY, 60)));
        assert!(judge.believes(moment(NOW + 120, 120)));
    }

    #[test]
    fn a_clock_that_goes_on_jumping_is_never_believed() {
        let mut judge = Judge::new(moment(NOW, 0), None, RETENTION);
        for minute in 1..10_000 {
            assert!(!judge.believes(moment(NOW + minute * 2 * HOUR, minute * 60)), "{minute}");
        }
    }

    #[test]
    fn a_weekend_off_is_believed_and_more_is_not() {
        let begin = |off: i64| Judge::new(moment(NOW, 0), Some(NOW - off), RETENTION);
        assert!(begin(2 * DAY).believes(moment(NOW, 0)));
        assert!(begin(-29 * DAY).believes(moment(NOW, 0)));
        assert!(!begin(2 * DAY + 60).believes(moment(NOW, 0)));
        let mut judge = begin(40 * DAY);
        assert!(!judge.believes(moment(NOW, 0)));
        assert!(!judge.believes(moment(NOW + DAY - 60, DAY - 60)));
        assert!(judge.believes(moment(NOW + DAY, DAY)));
    }

    proptest::proptest! {
        /// Whatever a clock does: at the moment of a jump, no time is believed that is more than an hour ahead of the last one that was,
        /// run on evenly.
        #[test]
        fn no_jump_is_believed_at_once(jumps in proptest::collection::vec((-400 * DAY..400 * DAY, 1..48), 1..20)) {
            let mut judge = Judge::new(moment(NOW, 0), None, RETENTION);
            let (mut wall, mut running, mut believed) = (NOW, 0, NOW);
            for (jump, hours) in jumps {
                wall += jump;
                if judge.believes(moment(wall, running)) {
                    proptest::prop_assert!(wall <= believed + HOUR, "{} {}", wall, believed);
                    believed = wall;
                }
                for _ in 0..hours {
                    (wall, running, believed) = (wall + HOUR, running + HOUR, believed + HOUR);
                    if judge.believes(moment(wall, running)) {
                        believed = wall;
                    }
                }
            }
        }
    }
}
