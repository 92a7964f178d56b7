//! Private clusters of Debian's PostgreSQL, on unix sockets, and what is PostgreSQL's own.

use super::*;
use mailgauge::store::StoreError;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

/// With this in the environment a missing PostgreSQL is a failure and not a reason to skip.
const REQUIRED: &str = "MAILGAUGE_REQUIRE_POSTGRES";

/// Makes a cluster and obeys `start` and `stop`. When its input ends, as it does when the test process ends in whatever way, it
/// stops the server and removes all.
const SCRIPT: &str = r#"
set -eu
bin=$1 dir=$(mktemp -d /tmp/mailgauge-postgres.XXXXXX)
control() { "$bin/pg_ctl" -D "$dir/data" -s -w -l "$dir/log" -o "-c listen_addresses= -c unix_socket_directories=$dir -c fsync=off" "$@" </dev/null >&2; }
trap 'control -m immediate stop || true; rm -rf "$dir"' EXIT
"$bin/initdb" -D "$dir/data" -A trust -U mailgauge -E UTF8 --locale=C -N >/dev/null
control start
chmod 755 "$dir"
echo "$dir"
while read -r what; do
    case $what in
        stop) control -m fast stop ;;
        start) control start ;;
    esac
    echo "$what"
done
"#;

pub struct Cluster {
    dir: PathBuf,
    keeper: Mutex<(Option<ChildStdin>, BufReader<ChildStdout>)>,
    child: Child,
    databases: AtomicUsize,
}

static SHARED: LazyLock<Option<Cluster>> = LazyLock::new(Cluster::start);

/// The cluster of this process, started at the first call. `None`, after a word on standard error, where there cannot be one.
pub fn shared() -> Option<&'static Cluster> {
    SHARED.as_ref()
}

fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions.flatten().map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max()
}

impl Cluster {
    pub fn start() -> Option<Cluster> {
        let Some(bin) = binaries() else {
            assert!(std::env::var_os(REQUIRED).is_none(), "PostgreSQL is missing: apt-get install postgresql");
            eprintln!("skipped: PostgreSQL is not installed");
            return None;
        };
        // PostgreSQL does not run as root.
        let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut child = command
            .args(["-c", SCRIPT, "sh"])
            .arg(bin)
            .current_dir("/")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (input, mut output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut dir = String::new();
        output.read_line(&mut dir).unwrap();
        assert!(!dir.is_empty(), "the cluster did not start");
        Some(Cluster {
            dir: dir.trim_end().into(),
            keeper: Mutex::new((input, output)),
            child,
            databases: AtomicUsize::new(0),
        })
    }

    fn tell(&self, what: &str) {
        let mut keeper = self.keeper.lock().unwrap();
        writeln!(keeper.0.as_mut().unwrap(), "{what}").unwrap();
        let mut answer = String::new();
        keeper.1.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim_end(), what);
    }

    pub fn stop(&self) {
        self.tell("stop");
    }

    pub fn start_again(&self) {
        self.tell("start");
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://mailgauge@/{database}?host={}", self.dir.display())
    }

    pub fn client(&self, database: &str) -> ::postgres::Client {
        ::postgres::Client::connect(&self.url(database), ::postgres::NoTls).unwrap()
    }

    /// The URL of a new database.
    pub fn database(&self) -> String {
        let name = format!("d{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.client("postgres").batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        self.url(&name)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Its input ends, and so it does.
        self.keeper.lock().unwrap().0 = None;
        let _ = self.child.wait();
    }
}

#[test]
fn a_newer_version_is_left_alone() {
    let Some(cluster) = shared() else { return };
    let url = cluster.database();
    let target = Target::Postgres { url: url.clone(), password_file: None, ca_file: None };
    drop(open(&target).unwrap());
    let mut client = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    client.batch_execute("UPDATE mailgauge.version SET version = 99").unwrap();
    let Err(StoreError::Unusable(text)) = open(&target) else { panic!("opened") };
    assert!(text.contains("newer version"), "{text}");
}

#[test]
fn what_cannot_be_opened_says_what_to_do() {
    let Some(cluster) = shared() else { return };
    let target = |url: String| Target::Postgres { url, password_file: None, ca_file: None };
    let Err(StoreError::Unusable(text)) = open(&target(cluster.url("nowhere"))) else { panic!("opened") };
    assert!(text.contains("createdb"), "{text}");
    let Err(StoreError::Unavailable(text)) = open(&target("postgres://x@/y?host=/nowhere".into())) else {
        panic!("opened")
    };
    assert!(text.contains("check that it runs"), "{text}");
    let password_file = Some("/nowhere/password".into());
    let Err(StoreError::Unusable(text)) =
        open(&Target::Postgres { url: cluster.url("x"), password_file, ca_file: None })
    else {
        panic!("opened")
    };
    assert!(text.contains("password_file /nowhere/password"), "{text}");
    // A database whose owner is somebody else.
    let name = cluster.database();
    cluster.client("postgres").batch_execute("CREATE ROLE stranger LOGIN").unwrap();
    let Err(StoreError::Unusable(text)) = open(&target(name.replace("mailgauge@", "stranger@"))) else {
        panic!("opened")
    };
    assert!(text.contains("own the database"), "{text}");
}

#[test]
fn a_day_that_somebody_reads_is_forgotten_later() {
    let Some(place) = Place::postgres() else { return };
    let Target::Postgres { url, .. } = &place.target else { unreachable!() };
    let mut store = place.open();
    store.keep(&[record(1, MIDNIGHT, &[1]), record(2, MIDNIGHT + Day::SECONDS, &[1])]).unwrap();
    let mut reader = ::postgres::Client::connect(url, ::postgres::NoTls).unwrap();
    reader.batch_execute("BEGIN; SELECT * FROM mailgauge.records").unwrap();
    let Err(StoreError::Unavailable(text)) = store.forget(Day::of(MIDNIGHT)) else { panic!("forgotten") };
    assert!(text.contains("tried again"), "{text}");
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1]])), [2, 1]);
    reader.batch_execute("COMMIT").unwrap();
    assert_eq!(forget_all_of(store.as_mut(), Day::of(MIDNIGHT)), 1);
    // Its tables are gone with it.
    let left =
        reader.query("SELECT relname FROM pg_class WHERE relname LIKE 'handles_2%' AND relkind = 'r'", &[]).unwrap();
    assert_eq!(left.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["handles_20001"]);
}

#[test]
fn a_day_that_another_machine_forgot_is_made_anew() {
    let Some(place) = Place::postgres() else { return };
    let (mut one, mut other) = (place.open(), place.open());
    one.keep(&[record(1, MIDNIGHT, &[1])]).unwrap();
    assert_eq!(forget_all_of(other.as_mut(), Day::of(MIDNIGHT)), 1);
    // This connection believes it to be there; the queue takes a new one then.
    assert!(matches!(one.keep(&[record(2, MIDNIGHT, &[1])]), Err(StoreError::Unavailable(_))));
    place.open().keep(&[record(2, MIDNIGHT, &[1])]).unwrap();
    assert_eq!(found(other.as_mut(), by_tokens(&[&[1]])), [2]);
}
