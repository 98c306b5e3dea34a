//! The fields of a form in requests, and what they are for the use cases.

use deskbell_app::form::{self, Fields, MOST_BRANDS};
use deskbell_core::BrandId;
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;

use crate::v2::page;
use crate::{Field, Params};

pub(super) fn to_create() -> [Field; 2] {
    [title().required(), brands()]
}

pub(super) fn to_update() -> [Field; 2] {
    [title().refuse_empty(), brands()]
}

fn title() -> Field {
    Field::line("title", limit::NAME).shape(page::NAME_SHAPE).doc("The title.")
}

fn brands() -> Field {
    Field::ids("brandIDs", MOST_BRANDS).doc("The brands whose tickets may have it; none = all brands.")
}

/// What the parameters say. An empty list of brands is a value.
pub(super) fn of(params: &Params) -> Fields {
    let brands = || params.ids("brandIDs").iter().copied().map(BrandId).collect();
    Fields { title: params.text("title").map(str::to_owned), brands: params.given("brandIDs").then(brands) }
}

/// What the rules say to it.
pub(super) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    form::check(&of(params), wrong);
}
