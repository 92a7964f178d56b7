//! The look-up page of the daemon: served from the moment in which there is something to look into.

use super::keeping::Keeping;
use crate::Settings;
use crate::config::Config;
use crate::web::desk::{self, Tls};
use anyhow::Context;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// How often is looked whether the store has a key for its audit log by now.
const PATIENCE: Duration = Duration::from_secs(1);

/// The page on its socket.
pub struct DeskServer {
    tls: Option<Tls>,
    task: JoinHandle<()>,
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
        let (access, with_tls) = (config.access.clone(), tls.clone());
        let task = tokio::spawn(async move {
            let serve = async {
                let desk = loop {
                    match keeping.desk() {
                        Some(desk) => break desk,
                        None => tokio::time::sleep(PATIENCE).await,
                    }
                };
                let router = desk::router(desk, settings, &access).context("[lookup] users")?;
                desk::serve(listener, router, with_tls, async move { drop(stopped.await) }).await?;
                anyhow::Ok(())
            };
            if let Err(error) = serve.await {
                tracing::error!(error = format!("{error:#}"), "the look-up page is not served; mail is not affected");
            }
        });
        Some(DeskServer { tls, task, stop })
    }

    /// Reads the certificate again.
    pub fn reload(&self) {
        if let Some(tls) = self.tls.clone() {
            tokio::task::spawn_blocking(move || tls.reload());
        }
    }

    /// Lets open requests end, for at most `grace`.
    pub async fn stop(self, grace: Duration) {
        let _ = self.stop.send(());
        let mut task = self.task;
        if tokio::time::timeout(grace, &mut task).await.is_err() {
            task.abort();
        }
    }
}
