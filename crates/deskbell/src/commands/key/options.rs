//! The options that say what a key may do, read into its rights. What cannot be read is wrong usage; whether a brand
//! or group exists only the desk knows.

use anyhow::Result;
use clap::Args;
use clap::error::ErrorKind;
use deskbell_app::key::{Networks, Rights};
use deskbell_core::text::limit;
use deskbell_core::{Limit, Permission, PermissionSet, Timestamp};

use crate::config::nearest;
use crate::failure::Usage;

/// `--name`, where it may be left out.
#[derive(Args)]
pub(crate) struct Name {
    /// Another name.
    #[arg(long, value_name = "NAME", value_parser = name)]
    name: Option<String>,
}

/// `--permission` and `--all`.
#[derive(Args)]
pub(crate) struct Permissions {
    /// What the key may do: names separated by commas, such as TICKET_READ,TICKET_CREATE.
    #[arg(long, value_name = "P,…", value_delimiter = ',', value_parser = permission, conflicts_with = "all")]
    permission: Vec<Permission>,
    /// The key may do everything, also what later versions bring.
    #[arg(long)]
    all: bool,
}

/// The options that limit a key.
#[derive(Args)]
pub(crate) struct Limits {
    /// The brands whose tickets exist for the key: ids separated by commas, or `all`.
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    brand: Option<Vec<String>>,
    /// The groups whose tickets exist for the key: ids separated by commas (0: tickets of no group), or `all`.
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    group: Option<Vec<String>>,
    /// From when on the key is refused: a date (its 00:00 UTC), a time such as 2030-01-31T12:00:00Z, or `never`.
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    /// The addresses the key may be used from: networks such as 10.0.0.0/8 separated by commas, or `all`.
    #[arg(long, value_name = "CIDR,…", value_delimiter = ',')]
    allow: Option<Vec<String>>,
}

/// What a change does to a key's rights: `None` leaves as it is.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    name: Option<String>,
    permissions: Option<PermissionSet>,
    brands: Option<Limit>,
    groups: Option<Limit>,
    networks: Option<Networks>,
    expires: Option<Option<Timestamp>>,
}

