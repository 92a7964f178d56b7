//! What an operator can have done with mails, as the clients of a real Postfix see it.

mod destinations;
mod origins;
mod profiles;
mod refusals;
mod trial;

use crate::lookup::fill_in;
use crate::postfix::daemon::Daemon;
use crate::postfix::delivery::complete;
use crate::smtp::Session;
use std::time::{Duration, Instant};

/// What takes longer has hung.
const PATIENCE: Duration = Duration::from_secs(20);

const VERDICTS: &str = "mailgauge_verdicts_total";

/// The finding of `with_program`.
const PROGRAM: &str = "name-executable-extension";

/// A mail with a program in it.
fn with_program(subject: &str) -> Vec<u8> {
    complete(
        subject,
        "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"setup.exe\"\n\
         Content-Transfer-Encoding: base64\n\nTVqQAAMAAAAEAAAA\n",
    )
}

/// A session that Postfix takes to come from another machine, or from a user who has authenticated.
fn from_afar(port: u16, login: Option<&str>) -> Session {
    let mut session = Session::open(port).expect("Postfix answers");
    let login = login.map_or_else(String::new, |name| format!(" LOGIN={name}"));
    session.command(&format!("XCLIENT NAME=mail.example.net ADDR=198.51.100.7{login}"), '2').expect("XCLIENT");
    session.command("EHLO mail.example.net", '2').expect("EHLO");
    session
}

/// What the page tells of the mail with this reference, once its record is there.
fn told_of(daemon: &Daemon, reference: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (_, page) = fill_in(daemon, &[("ticket", "T-1"), ("reference", reference)]);
        if page.contains(&format!("id=\"mail-{reference}\"")) {
            return page;
        }
        assert!(Instant::now() < deadline, "there is no record of {reference}: {page}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
