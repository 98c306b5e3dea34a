//! GET /api/v2/formfield/{formfieldID}: one field of a form. Rules live in `deskbell_app::form_field::get`.

use deskbell_app::{Desk, Lane, form_field};
use deskbell_core::{Code, FormFieldId, Permission};

use super::view::FormFieldView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("formFieldGet", "/formfield/{formfieldID}")
        .tag("Form field")
        .summary("Returns a field of a form.")
        .description("A field of a form that does not exist for the key does not exist for it either.")
        .needs(Permission::FormRead)
        .if_none_match()
        .item("FormField")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = FormFieldId(call.id("formfieldID"));
    let read = call.state.read(Lane::Point, &call.actor, move |tx, actor| form_field::get(tx, actor, id));
    let found = read.await?;
    Ok(Reply::item(&FormFieldView::of(&found)).tagged(found.version))
}
