//! GET /api/v2/customer/timelineByCustomerExternalID: what was said with a customer. Rules live in
//! `deskbell_app::customer::timeline`.

use deskbell_app::customer::timeline::{self, Wish};
use deskbell_app::ticket::list::Cursor;
use deskbell_app::{Desk, Lane};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{BrandId, Code, Permission};

use crate::reply::Page;
use crate::v2::page;
use crate::v2::ticket::MessageView;
use crate::{Call, Failure, Field, Operation, Params, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("customerTimeline", "/customer/timelineByCustomerExternalID")
        .tag("Customer")
        .summary("Returns the messages of all tickets of a customer as one timeline.")
        .description(
            "The newest entries, oldest first, of the tickets that are linked to the customer and exist for the key; nextCursor leads \
             to older ones. CUSTOMER_READ is enough for messages; notes among agents are there only for a key that also has \
             TICKET_READ. An answer is at most 8 MiB. Of a customer with more than 10,000 tickets that have entries the newest \
             10,000 count.",
        )
        .needs(Permission::CustomerRead)
        .fields([
            Field::id("brand_id").required().doc("The brand of the customer."),
            Field::line("external_id", limit::NAME).required().doc("The customer's external primary id."),
            Field::number("timelineLimit", 0..=9_999)
                .default(timeline::DEFAULT)
                .doc("How many entries at the most: the newest ones; 0 asks for the total alone."),
            page::cursor().doc("nextCursor of the answer before, which leads to older entries."),
        ])
        .check(check)
        .list("CustomerTimelineEntry")
        .fails(&[Code::NotFound])
        .handler(handle)
}

fn check(params: &Params, wrong: &mut Vec<Detail>) {
    page::check_cursor(params, wrong);
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let wish = Wish {
        brand: BrandId(call.params.need("brand_id")),
        external_id: call.params.text("external_id").unwrap_or_default().to_owned(),
        limit: call.params.need("timelineLimit"),
        before: call.params.text("cursor").and_then(Cursor::parse),
    };
    let limit = wish.limit.unsigned_abs();
    let read =
        call.state.read(Lane::List, &call.actor, move |tx, actor| timeline::timeline(tx, actor, &wish));
    let found = read.await?;
    let url = &call.state.settings().public_url;
    let rows: Vec<MessageView<'_>> =
        found.entries.iter().map(|(ticket, message)| MessageView::of(message, *ticket, url)).collect();
    let totals = Page { start: 0, limit, total: found.total.unsigned_abs(), exact: found.exact };
    Ok(Reply::list(totals, &rows, found.next.map(|cursor| cursor.to_string()).as_deref()))
}
