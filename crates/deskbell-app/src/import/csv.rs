//! Records of CSV and TSV, line by line, so that each is known by its number and kept as it was. Quoting as RFC 4180
//! has it and as the csv crate reads it; a quotation mark counts at the beginning of a value alone.

/// Takes a record apart, a line at a time.
#[derive(Debug)]
pub(super) struct Splitter {
    delimiter: u8,
    state: State,
    text: Vec<u8>,
    ends: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// At the beginning of a value.
    Start,
    /// In a value without quotation marks.
    Plain,
    /// Between quotation marks.
    Quoted,
    /// After a quotation mark that ends the value, or is the first half of a doubled one.
    Quote,
}

impl Splitter {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, state: State::Start, text: Vec::new(), ends: Vec::new() }
    }

    /// Forgets the last record.
    pub(super) fn clear(&mut self) {
        self.state = State::Start;
        self.text.clear();
        self.ends.clear();
    }

    /// Takes in a line with its end. True if the record ends with it; false if a quotation mark is open.
    pub(super) fn line(&mut self, line: &[u8]) -> bool {
        let end = super::lines::without_end(line).len();
        for (at, &byte) in line.iter().enumerate() {
            // Line ends are the record's, unless they stand between quotation marks.
            if at >= end && self.state != State::Quoted {
                break;
            }
            self.byte(byte);
        }
        if self.state == State::Quoted {
            return false;
        }
        self.ends.push(self.text.len());
        true
    }

    fn byte(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Start, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Quote,
            (State::Quote, b'"') => {
                self.text.push(byte);
                State::Quoted
            }
            (State::Quoted, _) => {
                self.text.push(byte);
                State::Quoted
            }
            (_, _) if byte == self.delimiter => {
                self.ends.push(self.text.len());
                State::Start
            }
            (State::Start | State::Plain | State::Quote, _) => {
                self.text.push(byte);
                State::Plain
            }
        };
    }

    /// How many values the record has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A value.
    pub(super) fn value(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// The values.
    pub(super) fn values(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|at| self.value(at))
    }

    /// Whether every value is white space.
    pub(super) fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str, delimiter: u8) -> Vec<Vec<String>> {
        let mut splitter = Splitter::new(delimiter);
        let mut records = Vec::new();
        for line in text.split_inclusive('\n') {
            if splitter.line(line.as_bytes()) {
                let values = splitter.values().map(|v| String::from_utf8_lossy(v).into_owned());
                records.push(values.collect());
                splitter.clear();
            }
        }
        records
    }

    #[test]
    fn quoted_values_keep_delimiters_quotes_and_line_ends() {
        let text = "1;\"Rechnung; doppelt\";12,50\r\n2;\"say \"\"hi\"\"\";\"two\r\nlines\"\r\n";
        let expected = [["1", "Rechnung; doppelt", "12,50"], ["2", "say \"hi\"", "two\r\nlines"]];
        assert_eq!(split(text, b';'), expected);
        assert_eq!(split("a,b\"c\",\"d\"e\n", b','), [["a", "b\"c\"", "de"]]);
        assert_eq!(split("\"open", b','), Vec::<Vec<String>>::new());
    }

    proptest! {
        #[test]
        fn records_are_those_of_the_csv_crate(text in "[a\",é \r\n]{0,40}") {
            // A lone CR ends a record there and is data here; an open quotation mark is refused here.
            let text = text.replace('\r', "\r\n") + "\n";
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> =
                reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
            let ours: Vec<_> = split(&text, b',').into_iter().filter(|r| r != &[""] ).collect();
            let theirs: Vec<_> = theirs.into_iter().filter(|r| r != &[""]).collect();
            let closed = { let mut s = Splitter::new(b','); text.split_inclusive('\n').all(|l| { let end = s.line(l.as_bytes()); if end { s.clear() }; end || l.is_empty() }) || s.state != State::Quoted };
            if closed {
                prop_assert_eq!(ours, theirs);
            } else {
                prop_assert_eq!(&ours[..], &theirs[..ours.len()]);
            }
        }
    }
}
