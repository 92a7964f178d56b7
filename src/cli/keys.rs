//! `keys`: the keys that make tokens of addresses, for people; and how the daemon keeps in step with their files.

use super::office::{Office, WHO, key_files, now};
use super::{ConfigArg, KeysVerb, complain};
use crate::pseudonym::{KeyFile, KeyFiles, Keyring, Origin};
use crate::store::Subject;
use crate::store::audit::Deed;
use anyhow::{Context, bail};
use jiff::Timestamp;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn run(verb: &KeysVerb) -> anyhow::Result<ExitCode> {
    let text = match verb {
        KeysVerb::List(config) => list(config)?,
        KeysVerb::Rotate(config) => rotate(&Office::new(config)?)?,
        KeysVerb::Destroy { id, yes, config } => destroy(&Office::new(config)?, id, *yes)?,
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn list(config: &ConfigArg) -> anyhow::Result<String> {
    let config = config.load()?;
    let loaded = key_files(&config).load().context(WHO)?;
    loaded.broken.iter().for_each(|broken| complain(&broken.to_string()));
    if loaded.keys.is_empty() {
        return Ok(format!("no keys in {}: mailgauge makes one when it runs\n", config.key_directory().display()));
    }
    Ok(table(&loaded.keys, now()?, config.settings.retention.records))
}

fn table(keys: &[KeyFile], now: i64, retention: Duration) -> String {
    let in_use = keys.iter().filter(|k| k.key.from() <= now && now < k.key.until());
    let in_use = in_use.max_by_key(|k| (k.key.from(), k.key.id())).map(|k| k.key.id());
    let mut out = String::from("id        from (UTC)        until (UTC)       state\n");
    for file in keys {
        let key = &file.key;
        let state = match key {
            key if Some(key.id()) == in_use => "current",
            key if now < key.from() => "next",
            key if now < key.until() => "replaced",
            _ => "past",
        };
        let end = match file.origin {
            Origin::Directory => format!("destroyed on {}", minute(file.expires(retention))),
            Origin::Credential => "a credential, not ours to destroy".to_owned(),
        };
        let (from, until) = (minute(key.from()), minute(key.until()));
        let _ = writeln!(out, "{}  {from}  {until}  {state}; {end}; {}", key.id(), file.path.display());
    }
    out
}

fn rotate(office: &Office) -> anyhow::Result<String> {
    let mut store = office.store()?;
    office.write_down(store.as_mut(), Deed::KeyRotate, "", Subject::Nothing, 0)?;
    let id = office.files.rotate(office.now)?;
    Ok(format!(
        "{id} is the new key. The one before it stays for the records of its time.\n{}",
        told("mailgauge uses it")
    ))
}

fn destroy(office: &Office, id: &str, yes: bool) -> anyhow::Result<String> {
    let keys = office.files.load()?.keys;
    let Some(file) = keys.iter().find(|file| file.key.id().to_string() == id.to_lowercase()) else {
        bail!("there is no key {:?}: `mailgauge keys list` shows all", id);
    };
    let period = format!("{} to {} UTC", minute(file.key.from()), minute(file.key.until()));
    if !yes {
        bail!(
            "key {} would be destroyed for ever, which --yes confirms: records of {period} can no longer be found by address or \
             Message-ID, nor erased or exported by address; reference and queue ID still work",
            file.key.id()
        );
    }
    if file.origin == Origin::Credential {
        // Says why; nothing is written down that is not done.
        office.files.destroy(file.key.id())?;
    }
    let mut store = office.store()?;
    office.write_down(store.as_mut(), Deed::KeyDestroy, "", Subject::Nothing, 0)?;
    office.files.destroy(file.key.id())?;
    Ok(format!(
        "{} is destroyed: records of {period} can no longer be found by address or Message-ID; reference and queue ID still work.\n\
         Copies in backups and snapshots are not reached from here.\n{}",
        file.key.id(),
        told("mailgauge forgets it")
    ))
}

/// When a running daemon knows of it.
fn told(what: &str) -> String {
    format!("{what} within a minute; at once after `systemctl reload mailgauge`.\n")
}

fn minute(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| "never".into(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}

/// Keeps a keyring in step with the files for as long as the daemon runs. Calls block.
pub struct Keeper {
    files: KeyFiles,
    keyring: Arc<Keyring>,
    /// What was said of the files the last time: said again only when it changes.
    told: Vec<String>,
}

impl Keeper {
    /// A keeper of this keyring. It is empty until the first [`Keeper::reload`].
    pub fn new(files: KeyFiles, keyring: Arc<Keyring>) -> Keeper {
        Keeper { files, keyring, told: Vec::new() }
    }

    /// Reads all keys, and makes those that are missing: at the start, on SIGHUP, and each minute. `now` is in seconds since the epoch.
    pub fn reload(&mut self, now: i64) {
        let done = self.files.reload(&self.keyring, now);
        for id in &done.made {
            tracing::info!(key = %id, "made a key: keep it out of backups that last longer than the records");
        }
        let told: Vec<String> = done.problems.iter().map(ToString::to_string).collect();
        for problem in told.iter().filter(|problem| !self.told.contains(problem)) {
            tracing::error!("{problem}");
        }
        if self.keyring.at(now).is_none() && (self.told.is_empty() || self.told != told) {
            tracing::error!(
                "there is no key for the mails of now: their records cannot be found by address or Message-ID"
            );
        }
        self.told = told;
    }

    /// Destroys the keys whose records are past retention: each minute or less often, with a time that can be trusted.
    pub fn destroy_expired(&mut self, trusted_now: i64, retention: Duration) {
        let expired = self.files.expired(trusted_now, retention);
        for id in expired.unwrap_or_default().iter().map(|file| file.key.id()) {
            match self.files.destroy(id) {
                Ok(()) => tracing::info!(key = %id, "destroyed a key whose records are past retention"),
                Err(error) => tracing::error!(%error, "a key whose records are past retention is still there"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::office::tests::{NOW, office};
    use super::*;
    use crate::pseudonym::KeyId;

    const DAY: i64 = 86_400;

    #[test]
    fn the_table_says_what_each_key_is_for() {
        let (office, _, _dir) = office();
        let first = office.files.load().unwrap().keys[0].key.id();
        let second = office.files.rotate(NOW + 60).unwrap();
        office.files.ensure(NOW + 15 * DAY + 12 * 3600).unwrap();
        let keys = office.files.load().unwrap().keys;
        let month = Duration::from_secs(30 * DAY as u64);
        let states = |now| {
            let table = table(&keys, now, month);
            let state = |line: &str| line.split("  ").nth(3).unwrap().split(';').next().unwrap().to_owned();
            table.lines().skip(1).map(state).collect::<Vec<_>>()
        };
        assert_eq!(states(NOW), ["current", "next", "next"]);
        assert_eq!(states(NOW + 60), ["replaced", "current", "next"]);
        assert_eq!(states(NOW + 20 * DAY), ["past", "past", "current"]);
        let table = table(&keys, NOW, month);
        assert!(table.contains(&format!(
            "\n{first}  2026-11-01 00:00  2026-12-01 00:00  current; destroyed on 2026-12-31 00:00; "
        )));
        assert!(table.contains(&format!("\n{second}  2026-11-15 12:01  2026-12-01 00:00  next; ")), "{table}");
    }

    #[test]
    fn a_new_key_is_written_down_first() {
        let (office, memory, _dir) = office();
        memory.contents().audit_fails = true;
        assert!(rotate(&office).is_err());
        assert_eq!(office.files.load().unwrap().keys.len(), 1);
        memory.contents().audit_fails = false;
        rotate(&office).unwrap();
        assert_eq!(office.files.load().unwrap().keys.len(), 2);
        assert_eq!(memory.contents().rows[0].entry.deed, Deed::KeyRotate);
    }

    #[test]
    fn a_key_is_destroyed_when_it_is_meant_and_written_down() {
        let (office, memory, _dir) = office();
        let id = office.files.load().unwrap().keys[0].key.id().to_string();
        let asked = destroy(&office, &id, false).unwrap_err().to_string();
        assert!(asked.contains("2026-11-01 00:00 to 2026-12-01 00:00 UTC") && asked.contains("--yes"), "{asked}");
        assert!(destroy(&office, "00000000", true).is_err());
        memory.contents().audit_fails = true;
        assert!(destroy(&office, &id, true).is_err());
        assert_eq!((office.files.load().unwrap().keys.len(), memory.contents().rows.len()), (1, 0));

        memory.contents().audit_fails = false;
        destroy(&office, &id.to_uppercase(), true).unwrap();
        assert!(office.files.load().unwrap().keys.is_empty());
        assert_eq!(memory.contents().rows[0].entry.deed, Deed::KeyDestroy);
    }

    #[test]
    fn the_daemon_notices_what_was_done_at_the_command_line() {
        let (office, _, _dir) = office();
        let keyring = Arc::new(Keyring::default());
        let mut keeper = Keeper::new(office.files.clone(), keyring.clone());
        keeper.reload(NOW);
        let id = keyring.at(NOW).unwrap().id();
        let rotated = office.files.rotate(NOW).unwrap();
        office.files.destroy(id).unwrap();
        keeper.reload(NOW);
        assert_eq!(keyring.keys().iter().map(|k| k.id()).collect::<Vec<KeyId>>(), [rotated]);
        keeper.destroy_expired(NOW + 90 * DAY, Duration::from_secs(30 * DAY as u64));
        keeper.reload(NOW + 90 * DAY);
        assert_eq!(keyring.keys().len(), 1);
        assert!(keyring.keys().iter().all(|key| key.id() != rotated));
    }

    #[test]
    fn hostile_strings_for_an_id_have_no_effect() {
        let (office, memory, _dir) = office();
        for text in crate::hostile::strings() {
            let said = destroy(&office, &text, true).unwrap_err().to_string();
            assert!(crate::hostile::is_harmless(&said), "{text:?}: {said}");
        }
        assert_eq!(office.files.load().unwrap().keys.len(), 1);
        assert!(memory.contents().rows.is_empty());
    }
}
