//! For which webhooks there is something to do. What happens concerns few of them, so what is new is read once for all, by a
//! reader: a webhook that it does not concern costs no write. How far a node has looked it keeps to itself; from time to
//! time the webhooks' places are moved on together.

use std::collections::HashMap;

use deskbell_core::{BrandId, GroupId, Timestamp, Version, WebhookId};
use deskbell_db::{Row, Tx};

use super::event::Event;
use super::row::Webhook;
use super::sql;
use crate::error::Result;
use crate::feed;
use crate::journal::position;
use crate::journal::sight::{Place, Sight};
use crate::statement::Statement;

/// How many positions are looked through together. A webhook that is farther behind looks for itself.
const WINDOW: i64 = 5_000;

/// How far a webhook's place falls behind before it is moved.
const BEHIND: i64 = 1_000;

/// How far a node has looked in vain, by webhook.
#[derive(Debug, Default)]
pub(crate) struct Glance {
    looked: HashMap<WebhookId, Looked>,
}

/// Up to where there was nothing for a webhook, as it was in this version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Looked {
    version: Version,
    until: i64,
}

/// What a look found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Found {
    /// The webhooks for which this node has something to do.
    pub(crate) wanting: Vec<WebhookId>,
    /// The webhooks whose places are to be moved.
    pub(crate) behind: Vec<Behind>,
}

/// A webhook for which there was nothing between its place and another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Behind {
    id: WebhookId,
    version: Version,
    from: i64,
    until: i64,
}

/// A row of the journal.
struct New {
    position: i64,
    event: Event,
    item_type: String,
    left: bool,
    place: Place,
    /// Where the ticket is now, if it is there.
    present: Option<(BrandId, GroupId)>,
}

impl Glance {
    /// Looks for what is to be done.
    pub(crate) fn look(&mut self, tx: &mut Tx<'_>, node: &str, now: Timestamp) -> Result<Found> {
        let last = feed::last(tx)?;
        let webhooks = tx.all(&sql::ready(), &[now.0.into(), node.into()], |row| {
            Ok((Webhook::read(row)?, row.int(sql::WIDTH)? != 0))
        })?;
        let mut found = Found::default();
        let mut idle = Vec::new();
        for (webhook, has_due) in webhooks {
            let from = self.place_of(&webhook);
            if has_due || last - from > WINDOW {
                found.wanting.push(webhook.id);
            } else {
                idle.push((webhook, from));
            }
        }
        let lowest = idle.iter().map(|(_, from)| *from).min().unwrap_or(last);
        let new = if lowest < last { news(tx, lowest, last)? } else { Vec::new() };
        for (webhook, from) in idle {
            let scope = webhook.scope();
            let concerns = |new: &New| {
                new.position > from && webhook.events.contains(&new.event) && new.exists_for(&scope)
            };
            if new.iter().any(concerns) {
                found.wanting.push(webhook.id);
                continue;
            }
            let (id, version) = (webhook.id, webhook.version);
            self.looked.insert(id, Looked { version, until: last });
            if last - webhook.position > BEHIND {
                found.behind.push(Behind { id, version, from: webhook.position, until: last });
            }
        }
        Ok(found)
    }

    fn place_of(&self, webhook: &Webhook) -> i64 {
        let looked = self.looked.get(&webhook.id).filter(|looked| looked.version == webhook.version);
        looked.map_or(0, |looked| looked.until).max(webhook.position)
    }
}

impl New {
    fn read(row: &Row<'_>) -> std::result::Result<Self, deskbell_db::Error> {
        let (item_type, left) = (row.str(1)?.to_owned(), row.int(2)? != 0);
        let present = row.opt_int(8)?.zip(row.opt_int(9)?);
        Ok(Self {
            position: row.int(0)?,
            event: Event::of_row(&item_type, left),
            item_type,
            left,
            place: Place::read(row, 3)?,
            present: present.map(|(brand, group)| (BrandId(brand), GroupId(group))),
        })
    }

    /// The rule of `sight::exists`.
    fn exists_for(&self, scope: &deskbell_core::Scope) -> bool {
        match self.place.seen_by(scope, &self.item_type, self.left) {
            Sight::Hidden => false,
            Sight::Leaving => true,
            Sight::Whole | Sight::Arriving => {
                self.present.is_none_or(|(brand, group)| scope.admits(brand, group))
            }
        }
    }
}

/// Moves a webhook's place to the end, if nothing before it is any of its business.
pub(super) fn catch_up(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<()> {
    let last = feed::last(tx)?;
    if last <= webhook.position || last - webhook.position > WINDOW {
        return Ok(());
    }
    let scope = webhook.scope();
    let new = news(tx, webhook.position, last)?;
    if new.iter().any(|new| webhook.events.contains(&new.event) && new.exists_for(&scope)) {
        return Ok(());
    }
    tx.exec(sql::WRITTEN_DOWN, &[webhook.id.0.into(), last.into()])?;
    Ok(())
}

fn news(tx: &mut Tx<'_>, after: i64, until: i64) -> Result<Vec<New>> {
    let mut statement = Statement::new(&sql::news(tx.engine()));
    let position = position(tx.engine());
    statement.bind(after).push(" AND ").push(position).push(" <= ").bind(until);
    Ok(tx.all(&statement.text, &statement.params, New::read)?)
}

/// Moves places of webhooks on, unless they have moved or changed.
pub(crate) fn advance(tx: &mut Tx<'_>, behind: &[Behind]) -> Result<()> {
    for webhook in behind {
        let Behind { id, version, from, until } = *webhook;
        tx.exec(sql::ADVANCE, &[id.0.into(), until.into(), from.into(), version.0.into()])?;
    }
    Ok(())
}
