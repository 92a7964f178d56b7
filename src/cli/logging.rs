//! Where log lines go, and how they look there.
//!
//! `TRACE` is compiled out of the whole program (see Cargo.toml): indymilter would log mails there.

use super::journald::{self, Journal};
use super::outlet::Outlet;
use crate::config::{Config, LogFormat};
use crate::report::Metrics;
use anyhow::Context;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};
/// Whatever is asked for: the rows of the audit log are told, as the journal's copy shows when the log itself is put back; and the
/// PostgreSQL client, which logs the values of its queries at debug, is heard only when something is wrong.
const ALWAYS: &str = "mailgauge::audit=info,tokio_postgres=warn,postgres=warn";

/// What is logged: what the argument says, else `RUST_LOG`, else the configuration.
pub fn filter(config: &Config, argument: Option<&str>) -> anyhow::Result<EnvFilter> {
    let from_env = std::env::var("RUST_LOG").ok().filter(|v| !v.is_empty());
    let asked = argument.or(from_env.as_deref()).unwrap_or(config.log_level.name());
    let always = |directives| format!("{directives},{ALWAYS}");
    directives(asked).and_then(|directives| EnvFilter::try_new(always(directives)).ok()).with_context(|| {
        format!("{asked:?} is no log level: write error, warn, info, debug, or directives such as mailgauge=debug")
    })
}

/// The directives in the spelling of tracing-subscriber. `None` if one of them is neither a level nor `TARGET=LEVEL`: it would be
/// taken for a target, of which all is logged, and of everything else nothing.
fn directives(asked: &str) -> Option<String> {
    let one = |directive: &str| {
        let directive = directive.trim().to_lowercase();
        let (target, level) = directive.rsplit_once('=').map_or((None, &*directive), |(t, l)| (Some(t), l));
        let level = match level {
            // There is nothing below debug; asking for it would make tracing-subscriber advise to compile it in.
            "trace" => "debug",
            "off" | "error" | "warn" | "info" | "debug" => level,
            _ => return None,
        };
        Some(target.map_or_else(|| level.to_owned(), |target| format!("{target}={level}")))
    };
    asked.split(',').map(one).collect::<Option<Vec<_>>>().map(|all| all.join(","))
}

/// Sets up logging for the whole process; once. Lines that nobody reads are counted in `metrics`.
pub fn init(config: &Config, filter: EnvFilter, metrics: &Arc<Metrics>) -> anyhow::Result<Outlet> {
    let outlet = if config.log_format == LogFormat::Journald {
        let journal = journald::sender()
            .context("cannot reach systemd's journal; [log] format = \"text\" or \"json\" goes to stderr")?;
        Outlet::open(metrics, journal)
    } else {
        Outlet::open(metrics, |line| io::stderr().write_all(line))
    };
    let outlet = outlet.context("cannot start the thread that writes the log")?;
    let writer = outlet.clone();
    let writer = move || writer.clone();
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match config.log_format {
        LogFormat::Text => {
            let text = fmt::layer().with_writer(writer).with_target(false).with_ansi(colours());
            // The journal stamps each line itself.
            if stderr_is_the_journal() { text.without_time().boxed() } else { text.boxed() }
        }
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(writer).boxed(),
        LogFormat::Journald => Journal(outlet.clone()).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).try_init().context("logging is set up already")?;
    Ok(outlet)
}

/// Sets up the log of a verb that writes into the audit log: number and seal of each row go to systemd's journal, and nothing else goes
/// anywhere. `None` where there is no journal, and where an address stands among the arguments: the journal keeps the command line of
/// whoever writes to it.
pub fn init_for_audit() -> Option<Outlet> {
    if std::env::args().any(|argument| argument.contains('@')) {
        return None;
    }
    let metrics = Arc::new(Metrics::register(&prometheus::Registry::new()).ok()?);
    let outlet = Outlet::open(&metrics, journald::sender().ok()?).ok()?;
    let rows = EnvFilter::try_new("mailgauge::audit=info").ok()?;
    tracing_subscriber::registry().with(Journal(outlet.clone()).with_filter(rows)).try_init().ok()?;
    Some(outlet)
}

fn colours() -> bool {
    io::stderr().is_terminal() && super::terminal::allowed()
}

/// Whether systemd connected stderr to the journal. It names the connection in `JOURNAL_STREAM`, and whoever redirects stderr
/// leaves the variable as it is: systemd.exec(5) says to compare the two.
fn stderr_is_the_journal() -> bool {
    let Ok(named) = std::env::var("JOURNAL_STREAM") else { return false };
    let stderr = io::stderr().as_fd().try_clone_to_owned().map(File::from).and_then(|file| file.metadata());
    stderr.is_ok_and(|stderr| named == format!("{}:{}", stderr.dev(), stderr.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_targets_are_not_to_be_chosen() {
        for asked in ["error", "off", "debug", "mailgauge::audit=off", "tokio_postgres=debug"] {
            let filter = filter(&Config::default(), Some(asked)).unwrap().to_string();
            assert!(filter.contains("mailgauge::audit=info") && filter.contains("tokio_postgres=warn"), "{filter}");
            assert!(!filter.contains("audit=off") && !filter.contains("postgres=debug"), "{filter}");
        }
    }

    #[test]
    fn levels_and_directives() {
        assert_eq!(directives("info").as_deref(), Some("info"));
        assert_eq!(directives("WARN, mailgauge=Trace").as_deref(), Some("warn,mailgauge=debug"));
        assert_eq!(directives("tracer=trace,off").as_deref(), Some("tracer=debug,off"));
        for nonsense in ["nonsense", "", "mailgauge", "info,", "mailgauge=loud", "7", "a=b=c"] {
            assert_eq!(directives(nonsense), None, "{nonsense}");
        }
        let error = format!("{:#}", filter(&Config::default(), Some("nonsense")).unwrap_err());
        assert!(error.starts_with("\"nonsense\" is no log level: write error,"), "{error}");
    }
}
