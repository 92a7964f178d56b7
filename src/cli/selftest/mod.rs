//! `selftest --canary`: sends a mail full of marks through the engine, and looks for them in all that it leaves behind.

mod alone;
mod mail;
pub mod marks;
mod mta;
mod running;
mod talk;

pub use mail::planted;

use super::ConfigArg;
use crate::figures::grouped;
use anyhow::{Context, bail};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The marked mail's envelope.
const SENDER: &str = "zqsenderlocal@zqsenderhost.example";
const RECIPIENT: &str = "zqrecipientlocal@example.org";

/// For which the self-test looks up; it is written into the audit log like any other.
const TICKET: &str = "SELFTEST";

#[derive(clap::Args)]
pub struct SelftestArgs {
    /// Send a mail full of marks, and look for them in the store, the logs, the metrics, the tag, the look-up and the page
    #[arg(long, required = true)]
    canary: bool,
    /// Send it through a running mail server, and search what the installation of --config leaves behind; without this, mailgauge
    /// starts one of its own in an empty directory
    #[arg(long, value_name = "HOST:PORT", requires = "to")]
    smtp: Option<String>,
    /// Where the mail server is to deliver the marked mail: a mailbox of your own
    #[arg(long, value_name = "ADDRESS", requires = "smtp")]
    to: Option<String>,
    /// The number of a ticket, of the form that the configuration asks for
    #[arg(long, value_name = "TICKET", default_value = "SELFTEST", requires = "smtp")]
    ticket: String,
    /// Log files of the running installation; without one, the journal is searched
    #[arg(long, value_name = "FILE", requires = "smtp")]
    log: Vec<PathBuf>,
    #[command(flatten)]
    config: ConfigArg,
}

/// A place that was searched.
struct Place {
    name: String,
    /// What was found there; `Err` says why it could not be searched.
    bytes: Result<Vec<u8>, String>,
}

impl Place {
    fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Place {
        Place { name: name.into(), bytes: Ok(bytes.into()) }
    }

    fn skipped(name: impl Into<String>, why: impl Into<String>) -> Place {
        Place { name: name.into(), bytes: Err(why.into()) }
    }
}

pub fn run(args: &SelftestArgs) -> anyhow::Result<ExitCode> {
    let (how, mail, places) = match (&args.smtp, &args.to) {
        (Some(smtp), Some(to)) => {
            let config = args.config.load()?;
            let mail = planted(to);
            let places = running::places(
                &config,
                &running::Way { file: args.config.config.as_deref(), smtp, to, ticket: &args.ticket, logs: &args.log },
                &mail,
            )?;
            (format!("sent through {smtp} to a running mailgauge"), mail, places)
        }
        _ => {
            let mail = planted(RECIPIENT);
            (
                "sent to a mailgauge of its own, in an empty directory, with logs at their most talkative".to_owned(),
                mail.clone(),
                alone::places(&mail)?,
            )
        }
    };
    let report = Report { how, mail: &mail, places: &places };
    io::stdout().write_all(report.text()?.as_bytes())?;
    Ok(if report.leaks() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What is told to the privacy officer.
struct Report<'a> {
    how: String,
    mail: &'a [u8],
    places: &'a [Place],
}

impl Report<'_> {
    fn leaks(&self) -> bool {
        self.places.iter().any(|place| place.bytes.as_ref().is_ok_and(|bytes| !marks::search(bytes).is_empty()))
    }

    fn text(&self) -> anyhow::Result<String> {
        let forms: Vec<_> = marks::form_names().collect();
        let mut text = format!(
            "mailgauge {} selftest --canary\n\n\
             A mail with {} different marks was {}.\n\
             They stand in its envelope, header field names and values, subject, display names, addresses, Message-ID, boundary,\n\
             parameters, file name, type, text, attachment and an attached mail. Each was looked for in {} forms: {}.\n\n",
            env!("CARGO_PKG_VERSION"),
            marks::MARKS.len(),
            self.how,
            forms.len(),
            forms.join(", "),
        );
        let in_mail = marks::search(self.mail);
        let found = marks::MARKS.iter().filter(|mark| in_mail.iter().any(|leak| leak.mark == **mark)).count();
        // The recipient's mark is in no mail that goes to a real mailbox.
        if found < marks::MARKS.len() - 1 {
            bail!("the search does not find the marks in the mail itself: this report would be worth nothing");
        }
        let forms_work = marks::examples()
            .all(|(mark, form, bytes)| marks::search(&bytes).iter().any(|leak| leak.mark == mark && leak.form == form));
        if !forms_work {
            bail!("the search does not find every form of the marks: this report would be worth nothing");
        }
        let width = self.places.iter().map(|p| p.name.chars().count()).max().unwrap_or(0).max(15);
        let line = |name: &str, bytes: usize, result: &str| {
            format!("  {name:<width$}  {:>12}  {result}\n", grouped(bytes as u64))
        };
        text.push_str(&format!("  {:<width$}  {:>12}  {}\n", "searched", "bytes", "marks found"));
        text.push_str(&line("the mail itself", self.mail.len(), &format!("{found}, so the search works")));
        for place in self.places {
            match &place.bytes {
                Ok(bytes) => {
                    let leaks = marks::search(bytes);
                    text.push_str(&line(&place.name, bytes.len(), if leaks.is_empty() { "none" } else { "FOUND" }));
                    for leak in leaks {
                        text.push_str(&format!(
                            "  {:<width$}  {:>12}  {} as {}, at byte {}\n",
                            "", "", leak.mark, leak.form, leak.at
                        ));
                    }
                }
                Err(why) => text.push_str(&format!("  {:<width$}  {:>12}  not searched: {why}\n", place.name, "")),
            }
        }
        text.push_str(if self.leaks() {
            "\nMarks were found outside of the mail. Please report this: it is a fault in mailgauge or in its set-up.\n"
        } else {
            "\nNo mark was found outside of the mail.\n"
        });
        text.push_str(
            "\nWhat this shows: nothing of this mail is in these places in these forms. What it does not show: other places (Postfix's own log\n\
             and queue, swap, backups), other forms, other mails. That no other mail can leave more is what the types of the program hold:\n\
             docs/privacy.md says how to check it.\n",
        );
        Ok(text)
    }
}

/// All files of a directory, those of its subdirectories included, as they are on the disk.
fn files_below(name: &str, directory: &std::path::Path) -> anyhow::Result<Vec<Place>> {
    let mut places = Vec::new();
    for entry in walkdir::WalkDir::new(directory).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot read {}", directory.display()))?;
        if entry.file_type().is_file() {
            let inside = entry.path().strip_prefix(directory).unwrap_or(entry.path()).display().to_string();
            places.push(Place::new(format!("{name}{inside}"), std::fs::read(entry.path())?));
        }
    }
    Ok(places)
}
