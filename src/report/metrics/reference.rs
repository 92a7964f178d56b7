//! `docs/metrics.md`, made from the table.

use super::{DECLARATIONS, ErrorKind, LookUp, Loss, Refusal, Reload, Stage};
use crate::catalogue::{Group, Level};
use crate::policy::Action;
use crate::report::{CLEAN, Direction};
use crate::scan::names::FileKind;
use std::fmt::Write;

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
    let mut levels = vec![CLEAN];
    levels.extend(Level::ALL.iter().map(|l| l.name()));
    let lists: [(&str, &str, Vec<&str>); 12] = [
        ("level", "`mailgauge_messages_total`", levels),
        ("direction", "`mailgauge_messages_total`", Direction::ALL.iter().map(|d| d.name()).collect()),
        ("action", "`mailgauge_verdicts_total`", Action::ALL.iter().map(|a| a.name()).collect()),
        ("level", "`mailgauge_finding_info`", Level::ALL.iter().map(|l| l.name()).collect()),
        ("group", "`mailgauge_finding_info`", Group::ALL.iter().map(|g| g.name()).collect()),
        ("kind", "`mailgauge_attachments_total`", FileKind::ALL.iter().map(|k| k.name()).collect()),
        ("reason", "`mailgauge_connections_refused_total`", Refusal::ALL.iter().map(|r| r.name()).collect()),
        ("reason", "`mailgauge_records_dropped_total`", Loss::ALL.iter().map(|l| l.name()).collect()),
        ("stage", "`mailgauge_transactions_aborted_total`", Stage::ALL.iter().map(|s| s.name()).collect()),
        ("kind", "`mailgauge_internal_errors_total`", ErrorKind::ALL.iter().map(|e| e.name()).collect()),
        ("result", "`mailgauge_config_reloads_total`", Reload::ALL.iter().map(|r| r.name()).collect()),
        ("result", "`mailgauge_lookups_total`", LookUp::ALL.iter().map(|l| l.name()).collect()),
    ];
    for (label, of, values) in lists {
        let values: Vec<String> = values.iter().map(|v| format!("`{v}`")).collect();
        let _ = writeln!(text, "| `{label}` | {of} | {} |", values.join(" "));
    }
    text.push_str(
        "| `id` | `mailgauge_findings_total`, `mailgauge_finding_info`, `mailgauge_finding_senders` | the ids of [findings.md](findings.md) |\n\
         | `title` | `mailgauge_finding_info` | their titles |\n\n## Buckets and their reasons\n",
    );
    for d in DECLARATIONS.iter().filter(|d| !d.buckets.is_empty()) {
        let _ = write!(text, "\n### `{}`\n\n| up to, {} | because |\n|---|---|\n", d.name, d.unit);
        for (bound, reason) in d.buckets {
            let _ = writeln!(text, "| {bound} | {reason} |");
        }
    }
    text
}
