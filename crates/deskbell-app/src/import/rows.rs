//! The records of a file in any of the formats, one after the other, each with its line and its bytes as they were.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use super::csv::Splitter;
use super::json;
use super::lines::{Lines, without_end};
use super::map::Map;
use super::template::Values;
use super::toml_form::{Encoding, Format};

/// One record of the file, or what stands in its place.
pub(super) enum Row {
    /// Nothing but white space and delimiters.
    Blank,
    /// A record, and its bytes.
    Record(Values, Vec<u8>),
    /// Something that cannot be read: its line, why, and its bytes.
    Bad(u64, String, Vec<u8>),
}

/// The file under import.
pub(super) struct Rows {
    lines: Lines<BufReader<File>>,
    encoding: Encoding,
    columns: Vec<String>,
    kind: Kind,
    /// What stands before the records, as it was: a file of rejects begins with it.
    pub(super) head: Vec<u8>,
}

enum Kind {
    Json,
    Csv { splitter: Splitter, header: Vec<String>, places: Vec<usize> },
}

/// Why a file cannot be imported at all.
#[derive(Debug)]
pub(super) enum Refused {
    /// It does not fit the map, or is not what it is said to be.
    File(String),
    /// It cannot be read.
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The format of a file, by the map or else by its ending.
pub(super) fn format_of(map: &Map, path: &Path) -> Result<Format, String> {
    if let Some(format) = map.format {
        return Ok(format);
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match ending.as_str() {
        "csv" => Ok(Format::Csv),
        "tsv" | "tab" => Ok(Format::Tsv),
        "jsonl" | "ndjson" => Ok(Format::Jsonl),
        _ => Err(format!(
            "{} does not end in .csv, .tsv or .jsonl: say in the map what it is (format = \"csv\")",
            path.display()
        )),
    }
}

impl Rows {
    /// Opens a file, and checks that it has the columns that the map names.
    pub(super) fn open(map: &Map, path: &Path) -> Result<Self, Refused> {
        let format = format_of(map, path).map_err(Refused::File)?;
        let input = BufReader::with_capacity(1 << 16, File::open(path)?);
        let lines = Lines::new(input)?.map_err(Refused::File)?;
        if !lines.mark.is_empty() && map.encoding != Encoding::Utf8 {
            return Err(Refused::File("the file begins as UTF-8, and the map says another encoding".into()));
        }
        let columns = map.columns.0.clone();
        let head = lines.mark.to_vec();
        let mut rows = Self { lines, encoding: map.encoding, columns, kind: Kind::Json, head };
        if format != Format::Jsonl {
            let delimiter = if format == Format::Tsv { Some(b'\t') } else { map.delimiter };
            rows.read_header(delimiter)?;
        }
        Ok(rows)
    }

    /// How many bytes have been read.
    pub(super) fn bytes(&self) -> u64 {
        self.lines.bytes
    }

    /// The next record; nothing at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        let mut raw = Vec::new();
        if !self.lines.read(&mut raw)? {
            return Ok(None);
        }
        let line = self.lines.line;
        let row = match &mut self.kind {
            Kind::Json => json_row(self.encoding, &self.columns, line, raw),
            Kind::Csv { splitter, header, places } => {
                splitter.clear();
                let (mut closed, mut from) = (splitter.line(&raw), raw.len());
                while !closed && self.lines.read(&mut raw)? {
                    closed = splitter.line(&raw[from..]);
                    from = raw.len();
                }
                if closed {
                    csv_row(self.encoding, splitter, header, places, line, raw)
                } else {
                    Row::Bad(line, "a quotation mark is not closed up to the end of the file".into(), raw)
                }
            }
        };
        Ok(Some(row))
    }

    fn read_header(&mut self, delimiter: Option<u8>) -> Result<(), Refused> {
        let mut delimiter = delimiter;
        let mut raw = Vec::new();
        loop {
            raw.clear();
            if !self.lines.read(&mut raw)? {
                return Err(Refused::File("the file has no header: it is empty".into()));
            }
            self.head.extend_from_slice(&raw);
            let line = without_end(&raw);
            if self.lines.line == 1
                && let Some(named) = separator_line(line)
            {
                if delimiter.is_some_and(|d| d != named) {
                    let text = "the first line (sep=) names another delimiter than the map";
                    return Err(Refused::File(text.into()));
                }
                delimiter = Some(named);
            } else if !line.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        if without_end(&raw).contains(&b'\r') {
            let text = "the header's line goes on after a carriage return: end lines with LF or CR LF";
            return Err(Refused::File(text.into()));
        }
        let chosen = match delimiter {
            Some(delimiter) => delimiter,
            None => self.detect(&raw),
        };
        let mut splitter = Splitter::new(chosen);
        let mut closed = splitter.line(&raw);
        while !closed {
            raw.clear();
            if !self.lines.read(&mut raw)? {
                return Err(Refused::File("a quotation mark in the header is not closed".into()));
            }
            self.head.extend_from_slice(&raw);
            closed = splitter.line(&raw);
        }
        let header = self.names(&splitter)?;
        let places = self.places(&header, chosen, delimiter.is_some(), &raw)?;
        self.kind = Kind::Csv { splitter, header, places };
        Ok(())
    }

    fn names(&self, splitter: &Splitter) -> Result<Vec<String>, Refused> {
        let names = splitter.values().map(|name| decode(self.encoding, name).map(|n| n.trim().to_owned()));
        names.collect::<Option<_>>().ok_or_else(|| {
            Refused::File("the header is not UTF-8; is it encoding = \"windows-1252\"?".into())
        })
    }

    /// The delimiter under which the header has the map's columns; a comma if there is none.
    fn detect(&self, raw: &[u8]) -> u8 {
        let fits = |delimiter: &u8| {
            let mut splitter = Splitter::new(*delimiter);
            splitter.line(raw);
            let names = self.names(&splitter).unwrap_or_default();
            self.columns.iter().all(|column| names.contains(column))
        };
        DELIMITERS.into_iter().find(fits).unwrap_or(b',')
    }

    /// Where in the header each of the map's columns stands.
    fn places(
        &self,
        header: &[String],
        delimiter: u8,
        named: bool,
        raw: &[u8],
    ) -> Result<Vec<usize>, Refused> {
        let missing: Vec<&str> =
            self.columns.iter().filter(|c| !header.contains(c)).map(String::as_str).collect();
        if !missing.is_empty() {
            let other = DELIMITERS.into_iter().find(|d| *d != delimiter && raw.contains(d));
            let hint = match other {
                Some(other) if header.len() == 1 => {
                    let also = if named { "" } else { "; name it in the map: delimiter = \"…\"" };
                    format!("only one column found: is the separator {}?{also} ", shown(other))
                }
                _ => String::new(),
            };
            return Err(Refused::File(format!(
                "{hint}The map names columns that the header lacks: {}. The header has: {}",
                missing.join(", "),
                header.join(", ")
            )));
        }
        let twice = self.columns.iter().find(|c| header.iter().filter(|h| h == c).count() > 1);
        if let Some(twice) = twice {
            return Err(Refused::File(format!("the header has the column {twice} twice")));
        }
        Ok(self.columns.iter().filter_map(|c| header.iter().position(|h| h == c)).collect())
    }
}

/// Those that are looked for where the map names none.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

fn shown(delimiter: u8) -> String {
    if delimiter == b'\t' { "a tab".into() } else { char::from(delimiter).to_string() }
}

/// The delimiter that a spreadsheet's line `sep=;` names.
fn separator_line(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or(line);
    let (name, rest) = line.split_at_checked(4)?;
    match rest {
        [delimiter] if name.eq_ignore_ascii_case(b"sep=") => Some(*delimiter),
        _ => None,
    }
}

fn json_row(encoding: Encoding, columns: &[String], line: u64, raw: Vec<u8>) -> Row {
    let Some(text) = decode(encoding, &raw) else {
        return Row::Bad(line, not_utf8("the line"), raw);
    };
    // Two files joined: a mark at the beginning of a line is outside of every value.
    let text = text.trim_start_matches('\u{FEFF}');
    if text.trim().is_empty() {
        return Row::Blank;
    }
    match json::values(text, columns) {
        Ok(values) => Row::Record(Values { line, values }, raw),
        Err(why) => Row::Bad(line, why, raw),
    }
}

fn csv_row(
    encoding: Encoding,
    splitter: &Splitter,
    header: &[String],
    places: &[usize],
    line: u64,
    raw: Vec<u8>,
) -> Row {
    if splitter.is_blank() {
        return Row::Blank;
    }
    let (has, wants) = (splitter.len(), header.len());
    if has != wants {
        let values = if has == 1 { "value" } else { "values" };
        return Row::Bad(line, format!("{has} {values}, where the header has {wants} columns"), raw);
    }
    let again = |(at, name): (usize, &String)| {
        let value = String::from_utf8_lossy(splitter.value(at));
        value.trim_start_matches('\u{FEFF}').trim() == name
    };
    if wants > 1 && header.iter().enumerate().all(again) {
        return Row::Bad(line, "the header once more; were two files joined?".into(), raw);
    }
    let mut values = Vec::with_capacity(places.len());
    for &place in places {
        match decode(encoding, splitter.value(place)) {
            Some(value) => values.push(value),
            None => return Row::Bad(line, not_utf8(&format!("column {}", header[place])), raw),
        }
    }
    Row::Record(Values { line, values }, raw)
}

fn not_utf8(what: &str) -> String {
    format!("{what} is not UTF-8; is it encoding = \"windows-1252\"?")
}

fn decode(encoding: Encoding, bytes: &[u8]) -> Option<String> {
    match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Encoding::Windows1252 => {
            Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned())
        }
    }
}
