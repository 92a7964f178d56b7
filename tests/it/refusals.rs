//! Refusals that the operator asked for, as the SMTP client of a real Postfix sees them.

use crate::lookup::fill_in;
use crate::postfix::daemon::{Daemon, metric};
use crate::postfix::delivery::{complete, with_attachment};
use crate::postfix::{new_address, shared};
use crate::smtp::{self, Envelope};
use std::time::{Duration, Instant};

/// What takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(20);

const VERDICTS: &str = "mailgauge_verdicts_total";

/// A mail with a program in it.
fn with_program(subject: &str) -> Vec<u8> {
    complete(
        subject,
        "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"setup.exe\"\n\
         Content-Transfer-Encoding: base64\n\nTVqQAAMAAAAEAAAA\n",
    )
}

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
    let deadline = Instant::now() + PATIENCE;
    while !fill_in(&daemon, &[("ticket", "T-1"), ("reference", reference)]).1.contains("We refused it for good") {
        assert!(Instant::now() < deadline, "there is no record of the refused mail {reference}");
        std::thread::sleep(Duration::from_millis(50));
    }
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

    let text = std::fs::read_to_string(daemon.config()).unwrap().replace("tempfail = ", "quarantine = []\n# ");
    std::fs::write(daemon.config(), text).unwrap();
    daemon.reload();
    let deadline = Instant::now() + PATIENCE;
    while daemon.metrics().with("mailgauge_config_reloads_total", "result", "success") == 0.0 {
        assert!(Instant::now() < deadline, "the configuration is not read again");
        std::thread::sleep(Duration::from_millis(20));
    }
    smtp::send(lane.smtp_port, &Envelope::to(&recipient), &message).expect("it is taken now");
    assert_eq!(postfix.delivered(&recipient).tags().len(), 1);
}
