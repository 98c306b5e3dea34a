//! Views: for any conditions, any caller and at any time, the list under a view, the count of the view and a naive look at the
//! tickets' items agree, on both engines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deskbell_app::ticket::list::{self, Paging, Sort};
use deskbell_app::view;
use deskbell_core::{Actor, ActorId, BrandId, GroupId, KeyId, Scope, Timestamp, UserId};
use deskbell_db::Lane;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::ground::{Ground, both};
use super::list::{runner, scope, tickets};

/// A fact, what its values are like, and some of them.
const IDS: &[(&str, &[i64])] = &[
    ("assigned_group_id", &[0, 1, 2, 3, 77]),
    ("assigned_user_id", &[0, 1, 2, 9]),
    ("brand_id", &[1, 2, 3, 99]),
    ("channel_id", &[1, 2, 4, 50]),
    ("customer_id", &[0, 1, 2]),
    ("form_id", &[0, 5]),
    ("id", &[1, 20, 75, 140]),
    ("merged_into", &[0, 1]),
    ("sla_policy_id", &[0, 1]),
];
const NUMBERS: &[(&str, &[i64])] =
    &[("version", &[1, 2, 3]), ("show_timeline", &[1, 2]), ("grade_by_customer", &[1, 5])];
const WORDS: &[(&str, &[&str])] = &[
    ("status", &["new", "open", "pending", "holding", "solved", "closed"]),
    ("priority", &["low", "medium", "high", "urgent"]),
    ("direction", &["inbound", "outbound"]),
];
const TEXTS: &[(&str, &[&str])] = &[
    ("title", &["alpha", "ALPHA beta", "gamma", "mm", "%", "_", "🥝"]),
    ("brand_name", &["Bolt", "cargo", "o"]),
    ("channel_name", &["e-mail", "API", "a"]),
    ("channel_icon", &["mail", "code"]),
    ("icon", &["mail"]),
    ("from", &["x"]),
    ("to_name", &["y"]),
    ("external_id", &["1-", "7"]),
    ("external_gui_url", &["https://desk.example/console/t/7", "/t/1"]),
    ("channel_account_id", &["0", "1"]),
    ("sla_next_breach_current_status", &["x"]),
];
const TIMES: &[&str] = &[
    "created_at",
    "last_update",
    "closed_at",
    "last_update_agent",
    "last_update_customer",
    "snooze_time",
    "sla_next_breach",
];
const AGES: &[(&str, &str)] = &[
    ("created_age", "created_at"),
    ("last_update_age", "last_update"),
    ("last_update_agent_age", "last_update_agent"),
    ("last_update_customer_age", "last_update_customer"),
];
const TAGS: &[&str] = &["VIP", "late", "a, b", "GRÖSSE", "a", "none"];
const QUERIES: &[&str] = &["alpha", "beta alpha", "ga*", "omega"];

fn one(fact: &'static str, operation: &'static str, value: Value) -> Value {
    match value {
        Value::Null => json!({"fact": fact, "operation": operation}),
        value => json!({"fact": fact, "operation": operation, "value": value}),
    }
}

fn pick<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + use<T> {
    select(values.to_vec())
}

/// Conditions on a fact whose values are drawn from some.
fn over(
    fact: &'static str,
    value: impl Strategy<Value = Value> + 'static,
    single: &'static [&'static str],
    sets: bool,
    empty: bool,
) -> BoxedStrategy<Value> {
    let value = value.boxed();
    let mut choices = vec![(pick(single), value.clone()).prop_map(move |(op, v)| one(fact, op, v)).boxed()];
    if sets {
        let several = vec(value, 1..4).prop_map(Value::from);
        choices.push((pick(&["in", "not_in"]), several).prop_map(move |(op, v)| one(fact, op, v)).boxed());
    }
    if empty {
        choices
            .push(pick(&["is_empty", "is_not_empty"]).prop_map(move |op| one(fact, op, Value::Null)).boxed());
    }
    proptest::strategy::Union::new(choices).boxed()
}

/// A value close to that of some ticket, where comparisons differ: resolved when the tickets and the time are known.
fn near() -> impl Strategy<Value = Value> {
    (0..1_000usize, -1..=1i64).prop_map(|(ticket, off)| json!({"near": ticket, "off": off}))
}

