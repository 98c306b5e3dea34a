//! POST /ticket/unlinkCustomerFromTicket.

use http::Method;
use serde_json::json;

use super::setup::{customer, of_brand};
use crate::both_engines;

both_engines! {
    fn the_customer_is_taken_off_once_and_then_nothing_changes(desk: TestDesk) {
        let ann = customer(&desk, 1, "ann", "ann@x.example");
        let id = desk.ticket(json!({"from": "ann@x.example"}));
        assert_eq!(desk.item(id)["customer_id"], ann);
        let key = desk.key("TICKET_UPDATE");
        desk.advance(5);
        let seen = key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": id}));
        assert_eq!(seen.header("etag"), "\"2\"");
        let json = seen.expect(200);
        let batch = &json["batchID"];
        assert_eq!(
            json.to_string(),
            format!(
                r#"{{"type":"result","message":"Customer unlinked from ticket.","ticketID":{id},"version":2,"batchID":{batch}}}"#
            )
        );
        let item = desk.item(id);
        assert_eq!((&item["customer_id"], &item["last_update"]), (&json!(0), &json!("2026-11-25 12:00:05")));
        assert_eq!(desk.events(id)[1..], [format!("customer_id: {ann} -> 0")]);
        desk.advance(5);
        let again =
            key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": id.to_string()})).expect(200);
        assert_eq!(again["version"], 2);
        assert_eq!(desk.item(id), item);
    }

    fn every_encoding_names_the_ticket_and_it_must_be_named(desk: TestDesk) {
        let path = "/ticket/unlinkCustomerFromTicket";
        customer(&desk, 1, "ann", "ann@x.example");
        let key = desk.admin();
        let unlinked = |send: &dyn Fn(i64)| {
            let id = desk.ticket(json!({"from": "ann@x.example"}));
            send(id);
            assert_eq!((&desk.item(id)["customer_id"], &desk.item(id)["version"]), (&json!(0), &json!(2)));
        };
        unlinked(&|id| drop(key.form(Method::POST, path, &format!("ticketID={id}")).expect(200)));
        unlinked(&|id| drop(key.multipart(Method::POST, path, &[("ticketID", &id.to_string())]).expect(200)));
        unlinked(&|id| drop(key.post(&format!("{path}?ticketID={id}"), json!({})).expect(200)));
        key.post(path, json!({})).refused(400, "missing_parameter", &["ticketID"]);
        key.post(path, json!({"ticketID": ""})).refused(400, "missing_parameter", &["ticketID"]);
        key.post(path, json!({"ticketID": 0})).refused(400, "invalid_parameter", &["ticketID"]);
    }

    fn hidden_and_missing_tickets_do_not_exist(desk: TestDesk) {
        let second = desk.brand("Second");
        let bea = customer(&desk, second, "bea", "bea@x.example");
        let id = desk.ticket(json!({"brandID": second, "from": "bea@x.example"}));
        let key = of_brand(&desk, "TICKET_UPDATE", 1);
        for id in [id, 999] {
            let json = key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": id})).expect(404);
            assert_eq!(json["message"], format!("Ticket {id} does not exist."));
        }
        assert_eq!(desk.item(id)["customer_id"], bea);
        let json = desk
            .key("TICKET_READ,TICKET_BATCH")
            .post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": id}))
            .expect(403);
        assert!(json["message"].as_str().unwrap().contains("TICKET_UPDATE"));
    }
}
