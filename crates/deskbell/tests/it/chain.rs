//! The journal's chain: what is changed, missing or added in it is found; purges, restarts and many nodes leave it whole.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use deskbell_app::journal::payload_hash;
use deskbell_app::verify::{self, Head, Report};
use deskbell_db::Engine;
use serde_json::json;

use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::Probe;
use crate::races::{crowd, node};

fn report(desk: &TestDesk, kept: &[Head]) -> Report {
    verify::against(&desk.desk, kept, &mut |_, _, _| {}).expect("a report")
}

/// What is wrong with the journal.
fn wrong(desk: &TestDesk) -> Vec<String> {
    let all = report(desk, &[]).problems.into_iter();
    all.filter(|p| ["journal", "chain"].contains(&p.check))
        .map(|p| format!("{} {}: {}", p.check, p.id, p.what))
        .collect()
}

#[track_caller]
fn is_whole(desk: &TestDesk) -> Report {
    let report = report(desk, &[]);
    assert!(report.good, "{:?}", report.problems);
    report
}

fn seal(desk: &TestDesk) {
    desk.block_on(async {
        desk.desk.seal().await.expect("positions");
        desk.desk.chain().await.expect("blocks");
    });
}

/// Four blocks of three events: a ticket and two changes of it in each.
fn fill(desk: &TestDesk) -> Client {
    let key = desk.admin();
    for n in 1..=4 {
        key.post("/ticket", json!({"title": "one"})).expect(200);
        key.put(&format!("/ticket/{n}"), json!({"title": "two", "priority": "low"})).expect(200);
        seal(desk);
    }
    key
}

/// Does damage, looks what is found, and takes the damage back.
fn found_after(desk: &TestDesk, probe: &Probe, damage: &str) -> Vec<String> {
    probe.exec("CREATE TABLE saved_journal AS SELECT * FROM journal");
    probe.exec("CREATE TABLE saved_seal AS SELECT * FROM journal_seal");
    probe.exec(damage);
    let found = wrong(desk);
    probe.exec("DELETE FROM journal");
    let own = match probe.engine() {
        Engine::Sqlite => "INSERT INTO journal SELECT * FROM saved_journal",
        Engine::Postgres => "INSERT INTO journal OVERRIDING SYSTEM VALUE SELECT * FROM saved_journal",
    };
    probe.exec(own);
    probe.exec("DELETE FROM journal_seal");
    probe.exec("INSERT INTO journal_seal SELECT * FROM saved_seal");
    probe.exec("DROP TABLE saved_journal");
    probe.exec("DROP TABLE saved_seal");
    found
}

fn blob(probe: &Probe, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match probe.engine() {
        Engine::Sqlite => format!("x'{hex}'"),
        Engine::Postgres => format!("decode('{hex}', 'hex')"),
    }
}

const CHANGED: &str = "of the events 4 to 6 one was changed or added after they were sealed";

