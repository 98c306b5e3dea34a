//! POST /api/v2/brand: makes a brand. Rules live in `deskbell_app::brand::create`.

use deskbell_app::{Desk, brand};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("brandCreate", "/brand")
        .tag("Brand")
        .summary("Creates a brand.")
        .description("Names differ by more than case. A key that is limited to brands makes none.")
        .needs(Permission::BrandCud)
        .fields(fields::to_create())
        .check(fields::check)
        .result(&["brandID"])
        .fails(&[Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let fields = fields::of(&call.params);
    let write = call.write("brandCreate", move |work| brand::create(work, &fields));
    write
        .answer(|&(id, version)| {
            Reply::result("Brand created.")
                .named("brandID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/brand/{id}"))
        })
        .await
}
