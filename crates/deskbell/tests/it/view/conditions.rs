//! Conditions: what is unknown is refused and named, and what a condition names may have gone.

use deskbell_core::Limit;
use serde_json::{Value, json};

use super::{NONE, count, ids, is, item, made};
use crate::both_engines;

both_engines! {
    fn a_condition_that_means_nothing_is_refused_by_name(desk: TestDesk) {
        let key = desk.admin();
        let refused = |conditions: Value, code: &str, field: &str| {
            key.post("/view", json!({"title": "Refused", "conditions": conditions})).refused(400, code, &[field]);
        };
        let all = |condition: Value| json!({"all": [condition]});
        refused(json!([]), "invalid_parameter", "conditions");
        refused(json!({"some": []}), "unknown_parameter", "conditions[some]");
        refused(json!({"all": {"fact": "id"}}), "invalid_parameter", "conditions[all]");
        refused(json!({"all": ["status"]}), "invalid_parameter", "conditions[all][0]");
        refused(all(json!({"operation": "equals", "value": 1})), "missing_parameter", "conditions[all][0][fact]");
        refused(all(json!({"fact": "id", "value": 1})), "missing_parameter", "conditions[all][0][operation]");
        refused(all(json!({"fact": "id", "operation": "equals"})), "missing_parameter", "conditions[all][0][value]");
        refused(all(json!({"fact": "id", "operation": "equals", "value": 1, "not": true})), "unknown_parameter", "conditions[all][0][not]");
        refused(json!({"any": [is("id", "equals", 1), is("colour", "equals", 1)]}), "invalid_parameter", "conditions[any][1][fact]");
        for (fact, operation) in [("status", "greater"), ("status", "contains"), ("title", "less"), ("id", "starts_with"), ("created_age", "in"), ("query", "equals"), ("current_user", "in"), ("priority", "is_empty"), ("id", "like")] {
            refused(all(is(fact, operation, "1")), "invalid_parameter", "conditions[all][0][operation]");
        }
        let wrong: [(&str, &str, Value); 18] = [
            ("status", "equals", json!("lost")), ("status", "in", json!(["open", "lost"])), ("priority", "equals", json!(3)),
            ("brand_id", "equals", json!("Bolt")), ("brand_id", "equals", json!(-1)), ("brand_id", "equals", json!(1.5)), ("brand_id", "equals", json!([1])),
            ("brand_id", "equals", json!("current_user")), ("assigned_user_id", "greater", json!("current_user")), ("assigned_group_id", "equals", json!("current_user")),
            ("created_at", "greater", json!("yesterday")), ("created_at", "greater", json!(5)), ("created_age", "less", json!("an hour")), ("created_age", "less", json!(-1)),
            ("title", "contains", json!({"a": 1})), ("title", "contains", json!("x".repeat(5_000))), ("current_user", "equals", json!("ann")), ("query", "contains", json!("  ")),
        ];
        for (fact, operation, value) in wrong {
            refused(all(is(fact, operation, value)), "invalid_parameter", "conditions[all][0][value]");
        }
        refused(all(is("closed_at", "is_empty", 1)), "invalid_parameter", "conditions[all][0][value]");
        refused(json!({"any": [is("query", "contains", "x")]}), "invalid_parameter", "conditions[any][0]");
        refused(json!({"all": [is("query", "contains", "x"), is("query", "contains", "y")]}), "invalid_parameter", "conditions[all]");
        let many: Vec<Value> = (0..51).map(|n| is("id", "not_equals", n)).collect();
        refused(json!({"all": many}), "invalid_parameter", "conditions[all]");
        // All of them at once.
        let both = json!({"all": [is("x", "equals", 1)], "any": [is("id", "y", 1)]});
        let told = key.post("/view", json!({"title": "Refused", "conditions": both})).refused(400, "invalid_parameter", &["conditions[all][0][fact]", "conditions[any][0][operation]"]);
        assert!(told["message"].as_str().is_some_and(|m| m.contains("created_age") && m.contains("x is none")), "{told}");
    }

    fn what_a_condition_names_may_have_gone_and_then_meets_nothing(desk: TestDesk) {
        let key = desk.admin();
        let group = desk.group("Helpers");
        let view = made(&key, "Of helpers", &json!({"all": [is("assigned_group_id", "equals", group)]}));
        let other = made(&key, "Of one or none", &json!({"any": [is("assigned_group_id", "in", json!([group, 0]))]}));
        desk.ticket(json!({"assignedGroupID": group}));
        desk.ticket(json!({}));
        assert_eq!((count(&key, view), count(&key, other), &item(&desk, view)["missing"]), ((1, true), (2, true), &json!([])));
        key.delete(&format!("/group/{group}?moveTo=1")).expect(200);
        assert_eq!((count(&key, view), count(&key, other)), ((0, true), (1, true)));
        assert_eq!(item(&desk, view)["missing"], json!(["conditions[all][0][value]"]));
        assert_eq!(item(&desk, other)["missing"], json!(["conditions[any][0][value]"]));
        assert_eq!(ids(&key, &format!("/ticket?applyView={view}")), NONE);
        let form = key.post("/form", json!({"title": "Return"})).expect(200)["formID"].as_i64().expect("an id");
        let of_form = made(&key, "With a form", &json!({"all": [is("form_id", "equals", form)]}));
        desk.ticket(json!({"formID": form}));
        assert_eq!((count(&key, of_form), &item(&desk, of_form)["missing"]), ((1, true), &json!([])));
        key.delete(&format!("/form/{form}")).expect(200);
        assert_eq!((count(&key, of_form), &item(&desk, of_form)["missing"]), ((0, true), &json!(["conditions[all][0][value]"])));
        // What a limited key does not see is missing to it in the same way.
        let brand = desk.brand("Second");
        let of_brand = made(&key, "Of the second", &json!({"all": [is("brand_id", "equals", brand)]}));
        let limited = desk.limited_key("VIEW_READ,TICKET_READ", Limit::only([1]), Limit::All);
        desk.ticket(json!({"brandID": brand}));
        let seen = limited.get(&format!("/view/{of_brand}")).expect(200)["item"].clone();
        assert_eq!((&seen["missing"], count(&limited, of_brand), count(&key, of_brand)), (&json!(["conditions[all][0][value]"]), (0, true), (1, true)));
    }

    fn comparisons_are_exact_at_their_ends(desk: TestDesk) {
        let key = desk.admin();
        for priority in ["low", "medium", "high"] {
            desk.ticket(json!({"priority": priority}));
            desk.advance(60);
        }
        let view = made(&key, "At the ends", &json!({}));
        let met = |conditions: Value| {
            key.put(&format!("/view/{view}"), json!({"conditions": conditions})).expect(200);
            let found = ids(&key, &format!("/ticket?applyView={view}"));
            assert_eq!(count(&key, view), (found.len() as i64, true), "{conditions}");
            found
        };
        let all = |fact: &str, operation: &str, value: Value| met(json!({"all": [is(fact, operation, value)]}));
        // Under any a test stands for itself and is not a filter of the list.
        let any = |fact: &str, operation: &str, value: Value| met(json!({"any": [is(fact, operation, value), is("id", "equals", 99)]}));
        let second = json!("2026-11-25 12:01:00");
        let times: [(&str, Value, &[i64]); 10] = [
            ("equals", second.clone(), &[2]), ("not_equals", second.clone(), &[3, 1]), ("greater", second.clone(), &[3]), ("less", second.clone(), &[1]),
            ("in", json!([second, "2026-11-24"]), &[2]), ("not_in", json!([second, "2026-11-24"]), &[3, 1]),
            ("equals", json!("2026-11-25"), &[3, 2, 1]), ("greater", json!("2026-11-25"), &[]), ("less", json!("2026-11-25"), &[]), ("greater", json!("2026-11-24"), &[3, 2, 1]),
        ];
        for (operation, value, expected) in times {
            assert_eq!(all("created_at", operation, value.clone()), expected, "{operation} {value}");
            assert_eq!(any("created_at", operation, value.clone()), expected, "any {operation} {value}");
        }
        // 3, 2 and 1 minutes ago; so until the last second of the minute.
        for wait in [0, 59] {
            desk.advance(wait);
            for (operation, value, expected) in [("equals", 2, &[2][..]), ("not_equals", 2, &[3, 1]), ("greater", 2, &[1]), ("less", 2, &[3]), ("less", 1, &[]), ("greater", 3, &[])] {
                assert_eq!(all("created_age", operation, json!(value)), expected, "{operation} {value} after {wait}");
                assert_eq!(any("created_age", operation, json!(value)), expected, "any {operation} {value} after {wait}");
            }
        }
        desk.advance(1);
        assert_eq!((all("created_age", "greater", json!(2)), all("created_age", "less", json!(2))), (vec![2, 1], NONE.to_vec()));
        assert_eq!((all("id", "greater", json!(2)), all("id", "less", json!(2))), (vec![3], vec![1]));
        assert_eq!((all("priority", "greater", json!("medium")), any("priority", "less", json!("medium"))), (vec![3], vec![1]));
    }

    fn a_key_is_nobody(desk: TestDesk) {
        let key = desk.admin();
        let ann = desk.user("ann");
        desk.ticket(json!({"assignedUserID": ann}));
        desk.ticket(json!({}));
        let mine = made(&key, "Mine alone", &json!({"all": [is("current_user", "equals", true)]}));
        let others = made(&key, "Not mine", &json!({"all": [is("current_user", "equals", false)]}));
        let by_id = made(&key, "By my id", &json!({"all": [is("assigned_user_id", "equals", "current_user")]}));
        let ours = made(&key, "By my groups", &json!({"all": [is("assigned_group_id", "not_in", json!(["current_user_groups"]))]}));
        let counts: Vec<i64> = [mine, others, by_id, ours].iter().map(|view| count(&key, *view).0).collect();
        assert_eq!(counts, [0, 2, 0, 2]);
    }
}
