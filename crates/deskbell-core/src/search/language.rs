//! Cases of the language: what is left out, joined and named, and where mistakes are.

use super::tests::parse;
use super::*;
use crate::fault::Code;
use crate::time::Timestamp;
use crate::words::{Priority, Status};

#[track_caller]
fn refused(query: &str) -> String {
    let fault = parse(query).expect_err(query);
    assert_eq!((fault.code(), fault.first.field.as_deref()), (Code::InvalidParameter, Some("query")));
    fault.first.message
}

fn found(texts: &[&str], query: &str) -> Vec<usize> {
    let query = parse(query).unwrap_or_else(|fault| panic!("{query}: {fault}"));
    (0..texts.len()).filter(|n| matches(&query, &[&[texts[*n]]])).collect()
}

/// The tests of a query in order.
#[track_caller]
fn tests(query: &str) -> Vec<Test> {
    let query = parse(query).unwrap_or_else(|fault| panic!("{query}: {fault}"));
    let mut tests = Vec::new();
    query.root.as_ref().expect("something").leaves(&mut |leaf, _| {
        if let Expr::Field(test) = leaf {
            tests.push(test.clone());
        }
    });
    tests
}

#[test]
fn words_are_left_out_joined_and_put_in_brackets() {
    let texts = ["red lamp", "green lamp", "red bulb", "green bulb", "covid-19 lamp", "and or not"];
    for (query, expected) in [
        ("lamp -red", vec![1, 4]),
        ("-lamp", vec![2, 3, 5]),
        ("-\"red lamp\"", vec![1, 2, 3, 4, 5]),
        ("lamp OR bulb", vec![0, 1, 2, 3, 4]),
        ("red lamp OR bulb", vec![0, 2]),
        ("lamp OR bulb red", vec![0, 2]),
        ("(red lamp) OR (green bulb)", vec![0, 3]),
        ("-(red OR green)", vec![4, 5]),
        ("-(red lamp) lamp", vec![1, 4]),
        ("-(-red)", vec![0, 2]),
        ("red OR -lamp", vec![0, 2, 3, 5]),
        ("red AND lamp", vec![0]),
        ("(red", vec![0, 2]),
        ("red)", vec![0, 2]),
        ("((red) lamp", vec![0]),
        ("red() (lamp).", vec![0]),
        ("() red", vec![0, 2]),
        ("-() red", vec![0, 2]),
        ("OR", vec![5]),
        ("OR not", vec![5]),
        ("not OR", vec![5]),
        ("AND or", vec![5]),
        ("or and", vec![5]),
        ("red OR OR green", vec![]),
        ("red or", vec![]),
        ("covid-19", vec![4]),
        ("covid-19 -20", vec![4]),
        ("lamp -19", vec![0, 1]),
        ("lamp --red", vec![0]),
        ("lamp - red", vec![0]),
        ("red -", vec![0, 2]),
        ("red OR --", vec![0, 2]),
        ("lamp -re*", vec![1, 4]),
        ("\"-lamp\"", vec![0, 1, 4]),
        ("\"a OR b\"", vec![]),
    ] {
        assert_eq!(found(&texts, query), expected, "query {query}");
    }
    // Words that are joined become one clause, which either engine looks up at once.
    assert_eq!(parse("red OR (green OR bulb)").unwrap().clauses().len(), 1);
}

