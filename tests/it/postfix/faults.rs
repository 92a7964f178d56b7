//! Clients that hang up, mails that outgrow the limit, a daemon that dies.

use super::delivery::{assert_unaltered, complete, with_attachment};
use super::{Lane, new_address, shared, through};
use crate::postfix::daemon::{Daemon, metric};
use crate::smtp::{self, Envelope, Session};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn a_client_that_hangs_up_in_mid_data_counts_as_aborted() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);

    let mut session = Session::open(lane.smtp_port).expect("a session");
    session.begin(&Envelope::to(&new_address())).expect("DATA");
    session.write(b"Subject: half\r\n\r\nThis mail has no e").expect("Postfix reads");
    drop(session);
    daemon.wait_for_aborted(1);

    // Grown beyond message_size_limit: for a milter it looks the same.
    let mut session = Session::open(lane.smtp_port).expect("a session");
    session.begin(&Envelope::to(&new_address())).expect("DATA");
    session.write(b"Subject: too large\r\n\r\n").expect("Postfix reads");
    let mebibyte = [[b'x'; 62].as_slice(), b"\r\n"].concat().repeat(16_384);
    for _ in 0..65 {
        session.write(&mebibyte).expect("Postfix reads on and drops");
    }
    session.write(b".\r\n").expect("Postfix reads");
    let reply = session.expect('5').expect("a refusal");
    assert!(reply.starts_with("552"), "{reply}");
    // Postfix 3.7 tells the milter not now but with what comes next in this session.
    session.quit().expect("the session ends well");
    daemon.wait_for_aborted(2);

    // Both left nothing open, and the next mail is measured as if nothing had been.
    let sent = complete("after", "\nStill here.\n");
    let delivered = through(postfix, lane.smtp_port, &sent);
    assert_eq!(delivered.tag().number("wire"), sent.len() as u64);
    let metrics = daemon.metrics();
    assert_eq!(metrics.sum(metric::MESSAGES), 1.0);
    assert_eq!(metrics.sum(metric::OPEN_MESSAGES), 0.0);
}

/// Four clients send mail after mail, each in a session of its own, while `disturb` runs; then one more mail is sent.
/// Every mail that Postfix took must arrive once and unaltered, and Postfix must take all of them.
fn nothing_is_lost_while(lane: &Lane, mut disturb: impl FnMut()) -> usize {
    let postfix = shared().expect("the caller has a lane");
    let over = AtomicBool::new(false);
    let count = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (over, count) = (&over, &count);
            scope.spawn(move || {
                let mut mails = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let i = mails.len();
                    let sent = with_attachment(&format!("fault-{client}-{i}"), 1_000 + i * 10_007 % 300_000);
                    let recipient = new_address();
                    smtp::send(lane.smtp_port, &Envelope::to(&recipient), &sent).expect("Postfix takes every mail");
                    mails.push((recipient, sent));
                }
                count.fetch_add(mails.len(), Ordering::Relaxed);
                for (recipient, sent) in mails {
                    let delivered = postfix.delivered(&recipient);
                    assert_unaltered(&delivered, &sent);
                    assert!(delivered.tags().len() <= 1);
                }
            });
        }
        disturb();
        over.store(true, Ordering::Relaxed);
    });
    let sent = complete("recovered", "\nAll is well again.\n");
    assert_eq!(through(postfix, lane.smtp_port, &sent).tag().number("wire"), sent.len() as u64);
    count.load(Ordering::Relaxed)
}

fn survives_kills(lane: &Lane) {
    let mut daemon = Daemon::start(&lane.milter);
    let mails = nothing_is_lost_while(lane, || {
        for pause in [150, 220, 310, 170] {
            std::thread::sleep(Duration::from_millis(pause));
            daemon.kill();
            std::thread::sleep(Duration::from_millis(pause));
            daemon.restart();
        }
        std::thread::sleep(Duration::from_millis(200));
    });
    assert!(mails >= 20, "only {mails} mails were on their way: this showed nothing");
}

#[test]
fn a_killed_daemon_loses_nothing_over_tcp() {
    let Some(postfix) = shared() else { return };
    survives_kills(postfix.tcp_lane());
}

#[test]
fn a_killed_daemon_loses_nothing_over_a_unix_socket() {
    let Some(postfix) = shared() else { return };
    survives_kills(postfix.unix_lane());
}

#[test]
fn a_stopped_daemon_answers_all_it_has_begun() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let mut daemon = Daemon::start(&lane.milter);

    // A mail in mid-DATA when SIGTERM comes: it is measured to its end, and the daemon ends after it.
    let sent = with_attachment("drained", 500_000);
    let recipient = new_address();
    let mut session = Session::open(lane.smtp_port).expect("a session");
    session.begin(&Envelope::to(&recipient)).expect("DATA");
    let wire = smtp::stuffed(&sent);
    let (first, second) = wire.split_at(wire.len() / 2);
    session.write(first).expect("Postfix reads");
    std::thread::scope(|scope| {
        let end = scope.spawn(|| daemon.terminate());
        std::thread::sleep(Duration::from_millis(300));
        session.write(second).expect("Postfix reads");
        session.expect('2').expect("Postfix takes the mail");
        let status = end.join().expect("it ends");
        assert!(status.success(), "{status}");
    });
    let delivered = postfix.delivered(&recipient);
    assert_unaltered(&delivered, &sent);
    assert_eq!(delivered.tag().number("wire"), sent.len() as u64, "the mail was on its way when SIGTERM came");

    // While there is no daemon, mail flows without a tag.
    let sent = complete("alone", "\nNobody measures this.\n");
    let delivered = through(postfix, lane.smtp_port, &sent);
    assert_unaltered(&delivered, &sent);
    assert!(delivered.tags().is_empty());
}

/// Postfix tells a milter nothing while its client idles, not even CONNECT where that wants no answer. The session must not end
/// for it: the mail would pass unmeasured.
#[test]
fn a_client_that_takes_its_time_is_measured() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);
    let mut session = Session::open(lane.smtp_port).expect("a session");
    std::thread::sleep(Duration::from_secs(6));
    let recipient = new_address();
    let sent = complete("slow", "\nIn no hurry.\n");
    session.send(&Envelope::to(&recipient), &sent).expect("Postfix takes the mail");
    session.quit().expect("the session ends well");
    assert_unaltered(&postfix.delivered(&recipient), &sent);
    assert_eq!(daemon.metrics().sum(metric::MESSAGES), 1.0);
}
