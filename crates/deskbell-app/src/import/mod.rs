//! Import: records of another system's export become tickets, first messages and customers, by a map. A second run
//! changes nothing; a run that was cut off goes on where it was; what is wrong is told by line and kept aside.
//!
//! One thread reads, maps and splits into words; the calling one writes, in transactions so short that a process that
//! serves the same data beside it is hardly held up. docs/import.md tells users how.

mod csv;
mod date;
mod forget;
mod json;
mod lines;
mod map;
mod places;
mod read;
mod record;
mod rejects;
mod rows;
mod run;
mod sql;
mod template;
mod toml_form;
mod totals;
mod write;

pub(crate) use forget::forget;
pub use map::Map;
pub use run::{Failure, Notice, Options, Summary, run};
pub use totals::{Totals, totals};
