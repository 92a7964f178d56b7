//! Refusals that the operator asked for, as the SMTP client of a real Postfix sees them.

use super::{VERDICTS, told_of, with_program};
use crate::postfix::daemon::{Daemon, metric};
use crate::postfix::delivery::with_attachment;
use crate::postfix::{new_address, shared};
use crate::smtp::{self, Envelope};

#[test]
fn a_refused_mail_is_not_delivered_and_its_sender_reads_why() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start_with(&lane.milter, "[policy]\nreject = [\"name-executable-extension\"]\n", &[]);
    let (refused, passed) = (new_address(), new_address());
    let error =
        smtp::send(lane.smtp_port, &Envelope::to(&refused), &with_program("refusals.good")).unwrap_err().to_string();
    assert!(
        error.contains("550 5.7.1 Mail not accepted. ") && error.contains("(name-executable-extension)"),
        "{error}"
    );
    let reference = &error.split("quote ").nth(1).unwrap()[..14];
    // One without the finding passes, in the same session's settings.
    smtp::send(lane.smtp_port, &Envelope::to(&passed), &with_attachment("refusals.other", 100)).expect("it passes");
    assert_eq!(postfix.delivered(&passed).tags().len(), 1);
    assert!(postfix.delivered_now(&refused).is_empty(), "a refused mail was delivered");

    let metrics = daemon.metrics();
    assert_eq!(metrics.with(VERDICTS, "action", "reject"), 1.0);
    assert_eq!(metrics.with(VERDICTS, "action", "tag"), 1.0);
    assert_eq!(metrics.sum(metric::ERRORS), 0.0);
    // What the sender can quote leads to the record.
    let said = told_of(&daemon, reference);
    assert!(said.contains("We refused it for good") && said.contains("The reason was:"), "{said}");
}

#[test]
fn a_mail_that_is_refused_for_now_is_taken_once_the_policy_has_changed() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start_with(&lane.milter, "[policy]\ntempfail = [\"name-executable-extension\"]\n", &[]);
    let recipient = new_address();
    let message = with_program("refusals.now");
    let error = smtp::send(lane.smtp_port, &Envelope::to(&recipient), &message).unwrap_err().to_string();
    assert!(error.contains("451 4.7.1 Mail not accepted for now. "), "{error}");
    assert_eq!(daemon.metrics().with(VERDICTS, "action", "tempfail"), 1.0);

    daemon.set_policy("");
    smtp::send(lane.smtp_port, &Envelope::to(&recipient), &message).expect("it is taken now");
    assert_eq!(postfix.delivered(&recipient).tags().len(), 1);
}

/// What the sender of a mail from this machine reads: Postfix tells him in a mail.
#[test]
fn a_bounce_reads_well_to_a_stranger() {
    let Some(postfix) = shared() else { return };
    let milter = postfix.non_smtpd_milter();
    let _daemon = Daemon::start_with(
        &milter,
        "[policy]\nreject = [\"attachment-large\"]\n[limits]\nattachment_size = \"1 MiB\"\n",
        &[],
    );
    let (sender, recipient) = (new_address(), new_address());
    let message = String::from_utf8_lossy(&with_attachment("refusals.bounce", 2 << 20)).replace("\r\n", "\n");
    postfix.sendmail(&sender, &recipient, message.as_bytes());
    let bounce = postfix.delivered(&sender);
    let text = String::from_utf8_lossy(&bounce.body).replace("\r\n", "\n");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "Mail not accepted. A single large file (attachment-large): 2.7 MiB on the wire with 2.0 MiB of files, limit 1.0 \
        MiB. If you ask the postmaster, quote ";
    let title = mailgauge::catalogue::find("attachment-large").unwrap().title;
    assert!(words.contains(&said.replace("A single large file", title)), "{}", &text[..text.len().min(3000)]);
    assert!(text.contains("Status: 5.3.4"), "{text}");
    assert!(postfix.delivered_now(&recipient).is_empty());
}
