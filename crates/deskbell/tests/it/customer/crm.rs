//! Look-ups on contact: a brand with crm_sync_url asks there who its new tickets are from, and nothing waits for it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::TestDesk;
use crate::laws::Probe;
use crate::races::{crowd, node};

const URL: &str = "https://crm.example/find?k=1";

/// A desk whose default brand asks there.
fn asking(desk: &TestDesk) {
    desk.admin().put("/brand/1", json!({"crm_sync_url": URL})).expect(200);
}

fn look_up(desk: &TestDesk) {
    desk.block_on(desk.desk.look_up()).expect("looked up");
}

fn customer(desk: &TestDesk, id: i64) -> Value {
    desk.admin().get(&format!("/customer/{id}")).expect(200)["item"].clone()
}

fn waiting(desk: &TestDesk) -> i64 {
    Probe::new(&desk.place).number("SELECT COUNT(*) FROM crm_lookup")
}

both_engines! {
    fn who_is_found_becomes_the_customer_of_the_ticket(desk: TestDesk) {
        asking(&desk);
        desk.endpoints.say(Some(r#"[{"primary_id": "C-7", "firstname": "Ann", "lastname": "Lee", "telephone": "+49 30 23125042", "tier": "gold"},
            {"primary_id": "C-8", "firstname": "Bo"}, {"firstname": "nobody"}]"#));
        let earlier = desk.ticket(json!({"from": "ann@example.org", "brandID": 1}));
        let ticket = desk.ticket(json!({"from": "Ann@Example.org"}));
        assert_eq!(desk.item(ticket)["customer_id"], 0, "making a ticket waits for nothing");
        look_up(&desk);
        assert_eq!(desk.endpoints.take_asked()[0], format!("{URL} channelAddressType=email address=ann@example.org ticketID={earlier}"));
        let seen = customer(&desk, 1);
        let shown = ["external_primary_id", "firstname", "lastname", "custom_fields"].map(|k| seen[k].clone());
        assert_eq!(json!(shown), json!(["C-7", "Ann", "Lee", {"tier": "gold"}]));
        let mut addresses: Vec<&Value> = seen["channels"].as_array().expect("channels").iter().map(|c| &c["address"]).collect();
        addresses.sort_by_key(|a| a.to_string());
        assert_eq!(addresses, [&json!("+49 30 23125042"), &json!("ann@example.org")]);
        assert_eq!((desk.item(earlier)["customer_id"].clone(), desk.item(ticket)["customer_id"].clone()), (json!(1), json!(1)));
        assert_eq!(customer(&desk, 2)["external_primary_id"], "C-8");
        assert_eq!(desk.admin().get("/customer").expect(200)["itemTotal"], 2);
        assert_eq!(waiting(&desk), 0);
        let by = desk.admin().get(&format!("/ticket/{ticket}?getTicketHistory=true")).expect(200)["item"]["timeline"].to_string();
        assert!(by.contains("customer_id changed from 0 to 1") && by.contains("\"initiated_by\":\"system\""), "{by}");
    }

    fn a_customer_that_is_known_is_asked_for_by_its_id_and_brought_up_to_date(desk: TestDesk) {
        let key = desk.admin();
        let made = json!({"primary_id": "C-7", "firstname": "Ann", "channel_id": "email", "customer_link_channel": "ann@example.org"});
        key.post("/customer", made).expect(200);
        asking(&desk);
        desk.endpoints.say(Some(r#"[{"primary_id": "C-7", "lastname": "Lee-Jones"}]"#));
        let ticket = desk.ticket(json!({"from": "ann@example.org"}));
        look_up(&desk);
        assert_eq!(desk.endpoints.take_asked(), [format!("{URL} channelAddressType=email address=ann@example.org primaryID=C-7")]);
        let seen = customer(&desk, 1);
        assert_eq!(json!([seen["firstname"], seen["lastname"], seen["version"]]), json!(["Ann", "Lee-Jones", 2]));
        // The same answer again changes nothing.
        desk.ticket(json!({"from": "ann@example.org"}));
        look_up(&desk);
        assert_eq!(customer(&desk, 1)["version"], 2);
        assert_eq!(desk.item(ticket)["version"], 1);
    }

    fn nobody_is_asked_without_an_address_or_a_place(desk: TestDesk) {
        let other = desk.brand("Second");
        desk.ticket(json!({"from": "ann@example.org"}));
        asking(&desk);
        desk.ticket(json!({}));
        desk.ticket(json!({"from": "nobody in particular"}));
        desk.ticket(json!({"from": "ann@example.org", "brandID": other}));
        look_up(&desk);
        assert_eq!((desk.endpoints.take_asked(), waiting(&desk)), (vec![], 0));
        // What is gone by then is asked for no more.
        let deleted = desk.ticket(json!({"from": "ann@example.org"}));
        let moved = desk.ticket(json!({"from": "ann@example.org"}));
        desk.admin().delete(&format!("/ticket/{deleted}")).expect(200);
        desk.admin().put(&format!("/ticket/{moved}"), json!({"brandID": other})).expect(200);
        look_up(&desk);
        assert_eq!((desk.endpoints.take_asked(), waiting(&desk)), (vec![], 0));
    }

    fn nobody_found_is_an_answer_and_nonsense_is_asked_again(desk: TestDesk) {
        asking(&desk);
        desk.endpoints.say(Some("[]"));
        let ticket = desk.ticket(json!({"from": "ann@example.org"}));
        look_up(&desk);
        assert_eq!((desk.item(ticket)["customer_id"].clone(), waiting(&desk)), (json!(0), 0));
        desk.endpoints.take_asked();
        desk.endpoints.say(Some(r#"{"customers": []}"#));
        desk.ticket(json!({"from": "ann@example.org"}));
        let mut at = Vec::new();
        for second in 0..=700 {
            look_up(&desk);
            at.extend(desk.endpoints.take_asked().iter().map(|_| second));
            desk.advance(1);
        }
        assert_eq!((at, waiting(&desk)), (vec![0, 10, 70, 670], 0));
    }

    fn a_place_that_is_down_is_left_alone_and_no_look_up_is_lost_meanwhile(desk: TestDesk) {
        asking(&desk);
        for n in 0..20 {
            desk.ticket(json!({"from": format!("ann{n}@example.org")}));
        }
        look_up(&desk);
        let asked = desk.endpoints.take_asked().len();
        assert!((5..=8).contains(&asked), "{asked}");
        look_up(&desk);
        desk.advance(20);
        look_up(&desk);
        assert_eq!((desk.endpoints.take_asked().len(), waiting(&desk)), (0, 20));
        desk.endpoints.say(Some(r#"[{"firstname": "Ann"}]"#));
        desk.advance(900);
        look_up(&desk);
        assert_eq!((desk.endpoints.take_asked().len(), waiting(&desk)), (20, 0));
        assert_eq!(desk.admin().get("/customer").expect(200)["itemTotal"], 20);
        let linked = Probe::new(&desk.place).number("SELECT COUNT(*) FROM ticket WHERE customer_id <> 0");
        assert_eq!(linked, 20);
    }

    fn only_a_look_up_made_after_a_rest_makes_the_next_one_longer(desk: TestDesk) {
        asking(&desk);
        for n in 0..12 {
            desk.ticket(json!({"from": format!("ann{n}@example.org")}));
        }
        let mut at = Vec::new();
        for tens in 0..=184 {
            look_up(&desk);
            at.extend(desk.endpoints.take_asked().iter().map(|_| tens * 10));
            desk.advance(10);
        }
        assert_eq!(at[..8], [0; 8]);
        assert_eq!(at[8..], [30, 90, 210, 450, 930, 1830]);
        let probe = Probe::new(&desk.place);
        assert_eq!(probe.number("SELECT COUNT(*) FROM crm_lookup WHERE attempts = 0"), 12);
        // Another place does not rest with it.
        desk.endpoints.say(Some("[]"));
        desk.advance(100);
        look_up(&desk);
        assert_eq!((desk.endpoints.take_asked().len(), waiting(&desk)), (0, 12));
        desk.admin().put("/brand/1", json!({"crm_sync_url": "https://other.example/"})).expect(200);
        desk.advance(500);
        look_up(&desk);
        assert_eq!((desk.endpoints.take_asked().len(), waiting(&desk)), (12, 0));
        // Nor is it found at rest when the next failure comes: that takes five in a row again.
        desk.endpoints.say(None);
        for n in 0..4 {
            desk.ticket(json!({"from": format!("bo{n}@example.org")}));
        }
        look_up(&desk);
        desk.advance(10);
        look_up(&desk);
        assert_eq!(desk.endpoints.take_asked().len(), 8);
    }

    fn after_a_rest_one_look_up_is_made_whatever_other_nodes_do(desk: TestDesk) {
        asking(&desk);
        for n in 0..20 {
            desk.ticket(json!({"from": format!("ann{n}@example.org")}));
        }
        let other = node(&desk);
        look_up(&desk);
        desk.endpoints.take_asked();
        for wait in [30, 60, 120] {
            desk.advance(wait);
            other.advance(wait);
            crowd(2, |n| look_up([&desk, &other][n]));
            let asked = desk.endpoints.take_asked().len() + other.endpoints.take_asked().len();
            assert_eq!(asked, 1, "after {wait} s");
        }
        assert_eq!(waiting(&desk), 20);
    }

    fn a_slow_place_holds_up_no_other_brand(desk: TestDesk) {
        let other = desk.brand("Second");
        desk.admin().put("/brand/1", json!({"crm_sync_url": "https://slow.example/"})).expect(200);
        desk.admin().put(&format!("/brand/{other}"), json!({"crm_sync_url": URL})).expect(200);
        desk.endpoints.say(Some("[]"));
        for n in 0..20 {
            desk.ticket(json!({"from": format!("ann{n}@example.org")}));
            desk.ticket(json!({"from": format!("bo{n}@example.org"), "brandID": other}));
        }
        let looking = async { tokio::time::timeout(Duration::from_secs(5), desk.desk.look_up()).await };
        assert!(desk.block_on(looking).is_err(), "the slow place has answered");
        let asked = desk.endpoints.take_asked();
        assert_eq!(asked.iter().filter(|asked| asked.starts_with(URL)).count(), 20);
        let left = Probe::new(&desk.place).number("SELECT COUNT(*) FROM crm_lookup WHERE brand_id = 1");
        assert_eq!((left, waiting(&desk)), (20, 20));
    }

    fn a_customer_who_is_refused_leaves_the_others_of_the_answer(desk: TestDesk) {
        let key = desk.admin();
        let taken = |id: &str, from: &str| key.post("/customer", json!({"primary_id": id, "firstname": "x", "channel_id": "email", "customer_link_channel": from})).expect(200);
        taken("C-1", "bo@example.org");
        taken("C-2", "cy@example.org");
        asking(&desk);
        // The contact belongs to C-2, so C-1 cannot have it; and nothing of the attempt is left.
        desk.endpoints.say(Some(r#"[{"primary_id": "C-1", "firstname": "Taken"}, {"primary_id": "C-3", "firstname": "Di"}]"#));
        let ticket = desk.ticket(json!({"title": "x", "from": "ed@example.org"}));
        key.put("/customer/2", json!({"channel_id": "email", "customer_link_channel": "ed@example.org"})).expect(200);
        key.post("/ticket/batch", json!({"ticketIDs": [ticket], "actions": [{"actionType": "unlinkCustomer"}]})).expect(200);
        look_up(&desk);
        assert_eq!(json!([customer(&desk, 1)["firstname"], customer(&desk, 1)["version"]]), json!(["x", 1]));
        assert_eq!(customer(&desk, 3)["external_primary_id"], "C-3");
        assert_eq!((desk.item(ticket)["customer_id"].clone(), waiting(&desk)), (json!(0), 0));
    }

    fn what_belongs_to_somebody_else_stays_theirs(desk: TestDesk) {
        let key = desk.admin();
        key.post("/customer", json!({"primary_id": "C-1", "firstname": "Bo", "channel_id": "email", "customer_link_channel": "bo@example.org"})).expect(200);
        asking(&desk);
        desk.endpoints.say(Some(r#"[{"primary_id": "C-2", "firstname": "Ann", "email": ["bo@example.org", "no address", "ann2@example.org"]}]"#));
        let ticket = desk.ticket(json!({"from": "ann@example.org"}));
        look_up(&desk);
        assert_eq!(desk.item(ticket)["customer_id"], 2);
        let addresses = |id: i64| customer(&desk, id)["channels"].as_array().expect("channels").iter().map(|c| c["address"].as_str().expect("text").to_owned()).collect::<Vec<_>>();
        assert_eq!((addresses(1), addresses(2)), (vec!["bo@example.org".to_owned()], vec!["ann2@example.org".to_owned(), "ann@example.org".to_owned()]));
        // A ticket that somebody has linked meanwhile stays theirs.
        let other = desk.ticket(json!({"from": "cy@example.org"}));
        key.put(&format!("/ticket/{other}"), json!({"externalPrimaryID": "C-1"})).expect(200);
        desk.endpoints.take_asked();
        look_up(&desk);
        assert_eq!(desk.endpoints.take_asked(), [format!("{URL} channelAddressType=email address=cy@example.org primaryID=C-1")]);
        assert_eq!(desk.item(other)["customer_id"], 1);
    }
}
