//! A private Postfix, shared by all tests of this process, and what it delivers.
//!
//! It has a fixed number of *lanes*: smtpd services on ports of their own, each with a milter address of its own. A test takes
//! a lane and starts its daemon there, so that no other test moves its metrics.

pub mod daemon;
pub mod delivery;
mod faults;
mod shapes;

use crate::smtp::{self, Envelope};
use std::collections::HashMap;
use std::fmt;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One home for the configuration: the demo and the benches use it as well.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/contrib/lib/private-postfix.sh");
/// With this in the environment a missing Postfix is a failure and not a reason to skip.
const REQUIRED: &str = "MAILGAUGE_REQUIRE_POSTFIX";
/// As many as there are tests that take one.
const TCP_LANES: usize = 34;
const UNIX_LANES: usize = 4;
/// Postfix's queue manager scans for new mail at once; a busy machine still needs its time.
const DELIVERY_PATIENCE: Duration = Duration::from_secs(60);

/// Where a daemon listens and an smtpd connects.
#[derive(Clone, Debug)]
pub enum MilterAddress {
    Tcp(u16),
    Unix(PathBuf),
}

impl fmt::Display for MilterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MilterAddress::Tcp(port) => write!(f, "inet:127.0.0.1:{port}"),
            MilterAddress::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// An smtpd with a milter address of its own.
#[derive(Clone, Debug)]
pub struct Lane {
    pub smtp_port: u16,
    pub milter: MilterAddress,
}

/// The running instance.
pub struct PrivatePostfix {
    dir: PathBuf,
    /// An smtpd without a milter.
    pub plain_port: u16,
    tcp: Vec<Lane>,
    unix: Vec<Lane>,
    tcp_taken: AtomicUsize,
    unix_taken: AtomicUsize,
    /// The milter of mail that comes by the `sendmail` command; there can be one only.
    non_smtpd_milter: Mutex<MilterAddress>,
    mailbox: Mutex<Mailbox>,
}

/// Files by recipient, and those already looked at.
#[derive(Default)]
struct Mailbox {
    seen: HashMap<PathBuf, ()>,
    by_recipient: HashMap<Vec<u8>, Vec<PathBuf>>,
}

static SHARED: LazyLock<Option<PrivatePostfix>> = LazyLock::new(PrivatePostfix::start);

/// The instance of this process, started at the first call. `None`, after a word on standard error, where there cannot be one.
pub fn shared() -> Option<&'static PrivatePostfix> {
    SHARED.as_ref()
}

