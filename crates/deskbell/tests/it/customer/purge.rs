//! Purging a customer: who may, what is refused, many tickets, and what happens beside it.

use deskbell_app::verify;
use deskbell_core::Limit;
use http::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, Part, Seen, TestDesk};
use crate::laws::Probe;
use crate::races::{crowd, node};

fn customer(key: &Client, brand: i64, name: &str) -> i64 {
    let body = json!({"brandID": brand, "externalPrimaryID": name, "channel_id": "email", "customer_link_channel": format!("{name}@example.org")});
    key.post("/customer", body).expect(200)["customerID"].as_i64().expect("an id")
}

fn purge(key: &Client, id: i64) -> Seen {
    key.json(Method::DELETE, "/customer/purgedata", json!({"customerID": id}))
}

fn from(desk: &TestDesk, name: &str) -> i64 {
    desk.ticket(json!({"from": format!("{name}@example.org"), "title": "Secret", "brandID": 1}))
}

/// That the data is whole.
#[track_caller]
fn is_whole(desk: &TestDesk) -> Probe {
    let report = verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
    assert!(report.good, "{:?}", report.problems);
    let probe = Probe::new(&desk.place);
    probe.counters_hold();
    probe
}

both_engines! {
    fn it_is_named_in_either_way_and_told_once(desk: TestDesk) {
        let key = desk.admin();
        let other = desk.brand("Second");
        let (first, second, third) = (customer(&key, 1, "ann"), customer(&key, 1, "bob"), customer(&key, other, "bob"));
        purge(&key, 99).refused(404, "not_found", &[""]);
        purge(&key, 0).refused(400, "invalid_parameter", &["customerID"]);
        key.json(Method::DELETE, "/customer/purgedata", json!({})).refused(400, "missing_parameter", &["customerID"]);
        let named = |body: Value| key.json(Method::DELETE, "/customer/purgedata", body);
        named(json!({"brandID": 1, "externalPrimaryID": "eve"})).refused(404, "not_found", &[""]);
        named(json!({"externalPrimaryID": "bob"})).refused(400, "missing_parameter", &["brandID"]);
        let done = named(json!({"brandID": 1, "externalPrimaryID": "bob"})).expect(200);
        assert_eq!((&done["customerID"], &done["tickets"]), (&json!(second), &json!(0)));
        named(json!({"brandID": 1, "externalPrimaryID": "bob"})).refused(404, "not_found", &[""]);
        key.get(&format!("/customer/{third}")).expect(200);

        let stale = key.request(Method::DELETE, "/customer/purgedata").header("content-type", "application/json").header("if-match", "\"7\"");
        key.send(stale, json!({"customerID": first}).to_string()).refused(412, "precondition_failed", &[""]);
        let ticket = from(&desk, "ann");
        let request = || key.request(Method::DELETE, "/customer/purgedata").header("content-type", "application/json").header("idempotency-key", "p");
        let body = json!({"customerID": first}).to_string();
        let done = key.send(request(), body.clone()).expect(200);
        let again = key.send(request(), body);
        assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &done));
        assert_eq!(done["tickets"], 1);
        let changes = key.get("/changes?types=purged,customer_deleted").expect(200)["items"].clone();
        let told: Vec<Value> = changes.as_array().expect("changes").iter().map(|c| json!([c["ticket_id"], c["item_type"], c["item_type_old"], c["item_type_id"]])).collect();
        assert_eq!(told[1..], [json!([ticket, "purged", "", ""]), json!([0, "customer_deleted", "", first.to_string()])]);
        // The address is free, and the shell takes changes as any ticket.
        customer(&key, 1, "ann");
        assert_eq!(desk.item(ticket)["customer_id"], 0);
        key.put(&format!("/ticket/{ticket}"), json!({"title": "Shell"})).expect(200);
        is_whole(&desk).versions_hold();
    }

    fn it_takes_a_key_that_sees_all_of_the_brand(desk: TestDesk) {
        let key = desk.admin();
        let (other, group) = (desk.brand("Second"), desk.group("Group"));
        let id = customer(&key, 1, "ann");
        desk.key("CUSTOMER_READ,TICKET_DELETE").json(Method::DELETE, "/customer/purgedata", json!({"customerID": id})).refused(403, "forbidden", &[""]);
        purge(&desk.limited_key("*", Limit::only([other]), Limit::All), id).refused(404, "not_found", &[""]);
        // Whether there are tickets that it does not see makes no difference.
        let limited = desk.limited_key("*", Limit::All, Limit::only([0, group]));
        let before = purge(&limited, id).refused(403, "forbidden", &[""]);
        from(&desk, "ann");
        let after = purge(&limited, id).refused(403, "forbidden", &[""]);
        assert_eq!(before["message"], after["message"]);
        purge(&desk.limited_key("CUSTOMER_CUD", Limit::only([1]), Limit::All), id).expect(200);
    }

    fn the_past_of_a_shell_is_gone_and_its_numbers_are_not(desk: TestDesk) {
        let key = desk.admin();
        let id = customer(&key, 1, "ann");
        let ticket = from(&desk, "ann");
        desk.advance(60);
        let changed = key.put(&format!("/ticket/{ticket}"), json!({"title": "Other", "priority": "high"})).expect(200);
        key.post("/message", json!({"ticketID": ticket, "type": 0, "message": "Secret note"})).expect(200);
        assert_eq!(key.get("/ticket?query=secret").ids(), [ticket]);
        desk.advance(60);
        let done = purge(&key, id).expect(200);
        let item = desk.item(ticket);
        assert_eq!((&item["priority"], &item["status"], &item["version"], &item["last_update"]), (&json!("high"), &json!("new"), &json!(4), &json!("2026-11-25 12:02:00")));
        assert_eq!(key.get("/ticket?query=secret").ids(), Vec::<i64>::new());
        assert_eq!(key.get(&format!("/ticket?query={ticket}")).ids(), [ticket]);
        let words: Vec<Value> = item["timeline"].as_array().expect("a timeline").iter().map(|e| e["description"].clone()).collect();
        assert_eq!(json!(words), json!(["Ticket created.", "priority changed; the values were erased.", "title changed; the values were erased.", "All that told of the customer was erased."]));
        key.get(&format!("/ticket/{ticket}?asOf=2026-11-25T12:01:30Z")).refused(409, "conflict", &[""]);
        key.get(&format!("/ticket/{ticket}?asOf=2026-11-25T12:02:00Z")).expect(200);
        key.post("/ticket/undo", json!({"batchID": done["batchID"]})).refused(409, "conflict", &["batchID"]);
        key.post("/ticket/undo", json!({"batchID": changed["batchID"]})).refused(412, "precondition_failed", &[""]);
        is_whole(&desk).versions_hold();
    }

    fn what_a_merged_ticket_said_goes_wherever_it_stands(desk: TestDesk) {
        let key = desk.admin();
        let (ann, _bob) = (customer(&key, 1, "ann"), customer(&key, 1, "bob"));
        let (hers, his, third) = (from(&desk, "ann"), from(&desk, "bob"), from(&desk, "bob"));
        let say = |ticket: i64, text: &str| {
            let id = ticket.to_string();
            let parts = [
                Part::Text("ticketID", &id), Part::Text("type", "0"), Part::Text("message", text),
                Part::File("attachments", "f", text.as_bytes()),
            ];
            key.upload("/message", &parts).expect(200)["batchID"].clone()
        };
        say(hers, "Magpie one");
        let taken_out = say(hers, "Magpie two");
        say(his, "Heron");
        let merge = |ticket: i64, into: i64| {
            let action = json!([{"actionType": "merge", "value": into}]);
            key.post("/ticket/batch", json!({"ticketIDs": [ticket], "actions": action})).expect(200);
        };
        key.post("/ticket/undo", json!({"batchID": taken_out})).expect(200);
        let id = hers.to_string();
        let waits = [
            Part::Text("ticketID", &id), Part::Text("type", "1"), Part::Text("message", "Magpie three"),
            Part::Text("sendAt", "2030-01-01 09:00:00"), Part::File("attachments", "magpie", b"Magpie four"),
        ];
        let waits = key.upload("/message", &waits).expect(200)["messageID"].clone();
        merge(hers, his);
        // One that has left its timeline where it stands now is in the journal there, with its file.
        key.delete(&format!("/message/{waits}")).expect(200);
        merge(his, third);
        let seen = |query: &str| key.get(&format!("/ticket?query={query}")).ids();
        assert_eq!((seen("magpie"), seen("heron")), (vec![third], vec![third]));
        let version = desk.item(third)["version"].as_i64().expect("a version");
        // A ticket of somebody else that held what it had said is none of hers.
        assert_eq!(purge(&key, ann).expect(200)["tickets"], 1);
        desk.block_on(desk.desk.sweep_files()).expect("swept");
        assert_eq!((seen("magpie"), seen("heron")), (vec![], vec![third]));
        let item = desk.item(third);
        let texts: Vec<_> = item["timeline"].as_array().expect("a timeline").iter().filter_map(|e| e["content"].as_str()).collect();
        assert_eq!(texts, ["Heron"]);
        assert!(item["version"].as_i64().expect("a version") > version);
        assert_eq!(desk.item(hers)["merged_into"], his);
        let probe = is_whole(&desk);
        let dump = format!("{:?}", probe.dump()).to_lowercase();
        assert!(!dump.contains("magpie") && dump.contains("heron"), "something of it is left");
        assert_eq!(probe.number("SELECT COUNT(*) FROM file"), 1);
    }

    fn a_ticket_with_much_in_it_goes_in_steps_and_what_broke_off_goes_on(desk: TestDesk) {
        let key = desk.admin();
        let id = customer(&key, 1, "ann");
        let tickets: Vec<i64> = (0..130).map(|_| from(&desk, "ann")).collect();
        for n in 0..230 {
            key.post("/message", json!({"ticketID": tickets[3], "type": 0, "message": format!("Secret {n}")})).expect(200);
        }
        // More than one transaction empties.
        for n in 0..220 {
            key.put(&format!("/ticket/{}", tickets[4]), json!({"title": format!("Secret {n}"), "tags": [format!("t{n}")]})).expect(200);
        }
        let probe = Probe::new(&desk.place);
        // Its last ticket cannot be written.
        let last = tickets[129];
        probe.break_table("ticket", "UPDATE", &format!("NEW.id = {last}"));
        assert_eq!(purge(&key, id).status.as_u16(), 500);
        probe.mend("ticket");
        assert!(probe.number("SELECT COUNT(*) FROM ticket WHERE title = ''") > 0, "some steps were done");
        key.get(&format!("/customer/{id}")).expect(200);
        let new = from(&desk, "ann");
        is_whole(&desk);
        let done = purge(&key, id).expect(200);
        let left = done["tickets"].as_i64().expect("a number");
        assert!((2..131).contains(&left), "{left}");
        assert_eq!(desk.item(new)["title"], "");
        assert_eq!(probe.number("SELECT COUNT(*) FROM ticket WHERE title <> ''"), 0);
        assert_eq!(probe.number("SELECT COUNT(*) FROM message"), 0);
        assert_eq!(probe.number("SELECT COUNT(*) FROM journal WHERE item_type = 'purged'"), 131);
        is_whole(&desk).versions_hold();
    }

    fn what_happens_beside_it_is_before_or_after(desk: TestDesk) {
        let (key, second) = (desk.admin(), node(&desk));
        for round in 0..6 {
            let (name, other) = (format!("a{round}"), format!("b{round}"));
            let (id, stays) = (customer(&key, 1, &name), customer(&key, 1, &other));
            let tickets: Vec<i64> = (0..12).map(|_| from(&desk, &name)).collect();
            let seen = crowd(6, |n| match n {
                0 => purge(&key, id),
                1 => purge(&second.with(&key), id),
                2 if round % 2 == 0 => key.post("/customer/merge", json!({"customerID": stays, "duplicateID": id})),
                2 | 3 => key.post("/message", json!({"ticketID": tickets[11], "type": 1, "message": "Secret", "toAddress": ""})),
                4 => key.post("/ticket", json!({"from": format!("{name}@example.org"), "title": "Secret", "brandID": 1})),
                _ => key.put(&format!("/ticket/{}", tickets[5]), json!({"title": "Secret", "tags": ["secret"]})),
            });
            let status: Vec<u16> = seen.iter().map(|s| s.status.as_u16()).collect();
            let purged = status[..2].iter().filter(|status| **status == 200).count();
            assert!(status[..2].iter().all(|status| matches!(status, 200 | 404)), "{status:?}");
            let merged = round % 2 == 0 && status[2] == 200;
            assert_eq!(purged + usize::from(merged), 1, "{status:?}");
            key.get(&format!("/customer/{id}")).refused(404, "not_found", &[""]);
            let probe = is_whole(&desk);
            probe.versions_hold();
            assert_eq!(probe.number(&format!("SELECT COUNT(*) FROM ticket WHERE customer_id = {id}")), 0);
            if round % 2 == 1 {
                // Whoever wrote into a shell wrote after it; what was there before is in none.
                let left = format!("SELECT COUNT(*) FROM ticket WHERE from_address = '{name}@example.org' AND id <= {}", tickets[11]);
                assert_eq!(probe.number(&left), 0);
                assert_eq!(probe.number(&format!("SELECT COUNT(*) FROM message WHERE to_address LIKE '{name}@%'")), 0);
                assert_eq!(desk.admin().get(&format!("/ticket?customerID={stays}&itemLimit=0")).expect(200)["itemTotal"], 0);
            }
        }
    }

    fn a_customer_who_is_being_looked_up_does_not_come_back(desk: TestDesk) {
        let key = desk.admin();
        let id = customer(&key, 1, "ann");
        key.put("/brand/1", json!({"crm_sync_url": "https://crm.example/pause"})).expect(200);
        let ticket = from(&desk, "ann");
        desk.endpoints.say(Some(r#"[{"primary_id": "ann", "firstname": "Ann"}]"#));
        let asked = std::thread::scope(|scope| {
            let looking = scope.spawn(|| desk.block_on(desk.desk.look_up()));
            let asked = desk.endpoints.wait_for_question();
            purge(&key, id).expect(200);
            desk.endpoints.go_on();
            looking.join().expect("a thread").expect("looked up");
            asked
        });
        assert!(asked.contains("primaryID=ann"), "{asked}");
        assert_eq!((key.get("/customer").expect(200)["itemTotal"].clone(), desk.item(ticket)["customer_id"].clone()), (json!(0), json!(0)));
    }
}
