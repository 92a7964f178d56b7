//! What can go wrong with the file, and what to do about it.

use super::super::StoreError;
use rusqlite::ErrorCode;
use std::path::Path;

/// Why a transaction failed.
pub(super) enum Failure {
    Sql(rusqlite::Error),
    Told(StoreError),
}

impl Failure {
    pub(super) fn told(self, file: &Path) -> StoreError {
        match self {
            Failure::Sql(error) => explain(file, &error),
            Failure::Told(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        Failure::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Told(error)
    }
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// What is wrong, and what to do. Our statements have parameters for all values, so SQLite's texts have none.
pub(super) fn explain(file: &Path, error: &rusqlite::Error) -> StoreError {
    let file = file.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Unavailable(format!("{file} is locked by another program: end what works in it"))
        }
        Some(ErrorCode::DiskFull) => StoreError::Unavailable(format!(
            "no room is left for {file}: free some on its file system, or lower [store] max_size"
        )),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::Unavailable(format!(
            "{file} cannot be written: the user who runs mailgauge must own it and its directory, on a file system that is not read-only"
        )),
        Some(ErrorCode::CannotOpen) => StoreError::Unavailable(format!(
            "{file} cannot be opened: check that it is a file, and that the user who runs mailgauge owns it and its directory"
        )),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Unusable(format!(
            "{file} is damaged, or no SQLite database ({error}): restore it from a backup, or move it away to begin a new one"
        )),
        _ => StoreError::Unavailable(format!("{file}: {error}")),
    }
}
