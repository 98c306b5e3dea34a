//! What is said where a start fails: a sentence, what to do, and never the inside of the program.

use std::net::TcpListener;

use deskbell_app::migrations::MIGRATIONS;
use deskbell_db::{Migration, Options, Store};

use crate::harness::Place;

fn check(err: &str, words: &[&str]) {
    assert_eq!(err.trim_end().lines().count(), 1, "{err}");
    for word in words {
        assert!(err.contains(word), "{word}: {err}");
    }
    for inside in ["Error {", "Os {", "kind:", "panicked", "Some(", "Err("] {
        assert!(!err.contains(inside), "{inside}: {err}");
    }
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let err = Place::sqlite().say(&["serve", "--listen", &address]).expect_code(1);
    check(&err, &[&address, "already", "listen"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let place = Place::sqlite();
    std::fs::write(place.data(), "a file in the way").expect("written");
    let err = place.say(&["serve", "--listen", "127.0.0.1:0"]).expect_code(1);
    check(&err, &["data folder", &place.data().display().to_string(), "--data"]);
}

#[test]
fn a_damaged_database_is_named() {
    let place = Place::sqlite();
    std::fs::create_dir(place.data()).expect("made");
    std::fs::write(
        place.data().join("deskbell.db"),
        "this is no database, whatever its name says. ".repeat(99),
    )
    .expect("written");
    let err = place.say(&["key", "list"]).expect_code(1);
    check(&err, &["deskbell.db", "damaged or no database"]);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let place = Place::sqlite();
    place.say(&["key", "list"]).expect_done();
    let newer =
        Migration { number: 9_999, name: "9999_newer", sqlite: "CREATE TABLE newer (id);", postgres: "" };
    let all: &'static [Migration] = Vec::leak([MIGRATIONS, &[newer]].concat());
    Store::open(Options::sqlite(place.data().join("deskbell.db")), all).expect("newer").close();
    for words in [&["serve", "--listen", "127.0.0.1:0"][..], &["key", "list"]] {
        check(&place.say(words).expect_code(1), &["newer version", "9999_newer"]);
    }
}

#[test]
fn a_postgres_that_is_not_there_is_said_without_the_password() {
    let place = Place::sqlite();
    let url = "postgres://me:s3cret@127.0.0.1:1/desk";
    let err = place.say(&["serve", "--listen", "127.0.0.1:0", "--database", url]).expect_code(1);
    let last = err.lines().last().unwrap_or_default();
    check(last, &["PostgreSQL", "DESKBELL_DATABASE"]);
    assert!(!err.contains("s3cret"), "{err}");
}
