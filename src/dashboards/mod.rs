//! The Grafana dashboards, from one small source: `cargo run -- docs` writes them to `contrib/grafana/dashboards`.
//!
//! A panel says what it shows, in words, and asks for it in PromQL; where it stands, the order of the panels decides. What all three have
//! in common (variables, links, look) stands in `json` once.

mod admin;
mod capacity;
mod helpdesk;
mod json;
mod query;

use std::fmt::Write as _;

/// A dashboard.
pub struct Dashboard {
    /// Its fixed uid in Grafana, and the name of its file behind `mailgauge-`.
    pub uid: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The time it shows unless told otherwise, as Grafana writes it: `now-24h`.
    pub from: &'static str,
    /// Its rows from top to bottom.
    pub rows: Vec<Row>,
}

/// Panels side by side under a heading.
pub struct Row {
    /// The heading.
    pub title: &'static str,
    /// From left to right; the widths of a line add up to [`COLUMNS`], and the row may have several lines.
    pub panels: Vec<Panel>,
}

/// Columns of Grafana's grid.
pub const COLUMNS: u32 = 24;

/// One panel.
pub struct Panel {
    /// The title.
    pub title: String,
    /// What it shows and when to worry, for who looks at it.
    pub description: String,
    /// How it is drawn.
    pub kind: Kind,
    /// The unit, by Grafana's name for it.
    pub unit: &'static str,
    /// Width and height in the grid.
    pub size: (u32, u32),
    /// What is asked.
    pub targets: Vec<Target>,
    /// From which values on it changes its colour.
    pub steps: Vec<(f64, Colour)>,
    /// Words in place of values.
    pub words: Vec<(f64, &'static str, Colour)>,
}

/// How a panel is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Stat,
    /// Lines over time.
    Lines,
    /// Areas on top of each other.
    Stack,
    /// A bar for each series.
    Bars,
    /// Buckets of a histogram over time.
    Heatmap,
    /// Findings as a table with links to what they mean.
    Findings,
    /// Series as a table of their labels.
    Table,
    /// Text with links, and no query.
    Text,
}

/// A colour that is told from the others without hue, too: they differ in lightness, and words or places say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Nothing to do.
    Calm,
    /// Well.
    Good,
    /// To be watched.
    Watch,
    /// To be acted on.
    Act,
}

/// One query.
pub struct Target {
    /// PromQL, with Grafana's variables.
    pub expr: String,
    /// The name of each series; `{{label}}` stands for the value of a label.
    pub legend: String,
    /// Whether the value at the end of the time shown is asked, and not all values in it.
    pub instant: bool,
}

/// Every dashboard.
pub fn all() -> Vec<Dashboard> {
    vec![helpdesk::dashboard(), admin::dashboard(), capacity::dashboard()]
}

/// The generated files: path from the root of the repository, and content.
pub fn files() -> Vec<(&'static str, String)> {
    let path = |uid| match uid {
        "mailgauge-helpdesk" => "contrib/grafana/dashboards/helpdesk.json",
        "mailgauge-admin" => "contrib/grafana/dashboards/admin.json",
        _ => "contrib/grafana/dashboards/capacity.json",
    };
    all().iter().map(|dashboard| (path(dashboard.uid), json::render(dashboard))).collect()
}

/// `docs/dashboards.md`: what each panel shows, in the words that it has itself.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Dashboards\n\n<!-- Made by `cargo run -- docs` from src/dashboards: edit there. -->\n\n\
         What is in `contrib/grafana/dashboards`; [contrib/grafana/README.md](../contrib/grafana/README.md) says how to load them. Each panel has its text in\n\
         Grafana, too: at the **i** beside its title. Without Grafana, mailgauge's own status page shows the last 24 hours.\n\n\
         All of them can be narrowed to a job and to an instance of mailgauge; several instances are added up.\n",
    );
    for dashboard in all() {
        let _ = write!(
            text,
            "\n## {}\n\n{} Shows `{}` unless told otherwise.\n",
            dashboard.title, dashboard.description, dashboard.from
        );
        for row in dashboard.rows {
            let _ = write!(text, "\n### {}\n\n", row.title);
            for panel in row.panels {
                // The links of a text lead to where a variable of Grafana says.
                let about = if panel.kind == Kind::Text {
                    "Links to the look-up page and to what findings mean."
                } else {
                    &panel.description
                };
                let _ = writeln!(text, "- **{}**: {about}", panel.title);
            }
        }
    }
    text
}

impl Panel {
    fn new(kind: Kind, title: &str, unit: &'static str, size: (u32, u32), description: &str) -> Panel {
        let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = title.to_owned();
        Panel { title, description, kind, unit, size, targets: Vec::new(), steps: Vec::new(), words: Vec::new() }
    }

    /// Asks for values over time.
    fn ask(mut self, legend: &str, expr: String) -> Panel {
        self.targets.push(Target { expr, legend: legend.to_owned(), instant: false });
        self
    }

    /// Asks for the value at the end.
    fn ask_once(mut self, legend: &str, expr: String) -> Panel {
        self.targets.push(Target { expr, legend: legend.to_owned(), instant: true });
        self
    }

    /// From this value on it is this colour; below the first one it is calm.
    fn from(mut self, value: f64, colour: Colour) -> Panel {
        self.steps.push((value, colour));
        self
    }

    /// Says this in place of the value.
    fn say(mut self, value: f64, text: &'static str, colour: Colour) -> Panel {
        self.words.push((value, text, colour));
        self
    }
}
