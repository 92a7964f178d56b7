//! The example file and the manual page, made from the table of keys.

use super::rules::RULE_KEYS;
use super::{Applies, Config, SECTIONS};
use crate::figures::grouped;
use crate::policy::{PLACEHOLDERS, SHIPPED, SHIPPED_AT, SizeLimit, files_in_wire};

/// `contrib/mailgauge.toml`: every key with its text and its default, each of them commented out.
pub fn example() -> String {
    let defaults = Config::default();
    let mut out = String::from(
        "# mailgauge: every key with its default. Made by `cargo run -- docs`.\n\
         #\n\
         # Nothing here is needed: mailgauge runs without a file. Remove the # in front of what you want to change, see\n\
         # what is wrong with `mailgauge check-config --config FILE`, and have it read with `systemctl reload mailgauge`.\n",
    );
    for section in SECTIONS {
        out.push_str(&format!("\n\n{}\n[{}]\n", comment(section.doc), section.name));
        for key in section.keys {
            let restart = if key.applies == Applies::OnRestart { "\n# Read at the start only." } else { "" };
            out.push_str(&format!("\n{}{restart}\n#{} = {}\n", comment(key.doc), key.name, key.show(&defaults)));
        }
    }
    out
}

/// `docs/configuration.md`.
pub fn markdown() -> String {
    let defaults = Config::default();
    let mut out = String::from(
        "# Configuration\n\n\
         <!-- Made by `cargo run -- docs` from src/config/keys.rs: edit there. -->\n\n\
         mailgauge runs without a configuration file. With `--config FILE` it reads a TOML file;\n\
         [`contrib/mailgauge.toml`](../contrib/mailgauge.toml) has every key with its default.\n\n\
         - `mailgauge check-config --config FILE` says what is wrong, with line, column and what to write instead, or prints the\n  configuration that holds.\n\
         - `systemctl reload mailgauge` (SIGHUP) reads the file again. A file with a mistake changes nothing: the old settings stay,\n  and the mistake is logged and counted.\n\
         - Durations are a whole number and a unit: `\"500ms\"`, `\"10s\"`, `\"5m\"`, `\"1h\"`, `\"1d\"`.\n\
         - Sizes are bytes, or a whole number and a unit: `10240000`, `\"25 MiB\"` (26,214,400), `\"25 MB\"` (25,000,000).\n\
         - There are no secrets in this file.\n",
    );
    for section in SECTIONS {
        out.push_str(&format!("\n## [{}]\n\n{}\n", section.name, prose(section.doc)));
        for key in section.keys {
            let changes = match key.applies {
                Applies::OnReload => "on reload",
                Applies::OnRestart => "on restart",
            };
            out.push_str(&format!(
                "\n### `{}.{}`\n\n{}\n\n- takes: {}\n- default: `{}`\n- a change takes effect: {changes}\n",
                section.name,
                key.name,
                prose(key.doc),
                key.values(),
                key.show(&defaults)
            ));
        }
        if section.name == "policy" {
            policy(&mut out);
        }
    }
    out
}

/// What stands below keys of the policy: rules, placeholders, shipped limits.
fn policy(out: &mut String) {
    out.push_str(
        "\n### A rule: `[[policy.rules]]`\n\n\
         All conditions of a rule must hold; one that is not written makes no difference. At most 100 rules.\n\n\
         | key | it says | takes |\n|---|---|---|\n",
    );
    for key in RULE_KEYS {
        out.push_str(&format!("| `{}` | {} | {} |\n", key.name, prose(key.doc).replace('\n', " "), key.values()));
    }
    out.push_str("\n### What may stand in braces in `reply`\n\n| placeholder | it becomes |\n|---|---|\n");
    for (name, becomes, _) in PLACEHOLDERS {
        out.push_str(&format!("| `{{{name}}}` | {becomes} |\n"));
    }
    out.push_str(&format!(
        "\n### Shipped limits\n\n\
         As of {SHIPPED_AT}. A mail carries files in letters: so many bytes of files are 36.8 % more on the wire (four letters for three\n\
         bytes, and a line end of two for every 76 letters; RFC 2045 §6.8). Both are given here.\n\n\
         | domains | on the wire | of files | source |\n|---|---:|---:|---|\n"
    ));
    for (domains, limit, source) in SHIPPED {
        let wire = limit.wire().unwrap_or(u64::MAX);
        let files = match limit {
            SizeLimit::Files(bytes) => *bytes,
            _ => files_in_wire(wire),
        };
        out.push_str(&format!("| {} | {} | {} | {source} |\n", domains.join(", "), grouped(wire), grouped(files)));
    }
}

fn comment(doc: &[&str]) -> String {
    doc.iter().map(|line| format!("#{line}")).collect::<Vec<_>>().join("\n")
}

fn prose(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
}
