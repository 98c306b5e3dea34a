//! Brings the tables to the program's version: numbered steps, each in a transaction of its own that
//! also records it, under a lock that lets several processes start at once.
//!
//! Own lines because the kept runners pin older releases of the SQLite driver and would decide its
//! version for us. Knows no engine: it works through [`Tx`] and a [`Locked`] connection.

use sha2::{Digest, Sha256};

use crate::bind;
use crate::error::{Error, Kind};
use crate::options::Engine;
use crate::tx::Tx;

/// One step of the schema, with its text for each engine.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the order, from 1. Never reused.
    pub number: u32,
    /// A short name, for people.
    pub name: &'static str,
    /// The statements for SQLite, each ended by a semicolon. Foreign keys are not enforced while they
    /// run (so tables can be rebuilt) but are checked before COMMIT.
    pub sqlite: &'static str,
    /// The statements for PostgreSQL, run as one batch: no `CONCURRENTLY`.
    pub postgres: &'static str,
}

impl Migration {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    fn checksum(&self, engine: Engine) -> String {
        Sha256::digest(self.text(engine).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What the runner needs of a connection.
pub(crate) trait Locked {
    /// Runs `job` in a read transaction.
    fn look<T>(&mut self, job: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error>;
    /// Runs `job` in a write transaction that no second process can be in, and commits if it is `Ok`.
    fn locked<T>(&mut self, job: impl FnMut(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error>;
}

struct Applied {
    number: i64,
    name: String,
    checksum: String,
}

/// Applies what is missing. Refuses a database from a newer program and changed texts.
pub(crate) fn migrate(connection: &mut impl Locked, migrations: &[Migration]) -> Result<(), Error> {
    if !migrations.is_sorted_by(|a, b| a.number < b.number) {
        return Err(Error::new(Kind::Engine, "the program's migrations are not in ascending order"));
    }
    // Without the lock first: a start with nothing to do must not wait for another's long write.
    if connection.look(|tx| pending(tx, migrations).map(|next| next.is_none()))? {
        return Ok(());
    }
    while connection.locked(|tx| step(tx, migrations))? {}
    Ok(())
}

/// Applies one missing migration; false if there was none.
fn step(tx: &mut Tx<'_>, migrations: &[Migration]) -> Result<bool, Error> {
    tx.batch(
        "CREATE TABLE IF NOT EXISTS schema_migration (
            number BIGINT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    )?;
    let Some(next) = pending(tx, migrations)? else { return Ok(false) };
    let engine = tx.engine();
    tx.batch(next.text(engine)).map_err(|error| {
        Error::new(error.kind(), format!("migration {} ({}): {error}", next.number, next.name))
            .with_source(error)
    })?;
    tx.exec(
        "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
        bind![i64::from(next.number), next.name, next.checksum(engine)],
    )?;
    Ok(true)
}

/// The first migration that the database lacks, after checking those that it has.
fn pending<'m>(tx: &mut Tx<'_>, migrations: &'m [Migration]) -> Result<Option<&'m Migration>, Error> {
    let engine = tx.engine();
    let applied = applied(tx)?;
    let newest = migrations.last().map_or(0, |migration| i64::from(migration.number));
    if let Some(last) = applied.last().filter(|last| last.number > newest) {
        return Err(Error::new(
            Kind::TooNew,
            format!(
                "the database was made by a newer version: it is at migration {} ({}), this program \
                 knows migrations up to {newest}; start the newer version, or restore a backup made \
                 before its first start",
                last.number, last.name
            ),
        ));
    }
    for done in &applied {
        let known = migrations.iter().find(|migration| i64::from(migration.number) == done.number);
        if known.is_none_or(|migration| migration.checksum(engine) != done.checksum) {
            return Err(Error::new(
                Kind::ChecksumMismatch,
                format!(
                    "migration {} ({}) was applied to this database with another text than this \
                     program has; use the version that made the database, or a released one",
                    done.number, done.name
                ),
            ));
        }
    }
    let at = applied.last().map_or(0, |last| last.number);
    let mut missing = migrations.iter().filter(|migration| {
        let number = i64::from(migration.number);
        applied.binary_search_by_key(&number, |done| done.number).is_err()
    });
    match missing.next() {
        Some(next) if i64::from(next.number) < at => Err(Error::new(
            Kind::ChecksumMismatch,
            format!(
                "migration {} ({}) is missing in a database that is already at {at}; use the version \
                 that made the database, or a released one",
                next.number, next.name
            ),
        )),
        next => Ok(next),
    }
}

fn applied(tx: &mut Tx<'_>) -> Result<Vec<Applied>, Error> {
    let exists = match tx.engine() {
        Engine::Sqlite => {
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'"
        }
        Engine::Postgres => "SELECT to_regclass('schema_migration') IS NOT NULL",
    };
    if tx.first(exists, bind![], |row| row.bool(0))? != Some(true) {
        return Ok(Vec::new());
    }
    tx.all("SELECT number, name, checksum FROM schema_migration ORDER BY number", bind![], |row| {
        Ok(Applied { number: row.int(0)?, name: row.str(1)?.into(), checksum: row.str(2)?.into() })
    })
}
