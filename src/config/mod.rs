//! The configuration: what the operator typed, checked, and made into typed values.
//!
//! Every key is declared once, in `keys.rs`. The example file, `docs/configuration.md` and `mailgauge check-config` are
//! made from that table.

mod address;
mod dead;
mod desk_kinds;
mod keys;
mod kinds;
mod policy_kinds;
mod problem;
mod reference;
mod rules;
mod together;
mod units;

pub use crate::spelling::nearest;
pub use address::{Address, AddressError, HostPort};
pub use keys::{Applies, Key, SECTIONS, Section};
pub use problem::{ConfigError, Problem};
pub use reference::{example, markdown};
pub use units::{parse_duration, parse_size, show_duration};

use crate::Settings;
use crate::pseudonym::Period;
use crate::store::Location;
use crate::web::desk::Access;
use kinds::Wrong;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people, on stderr.
    Text,
    /// One JSON object a line, on stderr.
    Json,
    /// To systemd's journal, with fields.
    Journald,
}

/// How much is logged. There is no `trace`: indymilter would log whole mails there, so it is compiled out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// What needs somebody.
    Error,
    /// What somebody should look at.
    Warn,
    /// One line a mail, and what the daemon does.
    Info,
    /// For those who look for a fault in mailgauge.
    Debug,
}

impl LogLevel {
    /// The name in the configuration file, and for tracing's filter.
    pub fn name(self) -> &'static str {
        match self {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
        }
    }
}

/// The whole configuration. The default is what `mailgauge run` does without a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the MTA connects; at least one address.
    pub listen: Vec<Address>,
    /// The permission bits of unix sockets that we create.
    pub socket_mode: u32,
    /// Where metrics and health are served.
    pub http: Option<HostPort>,
    /// Where files are kept; `None` for the default: see [`Config::state_directory`].
    pub state: Option<PathBuf>,
    /// Where records are kept.
    pub store: Location,
    /// A file with the password for PostgreSQL.
    pub store_password: Option<PathBuf>,
    /// The certificates, PEM, that PostgreSQL's is checked against.
    pub store_ca: Option<PathBuf>,
    /// Where keys are kept; `None` for the default: see [`Config::key_directory`].
    pub keys: Option<PathBuf>,
    /// How long one key is used.
    pub key_period: Period,
    /// Where the look-up page is served.
    pub desk: Option<HostPort>,
    /// Who may look.
    pub access: Access,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// How much is logged.
    pub log_level: LogLevel,
    /// What a reload exchanges.
    pub settings: Settings,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: vec![Address::Tcp(HostPort { host: "127.0.0.1".into(), port: 10724 })],
            socket_mode: 0o660,
            http: Some(HostPort { host: "127.0.0.1".into(), port: 10725 }),
            state: None,
            store: Location::State,
            store_password: None,
            store_ca: None,
            keys: None,
            key_period: Period::Month,
            desk: Some(HostPort { host: "127.0.0.1".into(), port: 10726 }),
            access: Access::default(),
            log_format: LogFormat::Text,
            log_level: LogLevel::Info,
            settings: Settings::default(),
        }
    }
}

