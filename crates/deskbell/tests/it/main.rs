//! Scenarios through the front door, on both engines. The folders mirror the URL tree.

mod customer;
mod harness;
mod ticket;
