//! How far it is: on stderr, if that is a terminal, and not for what is done in a moment.

use super::inputs;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What takes less needs no progress.
const PATIENCE: Duration = Duration::from_millis(500);
const REDRAW: Duration = Duration::from_millis(200);

/// What the workers have done.
#[derive(Default)]
pub struct Counters {
    bytes: AtomicU64,
    messages: AtomicU64,
    /// Bytes there are to read; 0 until that is known.
    total: AtomicU64,
    over: AtomicBool,
}

impl Counters {
    pub fn read(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub fn message(&self) {
        self.messages.fetch_add(1, Ordering::Relaxed);
    }
}

/// The display, or none.
pub struct Progress {
    counters: Arc<Counters>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows progress from now on if `visible` and there is a terminal to show it on.
    pub fn start(visible: bool, paths: &[PathBuf]) -> Progress {
        let counters = Arc::new(Counters::default());
        if !visible || !std::io::stderr().is_terminal() {
            return Progress { counters, bar: None };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let (seen, paths) = (counters.clone(), paths.to_vec());
        std::thread::spawn(move || {
            let going_on = || !seen.over.load(Ordering::Relaxed);
            if let Some(total) = inputs::bytes(&paths, going_on) {
                seen.total.store(total, Ordering::Relaxed);
            }
        });
        let (seen, shown) = (counters.clone(), bar.clone());
        std::thread::spawn(move || {
            let begun = Instant::now();
            std::thread::sleep(PATIENCE);
            while !seen.over.load(Ordering::Relaxed) {
                if shown.is_hidden() {
                    shown.set_draw_target(ProgressDrawTarget::stderr());
                }
                draw(&shown, &seen, begun.elapsed().as_secs_f64());
                std::thread::sleep(REDRAW);
            }
        });
        Progress { counters, bar: Some(bar) }
    }

    pub fn counters(&self) -> Arc<Counters> {
        self.counters.clone()
    }

    /// Does something that writes to the terminal, with the display out of the way.
    pub fn aside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the display away.
    pub fn finish(&self) {
        self.counters.over.store(true, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn draw(bar: &ProgressBar, counters: &Counters, seconds: f64) {
    const KNOWN: &str = "{spinner} {bar:20} {bytes} of {total_bytes}, {msg}, ETA {eta}";
    const UNKNOWN: &str = "{spinner} {bytes}, {msg}";
    let total = counters.total.load(Ordering::Relaxed);
    let (bytes, messages) = (counters.bytes.load(Ordering::Relaxed), counters.messages.load(Ordering::Relaxed));
    // A file may grow while it is read.
    let known = total > 0 && bytes <= total;
    if known && bar.length().is_none() {
        bar.set_length(total);
    }
    if let Ok(style) = ProgressStyle::with_template(if known { KNOWN } else { UNKNOWN }) {
        bar.set_style(style);
    }
    let rate = HumanBytes((bytes as f64 / seconds) as u64);
    bar.set_message(format!("{messages} messages, {:.0}/s, {rate}/s", messages as f64 / seconds));
    bar.set_position(bytes);
    bar.tick();
}
