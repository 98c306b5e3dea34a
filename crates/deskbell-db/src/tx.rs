//! The transaction as jobs see it: statements, rows, savepoints. Knows which engine it runs on and
//! hands each call to it.

use std::ops::ControlFlow;

use crate::error::Error;
use crate::options::Engine;
use crate::row::Row;
use crate::value::Value;
use crate::{postgres_tx, sqlite_tx};

/// A running transaction.
///
/// One SQL text serves both engines: parameters are `$1`, `$2`, … bound by their number, in any
/// order, as often as needed. A cast directly behind a parameter (`$1::bigint`) is understood by
/// PostgreSQL and ignored by SQLite. There must be exactly as many values as the highest number.
///
/// **A failed statement ends a PostgreSQL transaction**: unless it ran inside [`Tx::savepoint`],
/// every later statement fails too, and a job that carries on and returns `Ok` is answered with an
/// error. Use `ON CONFLICT`, or a savepoint, for what may fail.
pub struct Tx<'c>(pub(crate) Inner<'c>);

pub(crate) enum Inner<'c> {
    Sqlite(sqlite_tx::Session<'c>),
    Postgres(postgres_tx::Session<'c>),
}

macro_rules! each_engine {
    ($self:ident, $session:ident => $call:expr) => {
        match &mut $self.0 {
            Inner::Sqlite($session) => $call,
            Inner::Postgres($session) => $call,
        }
    };
}

impl Tx<'_> {
    /// Which engine the transaction runs on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.0 {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs one statement and returns how many rows it changed.
    ///
    /// # Errors
    /// Whatever the database says; see [`Kind`](crate::Kind).
    pub fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        each_engine!(self, session => session.exec(sql, params))
    }

    /// Runs one statement and maps every row. Give it a LIMIT: all results are held in memory.
    ///
    /// # Errors
    /// Whatever the database or `map` says.
    pub fn all<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        self.each(sql, params, |row| {
            rows.push(map(row)?);
            Ok::<_, Error>(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Runs one statement and maps its first row, if there is one. On PostgreSQL the others are
    /// made and thrown away: say `LIMIT 1` where there may be many.
    ///
    /// # Errors
    /// Whatever the database or `map` says.
    pub fn first<T>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut found = None;
        self.each(sql, params, |row| {
            found = Some(map(row)?);
            Ok::<_, Error>(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Runs one statement and hands each row to `each` as it comes; `Break` stops early.
    ///
    /// A statement that writes (`… RETURNING`) has written all its rows even when stopped early.
    ///
    /// # Errors
    /// Whatever the database or `each` says.
    pub fn each<E: From<Error>>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        each: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        each_engine!(self, session => session.each(sql, params, each))
    }

    /// Runs `job` inside a savepoint: if it returns `Err`, what it wrote is undone and the
    /// transaction goes on. Savepoints nest.
    ///
    /// A job whose writes were all undone this way counts as one that wrote nothing.
    ///
    /// # Errors
    /// What `job` returned, or what the database said about the savepoint itself.
    pub fn savepoint<T, E: From<Error>>(
        &mut self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        each_engine!(self, session => session.save())?;
        let result = job(self);
        let kept = each_engine!(self, session => session.unsave(result.is_ok()));
        match (result, kept) {
            (Ok(value), Ok(())) => Ok(value),
            (Ok(_), Err(error)) => Err(error.into()),
            // The first failure says more than that of the undoing, which the engine remembers.
            (Err(error), _) => Err(error),
        }
    }

    /// Inserts a row (`head` is the statement up to `VALUES`) at some time before the commit: nothing in the transaction
    /// may ask for it. Rows come in the order of these calls. A savepoint that is undone takes its rows along, and if one
    /// cannot be written, the transaction is undone.
    ///
    /// On SQLite the rows of all jobs of a group go together, which its full-text index takes much faster.
    ///
    /// # Errors
    /// Where the row is inserted at once, whatever the database says.
    pub fn insert_late(&mut self, head: &'static str, values: Vec<Value<'static>>) -> Result<(), Error> {
        match &mut self.0 {
            Inner::Sqlite(session) => session.insert_late(head, values),
            Inner::Postgres(session) => {
                session.exec(&sqlite_tx::insert(head, values.len(), 1), &values).map(drop)
            }
        }
    }

    /// Which of 256 counter rows this transaction should add to: 0 on SQLite, a number of the
    /// connection on PostgreSQL, so that writers on different connections rarely meet in one row.
    #[must_use]
    pub fn counter_slot(&self) -> i64 {
        match &self.0 {
            Inner::Sqlite(_) => 0,
            Inner::Postgres(session) => session.slot(),
        }
    }

    /// Runs several statements without parameters: migrations only.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        each_engine!(self, session => session.batch(sql))
    }
}
