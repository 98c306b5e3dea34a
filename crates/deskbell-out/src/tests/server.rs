//! What tests talk to: a listener that plays a script on each connection, and a network that leads to it.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::net::{Net, Pending};

/// A listener on loopback.
pub(super) struct Server {
    /// Where it listens.
    pub(super) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
}

impl Server {
    /// Plays the script on each connection, as long as the test's runtime lives.
    pub(super) async fn start<F, P>(script: F) -> Self
    where
        F: Fn(TcpStream) -> P + Send + 'static,
        P: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let address = listener.local_addr().expect("an address");
        let accepted = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&accepted);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(script(stream));
            }
        });
        Self { address, accepted }
    }

    /// A URL by address, over plain HTTP.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A URL by name, for a network that knows the name.
    pub(super) fn named(&self, scheme: &str, name: &str) -> String {
        format!("{scheme}://{name}:{}/", self.address.port())
    }

    /// Connections so far.
    pub(super) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

/// Reads one request to its end; empty if the other side closed instead.
pub(super) async fn request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut read = String::new();
    while let Ok(byte) = stream.read_u8().await {
        read.push(byte.into());
        if let Some((head, body)) = read.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() == length.map_or(0, |length| length.parse().expect("a length")) {
                return read;
            }
        }
    }
    read
}

/// Bytes until the other side closes or breaks off.
pub(super) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut read = Vec::new();
    while let Ok(byte) = stream.read_u8().await {
        read.push(byte);
    }
    read
}

/// The network of a test.
#[derive(Default)]
pub(super) struct Fake {
    /// What look-ups answer, one after the other; then that there is no such name.
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    looked_up: Mutex<Vec<String>>,
    dialled: Mutex<Vec<SocketAddr>>,
    /// Where each connection leads, instead of where it should.
    leads_to: Option<SocketAddr>,
    /// How long each look-up and each dial takes.
    delay: Duration,
}

impl Fake {
    /// Answers look-ups in this order.
    pub(super) fn answering(answers: &[&[&str]]) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(parsed(answers)), ..Self::default() })
    }

    /// Leads every connection somewhere else.
    pub(super) fn misleading(answers: &[&[&str]], leads_to: SocketAddr) -> Arc<Self> {
        let answers = Mutex::new(parsed(answers));
        Arc::new(Self { answers, leads_to: Some(leads_to), ..Self::default() })
    }

    /// Takes this long for each look-up and each dial.
    pub(super) fn slow(answers: &[&[&str]], delay: Duration) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(parsed(answers)), delay, ..Self::default() })
    }

    /// The names that were looked up.
    pub(super) fn looked_up(&self) -> Vec<String> {
        self.looked_up.lock().expect("no panic").clone()
    }

    /// The addresses that were dialled.
    pub(super) fn dialled(&self) -> Vec<String> {
        self.dialled.lock().expect("no panic").iter().map(SocketAddr::to_string).collect()
    }
}

fn parsed(answers: &[&[&str]]) -> VecDeque<Vec<IpAddr>> {
    let address = |text: &&str| text.parse().expect("an address");
    answers.iter().map(|answer| answer.iter().map(address).collect()).collect()
}

impl Net for Fake {
    fn resolve(&self, name: &str) -> Pending<Vec<IpAddr>> {
        self.looked_up.lock().expect("no panic").push(name.to_owned());
        let answer = self.answers.lock().expect("no panic").pop_front();
        let delay = self.delay;
        Box::pin(async move {
            sleep(delay).await;
            answer.ok_or_else(|| io::Error::other("no such name"))
        })
    }

    fn dial(&self, address: SocketAddr) -> Pending<TcpStream> {
        self.dialled.lock().expect("no panic").push(address);
        let (to, delay) = (self.leads_to.unwrap_or(address), self.delay);
        Box::pin(async move {
            sleep(delay).await;
            match to.ip().is_loopback() {
                true => TcpStream::connect(to).await,
                false => Err(io::ErrorKind::ConnectionRefused.into()),
            }
        })
    }
}
