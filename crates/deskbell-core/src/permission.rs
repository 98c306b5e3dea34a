//! What a caller may do. The list is the product's complete one, whether or not a build has the calls yet.

use std::fmt;

macro_rules! permissions {
    ($($variant:ident $word:literal $doc:literal),+ $(,)?) => {
        /// A permission, as keys and groups carry it.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Permission { $(#[doc = $doc] $variant),+ }

        impl Permission {
            /// Every permission, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every permission's name, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($word),+];

            /// The name as the API spells it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What it gates, in one line.
            pub fn gates(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            /// The permission of this name; the spelling is exact.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

permissions! {
    TicketRead "TICKET_READ" "Reading tickets: list, item, files and tags of visible tickets.",
    TicketCreate "TICKET_CREATE" "Creating tickets.",
    TicketUpdate "TICKET_UPDATE" "Changing a ticket's fields, its priority and its customer.",
    TicketDelete "TICKET_DELETE" "Deleting tickets.",
    SetStatus "SET_STATUS" "Setting the status of tickets.",
    TicketBatch "TICKET_BATCH" "The batch call; each action needs the permission of the single call as well.",
    MessageCreate "MESSAGE_CREATE" "Everything about messages and notes.",
    CustomerRead "CUSTOMER_READ" "Reading customers.",
    CustomerCud "CUSTOMER_CUD" "Creating, changing and deleting customers.",
    FormRead "FORM_READ" "Reading forms and form fields.",
    FormCud "FORM_CUD" "Creating, changing and deleting forms and form fields.",
    FormSave "FORM_SAVE" "Saving a ticket's form values.",
    ViewRead "VIEW_READ" "Reading views.",
    ViewCud "VIEW_CUD" "Creating, changing and deleting views.",
    UserRead "USER_READ" "Reading users.",
    UserCud "USER_CUD" "Creating, changing and deactivating users.",
    GroupRead "GROUP_READ" "Reading groups.",
    GroupCud "GROUP_CUD" "Creating, changing and deleting groups.",
    BrandRead "BRAND_READ" "Reading brands.",
    BrandCud "BRAND_CUD" "Creating, changing and deleting brands.",
    ChannelRead "CHANNEL_READ" "Reading channels.",
    ChannelCud "CHANNEL_CUD" "Creating, changing and deleting channels.",
    SettingsCrud "SETTINGS_CRUD" "Settings, e-mail addresses, notifications, API keys, webhooks, SLA policies, triggers, audit.",
    RawRead "RAW_READ" "The change feed, exports and reports.",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// No permission.
    pub const NONE: Self = Self(0);

    /// Every permission.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the permission is in the set.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// The set with one more permission.
    #[must_use]
    pub fn with(self, permission: Permission) -> Self {
        Self(self.0 | (1 << permission as u8))
    }

    /// Whether every permission of `other` is in this set.
    pub fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// The permissions of the set, in the order of the documentation.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.has(*p))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        iter.into_iter().fold(Self::NONE, Self::with)
    }
}
