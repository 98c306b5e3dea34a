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
        // One that has left again before it was told is not told of.
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
        assert_eq!(seen, ["brand true false", "group false true", "group false true", "none. true false"]);
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
}
