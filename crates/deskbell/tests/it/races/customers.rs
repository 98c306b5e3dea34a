//! Tickets and customers that are made at the same moment find each other by their address.

use deskbell_app::customer::{Sent, create};
use deskbell_core::{BrandId, CustomerId};
use serde_json::json;

use super::{crowd, node};
use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::Probe;

/// Makes a customer of brand 1 with this address, unless another one has it.
fn customer(desk: &TestDesk, address: &str) -> Option<CustomerId> {
    let sent = Sent { field: "contact", kind: None, text: address.to_owned() };
    let new = create::NewCustomer {
        brand: Some(("brand_id", BrandId(1))),
        address: Some(sent),
        ..create::NewCustomer::default()
    };
    let system = std::sync::Arc::new(deskbell_core::Actor::system());
    let made = desk.block_on(desk.desk.write(&system, "test", move |work| create::create(work, &new)));
    match made {
        Ok(((id, _), _)) => Some(id),
        Err(error) => {
            assert_eq!(
                error.fault().map(deskbell_core::Fault::code),
                Some(deskbell_core::Code::Conflict),
                "{error}"
            );
            None
        }
    }
}

fn ticket(key: &Client, from: &str) -> i64 {
    key.post("/ticket", json!({"brandID": 1, "from": from})).expect(200)["ticketID"].as_i64().expect("an id")
}

both_engines! {
    fn a_ticket_and_a_customer_of_one_address_end_up_linked(desk: TestDesk) {
        let other = node(&desk);
        let (keys, probe) = ([desk.admin(), other.admin()], Probe::new(&desk.place));
        for round in 0..25 {
            let (given, written) = (format!("nora{round}@werft.example"), format!("Nora{round}@Werft.example"));
            let made = crowd(6, |n| match n {
                0 => Err(customer(&desk, &given)),
                1 => Err(customer(&other, &written)),
                _ => Ok(ticket(&keys[n % 2], if n % 3 == 0 { &given } else { &written })),
            });
            let customers: Vec<CustomerId> = made.iter().filter_map(|m| m.err().flatten()).collect();
            let [customer] = customers[..] else { panic!("one customer has the address: {made:?}") };
            for id in made.into_iter().filter_map(Result::ok) {
                assert_eq!(keys[0].get(&format!("/ticket/{id}")).expect(200)["item"]["customer_id"], customer.0);
            }
        }
        probe.versions_hold();
        probe.counters_hold();
    }
}
