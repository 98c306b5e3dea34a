//! The one error of the store: a kind to branch on, a message for people, a source for the log.
//!
//! A message never carries parameter values, row contents or connection passwords: they may be
//! personal data or secrets, and messages end in logs and answers.

use std::borrow::Cow;
use std::fmt;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A queue of the store is full; nothing was done. Try again later.
    Overloaded,
    /// The disk (or a size limit of the database) is full; nothing of the job was kept.
    DiskFull,
    /// The database cannot be reached, or the connection was lost while COMMIT was under way. In
    /// the second case, which the message names, the outcome is unknown.
    Unavailable,
    /// A unique constraint refused the write.
    Unique,
    /// A foreign key refused the write.
    ForeignKey,
    /// A statement took longer than the time limit, or a lock could not be had in time.
    Timeout,
    /// The database was made by a newer version of the program.
    TooNew,
    /// A migration that was applied differs from the one in the program.
    ChecksumMismatch,
    /// The database user lacks a right; the message says which one to grant.
    Rights,
    /// The store was closed.
    Closed,
    /// Anything else that the database refused: a defect in the statement, a damaged file, a panic
    /// in a job.
    Engine,
    /// A column had another type than the caller asked for.
    Decode,
}

/// A failure of the store.
///
/// `Display` says what happened and, where something can be done, what to do.
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: Cow<'static, str>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with a message for people. Never put values of parameters or rows in it.
    pub fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Error {
        Error(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    /// The same error with its cause attached, for logs.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What happened, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// A second error with the same kind and message: one failed COMMIT answers many jobs.
    pub(crate) fn again(&self) -> Error {
        Error::new(self.0.kind, self.0.message.clone())
    }

    pub(crate) fn overloaded() -> Error {
        Error::new(Kind::Overloaded, "the store is busy: too many jobs wait already; try again in a moment")
    }

    pub(crate) fn closed() -> Error {
        Error::new(Kind::Closed, "the store is closed")
    }

    pub(crate) fn panicked() -> Error {
        Error::new(Kind::Engine, "a job of the store panicked; its transaction was rolled back")
    }

    pub(crate) fn column(index: usize, wanted: &str, found: &str) -> Error {
        Error::new(Kind::Decode, format!("column {index} is {found} where {wanted} was asked for"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}
