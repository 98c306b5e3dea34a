//! What brands, groups, channels and users have in common: pages of lists, names that are unique without case,
//! versions that a caller states, and the visible ids beside an item. It knows no rule of any of them.

mod sql;

use std::collections::BTreeMap;

use deskbell_core::fault::Detail;
use deskbell_core::{Code, Fault, Grant, Limit, Scope, Version};
use deskbell_db::{Engine, Kind, Row, Tx};

use crate::error::{Error, Result};
use crate::statement::Statement;

pub(crate) use sql::ESCAPE;

/// Which page of a list is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paging {
    /// What the names contain, without case; empty for all.
    pub query: String,
    /// How many items are passed over.
    pub start: i64,
    /// How many are answered at the most; 0 asks for the total alone.
    pub limit: i64,
}

impl Default for Paging {
    fn default() -> Self {
        Self { query: String::new(), start: 0, limit: 15 }
    }
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<T> {
    /// The items, by id.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: i64,
}

/// A name as it is compared: names differ by more than case.
pub(crate) fn name_key(name: &str) -> String {
    name.to_lowercase()
}

/// Reads a page. `from` begins with FROM and says which rows exist; `key` is the column that the query looks into.
pub(crate) fn list<T>(
    tx: &mut Tx<'_>,
    columns: &str,
    mut from: Statement,
    key: &str,
    paging: &Paging,
    map: impl FnMut(&Row<'_>) -> std::result::Result<T, deskbell_db::Error>,
) -> Result<Listed<T>> {
    if !paging.query.is_empty() {
        from.push(" AND ").push(key).push(" LIKE ").bind(pattern(&paging.query)).push(sql::ESCAPE);
    }
    let total = tx.first(&sql::count(&from.text), &from.params, |row| row.int(0))?.unwrap_or(0);
    if paging.limit == 0 || paging.start >= total {
        return Ok(Listed { items: Vec::new(), total });
    }
    from.text = sql::select(columns, &from.text);
    from.push(" ORDER BY id").limit(paging.limit).offset(paging.start);
    Ok(Listed { items: tx.all(&from.text, &from.params, map)?, total })
}

/// What LIKE finds a text by, wherever it stands.
pub(crate) fn pattern(query: &str) -> String {
    let mut pattern = String::from("%");
    for c in name_key(query).chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Appends the condition that a column is within one of the scope's limits.
pub(crate) fn within(statement: &mut Statement, column: &str, scope: &Scope, limit: fn(&Grant) -> &Limit) {
    statement.push("(1 = 0");
    for grant in &scope.grants {
        statement.push(" OR ").limited(column, limit(grant));
    }
    statement.push(")");
}

/// Makes the rows of a statement wait for, and keep out, other writers until the transaction ends. On SQLite there is
/// one writer anyway.
pub(crate) fn lock(tx: &Tx<'_>, statement: &mut Statement) {
    if tx.engine() == Engine::Postgres {
        statement.push(sql::LOCK);
    }
}

/// Pairs of an owner and an id, for the owners given: `text` selects them and ends where the condition on `owner` begins.
pub(crate) fn related(
    tx: &mut Tx<'_>,
    text: &str,
    owner: &str,
    owners: &[i64],
) -> Result<BTreeMap<i64, Vec<i64>>> {
    let mut found: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for owners in owners.chunks(512) {
        let mut statement = Statement::new(text);
        statement.within(owner, owners).push(" ORDER BY 1, 2");
        for (owner, id) in tx.all(&statement.text, &statement.params, |row| Ok((row.int(0)?, row.int(1)?)))? {
            found.entry(owner).or_default().push(id);
        }
    }
    Ok(found)
}

/// Which of the ids are there: `text` ends where the condition on `id` begins, and says what the caller may see.
pub(crate) fn existing(tx: &mut Tx<'_>, text: Statement, ids: &[i64]) -> Result<Vec<i64>> {
    let mut found = Vec::new();
    for ids in ids.chunks(512) {
        let mut statement = Statement { text: text.text.clone(), params: text.params.clone() };
        statement.within("id", ids);
        found.extend(tx.all(&statement.text, &statement.params, |row| row.int(0))?);
    }
    Ok(found)
}

/// Refuses ids that are not among those found, all of them at once.
pub(crate) fn refuse_unknown(field: &str, kind: &str, ids: &[i64], found: &[i64]) -> Result<()> {
    let unknown = ids.iter().filter(|id| !found.contains(id));
    let details =
        unknown.map(|id| detail(field, Code::UnknownReference, format!("{kind} {id} does not exist.")));
    Fault::collect(details.collect()).map_or(Ok(()), |fault| Err(fault.into()))
}

/// Refuses a change of an item whose version is none that the caller expects.
pub(crate) fn check_version(
    kind: &str,
    id: impl std::fmt::Display,
    present: Version,
    expected: impl Fn(Version) -> bool,
) -> Result<()> {
    if expected(present) {
        return Ok(());
    }
    let message =
        format!("{kind} {id} has version {present} by now, which is not the one that the call names.");
    let fault = Fault { current_version: Some(present.0), ..Fault::new(Code::PreconditionFailed, message) };
    Err(fault.into())
}

/// The fault for something unique that is taken.
pub(crate) fn taken(field: &str, kind: &str, name: &str) -> Error {
    let message = format!("There is a {kind} named {name} already; names differ by more than case.");
    Fault::of(field, Code::Conflict, message).into()
}

/// Runs a statement that a constraint may refuse, and leaves the transaction usable: `None` if it did. For what a
/// check before cannot rule out, since others write at the same time.
pub(crate) fn guarded(
    tx: &mut Tx<'_>,
    kind: Kind,
    statement: impl FnOnce(&mut Tx<'_>) -> std::result::Result<u64, deskbell_db::Error>,
) -> Result<Option<u64>> {
    match tx.savepoint(statement) {
        Ok(rows) => Ok(Some(rows)),
        Err(error) if error.kind() == kind => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A detail of a field.
pub(crate) fn detail(field: &str, code: Code, message: impl Into<String>) -> Detail {
    Detail { field: Some(field.to_owned()), code, message: message.into() }
}

/// Notes a name that says nothing.
pub(crate) fn check_name(name: Option<&str>, problems: &mut Vec<Detail>) {
    if name.is_some_and(|name| name.trim().is_empty()) {
        problems.push(detail(
            "name",
            Code::InvalidParameter,
            "name must have at least one visible character.",
        ));
    }
}

/// Notes an address that is none of the web.
pub(crate) fn check_url(field: &str, url: Option<&str>, problems: &mut Vec<Detail>) {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || host.contains('@') || url.contains(char::is_whitespace) {
        let message = format!(
            "{field} must be an address that begins with https:// or http://, without blanks or a password."
        );
        problems.push(detail(field, Code::InvalidParameter, message));
    }
}

/// All problems as one fault, or none.
pub(crate) fn refuse(problems: Vec<Detail>) -> Result<()> {
    Fault::collect(problems).map_or(Ok(()), |fault| Err(fault.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_query_looks_for_is_taken_as_it_is() {
        assert_eq!(pattern("50%_A!"), "%50!%!_a!!%");
    }

    #[test]
    fn an_address_of_the_web_has_a_scheme_and_a_host() {
        for (url, good) in [
            ("", true),
            ("https://crm.example/sync?x=1", true),
            ("http://localhost:8080", true),
            ("ftp://crm.example", false),
            ("https://", false),
            ("https:///x", false),
            ("https://a b", false),
            ("https://user:secret@crm.example", false),
            ("crm.example", false),
        ] {
            let mut problems = Vec::new();
            check_url("crm_sync_url", Some(url), &mut problems);
            assert_eq!(problems.is_empty(), good, "{url}");
        }
    }
}
