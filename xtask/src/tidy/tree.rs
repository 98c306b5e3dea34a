//! The rules on the tree as a whole: who depends on whom, paired migrations, one home for unsafe, no machine's words.

use std::collections::BTreeMap;

use super::rules::has_word;
use super::source::Source;
use super::{File, Findings};

/// Which crates of ours a crate may depend on. A new crate needs a line here, so that its place is thought about.
const ARROWS: &[(&str, &[&str])] = &[
    ("deskbell-core", &[]),
    ("deskbell-db", &[]),
    ("deskbell-html", &[]),
    ("deskbell-files", &[]),
    ("deskbell-app", &["deskbell-core", "deskbell-db", "deskbell-files", "deskbell-html"]),
    ("deskbell-http", &["deskbell-app", "deskbell-core", "deskbell-files"]),
    ("deskbell-out", &[]),
    (
        "deskbell",
        &["deskbell-http", "deskbell-out", "deskbell-app", "deskbell-core", "deskbell-db", "deskbell-files"],
    ),
    ("xtask", &["deskbell-core", "deskbell-http"]),
];
/// The crates that may depend on a database driver (tests of others may, as dev-dependency).
const DRIVERS: &[&str] =
    &["rusqlite", "libsqlite3-sys", "postgres", "tokio-postgres", "tokio-postgres-rustls"];
const DRIVER_HOME: &str = "deskbell-db";
/// What the crates below the edge may not depend on.
const HTTP: &[&str] = &[
    "axum",
    "axum-extra",
    "http",
    "http-body",
    "http-body-util",
    "hyper",
    "tower",
    "tower-http",
    "utoipa",
    "reqwest",
];
const BELOW_HTTP: &[&str] = &["deskbell-core", "deskbell-db", "deskbell-app"];
const MIGRATIONS: &str = "crates/deskbell-app/migrations/";

/// Applies every rule on the tree.
pub(crate) fn check(files: &[File], findings: &mut Findings) {
    let architecture = files.iter().find(|file| file.path == "ARCHITECTURE.md");
    for file in files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        arrows(file, findings);
        if let Some(architecture) = architecture {
            reasons(file, &architecture.text, findings);
        }
    }
    migrations(files, findings);
    unsafe_home(files, findings);
    for file in files {
        machine_words(file, findings);
    }
}

/// A dependency as a manifest names it.
struct Dependency<'a> {
    line: usize,
    name: &'a str,
    dev: bool,
}

/// Reads `name = …` and `name.workspace = true` below `[…dependencies]`, and `[…dependencies.name]`.
fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut found = Vec::new();
    let mut section = None;
    for (line, text) in manifest.lines().enumerate() {
        let text = text.trim();
        if let Some(header) = text.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            let dev = header.contains("dev-dependencies");
            section = header.ends_with("dependencies").then_some(dev);
            if let Some((_, name)) = header.rsplit_once("dependencies.") {
                found.push(Dependency { line, name, dev });
            }
        } else if let (Some(dev), Some((name, _))) = (section, text.split_once(['=', '.']))
            && !text.starts_with('#')
        {
            found.push(Dependency { line, name: name.trim().trim_matches('"'), dev });
        }
    }
    found
}

/// `crates/NAME/Cargo.toml` and `xtask/Cargo.toml`.
fn crate_name(file: &File) -> &str {
    let folder = file.path.trim_end_matches("/Cargo.toml");
    folder.rsplit('/').next().unwrap_or(folder)
}

fn arrows(file: &File, findings: &mut Findings) {
    let name = crate_name(file);
    let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
        findings.add(file, 0, &format!("crate `{name}` has no place yet; give it a line in xtask's ARROWS"));
        return;
    };
    for dependency in dependencies(&file.text) {
        let other = dependency.name;
        if other.starts_with("deskbell") && !allowed.contains(&other) {
            findings.add(
                file,
                dependency.line,
                &format!("`{name}` may not depend on `{other}`: arrows run one way"),
            );
        }
        if DRIVERS.contains(&other) && name != DRIVER_HOME && !dependency.dev {
            findings.add(
                file,
                dependency.line,
                &format!("`{other}`: only {DRIVER_HOME} depends on a driver"),
            );
        }
        if HTTP.contains(&other) && BELOW_HTTP.contains(&name) {
            findings.add(
                file,
                dependency.line,
                &format!("`{other}`: below deskbell-http nothing knows HTTP"),
            );
        }
    }
}

fn reasons(file: &File, architecture: &str, findings: &mut Findings) {
    for dependency in dependencies(&file.text) {
        let name = dependency.name;
        if !name.starts_with("deskbell") && !architecture.contains(&format!("`{name}`")) {
            findings.add(file, dependency.line, &format!("`{name}` has no reason in ARCHITECTURE.md"));
        }
    }
}

