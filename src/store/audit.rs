//! The audit log: who looked, when, for which ticket. A chain of rows, so that one that is missing or changed shows.
//!
//! Each row's seal is an HMAC over the seal before it and the row itself, with a key that is kept apart from the store; a seal over the
//! number and seal of the last row, the head, shows when rows are missing at the end. Who can write the store and has not the key can
//! neither change nor remove rows unseen. Who kept an old copy of the whole log could put it back: so number and seal of each row
//! also go to the journal, and `mailgauge audit verify --expect` compares.

use super::{Progress, Store, StoreError, Subject};
use crate::scan::closed::closed;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

closed! {
    /// What was done.
    pub enum Deed {
        /// A look-up by reference.
        LookupReference = "lookup-reference",
        /// A look-up by queue ID.
        LookupQueueId = "lookup-queue-id",
        /// A look-up by Message-ID.
        LookupMessageId = "lookup-message-id",
        /// A look-up by sender.
        LookupSender = "lookup-sender",
        /// A look-up by recipient.
        LookupRecipient = "lookup-recipient",
        /// A look-up by sender and recipient.
        LookupBoth = "lookup-sender-and-recipient",
        /// All records of an address were handed out (GDPR Art. 15).
        Export = "export",
        /// All records of an address were erased (GDPR Art. 17).
        Erase = "erase",
        /// Records were forgotten by hand.
        Prune = "prune",
        /// A new key was made before its time.
        KeyRotate = "key-rotate",
        /// A key was destroyed by hand.
        KeyDestroy = "key-destroy",
        /// The audit log was read.
        AuditRead = "audit-read",
    }
}

closed! {
    /// What a worker may do.
    pub enum Role {
        /// Look up.
        Helpdesk = "helpdesk",
        /// Read the audit log, and not look up.
        Auditor = "auditor",
        /// Look up; what who works at the command line is.
        Admin = "admin",
    }
}

closed! {
    /// Where a worker comes from.
    pub enum Via {
        /// The page.
        Page = "page",
        /// The JSON API.
        Api = "api",
        /// The command line.
        Cli = "cli",
    }
}

/// What is to be written down. Worker and ticket are the only texts; they name an employee and his reason, never a mail or its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Seconds since the epoch.
    pub time: i64,
    /// The worker's login.
    pub worker: String,
    /// What he may do.
    pub role: Role,
    /// Where he came from.
    pub via: Via,
    /// The ticket; empty for what needs none.
    pub ticket: String,
    /// What was done.
    pub deed: Deed,
    /// Whom or what it is about.
    pub subject: Subject,
    /// Rows that were shown, erased, handed out.
    pub rows: u32,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number; the first row has 1.
    pub seq: i64,
    /// What was done.
    pub entry: Entry,
    /// The seal over it and all before it.
    pub seal: Mark,
}

/// An HMAC-SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark(pub [u8; Mark::BYTES]);

impl Mark {
    /// Bytes of a mark.
    pub const BYTES: usize = 32;
}

/// Lower-case hexadecimal digits.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A place in the chain: the number and seal of a row. The place before the first row has number 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The row's number.
    pub seq: i64,
    /// Its seal.
    pub seal: Mark,
}

impl Link {
    /// Before the first row.
    pub const START: Link = Link { seq: 0, seal: Mark([0; Mark::BYTES]) };
}

/// A link with a mark that only who has the key can make: where the log begins, after rows were forgotten, and where it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fixed {
    /// The place.
    pub link: Link,
    /// The mark.
    pub mark: Mark,
}

/// Both ends of the log, as the store has them. `None` where nothing was written or forgotten yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ends {
    /// The last row that was forgotten.
    pub beginning: Option<Fixed>,
    /// The last row.
    pub head: Option<Fixed>,
}

/// A row and the head that it makes.
pub struct Sealed {
    /// The row.
    pub row: Row,
    /// The head.
    pub head: Fixed,
}

/// What makes the next row, given the last one's place.
pub type Seal<'a> = dyn FnMut(Link) -> Sealed + 'a;

/// The key of the audit log.
#[derive(Clone)]
pub struct Chain(Hmac<Sha256>);

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Not the row that was written.
    #[error("row {0} was changed, or the row before it: its seal does not fit (or this is not the key of this log)")]
    Changed(i64),
    /// A number is missing.
    #[error("row {0} is missing")]
    Missing(i64),
    /// The mark at an end is not ours.
    #[error("the {0} of the log was changed: its mark does not fit (or this is not the key of this log)")]
    End(&'static str),
    /// Rows are missing at the end.
    #[error("the log ends with row {found}, but its head says row {head}: the last rows were removed")]
    CutOff {
        /// The last row there is.
        found: i64,
        /// The last row there should be.
        head: i64,
    },
}

/// What can go wrong in checking a log.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The log is not as it was written.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Rows that are read at once to check a log.
const STEP: usize = 1000;

impl Chain {
    /// Bytes of the key.
    pub const KEY: usize = 32;

    /// The chain with this key.
    pub fn new(key: &[u8; Chain::KEY]) -> Chain {
        // INVARIANT: HMAC takes keys of any length (RFC 2104 §2).
        Chain(Hmac::new_from_slice(key).expect("HMAC takes any key"))
    }

