//! Who a mail is from and for: authenticated clients, services, domains, and mail that a content filter hands back.

use super::{PROGRAM, VERDICTS, from_afar, with_program};
use crate::postfix::daemon::{Daemon, metric};
use crate::postfix::delivery::{assert_unaltered, complete};
use crate::postfix::{new_address, shared};
use crate::smtp::{self, Envelope};

#[test]
fn rules_tell_users_from_strangers() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let policy = format!(
        "[policy]\nown_domains = [\"example.org\"]\n\
         [[policy.rules]]\nfindings = [\"{PROGRAM}\"]\naction = \"reject\"\nauthenticated = false\ndirection = \"inbound\"\n\
         [[policy.rules]]\nfindings = [\"{PROGRAM}\"]\naction = \"tempfail\"\ndirection = \"outbound\"\nreply = \"Ask {{reference}}, {{id}}\"\n"
    );
    let daemon = Daemon::start_with(&lane.milter, &policy, &[]);
    let envelope = |domain: &str| Envelope::to(&new_address().replace("example.com", domain));
    let message = with_program("origins.rules");

    let error = from_afar(lane.smtp_port, None).send(&envelope("example.org"), &message).unwrap_err().to_string();
    assert!(error.contains("550 5.7.1 Mail not accepted. "), "{error}");
    let error =
        from_afar(lane.smtp_port, Some("anna")).send(&envelope("example.com"), &message).unwrap_err().to_string();
    assert!(error.contains("451 4.7.1 Ask ") && error.contains(&format!(", {PROGRAM}")), "{error}");
    // Among ourselves no rule holds.
    let among = envelope("example.org");
    from_afar(lane.smtp_port, Some("anna")).send(&among, &message).expect("it passes");
    assert_eq!(postfix.delivered(&among.to[0]).tags().len(), 1);
    let metrics = daemon.metrics();
    for direction in ["inbound", "outbound", "internal"] {
        assert_eq!(metrics.with(metric::MESSAGES, "direction", direction), 1.0, "{direction}");
    }
}

/// Postfix calls its services by its own name unless told otherwise.
#[test]
fn rules_tell_services_apart_by_the_macro() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let rule = |daemon: &str, action: &str| {
        format!("[[policy.rules]]\nfindings = [\"{PROGRAM}\"]\naction = \"{action}\"\ndaemons = [\"{daemon}\"]\n")
    };
    let policy = rule("submission", "reject") + &rule("mx.example.org", "tempfail");
    let _daemon = Daemon::start_with(&lane.milter, &policy, &[]);
    let message = with_program("origins.service");
    let error = smtp::send(lane.smtp_port, &Envelope::to(&new_address()), &message).unwrap_err().to_string();
    assert!(error.contains("451 4.7.1 "), "{error}");
}

#[test]
fn held_mail_is_released_and_not_held_again() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start_with(&lane.milter, "[policy]\nquarantine = [\"name-*\"]\n", &[]);
    let recipient = new_address();
    let message = with_program("origins.held");
    let reply = smtp::send(lane.smtp_port, &Envelope::to(&recipient), &message).expect("it is taken");
    let queue_id = reply.trim().rsplit(' ').next().unwrap().to_owned();
    let held = |queue_id: &str| postfix.queue().into_iter().find(|mail| mail["queue_id"] == queue_id);
    assert_eq!(held(&queue_id).expect("it is in the queue")["queue_name"], "hold");
    assert!(postfix.delivered_now(&recipient).is_empty());

    postfix.release(&queue_id);
    let delivered = postfix.delivered(&recipient);
    assert_unaltered(&delivered, &message);
    assert!(delivered.tag().get("findings").contains(PROGRAM));
    assert!(held(&queue_id).is_none(), "it is held again");
    assert_eq!(daemon.metrics().with(VERDICTS, "action", "quarantine"), 1.0);
}

#[test]
fn who_is_skipped_passes_as_if_there_were_no_milter() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let policy = format!("[policy]\nreject = [\"{PROGRAM}\"]\nskip = [\"local\", \"192.0.2.0/24\"]\n");
    let daemon = Daemon::start_with(&lane.milter, &policy, &[]);
    let recipient = new_address();
    let mut message = b"X-Mailgauge: v=1; of=another-server\r\n".to_vec();
    message.extend(with_program("origins.skip"));
    smtp::send(lane.smtp_port, &Envelope::to(&recipient), &message).expect("it passes");
    assert_eq!(postfix.delivered(&recipient).tags(), ["v=1; of=another-server"]);
    let metrics = daemon.metrics();
    assert_eq!((metrics.sum("mailgauge_messages_skipped_total"), metrics.sum(metric::MESSAGES)), (1.0, 0.0));
    // Others are not.
    from_afar(lane.smtp_port, None).send(&Envelope::to(&recipient), &message).unwrap_err();
}

/// The test is the content filter: it takes what was delivered and hands it back from this machine.
#[test]
fn a_mail_that_a_filter_hands_back_keeps_its_direction_and_gets_one_tag() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let policy = format!(
        "[policy]\nown_domains = [\"example.com\"]\n\
         [[policy.rules]]\nfindings = [\"{PROGRAM}\"]\naction = \"quarantine\"\ndirection = \"internal\"\n"
    );
    let daemon = Daemon::start_with(&lane.milter, &policy, &[]);
    let (first, second) = (new_address(), new_address());
    let from = |to: &str| Envelope { from: "shop@example.net".into(), ..Envelope::to(to) };
    from_afar(lane.smtp_port, None).send(&from(&first), &with_program("origins.filter")).expect("it passes");
    let delivered = postfix.delivered(&first);
    let mut again: Vec<u8> = delivered.fields.concat();
    again.extend_from_slice(b"\r\n");
    again.extend_from_slice(&delivered.body);

    smtp::send(lane.smtp_port, &from(&second), &again).expect("it passes");
    let tag = postfix.delivered(&second).tag();
    assert_ne!(tag.get("ref"), delivered.tag().get("ref"));
    let metrics = daemon.metrics();
    assert_eq!(metrics.with(metric::MESSAGES, "direction", "inbound"), 2.0);
    assert_eq!(metrics.sum(metric::FORGED), 1.0);
    // The delivery report of a server of ours is ours.
    let report = Envelope { from: String::new(), ..Envelope::to(&new_address()) };
    smtp::send(lane.smtp_port, &report, &complete("origins.report", "\nIt did not arrive.\n")).expect("it passes");
    assert_eq!(daemon.metrics().with(metric::MESSAGES, "direction", "internal"), 1.0);
}
