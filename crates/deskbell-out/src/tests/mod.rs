//! The client against listeners on loopback that misbehave, over a network whose names and routes the test decides.
//! No packet leaves the machine.

mod addresses;
mod answers;
mod bodies;
mod names;
mod server;
mod signatures;
mod time;
mod tls;
mod urls;

use std::sync::Arc;
use std::time::Duration;

use crate::{Client, Method, Options, Request, check_url};
use server::Fake;

/// Far more than any test needs: what waits for it has failed.
const PLENTY: Duration = Duration::from_secs(30);
/// A time limit that is meant to run out.
const SHORT: Duration = Duration::from_millis(300);
/// By when a request with the limit [`SHORT`] has to be over, on a machine with much else to do.
const SOON: Duration = Duration::from_secs(2);

/// A client that may reach loopback.
fn private(net: &Arc<Fake>) -> Client {
    client(net, true, "")
}

/// A client as in production.
fn public(net: &Arc<Fake>) -> Client {
    client(net, false, "")
}

fn client(net: &Arc<Fake>, allow_private: bool, authorities: &str) -> Client {
    let options = Options { allow_private, authorities: authorities.to_owned() };
    Client::over(&options, net.clone()).expect("a client")
}

/// A GET with plenty of time.
fn get(url: &str) -> Request {
    Request {
        method: Method::Get,
        target: check_url(url, true).expect("a URL"),
        headers: Vec::new(),
        body: Vec::new(),
        limit: PLENTY,
        keep: 100,
    }
}

/// The same with the limit [`SHORT`].
fn hasty(url: &str) -> Request {
    Request { limit: SHORT, ..get(url) }
}
