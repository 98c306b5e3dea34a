//! DELETE /api/v2/group/{groupID}: deletes a group and moves its tickets. Rules live in `deskbell_app::group::delete`.

use deskbell_app::{BatchId, Desk, group};
use deskbell_core::{Code, GroupId, Permission, Version};

use crate::v2::page;
use crate::{Call, Failure, Field, Operation, Reply, once};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("groupDelete", "/group/{groupID}")
        .tag("Group")
        .summary("Deletes a group.")
        .description(
            "A group that owns tickets (those in the trash count) needs moveTo, else 409. Every ticket gets its event and \
             version. Many tickets are moved in steps; if that is interrupted, the group is still there and the same call \
             goes on.",
        )
        .needs(Permission::GroupCud)
        .field(Field::id("moveTo").doc("The group that takes the tickets. It must serve their brands."))
        .if_match()
        .result(&["groupID"])
        .fails(&[Code::NotFound, Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (GroupId(call.id("groupID")), page::admits(&call));
    let move_to = call.params.id("moveTo").map(GroupId);
    let reply = move |(version, batch): &(Version, BatchId)| {
        let reply = Reply::result("Group deleted.").named("groupID", id.0);
        reply.in_version(*version).in_batch(batch.as_str())
    };
    let keep = call.keep(reply);
    let deleted = group::delete(&call.state, &call.actor, "groupDelete", id, move_to, admits, keep);
    Ok(once::answer(deleted.await?, |done| reply(&done)))
}
