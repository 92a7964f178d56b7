//! The way out for log lines: a bounded queue, and a thread of its own that writes.
//!
//! Whoever reads the log can stall: a pipe that nobody empties, Ctrl-S at a terminal, a hung journal. A write of ours would then
//! stall as well, and with it the mail that it tells about. So nobody but this thread ever waits for a reader; what does not
//! fit into the queue is dropped, and counted.

use crate::report::Metrics;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Lines that wait at most: some seconds of a busy server, and with some 400 bytes a line less than 2 MiB.
const LINES: usize = 4096;

/// How long the last lines may take when mailgauge ends. A log that nobody reads must not hold it up.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes lines and never waits.
#[derive(Clone)]
pub struct Outlet {
    queue: SyncSender<Message>,
    metrics: Arc<Metrics>,
}

enum Message {
    Line(Vec<u8>),
    /// To be answered when all that came before it is written.
    Flush(SyncSender<()>),
}

impl Outlet {
    /// Starts the thread, which gives each line to `write`. What that cannot write is dropped and counted, too.
    ///
    /// # Errors
    /// There can be no thread.
    pub fn open(
        metrics: &Arc<Metrics>,
        write: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Outlet> {
        let (queue, waiting) = sync_channel(LINES);
        let dropped = metrics.clone();
        std::thread::Builder::new().name("log".into()).spawn(move || deliver(&waiting, write, &dropped))?;
        Ok(Outlet { queue, metrics: metrics.clone() })
    }

    /// Puts a line into the queue, its line break included.
    pub fn put(&self, line: Vec<u8>) {
        if self.queue.try_send(Message::Line(line)).is_err() {
            self.metrics.log_line_dropped();
        }
    }

    /// Waits until all lines so far are written, but not for ever.
    pub fn flush(&self) {
        let deadline = Instant::now() + PATIENCE;
        let (written, is_written) = sync_channel(1);
        while self.queue.try_send(Message::Flush(written.clone())).is_err() {
            if Instant::now() >= deadline {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = is_written.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }
}

fn deliver(waiting: &Receiver<Message>, mut write: impl FnMut(&[u8]) -> io::Result<()>, metrics: &Metrics) {
    for message in waiting {
        match message {
            Message::Line(line) => {
                if write(&line).is_err() {
                    metrics.log_line_dropped();
                }
            }
            Message::Flush(written) => {
                let _ = written.try_send(());
            }
        }
    }
}

/// A line on its way: what the subscriber writes at once is one line.
impl io::Write for Outlet {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.put(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus::{Registry, TextEncoder};
    use std::sync::Mutex;

    fn dropped(registry: &Registry) -> usize {
        let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        text.lines().find_map(|l| l.strip_prefix("mailgauge_log_lines_dropped_total ")).unwrap().parse().unwrap()
    }

    #[test]
    fn lines_come_out_as_they_went_in() {
        let metrics = Arc::new(Metrics::register(&Registry::new()).unwrap());
        let written = Arc::new(Mutex::new(Vec::new()));
        let sink = written.clone();
        let outlet = Outlet::open(&metrics, move |line| {
            sink.lock().unwrap().extend_from_slice(line);
            Ok(())
        });
        let outlet = outlet.unwrap();
        outlet.put(b"one\n".to_vec());
        outlet.put(b"two\n".to_vec());
        outlet.flush();
        assert_eq!(*written.lock().unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn what_nobody_reads_is_dropped_and_counted() {
        let registry = Registry::new();
        let metrics = Arc::new(Metrics::register(&registry).unwrap());
        let (stalled, reader) = sync_channel::<()>(0);
        let outlet = Outlet::open(&metrics, move |_| stalled.send(()).map_err(|_| io::ErrorKind::BrokenPipe.into()));
        let outlet = outlet.unwrap();
        assert_eq!(dropped(&registry), 0);
        for _ in 0..LINES + 100 {
            outlet.put(b"line\n".to_vec());
        }
        // The thread may have taken one out already.
        assert!([99, 100].contains(&dropped(&registry)), "{}", dropped(&registry));
        let begun = Instant::now();
        outlet.flush();
        assert!(begun.elapsed() < 2 * PATIENCE);
        // The reader is gone: whatever waits cannot be written.
        drop(reader);
        outlet.flush();
        assert_eq!(dropped(&registry), LINES + 100);
    }
}
