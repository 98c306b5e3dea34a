//! `deskbell user`: people who will sign in. Passwords are asked for on a terminal, or read from the first line of
//! stdin; never taken from the command line, which others can see.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use deskbell_app::item::Paging;
use deskbell_app::user::{self, Account, Fields, Filter, User, password};
use deskbell_app::{Desk, group};
use deskbell_core::Actor;
use deskbell_db::{Lane, Urgency};
use serde_json::json;

use crate::failure::Usage;
use crate::terminal;

/// How many users are read at a time.
const PAGE: i64 = 500;

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a user; the password is asked for, or read from stdin.
    Create(Create),
    /// List all users, deactivated ones too.
    List {
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Give a user a new password, which is asked for, or read from stdin; the old one is not needed.
    ResetPassword {
        /// The login, as `user list` shows it.
        #[arg(value_name = "LOGIN")]
        name: String,
        /// Print a JSON object of id and name.
        #[arg(long)]
        json: bool,
    },
}

/// `user create`.
#[derive(Args)]
pub(crate) struct Create {
    /// The e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// The login: letters, digits, dots and hyphens.
    #[arg(long, value_name = "LOGIN")]
    name: String,
    /// The first name.
    #[arg(long, value_name = "NAME")]
    firstname: Option<String>,
    /// The last name.
    #[arg(long, value_name = "NAME")]
    lastname: Option<String>,
    /// The groups, by name, separated by commas.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    group: Vec<String>,
    /// May do everything, everywhere.
    #[arg(long)]
    admin: bool,
    /// Print a JSON object of id and name.
    #[arg(long)]
    json: bool,
}

/// Runs one.
pub(crate) fn run(command: &Command, desk: &Desk) -> Result<ExitCode> {
    match command {
        Command::Create(create) => run_create(create, desk)?,
        Command::List { json } => run_list(*json, desk)?,
        Command::ResetPassword { name, json } => run_reset(name, *json, desk)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn run_create(create: &Create, desk: &Desk) -> Result<()> {
    let names: Vec<String> = create.group.iter().map(|name| name.trim().to_owned()).collect();
    let mut fields = Fields {
        name: Some(create.name.clone()),
        email: Some(create.email.clone()),
        firstname: create.firstname.clone(),
        lastname: create.lastname.clone(),
        ..Fields::default()
    };
    // What can be wrong without asking the desk is said before a password is typed.
    let mut problems = Vec::new();
    user::check(&fields, "telephone", &mut problems);
    if !problems.is_empty() {
        return Err(Usage(problems.into_iter().map(|p| p.message).collect::<Vec<_>>().join(" ")).into());
    }
    let secret = ask_password()?;
    let account =
        Account { admin: create.admin, password_hash: Some(password::hash(&**desk.context(), &secret)?) };
    let write = move |work: &mut deskbell_app::Work<'_, '_>| {
        fields.groups = Some(user::groups_named(work.tx, &names)?);
        user::create(work, &fields, &account)
    };
    let (id, _) =
        desk.write_blocking(Urgency::Interactive, &Arc::new(Actor::system()), "userCreate", write)?;
    if create.json {
        return terminal::answer_json(&json!({"id": id.0, "name": create.name}));
    }
    terminal::answer(&format!("User {id} ({}) is made.", create.name))
}

fn run_reset(login: &str, as_json: bool, desk: &Desk) -> Result<()> {
    let (system, login) = (Arc::new(Actor::system()), login.to_owned());
    // Nobody should type a password for a user that there is not.
    let user = desk.read_blocking(Lane::Point, &system, move |tx, actor| user::named(tx, actor, &login))?;
    let hash = password::hash(&**desk.context(), &ask_password()?)?;
    let id = user.id;
    let write = move |work: &mut deskbell_app::Work<'_, '_>| user::reset_password(work, id, &hash);
    desk.write_blocking(Urgency::Interactive, &system, "userResetPassword", write)?;
    if as_json {
        return terminal::answer_json(&json!({"id": id.0, "name": user.name}));
    }
    if !user.active {
        terminal::hint(&format!("User {id} is deactivated and stays so."));
    }
    terminal::answer(&format!("User {id} ({}) has a new password.", user.name))
}

fn run_list(as_json: bool, desk: &Desk) -> Result<()> {
    let (users, groups) = read_all(desk)?;
    let names = |user: &User| -> Vec<String> {
        let named = |id: &deskbell_core::GroupId| groups.iter().find(|(known, _)| known == id);
        user.groups.iter().filter_map(|id| named(id).map(|(_, name)| name.clone())).collect()
    };
    if as_json {
        let items: Vec<_> = users.iter().map(|user| item(user, &names(user))).collect();
        return terminal::answer_json(&items);
    }
    if users.is_empty() {
        terminal::hint(
            "There is no user yet; `deskbell user create --email ADDRESS --name LOGIN` makes one.",
        );
        return Ok(());
    }
    let mut table = terminal::table(&["id", "login", "name", "e-mail", "groups", "state"]);
    for user in &users {
        let state = match (user.active, user.admin) {
            (false, _) => "deactivated",
            (true, true) => "administrator",
            (true, false) => "active",
        };
        let name = format!("{} {}", user.firstname, user.lastname);
        let email = user.email.clone();
        table.add_row([
            user.id.to_string(),
            user.name.clone(),
            name.trim().to_owned(),
            email,
            names(user).join("\n"),
            state.to_owned(),
        ]);
    }
    terminal::answer(&table.to_string())
}

fn item(user: &User, groups: &[String]) -> serde_json::Value {
    json!({
        "id": user.id.0,
        "name": user.name,
        "firstname": user.firstname,
        "lastname": user.lastname,
        "email": user.email,
        "groups": groups,
        "admin": user.admin,
        "active": user.active,
        "created_at": user.created_at.to_string(),
        "last_update": user.last_update.to_string(),
    })
}

type Named = Vec<(deskbell_core::GroupId, String)>;

fn read_all(desk: &Desk) -> Result<(Vec<User>, Named)> {
    let system = Arc::new(Actor::system());
    let page = |start| Paging { start, limit: PAGE, ..Paging::default() };
    let mut users = Vec::new();
    loop {
        let filter =
            Filter { paging: page(i64::try_from(users.len()).unwrap_or(i64::MAX)), ..Filter::default() };
        let read =
            desk.read_blocking(Lane::List, &system, move |tx, actor| user::list(tx, actor, &filter))?;
        let more = !read.items.is_empty();
        users.extend(read.items);
        if !more {
            break;
        }
    }
    let mut groups = Vec::new();
    loop {
        let paging = page(i64::try_from(groups.len()).unwrap_or(i64::MAX));
        let read =
            desk.read_blocking(Lane::List, &system, move |tx, actor| group::list(tx, actor, &paging))?;
        let more = !read.items.is_empty();
        groups.extend(read.items.into_iter().map(|group| (group.id, group.name)));
        if !more {
            break;
        }
    }
    Ok((users, groups))
}

/// Asks twice on a terminal, where nothing is shown of what is typed; elsewhere reads the first line of stdin.
fn ask_password() -> Result<String> {
    if std::io::stdin().is_terminal() {
        let asked = "the password could not be read from the terminal";
        let first = rpassword::prompt_password("Password: ").context(asked)?;
        let second = rpassword::prompt_password("Again: ").context(asked)?;
        if first != second {
            anyhow::bail!("the two passwords differ; nothing was done");
        }
        return Ok(first);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("the password could not be read from stdin")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(
            Usage("no password: run this on a terminal, or write the password into stdin".into()).into()
        );
    }
    Ok(password.to_owned())
}
