//! Records and answers as JSON: what the API and `mailgauge lookup` give. The names of the keys are a promise; new ones may come.

use super::audit::Row;
use super::desk::Answer;
use super::{Kept, KeptFinding, KeptPart};
use crate::report::CLEAN;
use crate::scan::facts::DestinationFacts;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The answer to a look-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnswerView {
    /// The records, the newest first; at most 50.
    pub records: Vec<RecordView>,
    /// There are more than are shown.
    pub more: bool,
    /// The stretch of time that was searched.
    pub window: WindowView,
    /// Part of the window has no key any more: addresses and Message-IDs of that time cannot be found.
    pub keys_missing: bool,
}

/// A stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WindowView {
    /// Its first second (RFC 3339, UTC).
    pub from: String,
    /// The first second behind it (RFC 3339, UTC).
    pub until: String,
}

/// The record of one mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordView {
    /// The short name that stands in the tag, as `7K3M-9QTX-2HDC`.
    pub reference: String,
    /// When the mail ended (RFC 3339, UTC).
    pub time: String,
    /// Postfix's queue ID.
    pub queue_id: Option<String>,
    /// Which way it went: inbound, outbound or internal.
    pub direction: &'static str,
    /// How the transaction ended: measured; aborted where the sender broke off; refused where recipients were refused for the declared size and
    /// the mail was never sent.
    pub ending: &'static str,
    /// What was done: accept, tag, quarantine (held), or refused with tempfail (for now) or reject (for good).
    pub action: &'static str,
    /// The finding that decided it; null where none did.
    pub decided_by: Option<&'static str>,
    /// What would have been done but for a policy on probation (`mode = "observe"`), where that is something else.
    pub would: Option<WouldView>,
    /// The highest level among the findings: info, notice, warning or error; clean without findings.
    pub level: &'static str,
    /// Bytes of the message as SMTP carries it.
    pub wire_bytes: u64,
    /// Bytes of its header block.
    pub header_bytes: u64,
    /// The size that the sender announced (`SIZE=`), in bytes.
    pub declared_size: Option<u64>,
    /// Recipients of the transaction that were taken.
    pub recipients: u32,
    /// Recipients that were refused before the mail came, for its declared size, and the smallest of their servers' limits.
    pub refused: Option<DestinationView>,
    /// Recipients whose servers don't take a mail of this size, and the smallest of their limits.
    pub destination: Option<DestinationView>,
    /// Attachments.
    pub attachments: u32,
    /// Decoded bytes of all attachments.
    pub attachment_bytes: u64,
    /// All parts, also those that are not listed.
    pub parts_total: u64,
    /// Parts, at most 100.
    pub parts: Vec<PartView>,
    /// What was found.
    pub findings: Vec<FindingView>,
    /// Time that the measuring took, in microseconds.
    pub scan_us: u64,
}

/// What would have been done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WouldView {
    /// accept, tag, quarantine, tempfail or reject.
    pub action: &'static str,
    /// The finding that would have decided it.
    pub decided_by: Option<&'static str>,
}

/// Recipients whose servers take less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DestinationView {
    /// How many recipients they are.
    pub recipients: u32,
    /// The smallest of their limits, in bytes on the wire.
    pub limit: u64,
}

/// One part of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartView {
    /// Its place in the mail; findings name it.
    pub index: u16,
    /// What it is to the reader: attachment, body or container.
    pub role: &'static str,
    /// The media type that the mail says; `other` for what is not on the list of known ones.
    pub declared: &'static str,
    /// The kind of file that its own bytes show.
    pub detected: &'static str,
    /// The last extension of its file name; `none` without, `other` for what is not on the list.
    pub extension: &'static str,
    /// Bytes after its transfer encoding is undone.
    pub decoded_bytes: u64,
    /// Whether the file is encrypted: no, some, all, or unknown.
    pub encryption: &'static str,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingView {
    /// Its name in the catalogue.
    pub id: &'static str,
    /// How much trouble it means for the recipients: info, notice, warning or error.
    pub level: &'static str,
    /// The index of the part; null for the mail as a whole.
    pub part: Option<u16>,
}

/// A row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowView {
    /// Its number; the first row has 1.
    pub row: i64,
    /// When it was written (RFC 3339, UTC).
    pub time: String,
    /// The worker's login.
    pub worker: String,
    /// What he may do: helpdesk, auditor or admin.
    pub role: &'static str,
    /// Where he came from: page, api or cli.
    pub via: &'static str,
    /// The ticket; empty for what needs none.
    pub ticket: String,
    /// What was done.
    pub deed: &'static str,
    /// Whom or what it is about: a token, the same one within a period being the same address or Message-ID; `TOKEN from TOKEN` for a
    /// recipient and a sender; `ref REFERENCE`; `queue QUEUE-ID`.
    pub subject: Option<String>,
    /// Records that were shown, erased, handed out.
    pub rows: u32,
    /// The seal over this row and all before it.
    pub seal: String,
}