impl PrivatePostfix {
    fn start() -> Option<PrivatePostfix> {
        let Some(mut command) = as_root(SCRIPT) else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set, but Postfix is not installed or cannot be started as root"
            );
            eprintln!("skipped: needs Postfix, and root or sudo without a password to start it");
            return None;
        };
        let dir = tempfile::Builder::new().prefix("mailgauge-it-").tempdir().expect("a temporary directory").keep();
        let tcp: Vec<MilterAddress> = (0..TCP_LANES).map(|_| MilterAddress::Tcp(free_port())).collect();
        let unix: Vec<MilterAddress> =
            (0..UNIX_LANES).map(|i| MilterAddress::Unix(dir.join(format!("run/milter{i}.sock")))).collect();
        let non_smtpd_milter = MilterAddress::Tcp(free_port());

        // The process that owns it is this one; a static is never dropped, so the script watches for our end.
        command.arg("start").arg(&dir).args(["--until-exit", &std::process::id().to_string()]);
        command.args(["--set", &format!("non_smtpd_milters={}", accepting(&non_smtpd_milter))]);
        // Tests say where they come from, and who they are, by XCLIENT.
        command.args([
            "--set",
            "smtpd_authorized_xclient_hosts=127.0.0.1",
            "--set",
            "smtpd_relay_restrictions=permit_auth_destination, reject",
        ]);
        command.args(["--smtpd", "plain"]);
        for (i, address) in tcp.iter().chain(&unix).enumerate() {
            command.args(["--smtpd", &format!("lane{i}"), "-o", &format!("smtpd_milters={}", accepting(address))]);
        }
        let output = command.stdin(Stdio::null()).output().expect("the script that starts Postfix runs");
        assert!(output.status.success(), "Postfix did not start:\n{}", String::from_utf8_lossy(&output.stderr));

        let stdout = String::from_utf8(output.stdout).expect("names and ports are ASCII");
        let mut ports = stdout.lines().map(|line| line.split_once(' ').expect("NAME PORT").1.parse().expect("a port"));
        let plain_port = ports.next().expect("the first smtpd is the plain one");
        let mut lanes = |addresses: Vec<MilterAddress>| -> Vec<Lane> {
            addresses.into_iter().zip(&mut ports).map(|(milter, smtp_port)| Lane { smtp_port, milter }).collect()
        };
        Some(PrivatePostfix {
            tcp: lanes(tcp),
            unix: lanes(unix),
            dir,
            plain_port,
            tcp_taken: AtomicUsize::new(0),
            unix_taken: AtomicUsize::new(0),
            non_smtpd_milter: Mutex::new(non_smtpd_milter),
            mailbox: Mutex::default(),
        })
    }

    /// A lane over TCP that nobody else has.
    pub fn tcp_lane(&self) -> &Lane {
        self.tcp.get(self.tcp_taken.fetch_add(1, Ordering::Relaxed)).expect("raise TCP_LANES: a test takes one more")
    }

    /// A lane over a unix socket that nobody else has.
    pub fn unix_lane(&self) -> &Lane {
        self.unix.get(self.unix_taken.fetch_add(1, Ordering::Relaxed)).expect("raise UNIX_LANES: a test takes one more")
    }

    /// Hands a mail to this instance's `sendmail` command, which reads LF line ends.
    pub fn sendmail(&self, sender: &str, recipient: &str, message: &[u8]) {
        use std::io::Write;
        let mut child = as_root(SCRIPT)
            .expect("it could be started before")
            .arg("sendmail")
            .arg(&self.dir)
            .args(["-i", "-f", sender, recipient])
            .stdin(Stdio::piped())
            .spawn()
            .expect("sendmail runs");
        child.stdin.take().expect("a pipe").write_all(message).expect("sendmail reads");
        assert!(child.wait().expect("sendmail ends").success());
    }

    /// Where the milter of the `sendmail` command listens. There is one only, so who has it keeps the guard.
    pub fn non_smtpd_milter(&self) -> MutexGuard<'_, MilterAddress> {
        self.non_smtpd_milter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mails in the queue, as `postqueue -j` lists them.
    pub fn queue(&self) -> Vec<serde_json::Value> {
        let mut command = as_root(SCRIPT).expect("it could be started before");
        let output = command.arg("queue").arg(&self.dir).output().expect("the script runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("JSON");
        text.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
    }

    /// Releases a mail from the hold queue.
    pub fn release(&self, queue_id: &str) {
        let mut command = as_root(SCRIPT).expect("it could be started before");
        let status = command.arg("release").arg(&self.dir).arg(queue_id).status().expect("the script runs");
        assert!(status.success());
    }

    /// Waits for the one mail delivered to this recipient.
    pub fn delivered(&self, recipient: &str) -> Delivered {
        let deadline = Instant::now() + DELIVERY_PATIENCE;
        loop {
            let found = self.delivered_now(recipient);
            match found.len() {
                0 if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(20)),
                0 => panic!("nothing arrived for {recipient}; the end of Postfix's log:\n{}", self.log_tail()),
                1 => return found.into_iter().next().expect("one"),
                more => panic!("{more} mails arrived for {recipient}"),
            }
        }
    }

    /// What is there for this recipient already.
    pub fn delivered_now(&self, recipient: &str) -> Vec<Delivered> {
        let mut mailbox = self.mailbox.lock().unwrap_or_else(PoisonError::into_inner);
        mailbox.look(&self.dir.join("mail/new"));
        let paths = mailbox.by_recipient.get(recipient.as_bytes()).cloned().unwrap_or_default();
        drop(mailbox);
        paths.iter().map(|path| Delivered::parse(&std::fs::read(path).expect("a delivered mail"))).collect()
    }

    fn log_tail(&self) -> String {
        let log = std::fs::read(self.dir.join("log/mail.log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }
}

impl Mailbox {
    fn look(&mut self, dir: &Path) {
        for entry in std::fs::read_dir(dir).expect("the maildir") {
            let path = entry.expect("an entry of the maildir").path();
            if self.seen.contains_key(&path) {
                continue;
            }
            // A mail is moved here when it is complete.
            if let Some(recipient) = recipient_of(&path) {
                self.by_recipient.entry(recipient).or_default().push(path.clone());
            }
            self.seen.insert(path, ());
        }
    }
}

fn recipient_of(path: &Path) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut head = Vec::new();
    std::fs::File::open(path).ok()?.take(4096).read_to_end(&mut head).ok()?;
    head.split(|&b| b == b'\n').find_map(|line| line.strip_prefix(b"Delivered-To: ").map(<[u8]>::to_vec))
}

/// A mail as it was delivered, with CRLF line ends again.
#[derive(Debug)]
pub struct Delivered {
    /// The fields of the header, from the top, each with its folding and its final line end.
    pub fields: Vec<Vec<u8>>,
    pub body: Vec<u8>,
}

impl Delivered {
    fn parse(file: &[u8]) -> Delivered {
        let text = crlf(file);
        let mut fields: Vec<Vec<u8>> = Vec::new();
        let mut rest = &text[..];
        loop {
            let end = memchr::memmem::find(rest, b"\r\n").map_or(rest.len(), |i| i + 2);
            let (line, after) = rest.split_at(end);
            rest = after;
            match line.first() {
                None | Some(b'\r') => break,
                Some(b' ' | b'\t') => fields.last_mut().expect("no header begins with a fold").extend_from_slice(line),
                Some(_) => fields.push(line.to_vec()),
            }
        }
        // On top are Return-Path, X-Original-To and Delivered-To, the delivery agent's.
        Delivered { body: rest.to_vec(), fields: fields.split_off(3) }
    }

    /// The values of the tags, unfolded.
    pub fn tags(&self) -> Vec<String> {
        self.fields
            .iter()
            .filter(|field| is_named(field, "X-Mailgauge"))
            .map(|field| String::from_utf8(field.clone()).expect("tags are ASCII"))
            .map(|field| field["X-Mailgauge:".len()..].replace("\r\n", "").trim().to_owned())
            .collect()
    }

    /// The one tag, read.
    pub fn tag(&self) -> Tag {
        let tags = self.tags();
        assert_eq!(tags.len(), 1, "exactly one tag: {tags:?}");
        Tag::parse(&tags[0])
    }

    /// The header without the tag and without what Postfix put on top: as the sender wrote it, if nothing altered it.
    pub fn header_as_sent(&self) -> Vec<u8> {
        let fields = self.fields.iter().filter(|field| !is_named(field, "X-Mailgauge"));
        let mut fields: Vec<&Vec<u8>> = fields.collect();
        let received = fields.iter().position(|field| is_named(field, "Received")).expect("Postfix's own Received");
        fields.remove(received);
        fields.into_iter().flatten().copied().collect()
    }
}

fn is_named(field: &[u8], name: &str) -> bool {
    field.len() > name.len() && field[..name.len()].eq_ignore_ascii_case(name.as_bytes()) && field[name.len()] == b':'
}

/// The value of `X-Mailgauge`, as strict as its grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub entries: Vec<(String, String)>,
}

