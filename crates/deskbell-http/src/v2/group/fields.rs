//! The fields of a group in requests, and what they are for the use cases.

use deskbell_app::group::{self, Fields};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{BrandId, Permission, UserId};

use crate::v2::page;
use crate::{Field, Params};

/// How many brands or members one group names.
const MOST: usize = 10_000;

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
        Field::word_list("permissions", Permission::NAMES)
            .doc("What members may do; each one must be a permission of the key too."),
        Field::flag("allBrands").doc("Whether the group serves every brand, present and to come."),
        Field::ids("brandIDs", MOST).doc("The brands that it serves; they alone, allBrands is false then."),
        Field::ids("members", MOST).doc("The users who belong to it."),
    ]
}

/// What the parameters say. An empty list is a value.
pub(super) fn of(params: &Params) -> Fields {
    let ids = |name| params.given(name).then(|| params.ids(name));
    let permissions = || params.words_as("permissions", Permission::parse).into_iter().collect();
    Fields {
        name: params.text("name").map(str::to_owned),
        permissions: params.given("permissions").then(permissions),
        all_brands: params.sent_flag("allBrands"),
        brands: ids("brandIDs").map(|ids| ids.iter().copied().map(BrandId).collect()),
        members: ids("members").map(|ids| ids.iter().copied().map(UserId).collect()),
    }
}

/// What the rules say to it.
pub(super) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    group::check(&of(params), wrong);
}
