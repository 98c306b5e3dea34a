//! `cargo xtask tidy`: invariants of the tree that reading its text can check, each finding with file, line and rule.

mod rules;
mod source;
mod tree;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::sh;

/// Folders that are not sources.
const SKIPPED: &[&str] = &["target", "node_modules", "dist", "deskbell-data"];

/// A file of the tree.
pub(crate) struct File {
    /// Its path from the root, with slashes.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
}

/// What the rules found.
#[derive(Default)]
pub(crate) struct Findings(Vec<(String, usize, String)>);

impl Findings {
    /// Adds one; `line` counts from 0.
    pub(crate) fn add(&mut self, file: &File, line: usize, rule: &str) {
        self.0.push((file.path.clone(), line + 1, rule.to_owned()));
    }

    /// `file:line: rule`, in the order of the tree.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted.into_iter().map(|(path, line, rule)| format!("{path}:{line}: {rule}")).collect()
    }
}

/// Checks the tree.
pub(crate) fn command() -> Result<ExitCode> {
    let mut files = Vec::new();
    read(&sh::root(), "", &mut files)?;
    let mut findings = Findings::default();
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        rules::check(file, &mut findings);
    }
    tree::check(&files, &mut findings);

    let lines = findings.lines();
    for line in &lines {
        println!("{line}");
    }
    if lines.is_empty() {
        println!("tidy: {} files in order", files.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} findings in {} files read", lines.len(), files.len());
    Ok(ExitCode::FAILURE)
}

/// Reads every text below the folder. What is not UTF-8 is no text.
fn read(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    let mut entries = folder
        .read_dir()
        .and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>())
        .with_context(|| format!("cannot read {}", folder.display()))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
            if !hidden && !SKIPPED.contains(&name.as_str()) {
                read(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if kind.is_file()
            // In a second working tree of git it is a file, which says where the first one is.
            && name != ".git"
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.push(File { path, text });
        }
    }
    Ok(())
}
