//! Ids as types, so that a brand's id cannot be passed where a ticket's is meant.
//!
//! An id is 1 … 2^53-1 (a JSON number keeps it exactly). Zero stands for "nobody" or "none"
//! where a field says so. Ids are never used again.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The largest id: the largest integer that a JSON number carries without loss.
pub const MAX_ID: i64 = (1 << 53) - 1;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// "Nobody" or "none", where a field allows it.
            pub const NONE: Self = Self(0);

            /// Whether this is "nobody" or "none".
            pub fn is_none(self) -> bool {
                self.0 == 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A ticket.
    TicketId,
    /// A brand: one name under which customers are served.
    BrandId,
    /// A channel: the way by which a ticket or message came or goes.
    ChannelId,
    /// A group of agents; 0 is "no group".
    GroupId,
    /// A user: an agent or administrator; 0 is "nobody".
    UserId,
    /// A customer of one brand; 0 is "none".
    CustomerId,
    /// A form; 0 is "none".
    FormId,
    /// A field of a form.
    FormFieldId,
    /// A message or note in a ticket's timeline.
    MessageId,
    /// A file: bytes with a name.
    FileId,
    /// An API key.
    KeyId,
    /// A piece of bulk work that goes on after its call was answered.
    JobId,
    /// A webhook: an endpoint that is told what happens.
    WebhookId,
    /// A view: named conditions on tickets.
    ViewId,
    /// What a user is told of a ticket.
    NotificationId,
    /// What one webhook was told, or is to be told, of one event.
    DeliveryId,
}

/// How often an item has changed, counted from 1 at its creation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub i64);

impl Version {
    /// The version of a thing just made.
    pub const FIRST: Self = Self(1);

    /// The version after one more change.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
