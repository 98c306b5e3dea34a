//! POST /api/v2/user: makes a user. Rules live in `deskbell_app::user::create`.

use deskbell_app::{Desk, user};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("userCreate", "/user")
        .tag("User")
        .summary("Creates a user.")
        .description(
            "Logins differ by more than case. Nobody grants what it does not have: a group with more than the key has is \
             refused (403). A key with limits names at least one of its groups.",
        )
        .needs(Permission::UserCud)
        .fields(fields::to_create())
        .check(fields::check_create)
        .result(&["userID"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let fields = fields::of_create(&call.params);
    let write = call.write("userCreate", move |work| user::create(work, &fields, &user::Account::default()));
    write
        .answer(|&(id, version)| {
            Reply::result("User created.")
                .named("userID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/user/{id}"))
        })
        .await
}
