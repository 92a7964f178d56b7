//! The verbs of whoever has the keys and the store, through the program itself: `keys`, `store`, `audit`.

use crate::lookup::references;
use mailgauge::config::Config;
use mailgauge::pseudonym::{Address, KeyFiles};
use mailgauge::report::Reference;
use mailgauge::store::{self, NewRecord, Target};
use std::path::PathBuf;
use std::process::{Command, Output};

const DAY: i64 = 86_400;

/// An installation that ran once: a configuration, keys, and a store with mails.
struct Place {
    dir: tempfile::TempDir,
    keys: KeyFiles,
    now: i64,
}

/// What a verb said, and how it ended.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        let place = Place { keys: KeyFiles::new(dir.path().join("keys"), None, Default::default()), dir, now: now() };
        std::fs::write(place.config(), format!("[store]\ndirectory = \"{}\"\n", place.dir.path().display())).unwrap();
        place.keys.ensure(place.now).unwrap();
        place.keys.ensure_audit_key().unwrap();
        place
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("mailgauge.toml")
    }

    fn file(&self) -> PathBuf {
        Config::load(Some(&self.config())).unwrap().sqlite_file().unwrap()
    }

    /// Keeps a mail from Anna to Jan, by the key of its time.
    fn mail(&self, number: u64, days_ago: i64) {
        let time = self.now - days_ago * DAY;
        self.keys.ensure(time).unwrap();
        let mut keys = self.keys.load().unwrap().keys;
        keys.retain(|file| file.key.from() <= time && time < file.key.until());
        let key = keys.remove(0).key;
        let address = |text: &str| Address::parse(text.as_bytes()).unwrap();
        let tokens = vec![key.sender(&address("anna@example.net")), key.recipient(&address("jan@example.org"))];
        let kept = crate::store::kept(number, time);
        store::open(&Target::Sqlite(self.file())).unwrap().keep(&[NewRecord { kept, tokens }]).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_mailgauge"))
            .args(arguments)
            .arg("--config")
            .arg(self.config())
            .env_remove("CREDENTIALS_DIRECTORY")
            .env("SUDO_USER", "kees")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// What must go well.
    #[track_caller]
    fn ok(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}: {said:?}");
        said.out
    }

    /// What must be refused, with this in its words, and nothing else done.
    #[track_caller]
    fn refused(&self, arguments: &[&str], words: &str) {
        let before = self.deeds();
        let said = self.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}: {said:?}");
        assert!(said.err.contains(words), "{arguments:?}: {said:?}");
        assert_eq!(self.deeds(), before, "{arguments:?} was written down");
    }

    /// What the audit log has: deed, ticket, worker, rows.
    fn deeds(&self) -> Vec<(String, String, String, u32)> {
        let rows = store::open(&Target::Sqlite(self.file())).unwrap().audit_rows(0, 1000).unwrap();
        let shown = |row: store::audit::Row| {
            let entry = row.entry;
            (entry.deed.name().to_owned(), entry.ticket, entry.worker, entry.rows)
        };
        rows.into_iter().map(shown).collect()
    }

    #[track_caller]
    fn last_deed(&self, deed: &str, ticket: &str, rows: u32) {
        let last = self.deeds().pop().unwrap();
        assert_eq!(last, (deed.to_owned(), ticket.to_owned(), "kees".to_owned(), rows));
    }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[test]
fn keys_are_listed_rotated_and_destroyed() {
    let place = Place::new();
    place.mail(1, 0);
    let found = |place: &Place| {
        let said = place.ok(&["lookup", "--ticket", "T1", "--recipient", "jan@example.org", "--format", "json"]);
        references(&serde_json::from_str(&said).unwrap()).len()
    };
    assert_eq!(found(&place), 1);
    let listed = place.ok(&["keys", "list"]);
    let id = listed.lines().find(|line| line.contains("current;")).unwrap().split(' ').next().unwrap().to_owned();
    assert!(listed.contains("  current; destroyed on ") && listed.contains("/keys/"), "{listed}");

    let told = place.ok(&["keys", "rotate"]);
    assert!(told.contains("is the new key") && told.contains("within a minute"), "{told}");
    place.last_deed("key-rotate", "", 0);
    let listed = place.ok(&["keys", "list"]);
    assert_eq!((listed.matches("current;").count(), listed.matches("replaced;").count()), (1, 1), "{listed}");
    // What the key before it has made is still found.
    assert_eq!(found(&place), 1);

    place.refused(&["keys", "destroy", &id], "which --yes confirms");
    place.refused(&["keys", "destroy", "nosuchkey", "--yes"], "`mailgauge keys list` shows all");
    assert_eq!(found(&place), 1);
    let told = place.ok(&["keys", "destroy", &id, "--yes"]);
    assert!(told.contains("is destroyed") && told.contains("backups"), "{told}");
    place.last_deed("key-destroy", "", 0);
    assert!(!place.ok(&["keys", "list"]).contains(&id));
    assert_eq!(found(&place), 0);
    let files: Vec<_> = std::fs::read_dir(place.dir.path().join("keys")).unwrap().flatten().collect();
    assert!(!files.iter().any(|file| file.file_name().to_string_lossy().contains(&id)), "{files:?}");
}

