//! ETags and the conditional headers: `If-Match` compares the version alone, `If-None-Match` the whole tag.

use std::hash::Hasher;

use deskbell_core::Version;

/// What `If-Match` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `*`: any version.
    Any,
    /// One of these versions.
    Versions(Vec<Version>),
}

impl Expected {
    /// Whether an item of this version may be changed.
    pub fn admits(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }

    /// Reads the values of `If-Match`. `None` if one is not `*` or a list of `"<version>"`, `"<version>-<rest>"`.
    ///
    /// `W/` in front is overlooked: proxies that compress put it there, and a version is exact all the same.
    pub(crate) fn parse<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut versions = Vec::new();
        let mut any = false;
        for value in values {
            for tag in tags(value)? {
                match tag {
                    "*" => any = true,
                    tag => versions.push(version_of(tag)?),
                }
            }
        }
        match (any, versions.is_empty()) {
            (true, true) => Some(Self::Any),
            (false, false) => Some(Self::Versions(versions)),
            _ => None,
        }
    }
}

/// The regular expression of what `If-Match` takes, for the documentation.
pub(crate) const IF_MATCH_PATTERN: &str = r#"^(?:\*|(?:W/)?"0*[1-9][0-9]{0,14}(?:-[0-9a-z]*)?"(?:, ?(?:W/)?"0*[1-9][0-9]{0,14}(?:-[0-9a-z]*)?")*)$"#;

fn version_of(tag: &str) -> Option<Version> {
    let inner = opaque(tag)?;
    let digits = match inner.split_once('-') {
        Some((digits, rest)) => {
            rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()).then_some(digits)?
        }
        None => inner,
    };
    let significant = digits.trim_start_matches('0');
    let plain =
        !significant.is_empty() && significant.len() <= 15 && significant.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| significant.parse().ok().map(Version))?
}

/// What stands between the quotation marks, `W/` dropped.
fn opaque(tag: &str) -> Option<&str> {
    tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')
}

/// Splits a list of entity tags; a comma inside quotation marks separates nothing.
fn tags(value: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    let mut rest = value.trim();
    loop {
        let end = if rest.starts_with('*') {
            1
        } else {
            let open = rest.find('"')?;
            open + 1 + rest[open + 1..].find('"')? + 1
        };
        tags.push(&rest[..end]);
        rest = rest[end..].trim_start();
        if rest.is_empty() {
            return Some(tags);
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

/// Whether `If-None-Match` names the tag. What cannot be read names nothing, so the answer is sent whole.
pub(crate) fn names_tag<'a>(values: impl IntoIterator<Item = &'a str>, etag: &str) -> bool {
    values.into_iter().filter_map(tags).flatten().any(|tag| tag == "*" || opaque(tag) == opaque(etag))
}

/// The ETag of an answer: the version, and a hash of everything that the answer shows. The hash may differ
/// between builds of the server; then a caller gets the whole answer once more.
pub(crate) fn etag(version: Version, body: &[u8]) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(body);
    format!("\"{version}-{:016x}\"", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(value: &str) -> Option<Expected> {
        Expected::parse([value])
    }

    #[test]
    fn if_match_reads_versions_with_and_without_the_rest_of_the_tag() {
        let one = |n| Some(Expected::Versions(vec![Version(n)]));
        assert_eq!(versions("\"7\""), one(7));
        assert_eq!(versions("\"7-3fa1\""), one(7));
        assert_eq!(versions(" W/\"7-3fa1\" "), one(7));
        assert_eq!(versions("*"), Some(Expected::Any));
        assert_eq!(versions("\"1\", \"2-ab\""), Some(Expected::Versions(vec![Version(1), Version(2)])));
    }

    #[test]
    fn if_match_refuses_what_is_no_version() {
        for value in
            ["", "7", "\"\"", "\"a\"", "\"7", "\"-3fa1\"", "\"0\"", "\"7\" \"8\"", "*, \"7\"", "\"1.5\""]
        {
            assert_eq!(versions(value), None, "{value:?}");
        }
    }

    #[test]
    fn if_none_match_compares_the_whole_tag() {
        assert!(names_tag(["\"1\", W/\"7-3fa1\""], "\"7-3fa1\""));
        assert!(names_tag(["*"], "\"7-3fa1\""));
        assert!(!names_tag(["\"7\""], "\"7-3fa1\""));
        assert!(!names_tag(["\"7-3fa2\"", "broken"], "\"7-3fa1\""));
    }

    #[test]
    fn the_tag_begins_with_the_version_and_follows_the_body() {
        let tag = etag(Version(7), b"{}");
        assert!(tag.starts_with("\"7-") && tag.ends_with('"'), "{tag}");
        assert_ne!(tag, etag(Version(7), b"{ }"));
        assert_eq!(tag, etag(Version(7), b"{}"));
    }
}
