//! The ground that random tickets stand on: the same brands, groups, users and customers, with the same ids, on both
//! engines, and a key that may do everything.

use std::sync::Arc;

use deskbell_app::{Work, brand, customer, form, form_field, group, user};
use deskbell_core::{Actor, BrandId, GroupId, InputType, Status, UserId};
use deskbell_db::Urgency;
use serde_json::Value;

use super::dump::Probe;
use crate::harness::{Client, TestDesk};

/// Brands 1 to 3; group 1 and 2 serve all of them, 3 serves brand 2 alone; users 1 and 2, and 3 who is inactive;
/// customer `c1` of brand 1 and `c2` of brand 2; form 1 with the fields 1 to 3, of which solved and open need one each, and form 2
/// of brand 2 alone with field 4, which pending needs.
pub(crate) const BRANDS: i64 = 3;
pub(crate) const GROUPS: i64 = 3;
pub(crate) const USERS: i64 = 3;

/// A desk with its ground.
pub(crate) struct Ground {
    pub desk: TestDesk,
    pub admin: Client,
    pub probe: Probe,
}

impl Ground {
    pub(crate) fn on(desk: TestDesk) -> Self {
        let probe = Probe::new(&desk.place);
        do_as_system(&desk, lay);
        let system = Arc::new(Actor::system());
        let leaves = user::deactivate(&desk.desk, &system, "test", UserId(3), |_| true, None);
        desk.block_on(leaves).expect("an inactive user");
        let admin = desk.admin();
        Self { desk, admin, probe }
    }

    /// A ticket's item as it is shown, with its history; `None` if there is no such ticket.
    pub(crate) fn item(&self, id: i64) -> Option<Value> {
        let seen = self.admin.get(&format!("/ticket/{id}?getTicketHistory=true&timelineLimit=9999"));
        if seen.status == 404 { None } else { Some(seen.expect(200)["item"].clone()) }
    }
}

/// The ground on both engines.
pub(crate) fn both() -> [Ground; 2] {
    std::thread::scope(|scope| {
        let postgres = scope.spawn(|| Ground::on(TestDesk::postgres()));
        [Ground::on(TestDesk::sqlite()), postgres.join().expect("a desk on PostgreSQL")]
    })
}

/// Runs use cases that may do everything.
pub(crate) fn do_as_system<T: Send + 'static>(
    desk: &TestDesk,
    job: impl FnMut(&mut Work<'_, '_>) -> deskbell_app::Result<T> + Send + 'static,
) -> T {
    let system = Arc::new(Actor::system());
    desk.desk.write_blocking(Urgency::Interactive, &system, "test", job).expect("a write")
}

fn lay(work: &mut Work<'_, '_>) -> deskbell_app::Result<()> {
    for name in ["Bolt", "Cargo"] {
        let fields =
            brand::Fields { name: Some(name.into()), country: Some("NL".into()), ..brand::Fields::default() };
        brand::create(work, &fields)?;
    }
    for (name, brands) in [("Second line", None), ("Bolt's own", Some(vec![BrandId(2)]))] {
        group::create(work, &group::Fields { name: Some(name.into()), brands, ..group::Fields::default() })?;
    }
    for (name, of) in [("ann", 2), ("bob", 3), ("eve", 2)] {
        let fields = user::Fields {
            name: Some(name.into()),
            email: Some(format!("{name}@desk.example")),
            groups: Some(vec![GroupId(of)]),
            ..user::Fields::default()
        };
        user::create(work, &fields, &user::Account::default())?;
    }
    for (brand, external) in [(1, "c1"), (2, "c2")] {
        let new = customer::create::NewCustomer {
            brand: Some(("brand_id", BrandId(brand))),
            external_id: Some(("external_id", external.into())),
            ..customer::create::NewCustomer::default()
        };
        customer::create::create(work, &new)?;
    }
    lay_forms(work)
}

fn lay_forms(work: &mut Work<'_, '_>) -> deskbell_app::Result<()> {
    for (title, brands) in [("Incident", None), ("Bolt's own", Some(vec![BrandId(2)]))] {
        form::create(work, &form::Fields { title: Some(title.into()), brands })?;
    }
    let options = |all: &[&str]| all.iter().map(|option| (*option).to_owned()).collect::<Vec<_>>();
    for (form, input_type, required, options) in [
        (1, InputType::Text, vec![Status::Solved], None),
        (1, InputType::Select, vec![Status::Open], Some(options(&["a", "b"]))),
        (1, InputType::Textarea, vec![], None),
        (2, InputType::Text, vec![Status::Pending], None),
    ] {
        let fields = form_field::Fields {
            form: Some(deskbell_core::FormId(form)),
            title: Some(input_type.to_string()),
            input_type: Some(input_type),
            required: Some(required),
            options,
            ..form_field::Fields::default()
        };
        form_field::create(work, &fields)?;
    }
    Ok(())
}
