//! Custom fields: texts by name. A name that was used once is known from then on, in all brands, and calls take it
//! bare.

use deskbell_core::{Code, Fault};
use deskbell_db::Tx;

use super::row::Customer;
use super::sql;
use crate::error::Result;

/// Characters of a value.
pub const VALUE: usize = 1_000;
/// How many fields a customer has at the most.
pub const MOST_FIELDS: usize = 100;
/// How many names there are in all.
const MOST_NAMES: i64 = 500;

/// The names that the calls themselves use: a custom field of that name could not be sent bare.
const TAKEN: [&str; 8] = [
    "ticket_id",
    "customer_link_channel",
    "channel_id",
    "brand_id",
    "primary_id",
    "firstname",
    "lastname",
    "custom_fields",
];

/// Whether a custom field may be called so: `^[a-z][a-z0-9_]{0,63}$`, and none of the calls' own names.
pub fn is_field_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_')
        && !TAKEN.contains(&name)
}

/// The names that are known, in order.
pub fn names(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    Ok(tx.all(sql::FIELD_NAMES, &[], |row| row.str(0).map(str::to_owned))?)
}

/// Sets the fields; an empty value takes one away. Their names are known from now on.
///
/// Errors: `invalid_parameter` for a name that no field may have; `conflict` if there are too many.
pub(super) fn set(tx: &mut Tx<'_>, customer: &mut Customer, fields: &[(String, String)]) -> Result<()> {
    for (name, value) in fields {
        let field = || format!("custom_fields[{name}]");
        if !is_field_name(name) {
            let message = format!(
                "{name} cannot be a custom field: use small letters, digits and _, and none of {}.",
                TAKEN.join(", ")
            );
            return Err(Fault::of(field(), Code::InvalidParameter, message).into());
        }
        know(tx, name)?;
        if value.is_empty() {
            customer.fields.remove(name);
        } else {
            customer.fields.insert(name.clone(), value.clone());
        }
        if customer.fields.len() > MOST_FIELDS {
            let message = format!("A customer has at most {MOST_FIELDS} custom fields.");
            return Err(Fault::of(field(), Code::Conflict, message).into());
        }
    }
    Ok(())
}

fn know(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    if tx.first(sql::FIELD, &[name.into()], |row| row.int(0))?.is_some() {
        return Ok(());
    }
    if tx.first(sql::COUNT_FIELDS, &[], |row| row.int(0))?.unwrap_or(0) >= MOST_NAMES {
        let message =
            format!("There are {MOST_NAMES} custom fields already, which is the most; {name} is a new one.");
        return Err(Fault::of(format!("custom_fields[{name}]"), Code::Conflict, message).into());
    }
    tx.exec(sql::INSERT_FIELD, &[name.into()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_field_name;

    #[test]
    fn names_are_small_and_none_of_the_calls_own() {
        for good in ["a", "zip_code", "x9", &"a".repeat(64)] {
            assert!(is_field_name(good), "{good}");
        }
        for bad in ["", "9x", "_a", "Zip", "zip code", "é", "firstname", "custom_fields", &"a".repeat(65)] {
            assert!(!is_field_name(bad), "{bad}");
        }
    }
}
