//! The fields of a view in requests, and what they are for the use cases.

use deskbell_app::ticket::list::KEYS;
use deskbell_app::view::{self, Fact, Fields, Operation, Sorting};
use deskbell_core::fault::Detail;
use deskbell_core::id::MAX_ID;
use deskbell_core::text::limit;
use serde_json::{Value, json};

use crate::{Field, Params};

/// The longest title, in characters.
const TITLE: usize = 100;
/// What a title looks like: letters and digits of any script, blanks, - and _.
const TITLE_SHAPE: &str = r"^[0-9A-Za-z \-_\u00aa-\uffff]{4,100}$";

const ORDERS: &[&str] = &["asc", "desc"];

pub(super) fn to_create() -> Vec<Field> {
    fields(Field::line("title", TITLE).required())
}

pub(super) fn to_update() -> Vec<Field> {
    fields(Field::line("title", TITLE).refuse_empty())
}

fn fields(title: Field) -> Vec<Field> {
    let sorting = |name, doc| Field::line(name, limit::NAME).shape(&SORTINGS).doc(doc);
    vec![
        title.shape(TITLE_SHAPE).doc("The name, unique without case: 4 to 100 letters, digits, blanks, - and _."),
        sorting("primary_sorting", "What decides the order: a key of the ticket's item, or none."),
        Field::word("primary_sorting_order", ORDERS).doc("desc: highest first."),
        sorting("secondary_sorting", "What decides it between equals."),
        Field::word("secondary_sorting_order", ORDERS).doc("desc: highest first."),
        Field::id("view_category_id").doc("The category under which it stands; 1 unless said otherwise."),
        Field::line("view_category", limit::NAME).doc("Or the category's name: one that is not there yet is made."),
        Field::number("view_order_id", 0..=MAX_ID).doc("Its place in the category, lowest first."),
        Field::tree("conditions", conditions)
            .doc("{\"all\":[{\"fact\",\"operation\",\"value\"}],\"any\":[…]}: see docs/views.md. Replaced as a whole."),
        Field::tree("columns", columns).doc("[{\"type\",\"title\"}]: keys of the ticket's item to show. Replaced as a whole."),
    ]
}

/// `none` and the keys of a ticket, as a regular expression.
static SORTINGS: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    format!("^(?:none|{})$", keys.join("|"))
});

fn conditions() -> Value {
    let condition = json!({
        "type": "object",
        "required": ["fact", "operation"],
        "properties": { "fact": { "enum": Fact::names() }, "operation": { "enum": Operation::WORDS }, "value": {} },
        "additionalProperties": false,
    });
    let list = json!({ "type": "array", "maxItems": 50, "items": condition });
    let list = json!({ "anyOf": [list, { "enum": ["", null] }] });
    json!({ "type": "object", "properties": { "all": list, "any": list }, "additionalProperties": false })
}

fn columns() -> Value {
    let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    json!({ "type": "array", "maxItems": 50, "items": {
        "type": "object",
        "required": ["type"],
        "properties": { "type": { "enum": keys }, "title": { "type": ["string", "null"], "maxLength": limit::NAME } },
        "additionalProperties": false,
    }})
}

/// What the parameters say.
pub(super) fn of(params: &Params) -> Fields {
    let text = |name| params.text(name).map(str::to_owned);
    // Empty is what none is.
    let sorting = |name| text(name).map(|key| if key.is_empty() { Sorting::NONE.to_owned() } else { key });
    let descending = |name| params.word(name).map(|order| order == "desc");
    Fields {
        title: text("title"),
        primary: sorting("primary_sorting"),
        primary_descending: descending("primary_sorting_order"),
        secondary: sorting("secondary_sorting"),
        secondary_descending: descending("secondary_sorting_order"),
        category: params.id("view_category_id"),
        category_title: text("view_category").filter(|title| !title.is_empty()),
        order: params.number("view_order_id"),
        conditions: params.tree("conditions").cloned(),
        columns: params.tree("columns").cloned(),
    }
}

/// What the rules say to it.
pub(super) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    view::check(&of(params), wrong);
}
