//! POST /api/v2/view: makes a view. Rules live in `deskbell_app::view::create`.

use deskbell_app::{Desk, view};
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Operation, Relation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("viewCreate", "/view")
        .tag("View")
        .summary("Creates a view.")
        .description(
            "A ticket is in it if it meets all the conditions under `all`, and one of those under `any` if there are any. An unknown \
             fact, operation or type of value is refused and named. Without conditions it shows all tickets. There can be 500 views.",
        )
        .needs(Permission::ViewCud)
        .fields(fields::to_create())
        .relations(&[Relation::Apart("view_category_id", "view_category")])
        .check(fields::check)
        .result(&["viewID"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let fields = fields::of(&call.params);
    let write = call.write("viewCreate", move |work| view::create(work, &fields));
    write
        .answer(|&(id, version)| {
            Reply::result("View created.")
                .named("viewID", id.0)
                .in_version(version)
                .at(&format!("/api/v2/view/{id}"))
        })
        .await
}