fn migrations(files: &[File], findings: &mut Findings) {
    // Each name with the first file that has it and the engines that have it.
    let mut names: BTreeMap<&str, (&File, Vec<&str>)> = BTreeMap::new();
    for file in files {
        let Some((engine, name)) = file.path.strip_prefix(MIGRATIONS).and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        names.entry(name).or_insert((file, Vec::new())).1.push(engine);
    }
    for (at, (name, (file, engines))) in names.iter().enumerate() {
        for engine in ["sqlite", "postgres"].into_iter().filter(|engine| !engines.contains(engine)) {
            findings.add(file, 0, &format!("migration {name} is missing for {engine}"));
        }
        if !name.starts_with(&format!("{:04}_", at + 1)) || !name.ends_with(".sql") {
            let rule = "migrations are NNNN_name.sql, numbered from 0001 without gap or repetition";
            findings.add(file, 0, &format!("migration {name} should have number {:04}: {rule}", at + 1));
        }
    }
}

fn unsafe_home(files: &[File], findings: &mut Findings) {
    let rust = files.iter().filter(|file| file.path.ends_with(".rs"));
    let users: Vec<(&File, usize)> = rust
        .filter_map(|file| {
            let at = Source::new(&file.text).code.iter().position(|line| has_word(line, "unsafe"))?;
            Some((file, at))
        })
        .collect();
    if users.len() > 1 {
        for (file, at) in users {
            findings.add(file, at, "unsafe code has one named place, and there are several");
        }
    }
}

fn machine_words(file: &File, findings: &mut Findings) {
    // This file has to name them.
    if file.path == "xtask/src/tidy/tree.rs" {
        return;
    }
    let paths = ["/work/", "/root/", "/home/"];
    let hosts = [
        "registry.npmjs.org",
        "files.pythonhosted.org",
        "static.crates.io",
        "index.crates.io",
        "artifactory",
    ];
    for (at, line) in file.text.lines().enumerate() {
        for path in paths.into_iter().filter(|path| line.contains(path)) {
            findings.add(file, at, &format!("`{path}` is a path of one machine"));
        }
        for host in hosts.into_iter().filter(|host| line.contains(host)) {
            findings.add(
                file,
                at,
                &format!("`{host}`: which registry serves a package is the machine's matter"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> = files
            .iter()
            .map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        let mut findings = Findings::default();
        check(&files, &mut findings);
        findings.lines()
    }

    fn one(files: &[(&str, &str)], part: &str) {
        let found = found(files);
        assert!(found.len() == 1 && found[0].contains(part), "{found:?}");
    }

    #[test]
    fn arrows_run_one_way() {
        let manifest = "[dependencies]\ndeskbell-core.workspace = true\n# deskbell-http = 1\n";
        assert_eq!(found(&[("crates/deskbell-app/Cargo.toml", manifest)]), Vec::<String>::new());
        one(&[("crates/deskbell-db/Cargo.toml", manifest)], "Cargo.toml:2: `deskbell-db` may not depend on");
        let table = "[target.'cfg(unix)'.dependencies.deskbell-http]\nworkspace = true\n";
        one(&[("crates/deskbell-app/Cargo.toml", table)], "Cargo.toml:1: `deskbell-app` may not depend on");
        one(&[("crates/deskbell-new/Cargo.toml", "")], "has no place yet");
    }

    #[test]
    fn drivers_and_http_are_dependencies_of_their_crates_only() {
        one(&[("crates/deskbell-app/Cargo.toml", "[dependencies]\npostgres = \"1\"\n")], "only deskbell-db");
        one(
            &[("crates/deskbell-app/Cargo.toml", "[dev-dependencies]\naxum = \"1\"\n")],
            "nothing knows HTTP",
        );
        let tests = "[dev-dependencies]\npostgres = \"1\"\n";
        assert_eq!(found(&[("crates/deskbell/Cargo.toml", tests)]), Vec::<String>::new());
    }

    #[test]
    fn a_dependency_has_a_reason() {
        let manifest = ("crates/deskbell-core/Cargo.toml", "[dependencies]\njiff = \"1\"\n");
        one(&[manifest, ("ARCHITECTURE.md", "jiff")], "`jiff` has no reason");
        assert_eq!(found(&[manifest, ("ARCHITECTURE.md", "`jiff`: time zones")]), Vec::<String>::new());
    }

    #[test]
    fn migrations_come_in_pairs_and_without_gaps() {
        let file = |engine: &str, name: &str| format!("{MIGRATIONS}{engine}/{name}.sql");
        let (a, b) = (file("sqlite", "0001_first"), file("postgres", "0001_first"));
        assert_eq!(found(&[(&a, ""), (&b, "")]), Vec::<String>::new());
        one(&[(&a, "")], "missing for postgres");
        let (c, d) = (file("sqlite", "0003_third"), file("postgres", "0003_third"));
        one(&[(&a, ""), (&b, ""), (&c, ""), (&d, "")], "should have number 0002");
    }

    #[test]
    fn unsafe_code_has_one_home() {
        let text = "//! A.\nfn f() { unsafe { g() } }\n";
        assert_eq!(found(&[("a.rs", text), ("b.rs", "// unsafe\n")]), Vec::<String>::new());
        assert_eq!(found(&[("a.rs", text), ("b.rs", text)]).len(), 2);
    }

    #[test]
    fn words_of_one_machine_are_found_in_any_text() {
        one(&[("docs/a.md", "see\n/home/me/x")], "docs/a.md:2: `/home/`");
        one(&[("web/package-lock.json", "https://registry.npmjs.org/x")], "the machine's matter");
    }
}
