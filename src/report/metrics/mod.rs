//! The metrics: each declared once, in a table from which they are registered and documented.
//!
//! Every label is a closed list, so the number of series is the same whatever mail comes.

mod buckets;
mod labels;
mod reference;
mod senders;
mod table;

use super::{CLEAN, Direction, Ending, Record};
use crate::catalogue::{self, Level};
use crate::policy::{Action, Levels};
use crate::scan::names::FileKind;
use crate::system::unix_time;
use buckets::{ATTACHMENTS, DECODED_BYTES, SCAN_SECONDS, WIRE_BYTES};
pub use labels::{ErrorKind, LookUp, Loss, Refusal, Reload, Stage};
use prometheus::process_collector::ProcessCollector;
use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Registry};
pub use reference::{Declared, UNUSED, declared, reference_markdown, reference_text, values_of};
use senders::Senders;
use table::{Declaration, Series};

/// The upper bounds of a histogram, each with its reason; none for what is no histogram.
pub fn bounds(metric: &str) -> &'static [(f64, &'static str)] {
    DECLARATIONS.iter().find(|declaration| declaration.name == metric).map_or(&[], |declaration| declaration.buckets)
}

/// Declares the metrics: the struct that holds them, the table that describes them, and their registration.
macro_rules! metrics {
    ($( #[doc = $help:literal] $field:ident: $ty:ty = $name:literal in $unit:literal by $labels:expr, $buckets:expr; )+) => {
        /// All metrics of mailgauge. Methods are named by what happened.
        pub struct Metrics { senders: Senders, $( $field: $ty ),+ }

        /// Every metric, in the order of `docs/metrics.md`.
        const DECLARATIONS: &[Declaration] = &[ $( Declaration {
            name: $name, help: $help, unit: $unit, labels: &$labels, buckets: $buckets, kind: <$ty as Series>::KIND,
        } ),+ ];

        impl Metrics {
            fn declare(registry: &Registry) -> prometheus::Result<Metrics> {
                let mut declarations = DECLARATIONS.iter();
                Ok(Metrics { senders: Senders::default(), $( $field: {
                    let _: &str = $name;
                    // INVARIANT: the table and the struct come from the same list.
                    let declaration = declarations.next().expect("one declaration for each field");
                    let series = <$ty>::declare(declaration)?;
                    registry.register(Box::new(series.clone()))?;
                    series
                } ),+ })
            }
        }
    };
}

metrics! {
    /// Mails measured to their end, by the highest level of their findings and by direction.
    messages: IntCounterVec = "mailgauge_messages_total" in "mails" by ["level", "direction"], &[];
    /// Mails measured to their end, by what was done with them: the strictest of it. Those that were not sent, as recipients were refused for the declared size, count as `reject`.
    verdicts: IntCounterVec = "mailgauge_verdicts_total" in "mails" by ["action"], &[];
    /// Mails for which something else would have been done but for `mode = "observe"`: by what would have been done.
    dry_run: IntCounterVec = "mailgauge_dry_run_verdicts_total" in "mails" by ["action"], &[];
    /// Recipients that were refused before the mail came, as their servers don't take one of its declared size.
    recipients_refused: IntCounter = "mailgauge_recipients_refused_total" in "recipients" by [], &[];
    /// Mails that passed unmeasured, as `policy.skip` wants it.
    skipped: IntCounter = "mailgauge_messages_skipped_total" in "mails" by [], &[];
    /// Findings, by id; several of one id in one mail count once. Mails that broke off after DATA count as well.
    findings: IntCounterVec = "mailgauge_findings_total" in "mails" by ["id"], &[];
    /// Always 1; the labels say what a finding is, for dashboards and alerts to join on `id`.
    finding_info: IntGaugeVec = "mailgauge_finding_info" in "1" by ["id", "level", "group", "title"], &[];
    /// Senders, at most 32, whose mails had the finding within the last hour: whether it is one broken sender, or many and so perhaps us.
    finding_senders: IntGaugeVec = "mailgauge_finding_senders" in "senders" by ["id"], &[];
    /// Size of mails as SMTP carries them.
    wire_bytes: Histogram = "mailgauge_message_wire_bytes" in "bytes" by [], WIRE_BYTES;
    /// Size of each attachment after its transfer encoding is undone.
    decoded_bytes: Histogram = "mailgauge_attachment_decoded_bytes" in "bytes" by [], DECODED_BYTES;
    /// Attachments per mail.
    attachments_per_mail: Histogram = "mailgauge_message_attachments" in "attachments" by [], ATTACHMENTS;
    /// Attachments, by the kind that their own bytes show.
    attachments: IntCounterVec = "mailgauge_attachments_total" in "attachments" by ["kind"], &[];
    /// Time spent in the scanner and the catalogue, per mail.
    scan_duration: Histogram = "mailgauge_scan_duration_seconds" in "seconds" by [], SCAN_SECONDS;
    /// Bytes of mail that went through the scanner, those of aborted transactions too.
    scanned_bytes: IntCounter = "mailgauge_scanned_bytes_total" in "bytes" by [], &[];
    /// Sessions of MTAs that are open.
    sessions_open: IntGauge = "mailgauge_sessions_open" in "sessions" by [], &[];
    /// Sessions that may be open at once.
    sessions_limit: IntGauge = "mailgauge_sessions_limit" in "sessions" by [], &[];
    /// Mails that are on their way through, from MAIL to the end of the message.
    messages_open: IntGauge = "mailgauge_messages_open" in "mails" by [], &[];
    /// Connections closed before a session began in them.
    refused: IntCounterVec = "mailgauge_connections_refused_total" in "connections" by ["reason"], &[];
    /// Transactions that broke off, by how far they had come.
    aborted: IntCounterVec = "mailgauge_transactions_aborted_total" in "transactions" by ["stage"], &[];
    /// Errors inside mailgauge. The mail is accepted after a `panic`; after `session` and `reply` it is Postfix's default_action that decides.
    internal_errors: IntCounterVec = "mailgauge_internal_errors_total" in "errors" by ["kind"], &[];
    /// X-Mailgauge header fields that came from outside and were removed.
    tags_removed: IntCounter = "mailgauge_forged_tags_removed_total" in "header fields" by [], &[];
    /// X-Mailgauge header fields that came from outside and had to stay, because one mail had too many of them or the MTA lets nobody change header fields.
    tags_left: IntCounter = "mailgauge_forged_tags_left_total" in "header fields" by [], &[];
    /// Log lines that were dropped because whoever reads the log did not keep up; the mail does not wait for them.
    log_lines_dropped: IntCounter = "mailgauge_log_lines_dropped_total" in "lines" by [], &[];
    /// Until when there is a key that makes tokens, the next one included, which is made an hour before the end of the one in use; 0 without a key, when records go without tokens.
    key_until: IntGauge = "mailgauge_key_until_timestamp_seconds" in "seconds since the epoch" by [], &[];
    /// Attempts to read the configuration again.
    reloads: IntCounterVec = "mailgauge_config_reloads_total" in "reloads" by ["result"], &[];
    /// Whether the last attempt to read the configuration succeeded.
    reload_ok: IntGauge = "mailgauge_config_last_reload_successful" in "0 or 1" by [], &[];
    /// When the configuration in force was read.
    reload_time: IntGauge = "mailgauge_config_last_reload_success_timestamp_seconds" in "seconds since the epoch" by [], &[];
    /// Whether records can be written: 0 while the store does not answer, and where none is configured.
    store_up: IntGauge = "mailgauge_store_up" in "0 or 1" by [], &[];
    /// Records that wait to be written.
    store_queue: IntGauge = "mailgauge_store_queue_records" in "records" by [], &[];
    /// Records that were written.
    records_written: IntCounter = "mailgauge_records_written_total" in "records" by [], &[];
    /// Records that were not written. Their mails passed all the same.
    records_dropped: IntCounterVec = "mailgauge_records_dropped_total" in "records" by ["reason"], &[];
    /// Records that were forgotten, for their age or for the size of the store.
    records_forgotten: IntCounter = "mailgauge_records_forgotten_total" in "records" by [], &[];
    /// Bytes of the store in use, as of the last minute.
    store_bytes: IntGauge = "mailgauge_store_bytes" in "bytes" by [], &[];
    /// When the oldest day (UTC) with records began; 0 without records.
    oldest_record: IntGauge = "mailgauge_store_oldest_record_timestamp_seconds" in "seconds since the epoch" by [], &[];
    /// Whether the clock jumped ahead: then nothing is forgotten until it has run evenly for 24 hours.
    clock_in_doubt: IntGauge = "mailgauge_clock_in_doubt" in "0 or 1" by [], &[];
    /// Look-ups at the page and the API, by how they ended. Those of the command line are in the audit log only.
    lookups: IntCounterVec = "mailgauge_lookups_total" in "look-ups" by ["result"], &[];
    /// Sign-ins at the look-up page that were refused for a wrong name or password, or for too many of them.
    logins_refused: IntCounter = "mailgauge_lookup_logins_refused_total" in "sign-ins" by [], &[];
    /// When the TLS certificate of the look-up page ends; 0 without TLS.
    certificate_until: IntGauge = "mailgauge_lookup_certificate_until_timestamp_seconds" in "seconds since the epoch" by [], &[];
    /// Always 1; the label tells the version.
    build_info: IntGaugeVec = "mailgauge_build_info" in "1" by ["version"], &[];
}

/// How mailgauge itself is doing: the metrics that its administrators ask for by name.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Whether records can be written.
    pub store_up: bool,
    /// Bytes of the store in use.
    pub store_bytes: u64,
    /// When the oldest day with records began, in seconds since the epoch.
    pub oldest_record: Option<i64>,
    /// Records that wait to be written.
    pub waiting: u64,
    /// Records that were written.
    pub written: u64,
    /// Records that were forgotten.
    pub forgotten: u64,
    /// Records that were lost, in the order of [`Loss::ALL`].
    pub lost: Vec<u64>,
    /// Whether the clock is in doubt.
    pub clock_in_doubt: bool,
    /// Look-ups, in the order of [`LookUp::ALL`].
    pub look_ups: Vec<u64>,
    /// Sign-ins that were refused.
    pub logins_refused: u64,
    /// When the certificate ends, in seconds since the epoch; `None` without TLS.
    pub certificate_until: Option<i64>,
    /// Sessions of MTAs that are open.
    pub sessions_open: u64,
    /// Sessions that may be open.
    pub sessions_limit: u64,
    /// Faults in mailgauge.
    pub internal_errors: u64,
    /// Whether the last reload succeeded.
    pub reload_ok: bool,
}