impl Tag {
    /// `key=value` pairs parted by semicolons.
    pub fn parse(value: &str) -> Tag {
        let pairs = value.split(';').map(|pair| pair.trim().split_once('='));
        let entries = pairs.map(|pair| pair.unwrap_or_else(|| panic!("not key=value pairs: {value:?}")));
        Tag { entries: entries.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect() }
    }

    pub fn get(&self, key: &str) -> &str {
        let found = self.entries.iter().find(|(k, _)| k == key);
        &found.unwrap_or_else(|| panic!("the tag has no {key}: {self:?}")).1
    }

    pub fn number(&self, key: &str) -> u64 {
        self.get(key).parse().unwrap_or_else(|_| panic!("{key} of the tag is not a number: {self:?}"))
    }
}

/// LF line ends as CRLF.
pub fn crlf(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 40);
    for &byte in text {
        if byte == b'\n' && out.last() != Some(&b'\r') {
            out.push(b'\r');
        }
        out.push(byte);
    }
    out
}

/// A new address in a domain that is nobody's (RFC 2606).
pub fn new_address() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("recipient{}@example.com", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Sends a message through a lane to a recipient of its own and waits for it.
pub fn through(postfix: &PrivatePostfix, port: u16, message: &[u8]) -> Delivered {
    let recipient = new_address();
    smtp::send(port, &Envelope { eight_bit: true, ..Envelope::to(&recipient) }, message)
        .expect("Postfix takes the mail");
    postfix.delivered(&recipient)
}

/// A port that is free now, below the ephemeral range so that no outgoing connection takes it meanwhile.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes begin at different places.
    let start = std::process::id() as u16 % 100 * 100;
    loop {
        let port = 10_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        if port / 10 != 1072 && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn accepting(address: &MilterAddress) -> String {
    format!("{{ {address}, connect_timeout=5s, command_timeout=30s, content_timeout=60s, default_action=accept }}")
}

/// The command as root, if that is possible and there is a Postfix.
fn as_root(program: &str) -> Option<Command> {
    if !Path::new("/usr/sbin/postfix").exists() {
        return None;
    }
    let quiet = |command: &mut Command| {
        command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())
    };
    let uid = quiet(Command::new("id").arg("-u"))?;
    if uid.stdout.trim_ascii() == b"0" {
        return Some(Command::new(program));
    }
    quiet(Command::new("sudo").args(["-n", "true"]))?;
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    Some(command)
}

/// The harness itself: what goes in by SMTP without a milter comes back to the byte.
#[test]
fn the_private_postfix_delivers_to_the_byte() {
    let Some(postfix) = shared() else { return };
    let message = b"From: a@example.org\r\nTo: b@example.com\r\nMessage-ID: <1@example.org>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\
        Subject: folded\r\n  twice\r\n\r\n.dot\r\n..\r\nFrom here on\r\nraw \xFF\xFE and \x00 bytes  \r\n\r\n";
    let delivered = through(postfix, postfix.plain_port, message);
    assert_eq!(delivered.tags(), Vec::<String>::new());
    let mut again = delivered.header_as_sent();
    again.extend_from_slice(b"\r\n");
    again.extend_from_slice(&delivered.body);
    assert_eq!(again, message);
}
