//! DELETE /api/v2/key/{keyID}: revokes a key. Rules live in `deskbell_app::key::revoke`.

use deskbell_app::{Desk, key};
use deskbell_core::{Code, KeyId, Permission};

use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::delete("keyDelete", "/key/{keyID}")
        .tag("Key")
        .summary("Revokes a key, for good.")
        .description(
            "It is refused everywhere within a second, with all its secrets. It stays in the list, as the record of who had \
             access. A key may revoke itself. One that may do more than the caller is not revoked by it (403).",
        )
        .needs(Permission::SettingsCrud)
        .if_match()
        .result(&["keyID"])
        .fails(&[Code::NotFound, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, admits) = (KeyId(call.id("keyID")), page::admits(&call));
    let write = call.write("keyDelete", move |work| key::revoke(work, id, &admits));
    write
        .answer(move |&(_, version)| Reply::result("Key revoked.").named("keyID", id.0).in_version(version))
        .await
}
