//! A customer as it is stored and as use cases see it.

use std::collections::BTreeMap;

use deskbell_core::address::Kind;
use deskbell_core::{BrandId, CustomerId, Timestamp, Version, search};
use deskbell_db::{Row, Value};

/// A customer with its addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Counts its changes; those of its tickets are none.
    pub version: Version,
    /// The brand that it belongs to.
    pub brand: BrandId,
    /// That brand's name.
    pub brand_name: String,
    /// The id that its owner gave it, unique in the brand; empty if none.
    pub external_id: String,
    /// First name.
    pub firstname: String,
    /// Last name.
    pub lastname: String,
    /// Its addresses, by kind and canonical form.
    pub addresses: Vec<Address>,
    /// Its custom fields, none of them empty.
    pub fields: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub last_update: Timestamp,
}

/// An address of a customer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// What kind it is.
    pub kind: Kind,
    /// As it was given.
    pub address: String,
    /// As it is compared.
    pub canonical: String,
}

impl Customer {
    /// The columns, in the order that `read` takes them; `c` and `b` are customer and brand.
    pub(super) const COLUMNS: &'static str = "c.id, c.version, c.brand_id, b.name, c.external_primary_id, \
         c.firstname, c.lastname, c.custom_fields, c.created_at, c.last_update";

    /// Reads one row of those columns; the addresses are read beside it.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        Ok(Self {
            id: CustomerId(row.int(0)?),
            version: Version(row.int(1)?),
            brand: BrandId(row.int(2)?),
            brand_name: row.str(3)?.to_owned(),
            external_id: row.opt_str(4)?.unwrap_or_default().to_owned(),
            firstname: row.str(5)?.to_owned(),
            lastname: row.str(6)?.to_owned(),
            addresses: Vec::new(),
            // Written by this program alone, as a map of texts.
            fields: serde_json::from_str(row.str(7)?).unwrap_or_default(),
            created_at: Timestamp(row.int(8)?),
            last_update: Timestamp(row.int(9)?),
        })
    }

    pub(super) fn fields_text(&self) -> String {
        serde_json::to_string(&self.fields).unwrap_or_else(|_| "{}".to_owned())
    }

    /// What a query looks into: names, external id and addresses in both forms, folded, one a line.
    pub(super) fn search_key(&self) -> String {
        let mut lines = vec![self.firstname.as_str(), &self.lastname, &self.external_id];
        for address in &self.addresses {
            lines.push(&address.address);
            if !address.canonical.starts_with('?') {
                lines.push(&address.canonical);
            }
        }
        let name = format!("{} {}", self.firstname, self.lastname);
        lines.push(&name);
        lines.iter().map(|line| search::fold(line)).collect::<Vec<_>>().join("\n")
    }

    /// The external id as the row keeps it: null where there is none.
    pub(super) fn external_value(&self) -> Value<'_> {
        (!self.external_id.is_empty()).then_some(self.external_id.as_str()).into()
    }
}
