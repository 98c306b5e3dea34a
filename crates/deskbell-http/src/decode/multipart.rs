//! multipart/form-data (RFC 7578), read as it comes.
//!
//! Own lines, since an empty form ends at once here, files never come to lie in memory, and a body is read in the same way
//! whether it is at hand or still arriving.

use deskbell_app::file::Upload;

use crate::media::MediaType;

/// Bytes that the headers of one part may have.
const HEAD: usize = 16 << 10;

/// What the headers of a part say.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Head {
    /// The field's name; lossy if it is no UTF-8.
    pub(crate) name: String,
    /// Its file name, if it has one, and is a file thereby.
    pub(crate) file: Option<String>,
    /// Its Content-Type, if it says one.
    pub(crate) media: Option<MediaType>,
    /// How many bytes it has.
    pub(crate) size: usize,
    /// Whether it is no UTF-8.
    pub(crate) lossy: bool,
}

/// One part.
#[derive(Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) head: Head,
    /// Its bytes; none of a file.
    pub(crate) content: Vec<u8>,
    /// The file that it is, if the call takes one there.
    pub(crate) upload: Option<Upload>,
}

impl Part {
    pub(crate) fn new(head: Head) -> Self {
        Self { head, content: Vec::new(), upload: None }
    }
}

/// The parts of a body, or what is wrong with it, for the caller; `None` where there are more of them than are taken.
pub(crate) type Parts = Result<Option<Vec<Part>>, String>;

/// Something that a body holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    /// A part begins; the one before has ended.
    Part(Head),
    /// Bytes of the part.
    Data(Vec<u8>),
}

/// A body on its way.
pub(crate) struct Parser {
    /// CR LF, two hyphens and the boundary.
    delimiter: Vec<u8>,
    buffer: Vec<u8>,
    state: State,
    /// How much of the buffer holds no end of a head: a head that comes byte by byte is looked through once.
    seen: usize,
}

enum State {
    Preamble,
    Delimiter,
    Head,
    Content,
    End,
}

impl Parser {
    pub(crate) fn new(boundary: &str) -> Self {
        // A delimiter at the very beginning has no line break before it.
        let buffer = b"\r\n".to_vec();
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        Self { delimiter, buffer, state: State::Preamble, seen: 0 }
    }

    /// Takes more of the body. Errors: what is wrong, for the caller.
    pub(crate) fn feed(&mut self, data: &[u8]) -> Result<Vec<Event>, String> {
        let mut events = Vec::new();
        if matches!(self.state, State::End) {
            return Ok(events);
        }
        self.buffer.extend_from_slice(data);
        let mut at = 0;
        while let Some(next) = self.step(at, &mut events)? {
            at = next;
        }
        at = self.settled(at, &mut events);
        self.buffer.drain(..at);
        Ok(events)
    }

    /// What may be read of the buffer from a place on; answers where the rest begins, or `None` if more has to come first.
    fn step(&mut self, at: usize, events: &mut Vec<Event>) -> Result<Option<usize>, String> {
        let rest = &self.buffer[at..];
        let (next, state) = match self.state {
            State::End => return Ok(None),
            State::Preamble => match find_delimiter(rest, &self.delimiter) {
                Some(found) => (found + self.delimiter.len(), State::Delimiter),
                None => return Ok(None),
            },
            State::Delimiter if rest.starts_with(b"--") => (rest.len(), State::End),
            State::Delimiter => match find(rest, b"\r\n") {
                Some(line) if is_blank(&rest[..line]) => (line + 2, State::Head),
                None if rest.len() <= HEAD && may_go_on(rest) => return Ok(None),
                _ => return Err("Something follows a boundary of the multipart body on its line.".into()),
            },
            State::Head => {
                let (head, length) = if rest.starts_with(b"\r\n") {
                    (&rest[..0], 2)
                } else {
                    let from = self.seen.saturating_sub(3).min(rest.len());
                    let end = rest[from..].windows(4).position(|four| four == b"\r\n\r\n");
                    match end.map(|end| from + end) {
                        Some(end) if end <= HEAD => (&rest[..end], end + 4),
                        None if rest.len() <= HEAD => {
                            self.seen = rest.len();
                            return Ok(None);
                        }
                        _ => return Err("The headers of a multipart part are longer than 16 KiB.".into()),
                    }
                };
                events.push(Event::Part(read_head(head)?));
                self.seen = 0;
                (length, State::Content)
            }
            State::Content => match find_delimiter(rest, &self.delimiter) {
                Some(end) => {
                    if end > 0 {
                        events.push(Event::Data(rest[..end].to_vec()));
                    }
                    (end + self.delimiter.len(), State::Delimiter)
                }
                None => return Ok(None),
            },
        };
        self.state = state;
        Ok(Some(at + next))
    }

    /// What cannot belong to a delimiter that is still to come is done with; answers up to where.
    fn settled(&self, at: usize, events: &mut Vec<Event>) -> usize {
        let rest = &self.buffer[at..];
        let free = rest.len().saturating_sub(self.delimiter.len() - 1);
        match self.state {
            State::Content if free > 0 => {
                events.push(Event::Data(rest[..free].to_vec()));
                at + free
            }
            State::Preamble => at + free,
            State::End => self.buffer.len(),
            _ => at,
        }
    }

    /// There is no more of it. Errors: what is missing, for the caller.
    pub(crate) fn finish(&self) -> Result<(), String> {
        let missing = match self.state {
            State::End => return Ok(()),
            State::Preamble => "The multipart body does not hold its boundary.",
            State::Delimiter => "The multipart body ends in the middle of a boundary.",
            State::Head => "A part of the multipart body has no end of its headers.",
            State::Content => "The multipart body lacks its closing boundary.",
        };
        Err(missing.into())
    }
}

