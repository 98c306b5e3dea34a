//! solveUnfinishedTickets: every visible ticket that is new, open, pending or holding becomes solved. The set is fixed
//! when the call begins; the work is bulk work like any other.

use deskbell_core::{Actor, Permission, Status, Timestamp};
use deskbell_db::Tx;

use super::edit::{Change, Edit};
use super::list::{self, Filter};
use crate::error::Result;

/// How many rows the answer lists at the most; the counts are complete.
pub const ROWS: usize = 1_000;

/// Which of the unfinished tickets; an empty list of values is no filter.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Of these brands.
    pub brands: Vec<i64>,
    /// Of these channels.
    pub channels: Vec<i64>,
    /// Of these groups.
    pub groups: Vec<i64>,
    /// Assigned to these users, 0 = nobody.
    pub users: Vec<i64>,
    /// Not changed since: last_update before this second.
    pub updated_before: Option<Timestamp>,
}

/// The tickets to solve, by id.
///
/// Errors: `forbidden` without SET_STATUS.
pub fn unfinished(tx: &mut Tx<'_>, actor: &Actor, which: &Which) -> Result<Vec<i64>> {
    actor.require(Permission::SetStatus)?;
    let filter = Filter {
        statuses: Status::UNFINISHED.to_vec(),
        brands: which.brands.clone(),
        channels: which.channels.clone(),
        groups: which.groups.clone(),
        users: which.users.clone(),
        updated_to: which.updated_before.map(|t| Timestamp(t.0 - 1)),
        archived_too: true,
        ..Filter::default()
    };
    list::ids(tx, actor, &filter)
}

/// What is done to each of them: a ticket that was finished meanwhile stays as it is.
pub fn edits() -> Vec<Edit> {
    vec![Edit::new("status", Change::SolveUnfinished)]
}
