//! The rules on single Rust files. Each takes a file and adds what it finds.

use super::source::Source;
use super::{File, Findings};

/// Files may have this many lines before they are asked to be two.
const LONGEST: usize = 450;
/// Files that may be longer, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];
/// Handlers may have this many lines, attributes and signature aside.
const LONGEST_HANDLER: usize = 20;

/// Words of the database drivers.
const DRIVERS: &[&str] = &["rusqlite", "tokio_postgres", "postgres_types", "libsqlite3_sys"];
/// Words of HTTP.
const HTTP: &[&str] = &["axum", "hyper", "tower", "tower_http", "utoipa", "reqwest", "StatusCode"];
/// How statements begin.
const STATEMENTS: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE ",
    "ALTER TABLE ",
    "DROP ",
    "PRAGMA ",
    "WITH ",
];
/// How the harness calls the scenario that a macro got, which asserts where it is written.
const SCENARIO: &str = "scenario($crate::";

/// What lets a test fail. Helpers by these names are taken at their word.
const ASSERTIONS: &[&str] =
    &["assert", "check", "expect", "must_", "panic!", "refuse", "should_panic", "unwrap_err", "verify"];

/// Applies every rule on single Rust files.
pub(crate) fn check(file: &File, findings: &mut Findings) {
    let source = Source::new(&file.text);
    opening(file, findings);
    length(file, findings);
    leftovers(file, &source, findings);
    drivers(file, &source, findings);
    sql(file, &source, findings);
    http(file, &source, findings);
    tests_can_fail(file, &source, findings);
    handlers(file, &source, findings);
}

fn opening(file: &File, findings: &mut Findings) {
    if !file.text.trim_start().starts_with("//!") {
        findings.add(
            file,
            0,
            "a file begins with `//!`: what it is for, and what it deliberately does not do",
        );
    }
}

fn length(file: &File, findings: &mut Findings) {
    let lines = file.text.lines().count();
    let excused = LONG_FILES.iter().any(|(path, _)| *path == file.path);
    if lines > LONGEST && !excused {
        findings.add(
            file,
            LONGEST,
            &format!("{lines} lines: look for the second thing in this file ({LONGEST} at most)"),
        );
    }
}

fn leftovers(file: &File, source: &Source, findings: &mut Findings) {
    let in_code = [
        ("#[allow(", "use #[expect(…, reason = \"…\")]: it complains when it is no longer needed"),
        ("#![allow(", "use #![expect(…, reason = \"…\")]: it complains when it is no longer needed"),
        ("#[ignore", "an ignored test proves nothing; make it run or remove it"),
        ("todo!(", "unfinished"),
        ("unimplemented!(", "unfinished"),
        ("dbg!(", "left over from a search for a fault"),
    ];
    for (at, code) in source.code.iter().enumerate() {
        for (found, why) in in_code.iter().filter(|(word, _)| code.contains(word)) {
            findings.add(file, at, &format!("`{found}`: {why}"));
        }
    }
    for (at, comment) in source.comments.iter().enumerate() {
        for word in ["TODO", "FIXME", "XXX"].into_iter().filter(|word| has_word(comment, word)) {
            findings.add(file, at, &format!("`{word}`: do it now, or write down where it is tracked"));
        }
    }
}

fn drivers(file: &File, source: &Source, findings: &mut Findings) {
    let path = file.path.as_str();
    let engine_file = ["crates/deskbell-db/src/sqlite", "crates/deskbell-db/src/postgres"]
        .iter()
        .any(|start| path.strip_prefix(start).is_some_and(|rest| rest.starts_with(['.', '_', '/'])));
    if engine_file || path.contains("/tests/") {
        return;
    }
    for (at, code) in source.code.iter().enumerate() {
        for word in DRIVERS.iter().filter(|word| has_word(code, word)) {
            findings.add(
                file,
                at,
                &format!("`{word}`: only deskbell-db/src/{{sqlite,postgres}}*.rs name a driver"),
            );
        }
    }
}

