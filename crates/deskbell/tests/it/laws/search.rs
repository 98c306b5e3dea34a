//! Search: any query finds on both engines what a naive matcher finds, whatever the texts are made of.

use deskbell_app::ticket::Ticket;
use deskbell_core::Timestamp;
use deskbell_core::search::{self, Facts, Name, Query, Test, Times};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::ground::{Ground, both};

/// Few, so that texts and queries meet: letters that fold, join, decompose, stand without blanks or mean something to
/// one of the engines.
const PIECES: [&str; 58] = [
    "a",
    "e",
    "ß",
    "ss",
    "SS",
    "é",
    "e\u{301}",
    "œ",
    "oe",
    "ﬁ",
    "fi",
    "İ",
    "i",
    "ı",
    "I",
    "Σ",
    "ς",
    "σ",
    "ア",
    "ｱ",
    "北",
    "京",
    "北京",
    "ไทย",
    "सेवा",
    "שלום",
    "مرحبا",
    "0",
    "1",
    "2026",
    "000123",
    "12",
    "49",
    "①",
    "x²",
    "-",
    "'",
    "’",
    ".",
    ",",
    "@",
    "/",
    "_",
    ":",
    "&",
    "|",
    "!",
    "(",
    ")",
    "\\",
    "+",
    "\u{200d}",
    "\u{ad}",
    "🙂",
    "alpha",
    "beta",
    "nora@werft.example",
    "+31 20 123 4567",
];

/// What stands between pieces: mostly nothing or a blank.
const GAPS: [&str; 5] = ["", "", " ", " ", "\u{3000}"];

fn text(most: usize) -> impl Strategy<Value = String> {
    vec((select(PIECES.to_vec()), select(GAPS.to_vec())), 0..most)
        .prop_map(|pieces| pieces.iter().flat_map(|(piece, gap)| [*piece, *gap]).collect())
}

fn query() -> impl Strategy<Value = String> {
    let word = (text(4), 0..7u8).prop_map(|(text, form)| match form {
        0 => format!("\"{text}\""),
        3 => format!("-\"{text}\""),
        4 => format!("{text} OR"),
        5 => format!("from:\"{text}\""),
        1 => format!("{text}*"),
        2 => format!("\"{text}\"*"),
        _ => text,
    });
    vec(word, 1..4).prop_map(|words| words.join(" "))
}

/// Whether the query finds the ticket with these notes, without any index.
pub(crate) fn finds(query: &Query, ticket: &Ticket, notes: &[String]) -> bool {
    let id = ticket.id.to_string();
    let source = format!("{} {}", ticket.source, ticket.source_id);
    let phone = if ticket.contact.starts_with('+') { ticket.contact.as_str() } else { "" };
    let head = [
        id.as_str(),
        source.trim(),
        &ticket.title,
        &ticket.from_address,
        &ticket.from_name,
        &ticket.to_address,
        &ticket.to_name,
        phone,
    ];
    let inbound = ticket.direction == deskbell_core::Direction::Inbound;
    let entries: Vec<&str> = notes.iter().map(String::as_str).collect();
    let facts = Facts {
        head: &head,
        from: &[head[3], head[4], if inbound { phone } else { "" }],
        to: &[head[5], head[6], if inbound { "" } else { phone }],
        entries: &entries,
        test: &|test| is_so(test, ticket),
    };
    search::meets(query, &facts)
}

