//! What was said with a customer: all of it in one timeline, a page at a time, and nothing that the key may not see.

use std::collections::BTreeSet;

use deskbell_core::Limit;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, TestDesk};

const PATH: &str = "/customer/timelineByCustomerExternalID";

/// A customer of the brand under this id, who is found by the address `ID@x.example`.
fn customer(key: &Client, brand: i64, id: &str) {
    let address = format!("{id}@x.example");
    let body = json!({"brandID": brand, "externalPrimaryID": id, "channel_id": "email", "customer_link_channel": address});
    key.post("/customer", body).expect(200);
}

/// A ticket of somebody with the messages of these texts; a text that begins with # is a note.
fn ticket(desk: &TestDesk, from: &str, group: i64, texts: &[&str]) -> i64 {
    let key = desk.admin();
    let id =
        desk.ticket(json!({"from": format!("{from}@x.example"), "assignedGroupID": group, "title": "Case"}));
    for text in texts {
        say(&key, id, text);
    }
    id
}

fn say(key: &Client, ticket: i64, text: &str) {
    let kind = if text.starts_with('#') { "0" } else { "4" };
    key.post("/message", json!({"ticketID": ticket, "type": kind, "message": text})).expect(200);
}

fn timeline(key: &Client, brand: i64, id: &str, more: &str) -> Value {
    key.get(&format!("{PATH}?brand_id={brand}&external_id={id}{more}")).expect(200)
}

/// Tickets and texts of an answer.
fn texts(answer: &Value) -> Vec<(i64, String)> {
    let items = answer["items"].as_array().expect("items").iter();
    items
        .map(|e| (e["ticket_id"].as_i64().expect("an id"), e["content"].as_str().expect("text").to_owned()))
        .collect()
}

fn owned(pairs: &[(i64, &str)]) -> Vec<(i64, String)> {
    pairs.iter().map(|(id, text)| (*id, (*text).to_owned())).collect()
}

