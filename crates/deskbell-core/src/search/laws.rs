//! What must hold for every text and query.

use proptest::prelude::*;

use super::segment::{BREAK, OVERLAP};
use super::tests::parse;
use super::*;

/// Texts of what is hard: scripts, marks, joiners, addresses, numbers and signs in any order.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z]{1,6}",
        2 => "[0-9]{1,5}",
        2 => "[退款进度환불リターが]{1,5}",
        2 => "[ .:/@'_+=#*-]{1,2}",
        1 => "[\"“”«»]",
        1 => prop::sample::select(vec!["DE89 3704 0044 0532 0130 00", "nora@werft.example", "0x80", "wi-fi", " - ",
            "e\u{301}", "и\u{306}", "ﾌﾟ", "İ", "ß", "\u{200D}", "🥝", "½", "™", "’", "กำ", "\u{3099}"]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        3 => Just(" ".to_owned()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A query of words in brackets.
#[derive(Clone, Debug)]
enum Tree {
    Word(&'static str),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Tree {
    fn any() -> impl Strategy<Value = Self> {
        let word = prop::sample::select(vec!["a", "b", "c", "ab", "bc"]).prop_map(Self::Word);
        word.prop_recursive(4, 12, 3, |inner| {
            let several = || prop::collection::vec(inner.clone(), 2..4);
            prop_oneof![
                inner.clone().prop_map(|of| Self::Not(Box::new(of))),
                several().prop_map(Self::All),
                several().prop_map(Self::Any),
            ]
        })
    }

    fn written(&self) -> String {
        let list = |of: &[Self], joint: &str| {
            let of: Vec<String> = of.iter().map(Self::written).collect();
            format!("({})", of.join(joint))
        };
        match self {
            Self::Word(word) => (*word).to_owned(),
            Self::Not(of) => format!("-({})", of.written()),
            Self::All(of) => list(of, " "),
            Self::Any(of) => list(of, " OR "),
        }
    }

    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Word(word) => text.split_whitespace().any(|other| other == *word),
            Self::Not(of) => !of.holds(text),
            Self::All(of) => of.iter().all(|of| of.holds(text)),
            Self::Any(of) => of.iter().any(|of| of.holds(text)),
        }
    }
}

fn finds(query: &str, text: &str) -> bool {
    matches(&parse(query).unwrap_or_else(|fault| panic!("{query:?}: {fault}")), &[&[text]])
}

/// Letters that stand alone in each token, and nothing that an engine reads as more.
fn is_clean(token: &str) -> bool {
    token.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9') || !c.is_ascii()) && token.len() < 2_046
}

/// Every FTS5 or tsquery text with its quoted tokens replaced by `x`.
fn bones(rendered: &str, quote: char) -> String {
    rendered.split(quote).enumerate().map(|(n, piece)| if n % 2 == 0 { piece } else { "x" }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_query_is_read_or_refused(query in prop_oneof![any::<String>(), text()]) {
        if let Err(fault) = parse(&query) {
            prop_assert_eq!(fault.first.field.as_deref(), Some("query"));
        }
    }

    #[test]
    fn folding_twice_is_folding_once(text in prop_oneof![any::<String>(), text()]) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn case_and_normal_form_do_not_matter(text in text()) {
        use unicode_normalization::UnicodeNormalization;
        prop_assert_eq!(fold(&text.nfd().collect::<String>()), fold(&text));
        prop_assert_eq!(fold(&text.nfc().collect::<String>()), fold(&text));
        prop_assert_eq!(fold(&text.to_lowercase()), fold(&text));
    }

    #[test]
    fn any_word_of_a_text_finds_it(text in text()) {
        for word in text.split_whitespace() {
            // A word that leaves out, or names a field, is none.
            let plain = !word.starts_with('-') && !word.contains([':', '(', ')']);
            if let Some(query) = parse(word).ok().filter(|_| plain) {
                prop_assert!(query.root.is_none() || matches(&query, &[&[&text]]), "{:?} in {:?}", word, text);
            }
        }
    }

    #[test]
    fn any_phrase_of_a_text_finds_it(text in text(), skip in 0_usize..5, take in 1_usize..6) {
        let text = text.replace(['"', '“', '”', '«', '»', '\u{201E}', '\u{201F}', '\u{FF02}'], " ");
        let words: Vec<&str> = text.split_whitespace().skip(skip).take(take).collect();
        let phrase = format!("\"{}\"", words.join(" "));
        // One that ends with a beginning of one letter is refused.
        if parse(&phrase).is_ok_and(|query| query.root.is_some()) {
            prop_assert!(finds(&phrase, &text), "{phrase:?} in {text:?}");
        }
    }

    #[test]
    fn any_beginning_of_a_word_finds_it(text in text(), length in 1_usize..8) {
        let scan = scan::Scan::of(&[&text]);
        for k in 0..scan.parts.len() {
            let beginning: String = scan.token(k).chars().take(length).collect();
            if parse(&format!("{beginning}*")).is_err() {
                continue;
            }
            prop_assert!(finds(&format!("{beginning}*"), &text), "{beginning:?}* in {text:?}");
        }
    }

    #[test]
    fn ideographs_are_found_like_a_substring(text in "[退款进a ]{0,12}", query in "[退款进]{1,4}") {
        prop_assert_eq!(finds(&query, &text), fold(&text).contains(&fold(&query)));
    }

    #[test]
    fn hangul_and_kana_are_found_like_a_substring(text in "[환불이ｶﾞガカ ]{0,12}", query in "[환불이ガカ]{1,4}") {
        prop_assert_eq!(finds(&query, &text), fold(&text).contains(&fold(&query)));
    }

    #[test]
    fn an_excerpt_is_a_stretch_of_the_text_with_a_hit(text in text(), skip in 0_usize..4, star in any::<bool>()) {
        let Some(word) = text.split_whitespace().nth(skip) else { return Ok(()) };
        let Ok(query) = parse(&if star { format!("{word}*") } else { word.to_owned() }) else { return Ok(()) };
        if let Some(excerpt) = query.excerpt(&text, None) {
            let shown: String = excerpt.pieces.iter().map(|piece| piece.text.as_str()).collect();
            let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            prop_assert!(plain.contains(&shown), "{shown:?} of {plain:?}");
            prop_assert!(excerpt.pieces.iter().any(|piece| piece.hit));
            prop_assert!(excerpt.pieces.iter().all(|piece| !piece.text.is_empty()));
            prop_assert_eq!(excerpt.cut_before, !plain.starts_with(&shown));
        }
    }

    #[test]
    fn without_and_or_and_brackets_are_what_they_say(texts in prop::collection::vec("[abc ]{0,8}", 1..8), tree in Tree::any()) {
        let Ok(query) = parse(&tree.written()) else { return Ok(()) };
        for text in &texts {
            prop_assert_eq!(matches(&query, &[&[text]]), tree.holds(text), "{:?} in {:?}", tree.written(), text);
        }
    }

    #[test]
    fn plain_phrases_are_found_like_a_substring_of_words(text in "[ab ]{0,16}", query in "[ab]{1,2}( [ab]{1,2}){0,3}") {
        let words = |text: &str| format!(" {} ", text.split_whitespace().collect::<Vec<_>>().join(" "));
        prop_assert_eq!(finds(&format!("\"{query}\""), &text), words(&text).contains(&words(&query)));
    }

    #[test]
    fn what_engines_get_is_clean(text in prop_oneof![any::<String>(), text()]) {
        for segment in index_fields(&[&text, &text]) {
            prop_assert!(segment.tokens().all(is_clean));
            let lexemes = segment.tokens().filter(|token| *token != BREAK).count();
            prop_assert_eq!(segment.tsvector_text().matches("':").count(), lexemes);
        }
        let query = parse(&text);
        for clause in query.iter().flat_map(Query::clauses) {
            let sequences = || clause.any.iter().flatten();
            prop_assert!(sequences().all(|s| s.tokens.iter().all(|t| is_clean(t)) && s.tokens.len() <= OVERLAP));
            let fts5 = bones(&clause.fts5(), '"').replace(" OR ", "").replace(" AND ", "");
            prop_assert!(fts5.chars().all(|c| "x* ()".contains(c)), "{}", fts5);
            let tsquery = bones(&clause.tsquery(), '\'');
            prop_assert!(tsquery.chars().all(|c| "x:* ()<->&|".contains(c)), "{}", tsquery);
        }
    }

    #[test]
    fn a_phrase_is_found_wherever_segments_are_cut(filler in 0_usize..700, word in "[a-c]{1,2}") {
        let text = format!("{} one two.three nora@werft.example four", format!("{word} ").repeat(filler));
        prop_assert!(finds("\"one two.three nora@werft.example four\"", &text));
        prop_assert!(!finds("\"one two.three nora@werft.example five\"", &text));
    }
}

#[test]
fn every_character_folds_to_what_its_other_cases_fold_to() {
    use caseless::Caseless;
    use unicode_normalization::UnicodeNormalization;

    for c in all_characters() {
        let folded = fold(&c.to_string());
        assert_eq!(fold(&folded), folded, "{c:?}");
        let has_mark = folded.contains(|c| ('\u{E000}'..='\u{E1FF}').contains(&c));
        assert!(!has_mark || folded == c.to_string(), "{c:?}");
        for other in [c.to_uppercase().collect::<String>(), c.to_lowercase().collect()] {
            // An iota below the line is an accent to us and a letter when it is capital. And the standard
            // library may know pairs that are younger than the tables.
            let is_iota = c.to_string().nfd().any(|c| c == '\u{345}');
            let is_pair = other.chars().default_case_fold().eq(std::iter::once(c).default_case_fold());
            assert!(is_iota || !is_pair || fold(&other) == folded, "{c:?} and {other:?}");
        }
    }
}

/// Every character that is not an ideograph like thousands of others.
pub(super) fn all_characters() -> impl Iterator<Item = char> {
    ('\u{0}'..='\u{2001F}').chain('\u{2F7F0}'..='\u{2FA2F}').chain('\u{DFFF0}'..='\u{E01FF}')
}
