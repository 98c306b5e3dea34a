//! What is refused, with which code and naming which field.

use super::{ACTIONS, Encoding, decode, failures, form, json, multipart, query, table, table_of};
use crate::decode::gather;
use crate::field::Field;
use deskbell_core::{Actor, Permission, PermissionSet};

#[test]
fn numbers_are_plain_decimal_digits() {
    for text in
        ["12.0", "1e3", "+7", " 7", "7 ", "-1", "0x1", "١", "1_000", "99999999999999999999", "10000", "true"]
    {
        assert_eq!(failures(json(&format!("{{\"limit\":\"{text}\"}}"))), ["invalid limit"], "{text}");
        let escaped = text.replace('+', "%2B");
        assert_eq!(failures(form(&format!("limit={escaped}"))), ["invalid limit"], "{text}");
    }
    for literal in ["12.0", "1e3", "-1", "99999999999999999999", "true", "[1]", "{}"] {
        assert_eq!(failures(json(&format!("{{\"limit\":{literal}}}"))), ["invalid limit"], "{literal}");
    }
    assert_eq!(failures(form("brandID=0")), ["invalid brandID"]);
    assert_eq!(failures(form("brandID=9007199254740992")), ["invalid brandID"]);
}

#[test]
fn words_booleans_and_times_are_exact() {
    for body in [
        "status=Open",
        "status=open ",
        "dryRun=2",
        "dryRun=t",
        "from=2026-02-30",
        "from=45291",
        "until=tomorrow",
    ] {
        let field = body.split('=').next().unwrap_or_default();
        assert_eq!(failures(form(body)), [format!("invalid {field}")], "{body}");
    }
    for body in [r#"{"dryRun":2}"#, r#"{"dryRun":1.0}"#, r#"{"dryRun":[]}"#] {
        assert_eq!(failures(json(body)), ["invalid dryRun"], "{body}");
    }
    assert_eq!(failures(json(r#"{"status":1}"#)), ["invalid status"]);
}

#[test]
fn text_is_neither_boolean_nor_object_nor_list_and_has_a_limit() {
    for literal in ["true", "{}", "[\"a\"]"] {
        assert_eq!(failures(json(&format!("{{\"title\":{literal}}}"))), ["invalid title"], "{literal}");
    }
    assert_eq!(failures(form(&format!("title={}", "a".repeat(31)))), ["invalid title"]);
    assert_eq!(failures(form(&format!("title={}", "%0A".repeat(31)))), ["invalid title"]);
    assert_eq!(failures(form(&format!("tags[]=x&tags[]={}", "a".repeat(21)))), ["invalid tags[]"]);
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_one() {
    let fault = form("statuss=open&colour=red").expect_err("refused");
    let messages: Vec<&str> = fault.details().map(|d| d.message.as_str()).collect();
    assert!(messages[0].contains("Did you mean status?"), "{messages:?}");
    assert!(messages[1].contains("It takes brandID, groupID, limit"), "{messages:?}");
    assert!(!messages[1].contains("viewID"), "{messages:?}");
    assert_eq!(failures(form("foo[0]=1")), ["unknown foo[0]"]);
    assert_eq!(failures(json(r#"{"ids[]":[1]}"#)), ["unknown ids[]"]);
    assert_eq!(failures(query("APIKEY=k")), ["unknown APIKEY"]);
    assert_eq!(failures(form("apiKey=k")), ["unknown apiKey"]);
    assert_eq!(failures(form("=1")), ["unknown "]);
}

#[test]
fn nothing_stands_twice() {
    assert_eq!(failures(form("title=a&title=a")), ["invalid title"]);
    assert_eq!(failures(json(r#"{"title":"a","title":"a"}"#)), ["invalid title"]);
    assert_eq!(failures(json(r#"{"ids":[1],"ids":[2]}"#)), ["invalid ids"]);
    assert_eq!(failures(form("ids[1]=1&ids[01]=2")), ["invalid ids[1]"]);
    assert_eq!(failures(form("versions[4]=1&versions[4]=1")), ["invalid versions[4]"]);
    assert_eq!(failures(form("versions[4]=1&versions[04]=1")), ["invalid versions[4]"]);
    assert_eq!(failures(json(r#"{"custom":{"a":"1","a":"2"}}"#)), ["invalid custom[a]"]);
    assert_eq!(
        failures(json(r#"{"actions":[{"actionType":"setTitle","value":"a","value":"b"}]}"#)),
        ["invalid actions[0][value]"]
    );
    let both = decode(&table(), b"title=a", b"title=a", Some(Encoding::Form));
    assert_eq!(failures(both), ["invalid title"]);
    let both = decode(&table(), b"ids[]=1", b"{\"ids\":[2]}", Some(Encoding::Json));
    assert_eq!(failures(both), ["invalid ids"]);
}

#[test]
fn brackets_are_well_formed_and_in_place() {
    for name in [
        "ids[ ]",
        "ids[0]x",
        "ids[",
        "ids[0",
        "ids[x]",
        "ids[-1]",
        "ids[0][1]",
        "ids[[0]]",
        "ids[1e3]",
        "ids[0]]",
    ] {
        assert_eq!(failures(form(&format!("{name}=1"))), [format!("invalid {name}")], "{name}");
    }
    for name in
        ["title[]", "title[0]", "versions[]", "custom[a][b]", "actions[][actionType]", "actions[x][value]"]
    {
        assert_eq!(failures(form(&format!("{name}=1"))), [format!("invalid {name}")], "{name}");
    }
    assert_eq!(failures(form("ids[1000000000000000000]=1")), ["invalid ids[1000000000000000000]"]);
}

#[test]
fn elements_are_named_as_sent() {
    assert_eq!(
        failures(json(r#"{"ids":[1,"x",null,[2]]}"#)),
        ["invalid ids[1]", "invalid ids[2]", "invalid ids[3]"]
    );
    assert_eq!(failures(form("ids[3]=x&ids[]=y")), ["invalid ids[3]", "invalid ids[]"]);
    assert_eq!(failures(form("states=open,shut")), ["invalid states"]);
    assert_eq!(failures(form("tag=\"open")), ["invalid tag"]);
    assert_eq!(failures(form("tag=a&tag=\"b\",c")), ["invalid tag"]);
    assert_eq!(failures(form("versions[x]=1&versions[2]=0")), ["invalid versions[x]", "invalid versions[2]"]);
    assert_eq!(failures(form("custom[A]=1")), ["invalid custom[A]"]);
    assert_eq!(failures(form("TicketIDs=1;2")), ["invalid TicketIDs"]);
    assert_eq!(failures(form("TicketIDs=, ,")), ["invalid TicketIDs"]);
}

#[test]
fn no_text_holds_u_0000_and_all_is_utf_8() {
    assert_eq!(failures(json(r#"{"title":"a\u0000b"}"#)), ["invalid title"]);
    assert_eq!(failures(form("title=a%00b")), ["invalid title"]);
    assert_eq!(failures(query("title=a%00b")), ["invalid title"]);
    assert_eq!(failures(query("title=%FF")), ["invalid title"]);
    assert_eq!(failures(form("ids[]=%C3")), ["invalid ids[]"]);
    assert_eq!(failures(json(r#"{"tags":["a","b\u0000"]}"#)), ["invalid tags[1]"]);
    let nested = r#"{"actions":[{"actionType":"setTitle","value":"\u0000"}]}"#;
    assert_eq!(failures(json(nested)), ["invalid actions[0][value]"]);
    let part = "--x\r\nContent-Disposition: form-data; name=title\r\n\r\na\0b\r\n--x--";
    assert_eq!(failures(multipart(part)), ["invalid title"]);
    let bytes = decode(&table(), b"", b"{\"title\":\"\xff\"}", Some(Encoding::Json));
    assert_eq!(failures(bytes), ["malformed_body -"]);
    assert_eq!(failures(json(r#"{"title":"\ud83d"}"#)), ["malformed_body -"]);
}

#[test]
fn bodies_that_cannot_be_read_are_malformed() {
    for body in
        ["{", "[1]", "1", "null", "{\"a\":}", "{} {}", "{'a':1}", "{\"limit\":007}", "{\"limit\":NaN}"]
    {
        assert_eq!(failures(json(body)), ["malformed_body -"], "{body}");
    }
    assert_eq!(failures(multipart("--y--")), ["malformed_body -"]);
    assert_eq!(
        failures(decode(&table(), b"", b"--x--", Some(Encoding::Multipart(None)))),
        ["malformed_body -"]
    );
    let file = "--x\r\nContent-Disposition: form-data; name=title; filename=a.txt\r\n\r\na\r\n--x--";
    assert_eq!(failures(multipart(file)), ["invalid title"]);
    let latin = "--x\r\nContent-Disposition: form-data; name=title\r\nContent-Type: text/plain; charset=latin1\r\n\r\na\r\n--x--";
    assert_eq!(failures(multipart(latin)), ["malformed_body title"]);
}

#[test]
fn what_the_call_needs_is_missing_when_it_says_nothing() {
    let table = table_of(vec![
        Field::word("status", &["open"]).required(),
        Field::ids("ids", 10).required(),
        Field::line("name", 10).required(),
        Field::actions("actions", ACTIONS, 10).required(),
    ]);
    let all = ["missing status", "missing ids", "missing name", "missing actions"];
    for body in ["", "status=&ids=&name=", "ids[]="] {
        assert_eq!(failures(decode(&table, b"", body.as_bytes(), Some(Encoding::Form))), all, "{body}");
    }
    for body in ["{}", r#"{"status":null,"ids":[],"name":"","actions":[]}"#, r#"{"ids":[""]}"#] {
        assert_eq!(failures(decode(&table, b"", body.as_bytes(), Some(Encoding::Json))), all, "{body}");
    }
    for (body, reported) in [
        ("status[]=open&ids=1&name=a", "invalid status[]"),
        ("status=open&ids[ ]=1&name=a", "invalid ids[ ]"),
        ("status=open&ids[0]x=1&name=a", "invalid ids[0]x"),
        ("status=open&ids=1&name=a&name=a", "invalid name"),
    ] {
        let read = failures(decode(&table, b"", body.as_bytes(), Some(Encoding::Form)));
        assert_eq!(read, [reported, "missing actions"], "{body}");
    }
    let broken = decode(&table, b"", b"{", Some(Encoding::Json));
    assert_eq!(failures(broken), ["malformed_body -"]);
}

#[test]
fn exactly_one_of_two_names_is_needed() {
    let mut table = table_of(vec![Field::ids("ids", 9), Field::id_text("IDs", 9)]);
    table.one_of = Some(&["ids", "IDs"]);
    let read = |query: &str| failures(decode(&table, query.as_bytes(), b"", None));
    assert_eq!(read(""), ["missing ids"]);
    assert_eq!(read("IDs=1&ids=1"), ["invalid IDs"]);
    assert_eq!(read("IDs=1"), ["accepted"]);
    assert_eq!(read("IDs=&ids=1"), ["accepted"]);
    let chosen = decode(&table, b"IDs=1&ids[]=", b"", None).expect("accepted");
    assert!(chosen.given("IDs") && !chosen.given("ids"));
}

#[test]
fn an_empty_list_of_ids_is_not_all_that_something_else_lets_through() {
    let fields = [
        Field::ids("ids", 9),
        Field::id_text("IDs", 9),
        Field::line("after", 9),
        Field::line("tag", 9).selects(),
    ];
    let mut table = table_of(fields.into());
    table.one_of = Some(&["ids", "IDs", "after"]);
    let query = |query: &str| failures(decode(&table, query.as_bytes(), b"", None));
    let form = |body: &str| failures(decode(&table, b"", body.as_bytes(), Some(Encoding::Form)));
    for (empty, name) in [("ids=", "ids"), ("ids[]=", "ids"), ("ids[0]=", "ids"), ("IDs=", "IDs")] {
        for other in ["tag=x", "after=7"] {
            let sent = format!("{empty}&{other}");
            assert_eq!(
                (query(&sent), form(&sent)),
                (vec![format!("invalid {name}")], vec![format!("invalid {name}")]),
                "{sent}"
            );
        }
        assert_eq!(query(empty), ["missing ids"]);
        assert_eq!(query(&format!("{empty}&IDs=1")).contains(&"accepted".to_owned()), name == "ids");
    }
    for (empty, name) in [
        (r#""ids":[]"#, "ids"),
        (r#""ids":"""#, "ids"),
        (r#""ids":[""]"#, "ids"),
        (r#""ids":[null]"#, "ids"),
        (r#""IDs":"""#, "IDs"),
    ] {
        let sent = format!(r#"{{{empty},"tag":"x"}}"#);
        assert_eq!(
            failures(decode(&table, b"", sent.as_bytes(), Some(Encoding::Json))),
            [format!("invalid {name}")],
            "{sent}"
        );
    }
    let mixed = decode(&table, b"ids[]=", br#"{"tag":"x"}"#, Some(Encoding::Json));
    assert_eq!(failures(mixed), ["invalid ids"]);
    // A null says nothing.
    let null = decode(&table, b"", br#"{"ids":null,"IDs":null,"tag":"x"}"#, Some(Encoding::Json));
    assert_eq!(failures(null), ["accepted"]);
}

#[test]
fn actions_are_checked_one_by_one() {
    let read = |body: &str| failures(json(&format!("{{\"actions\":[{body}]}}")));
    assert_eq!(read(r#"{"actionType":"explode"}"#), ["invalid actions[0][actionType]"]);
    assert_eq!(read(r#"{"value":1}"#), ["missing actions[0][actionType]"]);
    assert_eq!(read(r#"{"actionType":"assignGroup"}"#), ["missing actions[0][value]"]);
    assert_eq!(read(r#"{"actionType":"assignGroup","value":""}"#), ["missing actions[0][value]"]);
    assert_eq!(read(r#"{"actionType":"addNote","value":""}"#), ["missing actions[0][value]"]);
    assert_eq!(read(r#"{"actionType":"setTitle","value":null}"#), ["missing actions[0][value]"]);
    assert_eq!(read(r#"{"actionType":"addTags","value":[]}"#), ["invalid actions[0][value]"]);
    assert_eq!(read(r#"{"actionType":"delete","value":"x"}"#), ["invalid actions[0][value]"]);
    assert_eq!(
        read(r#"{"actionType":"delete"},{"actionType":"setBrand","value":0}"#),
        ["invalid actions[1][value]"]
    );
    assert_eq!(read(r#"{"actionType":"delete","valeu":1}"#), ["unknown actions[0][valeu]"]);
    assert_eq!(read("1"), ["invalid actions[0]"]);
    let eleven = [r#"{"actionType":"delete"}"#; 11].join(",");
    assert_eq!(read(&eleven), ["invalid actions"]);
}

#[test]
fn what_is_not_supported_yet_is_refused_with_a_sentence() {
    let fault = form("viewID=1").expect_err("refused");
    assert!(fault.first.message.contains("not supported by this version"), "{fault}");
    assert_eq!(failures(form("viewID=")), ["accepted"]);
}

#[test]
fn too_many_ids_are_too_large_and_nothing_else_is_said() {
    let ids = (1..=10_001).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(failures(json(&format!("{{\"limit\":\"x\",\"ids\":[{ids}]}}"))), ["payload_too_large ids"]);
    assert_eq!(failures(form(&format!("TicketIDs={ids}"))), ["payload_too_large TicketIDs"]);
    let twice = format!("{{\"ids\":[{},1,2,3]}}", ids.trim_end_matches(",10001"));
    assert_eq!(failures(json(&twice)), ["accepted"]);
    assert_eq!(failures(form(&"title=a&".repeat(40_001))), ["payload_too_large -"]);
}

#[test]
fn fields_and_actions_ask_for_their_permissions_before_values_are_read() {
    let table = table_of(vec![
        Field::word("status", &["solved"]).needs(Permission::SetStatus),
        Field::actions("actions", ACTIONS, 10),
        Field::id("brandID"),
    ]);
    let mut actor = Actor::system();
    actor.permissions = PermissionSet::NONE.with(Permission::TicketUpdate);
    let judge = |body: &str| {
        let gathered = gather(&table, b"", body.as_bytes(), Some(&Encoding::Form)).expect("few pairs");
        let drafts = gathered.settle(&table, Vec::new()).expect("parsed");
        drafts.permit(&table, &actor).err().map(|fault| failures(Err(fault)))
    };
    assert_eq!(judge("status=nonsense&brandID=x"), Some(vec!["forbidden status".into()]));
    assert_eq!(judge("status="), None);
    assert_eq!(
        judge(
            "actions[0][actionType]=setTitle&actions[0][value]=a&actions[1][actionType]=delete&actions[2][actionType]=no"
        ),
        Some(vec!["forbidden actions[1][actionType]".into()])
    );
}

#[test]
fn forty_thousand_unknown_names_are_judged_quickly_and_told_briefly() {
    let body: Vec<String> = (0..40_000).map(|n| format!("name{n}=1")).collect();
    let fault = form(&body.join("&")).expect_err("refused");
    assert_eq!(fault.details().count(), 100);
}
