//! Writers at full speed, who keep a record of what was acknowledged, and a look whether all of it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use serde_json::json;

use crate::client::Client;

/// How many write at once.
const CROWD: usize = 6;

/// What is known of a ticket that was acknowledged.
#[derive(Clone, Debug)]
struct Known {
    /// The titles that it had, as acknowledged.
    titles: Vec<String>,
    /// The title that it may have, if the last write was not acknowledged but done.
    perhaps: Option<String>,
}

type Record = BTreeMap<i64, Known>;

/// The record of all rounds.
pub(crate) struct Writers {
    key: String,
    record: Record,
    looked_at: BTreeSet<i64>,
}

/// Writers under way.
pub(crate) struct Running {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Record>>,
}

impl Running {
    /// Tells them to end; else they end when the server does.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

impl Writers {
    pub(crate) fn new(key: String) -> Self {
        Self { key, record: Record::new(), looked_at: BTreeSet::new() }
    }

    pub(crate) fn start(&self, address: &str, round: usize) -> Running {
        let over = Arc::new(AtomicBool::new(false));
        let thread = |n| {
            let (address, key, over) = (address.to_owned(), self.key.clone(), Arc::clone(&over));
            std::thread::spawn(move || write(&address, &key, &format!("r{round}w{n}"), &over))
        };
        Running { threads: (0..CROWD).map(thread).collect(), over }
    }

    /// Waits until the writers have ended, and takes their record; how many tickets they made.
    pub(crate) fn take(&mut self, running: Running) -> usize {
        let records: Vec<Record> = running.threads.into_iter().map(|t| t.join().expect("a writer")).collect();
        let before = self.record.len();
        self.record.extend(records.into_iter().flatten());
        self.record.len() - before
    }

    /// That every ticket of the record is there as it was acknowledged, with its events, and is found by its words.
    pub(crate) fn look(&mut self, address: &str) {
        let mut client = Client::new(address, &self.key).expect("a connection");
        let mut found = BTreeSet::new();
        let mut cursor = String::new();
        loop {
            let page = client.get(&format!("/ticket?query=crash&itemLimit=1000{cursor}"));
            found.extend(
                page["items"].as_array().expect("items").iter().filter_map(|item| item["id"].as_i64()),
            );
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        for (id, known) in &self.record {
            assert!(found.contains(id), "ticket {id} was acknowledged and is not found: {known:?}");
        }
        for (id, known) in self.record.iter().filter(|(id, _)| !self.looked_at.contains(id)) {
            let item = client.get(&format!("/ticket/{id}?getTicketHistory=true"))["item"].clone();
            let title = item["title"].as_str().expect("a title");
            let events: Vec<&str> = item["timeline"]
                .as_array()
                .expect("a timeline")
                .iter()
                .filter_map(|e| e["item_type_id"].as_str())
                .collect();
            let mut due: Vec<&str> = known.titles.iter().map(String::as_str).collect();
            let more = known.perhaps.as_deref().filter(|perhaps| *perhaps == title);
            due.extend(more);
            assert_eq!(due.last(), Some(&title), "ticket {id}");
            // The first title came with the creation, whose event has no value.
            due[0] = "";
            assert_eq!(events, due, "ticket {id}");
            assert_eq!(item["version"], due.len(), "ticket {id}");
        }
        self.looked_at.extend(self.record.keys().copied());
    }
}

/// Makes tickets, and changes some of them, until the server ends or it is over.
fn write(address: &str, key: &str, name: &str, over: &AtomicBool) -> Record {
    let mut record = Record::new();
    let Ok(mut client) = Client::new(address, key) else { return record };
    for n in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let title = format!("crash {name}n{n}");
        let Some(made) =
            answered(client.send("POST", "/ticket", &json!({"title": title, "tags": ["crash"]})))
        else {
            break;
        };
        let Some(made) = made else { continue };
        let id = made["ticketID"].as_i64().expect("an id");
        record.insert(id, Known { titles: vec![title.clone()], perhaps: None });
        if n % 3 != 0 {
            continue;
        }
        let later = format!("{title} later");
        let put = answered(client.send("PUT", &format!("/ticket/{id}"), &json!({"title": later})));
        let known = record.get_mut(&id).expect("a ticket");
        match put {
            Some(Some(_)) => known.titles.push(later),
            other => {
                known.perhaps = Some(later);
                if other.is_none() {
                    break;
                }
            }
        }
    }
    record
}

/// `None` if the connection ended; `Some(None)` if the server had no time.
fn answered(answer: std::io::Result<(u16, serde_json::Value)>) -> Option<Option<serde_json::Value>> {
    match answer {
        Err(_) => None,
        Ok((200, json)) => Some(Some(json)),
        Ok((503, _)) => Some(None),
        Ok((status, json)) => panic!("{status} {json}"),
    }
}
