//! A connection from an MTA.

use socket2::SockRef;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::OwnedSemaphorePermit;

/// Bytes of the shortest frame a milter client can begin with: length, command, and three numbers of four bytes.
pub(super) const FIRST_FRAME: usize = 17;

/// Bytes of actions that wait for the answer they belong to; more are sent at once.
const WAITING: usize = 4 * 1024;

/// A connection whose first bytes were read ahead, which acknowledges at once what it reads, and which sends an action together
/// with the answer behind it.
pub(super) struct Stream {
    socket: Kind,
    first: [u8; FIRST_FRAME],
    /// Where in `first` the next read begins.
    given: usize,
    waiting: Vec<u8>,
    /// What waits is complete: the next flush sends it.
    complete: bool,
    /// Given back when the connection is closed.
    place: Option<OwnedSemaphorePermit>,
}

enum Kind {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    pub(super) fn tcp(stream: TcpStream) -> Stream {
        // Failing, both options cost time and nothing else.
        let _ = stream.set_nodelay(true);
        acknowledge_at_once(&stream);
        Stream::new(Kind::Tcp(stream))
    }

    pub(super) fn unix(stream: UnixStream) -> Stream {
        Stream::new(Kind::Unix(stream))
    }

    fn new(socket: Kind) -> Stream {
        Stream {
            socket,
            first: [0; FIRST_FRAME],
            given: FIRST_FRAME,
            waiting: Vec::new(),
            complete: false,
            place: None,
        }
    }

    /// Takes the place of a session, for as long as the connection lives.
    ///
    /// How soon something comes behind the first frame says nothing about a peer: where no answer is wanted to CONNECT, Postfix
    /// keeps it back until its client sends MAIL.
    pub(super) fn take_place(&mut self, place: OwnedSemaphorePermit) {
        self.place = Some(place);
    }

    /// Reads the first frame ahead, shows it, and keeps it for whoever reads next. Call it before any other read.
    pub(super) async fn read_ahead(&mut self) -> io::Result<&[u8; FIRST_FRAME]> {
        let mut first = [0; FIRST_FRAME];
        self.read_exact(&mut first).await?;
        self.first = first;
        self.given = 0;
        Ok(&self.first)
    }
}

/// Whether this is a whole frame with a modification action (a header added, inserted or changed): never the last word, as an answer
/// to the end of the message follows. Sent on its own, it wakes the MTA only to wait again.
fn is_action(frame: &[u8]) -> bool {
    let Some((length, rest)) = frame.split_first_chunk::<4>() else { return false };
    u32::from_be_bytes(*length) as usize == rest.len() && matches!(rest.first(), Some(b'h' | b'i' | b'm'))
}

/// Cures the 40 ms of Nagle against delayed ACK: Postfix writes small frames back to back, and its kernel holds the second back
/// until ours has acknowledged the first, which ours delays in the hope of an answer to send along.
///
/// `TCP_QUICKACK` does not last, so it is set anew after each short read, which is a read that left nothing in the socket:
/// tcp(7), "this flag is not permanent".
fn acknowledge_at_once(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_tcp_quickack(true);
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.given < FIRST_FRAME {
            let end = FIRST_FRAME.min(this.given + buf.remaining());
            buf.put_slice(&this.first[this.given..end]);
            this.given = end;
            return Poll::Ready(Ok(()));
        }
        match &mut this.socket {
            Kind::Tcp(stream) => {
                let read = Pin::new(&mut *stream).poll_read(cx, buf);
                if read.is_ready() && buf.remaining() > 0 {
                    acknowledge_at_once(stream);
                }
                read
            }
            Kind::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl Stream {
    fn poll_send(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.socket {
            Kind::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Kind::Unix(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    /// Sends all that waits.
    fn poll_send_waiting(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            let sent = self.poll_send(cx, &waiting);
            self.waiting = waiting;
            match ready!(sent)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => drop(self.waiting.drain(..count)),
            }
        }
        self.complete = false;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let action = is_action(buf) && this.waiting.len() + buf.len() <= WAITING;
        if !action && this.waiting.is_empty() {
            return this.poll_send(cx, buf);
        }
        this.waiting.extend_from_slice(buf);
        this.complete |= !action;
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.complete { this.poll_send_waiting(cx) } else { Poll::Ready(Ok(())) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send_waiting(cx))?;
        match &mut this.socket {
            Kind::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Kind::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn what_was_read_ahead_is_read_again() {
        let (mut peer, ours) = UnixStream::pair().unwrap();
        let sent: Vec<u8> = (0..40).collect();
        peer.write_all(&sent).await.unwrap();
        drop(peer);
        let mut stream = Stream::unix(ours);
        assert_eq!(stream.read_ahead().await.unwrap()[..], sent[..FIRST_FRAME]);
        let mut read = [0; 5];
        stream.read_exact(&mut read).await.unwrap();
        assert_eq!(read[..], sent[..5]);
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, sent[5..]);
    }

    #[tokio::test]
    async fn an_action_is_sent_with_the_answer_behind_it() {
        let (mut peer, ours) = UnixStream::pair().unwrap();
        let mut stream = Stream::unix(ours);
        let action = b"\0\0\0\x06i\0\0\0\0x";
        stream.write_all(action).await.unwrap();
        stream.flush().await.unwrap();
        let mut read = [0; 100];
        assert_eq!(peer.try_read(&mut read).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        stream.write_all(b"\0\0\0\x01a").await.unwrap();
        stream.flush().await.unwrap();
        assert_eq!(peer.read(&mut read).await.unwrap(), action.len() + 5);
        // Anything else goes at once, and a shutdown leaves nothing behind.
        stream.write_all(b"\0\0\0\x01c").await.unwrap();
        assert_eq!(peer.read(&mut read).await.unwrap(), 5);
        stream.write_all(action).await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(peer.read(&mut read).await.unwrap(), action.len());
    }

    #[tokio::test]
    async fn an_action_too_large_to_wait_is_sent_at_once() {
        let (mut peer, ours) = UnixStream::pair().unwrap();
        let mut stream = Stream::unix(ours);
        let large = [&[0, 0, 0x20, 0][..], b"i", &[b'x'; 0x1FFF]].concat();
        assert!(is_action(&large) && large.len() > WAITING);
        stream.write_all(&large).await.unwrap();
        let mut read = vec![0; large.len()];
        peer.read_exact(&mut read).await.unwrap();
        assert_eq!(read, large);
    }

    #[tokio::test]
    async fn short_reads_renew_the_quick_acknowledgement() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut stream = Stream::tcp(listener.accept().await.unwrap().0);
        let quick = |stream: &Stream| match &stream.socket {
            Kind::Tcp(socket) => SockRef::from(socket).tcp_quickack().unwrap(),
            Kind::Unix(_) => unreachable!("a TCP stream"),
        };
        peer.write_all(&[0; 60]).await.unwrap();
        let Kind::Tcp(socket) = &stream.socket else { unreachable!("a TCP stream") };
        SockRef::from(socket).set_tcp_quickack(false).unwrap();
        // A read that fills its buffer may have left something: the next one comes at once, and is soon enough.
        stream.read_exact(&mut [0; 20]).await.unwrap();
        assert!(!quick(&stream));
        assert_eq!(stream.read(&mut [0; 100]).await.unwrap(), 40);
        assert!(quick(&stream));
    }
}