/// Whether a field of a ticket on the ground of laws is so: what docs/search.md says, one line a field.
fn is_so(test: &Test, ticket: &Ticket) -> bool {
    let named = |names: &[Name], id: i64, known: &[(i64, &str)]| {
        names.iter().any(|name| match name {
            Name::None => id == 0,
            Name::Me { .. } => false,
            Name::Text(text) => {
                text.parse() == Ok(id)
                    || known.iter().any(|(known, name)| *known == id && *name == text.to_lowercase())
            }
        })
    };
    let timed = |times: &[Times], time: Timestamp| {
        times.iter().any(|t| t.from.is_none_or(|from| time >= from) && t.to.is_none_or(|to| time <= to))
    };
    match test {
        Test::Status(some) => some.contains(&ticket.status),
        Test::Priority(some) => some.contains(&ticket.priority),
        Test::Tag(tags) => {
            tags.iter().any(|tag| ticket.tags.iter().any(|has| has.to_lowercase() == tag.to_lowercase()))
        }
        Test::Customer(names) => named(names, ticket.customer.0, &[(1, "c1"), (2, "c2")]),
        Test::Brand(names) => named(names, ticket.brand.0, &[(1, "default"), (2, "bolt"), (3, "cargo")]),
        Test::Group(names) => named(names, ticket.group.0, &[(2, "second line"), (3, "bolt's own")]),
        Test::Channel(names) => {
            named(names, ticket.channel.0, &[(1, "e-mail"), (2, "telephone"), (4, "api")])
        }
        Test::Assignee(names) => named(names, ticket.user.0, &[(1, "ann"), (2, "bob"), (3, "eve")]),
        Test::Id(ranges) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&ticket.id.0)),
        Test::Created(times) => timed(times, ticket.created_at),
        Test::Updated(times) => timed(times, ticket.last_update),
        // The ground has no telephone numbers.
        Test::Line(..) => false,
        Test::Unassigned => ticket.user.0 == 0,
        Test::Archived => ticket.archived,
        // The ground has no files either.
        Test::Attached => false,
        Test::Snoozed { now } => ticket.snooze_time.is_some_and(|time| time > *now),
    }
}

/// What the law of lists searches for on the ground of laws: any query of these words and fields, whatever its shape.
pub(crate) fn language() -> impl Strategy<Value = String> {
    let leaves = vec![
        "alpha",
        "beta",
        "Gamma",
        "delta",
        "omega",
        "ga*",
        "\"alpha beta\"",
        "\"beta alpha\"",
        "7",
        "nora",
        "--",
        "\"delta al\"*",
        "status:open,pending",
        "status:closed",
        "status:new",
        "priority:>=high",
        "priority:<medium",
        "priority:=low",
        "priority:>urgent",
        "tag:VIP",
        "tag:\"a, b\",late",
        "tag:nothing",
        "from:nora@",
        "from:werft.example",
        "from:anna,nora",
        "to:nora",
        "brand:bolt",
        "brand:2,Cargo",
        "brand:nowhere",
        "group:none",
        "group:\"Second line\"",
        "group:3,none",
        "assignee:ANN",
        "has:attachment",
        "assignee:none",
        "assignee:2,eve",
        "channel:e-mail",
        "channel:1,4",
        "id:7",
        "id:>=100",
        "id:<30",
        "id:20..60,7",
        "created:>=2026-12-01",
        "created:<20d",
        "created:>2w",
        "updated:>10d",
        "updated:<=300h",
        "created:2026-11-26..2026-12-05",
        "is:unassigned",
        "is:archived",
        "is:snoozed",
        "customer:none",
        "customer:c1,2",
        "https://x",
        "12:30",
    ];
    select(leaves).prop_map(str::to_owned).prop_recursive(4, 10, 3, |inner| {
        let several = || vec(inner.clone(), 1..4);
        prop_oneof![
            2 => several().prop_map(|of| of.join(" ")),
            2 => several().prop_map(|of| of.join(" OR ")),
            1 => several().prop_map(|of| format!("({})", of.join(" "))),
            2 => several().prop_map(|of| format!("({})", of.join(" OR "))),
            2 => inner.clone().prop_map(|of| format!("-({of})")),
            1 => inner.prop_map(|of| format!("-{of}")),
        ]
    })
}

/// Texts of a ticket; the second title replaces the first.
type Texts = (String, String, String, (Option<String>, Vec<String>, bool));

fn texts() -> impl Strategy<Value = Texts> {
    let later = (prop::option::weighted(0.3, text(6)), vec(text(12), 0..3), prop::bool::weighted(0.1));
    (text(8), text(3), text(3), later)
}

