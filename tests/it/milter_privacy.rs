//! No word of a mail in any log, at any level, nor in a metric or a tag.

use crate::daemon::{Daemon, Log};
use indymilter_test::{EomAction, MacroStage};
use mailgauge::Settings;
use tracing::level_filters::LevelFilter;

/// Different ones, so that a leak says where it comes from.
const CANARIES: [&str; 11] = [
    "canaryhelo",
    "canarysender",
    "canaryparam",
    "canarylogin",
    "canarysubject",
    "canaryname",
    "canaryfile",
    "canarybody",
    "canaryhost",
    "canaryid",
    "canaryrecipient",
];

/// indymilter logs each frame at TRACE: that is compiled out.
#[tokio::test]
async fn no_canary_is_seen_again() {
    assert_eq!(tracing::level_filters::STATIC_MAX_LEVEL, LevelFilter::DEBUG);
    let daemon = Daemon::start(Settings::default()).await;
    let mut mta = daemon.connect().await;
    mta.connect("canaryhost.example", [192, 0, 2, 77]).await.unwrap();
    let mut tags = String::new();
    for ended in ["measured", "aborted", "broken"] {
        mta.macros(
            MacroStage::Mail,
            [("{auth_type}", "PLAIN"), ("{auth_authen}", "canarylogin"), ("{mail_addr}", "canarysender")],
        )
        .await
        .unwrap();
        mta.mail(["<canarysender@example.org>", "ENVID=canaryparam", "SIZE=canaryparam"]).await.unwrap();
        mta.rcpt(["<canaryrecipient@example.org>"]).await.unwrap();
        mta.macros(MacroStage::Data, [("i", "4Privacy1k2Jz9"), ("{rcpt_addr}", "canaryrecipient")]).await.unwrap();
        mta.data().await.unwrap();
        mta.header("From", "\"canaryname\" <canarysender@example.org>").await.unwrap();
        mta.header("Subject", "canarysubject").await.unwrap();
        mta.header("Message-ID", "<canaryid@example.org>").await.unwrap();
        mta.header("X-canaryname", "canarybody").await.unwrap();
        mta.header("MIME-Version", "1.0").await.unwrap();
        mta.header("Content-Type", "multipart/mixed; boundary=canaryparam").await.unwrap();
        mta.eoh().await.unwrap();
        mta.body(
            "--canaryparam\r\nContent-Type: application/canaryname\r\nContent-Disposition: attachment; filename=canaryfile.canaryfile\r\n\r\n\
             canarybody\r\n--canaryparam--\r\n",
        )
        .await
        .unwrap();
        match ended {
            "measured" => {
                for action in mta.eom().await.unwrap().0.actions {
                    if let EomAction::InsertHeader { value, .. } = action {
                        tags.push_str(value.to_str().unwrap());
                    }
                }
            }
            "aborted" => mta.abort().await.unwrap(),
            _ => break,
        }
    }
    drop(mta);
    daemon.until("mailgauge_sessions_open", 0.0).await;
    let metrics = daemon.metrics();
    daemon.stopped().await;

    let log = Log::global().text();
    let lines: Vec<&str> = log.lines().filter(|l| l.contains("4Privacy1k2Jz9")).collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines.iter().all(|l| l.contains("mailgauge::mail")));
    assert_eq!(lines.iter().filter(|l| l.contains("aborted")).count(), 2);
    assert!(!log.contains("TRACE"), "{log}");
    assert!(!tags.is_empty());
    for canary in CANARIES {
        assert!(!log.to_lowercase().contains(canary), "{canary} is in the log:\n{log}");
        assert!(!metrics.to_lowercase().contains(canary), "{canary} is in a metric");
        assert!(!tags.to_lowercase().contains(canary), "{canary} is in a tag");
    }
    for address in ["192.0.2.77", "PLAIN"] {
        assert!(!log.contains(address) && !metrics.contains(address), "{address} is kept");
    }
}

#[test]
fn a_panic_is_told_by_its_location_alone() {
    let log = Log::global();
    let standard = std::panic::take_hook();
    mailgauge::report::install_panic_hook();
    let caught = std::panic::catch_unwind(|| panic!("canarypanic"));
    std::panic::set_hook(standard);
    assert!(caught.is_err());
    let log = log.text();
    assert!(log.contains("mailgauge::panic") && log.contains("milter_privacy.rs"), "{log}");
    assert!(!log.contains("canarypanic"));
}
