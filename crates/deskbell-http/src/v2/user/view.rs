//! A user as answers show it.

use deskbell_app::user::{DATE_FORMATS, LANGUAGES, User};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::Time;

/// A user as JSON.
#[derive(Serialize)]
pub(super) struct UserView<'a> {
    id: i64,
    name: &'a str,
    firstname: &'a str,
    lastname: &'a str,
    email: &'a str,
    telephone_number: &'a str,
    language: &'a str,
    date_format: &'a str,
    active: bool,
    groups: Vec<i64>,
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> UserView<'a> {
    pub(super) fn of(user: &'a User) -> Self {
        Self {
            id: user.id.0,
            name: &user.name,
            firstname: &user.firstname,
            lastname: &user.lastname,
            email: &user.email,
            telephone_number: &user.telephone,
            language: &user.language,
            date_format: &user.date_format,
            active: user.active,
            groups: user.groups.iter().map(|g| g.0).collect(),
            created_at: Time(user.created_at),
            last_update: Time(user.last_update),
            version: user.version.0,
        }
    }
}

/// A user as short as a list to choose from needs it.
#[derive(Serialize)]
pub(super) struct UserRow<'a> {
    id: i64,
    name: &'a str,
    firstname: &'a str,
    lastname: &'a str,
    email: &'a str,
    active: bool,
    version: i64,
}

impl<'a> UserRow<'a> {
    pub(super) fn of(user: &'a User) -> Self {
        Self {
            id: user.id.0,
            name: &user.name,
            firstname: &user.firstname,
            lastname: &user.lastname,
            email: &user.email,
            active: user.active,
            version: user.version.0,
        }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 1});
    let user = object(json!({
        "id": number(), "name": text(), "firstname": text(), "lastname": text(), "email": text(),
        "telephone_number": text(), "language": {"enum": LANGUAGES}, "date_format": {"enum": DATE_FORMATS},
        "active": {"type": "boolean"}, "groups": {"type": "array", "items": number()}, "created_at": text(),
        "last_update": text(), "version": number(),
    }));
    let mut row = user.clone();
    row["required"] = json!(["id", "name", "firstname", "lastname", "email", "active", "version"]);
    vec![("User", user), ("UserRow", row), super::settings::schema()]
}
