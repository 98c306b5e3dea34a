//! Values and rows between our four shapes and PostgreSQL's types.

use std::error::Error as StdError;

use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::Error;
use crate::value::Value;

/// The driver's row.
pub(crate) type DriverRow = Row;

/// A parameter, encoded for whatever type the server found for it.
pub(crate) struct Param<'a>(pub(crate) &'a Value<'a>);

impl std::fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.shape())
    }
}

impl Param<'_> {
    /// The type to announce where the server is not asked first; a NULL takes the one it finds.
    pub(crate) fn announced(&self) -> Type {
        match self.0 {
            Value::Null => Type::UNKNOWN,
            Value::Int(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Blob(_) => Type::BYTEA,
        }
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) => int(*value, ty, out),
            Value::Text(value) => match *ty {
                Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON => {
                    out.extend_from_slice(value.as_bytes());
                    Ok(IsNull::No)
                }
                Type::JSONB => {
                    // The only version of its binary form, then the text.
                    out.extend_from_slice(&[1]);
                    out.extend_from_slice(value.as_bytes());
                    Ok(IsNull::No)
                }
                _ => Err(unfit(self.0, ty)),
            },
            Value::Blob(value) if *ty == Type::BYTEA => {
                out.extend_from_slice(value);
                Ok(IsNull::No)
            }
            Value::Blob(_) => Err(unfit(self.0, ty)),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn int(value: i64, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
    match *ty {
        Type::INT8 => out.extend_from_slice(&value.to_be_bytes()),
        Type::INT4 => out.extend_from_slice(&i32::try_from(value)?.to_be_bytes()),
        Type::INT2 => out.extend_from_slice(&i16::try_from(value)?.to_be_bytes()),
        Type::BOOL => out.extend_from_slice(&[u8::from(value != 0)]),
        _ => return Err(unfit(&Value::Int(value), ty)),
    }
    Ok(IsNull::No)
}

fn unfit(value: &Value<'_>, ty: &Type) -> Box<dyn StdError + Sync + Send> {
    format!(
        "{} was given where the statement wants {ty}; put a cast behind the parameter, as in $1::bigint",
        value.shape()
    )
    .into()
}

fn get<'r, T: FromSql<'r>>(row: &'r Row, index: usize, wanted: &str) -> Result<Option<T>, Error> {
    row.try_get(index).map_err(|_| {
        let found = row.columns().get(index).map_or("missing", |column| column.type_().name());
        Error::column(index, wanted, found)
    })
}

pub(crate) fn opt_int(row: &DriverRow, index: usize) -> Result<Option<i64>, Error> {
    match row.columns().get(index).map(|column| column.type_()) {
        Some(&Type::INT4) => Ok(get::<i32>(row, index, "an integer")?.map(i64::from)),
        Some(&Type::INT2) => Ok(get::<i16>(row, index, "an integer")?.map(i64::from)),
        Some(&Type::BOOL) => Ok(get::<bool>(row, index, "an integer")?.map(i64::from)),
        _ => get(row, index, "an integer"),
    }
}

pub(crate) fn opt_str(row: &DriverRow, index: usize) -> Result<Option<&str>, Error> {
    get(row, index, "a text")
}

pub(crate) fn opt_blob(row: &DriverRow, index: usize) -> Result<Option<&[u8]>, Error> {
    get(row, index, "bytes")
}
