//! The fields of a key in requests, and what they are for the use cases.

use deskbell_app::key::{self, Fields};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{BrandId, GroupId, Permission};

use crate::v2::page;
use crate::{Field, Params, Relation};

/// How many brands or groups one key names.
const MOST: usize = 1_000;
/// Characters of a network.
const NETWORK: usize = 50;
/// What a network looks like: an address of IPv4 or IPv6, perhaps with the number of its bits.
const NETWORK_SHAPE: &str = concat!(
    "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}",
    "(?:/(?:3[0-2]|[12]?[0-9]))?",
    "|(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,7}:|(?:[0-9A-Fa-f]{1,4}:){1,6}:[0-9A-Fa-f]{1,4}",
    "|(?:[0-9A-Fa-f]{1,4}:){1,5}(?::[0-9A-Fa-f]{1,4}){1,2}|(?:[0-9A-Fa-f]{1,4}:){1,4}(?::[0-9A-Fa-f]{1,4}){1,3}",
    "|(?:[0-9A-Fa-f]{1,4}:){1,3}(?::[0-9A-Fa-f]{1,4}){1,4}|(?:[0-9A-Fa-f]{1,4}:){1,2}(?::[0-9A-Fa-f]{1,4}){1,5}",
    "|[0-9A-Fa-f]{1,4}:(?::[0-9A-Fa-f]{1,4}){1,6}|:(?:(?::[0-9A-Fa-f]{1,4}){1,7}|:))",
    "(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?",
);

/// What contradicts each other.
pub(super) const RELATIONS: [Relation; 2] =
    [Relation::Apart("allBrands", "brandIDs"), Relation::Apart("allGroups", "groupIDs")];

pub(super) fn to_create() -> Vec<Field> {
    fields(name().required(), permissions().required())
}

pub(super) fn to_update() -> Vec<Field> {
    fields(name().refuse_empty(), permissions().refuse_empty())
}

fn name() -> Field {
    Field::line("name", limit::NAME)
        .shape(page::NAME_SHAPE)
        .doc("For what or whom the key is: it stands in the journal of what the key does.")
}

fn permissions() -> Field {
    Field::word_list("permissions", Permission::NAMES).doc(
        "What the key may do; each one must be a permission of the caller too. All of them: also what later versions bring.",
    )
}

fn fields(name: Field, permissions: Field) -> Vec<Field> {
    vec![
        name,
        permissions,
        Field::flag("allBrands").doc("Whether the key sees every brand, present and to come."),
        Field::ids("brandIDs", MOST)
            .doc("The brands that the key sees; they alone, allBrands is false then. Empty: none."),
        Field::flag("allGroups").doc("Whether the key sees the tickets of every group, and of no group."),
        Field::ids("groupIDs", MOST)
            .or_zero()
            .doc("The groups whose tickets the key sees, 0 = no group; they alone, allGroups is false then. Empty: none."),
        Field::moment("expires")
            .doc("From when on the key is refused, in the future (a date: from its 00:00 UTC on); empty for never."),
        Field::tags("allowedNetworks", NETWORK)
            .shape(NETWORK_SHAPE)
            .doc("From where the key may be used: networks such as 10.0.0.0/8 or 2001:db8::/32, or single addresses; empty for anywhere."),
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
        all_groups: params.sent_flag("allGroups"),
        groups: ids("groupIDs").map(|ids| ids.iter().copied().map(GroupId).collect()),
        expires: params.moment("expires"),
        networks: params.given("allowedNetworks").then(|| params.lines("allowedNetworks").to_vec()),
    }
}

/// What the rules say to it.
pub(super) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    key::check(&of(params), wrong);
}
