//! Headers: keys, content types, conditions, and what every answer carries.

use std::sync::Arc;

use crate::stub::{KEY, READER, Watched, ask, call, request, sample, settings};

#[tokio::test]
async fn every_answer_carries_its_id_and_is_not_stored() {
    let router = sample(settings());
    for (line, headers, status) in [
        ("GET /api/v2/ticket/7", &[("apikey", KEY)][..], 200),
        ("GET /api/v2/ticket/7", &[], 401),
        ("GET /nowhere", &[], 404),
        ("OPTIONS /api/v2/ticket", &[], 405),
        ("PUT /api/v2/ticket/7", &[("content-length", "9000000")], 413),
        ("GET /docs", &[], 200),
        ("GET /api/v2/openapi.json", &[], 200),
    ] {
        let answer = ask(&router, request(line, headers, "")).await;
        assert_eq!(answer.status, status, "{line}");
        assert_eq!(answer.header("cache-control"), "no-store", "{line}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{line}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{line}");
        assert_eq!(answer.header("x-request-id"), "ab".repeat(16), "{line}");
    }
}

#[tokio::test]
async fn a_good_request_id_comes_back_and_another_one_does_not() {
    for (sent, same) in [
        ("a.B-9_", true),
        ("x".repeat(128).as_str(), true),
        ("x".repeat(129).as_str(), false),
        ("a b", false),
        ("", false),
    ] {
        let answer = call("GET /api/v2/ticket/101", &[("x-request-id", sent)], "").await;
        assert_eq!(answer.header("x-request-id") == sent, same, "{sent:?}");
        assert_eq!(answer.json()["requestID"], answer.header("x-request-id"));
    }
}

