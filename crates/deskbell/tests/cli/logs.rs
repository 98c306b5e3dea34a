//! The log: one line per request, no key and nothing that a person wrote, whatever is sent.

use crate::harness::Place;

/// Sends the key in right and wrong places, and words of a person; answers the log.
fn log_of_everything(place: &Place, format: &str) -> (String, String) {
    let environment = [("DESKBELL_LOG_FORMAT", format), ("DESKBELL_LOG_LEVEL", "debug")];
    let server = place.serve_with(&environment);
    let key = place.key();
    let wrong = format!("{}x", &key[..52]);
    for k in [&key, &wrong] {
        for target in [
            format!("/api/v2/ticket?apiKey={k}"),
            format!("/api/v2/ticket?apikey={k}"),
            format!("/api/v2/ticket?apiKey={k}&{k}=1"),
            format!("/api/v2/{k}"),
            format!("/{k}?apiKey={k}"),
            format!("/api/v2/ticket/1?apiKey={k}&query={k}"),
            format!("/healthz?apiKey={k}"),
        ] {
            server.ask("GET", &target, &[], "");
        }
        for header in [
            format!("apiKey: {k}"),
            format!("apiKey:   {k}\t"),
            format!("Authorization: Bearer {k}"),
            format!("Authorization: {k}"),
            format!("X-Request-Id: {k}"),
            format!("X-Api-Key: {k}"),
            format!("{k}: 1"),
        ] {
            server.ask("GET", "/api/v2/ticket", &[&header], "");
        }
        server.ask("POST", "/api/v2/ticket", &[], &format!("apiKey={k}&title=a&{k}={k}"));
        server.ask(
            "POST",
            &format!("/api/v2/ticket?apiKey={k}"),
            &[],
            &format!("title={k}&status={k}&{k}=1"),
        );
    }
    let with = format!("apiKey: {key}");
    let words = "title=Zebedee%0A2026-01-01+INFO+forged%1B%5B31m&from=zebedee%40example.org";
    assert_eq!(server.ask("POST", "/api/v2/ticket", &[&with], words).status, 200);
    server.ask("GET", "/api/v2/ticket?query=zebedee&status=forged%0A", &[&with], "");
    (server.stop(), key)
}

#[test]
fn no_key_and_no_word_of_a_person_is_logged() {
    let place = Place::sqlite();
    for format in ["text", "json"] {
        let (log, key) = log_of_everything(&place, format);
        assert!(!log.contains(&key[4..40]), "the key is in the log:\n{log}");
        for word in ["zebedee", "Zebedee", "forged", "\u{1b}"] {
            assert!(!log.contains(word), "{word}:\n{log}");
        }
        let requests = log.lines().filter(|line| line.contains("request_id")).count();
        assert!(requests >= 30, "{requests} lines of requests:\n{log}");
    }
}

#[test]
fn a_line_says_which_request_what_became_of_it_and_how_long_it_took() {
    let place = Place::sqlite();
    let server = place.serve_with(&[("DESKBELL_LOG_FORMAT", "json")]);
    let key = place.key();
    server.ask(
        "GET",
        "/api/v2/ticket/12345?apiKey=x",
        &["X-Request-Id: mine-1", &format!("apiKey: {key}")],
        "",
    );
    server.ask("GET", "/api/v2/ticket/12345", &["X-Request-Id: mine-2", &format!("apiKey: {key}")], "");
    server.ask("GET", "/healthz", &[], "");
    let log = server.stop();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let line = |id: &str| {
        lines.iter().find(|line| line["request_id"] == id).unwrap_or_else(|| panic!("{id}: {log}"))
    };
    assert_eq!(line("mine-1")["status"], 401);
    let found = line("mine-2");
    assert_eq!((&found["status"], &found["method"]), (&404.into(), &"GET".into()));
    assert_eq!(found["route"], "/api/v2/ticket/{ticketID}");
    assert!(found["ms"].as_f64().expect("a time") > 0.0);
    assert!(!log.contains("/healthz"), "health checks are logged at debug alone: {log}");
}
