//! What can go wrong with the database, and what to do about it.

use super::super::StoreError;
use postgres::error::SqlState;
use std::error::Error as _;

/// Why a transaction failed.
pub(super) enum Failure {
    Sql(postgres::Error),
    Told(StoreError),
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Failure {
        Failure::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Told(error)
    }
}

/// What is wrong, and what to do. Of the server's words only the message: its details can show values of rows.
pub(super) fn explain(error: &postgres::Error) -> StoreError {
    let Some(said) = error.as_db_error() else {
        let cause = error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
        return StoreError::Unavailable(format!(
            "PostgreSQL does not answer: {cause}: check that it runs, and [store] url"
        ));
    };
    let code = said.code();
    let said = format!("PostgreSQL says {:?} ({})", said.message(), code.code());
    if code.code().starts_with("28") {
        return StoreError::Unusable(format!(
            "{said}: check user and password_file in [store], and the server's pg_hba.conf"
        ));
    }
    match *code {
        SqlState::INVALID_CATALOG_NAME => StoreError::Unusable(format!("{said}: make it with `createdb`")),
        SqlState::INSUFFICIENT_PRIVILEGE => StoreError::Unusable(format!(
            "{said}: let the user own the database or the schema mailgauge: ALTER DATABASE ... OWNER TO ..."
        )),
        SqlState::DISK_FULL => StoreError::Unavailable(format!("{said}: free some room on the server")),
        SqlState::LOCK_NOT_AVAILABLE => {
            StoreError::Unavailable(format!("{said}: somebody else works in the tables; it is tried again"))
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Unavailable(format!(
            "{said}: this is a standby or a read-only database; name the primary in [store] url, or add target_session_attrs=read-write"
        )),
        _ => StoreError::Unavailable(said),
    }
}
