//! Records in one file: SQLite.
//!
//! Write-ahead log with `synchronous=FULL`: what [`Store::keep`] has taken outlives a power cut. The version of the tables is SQLite's
//! own `user_version`, and `application_id` tells our files from those of other programs.
//!
//! Each day has tables of its own, so that no file has a trace of it when it is gone: `secure_delete` writes zeros over deleted rows and over pages
//! that become free, but where rows were moved between two pages of a table, copies can stay in the unused middle of a page. When
//! the table is dropped, all its pages are free. The write-ahead log is emptied then, too.

mod days;
mod failure;

use super::audit::{Ends, Fixed, Link, Row, Seal};
use super::rows::{self, AuditColumns};
use super::search;
use super::{By, Day, Kept, NewRecord, Probe, Progress, Query, Stats, Store, StoreError};
use crate::system::as_its_parent;
use days::{by_tokens, day, documents, drop_day, erase_in, has_day, make_day, newest_day};
use failure::{Failure, explain, is_busy};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// The steps from an empty file to today's tables. A step that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("sqlite/001_records.sql")];

/// "mgau".
const APPLICATION_ID: i64 = 0x6d67_6175;

/// Another process that writes is waited for this long.
const BUSY: Duration = Duration::from_secs(2);

/// Opening waits longer: others may be making the tables.
const OPENING: Duration = Duration::from_secs(10);

/// Rows of each table that are forgotten in one transaction.
const STEP: usize = 2000;

/// Free pages that are given back to the file system in a step: about 4 MiB.
const VACUUM: usize = 1000;

/// Rows of the audit log that are forgotten in one transaction.
const AUDIT_STEP: usize = 1000;

/// A store in a SQLite file.
pub(super) struct Sqlite {
    connection: Connection,
    file: PathBuf,
}

impl Sqlite {
    /// Opens a file, and makes it (0600, its directory 0700) and its tables where they are not.
    ///
    /// # Errors
    /// It cannot be reached, or is not for us.
    pub(super) fn open(file: &Path) -> Result<Sqlite, StoreError> {
        make_file(file)?;
        let told = |error| explain(file, &error);
        let connection = Connection::open(file).map_err(told)?;
        connection.busy_timeout(BUSY).map_err(told)?;
        let mut store = Sqlite { connection, file: file.to_owned() };
        let began = Instant::now();
        loop {
            match store.prepare() {
                // Switching to the write-ahead log does not always wait for those who are about to do the same.
                Err(Failure::Sql(error)) if is_busy(&error) && began.elapsed() < OPENING => {
                    thread::sleep(Duration::from_millis(20));
                }
                Err(Failure::Sql(error)) => return Err(explain(file, &error)),
                Err(Failure::Told(error)) => return Err(error),
                Ok(()) => return Ok(store),
            }
        }
    }