#[test]
fn fields_are_read_to_types() {
    use Name::Text;
    let at = |text: &str| Timestamp::parse_span(text).unwrap().first;
    let times = |from: Option<&str>, to: Option<&str>| Times { from: from.map(at), to: to.map(at) };
    let named = |name: &str| Text(name.to_owned());
    for (query, expected) in [
        ("status:open,pending", Test::Status(vec![Status::Open, Status::Pending])),
        ("status:Open,", Test::Status(vec![Status::Open])),
        ("priority:>=high", Test::Priority(vec![Priority::High, Priority::Urgent])),
        ("priority:<medium", Test::Priority(vec![Priority::Low])),
        ("priority:>urgent", Test::Priority(vec![])),
        ("priority:=low,urgent", Test::Priority(vec![Priority::Low, Priority::Urgent])),
        ("tag:billing,\"late, again\"", Test::Tag(vec!["billing".into(), "late, again".into()])),
        ("tag:„späte“", Test::Tag(vec!["späte".into()])),
        ("customer:12,none", Test::Customer(vec![named("12"), Name::None])),
        ("brand:\"Second line\"", Test::Brand(vec![named("Second line")])),
        ("group:none", Test::Group(vec![Name::None])),
        ("group:\"none\"", Test::Group(vec![named("none")])),
        ("channel:e-mail", Test::Channel(vec![named("e-mail")])),
        ("assignee:me,NONE,anna", Test::Assignee(vec![Name::Me { at: 10 }, Name::None, named("anna")])),
        ("id:77,#9", Test::Id(vec![(77, 77), (9, 9)])),
        ("id:7))", Test::Id(vec![(7, 7)])),
        ("--((alpha OR id:7))", Test::Id(vec![(7, 7)])),
        ("lamp) status:open)", Test::Status(vec![Status::Open])),
        ("tag:x(y))", Test::Tag(vec!["x(y)".into()])),
        ("id:>=77", Test::Id(vec![(77, crate::id::MAX_ID)])),
        ("id:<77", Test::Id(vec![(0, 76)])),
        ("id:5..9", Test::Id(vec![(5, 9)])),
        ("created:>=2026-01-01", Test::Created(vec![times(Some("2026-01-01 00:00:00"), None)])),
        ("created:>2026-01-01", Test::Created(vec![times(Some("2026-01-02 00:00:00"), None)])),
        ("created:<2026-01-01", Test::Created(vec![times(None, Some("2025-12-31 23:59:59"))])),
        ("created:<=2026-01-01", Test::Created(vec![times(None, Some("2026-01-01 23:59:59"))])),
        (
            "created:2026-01-01",
            Test::Created(vec![times(Some("2026-01-01 00:00:00"), Some("2026-01-01 23:59:59"))]),
        ),
        (
            "created:2026-01-01..2026-01-31",
            Test::Created(vec![times(Some("2026-01-01 00:00:00"), Some("2026-01-31 23:59:59"))]),
        ),
        ("updated:>=\"2026-01-01 10:00:00\"", Test::Updated(vec![times(Some("2026-01-01 10:00:00"), None)])),
        ("updated:>2026-01-01T10:00:00Z", Test::Updated(vec![times(Some("2026-01-01 10:00:01"), None)])),
        ("updated:<7d", Test::Updated(vec![times(Some("2026-11-18 12:00:01"), None)])),
        ("updated:<=7d", Test::Updated(vec![times(Some("2026-11-18 12:00:00"), None)])),
        ("updated:7d", Test::Updated(vec![times(Some("2026-11-18 12:00:00"), None)])),
        ("updated:>2h", Test::Updated(vec![times(None, Some("2026-11-25 09:59:59"))])),
        ("updated:>=30m", Test::Updated(vec![times(None, Some("2026-11-25 11:30:00"))])),
        ("is:unassigned", Test::Unassigned),
        ("is:Archived", Test::Archived),
        ("(is:archived)", Test::Archived),
        ("has:attachment", Test::Attached),
        ("-has:Attachment", Test::Attached),
        ("-is:archived", Test::Archived),
    ] {
        assert_eq!(tests(query), [expected], "{query}");
    }
    assert!(matches!(tests("is:snoozed")[..], [Test::Snoozed { .. }]));
    assert_eq!(tests("(status:open OR -tag:x(y)) lamp").len(), 2);
}

#[test]
fn sides_of_a_ticket_are_searched_alone() {
    let facts = Facts {
        head: &["7", "", "call anna", "nora@werft.example", "Nora", "help@shop.example", "", "+31201234567"],
        from: &["nora@werft.example", "Nora", "+31201234567"],
        to: &["help@shop.example", ""],
        entries: &["bob was here"],
        test: &|_| false,
    };
    for query in [
        "from:nora",
        "from:nora@",
        "from:@werft",
        "from:nora@werft.example",
        "from:no*",
        "to:help@",
        "from:eve,nora",
        "-from:anna",
        "to:shop.example from:werft.example",
        "from:\"+31 20 123 4567\"",
        "nora help",
        "from:\"nora\"*",
    ] {
        assert!(meets(&parse(query).unwrap(), &facts), "{query}");
    }
    for query in
        ["from:anna", "from:help", "to:nora", "from:bob", "from:nor", "-from:nora", "from:nora to:nora"]
    {
        assert!(!meets(&parse(query).unwrap(), &facts), "{query}");
    }
}

