//! The real daemon, inside the test: everything but the command line.

use indymilter_test::TestConnection;
use mailgauge::Settings;
use mailgauge::milter::Socket;
use mailgauge::report::{Metrics, Reporter};
use prometheus::{Registry, TextEncoder};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// All that is logged by the daemons of this process, at every level.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The log. From the first call on, it is that of the whole process: a subscriber of one thread would miss call sites that another
    /// thread met first.
    pub fn global() -> &'static Log {
        static LOG: OnceLock<Log> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = Log::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::level_filters::LevelFilter::TRACE)
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .finish();
            tracing::subscriber::set_global_default(subscriber).expect("no other subscriber in this binary");
            log
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub struct Daemon {
    pub tcp: SocketAddr,
    pub settings: watch::Sender<Arc<Settings>>,
    registry: Registry,
    unix: PathBuf,
    _directory: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl Daemon {
    /// A daemon that listens on a TCP and on a unix socket.
    pub async fn start(settings: Settings) -> Daemon {
        Log::global();
        let registry = Registry::new();
        let reporter = Reporter::new(Arc::new(Metrics::register(&registry).unwrap()));
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = tcp.local_addr().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let unix = directory.path().join("milter.sock");
        let sockets = vec![Socket::Tcp(tcp), Socket::Unix(UnixListener::bind(&unix).unwrap())];
        let (settings, receiver) = watch::channel(Arc::new(settings));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(mailgauge::run(sockets, receiver, Arc::default(), Arc::new(reporter), async {
            let _ = stopped.await;
        }));
        Daemon { tcp: address, settings, registry, unix, _directory: directory, stop: Some(stop), task }
    }

    pub fn unix(&self) -> &Path {
        &self.unix
    }

    pub async fn connect(&self) -> TestConnection {
        TestConnection::open(self.tcp).await.unwrap()
    }

    pub fn metrics(&self) -> String {
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap()
    }

    /// The value of one series, as it stands in the scraped text.
    pub fn metric(&self, series: &str) -> f64 {
        let text = self.metrics();
        let line = text.lines().find(|l| l.rsplit_once(' ').is_some_and(|(name, _)| name == series));
        line.unwrap_or_else(|| panic!("no series {series}")).rsplit_once(' ').unwrap().1.parse().unwrap()
    }

    /// Waits until a series has a value: what the daemon does after its last answer takes a moment.
    pub async fn until(&self, series: &str, value: f64) {
        for _ in 0..500 {
            if self.metric(series) == value {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{series} is {} and not {value}", self.metric(series));
    }

    /// Asks the daemon to stop, and does not wait.
    pub fn ask_to_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    pub fn has_stopped(&self) -> bool {
        self.task.is_finished()
    }

    /// Waits until the daemon has stopped.
    pub async fn stopped(mut self) {
        drop(self.stop.take());
        tokio::time::timeout(Duration::from_secs(30), self.task).await.expect("it stops").unwrap().unwrap();
    }
}
