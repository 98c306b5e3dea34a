//! What is sent and what comes back, as plain data.

use std::fmt;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};

use crate::target::Target;

/// How much of an answer's body is worth keeping, in bytes: the usual value of [`Request::keep`].
pub const KEEP: usize = 64 << 10;

/// Headers that frame a message or say who speaks: the client's to set, and nobody else's.
const OURS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// What is asked of the target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Reads.
    Get,
    /// Delivers.
    Post,
    /// Asks what is allowed.
    Options,
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Options => Self::OPTIONS,
        }
    }
}

/// One request.
#[derive(Clone)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// Where it goes.
    pub target: Target,
    /// Headers beside those of the client (`host`, `user-agent`, the framing); see [`check_header`].
    pub headers: Vec<(String, String)>,
    /// The body; may be empty.
    pub body: Vec<u8>,
    /// The time for everything together: look-up, connection, TLS, sending, and the whole answer.
    pub limit: Duration,
    /// How many bytes of the answer's body are kept, [`KEEP`] as a rule. What is more is dropped, and unless all of it
    /// had come already, the connection is closed.
    pub keep: usize,
}

impl fmt::Debug for Request {
    /// Without headers and body: they hold keys and what people wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// An answer, whatever its status. A redirect (3xx) is an answer too: it is not followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers in their order, names in lower case; what is no UTF-8 in a value is replaced.
    pub headers: Vec<(String, String)>,
    /// The body as it came (nothing is decompressed), at most [`Request::keep`] bytes.
    pub body: Vec<u8>,
    /// Whether the body is not whole: longer than was kept, not at its end within the time limit, or broken off.
    pub cut: bool,
    /// From the start of the look-up to the end of the body.
    pub took: Duration,
}

/// Checks a header that somebody wants to send: its form, and that it is not one of the client's own.
///
/// # Errors
///
/// What is wrong and what would be right. The value, which may be a secret, is not repeated.
pub fn check_header(name: &str, value: &str) -> Result<(), String> {
    header(name, value).map(|_| ())
}

pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| format!("{name:?} is no name of a header: letters, digits and hyphens are"))?;
    if OURS.contains(&parsed.as_str()) {
        return Err(format!("the header {parsed} is set by the server itself; leave it out"));
    }
    let value = HeaderValue::from_str(value).map_err(|_| {
        format!("the value of the header {parsed} holds a line break or another control character")
    })?;
    Ok((parsed, value))
}

#[cfg(test)]
mod tests {
    use super::check_header;

    #[test]
    fn a_header_is_taken_unless_it_is_ours_or_breaks_out_of_its_line() {
        let because = |name, value| check_header(name, value).expect_err("refused");
        assert_eq!(check_header("Authorization", "Bearer abc"), Ok(()));
        assert_eq!(check_header("x-note", "Grüße"), Ok(()));
        for ours in ["Host", "content-length", "Transfer-Encoding", "USER-AGENT", "connection"] {
            assert!(because(ours, "1").ends_with("is set by the server itself; leave it out"), "{ours}");
        }
        for name in ["", "two words", "x:y", "x\r\ny", "ü"] {
            assert!(because(name, "1").contains("is no name of a header"), "{name:?}");
        }
        for value in ["a\r\nhost: b", "a\nb", "a\0b"] {
            let message = because("x-note", value);
            assert!(message.contains("control character") && !message.contains(value), "{message}");
        }
    }
}
