//! A transaction on a SQLite connection: statements from the connection's cache, parameters bound by
//! their number, and a memory of what the group around a job must know.
//!
//! The full-text index writes what is pending to its tables whenever a statement that may be undone begins. One row a
//! statement gives it as many small pieces to merge; so its rows wait for the end of the group, and go in together.

use std::cell::Cell;
use std::ops::ControlFlow;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, StatementStatus};

use crate::error::{Error, Kind};
use crate::row::{self, Row};
use crate::sqlite_error::{explain, explain_run};
use crate::value::Value;

/// The driver's row.
pub(crate) type DriverRow<'r> = rusqlite::Row<'r>;

/// One job's view of a connection.
pub(crate) struct Session<'c> {
    connection: &'c Connection,
    /// The steps of statements, for `Stats::steps`.
    steps: &'c Cell<u64>,
    written: bool,
    lost: Option<Error>,
    /// `written` and the number of rows that wait, as they were when each open savepoint began.
    savepoints: Vec<(bool, usize)>,
    /// Rows that wait for the commit; `None` where there is nobody to write them then.
    late: Option<Vec<LateRow>>,
}

/// A row that is inserted before the commit.
pub(crate) struct LateRow {
    head: &'static str,
    values: Vec<Value<'static>>,
}

/// How many late rows go into one statement at the most; a power of two.
const LATE_TOGETHER: usize = 64;

impl<'c> Session<'c> {
    pub(crate) fn new(connection: &'c Connection, steps: &'c Cell<u64>) -> Session<'c> {
        Session { connection, steps, written: false, lost: None, savepoints: Vec::new(), late: None }
    }

    /// Leaves late rows to whoever commits.
    pub(crate) fn with_late(mut self) -> Session<'c> {
        self.late = Some(Vec::new());
        self
    }

    /// The rows that are still to be written before the commit.
    pub(crate) fn take_late(&mut self) -> Vec<LateRow> {
        self.late.take().unwrap_or_default()
    }

    /// Keeps a row for the commit.
    pub(crate) fn insert_late(
        &mut self,
        head: &'static str,
        values: Vec<Value<'static>>,
    ) -> Result<(), Error> {
        match &mut self.late {
            Some(late) => late.push(LateRow { head, values }),
            None => {
                self.exec(&insert(head, values.len(), 1), &values)?;
            }
        }
        Ok(())
    }

    /// Writes rows that waited, in their order, as many as possible in one statement.
    pub(crate) fn write_late(&mut self, mut late: Vec<LateRow>) -> Result<(), Error> {
        while let Some(LateRow { head, values }) = late.first() {
            let (head, width) = (*head, values.len());
            let alike = late
                .iter()
                .take(LATE_TOGETHER)
                .take_while(|row| row.head == head && row.values.len() == width);
            // Few texts, so that the cache of statements has them all.
            let count = 1 << alike.count().ilog2();
            let params: Vec<Value<'static>> = late.drain(..count).flat_map(|row| row.values).collect();
            self.exec(&insert(head, width, count), &params)?;
        }
        Ok(())
    }

    /// The job has changed something that is not undone yet.
    pub(crate) fn written(&self) -> bool {
        self.written
    }

    /// A statement met a full disk or an I/O error: the transaction cannot be trusted.
    pub(crate) fn take_lost(&mut self) -> Option<Error> {
        self.lost.take()
    }

    pub(crate) fn exec(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        let mut statement = self.prepare(sql, params)?;
        let writes = !statement.readonly();
        let result = if statement.column_count() == 0 {
            statement.raw_execute().map(|changed| changed as u64)
        } else {
            drain(&mut statement).map(|rows| if writes { self.connection.changes() } else { rows })
        };
        self.count(&mut statement);
        drop(statement);
        self.after(writes, result)
    }

    pub(crate) fn each<E: From<Error>>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut statement = self.prepare(sql, params)?;
        let writes = !statement.readonly();
        let mut rows = statement.raw_query();
        let result = loop {
            match rows.next() {
                Ok(Some(row)) => {
                    self.written |= writes;
                    match each(&Row(row::Inner::Sqlite(row))) {
                        Ok(ControlFlow::Continue(())) => {}
                        Ok(ControlFlow::Break(())) => break Ok(Ok(())),
                        Err(error) => break Ok(Err(error)),
                    }
                }
                Ok(None) => {
                    self.written |= writes;
                    break Ok(Ok(()));
                }
                Err(error) => break Err(error),
            }
        };
        drop(rows);
        self.count(&mut statement);
        drop(statement);
        match result {
            Ok(done) => done,
            Err(error) => self.after(writes, Err(error)).map_err(E::from),
        }
    }

    /// Counts the work of a statement, whichever way it ended.
    fn count(&mut self, statement: &mut CachedStatement<'_>) {
        let steps = u64::try_from(statement.reset_status(StatementStatus::VmStep)).unwrap_or(0);
        self.steps.set(self.steps.get() + steps);
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        let result = self.connection.execute_batch(sql);
        self.after(true, result)
    }

    /// Opens a savepoint inside the innermost one.
    pub(crate) fn save(&mut self) -> Result<(), Error> {
        let result = run(self.connection, "SAVEPOINT job");
        self.after(false, result)?;
        self.savepoints.push((self.written, self.late.as_ref().map_or(0, Vec::len)));
        Ok(())
    }

    /// Ends the innermost savepoint, keeping or undoing what was written since.
    pub(crate) fn unsave(&mut self, keep: bool) -> Result<(), Error> {
        let (written, waiting) = self.savepoints.pop().unwrap_or((true, 0));
        if !keep {
            let result = run(self.connection, "ROLLBACK TO job");
            self.after(false, result)?;
            self.written = written;
            if let Some(late) = &mut self.late {
                late.truncate(waiting);
            }
        }
        let result = run(self.connection, "RELEASE job");
        self.after(false, result)
    }

    fn prepare(&self, sql: &str, params: &[Value<'_>]) -> Result<CachedStatement<'c>, Error> {
        let mut statement = self.connection.prepare_cached(sql).map_err(explain)?;
        bind(&mut statement, params)?;
        Ok(statement)
    }

    /// Notes what a statement did to the transaction.
    fn after<T>(&mut self, writes: bool, result: rusqlite::Result<T>) -> Result<T, Error> {
        match result {
            Ok(value) => {
                self.written |= writes;
                Ok(value)
            }
            Err(error) => {
                // SQLite undoes a statement that a constraint refused; after any other failure of a
                // writing statement we do not want to know exactly.
                let refused = error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation);
                self.written |= writes && !refused;
                let error = explain_run(error);
                if matches!(error.kind(), Kind::DiskFull | Kind::Unavailable) {
                    self.lost = Some(error.again());
                }
                Err(error)
            }
        }
    }
}

