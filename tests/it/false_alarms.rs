//! How often each finding fires on mail of other projects. Run by hand, after a change of a check:
//! `cargo test --test it false_alarms -- --ignored --nocapture`.

use mailgauge::catalogue::{self, Level, Thresholds};
use mailgauge::scan::{EnvelopeFacts, Limits, Scanner};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Third-party messages beside the project; not a part of it.
const MESSAGES: &str = "../shared/corpus/messages";

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Prints a table, and with `LIST=id` the files in which this finding fires.
#[test]
#[ignore = "prints a table to judge by eye"]
fn how_often_each_finding_fires() {
    let mut messages = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(MESSAGES), &mut messages);
    messages.retain(|p| p.file_name().is_some_and(|n| !n.to_string_lossy().starts_with("LICEN") && n != "SOURCE"));
    if messages.is_empty() {
        println!("skipped: {MESSAGES} is not there");
        return;
    }
    messages.sort();
    let listed = std::env::var("LIST").unwrap_or_default();
    let mut fired: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &messages {
        let mut scanner = Scanner::for_stream(Limits::default(), EnvelopeFacts::default());
        scanner.body(&std::fs::read(path).unwrap());
        let mut ids: Vec<&str> =
            catalogue::diagnose(&scanner.finish(), &Thresholds::default()).iter().map(|f| f.entry.id).collect();
        ids.dedup();
        if ids.contains(&listed.as_str()) {
            println!("{}: {}", path.display(), ids.join(" "));
        }
        for id in ids {
            *fired.entry(id).or_default() += 1;
        }
    }
    println!("{} messages", messages.len());
    for level in Level::ALL.iter().rev() {
        for entry in catalogue::all().filter(|e| e.level == *level) {
            let count = fired.get(entry.id).copied().unwrap_or(0);
            println!("{level:8} {count:5} {:5.1} %  {}", count as f64 * 100.0 / messages.len() as f64, entry.id);
        }
    }
}
