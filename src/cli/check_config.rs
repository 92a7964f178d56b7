//! `check-config`: what is wrong with a configuration file, or what holds.

use super::{ConfigArg, complain};
use crate::policy::{By, Effect, Mode, Policy, Rule};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

pub fn run(args: &ConfigArg) -> anyhow::Result<ExitCode> {
    let config = args.load()?;
    let mut out = io::stdout().lock();
    out.write_all(config.to_toml().as_bytes())?;
    out.write_all(effects(&config.settings.policy).as_bytes())?;
    if let Some(left) = config.left_behind_told() {
        complain(&left);
    }
    Ok(ExitCode::SUCCESS)
}

/// What each finding leads to, as remarks of a TOML file.
fn effects(policy: &Policy) -> String {
    let mut out = String::from(
        "\n# What each finding leads to: its level, what is done with a mail that has it, and the line that says so.\n",
    );
    if policy.mode == Mode::Observe {
        out.push_str("# Nothing of it is done: mode = \"observe\".\n");
    }
    out.push_str("#\n");
    let effects = policy.effects();
    let width = effects.iter().map(|effect| effect.entry.id.len()).max().unwrap_or(0);
    for effect in &effects {
        let Some(level) = effect.level else {
            let _ = writeln!(out, "# {:<width$}  off      {}", effect.entry.id, level_by(effect));
            continue;
        };
        let mut said = vec![by(effect)];
        said.extend(effect.level_by.map(|_| level_by(effect)));
        said.extend(effect.sometimes.iter().map(|(index, rule)| sometimes(*index, rule)));
        let _ = writeln!(out, "# {:<width$}  {level:<7}  {:<10}  {}", effect.entry.id, effect.action, said.join("; "));
    }
    out
}

fn level_by(effect: &Effect<'_>) -> String {
    effect.level_by.map_or_else(String::new, |line| format!("level by levels.\"{}\"", line.findings))
}

fn by(effect: &Effect<'_>) -> String {
    match effect.by {
        By::Nobody => "it broke off".into(),
        By::Tag => "by tag".into(),
        By::List(selector) => format!("by {} \"{selector}\"", effect.action),
        By::Rule(index) => format!("by rule {}", index + 1),
    }
}

/// What a rule does with some mail.
fn sometimes(index: usize, rule: &Rule) -> String {
    let mut for_whom = Vec::new();
    let list = |items: Vec<String>| items.join(" or ");
    if !rule.direction.is_empty() {
        for_whom.push(list(rule.direction.iter().map(ToString::to_string).collect()));
    }
    if !rule.recipient_domains.is_empty() {
        for_whom.push(format!("to {}", list(rule.recipient_domains.iter().map(ToString::to_string).collect())));
    }
    if !rule.networks.is_empty() {
        for_whom.push(format!("from {}", list(rule.networks.iter().map(ToString::to_string).collect())));
    }
    if !rule.daemons.is_empty() {
        for_whom.push(format!("at {}", list(rule.daemons.clone())));
    }
    match rule.authenticated {
        Some(true) => for_whom.push("authenticated".into()),
        Some(false) => for_whom.push("not authenticated".into()),
        None => {}
    }
    if rule.mode == Mode::Observe {
        for_whom.push("on trial".into());
    }
    format!("{} by rule {} ({})", rule.action, index + 1, for_whom.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn every_finding_with_what_it_leads_to() {
        let text = r#"
            [policy]
            quarantine = ["content-*"]
            reject = ["type-executable"]
            own_domains = ["example.org"]
            [policy.levels]
            "date-*" = "off"
            "size-near-own-limit" = "error"
            [[policy.rules]]
            findings = ["content-zip-truncated"]
            action = "accept"
            [[policy.rules]]
            findings = ["type-executable", "size-near-own-limit"]
            action = "quarantine"
            direction = "outbound"
            networks = ["192.0.2.0/24"]
            mode = "observe"
            [[policy.rules]]
            findings = ["mime-truncated"]
            action = "tempfail"
        "#;
        let config = Config::parse(text).unwrap_or_else(|wrong| panic!("{}", wrong[0]));
        let table = effects(&config.settings.policy);
        for (id, expected) in [
            ("date-past", "off      level by levels.\"date-*\""),
            ("content-zip-truncated", "error    tag         by rule 1"),
            ("content-pdf-truncated", "error    quarantine  by quarantine \"content-*\""),
            (
                "type-executable",
                "error    reject      by reject \"type-executable\"; quarantine by rule 2 (outbound, from 192.0.2.0/24, on trial)",
            ),
            (
                "size-near-own-limit",
                "error    tag         by tag; level by levels.\"size-near-own-limit\"; quarantine by rule 2 (outbound, from 192.0.2.0/24, on trial)",
            ),
            ("mime-truncated", "error    tempfail    by rule 3"),
            ("size-aborted-in-data", "notice   accept      it broke off"),
        ] {
            let line = table.lines().find(|line| line.starts_with(&format!("# {id} "))).unwrap();
            assert_eq!(line.trim_start_matches(&format!("# {id}")).trim_start(), expected, "{id}");
        }
        assert_eq!(table.lines().filter(|line| line.len() > 2).count(), 1 + crate::catalogue::all().count());
        // It is all remarks.
        assert_eq!(Config::parse(&format!("{}{table}", config.to_toml())), Ok(config));
    }
}
