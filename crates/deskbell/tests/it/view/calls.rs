//! The calls of the controller: made, shown, changed, deleted, in categories and in order.

use http::Method;
use serde_json::{Value, json};

use super::{is, item, made};
use crate::both_engines;
use crate::races::crowd;

both_engines! {
    fn a_new_desk_has_the_views_of_every_day(desk: TestDesk) {
        let key = desk.key("VIEW_READ");
        let list = key.get("/view").expect(200);
        let titles: Vec<&str> = list["items"].as_array().expect("items").iter().filter_map(|v| v["title"].as_str()).collect();
        assert_eq!(titles, ["My tickets", "Unassigned in my groups", "All open", "Pending", "Recently solved"]);
        assert_eq!(key.get("/view/viewCategories").expect(200)["items"], json!([{"id": 1, "title": "Tickets"}]));
        let all_open = &list["items"][2];
        assert_eq!(all_open["conditions"], json!({"all": [is("status", "in", json!(["new", "open"]))], "any": []}));
        assert_eq!((&all_open["primary_sorting"], &all_open["primary_sorting_order"]), (&json!("priority"), &json!("desc")));
    }

    fn a_view_is_made_shown_changed_and_deleted(desk: TestDesk) {
        let key = desk.key("VIEW_CUD,VIEW_READ");
        let body = json!({"title": "Größe_2 - a", "primary_sorting": "status", "primary_sorting_order": "desc",
            "secondary_sorting": "title", "view_category": "Sales", "view_order_id": 7,
            "conditions": {"all": [is("status", "in", json!(["new", "open"])), is("brand_id", "equals", 1)], "any": [is("tag", "equals", "late, again")]},
            "columns": [{"type": "title", "title": "Subject"}, {"type": "status"}]});
        let done = key.post("/view", body.clone()).expect(200);
        let id = done["viewID"].as_i64().expect("an id");
        assert_eq!((&done["message"], &done["version"]), (&json!("View created."), &json!(1)));
        let seen = key.get(&format!("/view/{id}"));
        assert!(seen.header("etag").starts_with("\"1-"), "{}", seen.header("etag"));
        let seen = seen.expect(200)["item"].clone();
        let expected = json!({"id": id, "title": "Größe_2 - a", "primary_sorting": "status", "primary_sorting_order": "desc",
            "secondary_sorting": "title", "secondary_sorting_order": "asc", "view_category_id": 2, "view_category": "Sales", "view_order_id": 7,
            "conditions": body["conditions"], "columns": [{"type": "title", "title": "Subject"}, {"type": "status", "title": ""}], "missing": [],
            "created_at": "2026-11-25 12:00:00", "last_update": "2026-11-25 12:00:00", "version": 1});
        assert_eq!(seen, expected);
        desk.advance(60);
        let put = |body: Value| key.put(&format!("/view/{id}"), body);
        assert_eq!(put(json!({"title": "Größe_2 - a"})).expect(200)["version"], 1, "nothing has changed");
        assert_eq!(put(json!({"primary_sorting": "none", "conditions": {}, "columns": []})).expect(200)["version"], 2);
        let now = item(&desk, id);
        assert_eq!((&now["primary_sorting"], &now["conditions"], &now["columns"]), (&json!("none"), &json!({"all": [], "any": []}), &json!([])));
        assert_eq!((&now["secondary_sorting"], &now["last_update"]), (&json!("title"), &json!("2026-11-25 12:01:00")));
        let stale = key.send(key.request(Method::PUT, &format!("/view/{id}")).header("If-Match", "\"1\"").header("content-type", "application/json"), "{\"view_order_id\":1}");
        stale.refused(412, "precondition_failed", &[""]);
        key.delete(&format!("/view/{id}")).expect(200);
        key.get(&format!("/view/{id}")).refused(404, "not_found", &[""]);
        key.put(&format!("/view/{id}"), json!({"title": "None"})).refused(404, "not_found", &[""]);
        // Its category stays for the next one.
        let again = made(&key, "Another", &json!({}));
        key.put(&format!("/view/{again}"), json!({"view_category_id": 2})).expect(200);
        assert_eq!(item(&desk, again)["view_category"], "Sales");
    }

    fn a_form_says_the_same_in_brackets_or_as_one_text(desk: TestDesk) {
        let key = desk.admin();
        let conditions = json!({"all": [is("priority", "greater", "low"), is("assigned_user_id", "in", json!([0, 5]))], "any": [is("title", "contains", "[JUNK]")]});
        let brackets = "title=By+brackets&conditions[all][0][fact]=priority&conditions[all][0][operation]=greater&conditions[all][0][value]=low\
            &conditions[all][1][fact]=assigned_user_id&conditions[all][1][operation]=in&conditions[all][1][value][]=0&conditions[all][1][value][]=5\
            &conditions[any][0][fact]=title&conditions[any][0][operation]=contains&conditions[any][0][value]=%5BJUNK%5D\
            &columns[0][type]=id&columns[0][title]=Nr";
        let text = format!("title=By+text&conditions={}&columns=[{{\"type\":\"id\",\"title\":\"Nr\"}}]", conditions.to_string().replace(['+', '&'], ""));
        for (form, title) in [(brackets, "By brackets"), (&text, "By text")] {
            let done = key.form(Method::POST, "/view", form).expect(200);
            let seen = item(&desk, done["viewID"].as_i64().expect("an id"));
            assert_eq!((&seen["title"], &seen["conditions"], &seen["columns"]), (&json!(title), &conditions, &json!([{"type": "id", "title": "Nr"}])));
        }
        key.form(Method::POST, "/view", "title=Both&conditions[all][0][fact]=id&conditions={}").refused(400, "invalid_parameter", &["conditions"]);
        key.form(Method::POST, "/view", "title=Twice&conditions[all][0][fact]=id&conditions[all][0][fact]=id").refused(400, "invalid_parameter", &["conditions[all][0][fact]"]);
        key.form(Method::POST, "/view", "title=Mixed&conditions[all][0][fact]=id&conditions[all][x]=1").refused(400, "invalid_parameter", &["conditions[all]"]);
        key.form(Method::POST, "/view", "title=Word&conditions=status").refused(400, "invalid_parameter", &["conditions"]);
    }

    fn what_a_view_does_not_take_is_refused_by_name(desk: TestDesk) {
        let key = desk.admin();
        for title in ["abc", "with/slash", "semi;colon", "emoji 🥝 x", &"x".repeat(101)] {
            assert_eq!(key.post("/view", json!({"title": title})).status, 400, "{title}");
        }
        key.post("/view", json!({})).refused(400, "missing_parameter", &["title"]);
        key.post("/view", json!({"title": "Good", "primary_sorting": "nonsense"})).refused(400, "invalid_parameter", &["primary_sorting"]);
        key.post("/view", json!({"title": "Good", "secondary_sorting": "timeline"})).refused(400, "invalid_parameter", &["secondary_sorting"]);
        key.post("/view", json!({"title": "Good", "primary_sorting_order": "up"})).refused(400, "invalid_parameter", &["primary_sorting_order"]);
        key.post("/view", json!({"title": "Good", "view_category_id": 99})).refused(400, "unknown_reference", &["view_category_id"]);
        key.post("/view", json!({"title": "Good", "view_category_id": 1, "view_category": "x"})).refused(400, "invalid_parameter", &["view_category"]);
        key.post("/view", json!({"title": "Good", "columns": [{"title": "x"}]})).refused(400, "missing_parameter", &["columns[0][type]"]);
        key.post("/view", json!({"title": "Good", "columns": [{"type": "id"}, {"type": "wrong"}]})).refused(400, "invalid_parameter", &["columns[1][type]"]);
        key.post("/view", json!({"title": "Good", "columns": [{"type": "id", "width": 3}]})).refused(400, "unknown_parameter", &["columns[0][width]"]);
        key.post("/view", json!({"title": "Good", "columns": "id"})).refused(400, "invalid_parameter", &["columns"]);
        key.post("/view", json!({"title": "all OPEN"})).refused(409, "conflict", &["title"]);
        let id = made(&key, "Good", &json!({}));
        key.put(&format!("/view/{id}"), json!({"title": "PENDING"})).refused(409, "conflict", &["title"]);
        key.put(&format!("/view/{id}"), json!({"title": "GOOD"})).expect(200);
    }

    fn lists_are_by_category_place_and_id_and_look_into_titles(desk: TestDesk) {
        let key = desk.admin();
        for (title, category, order) in [("Late one", "Zebra", 2), ("Early one", "Zebra", 1), ("Third", "Antelope", 9), ("Same place", "Zebra", 1)] {
            key.post("/view", json!({"title": title, "view_category": category, "view_order_id": order})).expect(200);
        }
        let titles = |path: &str| -> Vec<String> {
            let list = key.get(path).expect(200);
            list["items"].as_array().expect("items").iter().filter_map(|v| v["title"].as_str().map(str::to_owned)).collect()
        };
        assert_eq!(titles("/view?itemStart=5"), ["Early one", "Same place", "Late one", "Third"]);
        assert_eq!(titles("/view?query=ONE"), ["Early one", "Late one"]);
        assert_eq!(key.get("/view?itemLimit=0").expect(200)["itemTotal"], 9);
        let categories = key.get("/view/viewCategories").expect(200)["items"].clone();
        assert_eq!(categories, json!([{"id": 1, "title": "Tickets"}, {"id": 2, "title": "Zebra"}, {"id": 3, "title": "Antelope"}]));
        // The same category under another spelling is the same.
        key.post("/view", json!({"title": "Once more", "view_category": "ZEBRA"})).expect(200);
        assert_eq!(key.get("/view/viewCategories").expect(200)["items"], categories);
    }

    fn many_who_make_the_same_view_in_the_same_category_make_one(desk: TestDesk) {
        let key = desk.admin();
        let seen = crowd(8, |_| key.post("/view", json!({"title": "Only one", "view_category": "New"})).status);
        assert_eq!((seen.iter().filter(|s| **s == 200).count(), seen.iter().filter(|s| **s == 409).count()), (1, 7), "{seen:?}");
        assert_eq!(key.get("/view/viewCategories").expect(200)["items"].as_array().map(Vec::len), Some(2));
    }

    fn a_user_has_all_views_and_a_key_says_whose_it_wants(desk: TestDesk) {
        let (key, ann) = (desk.key("USER_READ"), desk.user("ann"));
        made(&desk.admin(), "One more", &json!({}));
        let mine = key.get(&format!("/user/getUserViews?userID={ann}")).expect(200)["items"].clone();
        assert_eq!(mine, desk.admin().get("/view").expect(200)["items"]);
        key.get("/user/getUserViews").refused(400, "missing_parameter", &["userID"]);
        key.get("/user/getUserViews?userID=99").refused(400, "unknown_reference", &["userID"]);
    }
}
