//! What `run` keeps besides the mail: keys, the queue to the store, and the look-up. None of it can hold the mail up: what is not
//! there yet is tried again each minute.

use super::keys::Keeper;
use super::office::key_files;
use crate::Settings;
use crate::config::Config;
use crate::pseudonym::{KeyFiles, Keyring, end_of_keys};
use crate::report::metrics::Loss;
use crate::report::{Metrics, Record, Sink};
use crate::store::audit::Chain;
use crate::store::desk::Desk;
use crate::store::housekeeping::{Housekeeping, SystemClock, TrustedTime};
use crate::store::{self, Queue, Target};
use crate::system::unix_time;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
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
    keeper: Mutex<Keeper>,
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
            Some((queue, _)) => queue.keep(record),
            None => self.0.metrics.records_lost(Loss::StoreUnavailable, 1),
        }
    }
}

impl Keeping {
    pub fn new(config: &Config, settings: watch::Receiver<Arc<Settings>>, metrics: Arc<Metrics>) -> Arc<Keeping> {
        let (keyring, keys) = (Arc::<Keyring>::default(), key_files(config));
        Arc::new(Keeping {
            keeper: Mutex::new(Keeper::new(keys.clone(), keyring.clone())),
            keyring,
            keys,
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

    /// Where is counted what happens.
    pub fn metrics(&self) -> Arc<Metrics> {
        self.metrics.clone()
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
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        keeper.reload(now);
        if let Some(now) = self.trusted.now() {
            keeper.destroy_expired(now, self.settings.borrow().retention.records);
        }
        self.metrics.keys_until(Some(end_of_keys(&self.keyring.keys(), now)).filter(|until| *until > now));
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

    /// Gives up what waits, counted and said in the log. Does not wait.
    pub fn abandon(&self) {
        if let Some((queue, _)) = self.begun.get() {
            queue.close(Duration::ZERO);
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
}
