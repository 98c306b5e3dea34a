//! GET /api/v2/changes/stream: the change feed as server-sent events. Rules live in `deskbell_app::feed`.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use deskbell_app::feed::{Part, Wish};
use deskbell_app::{Desk, Listening};
use deskbell_core::text::limit;
use deskbell_core::{ActorId, Code, Fault, Permission};
use futures_util::stream;
use http::HeaderName;
use tokio::time::{Instant, sleep};

use super::list::{CURSOR, check, position};
use super::view::ChangeView;
use crate::reply::write;
use crate::{Call, Failure, Field, Operation, Reply};

/// How often a listener is told that the connection lives.
const BEAT: Duration = Duration::from_secs(10);

/// How often is looked for what other processes wrote; a write of this one wakes at once.
const LOOK: Duration = Duration::from_millis(200);

/// What comes within this time of a write goes along with it.
const TOGETHER: Duration = Duration::from_millis(5);

/// How many changes go into one piece.
const PIECE: i64 = 500;

pub(super) fn operation() -> Operation<Desk> {
    Operation::get("changesStream", "/changes/stream")
        .tag("Changes")
        .summary("Tells what changes as server-sent events.")
        .description(
            "The events are those of GET /changes, with the cursor as id; the header Last-Event-ID goes on from there and wins \
             over after. A comment comes every ten seconds. The stream ends when the key is revoked or loses RAW_READ, \
             when the server stops, and when the listener leaves its events lying for half a minute; then it can go on \
             from the last id that it got.",
        )
        .needs(Permission::RawRead)
        .fields([
            Field::line("after", CURSOR).shape("^[0-9]*$").doc("As for GET /changes."),
            Field::several_lines("types", limit::NAME).doc("As for GET /changes."),
        ])
        .check(check)
        .produces("text/event-stream")
        .fails(&[Code::Gone])
        .handler(handle)
}

async fn handle(call: Call<Desk>) -> Result<Reply, Failure> {
    let after = match call.last_event.as_deref().filter(|id| !id.is_empty()) {
        Some(id) => Some(position(id).ok_or_else(no_event)?),
        None => call.params.text("after").and_then(position),
    };
    let wish = Wish { after, limit: PIECE, types: call.params.lines("types").to_vec(), since: None };
    let listening = call.state.listen();
    // What is wrong with the cursor is said before the stream begins.
    let first = call.state.changes(&call.actor, wish.clone()).await?;
    let listener = Listener { caller: call.actor.id, desk: call.state, wish, listening, first: Some(first) };
    let pieces = stream::unfold(listener, |mut listener| async {
        let piece = listener.next().await?;
        Some((Ok::<_, Infallible>(piece), listener))
    });
    let mut reply = Reply::stream("text/event-stream", Body::from_stream(pieces));
    // A proxy that gathers answers would hold the events back.
    reply.header(HeaderName::from_static("x-accel-buffering"), "no");
    Ok(reply)
}

fn no_event() -> Fault {
    Fault::of(
        "Last-Event-ID",
        Code::InvalidParameter,
        "Last-Event-ID must be the id of an event of this stream.",
    )
}

/// Who listens, and where it is. Nothing is read ahead: a piece is made when the connection has taken the one before it.
struct Listener {
    desk: Desk,
    caller: ActorId,
    wish: Wish,
    listening: Listening,
    first: Option<Part>,
}

impl Listener {
    /// The next piece; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        let begun = Instant::now();
        loop {
            if self.listening.is_over() {
                return None;
            }
            let part = match self.first.take() {
                Some(first) => first,
                None => self.part().await?,
            };
            self.wish.after = Some(part.next);
            if !part.changes.is_empty() {
                return Some(events(&part));
            }
            if begun.elapsed() >= BEAT {
                return Some(Bytes::from_static(b": \n\n"));
            }
            tokio::select! {
                () = self.listening.woken() => sleep(TOGETHER).await,
                () = sleep(LOOK) => {}
            }
        }
    }

    async fn part(&self) -> Option<Part> {
        match self.desk.changes_by_now(self.caller, self.wish.clone()).await {
            Ok(part) => part,
            Err(error) => {
                tracing::warn!(%error, "a listener of the change feed was sent away");
                None
            }
        }
    }
}

fn events(part: &Part) -> Bytes {
    let mut out = Vec::with_capacity(part.changes.len() * 256);
    for change in &part.changes {
        out.extend_from_slice(format!("id: {}\nevent: change\ndata: ", change.position).as_bytes());
        write(&mut out, &ChangeView::of(change));
        out.extend_from_slice(b"\n\n");
    }
    out.into()
}
