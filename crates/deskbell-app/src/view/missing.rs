//! Conditions that name something which is not there any more, or not for the caller: such a view works, and the condition meets no
//! ticket.

use std::collections::HashMap;

use deskbell_core::{Actor, BrandId, UserId};
use deskbell_db::Tx;

use super::condition::Condition;
use super::fact::Fact;
use super::operand::Operand;
use super::row::View;
use crate::error::Result;
use crate::{brand, channel, form, group, user};

/// Of each view the conditions that name such a thing, as a request would: `conditions[all][0][value]`.
pub(super) fn of(tx: &mut Tx<'_>, actor: &Actor, views: &[View]) -> Result<Vec<Vec<String>>> {
    let mut named: HashMap<&'static str, Vec<i64>> = HashMap::new();
    for (_, condition) in views.iter().flat_map(conditions) {
        if let Some((key, ids)) = names(condition) {
            named.entry(key).or_default().extend(ids);
        }
    }
    let mut there: HashMap<&'static str, Vec<i64>> = HashMap::new();
    for (key, mut ids) in named {
        ids.sort_unstable();
        ids.dedup();
        let found = match key {
            "brand_id" => brand::existing(tx, actor, &ids.iter().copied().map(BrandId).collect::<Vec<_>>())?,
            "assigned_group_id" => {
                group::load_all(tx, actor, &ids, false)?.into_iter().map(|group| group.id.0).collect()
            }
            "assigned_user_id" => {
                user::existing(tx, actor, &ids.iter().copied().map(UserId).collect::<Vec<_>>())?
            }
            "form_id" => form::existing(tx, actor, &ids)?,
            _ => channel::existing(tx, &ids)?,
        };
        there.insert(key, found);
    }
    let is_missing = |condition: &Condition| {
        let Some((key, ids)) = names(condition) else { return false };
        ids.iter().any(|id| there.get(key).is_none_or(|found| !found.contains(id)))
    };
    let missing = |view: &View| {
        let labels = conditions(view).filter(|(_, condition)| is_missing(condition)).map(|(label, _)| label);
        labels.collect()
    };
    Ok(views.iter().map(missing).collect())
}

/// The conditions of a view, each with the name of its value.
fn conditions(view: &View) -> impl Iterator<Item = (String, &Condition)> {
    let lists = [("all", &view.conditions.all), ("any", &view.conditions.any)];
    lists.into_iter().flat_map(|(name, list)| {
        let labelled = move |(n, condition)| (format!("conditions[{name}][{n}][value]"), condition);
        list.iter().enumerate().map(labelled)
    })
}

/// The ids that a condition names, and of what.
fn names(condition: &Condition) -> Option<(&'static str, Vec<i64>)> {
    let (Fact::Key(key), Operand::Numbers(ids, _)) = (condition.fact, &condition.operand) else {
        return None;
    };
    let known =
        ["brand_id", "assigned_group_id", "assigned_user_id", "channel_id", "form_id"].contains(&key.name);
    let ids: Vec<i64> = ids.iter().copied().filter(|id| *id != 0).collect();
    (known && !ids.is_empty()).then_some((key.name, ids))
}
