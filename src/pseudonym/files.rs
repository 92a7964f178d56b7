//! The directory of the keys: how they are made, read and destroyed. The only place of this room that touches files.
//!
//! One file a key, `<first day>-<id>.key`, which only its owner can read. Processes that share the directory make and destroy under a
//! lock. Destroying overwrites a file in place before it is removed; file systems that copy on write, flash memory and backups may
//! hold older copies, which nobody can reach from here.

use super::key_file::{self, Secret, Wrong};
use super::{Key, KeyId, Keyring, Period};
use crate::system::{as_its_parent, seconds};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// The next key is made this long before it is needed, in seconds, so that all who share the directory have read it by then.
const AHEAD: i64 = 3600;

/// The name of the audit log's key.
const AUDIT_KEY: &str = "audit.key";

/// What a file is called until it is whole.
const UNFINISHED: &str = ".new";

/// Where keys are.
#[derive(Clone, Debug)]
pub struct KeyFiles {
    directory: PathBuf,
    credentials: Option<PathBuf>,
    period: Period,
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file of the directory, ours to destroy.
    Directory,
    /// A credential that systemd handed over: read only.
    Credential,
}

/// A key and its file.
#[derive(Debug)]
pub struct KeyFile {
    /// The key.
    pub key: Key,
    /// Its file.
    pub path: PathBuf,
    /// Where it comes from.
    pub origin: Origin,
}

impl KeyFile {
    /// From which second on no record is left that was made with this key.
    pub fn expires(&self, retention: Duration) -> i64 {
        self.key.until().saturating_add(seconds(retention))
    }
}

/// The keys that there are.
#[derive(Debug, Default)]
pub struct Loaded {
    /// By the time from which they are used.
    pub keys: Vec<KeyFile>,
    /// What is wrong with the files that are not among them.
    pub broken: Vec<KeyFileError>,
}

/// What [`KeyFiles::reload`] did.
#[derive(Debug, Default)]
pub struct Reloaded {
    /// Keys that were made.
    pub made: Vec<KeyId>,
    /// What went wrong. The keyring has all keys that could be read; those it had before, where the directory could not be.
    pub problems: Vec<KeyFileError>,
}

/// What is wrong with a key file. Never says what is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Its mode is too wide.
    #[error("not only its owner can read the key {0}, so it is not used: run `chmod 600 {0}`")]
    Exposed(String),
    /// It is not in order.
    #[error("{file}:{line}: {what}; restore the file, or remove it and lose look-up by address for its time")]
    Broken {
        /// Its path.
        file: String,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It could not be read, made or destroyed.
    #[error("cannot {deed} {file}: {cause}")]
    Io {
        /// What was to be done.
        deed: &'static str,
        /// Its path.
        file: String,
        /// The reason.
        cause: io::Error,
    },
    /// No such key.
    #[error("there is no key {0}: `mailgauge keys list` shows all")]
    Unknown(KeyId),
    /// Not ours to destroy.
    #[error("{0} is a systemd credential: remove it where the unit's LoadCredential= takes it from")]
    Credential(String),
    /// The clock is beyond the calendar.
    #[error("this machine's clock is outside of the calendar's years: set it")]
    Clock,
}

impl KeyFiles {
    /// The keys of a directory, which need not exist yet, and those of `credentials`, systemd's `$CREDENTIALS_DIRECTORY`. New keys are
    /// made for `period`; a changed one counts from the end of the key in use on.
    pub fn new(directory: PathBuf, credentials: Option<PathBuf>, period: Period) -> KeyFiles {
        KeyFiles { directory, credentials, period }
    }

    /// Reads all keys. Files that are not in order are told of, and left out.
    ///
    /// # Errors
    /// A directory cannot be read.
    pub fn load(&self) -> Result<Loaded, KeyFileError> {
        let mut loaded = Loaded::default();
        let places = [(Some(&self.directory), Origin::Directory), (self.credentials.as_ref(), Origin::Credential)];
        for (directory, origin) in places.into_iter().filter_map(|(directory, origin)| Some((directory?, origin))) {
            for path in key_paths(directory)? {
                match read(&path, origin, key_file::read) {
                    // The same one may have been handed over as well.
                    Ok(Some(key)) if loaded.keys.iter().any(|k| k.key.id() == key.id()) => {}
                    Ok(Some(key)) => loaded.keys.push(KeyFile { key, path, origin }),
                    // It was destroyed just now.
                    Ok(None) => {}
                    Err(error) => loaded.broken.push(error),
                }
            }
        }
        loaded.keys.sort_by_key(|file| (file.key.from(), file.key.id()));
        Ok(loaded)
    }

