//! `run`: from arguments to a daemon that ends when it is asked to.

use super::desk::DeskServer;
use super::keeping::Keeping;
use super::notify::{self, Watchdog};
use super::outlet::Outlet;
use super::sockets::{Sockets, shown};
use super::{MISCONFIGURED, RunArgs, logging};
use crate::Settings;
use crate::config::{Config, ConfigError, LogFormat};
use crate::report::{Metrics, Reporter};
use crate::web::{self, HealthState};
use anyhow::Context;
use prometheus::Registry;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};

/// Keys and store may take this long before the first mail is taken without them.
const FIRST_ROUND: Duration = Duration::from_secs(3);

/// The HTTP server gets this long to answer what is open after the last mail.
const HTTP_GRACE: Duration = Duration::from_secs(1);

pub fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    let read = args.config.load().map_err(anyhow::Error::from);
    let (config, filter) =
        match read.and_then(|config| Ok((logging::filter(&config, args.log_level.as_deref())?, config))) {
            Ok((filter, config)) => (config, filter),
            Err(error) => {
                super::complain(&format!("{error:#}"));
                return Ok(ExitCode::from(MISCONFIGURED));
            }
        };
    let registry = prometheus::Registry::new();
    let metrics = Arc::new(Metrics::register(&registry)?);
    let log = logging::init(&config, filter, &metrics)?;
    let ended = start(args.config.config.as_deref(), config, registry, metrics, &log);
    log.flush();
    ended.map(|()| ExitCode::SUCCESS)
}

fn start(
    file: Option<&Path>,
    config: Config,
    registry: Registry,
    metrics: Arc<Metrics>,
    log: &Outlet,
) -> anyhow::Result<()> {
    let sockets = Sockets::open(&config)?;
    // One worker, and everything on it. indymilter hands each frame from one task to another and back, and with two workers most of
    // a small mail's time goes into waking the other one: 15 context switches a mail instead of 4. Scanning is no reason for more, a core does
    // gigabytes a second. A current_thread runtime was no faster, for it lacks the slot that lets the task just woken run next.
    // `serve` is spawned, not blocked on, so that the watchdog's pulse proves that this worker lives.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let served = runtime.spawn(serve(config, file.map(Path::to_path_buf), sockets, registry, metrics, log.clone()));
    let ended = runtime.block_on(served).context("a fault in mailgauge has ended it").flatten();
    // A second signal leaves tasks behind that must not hold us up.
    runtime.shutdown_background();
    ended
}

