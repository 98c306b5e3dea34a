//! The lines of a file as bytes, with a limit, counted, the byte order mark taken off the front.

use std::io::{self, BufRead, Read};

/// The longest record, in bytes.
pub(super) const RECORD_LIMIT: usize = 8 << 20;

/// Lines one after the other, each with its line end.
pub(super) struct Lines<R> {
    input: R,
    /// How many lines have been read.
    pub(super) line: u64,
    /// How many bytes have been read.
    pub(super) bytes: u64,
    /// The byte order mark, where there was one.
    pub(super) mark: &'static [u8],
}

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<R: BufRead> Lines<R> {
    /// The lines of an input that is at its beginning.
    ///
    /// Errors: what the file is instead, if its first bytes say that it is not text of ours.
    pub(super) fn new(mut input: R) -> io::Result<Result<Self, String>> {
        let start = input.fill_buf()?;
        let mark = if start.starts_with(UTF8_MARK) { UTF8_MARK } else { &[] };
        if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
            return Ok(Err("the file is UTF-16; save it as UTF-8".into()));
        }
        if start.starts_with(b"PK\x03\x04") {
            return Ok(Err("the file is a workbook or an archive; save the sheet as CSV (UTF-8)".into()));
        }
        input.consume(mark.len());
        Ok(Ok(Self { input, line: 0, bytes: mark.len() as u64, mark }))
    }

    /// Appends the next line, with its end, to `out`; false at the end of the file. A line that would make `out`
    /// longer than a record may be is an error.
    pub(super) fn read(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let before = out.len();
        let room = (RECORD_LIMIT + 1).saturating_sub(before) as u64;
        (&mut self.input).take(room).read_until(b'\n', out)?;
        self.bytes += (out.len() - before) as u64;
        if out.len() > RECORD_LIMIT {
            let text = format!(
                "line {}: a record of more than {} MiB; is a quotation mark not closed?",
                self.line + 1,
                RECORD_LIMIT >> 20
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        let some = out.len() > before;
        self.line += u64::from(some);
        Ok(some)
    }
}

/// A line without its end.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
