//! A server's life: start, lock, health, figures, and an end that cuts nothing off.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::{Place, Seen, Server, request, said, within};

#[test]
fn it_says_where_it_listens_and_how_to_make_a_key_and_answers() {
    let place = Place::sqlite();
    let server = place.serve();
    for (target, word) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let seen = server.ask("GET", target, &[], "");
        assert_eq!((seen.status, seen.json()["status"].as_str()), (200, Some(word)));
        for header in
            ["x-content-type-options: nosniff", "referrer-policy: no-referrer", "cache-control: no-store"]
        {
            assert!(seen.head.contains(header), "{seen:?}");
        }
    }
    assert_eq!(server.ask("POST", "/healthz", &[], "a=b").status, 405);
    assert_eq!(server.ask("GET", "/nothing", &[], "").json()["code"], "not_found");
    let log = server.stop();
    assert!(log.contains("key create --name first --all"), "{log}");
    place.key();
    let log = place.serve().stop();
    assert!(!log.contains("key create"), "who has a key needs no hint: {log}");
}

#[test]
fn the_data_is_readable_by_its_owner_alone() {
    let place = Place::sqlite();
    let server = place.serve();
    let mode = |path: &std::path::Path| path.metadata().expect("there").mode() & 0o777;
    assert_eq!(mode(&place.data()), 0o700);
    let key = place.key();
    let uploaded = server.ask("POST", "/api/v2/file", &[&format!("apiKey: {key}")], "contentBase64=AA%3D%3D");
    assert_eq!(uploaded.status, 200, "{uploaded:?}");
    let (mut folders, mut files) = (vec![place.data()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let is_folder = path.is_dir();
            assert_eq!(mode(&path), if is_folder { 0o700 } else { 0o600 }, "{}", path.display());
            if is_folder { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(files.len() >= 4, "{files:?}");
    server.stop();
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_and_commands_are_not() {
    let place = Place::sqlite();
    let server = place.serve();
    let err = place.say(&["serve", "--listen", "127.0.0.1:0"]).expect_code(1);
    assert!(err.contains(&format!("another deskbell (process {}) serves", server.pid())), "{err}");
    assert!(server.get("/api/v2/ticket", &place.key()).status == 200);
    server.stop();
    place.serve().stop();
}

#[test]
fn many_servers_share_a_postgres_database() {
    let place = Place::postgres();
    let (one, other) = (place.serve(), place.serve());
    let key = place.key();
    let id = one.create("shared", &key).json()["ticketID"].to_string();
    assert_eq!(other.get(&format!("/api/v2/ticket/{id}"), &key).status, 200);
    one.stop();
    other.stop();
}

/// A request whose body is on its way.
fn begun(server: &Server, key: &str) -> (TcpStream, &'static str) {
    let mut stream = server.connect();
    let whole = request("POST", "/api/v2/ticket", &[&format!("apiKey: {key}")], "title=finished");
    let head = whole.strip_suffix("finished").expect("the end");
    stream.write_all(head.as_bytes()).expect("sent");
    // Until the server has read the head there is no request to finish.
    std::thread::sleep(Duration::from_millis(300));
    (stream, "finished")
}

#[test]
fn a_signal_finishes_the_running_request_and_takes_no_new_one() {
    let place = Place::sqlite();
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = place.serve();
        let key = place.key();
        let (mut running, rest) = begun(&server, &key);
        server.signal(signal);
        std::thread::sleep(Duration::from_millis(300));
        assert!(TcpStream::connect(&server.address).is_err(), "no new connections");
        running.write_all(rest.as_bytes()).expect("sent");
        let seen = Seen::read(running);
        assert_eq!(seen.status, 200, "{seen:?}");
        let (status, log) = server.ended();
        assert_eq!(status.code(), Some(0), "{log}");
        let server = place.serve();
        let id = seen.json()["ticketID"].to_string();
        assert_eq!(server.get(&format!("/api/v2/ticket/{id}"), &key).status, 200);
        server.stop();
    }
}

#[test]
fn a_request_that_does_not_finish_is_cut_off_in_time() {
    let place = Place::sqlite();
    let mut server = place.serve_with(&[("DESKBELL_SHUTDOWN_SECONDS", "1")]);
    let (running, _) = begun(&server, &place.key());
    let began = Instant::now();
    server.signal(Signal::TERM);
    let (status, log) = server.ended();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!((1..5).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert!(log.contains("cut off"), "{log}");
    drop(running);
}

#[test]
fn a_second_signal_ends_at_once() {
    let place = Place::sqlite();
    let mut server = place.serve_with(&[("DESKBELL_SHUTDOWN_SECONDS", "60")]);
    let (running, _) = begun(&server, &place.key());
    server.signal(Signal::TERM);
    std::thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    server.signal(Signal::TERM);
    let (status, log) = server.ended();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    drop(running);
    place.serve().stop();
}

#[test]
fn figures_are_for_the_machine_itself_or_have_an_address_of_their_own() {
    let place = Place::sqlite();
    let server = place.serve();
    server.create("one", &place.key());
    let seen = server.ask("GET", "/metrics", &[], "");
    assert!(seen.head.contains("content-type: text/plain; version=0.0.4"), "{seen:?}");
    for line in [
        "deskbell_build_info{version=",
        "# TYPE deskbell_http_request_duration_seconds histogram",
        "method=\"POST\",status=\"200\",le=\"+Inf\"} 1",
        "deskbell_http_requests_in_flight 1",
        "deskbell_store_queue_jobs{lane=\"interactive\"} 0",
        "# TYPE deskbell_store_commits_total counter",
        "deskbell_store_group_jobs_count ",
        "process_resident_memory_bytes ",
    ] {
        assert!(seen.body.contains(line), "{line}\n{}", seen.body);
    }
    assert_eq!(server.ask("GET", "/metrics", &["X-Forwarded-For: 203.0.113.9"], "").status, 403);
    server.stop();

    let server = place.serve_with(&[("DESKBELL_METRICS_LISTEN", "127.0.0.1:0")]);
    assert_eq!(server.ask("GET", "/metrics", &[], "").status, 404);
    within(Duration::from_secs(5), || server.log_so_far().contains("/metrics\n"));
    let log = server.log_so_far();
    let address =
        log.split("http://").nth(1).and_then(|rest| rest.split("/metrics").next()).expect("an address");
    let mut own = TcpStream::connect(address).expect("a connection");
    own.write_all(request("GET", "/metrics", &["X-Forwarded-For: 203.0.113.9"], "").as_bytes())
        .expect("sent");
    assert!(Seen::read(own).body.contains("deskbell_build_info"));
    server.stop();
}

/// The figures of import rows, by outcome.
fn import_rows(server: &Server) -> Vec<(String, u64)> {
    let figures = server.ask("GET", "/metrics", &[], "").body;
    let lines = figures.lines().filter_map(|line| line.strip_prefix("deskbell_import_rows_total{outcome=\""));
    let pair = |line: &str| {
        let (outcome, count) = line.split_once("\"} ").expect("an outcome and a count");
        (outcome.to_owned(), count.parse().expect("a number"))
    };
    lines.map(pair).collect()
}

fn imports_are_seen_in_the_figures(place: &Place) {
    let server = place.serve();
    let counts = |counts: [u64; 5]| {
        let outcomes = ["imported", "already", "rejected", "blank", "left_out"].map(str::to_owned);
        outcomes.into_iter().zip(counts).collect::<Vec<_>>()
    };
    assert_eq!(import_rows(&server), counts([0; 5]));
    let figures = server.ask("GET", "/metrics", &[], "").body;
    for line in
        ["webhooks{state=\"resting\"} 0", "webhook_deliveries{state=\"dead\"} 0", "webhook_events_behind 0"]
    {
        assert!(figures.contains(&format!("\ndeskbell_{line}\n")), "{line}");
    }
    let (file, map) = (place.beside().join("rows.csv"), place.beside().join("map.toml"));
    std::fs::write(&file, "id,keep\n1,y\n2,y\n,y\n,\n3,\n").expect("a file");
    std::fs::write(&map, "source = 's'\nid = '{id}'\n[ticket]\nwhen = '{keep}'\ntitle = '{id}'\n")
        .expect("a map");
    let words = ["import", &file.to_string_lossy(), "--map", &map.to_string_lossy()];
    for seen in [[2, 0, 1, 1, 1], [2, 2, 2, 2, 2]] {
        assert_eq!(place.say(&words).code, 3);
        within(Duration::from_secs(10), || import_rows(&server) == counts(seen));
    }
    server.stop();
    let server = place.serve();
    assert_eq!(import_rows(&server), counts([2, 2, 2, 2, 2]), "a counter outlives the server");
    server.stop();
}

#[test]
fn imports_are_seen_in_the_figures_on_sqlite() {
    imports_are_seen_in_the_figures(&Place::sqlite());
}

#[test]
fn imports_are_seen_in_the_figures_on_postgres() {
    imports_are_seen_in_the_figures(&Place::postgres());
}

#[test]
fn the_document_is_printed_as_it_is_served() {
    let place = Place::sqlite();
    let server = place.serve();
    let printed: serde_json::Value =
        serde_json::from_str(&said(&mut place.command(&["openapi"])).expect_done()).expect("JSON");
    assert!(printed["openapi"].as_str().expect("a version").starts_with("3.1"));
    assert_eq!(printed, server.ask("GET", "/api/v2/openapi.json", &[], "").json());
    server.stop();
}