    fn prepare(&mut self) -> Result<(), Failure> {
        self.connection.set_prepared_statement_cache_capacity(128);
        let file = self.file.clone();
        let recognise = |connection: &Connection| -> Result<usize, Failure> {
            let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
            let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if id != APPLICATION_ID && (tables > 0 || version != 0) {
                return Err(Failure::Told(StoreError::Unusable(format!(
                    "{} is a database of another program: name another file in [store] url, or move it away",
                    file.display()
                ))));
            }
            match usize::try_from(version) {
                Ok(version) if version <= MIGRATIONS.len() => Ok(version),
                _ => Err(Failure::Told(StoreError::Unusable(format!(
                    "{} was written by a newer version of mailgauge (tables {version}, this one knows {}): \
                     install that version again, or move the file away to begin a new one",
                    file.display(),
                    MIGRATIONS.len()
                )))),
            }
        };
        // Before anything is written: a foreign file stays as it is. In one transaction: others may be making the tables.
        if recognise(&*self.connection.transaction()?)? == 0 {
            // Only an empty file takes it, before all else.
            self.connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        }
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.connection.pragma_update(None, "secure_delete", "ON")?;
        self.connection.pragma_update(None, "temp_store", "MEMORY")?;
        self.connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
        if recognise(&*self.connection.transaction()?)? < MIGRATIONS.len() {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have been faster.
            let version = recognise(&transaction)?;
            for migration in &MIGRATIONS[version..] {
                transaction.execute_batch(migration)?;
            }
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// Works in a transaction that writes.
    fn write<R>(&mut self, work: impl FnOnce(&Connection) -> Result<R, Failure>) -> Result<R, StoreError> {
        let file = &self.file;
        let done = (|| {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })();
        done.map_err(|failure: Failure| failure.told(file))
    }

    /// Works in a transaction that sees one state.
    fn read<R>(&mut self, work: impl FnOnce(&Connection) -> Result<R, Failure>) -> Result<R, StoreError> {
        let file = &self.file;
        let done = (|| {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })();
        done.map_err(|failure: Failure| failure.told(file))
    }

    /// Empties the write-ahead log. `false` if somebody reads in it.
    fn empty_log(&self) -> Result<bool, StoreError> {
        let busy: i64 = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .map_err(|error| explain(&self.file, &error))?;
        Ok(busy == 0)
    }
}

impl Store for Sqlite {
    fn keep(&mut self, records: &[NewRecord]) -> Result<(), StoreError> {
        self.write(|connection| {
            let mut days: Vec<Day> = records.iter().map(|record| record.kept.day()).collect();
            days.sort_unstable();
            days.dedup();
            for day in days {
                make_day(connection, day)?;
                let name = rows::suffix(day);
                let mut record = connection.prepare_cached(&format!(
                    "INSERT OR IGNORE INTO records_{name} (time, reference, queue_id, document) VALUES (?1, ?2, ?3, ?4)"
                ))?;
                let mut handle = connection.prepare_cached(&format!(
                    "INSERT OR IGNORE INTO handles_{name} (token, time, record) VALUES (?1, ?2, ?3)"
                ))?;
                for NewRecord { kept, tokens } in records.iter().filter(|record| record.kept.day() == day) {
                    let queue_id = kept.queue_id.as_ref().map(|id| id.as_str());
                    // 55 bits, which SQLite's integers hold.
                    let reference = kept.reference.bits() as i64;
                    if record.execute(params![kept.time, reference, queue_id, rows::document(kept)])? == 0 {
                        continue;
                    }
                    let id = connection.last_insert_rowid();
                    for token in tokens {
                        handle.execute(params![token.as_bytes(), kept.time, id])?;
                    }
                }
            }
            Ok(())
        })
    }

    fn find(&mut self, query: &Query) -> Result<Vec<Kept>, StoreError> {
        self.read(|connection| {
            let mut found = Vec::new();
            let mut before = Day(Day::of(query.until.saturating_sub(1)).0.saturating_add(1));
            // From day to day that has records, the newest first.
            while found.len() < query.limit
                && let Some(day) = newest_day(connection, before)?
                && day >= Day::of(query.from)
            {
                before = day;
                let limit = query.limit - found.len();
                let (from, until) = (query.from.max(day.begins()), query.until.min(day.ends()));
                let name = rows::suffix(day);
                match &query.by {
                    By::Reference(reference) => found.extend(documents(
                        connection,
                        &format!(
                            "SELECT document FROM records_{name} WHERE reference = ?1 AND time >= ?2 AND time < ?3 LIMIT ?4"
                        ),
                        params![reference.bits() as i64, from, until, limit as i64],
                    )?),
                    By::QueueId(id) => found.extend(documents(
                        connection,
                        &format!(
                            "SELECT document FROM records_{name} WHERE queue_id = ?1 AND time >= ?2 AND time < ?3 \
                             ORDER BY time DESC, id DESC LIMIT ?4"
                        ),
                        params![id.as_str(), from, until, limit as i64],
                    )?),
                    By::Tokens(lists) => {
                        let Some(part) = search::part(lists, from, until) else { continue };
                        let select = format!("SELECT document FROM records_{name} WHERE id = ?1");
                        for id in by_tokens(connection, day, &part, limit)? {
                            found.extend(documents(connection, &select, [id])?);
                        }
                    }
                }
            }
            Ok(found)
        })
    }

    fn records(&mut self, day: Day, behind: i64, limit: usize) -> Result<Vec<(i64, Kept)>, StoreError> {
        self.read(|connection| {
            if !has_day(connection, day)? {
                return Ok(Vec::new());
            }
            let select =
                format!("SELECT id, document FROM records_{} WHERE id > ?1 ORDER BY id LIMIT ?2", rows::suffix(day));
            let mut select = connection.prepare_cached(&select)?;
            let mut selected = select.query(params![behind, limit as i64])?;
            let mut found = Vec::new();
            while let Some(row) = selected.next()? {
                found.push((row.get(0)?, rows::kept(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?));
            }
            Ok(found)
        })
    }

    fn oldest_day(&mut self) -> Result<Option<Day>, StoreError> {
        self.read(|connection| Ok(connection.query_row("SELECT min(day) FROM days", [], day)?))
    }

    fn forget(&mut self, day: Day) -> Result<(u64, Progress), StoreError> {
        let (records, more) = self.write(|connection| {
            if !has_day(connection, day)? {
                return Ok((0, false));
            }
            let name = rows::suffix(day);
            // Tokens first: a record without them can still be seen to be there, and so is not left behind.
            let tokens = connection.execute(
                &format!(
                    "DELETE FROM handles_{name} WHERE (token, time, record) IN \
                     (SELECT token, time, record FROM handles_{name} LIMIT ?1)"
                ),
                [STEP as i64],
            )?;
            if tokens == STEP {
                return Ok((0, true));
            }
            let records = connection.execute(
                &format!("DELETE FROM records_{name} WHERE id IN (SELECT id FROM records_{name} LIMIT ?1)"),
                [STEP as i64],
            )?;
            if records < STEP {
                drop_day(connection, day)?;
            }
            Ok((records as u64, records == STEP))
        })?;
        let vacuum = || -> rusqlite::Result<()> {
            let mut pages = self.connection.prepare_cached(&format!("PRAGMA incremental_vacuum({VACUUM})"))?;
            let mut pages = pages.query([])?;
            // One page a row.
            while pages.next()?.is_some() {}
            Ok(())
        };
        vacuum().map_err(|error| explain(&self.file, &error))?;
        if more {
            return Ok((records, Progress::More));
        }
        // Until the log is emptied, it has what was forgotten.
        if !self.empty_log()? {
            return Err(StoreError::Unavailable(format!(
                "the write-ahead log of {} cannot be emptied, as another program has been reading in it for long: end that program",
                self.file.display()
            )));
        }
        Ok((records, Progress::Done))
    }

    fn erase(&mut self, probes: &[Probe]) -> Result<u64, StoreError> {
        let mut erased = 0;
        let mut before = Day(i32::MAX);
        // A transaction for each day, so that others can write in between.
        while let Some(day) = self.read(|connection| Ok(newest_day(connection, before)?))? {
            before = day;
            let Some(part) = search::part(&[probes.to_vec()], day.begins(), day.ends()) else { continue };
            let some = self.write(|connection| erase_in(connection, day, &part))?;
            if some > 0 && !self.empty_log()? {
                tracing::warn!(
                    "what was erased is in SQLite's write-ahead log until a day is forgotten: somebody reads in it"
                );
            }
            erased += some;
        }
        Ok(erased)
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        let pragma = |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let used = (|| Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?))();
        let used = used.map_err(|error| explain(&self.file, &error))?;
        let mut log = self.file.clone().into_os_string();
        log.push("-wal");
        let log = std::fs::metadata(log).map_or(0, |log| log.len());
        Ok(u64::try_from(used).unwrap_or(0) + log)
    }

    fn stats(&mut self) -> Result<Stats, StoreError> {
        let bytes = self.bytes()?;
        self.read(|connection| {
            let count = |select: &str| connection.query_row(select, [], |row| row.get::<_, i64>(0));
            let audit_rows = count("SELECT count(*) FROM audit")?;
            let (mut records, mut span) = (0, None);
            let mut before = Day(i32::MAX);
            while let Some(day) = newest_day(connection, before)? {
                before = day;
                let name = rows::suffix(day);
                let (some, oldest, newest) = connection.query_row(
                    &format!("SELECT count(*), min(time), max(time) FROM records_{name}"),
                    [],
                    |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(2)?)),
                )?;
                records += some;
                if let Some((oldest, newest)) = oldest.zip(newest) {
                    span = Some((oldest, span.map_or(newest, |(_, newest)| newest)));
                }
            }
            Ok(Stats { records: records as u64, span, bytes, audit_rows: audit_rows as u64 })
        })
    }

