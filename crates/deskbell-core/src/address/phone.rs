//! Telephone numbers as people write them, read as E.164.
//!
//! The spelling is cleaned here: separators, digits of other scripts, a bracketed trunk zero, an extension. What the
//! digits mean is the matter of `phonenumber` and its tables (libphonenumber's): prefixes, the Italian zero, lengths.
//! Nothing is guessed: a national number without a country, a short code or a word is no number.

use phonenumber::country::{Id, Source};
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber};

/// A number and whether an extension stood behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    /// `+`, country code, national number.
    pub(super) e164: String,
    /// Whether there was an extension; it does not belong to the line.
    pub(super) extension: bool,
}

/// Characters of the longest text that is looked at.
const LONGEST: usize = 80;
/// Digits of a number with everything in front of it: E.164 has 15.
const DIGITS: std::ops::RangeInclusive<usize> = 3..=20;

/// Reads a number. `country`: ISO 3166 alpha-2, empty if unknown.
pub(super) fn read(text: &str, country: &str) -> Option<Line> {
    let Spelling { digits, trunk, extension } = Spelling::of(text)?;
    let country = country.trim().to_ascii_uppercase().parse::<Id>().ok();
    let e164 = trunk.and_then(|at| without(&digits, at)).and_then(|d| meaning(&d, country, true));
    let e164 = e164.or_else(|| meaning(&digits, country, false))?;
    Some(Line { e164, extension })
}

/// The digits without the bracketed zero that stands at that place, if they are in international form.
fn without(digits: &str, at: usize) -> Option<String> {
    (digits.starts_with('+') || digits.starts_with("00"))
        .then(|| format!("{}{}", &digits[..at], &digits[at + 1..]))
}

/// What the digits mean, in the first way that makes sense; with `strict` only a number that is in use.
fn meaning(digits: &str, country: Option<Id>, strict: bool) -> Option<String> {
    let plus = |rest: &str| settled(&format!("+{rest}"), strict);
    if let Some(rest) = digits.strip_prefix('+') {
        return plus(rest);
    }
    let national = country.and_then(|country| number(digits, Some(country), strict));
    // Most countries dial 00 in front of a foreign number, and people of all others write it.
    national.or_else(|| digits.strip_prefix("00").and_then(plus))
}

/// A number in international form, read again until reading changes nothing: some prefixes come off one by one.
fn settled(digits: &str, strict: bool) -> Option<String> {
    let mut form = number(digits, None, strict)?;
    for _ in 0..3 {
        let again = number(&form, None, strict)?;
        if again == form {
            return Some(form);
        }
        form = again;
    }
    None
}

fn number(digits: &str, country: Option<Id>, strict: bool) -> Option<String> {
    let number = phonenumber::parse(country, digits).ok()?;
    let (code, national) = (number.country().code(), number.national().to_string());
    if let Some(form) = other_spelling(code, &national) {
        return Some(form);
    }
    // A line of a range that the tables do not have yet is believed only where its country was said.
    let said = number.code().source() != Source::Default && !strict;
    let good = number.is_valid() || (said && is_possible(code, national.len()));
    good.then(|| e164(&number))
}

fn e164(number: &PhoneNumber) -> String {
    number.format().mode(Mode::E164).to_string()
}

fn is_possible(code: u16, length: usize) -> bool {
    let main = DATABASE.by_code(&code).and_then(|regions| regions.into_iter().next());
    let lengths = main.map(|region| region.descriptors().general().possible_length().to_vec());
    lengths.is_some_and(|lengths| lengths.iter().any(|l| usize::from(*l) == length))
}

/// The present form of a mobile number in an older one that is still written and delivered: Brazil put a 9 in front
/// of its mobile numbers (2012 to 2016), Mexico took away the 1 that foreigners dialled (2019). Landlines keep theirs.
fn other_spelling(code: u16, national: &str) -> Option<String> {
    let form = match code {
        55 if national.len() == 10 && matches!(national.as_bytes()[2], b'6'..=b'9') => {
            format!("+55{}9{}", &national[..2], &national[2..])
        }
        52 if national.len() == 11 && national.starts_with('1') => format!("+52{}", &national[1..]),
        _ => return None,
    };
    phonenumber::parse(None, &form).ok().filter(PhoneNumber::is_valid).map(|number| e164(&number))
}

/// The digits of a text in ASCII, with what people write around them.
struct Spelling {
    /// An optional `+`, then digits.
    digits: String,
    /// Where in `digits` a bracketed zero stands.
    trunk: Option<usize>,
    extension: bool,
}

impl Spelling {
    /// `None` if the text holds anything else than one number.
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST * 4 || text.chars().count() > LONGEST {
            return None;
        }
        let text = match text.get(..4) {
            Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
            _ => text,
        };
        let mut spelling = Self { digits: String::new(), trunk: None, extension: false };
        let mut bracket = None;
        for (at, c) in text.char_indices() {
            if let Some(digit) = digit(c) {
                spelling.digits.push(digit);
            } else if matches!(c, '+' | '＋') && spelling.digits.is_empty() {
                spelling.digits.push('+');
            } else if matches!(c, '(' | '[' | '（') {
                bracket = Some(spelling.digits.len());
            } else if matches!(c, ')' | ']' | '）') {
                let open = bracket.take()?;
                if spelling.trunk.is_none() && open > 0 && &spelling.digits[open..] == "0" {
                    spelling.trunk = Some(open);
                }
            } else if is_extension(&text[at..]) {
                spelling.extension = true;
                break;
            } else if !is_separator(c) {
                return None;
            }
        }
        let count = spelling.digits.trim_start_matches('+').len();
        (DIGITS.contains(&count) && bracket.is_none()).then_some(spelling)
    }
}

