//! From listening sockets to streams of peers that speak milter.
//!
//! indymilter ends when accept() fails once, gives a place to whoever connects, and waits two hours for the first word. So
//! accepting is done here: errors are survived, and only a peer that has introduced itself takes one of the places for sessions.

use super::Socket;
use super::stream::{FIRST_FRAME, Stream};
use crate::Settings;
use crate::report::Metrics;
use crate::report::metrics::{ErrorKind, Refusal};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Peers of one socket that have connected and not yet introduced themselves. A milter client does so at once, so nobody
/// waits long here but the stalled; the bound keeps them from using up the file descriptors.
const STRANGERS: usize = 128;

/// With so many waiting, one that has been silent for this long makes room for the next. A client on a busy machine, among
/// hundreds that connect at once, is not silent for so long; a thousand stalled peers delay it by two seconds.
const CROWDED: Duration = Duration::from_millis(250);

/// So long a peer that has introduced itself waits for a place when all are taken. Then it is sent away: its MTA goes on at once, as its
/// default_action says, and its client does not wait for the MTA's own time-out.
const FOR_A_PLACE: Duration = Duration::from_secs(1);

/// Peers that wait for a place at once; more are sent away without a wait, for they hold file descriptors.
const WAITING: usize = 128;

/// The log says so often at most that all places are taken; the metrics count each time.
const SAY_FULL: Duration = Duration::from_secs(60);

/// Waits after a failed accept(): doubled from the first to the last, so that a freed descriptor is used within a second.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(320));

/// The milter client's first frame is `O`, option negotiation, of 12 bytes or more (`SMFIC_OPTNEG`).
fn is_introduction(frame: &[u8; FIRST_FRAME]) -> bool {
    let length = u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]]);
    frame[4] == b'O' && (13..=64).contains(&length)
}

/// The tasks that accept connections. Dropped, they end, and the sockets are closed.
pub(super) struct Door {
    tasks: JoinSet<()>,
}

/// Peers that have introduced themselves: the listener that indymilter sees. Accepting from it never fails.
pub(super) struct Arrivals(mpsc::Receiver<Stream>);

/// Begins to accept connections on all sockets.
///
/// # Errors
/// A socket cannot be used with the runtime.
pub(super) fn open(
    sockets: Vec<Socket>,
    settings: &watch::Receiver<Arc<Settings>>,
    metrics: &Arc<Metrics>,
) -> io::Result<(Door, Arrivals)> {
    // Who has a place does not wait here: indymilter takes whoever comes.
    let (arrived, arrivals) = mpsc::channel(1);
    let places = Arc::new(Places::new(settings.borrow().milter.max_sessions));
    let mut tasks = JoinSet::new();
    for socket in sockets {
        let hall = Hall {
            arrived: arrived.clone(),
            places: places.clone(),
            settings: settings.clone(),
            metrics: metrics.clone(),
        };
        match socket {
            Socket::Tcp(socket) => {
                socket.set_nonblocking(true)?;
                tasks.spawn(hall.receive(TcpListener::from_std(socket)?));
            }
            Socket::Unix(socket) => {
                socket.set_nonblocking(true)?;
                tasks.spawn(hall.receive(UnixListener::from_std(socket)?));
            }
        }
    }
    Ok((Door { tasks }, Arrivals(arrivals)))
}

impl Door {
    /// Stops accepting. The sockets are closed when this returns.
    pub(super) async fn close(mut self) {
        self.tasks.shutdown().await;
    }
}

impl indymilter::Listener for Arrivals {
    type Io = Stream;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        match ready!(self.0.poll_recv(cx)) {
            Some(stream) => Poll::Ready(Ok(stream)),
            // The door is closed: nobody comes any more, and indymilter ends by its shutdown signal alone.
            None => Poll::Pending,
        }
    }
}

/// A socket that can be accepted from.
trait Accept: Send + 'static {
    fn accept(&self) -> impl Future<Output = io::Result<Stream>> + Send;
}

impl Accept for TcpListener {
    async fn accept(&self) -> io::Result<Stream> {
        TcpListener::accept(self).await.map(|(stream, _)| Stream::tcp(stream))
    }
}

impl Accept for UnixListener {
    async fn accept(&self) -> io::Result<Stream> {
        UnixListener::accept(self).await.map(|(stream, _)| Stream::unix(stream))
    }
}

/// The places for sessions, on all sockets together.
struct Places {
    max: usize,
    free: Arc<Semaphore>,
    /// Turns for those who wait for one.
    waiting: Semaphore,
    /// When the log last said that there is none.
    said: Mutex<Option<Instant>>,
}

