//! PUT /api/v2/customer/updateCustomer: changes a customer that is named by its external primary id. Rules live in
//! `deskbell_app::customer::update`.

use deskbell_app::Desk;
use deskbell_app::customer::update::{self, Changes};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("customerUpdateByExternalID", "/customer/updateCustomer")
        .tag("Customer")
        .summary("Updates a customer by brand and external primary id.")
        .description("What is not sent stays.")
        .needs(Permission::CustomerCud)
        .fields([fields::external().required(), fields::brand()])
        .fields(fields::person())
        .open_names("custom_fields")
        .check(fields::check_person)
        .if_match()
        .result(&["customerID"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (whose, expected) = (fields::whose(&call.params, false), call.expected().cloned());
    let changes = Changes {
        firstname: call.params.text("firstname").map(str::to_owned),
        lastname: call.params.text("lastname").map(str::to_owned),
        fields: call.params.map("custom_fields").to_vec(),
        ..Changes::default()
    };
    let write = call.write("customerUpdateByExternalID", move |work| {
        update::update(work, &whose, &changes, |v| expected.as_ref().is_none_or(|e| e.admits(v)))
    });
    write
        .answer(|&(id, version)| {
            Reply::result("Customer updated.").named("customerID", id.0).in_version(version)
        })
        .await
}
