//! The schema's history: numbered, one transaction each, the same numbers and names for both engines.

use deskbell_db::Migration;

macro_rules! migration {
    ($number:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// Every migration, oldest first.
pub static MIGRATIONS: &[Migration] = &[migration!(1, "0001_start")];
