//! What a message says: as it was sent, as it is shown, and as plain text. It is made once, before the transaction, so that
//! reading costs nothing more and no writer waits for it.

use std::sync::Arc;

use deskbell_db::Engine;

use crate::search::{self, Prepared};

/// The rules of what is shown now.
pub(super) const RULES: i64 = deskbell_html::RULES;

/// What a message says. Cheap to clone.
#[derive(Clone)]
pub struct Content(Arc<Made>);

struct Made {
    raw: String,
    /// Of HTML: what is shown.
    shown: Option<String>,
    /// Plain text, where it is not `raw` itself.
    plain: Option<String>,
    words: Prepared,
}

impl Content {
    /// From what was sent. Text with a tag, a comment or a character reference is HTML, other text is plain. `plaintext` is its
    /// plain text; empty: made of it. Takes time linear to the length.
    pub fn new(engine: Engine, raw: String, plaintext: &str) -> Self {
        let shown = deskbell_html::is_html(&raw).then(|| deskbell_html::sanitise(&raw));
        let plain = match &shown {
            _ if !plaintext.is_empty() => Some(plaintext.to_owned()),
            Some(shown) => Some(deskbell_html::to_text(shown)),
            None => None,
        };
        let words = search::prepare(engine, plain.as_deref().unwrap_or(&raw));
        Self(Arc::new(Made { raw, shown, plain, words }))
    }

    pub(super) fn raw(&self) -> &str {
        &self.0.raw
    }

    pub(super) fn html(&self) -> Option<(i64, &str)> {
        self.0.shown.as_deref().map(|shown| (RULES, shown))
    }

    pub(super) fn plain(&self) -> Option<&str> {
        self.0.plain.as_deref()
    }

    pub(super) fn words(&self) -> &Prepared {
        &self.0.words
    }

    /// How many places it takes in the index.
    pub(crate) fn places(&self) -> i64 {
        self.0.words.places()
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.raw.len())
    }
}

/// What is shown of a stored text: of plain text and of HTML that was made safe by other rules it is what was sent, else what
/// these rules left of it.
pub(super) fn shown(format: i64, text: &str) -> String {
    match format {
        0 => deskbell_html::from_text(text),
        RULES => text.to_owned(),
        _ => deskbell_html::sanitise(text),
    }
}
