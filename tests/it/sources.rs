//! Tests over the sources: the layering of docs/architecture.md.

use std::fs;
use std::path::{Path, PathBuf};

/// What the sources of a room may name of the other rooms, and which crates are only for it.
const ROOMS: &[(&str, &[&str])] = &[
    ("scan", &[]),
    ("catalogue", &["scan"]),
    ("policy", &["scan", "catalogue"]),
    ("pseudonym", &["scan"]),
    ("report", &["scan", "catalogue", "policy", "pseudonym"]),
    ("milter", &["scan", "catalogue", "policy", "report", "pseudonym"]),
    ("store", &["scan", "catalogue", "policy", "report", "pseudonym", "config"]),
    ("dashboards", &["report", "catalogue"]),
    ("web", &["report", "catalogue", "scan", "policy", "pseudonym", "store", "config"]),
    ("config", &["scan", "catalogue", "policy", "milter", "pseudonym", "store", "web"]),
];

/// Crates that belong to certain rooms alone.
const CRATES: &[(&str, &[&str])] = &[
    ("indymilter", &["milter"]),
    ("mail_parser", &["scan"]),
    ("infer", &["scan"]),
    ("base64_simd", &["scan", "web"]),
    ("memchr", &["scan"]),
    ("unicode_normalization", &["scan", "pseudonym", "web"]),
    ("zeroize", &["pseudonym"]),
    ("whoami", &["cli"]),
    ("hmac", &["pseudonym", "store", "web"]),
    ("rusqlite", &["store"]),
    ("postgres", &["store", "config"]),
    ("tokio_postgres_rustls", &["store"]),
    ("tokio_rustls", &["store", "web"]),
    ("x509_cert", &["web"]),
    ("prometheus", &["report", "web", "cli"]),
    ("axum", &["web"]),
    ("maud", &["web"]),
    ("bcrypt", &["web"]),
    ("utoipa", &["web", "store"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("walkdir", &["cli"]),
    ("tokio", &["milter", "web", "cli", "lib"]),
    ("tracing", &["milter", "web", "cli", "lib", "report", "store"]),
];

/// What would be an input, an output or a clock in the scanner.
const NOT_IN_SCAN: &[&str] =
    &["std::fs", "std::io", "std::net", "std::time", "std::env", "println!", "eprintln!", "unsafe"];

fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut dirs = vec![root.clone()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let room = inside
                    .components()
                    .next()
                    .unwrap()
                    .as_os_str()
                    .to_str()
                    .unwrap()
                    .trim_end_matches(".rs")
                    .to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push((room, inside.to_path_buf(), code_of(&text)));
            }
        }
    }
    assert!(found.len() > 20);
    found
}

/// A source without comments and without the tests at its end.
fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Whether the code names this path at a word's beginning.
fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        !code[..at].ends_with(|c: char| word(c) || c == ':') && !code[at + path.len()..].starts_with(word)
    })
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    let all: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).chain(["cli"]).collect();
    for (room, path, code) in sources() {
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else { continue };
        for other in all.iter().filter(|other| **other != room && !allowed.contains(other)) {
            for spelling in [format!("crate::{other}"), format!("mailgauge::{other}")] {
                assert!(!names(&code, &spelling), "src/{} names {spelling}: {room} may not use it", path.display());
            }
        }
    }
}

#[test]
fn crates_stay_in_their_rooms() {
    for (room, path, code) in sources() {
        for (name, rooms) in CRATES {
            let used = names(&code, &format!("{name}::"));
            assert!(
                !used || rooms.contains(&room.as_str()),
                "src/{} uses {name}, which belongs to {rooms:?}",
                path.display()
            );
        }
    }
}

#[test]
fn the_scanner_has_no_input_no_output_and_no_clock() {
    for (room, path, code) in sources() {
        if room == "scan" && !path.ends_with("reference.rs") {
            for word in NOT_IN_SCAN {
                assert!(!code.contains(word), "src/{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn tokens_are_made_without_files() {
    for (room, path, code) in sources() {
        if room == "pseudonym" && !path.ends_with("pseudonym/files.rs") {
            for word in NOT_IN_SCAN.iter().filter(|word| **word != "unsafe") {
                assert!(!code.contains(word), "src/{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn facts_have_no_place_for_text() {
    let (_, _, code) = sources().into_iter().find(|(_, path, _)| path.ends_with("scan/facts.rs")).unwrap();
    for word in ["String", "Vec<u8>", "&[u8]", "&str", "Cow"] {
        assert!(!code.contains(word), "src/scan/facts.rs names {word}");
    }
    // The compiler holds it: each struct is made by a macro that asks for a sealed trait of each field's type.
    assert!(code.contains("content_free::<$ty>()"));
    assert!(!code.contains("\npub struct"), "src/scan/facts.rs declares a struct outside of the macros");
}
