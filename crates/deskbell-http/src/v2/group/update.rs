//! PUT /api/v2/group/{groupID}: changes a group. Rules live in `deskbell_app::group::update`.

use deskbell_app::{Desk, group};
use deskbell_core::{Code, GroupId, Permission};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Relation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("groupUpdate", "/group/{groupID}")
        .tag("Group")
        .summary("Changes a group.")
        .description(
            "What is not sent stays. A call that changes nothing leaves the version as it is. permissions, brandIDs \
             and members are replaced as sets. Nobody grants what it does not have. A brand in which the group has \
             tickets cannot be taken from it (409).",
        )
        .needs(Permission::GroupCud)
        .fields(fields::to_update())
        .relations(&[Relation::Apart("allBrands", "brandIDs")])
        .check(fields::check)
        .if_match()
        .result(&["groupID"])
        .fails(&[Code::NotFound, Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, fields, admits) = (GroupId(call.id("groupID")), fields::of(&call.params), page::admits(&call));
    let write = call.write("groupUpdate", move |work| group::update(work, id, &fields, &admits));
    write
        .answer(move |&version| Reply::result("Group updated.").named("groupID", id.0).in_version(version))
        .await
}
