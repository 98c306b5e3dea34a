//! Times as a data set writes them: some formats, tried in order, in a named zone. What fits none is refused; nothing
//! is ever guessed.

use deskbell_core::Timestamp;
use jiff::civil::Time;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

/// How times are read.
#[derive(Clone, Debug)]
pub(crate) struct DateRule {
    formats: Vec<String>,
    zone: TimeZone,
}

/// A year before this one is a year with two digits, read by a format that wants four.
const FIRST_YEAR: i16 = 1000;

impl DateRule {
    /// A rule of formats as strftime writes them; without any, the forms of the API are read.
    pub(crate) fn new(formats: &[String], zone: &str) -> Result<Self, String> {
        let zone = TimeZone::get(zone).map_err(|_| {
            format!("zone {zone:?} is not a time zone; names are like \"Europe/Amsterdam\" or \"UTC\"")
        })?;
        for format in formats {
            try_out(format).map_err(|why| format!("date format {format:?}: {why}"))?;
        }
        Ok(Self { formats: formats.to_vec(), zone })
    }

    /// The instant that the text names.
    pub(crate) fn read(&self, text: &str) -> Option<Timestamp> {
        if self.formats.is_empty() {
            return Timestamp::parse_span(text).map(|span| span.first);
        }
        self.formats.iter().find_map(|format| self.read_as(format, text))
    }

    /// The forms that are read, for messages.
    pub(crate) fn forms(&self) -> String {
        if self.formats.is_empty() {
            return "YYYY-MM-DD, YYYY-MM-DD HH:MM:SS (UTC) or RFC 3339".into();
        }
        self.formats.join(", ")
    }

    fn read_as(&self, format: &str, text: &str) -> Option<Timestamp> {
        let parts = BrokenDownTime::parse(format, text).ok()?;
        let instant = match parts.to_timestamp() {
            Ok(instant) => instant,
            Err(_) => {
                let date = parts.to_date().ok()?;
                let time = if parts.hour().is_some() { parts.to_time().ok()? } else { Time::midnight() };
                self.zone.to_timestamp(date.to_datetime(time)).ok()?
            }
        };
        let year = self.zone.to_datetime(instant).year();
        (FIRST_YEAR..=9999).contains(&year).then(|| Timestamp(instant.as_second()))
    }
}

/// Whether a format can be read at all, and gives a date.
fn try_out(format: &str) -> Result<(), String> {
    let sample = jiff::civil::date(2013, 7, 29).at(13, 5, 9, 0);
    let sample = TimeZone::UTC.to_zoned_datetime(sample).map_err(|error| error.to_string())?;
    let text = strtime::format(format, &sample).map_err(|error| error.to_string())?;
    let parts = BrokenDownTime::parse(format, &text).map_err(|error| error.to_string())?;
    if parts.to_timestamp().is_ok() || parts.to_date().is_ok() {
        return Ok(());
    }
    Err("it does not say year, month and day".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formats: &[&str], zone: &str, text: &str) -> Option<String> {
        let formats: Vec<String> = formats.iter().map(|f| (*f).to_owned()).collect();
        DateRule::new(&formats, zone).ok()?.read(text).map(|t| t.to_string())
    }

    #[test]
    fn formats_are_tried_in_order_in_the_named_zone() {
        let formats = ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y %H:%M"];
        assert_eq!(read(&formats, "UTC", "2013-07-29"), Some("2013-07-29 00:00:00".into()));
        assert_eq!(read(&formats, "Europe/Amsterdam", "31/12/2023"), Some("2023-12-30 23:00:00".into()));
        assert_eq!(read(&formats, "UTC", "12/31/2023 14:05"), Some("2023-12-31 14:05:00".into()));
        assert_eq!(
            read(&["%Y-%m-%d %H:%M:%S %z"], "UTC", "2023-12-31 14:05:00 +0530"),
            Some("2023-12-31 08:35:00".into())
        );
    }

    #[test]
    fn months_and_days_need_no_leading_zero() {
        assert_eq!(read(&["%m/%d/%Y"], "UTC", "7/29/2013"), Some("2013-07-29 00:00:00".into()));
        assert_eq!(read(&["%m/%d/%Y"], "UTC", "7/9/2013"), Some("2013-07-09 00:00:00".into()));
    }

    #[test]
    fn nothing_is_guessed() {
        let formats = ["%Y-%m-%d", "%d/%m/%Y"];
        for text in
            ["45291", "45291.75", "2023-02-30", "31/12/23", "0000-00-00", "12/31/2023", "2023-01-02 x", ""]
        {
            assert_eq!(read(&formats, "UTC", text), None, "{text:?}");
        }
    }

    #[test]
    fn the_api_forms_are_read_where_no_format_is_named() {
        assert_eq!(read(&[], "UTC", "2026-11-25T01:30:00+05:30"), Some("2026-11-24 20:00:00".into()));
        assert_eq!(read(&[], "UTC", "25.11.2026"), None);
    }

    #[test]
    fn rules_that_cannot_work_are_refused_at_once() {
        for (format, zone) in [("%Q-%m", "UTC"), ("%H:%M", "UTC"), ("%Y-%m-%d", "Mars/Base")] {
            assert!(DateRule::new(&[format.to_owned()], zone).is_err(), "{format} {zone}");
        }
    }
}
