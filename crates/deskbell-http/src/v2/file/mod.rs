//! The File controller: one file a call. Rules live in `deskbell_app::file`.

mod create;
mod get;

use deskbell_app::Desk;
use deskbell_app::file::{Given, Upload};

use crate::Operation;

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![create::operation(), get::operation()]
}

/// Those of the files that came with the request.
pub(crate) fn uploads(given: &[Given]) -> Vec<Upload> {
    let upload = |given: &Given| match given {
        Given::Upload(upload) => Some(upload.clone()),
        Given::File(_) => None,
    };
    given.iter().filter_map(upload).collect()
}
