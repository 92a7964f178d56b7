//! `mode = "observe"`, and a policy that changes while mail flows.

use super::{PROGRAM, VERDICTS, from_afar, told_of, with_program};
use crate::postfix::daemon::{Daemon, mailgauge, metric};
use crate::postfix::delivery::complete;
use crate::postfix::{new_address, shared, through};
use crate::smtp::{self, Envelope};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

const DRY_RUN: &str = "mailgauge_dry_run_verdicts_total";

#[test]
fn who_observes_changes_nothing_and_counts_what_would_be() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon =
        Daemon::start_with(&lane.milter, &format!("[policy]\nmode = \"observe\"\nreject = [\"{PROGRAM}\"]\n"), &[]);
    // Not even a forged tag goes.
    let mut forged = b"X-Mailgauge: v=1; level=clean\r\n".to_vec();
    forged.extend(with_program("trial.observe"));
    assert_eq!(through(postfix, lane.smtp_port, &forged).tags(), ["v=1; level=clean"]);
    assert!(through(postfix, lane.smtp_port, &complete("trial.clean", "\nHello.\n")).tags().is_empty());
    let metrics = daemon.metrics();
    assert_eq!(metrics.with(VERDICTS, "action", "accept"), 2.0);
    assert_eq!((metrics.with(DRY_RUN, "action", "reject"), metrics.with(DRY_RUN, "action", "tag")), (1.0, 1.0));
    assert_eq!((metrics.sum(metric::FORGED), metrics.sum(metric::MESSAGES)), (0.0, 2.0));
}

/// The level in force is the one that the tag, the metrics and the look-up show.
#[test]
fn levels_of_the_operator_are_shown_everywhere() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let level = |level: &str| format!("[policy.levels]\n\"name-*\" = \"{level}\"\n\"type-*\" = \"off\"\n");
    let daemon = Daemon::start_with(&lane.milter, &level("notice"), &[]);
    let info = |level: &str| {
        let metrics = daemon.metrics();
        let of = |(series, _): &(&String, &f64)| {
            series.starts_with("mailgauge_finding_info{")
                && series.contains(&format!("id=\"{PROGRAM}\""))
                && series.contains(&format!("level=\"{level}\""))
        };
        metrics.0.iter().filter(of).count()
    };
    assert_eq!((info("notice"), info("error")), (1, 0));
    let tag = through(postfix, lane.smtp_port, &with_program("trial.levels")).tag();
    assert_eq!(tag.get("level"), "notice");
    assert!(!tag.get("findings").contains("type-"), "{tag:?}");
    assert!(told_of(&daemon, tag.get("ref")).contains("<span class=\"badge notice\">Notice</span>"));
    assert_eq!(daemon.metrics().with(metric::MESSAGES, "level", "notice"), 1.0);

    daemon.set_policy(&level("warning"));
    assert_eq!((info("notice"), info("warning")), (0, 1));
    // What was recorded keeps the level that it had.
    assert!(told_of(&daemon, tag.get("ref")).contains("<span class=\"badge notice\">Notice</span>"));
}

#[test]
fn a_rule_on_trial_is_told_and_not_done() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let policy = format!(
        "[[policy.rules]]\nfindings = [\"{PROGRAM}\"]\naction = \"reject\"\nmode = \"observe\"\n\
         [[policy.rules]]\nfindings = [\"{PROGRAM}\"]\naction = \"quarantine\"\nauthenticated = true\n"
    );
    let daemon = Daemon::start_with(&lane.milter, &policy, &[]);
    let tag = through(postfix, lane.smtp_port, &with_program("trial.rule")).tag();
    let said = told_of(&daemon, tag.get("ref"));
    assert!(said.contains("It went on, with a line of ours in its header."), "{said}");
    assert!(said.contains("On trial only: it would have been refused for good. The reason was:"), "{said}");
    from_afar(lane.smtp_port, Some("anna")).send(&Envelope::to(&new_address()), &with_program("trial.known")).unwrap();
    let metrics = daemon.metrics();
    assert_eq!((metrics.with(VERDICTS, "action", "tag"), metrics.with(VERDICTS, "action", "quarantine")), (1.0, 1.0));
    assert_eq!(metrics.with(DRY_RUN, "action", "reject"), 2.0);
}

