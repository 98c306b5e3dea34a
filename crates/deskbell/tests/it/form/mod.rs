//! Forms, their fields and what tickets have in them.

mod calls;
mod fields;
mod places;
mod required;
mod values;

use serde_json::{Value, json};

use crate::harness::{Client, Seen, TestDesk};

/// A form with this title and these brands (none for all); its id.
pub(crate) fn form(desk: &TestDesk, title: &str, brands: &[i64]) -> i64 {
    made(desk, "/form", json!({"title": title, "brandIDs": brands}), "formID")
}

/// A field of a form, with further fields of its own; its id.
pub(crate) fn field(desk: &TestDesk, form: i64, title: &str, more: Value) -> i64 {
    let mut body = json!({"form_id": form, "title": title, "input_type": "text"});
    let own = more.as_object().cloned().unwrap_or_default();
    body.as_object_mut().expect("an object").extend(own);
    made(desk, "/formfield", body, "formfieldID")
}

fn made(desk: &TestDesk, path: &str, body: Value, id: &str) -> i64 {
    desk.admin().post(path, body).expect(200)[id].as_i64().expect("an id")
}

/// Saves values by field.
pub(crate) fn save(key: &Client, ticket: i64, values: &[(i64, &str)]) -> Seen {
    let fields: serde_json::Map<String, Value> =
        values.iter().map(|(field, value)| (field.to_string(), json!(value))).collect();
    key.put("/form/saveFormFields", json!({"fields": fields, "ticketID": ticket}))
}

/// The values of a ticket in its form, by title, in the order of the fields.
fn values(key: &Client, ticket: i64) -> Vec<(String, String)> {
    let form = key.get(&format!("/form/getFormForTicket?ticketID={ticket}")).expect(200)["item"].clone();
    let text = |field: &Value, key: &str| field[key].as_str().expect("text").to_owned();
    let fields = form["fields"].as_array().expect("fields").iter();
    fields.map(|field| (text(field, "title"), text(field, "value"))).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(title, value)| ((*title).to_owned(), (*value).to_owned())).collect()
}
