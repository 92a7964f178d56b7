//! A connection from an MTA.

use socket2::SockRef;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::OwnedSemaphorePermit;

/// Bytes of the shortest frame a milter client can begin with: length, command, and three numbers of four bytes.
pub(super) const FIRST_FRAME: usize = 17;

/// A connection whose first bytes were read ahead, and which acknowledges at once what it reads.
pub(super) struct Stream {
    socket: Kind,
    first: [u8; FIRST_FRAME],
    /// Where in `first` the next read begins.
    given: usize,
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
        Stream { socket, first: [0; FIRST_FRAME], given: FIRST_FRAME, place: None }
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

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().socket {
            Kind::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            Kind::Unix(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().socket {
            Kind::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Kind::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().socket {
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
