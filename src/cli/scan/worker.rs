//! Reads messages, scans them, and renders what was found.

use super::super::terminal::harmless;
use super::inputs::{Input, Job};
use super::interrupt::Stop;
use super::progress::Counters;
use super::tally::Tally;
use super::{Pages, Scanned, json, text};
use crate::Settings;
use crate::catalogue;
use crate::policy::Matched;
use crate::report::{Reference, Reply};
use crate::scan::mbox::{self, Mailbox};
use crate::scan::{EnvelopeFacts, Scanner};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

/// Bytes read at once; a milter gets chunks of this size.
pub const CHUNK: usize = 64 * 1024;
/// Output that is handed over at once.
const OUTPUT: usize = 64 * 1024;
/// Bytes in which a mailbox shows itself.
const FIRST_LINE: usize = 1024;

/// What came of some messages of a job.
#[derive(Default)]
pub struct Piece {
    /// For stdout. A page for people begins with an empty line.
    pub text: Vec<u8>,
    /// For stderr.
    pub complaints: Vec<String>,
    pub tally: Tally,
    /// The job is done.
    pub last: bool,
}

pub struct Worker {
    settings: Arc<Settings>,
    envelope: Arc<Matched>,
    pages: Pages,
    stop: Stop,
    counters: Arc<Counters>,
    chunk: Vec<u8>,
}

impl Worker {
    pub fn new(
        settings: Arc<Settings>,
        envelope: Arc<Matched>,
        pages: Pages,
        stop: Stop,
        counters: Arc<Counters>,
    ) -> Worker {
        Worker { settings, envelope, pages, stop, counters, chunk: vec![0; CHUNK] }
    }

    /// Does a job. Of one that fails on our own account the last piece never comes.
    pub fn work(&mut self, job: Job, out: &SyncSender<Piece>) {
        let done = catch_unwind(AssertUnwindSafe(|| {
            let mut run = Run { worker: self, piece: Piece::default(), out };
            for input in job {
                run.input(input);
            }
            run.piece.last = !run.worker.stop.is_set();
            run.hand_over();
        }));
        // The hook has told of the panic; whoever waits for the last piece notices as well.
        drop(done);
    }
}

/// A job in work.
struct Run<'a> {
    worker: &'a mut Worker,
    piece: Piece,
    out: &'a SyncSender<Piece>,
}

