//! Limits of other systems: told before the mail is sent where its size is declared, and at its end otherwise.

use super::{VERDICTS, from_afar, told_of};
use crate::postfix::daemon::{Daemon, metric};
use crate::postfix::delivery::with_attachment;
use crate::postfix::{PrivatePostfix, new_address, shared};
use crate::smtp::stuffed;

const POLICY: &str = "[policy]\nreject = [\"size-exceeds-destination-limit\"]\n\
    [policy.destination_limits]\n\"small.example\" = \"1 MiB\"\n\"smaller.example\" = \"500 KB of files\"\n";

/// An address at a domain with a limit.
fn at(domain: &str) -> String {
    new_address().replace("example.com", domain)
}

fn reference_in(reply: &str) -> String {
    reply.split("quote ").nth(1).unwrap_or_else(|| panic!("no reference in {reply}"))[..14].to_owned()
}

fn start(postfix: &PrivatePostfix) -> (Daemon, u16) {
    let lane = postfix.tcp_lane();
    (Daemon::start_with(&lane.milter, POLICY, &[]), lane.smtp_port)
}

#[test]
fn one_recipient_is_refused_before_the_upload_and_the_other_gets_the_mail() {
    let Some(postfix) = shared() else { return };
    let (daemon, port) = start(postfix);
    let message = with_attachment("destinations.early", 1_500_000);
    let (large, small) = (new_address(), at("small.example"));
    let mut session = from_afar(port, None);
    session.command(&format!("MAIL FROM:<a@example.net> SIZE={}", message.len()), '2').unwrap();
    session.command(&format!("RCPT TO:<{large}>"), '2').unwrap();
    let reply = session.command(&format!("RCPT TO:<{small}>"), '5').map_err(|e| e.to_string()).unwrap();
    assert!(reply.starts_with("552 5.3.4 "), "{reply}");
    assert!(reply.contains("Mail not accepted. Larger than the recipient's server accepts (size-exceeds-destination-limit): 2.0 MiB on the wire, limit 1.0 MiB, which is "), "{reply}");
    session.command("DATA", '3').unwrap();
    session.write(&stuffed(&message)).unwrap();
    session.expect('2').unwrap();
    session.quit().unwrap();

    let tag = postfix.delivered(&large).tag();
    assert!(!format!("{tag:?}").contains("destination"), "the recipient who has it has no trouble: {tag:?}");
    assert!(postfix.delivered_now(&small).is_empty());
    // The reference leads to the one record, which tells of both.
    assert_eq!(tag.get("ref"), reference_in(&reply));
    let said = told_of(&daemon, tag.get("ref"));
    assert!(said.contains("Before it was sent, 1 recipient was refused, whose server takes at most 1.0 MB"), "{said}");
    let metrics = daemon.metrics();
    assert_eq!(metrics.sum("mailgauge_recipients_refused_total"), 1.0);
    assert_eq!(metrics.with(VERDICTS, "action", "tag"), 1.0);
    assert_eq!(metrics.sum(metric::ERRORS), 0.0);
}

#[test]
fn a_mail_whose_recipients_are_all_refused_has_a_record() {
    let Some(postfix) = shared() else { return };
    let (daemon, port) = start(postfix);
    let mut references = Vec::new();
    for ending in ["RSET", "QUIT"] {
        let mut session = from_afar(port, None);
        session.command("MAIL FROM:<a@example.net> SIZE=3000000", '2').unwrap();
        let reply = session.command(&format!("RCPT TO:<{}>", at("smaller.example")), '5').unwrap();
        assert!(reply.contains("limit 668.2 KiB, which is 488.3 KiB of files"), "{reply}");
        references.push(reference_in(&reply));
        session.command(ending, '2').unwrap();
    }
    for reference in references {
        let said = told_of(&daemon, &reference);
        assert!(said.contains("We refused it before it was sent, for the size that was announced"), "{said}");
        assert!(said.contains("whose server takes at most 684 kB"), "{said}");
        assert!(said.contains("3.0 MB</strong> <span class=\"soft\">announced, and not sent"), "{said}");
    }
    // No mail was measured, and none broke off.
    let metrics = daemon.metrics();
    assert_eq!((metrics.sum(metric::MESSAGES), metrics.sum(metric::ABORTED)), (0.0, 0.0));
    assert_eq!(metrics.with(metric::FINDINGS, "id", "size-exceeds-destination-limit"), 2.0);
    assert_eq!(metrics.with(VERDICTS, "action", "reject"), 2.0);
}

#[test]
fn without_a_declared_size_the_end_of_the_mail_says_whom_it_concerns() {
    let Some(postfix) = shared() else { return };
    let (daemon, port) = start(postfix);
    let message = with_attachment("destinations.late", 1_500_000);
    let (large, small) = (new_address(), at("small.example"));
    let mut session = from_afar(port, Some("anna"));
    session.command("MAIL FROM:<a@example.org>", '2').unwrap();
    for recipient in [&large, &small] {
        session.command(&format!("RCPT TO:<{recipient}>"), '2').unwrap();
    }
    session.command("DATA", '3').unwrap();
    session.write(&stuffed(&message)).unwrap();
    let reply = session.expect('5').unwrap();
    let said = "552 5.3.4 Mail not accepted for 1 of 2 recipients. Larger than the recipient's server accepts \
        (size-exceeds-destination-limit): 2.0 MiB on the wire with 1.4 MiB of files, limit 1.0 MiB, which is 748.3 KiB of files. ";
    assert!(reply.starts_with(said), "{reply}");
    session.quit().unwrap();
    let page = told_of(&daemon, &reference_in(&reply));
    assert!(page.contains("Too large for 1 recipient, whose server takes at most 1.0 MB"), "{page}");
    assert!(postfix.delivered_now(&large).is_empty() && postfix.delivered_now(&small).is_empty());
}

/// What comes from this machine may be mail of the `sendmail` command, which has nobody to hear it at RCPT.
#[test]
fn recipients_of_this_machine_are_not_refused_early() {
    let Some(postfix) = shared() else { return };
    let (daemon, port) = start(postfix);
    let mut session = crate::smtp::Session::open(port).unwrap();
    session.command("MAIL FROM:<a@example.org> SIZE=3000000", '2').unwrap();
    session.command(&format!("RCPT TO:<{}>", at("small.example")), '2').unwrap();
    session.command("RSET", '2').unwrap();
    session.quit().unwrap();
    assert_eq!(daemon.metrics().sum("mailgauge_recipients_refused_total"), 0.0);
}