impl Places {
    fn new(max: usize) -> Places {
        let said = Mutex::new(None);
        Places { max, free: Arc::new(Semaphore::new(max)), waiting: Semaphore::new(WAITING), said }
    }

    /// A place, if there is one in time.
    async fn take(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.free.clone().try_acquire_owned() {
            return Some(place);
        }
        let _turn = self.waiting.try_acquire().ok()?;
        timeout(FOR_A_PLACE, self.free.clone().acquire_owned()).await.ok()?.ok()
    }

    /// Says that there is no place, but not each time.
    fn say_full(&self) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_none_or(|at| at.elapsed() >= SAY_FULL) {
            *said = Some(Instant::now());
            tracing::warn!(
                max_sessions = self.max,
                "all sessions are taken: connections are closed, and their mail passes unmeasured"
            );
        }
    }
}

/// Where peers wait until they have introduced themselves.
struct Hall {
    arrived: mpsc::Sender<Stream>,
    places: Arc<Places>,
    settings: watch::Receiver<Arc<Settings>>,
    metrics: Arc<Metrics>,
}

impl Hall {
    /// Accepts for ever.
    async fn receive(self, socket: impl Accept) {
        let mut strangers: VecDeque<(Instant, AbortHandle)> = VecDeque::new();
        // Dropped with this future, and the strangers with it.
        let mut tasks = JoinSet::new();
        let mut back_off = BACK_OFF.0;
        loop {
            match socket.accept().await {
                Ok(stream) => {
                    back_off = BACK_OFF.0;
                    strangers.push_back((Instant::now(), tasks.spawn(self.introduction(stream))));
                    while tasks.try_join_next().is_some() {}
                    strangers.retain(|(_, stranger)| !stranger.is_finished());
                    while strangers.len() >= STRANGERS {
                        tokio::select! {
                            biased;
                            _ = tasks.join_next() => {}
                            () = sleep_until(strangers[0].0 + CROWDED) => {
                                if let Some((_, longest)) = strangers.pop_front() {
                                    longest.abort();
                                    self.metrics.connection_refused(Refusal::Crowded);
                                }
                            }
                        }
                        strangers.retain(|(_, stranger)| !stranger.is_finished());
                    }
                }
                Err(error) => {
                    self.metrics.internal_error(ErrorKind::Accept);
                    if back_off == BACK_OFF.0 {
                        tracing::warn!(%error, "cannot accept a connection, trying again");
                    }
                    sleep(back_off).await;
                    back_off = (back_off * 2).min(BACK_OFF.1);
                }
            }
        }
    }

