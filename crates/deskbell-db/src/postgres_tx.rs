//! A transaction on a PostgreSQL connection. BEGIN goes out with the first statement; what the
//! failures of its statements mean for the whole job is remembered, whatever the job returns.

use std::ops::ControlFlow;
use std::pin::pin;

use futures_util::TryStreamExt;
use tokio::runtime::Runtime;

use crate::error::{Error, Kind};
use crate::postgres::{Access, Link};
use crate::postgres_error::{Remedy, explain};
use crate::row::{self, Row};
use crate::value::Value;

/// One job's view of a connection.
pub(crate) struct Session<'c> {
    runtime: &'c Runtime,
    link: &'c mut Link,
    access: Access,
    begun: bool,
    /// A statement failed: the server refuses everything until a rollback.
    aborted: bool,
    remedy: Remedy,
    savepoints: Vec<bool>,
}

/// What a session knows when its job has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    pub(crate) begun: bool,
    pub(crate) aborted: bool,
    pub(crate) remedy: Remedy,
}

impl<'c> Session<'c> {
    pub(crate) fn new(runtime: &'c Runtime, link: &'c mut Link, access: Access) -> Session<'c> {
        let remedy = Remedy::None;
        Session { runtime, link, access, begun: false, aborted: false, remedy, savepoints: Vec::new() }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        Verdict { begun: self.begun, aborted: self.aborted, remedy: self.remedy }
    }

    pub(crate) fn slot(&self) -> i64 {
        self.link.slot
    }

    pub(crate) fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        let begin = self.begin()?;
        let result = self.runtime.block_on(async {
            let mut rows = pin!(self.link.start(begin, sql, params).await?);
            while rows.try_next().await?.is_some() {}
            Ok(rows.rows_affected().unwrap_or(0))
        });
        self.after(result)
    }

    pub(crate) fn each<E: From<Error>>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let begin = self.begin()?;
        let mut own = None;
        let result = self.runtime.block_on(async {
            let mut rows = pin!(self.link.start(begin, sql, params).await?);
            while let Some(row) = rows.try_next().await? {
                match each(&Row(row::Inner::Postgres(&row))) {
                    Ok(ControlFlow::Continue(())) => continue,
                    Ok(ControlFlow::Break(())) => {}
                    Err(error) => own = Some(error),
                }
                // A failure behind the rows that were looked at must not be missed by a writer.
                while self.access == Access::Write && rows.try_next().await?.is_some() {}
                break;
            }
            Ok(())
        });
        self.after(result)?;
        own.map_or(Ok(()), Err)
    }

    /// Runs statements without parameters and without answers.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        let text = match self.begin()? {
            Some((begin, _)) => format!("{begin}; {sql}"),
            None => sql.to_owned(),
        };
        let result = self.runtime.block_on(self.link.client.batch_execute(&text));
        self.after(result)
    }

    /// Opens a savepoint inside the innermost one.
    pub(crate) fn save(&mut self) -> Result<(), Error> {
        self.batch("SAVEPOINT job")?;
        self.savepoints.push(self.aborted);
        Ok(())
    }

    /// Ends the innermost savepoint, keeping or undoing what was written since.
    pub(crate) fn unsave(&mut self, keep: bool) -> Result<(), Error> {
        let before = self.savepoints.pop().unwrap_or(true);
        if keep {
            return self.batch("RELEASE SAVEPOINT job");
        }
        self.batch("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")?;
        self.aborted = before;
        Ok(())
    }

    /// The BEGIN that the next message must bring, if none was sent yet.
    fn begin(&mut self) -> Result<Option<(String, Access)>, Error> {
        if self.remedy == Remedy::Reconnect {
            return Err(Error::new(Kind::Unavailable, "the connection to PostgreSQL was lost"));
        }
        if self.begun {
            return Ok(None);
        }
        self.begun = true;
        Ok(Some((self.link.beginning(self.access), self.access)))
    }

    /// Notes what a statement did to the transaction.
    fn after<T>(&mut self, result: Result<T, tokio_postgres::Error>) -> Result<T, Error> {
        result.map_err(|error| {
            let (error, remedy) = explain(error);
            self.aborted = true;
            if self.link.client.is_closed() {
                self.remedy = Remedy::Reconnect;
            } else if remedy != Remedy::None && self.remedy != Remedy::Reconnect {
                self.remedy = remedy;
            }
            error
        })
    }
}