    fn clock(&mut self) -> Result<Option<i64>, StoreError> {
        self.read(|connection| Ok(connection.query_row("SELECT time FROM clock", [], |row| row.get(0)).optional()?))
    }

    fn set_clock(&mut self, now: i64) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute("INSERT OR REPLACE INTO clock (only, time) VALUES (1, ?1)", [now])?;
            Ok(())
        })
    }

    fn audit_append(&mut self, seal: &mut Seal<'_>) -> Result<Row, StoreError> {
        self.write(|connection| {
            let last = ends(connection)?.head.map_or(Link::START, |head| head.link);
            let sealed = seal(last);
            let audit = AuditColumns::of(&sealed.row);
            let inserted = connection.execute(
                "INSERT OR IGNORE INTO audit (seq, time, worker, role, via, ticket, deed, subject, rows, seal) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    audit.seq,
                    audit.time,
                    audit.worker,
                    audit.role,
                    audit.via,
                    audit.ticket,
                    audit.deed,
                    audit.subject,
                    audit.rows,
                    audit.seal
                ],
            )?;
            if inserted == 0 {
                return Err(rows::broken_log(audit.seq).into());
            }
            set_end(connection, "head", sealed.head)?;
            Ok(sealed.row)
        })
    }

    fn audit_rows(&mut self, from: i64, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT seq, time, worker, role, via, ticket, deed, subject, rows, seal FROM audit \
                 WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
            )?;
            let found = select.query_map(params![from, limit as i64], |row| {
                Ok(AuditColumns {
                    seq: row.get(0)?,
                    time: row.get(1)?,
                    worker: row.get(2)?,
                    role: row.get(3)?,
                    via: row.get(4)?,
                    ticket: row.get(5)?,
                    deed: row.get(6)?,
                    subject: row.get(7)?,
                    rows: row.get(8)?,
                    seal: row.get(9)?,
                })
            })?;
            found.map(|columns| Ok(columns?.row()?)).collect()
        })
    }

    fn audit_ends(&mut self) -> Result<Ends, StoreError> {
        self.read(ends)
    }

    fn audit_count(&mut self, worker: &str, first: i64, last: i64) -> Result<u64, StoreError> {
        self.read(|connection| {
            let count: i64 = connection
                .prepare_cached("SELECT count(*) FROM audit WHERE worker = ?1 AND time BETWEEN ?2 AND ?3")?
                .query_row(params![worker, first, last], |row| row.get(0))?;
            Ok(count as u64)
        })
    }

    fn audit_forget(&mut self, before: i64, begin: &dyn Fn(Link) -> Fixed) -> Result<Progress, StoreError> {
        self.write(|connection| {
            let mut select = connection.prepare_cached("SELECT seq, time, seal FROM audit ORDER BY seq LIMIT ?1")?;
            let mut found = select.query([AUDIT_STEP as i64])?;
            let (mut last, mut count) = (None, 0);
            while let Some(row) = found.next()? {
                if row.get::<_, i64>(1)? >= before {
                    break;
                }
                last = Some(Link { seq: row.get(0)?, seal: rows::mark(&row.get::<_, Vec<u8>>(2)?)? });
                count += 1;
            }
            if let Some(last) = last {
                connection.execute("DELETE FROM audit WHERE seq <= ?1", [last.seq])?;
                set_end(connection, "beginning", begin(last))?;
            }
            Ok(if count == AUDIT_STEP { Progress::More } else { Progress::Done })
        })
    }
}