/// Counts one as open for as long as it lives.
pub struct OpenGuard(IntGauge);

impl OpenGuard {
    fn new(gauge: &IntGauge) -> OpenGuard {
        gauge.inc();
        OpenGuard(gauge.clone())
    }
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts a session as open for as long as it lives, and as an internal error if a panic ends it.
pub struct SessionGuard {
    panics: IntCounter,
    _open: OpenGuard,
}

impl Drop for SessionGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.panics.inc();
        }
    }
}

impl Metrics {
    /// Registers all metrics, those of the process (`process_*`) too, with every known series at zero.
    ///
    /// # Errors
    /// A metric of the same name is registered already.
    pub fn register(registry: &Registry) -> prometheus::Result<Metrics> {
        let metrics = Metrics::declare(registry)?;
        registry.register(Box::new(ProcessCollector::for_self()))?;
        for direction in Direction::ALL {
            metrics.messages.with_label_values(&[CLEAN, direction.name()]);
            for level in Level::ALL {
                metrics.messages.with_label_values(&[level.name(), direction.name()]);
            }
        }
        for entry in catalogue::all() {
            metrics.findings.with_label_values(&[entry.id]);
            metrics.finding_senders.with_label_values(&[entry.id]);
        }
        start_at_zero(&metrics.verdicts, Action::ALL.iter().map(|a| a.name()));
        start_at_zero(&metrics.dry_run, Action::ALL.iter().map(|a| a.name()));
        start_at_zero(&metrics.attachments, FileKind::ALL.iter().map(|k| k.name()));
        start_at_zero(&metrics.refused, Refusal::ALL.iter().map(|r| r.name()));
        start_at_zero(&metrics.aborted, Stage::ALL.iter().map(|s| s.name()));
        start_at_zero(&metrics.internal_errors, ErrorKind::ALL.iter().map(|e| e.name()));
        start_at_zero(&metrics.reloads, Reload::ALL.iter().map(|r| r.name()));
        start_at_zero(&metrics.records_dropped, Loss::ALL.iter().map(|l| l.name()));
        start_at_zero(&metrics.lookups, LookUp::ALL.iter().map(|l| l.name()));
        metrics.levels_in_force(&Levels::default());
        metrics.build_info.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        // A daemon that runs has read its configuration.
        metrics.configuration_in_force();
        Ok(metrics)
    }

