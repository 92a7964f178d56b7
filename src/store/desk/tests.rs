use super::*;
use crate::pseudonym::KeyId;
use crate::report::testing::record;
use crate::store::memory::Memory;
use crate::store::{Day, NewRecord};

const NOW: i64 = 1_000 * Day::SECONDS;
const HOUR: i64 = 3600;
const MONTH: Duration = Duration::from_secs(30 * Day::SECONDS as u64);

/// A desk whose keys change twenty days before now, with a store.
fn desk() -> (Desk, Memory) {
    let key = |id, from, until| Key::new(KeyId(id), from, until, &[id as u8; Key::SECRET]);
    let changed = NOW - 20 * Day::SECONDS;
    let keyring = Keyring::new(vec![key(1, changed - 20 * Day::SECONDS, changed), key(2, changed, NOW + Day::SECONDS)]);
    let memory = Memory::default();
    (Desk::new(memory.opener(), Arc::new(keyring), Chain::new(&[7; Chain::KEY])), memory)
}

fn address(text: &str) -> Address {
    Address::parse(text.as_bytes()).unwrap()
}

/// Puts a mail from anna to jan into the store.
fn mail(desk: &Desk, memory: &Memory, number: u64, time: i64) -> Reference {
    let mut kept = Kept::of(&record(vec![]));
    (kept.reference, kept.time, kept.queue_id) = (Reference::from_bits(number), time, None);
    let key = desk.keyring().at(time);
    let id = MessageId::parse(format!("<{number}@example.org>").as_bytes()).unwrap();
    let tokens = key.map(|key| {
        vec![key.sender(&address("anna@example.net")), key.recipient(&address("jan@example.org")), key.message_id(&id)]
    });
    memory.contents().records.push(NewRecord { kept, tokens: tokens.unwrap_or_default() });
    Reference::from_bits(number)
}

fn request(question: Question) -> Request {
    let worker = Worker { name: "kees".into(), role: Role::Helpdesk, via: Via::Page };
    Request { worker, ticket: "INC-1".into(), question, since: None }
}

fn to_jan() -> Request {
    request(Question::Recipient(address("jan@example.org")))
}

fn look(desk: &Desk, request: &Request) -> Result<Answer, Refusal> {
    desk.look_up(&Rules::default(), MONTH, request, NOW)
}

fn references(answer: &Answer) -> Vec<Reference> {
    answer.records.iter().map(|kept| kept.reference).collect()
}

#[test]
fn each_key_finds_the_mail_and_nothing_else_does() {
    let (desk, memory) = desk();
    let mail = mail(&desk, &memory, 77, NOW - HOUR);
    memory.contents().records[0].kept.queue_id = QueueId::parse(b"4TxY6W1k2Jz9");
    let found = |question| references(&look(&desk, &request(question)).unwrap());
    let id = |text: &[u8]| Question::MessageId(MessageId::parse(text).unwrap());
    let both = |sender, recipient| Question::Both { sender: address(sender), recipient: address(recipient) };
    for question in [
        Question::Reference(mail),
        Question::QueueId(QueueId::parse(b"4TxY6W1k2Jz9").unwrap()),
        id(b"<77@example.org>"),
        Question::Sender(address("Anna+x@EXAMPLE.net")),
        Question::Recipient(address("<jan@example.org>")),
        both("anna@example.net", "jan@example.org"),
    ] {
        assert_eq!(found(question), [mail]);
    }
    for question in [
        Question::Reference(Reference::from_bits(78)),
        Question::QueueId(QueueId::parse(b"4TxY6W1k2Jz8").unwrap()),
        id(b"<78@example.org>"),
        // The roles are apart.
        Question::Sender(address("jan@example.org")),
        Question::Recipient(address("anna@example.net")),
        Question::Recipient(address("*@example.org")),
        both("jan@example.org", "anna@example.net"),
        both("anna@example.net", "piet@example.org"),
    ] {
        assert_eq!(found(question), []);
    }
}

