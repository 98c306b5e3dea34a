//! PUT /api/v2/form/{formID}: changes a form. Rules live in `deskbell_app::form::update`.

use deskbell_app::{Desk, form};
use deskbell_core::{Code, FormId, Permission};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("formUpdate", "/form/{formID}")
        .tag("Form")
        .summary("Changes a form.")
        .description(
            "What is not sent stays. A call that changes nothing leaves the version as it is. brandIDs are replaced as a set; an \
             empty one means all brands. Tickets that have the form keep it, also in a brand that it is for no more. A form that \
             reaches beyond the limits of the key is not changed (403).",
        )
        .needs(Permission::FormCud)
        .fields(fields::to_update())
        .check(fields::check)
        .if_match()
        .result(&["formID"])
        .fails(&[Code::NotFound, Code::UnknownReference])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, fields, admits) = (FormId(call.id("formID")), fields::of(&call.params), page::admits(&call));
    let write = call.write("formUpdate", move |work| form::update(work, id, &fields, &admits));
    write
        .answer(move |&version| Reply::result("Form updated.").named("formID", id.0).in_version(version))
        .await
}
