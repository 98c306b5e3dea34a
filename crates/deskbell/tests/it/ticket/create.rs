//! POST /ticket.

use serde_json::json;

use crate::both_engines;

both_engines! {
    fn an_empty_body_makes_a_ticket_of_defaults(desk: TestDesk) {
        let key = desk.key("TICKET_CREATE,TICKET_READ");
        let seen = key.send(key.request(http::Method::POST, "/ticket"), "");
        assert_eq!(seen.header("location"), "/api/v2/ticket/1");
        assert_eq!(seen.header("etag"), "\"1\"");
        let made = seen.expect(200);
        let batch = made["batchID"].as_str().expect("a batch").to_owned();
        assert_eq!(made, json!({"type": "result", "message": "Ticket created.", "ticketID": 1, "version": 1, "batchID": batch}));
        let item = key.get("/ticket/1").expect(200);
        let external = item["item"]["external_id"].as_str().expect("an external id").to_owned();
        let expected = [
            r#"{"type":"item","item":{"assigned_group_id":0,"assigned_user_id":0,"channel_account_id":"0","channel_id":4,"#,
            r#""closed_at":null,"created_at":"2026-11-25 12:00:00","customer_id":0,"direction":"inbound","#,
            r#""external_gui_url":"https://desk.example/console/t/1","external_id":"EXTERNAL","form_id":null,"#,
            r#""grade_by_customer":null,"from":"","from_name":"","icon":"code","last_update":"2026-11-25 12:00:00","#,
            r#""last_update_agent":null,"last_update_customer":null,"priority":"medium","show_timeline":1,"#,
            r#""sla_breach_customer_wait_time":null,"sla_breach_first_reply_time":null,"#,
            r#""sla_breach_next_reply_time":null,"sla_breach_user_work_time":null,"sla_next_breach":null,"#,
            r#""sla_next_breach_current_status":"","sla_policy_id":0,"snooze_time":null,"snooze_time_sent":null,"#,
            r#""title":"","to":"","to_name":"","status":"new","id":1,"channel_name":"API","channel_icon":"code","#,
            r#""brand_name":"Default","brand_id":1,"tags":[],"merged_into":0,"version":1,"timeline":[],"timeline_total":0}}"#,
        ];
        assert_eq!(item.to_string(), expected.concat().replace("EXTERNAL", &external));
        assert_eq!(desk.events(1), ["created:  -> "]);
    }
}