    /// Makes the keys that are missing, and puts all into the keyring. Blocks; call it on SIGHUP and each minute.
    pub fn reload(&self, keyring: &Keyring, now: i64) -> Reloaded {
        let mut done = Reloaded::default();
        match self.ensure(now) {
            Ok(made) => done.made = made,
            Err(error) => done.problems.push(error),
        }
        match self.load() {
            Ok(loaded) => {
                keyring.replace(loaded.keys.into_iter().map(|file| file.key).collect());
                done.problems.extend(loaded.broken);
            }
            Err(error) => done.problems.push(error),
        }
        done
    }

    /// Makes the key of this time, and from an hour before its end on the next one, unless they are there. Times are in seconds since the
    /// epoch.
    ///
    /// # Errors
    /// One could not be made.
    pub fn ensure(&self, now: i64) -> Result<Vec<KeyId>, KeyFileError> {
        if self.missing(now)?.is_empty() {
            return Ok(Vec::new());
        }
        let _locked = self.lock()?;
        self.missing(now)?.into_iter().map(|(from, until)| self.create(from, until)).collect()
    }

    /// The periods that need a key at this time and have none.
    fn missing(&self, now: i64) -> Result<Vec<(i64, i64)>, KeyFileError> {
        let keys = self.load()?.keys;
        let mut periods: Vec<(i64, i64)> = keys.iter().map(|file| (file.key.from(), file.key.until())).collect();
        let have = periods.len();
        for time in [now, now.saturating_add(AHEAD)] {
            if !periods.iter().any(|(from, until)| (*from..*until).contains(&time)) {
                periods.push(self.period.around(time).ok_or(KeyFileError::Clock)?);
            }
        }
        Ok(periods.split_off(have))
    }

    /// Makes a new key from now to the end of the period. It is used from then on, and the one before it for the records of its time.
    ///
    /// # Errors
    /// It could not be made.
    pub fn rotate(&self, now: i64) -> Result<KeyId, KeyFileError> {
        let (_, until) = self.period.around(now).ok_or(KeyFileError::Clock)?;
        let _locked = self.lock()?;
        self.create(now, until)
    }

    /// Overwrites the file of a key, and removes it.
    ///
    /// # Errors
    /// There is no such key, or it could not be destroyed.
    pub fn destroy(&self, id: KeyId) -> Result<(), KeyFileError> {
        let _locked = self.lock()?;
        let keys = self.load()?.keys;
        let file = keys.iter().find(|file| file.key.id() == id).ok_or(KeyFileError::Unknown(id))?;
        if file.origin == Origin::Credential {
            return Err(KeyFileError::Credential(file.path.display().to_string()));
        }
        overwrite(&file.path).map_err(|cause| failed("overwrite", &file.path, cause))?;
        fs::remove_file(&file.path).map_err(|cause| failed("remove", &file.path, cause))?;
        self.sync()
    }