#[test]
fn each_look_is_written_down() {
    let (desk, memory) = desk();
    mail(&desk, &memory, 1, NOW - HOUR);
    look(&desk, &to_jan()).unwrap();
    look(&desk, &request(Question::Reference(Reference::from_bits(9)))).unwrap();
    let entries: Vec<Entry> = memory.contents().rows.iter().map(|row| row.entry.clone()).collect();
    let jan = desk.keyring().at(NOW).unwrap().recipient(&address("jan@example.org"));
    assert_eq!(
        entries[0],
        Entry {
            time: NOW,
            worker: "kees".into(),
            role: Role::Helpdesk,
            via: Via::Page,
            ticket: "INC-1".into(),
            deed: Deed::LookupRecipient,
            subject: Subject::One(jan),
            rows: 1,
        }
    );
    let about = Subject::Reference(Reference::from_bits(9));
    assert_eq!((entries[1].deed, entries[1].subject, entries[1].rows), (Deed::LookupReference, about, 0));
    assert!(desk.chain().verify(&mut memory.clone()).is_ok());
}

#[test]
fn a_look_up_by_sender_and_recipient_is_about_both() {
    let (desk, memory) = desk();
    let (sender, recipient) = (address("shop@example.com"), address("jan@example.org"));
    let key = desk.keyring().at(NOW).unwrap();
    let about = Subject::Both { recipient: key.recipient(&recipient), sender: key.sender(&sender) };
    look(&desk, &request(Question::Both { sender, recipient })).unwrap();
    assert_eq!(memory.contents().rows[0].entry.subject, about);
}

#[test]
fn without_a_ticket_nothing_is_shown() {
    let (desk, memory) = desk();
    mail(&desk, &memory, 1, NOW - HOUR);
    for none in ["", "  "] {
        assert!(matches!(look(&desk, &Request { ticket: none.into(), ..to_jan() }), Err(Refusal::NoTicket)));
    }
    for wrong in ["x", "two words", "INC-1\nINC-2"] {
        assert!(matches!(look(&desk, &Request { ticket: wrong.into(), ..to_jan() }), Err(Refusal::Ticket(_))));
    }
    assert!(memory.contents().rows.is_empty());
    look(&desk, &Request { ticket: " INC-1 ".into(), ..to_jan() }).unwrap();
    assert_eq!(memory.contents().rows[0].entry.ticket, "INC-1");
}

#[test]
fn an_auditor_does_not_look() {
    let (desk, memory) = desk();
    for (role, may) in [(Role::Helpdesk, true), (Role::Auditor, false), (Role::Admin, true)] {
        let mut request = to_jan();
        request.worker.role = role;
        assert_eq!(look(&desk, &request).is_ok(), may, "{role}");
    }
    assert_eq!(memory.contents().rows.len(), 2);
}

#[test]
fn a_worker_has_so_many_looks_in_ten_minutes() {
    let (desk, memory) = desk();
    let rules = Rules { rate_limit: 3, ..Rules::default() };
    let look = |name: &str, now| {
        let mut request = to_jan();
        request.worker.name = name.into();
        desk.look_up(&rules, MONTH, &request, now).map(drop)
    };
    for _ in 0..3 {
        look("kees", NOW).unwrap();
    }
    let refused = look("kees", NOW + 600);
    assert!(matches!(refused, Err(Refusal::Rate(3))), "{refused:?}");
    // A refused one is no look, and another worker has his own.
    look("truus", NOW + 600).unwrap();
    look("kees", NOW + 601).unwrap();
    assert_eq!(memory.contents().rows.len(), 5);
}

#[test]
fn what_cannot_be_written_down_is_not_shown() {
    let (desk, memory) = desk();
    mail(&desk, &memory, 1, NOW - HOUR);
    memory.contents().audit_fails = true;
    let refused = look(&desk, &to_jan());
    assert!(matches!(refused, Err(Refusal::Audit(_))), "{refused:?}");
    // And goes on when the store is well again.
    memory.contents().audit_fails = false;
    assert_eq!(look(&desk, &to_jan()).unwrap().records.len(), 1);
}

#[test]
fn at_most_fifty_rows_the_newest_first() {
    let (desk, memory) = desk();
    let put = |number: u64| mail(&desk, &memory, number, NOW - HOUR + number as i64);
    for number in 0..50 {
        put(number);
    }
    let answer = look(&desk, &to_jan()).unwrap();
    assert_eq!((answer.records.len(), answer.more), (50, false));
    let newest = put(50);
    let answer = look(&desk, &to_jan()).unwrap();
    assert_eq!((answer.records.len(), answer.more, answer.records[0].reference), (50, true, newest));
    assert!(answer.records.is_sorted_by(|a, b| a.time > b.time));
    assert_eq!(memory.contents().rows[1].entry.rows, 50);
}