#[tokio::test]
async fn no_good_key_has_one_answer() {
    let router = sample(settings());
    let mut answers = Vec::new();
    for (line, headers) in [
        ("GET /api/v2/ticket", &[][..]),
        ("GET /api/v2/ticket?apiKey=dbk_wrong_key", &[]),
        ("GET /api/v2/ticket?APIKEY=dbk_all_permissions", &[]),
        ("GET /api/v2/ticket?apiKey=dbk_all_permissions", &[("apikey", READER)]),
        ("GET /api/v2/ticket", &[("authorization", "Basic dbk_all_permissions")]),
    ] {
        let answer = ask(&router, request(line, headers, "")).await;
        assert_eq!(answer.status, 401, "{line} {headers:?}");
        assert_eq!(answer.header("www-authenticate"), "apikey realm=\"deskbell\", Bearer realm=\"deskbell\"");
        answers.push(answer.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test]
async fn the_address_that_counts_is_that_of_the_last_untrusted_hop() {
    let mut with_proxy = settings();
    with_proxy.trusted_proxies = vec!["203.0.113.0/26".parse().expect("network")];
    let headers = [("apikey", READER), ("x-forwarded-for", "203.0.113.66")];
    let through = ask(&sample(with_proxy), request("GET /api/v2/ticket", &headers, "")).await;
    assert_eq!(through.status, 401);
    let direct = ask(&sample(settings()), request("GET /api/v2/ticket", &headers, "")).await;
    assert_eq!(direct.status, 200);
}

#[tokio::test]
async fn a_key_stands_in_no_error() {
    let router = sample(settings());
    for (line, headers) in [
        ("GET /api/v2/ticket?dbk_all_permissions=1", &[("apikey", KEY)][..]),
        ("GET /api/v2/ticket?status=dbk_all_permissions", &[("apikey", KEY)]),
        ("GET /api/v2/ticket?apiKey=dbk_all_permissions&query=%FF", &[]),
        ("GET /api/v2/ticket?apiKey=dbk_all_permissions&apikey=dbk_all_permissions", &[]),
        ("GET /api/v2/ticket/dbk_all_permissions?apiKey=dbk_all_permissions", &[]),
        ("GET //api/v2/ticket?apiKey=dbk_all_permissions", &[]),
    ] {
        let answer = ask(&router, request(line, headers, "")).await;
        assert!(answer.status.is_client_error(), "{line}");
        let headers = format!("{:?}", answer.headers);
        assert!(!answer.body.contains(KEY) && !headers.contains(KEY), "{line}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_query_form_of_the_key_can_be_switched_off() {
    let mut strict = settings();
    strict.key_in_query = false;
    let router = sample(strict);
    let line = "GET /api/v2/ticket?apiKey=dbk_all_permissions";
    assert_eq!(ask(&router, request(line, &[], "")).await.status, 401);
    assert_eq!(ask(&sample(settings()), request(line, &[], "")).await.status, 200);
}

#[tokio::test]
async fn content_types_are_three_and_never_guessed() {
    let line = "POST /api/v2/ticket";
    for (headers, body, expected) in [
        (&[][..], "", "200 -"),
        (&[("content-type", "application/json")], "", "200 -"),
        (&[("content-type", "application/json; charset=UTF-8")], "{}", "200 -"),
        (&[("content-type", "multipart/form-data; boundary=x")], "--x--\r\n", "200 -"),
        (&[("content-type", "multipart/form-data")], "--x--\r\n", "400 malformed_body"),
        (&[], "{}", "415 unsupported_media_type"),
        (&[("content-type", "")], "", "415 unsupported_media_type"),
        (&[("content-type", "text/plain")], "", "415 unsupported_media_type"),
        (&[("content-type", "application/json; charset=latin1")], "{}", "415 unsupported_media_type"),
        (
            &[("content-type", "application/json"), ("content-encoding", "gzip")],
            "{}",
            "415 unsupported_media_type",
        ),
        (
            &[("content-type", "application/json"), ("content-type", "text/plain")],
            "{}",
            "415 unsupported_media_type",
        ),
    ] {
        assert_eq!(call(line, headers, body).await.fault(), expected, "{headers:?} {body:?}");
    }
}

#[tokio::test]
async fn headers_of_safe_writes_that_a_call_does_not_take_are_refused() {
    for (line, header, expected) in [
        ("GET /api/v2/ticket", ("idempotency-key", "k"), "400 invalid_parameter Idempotency-Key"),
        ("PUT /api/v2/ticket/7", ("idempotency-key", ""), "400 invalid_parameter Idempotency-Key"),
        ("POST /api/v2/ticket", ("if-match", "\"1\""), "400 invalid_parameter If-Match"),
        ("GET /api/v2/ticket/7", ("if-match", "\"1\""), "400 invalid_parameter If-Match"),
        ("PUT /api/v2/ticket/7", ("if-none-match", "*"), "400 invalid_parameter If-None-Match"),
        ("GET /api/v2/ticket", ("if-none-match", "*"), "200 -"),
    ] {
        assert_eq!(call(line, &[header], "").await.fault(), expected, "{line} {header:?}");
    }
}

#[tokio::test]
async fn an_item_that_the_caller_has_is_not_sent_again() {
    let first = call("GET /api/v2/ticket/7", &[], "").await;
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with("\"7-"), "{etag}");
    let same = call("GET /api/v2/ticket/7", &[("if-none-match", &etag)], "").await;
    assert_eq!((same.status.as_u16(), same.body.as_str(), same.header("etag")), (304, "", etag.as_str()));
    assert_eq!(same.header("content-type"), "-");
    let other = call("GET /api/v2/ticket/8", &[("if-none-match", &etag)], "").await;
    assert_eq!(other.status, 200);
    assert_eq!(call("GET /api/v2/ticket/7", &[("if-none-match", "\"7\"")], "").await.status, 200);
}

#[tokio::test]
async fn if_match_can_be_made_compulsory() {
    let mut strict = settings();
    strict.require_if_match = true;
    let router = sample(strict);
    let without = ask(&router, request("PUT /api/v2/ticket/7", &[("apikey", KEY)], "")).await;
    assert_eq!(without.fault(), "428 precondition_required");
    let with = ask(&router, request("PUT /api/v2/ticket/7", &[("apikey", KEY), ("if-match", "*")], "")).await;
    assert_eq!(with.status, 200);
    let failed =
        ask(&router, request("PUT /api/v2/ticket/7", &[("apikey", KEY), ("if-match", "\"6\"")], "")).await;
    assert_eq!((failed.status.as_u16(), failed.json()["currentVersion"].as_i64()), (412, Some(7)));
}

#[tokio::test]
async fn methods_that_a_path_has_are_listed() {
    for (line, allow) in [
        ("GET /api/v2/ticket/multi", "DELETE"),
        ("PATCH /api/v2/ticket", "GET, HEAD, POST"),
        ("OPTIONS /api/v2/ticket/7", "GET, HEAD, PUT"),
        ("POST /docs", "GET, HEAD"),
    ] {
        let answer = call(line, &[], "").await;
        assert_eq!(
            (answer.fault().as_str(), answer.header("allow")),
            ("405 method_not_allowed", allow),
            "{line}"
        );
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let get = call("GET /api/v2/ticket/7", &[], "").await;
    let head = call("HEAD /api/v2/ticket/7", &[], "").await;
    assert_eq!((head.status, head.body.as_str()), (get.status, ""));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(head.header("etag"), get.header("etag"));
}

#[tokio::test]
async fn the_observer_hears_of_every_request_and_never_of_its_query() {
    let watched = Arc::new(Watched::default());
    let mut observed = settings();
    observed.observer = watched.clone();
    let router = sample(observed);
    for line in
        ["GET /api/v2/ticket/7?apiKey=dbk_all_permissions", "GET /secret", "BREW /api/v2/ticket", "GET /docs"]
    {
        ask(&router, request(line, &[], "")).await;
    }
    assert_eq!(
        *watched.0.lock().expect("lock"),
        ["GET /api/v2/ticket/{ticketID} 200", "GET unmatched 404", "other unmatched 405", "GET /docs 200",]
    );
}
