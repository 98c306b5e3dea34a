//! What may be put into a field. Pure: nothing here asks the store.

use deskbell_core::fault::Detail;
use deskbell_core::{Code, FormId, InputType, Status};

use super::MOST_OPTIONS;
use super::row::{FormField, REQUIRABLE};
use crate::error::Result;
use crate::form;
use crate::item::{self, detail};

/// Fields of a field as they are sent. What is absent stays as it is, or is the default of a new field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of FormField")]
pub struct Fields {
    pub form: Option<FormId>,
    pub title: Option<String>,
    pub input_type: Option<InputType>,
    pub field_order: Option<i64>,
    pub required: Option<Vec<Status>>,
    pub external_code: Option<String>,
    pub options: Option<Vec<String>>,
}

/// Notes every value that no field takes. Whether options and type go together is seen once both are known.
pub fn check(fields: &Fields, problems: &mut Vec<Detail>) {
    form::check_title(fields.title.as_deref(), problems);
    let count = fields.options.as_ref().map_or(0, Vec::len);
    if count > MOST_OPTIONS {
        let message = format!("options has {count} different entries; a field takes at most {MOST_OPTIONS}.");
        problems.push(detail("options", Code::InvalidParameter, message));
    }
}

impl Fields {
    /// Writes the fields into a field. One that is no select any more has no options any more.
    ///
    /// Errors: `missing_parameter` if a select has no options; `invalid_parameter` if something else is to have some.
    pub(super) fn apply(&self, field: &mut FormField) -> Result<()> {
        if let Some(title) = &self.title {
            field.title.clone_from(title);
        }
        field.form = self.form.unwrap_or(field.form);
        field.input_type = self.input_type.unwrap_or(field.input_type);
        field.field_order = self.field_order.or(field.field_order);
        if let Some(required) = &self.required {
            field.required = REQUIRABLE.into_iter().filter(|status| required.contains(status)).collect();
        }
        if let Some(code) = &self.external_code {
            field.external_code.clone_from(code);
        }
        let mut problems = Vec::new();
        if field.input_type.is_select() {
            if let Some(options) = &self.options {
                field.options.clone_from(options);
            }
            if field.options.is_empty() {
                let message = format!("A {} needs options, at least one.", field.input_type);
                problems.push(detail("options", Code::MissingParameter, message));
            }
        } else {
            field.options.clear();
            if self.options.as_ref().is_some_and(|options| !options.is_empty()) {
                let message = format!("A {} takes no options; they are for selects.", field.input_type);
                problems.push(detail("options", Code::InvalidParameter, message));
            }
        }
        item::refuse(problems)
    }
}
