//! A user as it is stored and as use cases see it.

use deskbell_core::{GroupId, Timestamp, UserId, Version};
use deskbell_db::Row;

/// A user: an agent or administrator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The login, unique without case.
    pub name: String,
    /// First name.
    pub firstname: String,
    /// Last name.
    pub lastname: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number as E.164; empty for none.
    pub telephone: String,
    /// The language of the console: `en` or `nl`.
    pub language: String,
    /// How the console writes dates: `en_GB` or `iso`.
    pub date_format: String,
    /// Whether the user may do everything, everywhere.
    pub admin: bool,
    /// Whether the user may work; a deactivated one stays for the history.
    pub active: bool,
    /// The groups; ascending.
    pub groups: Vec<GroupId>,
    /// When the user was made.
    pub created_at: Timestamp,
    /// When the user was last changed.
    pub last_update: Timestamp,
    /// How often the user was changed.
    pub version: Version,
}

impl User {
    /// Reads one row of `sql::COLUMNS`; the groups come apart.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        let text = |at| row.str(at).map(str::to_owned);
        Ok(Self {
            id: UserId(row.int(0)?),
            name: text(1)?,
            firstname: text(2)?,
            lastname: text(3)?,
            email: text(4)?,
            telephone: text(5)?,
            language: text(6)?,
            date_format: text(7)?,
            admin: row.bool(8)?,
            active: row.bool(9)?,
            groups: Vec::new(),
            created_at: Timestamp(row.int(10)?),
            last_update: Timestamp(row.int(11)?),
            version: Version(row.int(12)?),
        })
    }

    /// What a query looks into: names and address, without case.
    pub(super) fn search_key(&self) -> String {
        format!("{}\n{} {}\n{}", self.name, self.firstname, self.lastname, self.email).to_lowercase()
    }
}
