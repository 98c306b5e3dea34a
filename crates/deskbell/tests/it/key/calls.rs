//! The calls of the controller: what they take and what they answer.

use http::Method;
use serde_json::{Value, json};

use super::{item, made, reader, status};
use crate::both_engines;

both_engines! {
    fn a_key_is_made_read_changed_and_revoked(desk: TestDesk) {
        let admin = desk.admin();
        let (brand, group) = (desk.brand("Second"), desk.group("Helpers"));
        let seen = admin.post("/key", json!({"name": "Shop", "permissions": ["TICKET_CREATE", "TICKET_READ"], "brandIDs": [brand],
            "groupIDs": [group, 0], "expires": "2026-11-26", "allowedNetworks": ["0.0.0.0/8", "2001:db8::1"]}));
        let (location, etag) = (seen.header("location").to_owned(), seen.header("etag").to_owned());
        let seen = seen.expect(200);
        let (id, secret) = (seen["keyID"].as_i64().expect("an id"), seen["key"].as_str().expect("a secret").to_owned());
        assert_eq!((&seen["message"], &seen["version"]), (&json!("Key created."), &json!(1)));
        assert_eq!((location, etag.as_str()), (format!("/api/v2/key/{id}"), "\"1\""));
        assert!(seen["batchID"].is_string() && secret.starts_with("dbk_") && secret.len() == 53);
        let expected = json!({
            "id": id, "name": "Shop", "hint": &secret[..10], "permissions": ["TICKET_READ", "TICKET_CREATE"], "brand_ids": [brand],
            "group_ids": [0, group], "allowed_networks": ["0.0.0.0/8", "2001:db8::1/128"], "expires": "2026-11-26 00:00:00",
            "revoked_at": null, "last_used": null, "old_secret_until": null, "created_at": "2026-11-25 12:00:00",
            "last_update": "2026-11-25 12:00:00", "version": 1,
        });
        assert_eq!(item(&admin, id), expected);
        assert_eq!(status(&desk, &secret), 200);

        desk.advance(60);
        let path = format!("/key/{id}");
        let changed = admin.put(&path, json!({"name": "Web shop", "allBrands": true, "expires": "", "allowedNetworks": []})).expect(200);
        assert_eq!((&changed["message"], &changed["version"]), (&json!("Key updated."), &json!(2)));
        let now = item(&admin, id);
        let shown = ["name", "brand_ids", "group_ids", "expires", "allowed_networks", "last_update"].map(|k| now[k].clone());
        assert_eq!(json!(shown), json!(["Web shop", null, [0, group], null, [], "2026-11-25 12:01:00"]));
        assert_eq!(admin.put(&path, json!({"name": "Web shop"})).expect(200)["version"], 2, "nothing changed");
        let request = |method: Method, version: &str| admin.request(method, &path).header("if-match", version).header("content-type", "application/json");
        admin.send(request(Method::PUT, "\"1\""), r#"{"name":"x"}"#).refused(412, "precondition_failed", &[""]);
        admin.send(request(Method::DELETE, "\"1\""), "{}").refused(412, "precondition_failed", &[""]);
        let etag = admin.get(&path).header("etag").to_owned();
        let again = admin.send(admin.request(Method::GET, &path).header("if-none-match", etag), "");
        assert_eq!(again.status.as_u16(), 304);

        let revoked = admin.send(request(Method::DELETE, "\"2\""), "{}").expect(200);
        assert_eq!((&revoked["message"], &revoked["version"]), (&json!("Key revoked."), &json!(3)));
        assert_eq!(status(&desk, &secret), 401);
        assert_eq!(item(&admin, id)["revoked_at"], "2026-11-25 12:01:00");
        assert_eq!(admin.delete(&path).expect(200)["version"], 3, "it was revoked before");
        admin.post(&format!("{path}/rotate"), json!({})).refused(409, "conflict", &[""]);
        admin.put(&path, json!({"name": "Old shop"})).expect(200);
        assert_eq!(status(&desk, &secret), 401, "a change brings no key back");
        for (method, path) in [(Method::GET, "/key/999"), (Method::PUT, "/key/999"), (Method::DELETE, "/key/999"), (Method::POST, "/key/999/rotate")] {
            admin.json(method, path, json!({})).refused(404, "not_found", &[""]);
        }
    }

    fn the_list_has_all_keys_by_id_and_is_searched_by_name(desk: TestDesk) {
        let admin = desk.admin();
        let ids: Vec<i64> = ["North", "South", "northern"].map(|name| made(&admin, json!({"name": name, "permissions": "TICKET_READ"})).0).into();
        admin.delete(&format!("/key/{}", ids[2])).expect(200);
        assert_eq!(admin.get("/key?query=NORTH").ids(), [ids[0], ids[2]]);
        assert_eq!(admin.get("/key?query=north&itemStart=1&itemLimit=1").ids(), [ids[2]]);
        let all = admin.get("/key?itemLimit=9999").expect(200);
        assert_eq!(all["itemTotal"].as_u64().expect("a number") as usize, all["items"].as_array().expect("items").len());
        assert_eq!(admin.get("/key?itemLimit=0").expect(200)["items"], json!([]));
    }

    fn what_a_key_cannot_be_is_refused_with_what_it_could_be(desk: TestDesk) {
        let admin = desk.admin();
        let refused = |body: Value, code: &str, fields: &[&str]| {
            let mut all = json!({"name": "x", "permissions": ["TICKET_READ"]});
            all.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
            admin.post("/key", all).refused(400, code, fields)
        };
        admin.post("/key", json!({})).refused(400, "missing_parameter", &["name", "permissions"]);
        refused(json!({"permissions": []}), "missing_parameter", &["permissions"]);
        refused(json!({"name": " "}), "invalid_parameter", &["name"]);
        refused(json!({"permissions": ["TICKET_EAT"]}), "invalid_parameter", &["permissions[0]"]);
        refused(json!({"expires": "2026-11-25 12:00:00"}), "invalid_parameter", &["expires"]);
        refused(json!({"expires": "2026-11-25"}), "invalid_parameter", &["expires"]);
        for network in ["10.0.0.0/33", "10.0.0", "shop.example", "::1/129"] {
            let seen = refused(json!({"allowedNetworks": ["10.0.0.0/8", network]}), "invalid_parameter", &["allowedNetworks"]);
            let message = seen["message"].as_str().expect("text");
            assert!(message.contains(network) && message.contains("2001:db8::/32"), "{message}");
        }
        refused(json!({"allBrands": true, "brandIDs": [1]}), "invalid_parameter", &["brandIDs"]);
        refused(json!({"allGroups": true, "groupIDs": [0]}), "invalid_parameter", &["groupIDs"]);
        refused(json!({"brandIDs": [1, 98, 99]}), "unknown_reference", &["brandIDs", "brandIDs"]);
        refused(json!({"groupIDs": [0, 99]}), "unknown_reference", &["groupIDs"]);
        assert_eq!(admin.get("/key?query=x").expect(200)["itemTotal"], 0);
        let (id, _) = reader(&desk);
        let path = format!("/key/{id}");
        for (name, value) in [("name", json!("")), ("permissions", json!([])), ("expires", json!("2020-01-01")), ("allowedNetworks", json!("x"))] {
            admin.put(&path, json!({(name): value})).refused(400, "invalid_parameter", &[name]);
        }
        assert_eq!(item(&admin, id)["version"], 1);
    }

    fn a_limit_stays_a_limit(desk: TestDesk) {
        let admin = desk.admin();
        desk.ticket(json!({}));
        let body = json!({"name": "x", "permissions": "TICKET_READ,SETTINGS_CRUD", "allBrands": false, "groupIDs": []});
        let (id, _) = made(&admin, body);
        let shown = |id: i64| ["brand_ids", "group_ids"].map(|k| item(&admin, id)[k].clone());
        assert_eq!(shown(id), [json!([]), json!([])], "none, and not all");
        let path = format!("/key/{id}");
        admin.put(&path, json!({"brandIDs": [1], "allGroups": true})).expect(200);
        admin.put(&path, json!({"allBrands": false, "name": "y"})).expect(200);
        assert_eq!(shown(id), [json!([1]), Value::Null]);
    }

    fn networks_and_expiry_hold(desk: TestDesk) {
        let admin = desk.admin();
        let (id, secret) = made(&admin, json!({"name": "x", "permissions": "TICKET_READ", "allowedNetworks": "192.0.2.0/24"}));
        assert_eq!(status(&desk, &secret), 401, "callers of the tests are at another address");
        let path = format!("/key/{id}");
        admin.put(&path, json!({"allowedNetworks": "", "expires": "2026-11-25T14:00:10+02:00"})).expect(200);
        desk.advance(9);
        assert_eq!(status(&desk, &secret), 200);
        desk.advance(1);
        assert_eq!(status(&desk, &secret), 401);
        // An expiry that has passed may stay where something else is changed, and may be lifted.
        admin.put(&path, json!({"name": "y"})).expect(200);
        admin.put(&path, json!({"expires": null})).expect(200);
        assert_eq!(status(&desk, &secret), 401);
        admin.put(&path, json!({"expires": ""})).expect(200);
        assert_eq!(status(&desk, &secret), 200);
    }
}
