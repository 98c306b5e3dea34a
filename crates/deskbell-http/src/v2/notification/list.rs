//! GET /api/v2/notification: what a user is told. Rules live in `deskbell_app::notification`.

use deskbell_app::notification::{self, Wish};
use deskbell_app::ticket::list::Cursor;
use deskbell_app::{Desk, Lane};
use deskbell_core::fault::Detail;
use deskbell_core::{Code, Permission, UserId};

use super::view::NotificationView;
use crate::reply::Page;
use crate::v2::page;
use crate::{Call, Failure, Field, Operation, Params, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("notificationList", "/notification")
        .tag("Notification")
        .summary("Returns the notifications of a user, newest first, and marks those that it returns as read.")
        .description(
            "They are shown as they were before; markRead=false looks without marking. A user is told of a ticket that somebody else \
             gave it, of what customers write in its tickets, of one that wakes, and of one that follows up a closed one of \
             its own. Only of tickets that exist for the caller, in the total too. They are kept for a configured time, by default 90 \
             days.",
        )
        .needs(Permission::SettingsCrud)
        .field(
            Field::id("userID")
                .doc("Whose; the caller's own unless said otherwise. A key is no user and has to name one."),
        )
        .fields(page::fields("Part of the title of the ticket, without case and accents, or its number."))
        .fields([
            page::cursor().doc("nextCursor of the page before; of the same userID, query and unread."),
            Field::flag("unread").default(false).doc("Only those that were not read."),
            Field::flag("markRead").default(true).doc("false: those that are returned stay as they are."),
        ])
        .check(check)
        .list("Notification")
        .fails(&[Code::UnknownReference])
        .handler(handle)
}

fn check(params: &Params, wrong: &mut Vec<Detail>) {
    page::check_cursor(params, wrong);
    if params.text("cursor").is_some_and(|cursor| !cursor.is_empty()) && params.given("itemStart") {
        let message = "itemStart cannot be combined with cursor.".into();
        wrong.push(Detail { field: Some("itemStart".into()), code: Code::InvalidParameter, message });
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (wish, mark) = (wish(&call.params), call.params.flag("markRead") && !call.head);
    let (start, limit) = (wish.paging.start.unsigned_abs(), wish.paging.limit.unsigned_abs());
    let read =
        call.state.read(Lane::List, &call.actor, move |tx, actor| notification::list(tx, actor, &wish));
    let found = read.await?;
    let unread: Vec<i64> = found.items.iter().filter(|n| n.read_at.is_none()).map(|n| n.id.0).collect();
    if mark && !unread.is_empty() {
        let user = found.user;
        let write = move |work: &mut deskbell_app::Work<'_, '_>| notification::mark_seen(work, user, &unread);
        call.state.write(&call.actor, "notificationList", write).await?;
    }
    let rows: Vec<NotificationView<'_>> = found.items.iter().map(NotificationView::of).collect();
    let totals = Page { start, limit, total: found.total.unsigned_abs(), exact: found.exact };
    Ok(Reply::list(totals, &rows, found.next.map(|cursor| cursor.to_string()).as_deref()))
}

fn wish(params: &Params) -> Wish {
    Wish {
        user: params.id("userID").map(UserId),
        unread: params.flag("unread"),
        paging: page::paging(params),
        after: params.text("cursor").and_then(Cursor::parse),
    }
}
