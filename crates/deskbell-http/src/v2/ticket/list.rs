//! GET /api/v2/ticket: a list of tickets. Rules live in `deskbell_app::ticket::list`.

use deskbell_app::search::{Snippet, snippets};
use deskbell_app::ticket::list::{self, Cursor, Filter, Paging, Sort, Wish};
use deskbell_app::{Desk, Lane};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{Code, Direction, Permission, Priority, Status, Timestamp, search};

use super::view::TicketView;
use crate::reply::Page;
use crate::{Call, Failure, Field, Operation, Params, Reply};

/// The most rows with snippets.
const HIGHLIGHTED: i64 = 100;

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("ticketList", "/ticket")
        .tag("Ticket")
        .summary("Returns all tickets, with filters, order and pages.")
        .description(
            "Filters combine with AND, the values of one filter with OR. itemTotal is exact up to 10,000 and, for \
             filters over status, brand, group, user, channel and priority, at any size; else it is 10000 with \
             itemTotalExact false. Walk long lists by nextCursor: by id or created_at no ticket is repeated or left out, \
             whatever else happens; by last_update or priority one that changes meanwhile may be met twice or missed; \
             itemStart counts rows anew on each call. query: words that must all be there, \"phrases\", beginnings*, -without, \
             OR between two, brackets, and fields such as status:open,pending priority:>=high from:anna@ assignee:me \
             created:>=2026-01-01 updated:<7d is:unassigned; docs/search.md has them all.",
        )
        .needs(Permission::TicketRead)
        .field(apply_view().doc("Id or name of a view: its tickets, narrowed by the filters, and in its order unless sort is sent."))
        .fields(filters())
        .fields([
            Field::number("itemStart", 0..=deskbell_core::id::MAX_ID).default(0).doc("How many rows to leave out."),
            Field::number("itemLimit", 0..=9_999).default(15).doc("How many rows at the most; 0 asks for the total alone."),
            search_archived(),
            Field::word("sort", Sort::WORDS).default("id").doc("What decides the order; ties go by id."),
            Field::word("order", &["asc", "desc"]).default("desc").doc("desc: highest first."),
            Field::flag("highlight").doc("true: each row has snippets, where it has the words of query; at most 100 rows."),
            Field::line("cursor", 48).shape("^[0-9a-fA-F]{48}$").doc("nextCursor of the page before; of the same filters, sort and order."),
        ])
        .check(check)
        .list("Ticket")
        .fails(&[Code::UnknownReference])
        .handler(handle)
}

/// The view whose tickets are meant.
pub(super) fn apply_view() -> Field {
    Field::line("applyView", limit::NAME)
}

/// Whether archived tickets are meant as well.
pub(crate) fn search_archived() -> Field {
    Field::word("searchArchived", &["no", "yes"]).default("no").doc("yes: archived tickets as well.")
}

/// What a ticket must be to be meant: filters of lists and of bulk calls. Read with `filter`.
pub(super) fn filters() -> [Field; 15] {
    [
        Field::text("query", search::LENGTH_LIMIT)
            .doc("Words, \"phrases\", beginnings*, -without, OR, brackets and name:values, as in status:open -tag:spam refund: see docs/search.md."),
        Field::words("status", Status::WORDS).doc("With one of these statuses."),
        Field::words("priority", Priority::WORDS).doc("With one of these priorities."),
        Field::several_ids("brandID").doc("Of these brands."),
        Field::several_ids("channelID").doc("Of these channels."),
        Field::several_ids("assignedGroupID").or_zero().doc("Of these groups; 0 = no group."),
        Field::several_ids("assignedUserID").or_zero().doc("Assigned to these users; 0 = nobody."),
        Field::several_ids("customerID").or_zero().doc("Of these customers; 0 = no customer."),
        Field::several_lines("tag", limit::TAG).doc("With one of these tags, without regard to case."),
        Field::several_ids("formID").or_zero().doc("With these forms; 0 = no form."),
        Field::words("direction", Direction::WORDS).doc("Who spoke first."),
        Field::time("createdFrom").doc("Created then or later."),
        Field::time("createdTo").doc("Created then or before, the last second of a day included."),
        Field::time("updatedFrom").doc("Last changed then or later."),
        Field::time("updatedTo").doc("Last changed then or before, the last second of a day included."),
    ]
}

/// What is wrong with the query.
pub(super) fn check_query(params: &Params, wrong: &mut Vec<Detail>) {
    if let Some(fault) = params.text("query").and_then(|q| search::parse(q, Timestamp(0)).err()) {
        wrong.push(fault.first);
    }
}

