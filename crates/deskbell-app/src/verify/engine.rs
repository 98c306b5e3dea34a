//! What the engine itself knows of its tables: SQLite's check of pages, indexes and the search index, and of rows that
//! refer to what is not there. PostgreSQL refuses such rows by itself, and checks its files when it reads them.

use deskbell_db::{Engine, Tx};

use super::{Checking, sql};
use crate::error::Result;

pub(super) fn check(checking: &mut Checking<'_>) -> Result<()> {
    if checking.desk.engine() == Engine::Postgres {
        return Ok(());
    }
    let tables = checking.read(|tx| Ok(tx.all(sql::TABLES, &[], |row| row.str(0).map(str::to_owned))?))?;
    each(checking, "engine", &tables, integrity)?;
    each(checking, "references", &tables, references)
}

fn each(
    checking: &mut Checking<'_>,
    name: &'static str,
    tables: &[String],
    look: impl Fn(&mut Tx<'_>, &str) -> Result<Vec<(i64, String)>> + Copy + Send + 'static,
) -> Result<()> {
    checking.begin(name);
    for (n, table) in tables.iter().enumerate() {
        (checking.tell)(name, n as u64, tables.len() as u64);
        let table = table.clone();
        let problems = checking.read(move |tx| look(tx, &table))?;
        checking.note(1, problems);
    }
    Ok(())
}

/// The search index.
const SEARCH: &str = "search_fts";

fn integrity(tx: &mut Tx<'_>, table: &str) -> Result<Vec<(i64, String)>> {
    if table == SEARCH {
        // FTS5 compares with the structure that this connection saw last, unless a search has made it look again:
        // after writes of another process it would tell of damage that is none.
        tx.first(sql::LOOK_AGAIN, &[], |row| row.int(0))?;
    }
    let said = tx.all(sql::INTEGRITY, &[table.into()], |row| row.str(0).map(str::to_owned))?;
    Ok(said.into_iter().filter(|text| text != "ok").map(|text| (0, format!("{table}: {text}"))).collect())
}

fn references(tx: &mut Tx<'_>, table: &str) -> Result<Vec<(i64, String)>> {
    Ok(tx.all(sql::FOREIGN_KEYS, &[table.into()], |row| {
        let (id, parent) = (row.int(0)?, row.str(1)?);
        Ok((id, format!("a row of {table} refers to a {parent} that is not there")))
    })?)
}
