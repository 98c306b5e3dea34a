//! The calls of the controller: what they take, what they answer, and that no secret is shown twice.

use serde_json::{Value, json};

use super::{hook, item, log, made, tell};
use crate::both_engines;

both_engines! {
    fn a_webhook_is_made_read_changed_and_deleted(desk: TestDesk) {
        let key = desk.admin();
        let made = key.post("/webhook", json!({"url": "https://hook.example/in?x=1", "events": ["ticket.changed", "ticket.created"]})).expect(200);
        let secret = made["secret"].as_str().expect("a secret");
        assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
        assert_eq!((&made["message"], &made["webhookID"], &made["version"]), (&json!("Webhook created."), &json!(1), &json!(1)));
        let expected = json!({
            "id": 1, "url": "https://hook.example/in?x=1", "events": ["ticket.created", "ticket.changed"], "brand_ids": null,
            "group_ids": null, "active": true, "state": "good", "problem": "", "failures": 0, "retry_at": null, "waiting": 0,
            "dead": 0, "cursor": "0", "old_secret_until": null, "created_at": "2026-11-25 12:00:00",
            "last_update": "2026-11-25 12:00:00", "version": 1,
        });
        assert_eq!(item(&desk, 1), expected);
        let changed = key.put("/webhook/1", json!({"events": "note.created", "brandIDs": [1], "groupIDs": [0], "active": false})).expect(200);
        assert_eq!(changed["version"], 2);
        let now = item(&desk, 1);
        let shown = ["events", "brand_ids", "group_ids", "active", "state"].map(|k| now[k].clone());
        assert_eq!(json!(shown), json!([["note.created"], [1], [0], false, "inactive"]));
        assert_eq!(key.put("/webhook/1", json!({"active": "no"})).expect(200)["version"], 2);
        key.put("/webhook/1", json!({"brandIDs": [], "groupIDs": []})).expect(200);
        assert_eq!(item(&desk, 1)["brand_ids"], Value::Null);
        let request = key.request(http::Method::PUT, "/webhook/1").header("if-match", "\"2\"");
        key.send(request.header("content-type", "application/json"), r#"{"active":true}"#).refused(412, "precondition_failed", &[""]);
        assert_eq!(key.get("/webhook?query=HOOK.example/IN").expect(200)["itemTotal"], 1);
        assert_eq!(key.get("/webhook?query=elsewhere").expect(200)["itemTotal"], 0);
        key.delete("/webhook/1").expect(200);
        for path in ["/webhook/1", "/webhook/1/delivery"] {
            key.get(path).refused(404, "not_found", &[""]);
        }
        key.post("/webhook/1/test", json!({})).refused(404, "not_found", &[""]);
    }

    fn what_a_webhook_cannot_be_is_refused_with_what_it_could_be(desk: TestDesk) {
        let key = desk.admin();
        let refused = |body: Value, status: u16, code: &str, fields: &[&str]| {
            key.post("/webhook", body).refused(status, code, fields);
        };
        let good = "https://hook.example";
        refused(json!({}), 400, "missing_parameter", &["url", "events"]);
        refused(json!({"url": good, "events": []}), 400, "missing_parameter", &["events"]);
        refused(json!({"url": good, "events": ["ticket.lost"]}), 400, "invalid_parameter", &["events[0]"]);
        for url in ["hook.example", "ftp://hook.example", "https://user:word@hook.example", "https://"] {
            refused(json!({"url": url, "events": "ticket.created"}), 400, "invalid_parameter", &["url"]);
        }
        refused(json!({"url": "https://closed.example", "events": "ticket.created"}), 400, "invalid_parameter", &["url"]);
        refused(json!({"url": good, "events": "ticket.created", "brandIDs": [99]}), 400, "unknown_reference", &["brandIDs"]);
        refused(json!({"url": good, "events": "ticket.created", "groupIDs": [0, 99]}), 400, "unknown_reference", &["groupIDs"]);
        assert_eq!(key.get("/webhook").expect(200)["itemTotal"], 0);
        let id = hook(&desk);
        key.put(&format!("/webhook/{id}"), json!({"url": "https://closed.example"})).refused(400, "invalid_parameter", &["url"]);
        key.put(&format!("/webhook/{id}"), json!({"url": ""})).refused(400, "invalid_parameter", &["url"]);
        assert_eq!(item(&desk, id)["version"], 1);
    }

    fn a_secret_is_shown_once_and_the_one_before_lives_on_for_a_while(desk: TestDesk) {
        let key = desk.admin();
        let made = key.post("/webhook", json!({"url": "https://hook.example", "events": "ticket.created"})).expect(200);
        let first = made["secret"].as_str().expect("a secret").to_owned();
        let signed = || {
            desk.ticket(json!({}));
            tell(&desk);
            desk.endpoints.take().pop().expect("a letter").secrets.iter().map(|s| s.reveal()).collect::<Vec<_>>()
        };
        assert_eq!(signed(), std::slice::from_ref(&first));
        let rotated = key.post("/webhook/1/rotate", json!({"hours": 2})).expect(200);
        let second = rotated["secret"].as_str().expect("a secret").to_owned();
        assert_eq!(rotated["oldSecretUntil"], "2026-11-25 14:00:00");
        assert_eq!(signed(), [second.clone(), first.clone()]);
        assert_eq!(item(&desk, 1)["old_secret_until"], "2026-11-25 14:00:00");
        desk.advance(7_199);
        assert_eq!(signed(), [second.clone(), first.clone()]);
        desk.advance(1);
        assert_eq!(signed(), std::slice::from_ref(&second));
        let third = key.post("/webhook/1/rotate", json!({"hours": 0})).expect(200)["secret"].as_str().expect("a secret").to_owned();
        assert_eq!(signed(), std::slice::from_ref(&third));
        key.post("/webhook/1/rotate", json!({"hours": 169})).refused(400, "invalid_parameter", &["hours"]);
        // None of them stands in an answer, nor a signature in the log.
        let shown = format!("{}{}{}", key.get("/webhook/1").text, key.get("/webhook").text, key.get("/webhook/1/delivery").text);
        for secret in [first, second, third] {
            assert!(!shown.contains(&secret[6..]), "{shown}");
        }
        assert!(shown.contains("v1,***"));
    }

    fn a_test_is_sent_at_once_and_answers_what_the_endpoint_answered(desk: TestDesk) {
        let (id, key) = (hook(&desk), desk.admin());
        let seen = key.post(&format!("/webhook/{id}/test"), json!({})).expect(200)["item"].clone();
        let shown = ["delivered", "status", "took_ms", "answer", "problem"].map(|k| seen[k].clone());
        assert_eq!(json!(shown), json!([true, 204, 3, "thanks", ""]));
        let letter = desk.endpoints.take().pop().expect("a letter");
        assert_eq!(letter.body, r#"{"type":"webhook.test","timestamp":"2026-11-25T12:00:00Z","data":{"webhookID":1}}"#);
        assert_eq!((&seen["request"]["body"], &seen["request"]["headers"]["webhook-id"]), (&json!(letter.body), &json!(letter.id)));
        desk.endpoints.answer(|_| None);
        let seen = key.post(&format!("/webhook/{id}/test"), json!({})).expect(200)["item"].clone();
        assert_eq!((&seen["delivered"], &seen["status"]), (&json!(false), &Value::Null));
        assert_eq!((item(&desk, id)["state"].clone(), log(&desk, id, "").len()), (json!("good"), 0));
    }

    fn an_endpoint_is_asked_before_and_not_again_for_an_answer_that_is_kept(desk: TestDesk) {
        let key = desk.admin();
        let send = |url: &str| {
            let request = key.request(http::Method::POST, "/webhook").header("idempotency-key", "once");
            key.send(request.header("content-type", "application/json"), json!({"url": url, "events": "ticket.created"}).to_string())
        };
        send("https://closed.example").refused(400, "invalid_parameter", &["url"]);
        let (first, second) = (send("https://hook.example"), send("https://hook.example"));
        assert_eq!((first.text, second.headers.contains_key("idempotency-replayed")), (second.text, true));
        assert_eq!(key.get("/webhook").expect(200)["itemTotal"], 1);
    }

    fn there_is_a_limit_to_how_many_follow_the_journal(desk: TestDesk) {
        let key = desk.admin();
        for _ in 0..200 {
            made(&key, json!({"url": "https://hook.example", "events": "ticket.created"}));
        }
        let body = json!({"url": "https://hook.example", "events": "ticket.created"});
        key.post("/webhook", body.clone()).refused(409, "conflict", &[""]);
        key.delete("/webhook/7").expect(200);
        key.post("/webhook", body).expect(200);
    }
}
