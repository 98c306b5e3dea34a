//! What the fields of a channel may hold. Pure: nothing here asks the store.

use deskbell_core::Code;
use deskbell_core::fault::Detail;

use super::row::Channel;
use crate::item::{check_name, check_url, detail};

/// Fields of a channel as they are sent. What is absent stays as it is, or is the default of a new channel.
#[derive(Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields are those of Channel")]
pub struct Fields {
    pub name: Option<String>,
    pub icon: Option<String>,
    pub endpoint: Option<String>,
    pub secret: Option<String>,
    pub include_signature: Option<bool>,
}

/// Notes every value that a channel does not take.
pub fn check(fields: &Fields, problems: &mut Vec<Detail>) {
    check_name(fields.name.as_deref(), problems);
    if fields.icon.as_deref().is_some_and(|icon| !is_icon(icon)) {
        let message = "icon must be the name of an icon: letters, digits, - and _.";
        problems.push(detail("icon", Code::InvalidParameter, message));
    }
    check_url("custom_channel_endpoint", fields.endpoint.as_deref(), problems);
}

/// The icon's name ends in pages as part of an address.
fn is_icon(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

impl Fields {
    /// Writes the fields into a channel. They have passed `check`.
    pub(super) fn apply(&self, channel: &mut Channel) {
        let mut set = |place: fn(&mut Channel) -> &mut String, value: &Option<String>| {
            if let Some(value) = value {
                place(channel).clone_from(value);
            }
        };
        set(|c| &mut c.name, &self.name);
        set(|c| &mut c.icon, &self.icon);
        set(|c| &mut c.endpoint, &self.endpoint);
        set(|c| &mut c.secret, &self.secret);
        channel.include_signature = self.include_signature.unwrap_or(channel.include_signature);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = |text: &str| Some(text.to_owned());
        let fields = Fields {
            name: wrong("\u{a0}"),
            icon: wrong("../x"),
            endpoint: wrong("chat.example"),
            secret: wrong(""),
            include_signature: None,
        };
        let mut problems = Vec::new();
        check(&fields, &mut problems);
        let named: Vec<&str> = problems.iter().filter_map(|p| p.field.as_deref()).collect();
        assert_eq!(named, ["name", "icon", "custom_channel_endpoint"]);
    }
}
