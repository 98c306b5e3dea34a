//! PUT /api/v2/formfield/{formfieldID}: changes a field of a form. Rules live in `deskbell_app::form_field::update`.

use deskbell_app::{Desk, form_field};
use deskbell_core::{Code, FormFieldId, Permission};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("formFieldUpdate", "/formfield/{formfieldID}")
        .tag("Form field")
        .summary("Changes a field of a form.")
        .description(
            "What is not sent stays. A call that changes nothing leaves the version as it is. required_statuses and options are \
             replaced as sets. What tickets have in the field stays, also where it is no option any more. Another form_id moves \
             the field.",
        )
        .needs(Permission::FormCud)
        .fields(fields::to_update())
        .check(fields::check)
        .if_match()
        .result(&["formfieldID"])
        .fails(&[Code::NotFound, Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (FormFieldId(call.id("formfieldID")), page::admits(&call));
    let fields = fields::of(&call.params);
    let write = call.write("formFieldUpdate", move |work| form_field::update(work, id, &fields, &admits));
    let reply =
        move |version| Reply::result("Form field updated.").named("formfieldID", id.0).in_version(version);
    write.answer(move |&version| reply(version)).await
}
