//! GET /api/v2/user/getUserViews: the views of a user. Rules live in `deskbell_app::view::of_user`.

use deskbell_app::{Desk, Lane, view};
use deskbell_core::{Code, Permission, UserId};

use crate::v2::view::ViewView;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("userViews", "/user/getUserViews")
        .tag("User")
        .summary("Returns the views of a user.")
        .description("All of them, since none is private, by category, place and id.")
        .needs(Permission::UserRead)
        .field(
            Field::id("userID")
                .doc("Whose; the caller's own unless said otherwise. A key is no user and has to name one."),
        )
        .plain_list("View")
        .fails(&[Code::UnknownReference])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let user = call.params.id("userID").map(UserId);
    let found =
        call.state.read(Lane::List, &call.actor, move |tx, actor| view::of_user(tx, actor, user)).await?;
    let rows: Vec<ViewView<'_>> = found.iter().map(ViewView::of).collect();
    Ok(Reply::plain_list(&rows, None))
}
