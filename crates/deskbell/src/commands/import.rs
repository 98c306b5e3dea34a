//! `deskbell import`: the file and the map in, progress and refused records on stderr, a summary on stdout.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use deskbell_app::Desk;
use deskbell_app::import::{self, Failure, Map, Notice, Options, Summary};

use super::progress::Progress;
use crate::terminal;

/// Exit status if some records could not go in.
const SOME_REJECTED: u8 = 3;

/// `import`.
#[derive(clap::Args)]
#[command(
    after_help = "Exit status: 0 all records are in, 3 some were rejected and stand in the rejects file, 1 failed.\n\
                        A second run changes nothing, and a run that was cut off goes on. docs/import.md explains maps."
)]
pub(crate) struct Import {
    /// The file: CSV, TSV or JSON Lines.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The map: which column becomes which field, as TOML.
    #[arg(long, value_name = "MAP.toml")]
    map: PathBuf,
    /// Say what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where rejected records go, as they were [default: beside FILE, as NAME.rejects.ENDING].
    #[arg(long, value_name = "PATH")]
    rejects: Option<PathBuf>,
    /// Print the summary as a JSON object.
    #[arg(long)]
    json: bool,
}

/// Imports.
pub(crate) fn run(args: &Import, desk: &Desk) -> Result<ExitCode> {
    let text = std::fs::read_to_string(&args.map)
        .with_context(|| format!("the map {} cannot be read", args.map.display()))?;
    let map = Map::parse(&text).map_err(|why| anyhow::anyhow!("the map {}: {why}", args.map.display()))?;
    let options = Options { dry_run: args.dry_run, rejects: args.rejects.clone() };
    let mut progress = Progress::new();
    let file = args.file.display();
    let summary = import::run(desk, map, &args.file, &options, &mut |notice| match notice {
        Notice::Progress { bytes, total, summary } => progress.show(bytes, total, || {
            format!(
                "{} imported, {} there already, {} rejected",
                summary.imported, summary.already, summary.rejected
            )
        }),
        Notice::Rejected { line, reason } => {
            progress.clear();
            terminal::hint(&format!("{file}: line {line}: {reason}"));
        }
    });
    progress.clear();
    let summary = summary.map_err(|failure| match failure {
        Failure::Refused(why) => anyhow::anyhow!("{file}: {why}"),
        Failure::Io(error) => anyhow::Error::from(error).context(unfinished(&args.file)),
        Failure::Store(error) => anyhow::Error::from(error).context(unfinished(&args.file)),
    })?;
    if args.json {
        terminal::answer_json(&summary)?;
    } else {
        terminal::answer(&words(&summary))?;
    }
    Ok(ExitCode::from(if summary.rejected > 0 { SOME_REJECTED } else { 0 }))
}

fn unfinished(file: &std::path::Path) -> String {
    format!("{} is not imported to its end; what is in stays, and running it again goes on", file.display())
}

/// The summary for people.
fn words(summary: &Summary) -> String {
    let rows = |n: u64, what: &str| format!("{n:>9} {what}");
    let mut lines = vec![
        rows(summary.rows, "rows read"),
        rows(summary.imported, if summary.dry_run { "would be imported" } else { "imported" }),
        rows(summary.already, "there already"),
        rows(summary.rejected, "rejected"),
    ];
    for (count, what) in [
        (summary.blank, "blank"),
        (summary.left_out, "left out by the map"),
        (summary.brands, "new brands"),
        (summary.groups, "new groups"),
        (summary.customers.unwrap_or(0), "new customers"),
    ] {
        if count > 0 {
            lines.push(rows(count, what));
        }
    }
    if let Some(path) = &summary.rejects {
        lines.push(format!(
            "The rejected rows are in {}: repair them there and import that file.",
            path.display()
        ));
    }
    lines.push(if summary.dry_run {
        "This was a dry run: nothing was changed.".to_owned()
    } else {
        format!("{:.1} seconds, {:.0} records a second", summary.seconds, summary.per_second)
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_matters_and_leaves_out_what_did_not_happen() {
        let summary = Summary {
            rows: 12,
            imported: 9,
            already: 1,
            rejected: 2,
            seconds: 0.5,
            per_second: 18.0,
            ..Summary::default()
        };
        let text = words(&summary);
        assert!(
            text.contains("9 imported")
                && text.contains("2 rejected")
                && text.contains("18 records a second")
        );
        assert!(!text.contains("blank") && !text.contains("new brands"), "{text}");
        assert!(words(&Summary { dry_run: true, ..summary }).contains("nothing was changed"));
    }
}
