//! The fields of a form field in requests, and what they are for the use cases.

use deskbell_app::form_field::{self, Fields};
use deskbell_core::fault::Detail;
use deskbell_core::id::MAX_ID;
use deskbell_core::text::limit;
use deskbell_core::{FormId, InputType, Status};

use crate::v2::page;
use crate::{Field, Params};

/// The words of `form_field::REQUIRABLE`.
const REQUIRABLE: &[&str] = &["open", "pending", "holding", "solved"];

pub(super) fn to_create() -> Vec<Field> {
    fields(form().required(), title().required(), input_type().required())
}

pub(super) fn to_update() -> Vec<Field> {
    fields(form(), title().refuse_empty(), input_type())
}

fn form() -> Field {
    Field::id("form_id").doc("The form.")
}

fn title() -> Field {
    Field::line("title", limit::NAME).shape(page::NAME_SHAPE).doc("The title.")
}

fn input_type() -> Field {
    Field::word("input_type", InputType::WORDS).doc(
        "How it is filled in. Read-only and hidden ones are for programs; a console shows the former and lets nobody change \
         either.",
    )
}

fn fields(form: Field, title: Field, input_type: Field) -> Vec<Field> {
    vec![
        form,
        title,
        input_type,
        Field::number("field_order", 0..=MAX_ID)
            .doc("Its place in the form, smallest first; those without one come last."),
        Field::word_list("required_statuses", REQUIRABLE)
            .doc("The statuses that a ticket gets only if it has something in the field."),
        Field::line("external_code", limit::NAME).doc("What another program calls it."),
        Field::tags("options", limit::NAME)
            .doc("What a select takes, in order, up to 200: an array, or comma separated with CSV quoting."),
    ]
}

/// What the parameters say. An empty list is a value.
pub(super) fn of(params: &Params) -> Fields {
    let text = |name| params.text(name).map(str::to_owned);
    Fields {
        form: params.id("form_id").map(FormId),
        title: text("title"),
        input_type: params.parsed("input_type", InputType::parse),
        field_order: params.number("field_order"),
        required: params
            .given("required_statuses")
            .then(|| params.words_as("required_statuses", Status::parse)),
        external_code: text("external_code"),
        options: params.given("options").then(|| params.lines("options").to_vec()),
    }
}

/// What the rules say to it.
pub(super) fn check(params: &Params, wrong: &mut Vec<Detail>) {
    form_field::check(&of(params), wrong);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_rules() {
        let words: Vec<&str> = form_field::REQUIRABLE.iter().map(|status| status.as_str()).collect();
        assert_eq!(words, REQUIRABLE);
    }
}