impl Config {
    /// Reads a file; without one, gives the default.
    pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
        let Some(path) = file else { return Ok(Config::default()) };
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|cause| ConfigError::Unreadable { file: name.clone(), cause })?;
        let problems = match String::from_utf8(bytes) {
            Ok(text) => match Config::parse(&text) {
                Ok(config) => return Ok(config),
                Err(problems) => problems,
            },
            Err(e) => vec![Problem::not_utf8(e.as_bytes(), e.utf8_error().valid_up_to())],
        };
        Err(ConfigError::Wrong { file: name, problems })
    }

    /// Reads the text of a file. The error names everything that is wrong, in the order of the lines.
    pub fn parse(text: &str) -> Result<Config, Vec<Problem>> {
        let table = DeTable::parse(text).map_err(|e| vec![Problem::syntax(text, &e)])?;
        let mut config = Config::default();
        let mut wrongs = Vec::new();
        for (name, value) in table.get_ref() {
            match (keys::section(name.get_ref()), value.get_ref()) {
                (Some(section), DeValue::Table(keys)) => read_section(section, keys, &mut config, &mut wrongs),
                (Some(section), _) => wrongs.push(Wrong::not_a_section(name.span(), section.name)),
                (None, _) => wrongs.push(keys::unknown_at_top(name, value)),
            }
        }
        if wrongs.is_empty() {
            wrongs.extend(together::check(&table, &config));
        }
        if wrongs.is_empty() {
            return Ok(config);
        }
        wrongs.sort_by_key(|w| w.span.start);
        Err(wrongs.into_iter().map(|w| Problem::new(text, w)).collect())
    }

    /// The configuration as a TOML file that reads back to the same.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for section in SECTIONS {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&format!("[{}]\n", section.name));
            for key in section.keys {
                text.push_str(&format!("{} = {}\n", key.name, key.show(self)));
            }
        }
        text
    }

    /// Where the program keeps its files: what is configured, or what systemd gives (`STATE_DIRECTORY`), or `/var/lib/mailgauge` where
    /// that exists or for root, or the user's own place for such files (XDG Base Directory Specification).
    pub fn state_directory(&self) -> PathBuf {
        const SYSTEM: &str = "/var/lib/mailgauge";
        let variable = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        // systemd separates several by colons; ours is the first.
        let given = || {
            let text = std::env::var("STATE_DIRECTORY").ok()?;
            text.split(':').next().filter(|d| !d.is_empty()).map(PathBuf::from)
        };
        let of_the_user = || {
            let base = variable("XDG_STATE_HOME").or_else(|| Some(variable("HOME")?.join(".local/state")))?;
            (Path::new(SYSTEM).symlink_metadata().is_err()
                && variable("HOME").is_some_and(|home| home != Path::new("/root")))
            .then(|| base.join("mailgauge"))
        };
        self.state.clone().or_else(given).or_else(of_the_user).unwrap_or_else(|| SYSTEM.into())
    }

    /// Where keys are kept: what is configured, or `keys` in the state directory, apart from `store`.
    pub fn key_directory(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.state_directory().join("keys"))
    }

    /// The SQLite file: `store/records.db` in the state directory, unless the configuration names another. `None` for other stores.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        match &self.store {
            Location::State => Some(self.state_directory().join("store/records.db")),
            Location::Sqlite(file) => Some(file.clone()),
            Location::Postgres(_) | Location::Off => None,
        }
    }

    /// What an earlier configuration has left in the state directory, where this one no longer looks, so that nobody forgets it any more: our
    /// store, and with `url = "off"` our keys. Directories that were named by hand are left out: others may use them.
    pub fn left_behind(&self) -> Vec<PathBuf> {
        let state = self.state_directory();
        let (store, keys) = (state.join("store"), state.join("keys"));
        let mut left = Vec::new();
        if self.sqlite_file().is_none_or(|file| !file.starts_with(&store)) && store.join("records.db").exists() {
            left.push(store);
        }
        if self.store == Location::Off && self.key_directory() == keys && keys.join("audit.key").exists() {
            left.push(keys);
        }
        left
    }

    /// The same as a sentence that says what to do; `None` if there is nothing.
    pub fn left_behind_told(&self) -> Option<String> {
        let left: Vec<String> = self.left_behind().iter().map(|directory| directory.display().to_string()).collect();
        let quoted: Vec<String> =
            left.iter().map(|directory| format!("'{}'", directory.replace('\'', "'\\''"))).collect();
        (!left.is_empty()).then(|| {
            format!(
                "records or keys of an earlier [store] are still in {}, and nobody forgets them any more. If they are not needed: rm -r {}",
                left.join(" and "),
                quoted.join(" ")
            )
        })
    }

    /// The keys whose values differ in `new` and are read at the start only, as `section.key`.
    pub fn needs_restart(&self, new: &Config) -> Vec<String> {
        SECTIONS
            .iter()
            .flat_map(|section| section.keys.iter().map(move |key| (section, key)))
            .filter(|(_, key)| key.applies == Applies::OnRestart && key.show(self) != key.show(new))
            .map(|(section, key)| format!("{}.{}", section.name, key.name))
            .collect()
    }
}

fn read_section(section: &Section, keys: &DeTable<'_>, config: &mut Config, wrongs: &mut Vec<Wrong>) {
    for (name, value) in keys {
        match section.keys.iter().find(|key| key.name == name.get_ref().as_ref()) {
            Some(key) => {
                if let Err(more) = key.read(config, value) {
                    wrongs.extend(more);
                }
            }
            None => wrongs.push(keys::unknown(section, name)),
        }
    }
}

/// A key or value with its place in the file.
type Found<'a, T> = &'a Spanned<T>;

#[cfg(test)]
mod tests;
