//! DELETE /api/v2/user/{userID}: deactivates a user. Rules live in `deskbell_app::user::deactivate`.

use deskbell_app::{BatchId, Desk, user};
use deskbell_core::{Code, Permission, UserId, Version};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply, once};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("userDelete", "/user/{userID}")
        .tag("User")
        .summary("Deactivates a user.")
        .description(
            "Unfinished tickets lose the user and keep the group, each with its event and version; finished ones and the \
             history keep the name. The user stays readable and comes back with active=true. Of a user who is inactive \
             already the version stays.",
        )
        .needs(Permission::UserCud)
        .if_match()
        .result(&["userID"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (UserId(call.id("userID")), page::admits(&call));
    let reply = move |(version, batch): &(Version, BatchId)| {
        let reply = Reply::result("User deactivated.").named("userID", id.0);
        reply.in_version(*version).in_batch(batch.as_str())
    };
    let keep = call.keep(reply);
    let told = user::deactivate(&call.state, &call.actor, "userDelete", id, admits, keep).await?;
    Ok(once::answer(told, |done| reply(&done)))
}
