//! The last 24 hours in numbers, for the status page of those who have no Grafana. Nothing in it is about a single mail or a person.

use super::{Ending, Record};
use crate::catalogue::{Level, OVERSIZED};
use crate::policy::Action;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Seconds that are added up.
pub const SPAN: i64 = 900;

/// Spans that are remembered: 24 hours.
pub const SPANS: usize = 96;

/// The classes of size on the page, by their upper bounds in bytes on the wire; a last class has what is larger. The limits that people
/// meet: Postfix's default `message_size_limit`, iCloud and Outlook.com, the one most often quoted, Gmail.
pub const SIZES: [u64; 5] = [1 << 20, 10_240_000, 20 << 20, 25 << 20, 50 << 20];

/// What happened in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Mails measured to their end.
    pub mails: u64,
    /// Those by the highest level of their findings, in the order of [`Level::ALL`].
    pub levels: [u64; Level::ALL.len()],
    /// Those with a finding that tells of a size many providers refuse.
    pub oversized: u64,
    /// Those that were held.
    pub held: u64,
    /// Those that were refused.
    pub refused: u64,
    /// Those by their size on the wire: the classes of [`SIZES`], and one for what is larger.
    pub sizes: [u64; SIZES.len() + 1],
    /// Mails with each finding.
    pub findings: BTreeMap<&'static str, Found>,
}

/// Mails with one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many.
    pub mails: u64,
    /// The level that it had last.
    pub level: Level,
}

impl Found {
    const NONE: Found = Found { mails: 0, level: Level::Info };
}

impl Sum {
    fn add(&mut self, record: &Record) {
        self.mails += 1;
        if let Some(level) = record.verdict.level {
            self.levels[level as usize] += 1;
        }
        match record.verdict.action() {
            Action::Accept | Action::Tag => {}
            Action::Quarantine => self.held += 1,
            Action::Tempfail | Action::Reject => self.refused += 1,
        }
        self.sizes[SIZES.partition_point(|bound| *bound < record.facts.wire_bytes)] += 1;
        for (id, level) in record.findings_once() {
            self.oversized += u64::from(id == OVERSIZED);
            let found = self.findings.entry(id).or_insert(Found::NONE);
            (found.mails, found.level) = (found.mails + 1, level);
        }
    }

    /// Adds another one.
    pub fn join(&mut self, other: &Sum) {
        self.mails += other.mails;
        self.oversized += other.oversized;
        self.held += other.held;
        self.refused += other.refused;
        for (sum, more) in self.levels.iter_mut().zip(other.levels) {
            *sum += more;
        }
        for (sum, more) in self.sizes.iter_mut().zip(other.sizes) {
            *sum += more;
        }
        for (id, more) in &other.findings {
            let found = self.findings.entry(id).or_insert(Found::NONE);
            (found.mails, found.level) = (found.mails + more.mails, more.level);
        }
    }

    /// Mails with a finding that means trouble for recipients: a warning or an error.
    pub fn with_problems(&self) -> u64 {
        self.levels[Level::Warning as usize] + self.levels[Level::Error as usize]
    }
}

/// The last 24 hours. It is lost with the process, and needs at most 96 times a number for each finding: some 600 KiB.
pub struct History {
    started: i64,
    spans: Mutex<VecDeque<(i64, Sum)>>,
}

impl History {
    /// An empty one that begins at `now`, in seconds since the epoch.
    pub fn new(now: i64) -> History {
        History { started: now, spans: Mutex::default() }
    }

    /// A mail has ended. Those that broke off don't count: half a mail has no size.
    pub(super) fn message_ended(&self, record: &Record) {
        if record.ending != Ending::Measured {
            return;
        }
        let begin = record.time - record.time.rem_euclid(SPAN);
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        match spans.back_mut() {
            // The clock was set back by more than a span: what came after it is no history.
            Some((last, _)) if *last > begin + SPAN => spans.clear(),
            Some((last, sum)) if *last >= begin => return sum.add(record),
            _ => {}
        }
        let mut sum = Sum::default();
        sum.add(record);
        spans.push_back((begin, sum));
        while spans.front().is_some_and(|(first, _)| *first <= begin - SPAN * SPANS as i64) {
            spans.pop_front();
        }
    }

