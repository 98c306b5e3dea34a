//! The Ticket controller.

mod create;
