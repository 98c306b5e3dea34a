//! Connections to checked addresses: one look-up, a verdict on all that it found, and a dial to exactly those.
//!
//! A name cannot lead elsewhere between check and connection, since it is not looked up again. TLS comes on top in [`Secured`]; requests are not known here.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::Service;

use crate::failure::Failure;
use crate::guard::Guard;
use crate::net::Net;

/// How long one address is tried while there are others.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a connection may take in all. The client library finishes one that a request no longer waits for, so that
/// the request's own time limit does not end it.
const LONGEST: Duration = Duration::from_secs(60);

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;

/// Makes TCP connections to checked addresses.
#[derive(Clone)]
pub(crate) struct Dialler {
    pub(crate) guard: Guard,
    pub(crate) net: Arc<dyn Net>,
}

impl Dialler {
    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, Failure> {
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        let addresses = self.checked(host).await?;
        let mut last = None;
        for (at, address) in addresses.iter().enumerate() {
            let address = SocketAddr::new(*address, port);
            let limit = if at + 1 < addresses.len() { PATIENCE } else { LONGEST };
            match timeout(limit, self.net.dial(address)).await {
                Ok(Ok(stream)) => return self.accepted(stream, address),
                Ok(Err(error)) => last = Some((address, error)),
                Err(_) => last = Some((address, io::ErrorKind::TimedOut.into())),
            }
        }
        Err(match last {
            Some((address, error)) => {
                Failure::Connect(format!("no connection to {host} ({address}): {error}"))
            }
            None => Failure::Resolve(format!("{host} has no address")),
        })
    }

    /// The addresses of the host, all of them allowed. One that is not spoils the others: an honest name does not lead
    /// both outside and inside, and whoever mixes them hopes for the second try.
    async fn checked(&self, host: &str) -> Result<Vec<IpAddr>, Failure> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let literal = bare.parse().ok();
        let addresses = match literal {
            Some(address) => vec![address],
            None => self.net.resolve(host).await.map_err(|error| {
                Failure::Resolve(format!("the name {host} could not be resolved: {error}"))
            })?,
        };
        match addresses.iter().find_map(|address| self.guard.refusal(*address)) {
            Some(why) if literal.is_some() => Err(Failure::Refused(format!("not sent to {why}"))),
            Some(why) => Err(Failure::Refused(format!("not sent, since {host} leads to {why}"))),
            None => Ok(addresses),
        }
    }

    /// The socket has the last word on where it leads.
    fn accepted(&self, stream: TcpStream, wanted: SocketAddr) -> Result<TokioIo<TcpStream>, Failure> {
        let lost =
            |error: io::Error| Failure::Connect(format!("the connection to {wanted} was lost: {error}"));
        let peer = stream.peer_addr().map_err(lost)?;
        if peer.ip().to_canonical() != wanted.ip().to_canonical() || peer.port() != wanted.port() {
            return Err(Failure::Refused(format!(
                "not sent, since the connection to {wanted} leads to {peer}"
            )));
        }
        if let Some(why) = self.guard.refusal(peer.ip()) {
            return Err(Failure::Refused(format!("not sent, since the connection leads to {why}")));
        }
        stream.set_nodelay(true).map_err(lost)?;
        Ok(TokioIo::new(stream))
    }
}

impl Service<Uri> for Dialler {
    type Response = TokioIo<TcpStream>;
    type Error = Failure;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// A [`Dialler`] with TLS on top for `https`, both within [`LONGEST`].
#[derive(Clone)]
pub(crate) struct Secured {
    pub(crate) inner: HttpsConnector<Dialler>,
    /// Whether any certificate authority is known; without one, no certificate can be good.
    pub(crate) authorities: bool,
}

impl Service<Uri> for Secured {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Failure;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let host = uri.host().unwrap_or_default().to_owned();
        let hint = if self.authorities {
            ""
        } else {
            "; no certificate authority is known, so install the system's (ca-certificates)"
        };
        let connecting = self.inner.call(uri);
        Box::pin(async move {
            let Ok(connected) = timeout(LONGEST, connecting).await else {
                return Err(Failure::Silent(LONGEST));
            };
            // What is not ours comes from TLS.
            connected.map_err(|error| match error.downcast::<Failure>() {
                Ok(own) => *own,
                Err(error) => Failure::Tls(format!("TLS with {host} failed: {error}{hint}")),
            })
        })
    }
}
