//! The law: the encodings of any command parse to the same command. And: no bytes make the decoder panic.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deskbell_core::text::join_csv;
use deskbell_core::time::TimeSpan;
use deskbell_core::{Code, Status, Timestamp, Version};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::{ACTIONS, Encoding, decode, table, table_of};
use crate::action::{Action, ActionValue};
use crate::decode::Table;
use crate::field::Field;
use crate::params::{Params, Value};

/// A field with a value for it.
#[derive(Clone, Debug)]
struct Given {
    field: Field,
    value: Value,
}

const NAMES: &[&str] = &["a", "ids", "ticketIDs", "mode", "x_y", "actions", "brandID", "Ä", "versions", "t2"];
const LETTERS: &[&str] = &["open", "new"];

fn word() -> impl Strategy<Value = String> {
    "[a-zé\"', =&%+🚀\\[\\]#-]{1,12}"
        .prop_filter("blanks around a value are dropped", |w| w.trim_matches(' ') == w)
}

fn some<T: Clone + PartialEq>(values: Vec<T>) -> Vec<T> {
    let mut distinct: Vec<T> = Vec::new();
    values.into_iter().for_each(|v| {
        if !distinct.contains(&v) {
            distinct.push(v)
        }
    });
    distinct
}

fn several_words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(word(), 1..5).prop_map(some)
}

fn several_ids() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(1..1_i64 << 53, 1..30).prop_map(some)
}

fn action() -> impl Strategy<Value = (&'static str, ActionValue)> {
    prop_oneof![
        Just(("delete", ActionValue::None)),
        (0..6_usize).prop_map(|n| ("setStatus", ActionValue::Word(Status::WORDS[n]))),
        (0..1_i64 << 53).prop_map(|id| ("assignGroup", ActionValue::Id(id))),
        several_words().prop_map(|w| ("addTags", ActionValue::Tags(w))),
        word().prop_map(|w| ("addNote", ActionValue::Text(w))),
        (0..4_000_000_000_i64).prop_map(|t| ("snooze", ActionValue::Moment(Some(Timestamp(t))))),
    ]
}

/// A list or an object of texts, lists and objects, none of them empty: a form has no words for that.
fn tree() -> impl Strategy<Value = Json> {
    let leaf = word().prop_map(Json::from);
    let inner = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z]{1,5}", inner, 1..4).prop_map(|m| m.into_iter().collect()),
        ]
    });
    prop_oneof![
        prop::collection::vec(inner.clone(), 1..4).prop_map(Json::from),
        prop::collection::btree_map("[a-z]{1,5}", inner, 1..4).prop_map(|m| m.into_iter().collect()),
    ]
}

/// A random field under a name, with a random value.
fn given(name: &'static str) -> impl Strategy<Value = Given> {
    let of = move |field: Field, value: Value| Given { field, value };
    prop_oneof![
        (0..1_i64 << 53).prop_map(move |n| of(Field::id(name).or_zero(), Value::Number(n))),
        any::<bool>().prop_map(move |b| of(Field::flag(name), Value::Flag(b))),
        (0..6_usize).prop_map(move |n| of(Field::word(name, Status::WORDS), Value::Word(Status::WORDS[n]))),
        "[^\0]{0,20}".prop_map(move |t| of(Field::text(name, 20), Value::Text(t))),
        word().prop_map(move |t| of(Field::line(name, 20), Value::Text(t))),
        prop::collection::vec(any::<u8>(), 0..20)
            .prop_map(move |bytes| of(Field::base64(name, 30), Value::Bytes(bytes))),
        (0..4_000_000_000_i64).prop_map(move |t| {
            let instant = Timestamp(t);
            of(Field::time(name), Value::Span(TimeSpan { first: instant, last: instant }))
        }),
        (0..4_000_000_000_i64).prop_map(move |t| of(Field::moment(name), Value::Moment(Some(Timestamp(t))))),
        several_ids().prop_map(move |ids| of(Field::ids(name, 100), Value::Ids(ids))),
        several_ids().prop_map(move |ids| of(Field::several_ids(name), Value::Ids(ids))),
        Just(of(Field::words(name, LETTERS), Value::Words(LETTERS.to_vec()))),
        several_words().prop_map(move |w| of(Field::tags(name, 20), Value::Lines(w))),
        prop::collection::btree_map(1..1_i64 << 53, (1..1_i64 << 53).prop_map(Version), 1..5)
            .prop_map(move |v| of(Field::versions(name), Value::Versions(v.into_iter().collect()))),
        prop::collection::btree_map("[a-z]{1,5}", word(), 1..5).prop_map(move |m| {
            let field = Field::map(name, |_| true, "^.*$", 20);
            of(field, Value::Map(m.into_iter().collect()))
        }),
        tree().prop_map(move |tree| of(Field::tree(name, || json!({})), Value::Tree(tree))),
        prop::collection::vec(action(), 1..10).prop_map(move |acts| {
            let acts = acts.into_iter().enumerate();
            let acts = acts.map(|(n, (kind, value))| Action { label: format!("{name}[{n}]"), kind, value });
            of(Field::actions(name, ACTIONS, 10), Value::Actions(acts.collect()))
        }),
    ]
}