#[test]
fn a_data_subject_gets_his_records_and_has_them_erased() {
    let place = Place::new();
    place.mail(1, 0);
    place.mail(2, 3);
    let stats = place.ok(&["store", "stats"]);
    assert!(stats.starts_with("records       2\n") && stats.contains("audit log     0 rows\n"), "{stats}");

    place.refused(&["store", "export", "--address", "jan@example.org", "--ticket", "two words"], "ticket");
    assert_eq!(place.run(&["store", "export", "--address", "jan@example.org"]).code, 2);
    let export = ["store", "export", "--ticket", "AVG-7", "--address", "Jan@Example.org", "--format", "json"];
    let exported: serde_json::Value = serde_json::from_str(&place.ok(&export)).unwrap();
    assert_eq!(references(&exported), [1, 2].map(|n| Reference::from_bits(n).to_string()));
    place.last_deed("export", "AVG-7", 2);

    let erase = ["store", "erase", "--ticket", "AVG-8", "--address", "jan@example.org"];
    place.refused(&erase, "which --yes confirms");
    let told = place.ok(&[&erase[..], &["--yes"]].concat());
    assert!(told.starts_with("erased: 2 records. ") && !told.contains("jan"), "{told}");
    place.last_deed("erase", "AVG-8", 2);
    assert!(place.ok(&["store", "stats"]).starts_with("records       0\n"));
    let exported: serde_json::Value = serde_json::from_str(&place.ok(&export)).unwrap();
    assert_eq!(references(&exported), [""; 0]);
}

#[test]
fn what_is_past_retention_is_forgotten_when_asked_for() {
    let place = Place::new();
    for (number, days) in [(1, 0), (2, 29), (3, 32), (4, 40)] {
        place.mail(number, days);
    }
    assert!(place.ok(&["store", "prune"]).starts_with("forgotten: 2 records, 0 rows"));
    place.last_deed("prune", "", 0);
    assert!(place.ok(&["store", "stats"]).starts_with("records       2\n"));
    // A clock that was ahead.
    place.mail(5, -1000);
    assert!(place.ok(&["store", "stats"]).contains("store prune --ahead"));
    assert!(place.ok(&["store", "prune"]).starts_with("forgotten: 0 records"));
    assert!(place.ok(&["store", "prune", "--ahead"]).starts_with("forgotten: 1 record,"));
}

#[test]
fn a_log_that_was_tampered_with_shows() {
    let place = Place::new();
    place.mail(1, 0);
    assert_eq!(place.ok(&["audit", "verify"]), "the audit log is empty\n");
    for ticket in ["T1", "T2", "T3"] {
        place.ok(&["lookup", "--ticket", ticket, "--recipient", "jan@example.org"]);
    }
    let listed = place.ok(&["audit", "list"]);
    assert!(
        listed.contains("kees (admin, cli)  T2  lookup-recipient  1 record") && listed.ends_with("3 rows\n"),
        "{listed}"
    );
    place.last_deed("audit-read", "", 3);
    assert!(place.ok(&["audit", "list", "--worker", "truus"]).ends_with("0 rows\n"));
    place.refused(&["audit", "list", "--since", "soon"], "is no time");
    place.refused(&["audit", "verify", "--expect", "7"], "17:0a1b");

    let verified = place.ok(&["audit", "verify"]);
    assert!(verified.starts_with("the audit log is as it was written: 5 rows\n"), "{verified}");
    let noted = verified.split("--expect ").nth(1).unwrap().trim().to_owned();
    place.ok(&["lookup", "--ticket", "T4", "--recipient", "jan@example.org"]);
    let verified = place.ok(&["audit", "verify", "--expect", &noted]);
    assert!(verified.contains("6 rows, and the row noted down is in it"), "{verified}");

    // An older copy of the whole log, put back.
    let copy = std::fs::read(place.file()).unwrap();
    let tamper = |sql: &str| {
        let changed = rusqlite::Connection::open(place.file()).unwrap().execute(sql, []).unwrap();
        assert!(changed > 0, "{sql}");
    };
    for (sql, words) in [
        ("UPDATE audit SET ticket = 'T9' WHERE ticket = 'T2'", "row 2"),
        ("DELETE FROM audit WHERE seq = 3", "row 3"),
        ("DELETE FROM audit WHERE seq >= 5", ""),
        ("DELETE FROM audit_ends WHERE name = 'head'", ""),
    ] {
        tamper(sql);
        let said = place.run(&["audit", "verify"]);
        assert_eq!(said.code, 1, "{sql}: {said:?}");
        assert!(
            said.out.starts_with("THE AUDIT LOG IS NOT AS IT WAS WRITTEN: ") && said.out.contains(words),
            "{sql}: {said:?}"
        );
        for other in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(place.file().with_file_name(format!("records.db{other}")));
        }
        std::fs::write(place.file(), &copy).unwrap();
        assert_eq!(place.run(&["audit", "verify"]).code, 0, "{sql}: the copy is whole again");
    }
    // Cut back to before what was noted down, with its end marked anew by a key that somebody has: only the note tells.
    let wrong = format!("{}:{}", noted.split(':').next().unwrap(), "0".repeat(64));
    let said = place.run(&["audit", "verify", "--expect", &wrong]);
    assert!(said.code == 1 && said.out.contains("row 5"), "{said:?}");
    let said = place.run(&["audit", "verify", "--expect", &format!("99:{}", "0".repeat(64))]);
    assert_eq!(said.code, 1, "{said:?}");
    // Without its key, nothing can be said.
    std::fs::remove_file(place.dir.path().join("keys/audit.key")).unwrap();
    let said = place.run(&["audit", "verify"]);
    assert!(said.code == 2 && said.err.contains("audit.key, is not there"), "{said:?}");
}