/// Each mail is judged by one policy, whole: it is delivered once if it was taken, and not at all if it was refused.
#[test]
fn policies_change_while_mail_flows_and_none_is_lost() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);
    let message = with_program("trial.reload");
    let (done, refused) = (AtomicBool::new(false), AtomicU32::new(0));
    let taken: Vec<String> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut taken = Vec::new();
                    while !done.load(Ordering::Relaxed) {
                        let recipient = new_address();
                        match smtp::send(lane.smtp_port, &Envelope::to(&recipient), &message) {
                            Ok(_) => taken.push(recipient),
                            Err(error) => {
                                let text = error.to_string();
                                assert!(text.contains("550 5.7.1 Mail not accepted. "), "{text}");
                                refused.fetch_add(1, Ordering::Relaxed);
                                assert!(postfix.delivered_now(&recipient).is_empty());
                            }
                        }
                    }
                    taken
                })
            })
            .collect();
        for round in 0..20 {
            let policy = if round % 2 == 0 { format!("[policy]\nreject = [\"{PROGRAM}\"]\n") } else { String::new() };
            daemon.set_policy(&policy);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        done.store(true, Ordering::Relaxed);
        senders.into_iter().flat_map(|sender| sender.join().expect("a sender")).collect()
    });
    for recipient in &taken {
        assert_eq!(postfix.delivered(recipient).tags().len(), 1);
    }
    let metrics = daemon.metrics();
    let refused = f64::from(refused.into_inner());
    assert!(refused > 0.0 && !taken.is_empty(), "{refused} refused, {} taken", taken.len());
    assert_eq!(metrics.with(VERDICTS, "action", "reject"), refused);
    assert_eq!(metrics.with(VERDICTS, "action", "tag"), taken.len() as f64);
    assert_eq!(metrics.sum(metric::ERRORS), 0.0);
}

/// The records of a running daemon, and the verbs that try another policy: over them, and over a file.
#[test]
fn another_policy_is_tried_over_records_and_files() {
    let Some(postfix) = shared() else { return };
    let lane = postfix.tcp_lane();
    let daemon = Daemon::start(&lane.milter);
    for number in 0..3 {
        through(postfix, lane.smtp_port, &with_program(&format!("trial.what-if-{number}")));
    }
    let tag = through(postfix, lane.smtp_port, &complete("trial.what-if-clean", "\nHello.\n")).tag();
    told_of(&daemon, tag.get("ref"));
    let running = std::fs::read_to_string(daemon.config()).unwrap();
    let new = daemon.directory().join("new.toml");
    let rule = format!("[[policy.rules]]\nfindings = [\"{PROGRAM}\"]\naction = \"reject\"\n");
    std::fs::write(&new, format!("{running}\n{rule}")).unwrap();
    let new = new.to_str().unwrap();

    let told = mailgauge(&["what-if", "--config", new, "--since", "1h", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap_or_else(|e| panic!("{e}: {told:?}"));
    assert_eq!(told["mails"], 4, "{told}");
    let rejected = &told["actions"][0];
    assert_eq!(
        (&rejected["action"], &rejected["mails"], &rejected["mails_at_least"], &rejected["senders"], &rejected["then"]),
        (&"reject".into(), &3.into(), &3.into(), &1.into(), &0.into())
    );
    assert_eq!((&told["findings"][0]["id"], &told["findings"][0]["rule"]), (&PROGRAM.into(), &1.into()));

    let file = daemon.directory().join("mail.eml");
    std::fs::write(&file, with_program("trial.scan")).unwrap();
    let shown = mailgauge(&["scan", "--config", new, file.to_str().unwrap()]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let policy = format!("policy: reject, because of {PROGRAM}\n    550 5.7.1 Mail not accepted. ");
    assert!(shown.contains(&policy), "{shown}");
    // What no file tells can be said.
    std::fs::write(new, format!("{running}\n{rule}direction = \"outbound\"\n")).unwrap();
    let judge = |arguments: &[&str]| {
        let arguments = [&["scan", "--format", "json", "--config", new], arguments, &[file.to_str().unwrap()]].concat();
        let told: serde_json::Value = serde_json::from_slice(&mailgauge(&arguments).stdout).unwrap();
        told["action"].as_str().unwrap().to_owned()
    };
    assert_eq!(judge(&[]), "tag");
    assert_eq!(judge(&["--direction", "outbound"]), "reject");
    assert_eq!(judge(&["--authenticated", "--to", "example.com"]), "reject");
    let wrong = mailgauge(&["scan", "--to", "no domain", file.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("--to no domain: write a domain"), "{wrong:?}");
}
