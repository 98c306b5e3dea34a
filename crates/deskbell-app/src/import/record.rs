//! A record under the map: what the ticket, its message and its customer are to be, checked as far as that goes
//! without the store. Refused whole, with line, column and value, if any part is not right.

use deskbell_core::address::{Kind, canonical_of};
use deskbell_core::text::{limit, one_line, split_csv};
use deskbell_core::{Direction, Priority, Status, Timestamp};
use deskbell_db::Engine;

use super::map::{CustomerMap, DateField, Field, Map, MessageMap, Tags, TicketMap, holds};
use super::template::Values;
use crate::customer::VALUE;
use crate::search::{self, Prepared};
use crate::ticket::edit::distinct;

/// The longest text of a message, in bytes: what the API takes in a body.
const CONTENT_LIMIT: usize = 1 << 20;

/// A record that can be written.
pub(super) struct Incoming {
    pub(super) line: u64,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) brand: String,
    pub(super) channel: Named,
    pub(super) group: String,
    pub(super) status: Status,
    pub(super) priority: Priority,
    pub(super) direction: Direction,
    pub(super) from: String,
    pub(super) from_name: String,
    pub(super) to: String,
    pub(super) tags: Vec<String>,
    /// The earliest and latest of the times that the data gives.
    pub(super) times: Option<(Timestamp, Timestamp)>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) message: Option<IncomingMessage>,
    pub(super) customer: Option<IncomingCustomer>,
}

/// A name that the store has to know, and the column it comes from.
pub(super) struct Named {
    pub(super) label: String,
    pub(super) name: String,
}

pub(super) struct IncomingMessage {
    pub(super) content: String,
    pub(super) words: Prepared,
    pub(super) direction: Direction,
    pub(super) created_at: Option<Timestamp>,
}

pub(super) struct IncomingCustomer {
    pub(super) external_id: String,
    pub(super) firstname: String,
    pub(super) lastname: String,
    pub(super) addresses: Vec<(Kind, String)>,
    pub(super) fields: Vec<(String, String)>,
}

/// What becomes of a record under the map.
pub(super) enum Mapped {
    /// It can be written.
    Ready(Box<Incoming>),
    /// The map's condition leaves it out.
    LeftOut,
    /// It cannot, and why.
    Refused(String),
}

/// Applies the map to a record.
pub(super) fn map(map: &Map, engine: Engine, record: &Values) -> Mapped {
    if !holds(map.ticket.when.as_ref(), record) {
        return Mapped::LeftOut;
    }
    match incoming(map, engine, record) {
        Ok(incoming) => Mapped::Ready(Box::new(incoming)),
        Err(why) => Mapped::Refused(why),
    }
}

/// The id that the map gives a record; empty if it has none.
pub(super) fn id(map: &Map, record: &Values) -> String {
    one_line(&map.id.render(record)).trim().to_owned()
}

fn incoming(map: &Map, engine: Engine, record: &Values) -> Result<Incoming, String> {
    if let Some(at) = record.values.iter().position(|value| value.contains('\0')) {
        return Err(format!("column {}: the character U+0000 cannot be stored", map.columns.0[at]));
    }
    let id = id(map, record);
    if id.is_empty() {
        return Err("the record has no id".into());
    }
    within("id", &id, limit::NAME)?;
    let t = &map.ticket;
    let direction = word(t.direction.as_ref(), record, Direction::parse, Direction::WORDS)?;
    let direction = direction.unwrap_or(Direction::Inbound);
    let created_at = time(t.created_at.as_ref(), record)?;
    let closed_at = time(t.closed_at.as_ref(), record)?;
    let message = match &map.message {
        Some(m) if holds(m.when.as_ref(), record) => message(m, engine, record, direction)?,
        _ => None,
    };
    let customer = match &map.customer {
        Some(c) if holds(c.when.as_ref(), record) => customer(c, record)?,
        _ => None,
    };
    let said = message.as_ref().and_then(|m| m.created_at);
    let given = || [created_at, closed_at, said].into_iter().flatten();
    Ok(Incoming {
        line: record.line,
        id,
        title: line(t.title.as_ref(), record, limit::TITLE)?,
        brand: name(t.brand.as_ref(), record)?,
        channel: named(t.channel.as_ref(), record)?,
        group: name(t.group.as_ref(), record)?,
        status: word(t.status.as_ref(), record, Status::parse, Status::WORDS)?.unwrap_or(Status::New),
        priority: word(t.priority.as_ref(), record, Priority::parse, Priority::WORDS)?
            .unwrap_or(Priority::Medium),
        direction,
        from: address(t.from.as_ref(), record)?.name,
        from_name: name(t.from_name.as_ref(), record)?,
        to: address(t.to.as_ref(), record)?.name,
        tags: tags(t, record)?,
        times: given().min().zip(given().max()),
        created_at,
        closed_at,
        message,
        customer,
    })
}

