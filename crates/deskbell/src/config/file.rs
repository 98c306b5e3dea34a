//! Reads the configuration file: TOML with the names of the table and nothing else. Every fault is reported, with its
//! line and, for a name that is not known, the nearest one that is.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::keys::{self, Kind, LATER};
use super::value::Value;

/// What the file says, each with its line.
pub(crate) type Read = Vec<(&'static str, Value, usize)>;

/// Reads the file at `path`.
///
/// Errors: sentences that begin with the path, and the line where there is one.
pub(crate) fn read(path: &Path) -> Result<Read, Vec<String>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| vec![format!("{}: the file cannot be read: {error}", path.display())])?;
    parse(&text, path)
}

fn parse(text: &str, path: &Path) -> Result<Read, Vec<String>> {
    let line_of =
        |at: usize| text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1;
    let at = |line: usize, what: &str| format!("{}:{line}: {what}", path.display());
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(span.start));
        vec![at(line, &format!("this is not TOML: {}", error.message().replace('\n', ", ")))]
    })?;
    let (mut read, mut faults) = (Read::new(), Vec::new());
    for (name, value) in table.get_ref() {
        let line = line_of(name.span().start);
        let Some(key) = keys::find(name.get_ref()) else {
            faults.push((line, at(line, &unknown(name.get_ref(), value.get_ref()))));
            continue;
        };
        match Value::from_toml(key, value.get_ref()) {
            Ok(Value::Text(text)) if key.kind == Kind::Path && !text.is_empty() => {
                read.push((key.name, Value::Text(beside(path, &text)), line));
            }
            Ok(value) => read.push((key.name, value, line)),
            Err(wrong) => {
                let line = line_of(value.span().start);
                faults.push((line, at(line, &format!("{} {wrong}", key.name))));
            }
        }
    }
    faults.sort();
    if faults.is_empty() { Ok(read) } else { Err(faults.into_iter().map(|(_, fault)| fault).collect()) }
}

/// A path of the file: a relative one starts at the folder of the file.
fn beside(file: &Path, path: &str) -> String {
    let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
    folder.join(path).to_string_lossy().into_owned()
}

fn unknown(name: &str, value: &DeValue<'_>) -> String {
    if LATER.contains(&name) {
        return format!("{name} is a setting of a later version; this one does not have it: remove the line");
    }
    if matches!(value, DeValue::Table(_)) {
        return format!(
            "[{name}] is no part of this file: it has no tables, write the settings one below the other"
        );
    }
    match nearest(name, keys::all().map(|key| key.name)) {
        Some(near) => format!("{name} is no setting; did you mean {near}?"),
        None => format!("{name} is no setting; `deskbell config show --default` lists them all"),
    }
}

/// The known name that looks most like this one, if one does.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let likeness = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
    known
        .map(|known| (likeness(known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> String {
        parse(text, Path::new("/etc/desk.toml")).err().unwrap_or_default().join("\n")
    }

    #[test]
    fn every_fault_is_told_with_its_line_in_the_order_of_the_file() {
        let text = "# a comment\nundo_minuts = 5\nlisten = 8025\n\nlog_level = \"loud\"\nundo_minutes = -1\n";
        assert_eq!(
            faults(text),
            "/etc/desk.toml:2: undo_minuts is no setting; did you mean undo_minutes?\n\
             /etc/desk.toml:3: listen must be a text in quotation marks, not a number\n\
             /etc/desk.toml:5: log_level must be one of \"error\", \"warn\", \"info\", \"debug\"\n\
             /etc/desk.toml:6: undo_minutes must be a whole number of minutes from 0 to 525600"
        );
    }

    #[test]
    fn what_is_no_toml_and_what_comes_later_is_said_so() {
        assert!(faults("listen = \"a:1\"\ndata = \n").starts_with("/etc/desk.toml:2: this is not TOML: "));
        assert!(faults("data = \"a\"\ndata = \"b\"\n").contains(":2: this is not TOML"));
        assert!(faults("rate_limit = 3\n").contains("a later version"));
        assert!(faults("[server]\nlisten = \"a:1\"\n").contains("no tables"));
        assert!(faults("trusted_proxies = [\"10.0.0.0/40\"]\n").contains("10.0.0.0/8"));
        assert!(faults("trusted_proxies = [1]\n").contains("must be a list of texts"));
    }

    #[test]
    fn a_relative_path_starts_at_the_folder_of_the_file() {
        let read = parse("data = \"desk\"\n", Path::new("/etc/deskbell/desk.toml"));
        assert_eq!(read, Ok(vec![("data", Value::Text("/etc/deskbell/desk".into()), 1)]));
        let read = parse("data = \"/var/desk\"\n", Path::new("/etc/desk.toml"));
        assert_eq!(read, Ok(vec![("data", Value::Text("/var/desk".into()), 1)]));
    }
}
