//! What a view may be.

use deskbell_core::Code;
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use serde_json::Value;

use super::condition::Conditions;
use super::row::{Column, Sorting, View};
use super::sql;
use crate::error::Result;
use crate::item::{self, detail, name_key};
use crate::ticket::list::{KEYS, Key};
use crate::work::Work;

/// How many characters a title has at the least and the most.
const TITLE: std::ops::RangeInclusive<usize> = 4..=100;

/// Most columns of a view.
const COLUMNS: usize = 50;

/// Fields of a view as they are sent. What is absent stays as it is, or is the default of a new one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fields {
    /// The name.
    pub title: Option<String>,
    /// A key of the ticket's item, or `none`.
    pub primary: Option<String>,
    /// Highest first.
    pub primary_descending: Option<bool>,
    /// The same between equals.
    pub secondary: Option<String>,
    /// Highest first.
    pub secondary_descending: Option<bool>,
    /// The category.
    pub category: Option<i64>,
    /// Or its name: one that is not there yet is made.
    pub category_title: Option<String>,
    /// The place in the category.
    pub order: Option<i64>,
    /// Which tickets.
    pub conditions: Option<Value>,
    /// What is shown of them.
    pub columns: Option<Value>,
}

/// Notes every value that a view does not take.
pub fn check(fields: &Fields, problems: &mut Vec<Detail>) {
    if let Some(title) = &fields.title {
        let good = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        if !TITLE.contains(&title.chars().count()) || !title.chars().all(good) {
            let message = "title must have 4 to 100 characters: letters, digits, blanks, - and _.";
            problems.push(detail("title", Code::InvalidParameter, message));
        }
    }
    for (name, key) in [("primary_sorting", &fields.primary), ("secondary_sorting", &fields.secondary)] {
        if key.as_ref().is_some_and(|key| key != Sorting::NONE && Key::of(key).is_none()) {
            problems.push(detail(
                name,
                Code::InvalidParameter,
                format!("{name} must be none or {}.", keys()),
            ));
        }
    }
    if fields.category.is_some() && fields.category_title.is_some() {
        let message = "view_category and view_category_id say the same: send one of them.";
        problems.push(detail("view_category", Code::InvalidParameter, message));
    }
    if let Some(conditions) = &fields.conditions
        && let Err(wrong) = Conditions::parse(conditions)
    {
        problems.extend(wrong);
    }
    if let Some(columns) = &fields.columns
        && let Err(wrong) = columns_of(columns)
    {
        problems.extend(wrong);
    }
}

fn keys() -> String {
    format!("one of {}", KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", "))
}

fn columns_of(value: &Value) -> std::result::Result<Vec<Column>, Vec<Detail>> {
    let refuse = |label: &str, code: Code, message: String| Err(vec![detail(label, code, message)]);
    let items = match value {
        Value::Array(items) => items.as_slice(),
        // One part of a form of parts is a list of one.
        Value::Object(_) => std::slice::from_ref(value),
        _ => {
            let message = "columns must be a list of objects with type and title.";
            return refuse("columns", Code::InvalidParameter, message.into());
        }
    };
    if items.len() > COLUMNS {
        let message = format!("columns has {} entries; a view takes at most {COLUMNS}.", items.len());
        return refuse("columns", Code::InvalidParameter, message);
    }
    let mut columns = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let label = format!("columns[{n}]");
        let Value::Object(parts) = item else {
            let message = format!("{label} must be an object with type and title.");
            return refuse(&label, Code::InvalidParameter, message);
        };
        if let Some(other) = parts.keys().find(|key| !["type", "title"].contains(&key.as_str())) {
            let field = format!("{label}[{other}]");
            let message = format!("{field} is unknown; a column has type and title.");
            return refuse(&field, Code::UnknownParameter, message);
        }
        let text = |key: &str| match parts.get(key) {
            Some(Value::String(text)) => Some(text.as_str()),
            None | Some(Value::Null) => Some(""),
            Some(_) => None,
        };
        let field = format!("{label}[type]");
        match text("type") {
            Some("") => return refuse(&field, Code::MissingParameter, format!("{field} is needed.")),
            Some(key) if Key::of(key).is_some() => {}
            _ => return refuse(&field, Code::InvalidParameter, format!("{field} must be {}.", keys())),
        }
        let field = format!("{label}[title]");
        match text("title").filter(|title| title.chars().count() <= limit::NAME) {
            Some(title) => columns.push(Column {
                r#type: text("type").unwrap_or_default().to_owned(),
                title: deskbell_core::text::one_line(title),
            }),
            None => {
                let message = format!("{field} must be text of at most {} characters.", limit::NAME);
                return refuse(&field, Code::InvalidParameter, message);
            }
        }
    }
    Ok(columns)
}

impl Fields {
    /// Writes the fields into a view. They have passed `check`.
    ///
    /// Errors: `unknown_reference` for a category that does not exist.
    pub(super) fn apply(&self, work: &mut Work<'_, '_>, view: &mut View) -> Result<()> {
        let set = |to: &mut String, from: &Option<String>| {
            if let Some(from) = from {
                to.clone_from(from);
            }
        };
        set(&mut view.title, &self.title);
        set(&mut view.primary.key, &self.primary);
        set(&mut view.secondary.key, &self.secondary);
        view.primary.descending = self.primary_descending.unwrap_or(view.primary.descending);
        view.secondary.descending = self.secondary_descending.unwrap_or(view.secondary.descending);
        view.order = self.order.unwrap_or(view.order);
        if let Some(conditions) = &self.conditions {
            view.conditions = Conditions::parse(conditions).unwrap_or_default();
        }
        if let Some(columns) = &self.columns {
            view.columns = columns_of(columns).unwrap_or_default();
        }
        if let Some(id) = self.category {
            let found: Vec<i64> =
                work.tx.first(sql::CATEGORY, &[id.into()], |row| row.int(0))?.into_iter().collect();
            item::refuse_unknown("view_category_id", "View category", &[id], &found)?;
            view.category = id;
        }
        if let Some(title) = &self.category_title {
            view.category = category(work, title)?;
        }
        Ok(())
    }
}

/// The category of this name (compared without case), made if there is none.
pub(super) fn category(work: &mut Work<'_, '_>, title: &str) -> Result<i64> {
    let key = name_key(title);
    // A second look is needed where another writer makes it between the first look and the insert.
    for _ in 0..2 {
        let params = [key.as_str().into()];
        if let Some(id) = work.tx.first(sql::CATEGORY_BY_TITLE, &params, |row| row.int(0))? {
            return Ok(id);
        }
        let params = [title.into(), key.as_str().into()];
        if let Some(id) = work.tx.first(sql::INSERT_CATEGORY, &params, |row| row.int(0))? {
            return Ok(id);
        }
    }
    Err(item::taken("view_category", "view category", title))
}
