//! A receiver of webhooks that checks signatures with the specification's own library, and drops, delays, refuses and doubles
//! answers, while the server is killed and started: every change arrives, ids stay, the order of each ticket holds.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::client::Client;
use crate::engine::Place;
use crate::retries::Address;
use crate::server::Data;

/// How many write at once, and how often each changes a ticket that it made.
const CROWD: usize = 3;
const CHANGES: usize = 3;

/// How long it may take until all has arrived.
const PATIENCE: Duration = Duration::from_secs(100);

/// An event as it arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Arrived {
    id: String,
    ticket: i64,
    cursor: i64,
    body: String,
    taken: bool,
}

/// An endpoint.
struct Receiver {
    address: String,
    secret: OnceLock<String>,
    count: AtomicUsize,
    arrived: Mutex<Vec<Arrived>>,
}

impl Receiver {
    fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let receiver = Arc::new(Self {
            address,
            secret: OnceLock::new(),
            count: AtomicUsize::new(0),
            arrived: Mutex::default(),
        });
        let shared = Arc::clone(&receiver);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let receiver = Arc::clone(&shared);
                std::thread::spawn(move || receiver.answer(&stream));
            }
        });
        receiver
    }

    /// Answers requests of one connection until one is to be dropped.
    fn answer(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some((method, headers, body)) = request(&mut reader) {
            let mut out = stream;
            if method == "OPTIONS" {
                let _ = out.write_all(b"HTTP/1.1 204 No Content\r\nAllow: OPTIONS, POST\r\n\r\n");
                continue;
            }
            let good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            let way = self.count.fetch_add(1, Ordering::SeqCst) % 16;
            self.note(&headers, body, !matches!(way, 3 | 7 | 11));
            match way {
                3 => return,
                7 => std::thread::sleep(Duration::from_millis(1_300)),
                11 => {
                    let _ = out.write_all(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
                    continue;
                }
                15 => {
                    let _ = out.write_all(good);
                }
                _ => {}
            }
            if out.write_all(good).is_err() {
                return;
            }
        }
    }

    fn note(&self, headers: &HeaderMap, body: String, taken: bool) {
        let webhook = Webhook::new(self.secret.get().expect("a secret")).expect("a secret");
        webhook.verify(body.as_bytes(), headers).expect("a good signature");
        let told: Value = serde_json::from_str(&body).expect("JSON");
        let arrived = Arrived {
            id: headers["webhook-id"].to_str().expect("an id").to_owned(),
            ticket: told["data"]["ticket_id"].as_i64().expect("a ticket"),
            cursor: told["data"]["cursor"].as_str().and_then(|c| c.parse().ok()).expect("a cursor"),
            body,
            taken,
        };
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).push(arrived);
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, HeaderMap, String)> {
    let (mut line, mut headers) = (String::new(), HeaderMap::new());
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let method = line.split(' ').next()?.to_owned();
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(
            HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            HeaderValue::from_str(value.trim()).expect("a value"),
        );
    }
    let length = headers.get("content-length").and_then(|v| v.to_str().ok()?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((method, headers, String::from_utf8(body).expect("text")))
}

/// How an endpoint that is no help treats a delivery.
#[derive(Clone, Copy, PartialEq)]
enum Bad {
    Silent,
    Slow,
    Endless,
    Closing,
}

/// An endpoint that takes deliveries, it says; its address.
fn bad(way: Bad) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || mistreat(&stream, way));
        }
    });
    address
}

fn mistreat(mut stream: &TcpStream, way: Bad) {
    let mut reader = BufReader::new(stream);
    let Some((method, _, _)) = request(&mut reader) else { return };
    if method == "OPTIONS" {
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nAllow: POST\r\n\r\n");
        return;
    }
    let piece: &[u8] = match way {
        Bad::Closing => return,
        Bad::Silent => b"",
        Bad::Slow => b"H",
        Bad::Endless => b"endless ",
    };
    if way == Bad::Endless {
        let _ = stream.write_all(b"HTTP/1.1 500 No\r\n\r\n");
    }
    let pause = Duration::from_millis(if way == Bad::Endless { 1 } else { 300 });
    for _ in 0..100 {
        if stream.write_all(piece).is_err() {
            return;
        }
        std::thread::sleep(pause);
    }
}

