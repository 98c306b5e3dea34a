//! One row of an answer, read by column number from 0, with the same results on both engines.

use crate::error::Error;
use crate::{postgres_row, sqlite_tx};

/// One row of an answer. Columns are counted from 0.
///
/// Every method fails with [`Kind::Decode`](crate::Kind::Decode) if there is no such column or it
/// holds another type; those without `opt_` also if it is NULL.
pub struct Row<'r>(pub(crate) Inner<'r>);

pub(crate) enum Inner<'r> {
    Sqlite(&'r sqlite_tx::DriverRow<'r>),
    Postgres(&'r postgres_row::DriverRow),
}

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident, $opt:ident -> $type:ty, $what:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// [`Kind::Decode`](crate::Kind::Decode) if the column is missing, NULL or of another type.
        pub fn $name(&self, index: usize) -> Result<$type, Error> {
            self.$opt(index)?.ok_or_else(|| Error::column(index, $what, "NULL"))
        }

        $(#[$doc])*
        ///
        /// NULL is `None`.
        ///
        /// # Errors
        /// [`Kind::Decode`](crate::Kind::Decode) if the column is missing or of another type.
        pub fn $opt(&self, index: usize) -> Result<Option<$type>, Error> {
            match &self.0 {
                Inner::Sqlite(row) => sqlite_tx::$opt(row, index),
                Inner::Postgres(row) => postgres_row::$opt(row, index),
            }
        }
    )*};
}

impl Row<'_> {
    getters! {
        /// A whole number; a boolean of PostgreSQL is 0 or 1.
        int, opt_int -> i64, "an integer";
        /// A text, borrowed from the row.
        str, opt_str -> &str, "a text";
        /// Bytes, borrowed from the row.
        blob, opt_blob -> &[u8], "bytes";
    }

    /// A whole number that is read as a boolean: 0 is false, everything else true.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn bool(&self, index: usize) -> Result<bool, Error> {
        Ok(self.int(index)? != 0)
    }
}
