//! GET /api/v2/tag: the tags, with how many tickets have each. Rules live in `deskbell_app::tag::list`.

use deskbell_app::tag::{self, Sort, Wish};
use deskbell_app::{Desk, Lane};
use deskbell_core::Permission;
use serde::Serialize;

use crate::v2::page;
use crate::v2::ticket::search_archived;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("tagList", "/tag")
        .tag("Tag")
        .summary("Returns the tags of the tickets that the key may see, with how many have each.")
        .description(
            "Tags compare without case and are shown in lower case. count is the itemTotal of `GET /ticket?tag=`. The \
             total is exact.",
        )
        .needs(Permission::TicketRead)
        .fields(page::fields("Part of the tag, without case."))
        .fields([
            Field::word("sort", Sort::WORDS).default("name").doc("name: by characters. count: the most used first."),
            search_archived(),
        ])
        .list("Tag")
        .handler(handle)
}

#[derive(Serialize)]
struct TagView<'a> {
    tag: &'a str,
    count: i64,
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let wish = Wish {
        paging: page::paging(&call.params),
        sort: call.params.need_parsed("sort", Sort::parse),
        archived_too: call.params.word("searchArchived") == Some("yes"),
    };
    let found =
        call.state.read(Lane::List, &call.actor, move |tx, actor| tag::list(tx, actor, &wish)).await?;
    let rows: Vec<TagView<'_>> =
        found.items.iter().map(|tag| TagView { tag: &tag.tag, count: tag.count }).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
