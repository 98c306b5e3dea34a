//! DELETE /api/v2/formfield/{formfieldID}: deletes a field of a form. Rules live in `deskbell_app::form_field::delete`.

use deskbell_app::{Desk, form_field};
use deskbell_core::{Code, FormFieldId, Permission};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("formFieldDelete", "/formfield/{formfieldID}")
        .tag("Form field")
        .summary("Deletes a field of a form.")
        .description("Tickets do not change by it: what they have in it stays in their history alone.")
        .needs(Permission::FormCud)
        .if_match()
        .result(&["formfieldID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (FormFieldId(call.id("formfieldID")), page::admits(&call));
    let write = call.write("formFieldDelete", move |work| form_field::delete(work, id, &admits));
    let reply =
        move |version| Reply::result("Form field deleted.").named("formfieldID", id.0).in_version(version);
    write.answer(move |&version| reply(version)).await
}
