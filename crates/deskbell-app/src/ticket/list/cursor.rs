//! Where a walk goes on: the sort value and the id of the last row, and of which list it is.

use deskbell_core::{Code, Fault, Version, ViewId};
use sha2::{Digest, Sha256};

use super::{Filter, Paging};
use crate::error::Result;

/// A place in a list. Its text is opaque to clients; it holds nothing secret, and filters and limits apply anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    fingerprint: [u8; 8],
    pub(crate) value: i64,
    pub(crate) id: i64,
}

impl Cursor {
    pub(crate) fn at(fingerprint: [u8; 8], value: i64, id: i64) -> Self {
        Self { fingerprint, value, id }
    }

    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 48 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let part = |n: usize| u64::from_str_radix(&text[n * 16..(n + 1) * 16], 16).ok();
        Some(Self {
            fingerprint: part(0)?.to_be_bytes(),
            value: part(1)?.cast_signed(),
            id: part(2)?.cast_signed(),
        })
    }

    /// Refuses a cursor of another list.
    pub(crate) fn check(&self, fingerprint: [u8; 8]) -> Result<()> {
        if self.fingerprint == fingerprint {
            return Ok(());
        }
        let message = "This cursor belongs to other filters, another sort or another order. \
                       Start again without a cursor.";
        Err(Fault::of("cursor", Code::InvalidParameter, message).into())
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fingerprint = u64::from_be_bytes(self.fingerprint);
        write!(f, "{fingerprint:016x}{:016x}{:016x}", self.value.cast_unsigned(), self.id.cast_unsigned())
    }
}

/// What a cursor must match: filters, view, sort and order. The page size may change.
pub(super) fn fingerprint(filter: &Filter, paging: &Paging, view: Option<(ViewId, Version)>) -> [u8; 8] {
    let text = format!("1 {filter:?} {view:?} {:?} {}", paging.sort, paging.descending);
    let hash = Sha256::digest(text.as_bytes());
    let mut out = [0u8; 8];
    out.copy_from_slice(&hash[..8]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_anything_else_does_not() {
        let cursor = Cursor::at([1, 2, 3, 4, 5, 6, 7, 8], -5, 77);
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        for text in ["", "abc", "é", &"z".repeat(48), &"+".repeat(48), &"+12345678abcdef0".repeat(3)] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
