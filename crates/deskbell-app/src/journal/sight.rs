//! What of the journal exists for somebody with limits. An event carries the brand and group that its ticket had after the
//! change, and before it if the change moved the ticket: so nobody is told what was elsewhere, nor what comes of it there.

use deskbell_core::{BrandId, GroupId, Scope};
use deskbell_db::Row;

use crate::item;
use crate::statement::Statement;
use crate::ticket::load;

/// The columns that decide, in the order that they are read.
pub(crate) const COLUMNS: &str = "j.ticket_id, j.brand_id, j.group_id, j.from_brand_id, j.from_group_id";

/// Where the ticket of an event was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    /// Of no ticket: a customer's, which has a brand alone.
    of_customer: bool,
    after: (BrandId, GroupId),
    /// Before, if the write moved it.
    before: Option<(BrandId, GroupId)>,
}

/// How much of an event exists for somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sight {
    /// Nothing.
    Hidden,
    /// All of it.
    Whole,
    /// What came of it, and not what was before: the ticket was elsewhere.
    Arriving,
    /// What was before, and not what came of it: the ticket has gone elsewhere. Of its fields only those that took it away.
    Leaving,
}

impl Place {
    /// Reads `COLUMNS`, which begin at this place of a row.
    pub(crate) fn read(row: &Row<'_>, at: usize) -> Result<Self, deskbell_db::Error> {
        let before = row.opt_int(at + 3)?.zip(row.opt_int(at + 4)?);
        Ok(Self {
            of_customer: row.int(at)? == 0,
            after: (BrandId(row.int(at + 1)?), GroupId(row.int(at + 2)?)),
            before: before.map(|(brand, group)| (BrandId(brand), GroupId(group))),
        })
    }

    /// What of a field's change exists for the scope's owner; the same rule as `exists`.
    pub(crate) fn seen_by(&self, scope: &Scope, item_type: &str, left: bool) -> Sight {
        if self.of_customer {
            return if scope.admits_brand(self.after.0) { Sight::Whole } else { Sight::Hidden };
        }
        let inside = |(brand, group): (BrandId, GroupId)| scope.admits(brand, group);
        match (self.before.map(inside), inside(self.after)) {
            (None | Some(true), true) => Sight::Whole,
            (Some(false), true) if left => Sight::Hidden,
            (Some(false), true) => Sight::Arriving,
            (Some(true), false) if MOVES.contains(&item_type) => Sight::Leaving,
            _ => Sight::Hidden,
        }
    }

    /// The brand and the group of the event, as one with this sight may know them.
    pub(crate) fn shown(&self, sight: Sight) -> (BrandId, GroupId) {
        match (sight, self.before) {
            (Sight::Leaving, Some(before)) => before,
            _ => self.after,
        }
    }
}

impl Sight {
    /// Takes out of a field's values what does not exist.
    pub(crate) fn mask(self, before: &mut Option<String>, after: &mut Option<String>) {
        match self {
            Self::Whole => {}
            Self::Arriving => *before = None,
            Self::Leaving => *after = None,
            Self::Hidden => (*before, *after) = (None, None),
        }
    }
}

/// The fields that say where a ticket is.
pub(crate) const MOVES: [&str; 2] = ["brand_id", "assigned_group_id"];

/// Appends the condition that something of a journal row `j` exists for the scope's owner. `present`: and its ticket `t`, if
/// that is there, does so now; but for what tells that it has gone.
pub(crate) fn exists(scope: &Scope, present: bool, statement: &mut Statement) {
    if scope.is_everything() {
        statement.push("1 = 1");
        return;
    }
    statement.push("(j.ticket_id = 0 AND ");
    item::within(statement, "j.brand_id", scope, |grant| &grant.brands);
    // What left is all in the value before, which was elsewhere.
    statement.push(" OR j.ticket_id <> 0 AND ");
    load::in_scope(scope, "j.", statement);
    statement.push(" AND (j.from_brand_id IS NULL OR j.after IS NOT NULL OR j.before IS NULL OR ");
    load::in_scope(scope, "j.from_", statement);
    statement.push(")");
    if present {
        statement.push(" AND (t.id IS NULL OR ");
        load::in_scope(scope, "t.", statement);
        statement.push(")");
    }
    let [brand, group] = MOVES;
    statement
        .push(" OR j.from_brand_id IS NOT NULL AND j.item_type IN ('")
        .push(brand)
        .push("', '")
        .push(group);
    statement.push("') AND ");
    load::in_scope(scope, "j.from_", statement);
    statement.push(" AND NOT ");
    load::in_scope(scope, "j.", statement);
    statement.push(")");
}
