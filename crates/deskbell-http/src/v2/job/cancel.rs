//! DELETE /api/v2/job/{jobID}: stops bulk work. Rules live in `deskbell_app::bulk`.

use deskbell_app::{Desk, bulk};
use deskbell_core::{Code, JobId};

use super::RULE;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("jobCancel", "/job/{jobID}")
        .tag("Job")
        .summary("Stops a piece of bulk work.")
        .description(
            "What is done stays, and can be taken back by the job's batchID. A finished job is a 409.",
        )
        .any_key(RULE)
        .if_match()
        .result(&["jobID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (JobId(call.id("jobID")), page::admits(&call));
    let write = call.write("jobCancel", move |work| bulk::cancel(work, id, &admits));
    write
        .answer(move |&version| Reply::result("Job cancelled.").named("jobID", id.0).in_version(version))
        .await
}
