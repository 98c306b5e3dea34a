//! Instants as the API writes them: `YYYY-MM-DD HH:MM:SS` in UTC, whole seconds.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Seconds since the Unix epoch, UTC. Whole seconds, since that is what the API shows and compares.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A time in a request: an instant, or a whole UTC day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeSpan {
    /// Its first second.
    pub first: Timestamp,
    /// Its last second: the same for an instant, 23:59:59 for a day.
    pub last: Timestamp,
}

impl Timestamp {
    /// Reads `YYYY-MM-DD HH:MM:SS` (UTC), RFC 3339 with a zone, or a bare date (its whole UTC day).
    /// Parts of a second are cut off. Years 0001 to 9999. `None` for anything else, also for dates that do not exist.
    pub fn parse_span(text: &str) -> Option<TimeSpan> {
        let bytes = text.as_bytes();
        if bytes.len() < 10 || !bytes.is_ascii() || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        if bytes.len() == 10 {
            let date: Date = text.parse().ok()?;
            let first = utc(date.to_datetime(jiff::civil::Time::midnight()))?;
            return Some(TimeSpan { first, last: Self(first.0 + 86_399) });
        }
        let instant = if bytes.len() == 19 && bytes[10] == b' ' {
            utc(text.parse::<DateTime>().ok()?)?
        } else if matches!(bytes[10], b'T' | b't') && !text.contains('[') {
            let stamp: jiff::Timestamp = text.parse().ok()?;
            Self(stamp.as_nanosecond().div_euclid(1_000_000_000).try_into().ok()?)
        } else {
            return None;
        };
        (MIN..=MAX).contains(&instant.0).then_some(TimeSpan { first: instant, last: instant })
    }
}

/// 0001-01-01 00:00:00 and 9999-12-31 23:59:59.
const MIN: i64 = -62_135_596_800;
const MAX: i64 = 253_402_300_799;

fn utc(civil: DateTime) -> Option<Timestamp> {
    let stamp = TimeZone::UTC.to_timestamp(civil).ok()?;
    (MIN..=MAX).contains(&stamp.as_second()).then(|| Timestamp(stamp.as_second()))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.clamp(MIN, MAX);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
        // By hand, since every answer is full of times.
        let mut text = *b"0000-00-00 00:00:00";
        for (at, number) in
            [(0, year / 100), (2, year % 100), (5, month), (8, day), (11, h), (14, m), (17, s)]
        {
            text[at] += digit(number / 10);
            text[at + 1] += digit(number % 10);
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

fn digit(number: i64) -> u8 {
    u8::try_from(number).unwrap_or_default()
}

/// The proleptic Gregorian date of a day number (days since 1970-01-01).
/// Eras of 400 years, counted from 0000-03-01 so that the leap day ends a year.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        Timestamp::parse_span(text).map(|s| format!("{}..{}", s.first, s.last))
    }

    #[test]
    fn the_documented_forms_are_read() {
        let same = |t: &str| Some(format!("{t}..{t}"));
        assert_eq!(read("2026-11-25 01:30:00"), same("2026-11-25 01:30:00"));
        assert_eq!(read("2026-11-25T01:30:00Z"), same("2026-11-25 01:30:00"));
        assert_eq!(read("2026-11-25T01:30:00+05:30"), same("2026-11-24 20:00:00"));
        assert_eq!(read("2026-11-25T01:30:00.9Z"), same("2026-11-25 01:30:00"));
        assert_eq!(read("2026-11-25"), Some("2026-11-25 00:00:00..2026-11-25 23:59:59".into()));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "now",
            "2026-02-30",
            "2026-13-01",
            "2026-11-25T01:30:00",
            "2026-11-25 01:30",
            "45291",
            "25/11/2026",
            "2026-11-25 25:00:00",
            "2026-11-25 01:30:00Z",
            "2026-11-25T01:30:00Z[UTC]",
            "20261125",
            " 2026-11-25",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(second in MIN..=MAX) {
            let time = Timestamp(second);
            let span = Timestamp::parse_span(&time.to_string());
            prop_assert_eq!(span, Some(TimeSpan { first: time, last: time }));
        }
    }
}
