//! The dashboards as they are committed.

use super::linter::{self, RULES};
use super::promql::{labels_of, metrics_of, parse, undeclared};
use mailgauge::report::metrics::{UNUSED, declared};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

const FILES: [&str; 3] = ["helpdesk", "admin", "capacity"];

pub fn dashboards() -> Vec<(&'static str, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/grafana/dashboards");
    FILES
        .iter()
        .map(|name| {
            let text = std::fs::read_to_string(root.join(format!("{name}.json"))).expect("a committed dashboard");
            (*name, serde_json::from_str(&text).expect("JSON"))
        })
        .collect()
}

#[test]
fn they_pass_every_rule_of_the_linter() {
    for (name, dashboard) in dashboards() {
        for (rule, check) in RULES {
            assert_eq!(check(&dashboard), [""; 0], "{name}: {rule}");
        }
    }
}

/// A change that one rule must see, and no other one need see.
type Fault = (&'static str, &'static str, fn() -> Value);

#[test]
fn every_rule_sees_what_it_is_for() {
    let expr = "/panels/2/targets/0/expr";
    let faults: &[Fault] = &[
        ("template-datasource-rule", "/templating/list/0/type", || json!("textbox")),
        ("template-job-rule", "/templating/list/1/multi", || json!(false)),
        ("template-job-rule", "/templating/list/1/allValue", || json!(".*")),
        ("template-instance-rule", "/templating/list/2/datasource/uid", || json!("my-prometheus")),
        ("template-instance-rule", "/templating/list/2/label", || json!("instance")),
        ("template-label-promql-rule", "/templating/list/1/query", || json!("label_values(up{, job)")),
        ("template-on-time-change-reload-rule", "/templating/list/1/refresh", || json!(1)),
        ("panel-datasource-rule", "/panels/2/datasource/uid", || json!("my-prometheus")),
        ("panel-title-description-rule", "/panels/2/description", || json!("")),
        ("panel-units-rule", "/panels/2/fieldConfig/defaults/unit", || json!("mails")),
        ("panel-no-targets-rule", "/panels/2/targets", || json!([])),
        ("target-promql-rule", expr, || json!("sum(")),
        ("target-rate-interval-rule", expr, || json!("rate(a_total{job=~\"$job\", instance=~\"$instance\"}[5m])")),
        ("target-job-rule", expr, || json!("up{instance=~\"$instance\"}")),
        ("target-job-rule", expr, || json!("up{job=\"$job\", instance=~\"$instance\"}")),
        ("target-instance-rule", expr, || json!("up{job=~\"$job\"}")),
        ("target-counter-agg-rule", expr, || json!("sum(a_total{job=~\"$job\", instance=~\"$instance\"})")),
        ("uneditable-dashboard", "/editable", || json!(true)),
    ];
    let (_, whole) = dashboards().remove(0);
    for (rule, path, value) in faults {
        let mut dashboard = whole.clone();
        *dashboard.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value();
        let (_, check) = RULES.iter().find(|(name, _)| name == rule).unwrap();
        assert_ne!(check(&dashboard), [""; 0], "{rule} does not see {path} = {}", value());
        for (other, check) in RULES.iter().filter(|(name, _)| name != rule) {
            assert_eq!(check(&dashboard), [""; 0], "{other} sees {path} = {}", value());
        }
    }
    for (rule, _) in RULES {
        assert!(faults.iter().any(|(name, ..)| name == rule), "no fault for {rule}");
    }
}

#[test]
fn they_ask_for_what_there_is() {
    for (name, dashboard) in dashboards() {
        for (panel, target) in linter::targets(&dashboard) {
            let expr = parse(target["expr"].as_str().unwrap()).unwrap();
            assert_eq!(undeclared(&expr, &[]), [""; 0], "{name}, {panel}");
            let labels = labels_of(&expr);
            let legend = target["legendFormat"].as_str().unwrap();
            for label in legend.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap()) {
                assert!(labels.contains(label), "{name}, {panel}: the answer has no {label}: {labels:?}");
            }
            // Whoever has two instances must not see two of each bar.
            let instant = target["instant"] == true;
            assert!(
                !instant || legend.contains("instance") || !labels.contains("instance"),
                "{name}, {panel}: {labels:?}"
            );
        }
    }
}

#[test]
fn a_query_for_what_there_is_not_is_seen() {
    for (expr, wrong) in [
        ("mailgauge_message_total", "there is no metric mailgauge_message_total"),
        ("mailgauge_messages_total{kind=\"pdf\"}", "mailgauge_messages_total has no label kind"),
        ("mailgauge_messages_total{level=\"fatal\"}", "mailgauge_messages_total has no level \"fatal\""),
        ("mailgauge_messages_total{level=~\"error|fatal\"}", "mailgauge_messages_total has no level \"error|fatal\""),
        ("mailgauge_message_wire_bytes", "there is no metric mailgauge_message_wire_bytes"),
        ("mailgauge_findings_total{id=\"zip\"}", "mailgauge_findings_total has no id \"zip\""),
    ] {
        assert_eq!(undeclared(&parse(expr).unwrap(), &[]), [wrong], "{expr}");
    }
    for right in ["mailgauge_message_wire_bytes_bucket", "up", "mailgauge_messages_total{level=~\"warn.*\"}"] {
        assert_eq!(undeclared(&parse(right).unwrap(), &[]), [""; 0], "{right}");
    }
}

#[test]
fn every_metric_is_in_a_panel_or_a_rule_or_is_known_to_be_unused() {
    let mut used = super::alerts::metrics_in_rules();
    for (_, dashboard) in dashboards() {
        for (_, target) in linter::targets(&dashboard) {
            used.extend(metrics_of(&parse(target["expr"].as_str().unwrap()).unwrap()));
        }
    }
    for metric in declared() {
        let unused = UNUSED.iter().any(|(name, _)| *name == metric.name);
        assert_ne!(
            used.contains(metric.name),
            unused,
            "{}: in a panel or a rule, or else in UNUSED with the reason",
            metric.name
        );
    }
    assert!(UNUSED.iter().all(|(name, why)| declared().any(|metric| metric.name == *name) && !why.is_empty()));
}

#[test]
fn panels_have_their_places_and_ids() {
    let mut uids = BTreeSet::new();
    for (name, dashboard) in dashboards() {
        assert!(uids.insert(dashboard["uid"].as_str().unwrap().to_owned()), "{name}");
        assert_eq!((&dashboard["schemaVersion"], &dashboard["uid"]), (&json!(39), &json!(format!("mailgauge-{name}"))));
        let mut taken = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{name}: {}", panel["id"]);
            assert!(!panel["description"].as_str().unwrap_or("a row").is_empty(), "{name}: {}", panel["title"]);
            let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
            assert!(at("x") + at("w") <= 24, "{name}: {} is wider than the grid", panel["title"]);
            for (x, y) in (at("x")..at("x") + at("w")).flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y))) {
                assert!(taken.insert((x, y)), "{name}: {} lies on another panel", panel["title"]);
            }
        }
        // Links lead to dashboards that there are.
        for link in dashboard["links"].as_array().unwrap() {
            let uid = link["url"].as_str().unwrap().strip_prefix("/d/").unwrap();
            assert!(dashboards().iter().any(|(_, other)| other["uid"] == uid), "{name}: {uid}");
        }
    }
}