both_engines! {
    fn a_change_of_any_column_of_a_sealed_event_is_found(desk: TestDesk) {
        fill(&desk);
        assert_eq!(is_whole(&desk).unsealed, 0);
        let probe = Probe::new(&desk.place);
        let mut columns = vec![
            ("ticket_id", "ticket_id + 1"), ("brand_id", "2"), ("group_id", "7"), ("from_brand_id", "2"), ("from_group_id", "7"), ("item_type", "'tags'"), ("batch_id", "'b'"),
            ("initiated_by", "'api: Other'"), ("actor", "'key:99'"), ("call", "'import'"), ("created_at", "created_at + 1"),
            ("last_update", "last_update - 1"), ("closed_at", "5"), ("last_update_agent", "5"), ("last_update_customer", "5"),
        ];
        if probe.engine() == Engine::Postgres {
            columns.extend([("id", "1000"), ("position", "-1")]);
        }
        for (column, forged) in &columns {
            let found = found_after(&desk, &probe, &format!("UPDATE journal SET {column} = {forged} WHERE id = 5"));
            assert!(found.iter().any(|text| text.contains(CHANGED) || text.contains("event 5 of the journal is not there")), "{column}: {found:?}");
        }
        for (column, forged) in [("before", "'x'"), ("after", "NULL"), ("salt", &*blob(&probe, b"x")), ("payload_hash", &*blob(&probe, b"x"))] {
            let found = found_after(&desk, &probe, &format!("UPDATE journal SET {column} = {forged} WHERE id = 5"));
            assert!(found.contains(&"journal 5: the event does not have the content that it was written with".to_owned()), "{column}: {found:?}");
        }
        // Together with its salt and hash.
        let forged = format!("UPDATE journal SET after = 'forged', salt = {}, payload_hash = {} WHERE id = 5",
            blob(&probe, b"salt"), blob(&probe, &payload_hash(b"salt", Some("medium"), Some("forged"))));
        assert_eq!(probe.texts("SELECT before FROM journal WHERE id = 5"), ["medium"]);
        let found = found_after(&desk, &probe, &forged);
        assert!(found.len() == 1 && found[0].contains(CHANGED), "{found:?}");
        let found = found_after(&desk, &probe, "UPDATE journal SET before = NULL, after = NULL, salt = NULL WHERE id = 5");
        assert_eq!(found, ["journal 5: the content of the event is gone, and its ticket was not erased"]);
        is_whole(&desk);
        let all = match probe.engine() {
            Engine::Sqlite => probe.texts("SELECT name FROM pragma_table_info('journal')"),
            Engine::Postgres => probe.texts("SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_name = 'journal'"),
        };
        let payload = ["before", "after", "salt", "payload_hash"];
        let tried: BTreeSet<&str> = columns.iter().map(|(column, _)| *column).chain(payload).collect();
        let rest: Vec<&String> = all.iter().filter(|column| !tried.contains(column.as_str())).collect();
        assert!(rest.iter().all(|column| *column == "id"), "{rest:?} are not tried; the id is where an event stands on SQLite");
    }

    fn a_missing_event_or_block_is_found_and_named(desk: TestDesk) {
        let key = fill(&desk);
        let probe = Probe::new(&desk.place);
        let position = if probe.engine() == Engine::Sqlite { "id" } else { "position" };
        let gone = |condition: &str| found_after(&desk, &probe, &format!("DELETE FROM journal WHERE {position} {condition}"));
        let of = |n: i64, which: &str| format!("chain {n}: event {which} of the journal is not there");
        assert_eq!(gone("= 5"), [of(5, "5")]);
        assert_eq!(gone("= 6"), [of(6, "6")], "the last of its block");
        assert_eq!(gone("= 1"), [of(1, "1")]);
        assert_eq!(gone("= 12"), [of(12, "12")], "the last of all");
        assert_eq!(gone("BETWEEN 4 AND 9"), [of(4, "4 to 6"), of(7, "7 to 9")]);
        let seal = |what: &str| found_after(&desk, &probe, what);
        let missing = "block 2 of the chain is not there, so events 4 to 9 are not sealed by any";
        assert_eq!(seal("DELETE FROM journal_seal WHERE id = 2"), [format!("chain 4: {missing}")]);
        for forged in ["events = 2", "last = 5", "created_at = 0", "hash = payload_hash"] {
            let forged = forged.replace("payload_hash", &blob(&probe, &[7; 32]));
            let found = seal(&format!("UPDATE journal_seal SET {forged} WHERE id = 2"));
            assert!(found.iter().any(|text| text.contains("to 6 one was changed") || text.contains("to 5 one was changed")), "{forged}: {found:?}");
        }
        let columns = "ticket_id, brand_id, group_id, item_type, before, after, salt, payload_hash, batch_id, initiated_by, actor, call, created_at, last_update";
        let place = if probe.engine() == Engine::Sqlite { ("id", "0") } else { ("id, position", "999, 0") };
        let added = format!("INSERT INTO journal ({}, {columns}) SELECT {}, {columns} FROM journal WHERE id = 2", place.0, place.1);
        assert!(seal(&added).iter().any(|text| text.contains("of the events 1 to 3 one was changed or added")));
        is_whole(&desk);
        // What is not sealed yet is counted.
        key.put("/ticket/1", json!({"title": "three", "priority": "high"})).expect(200);
        assert_eq!(is_whole(&desk).unsealed, 2);
    }

    fn a_head_that_was_kept_tells_of_blocks_that_are_missing_at_the_end(desk: TestDesk) {
        fill(&desk);
        let head = is_whole(&desk).head.expect("a head");
        assert_eq!((head.position, head.hash.len()), (12, 64));
        assert_eq!(Head::parse(&format!("{}:{}", head.position, head.hash)), Some(head.clone()));
        for wrong in ["", "12", "12:abc", "x:y", ":"] {
            assert_eq!(Head::parse(wrong), None, "{wrong}");
        }
        desk.admin().put("/ticket/1", json!({"title": "later"})).expect(200);
        seal(&desk);
        assert!(report(&desk, std::slice::from_ref(&head)).good, "it is still in the chain");
        let probe = Probe::new(&desk.place);
        probe.exec("DELETE FROM journal_seal WHERE id > 3");
        assert_eq!(is_whole(&desk).unsealed, 4, "by itself it can be so");
        probe.exec("UPDATE journal SET actor = 'key:99' WHERE id = 12");
        seal(&desk);
        is_whole(&desk);
        let found = report(&desk, &[head]).problems;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].check, found[0].id, found[0].what.as_str()), ("chain", 12, "the chain does not have the hash that was kept for this position"));
    }

    fn a_purge_leaves_the_chain_whole(desk: TestDesk) {
        let key = fill(&desk);
        let head = is_whole(&desk).head.expect("a head");
        key.delete("/ticket/2?purge=true").expect(200);
        key.delete("/ticket/3").expect(200);
        is_whole(&desk);
        desk.advance(7_200);
        desk.block_on(desk.desk.empty_trash()).expect("emptied");
        let probe = Probe::new(&desk.place);
        assert_eq!(probe.number("SELECT COUNT(*) FROM journal WHERE salt IS NULL"), 7, "three of each, and the deletion of one");
        assert!(report(&desk, std::slice::from_ref(&head)).good);
        seal(&desk);
        assert!(report(&desk, &[head]).good);
    }

    fn the_chain_goes_on_after_a_restart_and_a_server_seals_by_itself(desk: TestDesk) {
        let key = fill(&desk);
        key.put("/ticket/1", json!({"title": "before"})).expect(200);
        let next = node(&desk);
        drop(desk);
        let key = next.with(&key);
        key.put("/ticket/1", json!({"title": "after"})).expect(200);
        assert_eq!(is_whole(&next).unsealed, 2);
        let probe = Probe::new(&next.place);
        let background = next.block_on(next.desk.start_background());
        let began = Instant::now();
        while probe.number("SELECT MAX(last) FROM journal_seal") < 14 {
            assert!(began.elapsed() < Duration::from_secs(20), "nobody seals");
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(background);
        let report = is_whole(&next);
        assert_eq!((report.unsealed, report.head.map(|head| head.position)), (0, Some(14)));
    }

    fn many_nodes_seal_each_event_once_while_many_write(desk: TestDesk) {
        let key = desk.admin();
        let other = node(&desk);
        let keys = [key.clone(), other.with(&key)];
        for n in 0..4 {
            key.post("/ticket", json!({"title": format!("{n}")})).expect(200);
        }
        crowd(8, |n| {
            for round in 0..30 {
                if n < 4 {
                    let seen = keys[n % 2].put(&format!("/ticket/{}", 1 + (n + round) % 4), json!({"title": format!("{n} {round}"), "tags": format!("{round}")}));
                    assert!(seen.status.is_success(), "{}", seen.text);
                } else {
                    seal(if n % 2 == 0 { &desk } else { &other });
                }
            }
        });
        seal(&desk);
        let probe = Probe::new(&desk.place);
        let events = probe.number("SELECT COUNT(*) FROM journal");
        assert_eq!(probe.number("SELECT CAST(SUM(events) AS BIGINT) FROM journal_seal"), events);
        assert!(probe.number("SELECT COUNT(*) FROM journal_seal") > 1);
        let report = is_whole(&other);
        assert_eq!((report.unsealed, report.head.map(|head| head.position)), (0, Some(events)));
    }

    fn a_block_seals_a_thousand_events_at_the_most(desk: TestDesk) {
        deskbell_app::demo::run(&desk.desk, 2_300, 1, &mut |_| {}).expect("made");
        assert_eq!(is_whole(&desk).unsealed, 2_300);
        seal(&desk);
        assert_eq!(Probe::new(&desk.place).numbers::<2>("SELECT last, events FROM journal_seal ORDER BY id"), [[1_000, 1_000], [2_000, 1_000], [2_300, 300]]);
        is_whole(&desk);
    }
}

#[test]
fn positions_out_of_order_are_found_before_they_are_sealed() {
    let desk = TestDesk::postgres();
    fill(&desk);
    let probe = Probe::new(&desk.place);
    probe.exec("DELETE FROM journal_seal");
    let swap = "UPDATE journal SET position = CASE id WHEN 5 THEN 6 ELSE 5 END + 100 WHERE id IN (5, 6)";
    let order = "its position is before that of an earlier event of the same ticket";
    assert_eq!(found_after(&desk, &probe, swap), [format!("chain 6: {order}")]);
    let unplaced = "UPDATE journal SET position = NULL WHERE id = 5";
    assert_eq!(found_after(&desk, &probe, unplaced), [format!("chain 6: {order}")]);
}