#[test]
fn one_that_is_told_in_vain_keeps_nobody_waiting() {
    const MANY: usize = 400;
    let (data, good) = (Data::new(Place::sqlite()), Receiver::start());
    let (key, server) = (data.key(), data.serve());
    let mut client = Client::new(server.address(), &key).expect("a connection");
    let mut hook = |address: &str| {
        let body = json!({"url": format!("http://{address}/in"), "events": "ticket.created"});
        let (status, made) = client.send("POST", "/webhook", &body).expect("an answer");
        assert_eq!(status, 200, "{made}");
        made["secret"].as_str().expect("a secret").to_owned()
    };
    // More of them than are told at one time.
    for _ in 0..3 {
        [Bad::Silent, Bad::Slow, Bad::Endless, Bad::Closing]
            .into_iter()
            .for_each(|way| drop(hook(&bad(way))));
    }
    good.secret.set(hook(&good.address)).expect("the only one");
    let begun = Instant::now();
    for _ in 0..MANY {
        client.send("POST", "/ticket", &json!({})).expect("an answer");
    }
    let taken =
        || good.arrived().into_iter().filter(|a| a.taken).map(|a| a.id).collect::<BTreeSet<_>>().len();
    while taken() < MANY {
        assert!(begun.elapsed() < PATIENCE, "{} of {MANY}", taken());
        std::thread::sleep(Duration::from_millis(100));
    }
    for id in 1..=12 {
        let item = client.get(&format!("/webhook/{id}"))["item"].clone();
        assert!(item["failures"].as_i64() >= Some(5) && item["waiting"].as_i64() >= Some(5), "{item}");
    }
    assert!(server.stop());
}

fn crash_and_tell(place: Place, runs: &[u64]) {
    let (data, receiver) = (Data::new(place), Receiver::start());
    let key = data.key();
    let mut server = data.serve();
    let address = Address::of(&server);
    let body = json!({"url": format!("http://{}/in", receiver.address), "events": ["ticket.created", "ticket.changed"]});
    let made = address.insist(&key, "/webhook", "hook", &body);
    receiver.secret.set(made["secret"].as_str().expect("a secret").to_owned()).expect("the only one");
    let over = AtomicBool::new(false);
    let write = |n: usize| {
        for i in 0.. {
            let name = format!("w{n}i{i}");
            let ticket = address.insist(&key, "/ticket", &name, &json!({"title": name}))["ticketID"].clone();
            for change in 0..CHANGES {
                let actions = json!([{"actionType": "setTitle", "value": format!("{name} {change}")}]);
                let body = json!({"ticketIDs": [ticket], "actions": actions});
                address.insist(&key, "/ticket/batch", &format!("{name} {change}"), &body);
            }
            if over.load(Ordering::Relaxed) {
                return;
            }
            std::thread::sleep(Duration::from_millis(40));
        }
    };
    let server = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..CROWD).map(|n| scope.spawn(move || write(n))).collect();
        for millis in runs {
            std::thread::sleep(Duration::from_millis(*millis));
            server.kill();
            server = data.serve();
            address.moved(server.address());
        }
        over.store(true, Ordering::Relaxed);
        writers.into_iter().for_each(|writer| writer.join().expect("a writer"));
        server
    });
    let wanted = "SELECT CAST(COUNT(DISTINCT batch_id) AS BIGINT), CAST(COUNT(DISTINCT ticket_id) AS BIGINT) FROM journal";
    let [events, tickets] = data.numbers(wanted)[0];
    assert_eq!(events, tickets * (1 + CHANGES as i64), "each write is an event");
    let begun = Instant::now();
    let taken = || {
        let arrived = receiver.arrived();
        arrived.into_iter().filter(|a| a.taken).map(|a| a.id).collect::<BTreeSet<_>>().len() as i64
    };
    while taken() < events {
        assert!(begun.elapsed() < PATIENCE, "{} of {events} events have arrived", taken());
        std::thread::sleep(Duration::from_millis(100));
    }
    let (mut order, mut told) = (BTreeMap::new(), BTreeMap::new());
    for arrived in receiver.arrived() {
        let last = order.insert(arrived.ticket, arrived.cursor).unwrap_or(0);
        assert!(arrived.cursor >= last, "of ticket {} {} came after {last}", arrived.ticket, arrived.cursor);
        let before = told.insert(arrived.id.clone(), arrived.body.clone());
        assert!(
            before.is_none_or(|before| before == arrived.body),
            "an id stands for one event: {arrived:?}"
        );
    }
    assert_eq!(told.len() as i64, events, "and nothing else has arrived");
    // What came twice is known by its id; soon all is settled.
    let mut client = Client::new(server.address(), &key).expect("a connection");
    while client.get("/webhook/1")["item"]["waiting"] != 0 {
        assert!(begun.elapsed() < PATIENCE, "{}", client.get("/webhook/1"));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(client.get("/webhook/1")["item"]["dead"], 0);
    data.verify();
}

#[test]
fn every_change_is_told_at_least_once_and_in_order_through_crashes_on_sqlite() {
    crash_and_tell(Place::sqlite(), &[700, 400, 900]);
}

#[test]
fn every_change_is_told_at_least_once_and_in_order_through_crashes_on_postgres() {
    crash_and_tell(Place::postgres(), &[900]);
}
