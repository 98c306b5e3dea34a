//! POST /api/v2/message/chatbot: a ticket and its first message. Rules live in `deskbell_app::message`.

use deskbell_app::Desk;
use deskbell_app::message::{self, Chat};
use deskbell_core::text::limit;
use deskbell_core::{BrandId, Code, Permission};

use super::MESSAGE;
use crate::{Call, Failure, Field, Operation, Reply};

pub(super) fn operation() -> Operation<Desk> {
    Operation::post("messageChatbot", "/message/chatbot")
        .tag("Message")
        .summary("Makes a ticket of what a customer told a chatbot.")
        .description(
            "The ticket is inbound, in the channel live chat, with the message of the customer in it. It is linked to the \
             customer of the brand who has the address from, if that is exactly one.",
        )
        .needs(Permission::MessageCreate)
        .fields([
            Field::id("brandID").doc("The brand; the lowest that the key may see, if none is named."),
            Field::text("message", MESSAGE).required().doc("What the customer said, as text or HTML."),
            Field::line("subject", limit::TITLE).doc("The title of the ticket."),
            Field::line("from", limit::ADDRESS).doc("The customer's address."),
        ])
        .result(&["ticketID", "messageID"])
        .fails(&[Code::UnknownReference])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let text = |name| call.params.text(name).unwrap_or_default().to_owned();
    let content = call.state.content(text("message"), String::new()).await;
    let brand = call.params.id("brandID").map(BrandId);
    let chat = Chat { brand, content, subject: text("subject"), from: text("from") };
    let write = call.write("messageChatbot", move |work| message::chatbot(work, &chat));
    write
        .answer(|&(ticket, message, version)| {
            Reply::result("Ticket created.")
                .named("ticketID", ticket.0)
                .named("messageID", message.0)
                .in_version(version)
                .at(&format!("/api/v2/ticket/{ticket}"))
        })
        .await
}
