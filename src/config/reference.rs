//! The example file and the manual page, made from the table of keys.

use super::{Applies, Config, SECTIONS};

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
    }
    out
}

fn comment(doc: &[&str]) -> String {
    doc.iter().map(|line| format!("#{line}")).collect::<Vec<_>>().join("\n")
}

fn prose(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
}
