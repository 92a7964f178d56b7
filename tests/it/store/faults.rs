//! The queue before a store that fails, and the housekeeping behind it: mail goes on, what is lost is counted, and it comes back by itself.

use super::*;
use crate::store::postgres::Cluster;
use mailgauge::policy::Policy;
use mailgauge::report::{Metrics, Parties, Record, Sink};
use mailgauge::scan::Facts;
use mailgauge::store::housekeeping::{Clock, Housekeeping, SystemClock, TrustedTime};
use mailgauge::store::{Queue, Retention};
use prometheus::{Registry, TextEncoder};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// As many as the queue takes.
const ROOM: u64 = 10_000;

/// A machine under load needs its time; a store that failed is tried again after seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A clock that a test sets. It stands still in between.
#[derive(Clone, Default)]
struct Hands {
    wall: Arc<AtomicI64>,
    running: Arc<AtomicU64>,
}

impl Clock for Hands {
    fn wall(&self) -> i64 {
        self.wall.load(Ordering::SeqCst)
    }

    fn running(&self) -> Duration {
        Duration::from_secs(self.running.load(Ordering::SeqCst))
    }
}

impl Hands {
    fn at(wall: i64) -> Hands {
        let hands = Hands::default();
        hands.wall.store(wall, Ordering::SeqCst);
        hands
    }

    fn go_on(&self, seconds: i64) {
        self.wall.fetch_add(seconds, Ordering::SeqCst);
        self.running.fetch_add(seconds as u64, Ordering::SeqCst);
    }

    fn jump(&self, seconds: i64) {
        self.wall.fetch_add(seconds, Ordering::SeqCst);
    }
}

struct Running {
    queue: Queue,
    registry: Registry,
}

impl Running {
    fn over(target: &Target) -> Running {
        let registry = Registry::new();
        let metrics = Arc::new(Metrics::register(&registry).unwrap());
        let target = target.clone();
        let clock = Box::new(SystemClock::default());
        let retention =
            Box::new(|| Retention { records: Duration::from_secs(100_000 * 86_400), ..Retention::default() });
        let housekeeping = Housekeeping::new(retention, chain(), clock, TrustedTime::default(), metrics.clone());
        let queue = Queue::start(Box::new(move || open(&target)), housekeeping, metrics).unwrap();
        Running { queue, registry }
    }

    fn metric(&self, series: &str) -> u64 {
        let text = TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {series}")).parse().unwrap()
    }

    fn dropped(&self) -> u64 {
        ["queue-full", "store-unavailable", "store-unusable", "shutdown"]
            .map(|reason| self.metric(&format!("mailgauge_records_dropped_total{{reason=\"{reason}\"}}")))
            .iter()
            .sum()
    }

    fn wait(&self, what: &str, holds: impl Fn(&Running) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "never: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn wait_for_written(&self, count: u64) {
        self.wait("written", |r| r.metric("mailgauge_records_written_total") >= count);
        assert_eq!(self.metric("mailgauge_records_written_total"), count);
        assert_eq!(self.metric("mailgauge_store_queue_records"), 0);
        assert_eq!(self.metric("mailgauge_store_up"), 1);
    }

    fn push(&self, numbers: std::ops::Range<u64>) {
        for n in numbers {
            self.queue.push(record(n, MIDNIGHT, &[n]));
        }
    }
}