fn ends(connection: &Connection) -> Result<Ends, Failure> {
    let end = |name: &str| -> Result<Option<Fixed>, Failure> {
        let mut select = connection.prepare_cached("SELECT seq, seal, mark FROM audit_ends WHERE name = ?1")?;
        let mut found = select.query([name])?;
        let Some(row) = found.next()? else { return Ok(None) };
        Ok(Some(rows::fixed(row.get(0)?, &row.get::<_, Vec<u8>>(1)?, &row.get::<_, Vec<u8>>(2)?)?))
    };
    Ok(Ends { beginning: end("beginning")?, head: end("head")? })
}

fn set_end(connection: &Connection, name: &str, end: Fixed) -> rusqlite::Result<usize> {
    connection.execute(
        "INSERT OR REPLACE INTO audit_ends (name, seq, seal, mark) VALUES (?1, ?2, ?3, ?4)",
        params![name, end.link.seq, end.link.seal.0, end.mark.0],
    )
}

/// Makes the file and its directory, which SQLite would make readable for others.
fn make_file(file: &Path) -> Result<(), StoreError> {
    let unavailable = |what: &Path, error: std::io::Error| {
        StoreError::Unavailable(format!(
            "cannot make {}: {error}: check that its directory exists and that the user who runs mailgauge may write there",
            what.display()
        ))
    };
    if file.exists() {
        return Ok(());
    }
    if let Some(directory) = file.parent().filter(|directory| !directory.exists()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|e| unavailable(directory, e))?;
        as_its_parent(directory).map_err(|e| unavailable(directory, e))?;
    }
    // SQLite gives the files of its log the same mode.
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(file)
        .map_err(|e| unavailable(file, e))?;
    as_its_parent(file).map_err(|e| unavailable(file, e))
}
