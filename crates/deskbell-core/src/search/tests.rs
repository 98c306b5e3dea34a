//! Cases in which help desks have failed the people who search in them, and the rules of docs/search.md.

use super::*;
use crate::fault::{Code, Fault};
use crate::time::Timestamp;

/// 2026-11-25 12:00:00.
const NOW: Timestamp = Timestamp(1_795_608_000);

pub(super) fn parse(query: &str) -> Result<Query, Fault> {
    super::parse(query, NOW)
}

/// The numbers, from 0, of the texts that the query finds; each text is a ticket of one entry.
fn found(texts: &[&str], query: &str) -> Vec<usize> {
    let query = parse(query).unwrap_or_else(|fault| panic!("{query}: {fault}"));
    (0..texts.len()).filter(|n| matches(&query, &[&[texts[*n]]])).collect()
}

#[track_caller]
fn check(texts: &[&str], cases: &[(&str, &[usize])]) {
    for (query, expected) in cases {
        assert_eq!(found(texts, query), *expected, "query {query}");
    }
}

#[track_caller]
fn refused(query: &str) -> String {
    let fault = parse(query).expect_err(query);
    assert_eq!((fault.code(), fault.first.field.as_deref()), (Code::InvalidParameter, Some("query")));
    fault.first.message
}

