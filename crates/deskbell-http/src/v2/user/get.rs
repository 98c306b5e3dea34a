//! GET /api/v2/user/{userID}: one user. Rules live in `deskbell_app::user::get`.

use deskbell_app::{Desk, Lane, user};
use deskbell_core::{Code, Permission, UserId};

use super::view::UserView;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("userGet", "/user/{userID}")
        .tag("User")
        .summary("Returns a user.")
        .description("Deactivated ones too. A key with limits sees those who belong to one of its groups, and of their groups only those within.")
        .needs(Permission::UserRead)
        .if_none_match()
        .item("User")
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = UserId(call.id("userID"));
    let found = call.state.read(Lane::Point, &call.actor, move |tx, actor| user::get(tx, actor, id)).await?;
    Ok(Reply::item(&UserView::of(&found)).tagged(found.version))
}
