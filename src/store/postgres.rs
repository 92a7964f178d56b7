//! Records where several machines share them: PostgreSQL 12 or newer.
//!
//! All is in the schema `mailgauge`. Each day has a partition of its own, so that forgetting a day is dropping two tables, whose files go
//! with them. What [`Store::erase`] removes stays in PostgreSQL's files until they are written over, as with any row that is deleted there.
//!
//! The client blocks, and must not be called in a task of an async runtime.

mod failure;
mod tls;

use super::audit::{Ends, Fixed, Link, Row, Seal};
use super::rows::{self, AuditColumns};
use super::search;
use super::{By, Day, Kept, NewRecord, Probe, Progress, Query, Stats, Store, StoreError};
use failure::{Failure, explain};
use postgres::config::SslMode;
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Transaction};
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The steps from an empty schema to today's tables. A step that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("postgres/001_records.sql")];

/// A server that does not answer is given up after this time, unless the URL says otherwise.
const CONNECT: Duration = Duration::from_secs(5);

/// The first number of our advisory locks: "mg".
const LOCKS: i32 = 0x6d67;
/// Who makes or changes tables.
const LOCK_TABLES: i32 = 1;
/// Who appends to the audit log.
const LOCK_AUDIT: i32 = 2;

/// Rows of the audit log that are forgotten in one transaction.
const AUDIT_STEP: i64 = 1000;

/// What every connection begins with. Plans are made for each question, as it is about one partition.
const SESSION: &str = "SET search_path TO mailgauge; SET statement_timeout TO '30s'; SET lock_timeout TO '10s'; \
    SET idle_in_transaction_session_timeout TO '60s'; SET plan_cache_mode TO force_custom_plan; SET client_min_messages TO warning";

/// A store in a PostgreSQL database.
pub(super) struct Postgres {
    client: Client,
    /// Days whose partitions are there.
    days: HashSet<i32>,
}

impl Postgres {
    /// Connects, and makes the schema and its tables where they are not. With certificates in `ca`, only over TLS to a server that they
    /// vouch for.
    ///
    /// # Errors
    /// It cannot be reached, or is not for us.
    pub(super) fn open(url: &str, password: Option<&str>, ca: Option<&Path>) -> Result<Postgres, StoreError> {
        let mut config: Config = url.parse().map_err(|_| {
            StoreError::Unusable("[store] url is no connection URL: write \"postgres://user@host/database\"".into())
        })?;
        if let Some(password) = password {
            config.password(password);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        config.application_name("mailgauge");
        config.keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(Duration::from_secs(30));
        let client = match ca {
            None => config.connect(NoTls),
            Some(file) => config.ssl_mode(SslMode::Require).connect(MakeRustlsConnect::new(tls::trusting(file)?)),
        };
        let mut client = client.map_err(|error| explain(&error))?;
        client.batch_execute(SESSION).map_err(|error| explain(&error))?;
        let mut store = Postgres { client, days: HashSet::new() };
        store.migrate()?;
        Ok(store)
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        self.write(|transaction| {
            if version(transaction)? == Some(MIGRATIONS.len()) {
                return Ok(());
            }
            // Others that start now wait, and find it done.
            lock(transaction, LOCK_TABLES)?;
            let schema = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'mailgauge')";
            // Asked first, as CREATE SCHEMA needs a right that an administrator who made the schema need not give.
            if !transaction.query_one(schema, &[])?.get::<_, bool>(0) {
                transaction.batch_execute("CREATE SCHEMA mailgauge")?;
            }
            let version = version(transaction)?;
            if version.is_none() {
                transaction
                    .batch_execute("CREATE TABLE version (version integer NOT NULL); INSERT INTO version VALUES (0)")?;
            }
            for migration in &MIGRATIONS[version.unwrap_or(0)..] {
                transaction.batch_execute(migration)?;
            }
            transaction.execute("UPDATE version SET version = $1", &[&(MIGRATIONS.len() as i32)])?;
            Ok(())
        })
    }

