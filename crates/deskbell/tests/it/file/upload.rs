//! How files come in, and what is refused.

use http::Method;
use serde_json::json;

use super::{all_bytes, attached, bytes, counts, ids, send, simple, sweep, uploaded};
use crate::both_engines;
use crate::harness::{Client, Part, TestDesk, form};

/// A caller at an edge that takes files of 1 MiB, and 2 MiB together.
fn at_a_narrow_edge(mut desk: TestDesk) -> (TestDesk, Client) {
    let settings = deskbell_http::Settings {
        file: 1 << 20,
        upload: 2 << 20,
        ..deskbell_http::Settings::new(desk.context.clone())
    };
    desk.router = deskbell_http::v2::router(desk.desk.clone(), settings);
    let key = desk.admin();
    (desk, key)
}

both_engines! {
    fn files_come_with_a_message_and_back_as_they_were(desk: TestDesk) {
        let (key, ticket, content) = (desk.admin(), desk.ticket(json!({})), all_bytes());
        let message = send(&key, ticket, &[("a.bin", &content), ("b.txt", "Grüße\r\n".as_bytes())]);
        let seen = attached(&key, ticket);
        let ids = ids(&key, ticket);
        assert_eq!(json!(seen), json!([
            {"id": ids[0], "name": "a.bin", "size": content.len(), "type": "application/octet-stream",
             "url": format!("https://desk.example/api/v2/file/{}", ids[0])},
            {"id": ids[1], "name": "b.txt", "size": 9, "type": "text/plain; charset=utf-8",
             "url": format!("https://desk.example/api/v2/file/{}", ids[1])},
        ]));
        assert_eq!(key.get(&format!("/message/{message}")).expect(200)["item"]["attachments"], json!(seen));
        assert!(bytes(&key, ids[0]) == content);
        assert_eq!(bytes(&key, ids[1]), "Grüße\r\n".as_bytes());
    }

    fn files_are_uploaded_before_and_taken_by_id(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let made = key.upload("/file", &[Part::File("file", "x.txt", b"hello")]);
        let made = made.expect(200);
        assert_eq!(
            (&made["message"], &made["name"], &made["size"], &made["media_type"]),
            (&json!("File stored."), &json!("x.txt"), &json!(5), &json!("text/plain; charset=utf-8"))
        );
        let id = made["fileID"].as_i64().expect("an id");
        let twice = json!({"ticketID": ticket, "type": 0, "message": "Hi", "attachments": [id, id], "forwardedFileIDs": [id]});
        key.post("/message", twice.clone()).expect(200);
        assert_eq!(ids(&key, ticket), [id]);
        assert_eq!(bytes(&key, id), b"hello");
        // The second time it is a file of another message, and gets a twin.
        key.post("/message", twice).expect(200);
        let twin = ids(&key, ticket);
        assert!(twin.len() == 1 && twin != [id]);
        assert_eq!(bytes(&key, twin[0]), b"hello");
        assert_eq!(counts(&desk), [2, 1, 0, 1]);
    }

    fn parts_and_ids_stand_in_the_order_of_their_indices(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let known = uploaded(&key, "known", b"1").to_string();
        let id = ticket.to_string();
        let parts = [
            Part::Text("ticketID", &id), Part::Text("type", "0"), Part::Text("message", "Hi"),
            Part::File("attachments[]", "last", b"4"), Part::File("attachments[9]", "third", b"3"),
            Part::Text("attachments[5]", &known), Part::File("attachments[1]", "first", b"0"),
        ];
        key.upload("/message", &parts).expect(200);
        let names: Vec<_> = attached(&key, ticket).iter().map(|f| f["name"].clone()).collect();
        assert_eq!(names, ["first", "known", "third", "last"].map(|n| json!(n)));
    }

    fn a_file_comes_in_base64_where_there_are_no_parts(desk: TestDesk) {
        let key = desk.admin();
        let made = key.post("/file", json!({"name": "a.bin", "contentBase64": "AAEC\r\n/w=="})).expect(200);
        assert_eq!((&made["name"], &made["size"]), (&json!("a.bin"), &json!(4)));
        assert_eq!(bytes(&key, made["fileID"].as_i64().expect("an id")), [0, 1, 2, 255]);
        let made = key.form(Method::POST, "/file", "contentBase64=AA%3D%3D").expect(200);
        assert_eq!((&made["name"], &made["size"]), (&json!("file"), &json!(1)));
        for wrong in ["A", "AA=A", "????", "AAA"] {
            key.post("/file", json!({"contentBase64": wrong})).refused(400, "invalid_parameter", &["contentBase64"]);
        }
        key.post("/file", json!({})).refused(400, "missing_parameter", &["file"]);
        key.post("/file", json!({"file": "x"})).refused(400, "invalid_parameter", &["file"]);
        // What is wrong is told together, and the same bytes in other lines are the same request.
        let wrong = json!({"contentBase64": "A", "name": "n".repeat(201)});
        key.post("/file", wrong).refused(400, "invalid_parameter", &["contentBase64", "name"]);
        let keyed = |text: &str| {
            let request = key.request(Method::POST, "/file").header("content-type", "application/json");
            key.send(request.header("idempotency-key", "lines"), json!({"contentBase64": text}).to_string())
        };
        let once = keyed("AAEC").expect(200);
        assert_eq!(keyed("AA\nEC").expect(200), once);
        // Without a filename too: there is nothing else that it could be.
        let bare = key.upload("/file", &[Part::Text("file", "x"), Part::Text("name", "n")]).expect(200);
        assert_eq!((&bare["name"], &bare["size"]), (&json!("n"), &json!(1)));
        key.upload("/file", &[Part::Text("file", "")]).refused(400, "missing_parameter", &["file"]);
        let both = [Part::File("file", "a", b"x"), Part::Text("contentBase64", "AA==")];
        key.upload("/file", &both).refused(400, "invalid_parameter", &["contentBase64"]);
        let named = key.upload("/file", &[Part::File("file", "a", b"x"), Part::Text("name", "b\u{202e}.txt")]);
        assert_eq!(named.expect(200)["name"], "b.txt");
        assert_eq!(counts(&desk)[..2], [5, 4]);
    }

    fn empty_is_not_absent(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let id = ticket.to_string();
        let fields = || vec![Part::Text("ticketID", &id), Part::Text("type", "0"), Part::Text("message", "Hi")];
        // A browser in which nothing was chosen.
        let mut nothing = fields();
        nothing.push(Part::File("attachments[]", "", b""));
        key.upload("/message", &nothing).expect(200);
        assert_eq!(attached(&key, ticket), Vec::<serde_json::Value>::new());
        let mut zero = fields();
        zero.push(Part::File("attachments[]", "empty.log", b""));
        key.upload("/message", &zero).expect(200);
        let seen = attached(&key, ticket);
        assert_eq!((&seen[0]["name"], &seen[0]["size"]), (&json!("empty.log"), &json!(0)));
        assert_eq!(bytes(&key, ids(&key, ticket)[0]), b"");
        // A form without parts is like an empty body, and one without boundary cannot be read.
        let empty = key.request(Method::POST, "/message").header("content-type", "multipart/form-data; boundary=x");
        key.send(empty, "--x--\r\n").refused(400, "missing_parameter", &["ticketID", "type", "message"]);
        let without = key.request(Method::POST, "/message").header("content-type", "multipart/form-data");
        key.send(without, "--x--\r\n").refused(400, "malformed_body", &[""]);
        key.upload("/file", &[Part::File("file", "", b"")]).refused(400, "missing_parameter", &["file"]);
    }

    fn too_much_is_refused_and_leaves_nothing(desk: TestDesk) {
        let (desk, key) = at_a_narrow_edge(desk);
        let ticket = desk.ticket(json!({}));
        let (most, more) = (vec![7; 1 << 20], vec![7; (1 << 20) + 1]);
        send(&key, ticket, &[("most", &most)]);
        let id = ticket.to_string();
        let fields = || vec![Part::Text("ticketID", &id), Part::Text("type", "0"), Part::Text("message", "Hi")];
        let mut large = fields();
        large.push(Part::File("attachments[]", "more", &more));
        let said = key.upload("/message", &large).refused(413, "payload_too_large", &["attachments"]);
        assert!(said["message"].as_str().expect("text").contains("1 MiB"), "{said}");
        key.upload("/file", &[Part::File("file", "more", &more)]).refused(413, "payload_too_large", &["file"]);
        // A byte over the limit of all is too much, and up to it all is well.
        let one = [7];
        let three: Vec<_> = [&most[..], &most[..], &one[..]].map(|b| Part::File("attachments[]", "most", b)).into();
        key.upload("/message", &fields().into_iter().chain(three).collect::<Vec<_>>()).refused(413, "payload_too_large", &[""]);
        // One that says beforehand how large it is, is not read at all.
        let declared = key.request(Method::POST, "/file").header("content-type", "multipart/form-data; boundary=edge");
        key.send(declared.header("content-length", (8 << 20).to_string()), "").refused(413, "payload_too_large", &[""]);
        // The head of a part counts as a field, and base64 as a file.
        let heads: Vec<_> = (0..80).map(|_| "h".repeat(15_000)).collect();
        let heads: Vec<_> = heads.iter().map(|name| Part::Text(name, "")).collect();
        key.upload("/message", &heads).refused(413, "payload_too_large", &[""]);
        let encoded = "AAAA".repeat((1 << 20) / 3 + 1);
        key.post("/file", json!({"contentBase64": encoded})).refused(413, "payload_too_large", &["contentBase64"]);
        // What is no file has its own limit, and a part that the call does not take as a file is not kept.
        let text = "x".repeat((1 << 20) + 1);
        key.upload("/message", &[Part::Text("message", &text)]).refused(413, "payload_too_large", &[""]);
        let mut stray = fields();
        stray.push(Part::File("toAddress", "f", b"a@x.example"));
        key.upload("/message", &stray).refused(400, "invalid_parameter", &["toAddress"]);
        // No other call takes files.
        let put = key.request(Method::POST, "/ticket").header("content-type", "multipart/form-data; boundary=edge");
        key.send(put, form(&[Part::File("attachments[]", "f", b"x")])).refused(400, "unknown_parameter", &["attachments[]"]);
        let name = "n".repeat(201);
        key.upload("/file", &[Part::File("file", &name, b"x")]).refused(400, "invalid_parameter", &["file"]);
        sweep(&desk);
        assert_eq!(counts(&desk), [1, 1, 0, 4]);
    }

    fn a_name_is_text_as_any_other(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        for (name, status) in [(&b"a\0b"[..], 400), (b"a\xffb", 400), (b"a b", 200)] {
            let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"".to_vec();
            body.extend_from_slice(name);
            body.extend_from_slice(b"\"\r\n\r\nx\r\n--edge--\r\n");
            let request = key.request(Method::POST, "/file").header("content-type", "multipart/form-data; boundary=edge");
            let seen = key.send(request, body);
            assert_eq!(seen.status, status, "{}", seen.text);
            if status == 400 {
                assert_eq!(seen.json["errors"][0]["field"], "file", "{}", seen.text);
            }
        }
        key.upload("/file", &[Part::File("file", "a%00b", b"x"), Part::Text("name", "a\0b")]).refused(400, "invalid_parameter", &["name"]);
        let null = json!({"ticketID": ticket, "type": 0, "message": "Hi", "attachments": [null]});
        key.post("/message", null).refused(400, "invalid_parameter", &["attachments[0]"]);
        let file = uploaded(&key, "a", b"x");
        let often = json!({"ticketID": ticket, "type": 0, "message": "Hi", "attachments": vec![file; 101], "forwardedFileIDs": [file]});
        key.post("/message", often).expect(200);
        assert_eq!(ids(&key, ticket), [file]);
    }

    fn a_body_that_stops_is_given_up_and_one_that_goes_on_is_not(desk: TestDesk) {
        let mut desk = desk;
        let settings = deskbell_http::Settings {
            body_time: std::time::Duration::from_millis(400),
            ..deskbell_http::Settings::new(desk.context.clone())
        };
        desk.router = deskbell_http::v2::router(desk.desk.clone(), settings);
        let key = desk.admin();
        let whole = form(&[Part::File("file", "f", &[7; 5 << 20])]);
        let slow = |pause: u64, last: bool| {
            let pieces: Vec<Vec<u8>> = whole.chunks(1 << 20).map(<[u8]>::to_vec).collect();
            let count = pieces.len();
            let pieces = futures_util::stream::iter(pieces.into_iter().enumerate());
            let body = axum::body::Body::from_stream(futures_util::StreamExt::then(pieces, move |(n, piece)| async move {
                let pause = if last && n + 1 < count { 0 } else { pause };
                tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
                Ok::<_, std::io::Error>(piece)
            }));
            let request = key.request(Method::POST, "/file").header("content-type", "multipart/form-data; boundary=edge");
            key.send(request, body)
        };
        // Longer than the time altogether, and quick enough for each MiB.
        slow(100, false).expect(200);
        let late = slow(3_000, true).refused(400, "malformed_body", &[""]);
        assert!(late["message"].as_str().expect("text").contains("each MiB"), "{late}");
        sweep(&desk);
        assert_eq!(counts(&desk)[..3], [1, 1, 0]);
    }

    fn a_key_that_is_revoked_while_it_uploads_gets_nothing_done(desk: TestDesk) {
        let (admin, key) = (desk.admin(), desk.admin());
        let whole = form(&[Part::File("file", "f", &[7; 1_000])]);
        let (first, rest) = (whole[..500].to_vec(), whole[500..].to_vec());
        let id = key.id;
        let revoke = move || {
            admin.delete(&format!("/key/{id}")).expect(200);
        };
        let pieces = futures_util::stream::iter([first, rest].into_iter().enumerate());
        let state = desk.desk.clone();
        let body = axum::body::Body::from_stream(futures_util::StreamExt::then(pieces, move |(n, piece)| {
            let (revoke, state) = (revoke.clone(), state.clone());
            async move {
                if n == 1 {
                    tokio::task::spawn_blocking(move || std::thread::spawn(revoke).join().expect("revoked")).await.expect("done");
                    state.poll_keys().await.expect("polled");
                }
                Ok::<_, std::io::Error>(piece)
            }
        }));
        let request = key.request(Method::POST, "/file").header("content-type", "multipart/form-data; boundary=edge");
        key.send(request, body).refused(401, "unauthenticated", &[""]);
        sweep(&desk);
        assert_eq!(counts(&desk), [0, 0, 0, 0]);
    }

    fn more_files_than_a_message_takes_are_refused(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let id = ticket.to_string();
        let mut parts = vec![Part::Text("ticketID", &id), Part::Text("type", "0"), Part::Text("message", "Hi")];
        parts.extend((0..101).map(|_| Part::File("attachments[]", "f", b"x")));
        key.upload("/message", &parts).refused(413, "payload_too_large", &["attachments"]);
        parts.pop();
        key.upload("/message", &parts).expect(200);
        assert_eq!(ids(&key, ticket).len(), 100);
        // One hundred and one in two fields are as many.
        let known = ids(&key, ticket);
        let body = json!({"ticketID": ticket, "type": 0, "message": "Hi", "attachments": [uploaded(&key, "f", b"y")], "forwardedFileIDs": known});
        key.post("/message", body).refused(413, "payload_too_large", &["attachments"]);
        sweep(&desk);
        assert_eq!(counts(&desk), [101, 2, 0, 2]);
    }

    fn a_message_that_is_refused_leaves_no_file(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let id = ticket.to_string();
        for (parts, status) in [
            (vec![Part::Text("ticketID", "999"), Part::Text("type", "0"), Part::Text("message", "Hi")], 404),
            (vec![Part::Text("ticketID", &id), Part::Text("type", "1"), Part::Text("message", "Hi")], 400),
            (vec![Part::Text("ticketID", &id), Part::Text("type", "x"), Part::Text("message", "Hi")], 400),
            (vec![Part::Text("ticketID", &id), Part::Text("type", "0"), Part::Text("message", "Hi"), Part::Text("attachments[]", "99")], 400),
        ] {
            let mut parts = parts;
            parts.push(Part::File("attachments[]", "f", &[7; 300_000]));
            assert_eq!(key.upload("/message", &parts).status, status);
        }
        sweep(&desk);
        assert_eq!(counts(&desk), [0, 0, 0, 0]);
    }

    fn an_upload_that_breaks_off_leaves_nothing(desk: TestDesk) {
        let folder = crate::file::in_folder(&desk);
        let key = desk.admin();
        let whole = form(&[Part::File("file", "f", &[7; 1_000_000])]);
        for cut in [10, 70, 100_000, 700_000, whole.len() - 5] {
            let pieces = [Ok(whole[..cut].to_vec()), Err(std::io::Error::other("gone"))];
            let body = axum::body::Body::from_stream(futures_util::stream::iter(pieces));
            let request = key.request(Method::POST, "/file").header("content-type", "multipart/form-data; boundary=edge");
            key.send(request, body).refused(400, "malformed_body", &[""]);
            let request = key.request(Method::POST, "/file").header("content-type", "multipart/form-data; boundary=edge");
            key.send(request, whole[..cut].to_vec()).refused(400, "malformed_body", &[""]);
        }
        assert_eq!(crate::file::files_in(folder.path()), 0);
        assert_eq!(counts(&desk), [0, 0, 0, 0]);
    }

    fn the_same_request_again_makes_no_second_file(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let id = ticket.to_string();
        let again = |bytes: &[u8]| {
            let parts = [
                Part::Text("ticketID", &id), Part::Text("type", "0"), Part::Text("message", "Hi"),
                Part::File("attachments[]", "f", bytes),
            ];
            let request = key.request(Method::POST, "/message").header("content-type", "multipart/form-data; boundary=edge");
            key.send(request.header("idempotency-key", "k"), form(&parts))
        };
        let first = again(b"one").expect(200);
        let second = again(b"one");
        assert_eq!(second.header("idempotency-replayed"), "true");
        assert_eq!(second.expect(200), first);
        again(b"two").refused(422, "idempotency_mismatch", &["Idempotency-Key"]);
        sweep(&desk);
        assert_eq!(counts(&desk), [1, 1, 0, 1]);
        assert_eq!(attached(&key, ticket).len(), 1);
    }

    fn an_upload_that_no_message_takes_goes_after_a_day(desk: TestDesk) {
        let key = desk.admin();
        let (ticket, kept) = simple(&desk, b"kept");
        let unused = uploaded(&key, "unused", b"unused");
        let same = uploaded(&key, "same", b"kept");
        desk.advance(24 * 3_600 - 1);
        sweep(&desk);
        assert_eq!(bytes(&key, unused), b"unused");
        desk.advance(1);
        sweep(&desk);
        for gone in [unused, same] {
            key.get(&format!("/file/{gone}")).refused(404, "not_found", &[""]);
            let body = json!({"ticketID": ticket, "type": 0, "message": "Hi", "attachments": [gone]});
            key.post("/message", body).refused(400, "unknown_reference", &["attachments"]);
        }
        assert_eq!(bytes(&key, kept), b"kept");
        assert_eq!(counts(&desk), [1, 1, 0, 1]);
    }
}
