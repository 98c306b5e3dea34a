//! Jobs and their rows as answers write them.

use deskbell_app::bulk::{Progress, State};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::{Time, time};

#[derive(Serialize)]
pub(super) struct JobView<'a> {
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
    version: i64,
}

impl<'a> JobView<'a> {
    pub(super) fn of(job: &'a Progress) -> Self {
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
            version: job.version().0,
        }
    }
}

pub(super) fn job() -> Value {
    let count = || json!({"type": "integer", "minimum": 0});
    object(json!({
        "id": count(), "batchID": {"type": "string"}, "state": {"enum": State::WORDS},
        "total": count(), "done": count(), "changed": count(), "unchanged": count(), "failed": count(),
        "created_at": {"type": "string"}, "finished_at": {"type": ["string", "null"]},
        "version": {"type": "integer", "minimum": 1},
    }))
}

pub(super) fn row() -> Value {
    json!({
        "type": "object",
        "required": ["ticketID", "outcome"],
        "properties": {
            "ticketID": {"type": "integer"}, "outcome": {"enum": ["changed", "unchanged", "failed"]},
            "version": {"type": "integer"}, "field": {"type": "string"}, "code": {"type": "string"},
            "message": {"type": "string"}, "currentVersion": {"type": "integer"},
        },
    })
}
