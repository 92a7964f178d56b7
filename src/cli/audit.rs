//! `audit`: who looked, and whether the log is as it was written.

use super::office::{Office, WHO, count, key_files, since};
use super::terminal::harmless;
use super::{AuditVerb, ConfigArg, Format};
use crate::store::Store;
use crate::store::Subject;
use crate::store::audit::{Broken, Chain, Deed, Link, Row, VerifyError};
use crate::store::view::{RowView, rfc3339};
use crate::system::seconds;
use anyhow::{Context, ensure};
use std::io::{self, Write};
use std::process::ExitCode;

/// Rows that are read at once.
const STEP: usize = 1000;

/// The log is not as it was written.
const BROKEN: u8 = 1;

pub fn run(verb: &AuditVerb) -> anyhow::Result<ExitCode> {
    let out = &mut io::stdout().lock();
    match verb {
        AuditVerb::List { since: back, worker, format, config } => {
            let office = Office::new(config)?;
            let from = office.now.saturating_sub(seconds(since(back)?));
            list(&office, &Wanted { from, worker: worker.as_deref() }, *format, out)?;
            Ok(ExitCode::SUCCESS)
        }
        AuditVerb::Verify { expect, config } => verify_here(config, expect.as_deref(), out),
    }
}

/// Rows that are asked for.
struct Wanted<'a> {
    /// The first second.
    from: i64,
    worker: Option<&'a str>,
}

impl Wanted<'_> {
    fn fits(&self, row: &Row) -> bool {
        row.entry.time >= self.from && self.worker.is_none_or(|worker| worker == row.entry.worker)
    }

    /// Calls `each` with these rows, of those up to the number `last`. The number of them.
    fn each(
        &self,
        store: &mut dyn Store,
        last: i64,
        mut each: impl FnMut(&Row) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let mut next = store.audit_ends()?.beginning.map_or(1, |fixed| fixed.link.seq + 1);
        let mut count = 0;
        loop {
            let rows = store.audit_rows(next, STEP).context("the audit log cannot be read")?;
            let Some(end) = rows.last().map(|row| row.seq) else { return Ok(count) };
            for row in rows.iter().filter(|row| row.seq <= last && self.fits(row)) {
                each(row)?;
                count += 1;
            }
            next = end + 1;
        }
    }
}

fn list(office: &Office, wanted: &Wanted<'_>, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut store = office.store()?;
    // What is written down here is about the rows up to now.
    let last = store.audit_ends()?.head.map_or(0, |head| head.link.seq);
    let found = wanted.each(store.as_mut(), last, |_| Ok(()))?;
    office.write_down(store.as_mut(), Deed::AuditRead, "", Subject::Nothing, found)?;
    match format {
        Format::Json => {
            // In pieces: there may be many.
            out.write_all(b"[")?;
            let mut comma = "";
            wanted.each(store.as_mut(), last, |row| {
                write!(out, "{comma}\n{}", serde_json::to_string(&RowView::of(row))?)?;
                comma = ",";
                Ok(())
            })?;
            out.write_all(b"\n]\n")?;
        }
        Format::Text => {
            wanted.each(store.as_mut(), last, |row| Ok(writeln!(out, "{}", line(row))?))?;
            writeln!(out, "{}", count(found, "row"))?;
        }
    }
    Ok(())
}

fn line(row: &Row) -> String {
    let entry = &row.entry;
    let (worker, ticket) = (harmless(&entry.worker), harmless(&entry.ticket));
    let of = if entry.subject.is_nothing() { String::new() } else { format!("  of {}", entry.subject) };
    let ticket = if ticket.is_empty() { "-" } else { &ticket };
    format!(
        "{:>6}  {}  {worker} ({}, {})  {ticket}  {}  {}{of}",
        row.seq,
        rfc3339(entry.time),
        entry.role,
        entry.via,
        entry.deed,
        count(entry.rows.into(), "record"),
    )
}

