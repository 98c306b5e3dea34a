//! What SQLite's failures mean to the callers of the store.

use rusqlite::{ErrorCode, ffi};

use crate::error::{Error, Kind};

/// A failure before or beside the running of a statement. Its text comes from SQLite and from our
/// own statements, never from parameters.
pub(crate) fn explain(error: rusqlite::Error) -> Error {
    let (code, text) = match &error {
        rusqlite::Error::SqliteFailure(code, text) => (*code, text.clone().unwrap_or_default()),
        rusqlite::Error::SqlInputError { error, msg, .. } => (*error, msg.clone()),
        other => return Error::new(Kind::Engine, format!("SQLite: {other}")),
    };
    let kind = kind(code);
    let message = match (kind, code.code) {
        (Kind::DiskFull, _) => {
            "the disk (or a size limit of the database) is full; free some space, nothing was kept of this \
             write"
                .into()
        }
        (Kind::Timeout, ErrorCode::OperationInterrupted) => {
            "the statements of a job took longer than the time limit and were stopped".into()
        }
        (Kind::Timeout, _) => {
            "another process holds the database's write lock for too long; stop it or try again".into()
        }
        (Kind::Unavailable, _) => format!("the database file cannot be read or written: {text}"),
        (_, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            format!("the database file is damaged or no database; restore a backup: {text}")
        }
        _ => format!("SQLite: {text}"),
    };
    Error::new(kind, message).with_source(ffi::Error::new(code.extended_code))
}

/// A failure of a running statement. SQLite's general errors of that time may quote a parameter (a
/// malformed full-text query, for one), so their text is left out.
pub(crate) fn explain_run(error: rusqlite::Error) -> Error {
    match &error {
        rusqlite::Error::SqliteFailure(code, _) if code.code == ErrorCode::Unknown => {
            Error::new(Kind::Engine, "SQLite refused a value or a search text of a statement")
                .with_source(ffi::Error::new(code.extended_code))
        }
        _ => explain(error),
    }
}

fn kind(code: ffi::Error) -> Kind {
    match (code.code, code.extended_code) {
        // A shared-memory file that cannot grow is what a full disk looks like to readers.
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Kind::DiskFull,
        (
            _,
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID,
        ) => Kind::Unique,
        (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Kind::ForeignKey,
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted, _) => {
            Kind::Timeout
        }
        (ErrorCode::SystemIoFailure | ErrorCode::CannotOpen, _) => Kind::Unavailable,
        (ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied, _) => Kind::Rights,
        _ => Kind::Engine,
    }
}
