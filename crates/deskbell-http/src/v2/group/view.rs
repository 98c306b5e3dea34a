//! A group as answers show it.

use deskbell_app::group::Group;
use deskbell_core::Permission;
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::Time;

/// A group as JSON.
#[derive(Serialize)]
pub(super) struct GroupView<'a> {
    id: i64,
    name: &'a str,
    permissions: Vec<&'static str>,
    all_brands: bool,
    brand_ids: Vec<i64>,
    members: Vec<i64>,
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> GroupView<'a> {
    pub(super) fn of(group: &'a Group) -> Self {
        Self {
            id: group.id.0,
            name: &group.name,
            permissions: group.permissions.iter().map(Permission::as_str).collect(),
            all_brands: group.all_brands,
            brand_ids: group.brands.iter().map(|b| b.0).collect(),
            members: group.members.iter().map(|m| m.0).collect(),
            created_at: Time(group.created_at),
            last_update: Time(group.last_update),
            version: group.version.0,
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 1});
    let several = |items: Value| json!({"type": "array", "items": items});
    let group = object(json!({
        "id": number(), "name": text(), "permissions": several(json!({"enum": Permission::NAMES})),
        "all_brands": {"type": "boolean"}, "brand_ids": several(number()), "members": several(number()),
        "created_at": text(), "last_update": text(), "version": number(),
    }));
    vec![("Group", group)]
}
