//! The Form field controller: one file a call. What its fields mean stands in their tables, the rules in
//! `deskbell_app::form_field`.

mod create;
mod delete;
mod fields;
mod get;
mod list;
mod update;
mod view;

pub(crate) use view::schemas;
pub(super) use view::{FormFieldView, field_keys};

use deskbell_app::Desk;

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![list::operation(), create::operation(), get::operation(), update::operation(), delete::operation()]
}