/// Puts a time, or an age, into the place of each value that is to be close to one.
fn resolve(condition: &mut Value, items: &[Value], now: i64) {
    let fact = condition["fact"].as_str().expect("a fact").to_owned();
    let age = AGES.iter().find(|(age, _)| *age == fact);
    let time = age.map_or(&*fact, |(_, time)| *time);
    let close = |value: &mut Value| {
        let Some(ticket) = value["near"].as_u64() else { return };
        let item = &items[ticket as usize % items.len()];
        // Some tickets lack the time; that of their creation is as good.
        let text = item[time].as_str().or(item["created_at"].as_str()).expect("a time");
        let (at, off) = (span(&json!(text)).0, value["off"].as_i64().expect("a number"));
        *value = match age {
            Some(_) => json!(((now - at).div_euclid(60) + off).max(0)),
            None => json!(Timestamp(at + off).to_string()),
        };
    };
    match &mut condition["value"] {
        Value::Array(values) => values.iter_mut().for_each(close),
        value => close(value),
    }
}

fn condition(start: i64) -> impl Strategy<Value = Value> {
    let ids = pick(IDS).prop_flat_map(|(fact, ids)| {
        let mut values: Vec<Value> = ids.iter().map(|id| json!(id)).collect();
        let plain = over(fact, pick(&values), &["equals", "not_equals", "greater", "less"], true, true);
        match fact {
            "assigned_user_id" => values.push(json!("current_user")),
            "assigned_group_id" => values.push(json!("current_user_groups")),
            _ => return plain,
        }
        prop_oneof![plain, over(fact, pick(&values), &["equals", "not_equals"], true, false)].boxed()
    });
    let numbers = pick(NUMBERS).prop_flat_map(|(fact, of)| {
        over(fact, pick(of).prop_map(Value::from), &["equals", "not_equals", "greater", "less"], true, true)
    });
    let words = pick(WORDS).prop_flat_map(|(fact, of)| {
        let single: &[&str] =
            if fact == "priority" { &["equals", "greater", "less"] } else { &["equals", "not_equals"] };
        over(fact, pick(of).prop_map(Value::from), single, true, false)
    });
    let compared = &["equals", "not_equals", "contains", "starts_with"];
    let texts = pick(TEXTS)
        .prop_flat_map(move |(fact, of)| over(fact, pick(of).prop_map(Value::from), compared, true, true));
    let tags = pick(&["tag", "tags"])
        .prop_flat_map(move |fact| over(fact, pick(TAGS).prop_map(Value::from), compared, true, true));
    let times = pick(TIMES).prop_flat_map(move |fact| {
        let random = (-10..3_000_000i64, any::<bool>()).prop_map(move |(n, day)| {
            let text = Timestamp(start + n).to_string();
            json!(if day { &text[..10] } else { &text })
        });
        let time = prop_oneof![random, near()];
        over(fact, time, &["equals", "not_equals", "greater", "less"], true, true)
    });
    let ages = pick(AGES).prop_flat_map(|(fact, _)| {
        let age = prop_oneof![(0..60_000i64).prop_map(Value::from), near()];
        over(fact, age, &["equals", "not_equals", "greater", "less"], false, true)
    });
    let mine =
        (pick(&["current_user", "current_user_groups"]), pick(&["equals", "not_equals"]), any::<bool>())
            .prop_map(|(fact, op, is)| one(fact, op, json!(is)));
    prop_oneof![4 => ids, 1 => numbers, 3 => words, 3 => texts, 2 => tags, 2 => times, 2 => ages, 1 => mine]
}

/// Who asks.
#[derive(Clone, Debug)]
struct Who {
    id: ActorId,
    scope: Scope,
}

impl Who {
    fn user(&self) -> Option<i64> {
        if let ActorId::User(id) = self.id { Some(id.0) } else { None }
    }

    /// Of ann and bob; see the ground.
    fn groups(&self) -> &'static [i64] {
        match self.user() {
            Some(1) => &[2],
            Some(2) => &[3],
            _ => &[],
        }
    }
}

fn who() -> impl Strategy<Value = Who> {
    let ids = vec![ActorId::Key(KeyId(1)), ActorId::User(UserId(1)), ActorId::User(UserId(2))];
    (select(ids), scope()).prop_map(|(id, scope)| Who { id, scope })
}

fn lower(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_ascii_lowercase()
}

