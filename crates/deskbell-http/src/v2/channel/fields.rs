//! The fields of a channel in requests, and what they are for the use cases.

use deskbell_app::channel::{self, Fields};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;

use crate::v2::page;
use crate::{Field, Params};

/// Characters of an address of the web.
const URL: usize = 2_000;
/// Characters of a secret.
const SECRET: usize = 1_000;

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
        Field::line("icon", 50)
            .shape("^[A-Za-z0-9_-]+$")
            .doc("The name of an icon: letters, digits, - and _; chat, if a new channel names none."),
        Field::line("custom_channel_endpoint", URL)
            .shape(page::URL_SHAPE)
            .doc("Where messages are sent: http:// or https://, or empty."),
        Field::line("custom_channel_secret", SECRET).doc("What they are signed with. It is never answered."),
        Field::flag("include_signature")
            .doc("Whether the brand's signature stands under messages; a new channel has none."),
    ]
}

/// What the parameters say. Empty is a value, but where a word must stand it is nothing.
pub(super) fn of(params: &Params) -> Fields {
    let text = |name| params.text(name).map(str::to_owned);
    Fields {
        name: text("name"),
        icon: text("icon").filter(|icon| !icon.is_empty()),
        endpoint: text("custom_channel_endpoint"),
        secret: text("custom_channel_secret"),
        include_signature: params.sent_flag("include_signature"),
    }
}

/// What the rules say to it.
pub(super) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    channel::check(&of(params), wrong);
}
