//! The audit log: who looked, when, for which ticket. A chain of rows, so that one that is missing or changed shows.
//!
//! Each row's seal is an HMAC over the seal before it and the row itself, with a key that is kept apart from the store; a seal over the
//! number and seal of the last row, the head, shows when rows are missing at the end. Who can write the store and has not the key can
//! neither change nor remove rows unseen. Who kept an old copy of the whole log could put it back: so number and seal of each row
//! also go to the journal, and `mailgauge audit verify --expect` compares.

use super::{Progress, Store, StoreError};
use crate::pseudonym::Token;
use crate::scan::closed::closed;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
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
        /// Look up, and see how the store is doing.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// For whom, as the token by the newest key: two looks at one address within a period can be told to be that.
    #[serde(serialize_with = "shown")]
    pub token: Option<Token>,
    /// Rows that were shown, erased, handed out.
    pub rows: u32,
}

fn shown<S: serde::Serializer>(token: &Option<Token>, s: S) -> Result<S::Ok, S::Error> {
    match token {
        Some(token) => s.collect_str(token),
        None => s.serialize_none(),
    }
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
        let Entry { time, worker, role, via, ticket, deed, token, rows } = entry;
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
            token.as_ref().map_or(&[], |t| t.as_bytes()),
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
mod tests {
    use super::*;
    use crate::store::memory::Memory;
    use proptest::prelude::*;

    const ROWS: i64 = 8;

    fn chain() -> Chain {
        Chain::new(&[7; Chain::KEY])
    }

    fn entry(time: i64) -> Entry {
        Entry {
            time,
            worker: "jan".into(),
            role: Role::Helpdesk,
            via: Via::Page,
            ticket: "INC-1".into(),
            deed: Deed::LookupRecipient,
            token: Some(Token::from([3; Token::BYTES])),
            rows: 2,
        }
    }

    fn append(store: &mut Memory, time: i64) {
        store.audit_append(&mut |last| chain().seal(last, entry(time))).unwrap();
    }

    /// A log of some rows, at the times 1, 2, 3...
    fn log() -> Memory {
        let mut store = Memory::default();
        (1..=ROWS).for_each(|time| append(&mut store, time));
        store
    }

    fn verify(store: &Memory) -> Result<Link, Broken> {
        chain().verify(&mut store.clone()).map_err(|error| match error {
            VerifyError::Broken(broken) => broken,
            VerifyError::Store(error) => panic!("{error}"),
        })
    }

    #[test]
    fn a_log_as_it_was_written() {
        let store = log();
        let head = store.contents().ends.head.unwrap().link;
        assert_eq!(verify(&store), Ok(head));
        assert_eq!(head.seq, ROWS);
        assert_eq!(verify(&Memory::default()), Ok(Link::START));
    }

    #[test]
    fn a_shortened_log_is_not_written_on() {
        let whole = || {
            let store = log();
            assert!(chain().check_head(&mut store.clone(), ROWS).is_ok());
            store
        };
        let refused = |store: &Memory| chain().check_head(&mut store.clone(), ROWS).is_err();
        // The last rows and the head put back, with a mark that is made up or is another row's.
        let store = whole();
        store.contents().rows.truncate(2);
        let seal = store.contents().rows[1].seal;
        store.contents().ends.head = Some(Fixed { link: Link { seq: 2, seal }, mark: seal });
        assert!(refused(&store));
        // An old copy of the whole log: it was longer when it was last seen.
        let old = whole();
        old.contents().rows.truncate(2);
        old.contents().ends.head = Some(chain().fix("head", Link { seq: 2, seal }));
        assert!(refused(&old));
        // All of it.
        assert!(refused(&Memory::default()));
        let store = whole();
        store.contents().rows.clear();
        assert!(refused(&store));
        // By another key.
        assert!(Chain::new(&[8; Chain::KEY]).check_head(&mut whole(), 0).is_err());
    }

    #[test]
    fn rows_that_were_changed_to_look_old_are_not_forgotten() {
        let mut store = log();
        assert_eq!(chain().forget(&mut store, 0).unwrap(), Progress::Done);
        store.contents().rows[..3].iter_mut().for_each(|row| row.entry.time = -1);
        assert!(matches!(chain().forget(&mut store, 0), Err(VerifyError::Broken(Broken::Changed(1)))));
        assert_eq!(store.contents().rows.len(), ROWS as usize);

        let mut store = log();
        assert_eq!(chain().forget(&mut store, 4).unwrap(), Progress::Done);
        assert_eq!(store.contents().rows.len(), ROWS as usize - 3);
        assert!(verify(&store).is_ok());
        // And all of it: the head then is the beginning.
        assert_eq!(chain().forget(&mut store, 100).unwrap(), Progress::Done);
        assert!(chain().check_head(&mut store, ROWS).is_ok());
    }

    #[test]
    fn a_change_to_each_field_shows() {
        type Change = (&'static str, fn(&mut Row));
        let changes: &[Change] = &[
            ("time", |row| row.entry.time += 1),
            ("worker", |row| row.entry.worker.push('x')),
            ("role", |row| row.entry.role = Role::Admin),
            ("via", |row| row.entry.via = Via::Api),
            ("ticket", |row| row.entry.ticket.clear()),
            ("deed", |row| row.entry.deed = Deed::Export),
            ("no token", |row| row.entry.token = None),
            ("token", |row| row.entry.token = Some(Token::from([4; Token::BYTES]))),
            ("rows", |row| row.entry.rows = 0),
            ("seal", |row| row.seal.0[31] ^= 1),
            ("letters from one field to the next", |row| {
                row.entry.worker = "jani".into();
                row.entry.role = Role::Helpdesk;
                row.entry.ticket = "NC-1".into();
            }),
        ];
        for (what, change) in changes {
            for at in 0..ROWS as usize {
                let store = log();
                change(&mut store.contents().rows[at]);
                assert_eq!(verify(&store), Err(Broken::Changed(at as i64 + 1)), "{what}");
            }
        }
    }

    #[test]
    fn a_row_that_is_missing_or_elsewhere_shows() {
        let without = |at: usize| {
            let store = log();
            store.contents().rows.remove(at);
            verify(&store)
        };
        assert_eq!(without(0), Err(Broken::Missing(1)));
        assert_eq!(without(3), Err(Broken::Missing(4)));
        assert_eq!(without(ROWS as usize - 1), Err(Broken::CutOff { found: ROWS - 1, head: ROWS }));

        let store = log();
        store.contents().rows.swap(2, 5);
        assert_eq!(verify(&store), Err(Broken::Missing(3)));
        // Renumbered as well.
        let store = log();
        store.contents().rows.swap(2, 5);
        (0..).zip(&mut store.contents().rows).for_each(|(at, row)| row.seq = at + 1);
        assert_eq!(verify(&store), Err(Broken::Changed(3)));
        // Closed up behind a removed row.
        let store = log();
        store.contents().rows.remove(3);
        (0..).zip(&mut store.contents().rows).for_each(|(at, row)| row.seq = at + 1);
        assert_eq!(verify(&store), Err(Broken::Changed(4)));

        let store = log();
        store.contents().rows.clear();
        assert_eq!(verify(&store), Err(Broken::CutOff { found: 0, head: ROWS }));
    }

    #[test]
    fn an_end_that_was_changed_shows() {
        let head = Err(Broken::End("head"));
        let store = log();
        store.contents().ends.head = None;
        assert_eq!(verify(&store), head);
        // The last row and its mention in the head.
        let store = log();
        store.contents().rows.pop();
        let last = store.contents().rows.last().map(|row| Link { seq: row.seq, seal: row.seal }).unwrap();
        store.contents().ends.head.as_mut().unwrap().link = last;
        assert_eq!(verify(&store), head);
        // An old head put back.
        let mut store = log();
        let old = store.contents().ends.head;
        append(&mut store, 9);
        store.contents().ends.head = old;
        assert_eq!(verify(&store), head);
        // A mark made for one end is none for the other.
        let store = log();
        let fixed = store.contents().ends.head;
        store.contents().rows.clear();
        store.contents().ends.beginning = fixed;
        assert_eq!(verify(&store), Err(Broken::End("beginning")));
    }

    #[test]
    fn a_forgotten_beginning_is_in_order() {
        let mut store = log();
        assert_eq!(store.audit_forget(4, &|link| chain().begin(link)).unwrap(), crate::store::Progress::Done);
        assert_eq!(store.contents().rows.first().map(|row| row.seq), Some(4));
        assert_eq!(verify(&store).map(|link| link.seq), Ok(ROWS));
        append(&mut store, 9);
        assert_eq!(verify(&store).map(|link| link.seq), Ok(ROWS + 1));
        // One row more than was forgotten.
        store.contents().rows.remove(0);
        assert_eq!(verify(&store), Err(Broken::Missing(4)));
        // All of it forgotten, and on.
        let mut store = log();
        assert_eq!(store.audit_forget(100, &|link| chain().begin(link)).unwrap(), crate::store::Progress::Done);
        assert_eq!(verify(&store).map(|link| link.seq), Ok(ROWS));
        append(&mut store, 9);
        assert_eq!(verify(&store).map(|link| link.seq), Ok(ROWS + 1));
    }

    #[test]
    fn another_key_shows() {
        let other = Chain::new(&[8; Chain::KEY]);
        assert!(matches!(other.verify(&mut log()), Err(VerifyError::Broken(Broken::Changed(1)))));
        // A whole log written anew by who has not the key.
        let mut store = Memory::default();
        (1..=ROWS).for_each(|time| drop(store.audit_append(&mut |last| other.seal(last, entry(time))).unwrap()));
        assert_eq!(verify(&store), Err(Broken::Changed(1)));
    }

    proptest! {
        #[test]
        fn any_single_change_shows(at in 0..ROWS as usize, field in 0..9usize, bit in 0..31u32, text in "[a-z]{1,8}") {
            let store = log();
            let before = store.contents().rows[at].clone();
            {
                let mut contents = store.contents();
                let row = &mut contents.rows[at];
                let entry = &mut row.entry;
                match field {
                    0 => row.seq ^= 1 << bit,
                    1 => entry.time ^= 1 << bit,
                    2 => entry.worker = text,
                    3 => entry.role = Role::ALL[bit as usize % Role::ALL.len()],
                    4 => entry.via = Via::ALL[bit as usize % Via::ALL.len()],
                    5 => entry.ticket = text,
                    6 => entry.deed = Deed::ALL[bit as usize % Deed::ALL.len()],
                    7 => entry.token = Some(Token::from([bit as u8; Token::BYTES])),
                    _ => entry.rows ^= 1 << bit,
                }
            }
            prop_assume!(store.contents().rows[at] != before);
            prop_assert!(verify(&store).is_err());
        }

        #[test]
        fn any_rows_taken_out_show(kept in proptest::collection::vec(any::<bool>(), ROWS as usize)) {
            prop_assume!(kept.contains(&false));
            let store = log();
            let mut keep = kept.into_iter();
            store.contents().rows.retain(|_| keep.next().unwrap());
            prop_assert!(verify(&store).is_err());
        }
    }
}
