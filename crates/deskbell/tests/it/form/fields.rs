//! The calls of form fields.

use http::Method;
use serde_json::{Value, json};

use super::{field, form};
use crate::both_engines;
use crate::harness::{START, TestDesk};

/// The titles of a form's fields as it shows them.
fn order(desk: &TestDesk, form: i64) -> Vec<String> {
    let item = desk.admin().get(&format!("/form/{form}")).expect(200)["item"].clone();
    let fields = item["fields"].as_array().expect("fields").iter();
    fields.map(|field| field["title"].as_str().expect("a title").to_owned()).collect()
}

both_engines! {
    fn a_field_is_made_read_changed_and_deleted(desk: TestDesk) {
        let key = desk.admin();
        let id = form(&desk, "Returns", &[]);
        let body = "form_id=1&title=Outcome&input_type=select&field_order=3&required_statuses[]=solved&required_statuses[]=open&external_code=out&options[]=kept&options[]=sent,%20back&options[]=kept";
        let seen = key.form(Method::POST, "/formfield", body);
        assert_eq!(seen.header("location"), "/api/v2/formfield/1");
        let made = seen.expect(200);
        assert_eq!(json!([made["message"], made["formfieldID"], made["version"]]), json!(["Form field created", 1, 1]));
        let shown = json!({
            "id": 1, "form_id": id, "title": "Outcome", "input_type": "select", "field_order": 3,
            "required_statuses": ["open", "solved"], "external_code": "out", "options": ["kept", "sent, back"],
            "created_at": START, "last_update": START, "version": 1,
        });
        assert_eq!(key.get("/formfield/1").expect(200)["item"], shown);
        assert_eq!(key.get(&format!("/form/{id}")).expect(200)["item"]["fields"], json!([shown]));
        let put = key.put("/formfield/1", json!({"title": "Result", "required_statuses": [], "options": "kept,lost"})).expect(200);
        assert_eq!(json!([put["message"], put["formfieldID"], put["version"]]), json!(["Form field updated.", 1, 2]));
        assert_eq!(key.put("/formfield/1", json!({"options": ["kept", "lost"], "input_type": "select"})).expect(200)["version"], 2);
        let item = key.get("/formfield/1").expect(200)["item"].clone();
        let keys = ["title", "required_statuses", "options", "field_order"].map(|key| item[key].clone());
        assert_eq!(keys, [json!("Result"), json!([]), json!(["kept", "lost"]), json!(3)]);
        key.put("/formfield/1", json!({"input_type": "textarea"})).expect(200);
        let item = key.get("/formfield/1").expect(200)["item"].clone();
        assert_eq!(json!([item["input_type"], item["options"]]), json!(["textarea", []]));
        let stale = |method| key.send(key.request(method, "/formfield/1").header("if-match", "\"1\""), "");
        stale(Method::PUT).refused(412, "precondition_failed", &[""]);
        stale(Method::DELETE).refused(412, "precondition_failed", &[""]);
        let gone = key.delete("/formfield/1").expect(200);
        assert_eq!(json!([gone["message"], gone["formfieldID"], gone["version"]]), json!(["Form field deleted.", 1, 4]));
        for seen in [key.get("/formfield/1"), key.put("/formfield/1", json!({})), key.delete("/formfield/1")] {
            seen.refused(404, "not_found", &[""]);
        }
        assert_eq!(order(&desk, id), [""; 0]);
    }

    fn fields_stand_in_their_order_and_those_without_one_come_last(desk: TestDesk) {
        let id = form(&desk, "Returns", &[]);
        for (title, place) in [("d", Value::Null), ("b", json!(2)), ("c", json!(2)), ("a", json!(0)), ("e", Value::Null)] {
            field(&desk, id, title, json!({"field_order": place}));
        }
        assert_eq!(order(&desk, id), ["a", "b", "c", "d", "e"]);
        let other = form(&desk, "Repairs", &[]);
        desk.admin().put("/formfield/2", json!({"form_id": other, "field_order": 9})).expect(200);
        assert_eq!((order(&desk, id), order(&desk, other)), (["a", "c", "d", "e"].map(String::from).to_vec(), vec!["b".to_owned()]));
    }

    fn every_input_type_is_taken(desk: TestDesk) {
        let id = form(&desk, "Returns", &[]);
        for kind in deskbell_core::InputType::WORDS {
            let options = if kind.starts_with("select") { json!(["a"]) } else { Value::Null };
            let made = field(&desk, id, kind, json!({"input_type": kind, "options": options}));
            assert_eq!(desk.admin().get(&format!("/formfield/{made}")).expect(200)["item"]["input_type"], *kind);
        }
    }

    fn what_a_field_does_not_take_is_refused_by_name(desk: TestDesk) {
        let (key, id) = (desk.admin(), form(&desk, "Returns", &[]));
        let with = |more: Value| {
            let mut body = json!({"form_id": id, "title": "Cause", "input_type": "text"});
            body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
            key.post("/formfield", body)
        };
        key.post("/formfield", json!({})).refused(400, "missing_parameter", &["form_id", "title", "input_type"]);
        with(json!({"title": "\u{a0}"})).refused(400, "invalid_parameter", &["title"]);
        with(json!({"input_type": "number"})).refused(400, "invalid_parameter", &["input_type"]);
        with(json!({"input_type": "select"})).refused(400, "missing_parameter", &["options"]);
        with(json!({"input_type": "selecthidden", "options": []})).refused(400, "missing_parameter", &["options"]);
        with(json!({"options": ["a"]})).refused(400, "invalid_parameter", &["options"]);
        with(json!({"required_statuses": ["new"]})).refused(400, "invalid_parameter", &["required_statuses[0]"]);
        with(json!({"required_statuses": ["closed"]})).refused(400, "invalid_parameter", &["required_statuses[0]"]);
        with(json!({"field_order": -1})).refused(400, "invalid_parameter", &["field_order"]);
        with(json!({"external_code": "x".repeat(201)})).refused(400, "invalid_parameter", &["external_code"]);
        let options: Vec<String> = (0..201).map(|n| n.to_string()).collect();
        with(json!({"input_type": "select", "options": options})).refused(400, "invalid_parameter", &["options"]);
        with(json!({"input_type": "select", "options": options[1..]})).expect(200);
        let seen = with(json!({"form_id": 99})).refused(400, "unknown_reference", &["form_id"]);
        assert_eq!(seen["message"], "This form does not exist.");
        key.put("/formfield/1", json!({"form_id": 99})).refused(400, "unknown_reference", &["form_id"]);
        key.put("/formfield/1", json!({"options": []})).refused(400, "missing_parameter", &["options"]);
        key.put("/formfield/1", json!({"title": ""})).refused(400, "invalid_parameter", &["title"]);
        assert_eq!(key.get("/formfield/1").expect(200)["item"]["version"], 1);
    }

    fn a_form_has_a_hundred_fields(desk: TestDesk) {
        let (id, other) = (form(&desk, "Returns", &[]), form(&desk, "Repairs", &[]));
        for n in 0..100 {
            field(&desk, id, &n.to_string(), json!({}));
        }
        let one = field(&desk, other, "One", json!({}));
        let body = json!({"form_id": id, "title": "Cause", "input_type": "text"});
        desk.admin().post("/formfield", body).refused(409, "conflict", &["form_id"]);
        desk.admin().put(&format!("/formfield/{one}"), json!({"form_id": id})).refused(409, "conflict", &["form_id"]);
        desk.admin().delete("/formfield/1").expect(200);
        desk.admin().put(&format!("/formfield/{one}"), json!({"form_id": id})).expect(200);
    }
}
