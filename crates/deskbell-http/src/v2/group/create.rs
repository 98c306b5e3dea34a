//! POST /api/v2/group: makes a group. Rules live in `deskbell_app::group::create`.

use deskbell_app::{Desk, group};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Operation, Relation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("groupCreate", "/group")
        .tag("Group")
        .summary("Creates a group.")
        .description(
            "Names differ by more than case. Nobody grants what it does not have: a permission that the key lacks, or a group \
             that reaches beyond its limits, is refused (403). Without allBrands and brandIDs the group serves every brand.",
        )
        .needs(Permission::GroupCud)
        .fields(fields::to_create())
        .relations(&[Relation::Apart("allBrands", "brandIDs")])
        .check(fields::check)
        .result(&["groupID"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let fields = fields::of(&call.params);
    let write = call.write("groupCreate", move |work| group::create(work, &fields));
    write
        .answer(|&(id, version)| {
            Reply::result("Group created.")
                .named("groupID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/group/{id}"))
        })
        .await
}
