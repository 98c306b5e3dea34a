//! The little HTTP that the developer commands speak: one GET to a server on this machine.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

const LIMIT: Duration = Duration::from_secs(30);

/// An answer.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: String,
}

/// Asks `address` (`HOST:PORT`) for a path, with a key unless it is empty.
pub(crate) fn get(address: &str, path: &str, key: &str) -> Result<Answer> {
    let ask = || -> Result<Answer> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(LIMIT))?;
        let key = if key.is_empty() { String::new() } else { format!("apiKey: {key}\r\n") };
        // 1.0, so that the body comes in one piece and ends with the connection.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: */*\r\n{key}\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        parse(&text)
    };
    ask().with_context(|| format!("GET http://{address}{path}"))
}

/// Asks for JSON and fails unless the status is 200.
pub(crate) fn get_json(address: &str, path: &str, key: &str) -> Result<serde_json::Value> {
    let answer = get(address, path, key)?;
    if answer.status != 200 {
        bail!("GET http://{address}{path} was answered {}: {}", answer.status, answer.body);
    }
    serde_json::from_str(&answer.body).with_context(|| format!("GET http://{address}{path}: not JSON"))
}

fn parse(text: &str) -> Result<Answer> {
    let (head, body) = text.split_once("\r\n\r\n").context("no end of the headers")?;
    let status = head.split(' ').nth(1).context("no status")?.parse().context("no number as status")?;
    Ok(Answer { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_status_and_body() {
        let answer =
            parse("HTTP/1.0 404 Not Found\r\ncontent-type: application/json\r\n\r\n{\"a\":\r\n\r\n1}")
                .unwrap();
        assert_eq!(answer, Answer { status: 404, body: "{\"a\":\r\n\r\n1}".to_owned() });
        assert!(parse("nonsense").is_err());
    }
}
