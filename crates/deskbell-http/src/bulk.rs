//! The bulk result: one row per ticket, and the status that sums them up (api.md section 3).

use deskbell_core::fault::Detail;
use deskbell_core::{Code, Version};
use http::StatusCode;
use serde::{Serialize, Serializer};

use crate::error::{ErrorRow, status_of};
use crate::reply::{Reply, write};

/// What a bulk call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// The sentence for the caller; a failure of all replaces it by that failure's.
    pub message: String,
    /// Its batch; `None` for a dry run.
    pub batch: Option<String>,
    /// Whether nothing was written because none was to be.
    pub dry_run: bool,
    /// Tickets changed.
    pub changed: u64,
    /// Tickets that were so already.
    pub unchanged: u64,
    /// Tickets that failed.
    pub failed: u64,
    /// A row per ticket, in the order sent.
    pub rows: Vec<BulkRow>,
}

/// What became of one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkRow {
    /// The ticket's id.
    pub id: i64,
    /// What became of it.
    pub outcome: RowOutcome,
}

/// What became of one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// Changed, and its version now (none in a dry run).
    Changed(Option<Version>),
    /// It was so already, and its version.
    Unchanged(Option<Version>),
    /// Failed, and kept as it was.
    Failed {
        /// Why.
        code: Code,
        /// Why, for the caller.
        message: String,
        /// The field that was at fault, such as `actions[0][value]`.
        field: Option<String>,
        /// The version that the ticket has, with `precondition_failed`.
        current_version: Option<Version>,
    },
}

impl Serialize for BulkRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row<'a> {
            #[serde(rename = "ticketID")]
            id: i64,
            outcome: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            version: Option<i64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            field: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            code: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            message: Option<&'a str>,
            #[serde(rename = "currentVersion", skip_serializing_if = "Option::is_none")]
            current_version: Option<i64>,
        }
        let mut row = Row {
            id: self.id,
            outcome: "",
            version: None,
            field: None,
            code: None,
            message: None,
            current_version: None,
        };
        match &self.outcome {
            RowOutcome::Changed(version) => {
                row.outcome = "changed";
                row.version = version.map(|v| v.0);
            }
            RowOutcome::Unchanged(version) => {
                row.outcome = "unchanged";
                row.version = version.map(|v| v.0);
            }
            RowOutcome::Failed { code, message, field, current_version } => {
                row.outcome = "failed";
                row.field = field.as_deref();
                row.code = Some(code.as_str());
                row.message = Some(message);
                row.current_version = current_version.map(|v| v.0);
            }
        }
        row.serialize(serializer)
    }
}

impl Bulk {
    /// The status of the whole: 200 if none failed, 207 if some did or all failed for different reasons, else the
    /// status of the failure that all share. With it the failure that speaks for all, if none succeeded.
    fn verdict(&self) -> (StatusCode, Option<Detail>) {
        if self.failed == 0 {
            return (StatusCode::OK, None);
        }
        if self.changed + self.unchanged > 0 {
            return (StatusCode::MULTI_STATUS, None);
        }
        let mut reasons = self.rows.iter().filter_map(|row| match &row.outcome {
            RowOutcome::Failed { code: Code::RolledBack, .. } => None,
            RowOutcome::Failed { code, message, field, .. } => {
                Some(Detail { field: field.clone(), code: *code, message: message.clone() })
            }
            _ => None,
        });
        let Some(first) = reasons.next() else { return (StatusCode::MULTI_STATUS, None) };
        let status = match reasons.all(|other| other.code == first.code) {
            true => status_of(first.code),
            false => StatusCode::MULTI_STATUS,
        };
        (status, Some(first))
    }
}

