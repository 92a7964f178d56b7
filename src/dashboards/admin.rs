//! Whether mailgauge does its work.

use super::query::{per_minute, quantile, rate, series, total};
use super::{Colour, Dashboard, Kind, Panel, Row};

pub(super) fn dashboard() -> Dashboard {
    Dashboard {
        uid: "mailgauge-admin",
        title: "mailgauge: operation",
        description: "For the mail administrator: throughput, time, sessions, errors, records, keys, look-ups and the process itself.",
        from: "now-6h",
        rows: vec![
            Row { title: "At a glance", panels: glance() },
            Row { title: "Mail", panels: mail() },
            Row { title: "Trouble", panels: trouble() },
            Row { title: "Records, keys and the look-up", panels: records() },
            Row { title: "The process", panels: process() },
        ],
    }
}

fn stat(title: &str, unit: &'static str, description: &str) -> Panel {
    Panel::new(Kind::Stat, title, unit, (4, 4), description)
}

fn lines(title: &str, unit: &'static str, description: &str) -> Panel {
    Panel::new(Kind::Lines, title, unit, (8, 7), description)
}

/// A time in the future or past that a gauge tells in seconds; Grafana wants milliseconds.
fn moment(title: &str, metric: &str, description: &str) -> Panel {
    stat(title, "dateTimeFromNow", description).ask_once("{{instance}}", format!("1000 * ({} > 0)", series(metric, "")))
}

fn glance() -> Vec<Panel> {
    let yes_no = |panel: Panel, bad: f64, no: &'static str| {
        panel.say(bad, no, Colour::Act).say(1.0 - bad, if bad == 0.0 { "yes" } else { "no" }, Colour::Good)
    };
    vec![
        yes_no(
            stat("Scraped", "none", "Whether Prometheus reaches every instance.")
                .ask_once("up", format!("min({}) or vector(0)", series("up", ""))),
            0.0,
            "NO",
        ),
        yes_no(
            stat(
                "Records can be written",
                "none",
                "Whether the store answers; no, too, where [store] url is off. Mail is not affected, but \
                look-ups are.",
            )
            .ask_once("store", format!("min({})", series("mailgauge_store_up", ""))),
            0.0,
            "NO",
        ),
        yes_no(
            stat(
                "Configuration in force",
                "none",
                "Whether the last reload took the file. NO: the old settings still hold, the log says what \
                is wrong with the new ones.",
            )
            .ask_once("reload", format!("min({})", series("mailgauge_config_last_reload_successful", ""))),
            0.0,
            "NO",
        ),
        yes_no(
            stat(
                "Clock in doubt",
                "none",
                "Whether the clock jumped ahead: then nothing is forgotten and no key destroyed until it has run \
                evenly for a day.",
            )
            .ask_once("clock", format!("max({})", series("mailgauge_clock_in_doubt", ""))),
            1.0,
            "YES",
        ),
        stat(
            "Faults",
            "short",
            "Faults inside mailgauge. After a panic the mail has passed unmeasured; any is worth a report.",
        )
        .ask_once("faults", total("mailgauge_internal_errors_total", ""))
        .from(1.0, Colour::Act),
        stat("Lost records", "short", "Records that were not written; their mails passed all the same.")
            .ask_once("records", total("mailgauge_records_dropped_total", ""))
            .from(1.0, Colour::Watch),
    ]
}

fn mail() -> Vec<Panel> {
    let scan = "mailgauge_scan_duration_seconds";
    vec![
        lines(
            "Mails by direction",
            "cpm",
            "Mails a minute: from outside, from our users to others, and from this machine or among us. A direction \
            that stops was perhaps wired out of Postfix.",
        )
        .ask("{{direction}}", per_minute("direction", "mailgauge_messages_total", "")),
        lines("Bytes scanned", "binBps", "Bytes of mail a second, those of mails that broke off too.")
            .ask("bytes", rate("", "mailgauge_scanned_bytes_total", "")),
        lines(
            "Time in the scanner",
            "s",
            "Per mail, without the time that Postfix takes to send it. Above 0.25 s users notice; it grows \
            with the size of mails and with nothing else.",
        )
        .ask("median", quantile(0.5, scan))
        .ask("95 %", quantile(0.95, scan))
        .ask("99 %", quantile(0.99, scan)),
        lines(
            "Sessions",
            "short",
            "Sessions that Postfix has open, and how many there may be. At the limit, further ones are refused, and \
            Postfix does what its default_action says.",
        )
        .ask("open, {{instance}}", series("mailgauge_sessions_open", ""))
        .ask("limit, {{instance}}", series("mailgauge_sessions_limit", "")),
        lines(
            "Mails on their way",
            "short",
            "Mails between MAIL and the end of the message. Many that don't end are a hanging client.",
        )
        .ask("{{instance}}", series("mailgauge_messages_open", "")),
        lines(
            "What was done",
            "cpm",
            "Mails a minute by what was done with them: the tag is usual, all else was configured.",
        )
        .ask("{{action}}", per_minute("action", "mailgauge_verdicts_total", "")),
        lines(
            "On trial",
            "cpm",
            "Mails a minute with which something else would have been done but for mode = \"observe\": what it would have been. \
            `mailgauge what-if` says for which findings.",
        )
        .ask("{{action}}", per_minute("action", "mailgauge_dry_run_verdicts_total", "")),
        lines(
            "Recipients refused for a declared size",
            "cpm",
            "A minute: their servers don't take a mail as large as was declared, and a rule refuses it before it is sent.",
        )
        .ask("recipients", per_minute("", "mailgauge_recipients_refused_total", "")),
        lines("Mails passed over", "cpm", "Mails a minute that passed unmeasured, as `policy.skip` wants it.")
            .ask("mails", per_minute("", "mailgauge_messages_skipped_total", "")),
    ]
}