    /// A mail was measured, or broke off.
    pub(super) fn message_ended(&self, record: &Record) {
        self.scanned_bytes.inc_by(record.facts.wire_bytes);
        for id in record.finding_ids() {
            self.findings.with_label_values(&[id]).inc();
            // Without a key nobody has a token, and all would be one.
            if !record.parties.recipients.is_empty() {
                self.senders.saw(id, record.parties.sender, record.time);
            }
        }
        if record.ending == Ending::Refused {
            self.verdicts.with_label_values(&[record.verdict.action().name()]).inc();
        }
        // Sizes of half a mail, or of none, would spoil the histograms.
        if record.ending != Ending::Measured {
            return;
        }
        let facts = &record.facts;
        self.messages.with_label_values(&[record.level(), record.direction.name()]).inc();
        self.verdicts.with_label_values(&[record.verdict.action().name()]).inc();
        if let Some(would) = record.verdict.would {
            self.dry_run.with_label_values(&[would.action().name()]).inc();
        }
        self.wire_bytes.observe(facts.wire_bytes as f64);
        self.attachments_per_mail.observe(f64::from(facts.attachments));
        self.scan_duration.observe(record.scan_time.as_secs_f64());
        for part in facts.parts.iter().filter(|p| p.attachment) {
            self.decoded_bytes.observe(part.decoded_bytes as f64);
            self.attachments.with_label_values(&[part.detected.name()]).inc();
        }
    }

