//! Ctrl-C: the first says that it is enough, the second ends at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{SignalKind, signal};

/// Whether somebody wants us to stop.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Watches for Ctrl-C from now on.
pub fn watch() -> io::Result<Stop> {
    let stop = Stop::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut interrupts = {
        let _context = runtime.enter();
        signal(SignalKind::interrupt())?
    };
    let flag = stop.0.clone();
    std::thread::spawn(move || {
        runtime.block_on(async {
            interrupts.recv().await;
            flag.store(true, Ordering::Relaxed);
            interrupts.recv().await;
            std::process::exit(super::super::INTERRUPTED.into());
        });
    });
    Ok(stop)
}
