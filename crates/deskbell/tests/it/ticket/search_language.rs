//! GET /ticket?query= with fields, OR, brackets and what is left out; its mistakes, its snippets, and that nobody learns of
//! tickets of others by it.

use std::sync::Arc;

use deskbell_app::ticket::create::NewTicket;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_app::ticket::list::{self, Filter};
use deskbell_core::{Actor, ActorId, BrandId, Limit, Priority, Status, UserId, search};
use deskbell_db::Lane;
use serde_json::{Value, json};

use super::setup::{action, customer, fill, titled, total};
use crate::both_engines;
use crate::harness::{Client, TestDesk};

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[track_caller]
fn found(key: &Client, query: &str) -> Vec<i64> {
    let json = key.get(&format!("/ticket?order=asc&itemLimit=9999&query={}", encoded(query))).expect(200);
    let ids: Vec<i64> = json["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap()).collect();
    assert_eq!((&json["itemTotal"], &json["itemTotalExact"]), (&json!(ids.len()), &json!(true)), "{query}");
    ids
}

fn note(key: &Client, id: i64, text: &str) {
    key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": [action("addNote", text)]})).expect(200);
}

/// The message of a refusal of the query.
#[track_caller]
fn refused(key: &Client, query: &str) -> String {
    let seen = key.get(&format!("/ticket?query={}", encoded(query)));
    let json = seen.refused(400, "invalid_parameter", &["query"]);
    json["message"].as_str().unwrap().to_owned()
}

/// A ticket's snippets as lines: `of: …text with [hits]…`.
fn snippets(item: &Value) -> Vec<String> {
    let line = |snippet: &Value| {
        let mut line = format!("{}: ", snippet["of"].as_str().unwrap());
        line.push_str(if snippet["cut_before"] == true { "…" } else { "" });
        for piece in snippet["pieces"].as_array().unwrap() {
            let text = piece["text"].as_str().unwrap();
            line.push_str(&if piece["hit"] == true { format!("[{text}]") } else { text.to_owned() });
        }
        line.push_str(if snippet["cut_after"] == true { "…" } else { "" });
        line
    };
    item["snippets"].as_array().unwrap_or_else(|| panic!("snippets: {item}")).iter().map(line).collect()
}

const WORDS: [&str; 5] = ["lamp", "bulb", "refund", "müller", "退款"];

/// Ticket `n` of many, from 1: its words, status, priority, tag, brand and minute are told by remainders of `n`.
fn generated(n: i64) -> NewTicket {
    let words: Vec<&str> =
        WORDS.iter().zip([2, 3, 5, 7, 11]).filter(|(_, by)| n % by == 0).map(|(word, _)| *word).collect();
    let status = Status::ALL[(n % 6) as usize];
    let priority = Priority::ALL[(n % 4) as usize];
    let tags = if n % 13 == 0 { vec!["VIP".to_owned()] } else { Vec::new() };
    let edits = vec![
        Edit::new("status", Change::Status(status)),
        Edit::new("priority", Change::Priority(priority)),
        Edit::new("tags", Change::SetTags(tags)),
    ];
    let from = if n % 17 == 0 { "nora@werft.example" } else { "lamp@bulb.example" };
    NewTicket {
        title: words.join(" "),
        brand: Some(BrandId(1 + i64::from(n % 19 == 0))),
        from: from.into(),
        edits,
        ..NewTicket::default()
    }
}

const MANY: i64 = 2_600;

/// A query and what it means for ticket `n`.
type Case = (&'static str, fn(i64) -> bool);

/// What is found of them, said without any of our code.
const CASES: &[Case] = &[
    ("refund", |n| n % 5 == 0),
    ("lamp refund", |n| n % 10 == 0 || n % 17 != 0 && n % 5 == 0),
    ("refund -bulb", |n| n % 5 == 0 && n % 3 != 0 && n % 17 == 0),
    ("-refund", |n| n % 5 != 0),
    ("-refund -müller", |n| n % 5 != 0 && n % 7 != 0),
    ("refund OR MULLER", |n| n % 5 == 0 || n % 7 == 0),
    ("(refund müller) OR 退", |n| n % 35 == 0 || n % 11 == 0),
    ("(refund muller) OR status:new", |n| n % 35 == 0 || n % 6 == 0),
    ("refund OR tag:vip", |n| n % 5 == 0 || n % 13 == 0),
    ("refund OR -tag:vip", |n| n % 5 == 0 || n % 13 != 0),
    ("-(refund OR tag:vip)", |n| n % 5 != 0 && n % 13 != 0),
    ("-(refund müller)", |n| n % 35 != 0),
    ("status:new,open", |n| n % 6 < 2),
    ("-status:new,open", |n| n % 6 >= 2),
    ("status:new status:open", |_| false),
    ("status:new OR priority:urgent", |n| n % 6 == 0 || n % 4 == 3),
    ("priority:>=high", |n| n % 4 >= 2),
    ("priority:<high refund", |n| n % 4 < 2 && n % 5 == 0),
    ("tag:vip", |n| n % 13 == 0),
    ("-tag:vip refund", |n| n % 13 != 0 && n % 5 == 0),
    ("from:nora", |n| n % 17 == 0),
    ("from:werft.example refund", |n| n % 85 == 0),
    ("-from:nora@ refund", |n| n % 17 != 0 && n % 5 == 0),
    ("from:lamp", |n| n % 17 != 0),
    ("brand:second", |n| n % 19 == 0),
    ("brand:1 refund", |n| n % 19 != 0 && n % 5 == 0),
    ("brand:second OR müller", |n| n % 19 == 0 || n % 7 == 0),
    ("id:>2000 refund", |n| n > 2_000 && n % 5 == 0),
    ("id:100..199,7", |n| (100..200).contains(&n) || n == 7),
    ("-id:<=2000", |n| n > 2_000),
    ("created:<2h refund", |n| n % 5 == 0),
    ("created:>2h", |_| false),
    ("is:unassigned müller", |n| n % 7 == 0),
    ("ref* tag:vip", |n| n % 65 == 0),
    ("-ref*", |n| n % 5 != 0),
    ("müller -ref*", |n| n % 7 == 0 && n % 5 != 0),
    ("-ref* OR tag:vip", |n| n % 5 != 0 || n % 13 == 0),
    ("(ref* mull*) OR 退", |n| n % 35 == 0 || n % 11 == 0),
    ("\"refund muller\" -lamp", |n| n % 35 == 0 && n % 2 != 0 && n % 17 == 0),
];

both_engines! {
    fn counts_are_those_of_a_naive_count_over_generated_tickets(desk: TestDesk) {
        assert_eq!(desk.brand("Second"), 2);
        fill(&desk, MANY, |n| generated(n + 1));
        let admin = desk.admin();
        let second = desk.limited_key("TICKET_READ", Limit::only([2]), Limit::All);
        let first = desk.limited_key("TICKET_READ", Limit::only([1]), Limit::All);
        for (query, holds) in CASES {
            let all: Vec<i64> = (1..=MANY).filter(|n| holds(*n)).collect();
            assert_eq!(found(&admin, query), all, "{query}");
            for (key, of_second) in [(&second, true), (&first, false)] {
                let own: Vec<i64> = all.iter().copied().filter(|n| (n % 19 == 0) == of_second).collect();
                assert_eq!(found(key, query), own, "{query}");
            }
            // Pages and another order tell the same.
            let page = |more: &str| admin.get(&format!("/ticket?itemLimit=5&query={}{more}", encoded(query)));
            let newest: Vec<i64> = all.iter().rev().copied().collect();
            assert_eq!(page("").ids(), newest[..newest.len().min(5)], "{query}");
            let later: Vec<i64> = newest.iter().copied().skip(7).take(5).collect();
            assert_eq!(page("&itemStart=7").ids(), later, "{query}");
            if let Some(cursor) = page("").expect(200)["nextCursor"].as_str() {
                let next: Vec<i64> = newest.iter().copied().skip(5).take(5).collect();
                assert_eq!(page(&format!("&cursor={cursor}")).ids(), next, "{query}");
            }
            let mut ranked: Vec<i64> = all.clone();
            ranked.sort_by_key(|n| std::cmp::Reverse((n % 4, *n)));
            assert_eq!(page("&sort=priority").ids(), ranked[..ranked.len().min(5)], "{query}");
            assert_eq!(total(&admin, &format!("&query={}", encoded(query))), all.len() as i64, "{query}");
        }
        // The same words select for bulk work.
        for (query, holds) in CASES.iter().filter(|(query, _)| query.contains("OR") || query.starts_with('-')) {
            let body = json!({
                "query": query, "actions": [action("setPriority", "low")], "dryRun": true,
                "expectTotal": (1..=MANY).filter(|n| holds(*n)).count(),
            });
            let seen = admin.post("/ticket/batch", body);
            assert!(matches!(seen.status.as_u16(), 200 | 207), "{query}: {}", seen.text);
        }
    }

    fn fields_mean_what_the_tickets_fields_are(desk: TestDesk) {
        let second = desk.brand("Second");
        let line = desk.group("Second line");
        let anna = desk.user("anna");
        let c = customer(&desk, 1, "A-17", "eve@x.example");
        let key = desk.admin();
        let a = desk.ticket(json!({"title": "a", "assignedUserID": anna, "from": "anna@werft.example", "fromName": "Anna W"}));
        let b = desk.ticket(json!({"title": "b anna", "assignedGroupID": line, "to": "help@shop.example", "channelID": 1}));
        let d = desk.ticket(json!({"title": "c", "brandID": second, "tags": "Late, again"}));
        let e = desk.ticket(json!({"title": "d", "from": "eve@x.example"}));
        key.put(&format!("/ticket/{b}"), json!({"snoozeTime": "2026-12-01 00:00:00"})).expect(200);
        key.post("/ticket/batch", json!({"ticketIDs": [d], "actions": [action("setStatus", "closed"), action("archive", Value::Null)]})).expect(200);
        for (query, expected) in [
            ("assignee:anna", vec![a]),
            ("assignee:ANNA,none", vec![a, b, e]),
            ("assignee:none", vec![b, e]),
            ("is:unassigned", vec![b, e]),
            ("-is:unassigned", vec![a]),
            ("assignee:nobody-here", vec![]),
            ("-assignee:nobody-here", vec![a, b, e]),
            ("group:\"second LINE\"", vec![b]),
            ("group:none", vec![a, e]),
            ("channel:e-mail", vec![b]),
            ("channel:API -group:none", vec![]),
            ("from:anna", vec![a]),
            ("from:anna@", vec![a]),
            ("from:\"anna w\"", vec![a]),
            ("anna", vec![a, b]),
            ("to:shop.example", vec![b]),
            ("to:help@,anna", vec![b]),
            ("customer:A-17", vec![e]),
            ("customer:EVE@x.example", vec![e]),
            ("customer:none", vec![a, b]),
            ("-customer:none", vec![e]),
            ("customer:nobody", vec![]),
            ("is:snoozed", vec![b]),
            ("-is:snoozed", vec![a, e]),
            ("is:archived", vec![d]),
            ("is:archived OR is:snoozed", vec![b, d]),
            ("-is:archived", vec![a, b, e]),
            ("tag:\"late\"", vec![]),
            ("tag:late is:archived", vec![d]),
            ("brand:Second", vec![]),
            ("brand:second is:archived", vec![d]),
            ("created:2026-11-25", vec![a, b, e]),
            ("created:<2026-11-25", vec![]),
            ("updated:<1h", vec![a, b, e]),
            ("id:1", vec![a]),
            ("#1", vec![a]),
            ("https://x", vec![]),
            ("12:30", vec![]),
        ] {
            assert_eq!(found(&key, query), expected, "query {query}");
        }
        assert_eq!(found(&key, &format!("customer:{c}")), [e]);
        // Who it is from is found at once after it has changed, and no longer as it was.
        desk.advance(7_200);
        assert_eq!(found(&key, "updated:<1h"), [] as [i64; 0]);
        assert_eq!(found(&key, "updated:>1h"), [a, b, e]);
        desk.advance(30 * 86_400);
        assert_eq!(found(&key, "is:snoozed"), [] as [i64; 0]);
    }

    fn a_telephone_number_is_found_in_any_written_form(desk: TestDesk) {
        let key = desk.admin();
        key.put("/brand/1", json!({"country": "DE"})).expect(200);
        let a = desk.ticket(json!({"title": "a", "from": "+49 (0) 30 / 23125-042"}));
        let b = desk.ticket(json!({"title": "b", "to": "030 23125042", "direction": "outbound"}));
        let c = desk.ticket(json!({"title": "calls +493023125042", "from": "+39 06 1234567"}));
        for line in ["0049 30 23125042", "030/23125042", "+493023125042", "030 23125042", "+49 30 23125042", "+49 (0) 30 / 23125-042"] {
            assert_eq!(found(&key, &format!("from:\"{line}\"")), [a], "{line}");
            assert_eq!(found(&key, &format!("to:\"{line}\"")), [b], "{line}");
            assert_eq!(found(&key, &format!("-from:\"{line}\"")), [b, c], "{line}");
        }
        assert_eq!(found(&key, "from:030/23125042 OR from:\"0039 06 1234567\""), [a, c]);
        assert_eq!(found(&key, "from:030/23125042,\"+39061234567\" status:new"), [a, c]);
        assert_eq!(found(&key, "from:\"999999999999999\""), [] as [i64; 0]);
        assert_eq!(found(&key, "from:\"030 23125043\""), [] as [i64; 0]);
    }

    fn a_change_is_found_at_once_by_its_fields(desk: TestDesk) {
        let id = desk.ticket(json!({"title": "lamp", "from": "nora@werft.example"}));
        let key = desk.admin();
        assert_eq!(found(&key, "from:nora status:new lamp"), [id]);
        key.post("/ticket/setStatus", json!({"ticketIDs": [id], "status": "open"})).expect(200);
        key.put(&format!("/ticket/{id}"), json!({"title": "bulb", "tags": "hot"})).expect(200);
        assert_eq!(found(&key, "from:nora status:new"), [] as [i64; 0]);
        assert_eq!(found(&key, "from:nora status:open bulb tag:hot -lamp"), [id]);
        note(&key, id, "lamp again");
        assert_eq!(found(&key, "lamp bulb"), [id]);
        assert_eq!(found(&key, "-lamp"), [] as [i64; 0]);
        key.delete(&format!("/ticket/{id}")).expect(200);
        assert_eq!((found(&key, "from:nora"), found(&key, "-zebra")), (vec![], vec![]));
    }

    fn me_is_the_user_who_asks(desk: TestDesk) {
        let anna = desk.user("anna");
        let own = desk.ticket(json!({"assignedUserID": anna}));
        desk.ticket(json!({}));
        let user = Arc::new(Actor { id: ActorId::User(UserId(anna)), ..Actor::system() });
        let ids = |query: &str| {
            let query = search::parse(query, desk.desk.context().now()).unwrap();
            let filter = Filter { query: Some(query), ..Filter::default() };
            let wish = list::Wish { filter, view: None, now: desk.desk.now(), public_url: String::new() };
            desk.desk.read_blocking(Lane::List, &user, move |tx, actor| list::selected(tx, actor, &wish, None, false)).unwrap()
        };
        assert_eq!(ids("assignee:me"), [own]);
        assert_eq!(ids("assignee:me,none").len(), 2);
        assert_eq!(ids("-assignee:me OR assignee:ME").len(), 2);
        assert_eq!(ids("assignee:\"me\""), [] as [i64; 0]);
    }

    fn mistakes_are_refused_with_their_place(desk: TestDesk) {
        let key = desk.admin();
        for (query, at, says) in [
            ("lamp status:opne", 13, "new, open, pending, holding, solved, closed"),
            ("priority:>=x", 12, "low, medium, high, urgent"),
            ("lamp stauts:open", 6, "`status:`"),
            ("assignee:me lamp", 10, "a key is nobody"),
            ("x -(assignee:none,me)", 19, "a key is nobody"),
            ("created:>=yesterday", 11, "2026-01-31"),
            ("has:file", 5, "takes attachment"),
            ("is:closed", 4, "unassigned, archived, snoozed"),
            ("lamp a*", 6, "at least 2"),
        ] {
            let message = refused(&key, query);
            assert!(message.starts_with(&format!("At character {at}: ")) && message.contains(says), "{query}: {message}");
            let body = json!({"query": query, "actions": [action("setStatus", "open")]});
            key.post("/ticket/batch", body).refused(400, "invalid_parameter", &["query"]);
        }
        let ors: Vec<String> = (0..33).map(|n| format!("w{n}")).collect();
        assert!(refused(&key, &ors.join(" OR ")).contains("at most 32"));
        assert!(refused(&key, &format!("{}a", "(".repeat(9))).contains("8 deep"));
        // Somebody's name and address are told to those alone who may read customers.
        let reader = desk.key("TICKET_READ");
        let seen = reader.get("/ticket?query=customer:eve%40x.example").expect(403);
        assert!(seen["message"].as_str().unwrap().contains("CUSTOMER_READ"), "{seen}");
        assert_eq!(found(&reader, "customer:7"), [] as [i64; 0]);
    }

    fn snippets_show_where_the_words_are(desk: TestDesk) {
        let a = desk.ticket(json!({"title": "Broken <b>lamp</b> & more", "from": "nora@lamp.example", "fromName": "Nora"}));
        let b = desk.ticket(json!({"title": "nothing", "to": "lamp@shop.example"}));
        let key = desk.admin();
        note(&key, a, "first lamp\nhere");
        note(&key, a, "second: the LAMPS, and <script>lamp</script>");
        note(&key, b, &format!("{}glass of a lamp", "far away ".repeat(200)));
        let list = |query: &str| key.get(&format!("/ticket?order=asc&highlight=true&query={}", encoded(query))).expect(200);
        let json = list("lamp");
        assert_eq!(
            snippets(&json["items"][0]),
            [
                "title: Broken <b>[lamp]</b> & more",
                "from: nora@[lamp].example",
                "note: second: the LAMPS, and <script>[lamp]</script>",
            ]
        );
        let second = snippets(&json["items"][1]);
        assert_eq!(second[0], "to: [lamp]@shop.example");
        assert!(second[1].starts_with("note: … far away") && second[1].ends_with("glass of a [lamp]"), "{second:?}");
        let of_note = &json["items"][1]["snippets"][1];
        let item = key.get(&format!("/ticket/{b}")).expect(200);
        assert_eq!(of_note["id"], item["item"]["timeline"][0]["id"], "{of_note}");
        assert_eq!(snippets(&list("lamp* -zebra")["items"][0]).len(), 3);
        assert!(snippets(&list("glas*")["items"][0])[0].ends_with("[glass] of a lamp"));
        assert_eq!(snippets(&list("from:nora")["items"][0]), ["from: [Nora]", "from: [nora]@lamp.example"]);
        assert_eq!(snippets(&list("status:new")["items"][0]), [] as [&str; 0]);
        assert_eq!(snippets(&list("")["items"][0]), [] as [&str; 0]);
        assert!(key.get("/ticket?query=lamp").expect(200)["items"][0]["snippets"].is_null());
        key.get("/ticket?query=lamp&highlight=true&itemLimit=101").refused(400, "invalid_parameter", &["itemLimit"]);
        key.get("/ticket?query=lamp&highlight=true&itemLimit=100").expect(200);
        key.get("/ticket?query=lamp&highlight=maybe").refused(400, "invalid_parameter", &["highlight"]);
    }

    fn nothing_of_the_tickets_of_others_is_told(desk: TestDesk) {
        let (mine, theirs) = (desk.group("Mine"), desk.group("Theirs"));
        let own = desk.ticket(json!({"title": "kingfisher", "assignedGroupID": mine}));
        let other = desk.ticket(json!({"title": "kingfisher termination", "assignedGroupID": theirs, "from": "eve@x.example", "tags": "secret"}));
        note(&desk.admin(), other, "kingfisher termination");
        let key = desk.limited_key("TICKET_READ,CUSTOMER_READ", Limit::All, Limit::only([mine]));
        for query in [
            "kingfisher", "kingfisher OR termination", "-termination", "-zebra", "kingfisher -tag:secret", "id:1..9", "group:mine,theirs",
            "status:new OR termination", "(kingfisher status:new) OR (termination tag:secret)", "created:<1h", "is:unassigned",
        ] {
            assert_eq!(found(&key, query), [own], "{query}");
        }
        for query in ["termination", "tag:secret", "from:eve", "group:theirs", &format!("id:{other}"), "termination OR tag:secret", "-kingfisher"] {
            assert_eq!(found(&key, query), [] as [i64; 0], "{query}");
        }
        let json = key.get("/ticket?highlight=true&query=kingfisher%20OR%20termination").expect(200);
        assert_eq!(snippets(&json["items"][0]), ["title: [kingfisher]"]);
        assert!(!json.to_string().contains("termination"), "{json}");
    }
}

#[test]
fn what_a_search_costs_does_not_grow_with_the_tickets_of_others() {
    let desk = TestDesk::sqlite();
    let second = desk.brand("Second");
    let of = |brand: i64| {
        move |n: i64| NewTicket {
            brand: Some(BrandId(brand)),
            ..titled(if n % 2 == 0 { "kingfisher lamp" } else { "kingfisher" })
        }
    };
    fill(&desk, 60, of(second));
    let steps = |query: &str| {
        let path = format!("/ticket?highlight=true&query={}", encoded(query));
        let key = desk.limited_key("TICKET_READ", Limit::only([second]), Limit::All);
        // A statement that is new to a connection costs more once.
        for _ in 0..4 {
            key.get(&path).expect(200);
        }
        let before = desk.desk.stats().steps;
        key.get(&path).expect(200);
        desk.desk.stats().steps - before
    };
    let queries = [
        "kingfisher",
        "lamp",
        "-lamp",
        "kingfisher OR status:open",
        "(lamp kingfisher) OR zebra",
        "status:new",
        "zebra",
        "-zebra",
        "kingfisher -lamp",
        "from:x OR lamp",
    ];
    let few: Vec<u64> = queries.iter().map(|query| steps(query)).collect();
    fill(&desk, 3_000, of(1));
    for (query, few) in queries.iter().zip(few) {
        let many = steps(query);
        assert!(many <= few * 3 / 2 + 500, "{query}: {few} steps, and {many} with many tickets of others");
    }
}
