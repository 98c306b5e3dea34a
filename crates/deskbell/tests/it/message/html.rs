//! HTML in messages: kept as it was sent, shown without anything that has an effect. What that is, is shown by the attacks of
//! `deskbell-html`; here it is that no door leads around it.

use serde_json::json;

use super::{entries, say};
use crate::both_engines;
use crate::ticket::stored;

const EVIL: &str = "<p onclick=x()>Hi <img src=https://evil.example/p.gif><a href=\"javascript:x()\">there</a></p><script>x()</script>";

both_engines! {
    fn html_is_kept_as_sent_and_shown_safely(desk: TestDesk) {
        let (key, id) = (desk.admin(), desk.ticket(json!({})));
        let made = say(&key, id, "4", json!({"message": EVIL})).expect(200)["messageID"].clone();
        let shown = "<p>Hi <img><a target=\"_blank\" rel=\"noopener noreferrer nofollow\">there</a></p>";
        assert_eq!(entries(&desk, id)[0]["content"], shown);
        let item = key.get(&format!("/message/{made}")).expect(200)["item"].clone();
        assert_eq!(json!([item["content"], item["plaintext"]]), json!([shown, "Hi there"]));
        assert_eq!(stored(&desk, "content", &made.to_string()), EVIL);
        // What other rules made safe is made anew.
        crate::ticket::change(&desk, &format!("UPDATE message SET format = 999, shown = '<script>old</script>' WHERE id = {made}"));
        assert_eq!(entries(&desk, id)[0]["content"], shown);
    }

    fn plain_text_shows_as_it_was_written(desk: TestDesk) {
        let (key, id) = (desk.admin(), desk.ticket(json!({})));
        say(&key, id, "4", json!({"message": "1 < 2 & R&D\nsecond"})).expect(200);
        let note = json!([{"actionType": "addNote", "value": "<script>x()</script>"}]);
        key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": note})).expect(200);
        key.post("/message/chatbot", json!({"message": EVIL})).expect(200);
        let shown: Vec<_> = entries(&desk, id).iter().map(|e| e["content"].clone()).collect();
        assert_eq!(shown, ["1 &lt; 2 &amp; R&amp;D<br>\nsecond", "&lt;script&gt;x()&lt;/script&gt;"]);
        assert!(!entries(&desk, id + 1)[0]["content"].as_str().expect("text").contains("onclick"));
    }

    fn a_note_that_left_is_shown_safely_where_it_was(desk: TestDesk) {
        let (key, id) = (desk.admin(), desk.ticket(json!({})));
        let note = say(&key, id, "0", json!({"message": EVIL})).expect(200);
        desk.advance(60);
        key.post("/ticket/undo", json!({"batchID": note["batchID"]})).expect(200);
        let then = key.get(&format!("/ticket/{id}?asOf=2026-11-25T12:00:30Z")).expect(200);
        let content = then["item"]["timeline"][0]["content"].as_str().expect("text").to_owned();
        assert!(content.starts_with("<p>Hi <img>") && !content.contains("script"), "{content}");
    }

    fn a_message_of_a_megabyte_is_taken_and_shown(desk: TestDesk) {
        let (key, id) = (desk.admin(), desk.ticket(json!({})));
        let text = format!("<p>x{}</p>end", "&nbsp; ".repeat(140_000));
        say(&key, id, "4", json!({"message": text})).expect(200);
        assert!(entries(&desk, id)[0]["content"].as_str().is_some_and(|shown| shown.ends_with("</p>end")));
    }
}
