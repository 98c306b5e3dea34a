//! GET /api/v2/changes: what changed after a cursor. Rules live in `deskbell_app::feed`.

use deskbell_app::Desk;
use deskbell_app::feed::Wish;
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{Code, Permission};

use super::view::ChangeView;
use crate::error::detail;
use crate::{Call, Failure, Field, Operation, Params, Reply};

/// Characters that a cursor has at the most.
pub(crate) const CURSOR: usize = 19;

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("changesList", "/changes")
        .tag("Changes")
        .summary("Returns what changed after a cursor, oldest first.")
        .description(
            "Every committed change of every ticket that the key may see, each once, in one order. No items mean that there \
             are no more for now; nextCursor is always there.",
        )
        .needs(Permission::RawRead)
        .fields(fields())
        .check(check)
        .plain_list("Change")
        .fails(&[Code::Gone])
        .handler(handle)
}

/// What says which part is asked for.
pub(crate) fn fields() -> [Field; 3] {
    [
        Field::line("after", CURSOR)
            .shape("^[0-9]*$")
            .doc("The nextCursor or a change's cursor of an earlier answer; empty for the oldest change that is kept."),
        Field::number("limit", 1..=1_000).default(100).doc("How many changes at the most."),
        Field::several_lines("types", limit::NAME)
            .doc("Of these types alone, such as status, tags, note, created or deleted."),
    ]
}

pub(crate) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    if params.text("after").is_some_and(|after| !after.is_empty() && position(after).is_none()) {
        let message = "after must be a cursor as it was answered. Start again without one.";
        wrong.push(detail("after", Code::InvalidParameter, message));
    }
}

/// The position that a cursor stands for.
pub(crate) fn position(cursor: &str) -> Option<i64> {
    cursor.bytes().all(|b| b.is_ascii_digit()).then(|| cursor.parse().ok())?
}

/// The part that is asked for.
pub(crate) fn wish(params: &Params) -> Wish {
    Wish {
        after: params.text("after").and_then(position),
        limit: params.need("limit"),
        types: params.lines("types").to_vec(),
        since: None,
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let part = call.state.changes(&call.actor, wish(&call.params)).await?;
    let rows: Vec<ChangeView<'_>> = part.changes.iter().map(ChangeView::of).collect();
    Ok(Reply::plain_list(&rows, Some(&part.next.to_string())))
}
