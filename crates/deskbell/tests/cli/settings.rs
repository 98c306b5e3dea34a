//! Settings: which place wins, what is said about wrong ones, and the shipped file.

use crate::harness::{Place, deskbell, said};

fn shown(place: &Place, file: &str, environment: &[(&str, &str)]) -> serde_json::Value {
    let path = place.beside().join("desk.toml");
    std::fs::write(&path, file).expect("written");
    let mut command = place.command(&["config", "show", "--json"]);
    command.arg("--config").arg(&path).envs(environment.iter().copied());
    serde_json::from_str(&said(&mut command).expect_done()).expect("JSON")
}

fn value<'v>(shown: &'v serde_json::Value, name: &str) -> &'v serde_json::Value {
    let items = shown.as_array().expect("an array");
    items.iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("{name} is not shown"))
}

#[test]
fn the_command_line_wins_over_the_environment_over_the_file() {
    let place = Place::sqlite();
    let file = "data = \"/nowhere\"\nlisten = \"127.0.0.1:1\"\nundo_minutes = 5\n";
    let shown = shown(&place, file, &[("DESKBELL_LISTEN", "127.0.0.1:2"), ("DESKBELL_DATA", "/elsewhere")]);
    assert_eq!(value(&shown, "data")["value"], place.data().to_str().expect("UTF-8"));
    assert_eq!(value(&shown, "data")["source"], "command line");
    assert_eq!(value(&shown, "listen")["value"], "127.0.0.1:2");
    assert_eq!(value(&shown, "listen")["source"], "DESKBELL_LISTEN");
    assert_eq!(value(&shown, "undo_minutes")["value"], 5);
    assert!(value(&shown, "undo_minutes")["source"].as_str().expect("text").ends_with("desk.toml:3"));
    assert_eq!(value(&shown, "body_seconds")["source"], "default");
}

#[test]
fn a_password_is_never_shown() {
    let place = Place::sqlite();
    let url = "postgres://me:s3cret@db.example/desk";
    for words in [&["config", "show"][..], &["config", "show", "--json"], &["config", "check"]] {
        let all = place.say(&[words, &["--database", url]].concat());
        assert_eq!(all.code, 0, "{all:?}");
        assert!(!format!("{all:?}").contains("s3cret"), "{all:?}");
    }
}

#[test]
fn the_shipped_file_is_good_and_names_every_setting() {
    let place = Place::sqlite();
    let shipped = said(deskbell().args(["config", "show", "--default"])).expect_done();
    let path = place.beside().join("shipped.toml");
    std::fs::write(&path, &shipped).expect("written");
    let said = said(place.command(&["config", "check"]).arg("--config").arg(&path)).expect_done();
    assert!(said.contains("are good"), "{said}");
    let shown = shown(&place, "", &[]);
    for item in shown.as_array().expect("an array") {
        let name = item["name"].as_str().expect("text");
        assert!(shipped.contains(&format!("\n#{name} = ")), "{name}");
    }
}

#[test]
fn a_wrong_file_is_refused_with_line_and_nearest_name() {
    let place = Place::sqlite();
    let path = place.beside().join("desk.toml");
    std::fs::write(&path, "# ours\nlog_levl = \"info\"\npool = \"many\"\n").expect("written");
    for words in [&["config", "check"][..], &["serve"], &["key", "list"]] {
        let err = said(place.command(words).arg("--config").arg(&path)).expect_code(1);
        assert!(err.contains("desk.toml:2: log_levl is no setting; did you mean log_level?"), "{err}");
        assert!(err.contains("desk.toml:3: pool must be a whole number"), "{err}");
    }
    assert!(!place.data().exists(), "nothing is made for wrong settings");
}

#[test]
fn wrong_usage_is_two_and_a_wrong_variable_is_one() {
    let place = Place::sqlite();
    place.say(&["serve", "--listen", "nowhere"]).expect_code(2);
    place.say(&["serve", "--lisen", "127.0.0.1:0"]).expect_code(2);
    place.say(&["key", "list", "--database", "mysql://a/b"]).expect_code(2);
    place.say(&["config", "check", "--config", "/no/such/file.toml"]).expect_code(1);
    let err = said(place.command(&["config", "check"]).env("DESKBELL_POOL", "x")).expect_code(1);
    assert!(err.contains("DESKBELL_POOL"), "{err}");
    let version = said(deskbell().arg("--version")).expect_done();
    assert_eq!(version, format!("deskbell {}", env!("CARGO_PKG_VERSION")));
}
