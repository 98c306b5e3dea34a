//! What the lists of brands, groups, channels and users share: their parameters, their envelope, and the version that a
//! change asks for.

use deskbell_app::Desk;
use deskbell_app::item::Paging;
use deskbell_app::ticket::list::Cursor;
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{Code, Version};
use serde::Serialize;

use crate::reply::Page;
use crate::{Call, Field, Params, Reply};

/// What a name looks like: it has a character that is seen, neither blank nor control.
pub(crate) const NAME_SHAPE: &str = r"^[^\u0000]*[^\u0000-\u0020\u007f-\u00a0\u061c\u1680\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f\u2066-\u2069\u3000][^\u0000]*$";
/// What an address of the web looks like: a scheme, a host without a password before it, and no blanks.
pub(crate) const URL_SHAPE: &str = r"^https?://[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000@/?#]+(?:[/?#][^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*)?$";

/// The parameters of a list.
pub(crate) fn fields(query: &'static str) -> [Field; 3] {
    let [start, most] = range();
    [Field::line("query", limit::NAME).doc(query), start, most]
}

/// Which part of a list.
pub(crate) fn range() -> [Field; 2] {
    [
        Field::number("itemStart", 0..=deskbell_core::id::MAX_ID)
            .default(0)
            .doc("How many rows to leave out."),
        Field::number("itemLimit", 0..=9_999)
            .default(15)
            .doc("How many rows at the most; 0 asks for the total alone."),
    ]
}

/// Where a list goes on that has a cursor. What it takes is checked by `check_cursor`.
pub(crate) fn cursor() -> Field {
    Field::line("cursor", 48).shape("^[0-9a-fA-F]{48}$")
}

/// Notes a cursor that is none.
pub(crate) fn check_cursor(params: &Params, wrong: &mut Vec<Detail>) {
    let cursor = params.text("cursor").filter(|cursor| !cursor.is_empty());
    if cursor.is_some_and(|cursor| Cursor::parse(cursor).is_none()) {
        let message = "cursor must be a nextCursor as it was answered. Start again without one.".into();
        wrong.push(Detail { field: Some("cursor".into()), code: Code::InvalidParameter, message });
    }
}

/// The page that is asked for.
pub(crate) fn paging(params: &Params) -> Paging {
    Paging {
        query: params.text("query").unwrap_or_default().to_owned(),
        start: params.need("itemStart"),
        limit: params.need("itemLimit"),
    }
}

/// The answer of a list, whose total is always exact.
pub(crate) fn reply<T: Serialize>(params: &Params, total: i64, rows: &[T]) -> Reply {
    let totals = Page {
        start: params.need("itemStart").unsigned_abs(),
        limit: params.need("itemLimit").unsigned_abs(),
        total: total.unsigned_abs(),
        exact: true,
    };
    Reply::list(totals, rows, None)
}

/// Whether `If-Match` admits a version; without it every one is.
pub(crate) fn admits(call: &Call<Desk>) -> impl Fn(Version) -> bool + Clone + Send + Sync + 'static {
    let expected = call.expected().cloned();
    move |version| expected.as_ref().is_none_or(|e| e.admits(version))
}
