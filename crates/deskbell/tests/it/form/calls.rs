//! The calls of forms: what they answer, list, refuse, and to whom a form exists.

use deskbell_core::Limit;
use http::Method;
use serde_json::json;

use super::{field, form};
use crate::both_engines;
use crate::harness::START;

both_engines! {
    fn a_form_is_made_read_changed_and_deleted(desk: TestDesk) {
        let key = desk.admin();
        let brand = desk.brand("Nord");
        let seen = key.form(Method::POST, "/form", &format!("title=Returns&brandIDs[]={brand}"));
        assert_eq!((seen.header("location"), seen.header("etag")), ("/api/v2/form/1", "\"1\""));
        let made = seen.expect(200);
        assert_eq!(json!([made["message"], made["formID"], made["version"]]), json!(["Form created.", 1, 1]));
        assert!(made["batchID"].is_string());
        desk.advance(60);
        let seen = key.get("/form/1");
        assert!(seen.header("etag").starts_with("\"1-"), "{}", seen.header("etag"));
        let etag = seen.header("etag").to_owned();
        assert_eq!(seen.expect(200)["item"], json!({
            "id": 1, "title": "Returns", "all_brands": false, "brand_ids": [brand], "created_at": START,
            "last_update": START, "version": 1, "fields": [],
        }));
        let again = key.send(key.request(Method::GET, "/form/1").header("if-none-match", &etag), "");
        assert_eq!(again.status, 304);
        let cause = field(&desk, 1, "Cause", json!({}));
        let again = key.send(key.request(Method::GET, "/form/1").header("if-none-match", &etag), "");
        assert_eq!(again.expect(200)["item"]["fields"][0]["id"], cause, "a new field is shown");
        let put = key.put("/form/1", json!({"title": "Returned goods", "brandIDs": []})).expect(200);
        assert_eq!(json!([put["message"], put["formID"], put["version"]]), json!(["Form updated.", 1, 2]));
        let item = key.get("/form/1").expect(200)["item"].clone();
        assert_eq!(json!([item["title"], item["all_brands"], item["brand_ids"]]), json!(["Returned goods", true, []]));
        assert_eq!(item["last_update"], "2026-11-25 12:01:00");
        assert_eq!(key.put("/form/1", json!({"title": "Returned goods"})).expect(200)["version"], 2);
        let stale = |method| key.send(key.request(method, "/form/1").header("if-match", "\"1\""), "");
        stale(Method::PUT).refused(412, "precondition_failed", &[""]);
        assert_eq!(stale(Method::DELETE).refused(412, "precondition_failed", &[""])["currentVersion"], 2);
        let gone = key.delete("/form/1").expect(200);
        assert_eq!(json!([gone["message"], gone["formID"], gone["version"]]), json!(["Form deleted.", 1, 3]));
        assert!(gone["batchID"].is_string());
        for seen in [key.get("/form/1"), key.put("/form/1", json!({"title": "x"})), key.delete("/form/1")] {
            assert_eq!(seen.refused(404, "not_found", &[""])["message"], "This form does not exist.");
        }
        key.get(&format!("/formfield/{cause}")).refused(404, "not_found", &[""]);
        assert_eq!(form(&desk, "Next", &[]), 2, "ids are not used again");
    }

    fn lists_have_a_query_pages_and_exact_totals(desk: TestDesk) {
        let key = desk.admin();
        for n in 1..=20 {
            form(&desk, &format!("{} {n}", if n % 2 == 0 { "Straße" } else { "100%_" }), &[]);
        }
        let all = key.get("/form").expect(200);
        assert_eq!(json!([all["itemStart"], all["itemLimit"], all["itemTotal"], all["itemTotalExact"]]), json!([0, 15, 20, true]));
        assert!(all["items"][0].get("fields").is_none());
        assert_eq!(key.get("/form?itemStart=17&itemLimit=9999").ids(), [18, 19, 20]);
        assert_eq!(key.get("/form?query=STRASSE").ids(), [0i64; 0], "the letters themselves are compared");
        assert_eq!(key.get("/form?query=STRAßE%201&itemLimit=9999").ids(), [10, 12, 14, 16, 18]);
        assert_eq!(key.get("/form?query=%25_&itemLimit=0").expect(200)["itemTotal"], 10);
        key.get("/form?itemLimit=10000").refused(400, "invalid_parameter", &["itemLimit"]);
        key.get("/form?tilte=x").refused(400, "unknown_parameter", &["tilte"]);
        for n in 1..=3 {
            field(&desk, 1, &format!("Field {n}"), json!({}));
        }
        field(&desk, 2, "Field 4", json!({}));
        assert_eq!(key.get("/formfield").ids(), [1, 2, 3, 4]);
        assert_eq!(key.get("/formfield?form_id=1&itemLimit=2").ids(), [1, 2]);
        let some = key.get("/formfield?query=field&form_id=1,2&itemStart=3").expect(200);
        assert_eq!(json!([some["itemTotal"], some["items"][0]["id"]]), json!([4, 4]));
        assert_eq!(key.get("/formfield?itemLimit=9999&query=4").ids(), [4]);
        key.get("/formfield?itemLimit=10000").refused(400, "invalid_parameter", &["itemLimit"]);
    }

    fn what_a_form_does_not_take_is_refused_by_name(desk: TestDesk) {
        let key = desk.admin();
        key.post("/form", json!({})).refused(400, "missing_parameter", &["title"]);
        key.post("/form", json!({"title": " "})).refused(400, "invalid_parameter", &["title"]);
        key.post("/form", json!({"title": "x".repeat(201)})).refused(400, "invalid_parameter", &["title"]);
        key.post("/form", json!({"title": "x", "brandIDs": [1, 98, 99]})).refused(400, "unknown_reference", &["brandIDs", "brandIDs"]);
        let id = form(&desk, "Returns", &[]);
        key.put(&format!("/form/{id}"), json!({"title": ""})).refused(400, "invalid_parameter", &["title"]);
        key.put(&format!("/form/{id}"), json!({"brandIDs": [99]})).refused(400, "unknown_reference", &["brandIDs"]);
        key.get("/form/x").refused(400, "invalid_parameter", &["formID"]);
        key.get("/form/99").refused(404, "not_found", &[""]);
        key.get("/form/getFormForTicket").refused(400, "missing_parameter", &["ticketID"]);
        key.get(&format!("/form/{id}?ticketID=7")).refused(404, "not_found", &[""]);
        let wrong = key.send(key.request(Method::GET, "/form/saveFormFields"), "");
        assert_eq!(wrong.header("allow"), "PUT");
        wrong.refused(405, "method_not_allowed", &[""]);
        assert_eq!(key.get(&format!("/form/{id}")).expect(200)["item"]["version"], 1);
    }

    fn a_form_exists_for_those_who_see_one_of_its_brands(desk: TestDesk) {
        let (ours, theirs) = (desk.brand("Ours"), desk.brand("Theirs"));
        let all = form(&desk, "All", &[]);
        let (one, both, other) = (form(&desk, "One", &[ours]), form(&desk, "Both", &[ours, theirs]), form(&desk, "Other", &[theirs]));
        let fields: Vec<i64> = [all, one, both, other].iter().map(|id| field(&desk, *id, "Cause", json!({}))).collect();
        let key = desk.limited_key("*", Limit::only([ours]), Limit::All);
        assert_eq!(key.get("/form").ids(), [all, one, both]);
        assert_eq!(key.get("/formfield").ids(), fields[..3]);
        assert_eq!(key.get(&format!("/form/{both}")).expect(200)["item"]["brand_ids"], json!([ours]), "others are left out");
        for path in [format!("/form/{other}"), format!("/formfield/{}", fields[3])] {
            for seen in [key.get(&path), key.put(&path, json!({"title": "x"})), key.delete(&path)] {
                seen.refused(404, "not_found", &[""]);
            }
        }
        let body = json!({"form_id": other, "title": "x", "input_type": "text"});
        let seen = key.post("/formfield", body).refused(400, "unknown_reference", &["form_id"]);
        assert_eq!(seen["message"], "This form does not exist.");
        for reaching in [all, both] {
            let path = format!("/form/{reaching}");
            key.put(&path, json!({"title": "x"})).refused(403, "forbidden", &[""]);
            key.delete(&path).refused(403, "forbidden", &[""]);
            let body = json!({"form_id": reaching, "title": "x", "input_type": "text"});
            key.post("/formfield", body).refused(403, "forbidden", &[""]);
        }
        for n in [0, 2] {
            let path = format!("/formfield/{}", fields[n]);
            key.put(&path, json!({"title": "x"})).refused(403, "forbidden", &[""]);
            key.delete(&path).refused(403, "forbidden", &[""]);
        }
        key.put(&format!("/formfield/{}", fields[1]), json!({"form_id": all})).refused(403, "forbidden", &[""]);
        key.put(&format!("/form/{one}"), json!({"brandIDs": []})).refused(403, "forbidden", &[""]);
        key.post("/form", json!({"title": "Mine"})).refused(403, "forbidden", &[""]);
        key.post("/form", json!({"title": "Mine", "brandIDs": [theirs]})).refused(400, "unknown_reference", &["brandIDs"]);
        let mine = key.post("/form", json!({"title": "Mine", "brandIDs": [ours]})).expect(200)["formID"].clone();
        key.put(&format!("/formfield/{}", fields[1]), json!({"form_id": mine})).expect(200);
        key.delete(&format!("/form/{one}")).expect(200);
        assert_eq!(desk.limited_key("*", Limit::only([]), Limit::All).get("/form").ids(), [all]);
    }

    fn a_form_whose_last_brand_goes_is_for_none(desk: TestDesk) {
        let (nord, sud) = (desk.brand("Nord"), desk.brand("Sud"));
        let id = form(&desk, "Returns", &[nord]);
        let ticket = desk.ticket(json!({"brandID": sud}));
        let key = desk.admin();
        key.delete(&format!("/brand/{nord}")).expect(200);
        let item = key.get(&format!("/form/{id}")).expect(200)["item"].clone();
        assert_eq!(json!([item["all_brands"], item["brand_ids"], item["version"]]), json!([false, [], 2]));
        key.put(&format!("/ticket/{ticket}"), json!({"formID": id})).refused(409, "conflict", &["formID"]);
        let limited = desk.limited_key("*", Limit::only([sud]), Limit::All);
        limited.get(&format!("/form/{id}")).refused(404, "not_found", &[""]);
        limited.put(&format!("/ticket/{ticket}"), json!({"formID": id})).refused(400, "unknown_reference", &["formID"]);
        key.put(&format!("/form/{id}"), json!({"brandIDs": [sud]})).expect(200);
        limited.put(&format!("/ticket/{ticket}"), json!({"formID": id})).expect(200);
    }
}