#[test]
fn hyphens_and_lonely_quotation_marks_are_no_trouble_while_typing() {
    let titles =
        ["Wi-Fi down", "wifi down", "E-Mail-Adresse", "covid-19", "self - service", "Drucker kaputt"];
    check(
        &titles,
        &[
            ("\"Druck", &[]),
            ("\"Drucker", &[5]),
            ("wi-fi", &[0, 1]),
            ("wifi", &[0, 1]),
            ("Wi‑Fi", &[0, 1]),
            ("e-mail", &[2]),
            ("email", &[2]),
            ("e-mail-adresse", &[2]),
            ("emailadresse", &[2]),
            ("adresse", &[2]),
            ("e-mail-adr*", &[2]),
            ("\"wi-fi down", &[0]),
            ("\"wi-fi down\"", &[0]),
            ("wi-", &[0]),
            ("--", &[]),
            ("\"", &[]),
            ("·", &[]),
            ("*", &[]),
            ("wi-fi \"", &[0, 1]),
            ("wi-fi -", &[0, 1]),
            ("covid-19", &[3]),
            ("self-service", &[4]),
            ("wi-f*", &[0]),
        ],
    );
    assert_eq!(found(&titles, "  "), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn chinese_japanese_and_korean_are_found_by_any_stretch_of_characters() {
    let titles = [
        "请帮我查询退款进度",
        "환불이 안 됩니다",
        "領収書の再発行お願いします",
        "プリンターが動かない",
        "退货与退款",
        "iPhone手机壳",
        "กำลังโหลด",
    ];
    check(
        &titles,
        &[
            ("退款", &[0, 4]),
            ("退", &[0, 4]),
            ("度", &[0]),
            ("退款进度", &[0]),
            ("환불", &[1]),
            ("再発行", &[2]),
            ("プリンター", &[3]),
            ("ﾌﾟﾘﾝﾀｰ", &[3]),
            ("\"退款 进度\"", &[]),
            ("退款 进度", &[0]),
            ("退款*", &[0, 4]),
            ("款退", &[]),
            ("ハ", &[]),
            ("โหลด", &[6]),
            ("iphone手", &[5]),
            ("iphone手机", &[5]),
            ("\"iPhone 手机壳\"", &[5]),
        ],
    );
}

#[test]
fn an_address_finds_itself_and_its_parts_find_it() {
    let tickets: [&[&[&str]]; 8] = [
        &[&["Lamp", "nora@werft.example", ""]],
        &[&["Lamp", "nora@other.example", ""]],
        &[&["Lamp", "n.ora@werft.example", ""]],
        &[&["Lamp", "x@y.example", "Nora Werft"]],
        &[&["Lamp", "x@y.example", ""], &["see the mail of <NORA@werft.example>."]],
        &[&["Lamp", "anna.nora@werft.example", ""]],
        &[&["Lamp", "nora@mail.werft.example", ""]],
        &[&["Lamp", "nora+shop@werft.example", "Nora"], &["werft.example.org"]],
    ];
    let cases: &[(&str, &[usize])] = &[
        ("nora@werft.example", &[0, 4]),
        ("\"nora@werft.example\"", &[0, 4]),
        ("Nora@Werft.Example,", &[0, 4]),
        ("<nora@werft.example>", &[0, 4]),
        ("nora@", &[0, 1, 4, 6]),
        ("@werft.example", &[0, 2, 4, 5, 7]),
        ("@werft", &[0, 2, 4, 5, 7]),
        ("@y.ex*", &[3, 4]),
        ("werft.example", &[0, 2, 4, 5, 6, 7]),
        ("werft.example.org", &[7]),
        ("nora@werft", &[0, 4]),
        ("nora@wer*", &[0, 4]),
        ("nora@w", &[]),
        ("nora@werft.exam*", &[0, 4]),
        ("nora+shop@werft.example", &[7]),
        ("nora", &[0, 1, 3, 4, 5, 6, 7]),
        ("nora werft", &[0, 3, 4, 5, 6, 7]),
        ("\"nora werft\"", &[0, 3, 4, 5]),
    ];
    for (query, expected) in cases {
        let query = parse(query).unwrap();
        let found: Vec<usize> = (0..tickets.len()).filter(|n| matches(&query, tickets[*n])).collect();
        assert_eq!(found, *expected, "{query:?}");
    }
}

#[test]
fn identifiers_are_found_by_their_exact_text_and_their_beginning() {
    let bodies = [
        "KXD07315Q02",
        "KXD07316Q02",
        "order 2026-000123/A",
        "2026/000123",
        "guid 7c0b41f2-90ad-4e13-b7d5-2f6a8813c0de",
        "guid 11111111-90ad-4e13-b7d5-2f6a8813c0de",
        "https://shop.example/o/9?id=77&x=é#top",
        "v1.2.3",
        "0x80070005",
        "12:30",
        "DE89 3704 0044 0532 0130 00",
        "in groups 4111 1111 1111 1112, please",
        "DE89370400440532013000 und 1.2.3",
    ];
    check(
        &bodies,
        &[
            ("KXD07315Q02", &[0]),
            ("kxd073*", &[0, 1]),
            ("KXD073", &[]),
            ("2026-000123/A", &[2]),
            ("2026-000123", &[2]),
            ("2026000123", &[2]),
            ("2026/000123", &[3]),
            ("2026-0001*", &[2]),
            ("000123", &[2, 3]),
            ("123", &[]),
            ("7c0b41f2-90ad-4e13-b7d5-2f6a8813c0de", &[4]),
            ("7C0B41F290AD4E13B7D52F6A8813C0DE", &[4]),
            ("{7c0b41f2-90ad-4e13-b7d5-2f6a8813c0de}", &[4]),
            ("7c0b41f2", &[4]),
            ("90ad", &[4, 5]),
            ("https://shop.example/o/9?id=77&x=é#top", &[6]),
            ("shop.example/o/9", &[6]),
            ("shop.example", &[6]),
            ("shop.example/o/7", &[]),
            ("https:", &[6]),
            ("id=77", &[6]),
            ("v1.2.3", &[7]),
            ("1.2.3", &[12]),
            ("v1.2", &[7]),
            ("v1.3", &[]),
            ("0x80070005", &[8]),
            ("80070005", &[8]),
            ("12:30", &[9]),
            ("12:", &[9]),
            ("12:3*", &[9]),
            ("DE89 3704 0044 0532 0130 00", &[10, 12]),
            ("DE89370400440532013000", &[10, 12]),
            ("de893704*", &[10, 12]),
            ("0532", &[10]),
            ("4111111111111112", &[11]),
            ("4111 1111 1111 1112", &[11]),
        ],
    );
}

#[test]
fn chains_do_not_run_together() {
    let texts = ["a.b b/c", "a.b/c", "e-mail foo-1.x", "e-mail wi-fi", "a.b@b.c"];
    check(
        &texts,
        &[
            ("a.b/c", &[1]),
            ("\"email foo*\"", &[]),
            ("\"email wifi\"", &[]),
            ("\"mail wi fi\"", &[3]),
            ("a.b.c", &[]),
            ("a.b@b.c", &[4]),
        ],
    );
}

#[test]
fn the_old_number_of_an_imported_ticket_finds_it() {
    let head: &[&str] = &["17", "zd 84213", "Broken lamp", "nora@werft.example", "Nora"];
    let entries: &[&[&str]] = &[head, &["It does not light."]];
    for query in ["84213", "zd 84213", "#84213", "[#84213]", "17", "\"zd 84213\"", "lamp light"] {
        assert!(matches(&parse(query).unwrap(), entries), "{query}");
    }
    for query in ["8421", "\"84213 broken\"", "\"lamp it\"", "lamp dark"] {
        assert!(!matches(&parse(query).unwrap(), entries), "{query}");
    }
}

#[test]
fn emoji_and_characters_beyond_the_first_plane_are_found() {
    let texts = ["🛒🥝 [JUNK] 👩‍👩‍👧 𠮷野家 e\u{301}", "𝓐nna 🧾", "👍🏽 ❤️"];
    check(
        &texts,
        &[
            ("🥝", &[0]),
            ("🛒🥝", &[0]),
            ("🥝🛒", &[]),
            ("👩‍👩‍👧", &[0]),
            ("👧", &[0]),
            ("𠮷野家", &[0]),
            ("野家", &[0]),
            ("é", &[0]),
            ("junk", &[0]),
            ("anna", &[1]),
            ("🧾", &[1]),
            ("👍", &[2]),
            ("❤", &[2]),
        ],
    );
}

#[test]
fn languages_fold_by_their_habits() {
    let same = [
        ("Straße STRASSE", "strasse"),
        ("Müller", "muller"),
        ("cœur Œuvre", "coeur"),
        ("l’été", "été"),
        ("L'ÉTÉ", "ete"),
        ("d'accord", "daccord"),
        ("don’t", "dont"),
        ("O’Brien", "obrien"),
        ("ĳsland", "ijsland"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("Ayşe'nin", "ayse"),
        ("ΟΔΌΣ", "οδος"),
        ("ὀδός", "ΟΔΟΣ"),
        ("Ёлка", "елка"),
        ("за́мок", "замок"),
        ("й", "и\u{306}"),
        ("Ørsted Łódź", "orsted"),
        ("Ørsted Łódź", "lodz"),
        ("ﬁnal", "final"),
        ("ＡＢＣ１２３", "abc123"),
        ("col·lecció", "colleccio"),
        ("Nguyễn Đức", "duc"),
        ("أحمد", "احمد"),
        ("٢٠٢٦", "2026"),
        ("Windows™", "windows"),
        ("soft\u{AD}ware", "software"),
        ("x²", "x2"),
        ("R&D", "r&d"),
    ];
    for (text, query) in same {
        assert_eq!(found(&[text], query), [0], "{query} in {text}");
    }
    let other = [
        ("бой", "бои"),
        ("バス", "ハス"),
        ("Müller", "mueller"),
        ("їжак", "іжак"),
        ("1½", "11/2"),
        ("1.234", "1,234"),
    ];
    for (text, query) in other {
        assert_eq!(found(&[text], query), [0; 0], "{query} in {text}");
    }
}

#[test]
fn queries_have_limits_with_clear_messages() {
    let words = |n: usize| (0..n).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    assert!(parse(&words(CLAUSE_LIMIT)).is_ok());
    assert!(refused(&words(CLAUSE_LIMIT + 1)).contains("at most 32"));
    assert_eq!(parse(&"w ".repeat(100)).unwrap().clauses().len(), 1, "a repeated word counts once");
    assert!(refused(&format!("-({} OR x)", words(CLAUSE_LIMIT))).contains("at most 32 words"));
    let fields = |n: usize| "is:archived ".repeat(n);
    assert!(parse(&fields(FIELD_LIMIT)).is_ok());
    assert!(refused(&fields(FIELD_LIMIT + 1)).contains("at most 32 fields"));
    let deep = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&deep(DEPTH_LIMIT)).is_ok());
    assert!(refused(&deep(DEPTH_LIMIT + 1)).starts_with("At character 9: brackets"));
    for short in ["a*", "1*", "x -é*", "\"l*\"", "from:n*", "(b*)"] {
        assert!(refused(short).contains("too short"), "{short}");
    }
    for fine in ["ab*", "退*", "*", "wi-f*", "@w*", "🥝*", "n@*"] {
        assert!(parse(fine).is_ok(), "{fine}");
    }
    assert!(parse(&"é".repeat(LENGTH_LIMIT)).is_ok());
    assert!(refused(&"é".repeat(LENGTH_LIMIT + 1)).contains("1001 characters"));
    let phrase = format!("\"{}\"", words(200));
    assert!(found(&[&words(300)], &phrase) == [0]);
}

#[test]
fn engines_are_asked_in_their_own_words() {
    let clause = |query: &str| parse(query).unwrap().clauses()[0].clone();
    assert_eq!(clause("lamp*").fts5(), "\"lamp\" *");
    assert_eq!(clause("lamp*").tsquery(), "'lamp':*");
    assert_eq!(clause("wi-fi").fts5(), "\"wi fi\" OR \"wifi\"");
    assert_eq!(clause("wi-fi").tsquery(), "('wi' <-> 'fi') | 'wifi'");
    assert_eq!(clause("\"Broken lamp*\"").fts5(), "\"broken lamp\" *");
    assert_eq!(clause("\"Broken lamp\"*").tsquery(), "('broken' <-> 'lamp':*)");
    assert_eq!(clause("a OR \"b c\" OR dd*").fts5(), "\"a\" OR \"b c\" OR \"dd\" *");
    assert_eq!(clause("from:anna").fts5(), "\"\u{E002}anna\"");
    assert_eq!(clause("to:\"a b\"").tsquery(), "('\u{E003}a' <-> '\u{E003}b')");
    assert_eq!(clause("ab/9手").fts5(), "(\"ab\u{E12F}9\" AND \"ab 9 手\" *)");
    assert_eq!(clause("ab/9手").tsquery(), "('ab\u{E12F}9' & ('ab' <-> '9' <-> '手':*))");
}

#[test]
fn fields_are_kept_apart_and_positions_agree() {
    let [segment] = index_fields(&["Wi-Fi", "", "b"]).try_into().unwrap();
    assert_eq!(segment.fts5_text(), "wi fi \u{E000} b \u{E000} wifi");
    assert_eq!(segment.tsvector_text(), "'wi':1 'fi':2 'b':4 'wifi':6");
    assert!(index(" -- \"!").is_empty());
}

#[test]
fn long_texts_are_found_to_the_very_end() {
    let mut text: String = (0..60_000).map(|n| format!("word{} ", n % 7_000)).collect();
    text.push_str("see nora@werft.example and order 2026-000123/A");
    let segments = index(&text);
    assert!(segments.len() > 2);
    for segment in &segments {
        assert!(segment.tokens().count() < 16_383);
        assert!(segment.tsvector_text().len() < 1_000_000);
        let mut places = std::collections::HashMap::new();
        segment.tokens().for_each(|token| *places.entry(token).or_insert(0) += 1);
        assert!(places.values().all(|n| *n < 256));
    }
    let phrase: String = (6_990..7_010).map(|n| format!("word{} ", n % 7_000)).collect();
    for query in ["nora@werft.example", "2026-000123/A", "word6999", &format!("\"{phrase}\"")] {
        assert_eq!(found(&[&text], query), [0], "{query}");
    }
}

#[test]
fn a_text_of_one_word_repeated_stays_within_the_engines_limits() {
    for word in ["a ", "哈", "a.", "a@a ", "0xf-0xf ", "e-", "DE89 3704 0044 0532 01 "] {
        let text = word.repeat(20_000);
        let segments = index(&text);
        let most = segments.iter().map(|segment| {
            let mut places = std::collections::HashMap::new();
            segment
                .tokens()
                .filter(|t| *t != segment::BREAK)
                .for_each(|t| *places.entry(t).or_insert(0) += 1);
            places.into_values().max().unwrap_or(0)
        });
        assert!(most.max().unwrap_or(0) < 256, "{word}");
        assert!(segments.len() < 500, "{word}: {}", segments.len());
        assert!(segments.iter().all(|s| s.tokens().count() < 16_383), "{word}");
    }
}

/// The tokens of what is in the index must be what the next program makes of the same text.
#[test]
fn folding_has_not_changed_since_the_version_was_raised() {
    let mut all: String = laws::all_characters().flat_map(|c| [c, ' ']).collect();
    all.push_str(
        "nora.x@werft.example a-b'c-9/d 2026-000123 12 345 678 DE89 3704 0044 0532 01 @a b@ 0xf 退款进",
    );
    let print = index(&all)
        .iter()
        .flat_map(|s| s.fts5_text().bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    assert_eq!(
        (VERSION, format!("{print:016x}").as_str()),
        (2, "d4b40e143b52e4c4"),
        "raise VERSION: indexes must be made anew"
    );
}
