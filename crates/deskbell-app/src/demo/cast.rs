//! The desk that the made-up tickets belong to: brands, groups that each serve some of them, and agents. And the
//! customers, who are made when their first ticket comes.

use std::sync::Arc;

use deskbell_core::address::Kind;
use deskbell_core::{BrandId, GroupId, UserId};

use super::random::Random;
use super::sql;
use crate::error::Result;
use crate::work::Work;
use crate::{brand, group, user};

/// Name, domain, and how many of a hundred customers are its.
pub(super) const BRANDS: [(&str, &str, u64); 5] = [
    ("Northlight Home", "northlight.example", 46),
    ("Fern & Kettle", "fernkettle.example", 24),
    ("Quillmore Books", "quillmore.example", 15),
    ("Harbour Mobile", "harbourmobile.example", 10),
    ("Tandem Tools", "tandemtools.example", 5),
];

/// Name, and which of the brands it serves; none = all.
const GROUPS: [(&str, &[usize]); 12] = [
    ("First line", &[]),
    ("Escalations", &[]),
    ("Northlight orders", &[0]),
    ("Northlight repairs", &[0]),
    ("Fern & Kettle orders", &[1]),
    ("Fern & Kettle returns", &[1]),
    ("Book shop", &[2]),
    ("Book subscriptions", &[2]),
    ("Mobile contracts", &[3]),
    ("Mobile network", &[3]),
    ("Tools", &[4]),
    ("Billing", &[0, 1, 2]),
];

const FIRST_NAMES: [&str; 40] = [
    "Ada", "Bela", "Cem", "Dunja", "Elif", "Finn", "Greta", "Hana", "Ivo", "Jana", "Kofi", "Lena", "Milan",
    "Nora", "Otis", "Pia", "Quentin", "Rosa", "Samir", "Tilda", "Uma", "Viktor", "Wanda", "Xenia", "Yusuf",
    "Zoe", "Anton", "Britta", "Carlo", "Doris", "Emil", "Frida", "Gustav", "Helene", "Ines", "Jonas",
    "Klara", "Leon", "Marta", "Nils",
];
const LAST_NAMES: [&str; 36] = [
    "Abel",
    "Brandt",
    "Castro",
    "Dorn",
    "Ekberg",
    "Fischer",
    "Garcia",
    "Hansen",
    "Ibsen",
    "Jansen",
    "Keller",
    "Lindt",
    "Moreau",
    "Novak",
    "Olsen",
    "Petrov",
    "Quist",
    "Rossi",
    "Sato",
    "Tanaka",
    "Urban",
    "Vogel",
    "Weiss",
    "Young",
    "Zeller",
    "Öztürk",
    "Møller",
    "Núñez",
    "Ångström",
    "Dvořák",
    "Kowalski",
    "Smith",
    "Jones",
    "Patel",
    "Nguyen",
    "Cohen",
];

/// What the desk is made of, by place in the lists above.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    pub(super) brands: Vec<BrandId>,
    pub(super) groups: Vec<GroupId>,
    /// The agents of each group.
    pub(super) agents: Vec<Vec<(UserId, String)>>,
    /// The groups that serve each brand, by place.
    pub(super) serving: Vec<Vec<usize>>,
}

/// Makes the desk, or finds it where it was made before.
pub(super) fn make(work: &mut Work<'_, '_>) -> Result<Arc<Cast>> {
    let brands =
        BRANDS.iter().map(|(name, ..)| brand::find_or_create(work, name)).collect::<Result<Vec<_>>>()?;
    let mut groups = Vec::new();
    let mut agents = Vec::new();
    for (place, (name, serves)) in GROUPS.iter().enumerate() {
        let group = match group::by_name(work.tx, name)? {
            Some(group) => group,
            None => {
                let served: Vec<BrandId> = serves.iter().map(|b| brands[*b]).collect();
                let fields = group::Fields {
                    name: Some((*name).to_owned()),
                    all_brands: Some(serves.is_empty()),
                    brands: (!serves.is_empty()).then_some(served),
                    ..group::Fields::default()
                };
                group::create(work, &fields)?.0
            }
        };
        groups.push(group);
        agents.push((0..4).map(|n| agent(work, place * 4 + n, group)).collect::<Result<Vec<_>>>()?);
    }
    let serving = (0..BRANDS.len()).map(|brand| {
        let serves = |place: &usize| GROUPS[*place].1.is_empty() || GROUPS[*place].1.contains(&brand);
        (0..GROUPS.len()).filter(serves).collect()
    });
    Ok(Arc::new(Cast { brands, groups, agents, serving: serving.collect() }))
}

fn agent(work: &mut Work<'_, '_>, number: usize, group: GroupId) -> Result<(UserId, String)> {
    let first = FIRST_NAMES[number % FIRST_NAMES.len()];
    let last = LAST_NAMES[(number * 7 + 3) % LAST_NAMES.len()];
    let name = format!("{first} {last}");
    let login = format!("agent{}", number + 1);
    if let Some(id) = work.tx.first(sql::USER, &[login.as_str().into()], |row| row.int(0))? {
        return Ok((UserId(id), name));
    }
    let fields = user::Fields {
        name: Some(login.clone()),
        firstname: Some(first.to_owned()),
        lastname: Some(last.to_owned()),
        email: Some(format!("{login}@desk.example")),
        groups: Some(vec![group]),
        ..user::Fields::default()
    };
    let (id, _) = user::create(work, &fields, &user::Account::default())?;
    Ok((id, name))
}

/// A customer, determined by seed and number alone.
#[derive(Clone, Debug)]
pub(super) struct Somebody {
    /// The place of the brand.
    pub(super) brand: usize,
    pub(super) external_id: String,
    pub(super) firstname: &'static str,
    pub(super) lastname: &'static str,
    pub(super) addresses: Vec<(Kind, String)>,
}

impl Somebody {
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut random = Random::of(seed, 2, number);
        let shares = BRANDS.map(|(_, _, share)| share);
        let brand = random.weighted(&shares);
        let (first, last) = (random.word(&FIRST_NAMES), random.word(&LAST_NAMES));
        let host =
            random.word(&["post.example", "mail.example", "werft.example", "garden.example", "uni.example"]);
        let local = format!("{first}.{last}{number}").to_lowercase();
        let mut addresses = vec![(Kind::Email, format!("{local}@{host}"))];
        if random.chance(10) {
            addresses.push((Kind::Email, format!("{local}@home.{host}")));
        }
        if random.chance(30) {
            // A block of numbers that no network gives out.
            addresses.push((Kind::Telephone, format!("+4930 2312 5{:03}", random.below(1000))));
        }
        let external_id = format!("C-{number:07}");
        Self { brand, external_id, firstname: first, lastname: last, addresses }
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.firstname, self.lastname)
    }

    pub(super) fn email(&self) -> &str {
        &self.addresses[0].1
    }
}