#[test]
fn what_an_earlier_configuration_has_left_is_told() {
    let place = Place::new();
    place.mail(1, 0);
    assert_eq!(place.run(&["check-config"]).err, "");
    let directory = place.dir.path().display().to_string();
    std::fs::write(place.config(), format!("[store]\nurl = \"off\"\ndirectory = \"{directory}\"\n")).unwrap();
    let said = place.run(&["check-config"]);
    assert!(
        said.code == 0 && said.err.contains(&format!("rm -r '{directory}/store' '{directory}/keys'\n")),
        "{said:?}"
    );
    // Keys in a directory that was named by hand may be those of other machines.
    let named = place.dir.path().join("named");
    std::fs::write(
        place.config(),
        format!("[store]\nurl = \"off\"\ndirectory = \"{directory}\"\n[keys]\ndirectory = \"{}\"\n", named.display()),
    )
    .unwrap();
    assert!(place.run(&["check-config"]).err.ends_with(&format!("rm -r '{directory}/store'\n")));
    std::fs::write(place.config(), format!("[store]\nurl = \"off\"\ndirectory = \"{directory}\"\n")).unwrap();
    for verb in [&["store", "stats"][..], &["audit", "list"], &["keys", "rotate"]] {
        let said = place.run(verb);
        assert!(said.code == 2 && said.err.contains("no records are kept here: [store] url is \"off\""), "{said:?}");
    }
    std::fs::remove_dir_all(place.dir.path().join("store")).unwrap();
    std::fs::remove_dir_all(place.dir.path().join("keys")).unwrap();
    assert_eq!(place.run(&["check-config"]).err, "");
}

#[test]
fn hostile_strings_are_told_nothing_and_tell_nothing() {
    let place = Place::new();
    place.mail(1, 0);
    let mark = crate::hostile::MARK;
    // Arguments have no NUL; each string in each argument of the program itself.
    for text in crate::hostile::strings().filter(|text| !text.contains('\0')).take(30) {
        let with = |name: &str| format!("--{name}={text}");
        for arguments in [
            vec!["lookup", "--ticket=T1", &with("recipient")],
            vec!["lookup", "--ticket=T1", &with("message-id")],
            vec!["lookup", "--sender=a@example.com", &with("ticket")],
            vec!["store", "export", "--ticket=T1", "--format=json", &with("address")],
        ] {
            let said = place.run(&arguments);
            assert!(matches!(said.code, 0 | 2), "{arguments:?}: {said:?}");
            assert!(!said.out.contains(mark) && !said.err.contains(mark), "{arguments:?}: {said:?}");
            assert!(!said.out.contains(&Reference::from_bits(1).to_string()), "{arguments:?}: {said:?}");
        }
        let said = place.run(&["audit", "list", &with("worker")]);
        assert!(said.code == 0 && said.out == "0 rows\n", "{said:?}");
    }
    assert!(place.ok(&["store", "stats"]).starts_with("records       1\n"));
}
