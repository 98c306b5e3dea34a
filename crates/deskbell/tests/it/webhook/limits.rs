//! Whose webhook sees what: none is told of more than its maker may see, nor shown to who may see less.

use deskbell_core::Limit;
use serde_json::json;

use super::{made, tell};
use crate::both_engines;

both_engines! {
    fn a_webhook_is_told_of_its_brands_and_groups_alone(desk: TestDesk) {
        let (brand, group) = (desk.brand("Second"), desk.group("Helpers"));
        let key = desk.admin();
        made(&key, json!({"url": "https://brand.example", "events": "ticket.created", "brandIDs": [brand]}));
        made(&key, json!({"url": "https://group.example", "events": "ticket.created,ticket.changed", "groupIDs": [group]}));
        made(&key, json!({"url": "https://none.example", "events": "ticket.created", "groupIDs": [0]}));
        let first = desk.ticket(json!({"brandID": brand}));
        let second = desk.ticket(json!({"assignedGroupID": group}));
        key.put(&format!("/ticket/{second}"), json!({"title": "x"})).expect(200);
        // Of one that has left again before it was told only that is told.
        let third = desk.ticket(json!({"assignedGroupID": group}));
        key.put(&format!("/ticket/{third}"), json!({"assignedGroupID": 0})).expect(200);
        tell(&desk);
        let mut seen: Vec<String> = desk
            .endpoints
            .take()
            .iter()
            .map(|l| format!("{} {} {}", &l.url[8..13], l.body.contains(&format!("\"ticket_id\":{first},")), l.body.contains(&format!("\"ticket_id\":{second},"))))
            .collect();
        seen.sort();
        assert_eq!(seen, ["brand true false", "group false false", "group false true", "group false true", "none. true false"]);
    }

    fn a_key_with_limits_makes_webhooks_within_them_and_sees_no_others(desk: TestDesk) {
        let (brand, group) = (desk.brand("Second"), desk.group("Helpers"));
        let admin = desk.admin();
        let all = made(&admin, json!({"url": "https://all.example", "events": "ticket.created"}));
        let key = desk.limited_key("SETTINGS_CRUD", Limit::only([brand]), Limit::only([group]));
        let own = made(&key, json!({"url": "https://own.example", "events": "ticket.created,customer.created"}));
        let item = key.get(&format!("/webhook/{own}")).expect(200)["item"].clone();
        assert_eq!((&item["brand_ids"], &item["group_ids"]), (&json!([brand]), &json!([group])));
        key.get(&format!("/webhook/{all}")).refused(404, "not_found", &[""]);
        assert_eq!(key.get("/webhook").expect(200)["itemTotal"], 1);
        let body = |name: &str, ids: i64| json!({"url": "https://own.example", "events": "ticket.created", (name): [ids]});
        key.post("/webhook", body("brandIDs", 1)).refused(400, "unknown_reference", &["brandIDs"]);
        key.post("/webhook", body("groupIDs", 0)).refused(403, "forbidden", &[""]);
        key.put(&format!("/webhook/{own}"), json!({"groupIDs": [0]})).refused(403, "forbidden", &[""]);
        // Without a wish it is the key's own limits, and not everything.
        key.put(&format!("/webhook/{own}"), json!({"groupIDs": [], "brandIDs": []})).expect(200);
        let item = key.get(&format!("/webhook/{own}")).expect(200)["item"].clone();
        assert_eq!((&item["brand_ids"], &item["group_ids"]), (&json!([brand]), &json!([group])));
        for brand in [1, brand] {
            desk.ticket(json!({"brandID": brand}));
            desk.ticket(json!({"brandID": brand, "assignedGroupID": group}));
            admin.post("/customer", json!({"brandID": brand, "firstname": "M"})).expect(200);
        }
        tell(&desk);
        let told: Vec<String> = desk.endpoints.take().iter().filter(|l| l.url.contains("own")).map(|l| l.body.clone()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|body| body.contains(&format!("\"brand_id\":{brand},"))), "{told:?}");
    }

    fn who_gets_a_ticket_is_not_told_what_it_was_and_who_loses_it_not_what_comes_of_it(desk: TestDesk) {
        let (brand, group) = (desk.brand("Second"), desk.group("Helpers"));
        let admin = desk.admin();
        let hook = |host: &str, limits: serde_json::Value| {
            let mut body = json!({"url": format!("https://{host}.example"), "events": "ticket.changed,note.created,ticket.deleted"});
            body.as_object_mut().expect("fields").extend(limits.as_object().expect("limits").clone());
            made(&admin, body)
        };
        hook("old", json!({"brandIDs": [1]}));
        hook("new", json!({"brandIDs": [brand]}));
        hook("all", json!({}));
        hook("grp", json!({"groupIDs": [group]}));
        let ticket = desk.ticket(json!({"title": "secret of the first", "assignedGroupID": group}));
        admin.put(&format!("/ticket/{ticket}"), json!({"title": "for the second", "brandID": brand, "priority": "urgent"})).expect(200);
        tell(&desk);
        let told = |host: &str, letters: &[deskbell_app::Letter]| -> Vec<serde_json::Value> {
            let of_host = letters.iter().filter(|letter| letter.url.contains(host));
            of_host.map(|letter| serde_json::from_str(&letter.body).expect("JSON")).collect()
        };
        let row = |kind: &str, old: &str, new: &str| json!({"item_type": kind, "item_type_old": old, "item_type_id": new});
        let letters = desk.endpoints.take();
        let (first, second) = ("1".to_owned(), brand.to_string());
        let changes = |host: &str| told(host, &letters)[0]["data"]["changes"].clone();
        let whole = json!([row("brand_id", &first, &second), row("priority", "medium", "urgent"), row("title", "secret of the first", "for the second")]);
        assert_eq!(changes("all"), whole);
        assert_eq!(changes("grp"), whole, "it stayed in the group");
        let arrived = json!([row("brand_id", "", &second), row("priority", "", "urgent"), row("title", "", "for the second")]);
        assert_eq!(changes("new"), arrived);
        let left = told("old", &letters)[0]["data"].clone();
        assert_eq!((&left["changes"], &left["brand_id"]), (&json!([row("brand_id", &first, "")]), &json!(1)));
        // The same by the feed, and by the ticket's own changes.
        let reader = |brand: i64| desk.limited_key("RAW_READ,TICKET_READ", Limit::only([brand]), Limit::All);
        let seen = |path: &str, key: &crate::harness::Client| {
            let items = key.get(path).expect(200)["items"].clone();
            let rows = items.as_array().expect("items").iter();
            serde_json::Value::from(rows.map(|i| row(i["item_type"].as_str().expect("a type"), i["item_type_old"].as_str().expect("text"), i["item_type_id"].as_str().expect("text"))).collect::<Vec<_>>())
        };
        assert_eq!(seen("/changes", &reader(1)), json!([row("brand_id", &first, "")]));
        assert_eq!(seen("/changes", &reader(brand)), arrived);
        assert_eq!(seen(&format!("/ticket/{ticket}/changes"), &reader(brand)), arrived);
        // What happens to it from now on is the second brand's alone.
        admin.post("/ticket/batch", json!({"ticketIDs": [ticket], "actions": [{"actionType": "addNote", "value": "psst"}]})).expect(200);
        admin.delete(&format!("/ticket/{ticket}")).expect(200);
        tell(&desk);
        let letters = desk.endpoints.take();
        assert_eq!((told("old", &letters).len(), told("new", &letters).len()), (0, 2));
        assert_eq!(seen("/changes", &reader(1)), json!([row("brand_id", &first, "")]));
    }

    fn a_note_that_is_taken_back_as_the_ticket_comes_is_none_of_the_new_owners_business(desk: TestDesk) {
        let brand = desk.brand("Second");
        let admin = desk.admin();
        made(&admin, json!({"url": "https://new.example", "events": "ticket.changed,note.created,note.deleted", "brandIDs": [brand]}));
        let ticket = desk.ticket(json!({"brandID": brand}));
        let done = admin.post("/ticket/batch", json!({"ticketIDs": [ticket], "actions": [
            {"actionType": "addNote", "value": "psst"}, {"actionType": "setBrand", "value": 1}]}));
        let done = done.expect(200);
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), [format!("{ticket} ticket.changed")], "it left");
        admin.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        tell(&desk);
        let letters = desk.endpoints.take();
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert!(letters[0].body.contains("ticket.changed") && !letters[0].body.contains("note"), "{letters:?}");
    }

    fn the_log_of_a_narrower_webhook_shows_nothing_of_elsewhere(desk: TestDesk) {
        let (brand, admin) = (desk.brand("Second"), desk.admin());
        let id = made(&admin, json!({"url": "https://hook.example", "events": "ticket.created,customer.created"}));
        desk.endpoints.answer(|letter| letter.body.contains("\"ticket_id\":2").then_some(200));
        for brand in [1, brand] {
            desk.ticket(json!({"brandID": brand}));
            admin.post("/customer", json!({"brandID": brand, "firstname": "M"})).expect(200);
        }
        tell(&desk);
        desk.endpoints.take();
        for _ in 0..4 {
            desk.advance(5 * 86_400);
            tell(&desk);
        }
        let all = admin.get(&format!("/webhook/{id}/delivery")).expect(200)["items"].clone();
        assert_eq!(all.as_array().map(Vec::len), Some(4));
        admin.put(&format!("/webhook/{id}"), json!({"brandIDs": [brand]})).expect(200);
        let key = desk.limited_key("SETTINGS_CRUD", Limit::only([brand]), Limit::All);
        let seen = key.get(&format!("/webhook/{id}/delivery")).expect(200);
        let rows: Vec<&serde_json::Value> = seen["items"].as_array().expect("items").iter().map(|row| &row["cursor"]).collect();
        assert_eq!((rows.len(), &seen["itemTotal"]), (2, &json!(2)), "{seen}");
        let counted = key.get(&format!("/webhook/{id}")).expect(200)["item"].clone();
        assert!(counted["waiting"].as_i64().expect("a number") + counted["dead"].as_i64().expect("a number") <= 1, "{counted}");
        let hidden = all.as_array().expect("items").iter().find(|row| row["ticket_id"] == 1).expect("the first ticket's")["id"].clone();
        key.post(&format!("/webhook/{id}/replay"), json!({"deliveryIDs": [hidden]})).refused(404, "not_found", &["deliveryIDs"]);
    }

    fn a_purge_brings_nothing_forth_that_was_hidden(desk: TestDesk) {
        let (brand, admin) = (desk.brand("Second"), desk.admin());
        let ticket = desk.ticket(json!({"brandID": brand}));
        let done = admin.post("/ticket/batch", json!({"ticketIDs": [ticket], "actions": [
            {"actionType": "addNote", "value": "psst"}, {"actionType": "setBrand", "value": 1}]}));
        admin.post("/ticket/undo", json!({"batchID": done.expect(200)["batchID"]})).expect(200);
        let reader = desk.limited_key("RAW_READ", Limit::only([brand]), Limit::All);
        let seen = || -> Vec<String> {
            let items = reader.get("/changes").expect(200)["items"].clone();
            let row = |i: &serde_json::Value| format!("{} {}", i["cursor"].as_str().expect("a cursor"), i["item_type"].as_str().expect("a type"));
            items.as_array().expect("items").iter().map(row).collect()
        };
        let before = seen();
        admin.delete(&format!("/ticket/{ticket}?purge=true")).expect(200);
        let after = seen();
        assert_eq!((&after[..before.len()], after.len()), (&before[..], before.len() + 1), "and that it was deleted");
    }

    fn what_a_narrower_webhook_is_not_to_see_is_not_sent_any_more(desk: TestDesk) {
        let brand = desk.brand("Second");
        let id = made(&desk.admin(), json!({"url": "https://hook.example", "events": "ticket.created,ticket.changed"}));
        desk.endpoints.answer(|_| None);
        for brand in [1, brand] {
            let ticket = desk.ticket(json!({"brandID": brand}));
            desk.admin().put(&format!("/ticket/{ticket}"), json!({"title": "x"})).expect(200);
        }
        tell(&desk);
        desk.endpoints.take();
        desk.admin().put(&format!("/webhook/{id}"), json!({"brandIDs": [brand], "events": "ticket.changed"})).expect(200);
        desk.endpoints.answer(|_| Some(200));
        desk.advance(20);
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), ["2 ticket.changed"]);
        let seen = desk.admin().get(&format!("/webhook/{id}")).expect(200)["item"].clone();
        assert_eq!((&seen["waiting"], &seen["dead"]), (&json!(0), &json!(0)));
    }
}
