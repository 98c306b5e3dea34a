//! The edge of deskbell: HTTP in, one use case, HTTP out. It knows no rule and no SQL.
//!
//! A call is one table, an [`Operation`]. From it come the route, the names that are accepted, the decoding of all
//! encodings, the permissions, the checks of values, the OpenAPI document and the permission matrix of the tests.
//!
//! ```
//! use deskbell_core::{Code, Permission, Status};
//! use deskbell_http::{Backend, Bulk, Call, Failure, Field, Operation, Reply};
//!
//! /// POST /api/v2/ticket/setStatus: the table of the call …
//! fn operation<S: Backend>() -> Operation<S> {
//!     Operation::post("ticketSetStatus", "/ticket/setStatus")
//!         .tag("Ticket")
//!         .summary("Sets the status of the tickets given in an array.")
//!         .needs(Permission::SetStatus)
//!         .field(Field::word("status", Status::WORDS).required().doc("The status to set."))
//!         .field(Field::ids("ticketIDs", 10_000).required().doc("The tickets."))
//!         .bulk()
//!         .fails(&[Code::NotFound, Code::Conflict, Code::PreconditionFailed])
//!         .handler(set_status)
//! }
//!
//! /// … and its handler: every value is there and valid.
//! async fn set_status<S: Backend>(call: Call<S>) -> Result<Reply, Failure> {
//!     let _status = call.params.need_parsed("status", Status::parse);
//!     let tickets = call.params.ids("ticketIDs");
//!     let _atomic = call.params.word("mode") == Some("atomic");
//!     let message = format!("Status set on {} tickets.", tickets.len());
//!     // let bulk = call.state.bulk(&call.actor, Change::SetStatus(status), tickets, options).await?;
//!     let (changed, unchanged, failed, rows) = (tickets.len() as u64, 0, 0, Vec::new());
//!     Ok(Bulk { message, batch: None, dry_run: true, changed, unchanged, failed, rows }.into())
//! }
//! ```

mod action;
mod auth;
mod body;
mod bulk;
mod call;
mod condition;
mod decode;
mod desk;
mod docs;
mod error;
mod field;
mod media;
mod once;
mod openapi;
mod operation;
mod params;
mod peer;
mod reply;
mod response;
mod router;
mod routes;
mod settings;
pub mod v2;

pub use action::{Action, ActionType, ActionValue, ValueKind};
pub use auth::{Backend, unauthenticated};
pub use bulk::{Bulk, BulkRow, RowOutcome};
pub use call::Call;
pub use condition::Expected;
pub use error::{Failure, status_of};
pub use field::{FILTER_VALUES, Field};
pub use openapi::document;
pub use operation::{Access, Answer, Answering, BODY, BULK_BODY, Conditions, Operation, Relation};
pub use params::Params;
pub use peer::Network;
pub use reply::{Page, Reply};
pub use router::{BASE, router};
pub use settings::{Finished, Observer, Settings};
