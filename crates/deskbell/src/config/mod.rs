//! The settings of this process: command line over environment over file over default, each known by where it came
//! from. The environment is read here and nowhere else.

mod file;
mod keys;
mod show;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use deskbell_db::Options;

pub(crate) use file::nearest;
pub(crate) use show::{Shown, effective, shipped};
use value::Value;

/// The environment variable and the option that name the file.
const FILE_VARIABLE: &str = "DESKBELL_CONFIG";
/// Variables of the tests, which are no settings.
const TEST_VARIABLES: &str = "DESKBELL_TEST_";

/// What the command line says about settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// Options by the name of their setting.
    pub(crate) options: Vec<(&'static str, String)>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Nobody said anything.
    Default,
    /// The file, and its line.
    File(PathBuf, usize),
    /// An environment variable.
    Environment(String),
    /// An option.
    CommandLine,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// What is wrong with the settings: every fault that was found.
#[derive(Debug)]
pub(crate) struct Faults {
    /// Sentences that begin with the place.
    pub(crate) faults: Vec<String>,
    /// Whether the command line is among the places.
    pub(crate) usage: bool,
}

/// The settings.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    values: BTreeMap<&'static str, (Value, Source)>,
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
    /// What is odd and no fault.
    pub(crate) warnings: Vec<String>,
}

impl Config {
    /// The settings as they are for this process.
    pub(crate) fn load(given: &Given) -> Result<Self, Faults> {
        Self::from(given, &environment())
    }

    fn from(given: &Given, environment: &[(String, Option<String>)]) -> Result<Self, Faults> {
        let mut faults = Faults { faults: Vec::new(), usage: false };
        let mut values = defaults();
        let mut warnings = Vec::new();

        // An empty variable counts as none: service managers cannot unset one.
        let set = || environment.iter().filter(|(_, text)| text.as_deref() != Some(""));
        let named = set().find(|(name, _)| name == FILE_VARIABLE);
        let named = named.and_then(|(_, text)| text.as_ref()).map(PathBuf::from);
        let file = given.file.clone().or(named);
        if let Some(path) = &file {
            match file::read(path) {
                Ok(read) => {
                    for (name, value, line) in read {
                        values.insert(name, (value, Source::File(path.clone(), line)));
                    }
                }
                Err(found) => faults.faults.extend(found),
            }
        }
        for (name, text) in set().filter(|(name, _)| name != FILE_VARIABLE) {
            let Some(key) = keys::all().find(|key| key.variable() == *name) else {
                if !name.starts_with(TEST_VARIABLES) {
                    warnings.push(unknown_variable(name));
                }
                continue;
            };
            let Some(text) = text else {
                faults.faults.push(format!("{name}: the value is not UTF-8 text"));
                continue;
            };
            match Value::from_text(key, text) {
                Ok(value) => {
                    values.insert(key.name, (value, Source::Environment(name.clone())));
                }
                Err(wrong) => faults.faults.push(format!("{name}: {} {wrong}", key.name)),
            }
        }
        for (name, text) in &given.options {
            let Some(key) = keys::find(name) else { continue };
            match Value::from_text(key, text) {
                Ok(value) => {
                    values.insert(key.name, (value, Source::CommandLine));
                }
                Err(wrong) => {
                    faults.usage = true;
                    faults.faults.push(format!("--{name}: {} {wrong}", key.name));
                }
            }
        }
        if faults.faults.is_empty() { Ok(Self { values, file, warnings }) } else { Err(faults) }
    }

    fn value(&self, name: &str) -> &Value {
        match self.values.get(name) {
            Some((value, _)) => value,
            None => panic!("the table of settings has no {name}"),
        }
    }

    /// A text; empty if it is not set.
    pub(crate) fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Value::Text(text) => text,
            other => panic!("the setting {name} is no text: {other:?}"),
        }
    }

    /// A text that may be left out.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> i64 {
        match self.value(name) {
            Value::Number(number) => *number,
            other => panic!("the setting {name} is no number: {other:?}"),
        }
    }

    /// A number of things to hold; never negative.
    pub(crate) fn size(&self, name: &str) -> usize {
        usize::try_from(self.number(name)).unwrap_or(0)
    }

    /// A number of MiB, in bytes.
    pub(crate) fn bytes(&self, name: &str) -> u64 {
        u64::try_from(self.number(name)).unwrap_or(0) << 20
    }

    /// A number of seconds.
    pub(crate) fn seconds(&self, name: &str) -> Duration {
        Duration::from_secs(u64::try_from(self.number(name)).unwrap_or(0))
    }

    /// A switch.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.value(name) {
            Value::Flag(flag) => *flag,
            other => panic!("the setting {name} is no switch: {other:?}"),
        }
    }

    /// A list.
    pub(crate) fn list(&self, name: &str) -> &[String] {
        match self.value(name) {
            Value::List(texts) => texts,
            other => panic!("the setting {name} is no list: {other:?}"),
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        PathBuf::from(self.text("data"))
    }

    /// How the store is opened, for a server.
    pub(crate) fn store(&self) -> Options {
        let mut options = match self.optional("database") {
            Some(url) => Options::postgres(url),
            None => Options::sqlite(self.data().join(crate::data::DATABASE)),
        };
        for (set, size) in [
            (&mut options.readers, "readers"),
            (&mut options.slow_readers, "slow_readers"),
            (&mut options.pool, "pool"),
        ] {
            if self.size(size) > 0 {
                *set = self.size(size);
            }
        }
        options.pool = options.pool.max(3);
        options.cache_mib = self.size("cache_mib");
        options.queue_limit = self.size("queue_limit");
        options.statement_timeout = self.seconds("statement_seconds");
        options
    }

    /// The settings of the use cases.
    pub(crate) fn desk(&self) -> deskbell_app::Settings {
        deskbell_app::Settings {
            undo_minutes: self.number("undo_minutes"),
            idempotency_hours: self.number("idempotency_hours"),
            changes_days: self.number("changes_days"),
            archive_days: self.number("archive_days"),
            notification_days: self.number("notification_days"),
            public_url: self.text("public_url").to_owned(),
            ..deskbell_app::Settings::default()
        }
    }
}

