//! The containers of contrib/compose, as far as a machine without Docker can tell.

use serde_yaml_ng::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/compose")
}

fn yaml(name: &str) -> Value {
    serde_yaml_ng::from_str(&std::fs::read_to_string(dir().join(name)).unwrap()).unwrap()
}

#[test]
fn what_it_mounts_and_builds_is_there() {
    let compose = yaml("compose.yaml");
    let services = compose["services"].as_mapping().unwrap();
    let mut mounted = 0;
    for (name, service) in services {
        for volume in service["volumes"].as_sequence().into_iter().flatten() {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            if from.starts_with('.') {
                assert!(dir().join(from).exists(), "{name:?}: {from} is not there");
                mounted += 1;
            } else {
                assert!(!compose["volumes"][from].is_null() || compose["volumes"].get(from).is_some(), "{from}");
            }
        }
        if let Some(context) = service["build"]["context"].as_str() {
            let file = service["build"]["dockerfile"].as_str().unwrap();
            let text = std::fs::read_to_string(dir().join(context).join(file)).unwrap();
            let target = service["build"]["target"].as_str().unwrap();
            assert!(text.contains(&format!(" AS {target}\n")), "{file} has no stage {target}");
        }
    }
    assert!(mounted >= 6, "{mounted}");
}

#[test]
fn its_parts_agree_with_each_other() {
    let toml = dir().join("mailgauge.toml");
    let output = Command::new(env!("CARGO_BIN_EXE_mailgauge"))
        .args(["check-config", "--config"])
        .arg(&toml)
        .env("STATE_DIRECTORY", dir())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let config = String::from_utf8(output.stdout).unwrap();
    assert!(config.contains("\"inet:0.0.0.0:10724\"") && config.contains("\"0.0.0.0:10725\""), "{config}");
    let dockerfile = std::fs::read_to_string(dir().join("Dockerfile")).unwrap();
    assert!(dockerfile.contains("{ inet:mailgauge:10724, ") && dockerfile.contains("default_action=accept }"));
    let prometheus = yaml("prometheus.yml");
    let job = &prometheus["scrape_configs"][0];
    // The alerts name it.
    assert_eq!(job["job_name"], "mailgauge");
    assert_eq!(job["static_configs"][0]["targets"][0], "mailgauge:10725");
}

#[test]
fn promtool_takes_its_configuration() {
    // As it is mounted: the rules in a directory beside it.
    let place = tempfile::tempdir().unwrap();
    std::fs::copy(dir().join("prometheus.yml"), place.path().join("prometheus.yml")).unwrap();
    std::os::unix::fs::symlink(dir().join("../prometheus"), place.path().join("mailgauge")).unwrap();
    let output = Command::new("promtool").args(["check", "config"]).arg(place.path().join("prometheus.yml")).output();
    let Ok(output) = output else {
        assert!(std::env::var_os("MAILGAUGE_REQUIRE_PROMETHEUS").is_none(), "promtool is missing");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("2 rule files found"), "{said}");
}
