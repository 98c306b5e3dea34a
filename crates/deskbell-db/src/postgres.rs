//! One PostgreSQL connection, owned by one thread: how it is made and checked, its prepared
//! statements, and how a transaction's BEGIN travels with its first statement.
//!
//! The asynchronous driver runs on a small runtime of the thread, so that two messages can be under
//! way at once: BEGIN costs no round trip of its own. Sessions are read-only unless a BEGIN says READ
//! WRITE, so a statement that outlives a failed BEGIN cannot write by itself.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::{Client, RowStream, SimpleQueryMessage, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Kind};
use crate::options::Options;
use crate::postgres_error::explain_connect;
use crate::postgres_row::Param;
use crate::postgres_url::{Target, parse};
use crate::value::Value;

/// Statements kept per connection. When there are more, all are forgotten: that many texts mean
/// that something builds them.
const STATEMENTS: usize = 512;
/// The oldest version that is tested and supported: 14.
const OLDEST: u32 = 140_000;

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Everything that a thread needs to connect.
pub(crate) struct Dialer {
    target: Target,
    tls: MakeRustlsConnect,
    statement_timeout: Duration,
}

/// A living connection.
pub(crate) struct Link {
    pub(crate) client: Client,
    statements: HashMap<Box<str>, Statement>,
    dialer: Arc<Dialer>,
    /// `pg_backend_pid() & 255`.
    pub(crate) slot: i64,
    /// A read transaction whose answer is given but whose end was not sent yet.
    ended: bool,
}

impl Dialer {
    pub(crate) fn new(url: &str, options: &Options) -> Result<Dialer, Error> {
        let target = parse(url, options)?;
        let tls = crate::postgres_tls::connector(&target.trust)?;
        Ok(Dialer { target, tls, statement_timeout: options.statement_timeout })
    }

    /// The time limits, as statements for the session or (`SET LOCAL`) for one transaction.
    fn limits(&self, set: &str) -> String {
        let limit = self.statement_timeout.as_millis().clamp(1, 2_147_000_000);
        // A job computes between its statements; a thread that hangs must not hold locks forever.
        let idle = (limit + 30_000).min(2_147_000_000);
        format!("{set} statement_timeout = {limit}; {set} idle_in_transaction_session_timeout = {idle}")
    }

    /// Makes one connection and checks that the server will do. `true` with an error: trying again
    /// may help.
    pub(crate) fn dial(self: &Arc<Dialer>, runtime: &Runtime) -> Result<Link, (Error, bool)> {
        runtime.block_on(async {
            let connecting = self.target.config.connect(self.tls.clone());
            let limit = self.target.config.get_connect_timeout().copied();
            let connected = match tokio::time::timeout(limit.unwrap_or(Duration::MAX), connecting).await {
                Ok(connected) => connected.map_err(explain_connect)?,
                Err(_) => {
                    let text = "PostgreSQL does not answer in time; see whether the server is up";
                    return Err((Error::new(Kind::Unavailable, text), true));
                }
            };
            let (client, connection) = connected;
            tokio::spawn(async move {
                // How the connection ended is told to whoever waits for an answer on it.
                let _ = connection.await;
            });
            let slot = self.check(&client).await?;
            Ok(Link { client, statements: HashMap::new(), dialer: Arc::clone(self), slot, ended: false })
        })
    }