/// The statement that inserts `count` rows of `width` values.
pub(crate) fn insert(head: &str, width: usize, count: usize) -> String {
    let row = |row: usize| {
        let values: Vec<String> = (1..=width).map(|n| format!("${}", row * width + n)).collect();
        format!("({})", values.join(", "))
    };
    format!("{head} VALUES {}", (0..count).map(row).collect::<Vec<_>>().join(", "))
}

/// Runs a parameterless statement from the cache.
pub(crate) fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

fn drain(statement: &mut CachedStatement<'_>) -> rusqlite::Result<u64> {
    let mut rows = statement.raw_query();
    let mut count = 0;
    while rows.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// Binds each parameter by the number in its name.
///
/// SQLite numbers `$n` by first appearance, so the position says nothing. A cast behind it belongs
/// to the name (`$1::bigint`), and makes a second parameter of the same number.
fn bind(statement: &mut CachedStatement<'_>, params: &[Value<'_>]) -> Result<(), Error> {
    let mut highest = 0;
    for position in 1..=statement.parameter_count() {
        let number = statement.parameter_name(position).map_or(0, number);
        let Some(value) = number.checked_sub(1).and_then(|index| params.get(index)) else {
            return Err(mismatch(number, params.len()));
        };
        highest = highest.max(number);
        statement.raw_bind_parameter(position, Bound(value)).map_err(explain)?;
    }
    if highest == params.len() { Ok(()) } else { Err(mismatch(highest, params.len())) }
}

#[cold]
fn mismatch(number: usize, given: usize) -> Error {
    Error::new(Kind::Engine, format!("a statement names parameter ${number} but {given} values were given"))
}

/// `$12` and `$12::bigint` are 12; a name that does not start so is 0.
fn number(name: &str) -> usize {
    let digits = name.as_bytes().get(1..).unwrap_or_default();
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number: usize, digit| number.saturating_mul(10).saturating_add(usize::from(digit - b'0')))
}

struct Bound<'a>(&'a Value<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

fn column<'r>(row: &'r DriverRow<'_>, index: usize, wanted: &str) -> Result<ValueRef<'r>, Error> {
    row.get_ref(index).map_err(|_| Error::column(index, wanted, "missing"))
}

#[cold]
fn other(index: usize, wanted: &str, found: ValueRef<'_>) -> Error {
    let found = match found {
        ValueRef::Null => "NULL",
        ValueRef::Integer(_) => "an integer",
        ValueRef::Real(_) => "a floating-point number",
        ValueRef::Text(_) => "a text",
        ValueRef::Blob(_) => "bytes",
    };
    Error::column(index, wanted, found)
}

pub(crate) fn opt_int(row: &DriverRow<'_>, index: usize) -> Result<Option<i64>, Error> {
    match column(row, index, "an integer")? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(value) => Ok(Some(value)),
        found => Err(other(index, "an integer", found)),
    }
}

pub(crate) fn opt_str<'r>(row: &'r DriverRow<'_>, index: usize) -> Result<Option<&'r str>, Error> {
    match column(row, index, "a text")? {
        ValueRef::Null => Ok(None),
        ValueRef::Text(value) => match str::from_utf8(value) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(Error::column(index, "a text", "not UTF-8")),
        },
        found => Err(other(index, "a text", found)),
    }
}

pub(crate) fn opt_blob<'r>(row: &'r DriverRow<'_>, index: usize) -> Result<Option<&'r [u8]>, Error> {
    match column(row, index, "bytes")? {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(value) => Ok(Some(value)),
        found => Err(other(index, "bytes", found)),
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_parameter_is_numbered_by_its_digits_and_a_cast_changes_nothing() {
        assert_eq!(number("$1"), 1);
        assert_eq!(number("?12"), 12);
        assert_eq!(number("$12::bigint"), 12);
        assert_eq!(number("$name"), 0);
        assert_eq!(number("$"), 0);
    }
}
