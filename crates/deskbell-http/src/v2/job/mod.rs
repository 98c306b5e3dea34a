//! GET /api/v2/job/{jobID}: how far bulk work is that went on after its answer.

use deskbell_app::Desk;
use deskbell_app::bulk::Progress;
use deskbell_core::{Code, JobId};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::{Time, time};
use crate::{Call, Failure, Operation, Reply};

/// The calls of the controller.
pub(crate) fn operations() -> Vec<Operation<Desk>> {
    vec![
        Operation::get("jobGet", "/job/{jobID}")
            .tag("Job")
            .summary("Returns how far a piece of bulk work is.")
            .description("For the key that began it, whatever its permissions are by now; for others it does not exist.")
            .any_key("the key that made the job")
            .item("Job")
            .fails(&[Code::NotFound])
            .handler(handle),
    ]
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let job = call.state.job(&call.actor, JobId(call.id("jobID"))).await?;
    Ok(Reply::item(&JobView::of(&job)))
}

#[derive(Serialize)]
struct JobView<'a> {
    id: i64,
    #[serde(rename = "batchID")]
    batch: &'a str,
    state: &'static str,
    total: i64,
    done: i64,
    changed: i64,
    unchanged: i64,
    failed: i64,
    created_at: Time,
    finished_at: Option<Time>,
}

impl<'a> JobView<'a> {
    fn of(job: &'a Progress) -> Self {
        Self {
            id: job.id.0,
            batch: job.batch.as_str(),
            state: job.state.as_str(),
            total: job.total,
            done: job.done,
            changed: job.changed,
            unchanged: job.unchanged,
            failed: job.failed,
            created_at: Time(job.created_at),
            finished_at: time(job.finished_at),
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let count = || json!({"type": "integer", "minimum": 0});
    let job = object(json!({
        "id": count(), "batchID": {"type": "string"}, "state": {"enum": ["queued", "running", "done", "cancelled"]},
        "total": count(), "done": count(), "changed": count(), "unchanged": count(), "failed": count(),
        "created_at": {"type": "string"}, "finished_at": {"type": ["string", "null"]},
    }));
    vec![("Job", job)]
}
