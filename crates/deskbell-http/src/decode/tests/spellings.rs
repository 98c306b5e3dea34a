//! What is accepted, spelling by spelling.

use deskbell_core::Status;
use deskbell_core::text::join_csv;

use super::{form, json, multipart, query};
use crate::action::ActionValue;

#[test]
fn digits_are_numbers_in_text_and_in_json() {
    for (spelling, number) in [("12", 12), ("007", 7), ("0", 0), ("000", 0), ("9999", 9_999)] {
        assert_eq!(form(&format!("limit={spelling}")).expect("accepted").number("limit"), Some(number));
        let quoted = format!("{{\"limit\":\"{spelling}\"}}");
        assert_eq!(json(&quoted).expect("accepted").number("limit"), Some(number));
    }
    assert_eq!(json(r#"{"limit":12}"#).expect("accepted").number("limit"), Some(12));
    assert_eq!(json(r#"{"brandID":9007199254740991}"#).expect("accepted").id("brandID"), Some((1 << 53) - 1));
    assert_eq!(json(r#"{"groupID":0}"#).expect("accepted").id("groupID"), Some(0));
}

#[test]
fn booleans_have_eight_words_of_any_case() {
    for (word, expected) in [
        ("true", true),
        ("TRUE", true),
        ("1", true),
        ("yes", true),
        ("On", true),
        ("false", false),
        ("0", false),
        ("No", false),
        ("oFF", false),
    ] {
        assert_eq!(
            form(&format!("dryRun={word}")).expect("accepted").sent_flag("dryRun"),
            Some(expected),
            "{word}"
        );
        let quoted = format!("{{\"dryRun\":\"{word}\"}}");
        assert_eq!(json(&quoted).expect("accepted").sent_flag("dryRun"), Some(expected), "{word}");
    }
    for (literal, expected) in [("true", true), ("false", false), ("1", true), ("0", false)] {
        let body = format!("{{\"dryRun\":{literal}}}");
        assert_eq!(json(&body).expect("accepted").sent_flag("dryRun"), Some(expected), "{literal}");
    }
}

#[test]
fn absent_and_null_leave_as_it_is_and_empty_empties_a_text() {
    let absent = json("{}").expect("accepted");
    assert_eq!(
        (absent.text("title"), absent.number("limit"), absent.given("limit")),
        (None, Some(15), false)
    );
    let null =
        r#"{"title":null,"limit":null,"status":null,"ids":null,"versions":null,"actions":null,"until":null}"#;
    assert_eq!(json(null).expect("accepted"), absent);
    assert_eq!(json(r#"{"title":""}"#).expect("accepted").text("title"), Some(""));
    assert_eq!(form("title=").expect("accepted").text("title"), Some(""));
    assert_eq!(form("title").expect("accepted").text("title"), Some(""));
    let nothing = "limit=&status=&dryRun=&brandID=&from=&states=&brands[]=&tag=&versions[3]=&TicketIDs=";
    assert_eq!(form(nothing).expect("accepted"), absent);
}

#[test]
fn an_empty_moment_clears_and_an_empty_list_to_be_stored_is_given() {
    let cleared = form("until=&tags=&ids[]=&rights=").expect("accepted");
    assert_eq!(cleared.moment("until"), Some(None));
    for name in ["tags", "ids", "rights"] {
        assert!(cleared.given(name), "{name}");
    }
    assert_eq!(json(r#"{"tags":[],"ids":[],"rights":[""],"until":""}"#).expect("accepted"), cleared);
    assert!(!json(r#"{"states":[]}"#).expect("accepted").given("states"));
}

#[test]
fn text_takes_a_number_of_json_as_written() {
    for literal in ["12", "1.50", "1e3", "-0"] {
        assert_eq!(json(&format!("{{\"title\":{literal}}}")).expect("accepted").text("title"), Some(literal));
    }
}

#[test]
fn lines_are_cleaned_and_texts_are_not() {
    let params = json(r#"{"title":" a\r\n\tb\u202ec ","note":" a\r\n\tb "}"#).expect("accepted");
    assert_eq!(params.text("title"), Some(" a bc "));
    assert_eq!(params.text("note"), Some(" a\r\n\tb "));
}

#[test]
fn every_spelling_of_an_array_means_the_same() {
    for body in [
        "ids[]=3&ids[]=1&ids[]=2",
        "ids[0]=3&ids[1]=1&ids[2]=2",
        "ids[2]=2&ids[0]=3&ids[1]=1",
        "ids[7]=1&ids[99999999999]=2&ids[3]=3",
        "ids=3&ids=1&ids=2",
        "ids[]=1&ids[5]=3&ids=2",
        "ids%5B%5D=3&ids%5b0%5d=3&ids=1&ids[]=2",
        "ids[]=3&ids[]=1&ids[]=3&ids[]=2",
    ] {
        assert_eq!(form(body).expect("accepted").ids("ids"), [3, 1, 2], "{body}");
        assert_eq!(query(body).expect("accepted").ids("ids"), [3, 1, 2], "{body}");
    }
    assert_eq!(json(r#"{"ids":[3,"1","002"]}"#).expect("accepted").ids("ids"), [3, 1, 2]);
    assert_eq!(json(r#"{"ids":7}"#).expect("accepted").ids("ids"), [7]);
    assert_eq!(form("ids=7").expect("accepted").ids("ids"), [7]);
}

#[test]
fn the_number_of_elements_changes_nothing() {
    for count in [1, 19, 20, 21, 22, 100, 1_000, 10_000] {
        let expected: Vec<i64> = (1..=count).collect();
        let join = |name: fn(i64) -> String| {
            expected.iter().map(|id| format!("{}={id}", name(*id))).collect::<Vec<_>>().join("&")
        };
        for body in [join(|_| "ids[]".into()), join(|id| format!("ids[{id}]")), join(|_| "ids".into())] {
            assert_eq!(form(&body).expect("accepted").ids("ids"), expected, "{count}");
        }
        let texts: Vec<String> = expected.iter().map(i64::to_string).collect();
        let commas = texts.join(", ");
        assert_eq!(json(&format!("{{\"ids\":[{commas}]}}")).expect("accepted").ids("ids"), expected);
        assert_eq!(form(&format!("TicketIDs={commas}")).expect("accepted").ids("TicketIDs"), expected);
    }
}

#[test]
fn a_value_that_stands_alone_may_be_comma_separated() {
    let open_new = [Status::Open, Status::New];
    for body in [
        "states=open,new",
        "states=open, new",
        "states=\"open\",new",
        "states=open&states=new",
        "states[]=open&states=new",
    ] {
        assert_eq!(form(body).expect("accepted").words_as("states", Status::parse), open_new, "{body}");
    }
    assert_eq!(form("brands=0,5").expect("accepted").ids("brands"), [0, 5]);
    assert_eq!(form("tag=\"late, again\",x").expect("accepted").lines("tag"), ["late, again", "x"]);
    assert_eq!(json(r#"{"tag":"\"late, again\",x"}"#).expect("accepted").lines("tag"), ["late, again", "x"]);
    assert_eq!(form("tag[]=late, again").expect("accepted").lines("tag"), ["late, again"]);
    assert_eq!(json(r#"{"tag":["late, again","x"]}"#).expect("accepted").lines("tag"), ["late, again", "x"]);
    assert_eq!(form("tag=late, again&tag=x").expect("accepted").lines("tag"), ["late, again", "x"]);
    assert_eq!(form("tag=\"late, again\"&tag=x").expect("accepted").lines("tag"), ["late, again", "x"]);
    assert_eq!(form("tag=5\" pipe").expect("accepted").lines("tag"), ["5\" pipe"]);
}

#[test]
fn actions_come_in_the_order_of_their_indices() {
    let spelled = form(
        "actions[7][value]=5&actions[3][actionType]=addTags&actions[3][value][]=b, c&actions[7][actionType]=assignGroup&actions[3][value][]=a",
    )
    .expect("accepted");
    let actions = spelled.actions("actions");
    assert_eq!(
        actions.iter().map(|a| (a.label.as_str(), a.kind)).collect::<Vec<_>>(),
        [("actions[3]", "addTags"), ("actions[7]", "assignGroup")]
    );
    assert_eq!((actions[0].tags(), actions[1].id()), (&["b, c".to_owned(), "a".to_owned()][..], 5));
    let one = json(r#"{"actions":{"actionType":"delete","value":null}}"#).expect("accepted");
    assert_eq!(one, form("actions[0][actionType]=delete&actions[0][value]=").expect("accepted"));
    assert_eq!(one, form("actions=[{\"actionType\":\"delete\"}]").expect("accepted"));
    let several = form(
        "actions={\"actionType\":\"delete\"}&actions=[{\"actionType\":\"addTags\",\"value\":\"a\"}]&actions={\"actionType\":\"delete\"}",
    );
    let several: Vec<(String, &str)> =
        several.expect("accepted").actions("actions").iter().map(|a| (a.label.clone(), a.kind)).collect();
    let expected = [("actions[0]", "delete"), ("actions[1]", "addTags"), ("actions[2]", "delete")];
    assert_eq!(several, expected.map(|(label, kind)| (label.to_owned(), kind)));
}

#[test]
fn values_of_actions_are_typed() {
    let values = |body: &str| {
        let params = json(&format!("{{\"actions\":[{body}]}}")).expect("accepted");
        params.actions("actions").iter().map(|a| a.value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(values(r#"{"actionType":"setTitle","value":""}"#), [ActionValue::Text(String::new())]);
    assert_eq!(values(r#"{"actionType":"setTitle","value":"a\nb"}"#), [ActionValue::Text("a b".into())]);
    assert_eq!(values(r#"{"actionType":"addNote","value":"a\nb"}"#), [ActionValue::Text("a\nb".into())]);
    assert_eq!(values(r#"{"actionType":"assignGroup","value":0}"#), [ActionValue::Id(0)]);
    assert_eq!(values(r#"{"actionType":"snooze","value":""}"#), [ActionValue::Moment(None)]);
    assert_eq!(values(r#"{"actionType":"setTags","value":[]}"#), [ActionValue::Tags(Vec::new())]);
    assert_eq!(values(r#"{"actionType":"setStatus","value":"solved"}"#), [ActionValue::Word("solved")]);
}

#[test]
fn multipart_takes_parts_of_json() {
    let part = |name: &str, kind: &str, content: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{kind}\r\n{content}\r\n")
    };
    let json_type = "Content-Type: application/json\r\n";
    let body = [
        part("actions", json_type, r#"[{"actionType":"setTags","value":["a","b"]}]"#),
        part("actions[4][actionType]", "", "delete"),
        part("ids", json_type, "[1,2]"),
        part("ids[]", "Content-Type: text/plain; charset=UTF-8\r\n", "3"),
        part("title", json_type, "\"t\""),
        "--x--\r\n".to_owned(),
    ]
    .concat();
    let same = r#"{"ids":[1,2,3],"title":"t","actions":[{"actionType":"setTags","value":["a","b"]}]}"#;
    let (parts, same) = (multipart(&body).expect("accepted"), json(same).expect("accepted"));
    assert_eq!((parts.ids("ids"), parts.text("title")), (same.ids("ids"), same.text("title")));
    assert_eq!(parts.actions("actions")[0], same.actions("actions")[0]);
    assert_eq!(parts.actions("actions")[1].label, "actions[4]");
}

#[test]
fn empty_bodies_are_empty() {
    let nothing = json("{}").expect("accepted");
    for empty in [
        json(""),
        json(" \r\n"),
        form(""),
        form("&&"),
        multipart(""),
        multipart("--x--\r\n"),
        query("apiKey=secret"),
    ] {
        assert_eq!(empty.expect("accepted"), nothing);
    }
}

#[test]
fn characters_are_counted_not_bytes() {
    let robots = "🤖".repeat(30);
    let body = format!("{{\"title\":\"{robots}\",\"tags\":[\"{}\"]}}", "é".repeat(20));
    let params = json(&body).expect("accepted");
    assert_eq!(params.text("title"), Some(robots.as_str()));
    assert_eq!(form(&format!("tags={}", join_csv(&["a, b"]))).expect("accepted").lines("tags"), ["a, b"]);
}
