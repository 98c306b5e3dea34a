//! Keys as people and programs read them. The secret is in neither: it is not kept.

use deskbell_app::key::Key;
use deskbell_core::{Limit, Permission, PermissionSet, Timestamp};
use serde::Serialize;

use crate::terminal;

/// A key as JSON. Times are `YYYY-MM-DD HH:MM:SS` in UTC; null is "no limit", "never" or "not yet".
#[derive(Serialize)]
pub(crate) struct Item {
    id: i64,
    name: String,
    hint: String,
    permissions: Vec<&'static str>,
    brands: Option<Vec<i64>>,
    groups: Option<Vec<i64>>,
    allow: Option<Vec<String>>,
    expires: Option<String>,
    revoked: bool,
    revoked_at: Option<String>,
    last_used: Option<String>,
    created_at: String,
}

/// The key as JSON.
pub(crate) fn item(key: &Key) -> Item {
    let ids = |limit: &Limit| match limit {
        Limit::All => None,
        Limit::Only(ids) => Some(ids.clone()),
    };
    let time = |time: Option<Timestamp>| time.map(|t| t.to_string());
    Item {
        id: key.id.0,
        name: key.name.clone(),
        hint: key.hint.clone(),
        permissions: key.permissions.iter().map(Permission::as_str).collect(),
        brands: ids(&key.brands),
        groups: ids(&key.groups),
        allow: Some(key.networks.texts()).filter(|networks| !networks.is_empty()),
        expires: time(key.expires),
        revoked: key.revoked_at.is_some(),
        revoked_at: time(key.revoked_at),
        last_used: time(key.last_used),
        created_at: key.created_at.to_string(),
    }
}

/// Keys as a table.
pub(crate) fn table(keys: &[Key], now: Timestamp) -> String {
    let mut table =
        terminal::table(&["id", "name", "key", "permissions", "limits", "state", "last used (UTC)"]);
    for key in keys {
        table.add_row([
            key.id.to_string(),
            key.name.clone(),
            format!("{}…", key.hint),
            permissions(key.permissions),
            limits(key),
            state(key, now),
            key.last_used.map_or_else(|| "not yet".to_owned(), |t| t.to_string()),
        ]);
    }
    table.to_string()
}

fn permissions(set: PermissionSet) -> String {
    if set == PermissionSet::all() {
        return "all".into();
    }
    set.iter().map(Permission::as_str).collect::<Vec<_>>().join("\n")
}

fn limits(key: &Key) -> String {
    let mut lines = Vec::new();
    for (what, limit) in [("brands", &key.brands), ("groups", &key.groups)] {
        if let Limit::Only(ids) = limit {
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            lines.push(format!("{what} {}", if ids.is_empty() { "none".into() } else { ids.join(", ") }));
        }
    }
    lines.extend(key.networks.texts().into_iter().map(|network| format!("from {network}")));
    lines.join("\n")
}

fn state(key: &Key, now: Timestamp) -> String {
    match (key.revoked_at, key.expires) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(end)) if end <= now => format!("expired {end}"),
        (None, Some(end)) => format!("good until {end}"),
        (None, None) => "good".into(),
    }
}
