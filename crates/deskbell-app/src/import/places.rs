//! The brands, groups and channels that records name: looked up once in a transaction, and made where the data names
//! a brand or group that is not there.

use std::collections::{BTreeSet, HashMap};

use deskbell_core::{BrandId, ChannelId, GroupId};
use deskbell_db::Engine;

use super::record::{Named, shown};
use super::sql;
use crate::error::Result;
use crate::item::name_key;
use crate::ticket::create::DEFAULT_CHANNEL;
use crate::work::Work;
use crate::{brand, group};

/// What the import has made besides tickets, by name.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Made {
    pub(super) brands: BTreeSet<String>,
    pub(super) groups: BTreeSet<String>,
}

/// A brand, and the country in which it reads telephone numbers.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) id: BrandId,
    pub(super) country: String,
}

/// What has been looked up in this transaction.
#[derive(Default)]
pub(super) struct Places {
    brands: HashMap<String, Place>,
    groups: HashMap<String, GroupId>,
    served: HashMap<(i64, i64), bool>,
    channels: HashMap<String, Option<ChannelId>>,
    pub(super) made: Made,
}

impl Places {
    /// The channel of this name; that of the API where there is none. Otherwise the refusal.
    pub(super) fn channel(
        &mut self,
        work: &mut Work<'_, '_>,
        named: &Named,
    ) -> Result<std::result::Result<ChannelId, String>> {
        if named.name.is_empty() {
            return Ok(Ok(DEFAULT_CHANNEL));
        }
        let key = name_key(&named.name);
        let found = match self.channels.get(&key) {
            Some(found) => *found,
            None => {
                let id = work.tx.first(sql::CHANNEL, &[key.as_str().into()], |row| row.int(0))?;
                self.channels.insert(key, id.map(ChannelId));
                id.map(ChannelId)
            }
        };
        if let Some(channel) = found {
            return Ok(Ok(channel));
        }
        let names = work.tx.all(sql::CHANNEL_NAMES, &[], |row| row.str(0).map(str::to_owned))?;
        Ok(Err(format!(
            "{}: {} is none of the channels {}",
            named.label,
            shown(&named.name),
            names.join(", ")
        )))
    }

    /// Whether an existing group of this name does not serve an existing brand of that name: found out before
    /// anything is made.
    pub(super) fn misplaced(
        &mut self,
        work: &mut Work<'_, '_>,
        brand: &str,
        group: &str,
    ) -> Result<Option<String>> {
        if group.is_empty() {
            return Ok(None);
        }
        let Some(group_id) = self.known_group(work, group)? else { return Ok(None) };
        let brand_id = self.known_brand(work, brand)?.map_or(0, |place| place.id.0);
        let pair = (group_id.0, brand_id);
        let serves = match self.served.get(&pair) {
            Some(serves) => *serves,
            None => {
                let found =
                    work.tx.first(sql::GROUP_SERVES, &[pair.0.into(), pair.1.into()], |row| row.int(0))?;
                self.served.insert(pair, found.is_some());
                found.is_some()
            }
        };
        let brand = if brand.is_empty() { "the first one" } else { brand };
        Ok((!serves).then(|| format!("the group {} does not serve the brand {}", shown(group), shown(brand))))
    }

    /// The brand of this name, made if need be; without a name the first.
    pub(super) fn brand(&mut self, work: &mut Work<'_, '_>, name: &str) -> Result<Place> {
        if let Some(place) = self.known_brand(work, name)? {
            return Ok(place);
        }
        let place = Place { id: brand::find_or_create(work, name)?, country: String::new() };
        self.brands.insert(name_key(name), place.clone());
        self.made.brands.insert(name_key(name));
        Ok(place)
    }

    /// The group of this name, made if need be, to serve all brands; none without a name.
    pub(super) fn group(&mut self, work: &mut Work<'_, '_>, name: &str) -> Result<GroupId> {
        if name.is_empty() {
            return Ok(GroupId::NONE);
        }
        if let Some(id) = self.known_group(work, name)? {
            return Ok(id);
        }
        let id = group::find_or_create(work, name)?;
        self.groups.insert(name_key(name), id);
        self.made.groups.insert(name_key(name));
        Ok(id)
    }

    fn known_brand(&mut self, work: &mut Work<'_, '_>, name: &str) -> Result<Option<Place>> {
        let key = name_key(name);
        if let Some(place) = self.brands.get(&key) {
            return Ok(Some(place.clone()));
        }
        let read = |row: &deskbell_db::Row<'_>| {
            Ok(Place { id: BrandId(row.int(0)?), country: row.str(1)?.to_owned() })
        };
        let found = if key.is_empty() {
            work.tx.first(&kept(work, sql::FIRST_BRAND), &[], read)?
        } else {
            work.tx.first(&kept(work, sql::BRAND), &[key.as_str().into()], read)?
        };
        if let Some(place) = &found {
            self.brands.insert(key, place.clone());
        }
        Ok(found)
    }

    fn known_group(&mut self, work: &mut Work<'_, '_>, name: &str) -> Result<Option<GroupId>> {
        let key = name_key(name);
        if let Some(id) = self.groups.get(&key) {
            return Ok(Some(*id));
        }
        let found = work.tx.first(&kept(work, sql::GROUP), &[key.as_str().into()], |row| row.int(0))?;
        if let Some(id) = found {
            self.groups.insert(key, GroupId(id));
        }
        Ok(found.map(GroupId))
    }
}

fn kept(work: &Work<'_, '_>, text: &str) -> String {
    match work.tx.engine() {
        Engine::Postgres => format!("{text}{}", sql::KEEP),
        Engine::Sqlite => text.to_owned(),
    }
}