    /// Works in a transaction.
    fn write<R>(&mut self, work: impl FnOnce(&mut Transaction<'_>) -> Result<R, Failure>) -> Result<R, StoreError> {
        let done = (|| {
            let mut transaction = self.client.transaction()?;
            let done = work(&mut transaction)?;
            transaction.commit()?;
            Ok(done)
        })();
        done.map_err(|failure: Failure| match failure {
            Failure::Sql(error) => explain(&error),
            Failure::Told(error) => error,
        })
    }

    /// Works in a transaction that sees one state.
    fn read<R>(&mut self, work: impl FnOnce(&mut Transaction<'_>) -> Result<R, Failure>) -> Result<R, StoreError> {
        self.write(|transaction| {
            transaction.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
            work(transaction)
        })
    }

    /// Makes the partitions of these days: in a transaction of its own, for it needs locks that nobody should hold for long.
    fn make_days(&mut self, days: &[i32]) -> Result<(), StoreError> {
        self.write(|transaction| {
            lock(transaction, LOCK_TABLES)?;
            for day in days {
                let name = rows::suffix(Day(*day));
                transaction.batch_execute(&format!(
                    "CREATE TABLE IF NOT EXISTS records_{name} PARTITION OF records FOR VALUES IN ({day}); \
                     CREATE TABLE IF NOT EXISTS handles_{name} PARTITION OF handles FOR VALUES IN ({day}); \
                     INSERT INTO days VALUES ({day}) ON CONFLICT DO NOTHING"
                ))?;
            }
            Ok(())
        })?;
        self.days.extend(days);
        Ok(())
    }
}

impl Store for Postgres {
    fn keep(&mut self, records: &[NewRecord]) -> Result<(), StoreError> {
        let mut once = HashSet::new();
        let records: Vec<&NewRecord> =
            records.iter().filter(|r| once.insert((r.kept.day(), r.kept.reference))).collect();
        let mut missing: Vec<i32> =
            records.iter().map(|r| r.kept.day().0).filter(|day| !self.days.contains(day)).collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            self.make_days(&missing)?;
        }
        let days: Vec<i32> = records.iter().map(|r| r.kept.day().0).collect();
        let times: Vec<i64> = records.iter().map(|r| r.kept.time).collect();
        let references: Vec<i64> = records.iter().map(|r| reference(&r.kept)).collect();
        let queue_ids: Vec<Option<&str>> =
            records.iter().map(|r| r.kept.queue_id.as_ref().map(|id| id.as_str())).collect();
        let documents: Vec<String> = records.iter().map(|r| rows::document(&r.kept)).collect();
        let tokens = || records.iter().flat_map(|r| r.tokens.iter().map(move |token| (&r.kept, token)));
        let token_days: Vec<i32> = tokens().map(|(kept, _)| kept.day().0).collect();
        let token_references: Vec<i64> = tokens().map(|(kept, _)| reference(kept)).collect();
        let tokens: Vec<&[u8]> = tokens().map(|(_, token)| &token.as_bytes()[..]).collect();
        self.write(|transaction| {
            transaction.execute(
                "WITH new AS ( \
                    INSERT INTO records (day, time, reference, queue_id, document) \
                    SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::text[], $5::text[]) \
                    ON CONFLICT (day, reference) DO NOTHING RETURNING day, id, time, reference) \
                 INSERT INTO handles (day, token, time, record) \
                 SELECT new.day, given.token, new.time, new.id FROM new \
                 JOIN unnest($6::integer[], $7::bigint[], $8::bytea[]) AS given (day, reference, token) USING (day, reference) \
                 ON CONFLICT DO NOTHING",
                &[&days, &times, &references, &queue_ids, &documents, &token_days, &token_references, &tokens],
            )?;
            Ok(())
        })
    }

    fn find(&mut self, query: &Query) -> Result<Vec<Kept>, StoreError> {
        self.read(|transaction| {
            let (first, last) = (Day::of(query.from).0, Day::of(query.until.saturating_sub(1)).0);
            let days = days(transaction, first, last)?;
            let mut found = Vec::new();
            for day in days {
                let limit = query.limit - found.len();
                if limit == 0 {
                    break;
                }
                let (from, until) = (query.from.max(day.begins()), query.until.min(day.ends()));
                let limit = i64::try_from(limit).unwrap_or(i64::MAX);
                let rows = match &query.by {
                    By::Reference(reference) => transaction.query(
                        "SELECT document FROM records WHERE day = $1 AND reference = $2 AND time >= $3 AND time < $4 LIMIT $5",
                        &[&day.0, &(reference.bits() as i64), &from, &until, &limit],
                    )?,
                    By::QueueId(id) => transaction.query(
                        "SELECT document FROM records WHERE day = $1 AND queue_id = $2 AND time >= $3 AND time < $4 \
                         ORDER BY time DESC, id DESC LIMIT $5",
                        &[&day.0, &id.as_str(), &from, &until, &limit],
                    )?,
                    By::Tokens(lists) => by_tokens(transaction, day, lists, from, until, limit)?,
                };
                for row in rows {
                    found.push(rows::kept(row.get(0))?);
                }
            }
            Ok(found)
        })
    }

    fn records(&mut self, day: Day, behind: i64, limit: usize) -> Result<Vec<(i64, Kept)>, StoreError> {
        self.read(|transaction| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = transaction.query(
                "SELECT id, document FROM records WHERE day = $1 AND id > $2 ORDER BY id LIMIT $3",
                &[&day.0, &behind, &limit],
            )?;
            rows.iter().map(|row| Ok((row.get(0), rows::kept(row.get(1))?))).collect()
        })
    }

