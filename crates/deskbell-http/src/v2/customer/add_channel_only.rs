//! POST /api/v2/customer/addchannelonly: adds addresses to a customer. Rules live in
//! `deskbell_app::customer::add_channels`.

use deskbell_app::Desk;
use deskbell_app::customer::{Sent, add_channels};
use deskbell_core::address::Kind;
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{Code, Permission};

use super::fields;
use crate::{Call, Failure, Field, Operation, Params, Relation, Reply};

/// The fields of addresses and their kinds.
const EXTRA: [(&str, Kind); 4] = [
    ("extra_email", Kind::Email),
    ("extra_telephone", Kind::Telephone),
    ("extra_facebook", Kind::Facebook),
    ("extra_twitter", Kind::Twitter),
];

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("customerAddChannel", "/customer/addchannelonly")
        .tag("Customer")
        .summary("Adds addresses to a customer and links the tickets that have them.")
        .description("At least one address must be sent. One that another customer of the brand has is a 409, and none is added.")
        .needs(Permission::CustomerCud)
        .fields([
            Field::id("customerID").doc("The customer; or externalPrimaryID, with brandID."),
            fields::external(),
            fields::brand(),
            fields::no_sync(),
        ])
        .one_of(&["externalPrimaryID", "customerID"])
        .fields(EXTRA.map(|(name, _)| Field::line(name, limit::ADDRESS).doc("A further address of that kind.")))
        .relations(&[Relation::Some(&["extra_email", "extra_telephone", "extra_facebook", "extra_twitter"])])
        .check(check)
        .result(&["customerID"])
        .fails(&[Code::UnknownReference, Code::Conflict])
        .handler(handle)
}

fn addresses(params: &Params) -> Vec<Sent> {
    let sent = |(name, kind)| {
        let text = fields::text(params, name)?.to_owned();
        Some(Sent { field: name, kind: Some(kind), text })
    };
    EXTRA.into_iter().filter_map(sent).collect()
}

fn check(params: &Params, wrong: &mut Vec<Detail>) {
    if addresses(params).is_empty() {
        let message =
            "The call needs an address: extra_email, extra_telephone, extra_facebook or extra_twitter."
                .into();
        wrong.push(Detail { field: Some("extra_email".into()), code: Code::MissingParameter, message });
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (whose, addresses) = (fields::whose(&call.params, true), addresses(&call.params));
    let no_sync = call.params.flag("noSync");
    let write =
        call.write("customerAddChannel", move |work| add_channels::add(work, &whose, &addresses, no_sync));
    write
        .answer(|&(id, version)| {
            Reply::result("Channel added.").named("customerID", id.0).in_version(version)
        })
        .await
}
