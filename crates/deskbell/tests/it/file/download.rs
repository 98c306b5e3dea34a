//! What is handed out, under which headers, and to whom.

use deskbell_core::Limit;
use http::Method;
use serde_json::json;

use super::{attached, bytes, ids, send, simple, uploaded, with_file};
use crate::both_engines;

both_engines! {
    fn a_name_breaks_out_of_no_header(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        send(&key, ticket, &[
            ("q3%22.pdf%22; filename=evil.html", b"%PDF-1.7 \x01"),
            ("a%0D%0ASet-Cookie: x=1.txt", b"text"),
            ("photos\u{202e}fdp.scr", b"MZ\x90\0"),
            ("חשבונית 2026.pdf", b"%PDF-1.7 \x01"),
            ("../../etc/passwd", b"x"),
        ]);
        let names: Vec<_> = attached(&key, ticket).iter().map(|f| f["name"].as_str().expect("text").to_owned()).collect();
        assert_eq!(names, ["q3\".pdf\"; filename=evil.html", "a Set-Cookie: x=1.txt", "photosfdp.scr", "חשבונית 2026.pdf", "passwd"]);
        let seen: Vec<_> = ids(&key, ticket).iter().map(|id| key.get(&format!("/file/{id}"))).collect();
        let said: Vec<_> = seen.iter().map(|seen| seen.header("content-disposition")).collect();
        assert_eq!(said, [
            "attachment; filename=\"q3_.pdf_; filename=evil.html\"; filename*=UTF-8''q3%22.pdf%22%3B%20filename%3Devil.html",
            "attachment; filename=\"a Set-Cookie: x=1.txt\"",
            "attachment; filename=\"photosfdp.scr\"",
            "attachment; filename=\"_______ 2026.pdf\"; filename*=UTF-8''%D7%97%D7%A9%D7%91%D7%95%D7%A0%D7%99%D7%AA%202026.pdf",
            "attachment; filename=\"passwd\"",
        ]);
        for seen in &seen {
            assert_eq!(seen.headers.get_all("content-disposition").iter().count(), 1);
            assert!(!seen.headers.contains_key("set-cookie"));
        }
    }

    fn nothing_that_a_file_is_can_run(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let hostile: &[(&str, &[u8])] = &[
            ("a.png", b"<html><script>alert(1)</script>"),
            ("b.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("c.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
            ("d.txt", b"MZ\x90\0\x03\0\0\0"),
            ("e.xhtml", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>"),
            ("f.js", b"alert(1)"),
            ("g.pdf", b"\xef\xbb\xbf<script>alert(1)</script>"),
        ];
        send(&key, ticket, hostile);
        let text = "text/plain; charset=utf-8";
        let types = [text, text, "image/png", "application/octet-stream", text, text, text];
        for ((id, media_type), (name, content)) in ids(&key, ticket).into_iter().zip(types).zip(hostile) {
            let seen = key.get(&format!("/file/{id}"));
            assert_eq!(seen.header("content-type"), media_type, "{name}");
            assert_eq!(seen.header("x-content-type-options"), "nosniff");
            assert_eq!(seen.header("content-security-policy"), "default-src 'none'; sandbox");
            assert_eq!(seen.header("cross-origin-resource-policy"), "same-origin");
            assert_eq!(seen.header("cache-control"), "no-store");
            assert!(seen.header("content-disposition").starts_with("attachment;"));
            assert_eq!(&seen.bytes, content);
        }
        let shown: Vec<_> = attached(&key, ticket).iter().map(|f| f["type"].as_str().expect("text").to_owned()).collect();
        assert_eq!(shown, types);
    }

    fn the_size_is_that_of_the_bytes_and_not_of_a_claim(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let content = "x".repeat(400);
        let body = format!(
            "--e\r\nContent-Disposition: form-data; name=ticketID\r\n\r\n{ticket}\r\n\
             --e\r\nContent-Disposition: form-data; name=type\r\n\r\n0\r\n\
             --e\r\nContent-Disposition: form-data; name=message\r\n\r\nHi\r\n\
             --e\r\nContent-Disposition: form-data; name=attachments; filename=a.txt\r\nContent-Length: 5\r\n\
             Content-Type: text/html\r\n\r\n{content}\r\n--e--\r\n"
        );
        let request = key.request(Method::POST, "/message").header("content-type", "multipart/form-data; boundary=e");
        key.send(request, body).expect(200);
        let seen = key.get(&format!("/file/{}", ids(&key, ticket)[0]));
        assert_eq!((seen.header("content-length"), &seen.bytes[..]), ("400", content.as_bytes()));
        assert_eq!(attached(&key, ticket)[0]["size"], 400);
    }

    fn a_file_that_the_caller_has_is_not_sent_again(desk: TestDesk) {
        let (key, (_, id)) = (desk.admin(), simple(&desk, b"hello"));
        let path = format!("/file/{id}");
        let first = key.get(&path);
        let tag = first.header("etag").to_owned();
        let asked = |tag: &str, method| key.send(key.request(method, &path).header("if-none-match", tag), "");
        let same = asked(&tag, Method::GET);
        assert_eq!((same.status.as_u16(), same.bytes.len()), (304, 0));
        assert_eq!(asked("\"1-0\"", Method::GET).bytes, b"hello");
        let head = key.send(key.request(Method::HEAD, &path), "");
        assert_eq!((head.status.as_u16(), head.header("content-length"), head.bytes.len()), (200, "5", 0));
        // Whatever the caller takes: it is a file.
        let accept = key.request(Method::GET, &path).header("accept", "image/png");
        assert_eq!(key.send(accept, "").bytes, b"hello");
    }

    fn a_file_exists_where_its_ticket_does(desk: TestDesk) {
        let (ours, theirs) = (desk.brand("Ours"), desk.brand("Theirs"));
        let (_, seen) = with_file(&desk, json!({"brandID": ours}), b"ours");
        let (ticket, hidden) = with_file(&desk, json!({"brandID": theirs}), b"theirs");
        let key = desk.limited_key("TICKET_READ,MESSAGE_CREATE", Limit::Only(vec![ours]), Limit::All);
        assert_eq!(bytes(&key, seen), b"ours");
        let gone = key.get(&format!("/file/{hidden}")).refused(404, "not_found", &[""]);
        let never = key.get("/file/999999").refused(404, "not_found", &[""]);
        assert_eq!(gone["message"].as_str().map(|m| m.replace(&hidden.to_string(), "999999")), never["message"].as_str().map(str::to_owned));
        // Nor can it be sent along, or forwarded.
        let mine = desk.ticket(json!({"brandID": ours}));
        for field in ["attachments", "forwardedFileIDs"] {
            let body = json!({"ticketID": mine, "type": 0, "message": "Hi", field: [hidden]});
            key.post("/message", body).refused(400, "unknown_reference", &[field]);
            let body = json!({"ticketID": mine, "type": 0, "message": "Hi", field: [seen]});
            key.post("/message", body).expect(200);
        }
        // In the trash it is nobody's, and afterwards as before.
        let admin = desk.admin();
        let batch = admin.delete(&format!("/ticket/{ticket}")).expect(200)["batchID"].clone();
        admin.get(&format!("/file/{hidden}")).refused(404, "not_found", &[""]);
        admin.post("/ticket/undo", json!({"batchID": batch})).expect(200);
        assert_eq!(bytes(&admin, hidden), b"theirs");
        desk.key("MESSAGE_CREATE").get(&format!("/file/{seen}")).refused(403, "forbidden", &[""]);
    }

    fn an_upload_is_its_callers_alone(desk: TestDesk) {
        let (key, other) = (desk.admin(), desk.admin());
        let id = uploaded(&key, "mine", b"mine");
        let ticket = desk.ticket(json!({}));
        other.get(&format!("/file/{id}")).refused(404, "not_found", &[""]);
        let body = json!({"ticketID": ticket, "type": 0, "message": "Hi", "attachments": [id]});
        other.post("/message", body.clone()).refused(400, "unknown_reference", &["attachments"]);
        key.post("/message", body).expect(200);
        assert_eq!(bytes(&other, id), b"mine");
    }
}
