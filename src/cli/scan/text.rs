//! What was found in a message, for people at a terminal. Numbers and names from closed lists only.

use super::super::terminal::{Paint, harmless, wrap};
use super::Scanned;
use super::tally::Tally;
use crate::catalogue::Level;
use crate::figures::human_bytes;
use crate::policy::{Decision, Verdict};
use crate::scan::names::{Disposition, Encoding, Encryption, Extension, Family, FileKind};
use crate::scan::{Facts, Part};
use std::fmt::Write as _;
use std::time::Duration;

/// Parts shown; a message with more says how many there are.
const PARTS_SHOWN: usize = 50;
/// Findings shown of one id in one message; more are counted.
const PLACES_SHOWN: usize = 8;

/// The page of one message.
pub fn message(scanned: &Scanned<'_>, paint: Paint, width: usize) -> String {
    let facts = &scanned.facts;
    let mut out = String::new();
    let word = scanned.level().map_or("clean", |level| level.name());
    let _ = writeln!(out, "{}  {}", paint.bold(&harmless(scanned.path)), paint.level(scanned.level(), word));
    let _ = writeln!(out, "  {}\n", sizes(facts));
    tree(&mut out, facts, paint);
    findings(&mut out, scanned, paint, width);
    verdict(&mut out, scanned, paint, width);
    out
}

/// How many messages have which level.
pub fn summary(tally: &Tally, paint: Paint) -> String {
    let counts: Vec<_> = tally
        .levels()
        .map(|(level, count)| paint.level(level, &format!("{count} {}", level.map_or("clean", |level| level.name()))))
        .collect();
    format!(
        "{}: {}\n",
        count(tally.messages, "message"),
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    )
}

/// The table of `--summary`: findings, the gravest and most frequent first, and totals.
pub fn table(tally: &Tally, took: Duration, paint: Paint) -> String {
    let mut out = String::new();
    let findings = tally.findings();
    let width = findings.iter().map(|(entry, ..)| entry.id.len()).max().unwrap_or(0);
    for (entry, level, messages) in &findings {
        let level = paint.level(Some(*level), &format!("{level:<7}"));
        let share = 100.0 * tally.share(*messages);
        let _ = writeln!(out, "{level}  {:<width$}  {messages:>9}  {share:>5.1} %", entry.id);
    }
    if !findings.is_empty() {
        out.push('\n');
    }
    out.push_str(&summary(tally, paint));
    let seconds = took.as_secs_f64();
    let rate = human_bytes((tally.wire_bytes as f64 / seconds.max(1e-9)) as u64);
    let _ = writeln!(
        out,
        "{} in {}, {} of {}; {seconds:.1} s, {rate}/s, {:.0} messages/s",
        human_bytes(tally.wire_bytes),
        count(tally.parts, "part"),
        count(tally.attachments, "attachment"),
        human_bytes(tally.attachment_bytes),
        tally.messages as f64 / seconds.max(1e-9),
    );
    if tally.unread > 0 {
        let _ = writeln!(out, "{} could not be read", count(tally.unread, "file"));
    }
    out
}

fn sizes(facts: &Facts) -> String {
    let mut text = format!(
        "{} on the wire: header {}, body {}; {}",
        human_bytes(facts.wire_bytes),
        human_bytes(facts.header_bytes),
        human_bytes(facts.body_bytes),
        count(facts.parts_total, "part"),
    );
    if facts.attachments > 0 {
        let _ = write!(
            text,
            ", {} of {}",
            count(facts.attachments.into(), "attachment"),
            human_bytes(facts.attachment_bytes)
        );
    }
    text
}

fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// The parts as a tree, one line each: index, declared type, what the bytes are, decoded size, the rest.
fn tree(out: &mut String, facts: &Facts, paint: Paint) {
    let shown = &facts.parts[..facts.parts.len().min(PARTS_SHOWN)];
    let branches = branches(shown);
    let labels: Vec<_> = shown.iter().zip(&branches).map(|(part, branch)| format!("{branch}{}", label(part))).collect();
    let label_width = labels.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    let index_width = shown.len().saturating_sub(1).to_string().len();
    for (index, (part, label)) in shown.iter().zip(&labels).enumerate() {
        let kind = if contains_parts(part) { "" } else { part.detected.name() };
        let line = format!(
            "{label:<label_width$}  {kind:<10}  {:>10}  {}",
            human_bytes(part.decoded_bytes),
            paint.faint(&remarks(part).join(", "))
        );
        let _ = writeln!(out, "  {} {}", paint.faint(&format!("{index:>index_width$}")), line.trim_end());
    }
    let hidden = facts.parts_total.saturating_sub(shown.len() as u64);
    if hidden > 0 {
        let _ = writeln!(out, "  {}", paint.faint(&format!("and {} more", count(hidden, "part"))));
    }
}