impl Run<'_> {
    fn input(&mut self, input: Input) {
        let (path, read) = match &input {
            Input::Stdin => (Path::new("-"), self.file(Path::new("-"), &mut io::stdin().lock(), 1)),
            Input::File(path) => (path.as_path(), File::open(path).and_then(|mut file| self.file(path, &mut file, 1))),
            Input::Slice { path, first, start, end } => {
                let slice = File::open(path).and_then(|mut file| {
                    file.seek(SeekFrom::Start(*start))?;
                    self.file(path, &mut file.take(end - start), *first)
                });
                (&**path, slice)
            }
            Input::Unreadable(path, error) => (path.as_path(), Err(io::Error::new(error.kind(), error.to_string()))),
        };
        if let Err(error) = read {
            self.piece.complaints.push(format!("{}: {error}", harmless(&path.to_string_lossy())));
            self.piece.tally.unread += 1;
            self.hand_over();
        }
    }

    /// One file, a message or a mailbox. `first` is the number of its first message, if it is a mailbox.
    fn file(&mut self, path: &Path, input: &mut dyn Read, first: u64) -> io::Result<()> {
        let name = path.to_string_lossy();
        let mut chunk = std::mem::take(&mut self.worker.chunk);
        chunk.resize(CHUNK, 0);
        let read = self.begin(&name, input, &mut chunk, first);
        self.worker.chunk = chunk;
        read
    }

    fn begin(&mut self, name: &str, input: &mut dyn Read, chunk: &mut [u8], first: u64) -> io::Result<()> {
        // A pipe gives what it has; what the file is takes its first line.
        let mut length = 0;
        while length < FIRST_LINE && !chunk[..length].contains(&b'\n') {
            match self.read(input, &mut chunk[length..])? {
                0 => break,
                more => length += more,
            }
        }
        if mbox::is_mailbox(&chunk[..length]) {
            return self.mailbox(name, input, chunk, length, first);
        }
        let mut scanner = self.scanner();
        while length > 0 {
            scanner.body(&chunk[..length]);
            length = self.read(input, chunk)?;
        }
        if !self.worker.stop.is_set() {
            self.message(name, scanner);
        }
        Ok(())
    }

    fn mailbox(
        &mut self,
        name: &str,
        input: &mut dyn Read,
        chunk: &mut [u8],
        mut length: usize,
        first: u64,
    ) -> io::Result<()> {
        let mut mailbox = Mailbox::new();
        let mut current: Option<Scanner> = None;
        let mut number = first;
        let mut done = |run: &mut Self, current: Option<Scanner>| {
            if let Some(scanner) = current {
                run.message(&format!("{name}#{number}"), scanner);
                number += 1;
            }
        };
        let mut take = |run: &mut Self, piece: mbox::Piece<'_>| match piece {
            mbox::Piece::Message { .. } => {
                let next = Some(run.scanner());
                done(run, std::mem::replace(&mut current, next));
            }
            mbox::Piece::Bytes(bytes) => {
                if let Some(scanner) = &mut current {
                    scanner.body(bytes);
                }
            }
        };
        while length > 0 {
            mailbox.feed(&chunk[..length], |piece| take(self, piece));
            length = self.read(input, chunk)?;
        }
        if self.worker.stop.is_set() {
            return Ok(());
        }
        mailbox.finish(|piece| take(self, piece));
        done(self, current);
        Ok(())
    }

    /// Reads once. Nothing more comes after Ctrl-C.
    fn read(&mut self, input: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.worker.stop.is_set() {
                return Ok(0);
            }
            match input.read(chunk) {
                Ok(length) => {
                    self.worker.counters.read(length as u64);
                    return Ok(length);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn scanner(&self) -> Scanner {
        Scanner::for_stream(self.worker.settings.limits, EnvelopeFacts::default())
    }

    /// A message has ended.
    fn message(&mut self, path: &str, scanner: Scanner) {
        let Settings { policy, thresholds, .. } = &*self.worker.settings;
        let envelope = &self.worker.envelope;
        let mut facts = scanner.finish();
        facts.envelope.destination = envelope.exceeded(facts.wire_bytes);
        let mut findings = catalogue::diagnose(&facts, thresholds);
        policy.levels.apply(&mut findings);
        let verdict = policy.decide(&findings, envelope);
        // What is on trial is to be seen here, too.
        let decision = verdict.would.unwrap_or(verdict.done);
        let nobody = Reference::from_bits(0);
        let reply = Reply::by(decision, &facts, envelope.recipients(), nobody, (policy, thresholds));
        let scanned = Scanned { path, facts, findings, verdict, reply };
        self.piece.tally.message(&scanned);
        self.worker.counters.message();
        match self.worker.pages {
            Pages::Text(paint, width) => {
                self.piece.text.push(b'\n');
                self.piece.text.extend_from_slice(text::message(&scanned, paint, width).as_bytes());
            }
            Pages::Json => {
                // INVARIANT: writing into memory cannot fail, and the object has only strings for keys.
                let _ = serde_json::to_writer(&mut self.piece.text, &json::Message::of(&scanned));
                self.piece.text.push(b'\n');
            }
            Pages::None => {}
        }
        if self.piece.text.len() >= OUTPUT {
            self.hand_over();
        }
    }

    /// Waits where the printer is behind. That nobody listens any more is seen by the stop flag or ends the process.
    fn hand_over(&mut self) {
        let _ = self.out.send(std::mem::take(&mut self.piece));
    }
}
