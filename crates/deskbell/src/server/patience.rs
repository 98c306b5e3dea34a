//! A connection with limited patience: for the head of a request, between requests, and for a caller that does not
//! take its answer. While a request runs its body has a limit of its own, so here it may be silent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a caller may leave its answer lying.
const UNREAD: Duration = Duration::from_secs(30);

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For a head, from its first byte on; on a new connection from its beginning on.
    pub(super) head: Duration,
    /// For the next request.
    pub(super) idle: Duration,
}

/// What the connection is doing. Set by the service and by the stream.
#[derive(Debug)]
pub(super) struct Phase(AtomicU8);

const HEAD: u8 = 0;
const BUSY: u8 = 1;
const IDLE: u8 = 2;

impl Default for Phase {
    /// A new connection is expected to send a head at once.
    fn default() -> Self {
        Self(AtomicU8::new(HEAD))
    }
}

impl Phase {
    /// A request runs.
    pub(super) fn busy(&self) {
        self.0.store(BUSY, Ordering::Relaxed);
    }

    /// A request has its answer.
    pub(super) fn idle(&self) {
        self.0.store(IDLE, Ordering::Relaxed);
    }
}

/// The connection.
pub(super) struct Stream<S> {
    inner: S,
    phase: Arc<Phase>,
    patience: Patience,
    /// When something last moved, either way.
    moved: Instant,
    /// When the head that is arriving began.
    began: Instant,
    reading: Alarm,
    writing: Alarm,
    /// Since when a write waits.
    stuck: Option<Instant>,
}

impl<S> Stream<S> {
    pub(super) fn new(inner: S, phase: Arc<Phase>, patience: Patience) -> Self {
        let now = Instant::now();
        let (reading, writing) = (Alarm::default(), Alarm::default());
        Self { inner, phase, patience, moved: now, began: now, reading, writing, stuck: None }
    }

    fn late_reading(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let deadline = match self.phase.0.load(Ordering::Relaxed) {
            HEAD => self.began + self.patience.head,
            IDLE => self.moved + self.patience.idle,
            _ => return Poll::Pending,
        };
        self.reading.poll(deadline, context)
    }

    fn wrote<T>(&mut self, result: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.stuck = None;
            self.moved = Instant::now();
            return result;
        }
        let since = *self.stuck.get_or_insert_with(Instant::now);
        ready!(self.writing.poll(since + UNREAD, context));
        Poll::Ready(Err(late("the caller does not take its answer")))
    }
}

fn late(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.inner).poll_read(context, buffer) {
            if buffer.filled().len() > before {
                this.moved = Instant::now();
                if this.phase.0.compare_exchange(IDLE, HEAD, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                    this.began = this.moved;
                }
            }
            return Poll::Ready(result);
        }
        ready!(this.late_reading(context));
        Poll::Ready(Err(late("the caller is silent")))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.inner).poll_write(context, bytes);
        this.wrote(result, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.inner).poll_write_vectored(context, parts);
        this.wrote(result, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

/// A timer that is touched only where somebody waits.
#[derive(Default)]
struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Ready once the deadline has passed; it may differ from call to call.
    fn poll(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        // One that rings too early is wound again when it rings, which spares most requests the work.
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        while sleep.as_mut().poll(context).is_ready() {
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const PATIENCE: Patience = Patience { head: Duration::from_secs(10), idle: Duration::from_secs(75) };

    /// What a caller that stops sending after these bytes waits until it is cut off, in seconds.
    async fn cut_off_after(sent: &[u8], then: impl Fn(&Phase)) -> u64 {
        let (mut caller, ours) = duplex(1024);
        let phase = Arc::new(Phase::default());
        then(&phase);
        let mut stream = Stream::new(ours, Arc::clone(&phase), PATIENCE);
        caller.write_all(sent).await.expect("sent");
        let began = Instant::now();
        let mut buffer = Vec::new();
        let error = stream.read_to_end(&mut buffer).await.expect_err("cut off");
        assert_eq!((error.kind(), &buffer[..]), (io::ErrorKind::TimedOut, sent));
        began.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_head_is_cut_off_sooner_than_an_idle_connection() {
        assert_eq!(cut_off_after(b"", |_| ()).await, 10);
        assert_eq!(cut_off_after(b"GET /", |_| ()).await, 10);
        assert_eq!(cut_off_after(b"", Phase::idle).await, 75);
        assert_eq!(cut_off_after(b"GET /", Phase::idle).await, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_request_may_be_silent() {
        let (_caller, ours) = duplex(1024);
        let phase = Arc::new(Phase::default());
        phase.busy();
        let mut stream = Stream::new(ours, phase, PATIENCE);
        let waited = tokio::time::timeout(Duration::from_secs(600), stream.read_u8()).await;
        assert!(waited.is_err(), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_does_not_take_the_answer_is_cut_off() {
        let (_caller, ours) = duplex(8);
        let mut stream = Stream::new(ours, Arc::default(), PATIENCE);
        let began = Instant::now();
        let error = stream.write_all(b"more than eight bytes").await.expect_err("cut off");
        assert_eq!((error.kind(), began.elapsed()), (io::ErrorKind::TimedOut, UNREAD));
    }
}
