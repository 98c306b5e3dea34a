//! Settings as text: the shipped file, which is the manual, and the values in force with where they came from.

use serde::Serialize;

use super::keys::{self, SECTIONS};
use super::{Config, Source};

/// The shipped file: every setting, commented out, with its meaning and its default.
pub(crate) fn shipped() -> String {
    let mut text = String::from(
        "# The settings of deskbell, all with their defaults. Remove the # before those that you change.\n\
         #\n\
         # The file is named by --config FILE or DESKBELL_CONFIG. Each setting has an environment variable as well:\n\
         # DESKBELL_ and its name in capitals, such as DESKBELL_UNDO_MINUTES=30; lists are separated by commas there, and\n\
         # an empty variable counts as none. An option of the command line wins over the environment, the environment\n\
         # over this file. `deskbell config check` reads everything and says what is wrong, `deskbell config show` tells\n\
         # the values in force. A relative path in this file starts at the folder of the file.\n",
    );
    for (heading, keys) in SECTIONS {
        text.push_str(&format!("\n\n# {heading}\n# {}\n", "-".repeat(heading.len())));
        for key in *keys {
            text.push('\n');
            for line in key.doc.lines() {
                text.push_str(&format!("# {line}\n"));
            }
            if let keys::Kind::Number(least, most, unit) = key.kind {
                text.push_str(&format!("# A number of {unit}, {least} to {most}.\n"));
            }
            text.push_str(&format!("#{} = {}\n", key.name, key.default));
        }
    }
    text
}

/// A setting in force.
#[derive(Serialize)]
pub(crate) struct Shown {
    name: &'static str,
    value: serde_json::Value,
    source: String,
    #[serde(skip)]
    spelled: String,
}

/// The settings in force, in the order of the table; passwords are masked.
pub(crate) fn effective(config: &Config) -> Vec<Shown> {
    let show = |key: &'static keys::Key| {
        let (value, source) = config.values.get(key.name)?;
        let spelled = value.shown(key);
        // What is spelled for TOML reads back as the value without its password.
        let read = toml::de::DeValue::parse(&spelled).ok();
        let plain = read.and_then(|read| super::Value::from_toml(key, read.get_ref()).ok());
        let value = match plain.as_ref().unwrap_or(value) {
            super::Value::Text(text) => text.clone().into(),
            super::Value::Number(number) => (*number).into(),
            super::Value::Flag(flag) => (*flag).into(),
            super::Value::List(texts) => texts.clone().into(),
        };
        Some(Shown { name: key.name, value, source: source.to_string(), spelled })
    };
    keys::all().filter_map(show).collect()
}

impl Shown {
    /// A line as a file would spell it, with the source behind it.
    pub(crate) fn line(&self) -> String {
        let pair = format!("{} = {}", self.name, self.spelled);
        if self.source == Source::Default.to_string() {
            pair
        } else {
            format!("{pair:<50} # {}", self.source)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Given;

    /// With every setting uncommented the shipped file must be a good file that changes nothing.
    #[test]
    fn the_shipped_file_spells_the_defaults() {
        let text = shipped();
        let is_setting =
            |line: &&str| line.starts_with('#') && line.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase);
        let lines: Vec<&str> = text.lines().filter(is_setting).map(|line| &line[1..]).collect();
        assert_eq!(lines.len(), keys::all().count());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("all.toml");
        std::fs::write(&path, lines.join("\n")).expect("written");
        let plain = Config::from(&Given::default(), &[]).expect("good");
        let read = Config::from(&Given { file: Some(path), options: Vec::new() }, &[]).expect("a good file");
        for key in keys::all().filter(|key| key.kind != keys::Kind::Path) {
            assert_eq!(read.values[key.name].0, plain.values[key.name].0, "{}", key.name);
        }
    }

    #[test]
    fn values_in_force_say_where_they_came_from_and_hide_passwords() {
        let environment = [
            ("DESKBELL_DATABASE".to_owned(), Some("postgres://me:hunter2@db/desk".to_owned())),
            ("DESKBELL_S3_SECRET".to_owned(), Some("hunter2".to_owned())),
        ];
        let config = Config::from(&Given::default(), &environment).expect("good");
        let shown = effective(&config);
        let lines: Vec<String> = shown.iter().map(Shown::line).collect();
        let line = lines.iter().find(|line| line.starts_with("database")).expect("shown");
        assert!(
            line.contains("\"postgres://me:****@db/desk\"") && line.ends_with("# DESKBELL_DATABASE"),
            "{line}"
        );
        assert!(lines.contains(&"undo_minutes = 60".to_owned()));
        let json = serde_json::to_string(&shown).expect("JSON");
        assert!(!json.contains("hunter2") && !lines.join("\n").contains("hunter2"), "{json}");
        assert!(lines.iter().any(|line| line.starts_with("s3_secret = \"***\"")), "{lines:?}");
    }
}
