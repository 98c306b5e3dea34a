//! Making a webhook.

use deskbell_core::{Code, Fault, Permission, Timestamp, Version, WebhookId};

use super::{Fields, Secret, Webhook, check, event, gap, sql};
use crate::error::Result;
use crate::feed;
use crate::item;
use crate::key::limit_to_text;
use crate::work::Work;

/// How many webhooks there can be: each of them follows the journal.
const MOST: i64 = 200;

/// Makes a webhook that is told of what happens from now on. Answers its secret, which is not shown again. That its endpoint
/// answers has been looked at.
///
/// Errors: `forbidden` without SETTINGS_CRUD, and for a webhook that would be told of more than the actor may see;
/// `missing_parameter` without a url or events; `invalid_parameter`; `unknown_reference`; `conflict` if there are too many.
pub fn create(work: &mut Work<'_, '_>, fields: &Fields) -> Result<(WebhookId, Secret)> {
    work.actor.require(Permission::SettingsCrud)?;
    let mut problems = Vec::new();
    check(fields, &mut problems);
    for (name, missing) in [("url", fields.url.is_none()), ("events", fields.events.is_none())] {
        if missing {
            problems.push(item::detail(name, Code::MissingParameter, format!("{name} is needed.")));
        }
    }
    item::refuse(problems)?;
    if work.tx.first(sql::COUNT, &[], |row| row.int(0))?.unwrap_or(0) >= MOST {
        let message = format!("There are {MOST} webhooks already. Delete one that is not needed.");
        return Err(Fault::new(Code::Conflict, message).into());
    }
    let mut webhook = blank(work)?;
    fields.apply(work.tx, work.actor, &mut webhook)?;
    let id = work.tx.first(
        sql::INSERT,
        &[
            webhook.url.as_str().into(),
            event::to_text(&webhook.events).into(),
            limit_to_text(&webhook.brands).into(),
            limit_to_text(&webhook.groups).into(),
            i64::from(webhook.active).into(),
            webhook.secret.bytes().into(),
            webhook.position.into(),
            work.now.0.into(),
        ],
        |row| row.int(0),
    )?;
    let id = WebhookId(id.unwrap_or_default());
    if !webhook.active {
        gap::open(work.tx, id)?;
    }
    Ok((id, webhook.secret))
}

fn blank(work: &mut Work<'_, '_>) -> Result<Webhook> {
    let (brands, groups) = work.actor.scope.own_limits();
    Ok(Webhook {
        id: WebhookId::NONE,
        url: String::new(),
        events: Vec::new(),
        brands,
        groups,
        active: true,
        secret: Secret::new(work.context),
        old: None,
        position: feed::last(work.tx)?,
        replay: None,
        failures: 0,
        rests: 0,
        retry_at: Timestamp(0),
        taken_at: work.now,
        problem: String::new(),
        created_at: work.now,
        last_update: work.now,
        version: Version::FIRST,
    })
}
