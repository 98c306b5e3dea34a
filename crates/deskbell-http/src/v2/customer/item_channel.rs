//! DELETE /api/v2/customer/itemChannel: takes an address from a customer. Rules live in
//! `deskbell_app::customer::remove_channel`.

use deskbell_app::Desk;
use deskbell_app::customer::remove_channel;
use deskbell_core::address::Kind;
use deskbell_core::text::limit;
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("customerRemoveChannel", "/customer/itemChannel")
        .tag("Customer")
        .summary("Takes an address from a customer.")
        .description(
            "The address may be written in any of its spellings. Tickets that are linked stay linked.",
        )
        .needs(Permission::CustomerCud)
        .fields([
            Field::id("customerID").doc("The customer; or externalPrimaryID, with brandID."),
            fields::external(),
            fields::brand(),
            Field::word("channel_id", Kind::WORDS).required().doc("What kind of address it is."),
            Field::line("address", limit::ADDRESS).required().doc("The address."),
        ])
        .one_of(&["customerID", "externalPrimaryID"])
        .if_match()
        .result(&["customerID"])
        .fails(&[Code::UnknownReference, Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (whose, expected) = (fields::whose(&call.params, true), call.expected().cloned());
    let kind = call.params.need_parsed("channel_id", Kind::parse);
    let address = call.params.text("address").unwrap_or_default().to_owned();
    let write = call.write("customerRemoveChannel", move |work| {
        remove_channel::remove(work, &whose, kind, &address, |v| {
            expected.as_ref().is_none_or(|e| e.admits(v))
        })
    });
    write
        .answer(|&(id, version)| {
            Reply::result("Channel removed.").named("customerID", id.0).in_version(version)
        })
        .await
}
