//! Files as a message shows them.

use std::collections::HashMap;
use std::ops::ControlFlow;

use deskbell_core::FileId;
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

/// Of how many messages files are read by one statement.
const TOGETHER: usize = 512;

/// The files of messages, by these.
pub(crate) fn of_messages(tx: &mut Tx<'_>, messages: &[i64]) -> Result<HashMap<i64, Vec<Attachment>>> {
    let mut found: HashMap<i64, Vec<Attachment>> = HashMap::new();
    for some in messages.chunks(TOGETHER) {
        let mut statement = Statement::new(sql::OF_MESSAGES);
        statement.within("message_id", some).push(sql::IN_PLACE);
        tx.each::<crate::Error>(&statement.text, &statement.params, |row| {
            found.entry(row.int(0)?).or_default().push(read(row, 1)?);
            Ok(ControlFlow::Continue(()))
        })?;
    }
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