/// The declared type, with the extension of the file name.
fn label(part: &Part) -> String {
    match part.extension {
        Extension::None => part.declared.name().to_owned(),
        Extension::Other => format!("{} (.?)", part.declared),
        known => format!("{} (.{known})", part.declared),
    }
}

fn contains_parts(part: &Part) -> bool {
    part.declared.name().starts_with("multipart/")
}

fn remarks(part: &Part) -> Vec<&'static str> {
    let mut remarks = Vec::new();
    if part.attachment {
        remarks.push("attachment");
    } else if part.disposition == Disposition::Inline {
        remarks.push("inline");
    }
    if !matches!(part.encoding, Encoding::SevenBit | Encoding::Undeclared) {
        remarks.push(if part.encoding == Encoding::Unknown { "unknown encoding" } else { part.encoding.name() });
    }
    let (declared, detected) = (part.declared.family(), part.detected.family());
    let comparable =
        !contains_parts(part) && !matches!(part.detected, FileKind::Empty | FileKind::Unknown | FileKind::Text);
    // Much that has a kind of its own is rightly called text: HTML, XML, calendars.
    if comparable && declared != Family::Any && declared != Family::Text && declared != detected {
        remarks.push("not what it says");
    }
    match part.encryption {
        Encryption::No => {}
        Encryption::Some => remarks.push("partly encrypted"),
        Encryption::All => remarks.push("encrypted"),
        Encryption::Unknown => remarks.push("encryption unknown"),
    }
    remarks
}

/// The lines in front of each part: `├─ `, `└─ `, `│  `.
fn branches(parts: &[Part]) -> Vec<String> {
    let mut last_child = vec![None; parts.len()];
    for (index, part) in parts.iter().enumerate() {
        if let Some(parent) = part.parent.and_then(|p| last_child.get_mut(usize::from(p))) {
            *parent = Some(index);
        }
    }
    let is_last = |index: usize| {
        let parent = parts[index].parent.map(usize::from);
        parent.and_then(|p| last_child.get(p).copied().flatten()) == Some(index)
    };
    // A part begins after its parent, so the parent's lines are known already.
    let mut under: Vec<String> = Vec::with_capacity(parts.len());
    let mut own = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        match part.parent.and_then(|p| under.get(usize::from(p))).cloned() {
            Some(above) => {
                let last = is_last(index);
                own.push(format!("{above}{}", if last { "└─ " } else { "├─ " }));
                under.push(format!("{above}{}", if last { "   " } else { "│  " }));
            }
            None => {
                own.push(String::new());
                under.push(String::new());
            }
        }
    }
    own
}

