//! GET /api/v2/job/{jobID}/results: what became of each ticket so far. Rules live in `deskbell_app::bulk`.

use deskbell_app::Desk;
use deskbell_core::{Code, JobId};

use super::RULE;
use crate::bulk::BulkRow;
use crate::v2::{page, ticket};
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("jobResults", "/job/{jobID}/results")
        .tag("Job")
        .summary("Returns what became of each ticket of a piece of bulk work, in their order.")
        .description("The rows are those of a bulk result; itemTotal counts what is done so far.")
        .any_key(RULE)
        .fields(page::range())
        .list("JobRow")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (start, limit) = (call.params.need("itemStart"), call.params.need("itemLimit"));
    let (total, rows) = call.state.job_rows(&call.actor, JobId(call.id("jobID")), start, limit).await?;
    let rows: Vec<BulkRow> = rows.iter().map(|row| ticket::row_of(row, false)).collect();
    Ok(page::reply(&call.params, total, &rows))
}
