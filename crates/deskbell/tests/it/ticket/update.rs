//! PUT /ticket/{ticketID}: one version step a call, one event a changed field, and the conditions of If-Match.

use deskbell_core::Limit;
use http::Method;
use serde_json::{Value, json};

use super::setup::{count, customer, group_of, inactive_user, of_brand, refused_for};
use crate::both_engines;
use crate::harness::{Client, Seen, TestDesk};

fn put_if(key: &Client, path: &str, tag: &str, body: Value) -> Seen {
    let request =
        key.request(Method::PUT, path).header("if-match", tag).header("content-type", "application/json");
    key.send(request, body.to_string())
}

/// The newest event, without those before.
fn last_events(desk: &TestDesk, id: i64, n: usize) -> Vec<String> {
    let events = desk.events(id);
    events[events.len() - n..].to_vec()
}

both_engines! {
    fn each_field_is_set_with_one_event_and_one_version_step_and_then_changes_nothing(desk: TestDesk) {
        let (second, group, user) = (desk.brand("Second"), desk.group("Helpers"), desk.user("nora"));
        let ann = customer(&desk, 1, "ann", "ann@x.example");
        let id = desk.ticket(json!({"title": "Lamp"}));
        let key = desk.admin();
        let cases: Vec<(&str, Value, &str, Value, String)> = vec![
            ("title", json!("Bulb"), "title", json!("Bulb"), "title: Lamp -> Bulb".into()),
            ("title", json!(""), "title", json!(""), "title: Bulb -> ".into()),
            ("priority", json!("urgent"), "priority", json!("urgent"), "priority: medium -> urgent".into()),
            (
                "assignedGroupID",
                json!(group),
                "assigned_group_id",
                json!(group),
                format!("assigned_group_id: 0 -> {group}"),
            ),
            (
                "assignedGroupID",
                json!(0),
                "assigned_group_id",
                json!(0),
                format!("assigned_group_id: {group} -> 0"),
            ),
            (
                "assignedUserID",
                json!(user),
                "assigned_user_id",
                json!(user),
                format!("assigned_user_id: 0 -> {user}"),
            ),
            (
                "assignedUserID",
                json!("0"),
                "assigned_user_id",
                json!(0),
                format!("assigned_user_id: {user} -> 0"),
            ),
            (
                "externalPrimaryID",
                json!("ann"),
                "customer_id",
                json!(ann),
                format!("customer_id: 0 -> {ann}"),
            ),
            ("channelID", json!(2), "channel_id", json!(2), "channel_id: 4 -> 2".into()),
            (
                "snoozeTime",
                json!("2026-12-01T09:00:00+01:00"),
                "snooze_time",
                json!("2026-12-01 08:00:00"),
                "snooze_time:  -> 2026-12-01 08:00:00".into(),
            ),
            (
                "snoozeTime",
                json!("2026-12-02"),
                "snooze_time",
                json!("2026-12-02 00:00:00"),
                "snooze_time: 2026-12-01 08:00:00 -> 2026-12-02 00:00:00".into(),
            ),
            (
                "snoozeTime",
                json!(""),
                "snooze_time",
                Value::Null,
                "snooze_time: 2026-12-02 00:00:00 -> ".into(),
            ),
            ("tags", json!(["b", "a, c"]), "tags", json!(["b", "a, c"]), "tags:  -> b,\"a, c\"".into()),
            ("tags", json!([]), "tags", json!([]), "tags: b,\"a, c\" -> ".into()),
            ("status", json!("solved"), "status", json!("solved"), "status: new -> solved".into()),
            ("status", json!("closed"), "status", json!("closed"), "status: solved -> closed".into()),
        ];
        let mut version = 1;
        for (field, value, shown, expected, event) in cases {
            desk.advance(1);
            version += 1;
            let seen = key.put("/ticket/1", json!({field: value}));
            assert_eq!(seen.header("etag"), format!("\"{version}\""));
            let result = seen.expect(200);
            let batch = &result["batchID"];
            assert_eq!(
                result.to_string(),
                format!(
                    r#"{{"type":"result","message":"Ticket updated.","ticketID":1,"version":{version},"batchID":{batch}}}"#
                )
            );
            let item = desk.item(id);
            assert_eq!((&item[shown], &item["version"]), (&expected, &json!(version)), "{field}");
            let moved = item["last_update"].clone();
            assert_eq!(last_events(&desk, id, 1), [event.as_str()]);
            assert_eq!(item["timeline_total"], version, "one event a call: {field}");
            desk.advance(1);
            assert_eq!(
                key.put("/ticket/1", json!({field: value})).expect(200)["version"],
                version,
                "{field} again"
            );
            let same = desk.item(id);
            assert_eq!(
                (&same["timeline_total"], &same["last_update"]),
                (&json!(version), &moved),
                "{field} again"
            );
        }
        let moved = key.put("/ticket/1", json!({"brandID": second})).expect(200);
        assert_eq!(moved["version"], version + 1);
        assert_eq!(
            last_events(&desk, id, 2),
            [format!("brand_id: 1 -> {second}"), format!("customer_id: {ann} -> 0")]
        );
    }

    fn many_fields_are_one_version_step_with_an_event_for_each_that_differs(desk: TestDesk) {
        let id = desk.ticket(json!({"title": "Lamp", "priority": "low"}));
        desk.advance(30);
        let key = desk.key("TICKET_UPDATE,SET_STATUS");
        let body = json!({"title": "Bulb", "priority": "low", "status": "closed", "channelID": 1, "tags": "x", "assignedUserID": 0});
        assert_eq!(key.put("/ticket/1", body).expect(200)["version"], 2);
        let mut events = last_events(&desk, id, 4);
        events.sort();
        assert_eq!(
            events,
            ["channel_id: 4 -> 1", "status: new -> closed", "tags:  -> x", "title: Lamp -> Bulb"]
        );
        let item = desk.item(id);
        assert_eq!(
            (&item["closed_at"], &item["last_update"], &item["created_at"]),
            (&json!("2026-11-25 12:00:30"), &json!("2026-11-25 12:00:30"), &json!("2026-11-25 12:00:00"))
        );
        assert_eq!(item["timeline_total"], 5);
        assert_eq!((&item["last_update_agent"], &item["last_update_customer"]), (&Value::Null, &Value::Null));
    }

    fn nothing_sent_absent_null_or_empty_where_empty_means_nothing_leaves_all_as_it_is(desk: TestDesk) {
        let user = desk.user("nora");
        customer(&desk, 1, "ann", "ann@x.example");
        desk.ticket(json!({"title": "Lamp", "assignedUserID": user, "from": "ann@x.example", "tags": "a", "snoozeTime": "2026-12-01"}));
        let before = desk.item(1);
        desk.advance(10);
        let key = desk.admin();
        let nulls = json!({"externalPrimaryID": null, "title": null, "status": null, "priority": null, "assignedGroupID": null, "assignedUserID": null, "formID": null, "brandID": null, "channelID": null, "snoozeTime": null, "tags": null});
        for seen in [
            key.send(key.request(Method::PUT, "/ticket/1"), ""),
            key.put("/ticket/1", json!({})),
            key.put("/ticket/1", nulls),
            key.form(Method::PUT, "/ticket/1", "externalPrimaryID=&status=&priority=&assignedGroupID=&assignedUserID=&formID=&brandID=&channelID="),
        ] {
            assert_eq!(seen.expect(200)["version"], 1);
        }
        assert_eq!(desk.item(1), before);
        // Empty text is a value of these.
        key.form(Method::PUT, "/ticket/1", "title=&snoozeTime=&tags=").expect(200);
        let item = desk.item(1);
        assert_eq!(
            [&item["title"], &item["snooze_time"], &item["tags"], &item["version"]],
            [&json!(""), &Value::Null, &json!([]), &json!(2)]
        );
    }

    fn status_takes_two_words_and_its_own_permission(desk: TestDesk) {
        desk.ticket(json!({}));
        let key = desk.admin();
        for status in ["new", "open", "pending", "holding", "Solved", "done"] {
            key.put("/ticket/1", json!({"status": status})).refused(400, "invalid_parameter", &["status"]);
        }
        let lacks = desk.key("TICKET_UPDATE,TICKET_READ,TICKET_BATCH");
        let json = lacks.put("/ticket/1", json!({"status": "solved", "title": "x"})).expect(403);
        assert!(json["message"].as_str().unwrap().contains("SET_STATUS"), "{json}");
        assert_eq!(
            (desk.item(1)["status"].clone(), desk.item(1)["version"].clone()),
            (json!("new"), json!(1))
        );
        lacks.put("/ticket/1", json!({"title": "x"})).expect(200);
        // Without a value nothing is asked for.
        lacks.put("/ticket/1", json!({"status": null})).expect(200);
        let json = desk.key("SET_STATUS").put("/ticket/1", json!({"status": "solved"})).expect(403);
        assert!(json["message"].as_str().unwrap().contains("TICKET_UPDATE"), "{json}");
    }

    fn closed_at_is_stamped_on_entering_kept_while_closed_and_cleared_on_leaving(desk: TestDesk) {
        desk.ticket(json!({}));
        let key = desk.admin();
        let closed_at = |body: Value| {
            desk.advance(60);
            key.put("/ticket/1", body).expect(200);
            desk.item(1)["closed_at"].clone()
        };
        assert_eq!(closed_at(json!({"status": "solved"})), Value::Null);
        assert_eq!(closed_at(json!({"status": "closed"})), "2026-11-25 12:02:00");
        assert_eq!(closed_at(json!({"status": "closed"})), "2026-11-25 12:02:00");
        assert_eq!(closed_at(json!({"title": "x"})), "2026-11-25 12:02:00");
        assert_eq!(closed_at(json!({"status": "solved"})), Value::Null);
        assert_eq!(closed_at(json!({"status": "closed"})), "2026-11-25 12:06:00");
    }

    fn changing_the_brand_unlinks_the_customer_unless_one_of_the_new_brand_is_named(desk: TestDesk) {
        let second = desk.brand("Second");
        let ann = customer(&desk, 1, "ann", "ann@x.example");
        let bea = customer(&desk, second, "bea", "bea@x.example");
        let key = desk.admin();
        let ticket = || desk.ticket(json!({"externalPrimaryID": "ann"}));
        let id = ticket();
        assert_eq!(desk.item(id)["customer_id"], ann);
        key.put(&format!("/ticket/{id}"), json!({"brandID": second})).expect(200);
        assert_eq!((&desk.item(id)["customer_id"], &desk.item(id)["brand_id"]), (&json!(0), &json!(second)));
        let id = ticket();
        key.put(&format!("/ticket/{id}"), json!({"externalPrimaryID": "bea", "brandID": second})).expect(200);
        assert_eq!(desk.item(id)["customer_id"], bea);
        assert_eq!(
            last_events(&desk, id, 2),
            [format!("brand_id: 1 -> {second}"), format!("customer_id: {ann} -> {bea}")]
        );
        // The one of the old brand is none of the new.
        let id = ticket();
        key.put(&format!("/ticket/{id}"), json!({"externalPrimaryID": "ann", "brandID": second})).refused(
            400,
            "unknown_reference",
            &["externalPrimaryID"],
        );
        assert_eq!((&desk.item(id)["customer_id"], &desk.item(id)["brand_id"]), (&json!(ann), &json!(1)));
        // To stay is no change of brand.
        assert_eq!(key.put(&format!("/ticket/{id}"), json!({"brandID": 1})).expect(200)["version"], 1);
    }

    fn references_that_name_nothing_are_reported_together_and_nothing_changes(desk: TestDesk) {
        desk.ticket(json!({"title": "Lamp"}));
        let key = desk.admin();
        let body = json!({"title": "Bulb", "brandID": 99, "channelID": 99, "assignedGroupID": 99, "assignedUserID": 99, "formID": 99});
        let fields = ["assignedGroupID", "assignedUserID", "brandID", "channelID", "formID"];
        assert_eq!(refused_for(key.put("/ticket/1", body), 400, "unknown_reference"), fields);
        key.put("/ticket/1", json!({"externalPrimaryID": "nobody"})).refused(
            400,
            "unknown_reference",
            &["externalPrimaryID"],
        );
        let item = desk.item(1);
        assert_eq!(
            (&item["title"], &item["version"], &item["timeline_total"]),
            (&json!("Lamp"), &json!(1), &json!(1))
        );
    }

    fn a_ticket_is_not_given_away_to_where_its_giver_cannot_follow(desk: TestDesk) {
        let (second, mine, theirs) = (desk.brand("Second"), desk.group("Mine"), desk.group("Theirs"));
        let id = desk.ticket(json!({"assignedGroupID": mine}));
        let key = desk.limited_key("TICKET_UPDATE", Limit::only([1]), Limit::only([mine]));
        for (field, value) in [
            ("brandID", second),
            ("assignedGroupID", theirs),
            ("assignedGroupID", 0),
            ("assignedGroupID", 98),
        ] {
            key.put(&format!("/ticket/{id}"), json!({field: value})).refused(
                400,
                "unknown_reference",
                &[field],
            );
        }
        key.put(&format!("/ticket/{id}"), json!({"title": "x", "assignedGroupID": mine, "brandID": 1}))
            .expect(200);
        assert_eq!(desk.item(id)["version"], 2);
    }

    fn a_group_that_does_not_serve_the_brand_and_an_inactive_user_conflict(desk: TestDesk) {
        let (second, gone) = (desk.brand("Second"), inactive_user(&desk, "gone"));
        let (only_first, only_second) =
            (group_of(&desk, "First alone", &[1]), group_of(&desk, "Second alone", &[second]));
        let id = desk.ticket(json!({"assignedGroupID": only_first}));
        let key = desk.admin();
        let path = format!("/ticket/{id}");
        key.put(&path, json!({"assignedGroupID": only_second})).refused(
            409,
            "conflict",
            &["assignedGroupID"],
        );
        key.put(&path, json!({"brandID": second})).expect(409);
        key.put(&path, json!({"assignedUserID": gone, "title": "x"})).refused(
            409,
            "conflict",
            &["assignedUserID"],
        );
        assert_eq!((&desk.item(id)["version"], &desk.item(id)["title"]), (&json!(1), &json!("")));
        // Together they fit.
        key.put(&path, json!({"assignedGroupID": only_second, "brandID": second})).expect(200);
        key.put(&path, json!({"assignedGroupID": 0, "brandID": 1})).expect(200);
    }

    fn tags_are_a_set_that_compares_without_case(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        let put = |tags: Value| {
            let version =
                key.put("/ticket/1", json!({"tags": tags})).expect(200)["version"].as_i64().unwrap();
            (version, desk.item(id)["tags"].clone())
        };
        assert_eq!(put(json!(["b", "a", "B", "A", "a"])), (2, json!(["b", "a"])));
        assert_eq!(put(json!(["a", "b"])), (2, json!(["b", "a"])), "another order is the same set");
        assert_eq!(
            put(json!("x, \"late, again\", \"say \"\"hi\"\"\"")),
            (3, json!(["x", "late, again", "say \"hi\""]))
        );
        assert_eq!(desk.events(id).last().unwrap(), "tags: b,a -> x,\"late, again\",\"say \"\"hi\"\"\"");
        assert_eq!(put(json!(["a,b"])), (4, json!(["a,b"])), "the element of an array is one tag");
        assert_eq!(put(json!(["🧾".repeat(100)])).0, 5);
        key.put("/ticket/1", json!({"tags": ["x".repeat(101)]})).expect(400);
        key.put("/ticket/1", json!({"tags": "\"open"})).expect(400);
        key.form(Method::PUT, "/ticket/1", "tags[]=p&tags[]=q").expect(200);
        assert_eq!(desk.item(id)["tags"], json!(["p", "q"]));
        assert_eq!(count(&desk, "ticket_tag", "ticket_id = 1"), 2);
    }

    fn leaving_closed_takes_a_ticket_out_of_the_archive(desk: TestDesk) {
        let id = desk.ticket(json!({}));
        let key = desk.admin();
        let actions = json!([{"actionType": "setStatus", "value": "closed"}, {"actionType": "archive"}]);
        key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": actions})).expect(200);
        assert_eq!(key.get("/ticket").ids(), [] as [i64; 0]);
        key.put("/ticket/1", json!({"status": "closed", "title": "still there"})).expect(200);
        assert_eq!(key.get("/ticket").ids(), [] as [i64; 0]);
        key.put("/ticket/1", json!({"status": "solved"})).expect(200);
        assert_eq!(key.get("/ticket").ids(), [id]);
        assert_eq!(last_events(&desk, id, 2), ["status: closed -> solved", "archived: 1 -> 0"]);
    }

    fn if_match_compares_the_version_alone(desk: TestDesk) {
        desk.ticket(json!({"title": "0"}));
        let key = desk.admin();
        let etag = key.get("/ticket/1").header("etag").to_owned();
        for (n, tag) in [
            (2, etag),
            (3, "\"2\"".into()),
            (4, "*".into()),
            (5, "\"9\", \"4\"".into()),
            (6, "\"5-anything\"".into()),
        ] {
            assert_eq!(
                put_if(&key, "/ticket/1", &tag, json!({"title": n.to_string()})).expect(200)["version"],
                n,
                "{tag}"
            );
        }
        for tag in ["\"5\"", "\"7\"", "\"60\"", "\"1\", \"2\""] {
            let json = put_if(&key, "/ticket/1", tag, json!({"title": "lost"})).refused(
                412,
                "precondition_failed",
                &[""],
            );
            assert_eq!(json["currentVersion"], 6, "{json}");
        }
        // Nothing would change, and the condition is still a condition.
        put_if(&key, "/ticket/1", "\"5\"", json!({"title": "6"})).expect(412);
        for tag in ["6", "\"six\"", "", "\"6"] {
            assert_eq!(
                put_if(&key, "/ticket/1", tag, json!({"title": "lost"})).status.as_u16(),
                400,
                "{tag:?}"
            );
        }
        put_if(&key, "/ticket/9", "*", json!({"title": "x"})).expect(404);
        assert_eq!((&desk.item(1)["title"], &desk.item(1)["version"]), (&json!("6"), &json!(6)));
    }

    fn existence_comes_before_references_and_hidden_is_missing(desk: TestDesk) {
        let second = desk.brand("Second");
        let (hidden, gone) = (desk.ticket(json!({"brandID": second})), desk.ticket(json!({})));
        desk.admin().delete(&format!("/ticket/{gone}")).expect(200);
        let key = of_brand(&desk, "*", 1);
        for id in [hidden, gone, 999] {
            let json =
                key.put(&format!("/ticket/{id}"), json!({"title": "x"})).refused(404, "not_found", &[""]);
            assert_eq!(json["message"], format!("Ticket {id} does not exist."));
        }
        assert_eq!(desk.item(hidden)["version"], 1);
    }

    fn what_belongs_to_bulk_calls_alone_is_unknown_here(desk: TestDesk) {
        desk.ticket(json!({}));
        let key = desk.admin();
        for (field, value) in [
            ("mode", json!("atomic")),
            ("dryRun", json!(true)),
            ("versions", json!({"1": 1})),
            ("from", json!("x")),
            ("direction", json!("inbound")),
        ] {
            key.put("/ticket/1", json!({field: value})).refused(400, "unknown_parameter", &[field]);
        }
        key.put("/ticket/1?title=a", json!({"title": "b"})).expect(400);
        key.put("/ticket/1?title=a", json!({})).expect(200);
        assert_eq!(desk.item(1)["title"], "a");
    }
}
