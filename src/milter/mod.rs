//! The only room that names indymilter: from the milter protocol to the scanner, and from the verdict back.
//!
//! ```text
//! listener  accepts, survives errors, lets in who introduces himself
//! stream    a connection: acknowledges at once
//! negotiation  what is asked of the MTA
//! callbacks translate events, and nothing else
//! session   plain data: one scanner for each mail; any error becomes an accepted mail
//! ```
//!
//! A final chunk in the end-of-body frame would go unanswered when NOREPLY is negotiated for the body (indymilter 0.3 then takes the
//! end of the message for part of the body). Postfix sends that frame empty.

mod callbacks;
mod fault;
mod listener;
mod message;
mod negotiation;
mod session;
mod stream;

use crate::Settings;
use crate::pseudonym::Keyring;
use crate::report::Reporter;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// While stopping, sessions must have been without a mail for so long before they are closed. An MTA that keeps a session open sends the
/// next mail as soon as its client does, and its first words may be on their way when the last one ends: closed then, it would get no answer.
/// Sessions that have nothing to say hold up a stop for no longer than this.
const QUIET: Duration = Duration::from_secs(2);

/// Bounds of the milter sessions. The first two are taken at the start, the others whenever they are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Sessions open at once; further connections wait a moment for a place and are closed then.
    pub max_sessions: usize,
    /// A session in which the MTA says nothing for this long is closed. Postfix keeps a session open while its client idles.
    pub idle_timeout: Duration,
    /// A new connection must send its first frame within this time: a stalled peer must not hold a place.
    pub first_frame_timeout: Duration,
    /// After SIGTERM, open transactions get this long to finish.
    pub drain_timeout: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            max_sessions: 500,
            // libmilter's own.
            idle_timeout: Duration::from_secs(7210),
            first_frame_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(20),
        }
    }
}

/// A bound socket on which the MTA connects.
#[derive(Debug)]
pub enum Socket {
    /// TCP.
    Tcp(std::net::TcpListener),
    /// A unix domain socket.
    Unix(std::os::unix::net::UnixListener),
}

/// What all sessions share.
struct Shared {
    settings: watch::Receiver<Arc<Settings>>,
    keyring: Arc<Keyring>,
    reporter: Arc<Reporter>,
    /// Mails on their way.
    open: watch::Sender<usize>,
    /// Sessions, between their mails too.
    sessions: watch::Sender<usize>,
}

impl Shared {
    fn new(settings: watch::Receiver<Arc<Settings>>, keyring: Arc<Keyring>, reporter: Arc<Reporter>) -> Shared {
        Shared { settings, keyring, reporter, open: watch::Sender::new(0), sessions: watch::Sender::new(0) }
    }

    /// Waits until no mail is on its way, nor can one be: no session is left, or none has had a mail for a while.
    async fn idle(&self) {
        let (mut open, mut sessions) = (self.open.subscribe(), self.sessions.subscribe());
        // INVARIANT: the senders are `self`, so they are not gone.
        loop {
            let _ = open.wait_for(|open| *open == 0).await;
            tokio::select! {
                _ = sessions.wait_for(|sessions| *sessions == 0) => return,
                // A mail has begun, and may even have ended.
                _ = open.changed() => {}
                () = tokio::time::sleep(QUIET) => return,
            }
        }
    }
}

/// The session of one connection, and what was agreed on with its MTA.
struct Peer {
    session: session::Session,
    terms: negotiation::Terms,
}

/// Serves MTAs on all sockets until `shutdown`, then lets open transactions end: see [`crate::run`].
///
/// # Errors
/// A socket cannot be used.
pub(crate) async fn run(
    sockets: Vec<Socket>,
    settings: watch::Receiver<Arc<Settings>>,
    keyring: Arc<Keyring>,
    reporter: Arc<Reporter>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (door, arrivals) = listener::open(sockets, &settings, reporter.metrics())?;
    let shared = Arc::new(Shared::new(settings, keyring, reporter));
    let bounds = shared.settings.borrow().milter.clone();
    shared.reporter.metrics().sessions_may_be(bounds.max_sessions);
    let config = indymilter::Config {
        // Whoever arrives has a place: see `listener`.
        max_connections: tokio::sync::Semaphore::MAX_PERMITS,
        connection_timeout: bounds.idle_timeout,
        ..indymilter::Config::default()
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let milter = indymilter::run(arrivals, callbacks::callbacks(shared.clone()), config, stopped);
    tokio::pin!(milter);

    let drained = async {
        shutdown.await;
        door.close().await;
        let patience = shared.settings.borrow().milter.drain_timeout;
        let _ = tokio::time::timeout(patience, shared.idle()).await;
        let open = *shared.open.borrow();
        if open > 0 {
            tracing::warn!(
                open,
                "stopping with transactions open: the MTA goes on with them as its default_action says"
            );
        }
    };
    tokio::select! {
        ended = &mut milter => return ended,
        () = drained => {}
    }
    // indymilter finishes the commands it is at, answers included, and closes the sessions.
    drop(stop);
    milter.await
}
