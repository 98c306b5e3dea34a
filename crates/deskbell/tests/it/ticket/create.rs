//! POST /ticket: fields, defaults, references, and what a refusal leaves behind.

use std::sync::Arc;

use deskbell_app::ticket::create::{self, NewTicket};
use deskbell_core::{Actor, ActorId, BrandId, Grant, GroupId, KeyId, Limit, PermissionSet, Scope};
use deskbell_db::Urgency;
use http::Method;
use serde_json::{Value, json};

use super::setup::{count, customer, exec, group_of, inactive_user, of_brand, refused_for, total};
use crate::both_engines;
use crate::harness::TestDesk;

fn made(desk: &TestDesk, fields: Value) -> Value {
    desk.item(desk.ticket(fields))
}

both_engines! {
    fn an_empty_body_makes_a_ticket_of_defaults(desk: TestDesk) {
        let key = desk.key("TICKET_CREATE,TICKET_READ");
        let seen = key.send(key.request(Method::POST, "/ticket"), "");
        assert_eq!(seen.header("location"), "/api/v2/ticket/1");
        assert_eq!(seen.header("etag"), "\"1\"");
        let made = seen.expect(200);
        let batch = made["batchID"].as_str().expect("a batch").to_owned();
        assert_eq!(
            made,
            json!({"type": "result", "message": "Ticket created.", "ticketID": 1, "version": 1, "batchID": batch})
        );
        let item = key.get("/ticket/1").expect(200);
        let external = item["item"]["external_id"].as_str().expect("an external id").to_owned();
        let expected = [
            r#"{"type":"item","item":{"assigned_group_id":0,"assigned_user_id":0,"channel_account_id":"0","channel_id":4,"#,
            r#""closed_at":null,"created_at":"2026-11-25 12:00:00","customer_id":0,"direction":"inbound","#,
            r#""external_gui_url":"https://desk.example/console/t/1","external_id":"EXTERNAL","form_id":null,"#,
            r#""grade_by_customer":null,"from":"","from_name":"","icon":"code","last_update":"2026-11-25 12:00:00","#,
            r#""last_update_agent":null,"last_update_customer":null,"priority":"medium","show_timeline":1,"#,
            r#""sla_breach_customer_wait_time":null,"sla_breach_first_reply_time":null,"#,
            r#""sla_breach_next_reply_time":null,"sla_breach_user_work_time":null,"sla_next_breach":null,"#,
            r#""sla_next_breach_current_status":"","sla_policy_id":0,"snooze_time":null,"snooze_time_sent":null,"#,
            r#""title":"","to":"","to_name":"","status":"new","id":1,"channel_name":"API","channel_icon":"code","#,
            r#""brand_name":"Default","brand_id":1,"tags":[],"merged_into":0,"version":1,"timeline":[],"timeline_total":0}}"#,
        ];
        assert_eq!(item.to_string(), expected.concat().replace("EXTERNAL", &external));
        assert_eq!(desk.events(1), ["created:  -> "]);
    }

    fn every_field_is_taken_and_creation_is_one_event(desk: TestDesk) {
        let (brand, group, user) = (desk.brand("Second"), desk.group("Helpers"), desk.user("nora"));
        let linked = customer(&desk, brand, "c-7", "c7@x.example");
        let item = made(
            &desk,
            json!({
                "brandID": brand, "channelID": 1, "direction": "outbound", "from": "help@shop.example", "fromName": "Shop",
                "to": "ann@x.example", "title": "Lamp", "assignedGroupID": group, "formID": null,
                "externalPrimaryID": "c-7", "priority": "urgent", "assignedUserID": user, "snoozeTime": "2026-12-01 08:00:00",
                "tags": ["late", "a, b"],
            }),
        );
        let expected = json!({
            "brand_id": brand, "brand_name": "Second", "channel_id": 1, "channel_name": "e-mail", "channel_icon": "mail",
            "icon": "mail", "direction": "outbound", "from": "help@shop.example", "from_name": "Shop",
            "to": "ann@x.example", "to_name": "", "title": "Lamp", "assigned_group_id": group, "form_id": null,
            "customer_id": linked, "priority": "urgent", "assigned_user_id": user, "snooze_time": "2026-12-01 08:00:00",
            "tags": ["late", "a, b"], "status": "new", "version": 1, "closed_at": null,
            "created_at": "2026-11-25 12:00:00", "last_update": "2026-11-25 12:00:00", "timeline_total": 1,
        });
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&item[key], value, "{key}");
        }
        assert_eq!(desk.events(1), ["created:  -> "]);
        assert_eq!(item["timeline"][0]["initiated_by"], "api: Tests");
    }

    fn a_name_of_one_blank_is_empty_and_nothing_else_is_trimmed(desk: TestDesk) {
        assert_eq!(made(&desk, json!({"fromName": " "}))["from_name"], "");
        assert_eq!(made(&desk, json!({"fromName": "  "}))["from_name"], "  ");
        let item = made(&desk, json!({"fromName": " Ann ", "title": " x ", "from": " a", "to": "b "}));
        assert_eq!(
            [&item["from_name"], &item["title"], &item["from"], &item["to"]],
            [" Ann ", " x ", " a", "b "]
        );
    }

    fn one_line_fields_lose_breaks_and_direction_controls_and_keep_the_rest(desk: TestDesk) {
        let odd = "a\r\n\t b\u{85}\u{2028}c\u{7}photos\u{202E}fdp.scr\u{200F} 👩\u{200D}👩\u{200D}👧 חשבונית";
        let clean = "a  b c photosfdp.scr 👩\u{200D}👩\u{200D}👧 חשבונית";
        let item = made(&desk, json!({"title": odd, "fromName": odd, "from": odd, "to": odd, "tags": [odd]}));
        for key in ["title", "from_name", "from", "to"] {
            assert_eq!(item[key], clean, "{key}");
        }
        assert_eq!(item["tags"], json!([clean]));
    }

    fn limits_count_characters_and_not_bytes(desk: TestDesk) {
        let key = desk.admin();
        let long = |n: usize| "🥝".repeat(n);
        for (field, most) in
            [("title", 1_000), ("from", 320), ("to", 320), ("fromName", 200), ("externalPrimaryID", 200)]
        {
            let seen = key.post("/ticket", json!({field: long(most + 1)}));
            seen.refused(400, "invalid_parameter", &[field]);
            if field != "externalPrimaryID" {
                key.post("/ticket", json!({field: long(most)})).expect(200);
            }
        }
        key.post("/ticket", json!({"tags": [long(101)]})).expect(400);
        let title = "🛒🥝 [JUNK] 👩‍👩‍👧 𠮷野家 e\u{301} \u{1F680}";
        let item = made(&desk, json!({"title": title, "tags": ["🧾", long(100)]}));
        assert_eq!((&item["title"], &item["tags"]), (&json!(title), &json!(["🧾", long(100)])));
        assert_eq!(total(&key, ""), 5);
    }

    fn a_nul_and_a_lone_surrogate_are_refused_and_a_pair_is_not(desk: TestDesk) {
        let key = desk.admin();
        let raw = |body: &str| {
            key.send(
                key.request(Method::POST, "/ticket").header("content-type", "application/json"),
                body.to_owned(),
            )
        };
        let seen = raw(r#"{"title":"a\u0000b"}"#).expect(400);
        assert_eq!(seen["errors"][0]["field"], "title", "{seen}");
        let seen = key.form(Method::POST, "/ticket", "title=a%00b").expect(400);
        assert_eq!(seen["errors"][0]["field"], "title", "{seen}");
        let seen = key.multipart(Method::POST, "/ticket", &[("title", "a\0b")]).expect(400);
        assert_eq!(seen["errors"][0]["field"], "title", "{seen}");
        raw(r#"{"title":"\ud83d"}"#).expect(400);
        assert_eq!(total(&key, ""), 0);
        raw(r#"{"title":"\ud83d\ude80"}"#).expect(200);
        assert_eq!(key.get("/ticket").expect(200)["items"][0]["title"], "🚀");
    }

    fn the_three_encodings_make_the_same_ticket(desk: TestDesk) {
        let key = desk.admin();
        key.post(
            "/ticket",
            json!({"title": "Lamp & bulb", "priority": "high", "channelID": 2, "tags": ["x", "y z"]}),
        )
        .expect(200);
        key.form(
            Method::POST,
            "/ticket",
            "title=Lamp+%26+bulb&priority=high&channelID=2&tags[]=x&tags[]=y+z",
        )
        .expect(200);
        let parts = [
            ("title", "Lamp & bulb"),
            ("priority", "high"),
            ("channelID", "2"),
            ("tags[1]", "y z"),
            ("tags[0]", "x"),
        ];
        key.multipart(Method::POST, "/ticket", &parts).expect(200);
        let seen = key.get("/ticket?order=asc").expect(200);
        let mut items = seen["items"].as_array().unwrap().clone();
        let externals: Vec<Value> = items.iter().map(|i| i["external_id"].clone()).collect();
        for item in &mut items {
            for own in ["id", "external_id", "external_gui_url"] {
                item.as_object_mut().unwrap().remove(own);
            }
        }
        assert_eq!(items.len(), 3);
        assert!(items.iter().all(|i| *i == items[0]), "{items:?}");
        assert!(externals[0] != externals[1] && externals[1] != externals[2] && externals[0] != externals[2]);
    }

    fn status_is_not_a_field_of_creation_and_forms_are_to_come(desk: TestDesk) {
        let key = desk.admin();
        for status in ["new", "solved", "open"] {
            key.post("/ticket", json!({"status": status})).refused(400, "unknown_parameter", &["status"]);
        }
        key.post("/ticket", json!({"formID": 3})).refused(400, "unknown_reference", &["formID"]);
        key.post("/ticket", json!({"formID": 0})).expect(200);
        assert_eq!(total(&key, ""), 1);
    }

    fn empty_text_of_an_id_or_word_is_the_default(desk: TestDesk) {
        let body = "brandID=&channelID=&direction=&assignedGroupID=&formID=&externalPrimaryID=&priority=&assignedUserID=&snoozeTime=&tags=&title=";
        desk.admin().form(Method::POST, "/ticket", body).expect(200);
        let item = desk.item(1);
        let seen = [
            "brand_id",
            "channel_id",
            "direction",
            "assigned_group_id",
            "customer_id",
            "priority",
            "assigned_user_id",
            "snooze_time",
            "tags",
            "title",
        ]
        .map(|k| item[k].clone());
        assert_eq!(
            seen,
            [
                json!(1),
                json!(4),
                json!("inbound"),
                json!(0),
                json!(0),
                json!("medium"),
                json!(0),
                Value::Null,
                json!([]),
                json!("")
            ]
        );
    }

    fn values_that_a_field_does_not_take_are_reported_together(desk: TestDesk) {
        let key = desk.admin();
        let seen = key.post("/ticket", json!({
            "brandID": 0, "channelID": "x", "direction": "both", "assignedGroupID": -1, "priority": "asap",
            "assignedUserID": 1.5, "snoozeTime": "tomorrow", "title": true,
        }));
        let fields = [
            "assignedGroupID",
            "assignedUserID",
            "brandID",
            "channelID",
            "direction",
            "priority",
            "snoozeTime",
            "title",
        ];
        assert_eq!(refused_for(seen, 400, "invalid_parameter"), fields);
        assert_eq!(total(&key, ""), 0);
    }

    fn references_that_name_nothing_are_reported_together_and_nothing_is_made(desk: TestDesk) {
        let key = desk.admin();
        for field in ["brandID", "channelID", "assignedGroupID", "assignedUserID", "externalPrimaryID"] {
            key.post("/ticket", json!({field: 99})).refused(400, "unknown_reference", &[field]);
        }
        let seen = key.post(
            "/ticket",
            json!({"channelID": 99, "assignedGroupID": 99, "assignedUserID": 99, "externalPrimaryID": "no"}),
        );
        assert_eq!(
            refused_for(seen, 400, "unknown_reference"),
            ["assignedGroupID", "assignedUserID", "channelID", "externalPrimaryID"]
        );
        let seen = key.post("/ticket", json!({"brandID": 99, "channelID": 99}));
        assert_eq!(refused_for(seen, 400, "unknown_reference"), ["brandID", "channelID"]);
        assert_eq!((total(&key, ""), count(&desk, "journal", "1 = 1")), (0, 0));
    }

    fn a_group_that_does_not_serve_the_brand_and_an_inactive_user_conflict(desk: TestDesk) {
        let (second, user) = (desk.brand("Second"), inactive_user(&desk, "gone"));
        let group = group_of(&desk, "Second only", &[second]);
        let key = desk.admin();
        key.post("/ticket", json!({"assignedGroupID": group})).refused(409, "conflict", &["assignedGroupID"]);
        key.post("/ticket", json!({"brandID": second, "assignedGroupID": group})).expect(200);
        key.post("/ticket", json!({"assignedUserID": user})).refused(409, "conflict", &["assignedUserID"]);
        // Existence comes before the rules.
        key.post("/ticket", json!({"assignedUserID": user, "channelID": 99})).refused(
            400,
            "unknown_reference",
            &["channelID"],
        );
        assert_eq!(total(&key, ""), 1);
    }

    fn a_limited_key_gets_the_lowest_place_it_may_see(desk: TestDesk) {
        let (second, third) = (desk.brand("Second"), desk.brand("Third"));
        let (one, two) = (desk.group("One"), desk.group("Two"));
        let placed = |brands: Limit, groups: Limit| {
            let made =
                desk.limited_key("TICKET_CREATE", brands, groups).post("/ticket", json!({})).expect(200);
            let item = desk.item(made["ticketID"].as_i64().unwrap());
            [item["brand_id"].as_i64().unwrap(), item["assigned_group_id"].as_i64().unwrap()]
        };
        assert_eq!(placed(Limit::All, Limit::All), [1, 0]);
        assert_eq!(placed(Limit::only([third, second]), Limit::All), [second, 0]);
        assert_eq!(placed(Limit::All, Limit::only([two, one])), [1, one]);
        assert_eq!(placed(Limit::All, Limit::only([two, 0])), [1, 0]);
        assert_eq!(placed(Limit::only([third]), Limit::only([two])), [third, two]);
        let nowhere = desk.limited_key("TICKET_CREATE", Limit::only([]), Limit::All);
        assert_eq!(nowhere.post("/ticket", json!({})).expect(400)["code"], "unknown_reference");
    }

    fn a_default_group_serves_the_brand(desk: TestDesk) {
        let second = desk.brand("Second");
        let (elsewhere, here) = (group_of(&desk, "Elsewhere", &[second]), group_of(&desk, "Here", &[1]));
        let key = desk.limited_key("TICKET_CREATE", Limit::All, Limit::only([elsewhere, here]));
        let made = key.post("/ticket", json!({})).expect(200);
        assert_eq!(desk.item(made["ticketID"].as_i64().unwrap())["assigned_group_id"], here);
    }

    fn what_is_outside_the_limits_reads_like_what_does_not_exist(desk: TestDesk) {
        let (second, one, two) = (desk.brand("Second"), desk.group("One"), desk.group("Two"));
        customer(&desk, second, "theirs", "theirs@x.example");
        let stranger = desk.user("stranger");
        let key = desk.limited_key("TICKET_CREATE", Limit::only([1]), Limit::only([one]));
        for (field, hidden, missing) in [
            ("brandID", json!(second), json!(98)),
            ("assignedGroupID", json!(two), json!(98)),
            ("assignedUserID", json!(stranger), json!(98)),
            ("externalPrimaryID", json!("theirs"), json!("nobodys")),
        ] {
            let texts = [hidden, missing].map(|value| {
                let json =
                    key.post("/ticket", json!({field: value})).refused(400, "unknown_reference", &[field]);
                json["message"].as_str().unwrap().replace(value.to_string().trim_matches('"'), "…")
            });
            assert_eq!(texts[0], texts[1]);
        }
        // No group is a place as well, which this key may not use.
        key.post("/ticket", json!({"assignedGroupID": 0})).refused(
            400,
            "unknown_reference",
            &["assignedGroupID"],
        );
        assert_eq!(total(&desk.admin(), ""), 0);
    }

    fn grants_are_pairs_and_not_a_cross_product(desk: TestDesk) {
        let (second, one, two) = (desk.brand("Second"), desk.group("One"), desk.group("Two"));
        let grant = |brand, group| Grant { brands: Limit::only([brand]), groups: Limit::only([group]) };
        let actor = Arc::new(Actor {
            id: ActorId::Key(KeyId(77)),
            name: "Two grants".into(),
            permissions: PermissionSet::all(),
            scope: Scope { grants: vec![grant(1, one), grant(second, two)] },
        });
        let create = |brand: i64, group: i64| {
            let new = NewTicket {
                brand: Some(BrandId(brand)),
                group: Some(GroupId(group)),
                ..NewTicket::default()
            };
            let made = desk
                .desk
                .write_blocking(Urgency::Interactive, &actor, "test", move |work| create::create(work, &new));
            made.map(|_| ()).map_err(|e| e.fault().map(|f| f.code().as_str()))
        };
        assert_eq!(create(1, one), Ok(()));
        assert_eq!(create(second, two), Ok(()));
        assert_eq!(create(1, two), Err(Some("unknown_reference")));
        assert_eq!(create(second, one), Err(Some("unknown_reference")));
    }

    fn the_other_sides_address_links_the_one_customer_of_the_brand(desk: TestDesk) {
        let second = desk.brand("Second");
        let ann = customer(&desk, 1, "ann", "ann@x.example");
        let anns_twin = customer(&desk, second, "ann", "ann@x.example");
        let bob = customer(&desk, 1, "bob", "bob@x.example");
        let linked = |fields: Value| made(&desk, fields)["customer_id"].as_i64().unwrap();
        assert_eq!(linked(json!({"from": "ann@x.example"})), ann);
        assert_eq!(linked(json!({"from": "Ann@X.Example"})), ann);
        assert_eq!(linked(json!({"from": "ann@x.example", "brandID": second})), anns_twin);
        assert_eq!(linked(json!({"direction": "outbound", "to": "ann@x.example"})), ann);
        // The near side says nothing.
        assert_eq!(linked(json!({"to": "ann@x.example"})), 0);
        assert_eq!(linked(json!({"direction": "outbound", "from": "ann@x.example"})), 0);
        assert_eq!(linked(json!({"from": "eve@x.example"})), 0);
        assert_eq!(linked(json!({"from": ""})), 0);
        // Who is named is linked, whatever the address.
        assert_eq!(linked(json!({"from": "ann@x.example", "externalPrimaryID": "bob"})), bob);
        // An address of two customers names neither.
        exec(
            &desk,
            &format!(
                "INSERT INTO customer_address (brand_id, kind, canonical, customer_id, address) VALUES (1, 3, 'ann@x.example', {bob}, 'ann@x.example')"
            ),
        );
        assert_eq!(linked(json!({"from": "ann@x.example"})), 0);
    }

    fn a_customer_of_another_brand_cannot_be_named(desk: TestDesk) {
        let second = desk.brand("Second");
        let theirs = customer(&desk, second, "c-1", "c@x.example");
        desk.admin().post("/ticket", json!({"externalPrimaryID": "c-1"})).refused(
            400,
            "unknown_reference",
            &["externalPrimaryID"],
        );
        assert_eq!(
            made(&desk, json!({"externalPrimaryID": "c-1", "brandID": second}))["customer_id"],
            theirs
        );
    }

    fn creation_needs_its_permission_and_no_other(desk: TestDesk) {
        let seen =
            desk.key("TICKET_READ,TICKET_UPDATE,TICKET_BATCH").post("/ticket", json!({"brandID": "x"}));
        assert!(seen.expect(403)["message"].as_str().unwrap().contains("TICKET_CREATE"));
        let key = of_brand(&desk, "TICKET_CREATE", 1);
        key.post("/ticket", json!({"priority": "low", "tags": "a"})).expect(200);
        desk.nobody().post("/ticket", json!({})).expect(401);
    }
}
