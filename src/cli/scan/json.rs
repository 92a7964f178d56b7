//! One JSON object a message, or one for all. The names of the keys are a promise; new ones may come.

use super::Scanned;
use super::tally::Tally;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Serialize)]
pub struct Message<'a> {
    path: &'a str,
    wire_bytes: u64,
    header_bytes: u64,
    body_bytes: u64,
    /// `clean` without findings.
    level: &'static str,
    /// What the policy does with it.
    action: &'static str,
    /// The finding that decides it; null where none does.
    decided_by: Option<&'static str>,
    /// What it would do but for `mode = "observe"`, where that is something else.
    would: Option<Would>,
    /// What the sender hears of a refusal, be it on trial.
    reply: Option<String>,
    parts: Vec<Part>,
    findings: Vec<Found>,
    parts_total: u64,
    depth: u32,
    attachments: u32,
    attachment_bytes: u64,
    /// Bounds of the scanner that were reached; with any, counts are lower bounds.
    limits: Vec<String>,
}

#[derive(Serialize)]
struct Would {
    action: &'static str,
    decided_by: Option<&'static str>,
}

#[derive(Serialize)]
struct Part {
    index: usize,
    parent: Option<u16>,
    depth: u8,
    declared: &'static str,
    detected: &'static str,
    extension: &'static str,
    encoding: &'static str,
    encoded_bytes: u64,
    decoded_bytes: u64,
    attachment: bool,
    disposition: &'static str,
    /// `no`, `some`, `all`, or `unknown` where the file does not say it in the open.
    encryption: &'static str,
}

#[derive(Serialize)]
struct Found {
    id: &'static str,
    level: &'static str,
    /// The index of the part; null for the message as a whole.
    part: Option<u16>,
}

impl<'a> Message<'a> {
    pub fn of(scanned: &Scanned<'a>) -> Message<'a> {
        let facts = &scanned.facts;
        let part = |(index, part): (usize, &crate::scan::Part)| Part {
            index,
            parent: part.parent,
            depth: part.depth,
            declared: part.declared.name(),
            detected: part.detected.name(),
            extension: part.extension.name(),
            encoding: part.encoding.name(),
            encoded_bytes: part.encoded_bytes,
            decoded_bytes: part.decoded_bytes,
            attachment: part.attachment,
            disposition: part.disposition.name(),
            encryption: part.encryption.name(),
        };
        let found = |f: &crate::catalogue::Finding| Found { id: f.entry.id, level: f.level.name(), part: f.part };
        Message {
            path: scanned.path,
            wire_bytes: facts.wire_bytes,
            header_bytes: facts.header_bytes,
            body_bytes: facts.body_bytes,
            level: scanned.level().map_or("clean", |level| level.name()),
            action: scanned.verdict.action().name(),
            decided_by: scanned.verdict.done.because().map(|entry| entry.id),
            would: scanned.verdict.would.map(|would| Would {
                action: would.action().name(),
                decided_by: would.because().map(|entry| entry.id),
            }),
            reply: scanned.reply.as_ref().map(|r| format!("{} {} {}", r.code, r.enhanced, r.text)),
            parts: facts.parts.iter().enumerate().map(part).collect(),
            findings: scanned.findings.iter().map(found).collect(),
            parts_total: facts.parts_total,
            depth: facts.depth,
            attachments: facts.attachments,
            attachment_bytes: facts.attachment_bytes,
            limits: facts.limits.iter_names().map(|(name, _)| name.to_lowercase().replace('_', "-")).collect(),
        }
    }
}

/// The object of `--summary`.
#[derive(Serialize)]
pub struct Summary {
    messages: u64,
    wire_bytes: u64,
    parts: u64,
    attachments: u64,
    attachment_bytes: u64,
    /// Files and directories that could not be read.
    unreadable: u64,
    seconds: f64,
    bytes_per_second: f64,
    /// False after Ctrl-C.
    complete: bool,
    /// Messages by level, with `clean`.
    levels: BTreeMap<&'static str, u64>,
    /// The gravest and most frequent first.
    findings: Vec<Count>,
}

#[derive(Serialize)]
struct Count {
    id: &'static str,
    level: &'static str,
    messages: u64,
    /// Of all messages, 0 to 1.
    share: f64,
}

impl Summary {
    pub fn of(tally: &Tally, took: Duration, complete: bool) -> Summary {
        let mut levels: BTreeMap<_, _> = crate::catalogue::Level::ALL.iter().map(|level| (level.name(), 0)).collect();
        levels.insert("clean", 0);
        levels.extend(tally.levels().map(|(level, count)| (level.map_or("clean", |level| level.name()), count)));
        let count = |(entry, level, messages): &(&crate::catalogue::Entry, crate::catalogue::Level, u64)| Count {
            id: entry.id,
            level: level.name(),
            messages: *messages,
            share: tally.share(*messages),
        };
        Summary {
            messages: tally.messages,
            wire_bytes: tally.wire_bytes,
            parts: tally.parts,
            attachments: tally.attachments,
            attachment_bytes: tally.attachment_bytes,
            unreadable: tally.unread,
            seconds: took.as_secs_f64(),
            bytes_per_second: tally.wire_bytes as f64 / took.as_secs_f64().max(1e-9),
            complete,
            levels,
            findings: tally.findings().iter().map(count).collect(),
        }
    }
}
