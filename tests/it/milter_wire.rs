//! The milter on the wire: what an MTA sees.

use crate::daemon::Daemon;
use indymilter_test::{Actions, EomAction, EomActions, MacroStage, ProtoOpts, SocketInfo, Status, TestConnection};
use mailgauge::Settings;
use mailgauge::policy::TagMode;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const FROM_OUTSIDE: [u8; 4] = [192, 0, 2, 7];

/// Sends one mail on an open session, up to its last byte.
async fn send(mta: &mut TestConnection, headers: &[(&str, &str)], body: &[u8]) {
    mta.mail(["<sender@example.org>", "SIZE=1000", "BODY=8BITMIME"]).await.unwrap();
    mta.rcpt(["<b@example.org>"]).await.unwrap();
    mta.macros(MacroStage::Data, [("i", "4TxY6W1k2Jz9")]).await.unwrap();
    mta.data().await.unwrap();
    for (name, value) in headers {
        mta.header(*name, *value).await.unwrap();
    }
    mta.eoh().await.unwrap();
    mta.body(body.to_vec()).await.unwrap();
}

const HEADERS: &[(&str, &str)] =
    &[("From", "a@example.org"), ("Subject", "Hello"), ("Date", "Mon, 1 Jan 2024 00:00:00 +0000")];

fn tag(actions: &EomActions) -> Option<String> {
    actions.actions.iter().find_map(|action| match action {
        EomAction::InsertHeader { index: 1, name, value } if name.as_bytes() == b"X-Mailgauge" => {
            Some(value.to_str().unwrap().to_owned())
        }
        _ => None,
    })
}

fn deleted(actions: &EomActions) -> Vec<i32> {
    let index = |action: &EomAction| match action {
        EomAction::DeleteHeader { name, index } if name.as_bytes() == b"X-Mailgauge" => Some(*index),
        _ => None,
    };
    actions.actions.iter().filter_map(index).collect()
}

/// One mail over one kind of socket.
async fn tagged_and_counted(daemon: &Daemon, mut mta: TestConnection) {
    assert_eq!(mta.connect("client.example", FROM_OUTSIDE).await.unwrap(), Status::Noreply);
    send(&mut mta, HEADERS, b"Hi\r\n").await;
    let (actions, status) = mta.eom().await.unwrap();
    assert_eq!(status, Status::Accept);
    assert_eq!(actions.actions.len(), 1);
    let tag = tag(&actions).unwrap();
    // The blank comes with the value, for LEADING_SPACE was agreed on.
    assert!(tag.starts_with(" v=1; ref="), "{tag}");
    assert!(tag.split('\n').all(|line| line.len() < 78), "{tag}");
    let unfolded = tag.replace('\n', "");
    assert!(unfolded.contains("; level=") && unfolded.contains("; attachments=0; decoded=0"), "{tag}");
    mta.close().await.unwrap();
    daemon.until("mailgauge_sessions_open", 0.0).await;
}

fn measured(daemon: &Daemon) -> u64 {
    daemon.metric("mailgauge_message_wire_bytes_count") as u64
}