    async fn check(&self, client: &Client) -> Result<i64, (Error, bool)> {
        if self.target.prepared {
            // Pages of lists are found along indexes, whose pages are in memory or on a disk that seeks fast; many callers
            // share the cores, so that one statement should not take several.
            let session = format!(
                "{}; SET default_transaction_read_only = on; SET client_min_messages = warning; SET jit = off; \
                 SET random_page_cost = 1.1; SET max_parallel_workers_per_gather = 0",
                self.limits("SET")
            );
            client.batch_execute(&session).await.map_err(explain_connect)?;
        }
        let sql = "SELECT pg_backend_pid() & 255, current_setting('server_version_num'), \
                   current_setting('server_version'), current_setting('server_encoding'), \
                   pg_is_in_recovery()::int, current_schema()";
        let answer = client.simple_query(sql).await.map_err(explain_connect)?;
        let row = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let text = |index| row.and_then(|row| row.get(index)).unwrap_or_default();
        let refused = |kind, text: String, passing| Err((Error::new(kind, text), passing));
        if text(1).parse::<u32>().is_ok_and(|version| version < OLDEST) {
            let found = text(2);
            return refused(
                Kind::Engine,
                format!("PostgreSQL {found} is too old; 14 is the oldest that works"),
                false,
            );
        }
        if text(3) != "UTF8" {
            let found = text(3);
            return refused(
                Kind::Engine,
                format!("the database's encoding is {found}; make it with ENCODING 'UTF8'"),
                false,
            );
        }
        if text(4) == "1" {
            let text = "the PostgreSQL server is a standby and takes no writes; name the primary in the URL";
            return refused(Kind::Unavailable, text.into(), true);
        }
        if text(5).is_empty() {
            let text =
                "the database user has no schema to work in; GRANT USAGE, CREATE ON SCHEMA public to it";
            return refused(Kind::Rights, text.into(), false);
        }
        Ok(text(0).parse().unwrap_or(0))
    }
}

impl Link {
    /// The statements that begin a transaction, after ending the one that was left open.
    pub(crate) fn beginning(&mut self, access: Access) -> String {
        let mut text = String::from(if std::mem::take(&mut self.ended) { "COMMIT; " } else { "" });
        text.push_str(match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        });
        if !self.dialer.target.prepared {
            // Behind a pooler the session is not ours; the limits go with the transaction.
            text.push_str("; ");
            text.push_str(&self.dialer.limits("SET LOCAL"));
        }
        text
    }

    /// Leaves the end of an answered read transaction to the next message.
    pub(crate) fn end_later(&mut self) {
        self.ended = true;
    }

    /// Sends that end now, if it is due.
    pub(crate) async fn end_now(&mut self) -> Result<(), tokio_postgres::Error> {
        if std::mem::take(&mut self.ended) { self.client.batch_execute("COMMIT").await } else { Ok(()) }
    }

    /// Forgets all prepared statements.
    pub(crate) fn forget(&mut self) {
        self.statements.clear();
    }

    /// Starts a statement, behind a BEGIN if one is given.
    pub(crate) async fn start(
        &mut self,
        begin: Option<(String, Access)>,
        sql: &str,
        params: &[Value<'_>],
    ) -> Result<RowStream, tokio_postgres::Error> {
        let client = &self.client;
        if !self.dialer.target.prepared {
            let typed = params.iter().map(|value| {
                let param = Param(value);
                let ty = param.announced();
                (param, ty)
            });
            return match begin {
                // No read-only default guards this session: the write waits until BEGIN has held.
                Some((begin, Access::Write)) => {
                    client.batch_execute(&begin).await?;
                    client.query_typed_raw(sql, typed).await
                }
                begin => behind(client, begin, client.query_typed_raw(sql, typed)).await,
            };
        }
        if let Some(statement) = self.statements.get(sql) {
            return behind(client, begin, client.query_raw(statement, params.iter().map(Param))).await;
        }
        let statement = behind(client, begin, client.prepare(sql)).await?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        let stream = client.query_raw(&statement, params.iter().map(Param)).await;
        self.statements.insert(sql.into(), statement);
        stream
    }
}

/// Sends BEGIN and `next` together and waits for both.
async fn behind<T>(
    client: &Client,
    begin: Option<(String, Access)>,
    next: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, tokio_postgres::Error> {
    let Some((begin, _)) = begin else { return next.await };
    // The driver sends at the first poll, so this order is the order on the wire.
    let (began, next) = tokio::join!(biased; client.batch_execute(&begin), next);
    began?;
    next
}
