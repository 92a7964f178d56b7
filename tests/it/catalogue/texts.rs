//! The texts of the catalogue: whole, plain, and fit to be read out.

use mailgauge::catalogue::{self, Entry, Group, Level};
use std::collections::BTreeSet;

fn texts(e: &Entry) -> [(&'static str, &'static str); 5] {
    [("what", e.what), ("why", e.why), ("tell", e.tell), ("fix", e.fix), ("misses", e.misses)]
}

fn for_each(check: impl Fn(&'static Entry) -> Vec<String>) {
    let wrong: Vec<String> = catalogue::all().flat_map(check).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let ids: Vec<&str> = catalogue::all().map(|e| e.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for id in ids {
        let kebab = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(id.split('-').all(kebab), "{id}");
        assert_eq!(catalogue::find(id).map(|e| e.id), Some(id));
    }
    assert!(catalogue::find("no-such-finding").is_none());
}

#[test]
fn findings_stand_in_the_order_of_their_groups() {
    let groups: Vec<Group> = catalogue::all().map(|e| e.group).collect();
    assert!(groups.is_sorted());
    assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), Group::ALL.len(), "a group without a finding");
    assert_eq!(catalogue::all().map(|e| e.level).collect::<BTreeSet<_>>().len(), Level::ALL.len());
}

#[test]
fn texts_are_whole_sentences() {
    for_each(|e| {
        let mut wrong = Vec::new();
        for (field, text) in texts(e) {
            if !text.ends_with('.')
                || text.trim() != text
                || text.contains("  ")
                || !text.starts_with(char::is_uppercase)
            {
                wrong.push(format!("{}: {field} is no whole sentence: {text}", e.id));
            }
        }
        if e.title.is_empty()
            || e.title.ends_with('.')
            || e.title.len() > 60
            || e.rfc.is_empty()
            || e.rfc.ends_with('.')
        {
            wrong.push(format!("{}: title and source are short and without a full stop", e.id));
        }
        if e.since.split('.').filter(|n| n.parse::<u32>().is_ok()).count() != 3 {
            wrong.push(format!("{}: since is no version", e.id));
        }
        wrong
    });
}

#[test]
fn nothing_is_left_to_be_done() {
    for_each(|e| {
        let all = texts(e).map(|(_, text)| text).join(" ") + e.title + e.rfc;
        let upper = all.to_uppercase();
        let marks = ["TODO", "FIXME", "XXX", "TBD", "???", "LOREM"];
        marks.iter().filter(|m| upper.contains(**m)).map(|m| format!("{}: {m}", e.id)).collect()
    });
}

/// Nobody at the other end of the telephone knows these words.
const JARGON: &[&str] = &[
    "mime",
    "base64",
    "header",
    "multipart",
    "boundary",
    "rfc",
    "encoding",
    "encoded",
    "charset",
    "utf",
    "8bit",
    "smtp",
    "envelope",
    "padding",
    "content-",
    "parameter",
    "bytes",
    "octet",
    "milter",
    "tnef",
    "byte",
];

#[test]
fn what_is_told_is_plain_and_short() {
    for_each(|e| {
        let sentences = e.tell.split(". ").count();
        let words = e.tell.to_lowercase();
        let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        let jargon = JARGON.iter().filter(|j| words.iter().any(|w| w == *j || (j.ends_with('-') && w.starts_with(*j))));
        let mut wrong: Vec<String> = jargon.map(|j| format!("{}: nobody knows \"{j}\"", e.id)).collect();
        if sentences > 2 || e.tell.len() > 260 {
            wrong.push(format!("{}: too long to be read out", e.id));
        }
        wrong
    });
}

#[test]
fn somebody_has_to_act_or_nobody() {
    for_each(|e| {
        let who = ["The sender", "The administrator", "Our mail administrator", "The recipient", "Nobody"];
        if who.iter().any(|w| e.fix.starts_with(w)) { vec![] } else { vec![format!("{}: who? {}", e.id, e.fix)] }
    });
}
