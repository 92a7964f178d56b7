//! Where log lines go, and how they look there.
//!
//! `TRACE` is compiled out of the whole program (see Cargo.toml): indymilter would log mails there.

use crate::config::{Config, LogFormat};
use anyhow::Context;
use std::io::IsTerminal;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

/// Sets up logging for the whole process; once. The level is the argument's, else `RUST_LOG`'s, else the configuration's.
pub fn init(config: &Config, argument: Option<&str>) -> anyhow::Result<()> {
    let from_env = std::env::var("RUST_LOG").ok().filter(|v| !v.is_empty());
    let directives = argument.or(from_env.as_deref()).unwrap_or(config.log_level.name());
    // There is nothing below debug; asking for it would make tracing-subscriber advise to compile it in.
    let directives = &directives.to_lowercase().replace("trace", "debug");
    let filter = EnvFilter::try_new(directives).map_err(|_| {
        anyhow::anyhow!(
            "{directives:?} is no log level: write error, warn, info, debug, or directives such as mailgauge=debug"
        )
    })?;
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match config.log_format {
        LogFormat::Text => {
            let text = fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours());
            // The journal stamps each line itself.
            if std::env::var_os("JOURNAL_STREAM").is_some() { text.without_time().boxed() } else { text.boxed() }
        }
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed(),
        LogFormat::Journald => tracing_journald::layer()
            .context("cannot reach systemd's journal; [log] format = \"text\" or \"json\" goes to stderr")?
            .with_syslog_identifier("mailgauge".into())
            .boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).try_init().context("logging is set up already")
}

fn colours() -> bool {
    std::io::stderr().is_terminal() && super::terminal::allowed()
}
