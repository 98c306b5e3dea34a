//! Names and pairs of forms and query strings: `a=1&b[]=2&c[0][d]=3`.

use std::ops::Range;

/// A name split at its brackets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    /// The name as sent, decoded.
    pub(crate) sent: String,
    /// What stands in front of the first bracket.
    base: usize,
    /// What stands inside each pair of brackets.
    steps: Vec<Range<usize>>,
    /// Whether the brackets are well formed.
    pub(crate) good: bool,
}

/// Most brackets in one name.
const STEPS: usize = 8;

impl Name {
    /// A name without brackets, whatever it contains: a key of JSON.
    pub(crate) fn plain(sent: String) -> Self {
        Self { base: sent.len(), sent, steps: Vec::new(), good: true }
    }

    /// A name of a form.
    pub(crate) fn split(sent: String) -> Self {
        let Some(base) = sent.find('[') else { return Self::plain(sent) };
        let mut steps = Vec::new();
        let mut at = base;
        let mut good = true;
        while at < sent.len() {
            let inside = sent[at..].strip_prefix('[').and_then(|rest| rest.split_once(']'));
            match inside {
                Some((inside, _)) if !inside.contains('[') && steps.len() < STEPS => {
                    steps.push(at + 1..at + 1 + inside.len());
                    at += inside.len() + 2;
                }
                _ => {
                    good = false;
                    break;
                }
            }
        }
        Self { sent, base, steps, good }
    }

    pub(crate) fn base(&self) -> &str {
        &self.sent[..self.base]
    }

    pub(crate) fn depth(&self) -> usize {
        self.steps.len()
    }

    /// What stands in the n-th pair of brackets.
    pub(crate) fn step(&self, n: usize) -> Option<&str> {
        self.steps.get(n).map(|range| &self.sent[range.clone()])
    }
}

/// An index in brackets; `None` if it is no number of at most 18 digits.
pub(crate) fn index(step: &str) -> Option<u64> {
    let plain = !step.is_empty() && step.len() <= 18 && step.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| step.parse().ok())?
}

/// A pair of a form: name and value, each `Err` with what can be read of it if it is no UTF-8.
pub(crate) type Pair = (Result<String, String>, Option<String>);

/// The pairs of a query string or a form body. A value that is no UTF-8 is `None`.
pub(crate) fn pairs(text: &[u8]) -> impl Iterator<Item = Pair> {
    text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = match pair.iter().position(|b| *b == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &pair[..0]),
        };
        let name = String::from_utf8(unescape(name))
            .map_err(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        (name, String::from_utf8(unescape(value)).ok())
    })
}

/// `+` is a blank, `%41` a byte; a percent sign without two hexadecimal digits stands for itself.
pub(crate) fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let hex = |n: usize| text.get(at + n).and_then(|b| char::from(*b).to_digit(16));
        match (text[at], hex(1), hex(2)) {
            (b'+', _, _) => out.push(b' '),
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (byte, _, _) => out.push(byte),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_their_brackets() {
        let steps = |name: &str| {
            let name = Name::split(String::from(name));
            let steps: Vec<String> =
                (0..name.depth()).filter_map(|n| name.step(n).map(str::to_owned)).collect();
            (name.base().to_owned(), steps.join("|"), name.good)
        };
        assert_eq!(steps("ids"), ("ids".into(), String::new(), true));
        assert_eq!(steps("ids[]"), ("ids".into(), String::new(), true));
        assert_eq!(steps("a[0][b c]"), ("a".into(), "0|b c".into(), true));
        for broken in ["a[", "a[0", "a[0]x", "a[0]x[1]", "a[[0]]", "a[0]]", "a[0"] {
            assert!(!steps(broken).2, "{broken}");
        }
        assert!(!Name::split(format!("a{}", "[0]".repeat(9))).good);
    }

    #[test]
    fn pairs_are_unescaped() {
        let read = |text: &str| {
            let pairs =
                pairs(text.as_bytes()).map(|(n, v)| format!("{}={:?}", n.expect("text"), v.expect("text")));
            pairs.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(read("a=1&&b&c=x+%2B%C3%A9%zz%4=&=d"), "a=\"1\" b=\"\" c=\"x +é%zz%4=\" =\"d\"");
    }

    #[test]
    fn indices_are_short_numbers() {
        assert_eq!(index("0"), Some(0));
        assert_eq!(index("007"), Some(7));
        assert_eq!(index("99999999999"), Some(99_999_999_999));
        for step in ["", " ", "-1", "+1", "x", "1 ", "1000000000000000000"] {
            assert_eq!(index(step), None, "{step:?}");
        }
    }
}
