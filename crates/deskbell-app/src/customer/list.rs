//! Lists of customers: by brand and by words, in order of id, so that a walk by itemStart meets nobody twice while
//! others are added.

use deskbell_core::address::{self, Kind};
use deskbell_core::{Actor, BrandId, Permission, search};
use deskbell_db::Tx;

use super::{Customer, load, sql};
use crate::error::Result;
use crate::statement::Statement;
use crate::ticket::edit::require_brand;

/// Up to this many a total is exact.
pub const EXACT_UP_TO: i64 = 10_000;
/// Characters of a query.
pub const QUERY: usize = 200;
/// How many words of a query count.
const WORDS: usize = 10;

/// Which customers. An empty value is no filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Parts of names, addresses or external id; all words must be found. A telephone number finds its line, however
    /// it is written.
    pub query: String,
    /// Of these brands.
    pub brands: Vec<i64>,
}

/// A page of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many match; the limit of counting where `exact` is false.
    pub total: i64,
    /// Whether the total is exact.
    pub exact: bool,
    /// The rows.
    pub customers: Vec<Customer>,
}

/// The customers that exist for the actor and match, `limit` of them after the first `start`.
///
/// Errors: `forbidden` without CUSTOMER_READ.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, filter: &Filter, start: i64, limit: i64) -> Result<Page> {
    actor.require(Permission::CustomerRead)?;
    let country = match filter.brands[..] {
        [brand] => require_brand(tx, actor, "brandID", BrandId(brand)).unwrap_or_default(),
        _ => String::new(),
    };
    let mut counted = statement(actor, filter, &country);
    counted.limit(EXACT_UP_TO + 1);
    let total = tx.first(&sql::count_of(&counted.text), &counted.params, |row| row.int(0))?.unwrap_or(0);
    let exact = total <= EXACT_UP_TO;
    let mut customers = Vec::new();
    if limit > 0 && (start < total || !exact) {
        let mut page = statement(actor, filter, &country);
        page.push(" ORDER BY c.id").limit(limit).offset(start);
        let ids = tx.all(&page.text, &page.params, |row| row.int(0))?;
        customers = load::many(tx, actor, &ids)?;
    }
    Ok(Page { total: total.min(EXACT_UP_TO), exact, customers })
}

fn statement(actor: &Actor, filter: &Filter, country: &str) -> Statement {
    let mut statement = Statement::new(sql::SELECT_IDS);
    load::visible(&actor.scope, &mut statement);
    if !filter.brands.is_empty() {
        statement.push(" AND ").within("c.brand_id", &filter.brands);
    }
    let query = search::fold(&filter.query);
    let words: Vec<&str> = query.split_whitespace().take(WORDS).collect();
    if words.is_empty() {
        return statement;
    }
    statement.push(" AND (");
    if let Some(line) = address::canonical_of(Kind::Telephone, &filter.query, country) {
        statement.push(sql::WITH_ADDRESS).bind(Kind::Telephone.rank());
        statement.push(" AND a.canonical = ").bind(line).push(") OR ");
    }
    statement.push("(1 = 1");
    for word in words {
        statement.push(" AND c.search_key LIKE ").bind(pattern(word)).push(" ESCAPE '\\'");
    }
    statement.push("))");
    statement
}

/// The pattern of texts that hold the word.
fn pattern(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 2);
    pattern.push('%');
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
