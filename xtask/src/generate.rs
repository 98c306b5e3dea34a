//! `cargo xtask gen`: the files of the tree that are made and not written. To add one, add a line to [`made`].
//!
//! `--check` writes nothing and fails where a file is not what would be made.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use deskbell_core::{Code, Permission};

use crate::desk::Desk;
use crate::sh;

/// A file that is made: its path from the root, and its content.
struct Made {
    path: &'static str,
    content: String,
}

fn made() -> Result<Vec<Made>> {
    let desk = Desk::build(false)?;
    let document = desk.ask(&["openapi"])?;
    Ok(vec![
        Made { path: "docs/errors.md", content: errors(&document)? },
        Made { path: "docs/permissions.md", content: permissions() },
        Made { path: "openapi.json", content: document },
        Made { path: "deskbell.example.toml", content: desk.ask(&["config", "show", "--default"])? },
    ])
}

/// Makes all, or with `check` compares.
pub(crate) fn command(check: bool) -> Result<ExitCode> {
    let mut stale = 0;
    for Made { path, content } in made()? {
        let file = sh::root().join(path);
        let present = fs::read_to_string(&file).unwrap_or_default();
        if present == content {
            continue;
        }
        stale += 1;
        if check {
            println!(
                "{path} is out of date; `cargo xtask gen` makes it anew:\n{}",
                difference(&present, &content)
            );
        } else {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&file, content).with_context(|| format!("cannot write {path}"))?;
            println!("{path} made anew");
        }
    }
    if stale == 0 {
        println!("gen: everything is up to date");
    }
    Ok(if check && stale > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The table of codes. Which status tells a code, the API's document says, and it alone.
fn errors(document: &str) -> Result<String> {
    let document: serde_json::Value = serde_json::from_str(document).context("openapi.json is no JSON")?;
    let statuses = &document["components"]["schemas"]["Code"]["x-status"];
    let mut text = String::from(
        "<!-- Made by `cargo xtask gen` from the table in deskbell-core/src/fault.rs; do not edit. -->\n\n\
         # Error codes\n\n\
         Every error answer names one of these codes. A code keeps its meaning and its status; programs should look \
         at the code, people at the message beside it.\n\n\
         | status | code | meaning |\n| --- | --- | --- |\n",
    );
    let mut codes = Vec::new();
    for code in Code::ALL {
        let status = statuses[code.as_str()].as_u64();
        codes.push((
            status.with_context(|| format!("openapi.json names no status of {}", code.as_str()))?,
            code,
        ));
    }
    codes.sort_by_key(|(status, _)| *status);
    for (status, code) in codes {
        text.push_str(&format!("| {status} | `{}` | {} |\n", code.as_str(), cell(code.meaning())));
    }
    Ok(text)
}

fn permissions() -> String {
    let mut text = String::from(
        "<!-- Made by `cargo xtask gen` from the table in deskbell-core/src/permission.rs; do not edit. -->\n\n\
         # Permissions\n\n\
         A key has some of these; `deskbell key create --permission A,B` names them. A call that lacks its permission \
         is answered 403 `forbidden`, with the permission's name.\n\n\
         | permission | gates |\n| --- | --- |\n",
    );
    for permission in Permission::ALL {
        text.push_str(&format!("| `{permission}` | {} |\n", cell(permission.gates())));
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The first lines that differ, and how many do.
fn difference(present: &str, made: &str) -> String {
    const SHOWN: usize = 8;
    let (old, new): (Vec<&str>, Vec<&str>) = (present.lines().collect(), made.lines().collect());
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let same_end = old[same_start..]
        .iter()
        .rev()
        .zip(new[same_start..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let part = |lines: &[&str], sign: char| -> String {
        let changed = &lines[same_start..lines.len() - same_end];
        let mut text: String = changed.iter().take(SHOWN).map(|line| format!("  {sign} {line}\n")).collect();
        if changed.len() > SHOWN {
            text.push_str(&format!("  {sign} … and {} more lines\n", changed.len() - SHOWN));
        }
        text
    };
    format!("  from line {}:\n{}{}", same_start + 1, part(&old, '-'), part(&new, '+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_and_permission_has_a_row() {
        let document = fs::read_to_string(sh::root().join("openapi.json")).unwrap();
        let (errors, permissions) = (errors(&document).unwrap(), permissions());
        for code in Code::ALL {
            assert!(errors.contains(&format!("| `{}` | ", code.as_str())), "{}", code.as_str());
        }
        for name in Permission::NAMES {
            assert!(permissions.contains(&format!("| `{name}` | ")), "{name}");
        }
    }

    #[test]
    fn a_difference_shows_what_changed_and_leaves_out_what_did_not() {
        let text = difference("a\nb\nc\nd\n", "a\nx\ny\nd\n");
        assert_eq!(text, "  from line 2:\n  - b\n  - c\n  + x\n  + y\n");
        assert_eq!(difference("a\n", "a\nb\n"), "  from line 2:\n  + b\n");
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long: String = (0..20).map(|n| format!("{n}\n")).collect();
        assert!(difference("", &long).ends_with("+ 7\n  + … and 12 more lines\n"));
    }
}
