//! The stores against a naive one, in a list.

use super::*;
use proptest::prelude::*;

/// What can be done to a store.
#[derive(Clone, Debug)]
enum Deed {
    Keep(Vec<(u64, i64, Vec<u64>, Option<u8>)>),
    Find(By, i64, i64, usize),
    Forget(i64),
    Erase(Vec<Probe>),
}

fn time() -> impl Strategy<Value = i64> {
    // Few seconds and few days, so that they meet.
    (0..4i64, prop_oneof![0..3i64, Just(Day::SECONDS - 1)])
        .prop_map(|(day, second)| MIDNIGHT + day * Day::SECONDS + second)
}

fn probes() -> impl Strategy<Value = Vec<Probe>> {
    let probe = (0..5u64, time(), time()).prop_map(|(number, from, until)| Probe { from, until, token: token(number) });
    proptest::collection::vec(prop_oneof![probe, (0..5u64).prop_map(probe_of_all_time)], 0..4)
}

fn probe_of_all_time(number: u64) -> Probe {
    probe(number)
}

fn letter(n: u8) -> QueueId {
    QueueId::parse(&[b'A' + n]).unwrap()
}

fn deed() -> impl Strategy<Value = Deed> {
    let record = (0..12u64, time(), proptest::collection::btree_set(0..5u64, 0..4), proptest::option::of(0..3u8))
        .prop_map(|(n, time, tokens, queue)| (n, time, tokens.into_iter().collect(), queue));
    let by = prop_oneof![
        (0..12u64).prop_map(|n| By::Reference(Reference::from_bits(n))),
        (0..3u8).prop_map(|n| By::QueueId(letter(n))),
        proptest::collection::vec(probes(), 1..3).prop_map(By::Tokens),
    ];
    let limit = prop_oneof![0..4usize, Just(100)];
    prop_oneof![
        3 => proptest::collection::vec(record, 0..8).prop_map(Deed::Keep),
        4 => (by, time(), time(), limit).prop_map(|(by, from, until, limit)| Deed::Find(by, from, until, limit)),
        1 => time().prop_map(Deed::Forget),
        1 => probes().prop_map(Deed::Erase),
    ]
}

#[derive(Default)]
struct Model(Vec<NewRecord>);

fn has(record: &NewRecord, probes: &[Probe]) -> bool {
    let holds =
        |p: &Probe| p.from <= record.kept.time && record.kept.time < p.until && record.tokens.contains(&p.token);
    probes.iter().any(holds)
}

impl Model {
    fn keep(&mut self, records: Vec<NewRecord>) {
        for new in records {
            let same = |r: &NewRecord| r.kept.reference == new.kept.reference && r.kept.day() == new.kept.day();
            if !self.0.iter().any(same) {
                self.0.push(new);
            }
        }
    }

    fn find(&self, by: &By, from: i64, until: i64, limit: usize) -> Vec<Kept> {
        let fits = |r: &&NewRecord| {
            from <= r.kept.time
                && r.kept.time < until
                && match by {
                    By::Reference(reference) => r.kept.reference == *reference,
                    By::QueueId(id) => r.kept.queue_id == Some(*id),
                    By::Tokens(lists) => lists.iter().all(|list| has(r, list)),
                }
        };
        // The last one kept first, and then by time: the sort is stable.
        let mut found: Vec<Kept> = self.0.iter().rev().filter(fits).map(|r| r.kept.clone()).collect();
        found.sort_by_key(|kept| std::cmp::Reverse(kept.time));
        found.truncate(limit);
        found
    }

    fn remove(&mut self, gone: impl Fn(&NewRecord) -> bool) -> u64 {
        let before = self.0.len();
        self.0.retain(|record| !gone(record));
        (before - self.0.len()) as u64
    }
}

fn compare(store: &mut dyn Store, deeds: &[Deed]) -> Result<(), TestCaseError> {
    let mut model = Model::default();
    for deed in deeds {
        match deed.clone() {
            Deed::Keep(records) => {
                let records: Vec<_> = records
                    .into_iter()
                    .map(|(n, time, tokens, queue)| {
                        let mut record = record(n, time, &tokens);
                        record.kept.queue_id = queue.map(letter);
                        record
                    })
                    .collect();
                store.keep(&records).unwrap();
                model.keep(records);
            }
            Deed::Find(by, from, until, limit) => {
                let found = store.find(&Query { from, until, by: by.clone(), limit }).unwrap();
                prop_assert_eq!(found, model.find(&by, from, until, limit));
            }
            Deed::Forget(time) => {
                let day = Day::of(time);
                prop_assert_eq!(forget_all_of(store, day), model.remove(|r| r.kept.day() == day));
            }
            Deed::Erase(probes) => {
                prop_assert_eq!(store.erase(&probes).unwrap(), model.remove(|r| has(r, &probes)));
            }
        }
        prop_assert_eq!(store.oldest_day().unwrap(), model.0.iter().map(|r| r.kept.day()).min());
        prop_assert_eq!(store.stats().unwrap().records, model.0.len() as u64);
    }
    // Nothing is left behind that could be found.
    for number in 0..5 {
        let by = by_tokens(&[&[number]]);
        let found = store.find(&Query { from: i64::MIN, until: i64::MAX, by: by.clone(), limit: 1000 }).unwrap();
        prop_assert_eq!(found, model.find(&by, i64::MIN, i64::MAX, 1000));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn sqlite_does_as_the_model(deeds in proptest::collection::vec(deed(), 1..25)) {
        let place = Place::sqlite();
        compare(place.open().as_mut(), &deeds)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn postgres_does_as_the_model(deeds in proptest::collection::vec(deed(), 1..25)) {
        if let Some(place) = Place::postgres() {
            compare(place.open().as_mut(), &deeds)?;
        }
    }
}
