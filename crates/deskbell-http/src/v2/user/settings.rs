//! GET /api/v2/user/settings: what holds for a user at the desk. Rules live in `deskbell_app::user::settings`.

use deskbell_app::user::{self, DATE_FORMATS, Granted, LANGUAGES, Settings};
use deskbell_app::{Desk, Lane};
use deskbell_core::{Code, Permission, UserId};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::{Call, Failure, Field, Operation, Reply};

/// The zone of all times in answers and requests; users have none of their own.
const ZONE: &str = "UTC";

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("userSettings", "/user/settings")
        .tag("User")
        .summary("Returns the settings of a user, and what results of its groups.")
        .description(
            "permissions are those of all its groups together, groups says where they reach: each group in its own brands. An \
             administrator has every permission everywhere, who is not active has none. A key with limits sees what results of \
             the groups within.",
        )
        .needs(Permission::UserRead)
        .field(
            Field::id("userID")
                .doc("Whose; the caller's own unless said otherwise. A key is no user and has to name one."),
        )
        .if_none_match()
        .item("UserSettings")
        .fails(&[Code::UnknownReference])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let id = call.params.id("userID").map(UserId);
    let read = call.state.read(Lane::Point, &call.actor, move |tx, actor| user::settings(tx, actor, id));
    let found = read.await?;
    Ok(Reply::item(&SettingsView::of(&found)).tagged(found.user.version))
}

#[derive(Serialize)]
struct SettingsView<'a> {
    id: i64,
    name: &'a str,
    language: &'a str,
    date_format: &'a str,
    time_zone: &'static str,
    admin: bool,
    active: bool,
    permissions: Vec<&'static str>,
    groups: Vec<GrantedView<'a>>,
    version: i64,
}

#[derive(Serialize)]
struct GrantedView<'a> {
    id: i64,
    name: &'a str,
    all_brands: bool,
    brand_ids: Vec<i64>,
}

impl<'a> SettingsView<'a> {
    fn of(settings: &'a Settings) -> Self {
        let user = &settings.user;
        let granted = |granted: &'a Granted| GrantedView {
            id: granted.group.0,
            name: &granted.name,
            all_brands: granted.all_brands,
            brand_ids: granted.brands.iter().map(|brand| brand.0).collect(),
        };
        Self {
            id: user.id.0,
            name: &user.name,
            language: &user.language,
            date_format: &user.date_format,
            time_zone: ZONE,
            admin: user.admin,
            active: user.active,
            permissions: settings.permissions.iter().map(Permission::as_str).collect(),
            groups: settings.grants.iter().map(granted).collect(),
            version: user.version.0,
        }
    }
}

/// Its schema, for the API document.
pub(super) fn schema() -> (&'static str, Value) {
    let number = || json!({"type": "integer", "minimum": 1});
    let (text, flag) = (|| json!({"type": "string"}), || json!({"type": "boolean"}));
    let group = object(json!({
        "id": number(), "name": text(), "all_brands": flag(), "brand_ids": {"type": "array", "items": number()},
    }));
    let settings = object(json!({
        "id": number(), "name": text(), "language": {"enum": LANGUAGES}, "date_format": {"enum": DATE_FORMATS},
        "time_zone": {"const": ZONE, "description": "Of all times in answers and requests"},
        "admin": flag(), "active": flag(), "permissions": {"type": "array", "items": {"enum": Permission::NAMES}},
        "groups": {"type": "array", "items": group}, "version": number(),
    }));
    ("UserSettings", settings)
}
