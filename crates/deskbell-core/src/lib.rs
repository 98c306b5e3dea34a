//! The words and rules of the help desk, pure: tickets, statuses, permissions, actors, filters,
//! the table of errors, text rules and the search tokenizer.
//!
//! Nothing here does I/O, awaits, reads a clock or knows HTTP or SQL.

pub mod actor;
pub mod address;
pub mod context;
pub mod fault;
pub mod id;
pub mod permission;
pub mod search;
pub mod text;
pub mod time;
pub mod words;

pub use actor::{Actor, ActorId, Grant, Limit, Scope};
pub use context::Context;
pub use fault::{Code, Fault};
pub use id::{
    BrandId, ChannelId, CustomerId, DeliveryId, FileId, FormFieldId, FormId, GroupId, JobId, KeyId,
    MessageId, NotificationId, TicketId, UserId, Version, ViewId, WebhookId,
};
pub use permission::{Permission, PermissionSet};
pub use time::Timestamp;
pub use words::{Direction, InputType, Priority, Status};