/// A random table with a value for each of its fields, or for some.
fn command() -> impl Strategy<Value = Vec<(Given, bool)>> {
    prop::collection::btree_set(0..NAMES.len(), 1..6).prop_flat_map(|names| {
        names.into_iter().map(|n| (given(NAMES[n]), prop::bool::weighted(0.8))).collect::<Vec<_>>()
    })
}

fn expected(command: &[(Given, bool)]) -> (Table, Params) {
    let table = table_of(command.iter().map(|(g, _)| g.field.clone()).collect());
    let mut params = Params::new(table.fields.clone());
    for (at, (given, sent)) in command.iter().enumerate() {
        params.set(at, sent.then(|| given.value.clone()));
    }
    (table, params)
}

fn number(n: i64, as_text: bool) -> Json {
    if as_text { json!(format!("00{n}")) } else { json!(n) }
}

fn to_json(value: &Value, dice: &mut Dice) -> Json {
    match value {
        Value::Number(n) => number(*n, dice.flip()),
        Value::Flag(b) if dice.flip() => json!(b),
        Value::Flag(b) if dice.flip() => json!(i32::from(*b)),
        Value::Flag(b) => json!(if *b { "YES" } else { "off" }),
        Value::Word(w) => json!(w),
        Value::Text(t) => json!(t),
        Value::Span(span) => json!(span.first.to_string()),
        Value::Moment(Some(t)) => json!(t.to_string()),
        Value::Moment(None) => json!(""),
        Value::Ids(ids) if ids.len() == 1 && dice.flip() => number(ids[0], dice.flip()),
        Value::Ids(ids) => ids.iter().map(|id| number(*id, dice.flip())).collect(),
        Value::Words(words) => json!(words),
        Value::Lines(lines) if dice.flip() => json!(join_csv(lines)),
        Value::Lines(lines) => json!(lines),
        Value::Versions(versions) => versions
            .iter()
            .map(|(id, v)| (id.to_string(), number(v.0, dice.flip())))
            .collect::<Map<_, _>>()
            .into(),
        Value::Map(map) => map.iter().map(|(k, v)| (k.clone(), json!(v))).collect::<Map<_, _>>().into(),
        Value::Bytes(bytes) => json!(STANDARD.encode(bytes)),
        Value::Files(_) => unreachable!("the law draws no files"),
        Value::Tree(tree) if dice.flip() => json!(tree.to_string()),
        Value::Tree(tree) => tree.clone(),
        Value::Actions(acts) => acts
            .iter()
            .map(|act| match action_value(act) {
                None => json!({ "actionType": act.kind }),
                Some(value) => json!({ "actionType": act.kind, "value": to_json(&value, dice) }),
            })
            .collect(),
    }
}

/// The value of an action as one of a field.
fn action_value(act: &Action) -> Option<Value> {
    Some(match &act.value {
        ActionValue::None => return None,
        ActionValue::Word(w) => Value::Word(w),
        ActionValue::Id(id) => Value::Number(*id),
        ActionValue::Tags(tags) => Value::Lines(tags.clone()),
        ActionValue::Text(text) => Value::Text(text.clone()),
        ActionValue::Moment(moment) => Value::Moment(*moment),
    })
}

type Pairs = Vec<(String, String)>;

