//! `scan`: message files through the engine of the milter.

mod json;
mod text;

use super::terminal::{Paint, harmless, width};
use super::{Format, ScanArgs, complain};
use crate::Settings;
use crate::catalogue::{self, Finding, Level};
use crate::scan::{EnvelopeFacts, Facts, Scanner};
use clap::ValueEnum;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

/// Bytes read at once; a milter gets chunks of this size.
const CHUNK: usize = 64 * 1024;

/// From which level on findings make the exit code 1.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Info,
    Notice,
    Warning,
    Error,
    Never,
}

impl FailOn {
    fn reached_by(self, level: Level) -> bool {
        let least = match self {
            FailOn::Info => Level::Info,
            FailOn::Notice => Level::Notice,
            FailOn::Warning => Level::Warning,
            FailOn::Error => Level::Error,
            FailOn::Never => return false,
        };
        level >= least
    }
}

/// One message file and what was found in it.
struct Scanned<'a> {
    /// As it was named; not yet fit for a terminal.
    path: &'a str,
    facts: Facts,
    findings: Vec<Finding>,
    /// `None` for a clean message.
    level: Option<Level>,
}

pub fn run(args: &ScanArgs) -> anyhow::Result<ExitCode> {
    let settings = args.config.load()?.settings;
    let mut out = io::stdout().lock();
    let paint = Paint::for_stdout();
    let mut levels = Vec::new();
    let mut unread = false;
    for path in &args.files {
        let name = path.to_string_lossy();
        let facts = match measure(path, &settings) {
            Ok(facts) => facts,
            Err(error) => {
                complain(&format!("{}: {error}", harmless(&name)));
                unread = true;
                continue;
            }
        };
        let findings = catalogue::diagnose(&facts, &settings.thresholds);
        let level = settings.policy.decide(&findings).level;
        let scanned = Scanned { path: &name, facts, findings, level };
        match args.format {
            Format::Json => {
                serde_json::to_writer(&mut out, &json::Message::of(&scanned)).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Format::Text => {
                let gap = if levels.is_empty() { "" } else { "\n" };
                write!(out, "{gap}{}", text::message(&scanned, paint, width()))?;
            }
        }
        levels.push(level);
    }
    if args.format == Format::Text && levels.len() > 1 {
        write!(out, "\n{}", text::summary(&levels, paint))?;
    }
    Ok(if unread {
        ExitCode::from(super::COULD_NOT)
    } else if levels.into_iter().flatten().any(|level| args.fail_on.reached_by(level)) {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// Measures one file, or standard input for `-`.
fn measure(path: &Path, settings: &Settings) -> io::Result<Facts> {
    let mut input: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin().lock()) } else { Box::new(File::open(path)?) };
    let mut scanner = Scanner::for_stream(settings.limits, EnvelopeFacts::default());
    let mut chunk = vec![0; CHUNK];
    loop {
        match input.read(&mut chunk) {
            Ok(0) => return Ok(scanner.finish()),
            Ok(length) => scanner.body(&chunk[..length]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
