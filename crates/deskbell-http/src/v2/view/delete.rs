//! DELETE /api/v2/view/{viewID}: deletes a view. Rules live in `deskbell_app::view::delete`.

use deskbell_app::{Desk, view};
use deskbell_core::{Code, Permission, ViewId};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("viewDelete", "/view/{viewID}")
        .tag("View")
        .summary("Deletes a view.")
        .description("Also one that is in use. Its tickets are none of its own and stay.")
        .needs(Permission::ViewCud)
        .if_match()
        .result(&["viewID"])
        .fails(&[Code::NotFound])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (ViewId(call.id("viewID")), page::admits(&call));
    let write = call.write("viewDelete", move |work| view::delete(work, id, &admits));
    write
        .answer(move |&version| Reply::result("View deleted.").named("viewID", id.0).in_version(version))
        .await
}
