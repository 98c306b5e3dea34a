//! Files: bytes with a name that hang on a message, or wait to be sent with one.
//!
//! Bytes are kept once for each content, at a place of the store of files (`desk/files.rs`), which no transaction knows. So a place is
//! written down as one to be removed before anything is put there; the write that makes a file of it takes that back. Whatever
//! fails in between leaves a place that is removed when it is due. A place is used once, so that what is removed is never needed.

mod attach;
mod content;
mod erase;
mod get;
mod shown;
mod sql;
mod upload;

use std::sync::{Arc, Mutex, PoisonError};

use deskbell_core::{FileId, text};
use deskbell_files::Spooled;

pub(crate) use attach::{Wanted, carry, detach, insert, reattach, require_few, wanted};
pub(crate) use content::{
    KEEP, Kept, agree, any_expired, chunk, chunks_of, due, expire, is_stored, postpone, promise, put_chunks,
    remove_chunks, removed, size_of, stored, stored_after,
};
pub(crate) use erase::{Which, erase};
pub use get::{Found, get};
pub use shown::Attachment;
pub(crate) use shown::{by_ids, of_messages};
pub use upload::Stored;
pub(crate) use upload::upload;

/// How many files a message takes.
pub const MOST: usize = 100;

/// A file that arrived with a request. Its bytes are in memory or in a temporary file, until they are taken.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name, as it is shown.
    pub name: String,
    hash: [u8; 32],
    bytes: Arc<Mutex<Option<Spooled>>>,
}

impl PartialEq for Upload {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.hash) == (&other.name, other.hash)
    }
}

impl Upload {
    /// A file of this name.
    pub fn new(name: &str, spooled: Spooled) -> Self {
        Self { name: shown_name(name), hash: spooled.hash(), bytes: Arc::new(Mutex::new(Some(spooled))) }
    }

    /// Gives it another name.
    pub fn rename(&mut self, name: &str) {
        self.name = shown_name(name);
    }

    /// The SHA-256 of its bytes.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Its bytes, once.
    pub(crate) fn take(&self) -> Option<Spooled> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What is to be attached to a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A file that came with the request.
    Upload(Upload),
    /// A file that is there already.
    File(FileId),
}

/// A file's name as it is kept: one line without invisible direction controls, and without the folders that some senders put
/// before it. Where nothing is left it is `file`.
fn shown_name(sent: &str) -> String {
    let line = text::one_line(sent);
    let last = line.rsplit(['/', '\\']).next().unwrap_or_default();
    match last {
        "" | "." | ".." => "file".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown_name;

    #[test]
    fn a_name_is_one_line_that_shows_what_it_is() {
        for (sent, shown) in [
            ("bill.pdf", "bill.pdf"),
            ("C:\\fakepath\\bill.pdf", "bill.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie: x=1.txt"),
            ("q3\".pdf\"; filename=evil.html", "q3\".pdf\"; filename=evil.html"),
            ("photos\u{202e}fdp.scr", "photosfdp.scr"),
            ("חשבונית 2026.pdf", "חשבונית 2026.pdf"),
            ("", "file"),
            ("..", "file"),
            ("folder/", "file"),
            (" a.txt ", " a.txt "),
            ("\u{200f}", "file"),
        ] {
            assert_eq!(shown_name(sent), shown, "{sent:?}");
        }
    }
}
