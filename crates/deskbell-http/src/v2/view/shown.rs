//! A view as answers show it.

use deskbell_app::ticket::list::KEYS;
use deskbell_app::view::{Category, Column, Count, Fact, Operation, Sorting, View};
use serde::Serialize;
use serde_json::{Value, json};

use crate::v2::object;
use crate::v2::time::Time;

/// A view as JSON.
#[derive(Serialize)]
pub(crate) struct ViewView<'a> {
    id: i64,
    title: &'a str,
    primary_sorting: &'a str,
    primary_sorting_order: &'static str,
    secondary_sorting: &'a str,
    secondary_sorting_order: &'static str,
    view_category_id: i64,
    view_category: &'a str,
    view_order_id: i64,
    conditions: Value,
    columns: &'a [Column],
    missing: &'a [String],
    created_at: Time,
    last_update: Time,
    version: i64,
}

impl<'a> ViewView<'a> {
    pub(crate) fn of((view, missing): &'a (View, Vec<String>)) -> Self {
        let order = |sorting: &Sorting| if sorting.descending { "desc" } else { "asc" };
        Self {
            id: view.id.0,
            title: &view.title,
            primary_sorting: &view.primary.key,
            primary_sorting_order: order(&view.primary),
            secondary_sorting: &view.secondary.key,
            secondary_sorting_order: order(&view.secondary),
            view_category_id: view.category,
            view_category: &view.category_title,
            view_order_id: view.order,
            conditions: view.conditions.to_json(),
            columns: &view.columns,
            missing,
            created_at: Time(view.created_at),
            last_update: Time(view.last_update),
            version: view.version.0,
        }
    }
}

#[derive(Serialize)]
pub(super) struct CategoryView<'a> {
    id: i64,
    title: &'a str,
}

impl<'a> CategoryView<'a> {
    pub(super) fn of(category: &'a Category) -> Self {
        Self { id: category.id, title: &category.title }
    }
}

#[derive(Serialize)]
pub(super) struct CountView {
    id: i64,
    count: i64,
    exact: bool,
}

impl CountView {
    pub(super) fn of(count: &Count) -> Self {
        Self { id: count.id.0, count: count.count, exact: count.exact }
    }
}

/// The schemas of this controller, for the API document.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({"type": "string"});
    let number = |least: i64| json!({"type": "integer", "minimum": least});
    let several = |items: Value| json!({"type": "array", "items": items});
    let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    let sorting: Vec<&str> = [Sorting::NONE].into_iter().chain(keys.iter().copied()).collect();
    let order = || json!({"enum": ["asc", "desc"]});
    let condition = json!({
        "type": "object",
        "required": ["fact", "operation"],
        "properties": {"fact": {"enum": Fact::names()}, "operation": {"enum": Operation::WORDS}, "value": {}},
    });
    let view = object(json!({
        "id": number(1), "title": text(), "primary_sorting": {"enum": sorting}, "primary_sorting_order": order(),
        "secondary_sorting": {"enum": sorting}, "secondary_sorting_order": order(), "view_category_id": number(1),
        "view_category": text(), "view_order_id": number(0),
        "conditions": object(json!({"all": several(condition.clone()), "any": several(condition)})),
        "columns": several(object(json!({"type": {"enum": keys}, "title": text()}))), "missing": several(text()),
        "created_at": text(), "last_update": text(), "version": number(1),
    }));
    let category = object(json!({"id": number(1), "title": text()}));
    let count = object(json!({"id": number(1), "count": number(0), "exact": {"type": "boolean"}}));
    vec![("View", view), ("ViewCategory", category), ("ViewCount", count)]
}
