//! The reading thread: rows of the file become records that can be written, refusals, or nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use deskbell_db::Engine;
use sha2::{Digest, Sha256};

use super::map::Map;
use super::record::{self, Incoming, Mapped};
use super::rows::{Row, Rows};
use super::template::Values;

/// What the writing thread is told, in the order of the file.
pub(super) enum Step {
    /// A record, and its bytes.
    Record(Box<Incoming>, Vec<u8>),
    /// A record that cannot go in: its line, why, and its bytes.
    Refused(u64, String, Vec<u8>),
    /// A row without content.
    Blank,
    /// A record that the map leaves out.
    LeftOut,
    /// How many bytes of the file are behind.
    At(u64),
    /// The file could not be read on.
    Broken(std::io::Error),
}

/// How many rows lie between two reports of the place.
const REPORT: u32 = 256;

/// Reads to the end, or until nobody listens.
pub(super) fn read(map: &Arc<Map>, engine: Engine, mut rows: Rows, steps: &SyncSender<Step>) {
    let mut seen = Seen::default();
    let mut count = 0;
    loop {
        let step = match rows.next() {
            Ok(None) => break,
            Ok(Some(row)) => step(map, engine, &mut seen, row),
            Err(error) => {
                let _ = steps.send(Step::Broken(error));
                return;
            }
        };
        if steps.send(step).is_err() {
            return;
        }
        count += 1;
        if count % REPORT == 0 && steps.send(Step::At(rows.bytes())).is_err() {
            return;
        }
    }
    let _ = steps.send(Step::At(rows.bytes()));
}

fn step(map: &Map, engine: Engine, seen: &mut Seen, row: Row) -> Step {
    let (values, raw) = match row {
        Row::Blank => return Step::Blank,
        Row::Bad(line, why, raw) => return Step::Refused(line, why, raw),
        Row::Record(values, raw) => (values, raw),
    };
    let first = seen.first(map, &values);
    match record::map(map, engine, &values) {
        Mapped::LeftOut => Step::LeftOut,
        Mapped::Refused(why) => Step::Refused(values.line, why, raw),
        Mapped::Ready(incoming) => match first {
            Some(first) => {
                let why = format!("the id {} stands on line {first} already", record::shown(&incoming.id));
                Step::Refused(values.line, why, raw)
            }
            None => Step::Record(incoming, raw),
        },
    }
}

/// On which line each id stood first. Ids are kept as half a SHA-256, so that a large file needs little memory.
#[derive(Default)]
struct Seen(HashMap<[u8; 16], u64>);

impl Seen {
    /// The earlier line with the same id, whatever became of its record.
    fn first(&mut self, map: &Map, values: &Values) -> Option<u64> {
        let id = record::id(map, values);
        if id.is_empty() {
            return None;
        }
        let mut half = [0u8; 16];
        half.copy_from_slice(&Sha256::digest(id)[..16]);
        match self.0.entry(half) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(values.line);
                None
            }
        }
    }
}
