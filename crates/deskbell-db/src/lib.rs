//! The engine layer: one store over SQLite and PostgreSQL, synchronous jobs over a transaction, one
//! SQL text for both. It knows no ticket; it knows how to commit, queue, retry and migrate.

mod error;
mod job;
mod migrate;
mod options;
mod postgres;
mod postgres_error;
mod postgres_row;
mod postgres_store;
mod postgres_tls;
mod postgres_tx;
mod postgres_url;
mod postgres_worker;
mod queue;
mod row;
mod sqlite;
mod sqlite_checkpoint;
mod sqlite_config;
mod sqlite_error;
mod sqlite_store;
mod sqlite_tx;
mod sqlite_writer;
mod stats;
mod store;
mod tx;
mod value;

pub use error::{Error, Kind};
pub use migrate::Migration;
pub use options::{Engine, Location, Options};
pub use row::Row;
pub use stats::{GROUP_BOUNDS, Histogram, Stats, Waiting};
pub use store::{Lane, Store, Urgency};
pub use tx::Tx;
pub use value::Value;
