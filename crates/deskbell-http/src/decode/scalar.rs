//! Single values as they were sent: numbers, booleans, words, texts and times. Empty text is nothing, but for texts.
//!
//! Each reader gives the value, nothing, or what the value must be, to follow "NAME must be".

use deskbell_core::Timestamp;
use deskbell_core::id::MAX_ID;
use deskbell_core::time::TimeSpan;

use crate::decode::json::Raw;

/// What a value must be, for the caller.
pub(crate) type Expected = String;

/// Digits alone, as a number of JSON or as text; empty is nothing.
pub(crate) fn number(raw: &Raw, min: i64, max: i64) -> Result<Option<i64>, Expected> {
    let expected = || match (min, max) {
        (1, MAX_ID) => format!("an id: a whole number from 1 to {MAX_ID}, in decimal digits"),
        (0, MAX_ID) => format!("an id, or 0 for none: a whole number from 0 to {MAX_ID}, in decimal digits"),
        _ => format!("a whole number from {min} to {max}, in decimal digits"),
    };
    let digits = match raw {
        Raw::Null => return Ok(None),
        Raw::Text(text) if text.is_empty() => return Ok(None),
        Raw::Text(text) => text.as_str(),
        Raw::Number(literal) => literal,
        _ => return Err(expected()),
    };
    digits_within(digits, min, max).map(Some).ok_or_else(expected)
}

/// A number of decimal digits alone, within bounds.
pub(crate) fn digits_within(digits: &str, min: i64, max: i64) -> Option<i64> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    if significant.len() > 18 {
        return None;
    }
    let number = if significant.is_empty() { 0 } else { significant.parse().ok()? };
    (min..=max).contains(&number).then_some(number)
}

pub(crate) fn flag(raw: &Raw) -> Result<Option<bool>, Expected> {
    let expected = || "true, false, 1, 0, yes, no, on or off".to_owned();
    let word = match raw {
        Raw::Null => return Ok(None),
        Raw::Bool(flag) => return Ok(Some(*flag)),
        Raw::Number(literal) if matches!(&**literal, "0" | "1") => literal,
        Raw::Text(text) => text.as_str(),
        _ => return Err(expected()),
    };
    let is = |known: &[&str]| known.iter().any(|k| word.eq_ignore_ascii_case(k));
    match () {
        () if word.is_empty() => Ok(None),
        () if is(&["true", "1", "yes", "on"]) => Ok(Some(true)),
        () if is(&["false", "0", "no", "off"]) => Ok(Some(false)),
        () => Err(expected()),
    }
}

pub(crate) fn word(raw: &Raw, words: &[&'static str]) -> Result<Option<&'static str>, Expected> {
    let found = match raw {
        Raw::Null => return Ok(None),
        Raw::Text(text) if text.is_empty() => return Ok(None),
        Raw::Text(text) => words.iter().copied().find(|w| w == text),
        _ => None,
    };
    found.map(Some).ok_or_else(|| format!("one of {}", words.join(", ")))
}

/// Text; a number of JSON is taken as written. Characters are counted as sent.
pub(crate) fn text(raw: &Raw, max: usize) -> Result<Option<&str>, Expected> {
    let text = match raw {
        Raw::Null => return Ok(None),
        Raw::Text(text) => text.as_str(),
        Raw::Number(literal) => literal,
        _ => return Err("text".to_owned()),
    };
    // Bytes are never fewer than characters, so most texts are not counted.
    if text.len() > max && text.chars().nth(max).is_some() {
        return Err(format!("at most {max} characters long"));
    }
    Ok(Some(text))
}

pub(crate) fn span(raw: &Raw) -> Result<Option<TimeSpan>, Expected> {
    match raw {
        Raw::Null => Ok(None),
        Raw::Text(text) if text.is_empty() => Ok(None),
        Raw::Text(text) => Timestamp::parse_span(text).map(Some).ok_or_else(a_time),
        _ => Err(a_time()),
    }
}

pub(crate) fn moment(raw: &Raw) -> Result<Option<Option<Timestamp>>, Expected> {
    match raw {
        Raw::Null => Ok(None),
        Raw::Text(text) if text.is_empty() => Ok(Some(None)),
        Raw::Text(text) => Timestamp::parse_span(text).map(|s| Some(Some(s.first))).ok_or_else(a_time),
        _ => Err(a_time()),
    }
}

pub(crate) fn a_time() -> Expected {
    "a time: YYYY-MM-DD HH:MM:SS (UTC), RFC 3339 with a zone, or a date YYYY-MM-DD".to_owned()
}
