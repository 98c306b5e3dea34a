//! The rules of a ticket's form: which one it may have, what may stand in its fields, and what must before a change of status.

use deskbell_core::{Actor, Code, Fault, FormFieldId, FormId};
use deskbell_db::Tx;

use super::edit::{Draft, unknown};
use crate::error::Result;
use crate::form::asked::Asked;
use crate::form::value;

impl Draft {
    /// Gives the ticket another form, or none.
    ///
    /// Errors: `unknown_reference` for one that does not exist for the actor.
    pub(super) fn set_form(
        &mut self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        field: &str,
        form: Option<FormId>,
        asked: &mut Asked,
    ) -> Result<()> {
        if let Some(form) = form.filter(|_| form != self.now.form) {
            let place = asked.place(tx, form, self.locks)?.filter(|place| place.exists_for(actor));
            place.ok_or_else(|| unknown(field, "Form", form))?;
        }
        self.now.form = form;
        self.form_by = Some(field.to_owned());
        Ok(())
    }

    /// Changes what the ticket has in fields of its form.
    ///
    /// Errors: `conflict` without a form; those of `value::changes`.
    pub(super) fn fill(
        &mut self,
        tx: &mut Tx<'_>,
        field: &str,
        values: &[(FormFieldId, String)],
    ) -> Result<()> {
        let Some(form) = self.now.form else {
            let message = format!("Ticket {} has no form, so it has no fields of one either.", self.now.id);
            return Err(Fault::of(field, Code::Conflict, message).into());
        };
        self.values = value::changes(tx, field, (self.now.id, form), values)?;
        Ok(())
    }

    /// A form that is new to the ticket, or in another brand, must be for the brand; and what it asks for must be there
    /// before the ticket gets another status, or stay there while it has the status.
    ///
    /// Errors: `conflict`; `required_fields_missing`, with the titles of the fields.
    pub(super) fn check_form(&self, tx: &mut Tx<'_>, form: FormId, asked: &mut Asked) -> Result<()> {
        let (b, n) = (&self.before, &self.now);
        if b.form != n.form || b.brand != n.brand {
            self.check_form_fits(tx, form, asked)?;
        }
        let enters = b.status != n.status;
        if !self.form_asks || !(enters || self.values.iter().any(|value| value.now.is_empty())) {
            return Ok(());
        }
        let titles = asked.missing(tx, (n.id, form, n.status), &self.values, !enters)?;
        if titles.is_empty() {
            return Ok(());
        }
        let titles = listed(&titles);
        let (field, message) = if enters {
            let message = format!(
                "The ticket cannot become {} while these fields of its form are empty: {titles}.",
                n.status
            );
            (self.status_by.as_deref().unwrap_or("status"), message)
        } else {
            let message =
                format!("The ticket is {}, for which its form needs these fields: {titles}.", n.status);
            ("fields", message)
        };
        Err(Fault::of(field, Code::RequiredFieldsMissing, message).into())
    }

    fn check_form_fits(&self, tx: &mut Tx<'_>, form: FormId, asked: &mut Asked) -> Result<()> {
        let field = self.form_by.as_ref().or(self.placed_by.as_ref()).map_or("formID", String::as_str);
        let brand = self.now.brand;
        match asked.place(tx, form, self.locks)? {
            Some(place) if place.takes_in(brand) => Ok(()),
            Some(_) => {
                let message = format!(
                    "Form {form} is not for brand {brand}: give the ticket another form, or none, in the same call."
                );
                Err(Fault::of(field, Code::Conflict, message).into())
            }
            None => Err(unknown(field, "Form", form)),
        }
    }
}

/// Titles in a sentence: each of them, up to twenty.
fn listed(titles: &[String]) -> String {
    const MOST: usize = 20;
    let quoted: Vec<String> = titles.iter().take(MOST).map(|title| format!("\"{title}\"")).collect();
    let more = titles.len().saturating_sub(MOST);
    if more == 0 { quoted.join(", ") } else { format!("{} and {more} more", quoted.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn many_titles_are_cut_short() {
        let titles: Vec<String> = (1..=22).map(|n| n.to_string()).collect();
        assert_eq!(listed(&titles[..2]), r#""1", "2""#);
        assert!(listed(&titles[..20]).ends_with(r#""20""#));
        assert!(listed(&titles).ends_with(r#""20" and 2 more"#));
    }
}
