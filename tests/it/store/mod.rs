//! The stores: one behaviour, held to on SQLite and on PostgreSQL; the queue before them, and what it does when they fail.

mod conformance;
mod faults;
mod model;
mod postgres;
mod retention;
mod sqlite;

use mailgauge::policy::Action;
use mailgauge::pseudonym::Token;
use mailgauge::report::{Direction, Ending, QueueId, Reference};
use mailgauge::store::audit::{Chain, Deed, Entry, Role, Via};
use mailgauge::store::{By, Day, Kept, KeptFindings, NewRecord, Probe, Query, Store, Subject, Target, open};

/// Some day's first second.
const MIDNIGHT: i64 = 20_000 * Day::SECONDS;

/// A place for a store of its own; gone when dropped.
struct Place {
    target: Target,
    _dir: Option<tempfile::TempDir>,
}

impl Place {
    fn sqlite() -> Place {
        let dir = tempfile::tempdir().unwrap();
        Place { target: Target::Sqlite(dir.path().join("store/records.db")), _dir: Some(dir) }
    }

    /// A database in the cluster that all tests share. `None`, after a word on standard error, where there cannot be one.
    fn postgres() -> Option<Place> {
        let url = postgres::shared()?.database();
        Some(Place { target: Target::Postgres { url, password_file: None, ca_file: None }, _dir: None })
    }

    fn open(&self) -> Box<dyn Store> {
        open(&self.target).unwrap()
    }
}

/// A record whose reference is made of `number`.
pub fn kept(number: u64, time: i64) -> Kept {
    Kept {
        reference: Reference::from_bits(number),
        queue_id: None,
        time,
        direction: Direction::Inbound,
        ending: Ending::Measured,
        action: Action::Tag,
        decided_by: None,
        would: None,
        level: None,
        wire_bytes: number,
        header_bytes: 200,
        declared_size: Some(number),
        recipients: 1,
        refused: None,
        destination: None,
        sender: None,
        attachments: 0,
        attachment_bytes: 0,
        parts_total: 1,
        parts: Vec::new(),
        findings: KeptFindings::default(),
        scan_us: 7,
    }
}

fn queue_id(text: &str) -> QueueId {
    QueueId::parse(text.as_bytes()).unwrap()
}

/// A token that no other number has.
fn token(number: u64) -> Token {
    let mut bytes = [0xA5; Token::BYTES];
    bytes[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    bytes[8..].copy_from_slice(&number.wrapping_mul(0xC2B2_AE3D_27D4_EB4F).to_le_bytes());
    Token::from(bytes)
}

/// A record with these tokens.
fn record(number: u64, time: i64, tokens: &[u64]) -> NewRecord {
    NewRecord { kept: kept(number, time), tokens: tokens.iter().map(|t| token(*t)).collect() }
}

/// A probe for all time.
fn probe(number: u64) -> Probe {
    Probe { from: i64::MIN, until: i64::MAX, token: token(number) }
}

fn by_tokens(lists: &[&[u64]]) -> By {
    By::Tokens(lists.iter().map(|list| list.iter().map(|t| probe(*t)).collect()).collect())
}

/// The numbers of the records that are found, over all time.
fn found(store: &mut dyn Store, by: By) -> Vec<u64> {
    found_in(store, by, i64::MIN, i64::MAX, 1000)
}

fn found_in(store: &mut dyn Store, by: By, from: i64, until: i64, limit: usize) -> Vec<u64> {
    let query = Query { from, until, by, limit };
    store.find(&query).unwrap().iter().map(|kept| kept.reference.bits()).collect()
}

fn forget_all_of(store: &mut dyn Store, day: Day) -> u64 {
    let mut records = 0;
    loop {
        let (some, progress) = store.forget(day).unwrap();
        records += some;
        if progress == mailgauge::store::Progress::Done {
            return records;
        }
    }
}

fn chain() -> Chain {
    Chain::new(&[3; Chain::KEY])
}

fn entry(worker: &str, time: i64) -> Entry {
    Entry {
        time,
        worker: worker.into(),
        role: Role::Helpdesk,
        via: Via::Page,
        ticket: "INC-1".into(),
        deed: Deed::LookupSender,
        subject: Subject::One(token(1)),
        rows: 2,
    }
}
