//! One time limit over everything: whichever phase a target is slow in, and however it spreads its slowness.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use super::server::{Fake, Server, request};
use super::{SHORT, SOON, hasty, private};
use crate::{Client, Failure, Method, Request};

/// As good as never.
const AGES: Duration = Duration::from_secs(3600);

async fn falls_silent(client: &Client, request: Request) {
    let began = Instant::now();
    let failure = client.send(request).await.expect_err("no answer");
    assert_eq!(failure, Failure::Silent(SHORT));
    assert_eq!(failure.to_string(), "no answer within 300 ms");
    assert!(began.elapsed() >= SHORT && began.elapsed() < SOON, "{:?}", began.elapsed());
}

/// Accepts, reads nothing, says nothing.
async fn deaf() -> Server {
    Server::start(|stream| async move {
        sleep(AGES).await;
        drop(stream);
    })
    .await
}

#[tokio::test]
async fn a_server_that_accepts_and_is_silent() {
    falls_silent(&private(&Arc::default()), hasty(&deaf().await.url("/"))).await;
}

#[tokio::test]
async fn a_server_that_is_silent_in_tls() {
    let net = Fake::answering(&[&["127.0.0.1"]]);
    falls_silent(&private(&net), hasty(&deaf().await.named("https", "hooks.example"))).await;
}

#[tokio::test]
async fn a_server_that_does_not_read_a_large_body() {
    let request = Request { method: Method::Post, body: vec![0; 64 << 20], ..hasty(&deaf().await.url("/")) };
    falls_silent(&private(&Arc::default()), request).await;
}

#[tokio::test]
async fn a_look_up_that_does_not_end() {
    let net = Fake::slow(&[&["127.0.0.1"]], AGES);
    falls_silent(&private(&net), hasty("http://hooks.example/")).await;
    assert_eq!(net.dialled(), Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_that_is_not_made() {
    let net = Fake::slow(&[], AGES);
    falls_silent(&private(&net), hasty("http://127.0.0.1/")).await;
    assert_eq!(net.dialled(), ["127.0.0.1:80"]);
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte() {
    let server = Server::start(|mut stream| async move {
        request(&mut stream).await;
        for byte in "HTTP/1.1 200 OK\r\nx-long: ".bytes().chain(std::iter::repeat(b'x')) {
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    falls_silent(&private(&Arc::default()), hasty(&server.url("/"))).await;
}

#[tokio::test]
async fn interim_answers_without_end() {
    let server = Server::start(|mut stream| async move {
        request(&mut stream).await;
        while stream.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    falls_silent(&private(&Arc::default()), hasty(&server.url("/"))).await;
}

#[tokio::test]
async fn phases_that_are_each_quick_enough_and_together_too_slow() {
    let part = SHORT * 2 / 3;
    let server = Server::start(move |mut stream| async move {
        request(&mut stream).await;
        sleep(part).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    })
    .await;
    let net = Fake::slow(&[&["127.0.0.1"]], part);
    falls_silent(&private(&net), hasty(&server.named("http", "hooks.example"))).await;
}
