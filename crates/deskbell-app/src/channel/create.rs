//! Making a channel.

use deskbell_core::{ChannelId, Code, Permission, Version};
use deskbell_db::Value;

use super::{Channel, Fields, check, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Makes a channel; its number is 100 or above. Without an icon it gets `chat`.
///
/// Errors: `forbidden` without CHANNEL_CUD; `missing_parameter` without a name; `invalid_parameter`; `conflict` if the
/// name is taken.
pub fn create(work: &mut Work<'_, '_>, fields: &Fields) -> Result<(ChannelId, Version)> {
    work.actor.require(Permission::ChannelCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    if fields.name.is_none() {
        problems.push(item::detail("name", Code::MissingParameter, "name is needed."));
    }
    item::refuse(problems)?;
    let mut channel = Channel {
        id: ChannelId::NONE,
        name: String::new(),
        icon: "chat".into(),
        endpoint: String::new(),
        secret: String::new(),
        include_signature: false,
        created_at: work.now,
        last_update: work.now,
        version: Version::FIRST,
    };
    fields.apply(&mut channel);
    let params: [Value<'_>; 8] = [
        channel.name.as_str().into(),
        item::name_key(&channel.name).into(),
        channel.icon.as_str().into(),
        channel.endpoint.as_str().into(),
        channel.secret.as_str().into(),
        channel.include_signature.into(),
        work.now.0.into(),
        work.now.0.into(),
    ];
    match work.tx.first(sql::INSERT, &params, |row| row.int(0))? {
        Some(id) => Ok((ChannelId(id), Version::FIRST)),
        None => Err(item::taken("name", "channel", &channel.name)),
    }
}
