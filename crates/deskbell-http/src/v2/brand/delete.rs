//! DELETE /api/v2/brand/{brandID}: deletes a brand. Rules live in `deskbell_app::brand::delete`.

use deskbell_app::{Desk, brand};
use deskbell_core::{BrandId, Code, Permission};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("brandDelete", "/brand/{brandID}")
        .tag("Brand")
        .summary("Deletes a brand.")
        .description(
            "A brand with tickets (those in the trash count) or customers stays: 409. Keys and groups that were limited to the \
             brand see less by its end, never more.",
        )
        .needs(Permission::BrandCud)
        .if_match()
        .result(&["brandID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (BrandId(call.id("brandID")), page::admits(&call));
    let write = call.write("brandDelete", move |work| brand::delete(work, id, &admits));
    write
        .answer(move |&version| Reply::result("Brand deleted.").named("brandID", id.0).in_version(version))
        .await
}