    /// An MTA opened a session. Keep the guard as long as the session is open.
    pub fn session_opened(&self) -> SessionGuard {
        SessionGuard {
            panics: self.internal_errors.with_label_values(&[ErrorKind::Session.name()]),
            _open: OpenGuard::new(&self.sessions_open),
        }
    }

    /// A transaction began. Keep the guard until it ends.
    pub fn message_opened(&self) -> OpenGuard {
        OpenGuard::new(&self.messages_open)
    }

    /// A transaction broke off.
    pub fn transaction_aborted(&self, stage: Stage) {
        self.aborted.with_label_values(&[stage.name()]).inc();
    }

    /// A mail passed unmeasured, as the configuration wants it.
    pub fn message_skipped(&self) {
        self.skipped.inc();
    }

    /// A recipient was refused before the mail came.
    pub fn recipient_refused(&self) {
        self.recipients_refused.inc();
    }

    /// These levels hold from now on; findings that are off have none.
    pub fn levels_in_force(&self, levels: &Levels) {
        for entry in catalogue::all() {
            let (in_force, _) = levels.of(entry);
            for level in Level::ALL {
                let labels = [entry.id, level.name(), entry.group.name(), entry.title];
                if in_force == Some(*level) {
                    self.finding_info.with_label_values(&labels).set(1);
                } else {
                    // An error says that there was no such series.
                    let _ = self.finding_info.remove_label_values(&labels);
                }
            }
        }
    }

    /// A connection was closed before it became a session.
    pub fn connection_refused(&self, refusal: Refusal) {
        self.refused.with_label_values(&[refusal.name()]).inc();
    }

    /// Something went wrong in mailgauge itself.
    pub fn internal_error(&self, kind: ErrorKind) {
        self.internal_errors.with_label_values(&[kind.name()]).inc();
    }

    /// Tags from outside were removed.
    pub fn forged_tags_removed(&self, count: u64) {
        self.tags_removed.inc_by(count);
    }

    /// Tags from outside had to stay.
    pub fn forged_tags_left(&self, count: u64) {
        self.tags_left.inc_by(count);
    }

