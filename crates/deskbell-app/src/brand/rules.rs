//! What the fields of a brand may hold. Pure: nothing here asks the store.

use deskbell_core::Code;
use deskbell_core::fault::Detail;
use jiff::tz::TimeZone;

use super::row::Brand;
use crate::item::{check_name, check_url, detail};

/// Fields of a brand as they are sent. What is absent stays as it is, or is the default of a new brand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of Brand")]
pub struct Fields {
    pub name: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
    pub crm_sync_url: Option<String>,
    pub signature: Option<String>,
    pub business_hours: Option<String>,
}

/// The assigned codes of ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
     BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET \
     FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ \
     IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
     MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS \
     PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL \
     TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Notes every value that a brand does not take.
pub fn check(fields: &Fields, problems: &mut Vec<Detail>) {
    check_name(fields.name.as_deref(), problems);
    let mut invalid =
        |field: &str, message: &str| problems.push(detail(field, Code::InvalidParameter, message));
    if fields.country.as_deref().is_some_and(|c| country(c).is_none()) {
        invalid("country", "country must be a code of ISO 3166 with two letters, such as NL, or empty.");
    }
    if fields.time_zone.as_deref().is_some_and(|z| time_zone(z).is_none()) {
        invalid("time_zone", "time_zone must be a name of the IANA database, such as Europe/Amsterdam.");
    }
    if fields.language.as_deref().is_some_and(|l| !is_language(l)) {
        invalid("language", "language must be a tag such as en, nl or pt-BR.");
    }
    if fields.business_hours.as_deref().is_some_and(|h| !is_object_or_empty(h)) {
        invalid("business_hours", "business_hours must be the text of a JSON object, or empty.");
    }
    check_url("crm_sync_url", fields.crm_sync_url.as_deref(), problems);
}

impl Fields {
    /// Writes the fields into a brand. They have passed `check`.
    pub(super) fn apply(&self, brand: &mut Brand) {
        let mut set = |place: fn(&mut Brand) -> &mut String, value: Option<String>| {
            if let Some(value) = value {
                *place(brand) = value;
            }
        };
        set(|b| &mut b.name, self.name.clone());
        set(|b| &mut b.country, self.country.as_deref().and_then(country));
        set(|b| &mut b.time_zone, self.time_zone.as_deref().and_then(time_zone));
        set(|b| &mut b.language, self.language.clone());
        set(|b| &mut b.crm_sync_url, self.crm_sync_url.clone());
        set(|b| &mut b.signature, self.signature.clone());
        set(|b| &mut b.business_hours, self.business_hours.clone());
    }
}

/// A country in capital letters; empty stays empty.
fn country(text: &str) -> Option<String> {
    let code = text.to_ascii_uppercase();
    (code.is_empty() || COUNTRIES.split(' ').any(|known| known == code)).then_some(code)
}

/// A time zone by the spelling of the database, which is part of the program.
fn time_zone(text: &str) -> Option<String> {
    let zone = TimeZone::get(text).ok().filter(|zone| !zone.is_unknown())?;
    zone.iana_name().map(str::to_owned)
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_lowercase());
    parts.next().is_some_and(|first| matches!(first.len(), 2 | 3) && letters(first))
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
        && text.len() <= 35
}

fn is_object_or_empty(text: &str) -> bool {
    text.is_empty() || serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_assigned_codes_in_any_case() {
        assert_eq!(COUNTRIES.split(' ').count(), 249);
        assert_eq!(country("nl"), Some("NL".into()));
        assert_eq!(country(""), Some(String::new()));
        for text in ["XX", "N", "NLD", "N L", "UK", "ÅX"] {
            assert_eq!(country(text), None, "{text}");
        }
    }

    #[test]
    fn time_zones_are_those_of_the_database_in_its_spelling() {
        assert_eq!(time_zone("europe/amsterdam"), Some("Europe/Amsterdam".into()));
        assert_eq!(time_zone("UTC"), Some("UTC".into()));
        for text in ["", "CET+1", "+01:00", "Europe/Nowhere", "../etc/passwd", "Etc/Unknown"] {
            assert_eq!(time_zone(text), None, "{text}");
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = |text: &str| Some(text.to_owned());
        let fields = Fields {
            name: wrong(" "),
            country: wrong("Holland"),
            time_zone: wrong("Amsterdam"),
            language: wrong("Dutch"),
            crm_sync_url: wrong("crm"),
            signature: wrong(""),
            business_hours: wrong("[]"),
        };
        let mut problems = Vec::new();
        check(&fields, &mut problems);
        let mut named: Vec<&str> = problems.iter().filter_map(|p| p.field.as_deref()).collect();
        named.sort_unstable();
        assert_eq!(named, ["business_hours", "country", "crm_sync_url", "language", "name", "time_zone"]);
    }

    #[test]
    fn languages_and_hours_that_are_well_formed_pass() {
        for (language, hours) in
            [("en", ""), ("pt-BR", "{}"), ("zh-Hant-TW", r#"{"monday":[["09:00","17:00"]]}"#)]
        {
            let fields = Fields {
                language: Some(language.into()),
                business_hours: Some(hours.into()),
                ..Fields::default()
            };
            let mut problems = Vec::new();
            check(&fields, &mut problems);
            assert_eq!(problems, []);
        }
    }
}
