//! An import map, ready for use: which columns give which field, by which rules. Read from TOML and checked whole
//! before anything is written.

use std::collections::BTreeMap;

use deskbell_core::text::{limit, one_line};

use super::date::DateRule;
use super::template::{Columns, Template, Values};
use super::toml_form::{Encoding, FieldForm, Format, MapForm, TagsForm};
use crate::customer;

/// A map that has been checked.
#[derive(Debug)]
pub struct Map {
    pub(super) source: String,
    pub(super) id: Template,
    pub(super) format: Option<Format>,
    pub(super) encoding: Encoding,
    pub(super) delimiter: Option<u8>,
    pub(super) columns: Columns,
    pub(super) ticket: TicketMap,
    pub(super) message: Option<MessageMap>,
    pub(super) customer: Option<CustomerMap>,
    pub(super) names_line: bool,
}

#[derive(Debug)]
pub(super) struct TicketMap {
    pub(super) when: Option<Template>,
    pub(super) title: Option<Field>,
    pub(super) brand: Option<Field>,
    pub(super) channel: Option<Field>,
    pub(super) group: Option<Field>,
    pub(super) status: Option<Field>,
    pub(super) priority: Option<Field>,
    pub(super) direction: Option<Field>,
    pub(super) from: Option<Field>,
    pub(super) from_name: Option<Field>,
    pub(super) to: Option<Field>,
    pub(super) tags: Tags,
    pub(super) created_at: Option<DateField>,
    pub(super) closed_at: Option<DateField>,
}

#[derive(Debug)]
pub(super) struct MessageMap {
    pub(super) when: Option<Template>,
    pub(super) content: Field,
    pub(super) direction: Option<Field>,
    pub(super) created_at: Option<DateField>,
}

#[derive(Debug)]
pub(super) struct CustomerMap {
    pub(super) when: Option<Template>,
    pub(super) external_id: Option<Field>,
    pub(super) firstname: Option<Field>,
    pub(super) lastname: Option<Field>,
    pub(super) email: Option<Field>,
    pub(super) telephone: Option<Field>,
    pub(super) fields: Vec<(String, Field)>,
}

#[derive(Debug)]
pub(super) enum Tags {
    /// A field that lists tags with commas between them, quoted as in CSV.
    List(Field),
    /// A field for each tag.
    Each(Vec<Field>),
}

/// A field: a template, and what is made of the text that it gives.
#[derive(Debug)]
pub(super) struct Field {
    /// What messages call it: its column, if it is one column alone, else the key in the map.
    pub(super) label: String,
    from: Template,
    map: BTreeMap<String, String>,
    default: Option<Template>,
    when: Option<Template>,
}

/// A field that is a time.
#[derive(Debug)]
pub(super) struct DateField {
    pub(super) field: Field,
    pub(super) rule: DateRule,
}

impl Field {
    /// The text for a record; empty where the field's condition does not hold.
    pub(super) fn text(&self, record: &Values) -> String {
        if !holds(self.when.as_ref(), record) {
            return String::new();
        }
        let text = self.from.render(record);
        let key = text.trim();
        if let Some(to) = self.map.get(key) {
            return to.clone();
        }
        match &self.default {
            Some(default) if key.is_empty() || !self.map.is_empty() => default.render(record),
            _ => text,
        }
    }
}

/// Whether a condition holds: it does unless what it names is empty.
pub(super) fn holds(when: Option<&Template>, record: &Values) -> bool {
    when.is_none_or(|when| !when.render(record).trim().is_empty())
}

