//! The fields of a webhook in requests, and what they are for the use cases.

use deskbell_app::webhook::{self, Event, Fields};
use deskbell_core::fault::Detail;
use deskbell_core::{BrandId, GroupId};

use crate::v2::page;
use crate::{Field, Params};

/// Characters of an address.
const URL: usize = 2_000;
/// How many brands or groups one webhook names.
const MOST: usize = 1_000;

pub(super) fn to_create() -> Vec<Field> {
    fields(url().required(), events().required())
}

pub(super) fn to_update() -> Vec<Field> {
    fields(url().refuse_empty(), events().refuse_empty())
}

fn url() -> Field {
    Field::line("url", URL).shape(page::URL_SHAPE).doc(
        "The endpoint: https://, and not in a private network unless the server is configured so. It must answer OPTIONS with 200 or \
         204 and an Allow header that holds POST.",
    )
}

fn events() -> Field {
    Field::word_list("events", Event::WORDS).doc("What the endpoint is told of.")
}

fn fields(url: Field, events: Field) -> Vec<Field> {
    vec![
        url,
        events,
        Field::ids("brandIDs", MOST).doc("Only of these brands; empty for all that the key may see."),
        Field::ids("groupIDs", MOST)
            .or_zero()
            .doc("Of tickets only of these groups, 0 = no group; empty for all that the key may see."),
        Field::flag("active")
            .doc("Whether the endpoint is told; true, if a new webhook does not say. What happens while it is not, is left out."),
    ]
}

/// What the parameters say. An empty list is a value.
pub(super) fn of(params: &Params) -> Fields {
    let ids = |name| params.given(name).then(|| params.ids(name));
    Fields {
        url: params.text("url").map(str::to_owned),
        events: params.given("events").then(|| params.words_as("events", Event::parse)),
        brands: ids("brandIDs").map(|ids| ids.iter().copied().map(BrandId).collect()),
        groups: ids("groupIDs").map(|ids| ids.iter().copied().map(GroupId).collect()),
        active: params.sent_flag("active"),
    }
}

/// What the rules say to it.
pub(super) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    webhook::check(&of(params), wrong);
}