fn sql(file: &File, source: &Source, findings: &mut Findings) {
    let path = file.path.as_str();
    let name = path.rsplit('/').next().unwrap_or_default();
    let home = name == "sql.rs" || (name.starts_with("sql_") && name.ends_with(".rs"));
    let other = ["crates/deskbell-db/", "xtask/"].iter().any(|start| path.starts_with(start));
    if home || other || path.contains("/tests/") || path.contains("/benches/") || name == "tests.rs" {
        return;
    }
    let tests = source.tests_begin();
    for (at, text) in source.strings.iter().filter(|(at, _)| *at < tests) {
        if STATEMENTS.iter().any(|start| is_statement(text.trim_start(), start)) {
            findings.add(
                file,
                *at,
                "SQL text stands in a file named sql.rs (or sql_*.rs where the engines differ)",
            );
        }
    }
}

/// `WITH`, `UPDATE`, `CREATE` and `DROP` begin English sentences too, so a second capital word has to follow.
fn is_statement(text: &str, start: &str) -> bool {
    let Some(rest) = text.strip_prefix(start) else { return false };
    match start {
        "UPDATE " => rest.contains(" SET ") || rest.contains(" SET\n"),
        "WITH " => rest.contains(" AS ") || rest.starts_with("RECURSIVE"),
        "CREATE " | "DROP " => rest
            .split(' ')
            .next()
            .is_some_and(|word| word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase())),
        _ => true,
    }
}

fn http(file: &File, source: &Source, findings: &mut Findings) {
    let below = ["crates/deskbell-core/", "crates/deskbell-db/", "crates/deskbell-app/"];
    if !below.iter().any(|start| file.path.starts_with(start)) {
        return;
    }
    for (at, code) in source.code.iter().enumerate() {
        let words = HTTP.iter().filter(|word| has_word(code, word)).copied();
        for word in words.chain(code.contains("http::").then_some("http::")) {
            findings.add(file, at, &format!("`{word}`: below deskbell-http nothing knows HTTP"));
        }
    }
}

fn tests_can_fail(file: &File, source: &Source, findings: &mut Findings) {
    let asserts = |text: &str| ASSERTIONS.iter().any(|word| text.contains(word));
    // Functions of the same file that assert on behalf of tests.
    let helpers: Vec<String> = source
        .fns()
        .filter(|(at, _)| asserts(&source.block(*at)))
        .map(|(_, name)| format!("{name}("))
        .collect();
    for test in source.test_fns() {
        let helped = helpers.iter().any(|call| test.body.contains(call.as_str()));
        let scenario = test.body.contains(SCENARIO);
        if !helped && !scenario && !asserts(&test.attributes) && !asserts(&test.body) {
            findings.add(
                file,
                test.line,
                &format!("test `{}` asserts nothing, so it cannot fail", test.name),
            );
        }
    }
}

fn handlers(file: &File, source: &Source, findings: &mut Findings) {
    if !file.path.starts_with("crates/deskbell-http/src/v2/") {
        return;
    }
    for (at, code) in source.code.iter().enumerate().take(source.tests_begin()) {
        if code.starts_with("pub async fn ") || code.starts_with("pub(crate) async fn ") {
            let block = source.block(at);
            let lines = block.lines().filter(|line| !line.trim().is_empty()).count();
            if lines > LONGEST_HANDLER {
                let rule = "takes typed input, calls one use case, wraps the output";
                findings.add(
                    file,
                    at,
                    &format!("a handler of {lines} lines; it {rule} ({LONGEST_HANDLER} at most)"),
                );
            }
        }
    }
}

