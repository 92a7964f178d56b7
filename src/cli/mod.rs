//! The command line: `run` and the offline verbs. The only room that reads argv, prints, and decides on exit codes.

mod audit;
mod check_config;
mod daemon;
mod desk;
pub mod docs;
mod findings;
mod journald;
mod keeping;
pub mod keys;
mod logging;
mod lookup;
mod metrics;
mod notify;
mod office;
mod outlet;
pub mod redact;
mod scan;
pub mod selftest;
mod sockets;
mod store;
mod terminal;
mod what_if;

use crate::config::{Config, ConfigError};
use clap::{Parser, Subcommand, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a verb could not do; `0` and `1` are answers.
const COULD_NOT: u8 = 2;

/// `EX_CONFIG` of sysexits.h: `run` was told something wrong, and starting it again would not help.
const MISCONFIGURED: u8 = 78;

/// What shells make of SIGINT.
const INTERRUPTED: u8 = 130;

/// Measures every mail on its way through Postfix, without keeping a word of it.
#[derive(Parser)]
#[command(name = "mailgauge", version, arg_required_else_help = true, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "Exit codes: 0 all is well, 1 `scan` found something at or above --fail-on, `audit verify` a changed log, or \
    `selftest` a mark, 2 it could not do its work, \
    78 `run` has a wrong configuration or log level, which does not go away by itself, 130 Ctrl-C ended `scan` early.";

#[derive(Subcommand)]
enum Verb {
    /// Run the milter
    ///
    /// Needs no configuration: Postfix connects to inet:127.0.0.1:10724, metrics are on http://127.0.0.1:10725/metrics.
    ///
    /// SIGTERM and SIGINT let open mails finish, then end; a second one ends at once. SIGHUP reads the configuration file again.
    /// systemd is told when mailgauge is ready, reloads and stops; sockets may come from a .socket unit
    /// (FileDescriptorName=http for the metrics, any other name for Postfix). Where the metrics cannot be served, mail is taken all the same.
    Run(RunArgs),
    /// Say what is wrong with a configuration file, or print the configuration that holds
    ///
    /// What is printed is a configuration file itself. Behind its keys stands, as remarks, what each finding leads to: its level, what is done with a
    /// mail that has it, and which line says so.
    CheckConfig(ConfigArg),
    /// Measure message files, mailboxes and directories with the engine of the milter
    ///
    /// Prints sizes, parts and findings, and never a word of the mail; with --config, what that policy would do with it. Line ends may be LF or
    /// CRLF.
    ///
    /// A file that begins with a `From ` line is a mailbox (mbox): its messages are cut at `From ` lines with a date behind an empty
    /// line, lose the `>` of quoted ones, and are called FILE#1, FILE#2... Of a directory, all files are read that are not
    /// hidden, in the order in which the directory has them, those of subdirectories included; of a Maildir, what is in cur and
    /// new, and its folders. Nothing is read as a whole: mailboxes and directories may be of any size.
    ///
    /// What cannot be read is told on stderr, the rest goes on, and the exit code is 2. Ctrl-C ends early with a summary of what was
    /// scanned by then, and the exit code 130.
    Scan(ScanArgs),
    /// Show what another policy would have done with the mails of the last days, from their records
    ///
    /// Needs a store with records, the one of the configuration file. Nothing is changed, and nobody is named: mails and senders are counted.
    WhatIf(WhatIfArgs),
    /// Write a copy of a message that may be shown to others: nothing of what it says, and the same findings
    ///
    /// Every byte keeps its place: words become other letters of the same length, numbers other numbers, and files lose their
    /// content and keep their structure. What stays: names of known header fields, dates of header fields, media types,
    /// encodings, charsets, known file extensions, tags of HTML, lengths of words and lines, sizes.
    ///
    /// Digits stay in dates of header fields; in fields and parameters that hold keywords and numbers, like X-Priority,
    /// Content-Length and size; in types and transfer encodings; in names of charsets, tags and known file extensions; in file names that
    /// are those of devices or like ATT00001; in the frames of uuencode and yEnc; and in the structure of files, as sizes of
    /// pictures and numbers of a PDF. All others are covered.
    ///
    /// It is refused, with exit code 2 and nothing written, if the copy would not have the same findings and parts, or if a word
    /// of more than three letters would be left that is not of a format or protocol. That check is of words only: no digit and
    /// no shorter word is looked for. Look at the copy all the same before you give it away.
    Redact(RedactArgs),
    /// Show that nothing of a mail is left behind: for the privacy officer
    ///
    /// Sends a mail full of marked words and looks for them in everything that mailgauge writes and shows: store, log, metrics, tag, page
    /// and look-up, in plain text and in the usual encodings. Prints what was searched and what was found. The exit code is 1 if a mark
    /// was found.
    Selftest(selftest::SelftestArgs),
    /// Find what happened to a mail: one exact question, for one ticket
    ///
    /// Answers from the records of the last days, and never with a word of a mail. An address or Message-ID must be the whole one; in
    /// an address, case and what stands behind a `+` make no difference. At most 50 mails are shown, the newest first.
    ///
    /// Each look is written into the audit log before anything is shown: who (SUDO_USER, or else the user of this process), when, and
    /// for which ticket. Without a ticket, and if it cannot be written down, nothing is shown, and the exit code is 2.
    ///
    /// Arguments are seen by everybody on this machine (`ps`): write - for an address or Message-ID, and it is read from standard
    /// input, a line each, in the order --message-id, --recipient, --sender.
    Lookup(LookupArgs),
    /// See how the records are doing, forget, erase or hand out
    #[command(subcommand)]
    Store(StoreVerb),
    /// List the keys that make tokens of addresses, make a new one, destroy one
    #[command(subcommand)]
    Keys(KeysVerb),
    /// Read the audit log, or check that it is as it was written
    #[command(subcommand)]
    Audit(AuditVerb),
    /// List every finding
    List(ListArgs),
    /// Explain a finding: what it means, what to tell the user, who has to fix it
    Explain(ExplainArgs),
    /// List every metric: name, labels, type, unit and meaning
    Metrics(ListArgs),
    /// Write the generated documents
    #[command(hide = true)]
    Docs(DocsArgs),
}

#[derive(clap::Args)]
struct ConfigArg {
    /// Configuration file (TOML); without it, the defaults hold
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigArg {
    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(self.config.as_deref())
    }
}

#[derive(clap::Args)]
struct RunArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// How much to log: error, warn, info, debug, or directives such as mailgauge=debug. Goes before RUST_LOG, which goes before the configuration
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

#[derive(clap::Args)]
struct ScanArgs {
    /// Message files, mailboxes, directories, Maildirs; - reads standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// text for people; json: one object a message, one message a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Only add up: how many messages have which finding, sizes, speed; with --format json, one object
    #[arg(long)]
    summary: bool,
    /// Exit with 1 if a finding has this level or a higher one
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = scan::FailOn::Warning)]
    fail_on: scan::FailOn,
    /// Messages that are scanned at once; as many as there are processors, if not given. The output keeps the order of the input
    #[arg(long, value_name = "N")]
    jobs: Option<std::num::NonZero<usize>>,
    /// No progress on stderr, which shows only if that is a terminal
    #[arg(short, long)]
    quiet: bool,
    /// Judge by the policy as if the mail went this way
    #[arg(long, value_enum, value_name = "WAY", help_heading = "What no file tells")]
    direction: Option<scan::Way>,
    /// As if it were for a recipient of this domain; may be given several times
    #[arg(long, value_name = "DOMAIN", help_heading = "What no file tells")]
    to: Vec<String>,
    /// As if a client of this IP address had sent it
    #[arg(long, value_name = "ADDRESS", help_heading = "What no file tells")]
    client: Option<std::net::IpAddr>,
    /// As if the client had authenticated
    #[arg(long, help_heading = "What no file tells")]
    authenticated: bool,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Args)]
