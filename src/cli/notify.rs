//! What systemd is told (sd_notify(3)). Without `NOTIFY_SOCKET` nothing is said.

use sd_notify::NotifyState;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Mails are taken; also the end of a reload.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// A reload has begun. systemd wants the time with it (`Type=notify-reload`).
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "systemd is not told of the reload: no monotonic clock"),
    }
}

/// Open mails finish, then mailgauge ends.
pub fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("letting open mails finish")]);
}

/// A pulse for systemd's watchdog, if it asked for one (`WatchdogSec=`).
pub struct Watchdog(Option<Interval>);

impl Watchdog {
    /// Reads what systemd asks for from the environment. To be made inside of the runtime, whose life it proves.
    pub fn from_env() -> Watchdog {
        Watchdog(sd_notify::watchdog_enabled().map(|limit| {
            // Twice in the time, as sd_watchdog_enabled(3) recommends.
            let mut pulse = interval((limit / 2).max(Duration::from_millis(1)));
            pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
            pulse
        }))
    }

    /// Waits until the next pulse is due; for ever if nobody asked.
    pub async fn due(&mut self) {
        match &mut self.0 {
            Some(pulse) => {
                pulse.tick().await;
            }
            None => std::future::pending().await,
        }
    }

    /// The pulse.
    pub fn pulse() {
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd could not be told");
    }
}