    /// The spans of the 24 hours up to `now`, the oldest first and without gaps, each with when it began.
    pub fn last_day(&self, now: i64) -> Vec<(i64, Sum)> {
        let last = now - now.rem_euclid(SPAN);
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        (0..SPANS as i64)
            .rev()
            .map(|back| last - back * SPAN)
            .map(|begin| {
                let sum = spans.iter().find(|(at, _)| *at == begin).map(|(_, sum)| sum.clone());
                (begin, sum.unwrap_or_default())
            })
            .collect()
    }

    /// From when on it knows what happened, in seconds since the epoch: the last 24 hours, or since it began.
    pub fn since(&self, now: i64) -> i64 {
        self.started.max(now - SPAN * SPANS as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Measure;
    use crate::report::testing::{finding, record};

    const NOON: i64 = 1_795_521_600;

    fn at(time: i64, findings: Vec<crate::catalogue::Finding>) -> Record {
        let mut record = record(findings);
        record.time = time;
        record
    }

    fn mails(history: &History, now: i64) -> Vec<(i64, u64)> {
        let spans = history.last_day(now);
        assert_eq!(spans.len(), SPANS);
        spans.into_iter().filter(|(_, sum)| sum.mails > 0).map(|(begin, sum)| (begin - NOON, sum.mails)).collect()
    }

    #[test]
    fn what_happened_is_added_up_by_quarters_of_an_hour() {
        let history = History::new(NOON);
        let mut refused = at(NOON + 10, vec![finding("zip", Level::Error), finding(OVERSIZED, Level::Warning)]);
        let because = finding("zip", Level::Error).entry;
        refused.verdict.done.measure = Some(Measure { action: Action::Reject, because, rule: None });
        refused.facts.wire_bytes = 20 << 20;
        history.message_ended(&refused);
        history.message_ended(&at(NOON + 899, vec![finding("zip", Level::Notice), finding("zip", Level::Notice)]));
        history.message_ended(&at(NOON + 900, vec![]));
        let mut aborted = at(NOON + 900, vec![]);
        aborted.ending = Ending::Aborted;
        history.message_ended(&aborted);

        assert_eq!(mails(&history, NOON + 1000), [(0, 2), (900, 1)]);
        let mut all = Sum::default();
        for (_, sum) in history.last_day(NOON + 1000) {
            all.join(&sum);
        }
        assert_eq!((all.mails, all.with_problems(), all.oversized, all.held, all.refused), (3, 1, 1, 0, 1));
        // A mail of just the size of a limit is within it.
        assert_eq!(all.sizes, [0, 0, 1, 0, 2, 0]);
        assert_eq!(all.findings.get("zip"), Some(&Found { mails: 2, level: Level::Notice }));
        assert_eq!(all.levels, [0, 1, 0, 1]);
    }

    #[test]
    fn a_day_is_remembered_and_no_more() {
        let history = History::new(NOON);
        for hour in 0..30 {
            history.message_ended(&at(NOON + hour * 3600, vec![]));
        }
        let now = NOON + 29 * 3600;
        let left = mails(&history, now);
        assert_eq!((left.len(), left[0]), (24, (6 * 3600, 1)));
        assert_eq!(history.since(now), now - 86_400);
        assert_eq!(history.since(NOON + 60), NOON);
        assert!(history.spans.lock().unwrap().len() <= SPANS);
        // Long after the last mail there is nothing.
        assert_eq!(mails(&history, now + 2 * 86_400), []);
    }

    #[test]
    fn a_clock_that_jumps_leaves_no_history_that_lies() {
        let history = History::new(NOON);
        history.message_ended(&at(NOON, vec![]));
        // A second back is within the span before.
        history.message_ended(&at(NOON - 1, vec![]));
        assert_eq!(mails(&history, NOON), [(0, 2)]);
        let decade = 10 * 366 * 86_400;
        history.message_ended(&at(NOON + decade, vec![]));
        history.message_ended(&at(NOON + 900, vec![]));
        assert_eq!(mails(&history, NOON + 900), [(900, 1)]);
    }
}
