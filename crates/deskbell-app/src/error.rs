//! What a use case can end in besides success: a refusal for the caller, or a failure of the store.

use deskbell_core::Fault;
use deskbell_db::Kind;
use deskbell_files::Failure;

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use case did not do what was asked. Either way nothing was changed.
#[derive(Debug)]
pub enum Error {
    /// The caller is told why.
    Fault(Box<Fault>),
    /// The store failed or is overloaded; the caller is told only which of the two.
    Store(deskbell_db::Error),
    /// The store of files failed; it may well be there later.
    Files(Failure),
}

impl Error {
    /// The refusal, if it is one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Store(_) | Self::Files(_) => None,
        }
    }

    /// Whether the same call may succeed later: the store is overloaded, full or out of reach for now.
    pub fn passes(&self) -> bool {
        let passing = [Kind::Overloaded, Kind::DiskFull, Kind::Unavailable, Kind::Timeout, Kind::Closed];
        match self {
            Self::Fault(_) | Self::Files(Failure::Missing(_)) => false,
            Self::Store(error) => passing.contains(&error.kind()),
            Self::Files(_) => true,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

impl From<deskbell_db::Error> for Error {
    fn from(error: deskbell_db::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Files(failure)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Files(failure) => failure.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
