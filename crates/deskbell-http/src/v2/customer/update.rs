//! PUT /api/v2/customer/{customerID}: changes a customer. Rules live in `deskbell_app::customer::update`.

use deskbell_app::Desk;
use deskbell_app::customer::Whose;
use deskbell_app::customer::update::{self, Changes};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{Code, CustomerId, Permission, TicketId};

use super::fields;
use crate::{Call, Failure, Field, Operation, Params, Relation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("customerUpdate", "/customer/{customerID}")
        .tag("Customer")
        .summary("Updates the fields of a customer.")
        .description(
            "What is not sent stays. customer_link_channel adds an address; DELETE /customer/itemChannel takes one away. \
             A customer stays in its brand.",
        )
        .needs(Permission::CustomerCud)
        .fields(fields::channel())
        .fields([
            Field::line("primary_id", limit::NAME).doc("Another id of your own for the customer, unique in the brand."),
            Field::line("externalPrimaryID", limit::NAME).doc("The same as primary_id."),
        ])
        .fields(fields::person())
        .open_names("custom_fields")
        .relations(&[fields::CHANNEL, Relation::Apart("primary_id", "externalPrimaryID")])
        .check(check)
        .if_match()
        .result(&["customerID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

fn check(params: &Params, wrong: &mut Vec<Detail>) {
    fields::check_channel(params, wrong);
    fields::check_person(params, wrong);
    fields::check_twins(wrong, ["primary_id", "externalPrimaryID"], |name| {
        fields::text(params, name).is_some()
    });
}

fn changes(params: &Params) -> Changes {
    Changes {
        external_id: fields::external_id(params, &["primary_id", "externalPrimaryID"]),
        firstname: params.text("firstname").map(str::to_owned),
        lastname: params.text("lastname").map(str::to_owned),
        addresses: fields::address(params).into_iter().collect(),
        fields: params.map("custom_fields").to_vec(),
        ticket: params.id("ticket_id").map(TicketId),
        no_sync: params.flag("noSync"),
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let whose = Whose::Path(CustomerId(call.id("customerID")));
    let (changes, expected) = (changes(&call.params), call.expected().cloned());
    let write = call.write("customerUpdate", move |work| {
        update::update(work, &whose, &changes, |v| expected.as_ref().is_none_or(|e| e.admits(v)))
    });
    write
        .answer(|&(id, version)| {
            Reply::result("Customer updated.").named("customerID", id.0).in_version(version)
        })
        .await
}
