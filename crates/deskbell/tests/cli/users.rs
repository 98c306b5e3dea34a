//! Users from the command line. The password comes from stdin here; on a terminal it is asked for.

use std::io::Write;
use std::process::Stdio;

use crate::harness::{Place, Said};

fn create(place: &Place, words: &[&str], password: &str) -> Said {
    tell(place, &[&["user", "create"], words].concat(), password)
}

/// Runs a command that is told a password.
fn tell(place: &Place, words: &[&str], password: &str) -> Said {
    let mut command = place.command(words);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    // It may have refused before it reads.
    let _ = child.stdin.take().expect("stdin").write_all(password.as_bytes());
    child.wait_with_output().expect("it ends").into()
}

#[test]
fn a_user_is_made_and_listed() {
    let place = Place::sqlite();
    let words = ["--email", "ann@shop.example", "--name", "ann", "--firstname", "Ann", "--admin"];
    create(&place, &words, "correct horse\n").expect_done();
    let text = place.say(&["user", "list", "--json"]).expect_done();
    assert!(!text.contains("correct horse") && !text.contains("argon2"), "{text}");
    let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let ann = list.as_array().expect("an array").iter().find(|user| user["name"] == "ann").expect("Ann");
    assert_eq!(
        (&ann["email"], &ann["admin"], &ann["active"]),
        (&"ann@shop.example".into(), &true.into(), &true.into())
    );
}

#[test]
fn what_is_wrong_with_a_user_is_said() {
    let place = Place::sqlite();
    let good = ["--email", "ann@shop.example", "--name", "ann"];
    create(&place, &good, "").expect_code(2);
    create(&place, &["--email", "nobody", "--name", "ann"], "correct horse\n").expect_code(2);
    let err = create(&place, &good, "short\n").expect_code(1);
    assert!(err.contains("10 characters"), "{err}");
    let err =
        create(&place, &[&good[..], &["--group", "nowhere"]].concat(), "correct horse\n").expect_code(1);
    assert!(err.contains("nowhere"), "{err}");
    create(&place, &good, "correct horse\n").expect_done();
    let err = create(&place, &good, "correct horse\n").expect_code(1);
    assert!(err.contains("ann"), "{err}");
}

/// The only user's part of `user list`, and the hash that is stored.
fn only_user(place: &Place) -> (serde_json::Value, String) {
    let list = place.say(&["user", "list", "--json"]).expect_done();
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    let hashes = place.texts("SELECT password_hash FROM desk_user WHERE id <> 0");
    assert_eq!((list.as_array().map(Vec::len), hashes.len()), (Some(1), 1), "{list}");
    (list[0].clone(), hashes[0].clone())
}

fn password_is_reset(place: &Place) {
    use deskbell_app::user::password::is_of;
    create(place, &["--email", "ann@shop.example", "--name", "ann"], "correct horse\n").expect_done();
    let (before, first) = only_user(place);
    let said = tell(place, &["user", "reset-password", "ANN"], "battery staple\r\n");
    assert!(!said.err.contains("battery"), "{said:?}");
    assert_eq!(said.expect_done(), "User 1 (ann) has a new password.");
    let (after, second) = only_user(place);
    assert!(is_of("correct horse", &first) && !is_of("correct horse", &second), "the old one is gone");
    assert!(is_of("battery staple", &second));
    assert_eq!(before["admin"], after["admin"]);
    let json = tell(place, &["user", "reset-password", "ann", "--json"], "battery staples").expect_done();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json, serde_json::json!({"id": 1, "name": "ann"}));
    // What is refused changes nothing.
    let (_, third) = only_user(place);
    let err = tell(place, &["user", "reset-password", "bob"], "battery staple\n").expect_code(1);
    assert!(err.contains("no user with the login bob"), "{err}");
    let err = tell(place, &["user", "reset-password", "ann"], "short\n").expect_code(1);
    assert!(err.contains("10 characters"), "{err}");
    tell(place, &["user", "reset-password", "ann"], "").expect_code(2);
    tell(place, &["user", "reset-password"], "battery staple\n").expect_code(2);
    assert_eq!(only_user(place).1, third);
}

#[test]
fn a_password_is_reset_on_sqlite() {
    password_is_reset(&Place::sqlite());
}

#[test]
fn a_password_is_reset_on_postgres() {
    password_is_reset(&Place::postgres());
}
