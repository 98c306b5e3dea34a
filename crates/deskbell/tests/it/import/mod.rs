//! Import: what becomes of files, good and bad, on both engines.

mod dates;
mod files;
mod fits;
mod repeat;

use std::fs;
use std::path::PathBuf;

use deskbell_app::import::{self, Failure, Map, Notice, Options, Summary, Totals};
use serde_json::Value;

use crate::harness::TestDesk;

/// A folder with a map, and the desk to import into.
pub(crate) struct Importer {
    pub(crate) desk: TestDesk,
    pub(crate) folder: tempfile::TempDir,
    map: String,
    pub(crate) dry_run: bool,
}

/// What an import came to.
pub(crate) struct Done {
    pub(crate) summary: Summary,
    /// Line and reason of each refused record.
    pub(crate) refused: Vec<(u64, String)>,
}

impl Importer {
    pub(crate) fn new(desk: TestDesk, map: &str) -> Self {
        Self { desk, folder: tempfile::tempdir().expect("a folder"), map: map.to_owned(), dry_run: false }
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("a file");
        path
    }

    /// The content of a file in the folder.
    pub(crate) fn content(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("a file")
    }

    /// Imports a file that is there.
    pub(crate) fn again(&self, name: &str) -> Result<Done, String> {
        let map = Map::parse(&self.map)?;
        let options = Options { dry_run: self.dry_run, rejects: None };
        let mut refused = Vec::new();
        let path = self.folder.path().join(name);
        let summary = import::run(&self.desk.desk, map, &path, &options, &mut |notice| {
            if let Notice::Rejected { line, reason } = notice {
                refused.push((line, reason.to_owned()));
            }
        });
        match summary {
            Ok(summary) => Ok(Done { summary, refused }),
            Err(Failure::Refused(why)) => Err(why),
            Err(failure) => panic!("{failure}"),
        }
    }

    /// Writes a file and imports it.
    pub(crate) fn import(&self, name: &str, content: impl AsRef<[u8]>) -> Result<Done, String> {
        self.file(name, content);
        self.again(name)
    }

    /// The same, where the file fits the map.
    #[track_caller]
    pub(crate) fn good(&self, name: &str, content: impl AsRef<[u8]>) -> Done {
        self.import(name, content).expect("a file that fits")
    }

    /// The stored totals, and how many records are in, at one moment.
    pub(crate) fn totals(&self) -> (Totals, u64) {
        let system = std::sync::Arc::new(deskbell_core::Actor::system());
        let read = |tx: &mut deskbell_db::Tx<'_>, _: &deskbell_core::Actor| {
            let records = tx.first("SELECT count(*) FROM import_record", &[], |row| row.int(0))?;
            Ok((import::totals(tx)?, records.unwrap_or_default().unsigned_abs()))
        };
        self.desk.desk.read_blocking(deskbell_db::Lane::List, &system, read).expect("totals")
    }

    /// All tickets, by id.
    pub(crate) fn tickets(&self) -> Vec<Value> {
        let list = self.desk.admin().get("/ticket?itemLimit=9999&sort=id&order=asc").expect(200);
        list["items"].as_array().expect("items").clone()
    }

    /// One field of all tickets, by id.
    pub(crate) fn all(&self, field: &str) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.tickets().iter().map(|ticket| text(&ticket[field])).collect()
    }

    /// That the check of the data finds nothing.
    #[track_caller]
    pub(crate) fn verify(&self) {
        let (totals, records) = self.totals();
        assert_eq!(totals.imported, records, "what is counted is what is in");
        let report = deskbell_app::verify::run(&self.desk.desk, &mut |_, _, _| {}).expect("a report");
        assert!(report.good, "{:?}", report.problems);
    }
}

impl Done {
    /// Imported, there already, rejected, blank.
    pub(crate) fn counts(&self) -> [u64; 4] {
        let s = &self.summary;
        assert_eq!(s.rows, s.imported + s.already + s.rejected + s.blank + s.left_out);
        [s.imported, s.already, s.rejected, s.blank]
    }
}
