//! A field as it is stored and as use cases see it.

use deskbell_core::text::{join_csv, split_csv};
use deskbell_core::{FormFieldId, FormId, InputType, Status, Timestamp, Version};
use deskbell_db::{Row, Value};

use crate::item;

/// The statuses for which a field may be needed.
pub const REQUIRABLE: [Status; 4] = [Status::Open, Status::Pending, Status::Holding, Status::Solved];

/// A field of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormField {
    /// Its id.
    pub id: FormFieldId,
    /// The form.
    pub form: FormId,
    /// Its title.
    pub title: String,
    /// How it is filled in.
    pub input_type: InputType,
    /// Its place among the fields, smallest first; those without one come last. Equal ones are in order of id.
    pub field_order: Option<i64>,
    /// The statuses that a ticket gets only if it has something in the field.
    pub required: Vec<Status>,
    /// What other programs call it; empty for nothing.
    pub external_code: String,
    /// Of a select what it takes, in the order sent; of others none.
    pub options: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub last_update: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

impl FormField {
    /// Reads one row of `sql::COLUMNS`.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        let options = row.str(7)?;
        Ok(Self {
            id: FormFieldId(row.int(0)?),
            form: FormId(row.int(1)?),
            title: row.str(2)?.to_owned(),
            // Ranks are written by this program alone.
            input_type: InputType::from_rank(row.int(3)?).unwrap_or(InputType::Text),
            field_order: row.opt_int(4)?,
            required: required_from_bits(row.int(5)?),
            external_code: row.str(6)?.to_owned(),
            options: if options.is_empty() { Vec::new() } else { split_csv(options).unwrap_or_default() },
            created_at: Timestamp(row.int(8)?),
            last_update: Timestamp(row.int(9)?),
            version: Version(row.int(10)?),
        })
    }

    /// What is stored of it: the first parameters of `sql::INSERT` and `sql::UPDATE`. Of statuses bit n stands for that of
    /// rank n.
    pub(super) fn values(&self, now: Timestamp) -> Vec<Value<'_>> {
        let required: i64 = self.required.iter().fold(0, |bits, status| bits | 1 << status.rank());
        vec![
            self.form.0.into(),
            self.title.as_str().into(),
            item::name_key(&self.title).into(),
            self.input_type.rank().into(),
            self.field_order.into(),
            required.into(),
            self.external_code.as_str().into(),
            join_csv(&self.options).into(),
            now.0.into(),
        ]
    }
}

fn required_from_bits(bits: i64) -> Vec<Status> {
    REQUIRABLE.into_iter().filter(|status| bits & (1 << status.rank()) != 0).collect()
}
