//! POST /ticket/undo, which this build does not support yet and says so.

use http::Method;
use serde_json::json;

use crate::both_engines;

const PATH: &str = "/ticket/undo";

both_engines! {
    fn it_is_refused_with_a_sentence_that_says_so_and_nothing_is_taken_back(desk: TestDesk) {
        let key = desk.admin();
        let made = key.post("/ticket", json!({"title": "Stays"})).expect(200);
        let (id, batch) = (made["ticketID"].as_i64().unwrap(), made["batchID"].as_str().unwrap());
        let item = desk.item(id);
        let refused = [
            key.post(PATH, json!({"batchID": batch})),
            key.post(PATH, json!({"batchID": "none such"})),
            key.post(PATH, json!({})),
            key.post(&format!("{PATH}?batchID={batch}"), json!({})),
            key.form(Method::POST, PATH, &format!("batchID={batch}")),
            key.multipart(Method::POST, PATH, &[("batchID", batch)]),
            desk.key("").post(PATH, json!({"batchID": batch})),
        ];
        for seen in refused {
            let json = seen.refused(400, "invalid_parameter", &[""]);
            assert_eq!(
                json["message"],
                "The call POST /ticket/undo is not supported by this version of the server yet."
            );
        }
        assert_eq!(desk.item(id), item);
    }

    fn the_checks_before_it_are_those_of_every_call(desk: TestDesk) {
        let key = desk.admin();
        desk.nobody().post(PATH, json!({"batchID": "b"})).refused(401, "unauthenticated", &[""]);
        key.post(PATH, json!({"batch": "b"})).refused(400, "unknown_parameter", &["batch"]);
        let text = key.request(Method::POST, PATH).header("content-type", "text/plain");
        key.send(text, "batchID=b").refused(415, "unsupported_media_type", &[""]);
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let seen = key.send(key.request(method, PATH), "");
            assert_eq!(seen.header("allow"), "POST");
            seen.refused(405, "method_not_allowed", &[""]);
        }
    }
}
