//! The tables of a day: made, searched, emptied of one address, dropped.

use super::super::rows;
use super::super::search::Part;
use super::super::{Day, Kept};
use super::failure::Failure;
use rusqlite::{Connection, Params, Row as SqlRow, params};

/// The tables of a day.
const DAY_TABLES: &str = include_str!("day.sql");

pub(super) fn day(row: &SqlRow<'_>) -> rusqlite::Result<Option<Day>> {
    Ok(row.get::<_, Option<i32>>(0)?.map(Day))
}

/// The newest day with records before this one.
pub(super) fn newest_day(connection: &Connection, before: Day) -> rusqlite::Result<Option<Day>> {
    connection.prepare_cached("SELECT max(day) FROM days WHERE day < ?1")?.query_row([before.0], day)
}

pub(super) fn has_day(connection: &Connection, day: Day) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM days WHERE day = ?1")?.exists([day.0])
}

/// Makes the tables of a day if they are not there.
pub(super) fn make_day(connection: &Connection, day: Day) -> rusqlite::Result<()> {
    if !has_day(connection, day)? {
        connection.execute("INSERT INTO days (day) VALUES (?1)", [day.0])?;
        connection.execute_batch(&DAY_TABLES.replace("NUMBER", &rows::suffix(day)))?;
    }
    Ok(())
}

pub(super) fn drop_day(connection: &Connection, day: Day) -> rusqlite::Result<()> {
    let name = rows::suffix(day);
    connection.execute("DELETE FROM days WHERE day = ?1", [day.0])?;
    connection.execute_batch(&format!("DROP TABLE handles_{name}; DROP TABLE records_{name}"))
}

/// Erases what has one of the tokens. What stays is copied into new tables, as a deleted row can leave a copy in a table's pages.
pub(super) fn erase_in(connection: &Connection, day: Day, part: &Part) -> Result<u64, Failure> {
    // Another process may have forgotten it.
    if !has_day(connection, day)? {
        return Ok(0);
    }
    let gone = by_tokens(connection, day, part, usize::MAX)?;
    if gone.is_empty() {
        return Ok(0);
    }
    let name = rows::suffix(day);
    let ids = serde_json::to_string(&gone).unwrap_or_default();
    connection.execute_batch(&format!(
        "ALTER TABLE records_{name} RENAME TO erased_records; ALTER TABLE handles_{name} RENAME TO erased_handles; \
         DROP INDEX queue_ids_{name}; DELETE FROM days WHERE day = {}",
        day.0
    ))?;
    make_day(connection, day)?;
    let left = connection.execute(
        &format!(
            "INSERT INTO records_{name} SELECT * FROM erased_records WHERE id NOT IN (SELECT value FROM json_each(?1)) ORDER BY id"
        ),
        [&ids],
    )?;
    connection.execute(
        &format!("INSERT INTO handles_{name} SELECT * FROM erased_handles WHERE record NOT IN (SELECT value FROM json_each(?1))"),
        [&ids],
    )?;
    connection.execute_batch("DROP TABLE erased_handles; DROP TABLE erased_records")?;
    if left == 0 {
        drop_day(connection, day)?;
    }
    Ok(gone.len() as u64)
}

pub(super) fn documents(connection: &Connection, select: &str, parameters: impl Params) -> Result<Vec<Kept>, Failure> {
    let mut select = connection.prepare_cached(select)?;
    let mut found = select.query(parameters)?;
    let mut documents = Vec::new();
    while let Some(row) = found.next()? {
        documents.push(rows::kept(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(documents)
}

/// The ids of a day's records that have a token of each list, the newest first.
pub(super) fn by_tokens(connection: &Connection, day: Day, part: &Part, limit: usize) -> Result<Vec<i64>, Failure> {
    let name = rows::suffix(day);
    let mut select = connection.prepare_cached(&format!(
        "SELECT time, record FROM handles_{name} WHERE token = ?1 AND time >= ?2 AND time < ?3 \
         ORDER BY time DESC, record DESC"
    ))?;
    let mut exists = connection
        .prepare_cached(&format!("SELECT 1 FROM handles_{name} WHERE token = ?1 AND time = ?2 AND record = ?3"))?;
    let mut found: Vec<(i64, i64)> = Vec::new();
    for probe in &part.first {
        let mut rows = select.query(params![probe.token.as_bytes(), probe.from, probe.until])?;
        let mut taken = 0;
        while taken < limit
            && let Some(row) = rows.next()?
        {
            let (time, record): (i64, i64) = (row.get(0)?, row.get(1)?);
            let mut in_all = true;
            for list in &part.others {
                let mut in_this = false;
                for other in list.iter().filter(|other| other.from <= time && time < other.until) {
                    in_this |= exists.exists(params![other.token.as_bytes(), time, record])?;
                }
                in_all &= in_this;
            }
            if in_all {
                found.push((time, record));
                taken += 1;
            }
        }
    }
    // Several keys may have found one record.
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.dedup();
    found.truncate(limit);
    Ok(found.into_iter().map(|(_, record)| record).collect())
}