/// The decimal digit of this or another script, in ASCII.
pub(super) fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    // Digits stand in rows of ten: Arabic, Persian, N'Ko, the scripts of India, Thai, Lao, Tibetan, Burmese, Khmer,
    // full width.
    const ZEROS: [u32; 20] = [
        0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
        0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0x1B50, 0xFF10,
    ];
    let value = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '.' | '/' | '~' | '\u{AD}' | '\u{2010}'
                ..='\u{2015}' | '\u{2212}' | '・' | '－' | '．' | '／'
        )
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}')
}

/// Whether the rest of a text is an extension: `ext. 12`, `x12`, `#12`, `;ext=12`, `Durchwahl 12`.
fn is_extension(rest: &str) -> bool {
    const WORDS: [&str; 9] = [";ext=", "extension", "extn", "ext", "durchwahl", "dw", "int", "x", "#"];
    let rest = rest.to_lowercase();
    let Some(behind) = WORDS.iter().find_map(|word| rest.strip_prefix(word)) else { return false };
    let digits = behind.trim_start_matches(['.', ':', ' ', '\u{A0}']);
    (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str, country: &str) -> Option<String> {
        read(text, country).map(|line| line.e164)
    }

    #[test]
    fn a_german_number_is_one_line_however_it_is_written() {
        for text in [
            "+49 (0) 30 / 23125-042",
            "0049 30 23125042",
            "0049 (0)30 23125042",
            "030/23125042",
            "(030) 23 12 50 42",
            "+493023125042",
            "+49 30 23125042 ext. 12",
            "+49 30 23125042 x12",
            "tel:+49-30-23125042;ext=12",
            "＋４９ ３０ ２３１２５０４２",
            "+٤٩٣٠٢٣١٢٥٠٤٢",
        ] {
            assert_eq!(form(text, "DE").as_deref(), Some("+493023125042"), "{text}");
        }
        assert!(read("+49 30 23125042 ext. 12", "").is_some_and(|line| line.extension));
    }

    #[test]
    fn without_a_country_only_the_international_form_is_read() {
        assert_eq!(form("030 23125042", ""), None);
        assert_eq!(form("0049 30 23125042", "").as_deref(), Some("+493023125042"));
        assert_eq!(form("0049 30 23125042", "US").as_deref(), Some("+493023125042"));
        assert_eq!(form("011 49 30 23125042", "us").as_deref(), Some("+493023125042"));
    }

    #[test]
    fn a_zero_stays_where_it_belongs_to_the_number() {
        for text in ["+39 06 1234567", "+39 (0)6 1234567", "0039 06 1234567"] {
            assert_eq!(form(text, "").as_deref(), Some("+39061234567"), "{text}");
        }
        assert_eq!(form("06 1234567", "IT").as_deref(), Some("+39061234567"));
        assert_eq!(form("+7 (0) 495 123-45-67", "").as_deref(), Some("+74951234567"));
        assert_eq!(form("+1 (0) 650 253 0000", "").as_deref(), Some("+16502530000"));
        assert_eq!(form("+44 (0)20 7946 0958", "").as_deref(), Some("+442079460958"));
    }

    #[test]
    fn short_codes_words_and_several_numbers_are_no_number() {
        for text in [
            "110",
            "112",
            "anonymous",
            "unknown",
            "order 12345678",
            "12345678",
            "030 23125042 Herr Maier",
            "030 23125042 / 030 23125043",
            "+49 30 23125042, +49 30 23125043",
            "+49 +30 23125042",
            "+4930",
            "+999123456789",
            "1-800-FLOWERS",
            "030 (23125042",
            "12345678901234567890123",
            "",
            "+",
            "(0)",
        ] {
            assert_eq!(form(text, "DE"), None, "{text}");
        }
    }

    #[test]
    fn both_spellings_of_a_brazilian_mobile_are_one_line_and_a_landline_stays() {
        for text in ["+55 21 99876-1234", "+552198761234", "0055 21 9876-1234"] {
            assert_eq!(form(text, "").as_deref(), Some("+5521998761234"), "{text}");
        }
        assert_eq!(form("(21) 9876-1234", "BR").as_deref(), Some("+5521998761234"));
        assert_eq!(form("+552133334444", "").as_deref(), Some("+552133334444"));
        assert_eq!(form("(21) 3333-4444", "BR").as_deref(), Some("+552133334444"));
    }

    #[test]
    fn a_mexican_mobile_has_no_one_in_front() {
        assert_eq!(form("+52 1 55 1234 5678", ""), form("+52 55 1234 5678", ""));
        assert!(form("+52 55 1234 5678", "").is_some());
    }
}
