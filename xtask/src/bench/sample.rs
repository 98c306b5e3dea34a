//! What the load asks for, taken from the data itself: ids, filters that find something, words that occur.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::http;

/// Words and filters of one data set.
pub(crate) struct Sample {
    /// Ids run from 1 to this.
    pub(crate) tickets: u64,
    /// Words of titles: lower case, letters and digits.
    pub(crate) words: Vec<String>,
    /// Query strings that filter a list.
    pub(crate) filters: Vec<String>,
}

impl Sample {
    /// Looks at some hundred tickets all over the data.
    pub(crate) fn take(address: &str, key: &str, tickets: u64) -> Result<Self> {
        let mut items = Vec::new();
        for part in 0..10 {
            // Offsets stay small, since no list is asked to skip a million rows.
            let path = format!("/api/v2/ticket?itemStart={}&itemLimit=50", part * 100);
            let page = http::get_json(address, &path, key)?;
            items.extend(page["items"].as_array().context("a list has items")?.clone());
        }
        let sample = Self { tickets, words: words(&items), filters: filters(&items) };
        if sample.words.len() < 20 || sample.filters.len() < 10 {
            bail!(
                "the data is too poor to ask for: {} words, {} filters",
                sample.words.len(),
                sample.filters.len()
            );
        }
        Ok(sample)
    }
}

fn words(items: &[Value]) -> Vec<String> {
    let titles = items.iter().filter_map(|item| item["title"].as_str());
    let words: BTreeSet<String> = titles
        .flat_map(|title| title.split(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| word.len() >= 4)
        .map(str::to_ascii_lowercase)
        .collect();
    words.into_iter().take(300).collect()
}

fn filters(items: &[Value]) -> Vec<String> {
    let mut filters = BTreeSet::new();
    for item in items {
        let (status, priority) = (&item["status"], &item["priority"]);
        let (Some(status), Some(priority)) = (status.as_str(), priority.as_str()) else { continue };
        let (brand, group, channel) = (&item["brand_id"], &item["assigned_group_id"], &item["channel_id"]);
        filters.insert(format!("status={status}"));
        filters.insert(format!("status={status}&priority={priority}"));
        filters.insert(format!("status={status}&brandID={brand}"));
        filters.insert(format!("brandID={brand}&assignedGroupID={group}"));
        filters.insert(format!("status={status}&channelID={channel}&sort=last_update"));
        filters.insert(format!("assignedGroupID={group}&priority={priority}&sort=created_at&order=asc"));
    }
    // Few of each kind, whatever the sample's size.
    filters.into_iter().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_filters_come_from_the_items() {
        let item = serde_json::json!({"title": "Where is my Parcel 2026?", "status": "open", "priority": "high",
            "brand_id": 1, "assigned_group_id": 2, "channel_id": 3});
        let items = [item];
        assert_eq!(words(&items), ["2026", "parcel", "where"]);
        let filters = filters(&items);
        assert!(filters.contains(&"status=open&brandID=1".to_owned()), "{filters:?}");
        assert_eq!(filters.len(), 6);
    }
}
