//! The rows of the table: each operation, how it is loaded, and the goal that docs/performance.md states for it.

use super::sample::Sample;
use super::scripts;

/// What data lies in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    /// The file in the data folder.
    Sqlite,
    /// A private server, durable as in the field.
    Postgres,
}

impl Engine {
    /// Its name as people write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// One operation of the table.
pub(crate) struct Operation {
    /// What it is, for people.
    pub(crate) name: &'static str,
    /// Requests in progress.
    pub(crate) connections: u32,
    /// Makes its script.
    pub(crate) script: fn(&Sample) -> String,
    /// What one request counts for.
    pub(crate) weight: f64,
    /// The least ratio to hello, SQLite and PostgreSQL.
    pub(crate) goals: [Option<f64>; 2],
    /// Whether its cost must not grow with the number of tickets.
    pub(crate) flat: bool,
}

impl Operation {
    /// The least ratio to hello on this engine, if one is stated.
    pub(crate) fn goal(&self, engine: Engine) -> Option<f64> {
        match engine {
            Engine::Sqlite => self.goals[0],
            Engine::Postgres => self.goals[1],
        }
    }
}

/// The rows in their order: what writes comes last.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "GET one ticket",
        connections: 32,
        script: scripts::item,
        weight: 1.0,
        goals: [Some(0.40), Some(0.15)],
        flat: true,
    },
    Operation {
        name: "GET list of 15, filtered, exact total",
        connections: 32,
        script: scripts::list,
        weight: 1.0,
        goals: [Some(0.14), None],
        flat: true,
    },
    Operation {
        name: "search, 15 newest hits with total",
        connections: 32,
        script: scripts::search,
        weight: 1.0,
        goals: [Some(0.05), None],
        flat: true,
    },
    Operation {
        name: "GET counts of all views",
        connections: 32,
        script: |_| scripts::view_counts(),
        weight: 1.0,
        goals: [None, None],
        flat: false,
    },
    Operation {
        name: "GET timeline with history",
        connections: 32,
        script: scripts::timeline,
        weight: 1.0,
        goals: [None, None],
        flat: true,
    },
    Operation {
        name: "POST ticket",
        connections: 32,
        script: scripts::create,
        weight: 1.0,
        goals: [Some(0.11), Some(0.05)],
        flat: false,
    },
    Operation {
        name: "POST ticket, 128 connections",
        connections: 128,
        script: scripts::create,
        weight: 1.0,
        goals: [Some(0.16), None],
        flat: false,
    },
    Operation {
        name: "POST message of HTML",
        connections: 32,
        script: scripts::message,
        weight: 1.0,
        goals: [None, None],
        flat: false,
    },
    Operation {
        name: "POST setStatus of 100 random tickets (tickets/s)",
        connections: 32,
        script: scripts::set_status,
        weight: 100.0,
        goals: [Some(0.05), None],
        flat: false,
    },
];

/// The 99th percentile of a GET beside mixed load may be this many times that beside other GETs.
pub(crate) const MIXED_LIMIT: f64 = 5.0;
/// Between the smallest and the largest data set the cost of flat operations may grow by this factor.
pub(crate) const GROWTH_LIMIT: f64 = 1.5;
/// From the start of the process to its first answer, in milliseconds.
pub(crate) const START_LIMIT: f64 = 200.0;
/// Memory of the idle and of the loaded server in MiB.
pub(crate) const MEMORY_LIMITS: [f64; 2] = [30.0, 200.0];
/// The binary in MB (millions of bytes).
pub(crate) const BINARY_LIMIT: f64 = 30.0;
