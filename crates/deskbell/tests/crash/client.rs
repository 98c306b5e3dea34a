//! The least that speaks HTTP: one connection, kept open, requests one after the other. A connection that ends is an
//! error, and says nothing about the request.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// A connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    key: String,
    once: Option<String>,
}

impl Client {
    pub(crate) fn new(address: &str, key: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream: BufReader::new(stream), key: key.to_owned(), once: None })
    }

    /// The next requests go under this Idempotency-Key.
    pub(crate) fn once(&mut self, name: &str) -> &mut Self {
        self.once = Some(name.to_owned());
        self
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &Value) -> io::Result<(u16, Value)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let once = self.once.as_ref().map(|name| format!("Idempotency-Key: {name}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} /api/v2{path} HTTP/1.1\r\nHost: desk\r\napiKey: {}\r\n{once}{kind}Content-Length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(ended)?;
        let mut length = 0;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| ended())?;
            }
        }
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    /// The answer to a GET that must succeed.
    #[track_caller]
    pub(crate) fn get(&mut self, path: &str) -> Value {
        let (status, json) = self.send("GET", path, &Value::Null).expect("an answer");
        assert_eq!(status, 200, "{path}: {json}");
        json
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 || !line.ends_with('\n') {
            return Err(ended());
        }
        Ok(line.trim_end().to_owned())
    }
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended within an answer")
}
