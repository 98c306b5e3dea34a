//! Noise: whatever bytes come in, in whatever encoding, no call panics or answers 500, and each answer is whole JSON.

use http::{Method, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::ground::Ground;
use crate::harness::{Seen, TestDesk};

/// Names that calls know, and how they may be spelt.
const NAMES: [&str; 39] = [
    "ticketIDs",
    "ticketIDs[]",
    "ticketIDs[0]",
    "ticketIDs[00]",
    "ticketIDs[99999999999999999999]",
    "TicketIDs",
    "ticketID",
    "status",
    "priority",
    "actions",
    "actions[0][actionType]",
    "actions[0][value]",
    "actions[1][value][]",
    "actions[][value]",
    "actions[0",
    "title",
    "from",
    "brandID",
    "tags",
    "tags[]",
    "mode",
    "dryRun",
    "versions[1]",
    "versions",
    "query",
    "highlight",
    "cursor",
    "itemLimit",
    "sort",
    "createdFrom",
    "externalPrimaryID",
    "getTicketHistory",
    "asOf",
    "form_id",
    "input_type",
    "options[]",
    "fields[1]",
    "fields",
    "apiKey",
];

const VALUES: [&str; 37] = [
    "",
    "0",
    "1",
    "-1",
    "1,2",
    "1, 2,,3",
    "9007199254740992",
    "99999999999999999999",
    "1e3",
    "١",
    "open",
    "setStatus",
    "addTags",
    "delete",
    "atomic",
    "true",
    "yes",
    "null",
    "[]",
    "{}",
    "[1,2]",
    "{\"a\":[",
    "\"a",
    "\"a\",b",
    "é",
    "\u{202e}",
    "\u{0}",
    "%00",
    "%ff",
    "2026-13-45",
    "0000-01-01",
    "9999-12-31 23:59:59",
    "a@b",
    "*",
    "status:open OR -(alpha",
    "assignee:me",
    "created:<7d",
];

/// Pieces of the search language, whole and broken.
const LANGUAGE: [&str; 40] = [
    "alpha",
    "a*",
    "al*",
    "\"",
    "“",
    "»",
    "(",
    ")",
    "-",
    "--",
    "*",
    " OR ",
    "OR",
    " AND ",
    " ",
    " ",
    ",",
    ":",
    "status:",
    "status:open",
    "stauts:",
    "priority:>=",
    "high",
    "tag:",
    "from:",
    "to:",
    "customer:",
    "assignee:me",
    "assignee:none",
    "id:",
    "7",
    "..",
    "created:",
    "updated:<",
    "7d",
    "2026-01-01",
    "has:",
    "is:archived",
    "退",
    "\u{0}",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(VALUES.to_vec()).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn pair() -> impl Strategy<Value = (String, String)> {
    (prop_oneof![9 => select(NAMES.to_vec()).prop_map(str::to_owned), 1 => "[a-z\\[\\]0-9]{0,9}"], piece())
}

fn json_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        piece().prop_map(|text| serde_json::Value::String(text).to_string()),
        select(vec![
            "1",
            "0",
            "-0",
            "1.0",
            "1e999",
            "12345678901234567890",
            "true",
            "null",
            "nul",
            "\"\\ud800\"",
            "\"\\u0000\""
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let object = vec((pair(), inner.clone()), 0..3).prop_map(|pairs| {
            let pairs = pairs
                .into_iter()
                .map(|((name, _), value)| format!("{}:{value}", serde_json::Value::String(name)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        });
        prop_oneof![vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(","))), object]
    })
}

/// A body and its media type.
fn body() -> impl Strategy<Value = (Vec<u8>, String)> {
    let types = vec![
        "application/json",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "multipart/form-data; boundary=\"",
        "text/plain",
        "",
        ";",
        "application/json, text/html",
    ];
    let form = vec(pair(), 0..6).prop_map(|pairs| {
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", super::escaped(value))).collect();
        (pairs.join("&").into_bytes(), "application/x-www-form-urlencoded".to_owned())
    });
    let object = vec((pair(), json_value()), 0..5).prop_map(|pairs| {
        let pairs = pairs
            .into_iter()
            .map(|((name, _), value)| format!("{}:{value}", serde_json::Value::String(name)));
        (format!("{{{}}}", pairs.collect::<Vec<_>>().join(",")).into_bytes(), "application/json".to_owned())
    });
    let parts = vec(
        (
            pair(),
            select(vec![
                "",
                "; filename=\"f\"",
                "\r\nContent-Type: application/json",
                "\r\nContent-Type: text/plain",
            ]),
        ),
        0..5,
    )
    .prop_map(|parts| {
        let part = |((name, value), more): &((String, String), &str)| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
        };
        let text = parts.iter().map(part).collect::<String>() + "--b--\r\n";
        (text.into_bytes(), "multipart/form-data; boundary=b".to_owned())
    });
    prop_oneof![
        2 => form,
        2 => object,
        2 => parts,
        1 => json_value().prop_map(|text| (text.into_bytes(), "application/json".to_owned())),
        1 => (vec(any::<u8>(), 0..200), select(types.clone())).prop_map(|(bytes, kind)| (bytes, kind.to_owned())),
        1 => (vec(pair(), 0..4), select(types)).prop_map(|(pairs, kind)| (format!("{pairs:?}").into_bytes(), kind.to_owned())),
    ]
}

/// Where else a call may go, or miss.
const PLACES: [&str; 18] = [
    "/brand",
    "/brand/2",
    "/group",
    "/group/2",
    "/channel",
    "/channel/1",
    "/user",
    "/user/1",
    "/customer",
    "/customer/1",
    "/form",
    "/form/1",
    "/form/saveFormFields",
    "/form/getFormForTicket",
    "/formfield",
    "/formfield/1",
    "/nothing",
    "",
];

