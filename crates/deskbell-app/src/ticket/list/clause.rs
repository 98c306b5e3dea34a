//! Tests of tickets, as views and the fields of queries are made of. A clause holds if any of its tests does; a list asks for
//! all its clauses. What a filter of the list says as well becomes one, so that it is found by the same indexes.
//!
//! Texts compare without the case of A to Z, which both engines know alike.

use deskbell_core::{Direction, Priority, Scope, Status, Timestamp};
use deskbell_db::Engine;

use super::Filter;
use crate::statement::Statement;
use crate::ticket::load::in_scope;
use crate::ticket::{edit, sql};

/// Tests of which one must hold. None at all never hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clause(pub Vec<Test>);

impl Clause {
    /// What no ticket meets.
    pub fn never() -> Self {
        Self(Vec::new())
    }

    /// The filter that says the same, where there is one.
    fn as_filter(&self) -> Option<Filter> {
        match &self.0[..] {
            [Test::Within(column, from, to)] => {
                let (from, to) = (from.map(Timestamp), to.map(Timestamp));
                match *column {
                    "t.created_at" => {
                        Some(Filter { created_from: from, created_to: to, ..Filter::default() })
                    }
                    "t.last_update" => {
                        Some(Filter { updated_from: from, updated_to: to, ..Filter::default() })
                    }
                    _ => None,
                }
            }
            [Test::Tagged(tags, true)] if !tags.is_empty() => {
                Some(Filter { tags: tags.clone(), ..Filter::default() })
            }
            [Test::Attached] => Some(Filter { files: true, ..Filter::default() }),
            [Test::OneOf(column, _), ..] => {
                let mut all = Vec::new();
                for test in &self.0 {
                    match test {
                        Test::OneOf(other, values) if other == column => all.extend(values),
                        _ => return None,
                    }
                }
                one_of(column, all)
            }
            _ => None,
        }
    }

    /// Appends the condition.
    pub(crate) fn push(&self, engine: Engine, statement: &mut Statement) {
        statement.push("(");
        for (n, test) in self.0.iter().enumerate() {
            statement.push(if n == 0 { "" } else { " OR " });
            test.push(engine, statement);
        }
        statement.push(if self.0.is_empty() { "1 = 0)" } else { ")" });
    }
}

impl Filter {
    /// The tickets that pass this and meet a clause.
    #[must_use]
    pub(crate) fn meeting(mut self, clause: Clause) -> Self {
        if let Some(more) = clause.as_filter() {
            return self.and(more);
        }
        self.clauses.push(clause);
        self
    }
}

/// The filter that lets pass what has one of these values in a column.
fn one_of(column: &str, values: Vec<i64>) -> Option<Filter> {
    let none = Filter::default;
    Some(match column {
        // An empty list in a filter would let all pass.
        _ if values.is_empty() => Filter { clauses: vec![Clause::never()], ..none() },
        "t.status" => {
            Filter { statuses: values.into_iter().filter_map(Status::from_rank).collect(), ..none() }
        }
        "t.priority" => {
            Filter { priorities: values.into_iter().filter_map(Priority::from_rank).collect(), ..none() }
        }
        "t.direction" => {
            Filter { directions: values.into_iter().filter_map(Direction::from_rank).collect(), ..none() }
        }
        "t.brand_id" => Filter { brands: values, ..none() },
        "t.channel_id" => Filter { channels: values, ..none() },
        "t.group_id" => Filter { groups: values, ..none() },
        "t.user_id" => Filter { users: values, ..none() },
        "t.customer_id" => Filter { customers: values, ..none() },
        "COALESCE(t.form_id, 0)" => Filter { forms: values, ..none() },
        _ => return None,
    })
}

