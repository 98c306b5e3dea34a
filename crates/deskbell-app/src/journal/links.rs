//! Events that name another ticket: whom that does not exist for is told of the event, and not of which ticket.

use std::collections::HashSet;

use deskbell_core::Scope;
use deskbell_db::Tx;

use crate::error::Result;
use crate::ticket::load;
use crate::ticket::merge::{GOES_INTO, TAKES_IN};

/// The fields and events whose values are ids of other tickets.
const LINKS: [&str; 4] = [GOES_INTO, TAKES_IN, "follow_up_of", "followed_up_by"];

/// The values of an event before and after.
pub(crate) type Values<'e> = [&'e mut Option<String>; 2];

/// Empties the values that name tickets which do not exist for the scope's owner, or lie in the trash. The events come with what
/// they are about.
pub(crate) fn hide<'e>(
    tx: &mut Tx<'_>,
    scope: &Scope,
    events: impl Iterator<Item = (&'e str, Values<'e>)>,
) -> Result<()> {
    let mut named: Vec<(i64, &mut String)> = Vec::new();
    for (_, values) in events.filter(|(item_type, _)| LINKS.contains(item_type)) {
        let texts = values.into_iter().flatten();
        named.extend(texts.filter_map(|text| Some((text.parse().ok().filter(|id| *id != 0)?, text))));
    }
    if named.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = named.iter().map(|(id, _)| *id).collect();
    let there: HashSet<i64> = load::there(tx, scope, &ids)?;
    for (_, text) in named.into_iter().filter(|(id, _)| !there.contains(id)) {
        text.clear();
    }
    Ok(())
}
