//! Scenarios through the front door, on both engines. The folders mirror the URL tree.

mod chain;
mod changes;
mod costs;
mod customer;
mod demo;
mod file;
mod form;
mod harness;
mod idempotency;
mod import;
mod job;
mod key;
mod laws;
mod message;
mod notification;
mod permission_matrix;
mod races;
mod tag;
mod ticket;
mod user;
mod verify;
mod view;
mod webhook;
