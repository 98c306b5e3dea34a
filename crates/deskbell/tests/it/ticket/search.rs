//! GET /ticket?query=: what is found, at once after the write and no longer after the change, on both engines alike.

use deskbell_core::Limit;
use serde_json::{Value, json};

use super::setup::{action, fill, of_brand, titled, total};
use crate::both_engines;
use crate::harness::{Client, TestDesk};

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn found(key: &Client, query: &str) -> Vec<i64> {
    let json = key.get(&format!("/ticket?order=asc&itemLimit=100&query={}", encoded(query))).expect(200);
    let ids: Vec<i64> = json["items"].as_array().unwrap().iter().map(|i| i["id"].as_i64().unwrap()).collect();
    assert_eq!((&json["itemTotal"], &json["itemTotalExact"]), (&json!(ids.len()), &json!(true)), "{query}");
    ids
}

/// Tickets with these titles, numbered from 1, and what each query finds.
#[track_caller]
fn check(desk: &TestDesk, titles: &[&str], cases: &[(&str, &[i64])]) {
    fill(desk, titles.len() as i64, |n| titled(titles[n as usize]));
    let key = desk.admin();
    for (query, expected) in cases {
        assert_eq!(found(&key, query), *expected, "query {query}");
    }
}

fn note(key: &Client, id: i64, text: &str) {
    key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": [action("addNote", text)]})).expect(200);
}

