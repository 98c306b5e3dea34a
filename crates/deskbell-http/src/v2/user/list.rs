//! GET /api/v2/user: a list of users. Rules live in `deskbell_app::user::list`.

use deskbell_app::{Desk, Lane, user};
use deskbell_core::Permission;

use super::view::{UserRow, UserView};
use crate::v2::page;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("userList", "/user")
        .tag("User")
        .summary("Returns the users, by id.")
        .description(
            "A key with limits sees those who belong to one of its groups, and of their groups only those within. The \
             total is exact.",
        )
        .needs(Permission::UserRead)
        .fields(page::fields("Part of login, name or e-mail address, without case."))
        .fields([
            Field::flag("activeOnly").default(false).doc("Leaves those out who were deactivated."),
            Field::flag("extended").default(true).doc(
                "false: only id, name, firstname, lastname, email, active and version, which is enough for a list to choose from.",
            ),
        ])
        .list("UserRow")
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let filter =
        user::Filter { paging: page::paging(&call.params), active_only: call.params.flag("activeOnly") };
    let found =
        call.state.read(Lane::List, &call.actor, move |tx, actor| user::list(tx, actor, &filter)).await?;
    if call.params.flag("extended") {
        let rows: Vec<UserView<'_>> = found.items.iter().map(UserView::of).collect();
        return Ok(page::reply(&call.params, found.total, &rows));
    }
    let rows: Vec<UserRow<'_>> = found.items.iter().map(UserRow::of).collect();
    Ok(page::reply(&call.params, found.total, &rows))
}
