//! The behaviour of the store, the same on both engines, through its public face.
//!
//! PostgreSQL is required: `DESKBELL_TEST_POSTGRES` names a server on which the role may create
//! databases. Without it the tests fail.

mod migrations;
mod postgres;
mod reads;
mod sqlite;
mod support;
mod values;
mod writes;
