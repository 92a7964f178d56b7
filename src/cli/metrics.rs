//! `metrics`: what `/metrics` has, for people and programs.

use super::Format;
use crate::report::metrics::{Declared, declared, reference_text, values_of};
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::process::ExitCode;

pub fn list(format: Format) -> anyhow::Result<ExitCode> {
    let out = match format {
        Format::Text => reference_text(),
        Format::Json => serde_json::to_string_pretty(&declared().map(listed).collect::<Vec<_>>())? + "\n",
    };
    io::stdout().write_all(out.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn listed(metric: Declared) -> Value {
    let Declared { name, kind, labels, unit, help } = metric;
    let labels: Map<_, _> =
        labels.iter().map(|label| ((*label).to_owned(), json!(values_of(name, label).unwrap_or_default()))).collect();
    json!({ "name": name, "type": kind, "unit": unit, "help": help, "labels": labels })
}
