//! `Idempotency-Key`: one effect and one answer, however often and wherever a write is sent.

use http::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, Seen};
use crate::races::{crowd, node};

fn send(key: &Client, method: Method, path: &str, once: &str, body: &Value) -> Seen {
    let request = key.request(method, path).header("content-type", "application/json");
    key.send(request.header("idempotency-key", once), body.to_string())
}

fn post(key: &Client, path: &str, once: &str, body: Value) -> Seen {
    send(key, Method::POST, path, once, &body)
}

fn total(key: &Client) -> i64 {
    key.get("/ticket?itemLimit=0").expect(200)["itemTotal"].as_i64().expect("a number")
}

/// What a caller can tell two answers apart by, but for the request's own id.
fn shown(seen: &Seen) -> (u16, Vec<(String, String)>, String) {
    let own = ["x-request-id", "idempotency-replayed"];
    let headers = seen.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()));
    (seen.status.as_u16(), headers.collect(), seen.text.clone())
}

#[track_caller]
fn is_replay(first: &Seen, second: &Seen) {
    assert_eq!(shown(first), shown(second));
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(second.headers["idempotency-replayed"], "true");
}

both_engines! {
    fn a_write_that_is_sent_again_is_answered_as_before_and_not_done_again(desk: TestDesk) {
        let key = desk.admin();
        let first = post(&key, "/ticket", "a", json!({"title": "one"}));
        let second = post(&key, "/ticket", "a", json!({"title": "one"}));
        is_replay(&first, &second);
        assert_eq!(first.headers["location"], "/api/v2/ticket/1");
        assert_eq!(total(&key), 1);
        // Another node has it too.
        let second = node(&desk);
        let other = second.with(&key);
        is_replay(&first, &post(&other, "/ticket", "a", json!({"title": "one"})));
        // The answer is that of then, whatever has become of the ticket.
        key.delete("/ticket/1?purge=true").expect(200);
        is_replay(&first, &post(&key, "/ticket", "a", json!({"title": "one"})));
        assert_eq!(total(&key), 0);
        assert_eq!(post(&key, "/ticket", "b", json!({"title": "one"})).expect(200)["ticketID"], 2);
    }

    fn every_controllers_writes_take_a_key(desk: TestDesk) {
        let key = desk.admin();
        let id = |seen: &Seen, name: &str| seen.json[name].as_i64().expect("an id");
        let twice = |method: Method, path: String, body: Value| {
            let name = format!("{method} {path} {body}");
            let first = send(&key, method.clone(), &path, &name, &body);
            assert!(first.status.is_success(), "{name}: {}", first.text);
            is_replay(&first, &send(&key, method, &path, &name, &body));
            first
        };
        let brand = id(&twice(Method::POST, "/brand".into(), json!({"name": "Shop"})), "brandID");
        twice(Method::PUT, format!("/brand/{brand}"), json!({"name": "Shops"}));
        let group = id(&twice(Method::POST, "/group".into(), json!({"name": "Returns"})), "groupID");
        twice(Method::PUT, format!("/group/{group}"), json!({"name": "Return"}));
        let channel = id(&twice(Method::POST, "/channel".into(), json!({"name": "Post"})), "channelID");
        twice(Method::PUT, format!("/channel/{channel}"), json!({"name": "Mail"}));
        let user = json!({"firstname": "A", "lastname": "B", "name": "ab", "email": "ab@example.org"});
        let user = id(&twice(Method::POST, "/user".into(), user), "userID");
        twice(Method::PUT, format!("/user/{user}"), json!({"firstname": "C"}));
        let customer = json!({"brand_id": brand, "primary_id": "c", "channel_id": "email", "customer_link_channel": "c@example.org"});
        let customer = id(&twice(Method::POST, "/customer".into(), customer), "customerID");
        twice(Method::PUT, format!("/customer/{customer}"), json!({"firstname": "D"}));
        let mine = json!({"externalPrimaryID": "c", "brandID": brand});
        let with = |more: Value| {
            let mut all = mine.as_object().expect("an object").clone();
            all.extend(more.as_object().expect("an object").clone());
            Value::Object(all)
        };
        twice(Method::PUT, "/customer/updateCustomer".into(), with(json!({"lastname": "E"})));
        twice(Method::POST, "/customer/addchannelonly".into(), with(json!({"extra_email": "d@example.org"})));
        twice(Method::DELETE, "/customer/itemChannel".into(), with(json!({"channel_id": "email", "address": "d@example.org"})));
        let ticket = id(&twice(Method::POST, "/ticket".into(), json!({"brandID": brand})), "ticketID");
        twice(Method::PUT, format!("/ticket/{ticket}"), json!({"externalPrimaryID": "c", "assignedUserID": user}));
        twice(Method::POST, "/ticket/unlinkCustomerFromTicket".into(), json!({"ticketID": ticket}));
        twice(Method::POST, "/ticket/setStatus".into(), json!({"ticketIDs": [ticket, 99], "status": "open"}));
        twice(Method::POST, "/ticket/setPriority".into(), json!({"ticketIDs": [ticket], "priority": "high", "mode": "atomic"}));
        let note = json!([{"actionType": "addNote", "value": "hello"}]);
        twice(Method::POST, "/ticket/batch".into(), json!({"ticketIDs": [ticket], "actions": note}));
        assert_eq!(key.get(&format!("/ticket/{ticket}")).expect(200)["item"]["timeline_total"], 1);
        twice(Method::PUT, "/ticket/solveUnfinishedTickets".into(), json!({}));
        twice(Method::DELETE, format!("/user/{user}"), json!({}));
        twice(Method::DELETE, format!("/group/{group}"), json!({}));
        twice(Method::DELETE, format!("/ticket/{ticket}"), json!({"purge": true}));
        let last = id(&twice(Method::POST, "/ticket".into(), json!({})), "ticketID");
        twice(Method::DELETE, "/ticket/multi".into(), json!({"ticketIDs": [last]}));
        twice(Method::DELETE, format!("/customer/{customer}"), json!({}));
        twice(Method::DELETE, format!("/channel/{channel}"), json!({}));
        twice(Method::DELETE, format!("/brand/{brand}"), json!({}));
    }

    fn the_same_request_is_known_by_its_meaning_and_another_one_is_refused(desk: TestDesk) {
        let key = desk.admin();
        let body = json!({"title": "one", "brandID": 1, "tags": ["a", "b"]});
        let first = post(&key, "/ticket", "k", body);
        for again in [json!({"brandID": "1", "tags": "a,b", "title": "one"}), json!({"title": "one", "brandID": 1, "tags": ["a", "b"], "direction": "inbound", "priority": null})] {
            is_replay(&first, &post(&key, "/ticket", "k", again));
        }
        let form = key.request(Method::POST, "/ticket").header("idempotency-key", "k");
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        is_replay(&first, &key.send(form, "tags[]=a&tags[]=b&title=one&brandID=1".to_owned()));
        for other in [json!({"title": "two", "brandID": 1, "tags": ["a", "b"]}), json!({"title": "one", "tags": ["a", "b"]}), json!({})] {
            post(&key, "/ticket", "k", other).refused(422, "idempotency_mismatch", &["Idempotency-Key"]);
        }
        let same = json!({"title": "one", "brandID": 1, "tags": ["a", "b"]});
        send(&key, Method::PUT, "/ticket/1", "k", &same).refused(422, "idempotency_mismatch", &["Idempotency-Key"]);
        assert_eq!(total(&key), 1);
        // A key belongs to its caller.
        let other = desk.admin();
        assert_eq!(post(&other, "/ticket", "k", json!({"title": "two"})).expect(200)["ticketID"], 2);
    }

    fn what_was_refused_may_be_tried_again_under_its_key(desk: TestDesk) {
        let key = desk.admin();
        let solved = json!({"status": "solved"});
        send(&key, Method::PUT, "/ticket/1", "k", &solved).refused(404, "not_found", &[""]);
        post(&key, "/ticket/setStatus", "m", json!({"ticketIDs": [1], "status": "open"})).expect(404);
        let atomic = json!({"ticketIDs": [1, 2], "status": "open", "mode": "atomic"});
        post(&key, "/ticket/setStatus", "n", atomic.clone()).expect(404);
        key.post("/ticket", json!({})).expect(200);
        key.post("/ticket", json!({})).expect(200);
        let first = send(&key, Method::PUT, "/ticket/1", "k", &solved);
        assert_eq!(first.json["version"], 2, "{}", first.text);
        is_replay(&first, &send(&key, Method::PUT, "/ticket/1", "k", &solved));
        let first = post(&key, "/ticket/setStatus", "m", json!({"ticketIDs": [1], "status": "open"}));
        assert_eq!(first.json["changed"], 1);
        assert_eq!(post(&key, "/ticket/setStatus", "n", atomic).expect(200)["changed"], 1);
        // A dry run does nothing, so nothing is kept.
        let dry = json!({"ticketIDs": [1], "status": "closed", "dryRun": true});
        for _ in 0..2 {
            let seen = post(&key, "/ticket/setStatus", "d", dry.clone());
            assert!(!seen.headers.contains_key("idempotency-replayed"));
            assert_eq!(seen.expect(200)["changed"], 1);
        }
    }

    fn an_answer_is_kept_for_its_time_and_then_purged(desk: TestDesk) {
        let key = desk.admin();
        let first = post(&key, "/ticket", "k", json!({}));
        desk.advance(24 * 3_600 - 1);
        desk.block_on(desk.desk.forget_answers()).expect("forgotten");
        is_replay(&first, &post(&key, "/ticket", "k", json!({})));
        desk.advance(1);
        assert_eq!(post(&key, "/ticket", "k", json!({"title": "new"})).expect(200)["ticketID"], 2);
        desk.advance(24 * 3_600);
        desk.block_on(desk.desk.forget_answers()).expect("forgotten");
        let probe = crate::laws::Probe::new(&desk.place);
        assert_eq!(probe.number("SELECT CAST(COUNT(*) AS BIGINT) FROM idempotency"), 0);
    }

    fn a_key_is_one_line_of_printable_characters(desk: TestDesk) {
        let key = desk.admin();
        for bad in ["", &"k".repeat(256), "\u{e9}"] {
            post(&key, "/ticket", bad, json!({})).refused(400, "invalid_parameter", &["Idempotency-Key"]);
        }
        let two = key.request(Method::POST, "/ticket").header("idempotency-key", "a").header("idempotency-key", "b");
        key.send(two, String::new()).refused(400, "invalid_parameter", &["Idempotency-Key"]);
        post(&key, "/ticket", &"k".repeat(255), json!({})).expect(200);
        // A read has no effect that could be doubled.
        let get = key.request(Method::GET, "/ticket/1").header("idempotency-key", "k");
        key.send(get, String::new()).refused(400, "invalid_parameter", &["Idempotency-Key"]);
        assert_eq!(total(&key), 1);
    }

    fn twins_have_one_effect_and_one_answer_on_any_node(desk: TestDesk) {
        let key = desk.admin();
        let other = node(&desk);
        let keys = [key.clone(), other.with(&key)];
        for round in 0..12 {
            let once = format!("r{round}");
            let seen = crowd(8, |n| post(&keys[n % 2], "/ticket", &once, json!({"title": once})));
            let (done, waiting): (Vec<&Seen>, Vec<&Seen>) = seen.iter().partition(|seen| seen.status == 200);
            let first: Vec<_> = done.iter().filter(|seen| !seen.headers.contains_key("idempotency-replayed")).collect();
            assert_eq!(first.len(), 1, "one of them did it");
            assert!(done.iter().all(|seen| seen.text == done[0].text));
            for seen in waiting {
                assert_eq!((seen.status.as_u16(), &seen.json["code"]), (409, &json!("idempotency_in_progress")));
                assert_eq!(seen.headers["retry-after"], "1");
            }
            assert_eq!(total(&key), round + 1);
        }
    }

    fn work_of_many_steps_is_done_once_and_answered_as_before(desk: TestDesk) {
        let key = desk.admin();
        let ids: Vec<i64> = (0..620).map(|_| key.post("/ticket", json!({})).json["ticketID"].as_i64().expect("an id")).collect();
        let note = json!({"ticketIDs": ids, "actions": [{"actionType": "addNote", "value": "hello"}]});
        let first = post(&key, "/ticket/batch", "k", note.clone());
        assert_eq!(first.json["changed"], 620, "{}", first.text);
        is_replay(&first, &post(&key, "/ticket/batch", "k", note));
        assert_eq!(key.get("/ticket?query=hello&itemLimit=0").expect(200)["itemTotal"], 620);
        assert_eq!(key.get(&format!("/ticket/{}", ids[0])).expect(200)["item"]["timeline_total"], 1);
    }
}