impl Change {
    /// What the options ask for.
    ///
    /// Errors: wrong usage, also if they ask for nothing.
    pub(crate) fn of(
        name: &Name,
        permissions: &Permissions,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Self> {
        let change =
            Self { name: name.name.clone(), permissions: permissions.given(), ..limits.change(now)? };
        let nothing = change.name.is_none()
            && change.permissions.is_none()
            && change.brands.is_none()
            && change.groups.is_none()
            && change.networks.is_none()
            && change.expires.is_none();
        if nothing {
            return usage(
                "nothing to change: name at least one of --name, --permission, --all, --brand, --group, --expires, --allow",
            );
        }
        Ok(change)
    }

    /// Makes the change.
    pub(crate) fn apply(&self, rights: &mut Rights) {
        let Self { name, permissions, brands, groups, networks, expires } = self.clone();
        set(&mut rights.name, name);
        set(&mut rights.permissions, permissions);
        set(&mut rights.brands, brands);
        set(&mut rights.groups, groups);
        set(&mut rights.networks, networks);
        set(&mut rights.expires, expires);
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl Permissions {
    fn given(&self) -> Option<PermissionSet> {
        if self.all {
            return Some(PermissionSet::all());
        }
        Some(self.permission.iter().copied().collect()).filter(|_| !self.permission.is_empty())
    }

    /// The permissions of a new key.
    ///
    /// Errors: wrong usage, if none are named.
    pub(crate) fn required(&self) -> Result<PermissionSet> {
        match self.given() {
            Some(permissions) => Ok(permissions),
            None => usage("say what the key may do: --permission P,… or --all"),
        }
    }
}

impl Limits {
    /// Sets the limits of a new key.
    pub(crate) fn apply(&self, rights: &mut Rights, now: Timestamp) -> Result<()> {
        self.change(now)?.apply(rights);
        Ok(())
    }

    fn change(&self, now: Timestamp) -> Result<Change> {
        Ok(Change {
            name: None,
            permissions: None,
            brands: self.brand.as_deref().map(|ids| limit_of("--brand", ids, 1)).transpose()?,
            groups: self.group.as_deref().map(|ids| limit_of("--group", ids, 0)).transpose()?,
            networks: self.allow.as_deref().map(networks).transpose()?,
            expires: self.expires.as_deref().map(|text| expiry(text, now)).transpose()?,
        })
    }
}

/// A key that may do nothing and is not limited.
pub(crate) fn nothing(name: &str) -> Rights {
    Rights {
        name: name.to_owned(),
        permissions: PermissionSet::NONE,
        brands: Limit::All,
        groups: Limit::All,
        networks: Networks::default(),
        expires: None,
    }
}

fn usage<T>(text: impl Into<String>) -> Result<T> {
    Err(Usage(text.into()).into())
}

fn limit_of(option: &str, texts: &[String], least: i64) -> Result<Limit> {
    if let [one] = texts
        && one.trim() == "all"
    {
        return Ok(Limit::All);
    }
    let mut ids = Vec::new();
    for text in texts {
        match text.trim().parse::<i64>() {
            Ok(id) if id >= least => ids.push(id),
            _ => {
                return usage(format!("{option} takes ids separated by commas, or `all`; {text:?} is no id"));
            }
        }
    }
    Ok(Limit::only(ids))
}

fn networks(texts: &[String]) -> Result<Networks> {
    if let [one] = texts
        && one.trim() == "all"
    {
        return Ok(Networks::default());
    }
    Networks::parse(texts.iter().map(String::as_str)).or_else(|wrong| {
        usage(format!(
            "--allow takes networks such as 10.0.0.0/8 or 2001:db8::/32, or `all`; {wrong:?} is none"
        ))
    })
}

fn expiry(text: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    if text.trim() == "never" {
        return Ok(None);
    }
    let Some(span) = Timestamp::parse_span(text.trim()) else {
        return usage(format!(
            "--expires takes a date such as 2030-01-31, a time such as 2030-01-31T12:00:00Z, or `never`; {text:?} is none"
        ));
    };
    if span.first <= now {
        return usage(format!("--expires must lie in the future; {} UTC has passed", span.first));
    }
    Ok(Some(span.first))
}

/// Reads a permission; an unknown one is wrong usage and names the nearest.
fn permission(text: &str) -> Result<Permission, String> {
    let text = text.trim();
    Permission::parse(text).ok_or_else(|| match nearest(text, Permission::NAMES.iter().copied()) {
        Some(near) => format!("there is no such permission; did you mean {near}?"),
        None => format!("there is no such permission; they are {}", Permission::NAMES.join(", ")),
    })
}

/// Reads a name.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let name = deskbell_core::text::one_line(text).trim().to_owned();
    match name.chars().count() {
        0 => Err("a key needs a name".into()),
        n if n > limit::NAME => {
            Err(format!("a name has at most {} characters, this one has {n}", limit::NAME))
        }
        _ => Ok(name),
    }
}

/// Reads an id of the command line.
pub(crate) fn id(text: &str) -> Result<i64, clap::Error> {
    let id = text.parse::<i64>().ok().filter(|id| *id > 0);
    id.ok_or_else(|| clap::Error::raw(ErrorKind::ValueValidation, "an id is a whole number from 1 on\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_750_000_000);

    fn texts(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn an_unknown_permission_names_the_nearest() {
        assert_eq!(permission("TICKET_READ"), Ok(Permission::TicketRead));
        let said = permission("TICKET_RAED").expect_err("unknown");
        assert!(said.contains("did you mean TICKET_READ?"), "{said}");
        assert!(permission("x").expect_err("unknown").contains("RAW_READ"));
        assert!(permission("ticket_read").expect_err("spelling is exact").contains("TICKET_READ"));
    }

    #[test]
    fn limits_are_ids_or_all() {
        assert_eq!(limit_of("--brand", &texts("all"), 1).expect("good"), Limit::All);
        assert_eq!(limit_of("--group", &texts("0,7"), 0).expect("good"), Limit::only([0, 7]));
        for wrong in ["0", "1,all", "", "x", "-1"] {
            assert!(limit_of("--brand", &texts(wrong), 1).expect_err(wrong).is::<Usage>());
        }
    }

    #[test]
    fn an_expiry_lies_in_the_future_or_is_never() {
        assert_eq!(expiry("never", NOW).expect("good"), None);
        let day = expiry("2030-01-31", NOW).expect("good").map(|t| t.to_string());
        assert_eq!(day.as_deref(), Some("2030-01-31 00:00:00"));
        let zone = expiry("2030-01-31T12:00:00+02:00", NOW).expect("good").map(|t| t.to_string());
        assert_eq!(zone.as_deref(), Some("2030-01-31 10:00:00"));
        for wrong in ["2020-01-01", "tomorrow", "", "2025-06-15T15:06:40Z"] {
            assert!(expiry(wrong, NOW).expect_err(wrong).is::<Usage>(), "{wrong}");
        }
    }

    #[test]
    fn a_change_touches_only_what_it_names() {
        let before = Rights { brands: Limit::only([1]), expires: Some(Timestamp(5)), ..nothing("a") };
        let none = Permissions { permission: Vec::new(), all: false };
        let limits = |brand: Option<&str>, expires: Option<&str>| Limits {
            brand: brand.map(texts),
            group: None,
            expires: expires.map(str::to_owned),
            allow: None,
        };
        let mut rights = before.clone();
        let change = Change::of(&Name { name: None }, &none, &limits(Some("all"), None), NOW).expect("good");
        change.apply(&mut rights);
        assert_eq!(rights, Rights { brands: Limit::All, ..before.clone() });
        let mut rights = before.clone();
        Change::of(&Name { name: None }, &none, &limits(None, Some("never")), NOW)
            .expect("good")
            .apply(&mut rights);
        assert_eq!(rights, Rights { expires: None, ..before });
        assert!(
            Change::of(&Name { name: None }, &none, &limits(None, None), NOW)
                .expect_err("nothing")
                .is::<Usage>()
        );
    }
}
