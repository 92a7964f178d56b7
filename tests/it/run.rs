//! `mailgauge run` as a service manager sees it: signals, sd_notify, sockets.

use indymilter_test::{Status, TestConnection};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running `mailgauge run`, killed when it goes out of scope.
pub struct Daemon {
    pub child: Child,
    log: Receiver<Value>,
}

impl Daemon {
    pub fn start(config: &Path) -> Daemon {
        Daemon::spawn(Command::new(env!("CARGO_BIN_EXE_mailgauge")).arg("run").arg("--config").arg(config))
    }

    fn spawn(command: &mut Command) -> Daemon {
        let mut child = command.env_remove("RUST_LOG").stderr(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        Daemon { child, log: read_log(stderr) }
    }

    /// Waits for the log line with this message.
    #[track_caller]
    pub fn wait_for(&self, message: &str) -> Value {
        loop {
            let line = self.log.recv_timeout(PATIENCE).unwrap_or_else(|e| panic!("{message:?} was not logged: {e}"));
            if line["message"].as_str().is_some_and(|m| m.contains(message)) {
                return line;
            }
        }
    }

    fn signal(&self, name: &str) {
        let done = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status().unwrap();
        assert!(done.success());
    }

    fn ended(mut self) -> ExitStatus {
        let deadline = std::time::Instant::now() + PATIENCE;
        while std::time::Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it does not end");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_log(stderr: ChildStderr) -> Receiver<Value> {
    let (send, log) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let value = serde_json::from_str(&line).unwrap_or_else(|_| serde_json::json!({ "message": line }));
            let _ = send.send(value);
        }
    });
    log
}

/// For what has nothing to do with records: the machine's own place for them stays as it is.
const NO_RECORDS: &str = "[lookup]\nlisten = \"off\"\n[store]\nurl = \"off\"\n";

/// A configuration on free ports with JSON logs, and more keys.
pub fn config(dir: &Path, more: &str) -> PathBuf {
    let path = dir.join("mailgauge.toml");
    let base = "[milter]\nlisten = \"inet:127.0.0.1:0\"\n[http]\nlisten = \"127.0.0.1:0\"\n[lookup]\nlisten = \"127.0.0.1:0\"\n";
    let store = format!("[store]\ndirectory = \"{}/state\"\n", dir.display());
    let log = "[log]\nformat = \"json\"\n";
    std::fs::write(&path, format!("{base}{store}{log}{more}")).unwrap();
    path
}

#[test]
fn sigterm_and_sigint_end_it_in_peace() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), "");
    for signal in ["TERM", "INT"] {
        let daemon = Daemon::start(&config);
        let ready = daemon.wait_for("mailgauge is ready");
        assert_eq!(ready["version"], env!("CARGO_PKG_VERSION"));
        assert!(ready["milter"].as_str().unwrap().starts_with("inet:127.0.0.1:"), "{ready}");
        daemon.signal(signal);
        daemon.wait_for("stopping");
        assert_eq!(daemon.ended().code(), Some(0));
    }
}

#[test]
fn sighup_reads_the_file_again_and_survives_a_broken_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path(), "");
    let daemon = Daemon::start(&path);
    let ready = daemon.wait_for("mailgauge is ready");

    config(dir.path(), "[scan]\ndepth = 99\n");
    daemon.signal("HUP");
    let error = daemon.wait_for("`depth` takes a whole number from 1 to 64, but this is 99: write 64 or less");
    assert_eq!(
        (&error["line"], &error["column"], &error["level"]),
        (&12.into(), &9.into(), &"ERROR".into()),
        "{error}"
    );
    daemon.wait_for("the old settings stay");
    let http = ready["http"].as_str().unwrap();
    let health = crate::http::get(&format!("{http}/-/healthy")).unwrap();
    assert_eq!(health.status().as_u16(), 200);

    std::fs::write(&path, "[http]\nlisten = \"off\"\n").unwrap();
    daemon.signal("HUP");
    let restart = daemon.wait_for("restart mailgauge");
    assert_eq!(restart["keys"], "milter.listen, http.listen, log.format, store.directory, lookup.listen");
    daemon.wait_for("configuration reloaded");
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
}

