//! PUT /api/v2/key/{keyID}: changes what a key may do. Rules live in `deskbell_app::key::update`.

use deskbell_app::{Desk, key};
use deskbell_core::{Code, KeyId, Permission};

use super::fields;
use crate::v2::page;
use crate::{Call, Failure, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::put("keyUpdate", "/key/{keyID}")
        .tag("Key")
        .summary("Changes a key.")
        .description(
            "What is not sent stays. A call that changes nothing leaves the version as it is. permissions, brandIDs, groupIDs \
             and allowedNetworks are replaced as sets. It holds within a second. Nobody grants what it does not have, and a \
             key that may do more than the caller is not changed by it (403). A revoked key stays revoked.",
        )
        .needs(Permission::SettingsCrud)
        .fields(fields::to_update())
        .relations(&fields::RELATIONS)
        .check(fields::check)
        .if_match()
        .result(&["keyID"])
        .fails(&[Code::NotFound, Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (id, fields, admits) = (KeyId(call.id("keyID")), fields::of(&call.params), page::admits(&call));
    let write = call.write("keyUpdate", move |work| {
        key::update(work, id, &admits, |rights| fields.apply(rights)).map(|key| key.version)
    });
    write.answer(move |&version| Reply::result("Key updated.").named("keyID", id.0).in_version(version)).await
}