/// The pairs of a form: one of the spellings of each value.
fn to_pairs(name: &str, value: &Value, dice: &mut Dice) -> Pairs {
    let one = |text: String| vec![(name.to_owned(), text)];
    match value {
        Value::Number(n) => one(if dice.flip() { n.to_string() } else { format!("0{n}") }),
        Value::Flag(b) => one(if *b { "True" } else { "no" }.into()),
        Value::Word(w) => one((*w).into()),
        Value::Text(t) => one(t.clone()),
        Value::Span(span) => one(span.first.to_string()),
        Value::Moment(moment) => one(moment.map(|t| t.to_string()).unwrap_or_default()),
        Value::Ids(ids) => list(name, &ids.iter().map(i64::to_string).collect::<Vec<_>>(), dice),
        Value::Words(words) if dice.flip() => one(words.join(", ")),
        Value::Words(words) => list(name, &words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(), dice),
        Value::Lines(lines) if dice.flip() => one(join_csv(lines)),
        Value::Lines(lines) => list(name, lines, dice),
        Value::Versions(versions) => {
            versions.iter().map(|(id, v)| (format!("{name}[{id}]"), v.to_string())).collect()
        }
        Value::Map(map) => map.iter().map(|(k, v)| (format!("{name}[{k}]"), v.clone())).collect(),
        Value::Bytes(bytes) => one(STANDARD.encode(bytes)),
        Value::Files(_) => unreachable!("the law draws no files"),
        Value::Tree(tree) if dice.flip() => one(tree.to_string()),
        Value::Tree(tree) => {
            let mut pairs = branches(name, tree);
            dice.shuffle(&mut pairs);
            pairs
        }
        Value::Actions(acts) => {
            let mut pairs = Vec::new();
            for act in acts {
                pairs.push((format!("{}[actionType]", act.label), act.kind.to_owned()));
                if let Some(value) = action_value(act) {
                    pairs.extend(to_pairs(&format!("{}[value]", act.label), &value, dice));
                }
            }
            dice.shuffle_keeping_names(&mut pairs);
            pairs
        }
    }
}

/// The values of a structure by their names in brackets.
fn branches(name: &str, tree: &Json) -> Pairs {
    match tree {
        Json::Object(items) => {
            items.iter().flat_map(|(key, item)| branches(&format!("{name}[{key}]"), item)).collect()
        }
        Json::Array(items) => {
            let item = |(n, item): (usize, &Json)| branches(&format!("{name}[{}]", n * 3), item);
            items.iter().enumerate().flat_map(item).collect()
        }
        Json::String(text) => vec![(name.to_owned(), text.clone())],
        other => vec![(name.to_owned(), other.to_string())],
    }
}

/// A list in one of its spellings, or in a mixture.
fn list(name: &str, values: &[String], dice: &mut Dice) -> Pairs {
    let bare = |v: &String| {
        let quote = v.starts_with('"') || (values.len() == 1 && v.contains([',', '"']));
        (name.to_owned(), if quote { join_csv(&[v]) } else { v.clone() })
    };
    let indexed = |(n, v): (usize, &String)| (format!("{name}[{}]", n * 7), v.clone());
    match dice.roll(4) {
        0 => values.iter().map(|v| (format!("{name}[]"), v.clone())).collect(),
        1 => {
            let mut pairs: Pairs = values.iter().enumerate().map(indexed).collect();
            dice.shuffle(&mut pairs);
            pairs
        }
        2 => values.iter().map(bare).collect(),
        _ => {
            // Indexed ones are first in the list wherever they stand in the text.
            let (first, rest) = values.split_at(values.len() / 2);
            let mut pairs: Pairs = rest
                .iter()
                .enumerate()
                .map(|(n, v)| if n % 2 == 0 { (format!("{name}[]"), v.clone()) } else { bare(v) })
                .collect();
            pairs.extend(first.iter().enumerate().map(indexed));
            pairs
        }
    }
}

