//! Every call of the controller, from the request to the answer. The rules are tested with their use cases.

use deskbell_core::Limit;
use http::Method;
use serde_json::json;

use crate::both_engines;

both_engines! {
    fn one_of_two_names_of_a_field_may_be_empty(desk: TestDesk) {
        let key = desk.admin();
        let made = |body| key.post("/customer", body).expect(200)["customerID"].as_i64().expect("an id");
        let id = made(json!({"primary_id": "", "externalPrimaryID": "a-1", "brand_id": "", "brandID": 1}));
        assert_eq!(key.get(&format!("/customer/{id}")).expect(200)["item"]["external_primary_id"], "a-1");
        let both = json!({"primary_id": "a-2", "externalPrimaryID": ""});
        key.put(&format!("/customer/{id}"), both).expect(200);
        assert_eq!(key.get(&format!("/customer/{id}")).expect(200)["item"]["external_primary_id"], "a-2");
        key.post("/customer", json!({"primary_id": "b", "externalPrimaryID": "b"}))
            .refused(400, "invalid_parameter", &["externalPrimaryID"]);
        key.post("/customer", json!({"brand_id": 1, "brandID": 1})).refused(400, "invalid_parameter", &["brandID"]);
    }

    fn a_customer_is_made_read_changed_and_deleted(desk: TestDesk) {
        let key = desk.key("CUSTOMER_READ,CUSTOMER_CUD");
        let ticket = desk.ticket(json!({"from": "anna@shop.example"}));
        let body = "brand_id=1&primary_id=a-1&firstname=Anna&channel_id=email&customer_link_channel=Anna%40Shop.example\
                    &custom_fields[tier]=gold";
        let seen = key.form(Method::POST, "/customer", body);
        assert_eq!(seen.header("location"), "/api/v2/customer/1");
        assert_eq!(seen.header("etag"), "\"1\"");
        let made = seen.expect(200);
        let batch = made["batchID"].as_str().expect("a batch").to_owned();
        let expected = json!({"type": "result", "message": "User created and channel linked.", "customerID": 1, "version": 1,
            "batchID": batch});
        assert_eq!(made, expected);
        assert_eq!(desk.item(ticket)["customer_id"], 1);

        let item = key.get("/customer/1").expect(200);
        let expected = r#"{"type":"item","item":{"id":1,"external_primary_id":"a-1","brand_name":"Default","brand_id":1,"firstname":"Anna","lastname":"","channels":[{"channel_id":"email","address":"Anna@Shop.example"}],"custom_fields":{"tier":"gold"},"created_at":"2026-11-25 12:00:00","last_update":"2026-11-25 12:00:00","version":1}}"#;
        assert_eq!(item.to_string(), expected);

        let request = || key.request(Method::PUT, "/customer/1").header("content-type", "application/json");
        let stale = key.send(request().header("if-match", "\"2\""), r#"{"lastname":"B"}"#);
        assert_eq!(stale.refused(412, "precondition_failed", &[""])["currentVersion"], 1);
        let changed = key.send(request().header("if-match", "\"1\""), r#"{"lastname":"B","tier":"blue"}"#).expect(200);
        assert_eq!((&changed["message"], &changed["version"]), (&json!("Customer updated."), &json!(2)));
        let item = key.get("/customer/1").expect(200)["item"].clone();
        assert_eq!((&item["lastname"], &item["custom_fields"]), (&json!("B"), &json!({"tier": "blue"})));

        let gone = key.delete("/customer/1").expect(200);
        assert_eq!((&gone["message"], &gone["customerID"]), (&json!("Customer deleted."), &json!(1)));
        key.get("/customer/1").refused(404, "not_found", &[""]);
        assert_eq!(desk.item(ticket)["customer_id"], 0);
    }

    fn custom_fields_are_taken_bare_once_they_are_known(desk: TestDesk) {
        let key = desk.admin();
        key.post("/customer", json!({"tier": "gold"})).refused(400, "unknown_parameter", &["tier"]);
        key.post("/customer", json!({"custom_fields": {"tier": "gold"}})).expect(200);
        key.form(Method::POST, "/customer", "tier=blue").expect(200);
        assert_eq!(key.get("/customer/2").expect(200)["item"]["custom_fields"], json!({"tier": "blue"}));
        key.post("/customer", json!({"custom_fields": {"firstname": "x"}})).expect(400);
        key.post("/customer", json!({"custom_fields": {"Tier": "x"}})).expect(400);
        // Calls without custom fields do not know the name.
        key.get("/customer?tier=blue").refused(400, "unknown_parameter", &["tier"]);
    }

    fn a_customer_is_named_by_its_external_id(desk: TestDesk) {
        let key = desk.admin();
        key.post("/customer", json!({"brandID": 1, "externalPrimaryID": "a-1"})).expect(200);
        let search = |body| key.post("/customer/searchByPrimaryExternalId", body);
        let found = search(json!({"externalPrimaryID": "a-1"})).expect(200);
        assert_eq!((&found["itemTotal"], &found["items"][0]["id"]), (&json!(1), &json!(1)));
        assert_eq!(search(json!({"externalPrimaryID": "a-2"})).expect(200)["items"], json!([]));
        search(json!({"externalPrimaryID": "a-1", "brandID": 99})).refused(400, "unknown_reference", &["brandID"]);
        search(json!({})).refused(400, "missing_parameter", &["externalPrimaryID"]);

        let update = |body| key.put("/customer/updateCustomer", body);
        update(json!({"externalPrimaryID": "a-1", "brandID": 1, "firstname": "Anna"})).expect(200);
        update(json!({"externalPrimaryID": "a-2"})).refused(400, "unknown_reference", &["externalPrimaryID"]);

        let add = json!({"externalPrimaryID": "a-1", "extra_telephone": "+49 30 23125042", "extra_twitter": "@Anna"});
        assert_eq!(key.post("/customer/addchannelonly", add).expect(200)["message"], "Channel added.");
        key.post("/customer/addchannelonly", json!({"customerID": 1})).refused(400, "missing_parameter", &["extra_email"]);
        key.post("/customer/addchannelonly", json!({"extra_email": "a@b.example"})).expect(400);
        let body = "externalPrimaryID=a-1&channel_id=telephone&address=%2B49(0)30%2023125042";
        let removed = key.form(Method::DELETE, "/customer/itemChannel", body).expect(200);
        assert_eq!((&removed["message"], &removed["version"]), (&json!("Channel removed."), &json!(4)));
        key.form(Method::DELETE, "/customer/itemChannel", body).refused(404, "not_found", &[""]);
        let item = key.get("/customer/1").expect(200)["item"].clone();
        assert_eq!(item["channels"], json!([{"channel_id": "twitter", "address": "@Anna"}]));
    }

    fn what_contradicts_itself_is_refused(desk: TestDesk) {
        let key = desk.admin();
        key.post("/customer", json!({"brand_id": 1, "brandID": 1})).refused(400, "invalid_parameter", &["brandID"]);
        key.post("/customer", json!({"channel_id": "email"})).refused(400, "missing_parameter", &["customer_link_channel"]);
        key.post("/customer", json!({"channel_id": "pager", "customer_link_channel": "1"}))
            .refused(400, "invalid_parameter", &["channel_id"]);
        key.post("/customer", json!({"channel_id": "email", "customer_link_channel": "no address"}))
            .refused(400, "invalid_parameter", &["customer_link_channel"]);
        key.post("/customer", json!({"brand_id": 99})).refused(400, "unknown_reference", &["brand_id"]);
        key.post("/customer", json!({"ticket_id": 99})).refused(404, "not_found", &[""]);
        key.post("/customer", json!({"primary_id": "a", "customer_link_channel": "a@shop.example"})).expect(200);
        key.post("/customer", json!({"primary_id": "a"})).refused(409, "conflict", &["primary_id"]);
        key.post("/customer", json!({"primary_id": "b", "customer_link_channel": "A@SHOP.example"}))
            .refused(409, "conflict", &["customer_link_channel"]);
        assert_eq!(key.get("/customer?itemLimit=0").expect(200)["itemTotal"], 1);
    }

    fn customers_are_listed_within_the_limits(desk: TestDesk) {
        let other = desk.limited_key("*", Limit::only([]), Limit::All);
        let key = desk.admin();
        for n in 1..=3 {
            key.post("/customer", json!({"firstname": format!("Anna {n}")})).expect(200);
        }
        let page = key.get("/customer?query=anna&itemStart=1&itemLimit=1").expect(200);
        assert_eq!((&page["itemTotal"], &page["items"][0]["id"]), (&json!(3), &json!(2)));
        assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(key.get("/customer?brandID=2").expect(200)["itemTotal"], 0);
        assert_eq!(other.get("/customer").expect(200)["itemTotal"], 0);
        other.get("/customer/1").refused(404, "not_found", &[""]);
        other.post("/customer", json!({"brand_id": 1})).refused(400, "unknown_reference", &["brand_id"]);
    }
}
