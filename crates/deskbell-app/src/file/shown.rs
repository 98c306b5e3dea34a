//! Files as a message shows them.

use std::collections::HashMap;
use std::ops::ControlFlow;

use deskbell_core::{FileId, TicketId};
use deskbell_db::{Row, Tx};

use super::sql;
use crate::error::Result;
use crate::statement::Statement;

/// A file as a message shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attachment {
    /// The file.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// How many bytes it has.
    pub size: i64,
    /// What it is, by its content.
    pub media_type: String,
}

fn read(row: &Row<'_>, from: usize) -> std::result::Result<Attachment, deskbell_db::Error> {
    Ok(Attachment {
        id: FileId(row.int(from)?),
        name: row.str(from + 1)?.to_owned(),
        size: row.int(from + 2)?,
        media_type: row.str(from + 3)?.to_owned(),
    })
}

/// The files of a ticket's messages, of these alone.
pub(crate) fn of_messages(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    messages: &[i64],
) -> Result<HashMap<i64, Vec<Attachment>>> {
    let mut found: HashMap<i64, Vec<Attachment>> = messages.iter().map(|id| (*id, Vec::new())).collect();
    let Some(first) = messages.iter().min() else { return Ok(found) };
    tx.each::<crate::Error>(sql::OF_MESSAGES, &[ticket.0.into(), (*first).into()], |row| {
        if let Some(files) = found.get_mut(&row.int(0)?) {
            files.push(read(row, 1)?);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Files by their ids, in the order of these.
pub(crate) fn by_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Attachment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = Statement::new(sql::BY_IDS);
    statement.within("id", ids);
    let mut found = tx.all(&statement.text, &statement.params, |row| read(row, 0))?;
    found.sort_by_key(|file| ids.iter().position(|id| *id == file.id.0));
    Ok(found)
}
