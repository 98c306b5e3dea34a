//! PUT /api/v2/brand/{brandID}: changes a brand. Rules live in `deskbell_app::brand::update`.

use deskbell_app::{Desk, brand};
use deskbell_core::{BrandId, Code, Permission};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("brandUpdate", "/brand/{brandID}")
        .tag("Brand")
        .summary("Changes a brand.")
        .description(
            "What is not sent stays. A call that changes nothing leaves the version as it is. A new name shows in \
             tickets at once.",
        )
        .needs(Permission::BrandCud)
        .fields(fields::to_update())
        .check(fields::check)
        .if_match()
        .result(&["brandID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, fields, admits) = (BrandId(call.id("brandID")), fields::of(&call.params), page::admits(&call));
    let write = call.write("brandUpdate", move |work| brand::update(work, id, &fields, &admits));
    write
        .answer(move |&version| Reply::result("Brand updated.").named("brandID", id.0).in_version(version))
        .await
}