#[test]
fn the_window_is_what_was_asked_and_at_most_the_retention() {
    let (desk, memory) = desk();
    let now = mail(&desk, &memory, 1, NOW);
    let three_days = mail(&desk, &memory, 2, NOW - 3 * Day::SECONDS);
    let old = mail(&desk, &memory, 3, NOW - 25 * Day::SECONDS);
    // Not forgotten yet, and not shown any more.
    let past = mail(&desk, &memory, 4, NOW - 31 * Day::SECONDS);
    let look = |question, since| look(&desk, &Request { since, ..request(question) }).unwrap();
    let jan = |days: Option<u64>| {
        let since = days.map(|days| Duration::from_secs(days * Day::SECONDS as u64));
        look(Question::Recipient(address("jan@example.org")), since)
    };
    assert_eq!(references(&jan(None)), [now]);
    assert_eq!(references(&jan(Some(4))), [now, three_days]);
    // Under two keys.
    let all = jan(Some(10_000));
    assert_eq!(references(&all), [now, three_days, old]);
    assert_eq!(all.window, (NOW - 30 * Day::SECONDS, NOW + 1));
    assert_eq!(references(&look(Question::Reference(past), Some(Duration::MAX))), []);
}

#[test]
fn a_window_without_a_key_is_told_of() {
    let (desk, memory) = desk();
    mail(&desk, &memory, 1, NOW - 25 * Day::SECONDS);
    let missing = |question, days: u64, desk: &Desk| {
        let since = Some(Duration::from_secs(days * Day::SECONDS as u64));
        look(desk, &Request { since, ..request(question) }).unwrap().keys_missing
    };
    let jan = || Question::Recipient(address("jan@example.org"));
    assert!(!missing(jan(), 2, &desk) && !missing(jan(), 30, &desk));

    // The older one was destroyed.
    let newer = Key::new(KeyId(2), NOW - 20 * Day::SECONDS, NOW + Day::SECONDS, &[2; Key::SECRET]);
    desk.keyring().replace(vec![newer]);
    assert!(!missing(jan(), 19, &desk) && missing(jan(), 21, &desk));
    // The reference needs none.
    assert!(!missing(Question::Reference(Reference::from_bits(1)), 30, &desk));

    desk.keyring().replace(vec![]);
    assert!(missing(jan(), 2, &desk));
    let found = look(&desk, &request(Question::Reference(mail(&desk, &memory, 5, NOW)))).unwrap();
    assert_eq!(found.records.len(), 1);
}

#[test]
fn a_store_that_fails_once_is_opened_again() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let (_, memory) = desk();
    let opened = Arc::new(AtomicU32::new(0));
    let count = opened.clone();
    let open: Open = Box::new(move || match count.fetch_add(1, Ordering::Relaxed) {
        0 => Err(StoreError::Unavailable("it is down".into())),
        _ => Ok(Box::new(memory.clone())),
    });
    let desk = Desk::new(open, Arc::default(), Chain::new(&[7; Chain::KEY]));
    assert!(matches!(look(&desk, &to_jan()), Err(Refusal::Store(_))));
    for _ in 0..3 {
        look(&desk, &to_jan()).unwrap();
    }
    assert_eq!(opened.load(Ordering::Relaxed), 2);
}

#[test]
fn a_mail_that_ends_under_the_next_key_is_found() {
    let (desk, memory) = desk();
    let changed = NOW - 20 * Day::SECONDS;
    // It began before the change, and its tokens are of the key of then.
    let mail = mail(&desk, &memory, 5, changed - 1);
    memory.contents().records[0].kept.time = changed + HOUR;
    let request = Request { since: Some(MONTH), ..to_jan() };
    assert_eq!(references(&look(&desk, &request).unwrap()), [mail]);
}

#[test]
fn a_log_that_got_shorter_refuses_the_look() {
    let (desk, memory) = desk();
    look(&desk, &to_jan()).unwrap();
    look(&desk, &to_jan()).unwrap();
    *memory.contents() = crate::store::memory::Contents::default();
    assert!(matches!(look(&desk, &to_jan()), Err(Refusal::Audit(StoreError::Unusable(_)))));
}