/// One test of a ticket. A column is an expression over the ticket `t`; it may be null.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Test {
    /// One of these numbers.
    OneOf(&'static str, Vec<i64>),
    /// Null, or none of these numbers.
    NoneOf(&'static str, Vec<i64>),
    /// From a number up to another, both included.
    Within(&'static str, Option<i64>, Option<i64>),
    /// Null, or below the first or above the second.
    Outside(&'static str, i64, i64),
    /// Null.
    Null(&'static str),
    /// Not null.
    Filled(&'static str),
    /// The same of the ticket that one was merged into, none if that does not exist for the scope's owner: a test of numbers.
    Target(Scope, Box<Self>),
    /// All of these clauses.
    All(Vec<Clause>),
    /// A text that is one of these, or none of them.
    Text(Text, Vec<String>, bool),
    /// A text that has this in it.
    Has(Text, String),
    /// A text that begins with this.
    Begins(Text, String),
    /// One of the tags is one of these; without any it need only have a tag. Or not.
    Tagged(Vec<String>, bool),
    /// One of the tags has this in it.
    TagHas(String),
    /// One of the tags begins with this.
    TagBegins(String),
    /// A file hangs on one of its messages.
    Attached,
}

/// A text of a ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// An expression.
    Column(&'static str),
    /// The ticket's id behind this, as in a link to it.
    Link(String),
}

impl Text {
    fn push(&self, engine: Engine, statement: &mut Statement) {
        statement.push("LOWER(");
        match self {
            Self::Column(column) => statement.push(column),
            Self::Link(start) => statement.bind(start.clone()).push(" || CAST(t.id AS TEXT)"),
        };
        // Beyond A to Z a database's own rules would decide.
        statement.push(if engine == Engine::Postgres { " COLLATE \"C\")" } else { ")" });
    }
}

/// Appends the clauses, each with a leading AND.
pub(super) fn push(clauses: &[Clause], engine: Engine, statement: &mut Statement) {
    for clause in clauses {
        statement.push(" AND ");
        clause.push(engine, statement);
    }
}

impl Test {
    fn push(&self, engine: Engine, statement: &mut Statement) {
        match self {
            Self::OneOf(column, values) => {
                statement.within(column, values);
            }
            Self::NoneOf(column, values) => {
                statement.push("(").push(column).push(" IS NULL OR NOT ").within(column, values).push(")");
            }
            Self::Within(column, from, to) => {
                statement.push("(").push(column).push(" IS NOT NULL");
                for (sign, bound) in [(" >= ", from), (" <= ", to)] {
                    if let Some(bound) = bound {
                        statement.push(" AND ").push(column).push(sign).bind(*bound);
                    }
                }
                statement.push(")");
            }
            Self::Outside(column, from, to) => {
                statement.push("(").push(column).push(" IS NULL OR ").push(column).push(" < ").bind(*from);
                statement.push(" OR ").push(column).push(" > ").bind(*to).push(")");
            }
            Self::Null(column) => {
                statement.push(column).push(" IS NULL");
            }
            Self::Filled(column) => {
                statement.push(column).push(" IS NOT NULL");
            }
            Self::Target(scope, test) => test.push_of_target(scope, statement),
            Self::All(clauses) => {
                statement.push("(1 = 1");
                push(clauses, engine, statement);
                statement.push(")");
            }
            Self::Text(text, values, is) => {
                statement.push(if *is { "(1 = 0" } else { "NOT (1 = 0" });
                for value in values {
                    statement.push(" OR ");
                    text.push(engine, statement);
                    statement.push(" = ").bind(value.to_ascii_lowercase());
                }
                statement.push(")");
            }
            Self::Has(text, part) => {
                statement.push(sql::finds(engine));
                text.push(engine, statement);
                statement.push(", ").bind(part.to_ascii_lowercase()).push(") > 0");
            }
            Self::Begins(text, start) => {
                statement.push("SUBSTR(");
                text.push(engine, statement);
                begins(start.to_ascii_lowercase(), statement);
            }
            Self::Tagged(tags, is) => {
                statement.push(if *is { "" } else { "NOT " }).push(sql::HAS_TAG);
                let tags: Vec<_> = tags.iter().map(|tag| edit::tag_key(tag).into()).collect();
                if !tags.is_empty() {
                    statement.push(" AND ").among("vt.tag", tags);
                }
                statement.push(")");
            }
            Self::Attached => {
                statement.push("t.files > 0");
            }
            Self::TagHas(part) => {
                statement.push(sql::HAS_TAG).push(" AND ").push(sql::finds(engine)).push("vt.tag, ");
                statement.bind(edit::tag_key(part)).push(") > 0)");
            }
            Self::TagBegins(start) => {
                statement.push(sql::HAS_TAG).push(" AND SUBSTR(vt.tag");
                begins(edit::tag_key(start), statement);
                statement.push(")");
            }
        }
    }
}

impl Test {
    fn push_of_target(&self, scope: &Scope, statement: &mut Statement) {
        match self {
            Self::OneOf(_, values) => {
                push_target(scope, statement);
                statement.within("", values);
            }
            Self::NoneOf(_, values) => {
                statement.push("NOT ");
                push_target(scope, statement);
                statement.within("", values);
            }
            Self::Within(_, from, to) => {
                statement.push("(1 = 1");
                for (sign, bound) in [(" >= ", from), (" <= ", to)] {
                    if let Some(bound) = bound {
                        statement.push(" AND ");
                        push_target(scope, statement);
                        statement.push(sign).bind(*bound);
                    }
                }
                statement.push(")");
            }
            // Conditions on ids are made of no other.
            _ => {
                statement.push("1 = 0");
            }
        }
    }
}

/// Appends the id of the ticket that `t` was merged into; 0 if there is none, or none that exists for the scope's owner.
pub(super) fn push_target(scope: &Scope, statement: &mut Statement) {
    statement.push(sql::TARGET);
    in_scope(scope, "o.", statement);
    statement.push("), 0)");
}

/// The rest of a `SUBSTR(text`: from its first character on it is this.
fn begins(start: String, statement: &mut Statement) {
    let length = start.chars().count();
    statement.push(&format!(", 1, {length}) = ")).bind(start);
}
