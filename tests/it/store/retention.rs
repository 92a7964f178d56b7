//! What is left of what was forgotten: nothing, in no file.

use super::*;
use std::path::Path;

/// Every form in which something of a record could be in a file.
fn marks(record: &NewRecord) -> Vec<Vec<u8>> {
    let mut marks: Vec<Vec<u8>> = record.tokens.iter().map(|token| token.as_bytes().to_vec()).collect();
    marks.extend(record.tokens.iter().map(|token| token.to_string().into_bytes()));
    marks.push(record.kept.reference.to_string().into_bytes());
    marks.push(record.kept.reference.bits().to_be_bytes()[1..].to_vec());
    marks.extend(record.kept.queue_id.map(|id| id.as_str().as_bytes().to_vec()));
    marks
}

fn all_files(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut names = Vec::new();
    for file in std::fs::read_dir(dir).unwrap() {
        let file = file.unwrap();
        names.push(file.file_name().into_string().unwrap());
        bytes.extend(std::fs::read(file.path()).unwrap());
    }
    names.sort();
    assert_eq!(names, ["records.db", "records.db-shm", "records.db-wal"]);
    bytes
}

/// How many of the records have any mark in the files.
fn traces(dir: &Path, records: &[NewRecord]) -> usize {
    let bytes = all_files(dir);
    // All marks at once: by their first eight bytes, at every place.
    let mut wanted = std::collections::HashMap::<[u8; 7], Vec<(usize, Vec<u8>)>>::new();
    for (number, record) in records.iter().enumerate() {
        for mark in marks(record) {
            wanted.entry(mark[..7].try_into().unwrap()).or_default().push((number, mark));
        }
    }
    let mut seen = std::collections::HashSet::new();
    for (at, window) in bytes.windows(7).enumerate() {
        for (number, mark) in wanted.get(window).into_iter().flatten() {
            if bytes[at..].starts_with(mark) {
                seen.insert(*number);
            }
        }
    }
    seen.len()
}

fn records(day: i64, count: u64) -> Vec<NewRecord> {
    (0..count)
        .map(|n| {
            let unlike = ((day as u64 + 1) * 1_000_000 + n).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 9;
            let tokens = [0, 1, 2].map(|k| 1_000_000_000 * (day as u64 + 1) + 10 * n + k);
            let mut record = record(unlike, MIDNIGHT + day * Day::SECONDS + (n % 86_400) as i64, &tokens);
            record.kept.queue_id = Some(queue_id(&format!("Q{day}Z{n:08}")));
            record
        })
        .collect()
}

#[test]
fn no_file_has_a_trace_of_what_was_forgotten() {
    let place = Place::sqlite();
    let Target::Sqlite(file) = &place.target else { unreachable!() };
    let dir = file.parent().unwrap();
    let mut store = place.open();
    // Somebody else has it open all the time, so that nothing is tidied up by closing.
    let mut other = place.open();
    let days: Vec<_> = (0..3).map(|day| records(day, 5000)).collect();
    for chunk in 0..10 {
        // Mixed, so that days lie beside each other in the file.
        for day in &days {
            store.keep(&day[chunk * 500..(chunk + 1) * 500]).unwrap();
        }
    }
    assert_eq!(other.stats().unwrap().records, 15_000);
    for day in &days {
        assert_eq!(traces(dir, day), 5000, "the search itself must find what is there");
    }
    let today = Day::of(MIDNIGHT);
    assert_eq!(forget_all_of(store.as_mut(), today), 5000);
    assert_eq!(traces(dir, &days[0]), 0);
    assert_eq!(traces(dir, &days[1]), 5000);

    // A subject's erasure leaves none either.
    let gone = &days[1][..100];
    let probes: Vec<_> = gone.iter().map(|r| Probe { from: i64::MIN, until: i64::MAX, token: r.tokens[1] }).collect();
    assert_eq!(store.erase(&probes).unwrap(), 100);
    assert_eq!(traces(dir, gone), 0);
    assert_eq!(traces(dir, &days[1]), 4900);
    assert_eq!(forget_all_of(store.as_mut(), Day(today.0 + 1)), 4900);
    assert_eq!(traces(dir, &days[1]), 0);
    assert_eq!(found(other.as_mut(), By::QueueId(queue_id("Q2Z00000007"))).len(), 1);
}

#[test]
fn a_reader_delays_it_and_is_named() {
    use mailgauge::store::{Progress, StoreError};
    let place = Place::sqlite();
    let Target::Sqlite(file) = &place.target else { unreachable!() };
    let mut store = place.open();
    let day = records(0, 100);
    store.keep(&day).unwrap();
    let reader = rusqlite::Connection::open(file).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM days").unwrap();
    let Err(StoreError::Unavailable(text)) = store.forget(Day::of(MIDNIGHT)) else { panic!("forgotten") };
    assert!(text.contains("end that program"), "{text}");
    assert_eq!(traces(file.parent().unwrap(), &day), 100);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(store.forget(Day::of(MIDNIGHT)).unwrap(), (0, Progress::Done));
    assert_eq!(traces(file.parent().unwrap(), &day), 0);
}
