//! `deskbell verify` beside a server: it prints the head of the journal's chain, and takes it again.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{Place, within};

fn head_is_printed_and_known_again(place: &Place) {
    place.say(&["demo", "--tickets", "1200"]).expect_done();
    let text = place.say(&["verify"]).expect_done();
    assert!(text.contains("1200 events are not sealed yet") && !text.contains("head"), "{text}");
    let server = place.serve();
    let mut report = Value::Null;
    within(Duration::from_secs(30), || {
        let text = place.say(&["verify", "--json"]).expect_done();
        report = serde_json::from_str(&text).expect("JSON");
        report["unsealed"] == 0
    });
    drop(server);
    let text = place.say(&["verify"]).expect_done();
    let head =
        text.lines().find_map(|line| line.strip_prefix("the chain of the journal ends with the head "));
    let head = head.unwrap_or_else(|| panic!("no head: {text}"));
    assert_eq!(report["head"]["position"], 1200);
    assert_eq!(head, format!("1200:{}", report["head"]["hash"].as_str().expect("a hash")));
    place.say(&["verify", "--head", head, "--head", &head.to_uppercase()]).expect_done();
    let said = place.say(&["verify", "--head", &format!("1200:{}", "0".repeat(64))]);
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("chain 1200: the chain does not have the hash that was kept for this position"),
        "{}",
        said.out
    );
    for wrong in ["1200", "x:y", "1200:00"] {
        let err = place.say(&["verify", "--head", wrong]).expect_code(2);
        assert!(err.contains("a head is POSITION:HASH"), "{err}");
    }
}

#[test]
fn a_head_is_printed_and_known_again_on_sqlite() {
    let place = Place::sqlite();
    head_is_printed_and_known_again(&place);
    assert_eq!(place.texts("SELECT CAST(events AS TEXT) FROM journal_seal ORDER BY id"), ["1000", "200"]);
}

#[test]
fn a_head_is_printed_and_known_again_on_postgres() {
    let place = Place::postgres();
    head_is_printed_and_known_again(&place);
    assert_eq!(place.texts("SELECT CAST(events AS TEXT) FROM journal_seal ORDER BY id"), ["1000", "200"]);
}
