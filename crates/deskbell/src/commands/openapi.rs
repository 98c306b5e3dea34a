//! `deskbell openapi`: the document of the API, as it is served.

use std::process::ExitCode;

use anyhow::Result;

use crate::{serve, terminal};

/// Prints the document.
pub(crate) fn run() -> Result<ExitCode> {
    terminal::answer_json(&serve::document())?;
    Ok(ExitCode::SUCCESS)
}
