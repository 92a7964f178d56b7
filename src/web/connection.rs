//! A bound on HTTP connections: in number, and in time without a word. They share the file descriptors with the mail.

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

/// A connection on which nothing comes for this long is closed. Scrapers that keep theirs open come back sooner.
const IDLE: Duration = Duration::from_secs(120);

/// A new connection must begin to ask within this time, so that those who only connect don't keep a scraper waiting.
const FIRST: Duration = Duration::from_secs(10);

/// A listener that keeps these bounds.
pub(super) struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

/// A connection, its place, and its deadline.
pub(super) struct Connection {
    stream: TcpStream,
    idle: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
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
        (Connection { stream, idle: Box::pin(sleep(FIRST)), _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_ready() {
            self.idle.as_mut().reset(Instant::now() + IDLE);
        } else if self.idle.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_sent_away() {
        let mut bounded = Bounded::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let mut peer = TcpStream::connect(bounded.listener.local_addr().unwrap()).await.unwrap();
        let (mut connection, _) = axum::serve::Listener::accept(&mut bounded).await;
        assert_eq!(bounded.places.available_permits(), MAX_CONNECTIONS - 1);
        let begun = Instant::now();
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!((error.kind(), begun.elapsed().as_secs()), (io::ErrorKind::TimedOut, FIRST.as_secs()));
        // Who has asked before may take longer.
        peer.write_all(b"G").await.unwrap();
        connection.stream.readable().await.unwrap();
        assert_eq!(connection.read_u8().await.unwrap(), b'G');
        let begun = Instant::now();
        assert_eq!(connection.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_secs(), IDLE.as_secs());
        drop(connection);
        assert_eq!(bounded.places.available_permits(), MAX_CONNECTIONS);
    }
}