/// A store that fails by `break_it`, and is well again by `mend`.
fn fails_and_comes_back(place: &Place, break_it: impl FnOnce(), mend: impl FnOnce()) {
    let running = Running::over(&place.target);
    running.push(0..10);
    running.wait_for_written(10);
    break_it();
    running.push(10..20);
    running.wait("noticed", |r| r.metric("mailgauge_store_up") == 0);
    // Nobody waits, whatever the store does: it stays broken until all these are through.
    running.push(20..ROOM + 510);
    assert_eq!(running.dropped(), 500);
    assert_eq!(running.metric(r#"mailgauge_records_dropped_total{reason="store-unavailable"}"#), 500);
    assert_eq!(running.metric("mailgauge_store_queue_records"), ROOM);
    mend();
    running.wait_for_written(ROOM + 10);
    running.push(100_000..100_001);
    running.wait_for_written(ROOM + 11);
    running.queue.close(Duration::from_secs(10));
    assert_eq!(running.dropped(), 500);
    assert_eq!(place.open().stats().unwrap().records, ROOM + 11);
}

#[test]
fn a_file_that_is_locked() {
    let place = Place::sqlite();
    let Target::Sqlite(file) = &place.target else { unreachable!() };
    drop(place.open());
    let other = rusqlite::Connection::open(file).unwrap();
    fails_and_comes_back(
        &place,
        || other.execute_batch("BEGIN IMMEDIATE").unwrap(),
        || other.execute_batch("ROLLBACK").unwrap(),
    );
}

#[test]
fn a_server_that_is_stopped_and_started() {
    let Some(cluster) = Cluster::start() else { return };
    let target = Target::Postgres { url: cluster.database(), password_file: None, ca_file: None };
    let place = Place { target, _dir: None };
    fails_and_comes_back(&place, || cluster.stop(), || cluster.start_again());
}

#[test]
fn a_disk_that_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let mount = |args: &[&str]| Command::new(args[0]).args(&args[1..]).arg(dir.path()).status();
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=32m,mode=700", "mailgauge-test"])
        .is_ok_and(|status| status.success())
    {
        eprintln!("skipped: no file system can be mounted here");
        return;
    }
    let place = Place { target: Target::Sqlite(dir.path().join("records.db")), _dir: None };
    let filler = dir.path().join("filler");
    let tested = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        fails_and_comes_back(
            &place,
            || {
                // To the last byte: the copy ends with an error.
                let _ = std::io::copy(&mut std::io::repeat(1), &mut std::fs::File::create(&filler).unwrap());
            },
            || std::fs::remove_file(&filler).unwrap(),
        );
    }));
    assert!(mount(&["umount", "-l"]).unwrap().success());
    tested.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