/// Whether the word stands in the text as a word of its own.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(part);
        let after = text[at + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let mut findings = Findings::default();
        check(&File { path: path.to_owned(), text: format!("//! A file.\n{text}\n") }, &mut findings);
        findings.lines()
    }

    fn clean(path: &str, text: &str) {
        assert_eq!(found(path, text), Vec::<String>::new(), "{path}: {text}");
    }

    fn dirty(path: &str, text: &str, part: &str) {
        let found = found(path, text);
        assert!(found.len() == 1 && found[0].contains(part), "{path}: {text}: {found:?}");
    }

    #[test]
    fn a_file_without_an_opening_is_found() {
        let mut findings = Findings::default();
        check(&File { path: "a.rs".to_owned(), text: "fn main() {}\n".to_owned() }, &mut findings);
        assert!(findings.lines()[0].starts_with("a.rs:1: a file begins with"), "{:?}", findings.lines());
    }

    #[test]
    fn a_long_file_is_found() {
        clean("a.rs", &"\n".repeat(LONGEST - 3));
        dirty("a.rs", &"\n".repeat(LONGEST), "second thing");
    }

    #[test]
    fn leftovers_are_found_in_code_and_comments_but_not_in_strings() {
        dirty("a.rs", "fn f() { todo!() }", "a.rs:2: `todo!(`");
        dirty("a.rs", "// TODO: more", "`TODO`");
        dirty("a.rs", "#[allow(dead_code)]", "#[expect");
        clean("a.rs", "const A: &str = \"todo!() TODO #[allow(\"; // METODO");
    }

    #[test]
    fn drivers_are_named_in_the_engine_files_only() {
        dirty("crates/deskbell-app/src/a.rs", "use rusqlite::Row;", "`rusqlite`");
        dirty("crates/deskbell-db/src/store.rs", "use tokio_postgres as p;", "`tokio_postgres`");
        clean("crates/deskbell-db/src/sqlite.rs", "use rusqlite::Row;");
        clean("crates/deskbell-db/src/sqlite/writer.rs", "use rusqlite::Row;");
        clean("crates/deskbell-db/src/postgres_pool.rs", "use tokio_postgres as p;");
        clean("crates/deskbell-db/src/store.rs", "mod rusqlite_like;");
    }

    #[test]
    fn sql_stands_in_sql_files_and_tests_only() {
        dirty("crates/deskbell-app/src/ticket/get.rs", "f(\"SELECT id FROM ticket\");", "sql.rs");
        dirty("crates/deskbell-app/src/a.rs", "f(\"\n  UPDATE ticket SET a = 1\");", "sql.rs");
        clean("crates/deskbell-app/src/ticket/sql.rs", "f(\"SELECT id FROM ticket\");");
        clean("crates/deskbell-app/src/search/sql_postgres.rs", "f(\"SELECT id FROM ticket\");");
        clean("crates/deskbell-app/src/a.rs", "#[cfg(test)]\nmod tests { const A: &str = \"SELECT 1\"; }");
        clean("crates/deskbell-app/src/a.rs", "f(\"UPDATE with care\"); g(\"CREATE a key\"); // SELECT 1");
    }

    #[test]
    fn http_is_unknown_below_the_edge() {
        dirty("crates/deskbell-app/src/a.rs", "use http::Method;", "`http::`");
        dirty("crates/deskbell-core/src/a.rs", "fn f() -> StatusCode {}", "`StatusCode`");
        clean("crates/deskbell-http/src/a.rs", "use axum::Router;");
    }

    #[test]
    fn a_test_without_an_assertion_is_found() {
        dirty("a.rs", "#[test]\nfn nothing_breaks() { run(); }", "`nothing_breaks` asserts nothing");
        clean("a.rs", "#[test]\nfn one_is_one() { assert_eq!(1, 1); }");
        clean("a.rs", "fn is(a: u8) { assert!(a > 1) }\n#[test]\nfn one_is() {\n is(1);\n}");
        clean("a.rs", "#[test]\n#[should_panic]\nfn it_panics() { run(); }");
        clean("a.rs", "#[both_engines]\nfn one(d: D) { d.get().expect(200); }");
    }

    #[test]
    fn a_long_handler_is_found() {
        let body = " x();\n".repeat(LONGEST_HANDLER);
        dirty(
            "crates/deskbell-http/src/v2/ticket/a.rs",
            &format!("pub async fn a() {{\n{body}}}"),
            "a handler of 22",
        );
        clean("crates/deskbell-http/src/body.rs", &format!("pub async fn a() {{\n{body}}}"));
    }
}
