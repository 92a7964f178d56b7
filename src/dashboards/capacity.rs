//! Who would meet which limit: what-if from the histograms.

use super::query::{count_above, quantile, series, share_above};
use super::{Colour, Dashboard, Kind, Panel, Row};
use crate::report::metrics::bounds;

const MAIL: &str = "mailgauge_message_wire_bytes";
const FILE: &str = "mailgauge_attachment_decoded_bytes";

/// Bounds below this are no limit of anybody's, in bytes.
const LEAST: f64 = 5_000_000.0;

pub(super) fn dashboard() -> Dashboard {
    Dashboard {
        uid: "mailgauge-capacity",
        title: "mailgauge: capacity and sizes",
        description: "How large mails and attachments are, and how many would meet which limit. For deciding about limits, and for telling \
            what a change of one would do.",
        from: "now-7d",
        rows: vec![
            Row { title: "What if? The limits that people meet", panels: limits() },
            Row { title: "Sizes", panels: sizes() },
            Row { title: "Attachments", panels: attachments() },
        ],
    }
}

fn limits() -> Vec<Panel> {
    let bars = |title: &str, unit, description: &str| Panel::new(Kind::Bars, title, unit, (12, 10), description);
    let mut share = bars(
        "Share of mails above a limit",
        "percentunit",
        "What would be refused if everybody had this limit, by the size of \
        mails on the wire. The exact bounds are in the metrics reference.",
    );
    let mut count = bars("Mails above a limit", "short", "The same as a number, for the time shown.");
    for (bound, reason) in bounds(MAIL).iter().filter(|(bound, _)| *bound >= LEAST) {
        let name = format!("{}: {}", megabytes(*bound), plain(reason));
        share = share.ask_once(&name, share_above(MAIL, *bound));
        count = count.ask_once(&name, count_above(MAIL, *bound));
    }
    vec![share.from(0.001, Colour::Watch).from(0.05, Colour::Act), count]
}

fn sizes() -> Vec<Panel> {
    vec![
        Panel::new(
            Kind::Lines,
            "Size of mails",
            "decbytes",
            (12, 8),
            "Half of all mails are smaller than the median, one in a hundred is \
            larger than the 99 % line. Estimated within the bounds of the histogram.",
        )
        .ask("median", quantile(0.5, MAIL))
        .ask("95 %", quantile(0.95, MAIL))
        .ask("99 %", quantile(0.99, MAIL)),
        Panel::new(
            Kind::Lines,
            "Bytes of mail in a day",
            "decbytes",
            (12, 8),
            "All mail of the 24 hours before each moment: what a backup, \
            a line or a disk has to take.",
        )
        .ask("bytes", format!("sum(increase({}[1d]))", series("mailgauge_scanned_bytes_total", ""))),
        Panel::new(
            Kind::Heatmap,
            "Sizes of mails over time",
            "decbytes",
            (24, 9),
            "How many mails of which size came when; the darker, the \
            more.",
        )
        .ask("{{le}}", format!("sum by (le) (increase({}[$__rate_interval]))", series(&format!("{MAIL}_bucket"), ""))),
    ]
}

fn attachments() -> Vec<Panel> {
    let mut above = Panel::new(
        Kind::Bars,
        "Attachments above a limit",
        "short",
        (12, 9),
        "Single files by their decoded size. A file grows by \
        more than a third in a mail: 7.5 MB is the largest that fits into Postfix's default limit.",
    );
    for (bound, reason) in bounds(FILE).iter().filter(|(bound, _)| *bound >= LEAST) {
        above = above.ask_once(&format!("{}: {}", megabytes(*bound), plain(reason)), count_above(FILE, *bound));
    }
    vec![
        above,
        Panel::new(
            Kind::Bars,
            "Kinds of files",
            "short",
            (12, 9),
            "The fifteen most frequent, by what their own bytes show.",
        )
        .ask_once(
            "{{kind}}",
            format!("topk(15, sum by (kind) (increase({}[$__range])) > 0)", series("mailgauge_attachments_total", "")),
        ),
        Panel::new(
            Kind::Lines,
            "Size of attachments",
            "decbytes",
            (12, 8),
            "Decoded sizes; estimated within the bounds of the histogram.",
        )
        .ask("median", quantile(0.5, FILE))
        .ask("95 %", quantile(0.95, FILE))
        .ask("99 %", quantile(0.99, FILE)),
        Panel::new(
            Kind::Lines,
            "Attachments of a mail",
            "short",
            (12, 8),
            "Exchange Online refuses mails of more than 250 parts.",
        )
        .ask("median", quantile(0.5, "mailgauge_message_attachments"))
        .ask("99 %", quantile(0.99, "mailgauge_message_attachments")),
    ]
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// Without the marks of Markdown.
fn plain(text: &str) -> String {
    text.replace('`', "")
}