struct WhatIfArgs {
    /// How far back: 48h, 7d; as long as records are kept, if not given
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// text for people; json: one object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Args)]
struct RedactArgs {
    /// A message file of at most 128 MiB; - reads standard input
    file: PathBuf,
    /// Where to write the copy; standard output, if not given
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("question").required(true).multiple(true)))]
struct LookupArgs {
    /// The number of the ticket for which you look; what it looks like is `ticket` of [lookup] in the configuration
    #[arg(long, value_name = "TICKET", default_value = "", hide_default_value = true)]
    ticket: String,
    /// The reference in the mail, as 7K3M-9QTX-2HDC
    #[arg(long, group = "question", conflicts_with_all = ["queue_id", "message_id", "recipient", "sender"])]
    reference: Option<String>,
    /// Postfix's queue ID
    #[arg(long, group = "question", value_name = "ID", conflicts_with_all = ["message_id", "recipient", "sender"])]
    queue_id: Option<String>,
    /// The Message-ID; - reads it from standard input
    #[arg(long, group = "question", value_name = "ID", conflicts_with_all = ["recipient", "sender"])]
    message_id: Option<String>,
    /// The recipient's address, as the envelope had it; - reads it from standard input
    #[arg(long, group = "question", value_name = "ADDRESS")]
    recipient: Option<String>,
    /// The sender's address, as the envelope had it; - reads it from standard input
    #[arg(long, group = "question", value_name = "ADDRESS")]
    sender: Option<String>,
    /// How far back: 48h, 7d; `window` of [lookup], if not given, and at most as long as records are kept
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// text for people; json: one object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The language of the text
    #[arg(long, value_enum, default_value_t = lookup::Tongue::En)]
    language: lookup::Tongue,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Subcommand)]
