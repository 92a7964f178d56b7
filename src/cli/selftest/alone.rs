//! A mailgauge of its own: the program itself as a child, in an empty directory, taking one mail.

use super::{Place, RECIPIENT, SENDER, TICKET, files_below, mta, talk};
use anyhow::{Context, bail, ensure};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends the mail, and gives all that is left of it afterwards.
pub fn places(mail: &[u8]) -> anyhow::Result<Vec<Place>> {
    let directory = tempfile::Builder::new().prefix("mailgauge-selftest.").tempdir()?;
    let directory = directory.path();
    let mut daemon = Daemon::start(directory)?;
    let mut places = Vec::new();

    let mut stream = talk::connect(&daemon.milter)?;
    let inserted = mta::send(&mut stream, SENDER, RECIPIENT, mail).context("mailgauge did not take the mail")?;
    let Some((_, tag)) = inserted.iter().find(|(name, _)| name == "X-Mailgauge") else { bail!("the mail got no tag") };
    places.push(Place::new("tag header", tag.as_bytes()));
    let reference = tag.split("ref=").nth(1).and_then(|rest| rest.get(..14)).context("the tag has no reference")?;

    let config = directory.join("mailgauge.toml");
    let lookup = |by: [&str; 2], format| -> anyhow::Result<Vec<u8>> {
        let program = std::env::current_exe()?;
        let output = Command::new(program)
            .args(["lookup", "--ticket", TICKET, "--format", format, "--config"])
            .arg(&config)
            .args(by)
            .output()?;
        ensure!(output.status.success(), "mailgauge lookup: {}", String::from_utf8_lossy(&output.stderr));
        Ok([output.stdout, output.stderr].concat())
    };
    // The record is written a moment after the answer.
    let deadline = Instant::now() + PATIENCE;
    let json = loop {
        let json = lookup(["--reference", reference], "json")?;
        let text = String::from_utf8_lossy(&json);
        if text.contains(reference) {
            break json;
        }
        ensure!(Instant::now() < deadline, "the mail's record does not appear");
        std::thread::sleep(Duration::from_millis(100));
    };
    places.push(Place::new("look-up by reference, JSON", json));
    places.push(Place::new("look-up by reference, text", lookup(["--reference", reference], "text")?));
    let found = lookup(["--recipient", RECIPIENT], "json")?;
    ensure!(String::from_utf8_lossy(&found).contains(reference), "the mail is not found by its recipient");
    places.push(Place::new("look-up by recipient, JSON", found));

    let page = talk::get(&daemon.desk, "/")?;
    let (cookie, token) = credentials(&page)?;
    places.push(Place::new("page: the form", page));
    let form = format!("token={token}&ticket={TICKET}&reference={reference}");
    let page = talk::post(&daemon.desk, "/lookup", "application/x-www-form-urlencoded", &cookie, &form)?;
    ensure!(String::from_utf8_lossy(&page).contains(reference), "the page does not show the record");
    places.push(Place::new("page: the result", page));
    let question = format!("{{\"ticket\":\"{TICKET}\",\"reference\":\"{reference}\"}}");
    let answer = talk::post(&daemon.desk, "/api/v1/lookup", "application/json", "", &question)?;
    ensure!(String::from_utf8_lossy(&answer).contains(reference), "the API does not show the record");
    places.push(Place::new("API: the answer", answer));
    for path in ["/", "/metrics"] {
        places.push(Place::new(format!("http{path}"), talk::get(&daemon.http, path)?));
    }
    // While it runs, for the write-ahead log has what the file has not yet; and again when it has ended.
    places.extend(files_below("while it runs: ", &directory.join("state"))?);
    daemon.stop()?;
    places.extend(files_below("at its end: ", &directory.join("state"))?);
    places.push(Place::new("log, at RUST_LOG=trace", std::fs::read(directory.join("log"))?));
    Ok(places)
}

/// The cookie of the page and the token of its form.
fn credentials(page: &[u8]) -> anyhow::Result<(String, String)> {
    let text = String::from_utf8_lossy(page);
    let between = |before: &str, after: char| Some(text.split_once(before)?.1.split(after).next()?.to_owned());
    let cookie = between("set-cookie: ", ';').context("the page sets no cookie")?;
    let token = between("name=\"token\" value=\"", '"').context("the form has no token")?;
    Ok((cookie, token))
}

/// The child.
struct Daemon {
    child: Child,
    milter: String,
    http: String,
    desk: String,
}

impl Daemon {
    fn start(directory: &Path) -> anyhow::Result<Daemon> {
        let any = "127.0.0.1:0";
        let config = format!(
            "[milter]\nlisten = \"inet:{any}\"\n[http]\nlisten = \"{any}\"\n[lookup]\nlisten = \"{any}\"\n\
             [store]\ndirectory = \"{}\"\n[log]\nformat = \"json\"\nlevel = \"debug\"\n",
            directory.join("state").display()
        );
        std::fs::write(directory.join("mailgauge.toml"), config)?;
        let log = directory.join("log");
        let child = Command::new(std::env::current_exe()?)
            .args(["run", "--config"])
            .arg(directory.join("mailgauge.toml"))
            .env("RUST_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .spawn()?;
        let mut daemon = Daemon { child, milter: String::new(), http: String::new(), desk: String::new() };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = std::fs::read_to_string(&log)?;
            let mut lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            if let Some(ready) = lines.find(|line| line["message"] == "mailgauge is ready") {
                let place =
                    |key: &str, scheme| ready[key].as_str().unwrap_or_default().trim_start_matches(scheme).to_owned();
                daemon.milter = place("milter", "inet:");
                daemon.http = place("http", "http://");
                daemon.desk = place("lookup", "http://");
                return Ok(daemon);
            }
            ensure!(
                daemon.child.try_wait()?.is_none() && Instant::now() < deadline,
                "mailgauge does not start:\n{text}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        ensure!(Command::new("kill").args(["-TERM", &pid]).status()?.success(), "mailgauge has ended by itself");
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait()?.is_none() {
            ensure!(Instant::now() < deadline, "mailgauge does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
