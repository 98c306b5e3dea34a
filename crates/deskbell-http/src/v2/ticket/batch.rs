//! POST /api/v2/ticket/batch: miscellaneous actions on several tickets, in order: those that are named, or all that pass
//! filters. Rules live in `deskbell_app::ticket::edit`.

use deskbell_app::Desk;
use deskbell_app::bulk::{Command, Tickets};
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_core::fault::Detail;
use deskbell_core::id::MAX_ID;
use deskbell_core::text::limit;
use deskbell_core::{
    BrandId, ChannelId, Code, FormId, GroupId, Permission, Priority, Status, TicketId, Timestamp, UserId,
};

use super::bulk::{self, Words};
use super::{MOST, delete, list};
use crate::action::{Action, ActionType, ValueKind};
use crate::error::detail;
use crate::{Call, Failure, Field, Operation, Params, Reply};

/// The longest note, in characters.
const NOTE: usize = 100_000;
/// Most actions of one call.
const ACTIONS: usize = 10;

use Permission::{MessageCreate, SetStatus, TicketDelete, TicketUpdate};

static TYPES: &[ActionType] = &[
    ActionType::new("setStatus", SetStatus, ValueKind::Word(Status::WORDS)),
    ActionType::new("setPriority", TicketUpdate, ValueKind::Word(Priority::WORDS)),
    ActionType::new("assignGroup", TicketUpdate, ValueKind::IdOrNone),
    ActionType::new("assignUser", TicketUpdate, ValueKind::IdOrNone),
    ActionType::new("addTags", TicketUpdate, ValueKind::Tags { max: limit::TAG, empty: false }),
    ActionType::new("removeTags", TicketUpdate, ValueKind::Tags { max: limit::TAG, empty: false }),
    ActionType::new("setTags", TicketUpdate, ValueKind::Tags { max: limit::TAG, empty: true }),
    ActionType::new("setTitle", TicketUpdate, ValueKind::Line { max: limit::TITLE, empty: true }),
    ActionType::new("setForm", TicketUpdate, ValueKind::IdOrNone),
    ActionType::new("setBrand", TicketUpdate, ValueKind::Id),
    ActionType::new("setChannel", TicketUpdate, ValueKind::Id),
    ActionType::new("linkCustomer", TicketUpdate, ValueKind::Line { max: limit::NAME, empty: false }),
    ActionType::new("unlinkCustomer", TicketUpdate, ValueKind::None),
    ActionType::new("snooze", TicketUpdate, ValueKind::Moment),
    ActionType::new("addNote", MessageCreate, ValueKind::Text { max: NOTE, empty: false }),
    ActionType::new("archive", TicketUpdate, ValueKind::None),
    ActionType::new("unarchive", TicketUpdate, ValueKind::None),
    ActionType::new("merge", TicketUpdate, ValueKind::Id),
    ActionType::new("delete", TicketDelete, ValueKind::None),
];

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("ticketBatch", "/ticket/batch")
        .tag("Ticket")
        .summary("Performs miscellaneous actions on tickets given in an array.")
        .description(
            "Actions run in order, per ticket; a ticket on which one fails keeps none of the call's. Each action needs \
             the permission of the single call as well. An unknown type or an impossible value refuses the whole call. In \
             place of ids the filters of the list (which needs TICKET_READ) take any number of tickets: all that pass them when \
             the work begins. merge moves messages, notes and tags into the ticket that its value names; the merged ticket is closed, names the other one in merged_into and takes no changes any more; a \
             target that cannot take it in is an unknown_reference. To delete by filters, expectTotal is needed (400, which names the present number), but for a dry run. Up to 10,000 rows are listed, by id; the counts are complete. Work that takes more than some \
             seconds goes on as a job (202).",
        )
        .needs(Permission::TicketBatch)
        .fields([
            Field::id_text("TicketIDs", MOST).doc("The tickets as one text: digits, commas and blanks."),
            Field::ids("ticketIDs", MOST).doc("The same as an array. Send one of the two."),
            Field::actions("actions", TYPES, ACTIONS).required().doc("What to do, in order; at most 10."),
            delete::purge(),
            list::apply_view().selects().doc("Id or name of a view: its tickets, narrowed by the filters."),
        ])
        .fields(list::filters().map(Field::selects))
        .fields([
            list::search_archived().beside_filters(),
            Field::number("expectTotal", 0..=MAX_ID)
                .beside_filters()
                .doc("With filters: how many tickets you mean; if they are more or fewer, nothing is done (409). Needed to delete by filters."),
        ])
        .one_of(&["TicketIDs", "ticketIDs"])
        .bulk()
        .fails(&[Code::UnknownReference, Code::RequiredFieldsMissing])
        .check(check)
        .may_become_job()
        .handler(handle)
}

