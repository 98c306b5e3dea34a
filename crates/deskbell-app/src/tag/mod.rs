//! Tags as a whole: which there are, how often, and giving one another name. What a ticket's tags are is a matter of the ticket.

mod list;
mod rename;
mod sql;

pub use list::{Listed, Sort, Tag, Wish, list};
pub use rename::rename;
