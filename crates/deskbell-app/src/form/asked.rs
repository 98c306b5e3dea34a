//! What forms ask of tickets before a change of status, and which tickets may have which form.
//!
//! Both are read at most once for all tickets of a transaction, and only if one of them has a form: `Asked` is told which
//! tickets there are, and asks the store when the first of them needs an answer.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

use deskbell_core::{Actor, BrandId, FormFieldId, FormId, Status, TicketId};
use deskbell_db::{Engine, Tx};

use super::sql;
use super::value::Change;
use crate::error::Result;
use crate::item;
use crate::statement::Statement;
use crate::ticket::Ticket;

/// A field that a form needs for some statuses.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Rule {
    field: FormFieldId,
    title: String,
    /// Bit n for the status of rank n.
    required: i64,
}

/// Whom a form is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    all_brands: bool,
    brands: Vec<i64>,
}

impl Place {
    /// Whether tickets of the brand may have it.
    pub(crate) fn takes_in(&self, brand: BrandId) -> bool {
        self.all_brands || self.brands.contains(&brand.0)
    }

    /// Whether it exists for the actor: the rule of `visible`.
    pub(crate) fn exists_for(&self, actor: &Actor) -> bool {
        let scope = &actor.scope;
        super::sees_all_brands(scope)
            || self.all_brands && !scope.grants.is_empty()
            || self.brands.iter().any(|brand| scope.admits_brand(BrandId(*brand)))
    }
}

/// What is known of the forms of some tickets.
#[derive(Default)]
pub(crate) struct Asked {
    tickets: BTreeSet<i64>,
    forms: Vec<i64>,
    places: HashMap<i64, Option<Place>>,
    rules: HashMap<i64, Vec<Rule>>,
    /// Tickets and fields in which they have something, of the fields that are needed for a status.
    filled: HashMap<Status, HashSet<(i64, i64)>>,
}

impl Asked {
    /// For tickets that are changed one after the other in this transaction, and are locked already. Asks nothing yet.
    pub(crate) fn of<'t>(tickets: impl Iterator<Item = &'t Ticket>) -> Self {
        let mut asked = Self::default();
        for ticket in tickets {
            asked.tickets.insert(ticket.id.0);
            asked.forms.extend(ticket.form.map(|form| form.0));
        }
        asked.forms.sort_unstable();
        asked.forms.dedup();
        asked
    }

    /// Whom the form is for; `None` if there is no such form. On PostgreSQL, with `lock`, it stays so until the transaction
    /// ends.
    pub(crate) fn place(&mut self, tx: &mut Tx<'_>, form: FormId, lock: bool) -> Result<Option<&Place>> {
        let place = match self.places.entry(form.0) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(read_place(tx, form, lock)?),
        };
        Ok(place.as_ref())
    }

    /// The titles of the fields that the form needs for the status and that the ticket has nothing in, once `changes` are
    /// made. With `only_emptied`, of those alone that the changes empty.
    pub(crate) fn missing(
        &mut self,
        tx: &mut Tx<'_>,
        (ticket, form, status): (TicketId, FormId, Status),
        changes: &[Change],
        only_emptied: bool,
    ) -> Result<Vec<String>> {
        self.learn(tx, form)?;
        let rules = self.rules.get(&form.0).map(Vec::as_slice).unwrap_or_default();
        let needed: Vec<Rule> = rules.iter().filter(|rule| rule.needs(status)).cloned().collect();
        if needed.is_empty() {
            return Ok(Vec::new());
        }
        let filled = self.filled(tx, ticket, status)?;
        let lacks = |rule: &&Rule| match changes.iter().find(|change| change.field == rule.field) {
            Some(change) => change.now.is_empty(),
            None => !only_emptied && !filled.contains(&(ticket.0, rule.field.0)),
        };
        Ok(needed.iter().filter(lacks).map(|rule| rule.title.clone()).collect())
    }

    /// Reads what the form asks for, and those of the other tickets.
    fn learn(&mut self, tx: &mut Tx<'_>, form: FormId) -> Result<()> {
        if self.rules.contains_key(&form.0) {
            return Ok(());
        }
        let mut forms = std::mem::take(&mut self.forms);
        forms.push(form.0);
        for forms in forms.chunks(512) {
            let mut statement = Statement::new(sql::RULES);
            statement.within("form_id", forms).push(sql::RULES_ORDER);
            let rows = tx.all(&statement.text, &statement.params, |row| {
                let (field, title) = (FormFieldId(row.int(1)?), row.str(2)?.to_owned());
                Ok((row.int(0)?, Rule { field, title, required: row.int(3)? }))
            })?;
            for form in forms {
                self.rules.entry(*form).or_default();
            }
            for (form, rule) in rows {
                self.rules.entry(form).or_default().push(rule);
            }
        }
        Ok(())
    }

    /// What the tickets have in fields that are needed for the status.
    fn filled(&mut self, tx: &mut Tx<'_>, ticket: TicketId, status: Status) -> Result<&HashSet<(i64, i64)>> {
        if self.tickets.insert(ticket.0) {
            self.filled.clear();
        }
        match self.filled.entry(status) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => Ok(unknown.insert(read_filled(tx, &self.tickets, status)?)),
        }
    }
}

impl Rule {
    fn needs(&self, status: Status) -> bool {
        self.required & bit(status) != 0
    }
}

fn read_place(tx: &mut Tx<'_>, form: FormId, lock: bool) -> Result<Option<Place>> {
    let keep = if lock && tx.engine() == Engine::Postgres { sql::KEEP } else { "" };
    let text = format!("{}{keep}", sql::PLACE);
    let Some(all_brands) = tx.first(&text, &[form.0.into()], |row| row.bool(0))? else { return Ok(None) };
    let mut brands = item::related(tx, sql::BRANDS, "form_id", &[form.0])?;
    Ok(Some(Place { all_brands, brands: brands.remove(&form.0).unwrap_or_default() }))
}

/// How a status stands in what is needed.
fn bit(status: Status) -> i64 {
    1 << status.rank()
}

fn read_filled(tx: &mut Tx<'_>, tickets: &BTreeSet<i64>, status: Status) -> Result<HashSet<(i64, i64)>> {
    let tickets: Vec<i64> = tickets.iter().copied().collect();
    let mut found = HashSet::new();
    for tickets in tickets.chunks(512) {
        let mut statement = Statement::new(sql::FILLED);
        statement.params.push(bit(status).into());
        statement.within("v.ticket_id", tickets);
        found.extend(tx.all(&statement.text, &statement.params, |row| Ok((row.int(0)?, row.int(1)?)))?);
    }
    Ok(found)
}
