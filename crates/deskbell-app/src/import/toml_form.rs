//! The map file as it is written: its fixed keys, and nothing else. An unknown key is refused with those that exist.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// What a file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// Comma separated, or by another delimiter.
    Csv,
    /// Tab separated.
    Tsv,
    /// One JSON object a line.
    Jsonl,
}

/// How its characters are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
pub(super) enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows code page 1252.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapForm {
    pub(super) source: String,
    pub(super) id: String,
    pub(super) format: Option<Format>,
    #[serde(default)]
    pub(super) encoding: Encoding,
    pub(super) delimiter: Option<String>,
    #[serde(default)]
    pub(super) dates: DatesForm,
    #[serde(default)]
    pub(super) ticket: TicketForm,
    pub(super) message: Option<MessageForm>,
    pub(super) customer: Option<CustomerForm>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct DatesForm {
    pub(super) formats: Option<Vec<String>>,
    pub(super) zone: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketForm {
    pub(super) when: Option<String>,
    pub(super) title: Option<FieldForm>,
    pub(super) brand: Option<FieldForm>,
    pub(super) channel: Option<FieldForm>,
    pub(super) group: Option<FieldForm>,
    pub(super) status: Option<FieldForm>,
    pub(super) priority: Option<FieldForm>,
    pub(super) direction: Option<FieldForm>,
    pub(super) from: Option<FieldForm>,
    pub(super) from_name: Option<FieldForm>,
    pub(super) to: Option<FieldForm>,
    pub(super) tags: Option<TagsForm>,
    pub(super) created_at: Option<FieldForm>,
    pub(super) closed_at: Option<FieldForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageForm {
    pub(super) when: Option<String>,
    pub(super) content: FieldForm,
    pub(super) direction: Option<FieldForm>,
    pub(super) created_at: Option<FieldForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerForm {
    pub(super) when: Option<String>,
    pub(super) external_id: Option<FieldForm>,
    pub(super) firstname: Option<FieldForm>,
    pub(super) lastname: Option<FieldForm>,
    pub(super) email: Option<FieldForm>,
    pub(super) telephone: Option<FieldForm>,
    #[serde(default)]
    pub(super) fields: BTreeMap<String, FieldForm>,
}

impl CustomerForm {
    /// Whether nothing in it says who the customer is.
    pub(super) fn names_nobody(&self) -> bool {
        let names = [&self.external_id, &self.firstname, &self.lastname, &self.email, &self.telephone];
        names.iter().all(|name| name.is_none())
    }
}

/// A template alone, or a table around it.
#[derive(Default, Clone, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub(super) struct FieldForm {
    pub(super) from: String,
    #[serde(default)]
    pub(super) map: BTreeMap<String, String>,
    pub(super) default: Option<String>,
    pub(super) when: Option<String>,
    pub(super) formats: Option<Vec<String>>,
    pub(super) zone: Option<String>,
}

impl<'de> Deserialize<'de> for FieldForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrTable;
        impl<'de> Visitor<'de> for TextOrTable {
            type Value = FieldForm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text with {columns}, or a table with from, map, default, when")
            }

            fn visit_str<E>(self, text: &str) -> Result<FieldForm, E> {
                Ok(FieldForm { from: text.to_owned(), ..FieldForm::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<FieldForm, A::Error> {
                // The derived reading: `remote` keeps it beside this one.
                FieldForm::deserialize(MapAccessDeserializer::new(table))
            }
        }
        deserializer.deserialize_any(TextOrTable)
    }
}

/// One field that lists tags, or a field for each tag.
pub(super) enum TagsForm {
    List(FieldForm),
    Each(Vec<FieldForm>),
}

impl<'de> Deserialize<'de> for TagsForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = TagsForm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of tags, or a text with {columns} that lists tags")
            }

            fn visit_str<E>(self, text: &str) -> Result<TagsForm, E> {
                Ok(TagsForm::List(FieldForm { from: text.to_owned(), ..FieldForm::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<TagsForm, A::Error> {
                FieldForm::deserialize(MapAccessDeserializer::new(table)).map(TagsForm::List)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<TagsForm, A::Error> {
                let mut tags = Vec::new();
                while let Some(tag) = seq.next_element::<FieldForm>()? {
                    tags.push(tag);
                }
                Ok(TagsForm::Each(tags))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}
