//! To whom a message goes: the addresses that are named, by the rules of the channel, or the other side of the ticket.

use deskbell_core::address::{self, Kind};
use deskbell_core::fault::Detail;
use deskbell_core::text::limit;
use deskbell_core::{Actor, Code, Direction, Fault};
use deskbell_db::Tx;

use super::create::{Channel, Outgoing};
use super::sql;
use crate::error::Result;
use crate::item::detail;
use crate::ticket::Ticket;
use crate::ticket::edit::require_brand;

/// The built-in channels that have rules of their own.
const EMAIL: i64 = 1;
pub(super) const TELEPHONE: i64 = 2;
pub(super) const WEB_FORM: i64 = 3;
const FAX: i64 = 6;

/// Most addresses of one field.
const MOST: usize = 100;

/// Addresses as they are stored.
pub(super) struct Sending {
    /// Comma separated, and the name of the one recipient, if it is known.
    pub(super) to: (String, String),
    pub(super) cc: String,
    pub(super) bcc: String,
}

/// What addresses a channel has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// None: it is a note.
    Nobody,
    /// E-mail addresses; it has to have one.
    Email,
    /// Telephone numbers; it has to have one, unless a call is only written down.
    Telephone { required: bool },
    /// Any text, or nothing.
    Any,
}

impl Rule {
    fn of(channel: Channel) -> Self {
        match channel {
            Channel::Note => Self::Nobody,
            Channel::CallLog => Self::Telephone { required: false },
            Channel::Number(EMAIL) => Self::Email,
            Channel::Number(TELEPHONE | FAX) => Self::Telephone { required: true },
            Channel::ContactForm | Channel::Number(_) => Self::Any,
        }
    }

    fn kind(self) -> Option<Kind> {
        match self {
            Self::Email => Some(Kind::Email),
            Self::Telephone { .. } => Some(Kind::Telephone),
            Self::Nobody | Self::Any => None,
        }
    }
}

/// Who gets a message.
///
/// Errors: `invalid_parameter` for an address that is none of the channel; `missing_parameter` if a channel with addresses has
/// none to send to.
pub(super) fn of(tx: &mut Tx<'_>, actor: &Actor, ticket: &Ticket, new: &Outgoing) -> Result<Sending> {
    let rule = Rule::of(new.channel);
    let country = match rule {
        Rule::Telephone { .. } => require_brand(tx, actor, "ticketID", ticket.brand)?,
        _ => String::new(),
    };
    let mut wrong = Vec::new();
    let to = several("toAddress", &new.to, rule, &country, &mut wrong);
    let cc = copies("ccInput", &new.cc, rule, &mut wrong);
    let bcc = copies("bccInput", &new.bcc, rule, &mut wrong);
    if let Some(fault) = Fault::collect(wrong) {
        return Err(fault.into());
    }
    let other = other_side(tx, ticket, rule, &country)?;
    let to = match (&to[..], other) {
        ([], _) if rule == Rule::Nobody => (String::new(), String::new()),
        ([], Some(other)) => other,
        ([], None) if matches!(rule, Rule::Email | Rule::Telephone { required: true }) => {
            let message =
                "toAddress is empty, and the ticket has no other side with an address of this channel.";
            return Err(Fault::of("toAddress", Code::MissingParameter, message).into());
        }
        ([], None) => (String::new(), String::new()),
        // A name goes with the address that it belongs to, and with no other.
        ([one], Some((address, name))) if same(rule, &country, one, &address) => (one.clone(), name),
        (several, _) => (several.join(", "), String::new()),
    };
    Ok(Sending { to, cc: cc.join(", "), bcc: bcc.join(", ") })
}

fn same(rule: Rule, country: &str, one: &str, other: &str) -> bool {
    let form = |text| rule.kind().and_then(|kind| address::canonical_of(kind, text, country));
    one == other || form(one).is_some_and(|one| Some(one) == form(other))
}

/// The addresses of a text, as they are stored: e-mail as written, numbers as E.164. Of one that stands twice the first.
fn several(field: &str, text: &str, rule: Rule, country: &str, wrong: &mut Vec<Detail>) -> Vec<String> {
    let mut problem = |message: String| wrong.push(detail(field, Code::InvalidParameter, message));
    let mut found: Vec<(String, String)> = Vec::new();
    for address in text.split(',').map(str::trim).filter(|address| !address.is_empty()) {
        let read = match rule {
            Rule::Nobody => {
                problem(format!("{field} must be empty: a note goes to nobody."));
                return Vec::new();
            }
            Rule::Email => {
                address::canonical_of(Kind::Email, address, "").map(|form| (form, address.to_owned()))
            }
            Rule::Telephone { .. } => address::e164(address, country).map(|number| (number.clone(), number)),
            Rule::Any => {
                (address.chars().count() <= limit::ADDRESS).then(|| (address.to_owned(), address.to_owned()))
            }
        };
        match read {
            Some(read) if !found.iter().any(|(form, _)| *form == read.0) => found.push(read),
            Some(_) => {}
            None => problem(match rule {
                Rule::Email => format!("{field}: {address} is no e-mail address."),
                Rule::Telephone { .. } => {
                    format!("{field}: {address} is no telephone number such as +31201234567.")
                }
                _ => format!("{field}: an address has at most {} characters.", limit::ADDRESS),
            }),
        }
    }
    if found.len() > MOST {
        problem(format!("{field} has {} addresses; a message takes at most {MOST}.", found.len()));
    }
    found.into_iter().map(|(_, address)| address).collect()
}

/// Copies, which only e-mail has.
fn copies(field: &str, text: &str, rule: Rule, wrong: &mut Vec<Detail>) -> Vec<String> {
    if rule == Rule::Email {
        return several(field, text, rule, "", wrong);
    }
    if !text.trim().is_empty() {
        let message = "Copies go with e-mail (type 1) alone.";
        wrong.push(detail(field, Code::InvalidParameter, message));
    }
    Vec::new()
}

/// Address and name of the ticket's other side in this channel. A linked customer is the other side, whoever wrote first: by the
/// address of the ticket if it is the customer's, else by the customer's first one.
fn other_side(
    tx: &mut Tx<'_>,
    ticket: &Ticket,
    rule: Rule,
    country: &str,
) -> Result<Option<(String, String)>> {
    let (address, name) = match ticket.direction {
        Direction::Inbound => (&ticket.from_address, &ticket.from_name),
        Direction::Outbound => (&ticket.to_address, &ticket.to_name),
    };
    let Some(kind) = rule.kind() else {
        let any = rule == Rule::Any && !address.is_empty();
        return Ok(any.then(|| (address.clone(), name.clone())));
    };
    let stored = |text: &str| match kind {
        Kind::Telephone => address::e164(text, country),
        _ => address::canonical_of(kind, text, country).map(|_| text.trim().to_owned()),
    };
    let canonical = address::canonical_of(kind, address, country);
    if ticket.customer.is_none() {
        return Ok(stored(address).map(|address| (address, name.clone())));
    }
    let params = [ticket.customer.0.into(), kind.rank().into()];
    let addresses = tx.all(sql::CUSTOMER_ADDRESSES, &params, |row| {
        let name = format!("{} {}", row.str(2)?, row.str(3)?).trim().to_owned();
        Ok((row.str(0)?.to_owned(), row.str(1)?.to_owned(), name))
    })?;
    let theirs = addresses.iter().find(|(form, ..)| Some(form) == canonical.as_ref());
    let found = theirs.or_else(|| addresses.iter().find(|(_, address, _)| stored(address).is_some()));
    Ok(found.and_then(|(_, address, name)| Some((stored(address)?, name.clone()))))
}