enum StoreVerb {
    /// Count records, rows of the audit log, and bytes
    Stats(ConfigArg),
    /// Forget now what is past retention: records, rows of the audit log, keys
    ///
    /// `mailgauge run` does this by itself, in small steps.
    Prune {
        /// Even if the clock has gone on by more than the retention since the store was last in use
        #[arg(long)]
        yes: bool,
        /// Forget what a clock that was ahead has dated later than tomorrow, as well: records and keys. Only if this machine's clock is right
        #[arg(long)]
        ahead: bool,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Erase all records of an address (GDPR Art. 17)
    ///
    /// Of mails from it and to it, in all of the store. The record of a mail with several recipients goes as a whole.
    Erase {
        #[command(flatten)]
        subject: SubjectArgs,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Write out all records of an address (GDPR Art. 15)
    ///
    /// Of mails from it and to it, in all of the store.
    Export {
        #[command(flatten)]
        subject: SubjectArgs,
        /// json: one object, as `lookup` has it; text for people
        #[arg(long, value_enum, default_value_t = Format::Json)]
        format: Format,
    },
}

#[derive(clap::Args)]
struct SubjectArgs {
    /// The address. Arguments are seen by everybody on this machine (`ps`): - reads it from standard input
    #[arg(long)]
    address: String,
    /// The number of the ticket for which this is done
    #[arg(long, value_name = "TICKET", default_value = "", hide_default_value = true)]
    ticket: String,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Subcommand)]
enum KeysVerb {
    /// Show id, time, state and file of each key, and when it will be destroyed
    List(ConfigArg),
    /// Make a new key, which is used from now on
    ///
    /// Records so far keep being found by the keys before it. A running mailgauge uses it within a minute, or at once after
    /// `systemctl reload mailgauge`.
    Rotate(ConfigArg),
    /// Destroy a key before its time
    ///
    /// Records of its time can no longer be found by address or Message-ID, by anybody; reference and queue ID still work. What file
    /// systems, flash memory and backups hold of older copies is not reached. A running mailgauge forgets the key within a minute,
    /// or at once after `systemctl reload mailgauge`.
    Destroy {
        /// As `mailgauge keys list` shows it
        id: String,
        /// Do it
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        config: ConfigArg,
    },
}

#[derive(Subcommand)]
enum AuditVerb {
    /// Show who did what, when, and for which ticket
    ///
    /// Reading the log is written into it, too.
    List {
        /// How far back
        #[arg(long, value_name = "TIME", default_value = "7d")]
        since: String,
        /// Of this worker only
        #[arg(long, value_name = "NAME")]
        worker: Option<String>,
        /// text for people; json: one array
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Check that no row is missing and none was changed
    ///
    /// Prints the number and the seal of the last row. Note them down elsewhere: an older copy of the whole log that was put back shows
    /// only in comparison. systemd's journal has them of each row. The exit code is 1 if the log is not as it was written.
    Verify {
        /// Number and seal of a row that were noted down: that row must be there with that seal
        #[arg(long, value_name = "ROW:SEAL")]
        expect: Option<String>,
        #[command(flatten)]
        config: ConfigArg,
    },
}

#[derive(clap::Args)]
struct ListArgs {
    /// text for people; json: one array
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(clap::Args)]
struct ExplainArgs {
    /// Ids of findings, as the X-Mailgauge header field and `mailgauge list` show them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

#[derive(clap::Args)]
struct DocsArgs {
    /// The root of the repository
    #[arg(default_value = ".")]
    dir: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Reads the arguments of this process, does what they say, and answers with the exit code.
pub fn main() -> ExitCode {
    crate::report::install_panic_hook();
    let done = match Cli::parse().verb {
        Verb::Run(args) => daemon::run(&args),
        Verb::CheckConfig(args) => check_config::run(&args),
        Verb::Scan(args) => scan::run(&args),
        Verb::WhatIf(args) => what_if::run(&args),
        Verb::Redact(args) => redact::run(&args),
        Verb::Selftest(args) => selftest::run(&args),
        Verb::Lookup(args) => lookup::run(&args),
        Verb::Store(verb) => store::run(&verb),
        Verb::Keys(verb) => keys::run(&verb),
        Verb::Audit(verb) => audit::run(&verb),
        Verb::List(args) => findings::list(args.format),
        Verb::Explain(args) => findings::explain(&args.ids),
        Verb::Metrics(args) => metrics::list(args.format),
        Verb::Docs(args) => docs::write(&args.dir),
    };
    match done {
        Ok(code) => code,
        // The reader of our output has seen enough: `mailgauge list | head -3`.
        Err(e) if e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(e) => {
            complain(&format!("{e:#}"));
            ExitCode::from(COULD_NOT)
        }
    }
}

/// Says on stderr what could not be done.
fn complain(text: &str) {
    // Where even stderr is gone, there is nobody to tell.
    let _ = writeln!(io::stderr(), "mailgauge: {text}");
}
