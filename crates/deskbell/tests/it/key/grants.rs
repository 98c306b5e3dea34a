//! Nobody grants what it does not have, and nobody takes over a key that may do more.

use deskbell_core::Limit;
use serde_json::{Value, json};

use super::{item, made, status};
use crate::both_engines;

both_engines! {
    fn nobody_grants_a_permission_that_it_lacks(desk: TestDesk) {
        let caller = desk.key("SETTINGS_CRUD,TICKET_READ");
        let body = |permissions: &str| json!({"name": "x", "permissions": permissions});
        let seen = caller.post("/key", body("TICKET_READ,TICKET_DELETE")).refused(403, "forbidden", &["permissions"]);
        assert!(seen["message"].as_str().expect("text").contains("TICKET_DELETE"), "{seen}");
        let (id, _) = made(&caller, body("TICKET_READ"));
        let path = format!("/key/{id}");
        caller.put(&path, json!({"permissions": ["RAW_READ"]})).refused(403, "forbidden", &["permissions"]);
        caller.put(&path, json!({"permissions": ["SETTINGS_CRUD"]})).expect(200);
        // Not to itself either; but it may give away what it has.
        let own = format!("/key/{}", caller.id);
        caller.put(&own, json!({"permissions": "SETTINGS_CRUD,TICKET_READ,RAW_READ"})).refused(403, "forbidden", &["permissions"]);
        caller.put(&own, json!({"permissions": "SETTINGS_CRUD"})).expect(200);
        caller.put(&own, json!({"permissions": "SETTINGS_CRUD,TICKET_READ"})).refused(403, "forbidden", &["permissions"]);
        caller.delete(&own).expect(200);
        caller.get("/key").refused(401, "unauthenticated", &[""]);
    }

    fn a_mightier_key_is_seen_and_not_touched(desk: TestDesk) {
        let (admin, caller) = (desk.admin(), desk.key("SETTINGS_CRUD"));
        let (id, secret) = made(&admin, json!({"name": "mighty", "permissions": "TICKET_READ"}));
        let path = format!("/key/{id}");
        assert_eq!(item(&caller, id)["name"], "mighty");
        assert_eq!(caller.get("/key?query=mighty").ids(), [id]);
        for seen in [
            caller.put(&path, json!({"name": "x"})),
            caller.put(&path, json!({"permissions": "SETTINGS_CRUD"})),
            caller.post(&format!("{path}/rotate"), json!({})),
            caller.delete(&path),
        ] {
            let seen = seen.refused(403, "forbidden", &[""]);
            assert!(seen["message"].as_str().expect("text").contains("TICKET_READ"), "{seen}");
        }
        assert_eq!((item(&admin, id)["version"].clone(), status(&desk, &secret)), (json!(1), 200));
    }

    fn a_caller_with_limits_makes_keys_within_them_and_sees_no_others(desk: TestDesk) {
        let (brand, group) = (desk.brand("Second"), desk.group("Helpers"));
        let admin = desk.admin();
        let caller = desk.limited_key("SETTINGS_CRUD", Limit::only([brand]), Limit::only([group]));
        let body = |more: Value| {
            let mut all = json!({"name": "x", "permissions": "SETTINGS_CRUD"});
            all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            all
        };
        // Without a wish it has the caller's limits, and not everything.
        let (own, _) = made(&caller, body(json!({})));
        let limits = |id: i64| ["brand_ids", "group_ids"].map(|k| item(&admin, id)[k].clone());
        assert_eq!(limits(own), [json!([brand]), json!([group])]);
        let path = format!("/key/{own}");
        for (more, status, code, field) in [
            (json!({"allBrands": true}), 403, "forbidden", "allBrands"),
            (json!({"allGroups": true}), 403, "forbidden", "allGroups"),
            (json!({"groupIDs": [0, group]}), 403, "forbidden", "groupIDs"),
            (json!({"brandIDs": [1]}), 400, "unknown_reference", "brandIDs"),
            (json!({"groupIDs": [1]}), 400, "unknown_reference", "groupIDs"),
        ] {
            caller.post("/key", body(more.clone())).refused(status, code, &[field]);
            caller.put(&path, more).refused(status, code, &[field]);
        }
        assert_eq!(limits(own), [json!([brand]), json!([group])]);
        // What sees more does not exist for it, whatever it may do.
        let hidden = [json!({}), json!({"brandIDs": [brand]}), json!({"groupIDs": [group]}), json!({"brandIDs": [1, brand], "groupIDs": [group]})];
        for more in hidden {
            let (id, _) = made(&admin, body(more));
            let path = format!("/key/{id}");
            for seen in [
                caller.get(&path),
                caller.put(&path, json!({"name": "y"})),
                caller.post(&format!("{path}/rotate"), json!({})),
                caller.delete(&path),
            ] {
                seen.refused(404, "not_found", &[""]);
            }
        }
        assert_eq!(caller.get("/key").ids(), [caller.id.0, own]);
    }

    fn a_key_keeps_its_last_limit_when_its_brand_is_gone(desk: TestDesk) {
        let (admin, brand) = (desk.admin(), desk.brand("Second"));
        let (id, _) = made(&admin, json!({"name": "x", "permissions": "TICKET_READ", "brandIDs": [brand]}));
        admin.delete(&format!("/brand/{brand}")).expect(200);
        admin.put(&format!("/key/{id}"), json!({"name": "y"})).expect(200);
        assert_eq!(item(&admin, id)["brand_ids"], json!([brand]));
    }
}
