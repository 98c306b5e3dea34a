//! DELETE /api/v2/form/{formID}: deletes a form and takes it off its tickets. Rules live in `deskbell_app::form::delete`.

use deskbell_app::{BatchId, Desk, form};
use deskbell_core::{Code, FormId, Permission, Version};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply, once};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("formDelete", "/form/{formID}")
        .tag("Form")
        .summary("Deletes a form with its fields.")
        .description(
            "The tickets that have it lose it, each with its event and version; what they have in its fields stays in their \
             history alone. Many tickets are done in steps; if that is interrupted, the form is still there and the same call \
             goes on. A form that reaches beyond the limits of the key is not deleted (403).",
        )
        .needs(Permission::FormCud)
        .if_match()
        .result(&["formID"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (FormId(call.id("formID")), page::admits(&call));
    let reply = move |(version, batch): &(Version, BatchId)| {
        let reply = Reply::result("Form deleted.").named("formID", id.0);
        reply.in_version(*version).in_batch(batch.as_str())
    };
    let keep = call.keep(reply);
    let deleted = form::delete(&call.state, &call.actor, "formDelete", id, admits, keep);
    Ok(once::answer(deleted.await?, |done| reply(&done)))
}
