//! Between columns and types: what both stores write into a row, and read out of it.

use super::audit::{Deed, Entry, Fixed, Link, Mark, Role, Row, Via};
use super::{Day, Kept, StoreError, Subject};

/// What a day's tables are called. Made of a number alone, so that it may stand in a statement.
pub(super) fn suffix(day: Day) -> String {
    if day.0 < 0 { format!("before_{}", day.0.unsigned_abs()) } else { day.0.to_string() }
}

/// A record as it is stored.
pub(super) fn document(kept: &Kept) -> String {
    // INVARIANT: a record is numbers, flags and names; JSON can say them all, and a String takes them.
    serde_json::to_string(kept).expect("records can be written as JSON")
}

/// A stored record.
pub(super) fn kept(document: &str) -> Result<Kept, StoreError> {
    // serde_json's text would show what stands in the record.
    serde_json::from_str(document).map_err(|_| {
        StoreError::Unusable(
            "a record cannot be read: it is damaged, or a newer version of mailgauge wrote it; if so, install that version".into(),
        )
    })
}

/// A row of the audit log as columns.
pub(super) struct AuditColumns {
    pub(super) seq: i64,
    pub(super) time: i64,
    pub(super) worker: String,
    pub(super) role: String,
    pub(super) via: String,
    pub(super) ticket: String,
    pub(super) deed: String,
    pub(super) subject: String,
    pub(super) rows: i64,
    pub(super) seal: Vec<u8>,
}

impl AuditColumns {
    pub(super) fn of(row: &Row) -> AuditColumns {
        let Entry { time, worker, role, via, ticket, deed, subject, rows } = &row.entry;
        AuditColumns {
            seq: row.seq,
            time: *time,
            worker: worker.clone(),
            role: role.name().into(),
            via: via.name().into(),
            ticket: ticket.clone(),
            deed: deed.name().into(),
            subject: subject.to_string(),
            rows: i64::from(*rows),
            seal: row.seal.0.to_vec(),
        }
    }

    pub(super) fn row(self) -> Result<Row, StoreError> {
        let seq = self.seq;
        let unreadable = || {
            StoreError::Unusable(format!(
                "row {seq} of the audit log cannot be read: it was changed, or a newer version of mailgauge wrote it; if so, install that version"
            ))
        };
        let entry = Entry {
            time: self.time,
            worker: self.worker,
            role: Role::named(&self.role).ok_or_else(unreadable)?,
            via: Via::named(&self.via).ok_or_else(unreadable)?,
            ticket: self.ticket,
            deed: Deed::named(&self.deed).ok_or_else(unreadable)?,
            subject: Subject::read(&self.subject).ok_or_else(unreadable)?,
            rows: u32::try_from(self.rows).map_err(|_| unreadable())?,
        };
        Ok(Row { seq, entry, seal: mark(&self.seal)? })
    }
}

/// A seal or mark.
pub(super) fn mark(bytes: &[u8]) -> Result<Mark, StoreError> {
    bytes.try_into().map(Mark).map_err(|_| StoreError::Unusable("a seal of the audit log was changed".into()))
}

/// An end of the audit log.
pub(super) fn fixed(seq: i64, seal: &[u8], marked: &[u8]) -> Result<Fixed, StoreError> {
    Ok(Fixed { link: Link { seq, seal: mark(seal)? }, mark: mark(marked)? })
}

/// A row is there where the log's head says that none is.
pub(super) fn broken_log(seq: i64) -> StoreError {
    StoreError::Unusable(format!(
        "the audit log was changed from outside: it has a row {seq} behind its end; `mailgauge audit verify` says more"
    ))
}
