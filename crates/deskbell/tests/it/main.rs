//! Scenarios through the front door, on both engines. The folders mirror the URL tree.

mod harness;
mod ticket;
