//! `docs/metrics.md`, made from the table.

use super::{DECLARATIONS, ErrorKind, LookUp, Loss, Refusal, Reload, Stage};
use crate::catalogue::{self, Group, Level};
use crate::policy::Action;
use crate::report::{CLEAN, Direction};
use crate::scan::names::FileKind;
use std::fmt::Write;

/// What the Prometheus client library tells of the process: name and kind.
const PROCESS: [(&str, &str); 7] = [
    ("process_cpu_seconds_total", "counter"),
    ("process_max_fds", "gauge"),
    ("process_open_fds", "gauge"),
    ("process_resident_memory_bytes", "gauge"),
    ("process_start_time_seconds", "gauge"),
    ("process_threads", "gauge"),
    ("process_virtual_memory_bytes", "gauge"),
];

/// Metrics that are in no dashboard and in no alert, each with the reason.
pub const UNUSED: &[(&str, &str)] = &[
    ("process_threads", "their number is fixed; it is of use to who debugs"),
    ("process_virtual_memory_bytes", "it says nothing about memory that is used"),
];

/// A metric, for whoever checks queries against what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name, without the suffixes of a histogram.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Its own labels.
    pub labels: &'static [&'static str],
    /// The unit, in words.
    pub unit: &'static str,
    /// What it means.
    pub help: &'static str,
}

/// Every metric on `/metrics`, those of the process included.
pub fn declared() -> impl Iterator<Item = Declared> {
    let ours = DECLARATIONS.iter().map(|d| Declared {
        name: d.name,
        kind: d.kind,
        labels: d.labels,
        unit: d.unit,
        help: d.help.trim(),
    });
    let help = "From the Prometheus client library.";
    ours.chain(PROCESS.iter().map(move |(name, kind)| Declared { name, kind, labels: &[], unit: "", help }))
}

/// The values that a label can have in a metric, closed lists all of them; `None` if it has no such label.
pub fn values_of(metric: &str, label: &str) -> Option<Vec<&'static str>> {
    let (_, _, values) = label_values().into_iter().find(|(name, of, _)| *name == label && of.contains(&metric))?;
    Some(values)
}

/// Labels, the metrics that have them, and their values.
type LabelValues = (&'static str, &'static [&'static str], Vec<&'static str>);

fn label_values() -> Vec<LabelValues> {
    fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|member| name(*member)).collect()
    }
    let mut levels = vec![CLEAN];
    levels.extend(names(Level::ALL, Level::name));
    vec![
        ("level", &["mailgauge_messages_total"], levels),
        ("direction", &["mailgauge_messages_total"], names(Direction::ALL, Direction::name)),
        ("action", &["mailgauge_verdicts_total"], names(Action::ALL, Action::name)),
        ("level", &["mailgauge_finding_info"], names(Level::ALL, Level::name)),
        ("group", &["mailgauge_finding_info"], names(Group::ALL, Group::name)),
        ("kind", &["mailgauge_attachments_total"], names(FileKind::ALL, FileKind::name)),
        ("reason", &["mailgauge_connections_refused_total"], names(Refusal::ALL, Refusal::name)),
        ("reason", &["mailgauge_records_dropped_total"], names(Loss::ALL, Loss::name)),
        ("stage", &["mailgauge_transactions_aborted_total"], names(Stage::ALL, Stage::name)),
        ("kind", &["mailgauge_internal_errors_total"], names(ErrorKind::ALL, ErrorKind::name)),
        ("result", &["mailgauge_config_reloads_total"], names(Reload::ALL, Reload::name)),
        ("result", &["mailgauge_lookups_total"], names(LookUp::ALL, LookUp::name)),
        ("version", &["mailgauge_build_info"], vec![env!("CARGO_PKG_VERSION")]),
        (
            "id",
            &["mailgauge_findings_total", "mailgauge_finding_info", "mailgauge_finding_senders"],
            catalogue::all().map(|entry| entry.id).collect(),
        ),
        ("title", &["mailgauge_finding_info"], catalogue::all().map(|entry| entry.title).collect()),
    ]
}

/// The reference as text for a terminal.
pub fn reference_text() -> String {
    let mut text = String::new();
    for Declared { name, kind, labels, unit, help } in declared() {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(", ")) };
        let unit = if unit.is_empty() { String::new() } else { format!(", {unit}") };
        let _ = write!(text, "{name}{labels}  ({kind}{unit})\n    {help}\n");
    }
    text
}

/// The text of `docs/metrics.md`.
pub fn reference_markdown() -> String {
    let mut text = String::from(
        "# Metrics\n\n\
         <!-- Made by `cargo run -- docs` from src/report/metrics: edit there. -->\n\n\
         Scraped from `/metrics` in Prometheus' text format. Every label has a closed list of values, and every series is there from\n\
         the start: their number is the same whatever mail comes. No label ever holds an address, a domain, a host or a file name.\n\n\
         | metric | type | unit | labels | meaning |\n|---|---|---|---|---|\n",
    );
    for d in DECLARATIONS {
        let labels: Vec<String> = d.labels.iter().map(|l| format!("`{l}`")).collect();
        let _ =
            writeln!(text, "| `{}` | {} | {} | {} | {} |", d.name, d.kind, d.unit, labels.join(", "), d.help.trim());
    }
    text.push_str(
        "\n`process_*` (CPU seconds, resident and virtual memory, open and most file descriptors, threads, start time) come from the\n\
         Prometheus client library.\n\n## Values of labels\n\n| label | of | values |\n|---|---|---|\n",
    );
    for (label, of, values) in label_values() {
        let of: Vec<String> = of.iter().map(|metric| format!("`{metric}`")).collect();
        let values = match label {
            "id" => "the ids of [findings.md](findings.md)".to_owned(),
            "title" => "their titles".to_owned(),
            _ => values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(" "),
        };
        let _ = writeln!(text, "| `{label}` | {} | {values} |", of.join(", "));
    }
    text.push_str(
        "\n## In no dashboard and no alert\n\n\
         All others are in a panel of `contrib/grafana` or in a rule of `contrib/prometheus`; a test holds both to this list.\n\n\
         | metric | because |\n|---|---|\n",
    );
    for (metric, why) in UNUSED {
        let _ = writeln!(text, "| `{metric}` | {why} |");
    }
    text.push_str("\n## Buckets and their reasons\n");
    for d in DECLARATIONS.iter().filter(|d| !d.buckets.is_empty()) {
        let _ = write!(text, "\n### `{}`\n\n| up to, {} | because |\n|---|---|\n", d.name, d.unit);
        for (bound, reason) in d.buckets {
            let _ = writeln!(text, "| {bound} | {reason} |");
        }
    }
    text
}
