//! POST /api/v2/customer/merge: makes two customers one. Rules live in `deskbell_app::customer::merge`.

use deskbell_app::customer::merge;
use deskbell_app::{BatchId, Desk};
use deskbell_core::{Code, CustomerId, Permission, Version};

use crate::{Call, Failure, Field, Operation, Reply, once};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("customerMerge", "/customer/merge")
        .tag("Customer")
        .summary("Merges a customer into another one of its brand.")
        .description(
            "The tickets of the one that goes (those that do not exist for the key as well, each with an event) and its addresses go to \
             the one that stays, and what that has not: external primary id, names, custom fields. The one that goes is deleted and \
             cannot be brought back. Many tickets are moved in steps; if that is interrupted, both are still there and the same call \
             goes on.",
        )
        .needs(Permission::CustomerCud)
        .fields([
            Field::id("customerID").required().doc("The customer who stays."),
            Field::id("duplicateID").required().doc("The customer who goes."),
        ])
        .result(&["customerID"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let named = |name: &'static str| (name, CustomerId(call.params.need(name)));
    let (stays, goes) = (named("customerID"), named("duplicateID"));
    let reply = move |(version, batch): &(Version, BatchId)| {
        let reply = Reply::result("Customers merged.").named("customerID", stays.1.0);
        reply.in_version(*version).in_batch(batch.as_str())
    };
    let keep = call.keep(reply);
    let merged = merge::merge(&call.state, &call.actor, "customerMerge", stays, goes, keep);
    Ok(once::answer(merged.await?, |done| reply(&done)))
}
