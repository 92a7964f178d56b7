//! What both stores do.

use super::*;
use mailgauge::store::Progress;
use mailgauge::store::audit::{Link, VerifyError};
use std::thread;

/// Each test, once for each store.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod in_sqlite {
            $( #[test] fn $test() { super::$test(&super::Place::sqlite()); } )+
        }
        mod in_postgres {
            $( #[test] fn $test() { if let Some(place) = super::Place::postgres() { super::$test(&place); } } )+
        }
    };
}

on_both!(
    every_key_finds_its_record,
    windows_have_sharp_edges,
    the_newest_come_first_up_to_the_limit,
    two_addresses_must_be_of_one_mail,
    a_token_counts_for_the_time_of_its_key_alone,
    a_batch_can_be_given_again,
    an_erased_address_is_gone,
    a_day_is_forgotten_alone,
    days_and_bytes_are_told,
    the_clock_is_remembered,
    the_audit_log_is_one_chain,
    hostile_tickets_and_names_are_kept_as_they_are,
    appending_at_once_does_not_fork_the_chain,
    the_audit_log_is_forgotten_from_its_beginning,
    four_may_start_at_once,
    readers_and_a_writer_do_not_disturb_each_other,
    batches_of_the_largest_size,
    records_are_read_page_by_page,
);

fn records_are_read_page_by_page(place: &Place) {
    let mut store = place.open();
    assert_eq!(store.records(Day::of(MIDNIGHT), 0, 10).unwrap(), []);
    let mails: Vec<NewRecord> = (0..7).map(|number| record(number, MIDNIGHT + number as i64, &[number])).collect();
    store.keep(&mails).unwrap();
    store.keep(&[record(9, MIDNIGHT - 1, &[])]).unwrap();
    let (mut behind, mut read) = (0, Vec::new());
    loop {
        let page = store.records(Day::of(MIDNIGHT), behind, 3).unwrap();
        assert!(page.len() <= 3 && page.is_sorted_by_key(|(number, _)| *number));
        let Some((last, _)) = page.last() else { break };
        behind = *last;
        read.extend(page.into_iter().map(|(_, kept)| kept.wire_bytes));
    }
    assert_eq!(read, (0..7).collect::<Vec<_>>());
}

fn every_key_finds_its_record(place: &Place) {
    let mut store = place.open();
    let mut one = record(1, MIDNIGHT + 5, &[1, 2, 3]);
    one.kept.queue_id = Some(queue_id("4TxY6W1k2Jz9"));
    let mut other = record(2, MIDNIGHT + 6, &[4]);
    other.kept.queue_id = Some(queue_id("4TxY6W1k2Jz8"));
    let none = record(3, MIDNIGHT + 7, &[]);
    store.keep(&[one.clone(), other, none]).unwrap();
    drop(store);

    let mut store = place.open();
    let query = Query { from: 0, until: i64::MAX, by: By::Reference(one.kept.reference), limit: 10 };
    assert_eq!(store.find(&query).unwrap(), [one.kept]);
    for (by, expected) in [
        (By::QueueId(queue_id("4TxY6W1k2Jz9")), vec![1]),
        (By::QueueId(queue_id("4TXY6W1K2JZ9")), vec![]),
        (By::Reference(Reference::from_bits(9)), vec![]),
        (by_tokens(&[&[1]]), vec![1]),
        (by_tokens(&[&[3]]), vec![1]),
        (by_tokens(&[&[4, 2]]), vec![2, 1]),
        (by_tokens(&[&[5]]), vec![]),
        (by_tokens(&[&[]]), vec![]),
        (by_tokens(&[&[1], &[]]), vec![]),
    ] {
        assert_eq!(found(store.as_mut(), by.clone()), expected, "{by:?}");
    }
}

