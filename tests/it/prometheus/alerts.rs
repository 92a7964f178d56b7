//! The rules for Prometheus, their own tests, runbooks and the way to people. What fires when is said in contrib/prometheus/tests.

use super::promql::{metrics_of, parse, undeclared};
use serde_yaml_ng::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADINGS: [&str; 4] = ["## What it means", "## How to check", "## What to do", "## When to ignore it"];

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn rules(file: &str) -> Vec<Value> {
    let all: Value = serde_yaml_ng::from_str(&read(&format!("contrib/prometheus/{file}"))).unwrap();
    let groups = all["groups"].as_sequence().unwrap().iter();
    groups.flat_map(|group| group["rules"].as_sequence().unwrap().clone()).collect()
}

fn recorded() -> Vec<Value> {
    rules("mailgauge-recording.yml")
}

fn alerts() -> Vec<Value> {
    rules("mailgauge-alerts.yml")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Paths of the files of rule tests, in one order.
fn test_files() -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(root("contrib/prometheus/tests")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files
}

/// The declared metrics that rules ask for.
pub fn metrics_in_rules() -> BTreeSet<&'static str> {
    let all = recorded().into_iter().chain(alerts());
    all.flat_map(|rule| metrics_of(&parse(text(&rule, "expr")).unwrap())).collect()
}

/// Runs a tool of Prometheus in this directory; what it writes. `None` where there is none and none is asked for.
fn run(tool: &str, directory: &str, arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new(tool).args(arguments).current_dir(root(directory)).output() else {
        assert!(std::env::var_os("MAILGAUGE_REQUIRE_PROMETHEUS").is_none(), "{tool} is missing");
        eprintln!("skipped: there is no {tool}");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{tool} {arguments:?}:\n{said}{}", String::from_utf8_lossy(&output.stderr));
    Some(said)
}

#[test]
fn promtool_finds_nothing_to_say_against_the_rules() {
    let arguments = ["check", "config", "--lint=all", "--lint-fatal", "prometheus.yml"];
    if let Some(said) = run("promtool", "contrib/prometheus", &arguments) {
        assert!(said.contains(&format!("{} rules found", alerts().len())), "{said}");
    }
}

#[test]
fn they_fire_wait_and_stay_quiet_as_their_tests_say() {
    let files = test_files();
    let arguments: Vec<_> = ["test", "rules"].into_iter().chain(files.iter().map(|f| f.to_str().unwrap())).collect();
    run("promtool", "contrib/prometheus/tests", &arguments);
}

#[test]
fn each_is_seen_to_fire_to_wait_and_to_stay_quiet() {
    let (mut fire, mut wait, mut quiet) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for file in test_files() {
        let all: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for test in all["tests"].as_sequence().unwrap() {
            for case in test["alert_rule_test"].as_sequence().into_iter().flatten() {
                let kind = if case["exp_alerts"].as_sequence().is_some_and(|all| !all.is_empty()) {
                    &mut fire
                } else {
                    &mut quiet
                };
                kind.insert(text(case, "alertname").to_owned());
            }
            for case in test["promql_expr_test"].as_sequence().into_iter().flatten() {
                let expr = text(case, "expr");
                let pending = expr.contains(r#"alertstate="pending""#);
                let some = case["exp_samples"].as_sequence().is_some_and(|all| !all.is_empty());
                let name = expr.split(r#"alertname=""#).nth(1).and_then(|rest| rest.split('"').next());
                wait.extend(name.filter(|_| pending && some).map(str::to_owned));
            }
        }
    }
    let names: BTreeSet<_> = alerts().iter().map(|alert| text(alert, "alert").to_owned()).collect();
    assert_eq!(names.len(), alerts().len(), "a name is used twice");
    assert_eq!((&fire, &wait, &quiet), (&names, &names, &names));
}

#[test]
fn each_says_how_urgent_it_is_and_where_to_read_on() {
    for alert in alerts() {
        let name = text(&alert, "alert");
        assert!(["page", "ticket", "info"].contains(&text(&alert["labels"], "severity")), "{name}");
        assert_ne!(text(&alert, "for"), "", "{name}");
        for annotation in ["summary", "description"] {
            assert_ne!(text(&alert["annotations"], annotation), "", "{name}: {annotation}");
        }
        assert_eq!(text(&alert["annotations"], "runbook_url"), format!("docs/runbooks/{name}.md"));
    }
}

#[test]
fn each_has_a_runbook_and_each_runbook_has_an_alert() {
    let found =
        std::fs::read_dir(root("docs/runbooks")).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
    let wanted = alerts().iter().map(|alert| format!("{}.md", text(alert, "alert"))).collect::<BTreeSet<_>>();
    assert_eq!(found.collect::<BTreeSet<_>>(), wanted);
    for alert in alerts() {
        let name = text(&alert, "alert");
        let runbook = read(&format!("docs/runbooks/{name}.md"));
        let summary = runbook.strip_prefix(&format!("# {name}\n\n")).unwrap_or_else(|| panic!("{name}: its title"));
        assert!(summary.lines().next().is_some_and(|line| line.ends_with('.')), "{name}: one line that sums it up");
        let headings: Vec<_> = runbook.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings, HEADINGS, "{name}");
        for link in runbook.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap()) {
            assert!(root("docs/runbooks").join(link).exists(), "{name}: there is no {link}");
        }
    }
}

/// Metrics that a runbook names are there. Some are grepped for by their beginning.
#[test]
fn runbooks_name_metrics_that_there_are() {
    let known: Vec<_> = mailgauge::report::metrics::declared().map(|metric| metric.name).collect();
    for alert in alerts() {
        let name = text(&alert, "alert");
        let runbook = read(&format!("docs/runbooks/{name}.md"));
        for rest in runbook.split("mailgauge_").skip(1) {
            let word: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            let word = format!("mailgauge_{word}");
            assert!(known.iter().any(|metric| metric.starts_with(&word)), "{name}: there is no {word}");
        }
    }
}

#[test]
fn the_table_of_alerts_is_that_of_the_rules() {
    let document = read("docs/alerts.md");
    let rows = document.lines().filter(|line| line.starts_with("| [")).map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert!(cells.len() == 5 && cells.iter().all(|cell| !cell.is_empty()), "{line}");
        cells[..3].iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()
    });
    let wanted = alerts().into_iter().map(|alert| {
        let name = text(&alert, "alert");
        let severity = text(&alert["labels"], "severity");
        vec![format!("[{name}](runbooks/{name}.md)"), severity.to_owned(), text(&alert, "for").to_owned()]
    });
    assert_eq!(rows.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
}

