//! Sending a message, or writing a note: the desk's side of a conversation.

use deskbell_core::fault::Detail;
use deskbell_core::{
    Code, Direction, Fault, MessageId, Permission, Status, TicketId, Timestamp, UserId, Version,
};
use deskbell_db::Tx;

use super::recipient::{self, Sending};
use super::{Content, Kind, Spoken, sql};
use crate::desk::Keeping;
use crate::error::Result;
use crate::file::{self, Given, Wanted};
use crate::item::detail;
use crate::ticket::edit::{Change, Edit, require_channel, require_user, unknown};
use crate::ticket::spoken::say;
use crate::ticket::{Ticket, load};
use crate::work::Work;

/// The name of an author who is no user.
const ANONYMOUS: &str = "Agent Anonymous";

/// Where a message goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// Nowhere: a note.
    Note,
    /// A telephone call is written down; nothing is sent.
    CallLog,
    /// Through the web form.
    ContactForm,
    /// Through the channel of this number.
    Number(i64),
}

impl Channel {
    /// The channel of a `type`: `^([0-9]+|calllog|contactform)$`. `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "calllog" => Some(Self::CallLog),
            "contactform" => Some(Self::ContactForm),
            digits if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                let digits = digits.trim_start_matches('0');
                if digits.is_empty() {
                    return Some(Self::Note);
                }
                // A number of more digits than any channel has names none.
                let number = digits.parse().ok().filter(|n| *n <= deskbell_core::id::MAX_ID);
                Some(Self::Number(number.unwrap_or(deskbell_core::id::MAX_ID)))
            }
            _ => None,
        }
    }

    /// The number that timelines show.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Note => 0,
            Self::CallLog => recipient::TELEPHONE,
            Self::ContactForm => recipient::WEB_FORM,
            Self::Number(number) => number,
        }
    }
}

/// What POST /message asks for.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The ticket.
    pub ticket: TicketId,
    /// Where it goes.
    pub channel: Channel,
    /// Addresses, comma separated; empty: the other side of the ticket.
    pub to: String,
    /// The same for copies.
    pub cc: String,
    /// The same for hidden copies.
    pub bcc: String,
    /// The message that is answered; none = 0.
    pub responds_to: MessageId,
    /// What it says.
    pub content: Content,
    /// When it is to be sent; `None` now.
    pub send_at: Option<Timestamp>,
    /// Its author; none = nobody of the users.
    pub user: UserId,
    /// The status that is set with it.
    pub status: Option<Status>,
    /// Files that are sent along: those that came with the call, in their order among the ids of others.
    pub attachments: Vec<Given>,
    /// Files that are forwarded.
    pub forwarded: Vec<i64>,
}

/// Writes a message into its ticket and sets the status that comes with it: one version step. A message for later stands in the
/// timeline at once; its status, and the time of the desk's last word, come with its time.
///
/// Errors: `forbidden` without MESSAGE_CREATE; `invalid_parameter` for an address that is none of the channel, or a time that is
/// not to come; `not_found`; `unknown_reference` for a channel, user, answered message or file that is not there; `conflict` for an
/// inactive user, a merged ticket, or a file that was sent with another message meanwhile; those of setting a status.
pub fn create(work: &mut Work<'_, '_>, new: &Outgoing, uploads: &Keeping) -> Result<(MessageId, Version)> {
    work.actor.require(Permission::MessageCreate)?;
    check_time(work, new)?;
    let ticket = load::one_for_update(work.tx, work.actor, new.ticket)?;
    let mut spoken = spoken(work, &ticket, new)?;
    spoken.files = files(work, new, uploads)?;
    let now = new.status.filter(|_| new.send_at.is_none());
    let edits: Vec<Edit> =
        now.map(|status| Edit::new("submitStatus", Change::Status(status))).into_iter().collect();
    say(work, ticket, &edits, spoken)
}

