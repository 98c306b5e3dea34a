//! The fields that POST and PUT share, and the edits that they ask for.

use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_core::text::limit;
use deskbell_core::{BrandId, ChannelId, FormId, GroupId, Permission, Priority, Status, UserId};

use crate::{Field, Params};

/// The fields of PUT; all but `title`, `brandID`, `channelID`, `assignedGroupID`, `formID` and `status` belong to POST as
/// further ones.
pub(super) fn further() -> [Field; 5] {
    [
        Field::line("externalPrimaryID", limit::NAME)
            .doc("The external primary id of the customer the ticket belongs to: links the ticket to that customer of its brand."),
        Field::word("priority", Priority::WORDS).doc("How soon the ticket wants an answer."),
        Field::id("assignedUserID").or_zero().doc("The user it is assigned to; 0 = nobody. The user must be active."),
        Field::moment("snoozeTime").doc("Sleeps until then; empty wakes it."),
        Field::tags("tags", limit::TAG).doc("Replaces the set of tags. Tags compare without case."),
    ]
}

/// `status` of PUT.
pub(super) fn status() -> Field {
    Field::word("status", &["solved", "closed"])
        .needs(Permission::SetStatus)
        .doc("Solves or closes the ticket; setStatus knows the other words.")
}

/// The edits that the sent fields ask for, brand first, so that a customer is looked for in the brand that the call names.
pub(super) fn of(params: &Params) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut ask = |field: &str, change: Option<Change>| {
        edits.extend(change.map(|change| Edit::new(field, change)));
    };
    ask("brandID", params.id("brandID").map(|id| Change::Brand(BrandId(id))));
    ask("channelID", params.id("channelID").map(|id| Change::Channel(ChannelId(id))));
    ask("assignedGroupID", params.id("assignedGroupID").map(|id| Change::Group(GroupId(id))));
    ask("title", params.text("title").map(|title| Change::Title(title.to_owned())));
    ask("status", params.parsed("status", Status::parse).map(Change::Status));
    edits.extend(further_edits(params));
    edits
}

/// The edits of the further fields.
pub(super) fn further_edits(params: &Params) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut ask = |field: &str, change: Option<Change>| {
        edits.extend(change.map(|change| Edit::new(field, change)));
    };
    let external = params.text("externalPrimaryID").filter(|id| !id.is_empty());
    ask("externalPrimaryID", external.map(|id| Change::LinkCustomer(id.to_owned())));
    ask("priority", params.parsed("priority", Priority::parse).map(Change::Priority));
    ask("assignedUserID", params.id("assignedUserID").map(|id| Change::User(UserId(id))));
    ask("formID", params.id("formID").map(|id| Change::Form((id != 0).then_some(FormId(id)))));
    ask("snoozeTime", params.moment("snoozeTime").map(Change::Snooze));
    ask("tags", params.given("tags").then(|| Change::SetTags(params.lines("tags").to_vec())));
    edits
}

/// A field that both calls have, with the words of either.
pub(super) fn form() -> Field {
    Field::id("formID").or_zero().doc("The ticket's form; 0 = none. It must be for the brand.")
}
