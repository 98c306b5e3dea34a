//! Jobs: whose they are, how they are listed, and what became of each ticket. How they go on is in `races/durable.rs`.

use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, TestDesk};

/// More than one chunk; with one that does not exist.
fn work(key: &Client, status: &str) -> Value {
    let ids: Vec<i64> = (1..=261).collect();
    let seen = key.post("/ticket/setStatus", json!({"ticketIDs": ids, "status": status}));
    assert_eq!(seen.status, 207, "{}", seen.text);
    seen.json
}

fn list(key: &Client, query: &str) -> (Value, Vec<Value>) {
    let json = key.get(&format!("/job?{query}")).expect(200);
    let items = json["items"].as_array().expect("items");
    (json["itemTotal"].clone(), items.iter().map(|job| job["batchID"].clone()).collect())
}

fn tickets(desk: &TestDesk) {
    let key = desk.admin();
    for _ in 0..260 {
        key.post("/ticket", json!({})).expect(200);
    }
}

both_engines! {
    fn each_key_sees_the_jobs_that_it_made_newest_first(desk: TestDesk) {
        tickets(&desk);
        let (key, other) = (desk.key("SET_STATUS"), desk.admin());
        let batches: Vec<Value> = ["open", "pending", "solved"].map(|status| work(&key, status)["batchID"].clone()).into_iter().rev().collect();
        let foreign = work(&other, "closed");
        assert_eq!(list(&key, ""), (json!(3), batches.clone()));
        assert_eq!(list(&key, "itemStart=1&itemLimit=1"), (json!(3), batches[1..2].to_vec()));
        assert_eq!(list(&key, "state=done,running"), (json!(3), batches.clone()));
        assert_eq!(list(&key, "state=cancelled,queued"), (json!(0), vec![]));
        assert_eq!(list(&other, ""), (json!(1), vec![foreign["batchID"].clone()]));
        key.get("/job?state=lost").refused(400, "invalid_parameter", &["state"]);
        let newest = key.get("/job?itemLimit=1").expect(200)["items"][0].clone();
        assert_eq!(key.get(&format!("/job/{}", newest["id"])).expect(200)["item"], newest);
        // A month after its end it is forgotten.
        desk.advance(30 * 86_400 - 1);
        desk.block_on(desk.desk.forget_answers()).expect("forgotten");
        assert_eq!(list(&key, "").0, 3);
        desk.advance(1);
        desk.block_on(desk.desk.forget_answers()).expect("forgotten");
        assert_eq!(list(&key, ""), (json!(0), vec![]));
    }

    fn what_became_of_each_ticket_is_listed_in_pages(desk: TestDesk) {
        tickets(&desk);
        let key = desk.admin();
        let done = work(&key, "open");
        let job = key.get("/job").expect(200)["items"][0]["id"].clone();
        let page = |query: &str| key.get(&format!("/job/{job}/results?{query}")).expect(200);
        let all = page("itemLimit=9999");
        assert_eq!((&all["itemTotal"], &all["items"]), (&json!(261), &done["results"]));
        let some = page("itemStart=259&itemLimit=5");
        assert_eq!((&some["itemTotal"], &some["items"]), (&json!(261), &json!(done["results"].as_array().expect("rows")[259..])));
        assert_eq!(some["items"][1]["code"], "not_found");
        for path in [format!("/job/{job}/results"), format!("/job/{job}")] {
            desk.admin().get(&path).refused(404, "not_found", &[""]);
        }
        let first = key.get(&format!("/job/{job}"));
        assert_eq!(first.json["item"]["version"], 263, "each ticket and the end are a step");
        let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
        assert!(tag.starts_with("\"263-"), "{tag}");
        let again = key.send(key.request(http::Method::GET, &format!("/job/{job}")).header("if-none-match", tag), "");
        assert_eq!(again.status, 304);
        let stop = key.request(http::Method::DELETE, &format!("/job/{job}")).header("if-match", "\"262\"");
        assert_eq!(key.send(stop, "").refused(412, "precondition_failed", &[""])["currentVersion"], 263);
        key.get("/job/999/results").refused(404, "not_found", &[""]);
        key.delete(&format!("/job/{job}")).refused(409, "conflict", &[""]);
        key.delete("/job/999").refused(404, "not_found", &[""]);
    }
}