both_engines! {
    fn words_meet_over_the_ticket_and_phrases_within_one_entry(desk: TestDesk) {
        let lamp = desk.ticket(json!({"title": "Broken lamp", "from": "nora@werft.example", "fromName": "Nora Werft", "to": "help@shop.example"}));
        let other = desk.ticket(json!({"title": "Lamp fine", "from": "eve@x.example"}));
        let key = desk.admin();
        note(&key, lamp, "The glass is broken; Müller calls back");
        note(&key, lamp, "second note about delivery");
        for (query, expected) in [
            ("lamp", vec![lamp, other]),
            ("LAMP", vec![lamp, other]),
            ("lamp broken", vec![lamp]),
            ("lamp glass", vec![lamp]),
            ("glass delivery", vec![lamp]),
            ("lamp eve", vec![other]),
            ("glass eve", vec![]),
            ("muller", vec![lamp]),
            ("MÜLLER", vec![lamp]),
            ("\"müller calls\"", vec![lamp]),
            ("\"calls müller\"", vec![]),
            ("\"broken lamp\"", vec![lamp]),
            ("\"lamp broken\"", vec![]),
            ("\"back second\"", vec![]),
            ("\"glass delivery\"", vec![]),
            ("lam*", vec![lamp, other]),
            ("lam", vec![]),
            ("del* gla*", vec![lamp]),
            ("\"broken la*\"", vec![lamp]),
            ("\"broken la\"*", vec![lamp]),
            ("nora", vec![lamp]),
            ("werft", vec![lamp]),
            ("shop.example", vec![lamp]),
            ("help@shop.example", vec![lamp]),
            ("lamp lamp", vec![lamp, other]),
            ("zebra", vec![]),
            ("  ", vec![lamp, other]),
            ("", vec![lamp, other]),
        ] {
            assert_eq!(found(&key, query), expected, "query {query}");
        }
    }

    fn a_ticket_is_found_by_its_number(desk: TestDesk) {
        let ids = fill(&desk, 12, |_| titled("t"));
        let key = desk.admin();
        assert_eq!(found(&key, "12"), ids[11..]);
        assert_eq!(found(&key, "1"), ids[..1]);
        assert_eq!(found(&key, "12*"), [12]);
        desk.admin().put("/ticket/3", json!({"title": "see 12"})).expect(200);
        assert_eq!(found(&key, "12"), [3, 12]);
    }

    fn what_is_written_is_found_at_once_and_what_is_gone_is_not(desk: TestDesk) {
        let id = desk.ticket(json!({"title": "kingfisher", "tags": "untagged"}));
        let key = desk.admin();
        assert_eq!(found(&key, "kingfisher"), [id]);
        key.put("/ticket/1", json!({"title": "heron"})).expect(200);
        assert_eq!((found(&key, "kingfisher"), found(&key, "heron")), (vec![], vec![id]));
        key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": [action("setTitle", "egret"), action("addNote", "with a bittern")]})).expect(200);
        assert_eq!((found(&key, "heron"), found(&key, "egret bittern")), (vec![], vec![id]));
        // A refused call leaves no word behind.
        key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": [action("setTitle", "stork"), action("addNote", "crane"), action("archive", Value::Null)]})).expect(409);
        assert_eq!(
            (found(&key, "stork"), found(&key, "crane"), found(&key, "egret")),
            (vec![], vec![], vec![id])
        );
        // Tags are filtered by, not searched.
        assert_eq!(found(&key, "untagged"), [] as [i64; 0]);
        key.delete("/ticket/1").expect(200);
        assert_eq!((found(&key, "egret"), found(&key, "bittern")), (vec![], vec![]));
    }

    fn only_what_is_visible_is_found_and_counted(desk: TestDesk) {
        let second = desk.brand("Second");
        let (mine, theirs) = (desk.group("Mine"), desk.group("Theirs"));
        let a = desk.ticket(json!({"title": "kingfisher", "assignedGroupID": mine}));
        let b = desk.ticket(json!({"title": "kingfisher", "assignedGroupID": theirs}));
        let c = desk.ticket(json!({"title": "kingfisher", "brandID": second}));
        note(&desk.admin(), b, "termination");
        assert_eq!(found(&desk.admin(), "kingfisher"), [a, b, c]);
        assert_eq!(found(&of_brand(&desk, "TICKET_READ", second), "kingfisher"), [c]);
        let key = desk.limited_key("TICKET_READ", Limit::All, Limit::only([mine]));
        assert_eq!(
            (found(&key, "kingfisher"), found(&key, "termination"), found(&key, &b.to_string())),
            (vec![a], vec![], vec![])
        );
        assert_eq!(total(&key, "&query=kingfisher"), 1);
        // A ticket that moves takes its words with it.
        desk.admin().put(&format!("/ticket/{b}"), json!({"assignedGroupID": mine})).expect(200);
        assert_eq!(found(&key, "termination"), [b]);
    }

    fn a_query_combines_with_filters_sorts_and_pages(desk: TestDesk) {
        for n in 0..12 {
            let priority = ["low", "urgent", "medium"][n % 3];
            desk.ticket(json!({"title": if n % 4 == 3 { "heron" } else { "kingfisher" }, "priority": priority, "channelID": 1 + n % 2}));
            desk.advance(1);
        }
        let key = desk.admin();
        assert_eq!(key.get("/ticket?query=kingfisher").ids(), [11, 10, 9, 7, 6, 5, 3, 2, 1]);
        assert_eq!(key.get("/ticket?query=kingfisher&priority=urgent").ids(), [11, 5, 2]);
        assert_eq!(key.get("/ticket?query=kingfisher&channelID=1&priority=urgent,low").ids(), [11, 7, 5, 1]);
        assert_eq!(
            key.get("/ticket?query=kingfisher&sort=priority&order=desc").ids(),
            [11, 5, 2, 9, 6, 3, 10, 7, 1]
        );
        assert_eq!(
            key.get("/ticket?query=kingfisher&sort=priority&order=asc&itemStart=7&itemLimit=9").ids(),
            [5, 11]
        );
        assert_eq!(key.get("/ticket?query=kingfisher&sort=created_at&order=asc&itemLimit=2").ids(), [1, 2]);
        key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [3]})).expect(200);
        assert_eq!(key.get("/ticket?query=kingfisher&sort=last_update&itemLimit=2").ids(), [3, 11]);
        let json = key.get("/ticket?query=kingfisher&itemStart=3&itemLimit=2").expect(200);
        assert_eq!(
            (&json["itemTotal"], &json["itemTotalExact"], &json["items"][0]["id"]),
            (&json!(9), &json!(true), &json!(7))
        );
        key.post("/ticket/batch", json!({"ticketIDs": [1], "actions": [action("setStatus", "closed"), action("archive", Value::Null)]})).expect(200);
        assert_eq!(
            (total(&key, "&query=kingfisher"), total(&key, "&query=kingfisher&searchArchived=yes")),
            (8, 9)
        );
    }

    fn hyphens_and_lonely_quotation_marks_while_typing(desk: TestDesk) {
        check(
            &desk,
            &["Wi-Fi down", "wifi down", "E-Mail-Adresse", "covid-19", "self - service"],
            &[
                ("\"Druck", &[]),
                ("wi-fi", &[1, 2]),
                ("wifi", &[1, 2]),
                ("e-mail", &[3]),
                ("\"wi-fi down", &[1]),
                ("wi-", &[1]),
                ("--", &[]),
                ("\"", &[]),
                ("covid-19", &[4]),
                ("self-service", &[5]),
                ("wi-f*", &[1]),
            ],
        );
        let key = desk.admin();
        key.get(&format!("/ticket?query={}", "a".repeat(1_001))).refused(
            400,
            "invalid_parameter",
            &["query"],
        );
        let many: Vec<String> = (0..33).map(|n| format!("w{n}")).collect();
        key.get(&format!("/ticket?query={}", many.join("+"))).refused(400, "invalid_parameter", &["query"]);
        key.get("/ticket?query=%FF").expect(400);
        key.get("/ticket?query=a%00b").expect(400);
    }

    fn scripts_without_blanks_are_found_by_any_stretch(desk: TestDesk) {
        check(
            &desk,
            &[
                "请帮我查询退款进度",
                "환불이 안 됩니다",
                "領収書の再発行お願いします",
                "プリンターが動かない",
                "退货与退款",
            ],
            &[
                ("退款", &[1, 5]),
                ("退", &[1, 5]),
                ("退款进度", &[1]),
                ("환불", &[2]),
                ("再発行", &[3]),
                ("プリンター", &[4]),
                ("ﾌﾟﾘﾝﾀｰ", &[4]),
                ("退款 进度", &[1]),
                ("退款*", &[1, 5]),
                ("款退", &[]),
                ("\"退款 进度\"", &[]),
            ],
        );
    }

    fn an_address_finds_itself_and_nobody_else_and_its_parts_find_it(desk: TestDesk) {
        let from = |from: &str, name: &str| desk.ticket(json!({"from": from, "fromName": name}));
        let ids = [
            from("nora@werft.example", ""),
            from("nora@other.example", ""),
            from("n.ora@werft.example", ""),
            from("x@y.example", "Nora Werft"),
            from("z@y.example", ""),
        ];
        let key = desk.admin();
        note(&key, ids[4], "see the mail of <NORA@werft.example>.");
        for (query, expected) in [
            ("nora@werft.example", vec![1, 5]),
            ("\"nora@werft.example\"", vec![1, 5]),
            ("Nora@Werft.Example,", vec![1, 5]),
            ("nora@", vec![1, 2, 5]),
            ("@werft.example", vec![1, 3, 5]),
            ("werft.example", vec![1, 3, 5]),
            ("nora@werft", vec![1, 5]),
            ("nora@w", vec![]),
        ] {
            assert_eq!(found(&key, query), expected, "query {query}");
        }
    }

    fn order_numbers_guids_and_urls_stay_whole(desk: TestDesk) {
        check(
            &desk,
            &[
                "KXD07315Q02",
                "KXD07316Q02",
                "order 2026-000123/A",
                "2026/000123",
                "7c0b41f2-90ad-4e13-b7d5-2f6a8813c0de",
                "aaaaaaaa-90ad-4e13-0000-000000000000",
                "https://shop.example/o/9?id=77&x=é#top",
                "v1.2.3",
                "0x80070005",
                "12:30",
                "DE89 3704 0044 0532 0130 00",
            ],
            &[
                ("KXD07315Q02", &[1]),
                ("KXD073*", &[1, 2]),
                ("kxd07316q02", &[2]),
                ("2026-000123", &[3]),
                ("2026/000123", &[4]),
                ("000123", &[3, 4]),
                ("7c0b41f2-90ad-4e13-b7d5-2f6a8813c0de", &[5]),
                ("7c0b41f2", &[5]),
                ("90ad", &[5, 6]),
                ("shop.example/o/9", &[7]),
                ("https://shop.example/o/9?id=77&x=é#top", &[7]),
                ("v1.2.3", &[8]),
                ("0x80070005", &[9]),
                ("80070005", &[9]),
                ("12:30", &[10]),
                ("DE89370400440532013000", &[11]),
                ("DE89 3704 0044 0532 0130 00", &[11]),
                ("123", &[]),
            ],
        );
    }

    fn emoji_and_marks_are_text_like_any_other(desk: TestDesk) {
        check(
            &desk,
            &["🛒🥝 [JUNK] 👩‍👩‍👧 𠮷野家 e\u{301}", "nothing", "cafe"],
            &[
                ("junk", &[1]),
                ("𠮷野家", &[1]),
                ("𠮷", &[1]),
                ("é", &[1]),
                ("e", &[1]),
                ("café", &[3]),
                ("🥝", &[1]),
                ("🧾", &[]),
            ],
        );
    }
}