    /// The keys of the directory whose records are past retention: `now` must be a time that can be trusted (see the store's
    /// housekeeping), for what is destroyed by a wrong clock does not come back.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn expired(&self, now: i64, retention: Duration) -> Result<Vec<KeyFile>, KeyFileError> {
        let mut keys = self.load()?.keys;
        keys.retain(|file| file.origin == Origin::Directory && file.expires(retention) <= now);
        Ok(keys)
    }

    /// The key of the audit log. `None` if there is none yet.
    ///
    /// # Errors
    /// It cannot be read, or is not in order.
    pub fn audit_key(&self) -> Result<Option<Secret>, KeyFileError> {
        if let Some(credentials) = &self.credentials
            && let Some(secret) = read(&credentials.join(AUDIT_KEY), Origin::Credential, key_file::read_audit)?
        {
            return Ok(Some(secret));
        }
        read(&self.directory.join(AUDIT_KEY), Origin::Directory, key_file::read_audit)
    }

    /// The key of the audit log; made if there is none.
    ///
    /// # Errors
    /// It cannot be read or made, or is not in order.
    pub fn ensure_audit_key(&self) -> Result<Secret, KeyFileError> {
        if let Some(secret) = self.audit_key()? {
            return Ok(secret);
        }
        let _locked = self.lock()?;
        if let Some(secret) = self.audit_key()? {
            return Ok(secret);
        }
        let secret = self.random()?;
        self.write_new(AUDIT_KEY, &key_file::write_audit(&secret))?;
        Ok(secret)
    }

    /// Makes the directory, and keeps others from changing it as long as the file is open.
    fn lock(&self) -> Result<File, KeyFileError> {
        let failed = |deed| move |cause| failed(deed, &self.directory, cause);
        let made = !self.directory.exists();
        DirBuilder::new().recursive(true).mode(0o700).create(&self.directory).map_err(failed("make the directory"))?;
        let directory = File::open(&self.directory).map_err(failed("open"))?;
        if made {
            as_its_parent(&self.directory).map_err(failed("give away"))?;
        }
        match directory.lock() {
            // Some file systems have no locks: then two who are at it at once make two keys, of which all take the same one.
            Err(cause) if cause.kind() != io::ErrorKind::Unsupported => return Err(failed("lock")(cause)),
            _ => {}
        }
        // What a crash left behind.
        for entry in fs::read_dir(&self.directory).map_err(failed("read"))?.flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(UNFINISHED)) {
                fs::remove_file(entry.path()).map_err(failed("tidy up"))?;
            }
        }
        Ok(directory)
    }

    /// A new key. Under the lock.
    fn create(&self, from: i64, until: i64) -> Result<KeyId, KeyFileError> {
        let id = KeyId(getrandom::u32().map_err(|e| failed("make a key in", &self.directory, e.into()))?);
        let day = jiff::Timestamp::from_second(from).map_err(|_| KeyFileError::Clock)?.strftime("%Y-%m-%d");
        let text = key_file::write(id, from, until, &self.random()?);
        self.write_new(&format!("{day}-{id}.key"), &text)?;
        Ok(id)
    }

    fn random(&self) -> Result<Secret, KeyFileError> {
        let mut secret = Secret::default();
        getrandom::fill(secret.as_mut()).map_err(|e| failed("make a key in", &self.directory, e.into()))?;
        Ok(secret)
    }

    /// Writes a file that is there as a whole or not at all, and never in place of another. Under the lock.
    fn write_new(&self, name: &str, text: &str) -> Result<(), KeyFileError> {
        let (unfinished, path) = (self.directory.join(format!(".{name}{UNFINISHED}")), self.directory.join(name));
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
            // Root may be here at the command line, and the daemon is somebody else.
            let (ours, owner) = (file.metadata()?, fs::metadata(&self.directory)?);
            if ours.uid() != owner.uid() {
                fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
            }
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            // Unlike a rename, a link replaces nothing.
            fs::hard_link(&unfinished, &path)
        })();
        // It may not have come to be; otherwise, it goes the next time.
        let _ = fs::remove_file(&unfinished);
        written.map_err(|cause| failed("write", &path, cause))?;
        self.sync()
    }

    /// What was made or removed in the directory survives a power cut.
    fn sync(&self) -> Result<(), KeyFileError> {
        let synced = File::open(&self.directory).and_then(|directory| directory.sync_all());
        synced.map_err(|cause| failed("write", &self.directory, cause))
    }
}

/// The keys of a directory, but for the audit log's. None if there is no such directory.
fn key_paths(directory: &Path) -> Result<Vec<PathBuf>, KeyFileError> {
    let entries = match fs::read_dir(directory) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|cause| failed("read", directory, cause))?,
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|cause| failed("read", directory, cause))?;
    paths.retain(|path| {
        path.file_name()
            .and_then(|n| n.to_str())
            .is_some_and(|name| name.ends_with(".key") && !name.starts_with('.') && name != AUDIT_KEY)
    });
    paths.sort();
    Ok(paths)
}

/// Reads a file, which only its owner may be able to read. `None` if it is not there.
fn read<T>(path: &Path, origin: Origin, parse: impl Fn(&[u8]) -> Result<T, Wrong>) -> Result<Option<T>, KeyFileError> {
    let name = || path.display().to_string();
    let mut file = match File::open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(|cause| failed("read", path, cause))?,
    };
    let meta = file.metadata().map_err(|cause| failed("read", path, cause))?;
    // systemd hands over by an access list, which shows as the group's bits, and guards the directory itself.
    let forbidden = if origin == Origin::Credential { 0o007 } else { 0o077 };
    if meta.mode() & forbidden != 0 {
        return Err(KeyFileError::Exposed(name()));
    }
    let mut text = Zeroizing::new([0; key_file::MAX]);
    let mut length = 0;
    while let Some(room) = text.get_mut(length..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(failed("read", path, cause)),
        }
    }
    let parsed =
        parse(&text[..length]).map_err(|Wrong { line, what }| KeyFileError::Broken { file: name(), line, what });
    parsed.map(Some)
}

/// Writes zeros over a file, down to the disk.
fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        // Made read-only by somebody, and its owner is who destroys it.
        Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied => {
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
            OpenOptions::new().write(true).open(path)?
        }
        file => file?,
    };
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(key_file::MAX);
    file.write_all(&vec![0; length.min(key_file::MAX)])?;
    file.sync_all()
}

fn failed(deed: &'static str, path: &Path, cause: io::Error) -> KeyFileError {
    KeyFileError::Io { deed, file: path.display().to_string(), cause }
}

#[cfg(test)]
mod tests;
