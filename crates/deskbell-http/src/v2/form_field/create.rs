//! POST /api/v2/formfield: makes a field of a form. Rules live in `deskbell_app::form_field::create`.

use deskbell_app::{Desk, form_field};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("formFieldCreate", "/formfield")
        .tag("Form field")
        .summary("Creates a field of a form.")
        .description(
            "A form has up to 100 fields. A select needs options, others take none. A required field counts for changes of status \
             from then on; tickets that have a status keep it.",
        )
        .needs(Permission::FormCud)
        .fields(fields::to_create())
        .check(fields::check)
        .result(&["formfieldID"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let fields = fields::of(&call.params);
    let write = call.write("formFieldCreate", move |work| form_field::create(work, &fields));
    write
        .answer(|&(id, version)| {
            Reply::result("Form field created")
                .named("formfieldID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/formfield/{id}"))
        })
        .await
}
