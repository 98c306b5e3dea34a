//! A key as answers show it. Its secrets are not in it: they are not kept.

use deskbell_app::key::Key;
use deskbell_core::{Limit, Permission, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::{Time, time};

/// A key as JSON. Null is "no limit", "never" or "not yet".
#[derive(Serialize)]
pub(super) struct KeyView<'a> {
    id: i64,
    name: &'a str,
    hint: &'a str,
    permissions: Vec<&'static str>,
    brand_ids: Option<&'a [i64]>,
    group_ids: Option<&'a [i64]>,
    allowed_networks: Vec<String>,
    expires: Option<Time>,
    revoked_at: Option<Time>,
    last_used: Option<Time>,
    old_secret_until: Option<Time>,
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> KeyView<'a> {
    pub(super) fn of(key: &'a Key, now: Timestamp) -> Self {
        let ids = |limit: &'a Limit| match limit {
            Limit::All => None,
            Limit::Only(ids) => Some(ids.as_slice()),
        };
        let lives = key.revoked_at.is_none();
        Self {
            id: key.id.0,
            name: &key.name,
            hint: &key.hint,
            permissions: key.permissions.iter().map(Permission::as_str).collect(),
            brand_ids: ids(&key.brands),
            group_ids: ids(&key.groups),
            allowed_networks: key.networks.texts(),
            expires: time(key.expires),
            revoked_at: time(key.revoked_at),
            last_used: time(key.last_used),
            old_secret_until: time(key.old_until.filter(|until| lives && now < *until)),
            created_at: Time(key.created_at),
            last_update: Time(key.last_update),
            version: key.version.0,
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 1});
    let several = |items: Value| json!({"type": "array", "items": items});
    let ids = || json!({"type": ["array", "null"], "items": {"type": "integer"}});
    let time = || json!({"type": ["string", "null"]});
    let key = object(json!({
        "id": number(), "name": text(), "hint": text(), "permissions": several(json!({"enum": Permission::NAMES})),
        "brand_ids": ids(), "group_ids": ids(), "allowed_networks": several(text()), "expires": time(), "revoked_at": time(),
        "last_used": time(), "old_secret_until": time(), "created_at": text(), "last_update": text(), "version": number(),
    }));
    vec![("Key", key)]
}