fn span(text: &Value) -> (i64, i64) {
    let span = Timestamp::parse_span(text.as_str().expect("a time")).expect("a time");
    (span.first.0, span.last.0)
}

/// Whether an item meets a condition: what docs/views.md says, one line an operation.
fn meets(
    condition: &Value,
    item: &Value,
    who: &Who,
    now: i64,
    queries: &BTreeMap<&str, BTreeSet<i64>>,
) -> bool {
    let (fact, operation) =
        (condition["fact"].as_str().expect("a fact"), condition["operation"].as_str().expect("a word"));
    let value = &condition["value"];
    let values: Vec<Value> = match value {
        Value::Array(values) => values.clone(),
        value => vec![value.clone()],
    };
    let negated = operation.starts_with("not_");
    let among = |there: bool| there != negated;
    let has_id = |key: &str| item[key].as_i64().unwrap_or(0);
    if let Some((_, time)) = AGES.iter().find(|(age, _)| *age == fact) {
        let since = item[*time].as_str().map(|text| (now - span(&json!(text)).0).div_euclid(60));
        let n = value.as_i64().unwrap_or_default();
        return match operation {
            "equals" => since == Some(n),
            "not_equals" => since != Some(n),
            "greater" => since.is_some_and(|age| age > n),
            "less" => since.is_some_and(|age| age < n),
            "is_empty" => since.is_none(),
            _ => since.is_some(),
        };
    }
    match fact {
        "query" => return queries[value.as_str().expect("words")].contains(&has_id("id")),
        "current_user" => {
            let mine = who.user().is_some_and(|user| user == has_id("assigned_user_id"));
            return among(mine == value.as_bool().expect("a flag"));
        }
        "current_user_groups" => {
            let mine = who.groups().contains(&has_id("assigned_group_id"));
            return among(mine == value.as_bool().expect("a flag"));
        }
        "tag" | "tags" => {
            let tags: Vec<String> = item["tags"]
                .as_array()
                .expect("tags")
                .iter()
                .map(|t| t.as_str().expect("a tag").to_lowercase())
                .collect();
            let wanted: Vec<String> =
                values.iter().map(|v| v.as_str().unwrap_or_default().to_lowercase()).collect();
            return match operation {
                "is_empty" => tags.is_empty(),
                "is_not_empty" => !tags.is_empty(),
                "contains" => tags.iter().any(|tag| tag.contains(&wanted[0])),
                "starts_with" => tags.iter().any(|tag| tag.starts_with(&wanted[0])),
                _ => among(tags.iter().any(|tag| wanted.contains(tag))),
            };
        }
        _ => {}
    }
    if IDS.iter().chain(NUMBERS).any(|(known, _)| *known == fact) {
        let is_id = IDS.iter().any(|(known, _)| *known == fact);
        let there = item[fact].as_i64().or(is_id.then_some(0));
        let wanted: Vec<i64> = values
            .iter()
            .flat_map(|v| match v.as_str() {
                Some("current_user") => who.user().into_iter().collect(),
                Some(_) => who.groups().to_vec(),
                None => v.as_i64().into_iter().collect(),
            })
            .collect();
        return match operation {
            "greater" => there.is_some_and(|n| n > wanted[0]),
            "less" => there.is_some_and(|n| n < wanted[0]),
            "is_empty" => there.is_none() || is_id && there == Some(0),
            "is_not_empty" => there.is_some() && !(is_id && there == Some(0)),
            _ => among(there.is_some_and(|n| wanted.contains(&n))),
        };
    }
    if let Some((_, words)) = WORDS.iter().find(|(known, _)| *known == fact) {
        let rank = |v: &Value| words.iter().position(|w| Some(*w) == v.as_str()).expect("a word");
        return match operation {
            "greater" => rank(&item[fact]) > rank(value),
            "less" => rank(&item[fact]) < rank(value),
            _ => among(values.contains(&item[fact])),
        };
    }
    if TIMES.contains(&fact) {
        let there = item[fact].as_str().map(|text| span(&json!(text)).0);
        let within = |v: &Value| there.is_some_and(|t| (span(v).0..=span(v).1).contains(&t));
        return match operation {
            "greater" => there.is_some_and(|t| t > span(value).1),
            "less" => there.is_some_and(|t| t < span(value).0),
            "is_empty" => there.is_none(),
            "is_not_empty" => there.is_some(),
            _ => among(values.iter().any(within)),
        };
    }
    let there = lower(&item[fact]);
    match operation {
        "contains" => there.contains(&lower(value)),
        "starts_with" => there.starts_with(&lower(value)),
        "is_empty" => there.is_empty(),
        "is_not_empty" => !there.is_empty(),
        _ => among(values.iter().any(|v| lower(v) == there)),
    }
}

