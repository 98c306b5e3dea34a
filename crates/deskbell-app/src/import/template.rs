//! Texts with columns in them: `{product}: {issue}`. `{{` and `}}` stand for the braces themselves, `{_line}` for the
//! number of the line on which the record begins.

/// What a record gives for the columns that the map names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    /// The line on which the record begins, from 1.
    pub(crate) line: u64,
    /// The values, in the order of `Columns`.
    pub(crate) values: Vec<String>,
}

/// The columns that a map names, each once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Columns(pub(crate) Vec<String>);

impl Columns {
    fn number(&mut self, name: &str) -> usize {
        if let Some(at) = self.0.iter().position(|n| n == name) {
            return at;
        }
        self.0.push(name.to_owned());
        self.0.len() - 1
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Column(usize),
    Line,
}

/// A text with columns in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Template(Vec<Part>);

impl Template {
    /// Reads a template; the columns it names join those of the map.
    pub(crate) fn parse(text: &str, columns: &mut Columns) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let Some((name, after)) = (brace == "{").then(|| rest.split_once('}')).flatten() else {
                return Err(format!(
                    "{text:?}: a brace stands alone (write {{{{ or }}}} for the brace itself)"
                ));
            };
            if name.is_empty() || name.contains('{') {
                return Err(format!("{text:?}: {{{name}}} names no column"));
            }
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(if name == "_line" { Part::Line } else { Part::Column(columns.number(name)) });
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// The text for a record. Where the template names columns and all of them are empty, so is the text.
    pub(crate) fn render(&self, record: &Values) -> String {
        if let [Part::Column(at)] = self.0[..] {
            return record.values[at].clone();
        }
        let mut columns = self.columns().peekable();
        if columns.peek().is_some()
            && !self.names_line()
            && columns.all(|at| record.values[at].trim().is_empty())
        {
            return String::new();
        }
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Column(at) => out.push_str(&record.values[*at]),
                Part::Line => out.push_str(&record.line.to_string()),
            }
        }
        out
    }

    /// Whether it uses the number of the line.
    pub(crate) fn names_line(&self) -> bool {
        self.0.contains(&Part::Line)
    }

    /// The one column that it consists of.
    pub(crate) fn only_column(&self) -> Option<usize> {
        match self.0[..] {
            [Part::Column(at)] => Some(at),
            _ => None,
        }
    }

    fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|part| match part {
            Part::Column(at) => Some(*at),
            Part::Text(_) | Part::Line => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str, record: &[(&str, &str)]) -> Result<String, String> {
        let mut columns = Columns::default();
        let template = Template::parse(text, &mut columns)?;
        let value = |name: &String| record.iter().find(|(n, _)| n == name).map_or("?", |(_, v)| v).to_owned();
        Ok(template.render(&Values { line: 7, values: columns.0.iter().map(value).collect() }))
    }

    #[test]
    fn columns_stand_in_the_text() {
        let record = [("product", "Lamp"), ("issue", "broken"), ("a b", "c")];
        assert_eq!(render("{product}: {issue}", &record), Ok("Lamp: broken".into()));
        assert_eq!(render("{a b}{a b}", &record), Ok("cc".into()));
        assert_eq!(render("{{{product}}}", &record), Ok("{Lamp}".into()));
        assert_eq!(render("row {_line}", &record), Ok("row 7".into()));
        assert_eq!(render("", &record), Ok(String::new()));
    }

    #[test]
    fn a_template_of_empty_columns_is_empty() {
        assert_eq!(render("{a}: {b}", &[("a", ""), ("b", " ")]), Ok(String::new()));
        assert_eq!(render("{a}: {b}", &[("a", ""), ("b", "x")]), Ok(": x".into()));
        assert_eq!(render("{a}{_line}", &[("a", "")]), Ok("7".into()));
    }

    #[test]
    fn lone_braces_and_nameless_columns_are_refused() {
        for text in ["{", "a}", "{}", "{a", "{a{b}}", "}{"] {
            assert!(render(text, &[]).is_err(), "{text:?}");
        }
    }
}
