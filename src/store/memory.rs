//! A store in memory: for tests of what stands on a store.

use super::audit::{Ends, Fixed, Link, Row, Seal};
use super::{By, Day, Kept, NewRecord, Probe, Progress, Query, Stats, Store, StoreError};
use crate::pseudonym::Token;
use std::sync::{Arc, Mutex, MutexGuard};

/// What is in it.
#[derive(Default)]
pub struct Contents {
    pub records: Vec<NewRecord>,
    pub rows: Vec<Row>,
    pub ends: Ends,
    pub clock: Option<i64>,
    /// Nothing can be found.
    pub find_fails: bool,
    /// Nothing can be written into the audit log.
    pub audit_fails: bool,
}

/// All clones have the same contents.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Contents>>);

impl Memory {
    pub fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap()
    }

    pub fn opener(&self) -> super::desk::Open {
        let memory = self.clone();
        Box::new(move || Ok(Box::new(memory.clone())))
    }
}

fn is_of(record: &NewRecord, probes: &[Probe]) -> bool {
    let has = |token: &Token| record.tokens.contains(token);
    probes.iter().any(|p| (p.from..p.until).contains(&record.kept.time) && has(&p.token))
}

impl Store for Memory {
    fn keep(&mut self, records: &[NewRecord]) -> Result<(), StoreError> {
        self.contents().records.extend_from_slice(records);
        Ok(())
    }

    fn find(&mut self, query: &Query) -> Result<Vec<Kept>, StoreError> {
        let contents = self.contents();
        if contents.find_fails {
            return Err(StoreError::Unavailable("connection refused: /secret/path".into()));
        }
        let fits = |r: &&NewRecord| {
            (query.from..query.until).contains(&r.kept.time)
                && match &query.by {
                    By::Reference(reference) => r.kept.reference == *reference,
                    By::QueueId(id) => r.kept.queue_id == Some(*id),
                    By::Tokens(all) => all.iter().all(|probes| is_of(r, probes)),
                }
        };
        let mut found: Vec<Kept> = contents.records.iter().rev().filter(fits).map(|r| r.kept.clone()).collect();
        found.sort_by_key(|kept| std::cmp::Reverse(kept.time));
        found.truncate(query.limit);
        Ok(found)
    }

    fn records(&mut self, day: Day, behind: i64, limit: usize) -> Result<Vec<(i64, Kept)>, StoreError> {
        let contents = self.contents();
        let numbered = (1..).zip(&contents.records).map(|(number, r)| (number, r.kept.clone()));
        Ok(numbered.filter(|(number, kept)| *number > behind && kept.day() == day).take(limit).collect())
    }

    fn oldest_day(&mut self) -> Result<Option<Day>, StoreError> {
        Ok(self.contents().records.iter().map(|r| r.kept.day()).min())
    }

    fn forget(&mut self, day: Day) -> Result<(u64, Progress), StoreError> {
        let mut contents = self.contents();
        let before = contents.records.len();
        contents.records.retain(|r| r.kept.day() != day);
        Ok(((before - contents.records.len()) as u64, Progress::Done))
    }

    fn erase(&mut self, probes: &[Probe]) -> Result<u64, StoreError> {
        let mut contents = self.contents();
        let before = contents.records.len();
        contents.records.retain(|r| !is_of(r, probes));
        Ok((before - contents.records.len()) as u64)
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        Ok(self.contents().records.iter().map(|r| r.weight() as u64).sum())
    }

    fn stats(&mut self) -> Result<Stats, StoreError> {
        let bytes = self.bytes()?;
        let contents = self.contents();
        let times = || contents.records.iter().map(|r| r.kept.time);
        Ok(Stats {
            records: contents.records.len() as u64,
            span: times().min().zip(times().max()),
            bytes,
            audit_rows: contents.rows.len() as u64,
        })
    }

    fn clock(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(self.contents().clock)
    }

    fn set_clock(&mut self, now: i64) -> Result<(), StoreError> {
        self.contents().clock = Some(now);
        Ok(())
    }

    fn audit_append(&mut self, seal: &mut Seal<'_>) -> Result<Row, StoreError> {
        let mut contents = self.contents();
        if contents.audit_fails {
            return Err(StoreError::Unavailable("no space left on /secret/path".into()));
        }
        let last = contents.ends.head.or(contents.ends.beginning).map_or(Link::START, |fixed| fixed.link);
        let sealed = seal(last);
        contents.rows.push(sealed.row.clone());
        contents.ends.head = Some(sealed.head);
        Ok(sealed.row)
    }

    fn audit_rows(&mut self, from: i64, limit: usize) -> Result<Vec<Row>, StoreError> {
        Ok(self.contents().rows.iter().filter(|row| row.seq >= from).take(limit).cloned().collect())
    }

    fn audit_ends(&mut self) -> Result<Ends, StoreError> {
        Ok(self.contents().ends)
    }

    fn audit_count(&mut self, worker: &str, first: i64, last: i64) -> Result<u64, StoreError> {
        let contents = self.contents();
        Ok(contents
            .rows
            .iter()
            .filter(|row| row.entry.worker == worker && (first..=last).contains(&row.entry.time))
            .count() as u64)
    }

    fn audit_forget(&mut self, before: i64, begin: &dyn Fn(Link) -> Fixed) -> Result<Progress, StoreError> {
        let mut contents = self.contents();
        let old = contents.rows.iter().take_while(|row| row.entry.time < before).count();
        let last = contents.rows.drain(..old).next_back();
        if let Some(last) = last {
            contents.ends.beginning = Some(begin(Link { seq: last.seq, seal: last.seal }));
        }
        Ok(Progress::Done)
    }
}
