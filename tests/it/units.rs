//! The systemd units, as far as systemd can judge them without running them.

use std::path::Path;
use std::process::Command;

/// `systemd-analyze security` counts from 0 (locked up) to 10; its threshold is in tenths.
const EXPOSURE_AT_MOST: &str = "15";

fn analyze(args: &[&str], files: &[&Path]) {
    let output = Command::new("systemd-analyze").args(args).args(files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "systemd-analyze {args:?}: {said}");
}

#[test]
fn units_are_valid_and_locked_up() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("skipped: systemd-analyze is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let units = ["mailgauge.service", "mailgauge.socket"].map(|name| {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/systemd").join(name));
        // systemd looks for the program, which need not be installed here.
        let text = text.unwrap().replace("/usr/bin/mailgauge", env!("CARGO_BIN_EXE_mailgauge"));
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    analyze(&["verify", "--man=no"], &[&units[0], &units[1]]);
    analyze(&["security", "--offline=true", "--threshold", EXPOSURE_AT_MOST], &[&units[0]]);
}