fn route() -> impl Strategy<Value = (Method, String)> {
    let id = prop_oneof![4 => Just("1".to_owned()), 1 => piece().prop_map(|text| super::escaped(&text))];
    let of = |method: Method, path: &'static str| Just((method, path.to_owned()));
    let methods = vec![Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH];
    prop_oneof![
        3 => of(Method::GET, "/ticket"),
        2 => of(Method::POST, "/ticket"),
        2 => (select(vec![Method::GET, Method::PUT, Method::DELETE]), id).prop_map(|(m, id)| (m, format!("/ticket/{id}"))),
        1 => of(Method::DELETE, "/ticket/multi"),
        1 => of(Method::POST, "/ticket/setStatus"),
        1 => of(Method::POST, "/ticket/setPriority"),
        1 => of(Method::POST, "/ticket/unlinkCustomerFromTicket"),
        3 => of(Method::POST, "/ticket/batch"),
        1 => of(Method::PUT, "/ticket/solveUnfinishedTickets"),
        1 => of(Method::GET, "/job/1"),
        1 => of(Method::GET, "/ticket/1/changes"),
        4 => (select(PLACES.to_vec()), select(methods)).prop_map(|(path, method)| (method, path.to_owned())),
    ]
}

fn header() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let names = vec![
        "accept",
        "if-match",
        "if-none-match",
        "authorization",
        "apikey",
        "x-request-id",
        "content-encoding",
        "content-length",
        "idempotency-key",
        "x-forwarded-for",
        "expect",
        "transfer-encoding",
        "cookie",
        "range",
    ];
    let values = vec![
        "*",
        "*/*;q=0",
        "\"1\"",
        "W/\"1\"",
        "\"",
        "apikey ",
        "Bearer x",
        "gzip",
        "0",
        "application/json",
        "text/html",
        ",,",
    ];
    let value =
        prop_oneof![2 => select(values).prop_map(|v| v.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..20)];
    (select(names), value)
}

/// One request of noise.
type Noise =
    ((Method, String), Vec<(String, String)>, String, (Vec<u8>, String), Vec<(&'static str, Vec<u8>)>);

fn noise() -> impl Strategy<Value = Noise> {
    let raw = "[a-zA-Z0-9%&=\\[\\]+;,.*!~-]{0,40}";
    (route(), vec(pair(), 0..4), raw, body(), vec(header(), 0..3))
}

fn send(ground: &Ground, ((method, path), pairs, raw, (bytes, kind), headers): Noise) -> Option<Seen> {
    let mut query: Vec<String> =
        pairs.iter().map(|(n, v)| format!("{}={}", super::escaped(n), super::escaped(v))).collect();
    if raw.len() % 3 == 0 {
        query.push(raw);
    }
    let mut request = Request::builder().method(method).uri(format!("/api/v2{path}?{}", query.join("&")));
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    // What no HTTP library would let through is not ours to answer.
    request.headers_ref()?;
    Some(ground.admin.send(request, bytes))
}

fn holds(seen: &Seen) -> Result<(), TestCaseError> {
    let status = seen.status.as_u16();
    prop_assert!(status < 500, "{}", seen.text);
    prop_assert!(seen.json.is_object() || status == 304, "{} {}", status, seen.text);
    if status >= 400 {
        let code = seen.json["code"].as_str().unwrap_or_default();
        prop_assert!(!code.is_empty() && code != "internal", "{}", seen.text);
        prop_assert!(seen.json["requestID"].is_string() || seen.json["results"].is_array(), "{}", seen.text);
    }
    Ok(())
}

fn law(desk: TestDesk, cases: u32) {
    let ground = Ground::on(desk);
    for _ in 0..3 {
        ground.admin.post("/ticket", serde_json::json!({"title": "alpha"})).expect(200);
    }
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let law = runner.run(&noise(), |noise| send(&ground, noise).map_or(Ok(()), |seen| holds(&seen)));
    law.unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!(ground.desk.desk.stats().panics, 0, "no job of the store panicked either");
    ground.probe.counters_hold();
    ground.probe.versions_hold();
}

#[test]
fn noise_never_gives_a_500_on_sqlite() {
    law(TestDesk::sqlite(), 4_000);
}

#[test]
fn noise_never_gives_a_500_on_postgres() {
    law(TestDesk::postgres(), 1_500);
}

#[test]
fn any_query_and_any_cursor_get_a_list_or_a_refusal() {
    let ground = Ground::on(TestDesk::sqlite());
    ground.admin.post("/ticket", serde_json::json!({"title": "alpha"})).expect(200);
    let cursor = prop_oneof!["[0-9a-f]{48}", "[0-9a-fA-F+-]{40,50}", ".{0,60}"];
    let mut runner = TestRunner::new(Config { cases: 1_500, failure_persistence: None, ..Config::default() });
    let soup = vec(select(LANGUAGE.to_vec()), 0..14).prop_map(|pieces| pieces.concat());
    let query = prop_oneof![1 => ".{0,40}", 2 => soup];
    let law = runner.run(&(query, cursor, any::<bool>()), |(query, cursor, both)| {
        for path in
            [format!("query={}", super::escaped(&query)), format!("cursor={}", super::escaped(&cursor))]
        {
            let path = if both { format!("{path}&sort=last_update&highlight=true") } else { path };
            let seen = ground.admin.get(&format!("/ticket?{path}"));
            prop_assert!(matches!(seen.status.as_u16(), 200 | 400), "{}", seen.text);
        }
        Ok(())
    });
    law.unwrap_or_else(|broken| panic!("{broken}"));
}
