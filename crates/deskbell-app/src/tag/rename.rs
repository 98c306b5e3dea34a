//! Giving a tag another name: bulk work over all tickets that have it. Where the other one is there already, the two become one.

use deskbell_core::{Permission, Timestamp};

use crate::bulk::{Command, Tickets};
use crate::ticket::edit::{Change, Edit};
use crate::ticket::list::{Filter, Wish};

/// The work: on each ticket that has the tag and exists for the caller, in the archive or not.
pub fn rename(call: &'static str, tag: &str, to: &str, now: Timestamp) -> Command {
    let filter = Filter { tags: vec![tag.to_owned()], archived_too: true, ..Filter::default() };
    let wish = Wish { filter, view: None, now, public_url: String::new() };
    let change = Change::RenameTag { tag: tag.to_owned(), to: to.to_owned() };
    Command {
        permission: Some(Permission::TicketUpdate),
        edits: vec![Edit::new("to", change)],
        ..Command::over(call, Tickets::Filtered(Box::new(wish), None))
    }
}
