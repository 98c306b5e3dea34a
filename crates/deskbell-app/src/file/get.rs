//! Finding a file for somebody who wants its bytes.

use deskbell_core::{Actor, Fault, FileId, Permission};
use deskbell_db::Tx;

use super::sql;
use crate::error::Result;
use crate::journal::actor_text;
use crate::statement::Statement;
use crate::ticket::load;

/// A file and where its bytes are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// How many bytes it has.
    pub size: i64,
    /// What it is, by its content.
    pub media_type: String,
    /// The SHA-256 of its bytes.
    pub hash: Vec<u8>,
    pub(crate) place: String,
}

/// The file, if it hangs on a message of a ticket that exists for the actor, or is an upload of the actor's own.
///
/// Errors: `forbidden` without TICKET_READ; `not_found`.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: FileId) -> Result<Found> {
    actor.require(Permission::TicketRead)?;
    let mut statement = Statement::new(sql::FOUND);
    statement.push("f.id = ").bind(id.0).push(sql::OWN).bind(actor_text(actor.id)).push(sql::ATTACHED);
    load::visible(&actor.scope, &mut statement);
    statement.push("))");
    let found = tx.first(&statement.text, &statement.params, |row| {
        Ok(Found {
            name: row.str(0)?.to_owned(),
            size: row.int(1)?,
            media_type: row.str(2)?.to_owned(),
            place: row.str(3)?.to_owned(),
            hash: row.blob(4)?.to_vec(),
        })
    })?;
    found.ok_or_else(|| Fault::not_found("File", id).into())
}
