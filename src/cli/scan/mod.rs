//! `scan`: message files, mailboxes and directories through the engine of the milter.
//!
//! ```text
//! inputs (one thread: walks, makes jobs) --jobs--> worker (--jobs threads: reads, scans, renders) --pieces--> here: prints
//! ```
//!
//! Each job has a channel of its own for what comes of it, and the channels wait in the order of the jobs: so the output has the
//! order of the input, whoever is done first. All queues are bounded.

mod inputs;
mod interrupt;
mod json;
mod progress;
mod tally;
mod text;
mod worker;

use super::terminal::Paint;
use super::{Format, ScanArgs, complain};
use crate::catalogue::{Finding, Level};
use crate::policy::{Client, Direction, Domains, Matched, Policy, Verdict};
use crate::report::Reply;
use crate::scan::Facts;
use clap::ValueEnum;
use inputs::Job;
use interrupt::Stop;
use progress::Progress;
use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tally::Tally;
use worker::{Piece, Worker};

/// More threads are of no use, and might not be had.
const JOBS: usize = 256;
/// Jobs that wait for each worker.
const WAITING: usize = 4;
/// Pieces of output that wait for each job.
const PIECES: usize = 4;
/// How often it is looked whether somebody pressed Ctrl-C.
const LOOK: Duration = Duration::from_millis(100);

/// From which level on findings make the exit code 1.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Info,
    Notice,
    Warning,
    Error,
    Never,
}

/// Which way a mail goes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    Inbound,
    Outbound,
    Internal,
}

impl From<Way> for Direction {
    fn from(way: Way) -> Direction {
        match way {
            Way::Inbound => Direction::Inbound,
            Way::Outbound => Direction::Outbound,
            Way::Internal => Direction::Internal,
        }
    }
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

/// One message and what was found in it.
struct Scanned<'a> {
    /// As its file was named, with its number in a mailbox; not yet fit for a terminal.
    path: &'a str,
    facts: Facts,
    findings: Vec<Finding>,
    /// What the policy would make of it.
    verdict: Verdict,
    /// What its sender would hear, if it would be refused.
    reply: Option<Reply>,
}

impl Scanned<'_> {
    /// `None` for a clean message.
    fn level(&self) -> Option<Level> {
        self.verdict.level
    }
}

/// What is printed of each message.
#[derive(Clone, Copy)]
enum Pages {
    Text(Paint, usize),
    Json,
    /// Only the summary at the end.
    None,
}

pub fn run(args: &ScanArgs) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let settings = Arc::new(args.config.load()?.settings);
    let envelope = Arc::new(envelope(args, &settings.policy)?);
    let paint = Paint::for_stdout();
    let pages = match args.format {
        _ if args.summary => Pages::None,
        Format::Text => Pages::Text(paint, super::terminal::width()),
        Format::Json => Pages::Json,
    };
    let stop = interrupt::watch()?;
    // Pages that run over the terminal are progress enough.
    let visible = !args.quiet && (args.summary || !io::stdout().is_terminal());
    let progress = Progress::start(visible, &args.paths);
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get).min(JOBS);
    let tickets = start(args, jobs, &stop, |stop| {
        Worker::new(settings.clone(), envelope.clone(), pages, stop, progress.counters())
    });

    let mut tally = Tally::default();
    print(tickets, &stop, &mut tally, &progress)?;
    progress.finish();
    let stopped = stop.is_set();
    let mut out = io::stdout().lock();
    match (args.summary, args.format) {
        (true, Format::Json) => {
            serde_json::to_writer(&mut out, &json::Summary::of(&tally, begun.elapsed(), !stopped))
                .map_err(io::Error::from)?;
            writeln!(out)?;
        }
        (true, Format::Text) => write!(out, "{}", text::table(&tally, begun.elapsed(), paint))?,
        (false, Format::Text) if tally.messages > 1 || stopped => {
            let gap = if tally.messages > 0 { "\n" } else { "" };
            write!(out, "{gap}{}", text::summary(&tally, paint))?;
        }
        _ => {}
    }
    out.flush()?;
    if stopped {
        complain("interrupted: what is above is not all");
        return Ok(ExitCode::from(super::INTERRUPTED));
    }
    Ok(if tally.unread > 0 {
        ExitCode::from(super::COULD_NOT)
    } else if tally.levels().any(|(level, _)| level.is_some_and(|level| args.fail_on.reached_by(level))) {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// What rules are asked about, which no file tells: as the arguments say.
fn envelope(args: &ScanArgs, policy: &Policy) -> anyhow::Result<Matched> {
    let client = Client {
        address: args.client,
        local: args.client.is_some_and(|address| address.to_canonical().is_loopback()),
        authenticated: args.authenticated,
        daemon: None,
    };
    let mut mail = policy.begin(&client, None, None);
    for domain in &args.to {
        let domain = Domains::parse(domain).map_err(|help| anyhow::anyhow!("--to {domain}: {help}"))?;
        policy.recipient(&mut mail, &domain.to_string(), false);
    }
    if let Some(direction) = args.direction {
        mail.assume(direction.into());
    }
    Ok(mail)
}

/// Starts the threads. What comes of each job can be had from its own receiver, in the order of the jobs.
///
/// Nobody waits for the threads: whoever is stuck in a read when Ctrl-C comes ends with the process.
fn start(args: &ScanArgs, jobs: usize, stop: &Stop, worker: impl Fn(Stop) -> Worker) -> Receiver<Receiver<Piece>> {
    let (work, waiting) = sync_channel::<(Job, SyncSender<Piece>)>(jobs * WAITING);
    let (tickets, order) = sync_channel(jobs * WAITING * 2);
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..jobs {
        let (waiting, mut worker) = (waiting.clone(), worker(stop.clone()));
        std::thread::spawn(move || {
            loop {
                let next = waiting.lock().map(|waiting| waiting.recv());
                let Ok(Ok((job, out))) = next else { return };
                worker.work(job, &out);
            }
        });
    }
    let (paths, stop) = (args.paths.clone(), stop.clone());
    std::thread::spawn(move || {
        inputs::each(&paths, &stop, |job| {
            let (out, ticket) = sync_channel(PIECES);
            // Both fail only where nobody listens any more.
            tickets.send(ticket).is_ok() && work.send((job, out)).is_ok()
        });
    });
    order
}

/// Prints what comes, in the order of the jobs, until the last or until Ctrl-C.
fn print(tickets: Receiver<Receiver<Piece>>, stop: &Stop, tally: &mut Tally, progress: &Progress) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut first = true;
    while let Some(ticket) = next(&tickets, stop) {
        let mut whole = false;
        while let Some(piece) = next(&ticket, stop) {
            for complaint in &piece.complaints {
                progress.aside(|| complain(complaint));
            }
            // Pages have an empty line between them.
            let text = if first { piece.text.strip_prefix(b"\n").unwrap_or(&piece.text) } else { &piece.text };
            first &= text.is_empty();
            out.write_all(text)?;
            tally.add(&piece.tally);
            whole = piece.last;
        }
        if !whole && !stop.is_set() {
            complain("internal error: some messages were not read to their end");
            tally.unread += 1;
        }
    }
    out.flush()
}

/// The next one, or `None` if there is no more or Ctrl-C was pressed.
fn next<T>(from: &Receiver<T>, stop: &Stop) -> Option<T> {
    loop {
        match from.recv_timeout(LOOK) {
            Ok(next) => return Some(next),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if stop.is_set() => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