/// Makes the ticket; answers what must be found of it: nothing of one that was deleted.
fn make(
    ground: &Ground,
    (title, from, name, (title_later, notes, deleted)): &Texts,
) -> Option<(Ticket, Vec<String>)> {
    let fields = json!({"title": title, "from": from, "fromName": name});
    let id = ground.admin.post("/ticket", fields).expect(200)["ticketID"].as_i64().expect("an id");
    let notes: Vec<&String> = notes.iter().filter(|n| !n.is_empty()).collect();
    let action = |kind: &str, value: Value| json!({"actionType": kind, "value": value});
    let mut actions: Vec<Value> = notes.iter().map(|note| action("addNote", json!(note))).collect();
    actions.extend(title_later.as_ref().map(|title| action("setTitle", json!(title))));
    if !actions.is_empty() {
        ground.admin.post("/ticket/batch", json!({"ticketIDs": [id], "actions": actions})).expect(200);
    }
    let item = ground.item(id).expect("the ticket");
    if *deleted {
        ground.admin.delete(&format!("/ticket/{id}?purge={}", id % 2)).expect(200);
        return None;
    }
    let seen: Vec<String> = item["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .filter(|e| e["type"] == "note")
        .map(|e| as_written(e["content"].as_str().expect("a text")))
        .collect();
    assert_eq!(seen.iter().collect::<Vec<_>>(), notes, "notes are kept as they are");
    let system = std::sync::Arc::new(deskbell_core::Actor::system());
    let read = ground.desk.desk.read_blocking(deskbell_db::Lane::Point, &system, move |tx, actor| {
        deskbell_app::ticket::load::one(tx, actor, deskbell_core::TicketId(id))
    });
    Some((read.expect("a ticket"), seen))
}

/// Merges some of the tickets into the ones behind them: what was said in them is found there.
fn merged(ground: &Ground, mut made: Vec<(Ticket, Vec<String>)>) -> Vec<(Ticket, Vec<String>)> {
    for at in (0..made.len() - 1).step_by(5) {
        let actions = json!([{"actionType": "merge", "value": made[at + 1].0.id.0}]);
        let merge = json!({"ticketIDs": [made[at].0.id.0], "actions": actions});
        ground.admin.post("/ticket/batch", merge).expect(200);
        let said = std::mem::take(&mut made[at].1);
        made[at + 1].1.extend(said);
        made[at].0.status = deskbell_core::Status::Closed;
    }
    made
}

#[test]
fn any_query_finds_on_both_engines_what_a_naive_matcher_finds() {
    let grounds = both();
    let texts = vec(texts(), 80).new_tree(&mut TestRunner::deterministic()).expect("texts").current();
    let (grounds, texts) = (&grounds, &texts);
    let made = std::thread::scope(|scope| {
        let make_all =
            |ground: &Ground| merged(ground, texts.iter().filter_map(|t| make(ground, t)).collect());
        let other = scope.spawn(move || make_all(&grounds[1]));
        let one = make_all(&grounds[0]);
        assert_eq!(one.len(), other.join().expect("tickets").len());
        one
    });
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let law = runner.run(&query(), |text| {
        let path = format!("/ticket?itemLimit=9999&query={}", super::escaped(&text));
        let Ok(query) = search::parse(&text, Timestamp(0)) else {
            for ground in grounds {
                prop_assert_eq!(ground.admin.get(&path).status.as_u16(), 400);
            }
            return Ok(());
        };
        let due: Vec<i64> =
            made.iter().rev().filter(|(t, notes)| finds(&query, t, notes)).map(|(t, _)| t.id.0).collect();
        for ground in grounds {
            let seen = ground.admin.get(&path);
            prop_assert_eq!(seen.status.as_u16(), 200, "{}", seen.text);
            prop_assert_eq!(&seen.json["itemTotal"], &json!(due.len()));
            prop_assert_eq!(&seen.ids(), &due, "{:?}", ground.probe.engine());
        }
        Ok(())
    });
    law.unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn the_law_of_search_has_hits_to_look_at() {
    let mut runner = TestRunner::deterministic();
    let mut draw = |most| text(most).new_tree(&mut runner).expect("a text").current();
    let texts: Vec<String> = (0..80).map(|_| draw(8)).collect();
    let hits = (0..300).filter(|_| {
        let query = search::parse(&draw(2), Timestamp(0)).ok();
        query.is_some_and(|q| !q.clauses().is_empty() && texts.iter().any(|t| search::matches(&q, &[&[t]])))
    });
    assert!(
        hits.count() > 60,
        "random queries must find something often enough for the law to mean anything"
    );
}

/// What was written, of what is shown: notes are plain text.
fn as_written(shown: &str) -> String {
    let text = shown.replace("<br>\n", "\n").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}
