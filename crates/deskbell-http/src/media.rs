//! Media types in headers: what a body is, and whether an answer in JSON is acceptable.

/// A media type with the parameters that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// `type/subtype` in small letters.
    pub(crate) essence: String,
    /// The charset, in small letters.
    pub(crate) charset: Option<String>,
    /// The boundary of a multipart body.
    pub(crate) boundary: Option<String>,
}

impl MediaType {
    pub(crate) fn parse(value: &str) -> Self {
        let (essence, rest) = value.split_once(';').unwrap_or((value, ""));
        let mut media = Self { essence: essence.trim().to_ascii_lowercase(), charset: None, boundary: None };
        for (key, value) in parameters(rest) {
            if key.eq_ignore_ascii_case("charset") {
                media.charset = Some(value.to_ascii_lowercase());
            } else if key.eq_ignore_ascii_case("boundary") {
                media.boundary = Some(value);
            }
        }
        media
    }

    /// Whether text of this type is UTF-8, as far as it says.
    pub(crate) fn is_utf8(&self) -> bool {
        self.charset.as_deref().is_none_or(|c| matches!(c, "utf-8" | "utf8" | "us-ascii"))
    }

    /// A boundary as RFC 2046 allows it, somewhat wider: 1 to 70 printable ASCII characters.
    pub(crate) fn good_boundary(&self) -> Option<&str> {
        let boundary = self.boundary.as_deref()?;
        let good = (1..=70).contains(&boundary.len()) && boundary.bytes().all(|b| (b' '..=b'~').contains(&b));
        good.then_some(boundary)
    }
}

/// The parameters behind a media type or a disposition: `; a=b; c="d \" e"`.
pub(crate) fn parameters(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        let Some((key, after)) = rest.split_once('=') else { return found };
        if let Some(separator) = key.find(';') {
            rest = &rest[separator..];
            continue;
        }
        let after = after.trim_start();
        let value = if let Some(quoted) = after.strip_prefix('"') {
            let mut value = String::new();
            let mut chars = quoted.chars();
            loop {
                match chars.next() {
                    None | Some('"') => break,
                    // A backslash escapes only a quotation mark or itself: some browsers send paths with it.
                    Some('\\') if chars.as_str().starts_with(['"', '\\']) => value.extend(chars.next()),
                    Some(c) => value.push(c),
                }
            }
            rest = chars.as_str();
            value
        } else {
            let end = after.find(';').unwrap_or(after.len());
            rest = &after[end..];
            after[..end].trim_end().to_owned()
        };
        found.push((key.trim(), value));
    }
}

/// Whether the values of `Accept` admit the media type: the most specific range that matches decides, and
/// its weight must not be 0. No header, or an empty one, admits everything.
pub(crate) fn accepts<'a>(values: impl IntoIterator<Item = &'a str>, media_type: &str) -> bool {
    let kind = media_type.split('/').next().unwrap_or_default();
    let mut best: Option<(u8, bool)> = None;
    let mut any = false;
    for range in values.into_iter().flat_map(|v| v.split(',')).map(str::trim).filter(|r| !r.is_empty()) {
        any = true;
        let (essence, rest) = range.split_once(';').unwrap_or((range, ""));
        let essence = essence.trim();
        let rank = if essence.eq_ignore_ascii_case(media_type) {
            3
        } else if essence == "*/*" || essence == "*" {
            1
        } else if essence.split_once('/').is_some_and(|(t, s)| s == "*" && t.eq_ignore_ascii_case(kind)) {
            2
        } else {
            continue;
        };
        let wanted =
            !parameters(rest).iter().any(|(key, weight)| key.eq_ignore_ascii_case("q") && is_zero(weight));
        best = match best {
            Some((known, also)) if known > rank || (known == rank && also) => Some((known, also)),
            _ => Some((rank, wanted)),
        };
    }
    best.map_or(!any, |(_, wanted)| wanted)
}

/// `0`, `0.`, `0.000`.
fn is_zero(weight: &str) -> bool {
    weight.trim().parse::<f32>().is_ok_and(|w| w <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_decided_by_the_most_specific_range() {
        let json = |accept: &str| accepts([accept], "application/json");
        for accept in [
            "",
            "*/*",
            "application/*",
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/html, */*;q=0.1",
            "application/json;q=0.001",
            "text/html;q=0, application/json",
            "*/*;q=0, application/json",
            "*",
        ] {
            assert!(json(accept), "{accept}");
        }
        for accept in [
            "text/html",
            "application/xml",
            "application/json;q=0",
            "application/json; q=0.000, */*",
            "application/*;q=0, */*;q=1",
            "*/*;q=0",
            "application/jsonp",
            "nonsense",
        ] {
            assert!(!json(accept), "{accept}");
        }
        assert!(accepts([], "application/json"));
        assert!(accepts(["text/event-stream"], "text/event-stream"));
    }

    #[test]
    fn parameters_may_be_quoted() {
        let media = MediaType::parse("Multipart/Form-Data; a; boundary=\"x; y\" ;charset=UTF-8");
        assert_eq!(media.essence, "multipart/form-data");
        assert_eq!(media.good_boundary(), Some("x; y"));
        assert!(media.is_utf8());
        assert!(!MediaType::parse("text/plain; charset=iso-8859-1").is_utf8());
        assert_eq!(MediaType::parse("multipart/form-data").good_boundary(), None);
        assert_eq!(MediaType::parse("multipart/form-data; boundary=").good_boundary(), None);
    }
}