    fn oldest_day(&mut self) -> Result<Option<Day>, StoreError> {
        self.read(|transaction| {
            // A day whose records were all erased has none.
            for day in days(transaction, i32::MIN, i32::MAX)?.into_iter().rev() {
                let any = transaction.query_one("SELECT EXISTS (SELECT FROM records WHERE day = $1)", &[&day.0])?;
                if any.get(0) {
                    return Ok(Some(day));
                }
            }
            Ok(None)
        })
    }

    fn forget(&mut self, day: Day) -> Result<(u64, Progress), StoreError> {
        let (records, gone) = self.write(|transaction| {
            // Who reads is not disturbed for longer; it is tried again later.
            transaction.batch_execute("SET LOCAL lock_timeout TO '2s'")?;
            lock(transaction, LOCK_TABLES)?;
            let count = transaction.query_one("SELECT count(*) FROM records WHERE day = $1", &[&day.0])?;
            // Older days of which nothing is left, as all was erased, go with it.
            let gone = transaction.query(
                "DELETE FROM days WHERE day = $1 OR day < $1 \
                 AND NOT EXISTS (SELECT FROM records WHERE records.day = days.day) RETURNING day",
                &[&day.0],
            )?;
            let gone: Vec<i32> = gone.iter().map(|row| row.get(0)).collect();
            for day in &gone {
                let name = rows::suffix(Day(*day));
                transaction.batch_execute(&format!("DROP TABLE IF EXISTS records_{name}, handles_{name}"))?;
            }
            Ok((count.get::<_, i64>(0) as u64, gone))
        })?;
        for day in gone {
            self.days.remove(&day);
        }
        Ok((records, Progress::Done))
    }

    fn erase(&mut self, probes: &[Probe]) -> Result<u64, StoreError> {
        self.write(|transaction| {
            transaction.batch_execute("SET LOCAL statement_timeout TO '10min'")?;
            let mut erased = 0;
            for day in days(transaction, i32::MIN, i32::MAX)? {
                let Some(part) = search::part(&[probes.to_vec()], day.begins(), day.ends()) else { continue };
                let (tokens, from, until) = columns(&part.first);
                let found = transaction.query(
                    "SELECT DISTINCT h.record FROM handles h \
                     JOIN unnest($2::bytea[], $3::bigint[], $4::bigint[]) AS p (token, first, behind) \
                     ON h.token = p.token AND h.time >= p.first AND h.time < p.behind WHERE h.day = $1",
                    &[&day.0, &tokens, &from, &until],
                )?;
                let ids: Vec<i64> = found.iter().map(|row| row.get(0)).collect();
                if !ids.is_empty() {
                    transaction.execute("DELETE FROM handles WHERE day = $1 AND record = ANY ($2)", &[&day.0, &ids])?;
                    erased +=
                        transaction.execute("DELETE FROM records WHERE day = $1 AND id = ANY ($2)", &[&day.0, &ids])?;
                }
            }
            Ok(erased)
        })
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        self.read(|transaction| {
            let bytes: i64 = transaction
                .query_one(
                    "SELECT pg_total_relation_size('audit') + coalesce((SELECT sum(pg_total_relation_size(inhrelid)) \
                     FROM pg_inherits WHERE inhparent IN ('records'::regclass, 'handles'::regclass)), 0)::bigint",
                    &[],
                )?
                .get(0);
            Ok(bytes as u64)
        })
    }