#[test]
fn a_wrong_configuration_ends_it_with_78_and_all_else_with_2() {
    let dir = tempfile::tempdir().unwrap();
    let broken = dir.path().join("broken.toml");
    std::fs::write(&broken, "[milter]\nlisen = 1\n").unwrap();
    let daemon = Daemon::start(&broken);
    daemon.wait_for("broken.toml:2:1: [milter] has no key `lisen`");
    assert_eq!(daemon.ended().code(), Some(78));
    let daemon = Daemon::start(&dir.path().join("missing.toml"));
    daemon.wait_for("cannot read");
    assert_eq!(daemon.ended().code(), Some(78));
    let daemon = Daemon::spawn(Command::new(env!("CARGO_BIN_EXE_mailgauge")).args(["run", "--log-level", "nonsense"]));
    daemon.wait_for("\"nonsense\" is no log level");
    assert_eq!(daemon.ended().code(), Some(78));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let text = format!("[milter]\nlisten = \"inet:{}\"\n", taken.local_addr().unwrap());
    std::fs::write(&broken, text).unwrap();
    let daemon = Daemon::start(&broken);
    daemon.wait_for("the port is taken");
    assert_eq!(daemon.ended().code(), Some(2));
}

#[test]
fn without_a_port_for_http_mail_is_taken_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mailgauge.toml");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let http = taken.local_addr().unwrap();
    let text = format!(
        "[milter]\nlisten = \"inet:127.0.0.1:0\"\n[http]\nlisten = \"{http}\"\n{NO_RECORDS}[log]\nformat = \"json\"\n"
    );
    std::fs::write(&path, text).unwrap();
    let daemon = Daemon::start(&path);
    let error = daemon.wait_for("[http] cannot listen on");
    assert_eq!(error["level"], "ERROR", "{error}");
    let ready = daemon.wait_for("mailgauge is ready");
    TcpStream::connect(ready["milter"].as_str().unwrap().strip_prefix("inet:").unwrap()).unwrap();
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
}

/// While open mails finish, systemd must not be told that we are ready again.
#[tokio::test]
async fn sighup_is_not_heard_while_stopping() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path(), "");
    let daemon = Daemon::start(&path);
    let ready = daemon.wait_for("mailgauge is ready");
    let address = ready["milter"].as_str().unwrap().strip_prefix("inet:").unwrap();
    let mut mta = TestConnection::open(address.parse::<SocketAddr>().unwrap()).await.unwrap();
    mta.connect("client.example", [192, 0, 2, 7]).await.unwrap();
    mta.mail(["<a@example.org>"]).await.unwrap();
    mta.rcpt(["<b@example.org>"]).await.unwrap();
    std::fs::write(&path, "[milter]\nlisten = \"inet:127.0.0.1:0\"\ndrain_timeout = \"1s\"\n").unwrap();
    daemon.signal("HUP");
    daemon.wait_for("configuration reloaded");
    daemon.signal("TERM");
    assert_eq!(daemon.wait_for("stopping")["at_most"], "1s");
    daemon.signal("HUP");
    loop {
        let line = daemon.log.recv_timeout(PATIENCE).unwrap();
        assert_ne!(line["message"], "configuration reloaded");
        if line["message"] == "mailgauge has ended" {
            break;
        }
    }
    assert_eq!(daemon.ended().code(), Some(0));
}

/// Who asks twice does not wait for open mails, nor for records that a store does not take; they are counted all the same.
#[tokio::test]
async fn a_second_sigterm_ends_it_at_once_and_counts_what_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path(), "");
    let store = dir.path().join("state/store");
    std::fs::create_dir_all(&store).unwrap();
    std::fs::write(store.join("records.db"), "somebody's notes ".repeat(100)).unwrap();
    let daemon = Daemon::start(&path);
    let ready = daemon.wait_for("mailgauge is ready");
    let address = ready["milter"].as_str().unwrap().strip_prefix("inet:").unwrap().parse::<SocketAddr>().unwrap();
    let mut mta = TestConnection::open(address).await.unwrap();
    mta.connect("client.example", [192, 0, 2, 7]).await.unwrap();
    for _ in 0..3 {
        mta.mail(["<a@example.org>"]).await.unwrap();
        mta.rcpt(["<b@example.org>"]).await.unwrap();
        mta.data().await.unwrap();
        mta.header("Subject", "x").await.unwrap();
        mta.eoh().await.unwrap();
        assert_eq!(mta.eom().await.unwrap().1, Status::Accept);
    }
    mta.mail(["<a@example.org>"]).await.unwrap();
    daemon.signal("TERM");
    daemon.wait_for("stopping");
    daemon.signal("TERM");
    daemon.wait_for("ending at once");
    assert_eq!(daemon.wait_for("records were not written before the end")["records"], 3);
    assert_eq!(daemon.ended().code(), Some(0));
}

