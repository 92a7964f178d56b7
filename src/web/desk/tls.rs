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
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// A handshake must be done within this time.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A certificate chain and its key, as they were last read. Clones share them.
#[derive(Clone)]
pub struct Tls {
    certificate: PathBuf,
    private_key: PathBuf,
    current: Arc<RwLock<Current>>,
}

/// What the files held.
struct Current {
    config: Arc<ServerConfig>,
    /// When the first of the chain's certificates ends, in seconds since the epoch; `None` if that cannot be read.
    until: Option<i64>,
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
        let current = Arc::new(RwLock::new(Current::read(certificate, private_key)?));
        Ok(Some(Tls { certificate: certificate.clone(), private_key: private_key.clone(), current }))
    }

    /// Reads the files again. If one is wrong, new connections go on with the old ones, and the log says why.
    pub fn reload(&self) {
        match Current::read(&self.certificate, &self.private_key) {
            Ok(new) => *self.current.write().unwrap_or_else(PoisonError::into_inner) = new,
            Err(error) => tracing::error!(%error, "the look-up page goes on with the old certificate"),
        }
    }

    /// When the certificate in use ends (or one of its chain before it), in seconds since the epoch; `None` if that cannot be read.
    pub fn until(&self) -> Option<i64> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).until
    }

    fn acceptor(&self) -> TlsAcceptor {
        self.current.read().unwrap_or_else(PoisonError::into_inner).config.clone().into()
    }
}

/// `notAfter` of a certificate (RFC 5280 §4.1.2.5), in seconds since the epoch.
fn end_of(certificate: &CertificateDer<'_>) -> Option<i64> {
    let certificate = Certificate::from_der(certificate).ok()?;
    i64::try_from(certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs()).ok()
}

impl Current {
    fn read(certificate: &Path, private_key: &Path) -> Result<Current, TlsError> {
        let bytes = |path: &Path| std::fs::read(path).map_err(|e| TlsError::Unreadable(path.to_owned(), e));
        let chain = CertificateDer::pem_slice_iter(&bytes(certificate)?)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| TlsError::BadCertificate(certificate.to_owned(), e))?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(certificate.to_owned()));
        }
        let until = chain.iter().filter_map(end_of).min();
        let key = PrivateKeyDer::from_pem_slice(&bytes(private_key)?)
            .map_err(|_| TlsError::BadKey(private_key.to_owned()))?;
        let apart =
            |cause| TlsError::Apart { certificate: certificate.to_owned(), private_key: private_key.to_owned(), cause };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(apart)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Current { config: Arc::new(config), until })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::Instant;
    use tokio_rustls::TlsConnector;

    /// A certificate of its own for localhost, as an administrator makes one.
    fn make(dir: &Path) -> Access {
        let (certificate, key) = (dir.join("chain.pem"), dir.join("key.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE", "-out"])
            .arg(&certificate)
            .arg("-keyout")
            .arg(&key)
            .output()
            .expect("this test needs openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Access { certificate: Some(certificate), private_key: Some(key), ..Access::default() }
    }

    /// Asks over TLS, and trusts this certificate only.
    async fn get(address: SocketAddr, certificate: &Path) -> io::Result<String> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(address).await?;
        let name = "localhost".try_into().unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        stream.write_all(b"GET /-/healthy HTTP/1.0\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn the_page_over_tls_and_a_renewed_certificate() {
        let (dir, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let access = make(dir.path());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let tls = Tls::open(&access).unwrap().unwrap();
        let router = axum::Router::new().route("/-/healthy", axum::routing::get(|| async { "healthy\n" }));
        tokio::spawn(super::super::serve(listener, router, Some(tls.clone()), std::future::pending()));

        // Peers that say nothing, or no TLS, keep nobody waiting.
        let _silent = TcpStream::connect(address).await.unwrap();
        let mut plain = TcpStream::connect(address).await.unwrap();
        plain.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
        let (certificate, key) = (dir.path().join("chain.pem"), dir.path().join("key.pem"));
        assert!(get(address, &certificate).await.unwrap().ends_with("healthy\n"));
        let mut rest = Vec::new();
        let _ = plain.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP"), "an answer without TLS");

        // Half of a renewal is refused, and the old one stays.
        make(new.path());
        let old = new.path().join("old.pem");
        std::fs::copy(&certificate, &old).unwrap();
        std::fs::copy(new.path().join("chain.pem"), &certificate).unwrap();
        // Two days from now, but for the moments since.
        let left = tls.until().unwrap() - crate::system::unix_time();
        assert!((172_000..=172_800).contains(&left), "{left} s");
        tls.reload();
        assert!(get(address, &old).await.is_ok());
        std::fs::copy(new.path().join("key.pem"), &key).unwrap();
        tls.reload();
        assert!(get(address, &certificate).await.is_ok());
        assert!(get(address, &old).await.is_err());
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let access = make(dir.path());
        let (certificate, key) = (access.certificate.clone().unwrap(), access.private_key.clone().unwrap());
        let error = |access: &Access| Tls::open(access).err().unwrap().to_string();
        let swapped =
            Access { certificate: Some(key.clone()), private_key: Some(certificate.clone()), ..access.clone() };
        assert!(error(&swapped).contains("key.pem holds no certificate"), "{}", error(&swapped));
        let keyless = Access { private_key: Some(certificate.clone()), ..access.clone() };
        assert!(error(&keyless).contains("chain.pem holds no private key"), "{}", error(&keyless));
        let other = tempfile::tempdir().unwrap();
        let apart = Access { private_key: make(other.path()).private_key, ..access.clone() };
        assert!(error(&apart).contains("do not go together"), "{}", error(&apart));
        std::fs::remove_file(&key).unwrap();
        assert!(error(&access).starts_with("cannot read /"), "{}", error(&access));
        assert!(Tls::open(&Access::default()).unwrap().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_handshake_that_does_not_end_is_ended() {
        let dir = tempfile::tempdir().unwrap();
        let tls = Tls::open(&make(dir.path())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut secured = Secured { bounded: Bounded::new(listener), tls };
        let (mut line, _) = secured.accept().await;
        let begun = Instant::now();
        // The first byte of a record: it gives a connection more time, and not the handshake.
        peer.write_all(&[22]).await.unwrap();
        let error = line.read_u8().await.unwrap_err();
        assert_eq!((error.kind(), begun.elapsed().as_secs()), (io::ErrorKind::TimedOut, HANDSHAKE.as_secs()));
    }
}
