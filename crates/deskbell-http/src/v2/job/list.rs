//! GET /api/v2/job: the bulk work that a key began. Rules live in `deskbell_app::bulk`.

use deskbell_app::Desk;
use deskbell_app::bulk::State;

use super::view::JobView;
use crate::v2::page;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("jobList", "/job")
        .tag("Job")
        .summary("Returns the bulk work of this key, newest first.")
        .description("Work of more than 250 tickets; it is kept for 30 days after its end.")
        .any_key("each sees the jobs that it made")
        .fields(page::range())
        .field(Field::words("state", State::WORDS).doc("In one of these states."))
        .list("Job")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (start, limit) = (call.params.need("itemStart"), call.params.need("itemLimit"));
    let states = call.params.words_as("state", State::parse);
    let (total, jobs) = call.state.jobs(&call.actor, states, start, limit).await?;
    let rows: Vec<JobView<'_>> = jobs.iter().map(JobView::of).collect();
    Ok(page::reply(&call.params, total, &rows))
}