fn windows_have_sharp_edges(place: &Place) {
    let mut store = place.open();
    let times = [MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 1, MIDNIGHT + Day::SECONDS];
    let records: Vec<_> = (0..).zip(times).map(|(n, time)| record(n, time, &[1])).collect();
    store.keep(&records).unwrap();
    let mut within = |from, until| found_in(store.as_mut(), by_tokens(&[&[1]]), from, until, 10);
    assert_eq!(within(MIDNIGHT, MIDNIGHT + 1), [1]);
    assert_eq!(within(MIDNIGHT - 1, MIDNIGHT + 1), [1, 0]);
    assert_eq!(within(MIDNIGHT + 1, MIDNIGHT + Day::SECONDS), [2]);
    assert_eq!(within(MIDNIGHT, MIDNIGHT + Day::SECONDS + 1), [3, 2, 1]);
    assert_eq!(within(MIDNIGHT, MIDNIGHT), [0; 0]);
    assert_eq!(within(MIDNIGHT + 1, MIDNIGHT), [0; 0]);
    assert_eq!(within(i64::MIN, i64::MAX), [3, 2, 1, 0]);
    for by in [By::Reference(Reference::from_bits(1)), by_tokens(&[&[1]])] {
        assert!(!found_in(store.as_mut(), by.clone(), MIDNIGHT - 1, MIDNIGHT, 10).contains(&1));
        assert!(found_in(store.as_mut(), by, MIDNIGHT, MIDNIGHT + 1, 10) == [1]);
    }
}

fn the_newest_come_first_up_to_the_limit(place: &Place) {
    let mut store = place.open();
    // Some come late, some at one second: then what was kept last goes first.
    let times = [500, 100, 100, 100 + Day::SECONDS, 200, 500];
    let mut records: Vec<_> = (0..).zip(times).map(|(n, time)| record(n, MIDNIGHT + time, &[1])).collect();
    for record in &mut records {
        record.kept.queue_id = Some(queue_id("ABC"));
    }
    store.keep(&records).unwrap();
    for by in [by_tokens(&[&[1]]), By::QueueId(queue_id("ABC"))] {
        for limit in 0..8 {
            let found = found_in(store.as_mut(), by.clone(), 0, i64::MAX, limit);
            assert_eq!(found, [3, 5, 0, 4, 2, 1][..limit.min(6)], "{limit}");
        }
    }
}

fn two_addresses_must_be_of_one_mail(place: &Place) {
    let mut store = place.open();
    store
        .keep(&[
            record(1, MIDNIGHT, &[1, 2]),
            record(2, MIDNIGHT, &[1]),
            record(3, MIDNIGHT, &[2]),
            record(4, MIDNIGHT + Day::SECONDS, &[2, 1, 3]),
        ])
        .unwrap();
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1], &[2]])), [4, 1]);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[2, 9], &[9, 1]])), [4, 1]);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1], &[2], &[3]])), [4]);
    assert_eq!(found_in(store.as_mut(), by_tokens(&[&[1], &[2]]), 0, i64::MAX, 1), [4]);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[3], &[9]])), [0; 0]);
}

fn a_token_counts_for_the_time_of_its_key_alone(place: &Place) {
    let mut store = place.open();
    let changes = MIDNIGHT + 100;
    store
        .keep(&[
            record(1, changes - 1, &[1, 3]),
            record(2, changes - 1, &[2, 3]),
            record(3, changes, &[1, 3]),
            record(4, changes, &[2, 3]),
        ])
        .unwrap();
    let probes = vec![
        Probe { from: MIDNIGHT, until: changes, token: token(1) },
        Probe { from: changes, until: i64::MAX, token: token(2) },
    ];
    assert_eq!(found(store.as_mut(), By::Tokens(vec![probes.clone()])), [4, 1]);
    assert_eq!(found(store.as_mut(), By::Tokens(vec![probes.clone(), vec![probe(3)]])), [4, 1]);
    assert_eq!(found(store.as_mut(), By::Tokens(vec![vec![probe(3)], probes.clone()])), [4, 1]);
    assert_eq!(found_in(store.as_mut(), By::Tokens(vec![probes.clone()]), changes, i64::MAX, 9), [4]);
    assert_eq!(store.erase(&probes).unwrap(), 2);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[3]])), [3, 2]);
}

