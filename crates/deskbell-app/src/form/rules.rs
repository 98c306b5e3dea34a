//! What may be put into a form, and who may change it. Pure: nothing here asks the store.

use deskbell_core::fault::Detail;
use deskbell_core::{Actor, BrandId, Code, Fault};

use super::row::Form;
use crate::error::Result;
use crate::item::detail;

/// Fields of a form as they are sent. What is absent stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fields {
    /// The title.
    pub title: Option<String>,
    /// The brands; none at all means every brand, as does absence in a new form.
    pub brands: Option<Vec<BrandId>>,
}

/// Notes every value that a form does not take.
pub fn check(fields: &Fields, problems: &mut Vec<Detail>) {
    check_title(fields.title.as_deref(), problems);
}

/// Notes a title that says nothing.
pub(crate) fn check_title(title: Option<&str>, problems: &mut Vec<Detail>) {
    if title.is_some_and(|title| title.trim().is_empty()) {
        let message = "title must have at least one visible character.";
        problems.push(detail("title", Code::InvalidParameter, message));
    }
}

impl Fields {
    /// Writes the fields into a form. A caller with limits sees only some of the brands; those that are hidden from it stay.
    pub(super) fn apply(&self, form: &mut Form, actor: &Actor) {
        if let Some(title) = &self.title {
            form.title.clone_from(title);
        }
        if let Some(brands) = &self.brands {
            let hidden = form.brands.iter().filter(|b| !actor.scope.admits_brand(**b));
            form.brands =
                if brands.is_empty() { Vec::new() } else { hidden.chain(brands).copied().collect() };
            form.all_brands = form.brands.is_empty();
            form.brands.sort_unstable();
            form.brands.dedup();
        }
    }
}

/// Refuses an actor whose limits to brands are narrower than what the form is for: others work with it too.
///
/// Errors: `forbidden`.
pub(crate) fn require_reach(actor: &Actor, form: &Form) -> Result<()> {
    if form.is_within(&actor.scope) {
        return Ok(());
    }
    let message = if form.all_brands {
        "A form for every brand reaches beyond this caller's limits: name in brandIDs the brands that it is for."
    } else {
        "The form is for brands beyond this caller's limits as well."
    };
    Err(Fault::new(Code::Forbidden, message).into())
}
