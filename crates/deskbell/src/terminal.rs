//! Writing to stdout and stderr. A reader that has gone (`| head`) is no failure of the command.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};

/// Writes an answer and a line break to stdout, at once.
pub(crate) fn answer(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("the answer could not be written to stdout")
        }
        _ => Ok(()),
    }
}

/// Writes a value as JSON to stdout.
pub(crate) fn answer_json(value: &impl serde::Serialize) -> Result<()> {
    answer(&serde_json::to_string_pretty(value).context("the answer could not be written as JSON")?)
}

/// Writes a line for people to stderr. There is nobody to tell if that fails.
pub(crate) fn hint(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A table with these headings, for people.
pub(crate) fn table(headings: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.set_header(headings.iter().copied());
    table
}
