use super::*;
use crate::pseudonym::Token;
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
        subject: Subject::One(Token::from([3; Token::BYTES])),
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
        ("no subject", |row| row.entry.subject = Subject::Nothing),
        ("subject", |row| row.entry.subject = Subject::One(Token::from([4; Token::BYTES]))),
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
                7 => entry.subject = Subject::One(Token::from([bit as u8; Token::BYTES])),
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