impl AnswerView {
    /// The view of an answer.
    pub fn of(answer: &Answer) -> AnswerView {
        let (from, until) = answer.window;
        AnswerView {
            records: answer.records.iter().map(RecordView::of).collect(),
            more: answer.more,
            window: WindowView { from: rfc3339(from), until: rfc3339(until) },
            keys_missing: answer.keys_missing,
        }
    }
}

impl RowView {
    /// The view of a row.
    pub fn of(row: &Row) -> RowView {
        let entry = &row.entry;
        RowView {
            row: row.seq,
            time: rfc3339(entry.time),
            worker: entry.worker.clone(),
            role: entry.role.name(),
            via: entry.via.name(),
            ticket: entry.ticket.clone(),
            deed: entry.deed.name(),
            subject: (!entry.subject.is_nothing()).then(|| entry.subject.to_string()),
            rows: entry.rows,
            seal: row.seal.to_string(),
        }
    }
}

impl RecordView {
    /// The view of a record.
    pub fn of(kept: &Kept) -> RecordView {
        RecordView {
            reference: kept.reference.to_string(),
            time: rfc3339(kept.time),
            queue_id: kept.queue_id.map(|id| id.as_str().to_owned()),
            direction: kept.direction.name(),
            ending: kept.ending.name(),
            action: kept.action.name(),
            decided_by: kept.decided_by.map(|id| id.entry().id),
            would: kept.would.map(|would| WouldView {
                action: would.action.name(),
                decided_by: would.decided_by.map(|id| id.entry().id),
            }),
            level: kept.level.map_or(CLEAN, |level| level.name()),
            wire_bytes: kept.wire_bytes,
            header_bytes: kept.header_bytes,
            declared_size: kept.declared_size,
            recipients: kept.recipients,
            refused: kept.refused.map(DestinationView::of),
            destination: kept.destination.map(DestinationView::of),
            attachments: kept.attachments,
            attachment_bytes: kept.attachment_bytes,
            parts_total: kept.parts_total,
            parts: kept.parts.iter().map(PartView::of).collect(),
            findings: kept.findings.0.iter().map(FindingView::of).collect(),
            scan_us: kept.scan_us,
        }
    }
}

impl DestinationView {
    fn of(facts: DestinationFacts) -> DestinationView {
        DestinationView { recipients: facts.recipients, limit: facts.limit }
    }
}

impl PartView {
    fn of(part: &KeptPart) -> PartView {
        PartView {
            index: part.index,
            role: part.role.name(),
            declared: part.declared.name(),
            detected: part.detected.name(),
            extension: part.extension.name(),
            decoded_bytes: part.decoded_bytes,
            encryption: part.encryption.name(),
        }
    }
}

impl FindingView {
    fn of(finding: &KeptFinding) -> FindingView {
        let entry = finding.id.entry();
        FindingView { id: entry.id, level: finding.level.name(), part: finding.part }
    }
}

/// A time in seconds since the epoch, as RFC 3339 writes it, in UTC. One beyond the calendar (the years -9999 to 9999) becomes its end.
pub fn rfc3339(second: i64) -> String {
    let end = if second < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(second).unwrap_or(end).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, Finding};
    use crate::report::testing::record;
    use serde_json::{Value, json};

    #[test]
    fn every_field_of_a_record_has_its_name() {
        let entry = catalogue::find("size-declared-mismatch").unwrap();
        let kept = Kept::of(&record(vec![Finding::new(entry, Some(3))]));
        let view = serde_json::to_value(RecordView::of(&kept)).unwrap();
        // What is stored and what is shown have the same names; the store just has time as a number, and what stands for the sender.
        let mut stored = serde_json::to_value(&kept).unwrap();
        assert!(stored.as_object_mut().unwrap().remove("sender").is_some());
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&view), names(&stored));
        assert_eq!(view["time"], "2026-11-24T12:00:00Z");
        assert_eq!(view["findings"], json!([{ "id": entry.id, "level": entry.level.name(), "part": 3 }]));
        assert_eq!(serde_json::to_value(RecordView::of(&Kept::of(&record(vec![])))).unwrap()["level"], "clean");
    }

    #[test]
    fn an_answer_says_what_was_searched() {
        let answer = Answer { records: vec![], more: false, window: (0, 86_400), keys_missing: true };
        assert_eq!(
            serde_json::to_value(AnswerView::of(&answer)).unwrap(),
            json!({
                "records": [], "more": false, "keys_missing": true,
                "window": { "from": "1970-01-01T00:00:00Z", "until": "1970-01-02T00:00:00Z" },
            })
        );
        assert!(rfc3339(i64::MAX).starts_with("9999-12-30T"));
    }
}