impl From<Bulk> for Reply {
    fn from(bulk: Bulk) -> Self {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'static str,
            message: &'a str,
            #[serde(rename = "batchID", skip_serializing_if = "Option::is_none")]
            batch: Option<&'a str>,
            #[serde(rename = "dryRun", skip_serializing_if = "std::ops::Not::not")]
            dry_run: bool,
            changed: u64,
            unchanged: u64,
            failed: u64,
            results: &'a [BulkRow],
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            code: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            errors: Option<[ErrorRow<'a>; 1]>,
        }
        let (status, first) = bulk.verdict();
        let mut out = Vec::with_capacity(256 + bulk.rows.len() * 64);
        let body = Body {
            r#type: "result",
            message: first.as_ref().map_or(&bulk.message, |f| &f.message),
            batch: bulk.batch.as_deref(),
            dry_run: bulk.dry_run,
            changed: bulk.changed,
            unchanged: bulk.unchanged,
            failed: bulk.failed,
            results: &bulk.rows,
            status: first.as_ref().map(|_| "error"),
            code: first.as_ref().map(|f| f.code.as_str()),
            errors: first.as_ref().map(|f| [ErrorRow::new(f)]),
        };
        write(&mut out, &body);
        let mut reply = Self::of_json(out).status(status);
        reply.wants_request_id = first.is_some();
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Content;

    fn failed(id: i64, code: Code) -> BulkRow {
        let message = format!("Ticket {id}: {}", code.as_str());
        BulkRow { id, outcome: RowOutcome::Failed { code, message, field: None, current_version: None } }
    }

    fn bulk(changed: u64, failures: &[Code]) -> Reply {
        let rows = failures.iter().zip(1..).map(|(code, id)| failed(id, *code)).collect::<Vec<_>>();
        let failed = rows.len() as u64;
        let (batch, message) = (Some("b".to_owned()), "Done.".to_owned());
        Bulk { message, batch, dry_run: false, changed, unchanged: 0, failed, rows }.into()
    }

    fn text(reply: Reply) -> String {
        match reply.body {
            Content::Bytes(bytes) => String::from_utf8(bytes).expect("text"),
            _ => String::new(),
        }
    }

    #[test]
    fn the_status_is_that_of_the_failure_that_all_share() {
        use Code::{Conflict, NotFound, RequiredFieldsMissing, RolledBack};
        assert_eq!(bulk(1, &[]).status, 200);
        assert_eq!(bulk(0, &[]).status, 200);
        assert_eq!(bulk(1, &[NotFound]).status, 207);
        assert_eq!(bulk(0, &[NotFound, NotFound]).status, 404);
        assert_eq!(bulk(0, &[NotFound, Conflict]).status, 207);
        assert_eq!(bulk(0, &[Conflict, RequiredFieldsMissing]).status, 207);
        assert_eq!(bulk(0, &[RolledBack, NotFound, RolledBack]).status, 404);
    }

    #[test]
    fn an_answer_without_success_is_a_bulk_result_and_an_error_at_once() {
        let reply = bulk(0, &[Code::NotFound]);
        assert!(reply.wants_request_id);
        assert_eq!(
            text(reply),
            r#"{"type":"result","message":"Ticket 1: not_found","batchID":"b","changed":0,"unchanged":0,"failed":1,"results":[{"ticketID":1,"outcome":"failed","code":"not_found","message":"Ticket 1: not_found"}],"status":"error","code":"not_found","errors":[{"code":"not_found","message":"Ticket 1: not_found"}]}"#
        );
    }

    #[test]
    fn a_dry_run_says_so_and_has_neither_batch_nor_version() {
        let rows = vec![BulkRow { id: 4, outcome: RowOutcome::Changed(None) }];
        let message = "Would be set.".to_owned();
        let bulk = Bulk { message, batch: None, dry_run: true, changed: 1, unchanged: 0, failed: 0, rows };
        assert_eq!(
            text(bulk.into()),
            r#"{"type":"result","message":"Would be set.","dryRun":true,"changed":1,"unchanged":0,"failed":0,"results":[{"ticketID":4,"outcome":"changed"}]}"#
        );
    }
}