fn a_batch_can_be_given_again(place: &Place) {
    let mut store = place.open();
    let batch = [record(1, MIDNIGHT, &[1]), record(2, MIDNIGHT, &[1])];
    store.keep(&batch).unwrap();
    store.keep(&batch).unwrap();
    place.open().keep(&batch).unwrap();
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1]])), [2, 1]);
    assert_eq!(store.stats().unwrap().records, 2);

    // The first one stays, in one batch too, and gains no token of the second.
    store.keep(&[record(3, MIDNIGHT, &[3]), record(3, MIDNIGHT + 1, &[4]), record(1, MIDNIGHT + 1, &[5])]).unwrap();
    assert_eq!(found(store.as_mut(), by_tokens(&[&[3]])), [3]);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[4, 5]])), [0; 0]);
    assert_eq!(store.stats().unwrap().records, 3);
    store.keep(&[]).unwrap();
}

fn an_erased_address_is_gone(place: &Place) {
    let mut store = place.open();
    let mut records = vec![record(1, MIDNIGHT, &[1, 2]), record(2, MIDNIGHT, &[2])];
    records.extend((0..40).map(|n| record(100 + n, MIDNIGHT - n as i64 * Day::SECONDS, &[1, 9])));
    store.keep(&records).unwrap();
    assert_eq!(store.erase(&[]).unwrap(), 0);
    assert_eq!(store.erase(&[probe(7)]).unwrap(), 0);
    assert_eq!(store.erase(&[probe(1), probe(7)]).unwrap(), 41);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1, 9]])), [0; 0]);
    assert_eq!(found(store.as_mut(), By::Reference(Reference::from_bits(1))), [0; 0]);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[2]])), [2]);
    assert_eq!(store.oldest_day().unwrap(), Some(Day::of(MIDNIGHT)));
    assert_eq!(store.erase(&[probe(1)]).unwrap(), 0);
    // What is no longer there may come again.
    store.keep(&[record(1, MIDNIGHT, &[1])]).unwrap();
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1]])), [1]);
}

fn a_day_is_forgotten_alone(place: &Place) {
    let mut store = place.open();
    let day = Day::of(MIDNIGHT);
    let records: Vec<_> = (0..900).map(|n| record(n, MIDNIGHT - 100 + n as i64 % 200, &[1, 2, 1000 + n])).collect();
    store.keep(&records).unwrap();
    let before = found(store.as_mut(), by_tokens(&[&[1]])).len();
    assert_eq!(before, 900);
    let yesterday = Day(day.0 - 1);
    assert_eq!(store.oldest_day().unwrap(), Some(yesterday));
    assert_eq!(forget_all_of(store.as_mut(), Day(day.0 - 2)), 0);
    assert_eq!(forget_all_of(store.as_mut(), yesterday), 500);
    assert_eq!(store.oldest_day().unwrap(), Some(day));
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1]])).len(), 400);
    assert_eq!(found(store.as_mut(), By::Reference(Reference::from_bits(3))), [0; 0]);
    // The day may come back: a mail that ended late.
    store.keep(&[record(3, MIDNIGHT - 1, &[1])]).unwrap();
    assert_eq!(found(store.as_mut(), By::Reference(Reference::from_bits(3))), [3]);
    assert_eq!(forget_all_of(store.as_mut(), yesterday), 1);
    assert_eq!(forget_all_of(store.as_mut(), day), 400);
    assert_eq!((store.oldest_day().unwrap(), store.stats().unwrap().records), (None, 0));
}

