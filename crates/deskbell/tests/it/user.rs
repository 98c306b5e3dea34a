//! The User controller: what holds for a user at the desk. Its other calls are tested with the use cases.

use deskbell_app::user::{self, Account};
use deskbell_core::{Actor, Limit};
use deskbell_db::Urgency;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::both_engines;
use crate::harness::Client;

fn settings(key: &Client, user: i64) -> Value {
    key.get(&format!("/user/settings?userID={user}")).expect(200)["item"].clone()
}

both_engines! {
    fn settings_say_what_results_of_the_groups(desk: TestDesk) {
        let (key, brand) = (desk.admin(), desk.brand("Nord"));
        let group = |name: &str, more: Value| {
            let mut body = json!({"name": name});
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            key.post("/group", body).expect(200)["groupID"].as_i64().expect("an id")
        };
        let first = group("First", json!({"permissions": ["TICKET_READ", "SET_STATUS"], "brandIDs": [1, brand]}));
        let second = group("Second", json!({"permissions": ["TICKET_READ", "VIEW_READ"]}));
        let fields = json!({"name": "ann", "firstname": "A", "lastname": "L", "email": "ann@desk.example", "language": "nl", "dateFormat": "en_GB", "groups": [first, second]});
        let ann = key.post("/user", fields).expect(200)["userID"].as_i64().expect("an id");
        let seen = settings(&key, ann);
        let groups = json!([{"id": first, "name": "First", "all_brands": false, "brand_ids": [1, brand]},
            {"id": second, "name": "Second", "all_brands": true, "brand_ids": []}]);
        assert_eq!(seen, json!({"id": ann, "name": "ann", "language": "nl", "date_format": "en_GB", "time_zone": "UTC", "admin": false,
            "active": true, "permissions": ["TICKET_READ", "SET_STATUS", "VIEW_READ"], "groups": groups, "version": 1}));
        // Limits show what results of the groups and brands within.
        let limited = desk.limited_key("USER_READ", Limit::only([brand]), Limit::only([first]));
        let seen = settings(&limited, ann);
        assert_eq!(json!([seen["permissions"], seen["groups"]]),
            json!([["TICKET_READ", "SET_STATUS"], [{"id": first, "name": "First", "all_brands": false, "brand_ids": [brand]}]]));
        // The same is no news, what changes by a group is.
        let answer = key.get(&format!("/user/settings?userID={ann}"));
        let again = |etag: &str| key.send(key.request(http::Method::GET, &format!("/user/settings?userID={ann}")).header("if-none-match", etag), "").status.as_u16();
        assert_eq!(again(answer.header("etag")), 304);
        key.put(&format!("/group/{second}"), json!({"permissions": []})).expect(200);
        assert_eq!(again(answer.header("etag")), 200);
        assert_eq!(settings(&key, ann)["permissions"], json!(["TICKET_READ", "SET_STATUS"]));
        // Who is not active may do nothing.
        key.delete(&format!("/user/{ann}")).expect(200);
        let seen = settings(&key, ann);
        assert_eq!(json!([seen["active"], seen["permissions"], seen["groups"], seen["version"]]), json!([false, [], [], 2]));
    }

    fn an_administrator_has_every_permission(desk: TestDesk) {
        let system = Arc::new(Actor::system());
        let text = |text: &str| Some(text.to_owned());
        let fields = user::Fields { name: text("root"), email: text("root@desk.example"), ..user::Fields::default() };
        let account = Account { admin: true, ..Account::default() };
        let made = desk.desk.write_blocking(Urgency::Interactive, &system, "test", move |work| user::create(work, &fields, &account));
        let seen = settings(&desk.admin(), made.expect("a user").0.0);
        assert_eq!((&seen["admin"], seen["permissions"].as_array().expect("permissions").len()), (&json!(true), deskbell_core::Permission::ALL.len()));
    }

    fn a_key_names_a_user_whom_it_sees(desk: TestDesk) {
        let key = desk.key("USER_READ");
        key.get("/user/settings").refused(400, "missing_parameter", &["userID"]);
        key.get("/user/settings?userID=99").refused(400, "unknown_reference", &["userID"]);
        let (ann, group) = (desk.user("ann"), desk.group("Front"));
        let limited = desk.limited_key("USER_READ", Limit::All, Limit::only([group]));
        limited.get(&format!("/user/settings?userID={ann}")).refused(400, "unknown_reference", &["userID"]);
        desk.key("VIEW_READ").get(&format!("/user/settings?userID={ann}")).refused(403, "forbidden", &[""]);
    }
}
