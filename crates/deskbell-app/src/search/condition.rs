//! What a query asks of a ticket, as SQL over a row `t`.

use deskbell_core::search::Clause;
use deskbell_db::Engine;

use super::{PLACES, sql};
use crate::statement::Statement;
use crate::ticket::list;

/// A condition on a ticket `t`, true or false and never unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of these.
    All(Vec<Condition>),
    /// One of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// An entry meets a clause.
    Words {
        /// As the engine is asked.
        text: String,
        /// Whether asking is costly, so that it is better done once for many tickets than for each.
        costly: bool,
    },
    /// A field passes one of these tests.
    Field(list::Clause),
}

/// Which tickets a statement looks at, which decides how words are looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    /// Some here and there: the index is asked for each.
    Each,
    /// Those from one id to another: the index is asked once for all.
    Window(i64, i64),
}

impl Condition {
    pub(crate) fn words(engine: Engine, clause: &Clause) -> Self {
        let text = match engine {
            Engine::Sqlite => clause.fts5(),
            Engine::Postgres => clause.tsquery(),
        };
        Self::Words { text, costly: engine == Engine::Sqlite && clause.has_prefix() }
    }

    /// Whether words are in it that should be asked for once for many tickets.
    pub(crate) fn is_costly(&self) -> bool {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().any(Self::is_costly),
            Self::Not(of) => of.is_costly(),
            Self::Words { costly, .. } => *costly,
            _ => false,
        }
    }

    pub(crate) fn append(&self, engine: Engine, reach: Reach, statement: &mut Statement) {
        match self {
            Self::All(of) => joined(of, AND, engine, reach, statement),
            Self::Any(of) => joined(of, OR, engine, reach, statement),
            Self::Not(of) => {
                statement.push("NOT (");
                of.append(engine, reach, statement);
                statement.push(")");
            }
            Self::Words { text, .. } => words(engine, text, reach, statement),
            Self::Field(clause) => clause.push(engine, statement),
        }
    }
}

const AND: &str = " AND ";
const OR: &str = " OR ";

fn joined(of: &[Condition], joint: &str, engine: Engine, reach: Reach, statement: &mut Statement) {
    if of.is_empty() {
        statement.push(if joint == OR { "1 = 0" } else { "1 = 1" });
        return;
    }
    statement.push("(");
    for (n, condition) in of.iter().enumerate() {
        statement.push(if n > 0 { joint } else { "" });
        condition.append(engine, reach, statement);
    }
    statement.push(")");
}

fn words(engine: Engine, text: &str, reach: Reach, statement: &mut Statement) {
    match (engine, reach) {
        (Engine::Sqlite, Reach::Each) => {
            statement.push(sql::SQLITE_HAS).bind(text.to_owned()).push(sql::SQLITE_HAS_HERE);
        }
        (Engine::Sqlite, Reach::Window(low, high)) => {
            statement.push(sql::SQLITE_AMONG).bind(text.to_owned()).push(sql::SQLITE_AMONG_FROM);
            statement.bind(low.saturating_mul(PLACES)).push(" AND ");
            statement.bind(high.saturating_mul(PLACES).saturating_add(PLACES - 1)).push(")");
        }
        (Engine::Postgres, Reach::Each) => {
            statement.push(sql::POSTGRES_HAS).bind(text.to_owned()).push(sql::POSTGRES_QUERY).push(")");
        }
        (Engine::Postgres, Reach::Window(low, high)) => {
            statement.push(sql::POSTGRES_AMONG).bind(text.to_owned()).push(sql::POSTGRES_QUERY);
            statement.push(sql::POSTGRES_AMONG_FROM).bind(low).push(" AND ").bind(high).push(")");
        }
    }
}