#[tokio::test]
async fn a_mail_is_tagged_and_counted() {
    let daemon = Daemon::start(Settings::default()).await;
    tagged_and_counted(&daemon, daemon.connect().await).await;
    let mta = TestConnection::configure().open_unix(daemon.unix()).await.unwrap();
    tagged_and_counted(&daemon, mta).await;
    assert_eq!(measured(&daemon), 2);
    assert_eq!(daemon.metric("mailgauge_messages_open"), 0.0);
    assert_eq!(daemon.metric(r#"mailgauge_internal_errors_total{kind="panic"}"#), 0.0);
    daemon.stopped().await;
}

#[tokio::test]
async fn nothing_is_asked_for_that_could_alter_a_mail() {
    let daemon = Daemon::start(Settings::default()).await;
    let mta = daemon.connect().await;
    let actions = mta.negotiated_actions();
    assert_eq!(actions, Actions::ADD_HEADER | Actions::CHANGE_HEADER | Actions::QUARANTINE | Actions::REQUEST_MACROS);
    let body_recipient_sender = Actions::REPLACE_BODY
        | Actions::ADD_RCPT
        | Actions::ADD_RCPT_EXT
        | Actions::DELETE_RCPT
        | Actions::CHANGE_SENDER;
    assert!(!actions.intersects(body_recipient_sender));
    let macros: Vec<&str> = mta.requested_macros().values().map(|m| m.to_str().unwrap()).collect();
    assert_eq!(macros.len(), 7, "a stage without a list gets the MTA's own");
    assert!(macros.iter().all(|m| ["i", "{auth_type}", "{daemon_name}", "{tls_version}"].contains(m)), "{macros:?}");
    // An MTA that offers less gets less asked.
    let old = TestConnection::configure()
        .available_actions(Actions::ADD_HEADER | Actions::REPLACE_BODY)
        .available_opts(ProtoOpts::NO_HELO)
        .open_tcp(daemon.tcp)
        .await
        .unwrap();
    assert_eq!((old.negotiated_actions(), old.negotiated_opts()), (Actions::ADD_HEADER, ProtoOpts::NO_HELO));
    assert!(old.requested_macros().is_empty());
    daemon.stopped().await;
}

/// The connection of the tests takes what was negotiated at its word: an answer where none was promised would be read as that of the
/// next command, and a missing one would be waited for.
#[tokio::test]
async fn no_answer_where_none_is_wanted_and_one_everywhere_else() {
    let daemon = Daemon::start(Settings::default()).await;
    let all = [
        ProtoOpts::NOREPLY_CONNECT,
        ProtoOpts::NOREPLY_MAIL,
        ProtoOpts::NOREPLY_RCPT,
        ProtoOpts::NOREPLY_DATA,
        ProtoOpts::NOREPLY_HEADER,
        ProtoOpts::NOREPLY_EOH,
        ProtoOpts::NOREPLY_BODY,
    ];
    for offered in all.into_iter().chain([ProtoOpts::empty(), ProtoOpts::all(), ProtoOpts::LEADING_SPACE]) {
        let mut mta = TestConnection::configure()
            .available_opts(offered)
            .read_timeout(Duration::from_secs(5))
            .open_tcp(daemon.tcp)
            .await
            .unwrap();
        let opts = mta.negotiated_opts();
        assert!(!opts.intersects(ProtoOpts::NO_BODY | ProtoOpts::NO_HEADER));
        let expected = |opt| if opts.contains(opt) { Status::Noreply } else { Status::Continue };
        assert_eq!(mta.connect("client.example", FROM_OUTSIDE).await.unwrap(), expected(all[0]));
        if !opts.contains(ProtoOpts::NO_HELO) {
            assert_eq!(mta.helo("client.example").await.unwrap(), Status::Continue);
        }
        assert_eq!(mta.mail(["<a@example.org>"]).await.unwrap(), expected(all[1]));
        assert_eq!(mta.rcpt(["<b@example.org>"]).await.unwrap(), expected(all[2]));
        assert_eq!(mta.data().await.unwrap(), expected(all[3]));
        assert_eq!(mta.header("Subject", "x").await.unwrap(), expected(all[4]));
        assert_eq!(mta.eoh().await.unwrap(), expected(all[5]));
        assert_eq!(mta.body("x\r\n").await.unwrap(), expected(all[6]));
        let (actions, status) = mta.eom().await.unwrap();
        assert_eq!(status, Status::Accept);
        assert_eq!(tag(&actions).unwrap().starts_with(' '), opts.contains(ProtoOpts::LEADING_SPACE));
        mta.close().await.unwrap();
    }
    daemon.stopped().await;
}

#[tokio::test]
async fn a_mail_is_held_only_for_a_finding_that_the_admin_named() {
    let mut settings = Settings::default();
    settings.policy.quarantine = vec![mailgauge::policy::Selector::Id("header-missing-date")];
    let daemon = Daemon::start(settings).await;
    let mut mta = daemon.connect().await;
    for (date, reason) in
        [(None, Some("mailgauge: header-missing-date")), (Some("Tue, 24 Nov 2026 09:30:00 +0100"), None)]
    {
        mta.mail(["<a@example.org>"]).await.unwrap();
        mta.rcpt(["<b@example.org>"]).await.unwrap();
        mta.data().await.unwrap();
        for (name, value) in [("From", "a@example.org"), ("Date", date.unwrap_or_default())] {
            if !value.is_empty() {
                mta.header(name, value).await.unwrap();
            }
        }
        mta.eoh().await.unwrap();
        let (actions, status) = mta.eom().await.unwrap();
        assert_eq!(status, Status::Accept);
        let held = actions.actions.iter().find_map(|action| match action {
            EomAction::Quarantine { reason } => Some(reason.to_str().unwrap()),
            _ => None,
        });
        assert_eq!(held, reason);
    }
    daemon.stopped().await;
}

#[tokio::test]
async fn forged_tags_are_removed_from_the_last_to_the_first() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut mta = daemon.connect().await;
    mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
    let with_forged = |n: usize| {
        let names = ["X-Mailgauge", "x-mailgauge", "X-MAILGAUGE"];
        let mut headers = HEADERS.to_vec();
        headers.extend((0..n).map(|i| (names[i % 3], "v=1; level=clean")));
        headers
    };
    send(&mut mta, &with_forged(3), b"x\r\n").await;
    let (actions, _) = mta.eom().await.unwrap();
    assert_eq!(deleted(&actions), [3, 2, 1]);
    // Our own comes last, or it would have been number 1.
    assert!(matches!(actions.actions.last(), Some(EomAction::InsertHeader { .. })));
    assert!(!tag(&actions).unwrap().contains("untrusted"));
    assert_eq!(daemon.metric("mailgauge_forged_tags_removed_total"), 3.0);

    send(&mut mta, &with_forged(40), b"x\r\n").await;
    let (actions, _) = mta.eom().await.unwrap();
    assert_eq!(deleted(&actions), (25..=40).rev().collect::<Vec<i32>>());
    assert!(tag(&actions).unwrap().contains("untrusted=1"));
    assert_eq!(daemon.metric("mailgauge_forged_tags_removed_total"), 19.0);
    assert_eq!(daemon.metric("mailgauge_forged_tags_left_total"), 24.0);

    // The next mail of the session has nothing of that.
    send(&mut mta, HEADERS, b"x\r\n").await;
    let (actions, _) = mta.eom().await.unwrap();
    assert_eq!(actions.actions.len(), 1);
    assert!(!tag(&actions).unwrap().contains("untrusted"));
    daemon.stopped().await;
}

#[tokio::test]
async fn without_a_tag_copies_are_removed_all_the_same() {
    let mut settings = Settings::default();
    settings.policy.tag = TagMode::Off;
    let daemon = Daemon::start(settings).await;
    let mut mta = daemon.connect().await;
    mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
    send(&mut mta, &[("X-Mailgauge", "v=1")], b"x\r\n").await;
    let (actions, status) = mta.eom().await.unwrap();
    assert_eq!((deleted(&actions), tag(&actions), status), (vec![1], None, Status::Accept));
    daemon.stopped().await;
}

#[tokio::test]
async fn new_settings_are_for_the_next_mail() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut mta = daemon.connect().await;
    mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
    send(&mut mta, HEADERS, b"x\r\n").await;
    daemon.until("mailgauge_messages_open", 1.0).await;
    let mut settings = Settings::default();
    settings.policy.tag = TagMode::Off;
    daemon.settings.send_replace(settings.into());
    assert!(tag(&mta.eom().await.unwrap().0).is_some());
    send(&mut mta, HEADERS, b"x\r\n").await;
    assert!(tag(&mta.eom().await.unwrap().0).is_none());
    daemon.stopped().await;
}