async fn serve(
    config: Config,
    file: Option<PathBuf>,
    sockets: Sockets,
    registry: Registry,
    metrics: Arc<Metrics>,
    log: Outlet,
) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;

    let health = Arc::new(web::Health::new());
    let (settings, current) = watch::channel(Arc::new(config.settings.clone()));
    let keeping = Keeping::new(&config, current.clone(), metrics.clone());
    // The first round before the first mail, so that its record has tokens.
    // A directory that hangs, on a network say, must not keep mail waiting: the round goes on behind it.
    let first = keeping.clone();
    let first = tokio::task::spawn_blocking(move || first.round());
    if tokio::time::timeout(FIRST_ROUND, first).await.is_err() {
        tracing::error!("the directory of the keys does not answer: mail is taken, and records may go without tokens");
    }
    let rounds = tokio::spawn(keeping.clone().rounds());
    metrics.levels_in_force(&config.settings.policy.levels);
    let reporter = Reporter::new(metrics.clone());
    let reporter = Arc::new(match keeping.sink() {
        Some(sink) => reporter.keeping(sink),
        None => reporter,
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let (stop_http, http_stopped) = oneshot::channel::<()>();

    let places = Places::of(&sockets, &config);
    let http = sockets.http.map(|listener| {
        let (history, health, look_up) = (reporter.history().clone(), health.clone(), places.desk.clone());
        let router = web::router(web::Site { registry, metrics, history, health, look_up });
        tokio::spawn(async move {
            if let Err(error) = web::serve(listener, router, async move { drop(http_stopped.await) }).await {
                tracing::error!(%error, "metrics and health are not served any more; mail is not affected");
            }
        })
    });
    let desk =
        sockets.desk.and_then(|listener| DeskServer::start(listener, &config, keeping.clone(), settings.subscribe()));
    let mut milter =
        pin!(crate::run(
            sockets.milter,
            current,
            keeping.keyring(),
            reporter.clone(),
            async move { drop(stopped.await) }
        ));
    let mut stop = Some(stop);

    places.announce(&config, &log);
    if let Some(left) = config.left_behind_told() {
        tracing::warn!("{left}");
    }
    health.set(HealthState::Ready);
    notify::ready(&places.status());
    let mut watchdog = Watchdog::from_env();
    let asked = loop {
        tokio::select! {
            ended = &mut milter => {
                ended.context("the milter has ended")?;
                break stop.is_none();
            }
            _ = terminate.recv() => if stopping(&mut stop, &health, &settings) { keeping.abandon(); return Ok(()) },
            _ = interrupt.recv() => if stopping(&mut stop, &health, &settings) { keeping.abandon(); return Ok(()) },
            // Not while draining: systemd would be told that we are ready.
            _ = hangup.recv(), if stop.is_some() => {
                notify::reloading();
                let done = reload(file.as_deref(), &config, &settings);
                reporter.metrics().levels_in_force(&settings.borrow().policy.levels);
                reporter.metrics().reloaded(done);
                keeping.hurry();
                if let Some(desk) = &desk {
                    desk.reload();
                }
                notify::ready(&places.status());
            }
            () = watchdog.due() => Watchdog::pulse(),
        }
    };
    anyhow::ensure!(asked, "the milter has ended without being asked to");
    rounds.abort();
    if let Some(desk) = desk {
        desk.stop(HTTP_GRACE).await;
    }
    let _ = tokio::task::spawn_blocking(move || keeping.close()).await;
    let _ = stop_http.send(());
    if let Some(http) = http {
        // Its errors were of no matter to the mails, and nobody is left who could ask for metrics.
        let _ = tokio::time::timeout(HTTP_GRACE, http).await;
    }
    tracing::info!("mailgauge has ended");
    Ok(())
}

/// Begins to stop; `true` if that was asked for before and is to be done at once.
fn stopping(
    stop: &mut Option<oneshot::Sender<()>>,
    health: &web::Health,
    settings: &watch::Sender<Arc<Settings>>,
) -> bool {
    let Some(stop) = stop.take() else {
        tracing::warn!("ending at once, as asked for a second time");
        return true;
    };
    tracing::info!(at_most = ?settings.borrow().milter.drain_timeout, "stopping: open mails may finish");
    health.set(HealthState::Draining);
    notify::stopping();
    let _ = stop.send(());
    false
}

/// Reads the file again. `false` if it was wrong and the old settings stay.
fn reload(file: Option<&Path>, started: &Config, settings: &watch::Sender<Arc<Settings>>) -> bool {
    let Some(path) = file else {
        tracing::info!("nothing to reload: mailgauge runs without a configuration file");
        return true;
    };
    match Config::load(Some(path)) {
        Ok(new) => {
            let waiting = started.needs_restart(&new);
            if !waiting.is_empty() {
                tracing::warn!(
                    keys = waiting.join(", "),
                    "these keys have changed, and are read at the start only: restart mailgauge"
                );
            }
            settings.send_replace(Arc::new(new.settings));
            tracing::info!(file = %path.display(), "configuration reloaded");
            true
        }
        Err(ConfigError::Wrong { file, problems }) => {
            for problem in problems {
                let (line, column) = (problem.line, problem.column);
                tracing::error!(file, line, column, "{}: {}", problem.what, problem.help);
            }
            tracing::error!("the configuration is wrong: the old settings stay");
            false
        }
        Err(error) => {
            tracing::error!(%error, "the configuration cannot be read: the old settings stay");
            false
        }
    }
}

/// Where we listen, as people write it.
struct Places {
    milter: Vec<String>,
    http: Option<String>,
    desk: Option<String>,
    handed_over: usize,
}

impl Places {
    fn of(sockets: &Sockets, config: &Config) -> Places {
        let http = sockets.http.as_ref().and_then(|http| http.local_addr().ok());
        let desk = sockets.desk.as_ref().and_then(|desk| desk.local_addr().ok());
        let scheme = if config.access.certificate.is_some() { "https" } else { "http" };
        Places {
            milter: sockets.milter.iter().map(shown).collect(),
            http: http.map(|at| format!("http://{at}")),
            desk: desk.map(|at| format!("{scheme}://{at}")),
            handed_over: sockets.handed_over,
        }
    }

    fn status(&self) -> String {
        format!("taking mails on {}", self.milter.join(", "))
    }

    /// Says that we are ready, and to people at a terminal also what to do next.
    fn announce(&self, config: &Config, log: &Outlet) {
        let milter = self.milter.join(", ");
        let [http, lookup] = [&self.http, &self.desk].map(|at| at.as_deref().unwrap_or("off"));
        if self.handed_over > 0 {
            tracing::info!(
                sockets = self.handed_over,
                "systemd handed over sockets, which replace their `listen` of the configuration"
            );
        }
        tracing::info!(version = env!("CARGO_PKG_VERSION"), milter, http, lookup, "mailgauge is ready");
        if config.log_format == LogFormat::Text && std::io::stderr().is_terminal() {
            // By way of the log, and so behind the line above.
            log.put(self.hint().into_bytes());
        }
    }

    fn hint(&self) -> String {
        /// Debian's smtpd lives in this directory and cannot name what is outside.
        const CHROOT: &str = "unix:/var/spool/postfix/";
        let address = self.milter.first().map_or("", String::as_str);
        let inside = address.strip_prefix(CHROOT).map(|path| format!("unix:{path}"));
        let chroot = if address.starts_with("unix:") && inside.is_none() {
            "(Debian's smtpd is locked into /var/spool/postfix: it needs a socket below that, or TCP.)\n"
        } else {
            ""
        };
        let address = inside.as_deref().unwrap_or(address);
        let mut hint = format!(
            "\nWhat next? Let Postfix ask mailgauge:\n\
             \n  postconf smtpd_milters non_smtpd_milters\
             \n  postconf -e 'smtpd_milters = {{ {address}, connect_timeout=5s, command_timeout=10s, content_timeout=60s, default_action=accept }}'\
             \n  postconf -e 'non_smtpd_milters = $smtpd_milters'\
             \n  postfix reload\n{chroot}\
             \nIf the first line shows milters already, write them into the others as well: mailgauge behind them, and before a signer.\
             \nnon_smtpd_milters is for mail of the sendmail command; without it, that mail goes unmeasured.\n"
        );
        if let Some(http) = &self.http {
            hint.push_str(&format!("\nMetrics are on {http}/metrics. "));
        } else {
            hint.push('\n');
        }
        if let Some(desk) = &self.desk {
            hint.push_str(&format!("The look-up page is on {desk}/. "));
        }
        hint.push_str("Ctrl-C ends mailgauge.\n\n");
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_names_the_path_as_a_chrooted_smtpd_sees_it() {
        let places = Places {
            milter: vec!["unix:/var/spool/postfix/mailgauge/milter.sock".into()],
            http: None,
            desk: None,
            handed_over: 0,
        };
        let hint = places.hint();
        assert!(hint.contains("{ unix:mailgauge/milter.sock, connect_timeout=5s"), "{hint}");
        // `postconf -e` overwrites what is there.
        assert!(hint.contains("postconf smtpd_milters non_smtpd_milters\n"), "{hint}");
    }
}
