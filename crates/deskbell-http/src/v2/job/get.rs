//! GET /api/v2/job/{jobID}: how far bulk work is. Rules live in `deskbell_app::bulk`.

use deskbell_app::Desk;
use deskbell_core::{Code, JobId};

use super::RULE;
use super::view::JobView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("jobGet", "/job/{jobID}")
        .tag("Job")
        .summary("Returns how far a piece of bulk work is.")
        .description(
            "For the key that began it, whatever its permissions are by now; for others it does not exist.",
        )
        .any_key(RULE)
        .if_none_match()
        .item("Job")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let job = call.state.job(&call.actor, JobId(call.id("jobID"))).await?;
    Ok(Reply::item(&JobView::of(&job)).tagged(job.version()))
}