#[test]
fn other_words_before_a_colon_are_text() {
    for text in [
        "https://x.example/?a=b",
        "12:30",
        "foo:bar",
        "Re:hello",
        "mailto:a@b.example",
        "Status:open",
        "a:b",
        "form:7",
        "http://localhost:80",
        "\"status:nonsense\"",
        "xstatus:",
        "status: open",
        "status:)",
        "(status:)",
        "status:))",
        "std::vec",
    ] {
        let query = parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert!(matches(&query, &[&[text]]), "{text}");
    }
}

#[test]
fn mistakes_are_told_with_their_place_and_what_would_be_right() {
    for (query, at, says) in [
        ("lamp status:opne", 13, "`opne`"),
        ("status:open,x", 13, "new, open, pending"),
        ("é status:>=open", 3, "cannot be compared"),
        ("priority:>=hihg", 12, "low, medium, high, urgent"),
        ("priority:>=low,high", 16, "takes one value"),
        ("stauts:open", 1, "`status:`"),
        ("(tags:x", 2, "`tag:`"),
        ("x -stauts:open", 4, "`status:`"),
        ("asigne:me OR x asignee:me", 16, "status: priority: tag:"),
        ("status:\"\"", 8, "empty"),
        ("status:,", 1, "no value"),
        ("status:>", 1, "no value"),
        ("id:x", 4, "id:77..99"),
        ("id:5..", 4, "number"),
        ("created:yesterday", 9, "date"),
        ("created:>=2026-13-01", 11, "2026-01-31"),
        ("created:>=2026-01-01..2026-02-01", 11, "2026-01-31"),
        ("updated:<7x", 10, "m, h, d, w or y"),
        ("updated:<1234567d", 10, "m, h, d, w or y"),
        ("has:x", 5, "`x`"),
        ("is:open", 4, "unassigned, archived, snoozed"),
        ("is:unassigned,archived", 15, "one word"),
        ("from:>x", 1, "compared"),
        ("from:--", 6, "address"),
        ("to:,x,\"\"", 7, "empty"),
        ("lamp a*", 6, "at least 2"),
    ] {
        let message = refused(query);
        assert!(
            message.starts_with(&format!("At character {at}: ")) && message.contains(says),
            "{query}: {message}"
        );
    }
}

#[test]
fn an_excerpt_shows_the_words_and_trusts_no_text() {
    let shown = |query: &str, text: &str| -> Option<String> {
        let excerpt = parse(query).unwrap().excerpt(text, None)?;
        let mut out = String::from(if excerpt.cut_before { "…" } else { "" });
        for Piece { text, hit } in excerpt.pieces {
            out.push_str(&if hit { format!("[{text}]") } else { text });
        }
        out.push_str(if excerpt.cut_after { "…" } else { "" });
        Some(out)
    };
    for (query, text, expected) in [
        ("lamp", "The Lamp, broken", "The [Lamp], broken"),
        ("lam*", "lamps <b>lam</b>\nx", "[lamps] <b>[lam]</b> x"),
        ("\"broken lamp\"", "broken. broken lamp lamp", "broken. [broken lamp] lamp"),
        ("strasse", "Die STRAßE hier", "Die [STRAßE] hier"),
        ("muller", "Mu\u{308}ller ok", "[Mu\u{308}ller] ok"),
        ("退款", "请查询退款进度", "请查询[退款]进度"),
        ("退", "请查询退款进度", "请查询[退]款进度"),
        ("ﾌﾟﾘﾝﾀｰ", "このプリンターが", "この[プリンター]が"),
        ("wifi", "my wi-fi is", "my [wi-fi] is"),
        ("wi-fi", "my wifi is", "my [wifi] is"),
        ("nora@werft.example", "to nora@werft.example now", "to [nora@werft.example] now"),
        ("red -lamp", "red lamp", "[red] lamp"),
        ("red OR lamp", "red lamp", "[red] [lamp]"),
        ("status:open lamp", "status open lamp", "status open [lamp]"),
        ("истанбул istanbul", "İSTANBUL", "[İSTANBUL]"),
    ] {
        assert_eq!(shown(query, text).as_deref(), Some(expected), "{query}");
    }
    assert_eq!(shown("lamp", "lamps"), None);
    assert_eq!(shown("-lamp", "lamp"), None);
    assert_eq!(shown("from:nora", "nora"), None);
    let long = format!("{} needle {}", "hay ".repeat(100), "straw ".repeat(100));
    let text = shown("needle", &long).unwrap();
    assert!(text.starts_with("… hay") && text.ends_with("straw…") && text.contains(" [needle] "), "{text}");
    assert!(text.chars().count() < 210);
}
