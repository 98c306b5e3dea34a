//! What is safe to show, by the `ammonia` library: tags and attributes that are named here, and nothing else.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use crate::tidy::{kept, known};

/// How many columns or rows a cell spans at the most.
const SPAN: u32 = 100;

static RULES: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags: HashSet<&str> = known().collect();
    let attributes: HashMap<&str, HashSet<&str>> =
        known().map(|name| (name, kept(name).iter().copied().collect())).collect();
    let mut rules = Builder::empty();
    rules
        .tags(tags)
        .tag_attributes(attributes)
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid"]))
        // A relative link would lead to the desk itself.
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .attribute_filter(value);
    rules
});

/// The value that an attribute keeps.
fn value<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let trimmed = value.trim();
    let is_part = trimmed.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cid:"));
    let good = match (element, attribute) {
        // A picture is shown where it came with the message. One from elsewhere would tell who reads it, and when.
        ("img", "src") => is_part,
        ("a", "href") => !is_part,
        (_, "colspan" | "rowspan") => trimmed.parse::<u32>().is_ok_and(|n| (1..=SPAN).contains(&n)),
        ("ol", "start") => trimmed.parse::<i32>().is_ok(),
        (_, "dir") => ["ltr", "rtl", "auto"].iter().any(|word| trimmed.eq_ignore_ascii_case(word)),
        _ => true,
    };
    good.then_some(Cow::Borrowed(value))
}

/// The safe form of tidy HTML.
pub(crate) fn clean(tidy: &str) -> String {
    let mut out = RULES.clean(tidy).to_string();
    if out.contains(is_direction_control) {
        // All markup of what was written out is in plain letters, so taking these out makes no new one.
        out.retain(|c| !is_direction_control(c));
    }
    // A line break at the beginning of a `pre` is not shown, and would be lost when the text is read again.
    while out.contains("<pre>\n") {
        out = out.replace("<pre>\n", "<pre>");
    }
    out
}

/// Characters that turn the direction of what follows: a name or an address would read otherwise than it is.
fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
