//! An installation that runs: the mail goes through its mail server, and what it leaves behind is searched in place.

use super::{Place, SENDER, files_below, talk};
use crate::config::Config;
use anyhow::{Context, ensure};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A mail server on a busy machine takes a while.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the mail gets there, and how it is asked for.
pub struct Way<'a> {
    /// The configuration of the installation.
    pub file: Option<&'a Path>,
    /// Its mail server.
    pub smtp: &'a str,
    /// The mailbox.
    pub to: &'a str,
    /// For which it is looked up.
    pub ticket: &'a str,
    /// Its log files.
    pub logs: &'a [PathBuf],
}

/// Sends the mail, and gives all that is left of it afterwards, as far as it can be read from here.
pub fn places(config: &Config, way: &Way<'_>, mail: &[u8]) -> anyhow::Result<Vec<Place>> {
    let Way { file, smtp, to, ticket, logs } = *way;
    let begun = jiff::Timestamp::now();
    talk::deliver(smtp, SENDER, to, mail).context("the mail server did not take the mail")?;
    let lookup = |format: &str| -> anyhow::Result<Vec<u8>> {
        let mut command = Command::new(std::env::current_exe()?);
        // By standard input, as the journal keeps the command line of whoever writes to it.
        command.args(["lookup", "--ticket", ticket, "--since", "1h", "--format", format, "--sender", "-"]);
        if let Some(file) = file {
            command.arg("--config").arg(file);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "{SENDER}")?;
        }
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "mailgauge lookup: {}", String::from_utf8_lossy(&output.stderr));
        Ok([output.stdout, output.stderr].concat())
    };
    let deadline = Instant::now() + PATIENCE;
    let json = loop {
        let json = lookup("json")?;
        if String::from_utf8_lossy(&json).contains("\"reference\"") {
            break json;
        }
        ensure!(
            Instant::now() < deadline,
            "the mail server has taken the mail, but mailgauge has no record of it: does Postfix ask mailgauge on this port \
             (`postconf smtpd_milters`), and is --config the file that it runs with?"
        );
        // Each look is written down, and their number is limited.
        std::thread::sleep(Duration::from_secs(1));
    };
    let mut places = vec![Place::new("look-up, JSON", json), Place::new("look-up, text", lookup("text")?)];
    match config.sqlite_file().as_deref().and_then(Path::parent) {
        Some(directory) => places.extend(files_below("", directory)?),
        None => places.push(Place::skipped("PostgreSQL", "its files belong to the database server")),
    }
    places.extend(files_below("keys/", &config.key_directory())?);
    match &config.http {
        Some(http) => {
            for path in ["/", "/metrics"] {
                places.push(Place::new(format!("http{path}"), talk::get(&http.to_string(), path)?));
            }
        }
        None => places.push(Place::skipped("metrics", "[http] listen is \"off\"")),
    }
    for log in logs {
        places.push(Place::new(
            log.display().to_string(),
            std::fs::read(log).with_context(|| format!("cannot read {}", log.display()))?,
        ));
    }
    if logs.is_empty() {
        let since = format!("@{}", begun.as_second());
        let journal = Command::new("journalctl").args(["-t", "mailgauge", "-o", "verbose", "--since", &since]).output();
        places.push(match journal {
            Ok(output) if output.status.success() && !output.stdout.is_empty() => Place::new("journal", output.stdout),
            _ => Place::skipped("journal", "journalctl shows nothing of mailgauge: name the log with --log"),
        });
    }
    Ok(places)
}
