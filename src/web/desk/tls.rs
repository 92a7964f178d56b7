//! TLS by two files, which a reload reads again.

use super::super::connection::{Bounded, Connection};
use super::Access;
use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// A handshake must be done within this time.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A certificate chain and its key, as they were last read. Clones share them.
#[derive(Clone)]
pub struct Tls {
    certificate: PathBuf,
    private_key: PathBuf,
    current: Arc<RwLock<Arc<ServerConfig>>>,
}

/// What is wrong with the files; says which one, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {0}: {1}")]
    Unreadable(PathBuf, io::Error),
    /// No certificate in the file.
    #[error("{0} holds no certificate: it takes a chain in PEM, the server's own certificate first")]
    NoCertificate(PathBuf),
    /// A certificate that cannot be read.
    #[error("{0} holds a certificate that cannot be read ({1}): it takes a chain in PEM")]
    BadCertificate(PathBuf, pem::Error),
    /// No key in the file.
    #[error("{0} holds no private key that can be read: it takes one in PEM, without a passphrase")]
    BadKey(PathBuf),
    /// They do not go together.
    #[error("{certificate} and {private_key} do not go together ({cause}): renew both from one request")]
    Apart {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        private_key: PathBuf,
        /// What the library says.
        cause: rustls::Error,
    },
}

impl Tls {
    /// Reads the files that the configuration names. `None` if it names none.
    ///
    /// # Errors
    /// A file is wrong.
    pub fn open(access: &Access) -> Result<Option<Tls>, TlsError> {
        let (Some(certificate), Some(private_key)) = (&access.certificate, &access.private_key) else {
            return Ok(None);
        };
        let current = Arc::new(RwLock::new(read(certificate, private_key)?));
        Ok(Some(Tls { certificate: certificate.clone(), private_key: private_key.clone(), current }))
    }

    /// Reads the files again. If one is wrong, new connections go on with the old ones, and the log says why.
    pub fn reload(&self) {
        match read(&self.certificate, &self.private_key) {
            Ok(new) => *self.current.write().unwrap_or_else(PoisonError::into_inner) = new,
            Err(error) => tracing::error!(%error, "the look-up page goes on with the old certificate"),
        }
    }

    fn acceptor(&self) -> TlsAcceptor {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone().into()
    }
}

fn read(certificate: &Path, private_key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let bytes = |path: &Path| std::fs::read(path).map_err(|e| TlsError::Unreadable(path.to_owned(), e));
    let chain = CertificateDer::pem_slice_iter(&bytes(certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| TlsError::BadCertificate(certificate.to_owned(), e))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.to_owned()));
    }
    let key =
        PrivateKeyDer::from_pem_slice(&bytes(private_key)?).map_err(|_| TlsError::BadKey(private_key.to_owned()))?;
    let apart =
        |cause| TlsError::Apart { certificate: certificate.to_owned(), private_key: private_key.to_owned(), cause };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(apart)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// A listener for both: with TLS, where there are files for it, and without.
pub(super) struct Secured {
    pub(super) bounded: Bounded,
    pub(super) tls: Option<Tls>,
}

impl Listener for Secured {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (connection, address) = self.bounded.accept().await;
        let line = match &self.tls {
            None => Line::Plain(connection),
            // The handshake is done by the connection's own task: nobody waits here for a slow peer.
            Some(tls) => Line::Handshake(Box::new(tls.acceptor().accept(connection)), Box::pin(sleep(HANDSHAKE))),
        };
        (line, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.bounded.local_addr()
    }
}

/// What a request comes over.
pub(super) enum Line {
    Plain(Connection),
    Handshake(Box<Accept<Connection>>, Pin<Box<Sleep>>),
    Tls(Box<TlsStream<Connection>>),
}

impl Line {
    /// Does what is left of the handshake.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Line::Handshake(accept, deadline) = self {
            if deadline.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            let stream = ready!(Pin::new(accept.as_mut()).poll(cx))?;
            *self = Line::Tls(Box::new(stream));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?;
        match &mut *self {
            Line::Plain(connection) => Pin::new(connection).poll_read(cx, buf),
            Line::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
            Line::Handshake(..) => Poll::Pending,
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(cx))?;
        match &mut *self {
            Line::Plain(connection) => Pin::new(connection).poll_write(cx, buf),
            Line::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
            Line::Handshake(..) => Poll::Pending,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Line::Plain(connection) => Pin::new(connection).poll_flush(cx),
            Line::Tls(stream) => Pin::new(stream).poll_flush(cx),
            // Nothing was written yet.
            Line::Handshake(..) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Line::Plain(connection) => Pin::new(connection).poll_shutdown(cx),
            Line::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Line::Handshake(..) => Poll::Ready(Ok(())),
        }
    }
}
