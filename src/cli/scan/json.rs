//! One JSON object a message. The names of the keys are a promise; new ones may come.

use super::Scanned;
use serde::Serialize;

#[derive(Serialize)]
pub struct Message<'a> {
    path: &'a str,
    wire_bytes: u64,
    header_bytes: u64,
    body_bytes: u64,
    /// `clean` without findings.
    level: &'static str,
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
        let found = |f: &crate::catalogue::Finding| Found { id: f.entry.id, level: f.entry.level.name(), part: f.part };
        Message {
            path: scanned.path,
            wire_bytes: facts.wire_bytes,
            header_bytes: facts.header_bytes,
            body_bytes: facts.body_bytes,
            level: scanned.level.map_or("clean", |level| level.name()),
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
