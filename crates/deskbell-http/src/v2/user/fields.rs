//! The fields of a user in requests, and what they are for the use cases. The telephone number is `telephone_number`
//! when a user is made and `telephone` when one is changed.

use deskbell_app::user::{self, DATE_FORMATS, Fields, LANGUAGES};
use deskbell_core::GroupId;
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;

use crate::{Field, Params};

/// How many groups one user names.
const MOST: usize = 1_000;

pub(super) fn to_create() -> Vec<Field> {
    let mut fields = vec![
        name().required(),
        email().required(),
        telephone("telephone_number"),
        Field::flag("sendActivationMail")
            .default(true)
            .doc("Accepted, and without effect until the desk sends mail."),
    ];
    fields.extend(further());
    fields
}

pub(super) fn to_update() -> Vec<Field> {
    let mut fields = vec![
        name().refuse_empty(),
        email().refuse_empty(),
        telephone("telephone"),
        Field::flag("active").only_true().doc("true brings a deactivated user back; DELETE deactivates."),
    ];
    fields.extend(further());
    fields
}

fn name() -> Field {
    Field::line("name", limit::NAME)
        .shape("^[A-Za-z0-9.-]{2,}$")
        .doc("The login: 2 or more letters, digits, dots and hyphens, unique without case.")
}

fn email() -> Field {
    Field::line("email", limit::ADDRESS).doc("The e-mail address.")
}

fn telephone(name: &'static str) -> Field {
    Field::line(name, limit::ADDRESS).doc("The telephone number as E.164, such as +31201234567, or empty.")
}

fn further() -> [Field; 5] {
    [
        Field::line("firstname", limit::NAME).doc("The first name."),
        Field::line("lastname", limit::NAME).doc("The last name."),
        Field::word("language", LANGUAGES).doc("The language of the console; en, if a new user names none."),
        Field::word("dateFormat", DATE_FORMATS)
            .doc("How the console writes dates; iso, if a new user names none."),
        Field::ids("groups", MOST).doc("The groups; each one must not have more than the key."),
    ]
}

pub(super) fn of_create(params: &Params) -> Fields {
    of(params, "telephone_number", None)
}

pub(super) fn of_update(params: &Params) -> Fields {
    of(params, "telephone", params.sent_flag("active"))
}

fn of(params: &Params, telephone: &str, active: Option<bool>) -> Fields {
    let text = |name| params.text(name).map(str::to_owned);
    let groups = || params.ids("groups").iter().copied().map(GroupId).collect();
    Fields {
        name: text("name"),
        firstname: text("firstname"),
        lastname: text("lastname"),
        email: text("email"),
        telephone: text(telephone),
        language: params.word("language").map(str::to_owned),
        date_format: params.word("dateFormat").map(str::to_owned),
        groups: params.given("groups").then(groups),
        active,
    }
}

pub(super) fn check_create(params: &Params, wrong: &mut Vec<Detail>) {
    user::check(&of_create(params), "telephone_number", wrong);
}

pub(super) fn check_update(params: &Params, wrong: &mut Vec<Detail>) {
    user::check(&of_update(params), "telephone", wrong);
}
