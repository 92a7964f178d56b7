//! A bound on HTTP connections: in number, and in the time that each step may take. They share the file descriptors with the mail.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

/// Connections open at once: enough for a few scrapers and people. Further ones wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 64;

/// A new connection must begin to ask within this time, so that those who only connect don't keep a scraper waiting.
const FIRST: Duration = Duration::from_secs(10);

/// From its first byte on, a request must be there and its answer begin within this time, however its bytes trickle in. Our forms
/// are one packet; the rest is for a store that is slow to answer.
const REQUEST: Duration = Duration::from_secs(30);

/// A peer that takes no byte of its answer for this long is not reading it.
const STALLED: Duration = Duration::from_secs(30);

/// Between two requests. Scrapers that keep their connection open come back sooner.
const IDLE: Duration = Duration::from_secs(120);

/// A listener that keeps these bounds.
pub(super) struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

/// A connection, its place, and its deadline.
pub(super) struct Connection {
    stream: TcpStream,
    step: Step,
    deadline: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

/// What a connection is waited for to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Begin a request.
    Begin,
    /// Send the rest of it.
    Request,
    /// Take the answer.
    Answer,
}

impl Connection {
    fn enter(&mut self, step: Step, within: Duration) {
        self.step = step;
        self.deadline.as_mut().reset(Instant::now() + within);
    }

    /// `what`, unless it is pending, or still a request that trickles in, beyond the deadline.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, what: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if (what.is_pending() || self.step == Step::Request) && self.deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        what
    }
}

impl Bounded {
    pub(super) fn new(listener: TcpListener) -> Bounded {
        Bounded { listener, places: Arc::new(Semaphore::new(MAX_CONNECTIONS)) }
    }
}

impl axum::serve::Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // INVARIANT: nobody closes the semaphore.
        let place = self.places.clone().acquire_owned().await.expect("the semaphore is open");
        // axum's own accept() waits and tries again after an error.
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        (Connection { stream, step: Step::Begin, deadline: Box::pin(sleep(FIRST)), _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_ready() && self.step == Step::Begin {
            self.enter(Step::Request, REQUEST);
        }
        self.in_time(cx, read)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if written.is_ready() || self.step != Step::Answer {
            self.enter(Step::Answer, STALLED);
        }
        self.in_time(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        // The server flushes while it reads as well; only what follows an answer is the wait for the next request.
        if flushed.is_ready() && self.step == Step::Answer {
            self.enter(Step::Begin, IDLE);
        }
        self.in_time(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn pair() -> (Bounded, TcpStream, Connection) {
        let mut bounded = Bounded::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let peer = TcpStream::connect(bounded.listener.local_addr().unwrap()).await.unwrap();
        let (connection, _) = axum::serve::Listener::accept(&mut bounded).await;
        (bounded, peer, connection)
    }

    /// A byte of the peer, which comes after some time.
    async fn byte_after(pause: Duration, peer: &mut TcpStream, connection: &mut Connection) -> io::Result<u8> {
        tokio::time::advance(pause).await;
        peer.write_all(b"G").await.unwrap();
        connection.stream.readable().await.unwrap();
        connection.read_u8().await
    }

    async fn times_out_after(within: Duration, connection: &mut Connection) {
        let begun = Instant::now();
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!((error.kind(), begun.elapsed().as_secs()), (io::ErrorKind::TimedOut, within.as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_sent_away() {
        let (bounded, _peer, mut connection) = pair().await;
        assert_eq!(bounded.places.available_permits(), MAX_CONNECTIONS - 1);
        times_out_after(FIRST, &mut connection).await;
        drop(connection);
        assert_eq!(bounded.places.available_permits(), MAX_CONNECTIONS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_trickles_in_is_given_up() {
        let (_bounded, mut peer, mut connection) = pair().await;
        let step = Duration::from_secs(9);
        for _ in 0..4 {
            assert_eq!(byte_after(step, &mut peer, &mut connection).await.unwrap(), b'G');
            // Flushing without an answer does not start the time anew.
            connection.flush().await.unwrap();
        }
        assert_eq!(byte_after(step, &mut peer, &mut connection).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_with_a_pause_between_them_are_served() {
        let (_bounded, mut peer, mut connection) = pair().await;
        for _ in 0..3 {
            assert_eq!(byte_after(Duration::from_secs(5), &mut peer, &mut connection).await.unwrap(), b'G');
            tokio::time::advance(Duration::from_secs(20)).await;
            connection.write_all(b"answer").await.unwrap();
            connection.flush().await.unwrap();
            tokio::time::advance(Duration::from_secs(60)).await;
        }
        connection.write_all(b"answer").await.unwrap();
        connection.flush().await.unwrap();
        times_out_after(IDLE, &mut connection).await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_his_answer_is_sent_away() {
        let (_bounded, mut peer, mut connection) = pair().await;
        assert_eq!(byte_after(Duration::ZERO, &mut peer, &mut connection).await.unwrap(), b'G');
        // More than the kernel's buffers hold.
        let error = connection.write_all(&vec![0; 64 << 20]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