fn days_and_bytes_are_told(place: &Place) {
    let mut store = place.open();
    let empty = store.stats().unwrap();
    assert_eq!((empty.records, empty.span, empty.audit_rows), (0, None, 0));
    assert_eq!(store.oldest_day().unwrap(), None);
    let records: Vec<_> = (0..1000).map(|n| record(n, MIDNIGHT + n as i64 * 1000, &[n, n + 1, n + 2])).collect();
    store.keep(&records).unwrap();
    store.audit_append(&mut |last| chain().seal(last, entry("anna", 1))).unwrap();
    let stats = store.stats().unwrap();
    assert_eq!((stats.records, stats.span, stats.audit_rows), (1000, Some((MIDNIGHT, MIDNIGHT + 999_000)), 1));
    assert!(stats.bytes > empty.bytes + 100_000, "{stats:?}");
    assert_eq!(store.bytes().unwrap(), stats.bytes);
    // Before the epoch there are days, too.
    store.keep(&[record(5000, -1, &[1])]).unwrap();
    assert_eq!(store.oldest_day().unwrap(), Some(Day(-1)));
    assert_eq!(found_in(store.as_mut(), by_tokens(&[&[1]]), -1, 0, 9), [5000]);
    assert_eq!(forget_all_of(store.as_mut(), Day(-1)), 1);
    while let Some(day) = store.oldest_day().unwrap() {
        let _ = forget_all_of(store.as_mut(), day);
    }
    assert!(store.bytes().unwrap() < empty.bytes + 100_000);
}

fn the_clock_is_remembered(place: &Place) {
    let mut store = place.open();
    assert_eq!(store.clock().unwrap(), None);
    store.set_clock(7).unwrap();
    store.set_clock(-5).unwrap();
    assert_eq!(place.open().clock().unwrap(), Some(-5));
}

fn the_audit_log_is_one_chain(place: &Place) {
    let mut store = place.open();
    let chain = chain();
    assert_eq!(chain.verify(store.as_mut()).unwrap(), Link::START);
    let mut rows = Vec::new();
    for n in 0..10 {
        let mut entry = entry(["anna", "bo'b"][n % 2], 100 + n as i64);
        entry.subject = match n % 4 {
            0 => Subject::One(token(n as u64)),
            1 => Subject::Both { recipient: token(n as u64), sender: token(77) },
            2 => Subject::Reference(Reference::from_bits(n as u64)),
            _ => Subject::Nothing,
        };
        rows.push(store.audit_append(&mut |last| chain.seal(last, entry.clone())).unwrap());
    }
    assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    let mut store = place.open();
    assert_eq!(store.audit_rows(1, 100).unwrap(), rows);
    assert_eq!(store.audit_rows(4, 3).unwrap(), rows[3..6]);
    assert_eq!(store.audit_rows(11, 3).unwrap(), []);
    assert_eq!(chain.verify(store.as_mut()).unwrap(), Link { seq: 10, seal: rows[9].seal });
    assert!(matches!(Chain::new(&[4; 32]).verify(store.as_mut()), Err(VerifyError::Broken(_))));
    assert_eq!(
        ["anna", "bo'b", "carl", "' OR 1=1 --"].map(|worker| store.audit_count(worker, 104, 107).unwrap()),
        [2, 2, 0, 0]
    );
}

/// What is typed and reaches the store as text: tickets, and logins.
fn hostile_tickets_and_names_are_kept_as_they_are(place: &Place) {
    let (mut store, chain) = (place.open(), chain());
    store.keep(&[record(1, MIDNIGHT, &[1])]).unwrap();
    // Control characters are refused before; PostgreSQL takes no NUL.
    let texts: Vec<String> = crate::hostile::strings().map(|text| text.replace('\0', "")).collect();
    for (number, text) in texts.iter().enumerate() {
        let entry = Entry { ticket: text.clone(), ..entry(text, number as i64) };
        store.audit_append(&mut |last| chain.seal(last, entry.clone())).unwrap();
    }
    assert_eq!(texts.len(), crate::hostile::STRINGS);
    for first in (0..texts.len()).step_by(1000) {
        let rows = store.audit_rows(first as i64 + 1, 1000).unwrap();
        for (row, text) in rows.iter().zip(&texts[first..first + 1000]) {
            assert_eq!((&row.entry.worker, &row.entry.ticket), (text, text));
        }
    }
    for text in texts.iter().step_by(50) {
        let same = texts.iter().filter(|other| *other == text).count();
        assert_eq!(store.audit_count(text, 0, i64::MAX).unwrap(), same as u64, "{text:?}");
    }
    assert_eq!(chain.verify(store.as_mut()).unwrap().seq, texts.len() as i64);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1]])), [1]);
}