/// The findings: the gravest first, one paragraph an id, with the parts it was found in.
fn findings(out: &mut String, scanned: &Scanned<'_>, paint: Paint, width: usize) {
    let mut seen: Vec<(&'static crate::catalogue::Entry, Level, Vec<u16>)> = Vec::new();
    for finding in &scanned.findings {
        match seen.iter_mut().find(|(entry, ..)| entry.id == finding.entry.id) {
            Some((.., places)) => places.extend(finding.part),
            None => seen.push((finding.entry, finding.level, finding.part.into_iter().collect())),
        }
    }
    seen.sort_by_key(|(_, level, _)| std::cmp::Reverse(*level));
    for (entry, level, places) in seen {
        let places = match places.as_slice() {
            [] => String::new(),
            [one] => format!("  part {one}"),
            many => {
                let named: Vec<_> = many.iter().take(PLACES_SHOWN).map(u16::to_string).collect();
                let more = if many.len() > PLACES_SHOWN { ", ..." } else { "" };
                format!("  parts {}{more}", named.join(", "))
            }
        };
        let level = paint.level(Some(level), &format!("{level:<7}"));
        let _ = writeln!(out, "\n  {level}  {}{}", entry.id, paint.faint(&places));
        let _ = writeln!(out, "{}", paint.bold(&wrap(entry.title, "           ", width)));
        if !entry.tell.is_empty() {
            let _ = writeln!(out, "{}", wrap(&format!("Tell the user: “{}”", entry.tell), "           ", width));
        }
    }
    if !scanned.facts.limits.is_empty() {
        let text = "A bound of the scanner was reached, so counts are lower bounds.";
        let _ = writeln!(out, "\n{}", paint.faint(&wrap(text, "  ", width)));
    }
}

/// What the policy makes of it, if that is more than a tag.
fn verdict(out: &mut String, scanned: &Scanned<'_>, paint: Paint, width: usize) {
    let told = |decision: Decision| {
        let because = decision.because().map_or_else(String::new, |entry| format!(", because of {}", entry.id));
        format!("{}{because}", decision.action())
    };
    let Verdict { done, would, .. } = scanned.verdict;
    if done.measure.is_none() && would.is_none() {
        return;
    }
    let mut lines = vec![format!("policy: {}", told(done))];
    lines.extend(would.map(|would| format!("on trial: {}", told(would))));
    out.push('\n');
    for line in lines {
        let _ = writeln!(out, "  {}", paint.bold(&line));
    }
    if let Some(reply) = &scanned.reply {
        let _ = writeln!(out, "{}", wrap(&format!("{} {} {}", reply.code, reply.enhanced, reply.text), "    ", width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Check, Entry, Finding, Group};
    use crate::scan::names::MediaType;

    fn part(parent: Option<u16>, declared: MediaType, detected: FileKind, extension: Extension, bytes: u64) -> Part {
        Part {
            parent,
            depth: 0,
            declared,
            detected,
            extension,
            encoding: if extension == Extension::None { Encoding::SevenBit } else { Encoding::Base64 },
            charset: crate::scan::charset::Charset::None,
            disposition: Disposition::None,
            attachment: extension != Extension::None,
            header_bytes: 100,
            encoded_bytes: bytes,
            decoded_bytes: bytes,
            data_uri_bytes: 0,
            name: Default::default(),
            coding: Default::default(),
            text: Default::default(),
            structure: Default::default(),
            ambiguity: Default::default(),
            content: Default::default(),
            damage: Default::default(),
            encryption: Encryption::No,
            holds: Default::default(),
        }
    }

    static ENTRY: Entry = Entry {
        id: "program-in-disguise",
        since: "0.1.0",
        group: Group::Type,
        level: Level::Error,
        title: "A program calls itself a document",
        title_nl: "",
        what: "",
        why: "",
        tell: "The attachment is not what its name says. Please do not open it, and ask the sender what it is.",
        tell_nl: "",
        fix: "",
        misses: "",
        rfc: "",
        check: Check::Message(|_, _| true),
    };

    #[test]
    fn a_page_for_people() {
        let mut facts =
            Facts { wire_bytes: 36_000_000, header_bytes: 2_150, body_bytes: 35_997_850, ..Facts::default() };
        facts.parts = vec![
            part(None, MediaType::MultipartMixed, FileKind::Unknown, Extension::None, 35_000_000),
            part(Some(0), MediaType::MultipartAlternative, FileKind::Unknown, Extension::None, 5_000),
            part(Some(1), MediaType::TextPlain, FileKind::Text, Extension::None, 1_000),
            part(Some(1), MediaType::TextHtml, FileKind::Html, Extension::None, 4_000),
            part(Some(0), MediaType::Pdf, FileKind::Pe, Extension::Pdf, 26_214_400),
            part(Some(0), MediaType::MessageRfc822, FileKind::Message, Extension::None, 700),
            part(Some(5), MediaType::TextPlain, FileKind::Empty, Extension::None, 0),
        ];
        facts.parts_total = 7;
        facts.attachments = 1;
        facts.attachment_bytes = 26_214_400;
        let findings = vec![Finding::new(&ENTRY, Some(4))];
        let scanned = Scanned {
            path: "invoice.eml",
            facts,
            findings,
            verdict: Verdict { level: Some(Level::Error), ..Verdict::default() },
            reply: None,
        };
        let shown = message(&scanned, Paint::none(), 80);
        insta::assert_snapshot!(shown);
        assert!(shown.lines().all(|line| line.chars().count() <= 100 && line.trim_end() == line));
    }

    #[test]
    fn a_summary_of_many() {
        let mut tally = super::super::tally::tests::tally(&[
            &["date-invalid"],
            &[],
            &["header-raw-8bit", "date-invalid"],
            &["mime-truncated"],
        ]);
        tally.unread = 1;
        assert_eq!(summary(&tally, Paint::none()), "4 messages: 1 clean, 2 warning, 1 error\n");
        insta::assert_snapshot!(table(&tally, Duration::from_millis(500), Paint::none()));
        assert_eq!(summary(&Tally::default(), Paint::none()), "0 messages: none\n");
    }
}