#[tokio::test]
async fn sizes_do_not_depend_on_the_leading_space() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut sizes = Vec::new();
    for offered in [ProtoOpts::all(), ProtoOpts::all() - ProtoOpts::LEADING_SPACE] {
        let mut mta = TestConnection::configure().available_opts(offered).open_tcp(daemon.tcp).await.unwrap();
        mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
        send(&mut mta, HEADERS, b"Hi\r\n").await;
        let (actions, _) = mta.eom().await.unwrap();
        let tag = tag(&actions).unwrap();
        sizes.push(tag.split("wire=").nth(1).unwrap().split(';').next().unwrap().to_owned());
    }
    assert_eq!(sizes[0], sizes[1]);
    daemon.stopped().await;
}

#[tokio::test]
async fn where_a_mail_comes_from() {
    let daemon = Daemon::start(Settings::default()).await;
    let clients: [(SocketInfo, Option<&str>, &str); 5] = [
        (SocketInfo::Inet((FROM_OUTSIDE, 25).into()), None, "inbound"),
        (SocketInfo::Unknown, None, "inbound"),
        (SocketInfo::Inet((FROM_OUTSIDE, 587).into()), Some("PLAIN"), "outbound"),
        (SocketInfo::Inet(([127, 0, 0, 1], 25).into()), None, "internal"),
        (SocketInfo::Unix(c"/run/x".to_owned()), None, "internal"),
    ];
    let total = |direction: &str| -> f64 {
        let prefix = format!("mailgauge_messages_total{{direction=\"{direction}\"");
        let text = daemon.metrics();
        let values =
            text.lines().filter(|l| l.starts_with(&prefix)).filter_map(|l| l.rsplit(' ').next()?.parse::<f64>().ok());
        values.sum()
    };
    for (info, auth, direction) in clients {
        let before = total(direction);
        let mut mta = daemon.connect().await;
        mta.connect("client.example", info).await.unwrap();
        if let Some(auth) = auth {
            mta.macros(MacroStage::Mail, [("{auth_type}", auth)]).await.unwrap();
        }
        send(&mut mta, HEADERS, b"x\r\n").await;
        mta.eom().await.unwrap();
        assert_eq!(total(direction), before + 1.0, "{direction}");
    }
    daemon.stopped().await;
}

