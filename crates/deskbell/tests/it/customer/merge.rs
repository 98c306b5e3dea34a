//! Two customers become one: what moves, what is refused, and who wins when many merge.

use deskbell_core::Limit;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::Probe;
use crate::races::crowd;

fn customer(key: &Client, fields: Value) -> i64 {
    key.post("/customer", fields).expect(200)["customerID"].as_i64().expect("an id")
}

fn shown(desk: &TestDesk, id: i64) -> Value {
    desk.admin().get(&format!("/customer/{id}")).expect(200)["item"].clone()
}

fn merge(key: &Client, stays: i64, goes: i64) -> crate::harness::Seen {
    key.post("/customer/merge", json!({"customerID": stays, "duplicateID": goes}))
}

both_engines! {
    fn all_of_the_one_goes_to_the_other_which_keeps_what_it_has(desk: TestDesk) {
        let key = desk.admin();
        let stays = customer(&key, json!({"brandID": 1, "firstname": "Ada", "channel_id": "email", "customer_link_channel": "ada@example.org", "custom_fields": {"tier": "gold"}}));
        let goes = customer(&key, json!({"brandID": 1, "externalPrimaryID": "c-7", "firstname": "A.", "lastname": "Lovelace",
            "channel_id": "email", "customer_link_channel": "Lovelace@Example.org", "custom_fields": {"tier": "silver", "town": "London"}}));
        key.post("/customer/addchannelonly", json!({"brandID": 1, "externalPrimaryID": "c-7", "extra_telephone": "112"})).expect(200);
        let ids: Vec<i64> = (0..3).map(|_| desk.ticket(json!({"from": "lovelace@example.org"}))).collect();
        key.delete(&format!("/ticket/{}", ids[2])).expect(200);
        let deleted = key.get("/changes?types=deleted").expect(200)["items"][0]["batchID"].clone();
        let done = merge(&key, stays, goes).expect(200);
        assert_eq!((&done["message"], &done["customerID"], &done["version"]), (&json!("Customers merged."), &json!(stays), &json!(2)));
        let seen = shown(&desk, stays);
        assert_eq!((&seen["firstname"], &seen["lastname"], &seen["external_primary_id"]), (&json!("Ada"), &json!("Lovelace"), &json!("c-7")));
        assert_eq!(seen["custom_fields"], json!({"tier": "gold", "town": "London"}));
        let addresses: Vec<&str> = seen["channels"].as_array().expect("channels").iter().filter_map(|c| c["address"].as_str()).collect();
        assert_eq!(addresses, ["ada@example.org", "Lovelace@Example.org", "112"]);
        key.get(&format!("/customer/{goes}")).refused(404, "not_found", &[""]);
        for id in &ids[..2] {
            assert_eq!((desk.item(*id)["customer_id"].clone(), desk.item(*id)["version"].clone()), (json!(stays), json!(2)));
            assert_eq!(desk.events(*id).last(), Some(&format!("customer_id: {goes} -> {stays}")));
        }
        // One that comes back from the trash is the right customer's, and new ones find it.
        key.post("/ticket/undo", json!({"batchID": deleted})).expect(200);
        assert_eq!(desk.item(ids[2])["customer_id"], stays);
        let new = desk.ticket(json!({"from": "LOVELACE@example.org"}));
        assert_eq!(desk.item(new)["customer_id"], stays);
        let told: Vec<Value> = key.get("/changes?types=customer_changed,customer_deleted").expect(200)["items"].as_array().expect("items").iter().map(|c| json!([c["item_type"], c["item_type_id"]])).collect();
        assert_eq!(told[told.len() - 2..], [json!(["customer_deleted", goes.to_string()]), json!(["customer_changed", stays.to_string()])]);
        Probe::new(&desk.place).versions_hold();
    }

    fn what_cannot_be_merged_is_refused_and_nothing_moves(desk: TestDesk) {
        let key = desk.admin();
        let brand = desk.brand("Second");
        let (ours, other, theirs) = (customer(&key, json!({"brandID": 1, "lastname": "A"})), customer(&key, json!({"brandID": 1, "lastname": "B"})), customer(&key, json!({"brandID": brand, "lastname": "C"})));
        merge(&key, ours, ours).refused(400, "invalid_parameter", &["duplicateID"]);
        merge(&key, ours, 99).refused(400, "unknown_reference", &["duplicateID"]);
        merge(&key, 99, ours).refused(400, "unknown_reference", &["customerID"]);
        merge(&key, ours, theirs).refused(409, "conflict", &["duplicateID"]);
        key.post("/customer/merge", json!({"customerID": ours})).refused(400, "missing_parameter", &["duplicateID"]);
        let limited = desk.limited_key("CUSTOMER_CUD", Limit::only([brand]), Limit::All);
        merge(&limited, theirs, ours).refused(400, "unknown_reference", &["duplicateID"]);
        // Together they would have too many addresses.
        for (id, letter) in [(ours, "a"), (other, "b")] {
            let external = format!("x-{id}");
            key.put(&format!("/customer/{id}"), json!({"primary_id": external})).expect(200);
            for n in 0..60 {
                key.post("/customer/addchannelonly", json!({"brandID": 1, "externalPrimaryID": external, "extra_email": format!("{letter}{n}@example.org")})).expect(200);
            }
        }
        let ticket = desk.ticket(json!({"from": "b1@example.org"}));
        merge(&key, ours, other).refused(409, "conflict", &["duplicateID"]);
        assert_eq!((shown(&desk, other)["channels"].as_array().map(Vec::len), desk.item(ticket)["customer_id"].clone()), (Some(60), json!(other)));
    }

    fn many_tickets_move_in_steps_under_one_batch(desk: TestDesk) {
        let key = desk.admin();
        let (stays, goes) = (customer(&key, json!({"brandID": 1, "lastname": "A"})), customer(&key, json!({"brandID": 1, "externalPrimaryID": "b"})));
        let ids: Vec<i64> = (0..620).map(|_| desk.ticket(json!({}))).collect();
        key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": [{"actionType": "linkCustomer", "value": "b"}]})).expect(200);
        let done = merge(&key, stays, goes).expect(200);
        assert_eq!(key.get(&format!("/ticket?customerID={stays}&itemLimit=0")).expect(200)["itemTotal"], 620);
        let probe = Probe::new(&desk.place);
        let batch = done["batchID"].as_str().expect("a batch");
        assert_eq!(probe.number(&format!("SELECT COUNT(*) FROM journal WHERE batch_id = '{batch}' AND item_type = 'customer_id'")), 620);
        probe.versions_hold();
    }

    fn of_two_who_merge_crosswise_one_wins_and_tickets_lose_nobody(desk: TestDesk) {
        let key = desk.admin();
        for round in 0..6 {
            let name = |who: &str| format!("{who}{round}");
            let made = |who: &str| customer(&key, json!({"brandID": 1, "externalPrimaryID": name(who), "channel_id": "email", "customer_link_channel": format!("{}@example.org", name(who))}));
            let pair = [made("a"), made("b")];
            let tickets = [desk.ticket(json!({"from": format!("a{round}@example.org")})), desk.ticket(json!({"from": format!("b{round}@example.org")}))];
            let seen = crowd(3, |n| match n {
                2 => {
                    desk.ticket(json!({"from": format!("b{round}@example.org"), "title": "new"}));
                    200
                }
                n => merge(&key, pair[n], pair[1 - n]).status.as_u16(),
            });
            let mut both = [seen[0], seen[1]];
            both.sort_unstable();
            assert_eq!(both, [200, 400], "round {round}");
            let left = if seen[0] == 200 { pair[0] } else { pair[1] };
            for ticket in tickets {
                assert_eq!(desk.item(ticket)["customer_id"], left, "round {round}");
            }
            let all = key.get(&format!("/ticket?customerID={left}&itemLimit=0")).expect(200)["itemTotal"].clone();
            assert_eq!(all, 3, "round {round}");
        }
        Probe::new(&desk.place).versions_hold();
    }
}
