//! A look at everything that a store holds, past all use cases: for tests of what is left behind, or must not be.

use std::collections::BTreeMap;

use deskbell_db::{Engine, Error, Store, Tx, Urgency};

use crate::harness::Place;

/// Rows by table, in no order of their own.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// A store of its own over a desk's place.
pub(crate) struct Probe {
    store: Store,
}

impl Probe {
    pub(crate) fn new(place: &Place) -> Self {
        let store = place.open();
        if store.engine() == Engine::Sqlite {
            let words =
                "CREATE VIRTUAL TABLE temp.all_words USING fts5vocab('main', 'search_fts', 'instance')";
            run(&store, move |tx| tx.exec(words, &[]).map(|_| ()));
        }
        Self { store }
    }

    pub(crate) fn engine(&self) -> Engine {
        self.store.engine()
    }

    /// Every row of every table, and every word of the search index with its place.
    pub(crate) fn dump(&self) -> Dump {
        run(&self.store, |tx| {
            let mut dump = Dump::new();
            for table in texts(tx, tables(tx.engine()))? {
                let select = select(tx, &table)?;
                let mut rows = texts(tx, &select)?;
                rows.sort_unstable();
                dump.insert(table, rows);
            }
            if tx.engine() == Engine::Sqlite {
                let words = "SELECT term || ' ' || doc || ' ' || offset FROM temp.all_words ORDER BY 1";
                dump.insert("search_fts".into(), texts(tx, words)?);
            }
            Ok(dump)
        })
    }

    /// Runs a statement.
    pub(crate) fn exec(&self, sql: &str) {
        let sql = sql.to_owned();
        run(&self.store, move |tx| tx.exec(&sql, &[]).map(|_| ()));
    }

    /// Rows of whole numbers.
    pub(crate) fn numbers<const N: usize>(&self, sql: &str) -> Vec<[i64; N]> {
        let sql = sql.to_owned();
        run(&self.store, move |tx| {
            tx.all(&sql, &[], |row| {
                let mut numbers = [0; N];
                for (n, number) in numbers.iter_mut().enumerate() {
                    *number = row.int(n)?;
                }
                Ok(numbers)
            })
        })
    }

    /// Rows of one text.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        let sql = sql.to_owned();
        run(&self.store, move |tx| texts(tx, &sql))
    }

    /// The one number that a statement finds.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.numbers::<1>(sql)[0][0]
    }

    /// Makes every change of the ticket in this table fail, until `mend`: as a disk or a defect would.
    pub(crate) fn break_table(&self, table: &str, event: &str, when: &str) {
        match self.engine() {
            Engine::Sqlite => self.exec(&format!(
                "CREATE TRIGGER broken BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )),
            Engine::Postgres => {
                self.exec(
                    "CREATE OR REPLACE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS \
                     $$ BEGIN RAISE EXCEPTION 'broken'; END $$",
                );
                self.exec(&format!(
                    "CREATE TRIGGER broken BEFORE {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION break_it()"
                ));
            }
        }
    }

    /// Takes back `break_table`.
    pub(crate) fn mend(&self, table: &str) {
        match self.engine() {
            Engine::Sqlite => self.exec("DROP TRIGGER broken"),
            Engine::Postgres => self.exec(&format!("DROP TRIGGER broken ON {table}")),
        }
    }

    /// That the kept counters are what a count of the tickets gives.
    #[track_caller]
    pub(crate) fn counters_hold(&self) {
        let differences =
            self.store.read_blocking(deskbell_db::Lane::Slow, deskbell_app::ticket::counters::verify);
        assert_eq!(differences.expect("a look"), []);
    }

    /// That the versions of all tickets, and the journal, tell of the same number of writes.
    #[track_caller]
    pub(crate) fn versions_hold(&self) {
        let wrong = self.numbers::<3>(
            "SELECT t.id, t.version, CAST(COUNT(DISTINCT j.batch_id) AS BIGINT) FROM ticket t \
             LEFT JOIN journal j ON j.ticket_id = t.id \
             GROUP BY t.id, t.version HAVING t.version <> COUNT(DISTINCT j.batch_id)",
        );
        assert_eq!(wrong, [[0i64; 3]; 0], "ticket, its version, how many writes its journal knows");
    }
}

fn run<T: Send + 'static>(
    store: &Store,
    job: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> T {
    store.write_blocking(Urgency::Interactive, job).expect("a statement")
}

fn texts(tx: &mut Tx<'_>, sql: &str) -> Result<Vec<String>, Error> {
    tx.all(sql, &[], |row| row.str(0).map(str::to_owned))
}

fn tables(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_fts%' ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        }
    }
}

fn select(tx: &mut Tx<'_>, table: &str) -> Result<String, Error> {
    if tx.engine() == Engine::Postgres {
        return Ok(format!("SELECT CAST(t AS TEXT) FROM \"{table}\" t"));
    }
    let columns = texts(tx, &format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"))?;
    let columns: Vec<String> = columns.iter().map(|c| format!("'{c}=' || quote(\"{c}\")")).collect();
    Ok(format!("SELECT {} FROM \"{table}\"", columns.join(" || ' ' || ")))
}