impl Map {
    /// Reads a map.
    ///
    /// Errors: what is wrong with it, in words, with the line where TOML knows it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form: MapForm = toml::from_str(text.trim_start_matches('\u{FEFF}'))
            .map_err(|error| error.to_string().trim_end().to_owned())?;
        let mut reader = Reading {
            columns: Columns::default(),
            names_line: false,
            formats: form.dates.formats.unwrap_or_default(),
            zone: form.dates.zone.unwrap_or_else(|| "UTC".into()),
        };
        DateRule::new(&reader.formats, &reader.zone).map_err(|why| format!("[dates] {why}"))?;
        let source = one_line(&form.source).trim().to_owned();
        if source.is_empty() || source.chars().count() > limit::NAME {
            return Err(format!("source: a name for the data set, 1 to {} characters", limit::NAME));
        }
        let r = &mut reader;
        let id = r.template("id", &form.id)?;
        if form.id.trim().is_empty() {
            return Err("id: a template that names each record, such as \"{id}\" or \"{_line}\"".into());
        }
        let t = form.ticket;
        let ticket = TicketMap {
            when: r.condition("ticket", t.when)?,
            title: r.field("ticket.title", t.title)?,
            brand: r.field("ticket.brand", t.brand)?,
            channel: r.field("ticket.channel", t.channel)?,
            group: r.field("ticket.group", t.group)?,
            status: r.field("ticket.status", t.status)?,
            priority: r.field("ticket.priority", t.priority)?,
            direction: r.field("ticket.direction", t.direction)?,
            from: r.field("ticket.from", t.from)?,
            from_name: r.field("ticket.from_name", t.from_name)?,
            to: r.field("ticket.to", t.to)?,
            tags: r.tags(t.tags)?,
            created_at: r.date("ticket.created_at", t.created_at)?,
            closed_at: r.date("ticket.closed_at", t.closed_at)?,
        };
        let message = match form.message {
            None => None,
            Some(m) => Some(MessageMap {
                when: r.condition("message", m.when)?,
                content: r.one("message.content", m.content)?,
                direction: r.field("message.direction", m.direction)?,
                created_at: r.date("message.created_at", m.created_at)?,
            }),
        };
        let customer = match form.customer {
            None => None,
            Some(c) if c.names_nobody() => {
                let keys = "external_id, email, telephone, firstname or lastname";
                return Err(format!("[customer] needs one of {keys}: fields alone name nobody"));
            }
            Some(c) => Some(CustomerMap {
                when: r.condition("customer", c.when)?,
                external_id: r.field("customer.external_id", c.external_id)?,
                firstname: r.field("customer.firstname", c.firstname)?,
                lastname: r.field("customer.lastname", c.lastname)?,
                email: r.field("customer.email", c.email)?,
                telephone: r.field("customer.telephone", c.telephone)?,
                fields: r.custom_fields(c.fields)?,
            }),
        };
        let delimiter = form.delimiter.map(|text| delimiter(&text)).transpose()?;
        if delimiter.is_some() && matches!(form.format, Some(Format::Jsonl | Format::Tsv)) {
            return Err("delimiter: only format \"csv\" has one".into());
        }
        let Reading { columns, names_line, .. } = reader;
        Ok(Self {
            source,
            id,
            format: form.format,
            encoding: form.encoding,
            delimiter,
            columns,
            ticket,
            message,
            customer,
            names_line,
        })
    }

    /// The data set's name.
    pub fn source(&self) -> &str {
        &self.source
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [b'"' | b'\r' | b'\n'] => Err("delimiter: a quotation mark or line end cannot be one".into()),
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err(format!("delimiter: {text:?} is not one ASCII character; \"\\t\" is a tab")),
    }
}

struct Reading {
    columns: Columns,
    names_line: bool,
    formats: Vec<String>,
    zone: String,
}

impl Reading {
    fn template(&mut self, key: &str, text: &str) -> Result<Template, String> {
        let template = Template::parse(text, &mut self.columns).map_err(|why| format!("{key}: {why}"))?;
        self.names_line |= template.names_line();
        Ok(template)
    }

    fn condition(&mut self, table: &str, when: Option<String>) -> Result<Option<Template>, String> {
        when.map(|text| self.template(&format!("{table}.when"), &text)).transpose()
    }

    fn field(&mut self, key: &str, form: Option<FieldForm>) -> Result<Option<Field>, String> {
        form.map(|form| self.one(key, form)).transpose()
    }

    fn one(&mut self, key: &str, form: FieldForm) -> Result<Field, String> {
        if form.formats.is_some() || form.zone.is_some() {
            return Err(format!("{key}: formats and zone belong to times"));
        }
        self.any(key, form)
    }

    fn any(&mut self, key: &str, form: FieldForm) -> Result<Field, String> {
        let from = self.template(key, &form.from)?;
        let label = match from.only_column() {
            Some(at) => format!("column {}", self.columns.0[at]),
            None => key.to_owned(),
        };
        let map = form.map.into_iter().map(|(from, to)| (from.trim().to_owned(), to)).collect();
        let default = form.default.map(|text| self.template(&format!("{key}.default"), &text)).transpose()?;
        Ok(Field { label, from, map, default, when: self.condition(key, form.when)? })
    }

    fn date(&mut self, key: &str, form: Option<FieldForm>) -> Result<Option<DateField>, String> {
        let Some(form) = form else { return Ok(None) };
        let formats = form.formats.as_ref().unwrap_or(&self.formats);
        let zone = form.zone.as_ref().unwrap_or(&self.zone);
        let rule = DateRule::new(formats, zone).map_err(|why| format!("{key}: {why}"))?;
        Ok(Some(DateField { field: self.any(key, form)?, rule }))
    }