/// A terminal with Ctrl-S, a hung journal, a pager: whoever reads the log may stop reading.
#[tokio::test]
async fn a_log_that_nobody_reads_does_not_stop_the_mail() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path(), "level = \"debug\"\n");
    let mut child = Command::new(env!("CARGO_BIN_EXE_mailgauge"))
        .args(["run", "--config"])
        .arg(&path)
        .env_remove("RUST_LOG")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let (_hung_up, none) = channel();
    let daemon = Daemon { child, log: none };
    let ready: Value = loop {
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["message"] == "mailgauge is ready" {
            break line;
        }
    };
    let address = ready["milter"].as_str().unwrap().strip_prefix("inet:").unwrap();
    let mut mta = TestConnection::configure()
        .read_timeout(PATIENCE)
        .open_tcp(address.parse::<SocketAddr>().unwrap())
        .await
        .unwrap();
    mta.connect("client.example", [192, 0, 2, 7]).await.unwrap();
    // A pipe holds 64 KiB, and a line has some 400 bytes.
    for i in 0..400 {
        mta.mail(["<a@example.org>"]).await.unwrap();
        mta.rcpt(["<b@example.org>"]).await.unwrap();
        mta.data().await.unwrap();
        mta.header("Subject", "x").await.unwrap();
        mta.eoh().await.unwrap();
        mta.body("x\r\n").await.unwrap();
        let (actions, status) = mta.eom().await.unwrap_or_else(|e| panic!("mail {i}: {e}"));
        assert_eq!((actions.actions.len(), status), (1, Status::Accept));
    }
    mta.close().await.unwrap();
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert!(rest.len() > 60_000, "the pipe was not full: the test shows nothing");
}

#[test]
fn unix_sockets_survive_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("milter.sock");
    let path = dir.path().join("mailgauge.toml");
    let text = format!(
        "[milter]\nlisten = \"unix:{}\"\n[http]\nlisten = \"off\"\n{NO_RECORDS}[log]\nformat = \"json\"\n",
        socket.display()
    );
    std::fs::write(&path, text).unwrap();
    for _ in 0..2 {
        let daemon = Daemon::start(&path);
        let ready = daemon.wait_for("mailgauge is ready");
        assert_eq!(ready["milter"], format!("unix:{}", socket.display()));
        assert_eq!(ready["http"], "off");
        UnixStream::connect(&socket).unwrap();
        daemon.signal("KILL");
        daemon.ended();
        assert!(socket.exists());
    }
}

#[test]
fn systemd_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = config(dir.path(), "");
    let address = dir.path().join("notify.sock");
    let notify = UnixDatagram::bind(&address).unwrap();
    notify.set_read_timeout(Some(PATIENCE)).unwrap();
    // The next message that is not a pulse of the watchdog.
    let told = || loop {
        let mut buffer = [0; 4096];
        let length = notify.recv(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if text != "WATCHDOG=1\n" {
            return text;
        }
    };
    let daemon = Daemon::spawn(
        Command::new(env!("CARGO_BIN_EXE_mailgauge"))
            .args(["run", "--config"])
            .arg(&path)
            .env("NOTIFY_SOCKET", &address)
            .env("WATCHDOG_USEC", "200000"),
    );
    let ready = told();
    assert!(ready.starts_with("READY=1\nSTATUS=taking mails on inet:127.0.0.1:"), "{ready}");
    let mut pulse = [0; 64];
    let length = notify.recv(&mut pulse).unwrap();
    assert_eq!(&pulse[..length], b"WATCHDOG=1\n");
    daemon.signal("HUP");
    let reloading = told();
    let usec = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap_or_else(|| panic!("{reloading}"));
    assert!(usec.trim_end().parse::<u64>().is_ok(), "{reloading}");
    assert!(told().starts_with("READY=1\n"));
    daemon.signal("TERM");
    assert!(told().starts_with("STOPPING=1\n"));
    assert_eq!(daemon.ended().code(), Some(0));
}

#[test]
fn systemd_hands_over_sockets() {
    const HELPER: &str = "systemd-socket-activate";
    if Command::new(HELPER).arg("--version").output().is_err() {
        eprintln!("skipped: {HELPER} is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("handed.sock");
    // Free a moment ago; the helper binds by number only.
    let http = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let path = config(dir.path(), "");
    let daemon = Daemon::spawn(
        Command::new(HELPER)
            .arg(format!("--listen={}", socket.display()))
            .arg(format!("--listen={http}"))
            .arg("--fdname=milter:http")
            .arg(env!("CARGO_BIN_EXE_mailgauge"))
            .args(["run", "--config"])
            .arg(&path),
    );
    // The helper starts us at the first connection.
    daemon.wait_for("Listening on");
    let deadline = std::time::Instant::now() + PATIENCE;
    while TcpStream::connect(http).is_err() && std::time::Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    let handed = daemon.wait_for("systemd handed over sockets");
    assert_eq!(handed["sockets"], 2);
    let ready = daemon.wait_for("mailgauge is ready");
    assert_eq!(ready["milter"], format!("unix:{}", socket.display()));
    assert_eq!(ready["http"], format!("http://{http}"));
    UnixStream::connect(&socket).unwrap();
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
}