/// Reads all parts of a body that is at hand, at most `limit`. What files hold is passed over.
pub(crate) fn parse(body: &[u8], boundary: &str, limit: usize) -> Parts {
    let mut parser = Parser::new(boundary);
    let mut parts: Vec<Part> = Vec::new();
    for event in parser.feed(body)? {
        match event {
            Event::Part(_) if parts.len() == limit => return Ok(None),
            Event::Part(head) => parts.push(Part::new(head)),
            Event::Data(data) => {
                if let Some(part) = parts.last_mut().filter(|part| part.head.file.is_none()) {
                    part.content.extend(data);
                }
            }
        }
    }
    parser.finish()?;
    Ok(Some(parts))
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|b| matches!(b, b' ' | b'\t'))
}

/// Whether the beginning of what follows a boundary may become its end, or the end of its line.
fn may_go_on(rest: &[u8]) -> bool {
    rest == b"-" || is_blank(rest.strip_suffix(b"\r").unwrap_or(rest))
}

/// Where the delimiter stands.
fn find_delimiter(content: &[u8], delimiter: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + find(&content[from..], b"\r\n")?;
        if content[at..].starts_with(delimiter) {
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

fn read_head(head: &[u8]) -> Result<Head, String> {
    let text = String::from_utf8_lossy(head);
    let mut head = Head { size: head.len(), lossy: std::str::from_utf8(head).is_err(), ..Head::default() };
    let mut named = false;
    let twice = |what: &str| Err(format!("A multipart part has {what} twice."));
    // A name in the encoding of RFC 8187 says more than the plain one beside it.
    let mut encoded = None;
    for line in text.split("\r\n") {
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
                    if named {
                        return twice("its name");
                    }
                    named = true;
                    head.name = unquote(&value);
                } else if key.eq_ignore_ascii_case("filename") {
                    if head.file.is_some() {
                        return twice("its filename");
                    }
                    head.file = Some(unquote(&value));
                } else if key.eq_ignore_ascii_case("filename*") {
                    if encoded.is_some() {
                        return twice("its filename*");
                    }
                    encoded = Some(extended(&value));
                }
            }
        } else if header.eq_ignore_ascii_case("content-type") {
            head.media = Some(MediaType::parse(value));
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
    // One that cannot be read says less than the plain one.
    head.file = encoded.flatten().or(head.file);
    Ok(head)
}

/// The text of `UTF-8''na%C3%AFve.txt`.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, text) = rest.split_once('\'')?;
    let plus = text.replace('+', "%2B");
    charset.eq_ignore_ascii_case("utf-8").then(|| String::from_utf8(super::unescape(plus.as_bytes())).ok())?
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

    fn show(parts: &[Part]) -> String {
        let show = |p: &Part| {
            let file = p.head.file.as_ref().map(|f| format!(" file {f:?}")).unwrap_or_default();
            format!("{}={}{file}", p.head.name, String::from_utf8_lossy(&p.content))
        };
        parts.iter().map(show).collect::<Vec<_>>().join("; ")
    }

    /// Reads a body whole, and in pieces of every size: that it is the same is a law of its own.
    fn read(body: &str) -> Result<String, String> {
        let whole = parse(body.as_bytes(), "x", 3)?.ok_or("too many");
        for size in 1..body.len().max(2) {
            let mut parser = Parser::new("x");
            let mut parts: Vec<Part> = Vec::new();
            for piece in body.as_bytes().chunks(size) {
                for event in parser.feed(piece)? {
                    match event {
                        Event::Part(head) => parts.push(Part::new(head)),
                        Event::Data(data) => {
                            let part = parts.last_mut().expect("a part");
                            if part.head.file.is_none() {
                                part.content.extend(data);
                            }
                        }
                    }
                }
            }
            parser.finish()?;
            if let Ok(whole) = &whole {
                assert_eq!(&parts, whole, "in pieces of {size}: {body:?}");
            }
        }
        Ok(show(&whole?))
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
    fn a_name_in_the_extended_encoding_wins() {
        let body =
            format!("--x\r\n{HEAD}a; filename=n.txt; filename*=utf-8'en'na%C3%AFve+.txt\r\n\r\n\r\n--x--");
        assert_eq!(read(&body), Ok("a= file \"naïve+.txt\"".into()));
        let body =
            format!("--x\r\n{HEAD}a; filename=n.txt; filename*=iso-8859-1''na%EFve.txt\r\n\r\n\r\n--x--");
        assert_eq!(read(&body), Ok("a= file \"n.txt\"".into()));
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
            &format!("--x\r\n{HEAD}a; filename=b; filename=c\r\n\r\n1\r\n--x--"),
            &format!("--x\r\n{HEAD}a; name=b\r\n\r\n1\r\n--x--"),
            &format!("--x\r\n{HEAD}a\r\nX: {}\r\n\r\n1\r\n--x--", "x".repeat(super::HEAD)),
            "--x\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--x--",
        ] {
            assert!(parse(body.as_bytes(), "x", 3).is_err(), "{body:?}");
        }
    }

    #[test]
    fn the_number_of_parts_is_capped() {
        let body = format!("{}--x--", format!("--x\r\n{HEAD}a\r\n\r\n1\r\n").repeat(4));
        assert_eq!(read(&body), Err("too many".into()));
    }
}
