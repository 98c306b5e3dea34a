//! The views that a new desk begins with: what a team asks for every day. They are views like others.

use serde_json::{Value, json};

use super::row::{Column, Sorting};
use super::{Conditions, View, create, rules};
use crate::error::Result;
use crate::work::Work;

/// Days that a solved ticket stays in view.
const RECENT: i64 = 7;

/// Makes them, on the first start.
pub(crate) fn insert_first(work: &mut Work<'_, '_>) -> Result<()> {
    let category = rules::category(work, "Tickets")?;
    let is = |fact: &str, operation: &str, value: Value| json!({"fact": fact, "operation": operation, "value": value});
    let unfinished = || is("status", "in", json!(["new", "open", "pending", "holding"]));
    let sorted = |key: &str, descending| Sorting { key: key.into(), descending };
    let none = || sorted(Sorting::NONE, false);
    // By one key, which an index has: a click costs the same at a million tickets.
    let urgent = || (sorted("priority", true), none());
    let views = [
        ("My tickets", vec![is("current_user", "equals", json!(true)), unfinished()], urgent()),
        (
            "Unassigned in my groups",
            vec![
                is("current_user_groups", "equals", json!(true)),
                is("assigned_user_id", "equals", json!(0)),
                unfinished(),
            ],
            urgent(),
        ),
        ("All open", vec![is("status", "in", json!(["new", "open"]))], urgent()),
        (
            "Pending",
            vec![is("status", "in", json!(["pending", "holding"]))],
            (sorted("last_update", false), none()),
        ),
        (
            "Recently solved",
            vec![
                is("status", "equals", json!("solved")),
                is("last_update_age", "less", json!(RECENT * 24 * 60)),
            ],
            (sorted("last_update", true), none()),
        ),
    ];
    for (order, (title, all, (primary, secondary))) in (1..).zip(views) {
        let conditions = Conditions::parse(&json!({ "all": all })).unwrap_or_default();
        let columns = [
            ("status", "Status"),
            ("title", "Subject"),
            ("from", "From"),
            ("priority", "Priority"),
            ("last_update", "Last update"),
        ];
        let columns = columns.map(|(key, title)| Column { r#type: key.into(), title: title.into() });
        let view = View {
            title: title.into(),
            category,
            order,
            primary,
            secondary,
            conditions,
            columns: columns.to_vec(),
            ..create::blank(work)
        };
        create::insert(work, &view)?;
    }
    Ok(())
}
