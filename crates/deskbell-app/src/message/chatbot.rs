//! What a chatbot was told: a ticket and its first message.

use deskbell_core::{BrandId, ChannelId, Direction, MessageId, Permission, TicketId, UserId, Version};

use super::{Content, Kind, Spoken};
use crate::error::Result;
use crate::ticket::create::{NewTicket, make};
use crate::work::Work;

/// The channel of chats.
const LIVE_CHAT: ChannelId = ChannelId(8);

/// What POST /message/chatbot asks for.
#[derive(Clone, Debug)]
pub struct Chat {
    /// The brand; `None` = the lowest that the actor may see.
    pub brand: Option<BrandId>,
    /// What the customer said.
    pub content: Content,
    /// The title of the ticket.
    pub subject: String,
    /// The customer's address.
    pub from: String,
}

/// Makes a ticket of the channel live chat with the message in it. MESSAGE_CREATE is enough.
///
/// Errors: `forbidden` without MESSAGE_CREATE; `unknown_reference` for a brand that is not there.
pub fn chatbot(work: &mut Work<'_, '_>, chat: &Chat) -> Result<(TicketId, MessageId, Version)> {
    work.actor.require(Permission::MessageCreate)?;
    let new = NewTicket {
        brand: chat.brand,
        channel: Some(LIVE_CHAT),
        direction: Some(Direction::Inbound),
        from: chat.from.clone(),
        title: chat.subject.clone(),
        ..NewTicket::default()
    };
    let first = Spoken {
        kind: Kind::Message,
        channel_id: LIVE_CHAT.0,
        direction: Direction::Inbound,
        from: (chat.from.clone(), String::new()),
        to: Default::default(),
        cc: String::new(),
        bcc: String::new(),
        user: UserId::NONE,
        user_name: String::new(),
        content: chat.content.clone(),
        external_id: String::new(),
        responds_to: MessageId::NONE,
        status_new: None,
        in_queue: false,
        send_at: None,
        files: Vec::new(),
    };
    let (ticket, version, message) = make(work, &new, Some(&first))?;
    Ok((ticket, message.unwrap_or_default(), version))
}
