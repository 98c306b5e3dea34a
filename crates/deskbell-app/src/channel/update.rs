//! Changing a channel.

use deskbell_core::{ChannelId, Permission, Version};
use deskbell_db::{Kind, Value};

use super::{Fields, check, load, sql};
use crate::error::Result;
use crate::item;
use crate::work::Work;

/// Changes what the fields name, of built-in channels too. A change that changes nothing keeps the version. A new name
/// or icon shows in tickets at once.
///
/// Errors: `forbidden` without CHANNEL_CUD; `invalid_parameter`; `not_found`; `precondition_failed`; `conflict` if the
/// name is taken.
pub fn update(
    work: &mut Work<'_, '_>,
    id: ChannelId,
    fields: &Fields,
    expected: impl Fn(Version) -> bool,
) -> Result<Version> {
    work.actor.require(Permission::ChannelCud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    item::refuse(problems)?;
    let before = load(work.tx, id, true)?;
    item::check_version("Channel", id, before.version, expected)?;
    let mut channel = before.clone();
    fields.apply(&mut channel);
    if channel == before {
        return Ok(before.version);
    }
    let version = before.version.next();
    let params: [Value<'_>; 9] = [
        id.0.into(),
        channel.name.as_str().into(),
        item::name_key(&channel.name).into(),
        channel.icon.as_str().into(),
        channel.endpoint.as_str().into(),
        channel.secret.as_str().into(),
        channel.include_signature.into(),
        work.now.0.into(),
        version.0.into(),
    ];
    let written = item::guarded(work.tx, Kind::Unique, |tx| tx.exec(sql::UPDATE, &params))?;
    written.map(|_| version).ok_or_else(|| item::taken("name", "channel", &channel.name))
}
