//! Keys from the command line: their life, the exit statuses, and how soon a running server knows.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{Place, within};

/// The contract: revocation and changed rights take effect within a second.
const SOON: Duration = Duration::from_secs(1);

fn listed(place: &Place) -> Value {
    serde_json::from_str(&place.say(&["key", "list", "--json"]).expect_done()).expect("JSON")
}

#[test]
fn a_key_is_made_listed_changed_and_revoked() {
    let place = Place::sqlite();
    assert_eq!(listed(&place), serde_json::json!([]));
    let words =
        ["key", "create", "--name", "shop", "--permission", "TICKET_READ,TICKET_CREATE", "--brand", "1"];
    let made = place.say(&[&words[..], &["--expires", "2100-01-01", "--allow", "10.0.0.0/8,::1"]].concat());
    assert!(!made.err.contains(made.out.trim()), "the key is on stdout alone: {made:?}");
    let key = made.expect_done();
    assert!(key.starts_with("dbk_") && key.len() == 53 && !key.contains(char::is_whitespace), "{key}");

    let item = &listed(&place)[0];
    assert_eq!(item["name"], "shop");
    assert_eq!(item["permissions"], serde_json::json!(["TICKET_READ", "TICKET_CREATE"]));
    assert_eq!((&item["brands"], &item["groups"]), (&serde_json::json!([1]), &Value::Null));
    assert_eq!(item["allow"], serde_json::json!(["10.0.0.0/8", "::1/128"]));
    assert_eq!(item["expires"], "2100-01-01 00:00:00");
    assert_eq!((&item["revoked"], &item["last_used"]), (&Value::Bool(false), &Value::Null));
    assert!(!item.to_string().contains(&key[10..]), "{item}");

    place.say(&["key", "update", "1", "--name", "web", "--brand", "all", "--expires", "never"]).expect_done();
    let item = &listed(&place)[0];
    assert_eq!(
        (&item["name"], &item["brands"], &item["expires"]),
        (&"web".into(), &Value::Null, &Value::Null)
    );
    assert_eq!(item["allow"], serde_json::json!(["10.0.0.0/8", "::1/128"]), "what is not named stays");

    place.say(&["key", "revoke", "1"]).expect_done();
    assert_eq!(listed(&place)[0]["revoked"], true);
    let again = place.say(&["key", "revoke", "1"]).expect_done();
    assert!(again.contains("before"), "{again}");
}

#[test]
fn wrong_usage_makes_no_key() {
    let place = Place::sqlite();
    let with = |more: &[&str]| place.say(&[&["key", "create", "--name", "x"], more].concat());
    let err = with(&["--permission", "TICKET_REED"]).expect_code(2);
    assert!(err.contains("did you mean TICKET_READ?"), "{err}");
    for wrong in [
        &[][..],
        &["--all", "--permission", "TICKET_READ"],
        &["--all", "--expires", "2020-01-01"],
        &["--all", "--expires", "2020-01-01T00:00:00Z"],
        &["--all", "--expires", "soon"],
        &["--all", "--brand", "one"],
        &["--all", "--allow", "10.0.0.0/33"],
    ] {
        with(wrong).expect_code(2);
    }
    place.say(&["key", "create", "--all"]).expect_code(2);
    place.say(&["key", "create", "--name", " ", "--all"]).expect_code(2);
    place.say(&["key", "update", "1"]).expect_code(2);
    place.say(&["key", "revoke", "first"]).expect_code(2);
    assert_eq!(listed(&place), serde_json::json!([]));
}

#[test]
fn what_does_not_exist_is_a_failure_in_a_sentence() {
    let place = Place::sqlite();
    let err = place.say(&["key", "create", "--name", "x", "--all", "--brand", "99"]).expect_code(1);
    assert!(err.contains("99") && !err.contains("Fault"), "{err}");
    let err = place.say(&["key", "revoke", "7"]).expect_code(1);
    assert_eq!(err, "deskbell: Key 7 does not exist.\n");
    place.say(&["key", "update", "7", "--name", "y"]).expect_code(1);
}

fn changes_reach_a_running_server(place: &Place) {
    let server = place.serve();
    let key = place.key();
    assert_eq!(server.create("first", &key).status, 200, "a new key works at once");
    assert_eq!(server.get("/api/v2/ticket", &key).status, 200);

    place.say(&["key", "update", "1", "--permission", "TICKET_CREATE"]).expect_done();
    let took = within(SOON, || server.get("/api/v2/ticket", &key).status == 403);
    assert!(took < SOON, "{took:?}");

    place.say(&["key", "revoke", "1"]).expect_done();
    let took = within(SOON, || server.create("second", &key).status == 401);
    assert!(took < SOON, "{took:?}");
    server.stop();
    assert!(listed(place)[0]["last_used"].is_string(), "the use is written when the server stops");
}

#[test]
fn changes_reach_a_running_server_sqlite() {
    changes_reach_a_running_server(&Place::sqlite());
}

#[test]
fn changes_reach_a_running_server_postgres() {
    changes_reach_a_running_server(&Place::postgres());
}

#[test]
fn a_key_is_refused_outside_its_networks_and_a_trusted_proxy_is_believed() {
    let place = Place::sqlite();
    let words = ["key", "create", "--name", "far", "--all", "--allow", "203.0.113.0/24"];
    let key = place.say(&words).expect_done();
    let with = format!("apiKey: {key}");
    let ask = |server: &crate::harness::Server| {
        server.ask("GET", "/api/v2/ticket", &[&with, "X-Forwarded-For: 203.0.113.9"], "").status
    };
    let server = place.serve();
    assert_eq!(ask(&server), 401, "nobody said that the caller is a proxy");
    server.stop();
    let server = place.serve_with(&[("DESKBELL_TRUSTED_PROXIES", "127.0.0.1")]);
    assert_eq!(ask(&server), 200);
    assert_eq!(server.get("/api/v2/ticket", &key).status, 401);
}
