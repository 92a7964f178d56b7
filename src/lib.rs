//! mailgauge measures every mail on its way through Postfix, so that a helpdesk can tell why a mail misbehaves
//! without ever opening a mailbox.
//!
//! ```text
//! Postfix --milter--> milter --events--> scan --Facts--> catalogue --Findings--> policy --Verdict--> milter answers
//!                                                                                   \--Record--> report: metrics, journal
//!                                                             page, API, command line --> store <-- records, with tokens from pseudonym
//! Prometheus, people --HTTP--> web
//! ```
#![forbid(unsafe_code)]

pub mod catalogue;
pub mod cli;
pub mod config;
pub mod dashboards;
mod figures;
#[cfg(test)]
#[path = "../tests/shared/hostile.rs"]
mod hostile;
pub mod milter;
pub mod policy;
pub mod pseudonym;
pub mod report;
pub mod scan;
mod spelling;
pub mod store;
mod system;
pub mod web;

use std::io;
use std::sync::Arc;
use tokio::sync::watch;

/// What a message is judged by; one value for each message, exchanged as a whole on reload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Bounds of the scanner.
    pub limits: scan::Limits,
    /// What findings lead to.
    pub policy: policy::Policy,
    /// From which size or count findings speak.
    pub thresholds: catalogue::Thresholds,
    /// Bounds of the milter sessions.
    pub milter: milter::Bounds,
    /// How long and how much is kept.
    pub retention: store::Retention,
    /// What a look-up needs, and how many there may be.
    pub desk: store::desk::Rules,
}

/// Measures mail: serves MTAs on all sockets until `shutdown`, then drains.
///
/// Draining: the sockets are closed, and when no transaction is open any more, or after [`milter::Bounds::drain_timeout`], the
/// sessions are. A mail keeps the settings it began with; the next one takes what `settings` holds by then. Addresses and Message-IDs
/// become tokens by the keys of `keyring`.
///
/// # Errors
/// A socket cannot be used with the runtime. Errors later on are survived, and counted.
pub async fn run(
    sockets: Vec<milter::Socket>,
    settings: watch::Receiver<Arc<Settings>>,
    keyring: Arc<pseudonym::Keyring>,
    reporter: Arc<report::Reporter>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    milter::run(sockets, settings, keyring, reporter, shutdown).await
}