#[test]
fn a_directory_that_is_not_there_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let wall = dir.path().join("store");
    std::fs::write(&wall, "").unwrap();
    let place = Place { target: Target::Sqlite(wall.join("records.db")), _dir: None };
    let running = Running::over(&place.target);
    running.push(0..10);
    running.wait("tried", |r| r.metric("mailgauge_store_queue_records") == 10);
    assert_eq!((running.metric("mailgauge_store_up"), running.dropped()), (0, 0));
    std::fs::remove_file(&wall).unwrap();
    running.wait_for_written(10);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("records.db");
    let text = "somebody's notes ".repeat(100);
    std::fs::write(&file, &text).unwrap();
    let running = Running::over(&Target::Sqlite(file.clone()));
    running.push(0..1);
    // The queue must have had the time to see what it is.
    std::thread::sleep(Duration::from_millis(500));
    running.push(1..ROOM + 5);
    assert_eq!(running.metric(r#"mailgauge_records_dropped_total{reason="store-unusable"}"#), 5);
    running.queue.close(Duration::from_millis(100));
    assert_eq!(running.metric(r#"mailgauge_records_dropped_total{reason="shutdown"}"#), ROOM);
    assert_eq!(running.dropped(), ROOM + 5);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn closing_writes_what_waits() {
    let place = Place::sqlite();
    let running = Running::over(&place.target);
    running.push(0..5000);
    running.queue.close(Duration::from_secs(30));
    assert_eq!((running.metric("mailgauge_records_written_total"), running.dropped()), (5000, 0));
    assert_eq!(place.open().stats().unwrap().records, 5000);
    running.push(5000..5001);
    assert_eq!(running.metric(r#"mailgauge_records_dropped_total{reason="shutdown"}"#), 1);
}

#[test]
fn large_records_fill_the_queue_earlier() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("records.db");
    std::fs::write(&file, "no database ".repeat(100)).unwrap();
    let running = Running::over(&Target::Sqlite(file));
    let tokens: Vec<u64> = (0..1000).collect();
    for n in 0..1000 {
        running.queue.push(record(n, MIDNIGHT, &tokens));
    }
    let waiting = running.metric("mailgauge_store_queue_records");
    let weight = record(0, MIDNIGHT, &tokens).weight() as u64;
    assert_eq!(waiting, (8 << 20) / weight);
    assert_eq!(running.dropped(), 1000 - waiting);
    running.queue.close(Duration::ZERO);
}

#[test]
fn the_mail_path_hands_over_tokens() {
    let place = Place::sqlite();
    let running = Running::over(&place.target);
    let record = Record {
        time: MIDNIGHT,
        reference: Reference::from_bits(5),
        queue_id: None,
        parties: Parties { sender: Some(token(1)), recipients: vec![token(2), token(3)], message_id: Some(token(4)) },
        recipients: 2,
        refused: None,
        direction: Direction::Inbound,
        ending: Ending::Measured,
        facts: Facts::default(),
        findings: Vec::new(),
        verdict: Policy::default().decide(&[], &mailgauge::policy::Matched::default()),
        scan_time: Duration::ZERO,
    };
    running.queue.keep(&record);
    running.queue.close(Duration::from_secs(30));
    for number in 1..=4 {
        assert_eq!(found(place.open().as_mut(), by_tokens(&[&[number]])), [5], "{number}");
    }
}

/// A house to keep, with a clock that the test sets.
struct House {
    place: Place,
    clock: Hands,
    trusted: TrustedTime,
    housekeeping: Housekeeping,
    retention: Arc<Mutex<Retention>>,
}

impl House {
    fn begin(place: Place, clock: Hands) -> House {
        let metrics = Arc::new(Metrics::register(&Registry::new()).unwrap());
        let retention = Arc::new(Mutex::new(Retention::default()));
        let rules = retention.clone();
        let trusted = TrustedTime::default();
        let housekeeping = Housekeeping::new(
            Box::new(move || rules.lock().unwrap().clone()),
            chain(),
            Box::new(clock.clone()),
            trusted.clone(),
            metrics,
        );
        House { place, clock, trusted, housekeeping, retention }
    }

    /// Keeps house for a minute, and for so many more, one by one.
    fn minutes(&mut self, count: u64) {
        let mut store = self.place.open();
        for _ in 0..count {
            self.housekeeping.step(store.as_mut()).unwrap();
            let mut steps = 0;
            while self.housekeeping.due() < Duration::from_secs(1) {
                self.housekeeping.step(store.as_mut()).unwrap();
                steps += 1;
                assert!(steps < 10_000);
            }
            self.clock.go_on(60);
        }
    }

    fn days(&self) -> Vec<i64> {
        let mut store = self.place.open();
        let all = found(store.as_mut(), by_tokens(&[&[1]]));
        all.iter().map(|n| *n as i64).collect()
    }
}

/// A store with a record for each of the last 40 days; the number of each is its age.
fn forty_days() -> Place {
    let place = Place::sqlite();
    let records: Vec<_> = (0..40).map(|age| record(age, MIDNIGHT - age as i64 * Day::SECONDS, &[1])).collect();
    place.open().keep(&records).unwrap();
    place
}

const YEARS: i64 = 10 * 365 * Day::SECONDS;

#[test]
fn what_is_too_old_is_forgotten() {
    let mut house = House::begin(forty_days(), Hands::at(MIDNIGHT + 5));
    assert_eq!(house.trusted.now(), None);
    house.minutes(2);
    assert_eq!(house.days(), (0..30).collect::<Vec<_>>());
    assert_eq!(house.trusted.now(), Some(MIDNIGHT + 65));
    // The next midnight takes the next day.
    house.clock.go_on(Day::SECONDS);
    house.minutes(2);
    assert_eq!(house.days(), (0..29).collect::<Vec<_>>());
}

#[test]
fn a_large_day_goes_in_many_steps_and_few_minutes() {
    let place = Place::sqlite();
    let old = MIDNIGHT - 35 * Day::SECONDS;
    let records: Vec<_> = (0..5000).map(|n| record(n, old, &[1, 10 + n, 20_000 + n])).collect();
    place.open().keep(&records).unwrap();
    let mut house = House::begin(place, Hands::at(MIDNIGHT));
    house.minutes(1);
    assert_eq!(house.days(), [0; 0]);
    assert_eq!(house.place.open().stats().unwrap().records, 0);
}

#[test]
fn with_too_much_in_the_store_the_oldest_go_first_and_today_never() {
    let mut house = House::begin(forty_days(), Hands::at(MIDNIGHT + 5));
    house.retention.lock().unwrap().max_bytes = 1;
    house.minutes(2);
    assert_eq!(house.days(), [0]);
}

#[test]
fn old_rows_of_the_audit_log_are_forgotten() {
    let place = Place::sqlite();
    let (mut store, chain) = (place.open(), chain());
    for n in 0..2500 {
        let age = if n < 2400 { 366 } else { 364 };
        store.audit_append(&mut |last| chain.seal(last, entry("anna", MIDNIGHT - age * Day::SECONDS))).unwrap();
    }
    let mut house = House::begin(place, Hands::at(MIDNIGHT));
    house.minutes(2);
    assert_eq!(store.audit_rows(0, 1).unwrap()[0].seq, 2401);
    assert_eq!(chain.verify(store.as_mut()).unwrap().seq, 2500);
}

#[test]
fn a_clock_that_jumps_does_not_forget_everything() {
    for jump in [YEARS, 2 * 3600, 40 * Day::SECONDS] {
        let mut house = House::begin(forty_days(), Hands::at(MIDNIGHT + 5));
        house.minutes(10);
        house.clock.jump(jump);
        house.minutes(23 * 60);
        assert_eq!(house.days(), (0..30).collect::<Vec<_>>(), "{jump}");
        assert_eq!(house.trusted.now(), None);
        // Set right, it is believed at once.
        house.clock.jump(-jump);
        house.minutes(1);
        assert!(house.trusted.now().is_some());
    }
    for jump in [3600, -3600, -YEARS] {
        let mut house = House::begin(forty_days(), Hands::at(MIDNIGHT + 5));
        house.minutes(10);
        house.clock.jump(jump);
        house.minutes(10);
        assert_eq!(house.days(), (0..30).collect::<Vec<_>>(), "{jump}");
        assert!(house.trusted.now().is_some(), "{jump}");
    }
}

#[test]
fn a_clock_that_stays_there_is_believed_after_a_day() {
    let mut house = House::begin(forty_days(), Hands::at(MIDNIGHT + 5));
    house.minutes(10);
    house.clock.jump(YEARS);
    house.minutes(25 * 60);
    assert_eq!(house.days(), [0; 0]);
    assert!(house.trusted.now().unwrap() > MIDNIGHT + YEARS);
}

#[test]
fn forty_days_off_forget_nothing_at_once() {
    let mut house = House::begin(forty_days(), Hands::at(MIDNIGHT + 5));
    house.minutes(10);
    let later = |off: i64, place: Place| House::begin(place, Hands::at(MIDNIGHT + off * Day::SECONDS));
    let mut house = later(40, house.place);
    house.minutes(60);
    assert_eq!(house.days(), (0..30).collect::<Vec<_>>());
    assert_eq!(house.trusted.now(), None);
    house.minutes(24 * 60);
    assert_eq!(house.days(), [0; 0]);
    // A weekend off is nothing out of the ordinary.
    let mut house = House::begin(forty_days(), Hands::at(MIDNIGHT + 5));
    house.minutes(10);
    let mut house = later(2, house.place);
    house.minutes(2);
    assert_eq!(house.days(), (0..28).collect::<Vec<_>>());
}

#[test]
fn an_interrupted_day_is_finished() {
    // Killed between the last row and the emptying of the log: no record shows the day any more, the log still has it.
    let place = Place::sqlite();
    let Target::Sqlite(file) = &place.target else { unreachable!() };
    let wal = |file: &Path| std::fs::metadata(file.with_file_name("records.db-wal")).map_or(0, |m| m.len());
    let mut store = place.open();
    store.keep(&[record(1, MIDNIGHT - 60 * Day::SECONDS, &[1])]).unwrap();
    let by_hand = rusqlite::Connection::open(file).unwrap();
    by_hand.execute_batch("DROP TABLE handles_19940; DROP TABLE records_19940; DELETE FROM days").unwrap();
    assert!(wal(file) > 0);
    let file = file.clone();
    let mut house = House::begin(place, Hands::at(MIDNIGHT));
    house.housekeeping.step(store.as_mut()).unwrap();
    while house.housekeeping.due() < Duration::from_secs(1) {
        house.housekeeping.step(store.as_mut()).unwrap();
    }
    assert_eq!(wal(&file), 0);
}