fn defaults() -> BTreeMap<&'static str, (Value, Source)> {
    let value = |key: &'static keys::Key| {
        let parsed = toml::de::DeValue::parse(key.default).map_err(|error| error.to_string());
        match parsed.and_then(|value| Value::from_toml(key, value.get_ref())) {
            Ok(value) => (key.name, (value, Source::Default)),
            Err(error) => panic!("the default of {} is wrong: {error}", key.name),
        }
    };
    keys::all().map(value).collect()
}

fn unknown_variable(name: &str) -> String {
    let known: Vec<String> = keys::all().map(keys::Key::variable).collect();
    match nearest(name, known.iter().map(String::as_str).chain([FILE_VARIABLE])) {
        Some(near) => format!("the environment variable {name} is no setting; did you mean {near}?"),
        None => format!("the environment variable {name} is no setting and has no effect"),
    }
}

/// Our variables; `None` where the value is not UTF-8.
#[expect(clippy::disallowed_methods, reason = "the one place where settings are read from the environment")]
fn environment() -> Vec<(String, Option<String>)> {
    let ours = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(keys::PREFIX))?;
        Some((name, value.into_string().ok()))
    };
    std::env::vars_os().filter_map(ours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(
        file: Option<&str>,
        environment: &[(&str, &str)],
        options: &[(&'static str, &str)],
    ) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("desk.toml");
        let mut given = Given::default();
        if let Some(text) = file {
            std::fs::write(&path, text).expect("written");
            given.file = Some(path);
        }
        given.options = options.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        let environment: Vec<_> =
            environment.iter().map(|(name, text)| ((*name).to_owned(), Some((*text).to_owned()))).collect();
        Config::from(&given, &environment).map_err(|faults| faults.faults.join("\n"))
    }

    #[test]
    fn the_command_line_wins_over_the_environment_over_the_file_over_the_default() {
        let file = Some("listen = \"f:1\"\nundo_minutes = 1\nkey_in_query = false\n");
        let environment = [("DESKBELL_LISTEN", "e:1"), ("DESKBELL_UNDO_MINUTES", "2")];
        let config = from(file, &environment, &[("listen", "c:1")]).expect("good");
        assert_eq!(config.text("listen"), "c:1");
        assert_eq!(config.number("undo_minutes"), 2);
        assert!(!config.flag("key_in_query"));
        assert_eq!(config.number("body_seconds"), 30);
        assert_eq!(config.values["listen"].1, Source::CommandLine);
        assert_eq!(config.values["undo_minutes"].1.to_string(), "DESKBELL_UNDO_MINUTES");
        assert!(config.values["key_in_query"].1.to_string().ends_with("desk.toml:3"));
    }

    #[test]
    fn an_empty_variable_is_none_and_an_unknown_one_is_mentioned() {
        let environment = [("DESKBELL_LISTEN", ""), ("DESKBELL_LISTN", "x"), ("DESKBELL_TEST_POSTGRES", "x")];
        let config = from(None, &environment, &[]).expect("good");
        assert_eq!(config.text("listen"), "127.0.0.1:8025");
        assert_eq!(
            config.warnings,
            ["the environment variable DESKBELL_LISTN is no setting; did you mean DESKBELL_LISTEN?"]
        );
    }

    #[test]
    fn faults_of_all_places_are_told_together() {
        let environment = [("DESKBELL_UNDO_MINUTES", "soon"), ("DESKBELL_TRUSTED_PROXIES", "127.0.0.1, x")];
        let said =
            from(Some("lissten = 1\n"), &environment, &[("database", "mysql://a")]).expect_err("wrong");
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 4, "{said}");
        assert!(lines[0].ends_with("desk.toml:1: lissten is no setting; did you mean listen?"), "{said}");
        assert!(lines[1].starts_with("DESKBELL_UNDO_MINUTES: undo_minutes must be a whole number"), "{said}");
        assert!(lines[2].starts_with("DESKBELL_TRUSTED_PROXIES: "), "{said}");
        assert!(
            lines[3].starts_with("--database: database must be empty or begin with postgres://"),
            "{said}"
        );
    }

    #[test]
    fn every_setting_has_a_good_default_and_the_words_of_its_kind() {
        let config = from(None, &[], &[]).expect("good");
        assert_eq!(config.values.len(), keys::all().count());
        assert!(
            matches!(config.store().location, deskbell_db::Location::Sqlite(path) if path.starts_with("./deskbell-data"))
        );
        let config =
            from(None, &[("DESKBELL_POOL", "1")], &[("database", "postgres://u@h/d")]).expect("good");
        assert_eq!(config.store().pool, 3);
    }
}