both_engines! {
    fn what_was_said_in_all_tickets_of_a_customer_comes_in_order(desk: TestDesk) {
        let key = desk.admin();
        customer(&key, 1, "ann");
        customer(&key, 1, "bob");
        let a = ticket(&desk, "ann", 0, &["one"]);
        desk.advance(10);
        let b = ticket(&desk, "ann", 0, &["two", "#three"]);
        ticket(&desk, "bob", 0, &["not hers"]);
        desk.advance(10);
        say(&key, a, "four");
        let seen = timeline(&key, 1, "ann", "");
        assert_eq!(texts(&seen), owned(&[(a, "one"), (b, "two"), (b, "#three"), (a, "four")]));
        assert_eq!(json!([seen["type"], seen["itemTotal"], seen["itemTotalExact"], seen["nextCursor"]]), json!(["list", 4, true, null]));
        // An entry is what the ticket's own timeline shows.
        assert_eq!(seen["items"][3], desk.admin().get(&format!("/ticket/{a}")).expect(200)["item"]["timeline"][1]);
        // CUSTOMER_READ is enough for what was said with the customer; what agents note among themselves asks for TICKET_READ.
        let outside = desk.key("CUSTOMER_READ");
        let seen = timeline(&outside, 1, "ann", "");
        assert_eq!((texts(&seen), &seen["itemTotal"]), (owned(&[(a, "one"), (b, "two"), (a, "four")]), &json!(3)));
        assert_eq!(texts(&timeline(&desk.key("CUSTOMER_READ,TICKET_READ"), 1, "ann", "")).len(), 4);
        desk.key("TICKET_READ").get(&format!("{PATH}?brand_id=1&external_id=ann")).refused(403, "forbidden", &[""]);
        // Unlinked, in the trash: not hers any more.
        key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": b})).expect(200);
        assert_eq!(texts(&timeline(&key, 1, "ann", "")), owned(&[(a, "one"), (a, "four")]));
        key.delete(&format!("/ticket/{a}")).expect(200);
        assert_eq!(json!([timeline(&key, 1, "ann", "")["items"], timeline(&key, 1, "ann", "")["itemTotal"]]), json!([[], 0]));
    }

    fn what_is_hidden_leaves_no_trace(desk: TestDesk) {
        let (key, brand) = (desk.admin(), desk.brand("Second"));
        let (support, people) = (desk.group("Front"), desk.group("People"));
        customer(&key, 1, "ann");
        let open = ticket(&desk, "ann", support, &["lamp"]);
        ticket(&desk, "ann", people, &["termination", "#of Ms Example"]);
        let limited = desk.limited_key("CUSTOMER_READ,TICKET_READ", Limit::All, Limit::only([support]));
        let seen = timeline(&limited, 1, "ann", "");
        assert_eq!((texts(&seen), &seen["itemTotal"]), (owned(&[(open, "lamp")]), &json!(1)));
        assert_eq!(seen["nextCursor"], Value::Null);
        let elsewhere = desk.limited_key("CUSTOMER_READ,TICKET_READ", Limit::only([brand]), Limit::All);
        let path = format!("{PATH}?brand_id=1&external_id=");
        let words = |id: &str| elsewhere.get(&format!("{path}{id}")).refused(404, "not_found", &[""])["message"].to_string().replace(id, "");
        assert_eq!(words("ann"), words("nobody"));
        key.get(&format!("{path}nobody")).refused(404, "not_found", &[""]);
        key.get(&format!("{PATH}?brand_id=99&external_id=ann")).refused(404, "not_found", &[""]);
        key.get(&format!("{PATH}?brand_id={brand}&external_id=ann")).refused(404, "not_found", &[""]);
    }

    fn what_does_not_fit_is_refused(desk: TestDesk) {
        let key = desk.admin();
        customer(&key, 1, "ann");
        customer(&key, 1, "bob");
        ticket(&desk, "ann", 0, &["one", "two"]);
        key.get(PATH).refused(400, "missing_parameter", &["brand_id", "external_id"]);
        key.get(&format!("{PATH}?brand_id=1&external_id=")).refused(400, "missing_parameter", &["external_id"]);
        let path = format!("{PATH}?brand_id=1&external_id=ann");
        for wrong in ["timelineLimit=-1", "timelineLimit=10000", "cursor=abc"] {
            let field = wrong.split('=').next().expect("a name");
            key.get(&format!("{path}&{wrong}")).refused(400, "invalid_parameter", &[field]);
        }
        key.get(&format!("{path}&limit=3")).refused(400, "unknown_parameter", &["limit"]);
        let cursor = timeline(&key, 1, "ann", "&timelineLimit=1")["nextCursor"].as_str().expect("a cursor").to_owned();
        key.get(&format!("{PATH}?brand_id=1&external_id=bob&cursor={cursor}")).refused(400, "invalid_parameter", &["cursor"]);
        desk.key("CUSTOMER_READ").get(&format!("{path}&cursor={cursor}")).refused(400, "invalid_parameter", &["cursor"]);
        let none = timeline(&key, 1, "ann", "&timelineLimit=0");
        assert_eq!(json!([none["items"], none["itemTotal"], none["nextCursor"]]), json!([[], 2, null]));
    }

    fn pages_of_any_size_are_the_one_timeline_of_all_tickets(desk: TestDesk) {
        let (key, notes) = (desk.admin(), desk.key("CUSTOMER_READ"));
        customer(&key, 1, "ann");
        let ids: Vec<i64> = (0..45).map(|_| ticket(&desk, "ann", 0, &[])).collect();
        let mut said: Vec<(i64, String)> = Vec::new();
        let mut random = 7_u64;
        for n in 0..110 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Several in one second, some tickets with many and some with none.
            if random >> 62 == 0 {
                desk.advance(1);
            }
            let id = ids[((random >> 33) % 45).min((random >> 20) % 45) as usize];
            let text = if random >> 60 & 1 == 0 { format!("#n{n}") } else { format!("m{n}") };
            say(&key, id, &text);
            said.push((id, text));
        }
        let plain: Vec<(i64, String)> = said.iter().filter(|(_, text)| !text.starts_with('#')).cloned().collect();
        for (key, all) in [(&key, &said), (&notes, &plain)] {
            for size in [1, 7, 40, 500] {
                let (mut found, mut more, mut pages) = (Vec::new(), String::new(), 0);
                loop {
                    let page = timeline(key, 1, "ann", &format!("&timelineLimit={size}{more}"));
                    assert_eq!((&page["itemTotal"], &page["itemLimit"]), (&json!(all.len()), &json!(size)));
                    let mut older = texts(&page);
                    older.append(&mut found);
                    found = older;
                    pages += 1;
                    match page["nextCursor"].as_str() {
                        Some(cursor) => more = format!("&cursor={cursor}"),
                        None => break,
                    }
                }
                assert_eq!((&found, pages), (all, all.len().div_ceil(size)), "{size}");
            }
        }
        // What comes meanwhile does not move older pages.
        let first = timeline(&key, 1, "ann", "&timelineLimit=20");
        say(&key, ids[3], "new");
        let cursor = first["nextCursor"].as_str().expect("a cursor");
        let second = timeline(&key, 1, "ann", &format!("&timelineLimit=20&cursor={cursor}"));
        assert_eq!(texts(&second), said[70..90]);
    }

    fn an_answer_is_at_most_8_mib_and_leads_to_the_rest(desk: TestDesk) {
        let key = desk.admin();
        customer(&key, 1, "ann");
        let long = "x".repeat(900_000);
        for n in 0..4 {
            let id = ticket(&desk, "ann", 0, &[]);
            for m in 0..3 {
                key.post("/message", json!({"ticketID": id, "type": "4", "message": format!("{n}.{m} {long}")})).expect(200);
            }
        }
        let (mut seen, mut more, mut pages) = (BTreeSet::new(), String::new(), 0);
        loop {
            let answer = key.get(&format!("{PATH}?brand_id=1&external_id=ann{more}"));
            assert!(answer.text.len() <= 8 << 20, "{}", answer.text.len());
            let page = answer.expect(200);
            seen.extend(texts(&page).into_iter().map(|(_, text)| text[..3].to_owned()));
            pages += 1;
            match page["nextCursor"].as_str() {
                Some(cursor) => more = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!((seen.len(), pages), (12, 2));
    }
}
