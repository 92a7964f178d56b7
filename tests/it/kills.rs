//! mailgauge is killed at any moment: no damaged store, no record twice, and none lost but the last ones.
//!
//! `MAILGAUGE_KILLS=200 cargo test --test it kills` is the long form.

use crate::run::{Daemon, config};
use indymilter_test::{EomAction, TestConnection};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

fn written(http: &str) -> usize {
    let text = crate::http::get(&format!("{http}/metrics")).unwrap().into_body().read_to_string().unwrap();
    let line = text.lines().find(|l| l.starts_with("mailgauge_records_written_total ")).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

/// Sends mails one after another until the connection breaks; the references of those that were answered, in their order.
async fn send_until_it_breaks(milter: SocketAddr, answered: &std::sync::Mutex<Vec<String>>) -> Option<()> {
    let mut mta = TestConnection::open(milter).await.ok()?;
    loop {
        mta.mail(["<a@example.org>"]).await.ok()?;
        mta.rcpt(["<b@example.org>"]).await.ok()?;
        mta.data().await.ok()?;
        mta.header("From", "a@example.org").await.ok()?;
        mta.eoh().await.ok()?;
        mta.body("Hello\r\n").await.ok()?;
        let (actions, _) = mta.eom().await.ok()?;
        let tag = actions.actions.iter().find_map(|action| match action {
            EomAction::InsertHeader { value, .. } => value.to_str().ok(),
            _ => None,
        });
        let reference = tag.unwrap().split("ref=").nth(1).unwrap().split(';').next().unwrap();
        answered.lock().unwrap().push(reference.to_owned());
    }
}

fn references(store: &Path) -> Vec<String> {
    let database = rusqlite::Connection::open(store).unwrap();
    let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let texts = |sql: &str| -> Vec<String> {
        let mut rows = database.prepare(sql).unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    // None, if it was killed before the first record.
    let days = texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'records_*'");
    days.iter().flat_map(|day| texts(&format!("SELECT json_extract(document, '$.reference') FROM {day}"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_only_the_last_records() {
    let kills: u32 = std::env::var("MAILGAUGE_KILLS").map_or(6, |n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path(), "");
    let store = dir.path().join("state/store/records.db");
    let (mut sent, mut lost, mut kept) = (0, 0, BTreeSet::new());
    for round in 0..kills {
        let mut daemon = Daemon::start(&config);
        let answered = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let ready = daemon.wait_for("mailgauge is ready");
        let milter = ready["milter"].as_str().unwrap().trim_start_matches("inet:").parse().unwrap();
        let list = answered.clone();
        let sender = tokio::spawn(async move { send_until_it_breaks(milter, &list).await });
        // Moments that fall differently each time, from before the first mail to far behind the first batches.
        tokio::time::sleep(Duration::from_millis(u64::from(round) * 37 % 400 + u64::from(round) % 7)).await;
        let written = written(ready["http"].as_str().unwrap());
        daemon.child.kill().unwrap();
        daemon.child.wait().unwrap();
        let _ = sender.await;

        let all = references(&store);
        let unique: BTreeSet<String> = all.iter().cloned().collect();
        assert_eq!(unique.len(), all.len(), "a record is there twice");
        assert!(unique.is_superset(&kept), "a record of an earlier round is gone");
        let answered = answered.lock().unwrap();
        let there = answered.iter().take_while(|reference| unique.contains(*reference)).count();
        assert!(there >= written, "{written} were counted as written, {there} are there");
        // What is missing are the last ones: nothing was lost in between.
        assert!(answered[there..].iter().all(|reference| !unique.contains(reference)), "a hole in round {round}");
        // At most one that was kept was not answered: the mail at which it was killed.
        assert!(unique.len() - kept.len() <= there + 1);
        sent += answered.len();
        lost += answered.len() - there;
        kept = unique;
    }
    println!("{kills} kills: {sent} mails answered, {lost} of them without a record, 0 twice, 0 damaged stores");
    assert!(sent > lost, "nothing was ever written");
}
