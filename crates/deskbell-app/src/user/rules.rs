//! What the fields of a user may hold, and who may change one. Pure: nothing here asks the store.

use deskbell_core::fault::Detail;
use deskbell_core::{Actor, Code, Fault, GroupId, PermissionSet, address};

use super::row::User;
use crate::error::Result;
use crate::item::detail;

/// The languages of the console.
pub const LANGUAGES: &[&str] = &["en", "nl"];
/// How the console may write dates.
pub const DATE_FORMATS: &[&str] = &["en_GB", "iso"];

/// Fields of a user as they are sent. What is absent stays as it is, or is the default of a new user.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of User")]
pub struct Fields {
    pub name: Option<String>,
    pub firstname: Option<String>,
    pub lastname: Option<String>,
    pub email: Option<String>,
    pub telephone: Option<String>,
    pub language: Option<String>,
    pub date_format: Option<String>,
    pub groups: Option<Vec<GroupId>>,
    /// Only `true` has a meaning: the user comes back. Deactivating is a use case of its own.
    pub active: Option<bool>,
}

/// Notes every value that a user does not take. The telephone number has another name in each call.
pub fn check(fields: &Fields, telephone: &str, problems: &mut Vec<Detail>) {
    let mut invalid =
        |field: &str, message: &str| problems.push(detail(field, Code::InvalidParameter, message));
    if fields.name.as_deref().is_some_and(|name| !is_login(name)) {
        invalid("name", "name, the login, must be 2 or more letters, digits, dots and hyphens.");
    }
    if fields.email.as_deref().is_some_and(|email| !is_email(email)) {
        invalid("email", "email must be an e-mail address, such as ann@shop.example.");
    }
    if fields.telephone.as_deref().is_some_and(|number| self::telephone(number).is_none()) {
        let message = format!(
            "{telephone} must be an international number such as +31201234567 (in a form, + is written %2B), or empty."
        );
        invalid(telephone, &message);
    }
    for (field, value, words) in
        [("language", &fields.language, LANGUAGES), ("dateFormat", &fields.date_format, DATE_FORMATS)]
    {
        if value.as_deref().is_some_and(|value| !words.contains(&value)) {
            invalid(field, &format!("{field} must be one of {}.", words.join(", ")));
        }
    }
    if fields.active == Some(false) {
        invalid("active", "active takes true alone; DELETE deactivates a user.");
    }
}

fn is_login(text: &str) -> bool {
    text.len() >= 2 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

fn is_email(text: &str) -> bool {
    address::canonical_of(address::Kind::Email, text, "").is_some() && !text.contains(char::is_whitespace)
}

/// A number as E.164; empty stays empty.
fn telephone(text: &str) -> Option<String> {
    if text.is_empty() { Some(String::new()) } else { address::e164(text, "") }
}

impl Fields {
    /// Writes the fields into a user. They have passed `check`. A caller with limits sees only some of the groups; those
    /// that are hidden from it stay.
    pub(super) fn apply(&self, user: &mut User, actor: &Actor) {
        let mut set = |place: fn(&mut User) -> &mut String, value: Option<String>| {
            if let Some(value) = value {
                *place(user) = value;
            }
        };
        set(|u| &mut u.name, self.name.clone());
        set(|u| &mut u.firstname, self.firstname.clone());
        set(|u| &mut u.lastname, self.lastname.clone());
        set(|u| &mut u.email, self.email.clone());
        set(|u| &mut u.telephone, self.telephone.as_deref().and_then(telephone));
        set(|u| &mut u.language, self.language.clone());
        set(|u| &mut u.date_format, self.date_format.clone());
        user.active |= self.active == Some(true);
        if let Some(groups) = &self.groups {
            let hidden = user.groups.iter().filter(|g| !actor.scope.admits_group(**g));
            user.groups = hidden.chain(groups).copied().collect();
            user.groups.sort_unstable();
            user.groups.dedup();
        }
    }
}

/// Refuses the change of a user who is more than the actor: who changes somebody's address or login could take the
/// place of that person. An administrator is changed by those alone who may do everything everywhere; a caller with
/// limits changes nobody who belongs to a group beyond them.
pub(super) fn require_reach(actor: &Actor, user: &User) -> Result<()> {
    let everything = actor.scope.is_everything();
    let message = if user.admin && !(everything && actor.permissions == PermissionSet::all()) {
        format!(
            "User {} is an administrator: only a caller without limits and with every permission changes it.",
            user.id
        )
    } else if !everything && user.groups.iter().any(|g| !actor.scope.admits_group(*g)) {
        format!(
            "User {} belongs to groups beyond this caller's limits too, so this caller cannot change it.",
            user.id
        )
    } else {
        return Ok(());
    };
    Err(Fault::new(Code::Forbidden, message).into())
}

/// Refuses a user that its maker would not see.
pub(super) fn require_visible_group(actor: &Actor, groups: &[GroupId]) -> Result<()> {
    if actor.scope.is_everything() || groups.iter().any(|g| actor.scope.admits_group(*g)) {
        return Ok(());
    }
    let message = "This caller has limits: a user that it makes or changes needs one of its groups.";
    Err(Fault::of("groups", Code::MissingParameter, message).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(fields: &Fields) -> Vec<String> {
        let mut problems = Vec::new();
        check(fields, "telephone", &mut problems);
        problems.into_iter().filter_map(|p| p.field).collect()
    }

    #[test]
    fn logins_are_letters_digits_dots_and_hyphens() {
        for (name, good) in [
            ("jo", true),
            ("A.b-3", true),
            ("j", false),
            ("", false),
            ("a b", false),
            ("jö", false),
            ("a_b", false),
        ] {
            let fields = Fields { name: Some(name.into()), ..Fields::default() };
            assert_eq!(named(&fields).is_empty(), good, "{name}");
        }
    }

    #[test]
    fn telephone_numbers_are_international() {
        assert_eq!(telephone("+31 20 794 0800"), Some("+31207940800".into()));
        assert_eq!(telephone(""), Some(String::new()));
        for number in ["020 794 0800", "+", "+31", "phone", "anonymous"] {
            assert_eq!(telephone(number), None, "{number}");
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = |text: &str| Some(text.to_owned());
        let fields = Fields {
            name: wrong("a b"),
            email: wrong("ann"),
            telephone: wrong("12"),
            language: wrong("fr"),
            date_format: wrong("us"),
            active: Some(false),
            ..Fields::default()
        };
        assert_eq!(named(&fields), ["name", "email", "telephone", "language", "dateFormat", "active"]);
    }
}
