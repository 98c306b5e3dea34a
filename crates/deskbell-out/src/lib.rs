//! Requests that the server sends to others: webhooks and look-ups at URLs that administrators give.
//!
//! [`Client`] is guarded: it connects to checked public addresses alone and ends within one time limit. [`sign`] makes
//! the signatures of webhooks. What is sent, when, and what an answer means is not known here; nor is any ticket.

mod client;
mod connect;
mod failure;
mod guard;
mod message;
mod net;
pub mod sign;
mod target;
#[cfg(test)]
mod tests;
mod tls;

pub use client::{Client, Options};
pub use failure::Failure;
pub use message::{Answer, KEEP, Method, Request, check_header};
pub use target::{LONGEST, Target, check_url};
