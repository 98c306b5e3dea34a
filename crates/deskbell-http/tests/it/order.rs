//! The order of checks: a request that is wrong in every way is told its earliest fault.

use axum::body::Body;
use deskbell_http::BODY;

use crate::stub::{KEY, READER, ask, request, sample, settings};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Each row mends the earliest fault of the row before it.
#[tokio::test]
async fn the_earliest_fault_is_told() {
    let wrong = "statusx=1&title=%FF";
    let reader = ("apikey", READER);
    let key = ("apikey", KEY);
    let (accept, text) = (("accept", "text/html"), ("content-type", "text/plain"));
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);
    let rows: &[Row<'_>] = &[
        ("PATCH /api/v2/nothing", &[("content-length", "9000000"), accept, text], wrong, "404 not_found"),
        (
            "PATCH /api/v2/ticket/x",
            &[("content-length", "9000000"), accept, text],
            wrong,
            "405 method_not_allowed",
        ),
        (
            "PUT /api/v2/ticket/x",
            &[("content-length", "9000000"), accept, text],
            wrong,
            "413 payload_too_large",
        ),
        ("PUT /api/v2/ticket/x", &[accept, text], wrong, "401 unauthenticated"),
        ("PUT /api/v2/ticket/x", &[reader, accept, text], wrong, "403 forbidden"),
        ("PUT /api/v2/ticket/x", &[key, accept, text], wrong, "406 not_acceptable"),
        ("PUT /api/v2/ticket/x", &[key, text], wrong, "415 unsupported_media_type"),
        (
            "PUT /api/v2/ticket/x",
            &[key, FORM],
            "statusx=1&status=no&title=%FF",
            "400 invalid_parameter title statusx",
        ),
        (
            "PUT /api/v2/ticket/x",
            &[key, FORM, ("if-match", "7")],
            "status=no",
            "400 invalid_parameter ticketID If-Match status",
        ),
        (
            "PUT /api/v2/ticket/1",
            &[key, FORM, ("if-match", "\"6\"")],
            "status=solved",
            "412 precondition_failed",
        ),
        ("PUT /api/v2/ticket/1", &[key, FORM, ("if-match", "\"7\"")], "status=solved", "200 -"),
    ];
    let router = sample(settings());
    for (line, headers, body, expected) in rows {
        let answer = ask(&router, request(line, headers, (*body).to_owned())).await;
        assert_eq!(answer.fault(), *expected, "{line} {headers:?} {body}: {}", answer.body);
    }
}

#[tokio::test]
async fn permissions_of_fields_and_actions_come_before_values() {
    let router = sample(settings());
    let actions = "TicketIDs=x&actions[0][actionType]=setStatus&actions[0][value]=nonsense&actions[1][actionType]=delete";
    let line = "POST /api/v2/ticket/batch";
    let refused = ask(&router, request(line, &[("apikey", READER), FORM], actions)).await;
    assert_eq!(refused.fault(), "403 forbidden actions[0][actionType] actions[1][actionType]");
    assert!(refused.body.contains("SET_STATUS"), "{}", refused.body);
    let wrong = ask(&router, request(line, &[("apikey", KEY), FORM], actions)).await;
    assert_eq!(wrong.fault(), "400 invalid_parameter TicketIDs actions[0][value]");
}

#[tokio::test]
async fn a_body_that_grows_beyond_its_limit_is_cut_off() {
    let router = sample(settings());
    let chunk = |size: usize| {
        let whole = vec![b' '; size];
        Body::new(Chunks(whole.chunks(70_000).map(<[u8]>::to_vec).collect()))
    };
    let json = [("apikey", KEY), ("content-type", "application/json")];
    let fits = ask(&router, request("POST /api/v2/ticket", &json, chunk(BODY))).await;
    assert_eq!(fits.status, 200, "{}", fits.body);
    let large = ask(&router, request("POST /api/v2/ticket", &json, chunk(BODY + 1))).await;
    assert_eq!(large.fault(), "413 payload_too_large");
    let bulk = ask(&router, request("DELETE /api/v2/ticket/multi?ticketIDs=1", &json, chunk(BODY + 1))).await;
    assert_eq!(bulk.status, 200, "{}", bulk.body);
}

/// A body in pieces, without a declared size.
struct Chunks(std::collections::VecDeque<Vec<u8>>);

impl axum::body::HttpBody for Chunks {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Ready(self.0.pop_front().map(|chunk| Ok(http_body::Frame::data(chunk.into()))))
    }
}

#[tokio::test]
async fn a_parameter_of_the_path_is_an_id() {
    let router = sample(settings());
    for (path, expected) in [
        ("7", "200 -"),
        ("007", "200 -"),
        ("%37", "200 -"),
        ("101", "404 not_found"),
        ("0", "400 invalid_parameter ticketID"),
        ("9007199254740992", "400 invalid_parameter ticketID"),
        ("-1", "400 invalid_parameter ticketID"),
        ("7.0", "400 invalid_parameter ticketID"),
        ("abc", "400 invalid_parameter ticketID"),
        ("%FF", "400 invalid_parameter ticketID"),
        ("multi", "405 method_not_allowed"),
        ("7/", "404 not_found"),
    ] {
        let answer =
            ask(&router, request(&format!("GET /api/v2/ticket/{path}"), &[("apikey", KEY)], "")).await;
        assert_eq!(answer.fault(), expected, "{path}");
        let unknown = ask(&router, request(&format!("GET /api/v2/ticket/{path}"), &[], "")).await;
        let known_path = !expected.starts_with("405") && path != "7/";
        assert_eq!(unknown.status == 401, known_path, "{path}");
    }
}