/// The tickets that are named, and by which of the two names; `None` where filters stand in their place.
fn named(params: &Params) -> Option<(&'static str, &[i64])> {
    let name = ["TicketIDs", "ticketIDs"].into_iter().find(|name| !params.ids(name).is_empty())?;
    Some((name, params.ids(name)))
}

fn check(params: &Params, wrong: &mut Vec<Detail>) {
    match named(params) {
        Some((field, ids)) => bulk::check_atomic(field, ids.len(), params, wrong),
        None => {
            list::check_query(params, wrong);
            if wrong.is_empty()
                && !params.given("applyView")
                && list::filter(params, Timestamp(0)).is_ok_and(|filter| filter.is_open())
            {
                wrong.push(detail("query", Code::InvalidParameter, "query has no word to look for."));
            }
        }
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let tickets = match named(&call.params) {
        Some((_, ids)) => Tickets::Named(ids.to_vec()),
        None => Tickets::Filtered(Box::new(list::wish(&call)?), call.params.number("expectTotal")),
    };
    let purge = call.params.flag("purge");
    let edits =
        call.params.actions("actions").iter().map(|action| edit(&call.state, action, purge)).collect();
    let words = Words { done: "Actions done on", would: "Actions would be done on" };
    let options = bulk::options(&call, "ticketBatch", tickets);
    bulk::answer(call, Command { permission: Some(Permission::TicketBatch), edits, ..options }, words).await
}

/// The edit that an action asks for; `purge` is for those that delete.
fn edit(desk: &Desk, action: &Action, purge: bool) -> Edit {
    let change = match action.kind {
        "setStatus" => Change::Status(Status::parse(action.word()).unwrap_or(Status::Open)),
        "setPriority" => Change::Priority(Priority::parse(action.word()).unwrap_or(Priority::Medium)),
        "assignGroup" => Change::Group(GroupId(action.id())),
        "assignUser" => Change::User(UserId(action.id())),
        "addTags" => Change::AddTags(action.tags().to_vec()),
        "removeTags" => Change::RemoveTags(action.tags().to_vec()),
        "setTags" => Change::SetTags(action.tags().to_vec()),
        "setTitle" => Change::Title(action.text().to_owned()),
        "setForm" => Change::Form((action.id() != 0).then(|| FormId(action.id()))),
        "setBrand" => Change::Brand(BrandId(action.id())),
        "setChannel" => Change::Channel(ChannelId(action.id())),
        "linkCustomer" => Change::LinkCustomer(action.text().to_owned()),
        "unlinkCustomer" => Change::UnlinkCustomer,
        "snooze" => Change::Snooze(action.moment()),
        "addNote" => Change::Note(action.text().to_owned()),
        "archive" => Change::Archive,
        "unarchive" => Change::Unarchive,
        "merge" => Change::Merge(TicketId(action.id())),
        "delete" => delete::edit(desk, purge).change,
        // The table has no other type that gets here.
        other => unreachable!("the action type {other} is in the table and has no edit"),
    };
    Edit::new(format!("{}[value]", action.label), change)
}
