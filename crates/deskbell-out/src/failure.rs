//! Why a request has no answer, in words for the people who set the URL up.
//!
//! A failure names host and port of the target at most: path, query and headers often hold what opens a door.

use std::error::Error;
use std::time::Duration;

use hyper_util::client::legacy;

/// Why a request has no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    /// It must not be sent: the address leads where the server may not go, or a header is not the caller's to set.
    #[error("{0}")]
    Refused(String),
    /// The name has no address, or nobody could be asked for it.
    #[error("{0}")]
    Resolve(String),
    /// No connection to any of the addresses.
    #[error("{0}")]
    Connect(String),
    /// A connection, and no agreement on TLS: most often the certificate.
    #[error("{0}")]
    Tls(String),
    /// No whole head of an answer within the time limit, which is given.
    #[error("no answer within {}", seconds(*.0))]
    Silent(Duration),
    /// What came back is no answer of HTTP/1.1, or the connection broke off before there was one.
    #[error("{0}")]
    Broken(String),
}

impl Failure {
    /// The kind in one word, for logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Resolve(_) => "resolve",
            Self::Connect(_) => "connect",
            Self::Tls(_) => "tls",
            Self::Silent(_) => "silent",
            Self::Broken(_) => "broken",
        }
    }

    /// What the client library says, in our words. The connector's own failures come through it unchanged.
    pub(crate) fn from_client(place: &str, error: &legacy::Error) -> Self {
        if let Some(own) = cause::<Self>(error) {
            return own.clone();
        }
        if error.is_connect() {
            return Self::Connect(format!("no connection to {place}: {}", last(error)));
        }
        Self::Broken(match cause::<hyper::Error>(error) {
            Some(hyper) if hyper.is_parse() => {
                format!("what {place} answers cannot be read as HTTP/1.1: {}", last(hyper))
            }
            Some(hyper) if hyper.is_incomplete_message() => {
                format!("{place} closed the connection before it had answered")
            }
            _ => format!("the connection to {place} broke off: {}", last(error)),
        })
    }
}

/// The outermost cause of a type.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The innermost cause: the outer ones only say where it was met.
fn last(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// A time limit as people say it.
fn seconds(limit: Duration) -> String {
    match limit.subsec_millis() {
        0 => format!("{} s", limit.as_secs()),
        _ => format!("{} ms", limit.as_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_reads_as_people_say_it() {
        assert_eq!(Failure::Silent(Duration::from_secs(10)).to_string(), "no answer within 10 s");
        assert_eq!(Failure::Silent(Duration::from_millis(1500)).to_string(), "no answer within 1500 ms");
    }
}
