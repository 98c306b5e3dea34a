//! POST /api/v2/form: makes a form. Rules live in `deskbell_app::form::create`.

use deskbell_app::{Desk, form};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("formCreate", "/form")
        .tag("Form")
        .summary("Creates a form.")
        .description(
            "It has no fields yet: POST /formfield makes them. Without brandIDs it is for every brand, which a key that is \
             limited to some brands may not make (403).",
        )
        .needs(Permission::FormCud)
        .fields(fields::to_create())
        .check(fields::check)
        .result(&["formID"])
        .fails(&[Code::UnknownReference])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let fields = fields::of(&call.params);
    let write = call.write("formCreate", move |work| form::create(work, &fields));
    write
        .answer(|&(id, version)| {
            Reply::result("Form created.")
                .named("formID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/form/{id}"))
        })
        .await
}
