//! From the configuration to a store.

use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::{Location, Store, StoreError};
use crate::config::Config;
use std::path::PathBuf;

/// Where a store is, and what is needed to open it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A database.
    Postgres {
        /// The connection URL, without a password.
        url: String,
        /// A file whose first line is the password; read whenever a connection is made.
        password_file: Option<PathBuf>,
        /// Certificates (PEM); with them, only TLS will do.
        ca_file: Option<PathBuf>,
    },
}

impl Target {
    /// What the configuration says; `None` if no records are kept.
    pub fn of(config: &Config) -> Option<Target> {
        match &config.store {
            Location::Postgres(url) => Some(Target::Postgres {
                url: url.clone(),
                password_file: config.store_password.clone(),
                ca_file: config.store_ca.clone(),
            }),
            Location::State | Location::Sqlite(_) | Location::Off => config.sqlite_file().map(Target::Sqlite),
        }
    }
}

/// Opens a store, and makes what it needs where it is not there yet. Blocks; the store of PostgreSQL must not be opened, used or
/// dropped in a task of an async runtime.
///
/// # Errors
/// It cannot be reached, or is not for us.
pub fn open(target: &Target) -> Result<Box<dyn Store>, StoreError> {
    Ok(match target {
        Target::Sqlite(file) => Box::new(Sqlite::open(file)?),
        Target::Postgres { url, password_file, ca_file } => {
            let password = password_file.as_ref().map(read_password).transpose()?;
            Box::new(Postgres::open(url, password.as_deref(), ca_file.as_deref())?)
        }
    })
}

fn read_password(file: &PathBuf) -> Result<String, StoreError> {
    let unreadable = |error| StoreError::Unusable(format!("[store] password_file {}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        _ => Err(StoreError::Unusable(format!(
            "[store] password_file {}: its first line is empty, and should be the password",
            file.display()
        ))),
    }
}
