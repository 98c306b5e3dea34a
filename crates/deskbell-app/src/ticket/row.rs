//! A ticket as it is stored and as use cases see it.

use deskbell_core::{
    BrandId, ChannelId, CustomerId, Direction, FormId, GroupId, Priority, Status, TicketId, Timestamp,
    UserId, Version,
};
use deskbell_db::Row;

use crate::journal::{Times, answered_len};

/// A ticket with all its fields (api.md section 4) but the timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(
    missing_docs,
    reason = "the fields are those of the item in docs/api.md, which says what each means"
)]
pub struct Ticket {
    pub id: TicketId,
    pub version: Version,
    pub brand: BrandId,
    pub channel: ChannelId,
    pub group: GroupId,
    pub user: UserId,
    pub customer: CustomerId,
    pub form: Option<FormId>,
    pub status: Status,
    pub priority: Priority,
    pub direction: Direction,
    pub archived: bool,
    pub title: String,
    pub from_address: String,
    pub from_name: String,
    pub to_address: String,
    pub to_name: String,
    /// The customer's address in canonical form; empty where there is none.
    pub contact: String,
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    pub last_update: Timestamp,
    pub last_update_agent: Option<Timestamp>,
    pub last_update_customer: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub snooze_time: Option<Timestamp>,
    pub snooze_time_sent: Option<Timestamp>,
    pub grade_by_customer: Option<i64>,
    pub sla_policy_id: i64,
    pub sla_breach_customer_wait_time: Option<Timestamp>,
    pub sla_breach_first_reply_time: Option<Timestamp>,
    pub sla_breach_next_reply_time: Option<Timestamp>,
    pub sla_breach_user_work_time: Option<Timestamp>,
    pub sla_next_breach: Option<Timestamp>,
    pub sla_next_breach_current_status: String,
    pub merged_into: TicketId,
    /// The random half of the external id.
    pub external_key: String,
    /// The data set an imported ticket comes from, and its id there.
    pub source: String,
    pub source_id: String,
    /// How many messages and notes the timeline has.
    pub messages: i64,
    /// How many files hang on these.
    pub files: i64,
    /// How many events a timeline with history shows besides.
    pub events: i64,
    /// The next free place in the search index.
    pub next_segment: i64,
    pub brand_name: String,
    pub channel_name: String,
    pub channel_icon: String,
}

impl Ticket {
    /// The columns of a ticket, in the order that `read` takes them; `t`, `b`, `c` are ticket, brand and channel.
    pub(super) const COLUMNS: &'static str = "t.id, t.version, t.brand_id, t.channel_id, t.group_id, t.user_id, \
         t.customer_id, t.form_id, t.status, t.priority, t.direction, t.archived, t.title, t.from_address, \
         t.from_name, t.to_address, t.to_name, t.contact, t.tags, t.created_at, t.last_update, \
         t.last_update_agent, t.last_update_customer, t.closed_at, t.snooze_time, t.snooze_time_sent, \
         t.grade_by_customer, t.sla_policy_id, t.sla_breach_customer_wait_time, t.sla_breach_first_reply_time, \
         t.sla_breach_next_reply_time, t.sla_breach_user_work_time, t.sla_next_breach, \
         t.sla_next_breach_current_status, t.merged_into, t.external_key, t.source, t.source_id, t.messages, \
         t.events, t.next_segment, b.name, c.name, c.icon, t.files";

