//! Good mail gives no alarm: mails that other people's libraries and programs compose, with ordinary files and names in
//! many scripts, have no finding of level warning or above.
//!
//! The composers are Debian's packages, called by the scripts in `tests/composers`. A composer that is not installed is
//! skipped, unless `MAILGAUGE_REQUIRE_COMPOSERS` is set, as `contrib/test.sh` does.

use mailgauge::catalogue::{self, Level, Thresholds};
use mailgauge::scan::{EnvelopeFacts, Limits, Scanner};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

/// A composer, what runs its script, and how to see whether it is there.
struct Composer {
    name: &'static str,
    run: &'static [&'static str],
    probe: &'static [&'static str],
}

const COMPOSERS: &[Composer] = &[
    Composer { name: "Python email", run: &["python3", "python-email.py"], probe: &["python3", "-c", ""] },
    Composer { name: "Python email.mime", run: &["python3", "python-mime.py"], probe: &["python3", "-c", ""] },
    Composer { name: "other shapes", run: &["python3", "python-structures.py"], probe: &["python3", "-c", ""] },
    Composer { name: "MIME::Lite", run: &["perl", "mime-lite.pl"], probe: &["perl", "-MMIME::Lite", "-e1"] },
    Composer { name: "MIME::Entity", run: &["perl", "mime-entity.pl"], probe: &["perl", "-MMIME::Entity", "-e1"] },
    Composer {
        name: "Email::Stuffer",
        run: &["perl", "email-stuffer.pl"],
        probe: &["perl", "-MEmail::Stuffer", "-e1"],
    },
    Composer { name: "Ruby mail", run: &["ruby", "mail.rb"], probe: &["ruby", "-rmail", "-e", "0"] },
    Composer { name: "nodemailer", run: &["node", "nodemailer.js"], probe: &["node", "-e", "require('nodemailer')"] },
    Composer {
        name: "PHPMailer",
        run: &["php", "phpmailer.php"],
        probe: &["php", "-r", "require '/usr/share/php/libphp-phpmailer/autoload.php';"],
    },
    Composer { name: "mutt", run: &["python3", "clients.py", "mutt"], probe: &["mutt", "-v"] },
    Composer { name: "s-nail", run: &["python3", "clients.py", "s-nail"], probe: &["s-nail", "--version"] },
    Composer { name: "swaks", run: &["python3", "clients.py", "swaks"], probe: &["swaks", "--version"] },
];

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null());
    // A Node.js that is not Debian's does not look where Debian's modules are.
    command.env("NODE_PATH", "/usr/share/nodejs");
    command
}

fn is_there(probe: &[&str]) -> bool {
    command(probe).output().is_ok_and(|out| out.status.success())
}

/// Lets a composer write its mails into `out`.
fn compose(composer: &Composer, letters: &Path, out: &Path) {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/composers");
    std::fs::create_dir(out).unwrap();
    let mut words: Vec<&str> = composer.run.to_vec();
    let script = scripts.join(words[1]);
    words[1] = script.to_str().unwrap();
    let done = command(&words).arg(letters).arg(out).output().unwrap();
    assert!(done.status.success(), "{}: {}", composer.name, String::from_utf8_lossy(&done.stderr));
}

fn findings(mail: &[u8]) -> BTreeSet<(Level, &'static str)> {
    let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
    scanner.body(mail);
    let facts = scanner.finish();
    catalogue::diagnose(&facts, &Thresholds::default()).iter().map(|f| (f.entry.level, f.entry.id)).collect()
}

#[test]
fn mails_of_other_programs_give_no_warning() {
    let folder = tempfile::tempdir().unwrap();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/composers");
    let required = std::env::var_os("MAILGAUGE_REQUIRE_COMPOSERS").is_some();
    let (ready, missing): (Vec<&Composer>, Vec<_>) = COMPOSERS.iter().partition(|c| is_there(c.probe));
    let missing: Vec<&str> = missing.iter().map(|c| c.name).collect();
    assert!(missing.is_empty() || !required, "not installed: {missing:?}");
    if !missing.is_empty() {
        println!("SKIPPED in part: these composers are not installed: {missing:?}");
    }
    if ready.is_empty() {
        return;
    }
    let made = Command::new("python3").arg(scripts.join("letters.py")).arg(folder.path()).status().unwrap();
    assert!(made.success());
    let letters = folder.path().join("letters.json");
    let out = |composer: &Composer| folder.path().join(composer.name.replace(':', "-"));
    std::thread::scope(|scope| {
        for composer in &ready {
            let (letters, out) = (&letters, out(composer));
            scope.spawn(move || compose(composer, letters, &out));
        }
    });

    let (mut mails, mut seen, mut alarms) = (0, BTreeMap::new(), Vec::new());
    for composer in &ready {
        let mut made = 0;
        for file in std::fs::read_dir(out(composer)).unwrap() {
            let path = file.unwrap().path();
            let found = findings(&std::fs::read(&path).unwrap());
            made += 1;
            for (level, id) in found {
                *seen.entry((level, id)).or_insert(0) += 1;
                if level >= Level::Warning {
                    alarms.push(format!("{} {}: {id}", composer.name, path.file_name().unwrap().display()));
                }
            }
        }
        assert!(made > 0, "{} made no mail", composer.name);
        mails += made;
    }
    println!("{mails} mails of {} composers", ready.len());
    for ((level, id), count) in seen {
        println!("{:5.1} %  {level:<7} {id}", 100.0 * f64::from(count) / f64::from(mails));
    }
    alarms.sort();
    assert!(alarms.is_empty(), "{} false alarms:\n{}", alarms.len(), alarms.join("\n"));
    assert!(!required || mails >= 500, "only {mails} mails");
}
