//! Users from the command line. The password comes from stdin here; on a terminal it is asked for.

use std::io::Write;
use std::process::Stdio;

use crate::harness::{Place, Said};

fn create(place: &Place, words: &[&str], password: &str) -> Said {
    let mut command = place.command(&[&["user", "create"], words].concat());
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
