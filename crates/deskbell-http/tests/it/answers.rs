//! Answers in full.

use expect_test::{Expect, expect};

use crate::stub::call;

const JSON: (&str, &str) = ("content-type", "application/json");

fn check(body: &str, expected: Expect) {
    expected.assert_eq(body);
}

#[tokio::test]
async fn envelopes_have_the_documented_keys_in_order() {
    check(
        &call("GET /api/v2/ticket/7", &[], "").await.body,
        expect![[r#"{"type":"item","item":{"id":7,"title":"a"}}"#]],
    );
    check(
        &call("GET /api/v2/ticket?itemLimit=007", &[], "").await.body,
        expect![[
            r#"{"type":"list","itemStart":0,"itemLimit":7,"itemTotal":1,"itemTotalExact":true,"items":[{"id":1,"title":"a"}]}"#
        ]],
    );
    let created = call("POST /api/v2/ticket", &[JSON], "{\"title\":\"a\"}").await;
    check(
        &created.body,
        expect![[r#"{"type":"result","message":"Ticket created.","ticketID":12,"version":1}"#]],
    );
    assert_eq!((created.header("location"), created.header("etag")), ("/api/v2/ticket/12", "\"1\""));
}

#[tokio::test]
async fn errors_name_the_field_as_sent() {
    let body = r#"{"titel":"a","ticketIDs":[1]}"#;
    check(
        &call("PUT /api/v2/ticket/7", &[JSON], body).await.body,
        expect![[
            r#"{"status":"error","code":"unknown_parameter","message":"titel is not a parameter of this call. Did you mean title? It takes title, status.","errors":[{"field":"titel","code":"unknown_parameter","message":"titel is not a parameter of this call. Did you mean title? It takes title, status."},{"field":"ticketIDs","code":"unknown_parameter","message":"ticketIDs is not a parameter of this call. It takes title, status."}],"requestID":"abababababababababababababababab"}"#
        ]],
    );
    check(
        &call("GET /api/v2/ticket?status[]=open&status[]=shut", &[], "").await.body,
        expect![[
            r#"{"status":"error","code":"invalid_parameter","message":"status[] must be one of new, open, pending, holding, solved, closed.","errors":[{"field":"status[]","code":"invalid_parameter","message":"status[] must be one of new, open, pending, holding, solved, closed."}],"requestID":"abababababababababababababababab"}"#
        ]],
    );
}

#[tokio::test]
async fn a_bulk_call_without_success_is_a_result_and_an_error() {
    let none = call("DELETE /api/v2/ticket/multi", &[JSON], "[101,102]").await;
    assert_eq!(none.status, 404);
    check(
        &none.body,
        expect![[
            r#"{"type":"result","message":"Ticket 101 does not exist.","batchID":"b1","changed":0,"unchanged":0,"failed":2,"results":[{"ticketID":101,"outcome":"failed","code":"not_found","message":"Ticket 101 does not exist."},{"ticketID":102,"outcome":"failed","code":"not_found","message":"Ticket 102 does not exist."}],"status":"error","code":"not_found","errors":[{"code":"not_found","message":"Ticket 101 does not exist."}],"requestID":"abababababababababababababababab"}"#
        ]],
    );
    let some = call("DELETE /api/v2/ticket/multi?ticketIDs=1&ticketIDs=101", &[], "").await;
    assert_eq!(some.status, 207);
    check(
        &some.body,
        expect![[
            r#"{"type":"result","message":"Done.","batchID":"b1","changed":1,"unchanged":0,"failed":1,"results":[{"ticketID":1,"outcome":"changed","version":2},{"ticketID":101,"outcome":"failed","code":"not_found","message":"Ticket 101 does not exist."}]}"#
        ]],
    );
}

#[tokio::test]
async fn names_that_the_backend_knows_are_accepted_beside_the_table() {
    let line = "POST /api/v2/ticket";
    for (body, expected) in [
        (r#"{"colour":"red"}"#, "200 -"),
        (r#"{"custom":{"colour":"red"}}"#, "200 -"),
        (r#"{"colour":"red","custom":{"colour":"red"}}"#, "400 invalid_parameter colour"),
        (r#"{"shape":"round"}"#, "400 unknown_parameter shape"),
    ] {
        let answer = call(line, &[JSON], body).await;
        assert_eq!(answer.fault(), expected, "{body}");
        assert_eq!(answer.header("x-custom") == "colour=red", answer.status == 200, "{body}");
    }
}

#[tokio::test]
async fn a_fault_of_the_server_is_told_with_a_fixed_text() {
    for line in ["GET /api/v2/panic", "POST /api/v2/panic"] {
        let answer = call(line, &[("x-request-id", "r1")], "").await;
        assert_eq!(answer.fault(), "500 internal", "{line}");
        assert!(!answer.body.contains("purpose") && answer.json()["requestID"] == "r1", "{}", answer.body);
    }
    let busy = call("GET /api/v2/overloaded", &[], "").await;
    assert_eq!((busy.fault().as_str(), busy.header("retry-after")), ("503 overloaded", "1"));
    assert!(!busy.body.contains("queue"), "{}", busy.body);
}

#[tokio::test]
async fn a_call_that_is_open_to_all_asks_for_no_key() {
    let router = crate::stub::sample(crate::stub::settings());
    let answer = crate::stub::ask(&router, crate::stub::request("GET /api/v2/open", &[], "")).await;
    check(&answer.body, expect![[r#"{"type":"result","message":"Hello."}"#]]);
}
