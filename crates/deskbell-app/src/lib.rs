//! The use cases of the desk, one verb one file, over one store that is SQLite or PostgreSQL.
//!
//! A use case is a plain function over a transaction and an actor: permission first, then rules, then writes,
//! then events. Nothing here knows HTTP; SQL stands in the `sql.rs` files alone.

pub mod brand;
pub mod bulk;
pub mod channel;
pub mod crm;
pub mod customer;
pub mod demo;
mod desk;
mod error;
pub mod feed;
pub mod file;
pub mod form;
pub mod form_field;
pub mod group;
pub mod idempotency;
pub mod import;
pub mod item;
pub mod journal;
pub mod key;
pub mod message;
pub mod migrations;
pub mod notification;
pub mod search;
mod statement;
pub mod tag;
pub mod ticket;
pub mod user;
pub mod verify;
pub mod view;
pub mod webhook;
mod work;

pub use deskbell_db::Lane;

pub use desk::{
    Answered, Background, BulkAnswer, Courier, Desk, Guard, Keep, Keeping, Letter, Listening, Sending,
    Settings, Told,
};
pub use error::{Error, Result};
pub use work::{BatchId, Work};