/// What must fit together.
fn check(params: &Params, wrong: &mut Vec<Detail>) {
    check_query(params, wrong);
    if params.flag("highlight") && params.need("itemLimit") > HIGHLIGHTED {
        wrong.push(Detail {
            field: Some("itemLimit".into()),
            code: Code::InvalidParameter,
            message: format!("With highlight itemLimit is at most {HIGHLIGHTED}."),
        });
    }
    let Some(cursor) = params.text("cursor").filter(|c| !c.is_empty()) else { return };
    let mut refuse = |field: &str, message: &str| {
        wrong.push(Detail {
            field: Some(field.into()),
            code: Code::InvalidParameter,
            message: message.into(),
        });
    };
    if Cursor::parse(cursor).is_none() {
        refuse("cursor", "cursor must be a nextCursor as it was answered. Start again without one.");
    }
    if params.given("itemStart") {
        refuse("itemStart", "itemStart cannot be combined with cursor.");
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let (wish, paging) = (wish(&call)?, paging(&call.params));
    let highlight = call.params.flag("highlight");
    // What a view asks for in words is not known yet.
    let is_list = wish.filter.query.as_ref().is_none_or(search::Query::is_plain_filter);
    let lane = if is_list { Lane::List } else { Lane::Slow };
    let (start, limit, frequent) = (paging.start, paging.limit, call.state.frequent());
    let sorted = call.params.given("sort");
    let read = call.state.read(lane, &call.actor, move |tx, actor| {
        let page = list::list(tx, actor, &wish, &paging, sorted, &frequent)?;
        let snippets: Option<Vec<Vec<Snippet>>> = match &page.query {
            _ if !highlight => None,
            Some(query) => Some(snippets(tx, actor, query, &page.tickets)?),
            None => Some(vec![Vec::new(); page.tickets.len()]),
        };
        Ok((page, snippets))
    });
    let (page, snippets) = read.await?;
    let url = &call.state.settings().public_url;
    let row = |(n, ticket): (usize, _)| {
        let row = TicketView::row(ticket, url);
        match snippets.as_ref().and_then(|all| all.get(n)) {
            Some(snippets) => row.with_snippets(snippets),
            None => row,
        }
    };
    let rows: Vec<TicketView<'_>> = page.tickets.iter().enumerate().map(row).collect();
    let totals = Page {
        start: start.unsigned_abs(),
        limit: limit.unsigned_abs(),
        total: page.total.unsigned_abs(),
        exact: page.exact,
    };
    Ok(Reply::list(totals, &rows, page.next.map(|c| c.to_string()).as_deref()))
}

/// Which tickets are meant: those that pass `filter`, of the view that is applied if there is one.
pub(super) fn wish(call: &Call<Desk>) -> Result<Wish, Failure> {
    let now = call.state.now();
    Ok(Wish {
        filter: filter(&call.params, now)?,
        view: call.params.text("applyView").filter(|name| !name.is_empty()).map(str::to_owned),
        now,
        public_url: call.state.settings().public_url.clone(),
    })
}

/// Which tickets are meant: those that pass `filters` and `search_archived`. Ages in a query are counted from `now`.
pub(super) fn filter(params: &Params, now: Timestamp) -> Result<Filter, Failure> {
    let query = params.text("query").map(|query| search::parse(query, now)).transpose()?;
    Ok(Filter {
        statuses: params.words_as("status", Status::parse),
        priorities: params.words_as("priority", Priority::parse),
        brands: params.ids("brandID").to_vec(),
        channels: params.ids("channelID").to_vec(),
        groups: params.ids("assignedGroupID").to_vec(),
        users: params.ids("assignedUserID").to_vec(),
        customers: params.ids("customerID").to_vec(),
        forms: params.ids("formID").to_vec(),
        tags: params.lines("tag").to_vec(),
        directions: params.words_as("direction", Direction::parse),
        created_from: params.span("createdFrom").map(|s| s.first),
        created_to: params.span("createdTo").map(|s| s.last),
        updated_from: params.span("updatedFrom").map(|s| s.first),
        updated_to: params.span("updatedTo").map(|s| s.last),
        archived_too: params.word("searchArchived") == Some("yes"),
        query: query.filter(|q| !q.is_blank()),
        ..Filter::default()
    })
}

fn paging(params: &Params) -> Paging {
    Paging {
        sort: params.need_parsed("sort", Sort::parse),
        descending: params.word("order") == Some("desc"),
        start: params.need("itemStart"),
        limit: params.need("itemLimit"),
        after: params.text("cursor").and_then(Cursor::parse),
    }
}
