//! Until when a secret is good, and that it is told once and nowhere else.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::json;

use super::{item, made, reader, status};
use crate::both_engines;
use crate::harness::TestDesk;
use crate::races::node;

/// Another secret, and until when the one before is good.
fn rotate(desk: &TestDesk, id: i64, hours: i64) -> (String, String) {
    let seen = desk.admin().post(&format!("/key/{id}/rotate"), json!({ "hours": hours })).expect(200);
    assert_eq!(seen["message"], "Key has a new secret.");
    let text = |name: &str| seen[name].as_str().expect("text").to_owned();
    (text("key"), text("oldSecretUntil"))
}

/// Waits for what must come within a second.
fn soon(what: impl Fn() -> bool) {
    let begin = Instant::now();
    while !what() {
        assert!(begin.elapsed() < Duration::from_secs(2), "it did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

both_engines! {
    fn after_a_rotation_both_secrets_are_good_and_the_old_one_ends_to_the_second(desk: TestDesk) {
        // With background work secrets are cached; without it the store is asked each time.
        let background = desk.block_on(desk.desk.start_background());
        let (id, first) = reader(&desk);
        assert_eq!(status(&desk, &first), 200);
        let (second, until) = rotate(&desk, id, 2);
        assert_eq!(until, "2026-11-25 14:00:00");
        let shown = item(&desk.admin(), id);
        assert_eq!((&shown["old_secret_until"], &shown["hint"], &shown["version"]), (&json!(until), &json!(&second[..10]), &json!(2)));
        desk.block_on(desk.desk.poll_keys()).expect("polled");
        desk.advance(7_199);
        for secret in [&first, &second, &first] {
            assert_eq!(status(&desk, secret), 200);
        }
        desk.advance(1);
        assert_eq!((status(&desk, &first), status(&desk, &second)), (401, 200));
        assert_eq!(item(&desk.admin(), id)["old_secret_until"], json!(null));
        drop(background);
    }

    fn a_further_rotation_ends_the_older_secret_and_none_ends_at_once(desk: TestDesk) {
        let other = node(&desk);
        let background = desk.block_on(async { [desk.desk.start_background().await, other.desk.start_background().await] });
        let (id, first) = reader(&desk);
        let (second, _) = rotate(&desk, id, 168);
        for desk in [&desk, &other] {
            assert_eq!((status(desk, &first), status(desk, &second)), (200, 200));
        }
        let (third, _) = rotate(&desk, id, 1);
        for desk in [&desk, &other] {
            soon(|| status(desk, &first) == 401);
            assert_eq!((status(desk, &second), status(desk, &third)), (200, 200));
        }
        let (fourth, until) = rotate(&desk, id, 0);
        assert_eq!(until, "2026-11-25 12:00:00");
        for desk in [&desk, &other] {
            soon(|| status(desk, &third) == 401 && status(desk, &second) == 401);
            assert_eq!(status(desk, &fourth), 200);
        }
        desk.admin().post(&format!("/key/{id}/rotate"), json!({"hours": 169})).refused(400, "invalid_parameter", &["hours"]);
        let last = desk.admin().post(&format!("/key/{id}/rotate"), json!({})).expect(200);
        assert_eq!(last["oldSecretUntil"], "2026-11-26 12:00:00", "a day, without a wish");
        drop(background);
    }

    fn revoking_ends_both_secrets_on_every_node(desk: TestDesk) {
        let other = node(&desk);
        let background = desk.block_on(async { [desk.desk.start_background().await, other.desk.start_background().await] });
        let (id, first) = reader(&desk);
        let (second, _) = rotate(&desk, id, 24);
        for desk in [&desk, &other] {
            assert_eq!((status(desk, &first), status(desk, &second)), (200, 200));
        }
        desk.admin().delete(&format!("/key/{id}")).expect(200);
        for desk in [&desk, &other] {
            soon(|| status(desk, &first) == 401 && status(desk, &second) == 401);
        }
        assert_eq!(item(&desk.admin(), id)["old_secret_until"], json!(null));
        drop(background);
    }

    fn a_secret_is_told_once_and_nowhere_kept(desk: TestDesk) {
        let admin = desk.admin();
        let send = |path: &str, body: &str| {
            let request = admin.request(Method::POST, path).header("idempotency-key", path.to_owned());
            admin.send(request.header("content-type", "application/json"), body.to_owned())
        };
        let body = r#"{"name":"once","permissions":["TICKET_READ"]}"#;
        let made_once = send("/key", body).expect(200);
        let (id, first) = (made_once["keyID"].as_i64().expect("an id"), made_once["key"].as_str().expect("a secret").to_owned());
        let path = format!("/key/{id}/rotate");
        let second = send(&path, "{}").expect(200)["key"].as_str().expect("a secret").to_owned();
        let (_, third) = made(&admin, json!({"name": "twice", "permissions": "TICKET_READ"}));
        let (again, rotated) = (send("/key", body), send(&path, "{}"));
        for seen in [&again, &rotated] {
            assert_eq!((seen.status.as_u16(), seen.header("idempotency-replayed")), (200, "true"));
            assert!(seen.json["keyID"] == id && seen.json["key"].is_null(), "{}", seen.text);
        }
        admin.put(&format!("/key/{id}"), json!({"name": "thrice"})).expect(200);
        let mut shown = format!("{}{}{}{}", again.text, rotated.text, admin.get("/key").text, admin.get(&format!("/key/{id}")).text);
        if let Some(file) = desk.place.file() {
            for end in ["", "-wal"] {
                let name = format!("{}{end}", file.display());
                shown.push_str(&String::from_utf8_lossy(&std::fs::read(name).unwrap_or_default()));
            }
            assert!(shown.len() > 100_000, "the file was read");
        }
        for secret in [first, second, third] {
            assert!(!shown.contains(&secret[10..30]), "a secret is kept");
        }
    }
}
