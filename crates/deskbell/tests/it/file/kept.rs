//! How files are kept: each content once, as long as something needs it, and nothing of it after that.

use deskbell_app::verify;
use serde_json::json;

use super::{all_bytes, attached, bytes, counts, files_in, ids, in_folder, send, simple, sweep};
use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::Probe;

fn verified(desk: &TestDesk) {
    let report = verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
    assert!(report.good, "{:?}", report.problems);
}

fn purge(key: &Client, ticket: i64) {
    key.delete(&format!("/ticket/{ticket}?purge=true")).expect(200);
}

/// Two tickets with one content and another that one of them has alone; then both are purged.
fn goes_with_the_last(desk: &TestDesk, places: impl Fn() -> i64) {
    let (key, large) = (desk.admin(), all_bytes());
    let (first, second) = (desk.ticket(json!({})), desk.ticket(json!({})));
    send(&key, first, &[("a", &large), ("b", b"alone")]);
    send(&key, second, &[("c", &large)]);
    sweep(desk);
    assert_eq!((counts(desk)[..3].to_vec(), places()), (vec![3, 2, 0], 2));
    verified(desk);
    let (gone, left) = (ids(&key, first), ids(&key, second));
    purge(&key, first);
    sweep(desk);
    assert_eq!((counts(desk)[..3].to_vec(), places()), (vec![1, 1, 0], 1));
    assert!(bytes(&key, left[0]) == large);
    for id in gone {
        key.get(&format!("/file/{id}")).refused(404, "not_found", &[""]);
    }
    verified(desk);
    purge(&key, second);
    sweep(desk);
    assert_eq!((counts(desk), places()), ([0, 0, 0, 0], 0));
    verified(desk);
}

fn query(key: &Client, query: &str) -> Vec<i64> {
    key.get(&format!("/ticket?order=asc&query={}", query.replace(' ', "+"))).ids()
}