    fn stats(&mut self) -> Result<Stats, StoreError> {
        let bytes = self.bytes()?;
        self.read(|transaction| {
            let records = transaction.query_one("SELECT count(*), min(time), max(time) FROM records", &[])?;
            let audit = transaction.query_one("SELECT count(*) FROM audit", &[])?;
            Ok(Stats {
                records: records.get::<_, i64>(0) as u64,
                span: records.get::<_, Option<i64>>(1).zip(records.get(2)),
                bytes,
                audit_rows: audit.get::<_, i64>(0) as u64,
            })
        })
    }

    fn clock(&mut self) -> Result<Option<i64>, StoreError> {
        self.read(|transaction| Ok(transaction.query_opt("SELECT time FROM clock", &[])?.map(|row| row.get(0))))
    }

    fn set_clock(&mut self, now: i64) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO clock VALUES (true, $1) ON CONFLICT (only_row) DO UPDATE SET time = excluded.time",
                &[&now],
            )?;
            Ok(())
        })
    }

    fn audit_append(&mut self, seal: &mut Seal<'_>) -> Result<Row, StoreError> {
        self.write(|transaction| {
            lock(transaction, LOCK_AUDIT)?;
            let last = ends(transaction)?.head.map_or(Link::START, |head| head.link);
            let sealed = seal(last);
            let audit = AuditColumns::of(&sealed.row);
            let values: [&(dyn ToSql + Sync); 10] = [
                &audit.seq,
                &audit.time,
                &audit.worker,
                &audit.role,
                &audit.via,
                &audit.ticket,
                &audit.deed,
                &audit.subject,
                &audit.rows,
                &audit.seal,
            ];
            let inserted = transaction.execute(
                "INSERT INTO audit (seq, time, worker, role, via, ticket, deed, subject, rows, seal) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
                &values,
            )?;
            if inserted == 0 {
                return Err(rows::broken_log(audit.seq).into());
            }
            set_end(transaction, "head", sealed.head)?;
            Ok(sealed.row)
        })
    }

    fn audit_rows(&mut self, from: i64, limit: usize) -> Result<Vec<Row>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|transaction| {
            let found = transaction.query(
                "SELECT seq, time, worker, role, via, ticket, deed, subject, rows, seal FROM audit \
                 WHERE seq >= $1 ORDER BY seq LIMIT $2",
                &[&from, &limit],
            )?;
            let row = |row: postgres::Row| {
                AuditColumns {
                    seq: row.get(0),
                    time: row.get(1),
                    worker: row.get(2),
                    role: row.get(3),
                    via: row.get(4),
                    ticket: row.get(5),
                    deed: row.get(6),
                    subject: row.get(7),
                    rows: row.get(8),
                    seal: row.get(9),
                }
                .row()
            };
            Ok(found.into_iter().map(row).collect::<Result<_, _>>()?)
        })
    }

    fn audit_ends(&mut self) -> Result<Ends, StoreError> {
        self.read(ends)
    }

    fn audit_count(&mut self, worker: &str, first: i64, last: i64) -> Result<u64, StoreError> {
        self.read(|transaction| {
            let count = transaction.query_one(
                "SELECT count(*) FROM audit WHERE worker = $1 AND time BETWEEN $2 AND $3",
                &[&worker, &first, &last],
            )?;
            Ok(count.get::<_, i64>(0) as u64)
        })
    }

    fn audit_forget(&mut self, before: i64, begin: &dyn Fn(Link) -> Fixed) -> Result<Progress, StoreError> {
        self.write(|transaction| {
            lock(transaction, LOCK_AUDIT)?;
            let oldest =
                transaction.query("SELECT seq, time, seal FROM audit ORDER BY seq LIMIT $1", &[&AUDIT_STEP])?;
            let count = oldest.iter().take_while(|row| row.get::<_, i64>(1) < before).count();
            if let Some(row) = oldest[..count].last() {
                let last = Link { seq: row.get(0), seal: rows::mark(row.get(2))? };
                transaction.execute("DELETE FROM audit WHERE seq <= $1", &[&last.seq])?;
                set_end(transaction, "beginning", begin(last))?;
            }
            Ok(if count as i64 == AUDIT_STEP { Progress::More } else { Progress::Done })
        })
    }
}

/// 55 bits, which a bigint holds.
fn reference(kept: &Kept) -> i64 {
    kept.reference.bits() as i64
}