    /// Reads one row of those columns.
    pub(super) fn read(row: &Row<'_>) -> Result<Self, deskbell_db::Error> {
        let time = |at| row.opt_int(at).map(|t| t.map(Timestamp));
        let text = |at| row.str(at).map(str::to_owned);
        Ok(Self {
            id: TicketId(row.int(0)?),
            version: Version(row.int(1)?),
            brand: BrandId(row.int(2)?),
            channel: ChannelId(row.int(3)?),
            group: GroupId(row.int(4)?),
            user: UserId(row.int(5)?),
            customer: CustomerId(row.int(6)?),
            form: row.opt_int(7)?.map(FormId),
            // Ranks are written by this program alone; an unknown one reads as the mildest word.
            status: Status::from_rank(row.int(8)?).unwrap_or(Status::New),
            priority: Priority::from_rank(row.int(9)?).unwrap_or(Priority::Medium),
            direction: Direction::from_rank(row.int(10)?).unwrap_or(Direction::Inbound),
            archived: row.int(11)? != 0,
            title: text(12)?,
            from_address: text(13)?,
            from_name: text(14)?,
            to_address: text(15)?,
            to_name: text(16)?,
            contact: text(17)?,
            tags: tags_from_text(row.str(18)?),
            created_at: Timestamp(row.int(19)?),
            last_update: Timestamp(row.int(20)?),
            last_update_agent: time(21)?,
            last_update_customer: time(22)?,
            closed_at: time(23)?,
            snooze_time: time(24)?,
            snooze_time_sent: time(25)?,
            grade_by_customer: row.opt_int(26)?,
            sla_policy_id: row.int(27)?,
            sla_breach_customer_wait_time: time(28)?,
            sla_breach_first_reply_time: time(29)?,
            sla_breach_next_reply_time: time(30)?,
            sla_breach_user_work_time: time(31)?,
            sla_next_breach: time(32)?,
            sla_next_breach_current_status: text(33)?,
            merged_into: TicketId(row.int(34)?),
            external_key: text(35)?,
            source: text(36)?,
            source_id: text(37)?,
            messages: row.int(38)?,
            events: row.int(39)?,
            next_segment: row.int(40)?,
            brand_name: text(41)?,
            channel_name: text(42)?,
            channel_icon: text(43)?,
            files: row.int(44)?,
        })
    }

    /// The external id: the ticket's number and a random part that nobody guesses.
    pub fn external_id(&self) -> String {
        format!("{}-{}", self.id, self.external_key)
    }

    /// The times that an event of it keeps.
    pub(super) fn times(&self) -> Times {
        let Self { last_update, closed_at, last_update_agent, last_update_customer, .. } = *self;
        Times { last_update, closed_at, last_update_agent, last_update_customer }
    }

    /// About how many bytes its texts take in an answer; what else it shows is small.
    pub(super) fn size(&self) -> usize {
        let texts =
            [&self.title, &self.from_address, &self.from_name, &self.to_address, &self.to_name].into_iter();
        texts.chain(&self.tags).map(|text| 3 + answered_len(text)).sum()
    }

    /// The texts that make the ticket itself found, besides its messages and notes.
    pub(crate) fn head_fields(&self) -> [String; 8] {
        [
            self.id.to_string(),
            if self.source_id.is_empty() {
                String::new()
            } else {
                format!("{} {}", self.source, self.source_id)
            },
            self.title.clone(),
            self.from_address.clone(),
            self.from_name.clone(),
            self.to_address.clone(),
            self.to_name.clone(),
            // A phone number is found by its E.164 form too.
            if self.contact.starts_with('+') { self.contact.clone() } else { String::new() },
        ]
    }

    /// `closed_at` once the status is `next`: stamped on entering closed, kept while closed, cleared on leaving.
    pub fn closed_at_after(&self, next: Status, now: Timestamp) -> Option<Timestamp> {
        match (self.status, next) {
            (Status::Closed, Status::Closed) => self.closed_at,
            (_, Status::Closed) => Some(now),
            _ => None,
        }
    }
}

/// Tags as the ticket's row keeps them: comma separated with CSV quoting, empty for none.
pub(super) fn tags_to_text(tags: &[String]) -> String {
    deskbell_core::text::join_csv(tags)
}

pub(super) fn tags_from_text(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    deskbell_core::text::split_csv(text).unwrap_or_default()
}