fn appending_at_once_does_not_fork_the_chain(place: &Place) {
    thread::scope(|scope| {
        for worker in ["anna", "bob", "carl"] {
            scope.spawn(move || {
                let (mut store, chain) = (place.open(), chain());
                for n in 0..50 {
                    store.audit_append(&mut |last| chain.seal(last, entry(worker, n))).unwrap();
                }
            });
        }
    });
    let mut store = place.open();
    assert_eq!(chain().verify(store.as_mut()).unwrap().seq, 150);
    assert_eq!(store.audit_count("bob", 0, 49).unwrap(), 50);
}

fn the_audit_log_is_forgotten_from_its_beginning(place: &Place) {
    let (mut store, chain) = (place.open(), chain());
    // The clock went back once: rows behind the first that is young enough stay.
    let times = [10, 20, 30, 15, 40];
    for time in times {
        store.audit_append(&mut |last| chain.seal(last, entry("anna", time))).unwrap();
    }
    assert_eq!(store.audit_forget(10, &|link| chain.begin(link)).unwrap(), Progress::Done);
    assert_eq!(store.audit_ends().unwrap().beginning, None);
    assert_eq!(store.audit_forget(25, &|link| chain.begin(link)).unwrap(), Progress::Done);
    assert_eq!(store.audit_rows(0, 9).unwrap().iter().map(|r| r.seq).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(chain.verify(store.as_mut()).unwrap().seq, 5);
    assert_eq!(store.audit_forget(100, &|link| chain.begin(link)).unwrap(), Progress::Done);
    assert_eq!(store.audit_rows(0, 9).unwrap(), []);
    assert_eq!(chain.verify(store.as_mut()).unwrap().seq, 5);
    store.audit_append(&mut |last| chain.seal(last, entry("anna", 50))).unwrap();
    assert_eq!(chain.verify(store.as_mut()).unwrap().seq, 6);
}

fn four_may_start_at_once(place: &Place) {
    thread::scope(|scope| {
        for n in 0..4 {
            scope.spawn(move || place.open().keep(&[record(n, MIDNIGHT, &[1])]).unwrap());
        }
    });
    assert_eq!(place.open().stats().unwrap().records, 4);
}

fn readers_and_a_writer_do_not_disturb_each_other(place: &Place) {
    const BATCHES: u64 = 40;
    drop(place.open());
    thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let mut store = place.open();
            for batch in 0..BATCHES {
                let records: Vec<_> = (0..10).map(|n| record(10 * batch + n, MIDNIGHT, &[1, n])).collect();
                store.keep(&records).unwrap();
            }
        });
        let mut store = place.open();
        let mut last = 0;
        loop {
            let over = writer.is_finished();
            let seen = found(store.as_mut(), by_tokens(&[&[1]])).len();
            // A batch is there as a whole, and what is there stays.
            assert!(seen.is_multiple_of(10) && seen >= last, "{seen} {last}");
            last = seen;
            if over {
                break;
            }
        }
        assert_eq!(last as u64, 10 * BATCHES);
    });
}

fn batches_of_the_largest_size(place: &Place) {
    use mailgauge::report::Parties;
    let mut store = place.open();
    let mut records: Vec<_> = (0..999).map(|n| record(n, MIDNIGHT, &[n])).collect();
    let many: Vec<u64> = (0..Parties::MAX as u64 + 2).map(|n| 10_000 + n).collect();
    records.push(record(999, MIDNIGHT, &many));
    store.keep(&records).unwrap();
    assert_eq!(found(store.as_mut(), by_tokens(&[&[10_000], &[11_001]])), [999]);
    assert_eq!(forget_all_of(store.as_mut(), Day::of(MIDNIGHT)), 1000);
    assert_eq!(found(store.as_mut(), by_tokens(&[&[10_000]])), [0; 0]);
}