#[test]
fn they_ask_for_what_there_is() {
    let recorded = recorded();
    let names: Vec<_> = recorded.iter().map(|rule| text(rule, "record").to_owned()).collect();
    for rule in recorded.iter().chain(&alerts()) {
        let (expr, name) = (text(rule, "expr"), format!("{}{}", text(rule, "record"), text(rule, "alert")));
        let parsed = parse(expr).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(undeclared(&parsed, &names), [""; 0], "{name}");
        // Of recorded series, too: a finding that is not in the catalogue would never fire.
        for selected in super::promql::selectors(&parsed) {
            let ids = selected.selector.matchers.matchers.iter().filter(|matcher| matcher.name == "id");
            for id in ids.flat_map(|matcher| matcher.value.split('|')) {
                assert!(mailgauge::catalogue::find(id).is_some(), "{name}: there is no finding {id}");
            }
        }
    }
}

#[test]
fn alertmanager_takes_the_example_and_writes_a_mail_that_can_be_read() {
    let directory = "contrib/alertmanager";
    run("amtool", directory, &["check-config", "alertmanager.yml"]);
    for (severity, receiver) in [("page", "on-call"), ("ticket", "helpdesk"), ("info", "digest")] {
        let asked = format!("severity={severity}");
        let arguments = ["config", "routes", "test", "--config.file=alertmanager.yml", &asked];
        assert!(run("amtool", directory, &arguments).is_none_or(|said| said.trim() == receiver), "{severity}");
    }
    let render = |part: &str| {
        let template = format!("--template.text={{{{ template \"mailgauge.{part}\" . }}}}");
        let data = ["--template.glob=mailgauge.tmpl", "--template.data=example.json", &template];
        run("amtool", directory, &[&["template", "render"][..], &data[..]].concat())
    };
    if let (Some(subject), Some(mail)) = (render("subject"), render("text")) {
        assert_eq!(subject.trim(), "[page] mailgauge does not answer");
        assert_eq!(
            mail.trim(),
            "\
mailgauge does not answer
  Prometheus cannot reach mx1.example.org:10725. If it is down, mail flows unmeasured with default_action=accept, and waits without it.
  Alert:      MailgaugeDown, mx1.example.org:10725
  Since:      2026-12-01 08:05 UTC
  What to do: https://git.example.org/mailgauge/blob/main/docs/runbooks/MailgaugeDown.md

OVER: mailgauge does not answer
  Prometheus cannot reach mx2.example.org:10725. If it is down, mail flows unmeasured with default_action=accept, and waits without it.
  Alert:      MailgaugeDown, mx2.example.org:10725
  From:       2026-12-01 08:00 UTC to 2026-12-01 08:10 UTC

Silence it, or see all: https://alerts.example.org"
        );
    }
}