    fn tags(&mut self, form: Option<TagsForm>) -> Result<Tags, String> {
        match form {
            None => Ok(Tags::Each(Vec::new())),
            Some(TagsForm::List(form)) => self.one("ticket.tags", form).map(Tags::List),
            Some(TagsForm::Each(forms)) => {
                let tags = forms.into_iter().map(|form| self.one("ticket.tags", form));
                tags.collect::<Result<_, _>>().map(Tags::Each)
            }
        }
    }

    fn custom_fields(&mut self, forms: BTreeMap<String, FieldForm>) -> Result<Vec<(String, Field)>, String> {
        if forms.len() > customer::MOST_FIELDS {
            return Err(format!("customer.fields: a customer has at most {}", customer::MOST_FIELDS));
        }
        let mut fields = Vec::new();
        for (name, form) in forms {
            if !customer::is_field_name(&name) {
                return Err(format!(
                    "customer.fields: {name:?} cannot be a field's name; one is like \"zip_code\": small letters, \
                     digits and _, a letter first, at most 64, and not a name such as firstname"
                ));
            }
            let field = self.one(&format!("customer.fields.{name}"), form)?;
            fields.push((name, field));
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "source = \"s\"\nid = \"{id}\"\n";

    fn refused(more: &str) -> String {
        Map::parse(&format!("{HEAD}{more}")).err().unwrap_or_default()
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        for (more, named) in [
            ("subject = \"x\"", "subject"),
            ("[ticket]\nsubject = \"{a}\"", "subject"),
            ("[ticket]\nstatus = { from = \"{a}\", maps = {} }", "maps"),
            ("[message]\ncontent = \"{a}\"\ntitle = \"b\"", "title"),
            ("[customer]\nphone = \"{a}\"", "phone"),
            ("[dates]\nformat = [\"%Y\"]", "format"),
        ] {
            assert!(refused(more).contains(&format!("unknown field `{named}`")), "{more}: {}", refused(more));
        }
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_key() {
        for (more, named) in [
            ("[ticket]\ntitle = \"{a\"", "ticket.title"),
            ("[ticket]\ntitle = { from = \"{a}\", zone = \"UTC\" }", "ticket.title"),
            ("[ticket]\ncreated_at = { from = \"{a}\", formats = [\"%H\"] }", "ticket.created_at"),
            ("[dates]\nzone = \"Nowhere\"", "[dates]"),
            ("delimiter = \";;\"", "delimiter"),
            ("format = \"jsonl\"\ndelimiter = \";\"", "delimiter"),
            ("[customer]\nemail = \"{m}\"\nfields = { \"Zip code\" = \"{zip}\" }", "customer.fields"),
            ("[customer]\nfields = { zip = \"{zip}\" }", "fields alone name nobody"),
            ("format = \"xlsx\"", "xlsx"),
            ("encoding = \"latin1\"", "latin1"),
            ("[ticket]\ntitle = 5", "{columns}"),
            ("[message]\ndirection = \"inbound\"", "content"),
        ] {
            assert!(refused(more).contains(named), "{more}: {:?}", refused(more));
        }
        assert!(Map::parse("source = \"\"\nid = \"{id}\"").is_err_and(|why| why.contains("source")));
        assert!(Map::parse("source = \"s\"").is_err_and(|why| why.contains("id")));
    }

    #[test]
    fn values_are_mapped_then_defaulted_and_conditions_empty_them() {
        let text = "[ticket]\nstatus = { from = \"{a}\", map = { x = \"open\" }, default = \"closed\" }\n\
                    group = { from = \"{a}\", map = { x = \"Sales\" } }\n\
                    brand = { from = \"{a}\", default = \"{b}!\" }\ntitle = { from = \"{a}\", when = \"{b}\" }";
        let map = Map::parse(&format!("{HEAD}{text}")).unwrap();
        assert_eq!(map.columns.0, ["id", "a", "b"]);
        let texts = |a: &str, b: &str| {
            let record = Values { line: 1, values: vec!["1".into(), a.into(), b.into()] };
            let t = &map.ticket;
            [&t.status, &t.group, &t.brand, &t.title].map(|f| f.as_ref().unwrap().text(&record)).join("|")
        };
        assert_eq!(texts(" x ", "b"), "open|Sales| x | x ");
        assert_eq!(texts("y", ""), "closed|y|y|");
        assert_eq!(texts("", "b"), "closed||b!|");
    }
}
