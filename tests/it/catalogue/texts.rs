//! The texts of the catalogue: whole, plain, and fit to be read out.

use mailgauge::catalogue::{self, Entry, Group, Language, Level};
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
        let all = texts(e).map(|(_, text)| text).join(" ") + e.title + e.rfc + e.title_nl + e.tell_nl;
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

/// Titles that are a name, the same in every language.
const ONLY_A_NAME: &[&str] = &["tnef-attachment"];

#[test]
fn dutch_is_there_for_every_finding() {
    for_each(|e| {
        let mut wrong = Vec::new();
        for (field, english, dutch) in in_dutch(e) {
            let only_a_name = field == "title" && ONLY_A_NAME.contains(&e.id);
            if dutch.is_empty()
                || (english == dutch) != only_a_name
                || dutch.trim() != dutch
                || dutch.contains("  ")
                || dutch.starts_with(char::is_lowercase) != only_a_name
            {
                wrong.push(format!("{}: {field} is not in Dutch: {dutch}", e.id));
            }
            if end_mark(english) != end_mark(dutch) {
                wrong.push(format!("{}: {field} ends in another way: {dutch}", e.id));
            }
        }
        wrong
    });
}

/// A digit that is lost turns 7-Zip into a zip, and a limit into another.
#[test]
fn dutch_has_the_numbers_of_the_english() {
    for_each(|e| {
        let differ = in_dutch(e).into_iter().filter(|(_, english, dutch)| numbers(english) != numbers(dutch));
        differ.map(|(field, _, dutch)| format!("{}: {field} has other numbers: {dutch}", e.id)).collect()
    });
}

/// Words of English that have no place in the Dutch.
const ENGLISH: &[&str] =
    &["the", "and", "with", "this", "that", "mail", "please", "sender", "file", "name", "not", "may", "from", "to"];

/// The same in Dutch: what nobody at the other end of the telephone knows.
const DUTCH_JARGON: &[&str] = &["kop", "kopregel", "kopregels", "codering", "tekenset", "scheidingsregel", "nulbytes"];

#[test]
fn dutch_is_plain_and_short() {
    for_each(|e| {
        let mut wrong = Vec::new();
        for (field, _, dutch) in in_dutch(e) {
            let words = dutch.to_lowercase();
            let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
            let unfit: &[&[&str]] = if field == "tell" { &[ENGLISH, JARGON, DUTCH_JARGON] } else { &[ENGLISH] };
            let unfit = unfit.iter().copied().flatten().filter(|word| words.contains(word));
            wrong.extend(unfit.map(|word| format!("{}: {field} says \"{word}\"", e.id)));
        }
        if e.title_nl.chars().count() > 60 || e.tell_nl.split(". ").count() > 2 || e.tell_nl.chars().count() > 260 {
            wrong.push(format!("{}: too long to be read out", e.id));
        }
        wrong
    });
}

/// Field, English text, Dutch text.
fn in_dutch(e: &Entry) -> [(&'static str, &'static str, &'static str); 2] {
    use Language::{Dutch, English};
    [("title", e.title_in(English), e.title_in(Dutch)), ("tell", e.tell_in(English), e.tell_in(Dutch))]
}

fn end_mark(text: &str) -> Option<char> {
    text.chars().last().filter(|c| ".?!:;,".contains(*c))
}

fn numbers(text: &str) -> Vec<&str> {
    let mut numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).collect();
    numbers.sort_unstable();
    numbers
}
