//! POST /api/v2/message: sends a message, or writes a note. Rules live in `deskbell_app::message`.

use deskbell_app::Desk;
use deskbell_app::file::MOST;
use deskbell_app::message::{self, Channel, Outgoing};
use deskbell_core::fault::Detail;
use deskbell_core::{Code, MessageId, Permission, Status, TicketId, UserId};

use super::MESSAGE;
use crate::v2::file::uploads;
use crate::{Call, Failure, Field, Operation, Params, Reply};

/// Characters of a field of addresses.
const ADDRESSES: usize = 32_000;
/// Characters of a type: any number of a channel.
const TYPE: usize = 20;
/// Statuses that can be set with a message.
const STATUSES: &[&str] = &["open", "pending", "holding", "solved", "closed"];

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("messageCreate", "/message")
        .tag("Message")
        .summary("Sends a message in a ticket, or writes a note.")
        .description(
            "An empty toAddress means the other side of the ticket. submitStatus is set with the message, in one transaction; \
             MESSAGE_CREATE is enough for it. A message with sendAt stands in the timeline at once and is sent then, when its \
             submitStatus is set too; DELETE cancels it. While the desk has no way to send, a message waits (in_queue 1).",
        )
        .needs(Permission::MessageCreate)
        .fields([
            Field::id("ticketID").required().doc("The ticket."),
            Field::line("type", TYPE)
                .required()
                .shape("^([0-9]+|calllog|contactform)$")
                .doc("The number of the channel to send in; 0 makes an internal note."),
            Field::text("message", MESSAGE).required().doc("What it says, as text or HTML."),
            Field::text("plaintext", MESSAGE).doc("The same as plain text; empty: made of message."),
            Field::line("toAddress", ADDRESSES)
                .doc("To whom: several addresses are separated by commas; empty: the other side of the ticket."),
            Field::line("ccInput", ADDRESSES).doc("Copies, of e-mail alone; separated as in toAddress."),
            Field::line("bccInput", ADDRESSES).doc("Hidden copies, of e-mail alone; separated as in toAddress."),
            Field::id("respondMessageID").or_zero().default(0).doc("The message of the ticket that is answered; 0 = none."),
            Field::ids("forwardedFileIDs", MOST).doc("Files of other messages, of tickets that exist for the key, to forward."),
            Field::files("attachments", MOST)
                .doc("Files that are sent along: parts with a filename, or ids of files (POST /file)."),
            Field::moment("sendAt").doc("When to send it, a time to come; empty: now."),
            Field::id("userID")
                .or_zero()
                .default(0)
                .doc("The author among the users; 0 = nobody of them, shown as Agent Anonymous."),
            Field::word("submitStatus", STATUSES).doc("The status that is set with the message."),
        ])
        .check(check)
        .result(&["messageID", "ticketID"])
        .fails(&[
            Code::NotFound,
            Code::UnknownReference,
            Code::Conflict,
            Code::RequiredFieldsMissing,
            Code::PayloadTooLarge,
        ])
        .handler(handle)
}

fn check(params: &Params, wrong: &mut Vec<Detail>) {
    if let Some(channel) = params.text("type") {
        message::check(channel, wrong);
    }
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let text = |name| call.params.text(name).unwrap_or_default().to_owned();
    let content = call.state.content(text("message"), text("plaintext")).await;
    let new = Outgoing {
        ticket: TicketId(call.params.need("ticketID")),
        channel: Channel::parse(&text("type")).unwrap_or(Channel::Note),
        to: text("toAddress"),
        cc: text("ccInput"),
        bcc: text("bccInput"),
        responds_to: MessageId(call.params.need("respondMessageID")),
        content,
        send_at: call.params.moment("sendAt").flatten(),
        user: UserId(call.params.need("userID")),
        status: call.params.parsed("submitStatus", Status::parse),
        attachments: call.params.files("attachments").to_vec(),
        forwarded: call.params.ids("forwardedFileIDs").to_vec(),
    };
    let (ticket, send_at) = (new.ticket, new.send_at);
    let keeping = call.state.keeping(uploads(&new.attachments));
    let write = call.write("messageCreate", {
        let keeping = keeping.clone();
        move |work| message::create(work, &new, &keeping)
    });
    let answer = write
        .answer_after(keeping.keep(), move |&(id, version)| {
            let said = match send_at {
                Some(at) => format!("Message will be sent at {at}."),
                None => "Message has been sent and the ticket status was updated.".to_owned(),
            };
            Reply::result(&said)
                .named("messageID", id.0)
                .named("ticketID", ticket.0)
                .in_version(version)
                .at(&format!("/api/v2/message/{id}"))
        })
        .await;
    keeping.let_go().await;
    answer
}
