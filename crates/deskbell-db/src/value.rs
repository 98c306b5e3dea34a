//! A parameter of a statement, in the four shapes that both engines share, and the macro that
//! writes a list of them.

use std::borrow::Cow;
use std::fmt;

/// A parameter of a statement. Borrow where you can: binding copies nothing on our side.
#[derive(Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// NULL, for a parameter of any type.
    Null,
    /// A whole number; booleans are 0 and 1.
    Int(i64),
    /// A text. PostgreSQL refuses texts with a NUL character: take them out before.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

impl fmt::Debug for Value<'_> {
    /// Shows the shape, not the content: parameters may be secrets or personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shape())
    }
}

impl Value<'_> {
    /// The shape's name, for messages.
    pub(crate) fn shape(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Int(_) => "an integer",
            Value::Text(_) => "a text",
            Value::Blob(_) => "bytes",
        }
    }
}

macro_rules! from {
    ($($type:ty => |$value:ident| $make:expr;)*) => {$(
        impl<'a> From<$type> for Value<'a> {
            fn from($value: $type) -> Value<'a> { $make }
        }
    )*};
}

from! {
    i64 => |value| Value::Int(value);
    i32 => |value| Value::Int(value.into());
    u32 => |value| Value::Int(value.into());
    u16 => |value| Value::Int(value.into());
    u8 => |value| Value::Int(value.into());
    bool => |value| Value::Int(value.into());
    &'a str => |value| Value::Text(Cow::Borrowed(value));
    String => |value| Value::Text(Cow::Owned(value));
    &'a String => |value| Value::Text(Cow::Borrowed(value));
    Cow<'a, str> => |value| Value::Text(value);
    &'a [u8] => |value| Value::Blob(Cow::Borrowed(value));
    Vec<u8> => |value| Value::Blob(Cow::Owned(value));
    &'a Vec<u8> => |value| Value::Blob(Cow::Borrowed(value));
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Value<'a> {
        Value::Blob(Cow::Borrowed(value))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Value<'a> {
        value.map_or(Value::Null, Into::into)
    }
}

/// The parameters of a statement: `tx.exec(SQL, bind![id, title, None::<i64>])`; the first is `$1`.
#[macro_export]
macro_rules! bind {
    ($($value:expr),* $(,)?) => {
        &[$($crate::Value::from($value)),*] as &[$crate::Value<'_>]
    };
}
