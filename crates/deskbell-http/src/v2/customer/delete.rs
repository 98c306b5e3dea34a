//! DELETE /api/v2/customer/{customerID}: deletes a customer. Rules live in `deskbell_app::customer::delete`.

use deskbell_app::Desk;
use deskbell_app::customer::delete;
use deskbell_core::{Code, CustomerId, Permission};

use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("customerDelete", "/customer/{customerID}")
        .tag("Customer")
        .summary("Deletes a customer and unlinks its tickets.")
        .description(
            "The tickets stay, each with an event that says that its customer went. Tickets that do not exist for the \
             key are unlinked as well. The customer cannot be brought back.",
        )
        .needs(Permission::CustomerCud)
        .if_match()
        .result(&["customerID"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, expected) = (CustomerId(call.id("customerID")), call.expected().cloned());
    let write = call.write("customerDelete", move |work| {
        delete::delete(work, id, |v| expected.as_ref().is_none_or(|e| e.admits(v)))
    });
    write.answer(move |&()| Reply::result("Customer deleted.").named("customerID", id.0)).await
}
