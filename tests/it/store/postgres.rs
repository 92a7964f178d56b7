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

/// Makes a cluster and obeys `start` and `stop`. With a port, it listens there as well, for TLS and passwords only. When its input ends,
/// as it does when the test process ends in whatever way, it stops the server and removes all.
const SCRIPT: &str = r#"
set -eu
bin=$1 port=$2 dir=$(mktemp -d /tmp/mailgauge-postgres.XXXXXX)
options="-c listen_addresses= -c unix_socket_directories=$dir -c fsync=off"
control() { "$bin/pg_ctl" -D "$dir/data" -s -w -l "$dir/log" -o "$options" "$@" </dev/null >&2; }
trap 'control -m immediate stop || true; rm -rf "$dir"' EXIT
"$bin/initdb" -D "$dir/data" -A trust -U mailgauge -E UTF8 --locale=C -N >/dev/null
if [ "$port" != 0 ]; then
    options="-c listen_addresses=127.0.0.1 -p $port -c ssl=on -c unix_socket_directories=$dir -c fsync=off"
    printf 'local all all trust\nhostssl all all all scram-sha-256\n' >"$dir/data/pg_hba.conf"
    key() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@"; }
    (
        cd "$dir"
        for name in ca other; do key -x509 -subj /CN=$name -days 2 -keyout $name.key -out $name.pem; done
        key -subj /CN=localhost -keyout data/server.key -out request.pem
        echo subjectAltName=DNS:localhost >extensions
        openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out data/server.crt
    ) >"$dir/openssl.log" 2>&1 </dev/null || { cat "$dir/openssl.log" >&2; exit 1; }
fi
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
    port: u16,
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
        Cluster::start_on(0)
    }

    fn start_on(port: u16) -> Option<Cluster> {
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
            .arg(port.to_string())
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
            port: if port == 0 { 5432 } else { port },
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
        format!("postgres://mailgauge@/{database}?host={}&port={}", self.dir.display(), self.port)
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

#[test]
fn over_the_network_it_takes_tls_and_a_password() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(cluster) = Cluster::start_on(port) else { return };
    let mut client = cluster.client("postgres");
    // CREATE DATABASE wants to be alone.
    client.batch_execute("CREATE ROLE walled LOGIN PASSWORD 'open, sesame'").unwrap();
    client.batch_execute("CREATE DATABASE records OWNER walled").unwrap();
    let secrets = tempfile::tempdir().unwrap();
    let password = |text: &str| {
        let file = secrets.path().join(text.len().to_string());
        std::fs::write(&file, text).unwrap();
        Some(file)
    };
    let target = |host: &str, password_file, ca: Option<&str>| Target::Postgres {
        url: format!("postgres://walled@{host}:{port}/records?hostaddr=127.0.0.1"),
        password_file,
        ca_file: ca.map(|name| cluster.dir.join(name)),
    };
    let right = password("open, sesame\nnot this line\n");
    let mut store = open(&target("localhost", right.clone(), Some("ca.pem"))).unwrap();
    store.keep(&[record(1, MIDNIGHT, &[1])]).unwrap();
    assert_eq!(found(store.as_mut(), by_tokens(&[&[1]])), [1]);

    let says = |target: Target| match open(&target) {
        Err(StoreError::Unavailable(text)) => ("unavailable", text),
        Err(StoreError::Unusable(text)) => ("unusable", text),
        Ok(_) => panic!("opened"),
    };
    for (target, expected, word) in [
        (target("localhost", password("simsim"), Some("ca.pem")), "unusable", "password_file"),
        (target("localhost", right.clone(), None), "unusable", "pg_hba.conf"),
        (target("localhost", right.clone(), Some("other.pem")), "unavailable", "certificate"),
        (target("elsewhere", right.clone(), Some("ca.pem")), "unavailable", "certificate"),
        (target("localhost", right.clone(), Some("ca.key")), "unusable", "no certificate is in it"),
        (target("localhost", right, Some("nowhere.pem")), "unusable", "nowhere.pem"),
    ] {
        let (kind, text) = says(target);
        assert!(kind == expected && text.contains(word), "{kind}: {text}");
        assert!(!text.contains("sesame") && !text.contains("simsim"), "{text}");
    }
}