fn trouble() -> Vec<Panel> {
    vec![
        lines(
            "Faults in mailgauge",
            "cpm",
            "By kind, a minute. panic: that mail passed unmeasured. session, reply: Postfix did what its \
            default_action says. Nothing at all is normal.",
        )
        .ask("{{kind}}", per_minute("kind", "mailgauge_internal_errors_total", "")),
        lines(
            "Transactions that broke off",
            "cpm",
            "By how far they had come, a minute. data: the client hung up, or outgrew Postfix's \
            size limit while it was sending.",
        )
        .ask("{{stage}}", per_minute("stage", "mailgauge_transactions_aborted_total", "")),
        lines(
            "Connections refused",
            "cpm",
            "Connections closed before a session began, a minute. full: raise max_sessions. foreign, silent: \
            somebody else connects to the milter's port.",
        )
        .ask("{{reason}}", per_minute("reason", "mailgauge_connections_refused_total", "")),
        lines(
            "Tags from outside",
            "cpm",
            "X-Mailgauge fields that came with mails, a minute: removed, or left because a mail had too many. \
            Somebody tries to pass for measured, or a content filter hands mails back.",
        )
        .ask("removed", per_minute("", "mailgauge_forged_tags_removed_total", ""))
        .ask("left", per_minute("", "mailgauge_forged_tags_left_total", "")),
        lines("Log lines lost", "cpm", "Lines a minute that whoever reads the log did not take in time.")
            .ask("lines", per_minute("", "mailgauge_log_lines_dropped_total", "")),
        lines("Reloads", "short", "Attempts to read the configuration again, by result, in each interval.").ask(
            "{{result}}",
            format!("sum by (result) (increase({}[$__rate_interval]))", series("mailgauge_config_reloads_total", "")),
        ),
    ]
}

fn records() -> Vec<Panel> {
    vec![
        lines(
            "Records",
            "cpm",
            "Records a minute: written, and forgotten because their time or the room for them is over.",
        )
        .ask("written", per_minute("", "mailgauge_records_written_total", ""))
        .ask("forgotten", per_minute("", "mailgauge_records_forgotten_total", "")),
        lines(
            "Records lost",
            "cpm",
            "By reason, a minute. queue-full: the store is too slow. store-unavailable: it did not answer. Nothing at \
            all is normal.",
        )
        .ask("{{reason}}", per_minute("reason", "mailgauge_records_dropped_total", "")),
        lines(
            "Records that wait",
            "short",
            "In the queue to the store. A queue that grows is a store that is slow or down; when it is full, \
            records are lost, and never mails.",
        )
        .ask("{{instance}}", series("mailgauge_store_queue_records", "")),
        lines(
            "Size of the store",
            "bytes",
            "Bytes in use. It stops growing when the oldest day is as old as records are kept.",
        )
        .ask("{{instance}}", series("mailgauge_store_bytes", "")),
        lines(
            "Look-ups",
            "cpm",
            "At the page and the API, a minute, by how they ended. unaudited, failed: the store did not answer. Many \
            limited or forbidden ones: somebody tries more than his work asks for.",
        )
        .ask("{{result}}", per_minute("result", "mailgauge_lookups_total", "")),
        lines("Sign-ins refused", "cpm", "Wrong names or passwords at the look-up page, a minute.")
            .ask("refused", per_minute("", "mailgauge_lookup_logins_refused_total", "")),
        moment(
            "Oldest record",
            "mailgauge_store_oldest_record_timestamp_seconds",
            "The oldest day with records. Older than configured: \
            something keeps mailgauge from forgetting, see the clock above.",
        ),
        moment(
            "The key in use ends",
            "mailgauge_key_until_timestamp_seconds",
            "mailgauge makes the next key by itself. No data: there is no \
            key, and records go without tokens, so that nobody is found by address.",
        ),
        moment(
            "The certificate ends",
            "mailgauge_lookup_certificate_until_timestamp_seconds",
            "That of the look-up page. No data: it is \
            served without TLS.",
        ),
        moment(
            "Configuration of",
            "mailgauge_config_last_reload_success_timestamp_seconds",
            "When the configuration in force was read.",
        ),
        Panel::new(Kind::Table, "Versions", "none", (8, 4), "Which version each instance runs.").ask_once(
            "{{instance}}: {{version}}",
            format!("max by (instance, version) ({})", series("mailgauge_build_info", "")),
        ),
    ]
}

fn process() -> Vec<Panel> {
    let line = |title: &str, unit, description: &str| Panel::new(Kind::Lines, title, unit, (6, 6), description);
    vec![
        line("Processor", "percentunit", "Share of one core.")
            .ask("{{instance}}", format!("rate({}[$__rate_interval])", series("process_cpu_seconds_total", ""))),
        line("Memory", "bytes", "Resident memory. It depends on open sessions and not on the size of mails.")
            .ask("{{instance}}", series("process_resident_memory_bytes", "")),
        line("File descriptors", "short", "Open ones, and how many there may be.")
            .ask("open, {{instance}}", series("process_open_fds", ""))
            .ask("most, {{instance}}", series("process_max_fds", "")),
        Panel {
            size: (6, 6),
            ..moment(
                "Running since",
                "process_start_time_seconds",
                "When the process started. A short time that nobody explains is a crash: see the log.",
            )
        },
    ]
}
