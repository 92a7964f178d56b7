//! The look-up page of the daemon: served from the moment in which there is something to look into.

use super::keeping::Keeping;
use crate::Settings;
use crate::config::Config;
use crate::report::Metrics;
use crate::web::desk::{self, Tls};
use anyhow::Context;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// How often is looked whether the store has a key for its audit log by now.
const PATIENCE: Duration = Duration::from_secs(1);

/// The page on its socket, in a thread and a runtime of its own: what it does, handshakes and passwords included, must not hold the mail
/// up, which has one thread.
pub struct DeskServer {
    tls: Option<Tls>,
    metrics: Arc<Metrics>,
    thread: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl DeskServer {
    /// Serves the page, if there is a store. What is wrong is logged; mail is not affected.
    pub fn start(
        listener: TcpListener,
        config: &Config,
        keeping: Arc<Keeping>,
        settings: watch::Receiver<Arc<Settings>>,
    ) -> Option<DeskServer> {
        if !keeping.keeps() {
            tracing::info!("the look-up page is not served: [store] url is \"off\"");
            return None;
        }
        let tls = Tls::open(&config.access)
            .inspect_err(
                |error| tracing::error!(%error, "[lookup] certificate, private_key: the look-up page is not served"),
            )
            .ok()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let metrics = keeping.metrics();
        metrics.certificate_in_use(tls.as_ref().and_then(Tls::until));
        let (access, with_tls, told) = (config.access.clone(), tls.clone(), metrics.clone());
        let serve = async move {
            let desk = loop {
                match keeping.desk() {
                    Some(desk) => break desk,
                    None => tokio::time::sleep(PATIENCE).await,
                }
            };
            let router = desk::router(desk, settings, &access, told).context("[lookup] users")?;
            desk::serve(listener, router, with_tls, async move { drop(stopped.await) }).await?;
            anyhow::Ok(())
        };
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let served = runtime.context("cannot start the runtime").and_then(|runtime| {
                let served = runtime.block_on(serve);
                // A look-up that hangs must not hold up the end.
                runtime.shutdown_background();
                served
            });
            if let Err(error) = served {
                tracing::error!(error = format!("{error:#}"), "the look-up page is not served; mail is not affected");
            }
        };
        let thread = std::thread::Builder::new().name("look-up".into()).spawn(run);
        let thread = thread.inspect_err(|error| tracing::error!(%error, "the look-up page is not served")).ok()?;
        Some(DeskServer { tls, metrics, thread, stop })
    }

    /// Reads the certificate again.
    pub fn reload(&self) {
        if let Some(tls) = self.tls.clone() {
            let metrics = self.metrics.clone();
            tokio::task::spawn_blocking(move || {
                tls.reload();
                metrics.certificate_in_use(tls.until());
            });
        }
    }

    /// Lets open requests end, for at most `grace`.
    pub async fn stop(self, grace: Duration) {
        let _ = self.stop.send(());
        let deadline = Instant::now() + grace;
        while !self.thread.is_finished() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