    /// Waits for the first frame, then sends the stream on. A place is taken in a task of its own, so that a peer that has
    /// introduced itself is no longer a stranger.
    fn introduction(&self, mut stream: Stream) -> impl Future<Output = ()> + Send + 'static {
        let patience = self.settings.borrow().milter.first_frame_timeout;
        let (arrived, places, metrics) = (self.arrived.clone(), self.places.clone(), self.metrics.clone());
        async move {
            match timeout(patience, stream.read_ahead()).await {
                Ok(Ok(frame)) if is_introduction(frame) => {
                    tokio::spawn(async move {
                        if let Some(place) = places.take().await {
                            stream.take_place(place);
                            let _ = arrived.send(stream).await;
                        } else {
                            metrics.connection_refused(Refusal::Full);
                            places.say_full();
                        }
                    });
                }
                Ok(_) => metrics.connection_refused(Refusal::Foreign),
                Err(_) => metrics.connection_refused(Refusal::Silent),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus::Registry;
    use tokio::io::AsyncWriteExt;
    use tokio::net::UnixStream;

    const HELLO: &[u8; FIRST_FRAME] = b"\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff";

    /// Gives what it was made of, the last first; then nothing more.
    struct Script(Mutex<Vec<io::Result<UnixStream>>>);

    impl Accept for Script {
        async fn accept(&self) -> io::Result<Stream> {
            let next = self.0.lock().unwrap().pop();
            match next {
                Some(result) => result.map(Stream::unix),
                None => std::future::pending().await,
            }
        }
    }

    fn hall() -> (Hall, Arrivals, Registry) {
        let registry = Registry::new();
        let metrics = Arc::new(Metrics::register(&registry).unwrap());
        let (arrived, arrivals) = mpsc::channel(1);
        let settings = watch::channel(Arc::new(Settings::default())).1;
        let places = Arc::new(Places::new(1_000));
        (Hall { arrived, places, settings, metrics }, Arrivals(arrivals), registry)
    }

    fn scrape(registry: &Registry) -> String {
        prometheus::TextEncoder::new().encode_to_string(&registry.gather()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn errors_of_accept_are_survived() {
        let (mut peer, ours) = UnixStream::pair().unwrap();
        peer.write_all(HELLO).await.unwrap();
        let (hall, mut arrivals, registry) = hall();
        // EMFILE and ECONNABORTED, as accept(2) gives them.
        let script = vec![Ok(ours), Err(io::Error::from_raw_os_error(24)), Err(io::Error::from_raw_os_error(103))];
        let task = tokio::spawn(hall.receive(Script(Mutex::new(script))));
        assert!(arrivals.0.recv().await.is_some());
        assert!(scrape(&registry).contains("mailgauge_internal_errors_total{kind=\"accept\"} 2"));
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_silent_or_foreign_gets_no_place() {
        let (hall, mut arrivals, registry) = hall();
        let (_silent, first) = UnixStream::pair().unwrap();
        let (mut foreign, second) = UnixStream::pair().unwrap();
        let (mut client, third) = UnixStream::pair().unwrap();
        foreign.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let task = tokio::spawn(hall.receive(Script(Mutex::new(vec![Ok(third), Ok(second), Ok(first)]))));
        sleep(Duration::from_secs(6)).await;
        let text = scrape(&registry);
        assert!(text.contains("connections_refused_total{reason=\"silent\"} 2"), "{text}");
        assert!(text.contains("connections_refused_total{reason=\"foreign\"} 1"));
        assert!(arrivals.0.try_recv().is_err());
        let _ = client.write_all(HELLO).await;
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_of_strangers_does_not_keep_a_client_out() {
        let (hall, mut arrivals, registry) = hall();
        let pairs: Vec<_> = (0..STRANGERS + 50).map(|_| UnixStream::pair().unwrap()).collect();
        let (peers, ours): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let (mut client, last) = UnixStream::pair().unwrap();
        client.write_all(HELLO).await.unwrap();
        let script = std::iter::once(Ok(last)).chain(ours.into_iter().map(Ok)).collect();
        let task = tokio::spawn(hall.receive(Script(Mutex::new(script))));
        assert!(arrivals.0.recv().await.is_some());
        // 51 had to go for the others to come in, and one perhaps for the client.
        let text = scrape(&registry);
        assert!(
            [51, 52].iter().any(|n| text.contains(&format!("connections_refused_total{{reason=\"crowded\"}} {n}\n")))
        );
        task.abort();
        drop(peers);
    }

    #[tokio::test]
    async fn a_crowd_of_clients_gets_in_to_the_last() {
        let (hall, mut arrivals, registry) = hall();
        let (mut clients, script): (Vec<_>, Vec<_>) = (0..3 * STRANGERS).map(|_| UnixStream::pair().unwrap()).unzip();
        let task = tokio::spawn(hall.receive(Script(Mutex::new(script.into_iter().map(Ok).collect()))));
        tokio::task::yield_now().await;
        // The last to connect speak first, so that those who wait longest are not the ones who speak.
        for client in &mut clients {
            client.write_all(HELLO).await.unwrap();
        }
        for _ in 0..clients.len() {
            assert!(arrivals.0.recv().await.is_some());
        }
        assert!(scrape(&registry).contains("connections_refused_total{reason=\"crowded\"} 0"));
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_place_in_time_a_peer_is_sent_away() {
        let (mut hall, mut arrivals, registry) = hall();
        hall.places = Arc::new(Places::new(1));
        let (mut clients, script): (Vec<_>, Vec<_>) = (0..4).map(|_| UnixStream::pair().unwrap()).unzip();
        for client in &mut clients {
            client.write_all(HELLO).await.unwrap();
        }
        let task = tokio::spawn(hall.receive(Script(Mutex::new(script.into_iter().map(Ok).collect()))));
        let first = arrivals.0.recv().await.unwrap();
        sleep(FOR_A_PLACE / 2).await;
        drop(first);
        let second = arrivals.0.recv().await.unwrap();
        sleep(FOR_A_PLACE).await;
        assert!(arrivals.0.try_recv().is_err());
        assert!(scrape(&registry).contains("connections_refused_total{reason=\"full\"} 2"));
        drop(second);
        task.abort();
    }

    #[test]
    fn introductions() {
        assert!(is_introduction(HELLO));
        assert!(!is_introduction(b"GET / HTTP/1.1\r\nH"));
        assert!(!is_introduction(b"\0\0\0\x0dB\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff"));
        assert!(!is_introduction(b"\0\0\0\x0cO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff"));
    }
}