/// The days of this stretch that have partitions, the newest first.
fn days(transaction: &mut Transaction<'_>, first: i32, last: i32) -> Result<Vec<Day>, Failure> {
    let select = "SELECT day FROM days WHERE day BETWEEN $1 AND $2 ORDER BY day DESC";
    Ok(transaction.query(select, &[&first, &last])?.iter().map(|row| Day(row.get(0))).collect())
}

/// The documents of a day's records that have a token of each list, the newest first.
fn by_tokens(
    transaction: &mut Transaction<'_>,
    day: Day,
    lists: &[Vec<Probe>],
    from: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<postgres::Row>, Failure> {
    let Some(part) = search::part(lists, from, until) else { return Ok(Vec::new()) };
    let lists: Vec<_> = std::iter::once(&part.first).chain(&part.others).map(|list| columns(list)).collect();
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![&day.0, &limit];
    let mut conditions = String::new();
    for (number, (tokens, from, until)) in lists.iter().enumerate() {
        values.extend([tokens as &(dyn ToSql + Sync), from, until]);
        let at = 3 * number + 3;
        let (tokens, first, behind) = (at, at + 1, at + 2);
        let given = |rows: &str| {
            format!(
                "handles {rows}, unnest(${tokens}::bytea[], ${first}::bigint[], ${behind}::bigint[]) AS p (token, first, behind) \
                 WHERE {rows}.day = $1 AND {rows}.token = p.token AND {rows}.time >= p.first AND {rows}.time < p.behind"
            )
        };
        if number == 0 {
            conditions = format!("SELECT DISTINCT h.time, h.record FROM {}", given("h"));
        } else {
            let given = given("o");
            conditions
                .push_str(&format!(" AND EXISTS (SELECT FROM {given} AND o.time = h.time AND o.record = h.record)"));
        }
    }
    let select = format!(
        "SELECT r.document FROM (SELECT * FROM ({conditions}) all_found ORDER BY time DESC, record DESC LIMIT $2) found \
         JOIN records r ON r.day = $1 AND r.id = found.record ORDER BY found.time DESC, found.record DESC"
    );
    Ok(transaction.query(&select, &values)?)
}

/// Probes as columns.
fn columns(probes: &[Probe]) -> (Vec<&[u8]>, Vec<i64>, Vec<i64>) {
    let tokens = probes.iter().map(|p| &p.token.as_bytes()[..]).collect();
    (tokens, probes.iter().map(|p| p.from).collect(), probes.iter().map(|p| p.until).collect())
}

/// The version of the tables; `None` if there are none. Newer ones are not for us.
fn version(transaction: &mut Transaction<'_>) -> Result<Option<usize>, Failure> {
    if !transaction.query_one("SELECT to_regclass('mailgauge.version') IS NOT NULL", &[])?.get::<_, bool>(0) {
        return Ok(None);
    }
    let version: i32 = transaction.query_one("SELECT version FROM version", &[])?.get(0);
    match usize::try_from(version) {
        Ok(known) if known <= MIGRATIONS.len() => Ok(Some(known)),
        _ => Err(Failure::Told(StoreError::Unusable(format!(
            "the database was used by a newer version of mailgauge (tables {version}, this one knows {}): install that version",
            MIGRATIONS.len()
        )))),
    }
}

/// Waits until nobody else has this lock; it is given back at the end of the transaction.
fn lock(transaction: &mut Transaction<'_>, lock: i32) -> Result<(), postgres::Error> {
    transaction.execute("SELECT pg_advisory_xact_lock($1, $2)", &[&LOCKS, &lock]).map(drop)
}

fn ends(transaction: &mut Transaction<'_>) -> Result<Ends, Failure> {
    let mut ends = Ends::default();
    for row in transaction.query("SELECT name, seq, seal, mark FROM audit_ends", &[])? {
        let fixed = rows::fixed(row.get(1), row.get(2), row.get(3))?;
        match row.get(0) {
            "head" => ends.head = Some(fixed),
            _ => ends.beginning = Some(fixed),
        }
    }
    Ok(ends)
}

fn set_end(transaction: &mut Transaction<'_>, name: &str, end: Fixed) -> Result<(), Failure> {
    transaction.execute(
        "INSERT INTO audit_ends VALUES ($1, $2, $3, $4) \
         ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, seal = excluded.seal, mark = excluded.mark",
        &[&name, &end.link.seq, &&end.link.seal.0[..], &&end.mark.0[..]],
    )?;
    Ok(())
}
