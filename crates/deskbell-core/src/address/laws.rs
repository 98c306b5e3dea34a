//! What holds for every address: the canonical form is its own, and how it was written does not matter.

use proptest::prelude::*;

use super::{Kind, canonical, canonical_of, e164};

const COUNTRIES: [&str; 12] = ["", "DE", "IT", "BR", "US", "MX", "AR", "GB", "NL", "RU", "SM", "xx"];

#[test]
fn the_kind_is_told_by_the_text() {
    let kind = |text| canonical(text, "DE").map(|(kind, form)| format!("{kind} {form}"));
    assert_eq!(kind(" Anna@Shop.Example "), Some("email anna@shop.example".into()));
    assert_eq!(kind("030/23125042"), Some("telephone +493023125042".into()));
    assert_eq!(kind("@Anna_B"), Some("twitter @anna_b".into()));
    for text in ["", "anonymous", "110", "@shop.example", "anna"] {
        assert_eq!(kind(text), None, "{text}");
    }
    assert_eq!(canonical_of(Kind::Facebook, "Anna.B", ""), Some("anna.b".into()));
    assert_eq!(e164("030 23125042", "DE"), Some("+493023125042".into()));
    assert_eq!(e164("030 23125042 ext. 12", "DE"), None);
}

#[test]
fn the_words_and_ranks_of_kinds_read_back() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        assert_eq!(Kind::from_rank(kind.rank()), Some(*kind));
    }
    assert_eq!(Kind::WORDS.len(), Kind::ALL.len());
    assert_eq!(Kind::parse("Email"), None);
}

fn digits_like() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+]?[0-9]{1,18}",
        "(00|0|[+]|)[0-9]{1,4}[ /().-]{0,2}(\\(0\\))?[0-9 /.-]{3,14}",
        "[+](55|52|39|54|7|1|49)[0-9]{6,12}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_canonical_form_is_its_own(
        text in prop_oneof![digits_like(), "[A-Za-zéß.+_]{1,8}@[A-Za-zäß.-]{1,12}", "@?[A-Za-z_ß]{1,9}", any::<String>()],
        country in prop::sample::select(&COUNTRIES[..]),
    ) {
        for kind in Kind::ALL {
            let Some(form) = canonical_of(*kind, &text, country) else { continue };
            prop_assert_eq!(canonical_of(*kind, &form, country), Some(form.clone()), "{}", kind);
            // Whatever the country, an international form means the same.
            prop_assert_eq!(canonical_of(*kind, &form, ""), Some(form), "{}", kind);
        }
    }

    #[test]
    fn separators_do_not_matter(
        digits in "(49|39|55|44|1|31)[0-9]{8,11}",
        gaps in prop::collection::vec(prop::sample::select(&["", " ", "-", ".", " / ", "\u{2011}", "\u{A0}"][..]), 16),
    ) {
        let plain = format!("+{digits}");
        let mut spaced = String::from("+");
        for (digit, gap) in digits.chars().zip(&gaps) {
            spaced.push(digit);
            spaced.push_str(gap);
        }
        prop_assert_eq!(canonical(&spaced, ""), canonical(&plain, "DE"));
    }

    #[test]
    fn the_case_of_an_email_does_not_matter(text in "[a-zA-Zäöñø.]{1,10}@[a-zA-Zäöñø]{1,10}[.]example") {
        let form = canonical_of(Kind::Email, &text, "");
        prop_assert!(form.is_some());
        prop_assert_eq!(canonical_of(Kind::Email, &text.to_uppercase(), ""), form.clone());
        prop_assert_eq!(canonical_of(Kind::Email, &format!(" {}. ", text.to_lowercase()), ""), form);
    }

    #[test]
    fn forms_of_different_kinds_differ(text in any::<String>(), digits in digits_like()) {
        for text in [&text, &digits] {
            let forms: Vec<String> = Kind::ALL.iter().filter_map(|k| canonical_of(*k, text, "DE")).collect();
            let distinct: std::collections::BTreeSet<&String> = forms.iter().collect();
            prop_assert_eq!(distinct.len(), forms.len(), "{:?}", forms);
        }
    }
}
