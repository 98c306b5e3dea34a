//! What a webhook may be. Whether its endpoint answers is asked elsewhere.

use deskbell_core::fault::Detail;
use deskbell_core::{Actor, BrandId, Code, Fault, GroupId, Limit};
use deskbell_db::Tx;

use super::event::Event;
use super::row::Webhook;
use crate::error::Result;
use crate::item::{self, check_url, detail};
use crate::{brand, group};

/// Fields of a webhook as they are sent. What is absent stays as it is, or is the default of a new one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of Webhook")]
pub struct Fields {
    pub url: Option<String>,
    pub events: Option<Vec<Event>>,
    /// Empty: all that the caller may see.
    pub brands: Option<Vec<BrandId>>,
    /// Empty: all that the caller may see; 0 is "no group".
    pub groups: Option<Vec<GroupId>>,
    pub active: Option<bool>,
}

/// Notes every value that a webhook does not take.
pub fn check(fields: &Fields, problems: &mut Vec<Detail>) {
    check_url("url", fields.url.as_deref(), problems);
    if fields.events.as_ref().is_some_and(Vec::is_empty) {
        let message = "events must name at least one event that the endpoint is told of.";
        problems.push(detail("events", Code::InvalidParameter, message));
    }
}

impl Fields {
    /// Writes the fields into a webhook. They have passed `check`.
    ///
    /// Errors: `unknown_reference` for a brand or group that does not exist for the actor; `forbidden` for a webhook that
    /// would be told of more than the actor may see.
    pub(super) fn apply(&self, tx: &mut Tx<'_>, actor: &Actor, webhook: &mut Webhook) -> Result<()> {
        if let Some(url) = &self.url {
            webhook.url.clone_from(url);
        }
        if let Some(events) = &self.events {
            webhook.events.clone_from(events);
            webhook.events.sort_unstable();
            webhook.events.dedup();
        }
        if let Some(brands) = &self.brands {
            brand::require_all(tx, actor, "brandIDs", brands)?;
            let ids = brands.iter().map(|id| id.0);
            webhook.brands = if brands.is_empty() { actor.scope.own_limits().0 } else { Limit::only(ids) };
        }
        if let Some(groups) = &self.groups {
            let named: Vec<i64> = groups.iter().filter(|id| !id.is_none()).map(|id| id.0).collect();
            let found = group::load_all(tx, actor, &named, false)?;
            let found: Vec<i64> = found.iter().map(|group| group.id.0).collect();
            item::refuse_unknown("groupIDs", "Group", &named, &found)?;
            let ids = groups.iter().map(|id| id.0);
            webhook.groups = if groups.is_empty() { actor.scope.own_limits().1 } else { Limit::only(ids) };
        }
        webhook.active = self.active.unwrap_or(webhook.active);
        if actor.scope.covers(&webhook.scope()) {
            return Ok(());
        }
        let message = "The webhook would be told of more than this caller may see. Name brandIDs and groupIDs within its limits.";
        Err(Fault::new(Code::Forbidden, message).into())
    }
}