both_engines! {
    fn a_content_in_the_database_goes_with_the_last_file_of_it(desk: TestDesk) {
        let probe = Probe::new(&desk.place);
        goes_with_the_last(&desk, || probe.number("SELECT COUNT(DISTINCT place) FROM content_chunk"));
    }

    fn a_content_in_a_folder_goes_with_the_last_file_of_it(desk: TestDesk) {
        let folder = in_folder(&desk);
        goes_with_the_last(&desk, || files_in(folder.path()) as i64);
    }

    fn what_was_put_and_never_claimed_goes_after_a_day(desk: TestDesk) {
        // As after a crash between the two.
        let folder = in_folder(&desk);
        let spooled = desk.block_on(async {
            let mut spool = desk.desk.spool();
            spool.write(b"lost").await.expect("written");
            spool.finish().await.expect("finished")
        });
        let keeping = desk.desk.keeping(vec![deskbell_app::file::Upload::new("lost", spooled)]);
        desk.block_on(keeping.keep()).expect("kept");
        drop(keeping);
        assert_eq!((counts(&desk)[2], files_in(folder.path())), (1, 1));
        desk.advance(24 * 3_600 - 1);
        sweep(&desk);
        assert_eq!(files_in(folder.path()), 1);
        desk.advance(1);
        assert_eq!(sweep(&desk), 1);
        assert_eq!((counts(&desk)[2], files_in(folder.path())), (0, 0));
    }

    fn a_message_that_is_taken_out_takes_its_files_and_brings_them_back(desk: TestDesk) {
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let request = || {
            let id = ticket.to_string();
            let parts = [
                crate::harness::Part::Text("ticketID", &id), crate::harness::Part::Text("type", "0"),
                crate::harness::Part::Text("message", "See it."), crate::harness::Part::File("attachments", "a", b"abc"),
            ];
            key.upload("/message", &parts).expect(200)
        };
        let batch = request()["batchID"].clone();
        let file = ids(&key, ticket)[0];
        desk.advance(10);
        let undone = key.post("/ticket/undo", json!({"batchID": batch})).expect(200);
        key.get(&format!("/file/{file}")).refused(404, "not_found", &[""]);
        assert_eq!(attached(&key, ticket), Vec::<serde_json::Value>::new());
        assert_eq!(query(&key, "has:attachment"), Vec::<i64>::new());
        verified(&desk);
        // As it was, it is shown with its file, which is there again once the note is.
        let then = key.get(&format!("/ticket/{ticket}?asOf=2026-11-25+12:00:05")).expect(200);
        assert_eq!(then["item"]["timeline"][0]["attachments"][0]["id"], file);
        key.post("/ticket/undo", json!({"batchID": undone["batchID"]})).expect(200);
        assert_eq!(ids(&key, ticket), [file]);
        assert_eq!(bytes(&key, file), b"abc");
        assert_eq!(query(&key, "has:attachment"), [ticket]);
        verified(&desk);
        purge(&key, ticket);
        sweep(&desk);
        assert_eq!(counts(&desk), [0, 0, 0, 0]);
    }

    fn files_move_with_a_merge_and_back(desk: TestDesk) {
        let key = desk.admin();
        let (source, file) = simple(&desk, b"moves");
        let (target, other) = simple(&desk, b"stays");
        let merge = json!({"ticketIDs": [source], "actions": [{"actionType": "merge", "value": target}]});
        let batch = key.post("/ticket/batch", merge).expect(200)["batchID"].clone();
        let all = |ticket: i64| {
            let item = key.get(&format!("/ticket/{ticket}")).expect(200);
            let entries = item["item"]["timeline"].as_array().cloned().expect("a timeline");
            entries.iter().flat_map(|e| e["attachments"].as_array().cloned().expect("attachments")).map(|f| f["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!((all(source), all(target)), (vec![], vec![json!(file), json!(other)]));
        assert_eq!(query(&key, "has:attachment"), [target]);
        assert_eq!(bytes(&key, file), b"moves");
        verified(&desk);
        // A file of a merged ticket exists where the other one does.
        let trashed = key.delete(&format!("/ticket/{target}")).expect(200)["batchID"].clone();
        key.get(&format!("/file/{file}")).refused(404, "not_found", &[""]);
        key.post("/ticket/undo", json!({"batchID": trashed})).expect(200);
        key.post("/ticket/undo", json!({"batchID": batch})).expect(200);
        assert_eq!((all(source), all(target)), (vec![json!(file)], vec![json!(other)]));
        assert_eq!(query(&key, "has:attachment"), [source, target]);
        verified(&desk);
        let again = json!({"ticketIDs": [source], "actions": [{"actionType": "merge", "value": target}]});
        key.post("/ticket/batch", again).expect(200);
        purge(&key, target);
        sweep(&desk);
        assert_eq!(counts(&desk), [0, 0, 0, 0]);
        verified(&desk);
    }

    fn tickets_are_found_by_having_a_file(desk: TestDesk) {
        let (key, without) = (desk.admin(), desk.ticket(json!({"title": "lamp"})));
        let (with, _) = simple(&desk, b"x");
        let other = desk.ticket(json!({"title": "lamp"}));
        send(&key, other, &[("a", b"x"), ("b", b"y")]);
        assert_eq!(query(&key, "has:attachment"), [with, other]);
        assert_eq!(query(&key, "-has:attachment"), [without]);
        assert_eq!(query(&key, "lamp has:attachment"), [other]);
        assert_eq!(query(&key, "has:attachment OR lamp"), [without, with, other]);
        key.get("/ticket?query=has:x").refused(400, "invalid_parameter", &["query"]);
        // A file that is forwarded makes its ticket one with a file.
        let body = json!({"ticketID": without, "type": 0, "message": "Hi", "forwardedFileIDs": ids(&key, with)});
        key.post("/message", body).expect(200);
        assert_eq!(query(&key, "has:attachment"), [without, with, other]);
    }

    fn lost_bytes_are_found_and_told(desk: TestDesk) {
        let folder = in_folder(&desk);
        let (key, (_, id)) = (desk.admin(), simple(&desk, b"precious"));
        verified(&desk);
        let place = Probe::new(&desk.place).texts("SELECT place FROM content").remove(0);
        let path = folder.path().join(&place[..2]).join(&place);
        std::fs::write(&path, b"precioux").expect("written");
        let wrong = || {
            let report = verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
            report.problems.into_iter().map(|p| (p.check, p.what)).collect::<Vec<_>>()
        };
        assert_eq!(wrong(), [("files", format!("the bytes of {place} are not those that were put there"))]);
        std::fs::remove_file(path).expect("removed");
        assert_eq!(wrong(), [("files", format!("the bytes of {place} are not in the store of files"))]);
        key.get(&format!("/file/{id}")).refused(500, "internal", &[""]);
    }

    fn files_stay_in_the_store_of_the_first_one(desk: TestDesk) {
        // Two nodes with folders of their own.
        let second = TestDesk::at(desk.place.clone(), deskbell_app::Settings::default());
        let (folder, other) = (in_folder(&desk), in_folder(&second));
        let agree = |desk: &TestDesk| desk.block_on(desk.desk.agree_on_files());
        agree(&desk).expect("agreed");
        agree(&second).expect("agreed, since there is no file yet");
        // The first one has the store that the data named before, so it takes no file.
        let (key, ticket) = (desk.admin(), desk.ticket(json!({})));
        let part = [crate::harness::Part::File("file", "a", b"abc")];
        key.upload("/file", &part).refused(503, "overloaded", &[""]);
        let key = second.with(&key);
        send(&key, ticket, &[("a", b"abc")]);
        assert!(agree(&desk).expect_err("refused").to_string().contains("file_store"));
        agree(&second).expect("the same one");
        // Another node of the same folder is welcome, wherever the folder stands.
        let third = TestDesk::at(desk.place.clone(), deskbell_app::Settings::default());
        third.desk.keep_files_in(deskbell_files::Files::in_folder(other.path().join("..").join(other.path().file_name().expect("a name"))).expect("a store"));
        agree(&third).expect("the same one");
        assert_eq!(bytes(&third.with(&key), ids(&key, ticket)[0]), b"abc");
        drop(folder);
    }

    fn a_content_whose_bytes_were_lost_comes_back_with_the_next_upload(desk: TestDesk) {
        let folder = in_folder(&desk);
        let (key, (_, first)) = (desk.admin(), simple(&desk, b"precious"));
        let place = Probe::new(&desk.place).texts("SELECT place FROM content").remove(0);
        std::fs::remove_file(folder.path().join(&place[..2]).join(&place)).expect("removed");
        key.get(&format!("/file/{first}")).refused(500, "internal", &[""]);
        let (_, second) = simple(&desk, b"precious");
        assert_eq!((bytes(&key, first), bytes(&key, second)), (b"precious".to_vec(), b"precious".to_vec()));
        sweep(&desk);
        assert_eq!((counts(&desk)[..3].to_vec(), files_in(folder.path())), (vec![2, 1, 0], 1));
        verified(&desk);
    }

    fn lost_bytes_in_the_database_are_told_before_anything_is_answered(desk: TestDesk) {
        let (key, (_, first)) = (desk.admin(), simple(&desk, &all_bytes()));
        Probe::new(&desk.place).exec("DELETE FROM content_chunk");
        key.get(&format!("/file/{first}")).refused(500, "internal", &[""]);
        simple(&desk, &all_bytes());
        assert!(bytes(&key, first) == all_bytes());
        verified(&desk);
    }

    fn a_place_that_cannot_be_emptied_keeps_no_other_waiting(desk: TestDesk) {
        let folder = in_folder(&desk);
        let key = desk.admin();
        let (first, _) = simple(&desk, b"first");
        let place = Probe::new(&desk.place).texts("SELECT place FROM content").remove(0);
        let path = folder.path().join(&place[..2]).join(&place);
        std::fs::remove_file(&path).expect("removed");
        std::fs::create_dir(&path).expect("made");
        purge(&key, first);
        let (second, _) = simple(&desk, b"second");
        purge(&key, second);
        assert_eq!(sweep(&desk), 1);
        assert_eq!((counts(&desk)[2], files_in(folder.path())), (1, 0));
        std::fs::remove_dir(&path).expect("removed");
        desk.advance(3_600);
        assert_eq!((sweep(&desk), counts(&desk)[2]), (1, 0));
    }
}
