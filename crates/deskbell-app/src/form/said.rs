//! How the journal tells of a value: the field by id and by its title at that time, and the value, as JSON. So a history can be
//! read when the field has another title, or is gone.

use deskbell_core::FormFieldId;
use serde::{Deserialize, Serialize};

use super::value::Change;

/// The item type of such an event.
pub(crate) const ITEM_TYPE: &str = "form_field";

#[derive(Serialize, Deserialize)]
struct Said<'s> {
    #[serde(rename = "formfieldID")]
    field: i64,
    #[serde(borrow)]
    title: std::borrow::Cow<'s, str>,
    #[serde(borrow)]
    value: std::borrow::Cow<'s, str>,
}

/// What is written of a change: before and after.
pub(crate) fn of(change: &Change) -> [String; 2] {
    [&change.before, &change.now].map(|value| {
        let said = Said { field: change.field.0, title: change.title.as_str().into(), value: value.into() };
        serde_json::to_string(&said).unwrap_or_default()
    })
}

/// The change that takes such an event back; `None` if it is none.
pub(crate) fn taken_back(before: &str, after: &str) -> Option<Change> {
    let (before, after): (Said<'_>, Said<'_>) =
        (serde_json::from_str(before).ok()?, serde_json::from_str(after).ok()?);
    Some(Change {
        field: FormFieldId(after.field),
        title: after.title.into_owned(),
        before: after.value.into_owned(),
        now: before.value.into_owned(),
    })
}

/// The event in words; `None` if it is none.
pub(crate) fn described(before: Option<&str>, after: Option<&str>) -> Option<String> {
    let change = taken_back(before?, after?)?;
    let (title, before, after) = (change.title, change.now, change.before);
    Some(match (before.is_empty(), after.is_empty()) {
        (true, _) => format!("{title} set to {after}."),
        (false, true) => format!("{title} emptied; it was {before}."),
        (false, false) => format!("{title} changed from {before} to {after}."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_change_is_read_again_the_other_way() {
        let change = Change {
            field: FormFieldId(7),
            title: "Root \"cause\"".into(),
            before: "a\nb".into(),
            now: String::new(),
        };
        let [before, after] = of(&change);
        assert_eq!(before, r#"{"formfieldID":7,"title":"Root \"cause\"","value":"a\nb"}"#);
        let back = taken_back(&before, &after).expect("a change");
        assert_eq!((back.before.as_str(), back.now.as_str()), ("", "a\nb"));
        assert_eq!(
            described(Some(&before), Some(&after)).as_deref(),
            Some("Root \"cause\" emptied; it was a\nb.")
        );
        assert_eq!(taken_back("open", "solved"), None);
    }
}
