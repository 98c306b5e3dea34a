//! DELETE /api/v2/customer/purgedata: erases a customer and all that was said with it. Rules live in
//! `deskbell_app::customer::purge`.

use deskbell_app::customer::purge::{self, Purged};
use deskbell_app::{BatchId, Desk};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Field, Operation, Reply, once};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("customerPurge", "/customer/purgedata")
        .tag("Customer")
        .summary("Erases a customer for good, with all that was said with it.")
        .description(
            "Its tickets, and those of its brand that have one of its addresses and no other customer, stay as empty shells for the numbers: \
             messages, notes, files, titles, addresses, tags, form values and the content of their changes go. Those in the trash go \
             whole. It takes a key without limits to groups. Many tickets are erased in steps; if that is interrupted, the customer \
             is still there and the same call goes on. Nothing of it can be taken back.",
        )
        .needs(Permission::CustomerCud)
        .fields([
            Field::id("customerID").doc("The customer; or externalPrimaryID, with brandID."),
            fields::external(),
            fields::brand(),
        ])
        .one_of(&["customerID", "externalPrimaryID"])
        .if_match()
        .result(&["customerID", "tickets"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (whose, expected) = (fields::whose(&call.params, true), call.expected().cloned());
    let reply = |(purged, batch): &(Purged, BatchId)| {
        let reply = Reply::result("Customer purged.").named("customerID", purged.id.0);
        reply.named("tickets", purged.tickets).in_batch(batch.as_str())
    };
    let admits = move |version| expected.as_ref().is_none_or(|expected| expected.admits(version));
    let keep = call.keep(reply);
    let purged = purge::purge(&call.state, &call.actor, "customerPurge", whose, admits, keep);
    Ok(once::answer(purged.await?, |done| reply(&done)))
}
