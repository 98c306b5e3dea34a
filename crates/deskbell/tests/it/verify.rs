//! The check of the data: finds each kind of damage, and nothing in data that is good.

use deskbell_app::{demo, verify};
use deskbell_db::{Engine, Tx, Urgency};

use crate::both_engines;
use crate::harness::TestDesk;

fn check(desk: &TestDesk) -> Vec<(&'static str, String)> {
    let report = verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
    assert_eq!(report.good, report.problems.is_empty());
    report.problems.into_iter().map(|p| (p.check, format!("{} {}", p.id, p.what))).collect()
}

fn damage(desk: &TestDesk, sql: &'static str) {
    let store = desk.place.open();
    let done = store.write_blocking(Urgency::Interactive, move |tx: &mut Tx<'_>| tx.exec(sql, &[]));
    assert!(done.expect("a statement") > 0, "{sql} changed nothing");
    store.close();
}

both_engines! {
    fn each_kind_of_damage_is_found_and_named(desk: TestDesk) {
        demo::run(&desk.desk, 300, 1, &mut |_| {}).expect("made");
        assert_eq!(check(&desk), []);
        let merge = |id: i64, into: i64| {
            let action = serde_json::json!({"actionType": "merge", "value": into});
            desk.admin().post("/ticket/batch", serde_json::json!({"ticketIDs": [id], "actions": [action]})).expect(200);
        };
        merge(21, 22);
        merge(23, 24);
        merge(25, 26);
        assert_eq!(check(&desk), []);
        let cases: [(&str, &str, &str); 21] = [
            ("UPDATE ticket SET files = 1 WHERE id = 17", "tickets", "17 it has another number of files"),
            ("UPDATE message SET files = 2 WHERE id = 21", "files", "message 21 has another number of files"),
            ("UPDATE ticket_count_small SET n = n + 1 WHERE status = 6", "counters", "are counted"),
            ("UPDATE ticket_count_middle SET n = n + 1 WHERE status = 5", "counters", "are counted"),
            ("UPDATE ticket_count_kind SET n = n + 1 WHERE status = 4", "counters", "are counted"),
            ("UPDATE ticket_count SET n = n + 1 WHERE status = 1", "counters", "are counted"),
            ("DELETE FROM journal WHERE ticket_id = 7", "tickets", "7 0 events say that it was created"),
            ("UPDATE journal SET after = 'forged' WHERE ticket_id = 9", "journal", "does not have the content"),
            ("UPDATE ticket SET messages = messages + 1 WHERE id = 11", "tickets", "11 it counts"),
            ("UPDATE ticket SET events = 5 WHERE id = 12", "tickets", "12 it counts 5 events"),
            ("UPDATE ticket SET tags = 'other' WHERE id = 13", "tickets", "13 it is filed under other tags"),
            ("UPDATE ticket SET customer_id = 999999 WHERE id = 14", "tickets", "14 its customer is not there"),
            ("UPDATE ticket SET form_id = 999999 WHERE id = 16", "tickets", "16 its form is not there"),
            ("UPDATE ticket SET merged_into = 0 WHERE id = 21", "tickets", "21 it was merged, and does not say so"),
            ("DELETE FROM ticket_merge WHERE source_ticket = 23", "tickets", "23 it was merged, and not as a whole"),
            ("UPDATE ticket SET merged_into = 27 WHERE id = 25", "tickets", "25 it was merged, and not as a whole"),
            ("UPDATE ticket SET title = 'Unheardof' WHERE id = 15", "tickets", "15 its own fields are not in the search"),
            ("UPDATE message SET content = 'Unheardof' WHERE id = 20", "tickets", "message 20 is not in the search"),
            ("UPDATE ticket SET closed_at = NULL WHERE status = 6", "tickets", "closed_at does not fit"),
            ("INSERT INTO import_record (source, record_id, ticket_id) VALUES ('s', '1', 777777)", "imports", "777777 record 1 of s"),
            ("UPDATE customer_address SET brand_id = brand_id + 100 WHERE customer_id = 5", "customers", "5 an address"),
        ];
        for (sql, name, what) in cases {
            let before = check(&desk);
            damage(&desk, sql);
            let after = check(&desk);
            let new: Vec<_> = after.iter().filter(|problem| !before.contains(problem)).collect();
            assert!(new.iter().any(|(n, text)| *n == name && text.contains(what)), "{sql}: {new:?}");
        }
    }

    fn words_that_nothing_explains_are_found(desk: TestDesk) {
        demo::run(&desk.desk, 60, 1, &mut |_| {}).expect("made");
        let left = match desk.desk.engine() {
            Engine::Sqlite => "INSERT INTO search_fts (rowid, words) VALUES (40 * 1048576, '40 leftover')",
            Engine::Postgres => "INSERT INTO search_segment (id, ticket_id, words) VALUES (40 * 1048576 + 900000, 40, 'leftover')",
        };
        if desk.desk.engine() == Engine::Sqlite {
            damage(&desk, "DELETE FROM ticket WHERE id = 40");
        }
        damage(&desk, left);
        let found = check(&desk);
        assert!(found.iter().any(|(_, text)| text == "40 words in the search index that nothing explains"), "{found:?}");
    }
}
