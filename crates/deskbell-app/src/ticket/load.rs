//! The one gate: how tickets are read for an actor. There is no second way to load a ticket.

use std::collections::HashSet;

use deskbell_core::{Actor, Code, Fault, Scope, TicketId};
use deskbell_db::{Engine, Tx};

use super::row::Ticket;
use super::sql;
use crate::error::{Error, Result};
use crate::statement::Statement;

/// How many tickets are asked for in one statement.
const TOGETHER: usize = 500;

/// Appends the condition that a ticket `t` exists for the scope's owner: within its limits and not in the trash.
pub(crate) fn visible(scope: &Scope, statement: &mut Statement) {
    statement.push("t.deleted_at IS NULL AND ");
    in_scope(scope, "t.", statement);
}

/// Appends the condition that brand and group (of the table with this prefix) are within the scope.
pub(crate) fn in_scope(scope: &Scope, prefix: &str, statement: &mut Statement) {
    if scope.is_everything() {
        statement.push("1 = 1");
        return;
    }
    statement.push("(1 = 0");
    for grant in &scope.grants {
        statement.push(" OR (").limited(&format!("{prefix}brand_id"), &grant.brands);
        statement.push(" AND ").limited(&format!("{prefix}group_id"), &grant.groups).push(")");
    }
    statement.push(")");
}

/// Appends the condition that a brand, whose id stands in `column`, is one that the scope names.
pub(super) fn brands_in_scope(scope: &Scope, column: &str, statement: &mut Statement) {
    statement.push("(1 = 0");
    for grant in &scope.grants {
        statement.push(" OR ").limited(column, &grant.brands);
    }
    statement.push(")");
}

/// The ticket, if it exists for the actor.
///
/// Errors: `not_found`.
pub fn one(tx: &mut Tx<'_>, actor: &Actor, id: TicketId) -> Result<Ticket> {
    let mut statement = select(actor);
    statement.push(" AND t.id = ").bind(id.0);
    tx.first(&statement.text, &statement.params, Ticket::read)?.ok_or_else(|| missing(id))
}

/// The same for a write: on PostgreSQL nobody else changes the ticket until the transaction ends.
///
/// Errors: `not_found`.
pub fn one_for_update(tx: &mut Tx<'_>, actor: &Actor, id: TicketId) -> Result<Ticket> {
    many_for_update(tx, actor, &[id.0])?.pop().ok_or_else(|| missing(id))
}

/// Those of the tickets that exist for the actor, by id; locked in that order, so that two writers cannot deadlock.
pub fn many_for_update(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64]) -> Result<Vec<Ticket>> {
    let mut tickets = select_many(tx, actor, ids, true)?;
    tickets.sort_by_key(|t| t.id);
    Ok(tickets)
}

/// Those of the tickets that exist for the actor, by id, for reading alone.
pub fn many(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64]) -> Result<Vec<Ticket>> {
    select_many(tx, actor, ids, false)
}

/// Those of the tickets within the actor's limits, and whether they are in the trash: for taking back what put them there.
pub(crate) fn with_trash(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ids: &[i64],
    lock: bool,
) -> Result<Vec<(Ticket, bool)>> {
    let mut found: Vec<_> = select_many(tx, actor, ids, lock)?.into_iter().map(|t| (t, false)).collect();
    let mut statement = Statement::new(&sql::select_tickets());
    statement.push("t.deleted_at IS NOT NULL AND ");
    in_scope(&actor.scope, "t.", &mut statement);
    let trash = chosen(tx, statement, ids, lock)?;
    found.extend(trash.into_iter().map(|t| (t, true)));
    Ok(found)
}

/// Every ticket above an id up to another, in the trash or not, some at a time: for a check of the data, which nobody
/// sees.
pub(crate) fn stored(tx: &mut Tx<'_>, after: TicketId, last: TicketId, limit: i64) -> Result<Vec<Ticket>> {
    Ok(tx.all(&sql::select_stored(), &[after.0.into(), last.0.into(), limit.into()], Ticket::read)?)
}

/// Those of the ids whose tickets exist for the scope's owner.
pub(crate) fn there(tx: &mut Tx<'_>, scope: &Scope, ids: &[i64]) -> Result<HashSet<i64>> {
    let mut there = HashSet::new();
    for some in ids.chunks(TOGETHER) {
        let mut statement = Statement::new(sql::THERE);
        visible(scope, &mut statement);
        statement.push(" AND ").within("t.id", some);
        there.extend(tx.all(&statement.text, &statement.params, |row| row.int(0))?);
    }
    Ok(there)
}

/// Takes the name of the ticket into which another one was merged out of those for whose reader it does not exist.
pub(crate) fn hide_targets<'t>(
    tx: &mut Tx<'_>,
    scope: &Scope,
    tickets: impl Iterator<Item = &'t mut Ticket>,
) -> Result<()> {
    let merged: Vec<&mut Ticket> = tickets.filter(|ticket| !ticket.merged_into.is_none()).collect();
    if merged.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = merged.iter().map(|ticket| ticket.merged_into.0).collect();
    let there = there(tx, scope, &ids)?;
    for ticket in merged.into_iter().filter(|ticket| !there.contains(&ticket.merged_into.0)) {
        ticket.merged_into = TicketId::NONE;
    }
    Ok(())
}

fn select_many(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64], lock: bool) -> Result<Vec<Ticket>> {
    let statement = select(actor);
    chosen(tx, statement, ids, lock)
}

fn chosen(tx: &mut Tx<'_>, mut statement: Statement, ids: &[i64], lock: bool) -> Result<Vec<Ticket>> {
    statement.push(" AND ").within("t.id", ids).push(" ORDER BY t.id");
    if lock && tx.engine() == Engine::Postgres {
        statement.push(" FOR UPDATE OF t");
    }
    Ok(tx.all(&statement.text, &statement.params, Ticket::read)?)
}

fn select(actor: &Actor) -> Statement {
    let mut statement = Statement::new(&sql::select_tickets());
    visible(&actor.scope, &mut statement);
    statement
}

/// What is said of a ticket that is missing, or hidden: the two cannot be told apart.
pub fn missing(id: TicketId) -> Error {
    Fault::not_found("Ticket", id).into()
}

/// What is said of a merged ticket, whatever is to be done to it. The ticket that it was merged into need not exist for the caller.
pub(super) fn merged(id: TicketId) -> Error {
    let message = format!("Ticket {id} was merged into another one and takes no changes.");
    Fault::new(Code::Conflict, message).into()
}
