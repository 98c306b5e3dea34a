//! POST /message and GET /message/{id}: fields, addresses, status, times, visibility, and how it is taken back.

use deskbell_core::Limit;
use serde_json::{Value, json};

use super::{entries, say};
use crate::both_engines;
use crate::harness::TestDesk;

fn from(desk: &TestDesk, address: &str) -> i64 {
    desk.ticket(json!({"channelID": 1, "from": address, "fromName": "Anna", "to": "help@desk.example", "title": "Late"}))
}

both_engines! {
    fn a_reply_goes_to_the_other_side_and_sets_the_status_in_one_step(desk: TestDesk) {
        let (key, id) = (desk.key("MESSAGE_CREATE"), from(&desk, "anna@x.example"));
        desk.advance(60);
        let answer = say(&key, id, "1", json!({"submitStatus": "solved"})).expect(200);
        assert_eq!(answer["message"], "Message has been sent and the ticket status was updated.");
        assert_eq!((&answer["ticketID"], &answer["version"]), (&json!(id), &json!(2)));
        assert!(answer["batchID"].is_string());
        let item = desk.item(id);
        assert_eq!(json!([item["status"], item["version"], item["last_update"], item["last_update_agent"], item["last_update_customer"]]),
            json!(["solved", 2, "2026-11-25 12:01:00", "2026-11-25 12:01:00", null]));
        let entry = &entries(&desk, id)[0];
        let expected = json!({
            "to": "anna@x.example", "from": "help@desk.example", "image": "", "created_at": "2026-11-25 12:01:00", "pinned": 0,
            "id": answer["messageID"].to_string(), "channel_name": "e-mail", "channel_icon": entry["channel_icon"], "type": "message",
            "status_new": "solved", "user_id": 0, "user_name": "Agent Anonymous", "user_avatar": "", "channel_id": 1,
            "direction": "outbound", "content": "Hello", "ticket_id": id, "external_id": "", "from_name": "Agent Anonymous",
            "to_name": "Anna", "meta_data": "{}", "in_queue": 1, "attachments": [],
        });
        assert_eq!(*entry, expected);
        let whole = key.get(&format!("/message/{}", answer["messageID"])).expect(200)["item"].clone();
        let rest = ["cc", "bcc", "respond_message_id", "plaintext", "send_at"].map(|key| whole[key].clone());
        assert_eq!(Value::from(rest.to_vec()), json!(["", "", 0, "Hello", null]));
        assert_eq!(desk.events(id), ["created:  -> ", "status: new -> solved"]);
    }

    fn what_the_form_needs_for_the_status_is_asked_for_before_anything_is_sent(desk: TestDesk) {
        let (key, id) = (desk.admin(), from(&desk, "anna@x.example"));
        let form = key.post("/form", json!({"title": "Return"})).expect(200)["formID"].clone();
        let field = key.post("/formfield", json!({"form_id": form, "title": "Reason", "input_type": "text", "required_statuses": ["solved", "open"]}));
        let field = field.expect(200)["formfieldID"].clone();
        key.put(&format!("/ticket/{id}"), json!({"formID": form})).expect(200);
        let refused = say(&key, id, "1", json!({"submitStatus": "solved"})).refused(409, "required_fields_missing", &["submitStatus"]);
        assert!(refused["message"].as_str().is_some_and(|text| text.contains("Reason")), "{refused}");
        assert_eq!((entries(&desk, id).len(), desk.item(id)["status"].clone()), (0, json!("new")));
        let mut fields = json!({"ticketID": id});
        fields["fields"] = json!({ (field.to_string()): "too large" });
        key.put("/form/saveFormFields", fields).expect(200);
        say(&key, id, "1", json!({"submitStatus": "solved"})).expect(200);
        assert_eq!(desk.item(id)["status"], "solved");
        // A message for later whose status is refused by then goes out without it.
        let other = from(&desk, "ben@x.example");
        key.put(&format!("/ticket/{other}"), json!({"formID": form})).expect(200);
        say(&key, other, "1", json!({"submitStatus": "open", "sendAt": "2026-11-25 13:00:00"})).expect(200);
        desk.advance(3_600);
        desk.block_on(desk.desk.send_due()).expect("sent");
        assert_eq!((desk.item(other)["status"].clone(), entries(&desk, other)[0]["status_new"].clone()), (json!("new"), json!("")));
    }

    fn a_note_is_of_channel_0_goes_to_nobody_and_names_its_author(desk: TestDesk) {
        let (key, id, user) = (desk.admin(), desk.ticket(json!({})), desk.user("kim"));
        say(&key, id, "0", json!({"userID": user})).expect(200);
        say(&key, id, "000", json!({"userID": 0})).expect(200);
        let seen: Vec<Value> = entries(&desk, id).iter().map(|e| json!([e["type"], e["channel_id"], e["user_id"], e["user_name"], e["in_queue"], e["to"]])).collect();
        assert_eq!(Value::from(seen), json!([["note", 0, user, "T kim", 0, ""], ["note", 0, 0, "Agent Anonymous", 0, ""]]));
        say(&key, id, "0", json!({"toAddress": "a@x.example"})).refused(400, "invalid_parameter", &["toAddress"]);
        say(&key, id, "0", json!({"sendAt": "2030-01-01"})).refused(400, "invalid_parameter", &["sendAt"]);
    }

    fn addresses_are_those_of_the_channel(desk: TestDesk) {
        let (key, mail) = (desk.admin(), from(&desk, "anna@x.example"));
        let to = json!({"toAddress": " b@x.example, c@x.example,,B@x.example ", "ccInput": "d@x.example,e@x.example", "bccInput": "f@x.example"});
        let made = say(&key, mail, "1", to).expect(200)["messageID"].clone();
        let item = key.get(&format!("/message/{made}")).expect(200)["item"].clone();
        assert_eq!(json!([item["to"], item["to_name"], item["cc"], item["bcc"]]),
            json!(["b@x.example, c@x.example", "", "d@x.example, e@x.example", "f@x.example"]));
        say(&key, mail, "1", json!({"toAddress": "ANNA@x.example"})).expect(200);
        assert_eq!(entries(&desk, mail)[1]["to_name"], "Anna", "the name belongs to the address");
        say(&key, mail, "1", json!({"toAddress": "a@x.example,nobody", "ccInput": "x", "bccInput": "y"}))
            .refused(400, "invalid_parameter", &["toAddress", "ccInput", "bccInput"]);
        say(&key, mail, "2", json!({"toAddress": "+31 20 123 4567"})).expect(200);
        assert_eq!(entries(&desk, mail)[2]["to"], "+31201234567");
        say(&key, mail, "2", json!({"toAddress": "12"})).refused(400, "invalid_parameter", &["toAddress"]);
        say(&key, mail, "2", json!({"toAddress": "+31201234567", "ccInput": "a@x.example"})).refused(400, "invalid_parameter", &["ccInput"]);
        say(&key, mail, "2", json!({})).refused(400, "missing_parameter", &["toAddress"]);
        say(&key, desk.ticket(json!({})), "1", json!({})).refused(400, "missing_parameter", &["toAddress"]);
        for kind in ["calllog", "contactform", "3", "4", "8"] {
            say(&key, desk.ticket(json!({})), kind, json!({})).expect(200);
        }
        let log = desk.ticket(json!({"from": "+31201234567"}));
        say(&key, log, "calllog", json!({})).expect(200);
        let entry = &entries(&desk, log)[0];
        assert_eq!(json!([entry["channel_id"], entry["to"], entry["in_queue"]]), json!([2, "+31201234567", 0]));
        assert_eq!(entries(&desk, mail).len(), 3, "what was refused left nothing");
    }

    fn a_linked_customer_is_the_other_side_whoever_wrote_first(desk: TestDesk) {
        let key = desk.admin();
        key.post("/customer", json!({"brandID": 1, "externalPrimaryID": "buyer-7", "firstname": "Lena", "channel_id": "email",
            "customer_link_channel": "lena@buyer.example"})).expect(200);
        let id = from(&desk, "tess@firm.example");
        key.put(&format!("/ticket/{id}"), json!({"externalPrimaryID": "buyer-7"})).expect(200);
        say(&key, id, "1", json!({})).expect(200);
        let entry = &entries(&desk, id)[0];
        assert_eq!(json!([entry["to"], entry["to_name"]]), json!(["lena@buyer.example", "Lena"]));
        say(&key, id, "1", json!({"toAddress": "tess@firm.example"})).expect(200);
        assert_eq!(entries(&desk, id)[1]["to_name"], "");
        say(&key, id, "2", json!({})).refused(400, "missing_parameter", &["toAddress"]);
    }

    fn what_a_message_refers_to_must_be_there(desk: TestDesk) {
        let (key, id, other) = (desk.admin(), from(&desk, "a@x.example"), from(&desk, "b@x.example"));
        let first = say(&key, id, "1", json!({})).expect(200)["messageID"].clone();
        say(&key, id, "1", json!({"respondMessageID": first})).expect(200);
        say(&key, other, "1", json!({"respondMessageID": first})).refused(400, "unknown_reference", &["respondMessageID"]);
        say(&key, id, "99", json!({})).refused(400, "unknown_reference", &["type"]);
        say(&key, id, "99999999999999999999", json!({})).refused(400, "unknown_reference", &["type"]);
        say(&key, id, "1", json!({"userID": 99})).refused(400, "unknown_reference", &["userID"]);
        say(&key, 999, "1", json!({"submitStatus": "closed"})).refused(404, "not_found", &[""]);
        for kind in ["x", "1a", "-1", "calllog1", "mail"] {
            say(&key, id, kind, json!({})).refused(400, "invalid_parameter", &["type"]);
        }
        key.post("/message", json!({})).refused(400, "missing_parameter", &["ticketID", "type", "message"]);
        key.post("/message", json!({"ticketID": id, "type": 1, "message": ""})).refused(400, "missing_parameter", &["message"]);
        say(&key, id, "1", json!({"submitStatus": "new"})).refused(400, "invalid_parameter", &["submitStatus"]);
        say(&key, id, "1", json!({"forwardedFileIDs": [1]})).refused(400, "unknown_reference", &["forwardedFileIDs"]);
        say(&key, id, "1", json!({"attachments": [1]})).refused(400, "unknown_reference", &["attachments"]);
        say(&key, id, "1", json!({"forwardedFileIDs": []})).expect(200);
        say(&key, id, "1", json!({"message": "x".repeat(1_000_001)})).refused(400, "invalid_parameter", &["message"]);
        assert_eq!(entries(&desk, id).len(), 3);
        assert_eq!(entries(&desk, other).len(), 0);
    }

    fn forms_and_multipart_mean_the_same(desk: TestDesk) {
        let (key, id) = (desk.admin(), from(&desk, "a@x.example"));
        let form = format!("ticketID={id}&type=1&message=Hello&submitStatus=pending&sendAt=&attachments[]=");
        key.form(http::Method::POST, "/message", &form).expect(200);
        let parts = [("ticketID", &*id.to_string()), ("type", "1"), ("message", "Hello"), ("submitStatus", "open")];
        key.multipart(http::Method::POST, "/message", &parts).expect(200);
        let seen: Vec<Value> = entries(&desk, id).iter().map(|e| e["status_new"].clone()).collect();
        assert_eq!(seen, ["pending", "open"]);
    }

    fn tickets_beyond_the_limits_do_not_exist_for_messages(desk: TestDesk) {
        let (ours, theirs) = (desk.brand("Ours"), desk.brand("Theirs"));
        let id = desk.ticket(json!({"brandID": theirs, "from": "a@x.example"}));
        let message = say(&desk.admin(), id, "1", json!({})).expect(200)["messageID"].clone();
        let key = desk.limited_key("MESSAGE_CREATE", Limit::only([ours]), Limit::All);
        for kind in ["0", "1"] {
            let hidden = say(&key, id, kind, json!({"submitStatus": "closed"})).refused(404, "not_found", &[""]);
            let missing = say(&key, 999_999, kind, json!({"submitStatus": "closed"})).refused(404, "not_found", &[""]);
            assert_eq!(hidden["message"].as_str().map(|m| m.replace(&id.to_string(), "999999")), missing["message"].as_str().map(str::to_owned));
        }
        key.get(&format!("/message/{message}")).refused(404, "not_found", &[""]);
        let mine = desk.ticket(json!({"brandID": ours, "from": "a@x.example"}));
        say(&key, mine, "1", json!({"respondMessageID": message})).refused(400, "unknown_reference", &["respondMessageID"]);
        assert_eq!((entries(&desk, id).len(), desk.item(id)["status"].clone()), (1, json!("new")));
    }

    fn a_message_is_found_at_once_by_its_plain_text(desk: TestDesk) {
        let (key, id) = (desk.admin(), from(&desk, "a@x.example"));
        say(&key, id, "1", json!({"message": "<p>Your <b>umbrel</b>la &amp; hat</p><style>hidden</style>"})).expect(200);
        say(&key, id, "1", json!({"message": "<p>x</p>", "plaintext": "kettle"})).expect(200);
        for (word, found) in [("umbrella", 1), ("hat", 1), ("kettle", 1), ("hidden", 0), ("amp", 0)] {
            assert_eq!(key.get(&format!("/ticket?query={word}")).expect(200)["itemTotal"], found, "{word}");
        }
    }

    fn the_same_message_sent_twice_is_one(desk: TestDesk) {
        let (key, id) = (desk.admin(), from(&desk, "a@x.example"));
        let send = || {
            let request = key.request(http::Method::POST, "/message").header("idempotency-key", "draft-1");
            let body = json!({"ticketID": id, "type": 1, "message": "Hello"}).to_string();
            key.send(request.header("content-type", "application/json"), body).expect(200)
        };
        assert_eq!(send(), send());
        assert_eq!(entries(&desk, id).len(), 1);
    }

    fn a_note_is_taken_back_and_a_message_is_not(desk: TestDesk) {
        let (key, id) = (desk.admin(), from(&desk, "a@x.example"));
        let undo = |of: &Value| key.post("/ticket/undo", json!({"batchID": of["batchID"]}));
        let note = say(&key, id, "0", json!({"message": "<b>inside</b>", "submitStatus": "pending"})).expect(200);
        let undone = undo(&note).expect(200);
        assert_eq!((entries(&desk, id).len(), desk.item(id)["status"].clone()), (0, json!("new")));
        undo(&undone).expect(200);
        let back = &entries(&desk, id)[0];
        assert_eq!(json!([back["content"], back["id"], desk.item(id)["status"]]), json!(["<b>inside</b>", note["messageID"].to_string(), "pending"]));
        let message = say(&key, id, "1", json!({"submitStatus": "solved"})).expect(200);
        undo(&message).refused(409, "conflict", &["batchID"]);
        assert_eq!((entries(&desk, id).len(), desk.item(id)["status"].clone()), (2, json!("solved")));
        let read = desk.key("TICKET_READ,SET_STATUS");
        read.post("/ticket/undo", json!({"batchID": message["batchID"]})).refused(403, "forbidden", &[""]);
    }

    fn a_long_conversation_shows_its_newest_entries_in_few_steps(desk: TestDesk) {
        let (key, id) = (desk.admin(), from(&desk, "a@x.example"));
        let steps = || {
            for _ in 0..4 {
                key.get(&format!("/ticket/{id}?timelineLimit=50")).expect(200);
            }
            let before = desk.desk.stats().steps;
            key.get(&format!("/ticket/{id}?timelineLimit=50")).expect(200);
            desk.desk.stats().steps - before
        };
        crate::ticket::fill_messages(&desk, id, 60);
        let few = steps();
        crate::ticket::fill_messages(&desk, id, 9_940);
        let many = steps();
        assert!(many <= few + few / 10 + 100, "{few} steps at 60 messages, {many} at 10,000");
        let item = key.get(&format!("/ticket/{id}")).expect(200)["item"].clone();
        assert_eq!((item["timeline"].as_array().map(Vec::len), &item["timeline_total"]), (Some(500), &json!(10_000)));
        assert_eq!(item["timeline"][499]["content"], "message 9939");
    }
}