fn message(
    map: &MessageMap,
    engine: Engine,
    record: &Values,
    ticket: Direction,
) -> Result<Option<IncomingMessage>, String> {
    let content = map.content.text(record);
    if content.trim().is_empty() {
        return Ok(None);
    }
    if content.len() > CONTENT_LIMIT {
        return Err(format!("{}: a text of more than {} MiB", map.content.label, CONTENT_LIMIT >> 20));
    }
    let direction = word(map.direction.as_ref(), record, Direction::parse, Direction::WORDS)?;
    Ok(Some(IncomingMessage {
        words: search::prepare(engine, &content),
        content,
        direction: direction.unwrap_or(ticket),
        created_at: time(map.created_at.as_ref(), record)?,
    }))
}

fn customer(map: &CustomerMap, record: &Values) -> Result<Option<IncomingCustomer>, String> {
    let mut fields = Vec::new();
    for (name, field) in &map.fields {
        let value = line(Some(field), record, VALUE)?;
        if !value.trim().is_empty() {
            fields.push((name.clone(), value));
        }
    }
    let mut addresses = Vec::new();
    for (kind, field) in [(Kind::Email, &map.email), (Kind::Telephone, &map.telephone)] {
        let Named { label, name } = address(field.as_ref(), record)?;
        // A telephone text that cannot be read is kept as it is, as the API does.
        if kind == Kind::Email && !name.is_empty() && canonical_of(kind, &name, "").is_none() {
            return Err(format!("{label}: {} is not an e-mail address", shown(&name)));
        }
        if !name.is_empty() {
            addresses.push((kind, name));
        }
    }
    let c = IncomingCustomer {
        external_id: name(map.external_id.as_ref(), record)?,
        firstname: name(map.firstname.as_ref(), record)?,
        lastname: name(map.lastname.as_ref(), record)?,
        addresses,
        fields,
    };
    let nobody = [&c.external_id, &c.firstname, &c.lastname].iter().all(|text| text.is_empty());
    if nobody && c.addresses.is_empty() {
        let lost = c.fields.first().map(|(name, _)| name);
        return lost
            .map_or(Ok(None), |name| Err(format!("customer.fields.{name}: nothing says whose it is")));
    }
    Ok(Some(c))
}

fn tags(map: &TicketMap, record: &Values) -> Result<Vec<String>, String> {
    let (label, texts) = match &map.tags {
        Tags::List(field) => {
            let text = one_line(&field.text(record));
            let split = split_csv(&text)
                .ok_or_else(|| format!("{}: {} is not a list of tags", field.label, shown(&text)))?;
            (field.label.as_str(), split)
        }
        Tags::Each(fields) => ("ticket.tags", fields.iter().map(|f| one_line(&f.text(record))).collect()),
    };
    let texts: Vec<String> = texts.iter().map(|tag| tag.trim().to_owned()).collect();
    texts.iter().try_for_each(|tag| within(label, tag, limit::TAG))?;
    Ok(distinct(texts))
}

/// A text of one line, as it stands.
fn line(field: Option<&Field>, record: &Values, longest: usize) -> Result<String, String> {
    let Some(field) = field else { return Ok(String::new()) };
    let text = one_line(&field.text(record));
    within(&field.label, &text, longest)?;
    Ok(text)
}

/// A name, without white space around it.
fn name(field: Option<&Field>, record: &Values) -> Result<String, String> {
    named(field, record).map(|named| named.name)
}

fn named(field: Option<&Field>, record: &Values) -> Result<Named, String> {
    trimmed(field, record, limit::NAME)
}

fn address(field: Option<&Field>, record: &Values) -> Result<Named, String> {
    trimmed(field, record, limit::ADDRESS)
}

fn trimmed(field: Option<&Field>, record: &Values, longest: usize) -> Result<Named, String> {
    let Some(field) = field else { return Ok(Named { label: String::new(), name: String::new() }) };
    let name = one_line(&field.text(record)).trim().to_owned();
    within(&field.label, &name, longest)?;
    Ok(Named { label: field.label.clone(), name })
}

