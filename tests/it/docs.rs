//! Generated files are what their tables say.

use std::path::Path;

#[track_caller]
fn fresh(path: &str) {
    let files = mailgauge::cli::docs::files();
    let (_, text) = files.iter().find(|(p, _)| *p == path).expect("a generated file");
    let found = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_default();
    assert!(found == *text, "{path} is stale: run `cargo run -- docs`");
}

#[test]
fn example_configuration() {
    fresh("contrib/mailgauge.toml");
}

#[test]
fn configuration_manual() {
    fresh("docs/configuration.md");
}

#[test]
fn findings() {
    fresh("docs/findings.md");
}

#[test]
fn command_line() {
    fresh("docs/cli.md");
}

#[test]
fn metrics() {
    fresh("docs/metrics.md");
}

#[test]
fn api() {
    fresh("docs/openapi.json");
}

#[test]
fn every_generated_file_has_a_test() {
    assert_eq!(mailgauge::cli::docs::files().len(), 10, "add a test here");
}

#[test]
fn helpdesk_dashboard() {
    fresh("contrib/grafana/dashboards/helpdesk.json");
}

#[test]
fn admin_dashboard() {
    fresh("contrib/grafana/dashboards/admin.json");
}

#[test]
fn capacity_dashboard() {
    fresh("contrib/grafana/dashboards/capacity.json");
}

#[test]
fn dashboards_manual() {
    fresh("docs/dashboards.md");
}
