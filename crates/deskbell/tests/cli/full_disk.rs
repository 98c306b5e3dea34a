//! A full disk: writes are answered 503, reads go on, `/readyz` says so, nothing that was acknowledged is lost, and
//! once there is space everything works again.
//!
//! The disk is a small one in memory, in a mount namespace of the server's own: it needs no rights beyond those of a
//! user, and it goes with the server.

use std::path::PathBuf;
use std::time::Duration;

use crate::harness::{Place, Server, deskbell, within, without_settings};

/// Size of the disk in KiB.
const DISK: u64 = 8 << 10;
/// What is left of it for the test.
const LEFT: u64 = 512;

/// A server on a small disk, a key for it, and where the data is as seen from here: SQLite would follow that path back
/// to our own side, so the key is made on the other.
fn on_a_small_disk(place: &Place) -> (Server, String, PathBuf) {
    std::fs::create_dir(place.data()).expect("made");
    let key = place.beside().join("key");
    let mut command = without_settings("unshare");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    let script = format!(
        r#"mount -t tmpfs -o size={DISK}k,mode=0700 tmpfs "$0" && "$2" key create --name t --all --data "$0" >"$1" &&
           shift && exec "$@""#
    );
    command.args(["--mount", "sh", "-c", &script]).arg(place.data()).arg(&key);
    command
        .arg(deskbell().get_program())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(place.data());
    let server = Server::start(&mut command);
    let seen = PathBuf::from(format!("/proc/{}/root{}", server.pid(), place.data().display()));
    assert!(seen.join("deskbell.db").exists(), "the disk of the server cannot be reached from the test");
    (server, std::fs::read_to_string(key).expect("a key").trim().to_owned(), seen)
}

#[test]
fn a_full_disk_refuses_writes_and_loses_nothing() {
    let place = Place::sqlite();
    let (server, key, disk) = on_a_small_disk(&place);
    assert_eq!(server.create("first", &key).status, 200);
    assert_eq!(server.ask("GET", "/readyz", &[], "").status, 200);

    let used: u64 = disk
        .read_dir()
        .expect("a folder")
        .map(|e| e.expect("an entry").metadata().expect("there").len())
        .sum();
    let filler = disk.join("filler");
    std::fs::write(&filler, vec![1; usize::try_from((DISK - LEFT) * 1024 - used).expect("room")])
        .expect("filled");

    let title = "t".repeat(900);
    let mut acknowledged = Vec::new();
    let refused = (0..5_000).find_map(|_| {
        let seen = server.create(&title, &key);
        if seen.status == 200 {
            acknowledged.push(seen.json()["ticketID"].as_i64().expect("an id"));
            return None;
        }
        Some(seen)
    });
    let refused = refused.expect("a full disk");
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("overloaded")), "{refused:?}");
    assert!(refused.head.contains("retry-after:"), "{refused:?}");
    assert!(acknowledged.len() > 3, "{acknowledged:?}");

    within(Duration::from_secs(5), || server.ask("GET", "/readyz", &[], "").status == 503);
    let ready = server.ask("GET", "/readyz", &[], "");
    assert!(ready.json()["message"].as_str().is_some_and(|m| m.contains("disk is full")), "{ready:?}");
    assert_eq!(server.ask("GET", "/healthz", &[], "").status, 200);
    assert_eq!(server.create(&title, &key).status, 503);
    assert_all_there(&server, &key, &acknowledged);

    std::fs::remove_file(&filler).expect("space");
    within(Duration::from_secs(5), || server.ask("GET", "/readyz", &[], "").status == 200);
    let again = server.create("space again", &key);
    assert_eq!(again.status, 200, "{again:?}");
    acknowledged.push(again.json()["ticketID"].as_i64().expect("an id"));
    assert_all_there(&server, &key, &acknowledged);
    let total = server.get("/api/v2/ticket?itemLimit=1", &key).json()["itemTotal"].as_u64();
    assert_eq!(total, Some(acknowledged.len() as u64 + 1), "what was refused is not there");
    server.stop();
}

fn assert_all_there(server: &Server, key: &str, ids: &[i64]) {
    for id in ids {
        let seen = server.get(&format!("/api/v2/ticket/{id}"), key);
        assert_eq!(seen.status, 200, "{id}: {seen:?}");
    }
}
