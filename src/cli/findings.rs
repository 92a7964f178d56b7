//! `list` and `explain`: the catalogue for people.

use super::terminal::{Paint, width, wrap};
use super::{Format, complain};
use crate::catalogue::{self, Entry, Group};
use crate::config::nearest;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// A finding without its check.
#[derive(Serialize)]
struct Listed {
    id: &'static str,
    level: &'static str,
    group: &'static str,
    since: &'static str,
    title: &'static str,
    what: &'static str,
    why: &'static str,
    tell: &'static str,
    fix: &'static str,
    misses: &'static str,
    rfc: &'static str,
}

pub fn list(format: Format) -> anyhow::Result<ExitCode> {
    let out = match format {
        Format::Json => {
            let all: Vec<_> = catalogue::all().map(listed).collect();
            serde_json::to_string_pretty(&all)? + "\n"
        }
        Format::Text => table(Paint::for_stdout()),
    };
    io::stdout().write_all(out.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Explains each id; a comma behind it, as the tag has it, does not matter.
pub fn explain(ids: &[String]) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let mut unknown = false;
    let mut gap = "";
    for id in ids.iter().flat_map(|ids| ids.split(',')).map(str::trim).filter(|id| !id.is_empty()) {
        match catalogue::find(id) {
            Some(entry) => {
                write!(out, "{gap}{}", page(entry, Paint::for_stdout(), width()))?;
                gap = "\n\n";
            }
            None if let Some((_, why)) = catalogue::LEFT_OUT.iter().find(|(left_out, _)| *left_out == id) => {
                unknown = true;
                complain(&format!("there is no finding `{id}`, on purpose: {why}"));
            }
            None => {
                unknown = true;
                let hint = hint(id);
                complain(&format!(
                    "there is no finding `{}`{hint}\n`mailgauge list` shows every id",
                    id.escape_debug()
                ));
            }
        }
    }
    Ok(if unknown { ExitCode::from(super::COULD_NOT) } else { ExitCode::SUCCESS })
}

/// Ids that may have been meant: a few that hold what was typed, or the one that looks most like it.
fn hint(typed: &str) -> String {
    const SHOWN: usize = 5;
    let lower = typed.to_lowercase();
    let holding: Vec<_> =
        catalogue::all().map(|e| e.id).filter(|id| lower.len() > 2 && id.contains(&lower)).take(SHOWN + 1).collect();
    let meant = match nearest(typed, catalogue::all().map(|e| e.id)) {
        _ if (1..=SHOWN).contains(&holding.len()) => holding,
        near => near.into_iter().collect(),
    };
    match meant.as_slice() {
        [] => String::new(),
        [one] => format!("; did you mean `{one}`?"),
        many => format!("; did you mean one of `{}`?", many.join("`, `")),
    }
}

fn listed(entry: &'static Entry) -> Listed {
    let Entry { id, since, group, level, title, title_nl: _, what, why, tell, tell_nl: _, fix, misses, rfc, check: _ } =
        entry;
    Listed { id, level: level.name(), group: group.name(), since, title, what, why, tell, fix, misses, rfc }
}

fn table(paint: Paint) -> String {
    let mut out = String::new();
    let id_width = catalogue::all().map(|e| e.id.len()).max().unwrap_or(0);
    for &group in Group::ALL {
        let mut entries = catalogue::all().filter(|e| e.group == group).peekable();
        if entries.peek().is_none() {
            continue;
        }
        let gap = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{gap}{}", paint.bold(group.name()));
        for entry in entries {
            let level = paint.level(Some(entry.level), &format!("{:<7}", entry.level));
            let _ = writeln!(out, "  {:<id_width$}  {level}  {}", entry.id, entry.title);
        }
    }
    out
}

/// The page of `explain`.
fn page(entry: &Entry, paint: Paint, width: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint.bold(&wrap(entry.title, "", width)));
    let _ = writeln!(
        out,
        "{} · {} · {} · since {}",
        entry.id,
        paint.level(Some(entry.level), entry.level.name()),
        entry.group,
        entry.since
    );
    let quote = format!("“{}”", entry.tell);
    for (head, text) in [
        ("What was seen", entry.what),
        ("Why it matters", entry.why),
        ("Tell the user", quote.as_str()),
        ("Who has to fix it", entry.fix),
        ("What this does not see", entry.misses),
        ("Source", entry.rfc),
    ] {
        if !text.is_empty() {
            let _ = writeln!(out, "\n{}\n{}", paint.bold(head), wrap(text, "  ", width));
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::catalogue::{Check, Level};

    pub static SAMPLE: Entry = Entry {
        id: "zip-truncated",
        since: "0.1.0",
        group: Group::Content,
        level: Level::Warning,
        title: "The ZIP file ends too early",
        title_nl: "",
        what: "A ZIP archive has its table of contents at its end, and this one has none: the end of the file is missing.",
        why: "Most programs refuse to open it.",
        tell: "The file was cut off before it was sent. Please ask for it again.",
        tell_nl: "",
        fix: "The sender.",
        misses: "",
        rfc: "APPNOTE.TXT 4.3.16",
        check: Check::Message(|_, _| true),
    };

    #[test]
    fn what_may_have_been_meant() {
        assert_eq!(hint("OLE-truncated"), "; did you mean `content-ole-truncated`?");
        assert_eq!(hint("mime-boundry-unclosed"), "; did you mean `mime-boundary-unclosed`?");
        assert_eq!(hint("no-such-finding-at-all"), "");
        assert!(hint("double").contains("`name-double-extension`"));
    }

    #[test]
    fn a_page_worth_reading() {
        insta::assert_snapshot!(page(&SAMPLE, Paint::none(), 60));
    }
}
