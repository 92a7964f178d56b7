//! The journal line: one event for each mail.

use super::{QueueId, Record};

/// Writes the journal line of one mail. It names nobody: the queue ID leads to Postfix's own lines, for those who may read them.
///
/// The message repeats what people look for, since `journalctl` shows and searches nothing else. The mail's level is not called
/// `level`: that is the log line's own.
pub(super) fn tell(record: &Record) {
    let facts = &record.facts;
    let findings = record.finding_ids().join(",");
    tracing::info!(
        target: "mailgauge::mail",
        reference = %record.reference,
        queue_id = record.queue_id.as_ref().map(QueueId::as_str),
        direction = record.direction.name(),
        mail_level = record.level(),
        wire_bytes = facts.wire_bytes,
        attachments = facts.attachments,
        attachment_bytes = facts.attachment_bytes,
        findings,
        action = record.verdict.action().name(),
        decided_by = record.verdict.done.because().map(|entry| entry.id),
        would = record.verdict.would.map(|would| would.action().name()),
        would_by = record.verdict.would.and_then(|would| would.because()).map(|entry| entry.id),
        ended = record.ending.name(),
        scan_us = u64::try_from(record.scan_time.as_micros()).unwrap_or(u64::MAX),
        "mail {} {} {findings}",
        record.reference,
        record.level(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Level;
    use crate::report::testing::{finding, record};
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn one_line_tells_all() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber =
            tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone()).finish();
        let found = vec![
            finding("zip-truncated", Level::Warning),
            finding("zip-truncated", Level::Warning),
            finding("size-large", Level::Info),
        ];
        // Once without a subscriber: tracing caches a call site that another test's thread meets first as of no interest to
        // anyone. One that is known already is asked about again when a subscriber comes.
        tell(&record(vec![]));
        tracing::subscriber::with_default(subscriber, || tell(&record(found)));
        let line: serde_json::Value = serde_json::from_slice(&lines.0.lock().unwrap()).unwrap();
        assert_eq!(line["target"], "mailgauge::mail");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["mail_level"], "warning");
        let reference = record(vec![]).reference;
        assert_eq!(line["message"], format!("mail {reference} warning zip-truncated,size-large"));
        assert_eq!(line["queue_id"], "4TxY6W1k2Jz9");
        assert_eq!(line["direction"], "inbound");
        assert_eq!(line["wire_bytes"], 35_872_337);
        assert_eq!(line["attachments"], 2);
        assert_eq!(line["attachment_bytes"], 26_214_400);
        assert_eq!(line["findings"], "zip-truncated,size-large");
        assert_eq!(line["ended"], "measured");
        assert_eq!(line["scan_us"], 1234);
        assert_eq!(line["reference"], record(vec![]).reference.to_string());
    }
}
