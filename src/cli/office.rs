//! What the verbs of keys, store, audit log and look-up share: who asks, with which keys, of which store.

use super::outlet::Outlet;
use super::{ConfigArg, complain, logging, store};
use crate::config::{Config, parse_duration};
use crate::pseudonym::{Address, KeyFiles, Keyring};
use crate::store::Subject;
use crate::store::audit::{Chain, Deed, Entry, Role, Via};
use crate::store::desk::{Desk, Worker};
use crate::store::{Location, Store};
use anyhow::{Context, ensure};
use std::io::BufRead;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes of a worker's name at most.
const NAME: usize = 64;

/// Bytes of an argument at most that is read from standard input.
const LINE: u64 = 4096;

/// Whoever has the keys and the store, at the command line.
pub struct Office {
    pub config: Config,
    pub files: KeyFiles,
    pub desk: Desk,
    pub worker: Worker,
    /// Seconds since the epoch.
    pub now: i64,
    log: Option<Outlet>,
}

impl Office {
    /// Reads configuration and keys. The store is opened when it is needed.
    pub fn new(args: &ConfigArg) -> anyhow::Result<Office> {
        let config = args.load()?;
        let log = logging::init_for_audit();
        let open = {
            let config = config.clone();
            Box::new(move || store::open(&config))
        };
        let mut office = Office::with(config, open, worker(), now()?)?;
        office.log = log;
        Ok(office)
    }

    /// An office of its own parts.
    pub fn with(config: Config, open: crate::store::desk::Open, worker: Worker, now: i64) -> anyhow::Result<Office> {
        ensure!(config.store != Location::Off, "no records are kept here: [store] url is \"off\"");
        let files = key_files(&config);
        let secret = files.ensure_audit_key().context(WHO)?;
        let loaded = files.load().context(WHO)?;
        loaded.broken.iter().for_each(|broken| complain(&broken.to_string()));
        let keyring = Keyring::new(loaded.keys.into_iter().map(|file| file.key).collect());
        let desk = Desk::new(open, Arc::new(keyring), Chain::new(&secret));
        Ok(Office { config, files, desk, worker, now, log: None })
    }

    /// Opens the store.
    pub fn store(&self) -> anyhow::Result<Box<dyn Store>> {
        self.desk.open().context("the store cannot be used")
    }

    /// Writes a deed into the audit log. Call it before the deed is done.
    pub fn write_down(
        &self,
        store: &mut dyn Store,
        deed: Deed,
        ticket: &str,
        subject: Subject,
        rows: u64,
    ) -> anyhow::Result<()> {
        let entry = Entry {
            time: self.now,
            worker: self.worker.name.clone(),
            role: self.worker.role,
            via: self.worker.via,
            ticket: ticket.to_owned(),
            deed,
            subject,
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
        };
        let written = self.desk.write_down(store, entry);
        written.context("nothing was done, for it could not be written into the audit log")
    }

    /// The number of a ticket, if it is one.
    pub fn ticket<'a>(&self, ticket: &'a str) -> anyhow::Result<&'a str> {
        Ok(self.config.settings.desk.ticket_in(ticket)?)
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Some(log) = &self.log {
            log.flush();
        }
    }
}

/// What to do about files that cannot be read.
pub const WHO: &str = "the keys cannot be used (run this as root, or as the user that mailgauge runs as)";

/// The keys of this configuration.
pub fn key_files(config: &Config) -> KeyFiles {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|v| !v.is_empty()).map(Into::into);
    KeyFiles::new(config.key_directory(), credentials, config.key_period)
}

/// This machine's time, in seconds since the epoch.
pub fn now() -> anyhow::Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("this machine's clock is before 1970: set it")?;
    Ok(i64::try_from(since.as_secs())?)
}

/// Who sits at this terminal: who called sudo, or else the user of this process. Whoever has the keys and the store could write what he
/// likes, so it is not about proof.
fn worker() -> Worker {
    let fits = |name: &String| !name.is_empty() && name.len() <= NAME && !name.chars().any(char::is_control);
    let name = std::env::var("SUDO_USER").ok().filter(fits);
    let name = name.or_else(|| whoami::username().ok().filter(fits)).unwrap_or_else(|| "unknown".into());
    Worker { name, role: Role::Admin, via: Via::Cli }
}

/// An argument, or a line of standard input where it is `-`: arguments are seen by everybody on this machine (`ps`).
pub fn private(argument: &str) -> anyhow::Result<String> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut line = String::new();
    let mut input = std::io::Read::take(std::io::stdin().lock(), LINE);
    input.read_line(&mut line).context("cannot read standard input")?;
    Ok(line.trim().to_owned())
}

/// An address that was typed. What is none is not repeated.
pub fn address(argument: &str) -> anyhow::Result<Address> {
    Address::parse(private(argument)?.as_bytes()).context("this is no address: it is empty, or longer than any can be")
}

/// How far back, as it was typed.
pub fn since(argument: &str) -> anyhow::Result<Duration> {
    parse_duration(argument).map_err(|help| anyhow::anyhow!("--since {argument:?} is no time: {help}"))
}

/// `1 record`, `2 records`.
pub fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::report::Reference;
    use crate::report::testing::record;
    use crate::store::memory::Memory;
    use crate::store::{Kept, NewRecord};

    /// 15 November 2026, noon.
    pub const NOW: i64 = 1_794_744_000;

    /// An office with a key for November, and an empty store.
    pub fn office() -> (Office, Memory, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { state: Some(dir.path().to_owned()), ..Config::default() };
        key_files(&config).ensure(NOW).unwrap();
        let memory = Memory::default();
        let worker = Worker { name: "kees".into(), role: Role::Admin, via: Via::Cli };
        (Office::with(config, memory.opener(), worker, NOW).unwrap(), memory, dir)
    }

    /// Puts a mail into the store.
    pub fn mail(office: &Office, memory: &Memory, number: u64, time: i64, sender: &str, recipient: &str) {
        let mut kept = Kept::of(&record(vec![]));
        (kept.reference, kept.time) = (Reference::from_bits(number), time);
        let address = |text: &str| Address::parse(text.as_bytes()).unwrap();
        let key = office.desk.keyring().at(time);
        let tokens = key.map(|key| vec![key.sender(&address(sender)), key.recipient(&address(recipient))]);
        memory.contents().records.push(NewRecord { kept, tokens: tokens.unwrap_or_default() });
    }

    #[test]
    fn without_records_there_is_no_office() {
        let config = Config { store: Location::Off, ..Config::default() };
        let worker = Worker { name: "kees".into(), role: Role::Admin, via: Via::Cli };
        let refused = Office::with(config, Memory::default().opener(), worker, NOW).err().unwrap();
        assert_eq!(refused.to_string(), "no records are kept here: [store] url is \"off\"");
    }

    #[test]
    fn a_ticket_must_fit() {
        let (office, _, _dir) = office();
        assert_eq!(office.ticket(" INC-1 ").unwrap(), "INC-1");
        assert!(office.ticket("").is_err() && office.ticket("two words").is_err());
    }

    #[test]
    fn what_is_no_address_is_not_repeated() {
        let long = "x".repeat(2000);
        let error = address(&long).err().unwrap().to_string();
        assert!(!error.contains('x'.to_string().repeat(3).as_str()), "{error}");
        assert!(since("2 weeks").is_err() && since("36h").is_ok());
    }
}
