//! What is handed to the engines: the tokens of an entry in their positions, cut where an engine ends.
//!
//! PostgreSQL sets the limits, SQLite follows, so that both find the same: a tsvector is under 1 MiB, its
//! positions end at 16,383, and it silently forgets a word's 256th and later places.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::compound::Compounds;
use super::field::Side;
use super::scan::{Link, Scan};

/// A position that matches nothing: between fields, and before what is indexed beside the parts.
pub(super) const BREAK: &str = "\u{E000}";
/// Neighbouring segments share so many parts; a sequence of up to so many is whole in one of them.
pub(super) const OVERLAP: usize = 64;

const POSITIONS: usize = 16_000;
const BYTES: usize = 600_000;
const PLACES: u32 = 250;
/// Up to so many bytes a segment takes in what another one would hold; they are fewer positions than it may have.
const ROOM: usize = 12_000;

/// The tokens of an entry, or of a piece of a long one: one row of the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    text: String,
}

impl Segment {
    /// The tokens with blanks between them, for an FTS5 column with `tokenize = 'ascii'`. The same
    /// text is what FTS5's `delete` command needs.
    pub fn fts5_text(&self) -> &str {
        &self.text
    }

    /// The same without a copy.
    pub fn into_fts5_text(self) -> String {
        self.text
    }

    /// The literal for a `::tsvector` cast, with the same positions.
    pub fn tsvector_text(&self) -> String {
        let mut out = String::with_capacity(self.text.len() * 2);
        for (position, token) in self.tokens().enumerate().filter(|(_, token)| *token != BREAK) {
            // Writing to a String cannot fail. Tokens have neither quotes nor backslashes.
            let _ = write!(out, "'{token}':{} ", position + 1);
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// The same tokens as those of one side of a ticket.
    fn marked(&self, side: Side) -> Self {
        let mut text = String::with_capacity(self.text.len() * 3 / 2);
        for token in self.tokens() {
            put(&mut text, "");
            if token != BREAK {
                text.push(side.mark());
            }
            text.push_str(token);
        }
        Self { text }
    }

    /// The tokens in order; their place is their position.
    pub(super) fn tokens(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ').filter(|token| !token.is_empty())
    }
}

/// The segments of an entry, given by its fields. A phrase never runs from one field into the next.
/// An entry without a letter or digit has none.
pub fn index_fields(fields: &[&str]) -> Vec<Segment> {
    let scan = Scan::of(fields);
    if scan.parts.is_empty() {
        return Vec::new();
    }
    let compounds = Compounds::of(&scan);
    let writer = Writer { scan: &scan, compounds: &compounds };
    cut(&writer).into_iter().map(|range| writer.segment(range)).collect()
}

/// The segments of a ticket's head: its fields, and once more who it is from and to, so that these are found alone.
pub fn index_head(fields: &[&str], from: &[&str], to: &[&str]) -> Vec<Segment> {
    let mut segments = index_fields(fields);
    for (side, fields) in [(Side::From, from), (Side::To, to)] {
        for marked in index_fields(fields).iter().map(|segment| segment.marked(side)) {
            match segments.last_mut() {
                Some(last) if last.text.len() + marked.text.len() < ROOM => {
                    put(&mut last.text, BREAK);
                    put(&mut last.text, &marked.text);
                }
                _ => segments.push(marked),
            }
        }
    }
    segments
}

/// The segments of an entry of one text.
pub fn index(text: &str) -> Vec<Segment> {
    index_fields(&[text])
}

struct Writer<'s> {
    scan: &'s Scan,
    compounds: &'s Compounds,
}

impl Writer<'_> {
    fn segment(&self, range: Range<usize>) -> Segment {
        let Writer { scan, compounds } = self;
        let bytes = scan.parts[range.end - 1].end - scan.parts[range.start].start;
        let mut text = String::with_capacity(bytes + bytes / 2 + 16);
        for k in range.clone() {
            if scan.parts[k].link == Link::Field && k > range.start {
                put(&mut text, BREAK);
            }
            put(&mut text, scan.token(k));
        }
        let words = text.len();
        let mut left = None;
        for &k in within(&compounds.pairs, |k| *k, &range) {
            if k == range.start {
                continue;
            }
            // a.b b/c is not a.b/c.
            let joins =
                left.is_some_and(|left: usize| left + 1 != k && scan.token(left) == scan.token(k - 1));
            if left.is_none() || joins {
                put(&mut text, BREAK);
            }
            text.push(' ');
            scan.write_pair(k, &mut text);
            left = Some(k);
        }
        let mut after_plain = text.len() == words;
        for bag in
            within(&compounds.bags, |bag| bag.last, &range).iter().filter(|bag| bag.first >= range.start)
        {
            if after_plain {
                put(&mut text, BREAK);
            }
            put(&mut text, &compounds.text[bag.text.clone()]);
            after_plain = bag.plain;
        }
        Segment { text }
    }
}

/// Those of a sorted list whose key lies in the range.
fn within<'l, T>(list: &'l [T], key: impl Fn(&T) -> usize, range: &Range<usize>) -> &'l [T] {
    let start = list.partition_point(|item| key(item) < range.start);
    let end = list.partition_point(|item| key(item) < range.end);
    &list[start..end]
}

fn put(text: &mut String, token: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(token);
}

/// Where segments begin and end, in parts.
fn cut(writer: &Writer<'_>) -> Vec<Range<usize>> {
    let Writer { scan, compounds } = writer;
    let count = scan.parts.len();
    let tokens = count + compounds.pairs.len() + compounds.bags.len();
    if tokens <= PLACES as usize && scan.text.len() + compounds.text.len() <= BYTES / 4 {
        return std::iter::once(0..count).collect();
    }
    let mut ranges = Vec::new();
    let mut start = 0;
    loop {
        let end = reach(writer, start);
        ranges.push(start..end);
        if end == count {
            return ranges;
        }
        start = end.saturating_sub(OVERLAP).max(start + 1);
    }
}

/// How far a segment can go that begins at part `start`; at least one part.
fn reach(writer: &Writer<'_>, start: usize) -> usize {
    let Writer { scan, compounds } = writer;
    let mut places: HashMap<u64, u32> = HashMap::new();
    let mut pair = String::new();
    let (mut positions, mut bytes) = (1, 0);
    let mut next_pair = compounds.pairs.partition_point(|k| *k <= start);
    let mut next_bag = compounds.bags.partition_point(|bag| bag.last < start);
    for k in start..scan.parts.len() {
        let mut full = false;
        let mut add = |token: &str, cost: usize| {
            positions += cost;
            bytes += token.len() + 8;
            let seen = places.entry(hash(token)).or_default();
            *seen += 1;
            full |= *seen > PLACES;
        };
        add(scan.token(k), if scan.parts[k].link == Link::Field { 2 } else { 1 });
        if compounds.pairs.get(next_pair) == Some(&k) {
            next_pair += 1;
            pair.clear();
            scan.write_pair(k, &mut pair);
            add(&pair, 2);
        }
        while let Some(bag) = compounds.bags.get(next_bag).filter(|bag| bag.last == k) {
            next_bag += 1;
            if bag.first >= start {
                add(&compounds.text[bag.text.clone()], 2);
            }
        }
        if (full || positions > POSITIONS || bytes > BYTES) && k > start {
            return k;
        }
    }
    scan.parts.len()
}

/// FNV-1a: the same cut on every machine, and two tokens that collide only make a segment shorter.
fn hash(token: &str) -> u64 {
    token.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
