//! Files at the same moment.

use serde_json::json;

use super::{bytes, counts, files_in, ids, in_folder, send, sweep, uploaded};
use crate::both_engines;

both_engines! {
    fn an_upload_goes_with_one_message_however_many_name_it(desk: TestDesk) {
        let key = desk.admin();
        for _ in 0..5 {
            let file = uploaded(&key, "a", b"abc");
            let tickets: Vec<i64> = (0..4).map(|_| desk.ticket(json!({}))).collect();
            let answers: Vec<_> = std::thread::scope(|scope| {
                let say = |ticket: &i64| {
                    let (key, body) = (key.clone(), json!({"ticketID": ticket, "type": 0, "message": "Hi", "attachments": [file]}));
                    scope.spawn(move || key.post("/message", body).status.as_u16())
                };
                let running: Vec<_> = tickets.iter().map(say).collect();
                running.into_iter().map(|run| run.join().expect("done")).collect()
            });
            // Whoever comes after the first one finds a file of a message, and gets a twin of it; who comes at the same time is told.
            assert!(answers.iter().all(|status| matches!(status, 200 | 409)), "{answers:?}");
            let taken: Vec<i64> = tickets.iter().flat_map(|ticket| ids(&key, *ticket)).collect();
            assert_eq!(taken.len(), answers.iter().filter(|status| **status == 200).count());
            assert_eq!(taken.iter().filter(|id| **id == file).count(), 1);
        }
    }

    fn a_content_that_comes_while_it_goes_is_there(desk: TestDesk) {
        let folder = in_folder(&desk);
        let key = desk.admin();
        let mut tickets: Vec<i64> = Vec::new();
        for _ in 0..12 {
            let old = std::mem::take(&mut tickets);
            let fresh: Vec<i64> = (0..3).map(|_| desk.ticket(json!({}))).collect();
            std::thread::scope(|scope| {
                for ticket in &old {
                    let key = key.clone();
                    scope.spawn(move || key.delete(&format!("/ticket/{ticket}?purge=true")).expect(200));
                }
                for ticket in &fresh {
                    let key = key.clone();
                    scope.spawn(move || send(&key, *ticket, &[("a", b"one content")]));
                }
                scope.spawn(|| sweep(&desk));
            });
            for ticket in &fresh {
                assert_eq!(bytes(&key, ids(&key, *ticket)[0]), b"one content");
            }
            tickets = fresh;
        }
        sweep(&desk);
        assert_eq!((counts(&desk), files_in(folder.path())), ([3, 1, 0, 0], 1));
    }

    fn a_purge_waits_for_who_takes_its_contents_elsewhere(desk: TestDesk) {
        let key = desk.admin();
        for round in 0..6 {
            let contents: Vec<Vec<u8>> = (0..4u8).map(|n| vec![round, n]).collect();
            let files: Vec<(&str, &[u8])> = contents.iter().map(|bytes| ("a", &bytes[..])).collect();
            let ticket = desk.ticket(json!({}));
            send(&key, ticket, &files);
            let others: Vec<i64> = (0..4).map(|_| desk.ticket(json!({}))).collect();
            std::thread::scope(|scope| {
                for (other, file) in others.iter().zip(&files) {
                    let key = key.clone();
                    scope.spawn(move || send(&key, *other, &[*file]));
                }
                let key = key.clone();
                scope.spawn(move || key.delete(&format!("/ticket/{ticket}?purge=true")).expect(200));
            });
            sweep(&desk);
            for (other, content) in others.iter().zip(&contents) {
                assert_eq!(&bytes(&key, ids(&key, *other)[0]), content);
            }
        }
    }
}
