//! The conditions of a view: facts of a ticket, an operation and a value each, parsed to types. What is unknown is refused and
//! named.

use deskbell_core::Code;
use deskbell_core::fault::Detail;
use serde_json::{Value, json};

use super::fact::{Fact, ME, MY_GROUPS, Operation};
use super::operand::{Operand, Wrong, operand};
use crate::item::detail;

/// Most conditions under `all`, and under `any`.
const MOST: usize = 50;

/// What a ticket must be: all of these, and one of those if there are any.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Conditions {
    /// All of them.
    pub all: Vec<Condition>,
    /// One of them; none at all ask for nothing.
    pub any: Vec<Condition>,
}

/// One condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// What is looked at.
    pub fact: Fact,
    /// How.
    pub operation: Operation,
    /// And what it is compared with.
    pub operand: Operand,
}

impl Conditions {
    /// Reads `{"all":[…],"any":[…]}`. Errors: everything that is wrong with it, by name.
    pub fn parse(value: &Value) -> Result<Self, Vec<Detail>> {
        let mut wrong = Vec::new();
        let mut conditions = Self::default();
        let Value::Object(parts) = value else {
            let message = "conditions must be an object with the lists all and any.";
            return Err(vec![detail("conditions", Code::InvalidParameter, message)]);
        };
        for (name, list) in parts {
            let label = format!("conditions[{name}]");
            let found = match name.as_str() {
                "all" => &mut conditions.all,
                "any" => &mut conditions.any,
                _ => {
                    let message = format!("{label} is unknown; conditions have all and any.");
                    wrong.push(detail(&label, Code::UnknownParameter, message));
                    continue;
                }
            };
            let items = match list {
                Value::Array(items) => items.as_slice(),
                Value::Null => &[],
                Value::String(text) if text.is_empty() => &[],
                _ => {
                    let message = format!("{label} must be a list of conditions.");
                    wrong.push(detail(&label, Code::InvalidParameter, message));
                    continue;
                }
            };
            if items.len() > MOST {
                let message = format!("{label} has {} conditions; a view takes at most {MOST}.", items.len());
                wrong.push(detail(&label, Code::InvalidParameter, message));
                continue;
            }
            for (n, item) in items.iter().enumerate() {
                match Condition::parse(item, &format!("{label}[{n}]"), name == "any") {
                    Ok(condition) => found.push(condition),
                    Err(more) => wrong.extend(more),
                }
            }
        }
        let queries = conditions.all.iter().filter(|condition| condition.fact == Fact::Query).count();
        if queries > 1 {
            let message = "conditions[all] has several conditions on query; put their words into one.";
            wrong.push(detail("conditions[all]", Code::InvalidParameter, message));
        }
        if wrong.is_empty() { Ok(conditions) } else { Err(wrong) }
    }

    /// The same as it is stored and answered.
    pub fn to_json(&self) -> Value {
        let list = |conditions: &[Condition]| conditions.iter().map(Condition::to_json).collect::<Vec<_>>();
        json!({ "all": list(&self.all), "any": list(&self.any) })
    }

    /// Reads what `to_json` wrote.
    pub(super) fn stored(text: &str) -> Option<Self> {
        Self::parse(&serde_json::from_str(text).ok()?).ok()
    }
}

impl Condition {
    fn parse(item: &Value, label: &str, alternative: bool) -> Result<Self, Vec<Detail>> {
        let one = |field: &str, code: Code, message: String| vec![detail(field, code, message)];
        let Value::Object(parts) = item else {
            let message = format!("{label} must be an object with fact, operation and value.");
            return Err(one(label, Code::InvalidParameter, message));
        };
        if let Some(other) = parts.keys().find(|key| !["fact", "operation", "value"].contains(&key.as_str()))
        {
            let field = format!("{label}[{other}]");
            let message = format!("{field} is unknown; a condition has fact, operation and value.");
            return Err(one(&field, Code::UnknownParameter, message));
        }
        let word = |key: &str, known: String| -> Result<&str, Vec<Detail>> {
            let field = format!("{label}[{key}]");
            match parts.get(key) {
                Some(Value::String(word)) if !word.is_empty() => Ok(word),
                None | Some(Value::Null | Value::String(_)) => {
                    Err(one(&field, Code::MissingParameter, format!("{field} is needed.")))
                }
                Some(_) => {
                    Err(one(&field, Code::InvalidParameter, format!("{field} must be one of {known}.")))
                }
            }
        };
        let facts = || Fact::names().join(", ");
        let name = word("fact", facts())?;
        let Some(fact) = Fact::parse(name) else {
            let field = format!("{label}[fact]");
            let message = format!("{field} must be one of {}; {name} is none.", facts());
            return Err(one(&field, Code::InvalidParameter, message));
        };
        let possible = || fact.operations().iter().map(|o| o.as_str()).collect::<Vec<_>>().join(", ");
        let name = word("operation", possible())?;
        let field = format!("{label}[operation]");
        let operation = Operation::parse(name).filter(|operation| fact.operations().contains(operation));
        let Some(operation) = operation else {
            let message =
                format!("{field} must be one of {} for {}; {name} is none.", possible(), fact.name());
            return Err(one(&field, Code::InvalidParameter, message));
        };
        if fact == Fact::Query && alternative {
            let message = format!("{label} cannot look for a query: that can only stand under all.");
            return Err(one(label, Code::InvalidParameter, message));
        }
        let value = parts.get("value").unwrap_or(&Value::Null);
        let field = format!("{label}[value]");
        match operand(fact, operation, value) {
            Ok(operand) => Ok(Self { fact, operation, operand }),
            Err(Wrong::Missing) => Err(one(&field, Code::MissingParameter, format!("{field} is needed."))),
            Err(Wrong::Value(expected)) => {
                Err(one(&field, Code::InvalidParameter, format!("{field} must be {expected}.")))
            }
        }
    }

    fn to_json(&self) -> Value {
        let mut condition = json!({ "fact": self.fact.name(), "operation": self.operation.as_str() });
        let mut values: Vec<Value> = match &self.operand {
            Operand::None => return condition,
            Operand::Flag(flag) => vec![(*flag).into()],
            Operand::Texts(texts) => texts.iter().cloned().map(Value::from).collect(),
            Operand::Words(words) => words.iter().map(|(word, _)| word.as_str().into()).collect(),
            Operand::Spans(spans) => spans.iter().map(|(text, _)| text.as_str().into()).collect(),
            Operand::Numbers(numbers, caller) => {
                let caller = caller.then(|| Value::from(self.caller()));
                numbers.iter().map(|n| Value::from(*n)).chain(caller).collect()
            }
        };
        condition["value"] = match self.operation.takes_several() {
            true => values.into(),
            false => values.pop().unwrap_or_default(),
        };
        condition
    }

    /// The word that stands for the caller here.
    fn caller(&self) -> &'static str {
        if self.fact.name() == "assigned_group_id" { MY_GROUPS } else { ME }
    }
}