fn verify_here(config: &ConfigArg, expect: Option<&str>, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let expected = expect.map(expected).transpose()?;
    let files = key_files(&config.load()?);
    // A new one would fit no log.
    ensure!(files.audit_key().context(WHO)?.is_some(), "the key of the audit log, audit.key, is not there: restore it");
    let office = Office::new(config)?;
    let mut store = office.store()?;
    match verify(office.desk.chain(), store.as_mut(), expected.as_ref()) {
        Ok(text) => {
            out.write_all(text.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => match error.downcast::<Broken>() {
            Ok(broken) => {
                writeln!(out, "THE AUDIT LOG IS NOT AS IT WAS WRITTEN: {broken}")?;
                Ok(ExitCode::from(BROKEN))
            }
            Err(error) => Err(error),
        },
    }
}

/// A row and its seal that were noted down.
struct Expected {
    seq: i64,
    seal: String,
}

fn expected(text: &str) -> anyhow::Result<Expected> {
    let read = || {
        let (seq, seal) = text.split_once(':')?;
        let whole = seal.len() == 64 && seal.bytes().all(|b| b.is_ascii_hexdigit());
        whole.then_some(Expected { seq: seq.trim().parse().ok()?, seal: seal.to_lowercase() })
    };
    read().with_context(|| {
        format!("--expect {text:?}: write number and seal of a row as `audit verify` prints them, 17:0a1b...")
    })
}

/// Checks a log, and says what it is. The error is [`Broken`] where it is not as it was written.
fn verify(chain: &Chain, store: &mut dyn Store, expected: Option<&Expected>) -> anyhow::Result<String> {
    let head = match chain.verify(store) {
        Ok(head) => head,
        Err(VerifyError::Broken(broken)) => return Err(broken.into()),
        Err(VerifyError::Store(error)) => return Err(error.into()),
    };
    let beginning = store.audit_ends()?.beginning.map_or(Link::START, |fixed| fixed.link);
    let compared = match expected {
        Some(expected) => compare(store, beginning, head, expected)?,
        None => "",
    };
    let rows = u64::try_from(head.seq - beginning.seq).unwrap_or(0);
    if head.seq == 0 {
        return Ok("the audit log is empty\n".into());
    }
    let mut time = |seq| anyhow::Ok(store.audit_rows(seq, 1)?.first().map(|row| rfc3339(row.entry.time)));
    let mut text = format!("the audit log is as it was written: {}{compared}\n", count(rows, "row"));
    for (name, seq) in [("first", beginning.seq + 1), ("last", head.seq)] {
        if let Some(time) = time(seq)? {
            text += &format!("{name}  row {seq} of {time}\n");
        }
    }
    let seal = head.seal;
    text += &format!("note down, to compare with later: --expect {}:{seal}\n", head.seq);
    Ok(text)
}

fn compare(store: &mut dyn Store, beginning: Link, head: Link, expected: &Expected) -> anyhow::Result<&'static str> {
    let seq = expected.seq;
    if seq > head.seq {
        return Err(Broken::CutOff { found: head.seq, head: seq }.into());
    }
    let seal = match seq {
        seq if seq < beginning.seq || seq < 1 => {
            anyhow::bail!("row {seq} was forgotten when its time was over: compare with a later one")
        }
        seq if seq == beginning.seq => beginning.seal,
        seq => store.audit_rows(seq, 1)?.first().filter(|row| row.seq == seq).ok_or(Broken::Missing(seq))?.seal,
    };
    if seal.to_string() != expected.seal {
        return Err(Broken::Changed(seq).into());
    }
    Ok(", and the row noted down is in it")
}

#[cfg(test)]
mod tests {
    use super::super::office::tests::{NOW, office};
    use super::*;
    use serde_json::Value;

    fn listed(office: &Office, wanted: &Wanted<'_>) -> Vec<Value> {
        let mut out = Vec::new();
        list(office, wanted, Format::Json, &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    fn log(rows: u64) -> (Office, crate::store::memory::Memory, tempfile::TempDir) {
        let (office, memory, dir) = office();
        for number in 0..rows {
            office.write_down(&mut memory.clone(), Deed::Export, "INC-1", Subject::Nothing, number).unwrap();
        }
        (office, memory, dir)
    }

    #[test]
    fn reading_is_written_down_and_not_in_what_is_read() {
        let (office, memory, _dir) = log(3);
        let all = Wanted { from: 0, worker: None };
        let rows = listed(&office, &all);
        assert_eq!(rows.iter().map(|row| row["row"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(rows[1]["deed"], "export");
        assert_eq!(rows[1]["time"], "2026-11-15T12:00:00Z");
        assert_eq!(rows[1]["seal"].as_str().unwrap().len(), 64);
        let last = memory.contents().rows.last().unwrap().entry.clone();
        assert_eq!((last.deed, last.rows), (Deed::AuditRead, 3));

        assert_eq!(listed(&office, &Wanted { worker: Some("kees"), ..all }).len(), 4);
        assert!(listed(&office, &Wanted { worker: Some("truus"), from: 0 }).is_empty());
        assert!(listed(&office, &Wanted { from: NOW + 1, worker: None }).is_empty());

        memory.contents().audit_fails = true;
        let mut out = Vec::new();
        assert!(list(&office, &Wanted { from: 0, worker: None }, Format::Text, &mut out).is_err());
        assert!(out.is_empty());
    }

    #[test]
    fn a_row_is_a_line() {
        let (office, memory, _dir) = log(1);
        let mut row = memory.contents().rows[0].clone();
        assert_eq!(line(&row), "     1  2026-11-15T12:00:00Z  kees (admin, cli)  INC-1  export  0 records");
        row.entry.worker = "a\nb".into();
        row.entry.ticket.clear();
        assert!(!line(&row).contains('\n') && line(&row).contains("  -  export"));
        drop(office);
    }

    #[test]
    fn a_log_in_order_is_said_to_be_with_a_seal_to_note_down() {
        let (office, memory, _dir) = log(5);
        let check = |expected: Option<&Expected>| verify(office.desk.chain(), &mut memory.clone(), expected);
        let text = check(None).unwrap();
        assert!(text.starts_with("the audit log is as it was written: 5 rows\nfirst  row 1 of 2026-11-15"), "{text}");
        let noted = expected(text.trim_end().rsplit("--expect ").next().unwrap()).unwrap();
        assert_eq!(noted.seq, 5);
        office.write_down(&mut memory.clone(), Deed::Prune, "", Subject::Nothing, 0).unwrap();
        assert!(check(Some(&noted)).unwrap().contains("the row noted down is in it"));

        // An older copy of the whole log was put back, and it went on from there.
        let (other, copy, _dir2) = log(0);
        let changed = verify(other.desk.chain(), &mut copy.clone(), Some(&noted)).unwrap_err();
        assert_eq!(changed.downcast::<Broken>().unwrap(), Broken::CutOff { found: 0, head: 5 });
        for number in 0..6 {
            other.write_down(&mut copy.clone(), Deed::Erase, "INC-1", Subject::Nothing, number).unwrap();
        }
        let changed = verify(other.desk.chain(), &mut copy.clone(), Some(&noted)).unwrap_err();
        assert_eq!(changed.downcast::<Broken>().unwrap(), Broken::Changed(5));
    }

    #[test]
    fn a_changed_row_is_found() {
        let (office, memory, _dir) = log(3);
        memory.contents().rows[1].entry.rows = 77;
        let error = verify(office.desk.chain(), &mut memory.clone(), None).unwrap_err();
        assert_eq!(error.downcast::<Broken>().unwrap(), Broken::Changed(2));
    }

    #[test]
    fn a_forgotten_row_can_be_compared_only_at_the_beginning() {
        let (mut office, memory, _dir) = log(0);
        for _ in 0..3 {
            office.now += 1;
            office.write_down(&mut memory.clone(), Deed::Prune, "", Subject::Nothing, 0).unwrap();
        }
        let seal = |at: usize| memory.contents().rows[at].seal.to_string();
        let (first, second) = (Expected { seq: 1, seal: seal(0) }, Expected { seq: 2, seal: seal(1) });
        let begin = |link| office.desk.chain().begin(link);
        assert_eq!(memory.clone().audit_forget(office.now, &begin).unwrap(), crate::store::Progress::Done);
        let check = |expected| verify(office.desk.chain(), &mut memory.clone(), Some(expected));
        assert!(check(&second).unwrap().contains("1 row, and the row noted down is in it"));
        assert!(check(&first).unwrap_err().downcast_ref::<Broken>().is_none());
    }

    #[test]
    fn what_is_noted_down_is_read_back() {
        let seal = "0A".repeat(32);
        assert_eq!(expected(&format!("17:{seal}")).map(|e| (e.seq, e.seal)).unwrap(), (17, seal.to_lowercase()));
        for wrong in ["17", "17:", "x:00", &format!("17:{}g", &seal[1..]), &format!("x:{seal}")] {
            assert!(expected(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hostile_strings_in_every_argument_have_no_effect() {
        let (office, _memory, _dir) = log(1);
        for text in crate::hostile::strings() {
            // Looked for, and not found; read without writing it down each time.
            let wanted = Wanted { from: 0, worker: Some(&text) };
            let mut store = office.store().unwrap();
            assert_eq!(wanted.each(store.as_mut(), i64::MAX, |_| Ok(())).unwrap(), 0, "{text:?}");
            for error in [since(&text).err(), expected(&text).err()] {
                let said = format!("{:#}", error.unwrap_or_else(|| panic!("{text:?} was taken")));
                assert!(crate::hostile::is_harmless(&said), "{text:?}: {said}");
            }
        }
    }

    #[test]
    fn hostile_names_and_tickets_are_shown_as_text() {
        let (office, memory, _dir) = log(1);
        let row = memory.contents().rows[0].clone();
        for text in crate::hostile::strings() {
            let mut row = row.clone();
            (row.entry.worker, row.entry.ticket) = (text.clone(), text);
            assert!(crate::hostile::is_harmless(&line(&row)), "{:?}", line(&row));
        }
        drop(office);
    }
}
