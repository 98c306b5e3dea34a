//! PUT /api/v2/view/{viewID}: changes a view. Rules live in `deskbell_app::view::update`.

use deskbell_app::{Desk, view};
use deskbell_core::{Code, Permission, ViewId};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Relation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("viewUpdate", "/view/{viewID}")
        .tag("View")
        .summary("Changes a view.")
        .description(
            "What is not sent stays; conditions and columns are replaced as a whole. A call that changes nothing leaves the version as \
             it is.",
        )
        .needs(Permission::ViewCud)
        .fields(fields::to_update())
        .relations(&[Relation::Apart("view_category_id", "view_category")])
        .check(fields::check)
        .if_match()
        .result(&["viewID"])
        .fails(&[Code::NotFound, Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, fields, admits) = (ViewId(call.id("viewID")), fields::of(&call.params), page::admits(&call));
    let write = call.write("viewUpdate", move |work| view::update(work, id, &fields, &admits));
    write
        .answer(move |&version| Reply::result("View updated.").named("viewID", id.0).in_version(version))
        .await
}