    /// The row behind `last`.
    pub fn seal(&self, last: Link, entry: Entry) -> Sealed {
        let seq = last.seq + 1;
        let seal = self.seal_of(last, seq, &entry);
        Sealed { row: Row { seq, entry, seal }, head: self.fix("head", Link { seq, seal }) }
    }

    /// The mark for the log's new beginning.
    pub fn begin(&self, link: Link) -> Fixed {
        self.fix("beginning", link)
    }

    /// Checks that a row may be appended: that the head is ours, and that its row is there. `least` is the number that the head had
    /// when it was last seen; a log does not get shorter.
    ///
    /// # Errors
    /// The log was changed, or written with another key, or it cannot be read.
    pub fn check_head(&self, store: &mut dyn Store, least: i64) -> Result<(), VerifyError> {
        let Some(head) = store.audit_ends()?.head else {
            return if least == 0 { Ok(()) } else { Err(Broken::End("head").into()) };
        };
        if self.fix("head", head.link) != head {
            return Err(Broken::End("head").into());
        }
        let last = store.audit_rows(head.link.seq, 1)?;
        let forgotten = store.audit_ends()?.beginning.is_some_and(|beginning| beginning.link == head.link);
        let there = last.first().is_some_and(|row| row.seq == head.link.seq && row.seal == head.link.seal);
        if head.link.seq < least || !(there || forgotten) {
            return Err(Broken::CutOff { found: head.link.seq.min(least), head: head.link.seq.max(least) }.into());
        }
        Ok(())
    }

    /// Forgets some rows that are older than `before`, if the whole log is as it was written: a row that was changed to look old must not
    /// go unseen.
    ///
    /// # Errors
    /// The log was changed, and nothing was forgotten; or it cannot be read or written.
    pub fn forget(&self, store: &mut dyn Store, before: i64) -> Result<Progress, VerifyError> {
        let first = store.audit_ends()?.beginning.map_or(Link::START, |beginning| beginning.link).seq + 1;
        if store.audit_rows(first, 1)?.first().is_none_or(|row| row.entry.time >= before) {
            return Ok(Progress::Done);
        }
        self.verify(store)?;
        Ok(store.audit_forget(before, &|link| self.begin(link))?)
    }

    /// Checks a whole log, and gives its last link. Others may append and forget meanwhile.
    ///
    /// # Errors
    /// What is wrong first, or that the log cannot be read.
    pub fn verify(&self, store: &mut dyn Store) -> Result<Link, VerifyError> {
        loop {
            let ends = store.audit_ends()?;
            match self.verify_between(store, ends) {
                // It has moved under us.
                Err(VerifyError::Broken(_)) if store.audit_ends()? != ends => {}
                done => return done,
            }
        }
    }

    fn verify_between(&self, store: &mut dyn Store, Ends { beginning, head }: Ends) -> Result<Link, VerifyError> {
        let mut last = Link::START;
        if let Some(beginning) = beginning {
            if self.fix("beginning", beginning.link) != beginning {
                return Err(Broken::End("beginning").into());
            }
            last = beginning.link;
        }
        loop {
            let rows = store.audit_rows(last.seq + 1, STEP)?;
            let Some(_) = rows.last() else { break };
            for row in rows {
                if row.seq != last.seq + 1 {
                    return Err(Broken::Missing(last.seq + 1).into());
                }
                if self.seal_of(last, row.seq, &row.entry) != row.seal {
                    return Err(Broken::Changed(row.seq).into());
                }
                last = Link { seq: row.seq, seal: row.seal };
            }
        }
        match head {
            None if last == Link::START => Ok(last),
            None => Err(Broken::End("head").into()),
            Some(head) if self.fix("head", head.link) != head => Err(Broken::End("head").into()),
            Some(head) if head.link.seq > last.seq => {
                Err(Broken::CutOff { found: last.seq, head: head.link.seq }.into())
            }
            Some(head) if head.link != last => Err(Broken::End("head").into()),
            Some(_) => Ok(last),
        }
    }

    fn seal_of(&self, last: Link, seq: i64, entry: &Entry) -> Mark {
        let Entry { time, worker, role, via, ticket, deed, subject, rows } = entry;
        self.mark(&[
            b"row",
            &last.seal.0,
            &seq.to_be_bytes(),
            &time.to_be_bytes(),
            worker.as_bytes(),
            role.name().as_bytes(),
            via.name().as_bytes(),
            ticket.as_bytes(),
            deed.name().as_bytes(),
            subject.to_string().as_bytes(),
            &rows.to_be_bytes(),
        ])
    }

    fn fix(&self, end: &str, link: Link) -> Fixed {
        Fixed { link, mark: self.mark(&[end.as_bytes(), &link.seq.to_be_bytes(), &link.seal.0]) }
    }

    /// The HMAC over all fields, each with its length before it, so that no two lists of fields read alike.
    fn mark(&self, fields: &[&[u8]]) -> Mark {
        let mut mac = self.0.clone();
        for field in fields {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field);
        }
        Mark(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests;
