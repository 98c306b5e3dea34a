//! Limits on what a caller may send and how long it may take.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::harness::{Place, Seen, request};

#[test]
fn a_long_request_line_is_414_and_long_headers_are_431() {
    let place = Place::sqlite();
    let server = place.serve();
    let key = place.key();
    let long = |bytes: usize| format!("/api/v2/ticket?query={}", "a".repeat(bytes));
    assert_eq!(server.get(&long(15_000), &key).status / 100, 4);
    let seen = server.get(&long(17_000), &key);
    assert!(seen.status == 414 && seen.head.contains("nosniff"), "{seen:?}");
    let padding =
        |lines: usize| (0..lines).map(|n| format!("X-{n}: {}", "a".repeat(4_000))).collect::<Vec<_>>();
    for (lines, status) in [(14, 401), (17, 431), (23, 431)] {
        let lines = padding(lines);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(server.ask("GET", "/api/v2/ticket", &lines, "").status, status, "{} lines", lines.len());
    }
    assert_eq!(server.get("/api/v2/ticket", &key).status, 200);
    server.stop();
}

#[test]
fn a_slow_head_and_a_slow_body_do_not_hold_the_server() {
    let place = Place::sqlite();
    let server = place.serve_with(&[("DESKBELL_HEADER_SECONDS", "1"), ("DESKBELL_BODY_SECONDS", "1")]);
    let key = place.key();
    let began = Instant::now();
    let mut slow = server.connect();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: de").expect("sent");
    let mut rest = Vec::new();
    let _ = slow.read_to_end(&mut rest);
    assert!(!rest.starts_with(b"HTTP/1.1 200"), "{rest:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    let mut slow = server.connect();
    let whole = request("POST", "/api/v2/ticket", &[&format!("apiKey: {key}")], "title=never");
    slow.write_all(whole.strip_suffix("never").expect("the end").as_bytes()).expect("sent");
    let seen = Seen::read(slow);
    assert_eq!(seen.json()["code"], "malformed_body", "{seen:?}");
    server.stop();
}

#[test]
fn more_connections_than_allowed_wait_for_their_turn() {
    let place = Place::sqlite();
    let server = place.serve_with(&[("DESKBELL_MAX_CONNECTIONS", "2"), ("DESKBELL_HEADER_SECONDS", "2")]);
    let silent = [server.connect(), server.connect()];
    std::thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    // Answered once the silent ones have been given up.
    assert_eq!(server.ask("GET", "/healthz", &[], "").status, 200);
    assert!(began.elapsed() > Duration::from_secs(1), "{:?}", began.elapsed());
    drop(silent);
    server.stop();
}

#[test]
fn nonsense_on_a_connection_harms_nobody() {
    let place = Place::sqlite();
    let server = place.serve();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"GET\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
    ] {
        let mut stream = server.connect();
        stream.write_all(bytes).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("ended");
        let seen = Seen::read(stream);
        assert!(seen.status == 400 || seen.status == 0 || seen.status == 505, "{seen:?}");
    }
    assert_eq!(server.ask("GET", "/healthz", &[], "").status, 200);
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}
