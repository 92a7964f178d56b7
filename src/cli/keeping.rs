//! What `run` keeps besides the mail: keys, the queue to the store, and the look-up. None of it can hold the mail up: what is not
//! there yet is tried again each minute.

use crate::Settings;
use crate::config::Config;
use crate::pseudonym::{KeyFiles, Keyring};
use crate::report::metrics::Loss;
use crate::report::{Metrics, Record, Sink};
use crate::store::audit::Chain;
use crate::store::desk::Desk;
use crate::store::housekeeping::{Housekeeping, SystemClock, TrustedTime};
use crate::store::{self, NewRecord, Queue, Target};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// Keys are read again this often: another process may have made or destroyed some.
const ROUND: Duration = Duration::from_secs(60);

/// At the end, what is in the queue may take this long.
const GRACE: Duration = Duration::from_secs(5);

/// Keys, queue and look-up of the daemon.
pub struct Keeping {
    keyring: Arc<Keyring>,
    keys: KeyFiles,
    target: Option<Target>,
    settings: watch::Receiver<Arc<Settings>>,
    metrics: Arc<Metrics>,
    trusted: TrustedTime,
    /// There from the moment in which the audit log has its key.
    begun: OnceLock<(Queue, Arc<Desk>)>,
    /// Asks for a round now.
    hurry: Notify,
}

/// What the mail path sees of it.
struct Inlet(Arc<Keeping>);

impl Sink for Inlet {
    fn keep(&self, record: &Record) {
        match self.0.begun.get() {
            Some((queue, _)) => queue.push(NewRecord::of(record)),
            None => self.0.metrics.records_lost(Loss::StoreUnavailable, 1),
        }
    }
}

impl Keeping {
    pub fn new(config: &Config, settings: watch::Receiver<Arc<Settings>>, metrics: Arc<Metrics>) -> Arc<Keeping> {
        Arc::new(Keeping {
            keyring: Arc::default(),
            keys: key_files(config),
            target: Target::of(config),
            settings,
            metrics,
            trusted: TrustedTime::default(),
            begun: OnceLock::new(),
            hurry: Notify::new(),
        })
    }

    /// The keys for the mail path.
    pub fn keyring(&self) -> Arc<Keyring> {
        self.keyring.clone()
    }

    /// Where the mail path puts its records; `None` if none are kept.
    pub fn sink(self: &Arc<Keeping>) -> Option<Box<dyn Sink>> {
        self.keeps().then(|| Box::new(Inlet(self.clone())) as Box<dyn Sink>)
    }

    /// Whether records are kept at all.
    pub fn keeps(&self) -> bool {
        self.target.is_some()
    }

    /// Where look-ups are answered; `None` until there is a store and a key for the audit log.
    pub fn desk(&self) -> Option<Arc<Desk>> {
        self.begun.get().map(|(_, desk)| desk.clone())
    }

    /// Makes and reads keys, destroys those that are past, begins the queue if it has not begun. Blocks on files.
    pub fn round(&self) {
        let Some(target) = &self.target else { return };
        let now = unix_time();
        let reloaded = self.keys.reload(&self.keyring, now);
        for id in reloaded.made {
            tracing::info!(key = %id, "a new key for tokens was made");
        }
        for problem in reloaded.problems {
            tracing::error!(error = %problem, "keys: records may go without tokens, and cannot be found by address then");
        }
        self.metrics.key_in_use(self.keyring.at(now).map(|key| key.until()));
        self.destroy_what_is_past();
        if self.begun.get().is_none() {
            match self.begin(target) {
                Ok(begun) => drop(self.begun.set(begun)),
                Err(error) => {
                    tracing::error!(%error, "no records are kept, and nothing can be looked up; mail is not affected. Trying again each minute")
                }
            }
        }
    }

    /// A round each minute, and whenever [`Keeping::hurry`] asks for one. Does not end.
    pub async fn rounds(self: Arc<Keeping>) {
        loop {
            let _ = tokio::time::timeout(ROUND, self.hurry.notified()).await;
            let this = self.clone();
            // A panic is told by the panic hook, and the next round comes.
            let _ = tokio::task::spawn_blocking(move || this.round()).await;
        }
    }

    /// Asks for a round now.
    pub fn hurry(&self) {
        self.hurry.notify_one();
    }

    /// Writes what waits, for some seconds at most, and closes the store. Blocks, and must come before the end: a connection to
    /// PostgreSQL cannot be closed in an async task.
    pub fn close(&self) {
        if let Some((queue, desk)) = self.begun.get() {
            queue.close(GRACE);
            desk.close();
        }
    }

    fn begin(&self, target: &Target) -> anyhow::Result<(Queue, Arc<Desk>)> {
        let secret = self.keys.ensure_audit_key()?;
        let chain = Chain::new(&secret);
        let settings = self.settings.clone();
        let housekeeping = Housekeeping::new(
            Box::new(move || settings.borrow().retention.clone()),
            chain.clone(),
            Box::new(SystemClock::default()),
            self.trusted.clone(),
            self.metrics.clone(),
        );
        let open = |target: Target| -> store::desk::Open { Box::new(move || store::open(&target)) };
        let queue = Queue::start(open(target.clone()), housekeeping, self.metrics.clone())?;
        let desk = Desk::new(open(target.clone()), self.keyring.clone(), chain);
        Ok((queue, Arc::new(desk)))
    }

    fn destroy_what_is_past(&self) {
        let Some(now) = self.trusted.now() else { return };
        let retention = self.settings.borrow().retention.records;
        let expired = match self.keys.expired(now, retention) {
            Ok(expired) => expired,
            // Told above.
            Err(_) => return,
        };
        for file in expired {
            let key = file.key.id();
            match self.keys.destroy(key) {
                Ok(()) => tracing::info!(%key, "a key whose records are past retention was destroyed"),
                Err(error) => {
                    tracing::error!(%key, %error, "a key whose records are past retention could not be destroyed")
                }
            }
        }
    }
}

/// The keys that the configuration names, with those that systemd hands over.
pub fn key_files(config: &Config) -> KeyFiles {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(Into::into);
    KeyFiles::new(config.key_directory(), credentials, config.key_period)
}

fn unix_time() -> i64 {
    jiff::Timestamp::now().as_second()
}
