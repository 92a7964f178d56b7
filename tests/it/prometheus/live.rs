//! Debian's Prometheus scrapes the real daemon while mail flows through a real Postfix, and is asked every query of every panel.

use super::dashboards::dashboards;
use super::linter::targets;
use super::promql::substituted;
use crate::postfix::daemon::Daemon;
use crate::postfix::{free_port, new_address, shared};
use crate::smtp::{self, Envelope};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// Panels that rightly have no data here, each with the reason. A series that is there from the start counts as data.
const EMPTY: &[(&str, &str)] = &[
    ("The certificate ends", "the page is served without TLS here"),
    ("Oldest record", "the store is measured once a minute, and this takes less"),
];

/// A Prometheus of our own, ended when it goes out of scope.
struct Prometheus {
    child: Child,
    url: String,
    _dir: tempfile::TempDir,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prometheus {
    /// Starts one that scrapes this address each second, with the project's rules. `None` where there is none and none is asked for.
    fn start(scraped: &str) -> Option<Prometheus> {
        let dir = tempfile::tempdir().unwrap();
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/prometheus");
        let config = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: [\"{}/mailgauge-*.yml\"]\n\
             scrape_configs:\n  - job_name: mailgauge\n    static_configs: [{{ targets: [\"{scraped}\"] }}]\n",
            rules.display()
        );
        std::fs::write(dir.path().join("prometheus.yml"), config).unwrap();
        let port = free_port();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", dir.path().join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", dir.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(dir.path().join("log")).unwrap())
            .spawn();
        let Ok(child) = child else {
            assert!(std::env::var_os("MAILGAUGE_REQUIRE_PROMETHEUS").is_none(), "prometheus is missing");
            return None;
        };
        let prometheus = Prometheus { child, url: format!("http://127.0.0.1:{port}"), _dir: dir };
        prometheus.wait("Prometheus has scraped", |it| it.now("up == 1").is_ok_and(|found| !found.is_empty()));
        Some(prometheus)
    }

    fn wait(&self, what: &str, is_so: impl Fn(&Prometheus) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            let log = std::fs::read_to_string(self._dir.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "not in time: {what}\n{log}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The series of an answer, or what Prometheus says against the query.
    fn ask(&self, path: &str, parameters: &[(&str, String)]) -> Result<Vec<Value>, String> {
        let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let form: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let url = format!("{}{path}?{}", self.url, form.join("&"));
        let text = crate::http::try_get_text(&url).map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        if answer["status"] != "success" || answer.get("warnings").is_some_and(|w| !w.as_array().unwrap().is_empty()) {
            return Err(text);
        }
        Ok(answer["data"]["result"].as_array().cloned().unwrap_or_default())
    }

    fn now(&self, expr: &str) -> Result<Vec<Value>, String> {
        self.ask("/api/v1/query", &[("query", expr.to_owned())])
    }

    /// As Grafana asks for a panel.
    fn of_panel(&self, target: &Value, from: u64) -> Result<Vec<Value>, String> {
        let now = unix_time();
        let expr = substituted(target["expr"].as_str().unwrap(), "5s", &format!("{}s", now - from));
        if target["instant"] == true {
            return self.now(&expr);
        }
        let range = [("query", expr), ("start", from.to_string()), ("end", now.to_string()), ("step", "1".to_owned())];
        self.ask("/api/v1/query_range", &range)
    }
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The demo's mails and some fixtures: something of each kind.
fn corpus() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(root.join("contrib/demo")).unwrap().flatten().map(|f| f.path()).collect();
    let fixtures = std::fs::read_dir(root.join("tests/fixtures")).unwrap().flatten().map(|file| file.path());
    files.extend(fixtures.filter(|path| path.extension().is_some_and(|e| e == "eml")));
    files.sort();
    let step = files.len() / 40;
    let sent = |path: &std::path::PathBuf| {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).replace("\r\n", "\n");
        (text.trim_end().to_owned() + "\n").replace('\n', "\r\n").into_bytes()
    };
    files.iter().take(6).chain(files.iter().step_by(step)).map(sent).collect()
}

#[test]
fn every_query_of_every_panel_has_an_answer() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let policy = "[policy]\nquarantine = [\"type-executable\"]\nreject = [\"content-zip-truncated\"]\n";
    let daemon = Daemon::start_with(&lane.milter, policy, &[]);
    let Some(prometheus) = Prometheus::start(&daemon.scraped_at()) else { return };
    let from = unix_time();
    let ask = |recipient: &str| {
        let question = serde_json::json!({"ticket": "T-1", "recipient": recipient});
        crate::http::post(&format!("{}/api/v1/lookup", daemon.desk()), "application/json", &[], &question.to_string())
    };
    let mails = corpus();
    let (mut passed, mut refused) = (0, 0);
    // Some seconds of traffic, so that there are rates.
    while unix_time() < from + 8 {
        for mail in &mails {
            let recipient = new_address();
            match smtp::send(lane.smtp_port, &Envelope::to(&recipient), mail) {
                Ok(_) => passed += 1,
                Err(_) => refused += 1,
            }
        }
        ask("nobody@example.org");
        daemon.reload();
    }
    assert!(passed > 30 && refused > 0, "{passed} passed, {refused} refused");
    let counted = format!("sum(mailgauge_messages_total) >= {passed}");
    prometheus.wait("all mails are scraped", |it| it.now(&counted).is_ok_and(|found| !found.is_empty()));

    let mut faults = Vec::new();
    for (name, dashboard) in dashboards() {
        for (panel, target) in targets(&dashboard) {
            let expr = target["expr"].as_str().unwrap();
            let rightly = EMPTY.iter().any(|(title, _)| *title == panel);
            match prometheus.of_panel(target, from) {
                Err(error) => faults.push(format!("{name}, {panel}: {error}\n  {expr}")),
                Ok(series) if series.is_empty() != rightly => {
                    faults.push(format!("{name}, {panel}: {} series\n  {expr}", series.len()));
                }
                Ok(series) => {
                    let legend = target["legendFormat"].as_str().unwrap();
                    for label in legend.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap()) {
                        if series.iter().any(|one| one["metric"][label].is_null()) {
                            faults.push(format!("{name}, {panel}: a series has no {label}"));
                        }
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    // What the panels say is what happened.
    let value = |expr: &str| -> f64 {
        let found = prometheus.now(&substituted(expr, "5s", &format!("{}s", unix_time() - from + 60))).unwrap();
        found[0]["value"][1].as_str().unwrap().parse().unwrap()
    };
    assert_eq!(value("sum(mailgauge_verdicts_total{action=\"reject\"})"), f64::from(refused));
    assert_eq!(value("count(up{job=~\"$job\"})"), 1.0);
}
