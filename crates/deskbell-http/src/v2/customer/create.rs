//! POST /api/v2/customer: creates a customer. Rules live in `deskbell_app::customer::create`.

use deskbell_app::Desk;
use deskbell_app::customer::create::{self, NewCustomer};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{BrandId, Code, Permission, TicketId};

use super::fields;
use crate::{Call, Failure, Field, Operation, Params, Relation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("customerCreate", "/customer")
        .tag("Customer")
        .summary("Creates a customer and links tickets to it.")
        .description(
            "Every field is optional. Without a brand the customer belongs to that of ticket_id, else to the lowest that \
             the key may see. An address or an external primary id that another customer of the brand has is a 409, and \
             nothing is done.",
        )
        .needs(Permission::CustomerCud)
        .fields(fields::channel())
        .fields([
            Field::id("brand_id").doc("The brand."),
            Field::id("brandID").doc("The same as brand_id."),
            Field::line("primary_id", limit::NAME).doc("Your own id for the customer, unique in the brand."),
            Field::line("externalPrimaryID", limit::NAME).doc("The same as primary_id."),
        ])
        .fields(fields::person())
        .open_names("custom_fields")
        .relations(&[
            fields::CHANNEL,
            Relation::Apart("brand_id", "brandID"),
            Relation::Apart("primary_id", "externalPrimaryID"),
        ])
        .check(check)
        .result(&["customerID"])
        .fails(&[Code::UnknownReference, Code::NotFound, Code::Conflict])
        .handler(handle)
}

fn check(params: &Params, wrong: &mut Vec<Detail>) {
    fields::check_channel(params, wrong);
    fields::check_person(params, wrong);
    fields::check_twins(wrong, ["brand_id", "brandID"], |name| params.given(name));
    fields::check_twins(wrong, ["primary_id", "externalPrimaryID"], |name| {
        fields::text(params, name).is_some()
    });
}

fn new(params: &Params) -> NewCustomer {
    let brand = |name| params.id(name).map(|id| (name, BrandId(id)));
    NewCustomer {
        brand: brand("brand_id").or_else(|| brand("brandID")),
        external_id: fields::external_id(params, &["primary_id", "externalPrimaryID"]),
        firstname: params.text("firstname").unwrap_or_default().to_owned(),
        lastname: params.text("lastname").unwrap_or_default().to_owned(),
        address: fields::address(params),
        fields: params.map("custom_fields").to_vec(),
        ticket: params.id("ticket_id").map(TicketId),
        no_sync: params.flag("noSync"),
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let new = new(&call.params);
    let write = call.write("customerCreate", move |work| create::create(work, &new));
    write
        .answer(|&(id, version)| {
            Reply::result("User created and channel linked.")
                .named("customerID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/customer/{id}"))
        })
        .await
}