/// What hangs on it: attachments first, then what is forwarded. Of a file that is named twice there is one.
fn files(work: &mut Work<'_, '_>, new: &Outgoing, uploads: &Keeping) -> Result<Vec<Wanted>> {
    let mut named: Vec<i64> = Vec::new();
    for given in &new.attachments {
        if let Given::File(id) = given
            && !named.contains(&id.0)
        {
            named.push(id.0);
        }
    }
    let mut found = file::wanted(work, "attachments", &named)?.into_iter();
    let mut kept = uploads.kept().iter();
    let (mut files, mut seen) = (Vec::new(), Vec::new());
    for given in &new.attachments {
        match given {
            Given::Upload(_) => files.extend(kept.next().cloned().map(Wanted::New)),
            Given::File(id) if seen.contains(&id.0) => {}
            Given::File(id) => {
                seen.push(id.0);
                files.extend(found.next());
            }
        }
    }
    let forwarded: Vec<i64> = new.forwarded.iter().copied().filter(|id| !named.contains(id)).collect();
    files.extend(file::wanted(work, "forwardedFileIDs", &forwarded)?);
    file::require_few("attachments", files.len())?;
    Ok(files)
}

fn check_time(work: &Work<'_, '_>, new: &Outgoing) -> Result<()> {
    let Some(at) = new.send_at else { return Ok(()) };
    let message = if matches!(new.channel, Channel::Note | Channel::CallLog) {
        "sendAt goes with a message; a note and a call log are not sent.".to_owned()
    } else if at <= work.now {
        format!("sendAt must be a time to come; it is {} now.", work.now)
    } else {
        return Ok(());
    };
    Err(Fault::of("sendAt", Code::InvalidParameter, message).into())
}

fn spoken(work: &mut Work<'_, '_>, ticket: &Ticket, new: &Outgoing) -> Result<Spoken> {
    let (tx, actor) = (&mut *work.tx, work.actor);
    if let Channel::Number(number) = new.channel {
        require_channel(tx, "type", deskbell_core::ChannelId(number))?;
    }
    require_user(tx, actor, "userID", new.user, true)?;
    if !new.responds_to.is_none()
        && tx.first(sql::IN_TICKET, &[new.responds_to.0.into(), ticket.id.0.into()], |_| Ok(()))?.is_none()
    {
        return Err(unknown("respondMessageID", "Message", new.responds_to));
    }
    let user_name = user_name(tx, new.user)?;
    let Sending { to, cc, bcc } = recipient::of(tx, actor, ticket, new)?;
    let ours = match ticket.direction {
        Direction::Inbound => &ticket.to_address,
        Direction::Outbound => &ticket.from_address,
    };
    let note = new.channel == Channel::Note;
    Ok(Spoken {
        kind: if note { Kind::Note } else { Kind::Message },
        channel_id: new.channel.number(),
        direction: Direction::Outbound,
        from: (if note { String::new() } else { ours.clone() }, user_name.clone()),
        to,
        cc,
        bcc,
        user: new.user,
        user_name,
        content: new.content.clone(),
        external_id: String::new(),
        responds_to: new.responds_to,
        status_new: new.status,
        in_queue: !matches!(new.channel, Channel::Note | Channel::CallLog),
        send_at: new.send_at,
        files: Vec::new(),
    })
}

fn user_name(tx: &mut Tx<'_>, user: UserId) -> Result<String> {
    if user.is_none() {
        return Ok(ANONYMOUS.to_owned());
    }
    let names = tx.first(sql::USER_NAME, &[user.0.into()], |row| {
        let name = format!("{} {}", row.str(0)?, row.str(1)?);
        Ok(if name.trim().is_empty() { row.str(2)?.to_owned() } else { name.trim().to_owned() })
    })?;
    Ok(names.unwrap_or_default())
}

/// Notes what is wrong with the words of a message, before anything is looked up.
pub fn check(channel: &str, wrong: &mut Vec<Detail>) {
    if Channel::parse(channel).is_none() {
        let message = "type must be the number of a channel (0 makes a note), calllog or contactform.";
        wrong.push(detail("type", Code::InvalidParameter, message));
    }
}
