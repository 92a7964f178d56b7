//! The real binary as a child process: configured, watched, scraped, killed.

use crate::postfix::{MilterAddress, free_port};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The names of metrics the tests look at.
pub mod metric {
    pub const MESSAGES: &str = "mailgauge_messages_total";
    pub const ABORTED: &str = "mailgauge_transactions_aborted_total";
    pub const FORGED: &str = "mailgauge_forged_tags_removed_total";
    pub const FINDINGS: &str = "mailgauge_findings_total";
    pub const SCANNED: &str = "mailgauge_scanned_bytes_total";
    pub const ERRORS: &str = "mailgauge_internal_errors_total";
    pub const OPEN_MESSAGES: &str = "mailgauge_messages_open";
}

/// A start, a drain or a scrape takes well under a second; a busy machine still needs its time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `mailgauge run`, killed when it goes out of scope.
pub struct Daemon {
    dir: tempfile::TempDir,
    milter: MilterAddress,
    http: u16,
    desk: String,
    environment: Vec<(&'static str, &'static str)>,
    child: Option<Child>,
    starts: u32,
}

impl Daemon {
    /// Starts on this milter address with defaults.
    pub fn start(milter: &MilterAddress) -> Daemon {
        Daemon::start_with(milter, "[log]\nformat = \"text\"\n", &[])
    }

    /// Starts with further sections of the configuration and further environment.
    pub fn start_with(
        milter: &MilterAddress,
        configuration: &str,
        environment: &[(&'static str, &'static str)],
    ) -> Daemon {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (http, desk) = (free_port(), free_port());
        // Postfix runs as its own user.
        let mode = if matches!(milter, MilterAddress::Unix(_)) { "socket_mode = \"0666\"\n" } else { "" };
        let text = format!(
            "[milter]\nlisten = \"{milter}\"\n{mode}\n[http]\nlisten = \"127.0.0.1:{http}\"\n\n\
             [store]\ndirectory = \"{}/state\"\n\n[lookup]\nlisten = \"127.0.0.1:{desk}\"\nrate_limit = 10000\n\n{configuration}",
            dir.path().display()
        );
        std::fs::write(dir.path().join("mailgauge.toml"), text).expect("the configuration is written");
        let mut daemon = Daemon {
            dir,
            milter: milter.clone(),
            http,
            desk: format!("http://127.0.0.1:{desk}"),
            environment: environment.to_vec(),
            child: None,
            starts: 0,
        };
        daemon.restart();
        daemon
    }

    /// Starts it again, after `kill` or `terminate`, and waits until it is ready.
    pub fn restart(&mut self) {
        assert!(self.child.is_none(), "it still runs");
        self.starts += 1;
        let log = |stream: &str| {
            let path = self.dir.path().join(format!("{stream}.{}", self.starts));
            Stdio::from(std::fs::File::create(path).expect("a log file"))
        };
        let child = Command::new(env!("CARGO_BIN_EXE_mailgauge"))
            .arg("run")
            .arg("--config")
            .arg(self.dir.path().join("mailgauge.toml"))
            .env_remove("RUST_LOG")
            .envs(self.environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log("stdout"))
            .stderr(log("stderr"))
            .spawn()
            .expect("mailgauge starts");
        self.child = Some(child);
        self.wait_until_ready();
    }

    fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while self.get("/-/ready").is_none() {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                panic!("mailgauge ended with {status}:\n{}", self.output_text());
            }
            assert!(Instant::now() < deadline, "mailgauge is not ready:\n{}", self.output_text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Where Prometheus scrapes it: host and port.
    pub fn scraped_at(&self) -> String {
        format!("127.0.0.1:{}", self.http)
    }

    /// Where the look-up page is.
    pub fn desk(&self) -> &str {
        &self.desk
    }

    /// The file it runs with.
    pub fn config(&self) -> PathBuf {
        self.dir.path().join("mailgauge.toml")
    }

    /// Where it keeps its files.
    pub fn directory(&self) -> &Path {
        self.dir.path()
    }

    /// The body of a page, if it is served with success.
    pub fn get(&self, path: &str) -> Option<String> {
        let url = format!("http://127.0.0.1:{}{path}", self.http);
        crate::http::get(&url).ok()?.body_mut().read_to_string().ok()
    }

    /// All series now.
    pub fn metrics(&self) -> Metrics {
        Metrics::parse(&self.get("/metrics").expect("/metrics is served"))
    }

    /// Waits until this many transactions broke off after DATA.
    pub fn wait_for_aborted(&self, count: u32) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.metrics().with(metric::ABORTED, "stage", "data");
            if now == f64::from(count) {
                return;
            }
            assert!(Instant::now() < deadline, "{now} transactions count as aborted and not {count}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }

    /// SIGTERM; waits for the end.
    pub fn terminate(&mut self) -> std::process::ExitStatus {
        self.signal("-TERM");
        self.child.take().expect("it runs").wait().expect("it ends")
    }

    /// SIGHUP; the configuration is read again a moment later.
    pub fn reload(&self) {
        self.signal("-HUP");
    }

    /// Puts a policy in place of the one before, and waits until it is in force. It stands at the end of the file.
    pub fn set_policy(&self, policy: &str) {
        let reloads = || self.metrics().with("mailgauge_config_reloads_total", "result", "success");
        let before = reloads();
        let text = std::fs::read_to_string(self.config()).expect("the configuration");
        let kept = text.find("[policy").map_or(text.as_str(), |at| &text[..at]);
        std::fs::write(self.config(), format!("{kept}{policy}")).expect("the configuration is written");
        self.reload();
        let deadline = Instant::now() + PATIENCE;
        while reloads() == before {
            assert!(Instant::now() < deadline, "the configuration is not read again:\n{}", self.output_text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill runs").success());
    }

    /// Everything it has written so far, of all its starts.
    pub fn output(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for start in 1..=self.starts {
            for stream in ["stdout", "stderr"] {
                all.extend(std::fs::read(self.output_file(stream, start)).unwrap_or_default());
            }
        }
        all
    }

    fn output_text(&self) -> String {
        String::from_utf8_lossy(&self.output()).into_owned()
    }

    fn output_file(&self, stream: &str, start: u32) -> PathBuf {
        self.dir.path().join(format!("{stream}.{start}"))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("what mailgauge on {} wrote:\n{}", self.milter, self.output_text());
        }
    }
}

/// What `/metrics` says: the value of each series.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics(pub BTreeMap<String, f64>);

impl Metrics {
    fn parse(text: &str) -> Metrics {
        let samples = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Metrics(
            samples
                .map(|line| line.rsplit_once(' ').unwrap_or_else(|| panic!("not a sample: {line:?}")))
                .map(|(series, value)| (series.to_owned(), value.parse().expect("a number")))
                .collect(),
        )
    }

    /// The sum of all series of this name. A name that is not there at all is a mistake of the test.
    pub fn sum(&self, name: &str) -> f64 {
        let mut series = self.0.iter().filter(|(key, _)| key.split('{').next() == Some(name)).peekable();
        assert!(series.peek().is_some(), "there is no metric {name}; there are: {:#?}", self.names());
        series.map(|(_, value)| value).sum()
    }

    /// One series by a label.
    pub fn with(&self, name: &str, label: &str, value: &str) -> f64 {
        let wanted = format!("{label}=\"{value}\"");
        let mut series =
            self.0.iter().filter(|(key, _)| key.split('{').next() == Some(name) && key.contains(&wanted)).peekable();
        assert!(series.peek().is_some(), "there is no {name} with {wanted}");
        series.map(|(_, value)| value).sum()
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.0.keys().filter_map(|key| key.split('{').next()).collect();
        names.dedup();
        names
    }
}

/// One run of an offline verb.
pub fn mailgauge(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mailgauge")).args(arguments).output().expect("mailgauge runs")
}

/// What `mailgauge scan` says about a message.
pub fn scan(message: &[u8]) -> serde_json::Value {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), message).expect("the message is written");
    let output = mailgauge(&["scan", "--format", "json", file.path().to_str().expect("a plain path")]);
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said)
        .unwrap_or_else(|e| panic!("{e} in {said:?}; it said {}", String::from_utf8_lossy(&output.stderr)))
}
