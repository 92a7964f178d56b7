//! "Is something wrong today, and is it us or one sender?"

use super::query::{count_above, grown, per_minute, series, titled, total};
use super::{Colour, Dashboard, Kind, Panel, Row};
use crate::catalogue::{Level, OVERSIZED};
use crate::report::CLEAN;

const PROBLEM: &str = "warning|error";

pub(super) fn dashboard() -> Dashboard {
    Dashboard {
        uid: "mailgauge-helpdesk",
        title: "mailgauge: overview for the helpdesk",
        description: "What happens to the mail today: how many have problems, which, from how many senders, and how large they are. \
            Nothing here is about a person.",
        from: "now-24h",
        rows: vec![
            Row { title: "Now, in numbers of the time shown", panels: now() },
            Row { title: "What is wrong, and is it one sender or many?", panels: problems() },
            Row { title: "Sizes", panels: sizes() },
        ],
    }
}

fn now() -> Vec<Panel> {
    let mails = "mailgauge_messages_total";
    let stat = |title, unit, description| Panel::new(Kind::Stat, title, unit, (4, 4), description);
    let problems = total(mails, &format!("level=~\"{PROBLEM}\""));
    vec![
        Panel::new(Kind::Stat, "mailgauge", "none", (4, 4), "Whether mail is measured. NOT MEASURING: the mail still flows, but nothing \
            below is true any more. Tell the administrator.")
        .ask_once("state", format!("min({}) or vector(0)", series("up", "")))
        .say(0.0, "NOT MEASURING", Colour::Act)
        .say(1.0, "measuring", Colour::Good),
        stat("Mails", "short", "Mails that passed in the time shown.").ask_once("mails", total(mails, "")),
        stat("With problems", "percentunit", "Share of mails with a warning or an error: something that recipients notice. Yellow from \
            5 %, red from 20 %: a usual day lies below that. Compare with yesterday before you worry.")
        .ask_once("share", format!("{problems} / ({} > 0)", total(mails, "")))
        .from(0.05, Colour::Watch)
        .from(0.2, Colour::Act),
        stat("Too large for many", "short", "Mails larger than many providers accept (20 MiB on the wire, unless configured otherwise). \
            Their senders will get some of them back.")
        .ask_once("mails", total("mailgauge_findings_total", &format!("id=\"{OVERSIZED}\"")))
        .from(1.0, Colour::Watch),
        stat("Held", "short", "Mails that Postfix was asked to hold because of a finding. They wait until an administrator releases them; \
            whether one was released since is not known here.")
        .ask_once("mails", total("mailgauge_verdicts_total", "action=\"quarantine\""))
        .from(1.0, Colour::Watch),
        stat("Refused", "short", "Mails that were refused because of a finding, for now or for good. Their senders are told why. What \
            Postfix refused by itself, as too large, never came here.")
        .ask_once("mails", total("mailgauge_verdicts_total", "action=~\"tempfail|reject\""))
        .from(1.0, Colour::Watch),
    ]
}

fn problems() -> Vec<Panel> {
    let by_id = |expr: String| format!("sum by (id) ({expr})");
    let found = titled(&by_id(grown("mailgauge_findings_total", "")), PROBLEM);
    let senders = format!("max by (id) ({})", series("mailgauge_finding_senders", ""));
    vec![
        Panel::new(Kind::Stack, "Mails by the gravest thing found in them", "cpm", (12, 8), "Mails a minute. Grey: nothing, or nothing \
            that anybody notices. Orange and red: recipients have trouble. A step upwards that stays is a broken sender, or a change of \
            ours: look below which finding it is, and from how many senders.")
        .ask_each_level(),
        Panel::new(Kind::Lines, "Problems, the most frequent", "cpm", (12, 8), "The five findings that came most often, in mails a minute. \
            A line that rises alone is a single cause.")
        .ask("{{title}}", format!("topk(5, {} > 0)", titled(&per_minute("id", "mailgauge_findings_total", ""), PROBLEM))),
        Panel::new(Kind::Findings, "Problems by finding", "short", (14, 11), "Mails with each finding in the time shown, and from how many \
            senders within the last hour (32 stands for 32 or more). One sender: its program is broken, tell it. Many senders at once: \
            perhaps it is us. Click on a finding to read what it means and what to tell the user.")
        .ask_once("mails", format!("topk(25, {found} > 0)"))
        .ask_once("senders", senders.clone()),
        Panel::new(Kind::Bars, "From how many senders, in the last hour", "short", (10, 11), "Senders of the problems of the last hour, by \
            finding: 1 is one broken sender, a long bar is many. At most 32 are counted. Without keys for addresses (no store), nothing is \
            counted.")
        .ask_once("{{title}}", format!("topk(10, {} > 0)", titled(&senders, PROBLEM)))
        .from(1.0, Colour::Calm)
        .from(10.0, Colour::Watch),
    ]
}

impl Panel {
    /// A target for each level, so that the gravest lies on top.
    fn ask_each_level(self) -> Panel {
        let levels = std::iter::once(CLEAN).chain(Level::ALL.iter().map(|level| level.name()));
        levels.fold(self, |panel, level| {
            panel.ask(level, per_minute("", "mailgauge_messages_total", &format!("level=\"{level}\"")))
        })
    }
}

fn sizes() -> Vec<Panel> {
    let size = "mailgauge_message_wire_bytes";
    let mib = 1_048_576.0;
    vec![
        Panel::new(Kind::Heatmap, "Sizes of mails over time", "decbytes", (14, 9), "How many mails of which size came when, by size on the \
            wire; the darker, the more. The bounds are limits that people meet: 10.2 MB is Postfix's own default, 26.2 MB the one most \
            often quoted.")
        .ask("{{le}}", format!("sum by (le) (increase({}[$__rate_interval]))", series(&format!("{size}_bucket"), ""))),
        Panel::new(Kind::Bars, "Mails that are larger than", "short", (6, 9), "Mails of the time shown that would not fit through these limits.")
            .ask_once("Postfix's default (10.2 MB)", count_above(size, 10_240_000.0))
            .ask_once("iCloud, Outlook.com (20 MiB)", count_above(size, 20.0 * mib))
            .ask_once("many providers (25 MiB)", count_above(size, 25.0 * mib))
            .ask_once("Gmail inbound (50 MiB)", count_above(size, 50.0 * mib))
            .from(1.0, Colour::Watch),
        Panel::new(
            Kind::Text,
            "One user's mail",
            "none",
            (4, 9),
            "[Look up one mail](${lookup}) with a ticket number: what happened to it, and what to tell the user. \
             [What every finding means](${status}/findings). [The last 24 hours without Grafana](${status}/).",
        ),
    ]
}
