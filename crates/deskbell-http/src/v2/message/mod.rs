//! The Message controller: one file a call. What its fields mean stands in their tables, what they do in
//! `deskbell_app::message`.

mod chatbot;
mod create;
mod delete;
mod get;
mod view;

pub(crate) use view::schemas;

use deskbell_app::Desk;

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![create::operation(), chatbot::operation(), get::operation(), delete::operation()]
}

/// Most characters of a message: what a body takes.
const MESSAGE: usize = 1_000_000;
