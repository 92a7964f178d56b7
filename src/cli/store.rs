//! `store`: how the records are doing, and what the law wants done with them (GDPR Art. 15 and 17).

use super::lookup::text::Page;
use super::office::{Office, address, count};
use super::{Format, StoreVerb};
use crate::config::{Config, show_duration};
use crate::figures::human_bytes;
use crate::pseudonym::Address;
use crate::pseudonym::{Key, Origin};
use crate::report::Reference;
use crate::store::Subject;
use crate::store::audit::Deed;
use crate::store::desk::covered;
use crate::store::view::{RecordView, WindowView, rfc3339};
use crate::store::{self, By, Day, Kept, Probe, Progress, Query, Store, StoreError, Target};
use crate::system::seconds;
use anyhow::{Context, bail};
use std::io::{self, Write};
use std::process::ExitCode;

/// Records that are read at once.
const STEP: usize = 1000;

/// Opens the store of this configuration.
pub fn open(config: &Config) -> Result<Box<dyn Store>, StoreError> {
    match Target::of(config) {
        Some(target) => store::open(&target),
        None => Err(StoreError::Unusable("no records are kept here: [store] url is \"off\"".into())),
    }
}

pub fn run(verb: &StoreVerb) -> anyhow::Result<ExitCode> {
    let out = &mut io::stdout().lock();
    match verb {
        StoreVerb::Stats(config) => stats(&Office::new(config)?, out)?,
        StoreVerb::Prune { yes, ahead, config } => prune(&Office::new(config)?, *yes, *ahead, out)?,
        StoreVerb::Erase { subject, yes } => {
            let office = Office::new(&subject.config)?;
            let ticket = office.ticket(&subject.ticket)?;
            if !yes {
                bail!(
                    "every record of a mail from or to this address would be erased for ever, which --yes confirms; it is the record of \
                     the mail's other recipients, too"
                );
            }
            erase(&office, ticket, &address(&subject.address)?, out)?;
        }
        StoreVerb::Export { subject, format } => {
            let office = Office::new(&subject.config)?;
            let ticket = office.ticket(&subject.ticket)?;
            export(&office, ticket, &address(&subject.address)?, *format, out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn stats(office: &Office, out: &mut dyn Write) -> anyhow::Result<()> {
    let stats = office.store()?.stats()?;
    let retention = &office.config.settings.retention;
    writeln!(out, "records       {}", stats.records)?;
    if let Some((oldest, newest)) = stats.span {
        writeln!(out, "oldest        {}\nnewest        {}", rfc3339(oldest), rfc3339(newest))?;
    }
    writeln!(
        out,
        "size          {} ({} bytes) of {}",
        human_bytes(stats.bytes),
        stats.bytes,
        human_bytes(retention.max_bytes)
    )?;
    writeln!(out, "audit log     {}", count(stats.audit_rows, "row"))?;
    if stats.span.is_some_and(|(_, newest)| is_ahead(Day::of(newest), office.now)) {
        writeln!(
            out,
            "Some records are dated ahead of this machine's clock. If it is right, a clock was wrong when they were written, and they\n\
             stay until their date is past retention; `mailgauge store prune --ahead` forgets them."
        )?;
    }
    let (records, audit) = (show_duration(retention.records), show_duration(retention.audit));
    writeln!(out, "kept for      {records}; the audit log for {audit}")?;
    Ok(())
}

/// Whether no clock that is right can have written this day.
fn is_ahead(day: Day, now: i64) -> bool {
    day.0 > Day::of(now).0.saturating_add(1)
}

/// Forgets what is past retention: records, rows of the audit log, keys; and with `ahead` the records and keys of times to come.
fn prune(office: &Office, yes: bool, ahead: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let retention = &office.config.settings.retention;
    let mut store = office.store()?;
    if let Some(clock) = store.clock()?
        && office.now.saturating_sub(clock) > seconds(retention.records)
        && !yes
    {
        bail!(
            "the store was last in use at {}, and this machine's clock says {}: all records would be forgotten. If the clock is right, \
             --yes confirms it",
            rfc3339(clock),
            rfc3339(office.now)
        );
    }
    // How many it will be is known only afterwards.
    office.write_down(store.as_mut(), Deed::Prune, "", Subject::Nothing, 0)?;
    let first = retention.first_day(office.now);
    let mut records = 0;
    while let Some(day) = store.oldest_day()?.filter(|day| *day < first) {
        records += forget(store.as_mut(), day)?;
    }
    while let Some(day) = newest_day(store.as_mut())?.filter(|day| ahead && is_ahead(*day, office.now)) {
        records += forget(store.as_mut(), day)?;
    }
    let before = office.now.saturating_sub(seconds(retention.audit));
    let rows = store.stats()?.audit_rows;
    while office.desk.chain().forget(store.as_mut(), before)? == Progress::More {}
    let rows = rows - store.stats()?.audit_rows;
    let mut keys = 0;
    let mut past = office.files.expired(office.now, retention.records)?;
    if ahead {
        // The next period's key may be there already; none of those behind it.
        let far = |key: &Key| key.from().saturating_sub(office.now) > key.until().saturating_sub(key.from());
        past.extend(office.files.load()?.keys.into_iter().filter(|f| f.origin == Origin::Directory && far(&f.key)));
    }
    for file in past {
        office.files.destroy(file.key.id())?;
        keys += 1;
    }
    let (records, rows) = (count(records, "record"), count(rows, "row"));
    writeln!(out, "forgotten: {records}, {rows} of the audit log, {}", count(keys, "key"))?;
    Ok(())
}

fn newest_day(store: &mut dyn Store) -> Result<Option<Day>, StoreError> {
    Ok(store.stats()?.span.map(|(_, newest)| Day::of(newest)))
}

fn forget(store: &mut dyn Store, day: Day) -> anyhow::Result<u64> {
    let mut records = 0;
    loop {
        let (some, progress) = store.forget(day)?;
        records += some;
        if progress == Progress::Done {
            return Ok(records);
        }
    }
}

fn erase(office: &Office, ticket: &str, address: &Address, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut store = office.store()?;
    let subject = Person::new(office, store.as_mut(), address)?;
    let found = subject.each(store.as_mut(), STEP, |_| Ok(()))?;
    office.write_down(store.as_mut(), Deed::Erase, ticket, subject.about, found)?;
    let erased = store.erase(&subject.probes)?;
    writeln!(
        out,
        "erased: {}. The audit log keeps that it was done, with a token in place of the address.",
        count(erased, "record")
    )?;
    if subject.keys_missing {
        writeln!(out, "{KEYS_MISSING}")?;
    }
    Ok(())
}

const KEYS_MISSING: &str =
    "Some records are of a time whose key is gone: whether they are of this address, nobody can tell any more.";

fn export(office: &Office, ticket: &str, address: &Address, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut store = office.store()?;
    let subject = Person::new(office, store.as_mut(), address)?;
    let found = subject.each(store.as_mut(), STEP, |_| Ok(()))?;
    office.write_down(store.as_mut(), Deed::Export, ticket, subject.about, found)?;
    match format {
        Format::Json => {
            // In pieces: there may be many.
            out.write_all(b"{\"records\":[")?;
            let mut comma = "";
            subject.each(store.as_mut(), STEP, |kept| {
                write!(out, "{comma}\n{}", serde_json::to_string(&RecordView::of(kept))?)?;
                comma = ",";
                Ok(())
            })?;
            let (from, until) = subject.window;
            let window = serde_json::to_string(&WindowView { from: rfc3339(from), until: rfc3339(until) })?;
            writeln!(out, "\n],\"more\":false,\"window\":{window},\"keys_missing\":{}}}", subject.keys_missing)?;
        }
        Format::Text => {
            let page = Page::for_stdout();
            subject.each(store.as_mut(), STEP, |kept| Ok(writeln!(out, "{}", page.record(kept))?))?;
            writeln!(out, "{}.", count(found, "record"))?;
            if subject.keys_missing {
                writeln!(out, "{KEYS_MISSING}")?;
            }
        }
    }
    Ok(())
}

/// An address, and all that the store may have of it.
struct Person {
    /// As sender and as recipient, by every key.
    probes: Vec<Probe>,
    /// What the audit log says.
    about: Subject,
    /// From the first record to now.
    window: (i64, i64),
    keys_missing: bool,
}

impl Person {
    fn new(office: &Office, store: &mut dyn Store, address: &Address) -> anyhow::Result<Person> {
        let keys = office.desk.keyring().keys();
        let probes = keys
            .iter()
            .flat_map(|key| [key.sender(address), key.recipient(address)].map(|token| Probe::of(key, token)));
        let until = office.now.saturating_add(1);
        let from = store.oldest_day()?.map_or(office.now, |day| day.begins().min(office.now));
        Ok(Person {
            probes: probes.collect(),
            about: office
                .desk
                .keyring()
                .at(office.now)
                .map_or(Subject::Nothing, |key| Subject::One(key.recipient(address))),
            window: (from, until),
            keys_missing: !covered(&keys, from, office.now),
        })
    }

    /// Calls `each` with every record, the newest first. The number of them.
    fn each(
        &self,
        store: &mut dyn Store,
        step: usize,
        mut each: impl FnMut(&Kept) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let (from, mut until) = self.window;
        let (mut limit, mut count) = (step, 0);
        // The records of the second in which the last step ended.
        let mut seen: Vec<Reference> = Vec::new();
        if self.probes.is_empty() {
            return Ok(0);
        }
        loop {
            let by = By::Tokens(vec![self.probes.clone()]);
            let found = store.find(&Query { from, until, by, limit }).context("the store cannot be read")?;
            for kept in found.iter().filter(|kept| !seen.contains(&kept.reference)) {
                each(kept)?;
                count += 1;
            }
            let Some(last) = found.last().filter(|_| found.len() == limit) else { return Ok(count) };
            // A step that one second fills does not get any further: the next one must be larger.
            limit = if last.time + 1 == until { limit * 2 } else { step };
            seen = found.iter().filter(|kept| kept.time == last.time).map(|kept| kept.reference).collect();
            until = last.time + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::office::tests::{NOW, mail, office};
    use super::*;
    use crate::store::audit::Entry;

    const DAY: i64 = 86_400;

    fn jan() -> Address {
        Address::parse(b"jan@example.org").unwrap()
    }

    fn text(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn last(memory: &crate::store::memory::Memory) -> Entry {
        memory.contents().rows.last().unwrap().entry.clone()
    }

    #[test]
    fn an_export_has_what_was_sent_and_received() {
        let (office, memory, _dir) = office();
        mail(&office, &memory, 1, NOW - 60, "jan@example.org", "anna@example.net");
        mail(&office, &memory, 2, NOW - 30, "anna@example.net", "jan@example.org");
        mail(&office, &memory, 3, NOW - 10, "anna@example.net", "piet@example.org");
        let json = text(|out| export(&office, "INC-1", &jan(), Format::Json, out));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let references: Vec<_> = json["records"].as_array().unwrap().iter().map(|r| r["reference"].clone()).collect();
        assert_eq!(references, [2, 1].map(|n| Reference::from_bits(n).to_string()));
        assert_eq!((&json["more"], &json["keys_missing"]), (&false.into(), &false.into()));
        let entry = last(&memory);
        assert_eq!((entry.deed, entry.ticket.as_str(), entry.rows), (Deed::Export, "INC-1", 2));
        assert!(matches!(entry.subject, Subject::One(_)));
        let shown = text(|out| export(&office, "INC-1", &jan(), Format::Text, out));
        assert!(shown.ends_with("\n2 records.\n"), "{shown}");
        // Of nobody, an empty one.
        let nobody = Address::parse(b"nobody@example.org").unwrap();
        let json = text(|out| export(&office, "INC-1", &nobody, Format::Json, out));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["records"], serde_json::json!([]));
    }

    #[test]
    fn each_record_comes_once_however_many_are_read_at_once() {
        let (office, memory, _dir) = office();
        // Many of one second among others.
        for number in 0..40 {
            let time = NOW - 100 + if (10..30).contains(&number) { 10 } else { number as i64 };
            mail(&office, &memory, number, time, "jan@example.org", "jan@example.org");
        }
        let mut store = office.store().unwrap();
        let subject = Person::new(&office, store.as_mut(), &jan()).unwrap();
        for step in [1, 2, 3, 7, 20, 39, 40, 41] {
            let mut seen = Vec::new();
            let count = subject.each(store.as_mut(), step, |kept| {
                seen.push((kept.time, kept.reference.bits()));
                Ok(())
            });
            assert_eq!(count.unwrap(), 40, "{step}");
            assert!(seen.is_sorted_by(|a, b| a.0 >= b.0));
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 40, "{step}");
        }
    }

    #[test]
    fn what_is_erased_is_gone_and_the_rest_stays() {
        let (office, memory, _dir) = office();
        mail(&office, &memory, 1, NOW - 60, "jan@example.org", "anna@example.net");
        mail(&office, &memory, 2, NOW - 30, "anna@example.net", "jan@example.org");
        mail(&office, &memory, 3, NOW - 10, "anna@example.net", "piet@example.org");
        memory.contents().audit_fails = true;
        assert!(erase(&office, "INC-1", &jan(), &mut Vec::new()).is_err());
        assert_eq!(memory.contents().records.len(), 3);
        memory.contents().audit_fails = false;
        let told = text(|out| erase(&office, "INC-1", &jan(), out));
        assert!(told.starts_with("erased: 2 records. "), "{told}");
        assert!(!told.contains("jan"), "{told}");
        let left: Vec<_> = memory.contents().records.iter().map(|r| r.kept.reference.bits()).collect();
        assert_eq!(left, [3]);
        assert_eq!((last(&memory).deed, last(&memory).rows), (Deed::Erase, 2));
    }

    #[test]
    fn records_whose_key_is_gone_are_told_of() {
        let (office, memory, _dir) = office();
        mail(&office, &memory, 1, NOW - 20 * DAY, "jan@example.org", "anna@example.net");
        let told = text(|out| erase(&office, "INC-1", &jan(), out));
        assert!(told.contains("erased: 0 records") && told.contains(KEYS_MISSING), "{told}");
    }

    #[test]
    fn what_is_past_retention_is_forgotten() {
        let (office, memory, _dir) = office();
        for (number, days) in [(1, 40), (2, 31), (3, 29), (4, 0)] {
            mail(&office, &memory, number, NOW - days * DAY, "jan@example.org", "anna@example.net");
        }
        let retention = &office.config.settings.retention;
        office.files.ensure(NOW - 100 * DAY).unwrap();
        assert_eq!(retention.records.as_secs() as i64, 30 * DAY);
        let told = text(|out| prune(&office, false, false, out));
        assert_eq!(told, "forgotten: 2 records, 0 rows of the audit log, 1 key\n");
        assert_eq!(memory.contents().records.len(), 2);
        assert_eq!(office.files.load().unwrap().keys.len(), 1);
        assert_eq!(last(&memory).deed, Deed::Prune);
        let told = text(|out| stats(&office, out));
        assert!(told.contains("records       2\n") && told.contains("audit log     1 row\n"), "{told}");
    }

    #[test]
    fn what_a_clock_that_was_ahead_has_dated_is_told_and_forgotten_when_asked_for() {
        let (office, memory, _dir) = office();
        for (number, days) in [(1, 1), (2, 0), (3, -2), (4, -3650)] {
            mail(&office, &memory, number, NOW - days * DAY, "jan@example.org", "anna@example.net");
        }
        // Those of November and December, and one that a clock in 2036 has made.
        office.files.ensure(NOW + 20 * DAY).unwrap();
        office.files.ensure(NOW + 3650 * DAY).unwrap();
        let keys = office.files.load().unwrap().keys.len();
        assert!(text(|out| stats(&office, out)).contains("store prune --ahead"));
        assert_eq!(
            text(|out| prune(&office, false, false, out)),
            "forgotten: 0 records, 0 rows of the audit log, 0 keys\n"
        );
        let told = text(|out| prune(&office, false, true, out));
        assert!(told.starts_with("forgotten: 2 records, 0 rows of the audit log, "), "{told}");
        let left: Vec<_> = memory.contents().records.iter().map(|r| r.kept.reference.bits()).collect();
        assert_eq!(left, [1, 2]);
        let left = office.files.load().unwrap().keys;
        assert!(left.len() < keys && left.iter().all(|file| file.key.from() < NOW + 40 * DAY), "{}", left.len());
        assert!(
            office.desk.keyring().at(NOW).is_some() && left.iter().any(|f| f.key.from() <= NOW && NOW < f.key.until())
        );
        assert!(!text(|out| stats(&office, out)).contains("--ahead"));
    }

    #[test]
    fn a_clock_far_ahead_forgets_nothing_unless_it_is_meant() {
        let (office, memory, _dir) = office();
        mail(&office, &memory, 1, NOW - 40 * DAY, "jan@example.org", "anna@example.net");
        memory.contents().clock = Some(NOW - 39 * DAY);
        let refused = prune(&office, false, false, &mut Vec::new()).unwrap_err().to_string();
        assert!(refused.contains("2026-10-07T12:00:00Z") && refused.contains("--yes"), "{refused}");
        assert_eq!(memory.contents().records.len(), 1);
        assert!(memory.contents().rows.is_empty());
        prune(&office, true, false, &mut Vec::new()).unwrap();
        assert!(memory.contents().records.is_empty());
    }

    #[test]
    fn hostile_strings_in_every_argument_have_no_effect() {
        let all: Vec<String> = crate::hostile::strings().collect();
        let mut erased = 0;
        for some in all.chunks(200) {
            let (office, memory, _dir) = office();
            mail(&office, &memory, 1, NOW - 60, "jan@example.org", "anna@example.net");
            for text in some {
                if let Err(error) = office.ticket(text) {
                    let said = format!("{error:#}");
                    assert!(!said.contains(crate::hostile::MARK), "{text:?}: {said}");
                }
                match address(text) {
                    Err(error) => assert!(!format!("{error:#}").contains(crate::hostile::MARK), "{text:?}: {error:#}"),
                    Ok(address) => {
                        let told = self::text(|out| erase(&office, "INC-1", &address, out))
                            + &self::text(|out| export(&office, "INC-1", &address, Format::Json, out));
                        assert!(told.starts_with("erased: 0 records. "), "{text:?}: {told}");
                        assert!(told.contains("{\"records\":[\n],"), "{text:?}: {told}");
                        assert!(!told.contains(crate::hostile::MARK), "{text:?}: {told}");
                        erased += 1;
                    }
                }
            }
            assert_eq!(memory.contents().records.len(), 1);
        }
        assert!(erased > 1000, "{erased}");
    }
}