fn escape(text: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || (matches!(byte, b'[' | b']' | b'.' | b'-') && dice.flip());
        match byte {
            _ if plain => out.push(char::from(byte)),
            b' ' if dice.flip() => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn urlencoded(pairs: &Pairs, dice: &mut Dice) -> String {
    let escaped: Vec<String> =
        pairs.iter().map(|(n, v)| format!("{}={}", escape(n, dice), escape(v, dice))).collect();
    escaped.join("&")
}

fn multipart(pairs: &Pairs) -> String {
    let part = |(name, value): &(String, String)| {
        let name = name.replace('"', "%22");
        format!("--x--y\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    pairs.iter().map(part).collect::<String>() + "--x--y--\r\n"
}

/// Choices of spelling, all from one seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn flip(&mut self) -> bool {
        self.roll(2) == 1
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for n in (1..items.len()).rev() {
            let other = self.roll(n + 1);
            items.swap(n, other);
        }
    }

    /// Shuffles, but leaves equal names in their order, since it has a meaning.
    fn shuffle_keeping_names(&mut self, pairs: &mut Pairs) {
        let mut shuffled = pairs.clone();
        self.shuffle(&mut shuffled);
        let base = |name: &str| name.trim_end_matches("[]").to_owned();
        for pair in &mut shuffled {
            let at = pairs.iter().position(|p| base(&p.0) == base(&pair.0)).unwrap_or_default();
            *pair = pairs.remove(at);
        }
        *pairs = shuffled;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_encodings_of_any_command_parse_to_the_same_command(
        command in command(),
        seed in any::<u64>(),
    ) {
        let dice = &mut Dice(seed);
        let (table, expected) = expected(&command);
        let sent = || command.iter().filter(|(_, sent)| *sent).map(|(given, _)| given);
        let parse = |query: &str, body: &str, encoding| decode(&table, query.as_bytes(), body.as_bytes(), encoding);

        let object: Map<String, Json> =
            sent().map(|g| (g.field.name.to_owned(), to_json(&g.value, dice))).collect();
        let as_json = Json::from(object).to_string();
        prop_assert_eq!(&parse("", &as_json, Some(Encoding::Json)), &Ok(expected.clone()), "{}", as_json);

        let pairs: Pairs = sent().flat_map(|g| to_pairs(g.field.name, &g.value, dice)).collect();
        let as_form = urlencoded(&pairs, dice);
        prop_assert_eq!(&parse("", &as_form, Some(Encoding::Form)), &Ok(expected.clone()), "{}", as_form);
        prop_assert_eq!(&parse(&as_form, "", None), &Ok(expected.clone()), "{}", as_form);

        let as_parts = multipart(&pairs);
        let encoding = Some(Encoding::Multipart(Some("x--y".into())));
        prop_assert_eq!(&parse("", &as_parts, encoding), &Ok(expected.clone()), "{}", as_parts);

        let (in_query, in_body): (Vec<_>, Vec<_>) = sent().partition(|g| g.field.name.len() % 2 == 0);
        let query: Pairs = in_query.iter().flat_map(|g| to_pairs(g.field.name, &g.value, dice)).collect();
        let body: Map<String, Json> =
            in_body.iter().map(|g| (g.field.name.to_owned(), to_json(&g.value, dice))).collect();
        let (query, body) = (urlencoded(&query, dice), Json::from(body).to_string());
        prop_assert_eq!(&parse(&query, &body, Some(Encoding::Json)), &Ok(expected), "{} {}", query, body);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(
        query in prop::collection::vec(any::<u8>(), 0..40),
        body in prop::collection::vec(any::<u8>(), 0..200),
        encoding in 0..4_u8,
    ) {
        judge(&query, &body, encoding)?;
    }

    #[test]
    fn no_text_close_to_a_request_makes_the_decoder_panic(
        body in "((ids|tags|title|actions|versions|custom|tag|TicketIDs|limit)(\\[[0-2a]?\\]|\\[(actionType|value)\\]|\\[|\\]){0,3}=[0-2a\",%]{0,3}&?){0,6}",
        nested in "(\\{|\\}|\\[|\\]|,|:|\"(ids|tags|actions|actionType|value|versions|title)\"|[0-9]|null){0,24}",
        parts in "(--x(\r\n|--)|Content-Disposition: form-data; name=(ids|\"a)|\r\n|; filename=b|[a-c]){0,12}",
    ) {
        judge(body.as_bytes(), nested.as_bytes(), 1)?;
        judge(b"", body.as_bytes(), 2)?;
        judge(b"", parts.as_bytes(), 3)?;
    }
}

/// Decodes; whatever comes, it is accepted or told apart by a code of the caller's.
fn judge(query: &[u8], body: &[u8], encoding: u8) -> Result<(), TestCaseError> {
    let encoding = match encoding {
        0 => None,
        1 => Some(Encoding::Json),
        2 => Some(Encoding::Form),
        _ => Some(Encoding::Multipart(Some("x".into()))),
    };
    if let Err(fault) = decode(&table(), query, body, encoding) {
        let known = [
            Code::MalformedBody,
            Code::InvalidParameter,
            Code::MissingParameter,
            Code::UnknownParameter,
            Code::PayloadTooLarge,
        ];
        prop_assert!(fault.details().all(|d| known.contains(&d.code) && !d.message.is_empty()), "{}", fault);
    }
    Ok(())
}
