//! A panic anywhere in a session: the mail is accepted, the error is counted, other sessions are untouched.
//! `cargo test --features fault-injection`
#![cfg(feature = "fault-injection")]

use crate::daemon::Daemon;
use indymilter_test::{Status, TestConnection};
use mailgauge::Settings;

const PANICS: &str = r#"mailgauge_internal_errors_total{kind="panic"}"#;

/// Sends one mail; gives whether it was accepted with a tag, or `None` if the session broke.
async fn send(mta: &mut TestConnection, fault: Option<&str>) -> Option<bool> {
    mta.mail(["<a@example.org>"]).await.ok()?;
    mta.rcpt(["<b@example.org>"]).await.ok()?;
    mta.data().await.ok()?;
    if let Some(place) = fault {
        mta.header("X-Mailgauge-Fault", place).await.ok()?;
    }
    mta.header("Subject", "x").await.ok()?;
    mta.eoh().await.ok()?;
    mta.body("x\r\n").await.ok()?;
    let (actions, status) = mta.eom().await.ok()?;
    assert_eq!(status, Status::Accept);
    Some(!actions.actions.is_empty())
}

async fn session(daemon: &Daemon) -> TestConnection {
    let mut mta = daemon.connect().await;
    mta.connect("client.example", [192, 0, 2, 7]).await.unwrap();
    mta
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_costs_one_measurement() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut other = session(&daemon).await;
    other.mail(["<b@example.org>"]).await.unwrap();
    other.rcpt(["<b@example.org>"]).await.unwrap();
    other.data().await.unwrap();
    let mut mta = session(&daemon).await;
    for (i, place) in ["header", "eoh", "body", "eom"].into_iter().enumerate() {
        assert_eq!(send(&mut mta, Some(place)).await, Some(false), "{place}");
        assert_eq!(daemon.metric(PANICS), (i + 1) as f64, "{place}");
        assert_eq!(send(&mut mta, None).await, Some(true), "after {place}");
    }
    // These come before the header, so it is the next mail that has them.
    for (i, place) in ["mail", "data"].into_iter().enumerate() {
        assert_eq!(send(&mut mta, Some(place)).await, Some(true), "{place}");
        assert_eq!(send(&mut mta, None).await, Some(false), "{place}");
        assert_eq!(daemon.metric(PANICS), (i + 5) as f64, "{place}");
        assert_eq!(send(&mut mta, None).await, Some(true), "after {place}");
    }
    mta.mail(["<a@example.org>"]).await.unwrap();
    mta.rcpt(["<b@example.org>"]).await.unwrap();
    mta.data().await.unwrap();
    mta.header("X-Mailgauge-Fault", "abort").await.unwrap();
    mta.abort().await.unwrap();
    daemon.until(PANICS, 7.0).await;
    assert_eq!(send(&mut mta, None).await, Some(true));

    other.header("Subject", "y").await.unwrap();
    other.eoh().await.unwrap();
    let (actions, status) = other.eom().await.unwrap();
    assert_eq!((actions.actions.len(), status), (1, Status::Accept));
    daemon.stopped().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_that_nothing_catches_costs_one_session() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut other = session(&daemon).await;
    let mut mta = session(&daemon).await;
    assert_eq!(send(&mut mta, Some("uncaught")).await, None);
    daemon.until(r#"mailgauge_internal_errors_total{kind="session"}"#, 1.0).await;
    daemon.until("mailgauge_sessions_open", 1.0).await;
    daemon.until("mailgauge_messages_open", 0.0).await;
    assert_eq!(send(&mut other, None).await, Some(true));
    daemon.stopped().await;
}
