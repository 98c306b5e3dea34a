//! Search: any query finds on both engines what a naive matcher finds, whatever the texts are made of.

use deskbell_app::ticket::Ticket;
use deskbell_core::search::{self, Query};
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
    let word = (text(4), 0..4u8).prop_map(|(text, form)| match form {
        0 => format!("\"{text}\""),
        1 => format!("{text}*"),
        2 => format!("\"{text}\"*"),
        _ => text,
    });
    vec(word, 1..3).prop_map(|words| words.join(" "))
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
    let notes: Vec<[&str; 1]> = notes.iter().map(|note| [note.as_str()]).collect();
    let entries: Vec<&[&str]> =
        std::iter::once(&head[..]).chain(notes.iter().map(|note| &note[..])).collect();
    search::matches(query, &entries)
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

#[test]
fn any_query_finds_on_both_engines_what_a_naive_matcher_finds() {
    let grounds = both();
    let texts = vec(texts(), 80).new_tree(&mut TestRunner::deterministic()).expect("texts").current();
    let (grounds, texts) = (&grounds, &texts);
    let made = std::thread::scope(|scope| {
        let make_all = |ground: &Ground| texts.iter().filter_map(|t| make(ground, t)).collect::<Vec<_>>();
        let other = scope.spawn(move || make_all(&grounds[1]));
        let one = make_all(&grounds[0]);
        assert_eq!(one.len(), other.join().expect("tickets").len());
        one
    });
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let law = runner.run(&query(), |text| {
        let path = format!("/ticket?itemLimit=9999&query={}", super::escaped(&text));
        let Ok(query) = search::parse(&text) else {
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
        let query = search::parse(&draw(2)).ok();
        query.is_some_and(|q| !q.clauses.is_empty() && texts.iter().any(|t| search::matches(&q, &[&[t]])))
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
