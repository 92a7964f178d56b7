//! Fills a store with made-up records and measures it on the way: `made_records sqlite:FILE|postgres://... [RECORDS]`.
//!
//! Records come in the order of time over 29 days, as they would. After each tenth, and with the store as large as it is then: the rate at which
//! batches of 1,000 are kept, and the time of a look-up by recipient over 48 hours and over the whole time.

use mailgauge::pseudonym::{Address, Key, KeyId};
use mailgauge::report::{QueueId, Reference};
use mailgauge::store::{By, Kept, NewRecord, Probe, Query, Store, Target, open};
use std::time::{Duration, Instant};

/// People who send and get mail; some get much more than others.
const PEOPLE: u64 = 20_000;
const DAYS: i64 = 29;
const BATCH: u64 = 1000;
const LOOKUPS: u64 = 1000;

/// What a mail with a PDF and a finding leaves.
const TEMPLATE: &str = r#"{"reference":"WB9F-YFJE-3G54","queue_id":"4TxY6W1k2Jz9","time":0,"direction":"inbound","ending":"measured",
"action":"tag","level":"notice","wire_bytes":48213,"header_bytes":3122,"declared_size":48211,"recipients":1,"attachments":1,
"attachment_bytes":30211,"parts_total":4,"parts":[
{"index":0,"role":"container","declared":"multipart/mixed","detected":"unknown","extension":"none","decoded_bytes":44100,"encryption":"no"},
{"index":1,"role":"body","declared":"text/plain","detected":"text","extension":"none","decoded_bytes":1200,"encryption":"no"},
{"index":2,"role":"attachment","declared":"application/pdf","detected":"pdf","extension":"pdf","decoded_bytes":30211,"encryption":"no"}],
"findings":[{"id":"size-near-own-limit","part":null}],"scan_us":180}"#;

/// A fast generator of numbers that look random (Steele, Lea and Flood: SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A person; the square makes the first ones get more.
    fn person(&mut self) -> u64 {
        let a = self.next() % PEOPLE;
        a * (self.next() % PEOPLE) / PEOPLE
    }
}

fn address(person: u64) -> Address {
    Address::parse(format!("person{person}@example.org").as_bytes()).expect("an address")
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

fn measure(store: &mut dyn Store, key: &Key, numbers: &mut Numbers, from: i64, until: i64) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..LOOKUPS)
        .map(|_| {
            let token = key.recipient(&address(numbers.person()));
            let by = By::Tokens(vec![vec![Probe { from: key.from(), until: key.until(), token }]]);
            let begun = Instant::now();
            store.find(&Query { from, until, by, limit: 51 }).expect("a look-up");
            begun.elapsed()
        })
        .collect();
    (percentile(&mut times, 50), percentile(&mut times, 99))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (place, records) = match arguments.as_slice() {
        [place] => (place, 1_000_000),
        [place, records] => (place, records.parse().expect("a number of records")),
        _ => panic!("usage: made_records sqlite:FILE|postgres://... [RECORDS]"),
    };
    let target = match place.strip_prefix("sqlite:") {
        Some(file) => Target::Sqlite(file.into()),
        None => Target::Postgres { url: place.clone(), password_file: None, ca_file: None },
    };
    let mut store = open(&target).expect("the store opens");
    let begin = 1_795_000_000i64 / 86_400 * 86_400;
    let end = begin + DAYS * 86_400;
    let key = Key::new(KeyId(1), begin, end, &[7; Key::SECRET]);
    let template: Kept = serde_json::from_str(TEMPLATE).expect("a record");
    let mut numbers = Numbers(1);

    println!(
        "{:>12} {:>12} {:>10} {:>21} {:>21}",
        "records", "records/s", "MiB", "48 h, p50 / p99 ms", "29 days, p50 / p99 ms"
    );
    let mut kept = 0u64;
    let tenth = (records / 10).max(BATCH);
    let mut spent = Duration::ZERO;
    let mut since = 0u64;
    while kept < records {
        let batch: Vec<NewRecord> = (kept..records.min(kept + BATCH))
            .map(|n| {
                let mut record = template.clone();
                record.time = begin + (i128::from(n) * i128::from(end - begin) / i128::from(records)) as i64;
                record.reference = Reference::from_bits(numbers.next());
                record.queue_id = QueueId::parse(format!("4T{:012X}", numbers.next() & 0xFFFF_FFFF_FFFF).as_bytes());
                let (sender, recipient) = (numbers.person(), numbers.person());
                let id = mailgauge::pseudonym::MessageId::parse(format!("{n}@example.org").as_bytes()).expect("an id");
                let tokens =
                    vec![key.sender(&address(sender)), key.recipient(&address(recipient)), key.message_id(&id)];
                NewRecord { kept: record, tokens }
            })
            .collect();
        let begun = Instant::now();
        store.keep(&batch).expect("a batch is kept");
        spent += begun.elapsed();
        kept += batch.len() as u64;
        since += batch.len() as u64;
        if since >= tenth || kept == records {
            let newest = batch.last().map_or(begin, |r| r.kept.time);
            let (short50, short99) = measure(store.as_mut(), &key, &mut numbers, newest - 48 * 3600, newest + 1);
            let (long50, long99) = measure(store.as_mut(), &key, &mut numbers, begin, newest + 1);
            let ms = |time: Duration| time.as_secs_f64() * 1000.0;
            println!(
                "{kept:>12} {:>12.0} {:>10} {:>10.2} / {:>8.2} {:>10.2} / {:>8.2}",
                since as f64 / spent.as_secs_f64(),
                store.bytes().expect("a size") >> 20,
                ms(short50),
                ms(short99),
                ms(long50),
                ms(long99),
            );
            (spent, since) = (Duration::ZERO, 0);
        }
    }
}
