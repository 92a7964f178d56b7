//! The documents that are made from tables: findings, configuration, command line, metrics, API, dashboards.
//!
//! A test fails when one of them is stale; `cargo run -- docs` renews them.

use super::Cli;
use crate::catalogue::{self, Entry, Group};
use crate::config;
use clap::CommandFactory;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Every generated file: its path from the root of the repository, and what belongs into it.
pub fn files() -> Vec<(&'static str, String)> {
    let mut files = vec![
        ("contrib/mailgauge.toml", config::example()),
        ("docs/configuration.md", config::markdown()),
        ("docs/findings.md", findings()),
        ("docs/cli.md", command_line()),
        ("docs/metrics.md", crate::report::metrics::reference_markdown()),
        ("docs/dashboards.md", crate::dashboards::markdown()),
        ("docs/openapi.json", crate::web::desk::document()),
    ];
    files.extend(crate::dashboards::files());
    files
}

pub(super) fn write(root: &Path) -> anyhow::Result<ExitCode> {
    // `docs` is for those who work on mailgauge: elsewhere, it would litter.
    anyhow::ensure!(root.join("Cargo.toml").exists(), "{} is not the root of the repository", root.display());
    for (path, text) in files() {
        let path = root.join(path);
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        std::fs::write(&path, text).map_err(|e| anyhow::anyhow!("cannot write {}: {e}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `docs/findings.md`.
fn findings() -> String {
    let mut out = String::from(
        "# Findings\n\n\
         <!-- Made by `cargo run -- docs` from src/catalogue: edit there. -->\n\n\
         What mailgauge can find in a mail. An id never changes and is never used again for something else.\n\
         `mailgauge explain ID` shows the same text, `mailgauge scan FILE` tries it on a message.\n\n\
         | level | it means |\n|---|---|\n\
         | error | most recipients will have trouble |\n\
         | warning | some recipients will have trouble |\n\
         | notice | it may explain a complaint |\n\
         | info | context only |\n",
    );
    let chapters: Vec<_> = Group::ALL
        .iter()
        .map(|group| (group, catalogue::all().filter(|e| e.group == *group).collect::<Vec<_>>()))
        .filter(|(_, entries)| !entries.is_empty())
        .collect();
    for (group, entries) in &chapters {
        let _ = write!(out, "\n**{group}**\n\n");
        for entry in entries {
            let _ = writeln!(out, "- [`{}`](#{}) ({}): {}", entry.id, entry.id, entry.level, entry.title);
        }
    }
    for (group, entries) in &chapters {
        let _ = write!(out, "\n## {group}\n");
        for entry in entries {
            section(&mut out, entry);
        }
    }
    out.push_str("\n## Not built\n\nWhat other catalogues have, and this one has not, or not under this name.\n\n");
    for (id, why) in catalogue::LEFT_OUT {
        let _ = writeln!(out, "- `{id}`: {why}");
    }
    out
}

fn section(out: &mut String, entry: &Entry) {
    let _ = write!(
        out,
        "\n### {id}\n\n**{}**\n\nLevel: {}. Since: {}.\n",
        entry.title,
        entry.level,
        entry.since,
        id = entry.id,
    );
    for (head, text) in [
        ("What was seen", entry.what),
        ("Why it matters", entry.why),
        ("Who has to fix it", entry.fix),
        ("What this does not see", entry.misses),
        ("Source", entry.rfc),
    ] {
        if !text.is_empty() {
            let _ = write!(out, "\n*{head}:* {}\n", one_line(text));
        }
        if head == "Why it matters" && !entry.tell.is_empty() {
            let _ = write!(out, "\n> Tell the user: “{}”\n", one_line(entry.tell));
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `docs/cli.md`.
fn command_line() -> String {
    let mut out = String::from(
        "# Command line\n\n\
         <!-- Made by `cargo run -- docs` from src/cli/mod.rs: edit there. -->\n",
    );
    let mut cli = Cli::command().term_width(100);
    cli.build();
    let _ = write!(out, "\n```text\n{}```\n", help(&mut cli));
    verbs(&mut out, &mut cli, "##", "mailgauge");
    out
}

/// A section for each verb of `command`, and below it for each of its own.
fn verbs(out: &mut String, command: &mut clap::Command, head: &str, above: &str) {
    for verb in command.get_subcommands_mut().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
        let name = format!("{above} {}", verb.get_name());
        let _ = write!(out, "\n{head} {name}\n\n```text\n{}```\n", help(verb));
        verbs(out, verb, &format!("{head}#"), &name);
    }
}

/// The long help without colours and blanks at the ends of lines.
fn help(command: &mut clap::Command) -> String {
    let help = command.render_long_help().to_string();
    help.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_section_of_the_manual() {
        let mut out = String::new();
        super::section(&mut out, &super::super::findings::tests::SAMPLE);
        insta::assert_snapshot!(out);
    }
}