fn within(label: &str, text: &str, longest: usize) -> Result<(), String> {
    if text.len() <= longest {
        return Ok(());
    }
    match text.chars().count() {
        n if n > longest => Err(format!("{label}: {n} characters, and {longest} are the most")),
        _ => Ok(()),
    }
}

/// A word of an enumeration, without regard to case; nothing where the field is empty.
fn word<T>(
    field: Option<&Field>,
    record: &Values,
    parse: impl Fn(&str) -> Option<T>,
    words: &[&str],
) -> Result<Option<T>, String> {
    let Some(field) = field else { return Ok(None) };
    let text = field.text(record);
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match parse(&text.to_ascii_lowercase()) {
        Some(value) => Ok(Some(value)),
        None => Err(format!("{}: {} is none of {}", field.label, shown(text), words.join(", "))),
    }
}

/// A time; nothing where the field is empty.
fn time(field: Option<&DateField>, record: &Values) -> Result<Option<Timestamp>, String> {
    let Some(DateField { field, rule }) = field else { return Ok(None) };
    let text = field.text(record);
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match rule.read(text) {
        Some(time) => Ok(Some(time)),
        None => Err(format!("{}: {} is not a time (read: {})", field.label, shown(text), rule.forms())),
    }
}

/// A value in a message: quoted, and cut if it is long.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(MOST).collect();
    format!("{:?}", start + "…")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "source = \"s\"\nid = \"{id}\"\n[dates]\nformats = [\"%Y-%m-%d\"]\n[ticket]\ntitle = \"{title}\"\n\
         status = \"{status}\"\ntags = \"{tags}\"\ncreated_at = \"{created}\"\nclosed_at = \"{closed}\"\n\
         [message]\ncontent = \"{text}\"\ncreated_at = \"{said}\"\n[customer]\nemail = \"{mail}\"\n";

    fn apply(record: &[(&str, &str)]) -> Result<Incoming, String> {
        let map = Map::parse(TEXT).unwrap();
        let value = |name: &String| {
            let given = record.iter().find(|(n, _)| n == name).map(|(_, v)| (*v).to_owned());
            given.unwrap_or_else(|| if name == "id" { "1".into() } else { String::new() })
        };
        let record = Values { line: 2, values: map.columns.0.iter().map(value).collect() };
        incoming(&map, Engine::Sqlite, &record)
    }

    fn refused(record: &[(&str, &str)]) -> String {
        apply(record).err().unwrap_or_default()
    }

    #[test]
    fn an_empty_record_is_a_ticket_of_defaults() {
        let got = apply(&[]).unwrap();
        assert_eq!(
            (got.status, got.priority, got.direction),
            (Status::New, Priority::Medium, Direction::Inbound)
        );
        assert!(
            got.times.is_none() && got.message.is_none() && got.customer.is_none() && got.tags.is_empty()
        );
    }

    #[test]
    fn times_are_those_that_the_data_gives() {
        let got = apply(&[
            ("created", "2020-01-02"),
            ("closed", "2020-01-05"),
            ("text", "x"),
            ("said", "2020-01-09"),
        ]);
        let (first, last) = got.unwrap().times.unwrap();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2020-01-02 00:00:00".into(), "2020-01-09 00:00:00".into())
        );
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        let title = "🥝".repeat(1_000);
        assert_eq!(apply(&[("title", &title)]).unwrap().title, title);
        assert_eq!(
            refused(&[("title", &(title + "x"))]),
            "column title: 1001 characters, and 1000 are the most"
        );
    }

    #[test]
    fn refusals_name_column_and_value() {
        assert_eq!(refused(&[("mail", "nobody")]), "column mail: \"nobody\" is not an e-mail address");
        assert_eq!(refused(&[("id", "  ")]), "the record has no id");
        assert!(refused(&[("status", "Weird")]).starts_with("column status: \"Weird\" is none of new, open"));
        assert!(refused(&[("created", "45291")]).starts_with("column created: \"45291\" is not a time"));
        assert!(refused(&[("tags", "a, \"b")]).starts_with("column tags: "));
        assert!(refused(&[("text", "a\0b")]).contains("column text: the character U+0000"));
    }

    #[test]
    fn lines_are_cleaned_and_tags_kept_once() {
        let got =
            apply(&[("title", " a\r\nb\u{202E}c "), ("tags", "Late, \"a, b\",late,"), ("status", "OPEN")])
                .unwrap();
        assert_eq!(got.title, " a bc ");
        assert_eq!(got.tags, ["Late", "a, b"]);
        assert_eq!(got.status, Status::Open);
    }
}
