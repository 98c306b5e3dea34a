//! The fields that several calls of the controller have, and how their values are read.

use deskbell_app::customer::{self, MOST_FIELDS, Named, Sent, Whose};
use deskbell_core::address::Kind;
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{BrandId, Code, CustomerId};

use crate::{Field, Params, Relation};

/// How custom fields are called; the calls' own names are none of theirs.
const NAME: &str = "^(?!(?:ticket_id|customer_link_channel|channel_id|brand_id|primary_id|firstname|lastname|\
     custom_fields)$)[a-z][a-z0-9_]{0,63}$";

/// First and last name, and the custom fields.
pub(super) fn person() -> [Field; 3] {
    [
        Field::line("firstname", limit::NAME).doc("The first name."),
        Field::line("lastname", limit::NAME).doc("The last name."),
        Field::map("custom_fields", customer::is_field_name, NAME, customer::VALUE).doc(
            "custom_fields[name]=value: your own fields; an empty value takes one away. A name that was used once is \
             taken bare from then on (name=value).",
        ),
    ]
}

/// An address, and the tickets to link.
pub(super) fn channel() -> [Field; 4] {
    [
        Field::line("customer_link_channel", limit::ADDRESS)
            .doc("An address: e-mail, telephone number in any spelling, or name. It belongs to one customer of the brand."),
        Field::word("channel_id", Kind::WORDS)
            .doc("What kind of address it is; without it an e-mail address or a telephone number is told by its look."),
        Field::id("ticket_id").doc("A ticket to link. It must be of the brand and have no other customer."),
        no_sync(),
    ]
}

/// The kind of an address needs the address.
pub(super) const CHANNEL: Relation = Relation::Needs("channel_id", "customer_link_channel");

/// Whether tickets are linked by address.
pub(super) fn no_sync() -> Field {
    Field::flag("noSync").default(false).doc(
        "Without it all tickets of the brand with that address are linked, as far as they have no customer and exist \
         for the key.",
    )
}

/// The brand of a customer that is named by its external primary id.
pub(super) fn brand() -> Field {
    Field::id("brandID")
        .doc("The brand; needed where several brands have a customer of that external primary id.")
}

/// The external primary id that names a customer.
pub(super) fn external() -> Field {
    Field::line("externalPrimaryID", limit::NAME).doc("The customer's id in your own system.")
}

/// Two names of one field: only one may say something.
pub(super) fn check_twins(wrong: &mut Vec<Detail>, twins: [&str; 2], says: impl Fn(&str) -> bool) {
    if twins.into_iter().all(says) {
        let message = format!("{} and {} are the same; send one of them.", twins[0], twins[1]);
        wrong.push(Detail { field: Some(twins[1].into()), code: Code::InvalidParameter, message });
    }
}

/// A customer has only so many custom fields.
pub(super) fn check_person(params: &Params, wrong: &mut Vec<Detail>) {
    if params.map("custom_fields").len() > MOST_FIELDS {
        let message = format!("A customer has at most {MOST_FIELDS} custom fields.");
        wrong.push(Detail { field: Some("custom_fields".into()), code: Code::InvalidParameter, message });
    }
}

/// The kind of an address needs the address.
pub(super) fn check_channel(params: &Params, wrong: &mut Vec<Detail>) {
    if params.given("channel_id") && text(params, "customer_link_channel").is_none() {
        let message =
            "channel_id was sent without customer_link_channel, the address that it is about.".into();
        let field = Some("customer_link_channel".into());
        wrong.push(Detail { field, code: Code::MissingParameter, message });
    }
}

/// A text that says something.
pub(super) fn text<'p>(params: &'p Params, name: &str) -> Option<&'p str> {
    params.text(name).filter(|text| !text.is_empty())
}

/// The address of `channel`.
pub(super) fn address(params: &Params) -> Option<Sent> {
    let text = text(params, "customer_link_channel")?.to_owned();
    Some(Sent { field: "customer_link_channel", kind: params.parsed("channel_id", Kind::parse), text })
}

/// The external primary id under one of its names.
pub(super) fn external_id(params: &Params, names: &[&'static str]) -> Option<Named<String>> {
    names.iter().find_map(|name| Some((*name, text(params, name)?.to_owned())))
}

/// The customer that the body names, by `customerID` or by `brandID` and `externalPrimaryID`; the table requires one.
pub(super) fn whose(params: &Params, by_id: bool) -> Whose {
    let brand = params.id("brandID").map(|id| ("brandID", BrandId(id)));
    match by_id.then(|| params.id("customerID")).flatten() {
        Some(id) => Whose::Id(("customerID", CustomerId(id))),
        None => Whose::External {
            brand,
            id: ("externalPrimaryID", params.text("externalPrimaryID").unwrap_or_default().to_owned()),
        },
    }
}
