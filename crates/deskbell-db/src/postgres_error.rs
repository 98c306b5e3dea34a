//! What PostgreSQL's failures mean: to the callers of the store, and to the thread that runs the job.
//!
//! Messages of the server may quote values ("Key (email)=(…) already exists"), so only those of
//! classes that do not are passed on.

use tokio_postgres::error::{DbError, SqlState};

use crate::error::{Error, Kind};

/// What the running thread should do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Nothing: it is the job's.
    None,
    /// Run the whole job again: it met another transaction.
    Retry,
    /// Forget the prepared statements and run the job again.
    Replan,
    /// The connection is gone.
    Reconnect,
}

/// Explains a failure and says what to do about it.
pub(crate) fn explain(error: tokio_postgres::Error) -> (Error, Remedy) {
    if let Some(refusal) = error.as_db_error() {
        return (Error::new(kind(refusal), message(refusal)), remedy(refusal));
    }
    let source = std::error::Error::source(&error);
    let broken = error.is_closed() || source.is_some_and(|source| source.is::<std::io::Error>());
    let text = match source {
        // The cause of an encoding error is ours and names shapes, not values.
        Some(cause) => format!("PostgreSQL: {error}: {cause}"),
        None => format!("PostgreSQL: {error}"),
    };
    if broken {
        (Error::new(Kind::Unavailable, text).with_source(error), Remedy::Reconnect)
    } else {
        (Error::new(Kind::Engine, text).with_source(error), Remedy::None)
    }
}

/// Explains why a connection could not be made. `true`: trying again may help.
pub(crate) fn explain_connect(error: tokio_postgres::Error) -> (Error, bool) {
    if let Some(refusal) = error.as_db_error() {
        let passing = kind(refusal) == Kind::Unavailable;
        let state = refusal.code();
        let advice =
            if [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(state) {
                "; check the user and the password in the database's URL, and the server's pg_hba.conf"
            } else if *state == SqlState::INVALID_CATALOG_NAME {
                "; make it first, with CREATE DATABASE, or correct the database's URL"
            } else {
                ""
            };
        let text = format!("PostgreSQL refuses the connection: {}{advice}", message(refusal));
        return (Error::new(kind(refusal), text), passing);
    }
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let mut text = format!("PostgreSQL cannot be reached: {error}{cause}");
    // The driver hides its kinds, but a certificate that is refused once is refused again.
    let untrusted = cause.contains("certificate");
    if untrusted {
        text.push_str("; name the authority that signed the server's certificate with sslrootcert=PATH");
    }
    (Error::new(Kind::Unavailable, text).with_source(error), !untrusted)
}

fn remedy(refusal: &DbError) -> Remedy {
    match refusal.code().code() {
        "40001" | "40P01" => Remedy::Retry,
        "26000" => Remedy::Replan,
        "0A000" if refusal.routine() == Some("RevalidateCachedQuery") => Remedy::Replan,
        // Shutdown, crash, standby, idle time limits, the connection classes.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Remedy::Reconnect,
        code if code.starts_with("08") => Remedy::Reconnect,
        _ => Remedy::None,
    }
}

fn kind(refusal: &DbError) -> Kind {
    let code = refusal.code();
    match code.code() {
        "23505" => Kind::Unique,
        "23503" => Kind::ForeignKey,
        "57014" | "55P03" => Kind::Timeout,
        "53100" => Kind::DiskFull,
        "40001" | "40P01" => Kind::Overloaded,
        "42501" => Kind::Rights,
        "25P03" => Kind::Unavailable,
        code if code.starts_with("28") => Kind::Rights,
        code if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => Kind::Unavailable,
        _ => Kind::Engine,
    }
}

fn message(refusal: &DbError) -> String {
    let code = refusal.code();
    let name = refusal.constraint().or(refusal.column()).unwrap_or("of unknown name");
    match code.code() {
        "23505" => format!("the unique constraint {name} refused the write"),
        "23503" => format!("the foreign key {name} refused the write"),
        "57014" => "a statement took longer than the time limit and was stopped".into(),
        "53100" => "the disk of the PostgreSQL server is full; free some space".into(),
        "40001" | "40P01" => "other transactions were in the way, again and again; try again".into(),
        "42501" => format!("{}; GRANT it to the user of the URL", refusal.message()),
        state if quotes_nothing(code, state, refusal.message()) => {
            format!("PostgreSQL: {} (SQLSTATE {state})", refusal.message())
        }
        state if state.starts_with("23") => format!("the constraint {name} refused the write"),
        state => format!("PostgreSQL refused a value of a statement (SQLSTATE {state})"),
    }
}

/// Whether the server's text for this state is about statements and the server, not about data.
fn quotes_nothing(code: &SqlState, state: &str, text: &str) -> bool {
    if *code == SqlState::SYNTAX_ERROR {
        // A search text that cannot be read is a syntax error too, and is quoted.
        return !text.contains("tsquery");
    }
    ["08", "0A", "25", "26", "28", "3D", "3F", "42", "53", "55", "57", "58"]
        .iter()
        .any(|class| state.starts_with(class))
}
