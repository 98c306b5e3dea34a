//! PUT /api/v2/user/{userID}: changes a user. Rules live in `deskbell_app::user::update`.

use deskbell_app::{Desk, user};
use deskbell_core::{Code, Permission, UserId};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("userUpdate", "/user/{userID}")
        .tag("User")
        .summary("Changes a user.")
        .description(
            "What is not sent stays. A call that changes nothing leaves the version as it is. groups are replaced as a \
             set. An administrator is changed only by a key without limits that has every permission; a key with limits \
             changes nobody who belongs to groups beyond them.",
        )
        .needs(Permission::UserCud)
        .fields(fields::to_update())
        .check(fields::check_update)
        .if_match()
        .result(&["userID"])
        .fails(&[Code::NotFound, Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, fields, admits) =
        (UserId(call.id("userID")), fields::of_update(&call.params), page::admits(&call));
    let write = call.write("userUpdate", move |work| user::update(work, id, &fields, &admits));
    write
        .answer(move |&version| Reply::result("User updated.").named("userID", id.0).in_version(version))
        .await
}