/// The ids of the list under the view, and the count of the view.
fn seen(ground: &Ground, view: i64, who: &Who) -> (BTreeSet<i64>, i64, (i64, bool)) {
    let desk = &ground.desk.desk;
    let actor = Arc::new(Actor { id: who.id, scope: who.scope.clone(), ..Actor::system() });
    let (now, url, frequent) = (desk.now(), desk.settings().public_url.clone(), desk.frequent());
    let wish = list::Wish {
        filter: list::Filter::default(),
        view: Some(view.to_string()),
        now,
        public_url: url.clone(),
    };
    let read = desk.read_blocking(Lane::List, &actor, move |tx, actor| {
        let paging = Paging { sort: Sort::Id, descending: true, start: 0, limit: 9_999, after: None };
        let page = list::list(tx, actor, &wish, &paging, true, &frequent)?;
        Ok::<_, deskbell_app::Error>((page, view::counts(tx, actor, now, &url, &frequent)?))
    });
    let (page, counts) = read.expect("a page");
    let count = counts.iter().find(|count| count.id.0 == view).expect("its count");
    (page.tickets.iter().map(|t| t.id.0).collect(), page.total, (count.count, count.exact))
}

#[test]
fn the_list_and_the_count_of_any_view_are_what_its_conditions_say() {
    let grounds = both();
    tickets(&grounds);
    let start = Timestamp::parse_span(crate::harness::START).expect("a time").first.0;
    let every = |ground: &Ground| -> Vec<Value> {
        let list = ground.admin.get("/ticket?itemLimit=9999").expect(200);
        list["items"].as_array().expect("items").clone()
    };
    let items = [every(&grounds[0]), every(&grounds[1])];
    let view = |ground: &Ground| {
        ground.admin.post("/view", json!({"title": "Under test"})).expect(200)["viewID"]
            .as_i64()
            .expect("an id")
    };
    let views = [view(&grounds[0]), view(&grounds[1])];
    let hits = |query: &&'static str| {
        let path = format!("/ticket?itemLimit=9999&query={}", super::escaped(query));
        let list = grounds[0].admin.get(&path).expect(200);
        (*query, list["items"].as_array().expect("items").iter().filter_map(|i| i["id"].as_i64()).collect())
    };
    let queries: BTreeMap<&str, BTreeSet<i64>> = QUERIES.iter().map(hits).collect();
    let query = prop_oneof![4 => Just(None), 1 => pick(QUERIES).prop_map(Some)];
    let conditions = (vec(condition(start), 0..4), vec(condition(start), 0..4), query);
    let law = runner(250).run(&(conditions, who(), 0..900i64), |((mut all, any, query), who, wait)| {
        all.extend(query.map(|query| one("query", "contains", json!(query))));
        for (n, ground) in grounds.iter().enumerate() {
            ground.desk.advance(wait);
            let now = ground.desk.now();
            let (mut all, mut any) = (all.clone(), any.clone());
            all.iter_mut().chain(&mut any).for_each(|condition| resolve(condition, &items[n], now));
            let body = json!({"conditions": {"all": all, "any": any}});
            ground.admin.put(&format!("/view/{}", views[n]), body).expect(200);
            let admits = |item: &&Value| {
                let (brand, group) = (&item["brand_id"], &item["assigned_group_id"]);
                let meets = |condition| meets(condition, item, &who, now, &queries);
                who.scope
                    .admits(BrandId(brand.as_i64().expect("an id")), GroupId(group.as_i64().expect("an id")))
                    && all.iter().all(meets)
                    && (any.is_empty() || any.iter().any(meets))
            };
            let expected: BTreeSet<i64> =
                items[n].iter().filter(admits).filter_map(|i| i["id"].as_i64()).collect();
            let (found, total, count) = seen(ground, views[n], &who);
            prop_assert_eq!(&found, &expected, "engine {}", n);
            prop_assert_eq!((total, count), (expected.len() as i64, (expected.len() as i64, true)));
        }
        Ok(())
    });
    law.unwrap_or_else(|broken| panic!("{broken}"));
}
