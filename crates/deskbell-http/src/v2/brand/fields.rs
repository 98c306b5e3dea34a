//! The fields of a brand in requests, and what they are for the use cases.

use deskbell_app::brand::{self, Fields};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;

use crate::v2::page;
use crate::{Field, Params};

/// Characters of an address of the web.
const URL: usize = 2_000;
/// Characters of a signature, and of working hours.
const LONG: usize = 10_000;

pub(super) fn to_create() -> Vec<Field> {
    fields(
        Field::line("name", limit::NAME)
            .shape(page::NAME_SHAPE)
            .required()
            .doc("The name, unique without case."),
    )
}

pub(super) fn to_update() -> Vec<Field> {
    fields(
        Field::line("name", limit::NAME)
            .refuse_empty()
            .shape(page::NAME_SHAPE)
            .doc("The name, unique without case."),
    )
}

fn fields(name: Field) -> Vec<Field> {
    vec![
        name,
        Field::line("country", 2)
            .shape("^[A-Za-z]{2}$")
            .doc("Where telephone numbers are read: ISO 3166 with two letters, or empty."),
        Field::line("time_zone", 64)
            .shape("^[A-Za-z][A-Za-z0-9_+/-]*$")
            .doc("A name of the IANA time zone database; UTC, if a new brand names none."),
        Field::line("language", 35)
            .shape("^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")
            .doc("A language tag such as en, nl or pt-BR; en, if a new brand names none."),
        Field::line("crm_sync_url", URL)
            .shape(page::URL_SHAPE)
            .doc("Where customers are looked up: http:// or https://, or empty."),
        Field::text("signature", LONG).doc("What stands under messages; HTML is allowed."),
        Field::text("business_hours", LONG)
            .shape(r"^\s*\{[^\u0000]*\}\s*$")
            .doc("The working hours: the text of a JSON object, or empty."),
    ]
}

/// What the parameters say. Empty is a value, but where a word must stand it is nothing.
pub(super) fn of(params: &Params) -> Fields {
    let text = |name| params.text(name).map(str::to_owned);
    let word = |name| text(name).filter(|w| !w.is_empty());
    Fields {
        name: text("name"),
        country: text("country"),
        time_zone: word("time_zone"),
        language: word("language"),
        crm_sync_url: text("crm_sync_url"),
        signature: text("signature"),
        business_hours: text("business_hours"),
    }
}

/// What the rules say to it.
pub(super) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    brand::check(&of(params), wrong);
}
