//! The network as the connector sees it: names are looked up, addresses are dialled. Tests put another one in its place.
//!
//! Nothing is checked here.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use tokio::net::TcpStream;

/// A pending answer of the network.
pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

/// What a connector needs of the network.
pub(crate) trait Net: Send + Sync {
    /// All addresses of a name, in the order in which they should be tried.
    fn resolve(&self, name: &str) -> Pending<Vec<IpAddr>>;
    /// A connection to exactly this address.
    fn dial(&self, address: SocketAddr) -> Pending<TcpStream>;
}

/// The network of the machine, with its resolver.
pub(crate) struct System;

impl Net for System {
    fn resolve(&self, name: &str) -> Pending<Vec<IpAddr>> {
        let name = name.to_owned();
        // The port plays no part in a look-up.
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
        })
    }

    fn dial(&self, address: SocketAddr) -> Pending<TcpStream> {
        Box::pin(TcpStream::connect(address))
    }
}