#[tokio::test]
async fn aborted_transactions_are_counted_and_leave_nothing() {
    let daemon = Daemon::start(Settings::default()).await;
    let mut mta = daemon.connect().await;
    mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
    mta.mail(["<a@example.org>"]).await.unwrap();
    mta.rcpt(["<b@example.org>"]).await.unwrap();
    mta.abort().await.unwrap();
    daemon.until(r#"mailgauge_transactions_aborted_total{stage="mail"}"#, 1.0).await;
    // As Postfix tells of a mail that outgrew the limit in DATA.
    mta.mail(["<a@example.org>"]).await.unwrap();
    mta.rcpt(["<b@example.org>"]).await.unwrap();
    mta.data().await.unwrap();
    mta.abort().await.unwrap();
    daemon.until(r#"mailgauge_transactions_aborted_total{stage="data"}"#, 1.0).await;
    send(&mut mta, &[("X-Mailgauge", "v=1")], &vec![b'x'; 100_000]).await;
    mta.abort().await.unwrap();
    daemon.until(r#"mailgauge_transactions_aborted_total{stage="body"}"#, 1.0).await;
    assert_eq!(measured(&daemon), 0);

    send(&mut mta, HEADERS, b"x\r\n").await;
    let (actions, _) = mta.eom().await.unwrap();
    assert!(deleted(&actions).is_empty());
    let tag = tag(&actions).unwrap();
    let wire: u64 = tag.split("wire=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
    assert!(wire < 1_000, "{wire} bytes: the aborted mail is in it");

    // A session that breaks off in mid-message counts as well.
    send(&mut mta, HEADERS, b"x\r\n").await;
    drop(mta);
    daemon.until(r#"mailgauge_transactions_aborted_total{stage="body"}"#, 2.0).await;
    daemon.until("mailgauge_messages_open", 0.0).await;
    daemon.until("mailgauge_sessions_open", 0.0).await;
    daemon.stopped().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_sessions_at_once() {
    let daemon = Daemon::start(Settings::default()).await;
    let before = daemon.metrics().lines().filter(|l| !l.starts_with('#')).count();
    let sessions = (0..100).map(|i| {
        let address = daemon.tcp;
        tokio::spawn(async move {
            let mut mta = TestConnection::open(address).await.unwrap();
            mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
            let mut references = Vec::new();
            for _ in 0..3 {
                send(&mut mta, HEADERS, &vec![b'x'; 1 + 1_000 * i]).await;
                let (actions, status) = mta.eom().await.unwrap();
                assert_eq!(status, Status::Accept);
                let tag = tag(&actions).unwrap();
                references.push(tag.split("ref=").nth(1).unwrap()[..14].to_owned());
            }
            mta.close().await.unwrap();
            references
        })
    });
    let mut references = std::collections::HashSet::new();
    for session in sessions.collect::<Vec<_>>() {
        references.extend(session.await.unwrap());
    }
    assert_eq!(references.len(), 300);
    assert_eq!(measured(&daemon), 300);
    daemon.until("mailgauge_sessions_open", 0.0).await;
    // The set of series is the same as before, whatever came.
    assert_eq!(before, daemon.metrics().lines().filter(|l| !l.starts_with('#')).count());
    daemon.stopped().await;
}

#[tokio::test]
async fn a_peer_that_says_nothing_holds_no_place() {
    let mut settings = Settings::default();
    settings.milter.max_sessions = 2;
    settings.milter.first_frame_timeout = Duration::from_millis(300);
    let daemon = Daemon::start(settings).await;
    daemon.until("mailgauge_sessions_limit", 2.0).await;
    let mut stalled = Vec::new();
    for i in 0..20 {
        let mut peer = TcpStream::connect(daemon.tcp).await.unwrap();
        // Some say half a word.
        peer.write_all(&b"\0\0\0\x0dO"[..i % 6]).await.unwrap();
        stalled.push(peer);
    }
    let mut mta = daemon.connect().await;
    mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
    send(&mut mta, HEADERS, b"x\r\n").await;
    assert_eq!(mta.eom().await.unwrap().1, Status::Accept);
    for mut peer in stalled {
        let mut nothing = [0];
        assert_eq!(peer.read(&mut nothing).await.unwrap_or(0), 0);
    }
    assert_eq!(daemon.metric(r#"mailgauge_connections_refused_total{reason="silent"}"#), 20.0);
    daemon.stopped().await;
}

#[tokio::test]
async fn more_sessions_than_places_are_sent_away() {
    let mut settings = Settings::default();
    settings.milter.max_sessions = 1;
    let daemon = Daemon::start(settings).await;
    let mut first = daemon.connect().await;
    first.connect("client.example", FROM_OUTSIDE).await.unwrap();
    // Others are taken in meanwhile, and all of them are told in time.
    let begun = Instant::now();
    let others: Vec<_> = (0..5).map(|_| tokio::spawn(TestConnection::open(daemon.tcp))).collect();
    for other in others {
        assert!(other.await.unwrap().is_err());
    }
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(daemon.metric(r#"mailgauge_connections_refused_total{reason="full"}"#), 5.0);
    // Who waits when a place becomes free gets it.
    let waiting = tokio::spawn(TestConnection::open(daemon.tcp));
    tokio::time::sleep(Duration::from_millis(100)).await;
    first.close().await.unwrap();
    let mut second = waiting.await.unwrap().unwrap();
    second.connect("client.example", FROM_OUTSIDE).await.unwrap();
    daemon.stopped().await;
}

#[tokio::test]
async fn behind_the_first_frame_an_mta_may_take_its_time() {
    let mut settings = Settings::default();
    settings.milter.first_frame_timeout = Duration::from_millis(300);
    let daemon = Daemon::start(settings).await;
    let mut mta = daemon.connect().await;
    // Postfix keeps CONNECT back, which wants no answer, until its client sends MAIL.
    tokio::time::sleep(Duration::from_millis(600)).await;
    mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    send(&mut mta, HEADERS, b"x\r\n").await;
    assert_eq!(mta.eom().await.unwrap().1, Status::Accept);
    assert_eq!(daemon.metric(r#"mailgauge_connections_refused_total{reason="silent"}"#), 0.0);
    daemon.stopped().await;
}

/// Between two mails of a session none is open, and the next one may be on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_does_not_cut_busy_sessions_between_two_mails() {
    let mut daemon = Daemon::start(Settings::default()).await;
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let clients: Vec<_> = (0..4u64)
        .map(|i| {
            let (address, stop) = (daemon.tcp, stop.clone());
            tokio::spawn(async move {
                let mut mta = TestConnection::open(address).await.unwrap();
                mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
                let mut mails = 0;
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    send(&mut mta, HEADERS, b"x\r\n").await;
                    let (_, status) = mta.eom().await.unwrap_or_else(|e| panic!("mail {mails} of client {i}: {e}"));
                    assert_eq!(status, Status::Accept);
                    mails += 1;
                    // So that there are moments without any mail.
                    tokio::time::sleep(Duration::from_millis(20 + i)).await;
                }
                mta.close().await.unwrap();
                mails
            })
        })
        .collect();
    daemon.until("mailgauge_sessions_open", 4.0).await;
    daemon.ask_to_stop();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!daemon.has_stopped());
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for client in clients {
        assert!(client.await.unwrap() > 10);
    }
    // With no session left there is nothing to wait for.
    let begun = Instant::now();
    daemon.stopped().await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_stop_waits_for_open_transactions() {
    let mut daemon = Daemon::start(Settings::default()).await;
    let mut busy = daemon.connect().await;
    busy.connect("client.example", FROM_OUTSIDE).await.unwrap();
    let idle = daemon.connect().await;
    send(&mut busy, HEADERS, b"x\r\n").await;
    daemon.until("mailgauge_messages_open", 1.0).await;
    daemon.ask_to_stop();
    // No new connection from now on, ...
    for _ in 0..500 {
        if TcpStream::connect(daemon.tcp).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(TcpStream::connect(daemon.tcp).await.is_err());
    assert!(!daemon.has_stopped());
    // ... and the open transaction gets its answer.
    let (actions, status) = busy.eom().await.unwrap();
    assert_eq!(status, Status::Accept);
    assert!(tag(&actions).is_some());
    daemon.stopped().await;
    drop(idle);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let mut settings = Settings::default();
    settings.milter.drain_timeout = Duration::from_millis(100);
    let daemon = Daemon::start(settings).await;
    let mut mta = daemon.connect().await;
    mta.connect("client.example", FROM_OUTSIDE).await.unwrap();
    send(&mut mta, HEADERS, b"x\r\n").await;
    daemon.until("mailgauge_messages_open", 1.0).await;
    daemon.stopped().await;
    assert!(mta.eom().await.is_err());
}