    /// So many sessions may be open at once.
    pub fn sessions_may_be(&self, count: usize) {
        self.sessions_limit.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Until when there are keys that make tokens, in seconds since the epoch; `None` if there is none now.
    pub fn keys_until(&self, until: Option<i64>) {
        self.key_until.set(until.unwrap_or(0));
    }

    /// A log line could not be written, for nobody reads.
    pub fn log_line_dropped(&self) {
        self.log_lines_dropped.inc();
    }

    /// The configuration was read again; `ok` if the new one is in force.
    pub fn reloaded(&self, ok: bool) {
        let result = if ok { Reload::Success } else { Reload::Failure };
        self.reloads.with_label_values(&[result.name()]).inc();
        if ok {
            self.configuration_in_force();
        } else {
            self.reload_ok.set(0);
        }
    }

    /// Whether the store takes records.
    pub fn store_is_up(&self, up: bool) {
        self.store_up.set(i64::from(up));
    }

    /// So many records wait.
    pub fn records_waiting(&self, count: usize) {
        self.store_queue.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Records were written.
    pub fn records_written(&self, count: usize) {
        self.records_written.inc_by(count as u64);
    }

    /// Records will never be written.
    pub fn records_lost(&self, loss: Loss, count: usize) {
        self.records_dropped.with_label_values(&[loss.name()]).inc_by(count as u64);
    }

    /// Records were forgotten.
    pub fn records_forgotten(&self, count: u64) {
        self.records_forgotten.inc_by(count);
    }

    /// The store was measured: its bytes, and when its oldest day began.
    pub fn store_measured(&self, bytes: u64, oldest: Option<i64>) {
        self.store_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        self.oldest_record.set(oldest.unwrap_or(0));
    }

    /// Whether the clock is in doubt.
    pub fn clock_in_doubt(&self, doubt: bool) {
        self.clock_in_doubt.set(i64::from(doubt));
    }

    /// A look-up at the page or the API ended so.
    pub fn looked_up(&self, how: LookUp) {
        self.lookups.with_label_values(&[how.name()]).inc();
    }

    /// Somebody was not let in at the look-up page.
    pub fn login_refused(&self) {
        self.logins_refused.inc();
    }

    /// Until when the certificate of the look-up page holds, in seconds since the epoch; `None` without TLS.
    pub fn certificate_in_use(&self, until: Option<i64>) {
        self.certificate_until.set(until.unwrap_or(0));
    }

    /// Brings what changes by the clock alone up to `now`, in seconds since the epoch. To be called before each scrape.
    pub fn settle(&self, now: i64) {
        for (id, count) in self.senders.counts(now) {
            self.finding_senders.with_label_values(&[id]).set(count as i64);
        }
    }

    /// How things stand, for the administrators' page.
    pub fn operation(&self) -> Operation {
        let since_epoch = |gauge: &IntGauge| Some(gauge.get()).filter(|second| *second != 0);
        let unsigned = |gauge: &IntGauge| u64::try_from(gauge.get()).unwrap_or(0);
        Operation {
            store_up: self.store_up.get() == 1,
            store_bytes: unsigned(&self.store_bytes),
            oldest_record: since_epoch(&self.oldest_record),
            waiting: unsigned(&self.store_queue),
            written: self.records_written.get(),
            forgotten: self.records_forgotten.get(),
            lost: Loss::ALL.iter().map(|l| self.records_dropped.with_label_values(&[l.name()]).get()).collect(),
            clock_in_doubt: self.clock_in_doubt.get() == 1,
            look_ups: LookUp::ALL.iter().map(|l| self.lookups.with_label_values(&[l.name()]).get()).collect(),
            logins_refused: self.logins_refused.get(),
            certificate_until: since_epoch(&self.certificate_until),
            sessions_open: unsigned(&self.sessions_open),
            sessions_limit: unsigned(&self.sessions_limit),
            internal_errors: ErrorKind::ALL
                .iter()
                .map(|e| self.internal_errors.with_label_values(&[e.name()]).get())
                .sum(),
            reload_ok: self.reload_ok.get() == 1,
        }
    }

    fn configuration_in_force(&self) {
        self.reload_ok.set(1);
        self.reload_time.set(unix_time());
    }
}

fn start_at_zero(counters: &IntCounterVec, values: impl Iterator<Item = &'static str>) {
    for value in values {
        counters.with_label_values(&[value]);
    }
}

#[cfg(test)]
mod tests;
