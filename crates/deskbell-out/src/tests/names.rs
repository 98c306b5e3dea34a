//! From a name to a connection: all addresses are judged, none is looked up twice, and the socket has the last word.

use std::sync::Arc;

use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::server::{Fake, Server, request, rest};
use super::{client, get, private, public};
use crate::{Failure, check_url};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

async fn friendly() -> Server {
    Server::start(|mut stream| async move {
        while !request(&mut stream).await.is_empty() {
            stream.write_all(OK).await.expect("a client that reads");
        }
    })
    .await
}

fn refused(failure: Result<crate::Answer, Failure>) -> String {
    match failure {
        Err(Failure::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_without_a_connection() {
    for inside in ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "::ffff:192.168.1.1", "64:ff9b::a00:1"]
    {
        let net = Fake::answering(&[&[inside]]);
        let why = refused(public(&net).send(get("https://hooks.example/x?token=s3cret")).await);
        assert!(why.starts_with(&format!("not sent, since hooks.example leads to {inside}, which")), "{why}");
        assert_eq!(net.looked_up(), ["hooks.example"]);
        assert_eq!(net.dialled(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_name_that_leads_both_outside_and_inside_is_refused_as_a_whole() {
    for answer in [["8.8.8.8", "10.0.0.8"], ["10.0.0.8", "8.8.8.8"], ["2a00::1", "fe80::1"]] {
        let net = Fake::answering(&[&answer]);
        refused(public(&net).send(get("https://hooks.example/")).await);
        assert_eq!(net.dialled(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn metadata_services_are_refused_with_private_networks_too() {
    let server = friendly().await;
    for secret in
        ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "64:ff9b::a9fe:a9fe"]
    {
        let net = Fake::answering(&[&["127.0.0.1", secret]]);
        refused(private(&net).send(get(&server.named("http", "hooks.example"))).await);
        assert_eq!(net.dialled(), Vec::<String>::new());
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_asked_once() {
    // The second answer is what an attacker's name server gives after the check.
    let net = Fake::answering(&[&["8.8.8.8", "2a00::1"], &["127.0.0.1"]]);
    let failure =
        public(&net).send(get("https://hooks.example:8443/")).await.expect_err("nobody dials outside");
    assert!(matches!(failure, Failure::Connect(_)), "{failure:?}");
    assert_eq!(net.looked_up(), ["hooks.example"]);
    assert_eq!(net.dialled(), ["8.8.8.8:8443", "[2a00::1]:8443"]);
}

#[tokio::test]
async fn each_new_connection_is_judged_anew() {
    let closing = Server::start(|mut stream| async move {
        request(&mut stream).await;
        let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        stream.write_all(answer).await.expect("a client that reads");
    })
    .await;
    let net = Fake::answering(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let (client, url) = (private(&net), closing.named("http", "hooks.example"));
    assert_eq!(client.send(get(&url)).await.map(|answer| answer.status), Ok(204));
    refused(client.send(get(&url)).await);
    assert_eq!(net.looked_up().len(), 2);
    assert_eq!(closing.accepted(), 1);
}

#[tokio::test]
async fn a_connection_that_leads_elsewhere_is_dropped_before_a_byte_is_sent() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let server = Server::start(move |mut stream| {
        let tell = tell.clone();
        async move {
            let _ = tell.send(rest(&mut stream).await);
        }
    })
    .await;
    let net = Fake::misleading(&[&["8.8.8.8"]], server.address);
    let why = refused(public(&net).send(get("https://hooks.example/")).await);
    assert_eq!(why, format!("not sent, since the connection to 8.8.8.8:443 leads to {}", server.address));
    assert_eq!(told.recv().await, Some(Vec::new()));
}

#[tokio::test]
async fn the_next_address_is_tried_if_one_does_not_answer() {
    let server = friendly().await;
    let net = Fake::answering(&[&["10.0.0.1", "127.0.0.1"]]);
    let answer = private(&net).send(get(&server.named("http", "hooks.example"))).await.expect("an answer");
    assert_eq!(answer.status, 200);
    let port = server.address.port();
    assert_eq!(net.dialled(), [format!("10.0.0.1:{port}"), format!("127.0.0.1:{port}")]);
}

#[tokio::test]
async fn a_stricter_client_does_not_trust_what_a_laxer_check_let_through() {
    let server = friendly().await;
    let net = Arc::new(Fake::default());
    let strict = client(&net, false, "");
    assert!(refused(strict.send(get(&server.url("/"))).await).contains("use https://"));
    for literal in ["https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://[fd00::1]:8443/"] {
        assert!(check_url(literal, false).is_err(), "{literal}");
        let why = refused(strict.send(get(literal)).await);
        assert!(why.starts_with("not sent to "), "{why}");
    }
    assert_eq!(net.looked_up(), Vec::<String>::new(), "an address is no name");
    assert_eq!(net.dialled(), Vec::<String>::new());
}

#[tokio::test]
async fn a_name_without_an_address_and_an_address_without_a_listener_are_told_apart() {
    let net = Fake::answering(&[&[]]);
    let client = private(&net);
    let url = "http://hooks.example/s3cret?token=s3cret";
    let failure = client.send(get(url)).await.expect_err("no address");
    assert_eq!(failure, Failure::Resolve("hooks.example has no address".to_owned()));
    let failure = client.send(get(url)).await.expect_err("no name");
    let text = "the name hooks.example could not be resolved: no such name";
    assert_eq!(failure, Failure::Resolve(text.to_owned()));
    let failure = client.send(get("http://10.9.8.7:81/s3cret?token=s3cret")).await.expect_err("no listener");
    assert_eq!(failure.kind(), "connect");
    assert!(failure.to_string().starts_with("no connection to 10.9.8.7 (10.9.8.7:81): "), "{failure}");
    assert!(!failure.to_string().contains("s3cret"), "{failure}");
}
