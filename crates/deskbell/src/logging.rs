//! The log: lines on stderr, as text or JSON. Whatever a program or a person put into a value, one event is one line,
//! and a key that got into it is cut off.

use std::io::{self, Write};

use anyhow::{Result, anyhow};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::Config;

/// Starts the log of a server.
pub(crate) fn for_server(config: &Config) -> Result<()> {
    let level = match config.text("log_level") {
        "error" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "debug" => LevelFilter::DEBUG,
        _ => LevelFilter::INFO,
    };
    start(config, level)
}

/// Starts the log of a command: what goes wrong, beside what it answers.
pub(crate) fn for_commands(config: &Config) -> Result<()> {
    start(config, LevelFilter::WARN)
}

fn start(config: &Config, level: LevelFilter) -> Result<()> {
    let log = tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(Stderr);
    // A log that cannot be written must not bring the server down: the complaint about it would go to the same place.
    let log = log.log_internal_errors(false);
    let started = match config.text("log_format") {
        "json" => log.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        _ => log.try_init(),
    };
    started.map_err(|error| anyhow!("the log cannot be started: {error}"))
}

/// Makes a panic one line of the log that names the place. Its text may hold a person's data, so it stays out unless it
/// is fixed in the program.
pub(crate) fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let text = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("no fixed text");
        if tracing::enabled!(tracing::Level::ERROR) {
            tracing::error!(place, text, "a fault of the program: it panicked");
        } else {
            crate::terminal::hint(&format!(
                "deskbell: a fault of the program: it panicked at {place}: {text}"
            ));
        }
    }));
}

/// Stderr, an event at a time.
struct Stderr;

impl<'w> MakeWriter<'w> for Stderr {
    type Writer = Lines<io::Stderr>;

    fn make_writer(&'w self) -> Self::Writer {
        Lines(io::stderr())
    }
}

/// Passes on what is written, which is one whole event each time, as one line.
struct Lines<W>(W);

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(&line(event))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The event with its control characters spelled out, without keys, and with one line break at its end.
fn line(event: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(event);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let mut out = String::with_capacity(text.len() + 1);
    let mut rest = text;
    while let Some(at) = rest.find(deskbell_app::key::PREFIX) {
        let (before, key) = rest.split_at(at + deskbell_app::key::PREFIX.len());
        let end = key.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(key.len());
        push(&mut out, before);
        out.push('…');
        rest = &key[end..];
    }
    push(&mut out, rest);
    out.push('\n');
    out.into_bytes()
}

fn push(out: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(event: &str) -> String {
        String::from_utf8(line(event.as_bytes())).expect("text")
    }

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        assert_eq!(said("one\n"), "one\n");
        assert_eq!(said("a\r\nfake line\u{1b}[31m\u{2028}x\n"), "a\\r\\nfake line\\u{1b}[31m\\u{2028}x\n");
        assert_eq!(said("né 日本\n"), "né 日本\n");
        assert_eq!(line(b"bad \xff byte\n"), "bad \u{fffd} byte\n".as_bytes());
    }

    #[test]
    fn a_key_is_cut_off_wherever_it_stands() {
        let key = "dbk_0123456789ABCDEFGHIJabcdefghij";
        assert_eq!(said(&format!("id={key} next {key}")), "id=dbk_… next dbk_…\n");
        assert_eq!(said(&format!("{{\"id\":\"{key}\"}}\n")), "{\"id\":\"dbk_…\"}\n");
        assert_eq!(said("dbk_"), "dbk_…\n");
    }
}
