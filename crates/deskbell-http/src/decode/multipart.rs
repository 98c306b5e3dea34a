//! multipart/form-data, read from a body that is whole in memory (RFC 7578).
//!
//! Own lines, since the body is bounded and at hand: no part is copied before it is wanted, and an empty form
//! ends at once.

use crate::media::MediaType;

/// One part.
#[derive(Debug, PartialEq)]
pub(crate) struct Part<'a> {
    /// The field's name; lossy if it is no UTF-8.
    pub(crate) name: String,
    /// Whether it has a file name, and is a file thereby.
    pub(crate) file: Option<String>,
    /// Its Content-Type, if it says one.
    pub(crate) media: Option<MediaType>,
    /// Its bytes.
    pub(crate) content: &'a [u8],
}

/// Reads all parts. Errors: what was wrong, for the caller. `limit` caps the number of parts: `Ok(None)` above it.
pub(crate) fn parse<'a>(
    body: &'a [u8],
    boundary: &str,
    limit: usize,
) -> Result<Option<Vec<Part<'a>>>, String> {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut parts = Vec::new();
    let mut rest =
        after_preamble(body, &delimiter).ok_or("The multipart body does not hold its boundary.")?;
    loop {
        // `rest` stands right behind a delimiter.
        if rest.starts_with(b"--") {
            return Ok(Some(parts));
        }
        let line = find(rest, b"\r\n").ok_or("The multipart body ends in the middle of a boundary.")?;
        if rest[..line].iter().any(|b| !matches!(b, b' ' | b'\t')) {
            return Err("Something follows a boundary of the multipart body on its line.".into());
        }
        rest = &rest[line + 2..];
        if parts.len() == limit {
            return Ok(None);
        }
        let (head, content) =
            split_head(rest).ok_or("A part of the multipart body has no end of its headers.")?;
        let end =
            find_delimiter(content, &delimiter).ok_or("The multipart body lacks its closing boundary.")?;
        parts.push(part(head, &content[..end])?);
        rest = &content[end + 2 + delimiter.len()..];
    }
}

/// What follows the first delimiter, which stands at the beginning of a line.
fn after_preamble<'a>(body: &'a [u8], delimiter: &[u8]) -> Option<&'a [u8]> {
    if let Some(rest) = body.strip_prefix(delimiter) {
        return Some(rest);
    }
    let at = find_delimiter(body, delimiter)?;
    Some(&body[at + 2 + delimiter.len()..])
}

/// Where CR LF and the delimiter stand.
fn find_delimiter(content: &[u8], delimiter: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + find(&content[from..], b"\r\n")?;
        if content[at + 2..].starts_with(delimiter) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn find(haystack: &[u8], needle: &[u8; 2]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + haystack[from..].iter().position(|b| *b == needle[0])?;
        if haystack.get(at + 1) == Some(&needle[1]) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Header lines and content; a part without headers begins with the blank line.
fn split_head(part: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(content) = part.strip_prefix(b"\r\n") {
        return Some((&[], content));
    }
    let mut from = 0;
    loop {
        let at = from + find(&part[from..], b"\r\n")?;
        if let Some(content) = part[at + 2..].strip_prefix(b"\r\n") {
            return Some((&part[..at], content));
        }
        from = at + 1;
    }
}

fn part<'a>(head: &[u8], content: &'a [u8]) -> Result<Part<'a>, String> {
    let head = String::from_utf8_lossy(head);
    let mut part = Part { name: String::new(), file: None, media: None, content };
    let mut named = false;
    for line in head.split("\r\n") {
        let Some((header, value)) = line.split_once(':') else {
            if line.is_empty() {
                continue;
            }
            return Err("A header of a multipart part has no colon.".into());
        };
        let value = value.trim();
        if header.eq_ignore_ascii_case("content-disposition") {
            let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
            if !kind.trim().eq_ignore_ascii_case("form-data") {
                return Err("A multipart part is no form-data.".into());
            }
            for (key, value) in crate::media::parameters(parameters) {
                if key.eq_ignore_ascii_case("name") {
                    named = true;
                    part.name = unquote(&value);
                } else if key.eq_ignore_ascii_case("filename") || key.eq_ignore_ascii_case("filename*") {
                    part.file = Some(unquote(&value));
                }
            }
        } else if header.eq_ignore_ascii_case("content-type") {
            part.media = Some(MediaType::parse(value));
        } else if header.eq_ignore_ascii_case("content-transfer-encoding")
            && !["7bit", "8bit", "binary"].iter().any(|plain| value.eq_ignore_ascii_case(plain))
        {
            return Err(
                "A multipart part has a Content-Transfer-Encoding; send its bytes as they are.".into()
            );
        }
    }
    if !named {
        return Err("A multipart part has no name.".into());
    }
    Ok(part)
}

/// Browsers write quotation marks and line breaks in names as `%22`, `%0D` and `%0A`, and nothing else so.
fn unquote(value: &str) -> String {
    match value.contains('%') {
        true => value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"),
        false => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<String, String> {
        let parts = parse(body.as_bytes(), "x", 3)?.ok_or("too many")?;
        let show = |p: &Part<'_>| {
            let file = p.file.as_ref().map(|f| format!(" file {f:?}")).unwrap_or_default();
            format!("{}={}{file}", p.name, String::from_utf8_lossy(p.content))
        };
        Ok(parts.iter().map(show).collect::<Vec<_>>().join("; "))
    }

    const HEAD: &str = "Content-Disposition: form-data; name=";

    #[test]
    fn an_empty_form_ends_at_once() {
        assert_eq!(read("--x--\r\n"), Ok(String::new()));
        assert_eq!(read("--x--"), Ok(String::new()));
        assert_eq!(read("\r\n--x--\r\n"), Ok(String::new()));
        assert_eq!(read("preamble\r\n--x--\r\nepilogue"), Ok(String::new()));
    }

    #[test]
    fn parts_keep_their_bytes() {
        let body = format!(
            "--x \r\n{HEAD}\"a[]\"\r\n\r\n1\r\n--\r\n--y\r\n\r\n--x\r\n{HEAD}b; filename=\"\"\r\n\r\n\r\n--x--"
        );
        assert_eq!(read(&body), Ok("a[]=1\r\n--\r\n--y\r\n; b= file \"\"".into()));
    }

    #[test]
    fn quoted_names_end_where_their_quotes_end() {
        let body = format!("--x\r\n{HEAD}\"a\\\"; b\"; filename=\"c%22; d.txt\"\r\n\r\n\r\n--x--");
        assert_eq!(read(&body), Ok("a\"; b= file \"c\\\"; d.txt\"".into()));
    }

    #[test]
    fn broken_bodies_are_refused() {
        for body in [
            "",
            "--y--",
            "--x",
            "--x\r\n",
            "--xy\r\n\r\n\r\n--x--",
            "--x\r\n\r\nno name\r\n--x--",
            &format!("--x\r\n{HEAD}a\r\n\r\nnot closed"),
            &format!("--x\r\n{HEAD}a\r\n\r\n1\r\n--x"),
            &format!("--x\r\n{HEAD}a\r\nno colon\r\n\r\n1\r\n--x--"),
            &format!("--x\r\n{HEAD}a\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--x--"),
            "--x\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--x--",
        ] {
            assert!(read(body).is_err(), "{body:?}");
        }
    }

    #[test]
    fn the_number_of_parts_is_capped() {
        let body = format!("{}--x--", format!("--x\r\n{HEAD}a\r\n\r\n1\r\n").repeat(4));
        assert_eq!(read(&body), Err("too many".into()));
    }
}
