//! `deskbell key`: making, listing, changing and revoking API keys. A running server knows of each within a second.

mod options;
mod show;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};
use deskbell_app::{Desk, key};
use deskbell_core::{Actor, KeyId};
use deskbell_db::{Lane, Urgency};

use crate::terminal;
use options::{Limits, Name, Permissions};

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a key and print it, alone on stdout and once: it is not kept.
    Create(Create),
    /// List all keys, revoked ones too.
    List {
        /// Print a JSON array of id, name, permissions, brands, groups, expires, revoked, last_used and more.
        #[arg(long)]
        json: bool,
    },
    /// Change what is named of a key, and leave the rest as it is.
    #[command(
        after_help = "`--brand all`, `--group all`, `--allow all` and `--expires never` lift that limit.\n\
                      A limit that is named replaces the one before, as a whole."
    )]
    Update(Update),
    /// Revoke a key, for good. Servers refuse it within a second.
    Revoke {
        /// Its id, as `key list` shows it.
        #[arg(value_name = "ID", value_parser = options::id)]
        id: i64,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `key create`.
#[derive(Args)]
pub(crate) struct Create {
    /// For what or whom the key is: it stands in the journal of what the key does.
    #[arg(long, value_name = "NAME", value_parser = options::name)]
    name: String,
    #[command(flatten)]
    permissions: Permissions,
    #[command(flatten)]
    limits: Limits,
    /// Print a JSON object of id, name and key.
    #[arg(long)]
    json: bool,
}

/// `key update`.
#[derive(Args)]
pub(crate) struct Update {
    /// Its id, as `key list` shows it.
    #[arg(value_name = "ID", value_parser = options::id)]
    id: i64,
    #[command(flatten)]
    name: Name,
    #[command(flatten)]
    permissions: Permissions,
    #[command(flatten)]
    limits: Limits,
    /// Print the changed key as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs one.
pub(crate) fn run(command: &Command, desk: &Desk) -> Result<ExitCode> {
    match command {
        Command::Create(create) => run_create(create, desk)?,
        Command::List { json } => run_list(*json, desk)?,
        Command::Update(update) => run_update(update, desk)?,
        Command::Revoke { id, json } => run_revoke(KeyId(*id), *json, desk)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn run_create(create: &Create, desk: &Desk) -> Result<()> {
    let mut rights = options::nothing(&create.name);
    rights.permissions = create.permissions.required()?;
    create.limits.apply(&mut rights, desk.context().now())?;
    let name = rights.name.clone();
    let (id, secret) = write(desk, "keyCreate", move |work| key::create(work, &rights))?;
    if create.json {
        return terminal::answer_json(&serde_json::json!({"id": id.0, "name": name, "key": secret}));
    }
    terminal::hint(&format!("Key {id} is made. It is not shown again:"));
    terminal::answer(&secret)
}

fn run_list(json: bool, desk: &Desk) -> Result<()> {
    let keys = desk.read_blocking(Lane::Point, &Arc::new(Actor::system()), |tx, _| key::list(tx))?;
    if json {
        return terminal::answer_json(&keys.iter().map(show::item).collect::<Vec<_>>());
    }
    if keys.is_empty() {
        terminal::hint("There is no key yet; `deskbell key create --name NAME --all` makes one.");
        return Ok(());
    }
    terminal::answer(&show::table(&keys, desk.context().now()))
}

fn run_update(update: &Update, desk: &Desk) -> Result<()> {
    let change =
        options::Change::of(&update.name, &update.permissions, &update.limits, desk.context().now())?;
    let id = KeyId(update.id);
    let changed =
        write(desk, "keyUpdate", move |work| key::update(work, id, |_| true, |rights| change.apply(rights)))?;
    if changed.revoked_at.is_some() {
        terminal::hint(&format!("Key {id} is revoked, and stays so."));
    }
    if update.json {
        terminal::answer_json(&show::item(&changed))
    } else {
        terminal::answer(&format!("Key {id} is changed."))
    }
}

fn run_revoke(id: KeyId, json: bool, desk: &Desk) -> Result<()> {
    let (was_good, _) = write(desk, "keyRevoke", move |work| key::revoke(work, id, |_| true))?;
    if json {
        return terminal::answer_json(&serde_json::json!({"id": id.0, "revoked": true}));
    }
    terminal::answer(&format!("Key {id} {}.", if was_good { "is revoked" } else { "was revoked before" }))
}

fn write<T: Send + 'static>(
    desk: &Desk,
    call: &'static str,
    job: impl FnMut(&mut deskbell_app::Work<'_, '_>) -> deskbell_app::Result<T> + Send + 'static,
) -> Result<T> {
    Ok(desk.write_blocking(Urgency::Interactive, &Arc::new(Actor::system()), call, job)?)
}
