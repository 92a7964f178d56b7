//! No file descriptors left: the daemon stays up, and takes mail again as soon as there are some.

use crate::daemon::Daemon;
use indymilter_test::{Status, TestConnection};
use mailgauge::Settings;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

const ACCEPT_ERRORS: &str = r#"mailgauge_internal_errors_total{kind="accept"}"#;

/// The daemon in a process of its own, for a limit is that of a process. Ends with its standard input.
#[tokio::test]
#[ignore = "started by the test below"]
async fn daemon_with_few_descriptors() {
    let daemon = Daemon::start(Settings::default()).await;
    println!("\nPORT {}", daemon.tcp.port());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    println!("\nACCEPT ERRORS {}", daemon.metric(ACCEPT_ERRORS));
    daemon.stopped().await;
}

#[tokio::test]
async fn running_out_of_descriptors_is_survived() {
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(
            "ulimit -n 48 && exec \"$0\" --ignored --exact --nocapture milter_descriptors::daemon_with_few_descriptors",
        )
        .arg(std::env::current_exe().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut said = move |what: &str| -> u32 {
        let line = output.find_map(|line| Some(line.strip_prefix(what)?.trim().to_owned()));
        line.expect("the daemon says so").parse().unwrap()
    };
    let address = SocketAddr::from(([127, 0, 0, 1], u16::try_from(said("PORT")).unwrap()));

    let crowd: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(address).unwrap()).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(crowd);
    let mut mta = TestConnection::configure()
        .read_timeout(Duration::from_secs(10))
        .open_tcp(address)
        .await
        .expect("a session after the crowd has gone");
    mta.connect("client.example", [192, 0, 2, 7]).await.unwrap();
    mta.mail(["<a@example.org>"]).await.unwrap();
    mta.rcpt(["<b@example.org>"]).await.unwrap();
    mta.data().await.unwrap();
    mta.header("Subject", "x").await.unwrap();
    mta.eoh().await.unwrap();
    let (actions, status) = mta.eom().await.unwrap();
    assert_eq!((actions.actions.len(), status), (1, Status::Accept));
    mta.close().await.unwrap();

    drop(child.stdin.take());
    assert!(said("ACCEPT ERRORS") > 0, "there were descriptors enough");
    assert!(child.wait().unwrap().success());
}
