//! HTML that others wrote: what may be shown of it, and what it says as plain text.
//!
//! A text goes through `tidy` first, which knows no security: it keeps the tags that messages are made of, closes what was
//! left open and bounds how deep they stand in each other, so that what comes after takes time linear to the length. Then
//! `clean` (the `ammonia` library) decides what is safe; nothing is shown that has not come out of it.

mod clean;
mod lex;
mod text;
mod tidy;

/// Which rules `sanitise` follows. It goes up when they change: what was made under another number is made again.
pub const RULES: i64 = 1;

/// The HTML as it may be shown: text, and tags without any effect but on its layout. What is taken out stands in
/// docs/messages.md. Doing it again changes nothing.
pub fn sanitise(html: &str) -> String {
    clean::clean(&tidy::tidy(html))
}

/// What sanitised HTML says, without tags: blocks are lines, and a link is followed by where it leads.
pub fn to_text(sanitised: &str) -> String {
    text::of(sanitised)
}

/// Plain text as HTML: it shows as it was written, with its line breaks.
pub fn from_text(text: &str) -> String {
    text::escaped(text)
}

/// Whether a text is HTML, and not plain text: it has a tag, a comment or a character reference.
pub fn is_html(text: &str) -> bool {
    lex::has_markup(text)
}
