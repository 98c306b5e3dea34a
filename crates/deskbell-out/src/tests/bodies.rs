//! Bodies of answers: as much as is wanted is kept, and no body undoes a status that has come.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::server::{Server, request, rest};
use super::{PLENTY, SHORT, SOON, get, hasty, private};
use crate::Request;

/// Answers each request with these bytes.
async fn saying(answer: String) -> Server {
    Server::start(move |mut stream| {
        let answer = answer.clone();
        async move {
            while !request(&mut stream).await.is_empty() {
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

fn sized(length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{}", "x".repeat(length))
}

fn chunked(length: usize) -> String {
    let body = "x".repeat(length);
    format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n")
}

#[tokio::test]
async fn a_body_is_whole_up_to_what_is_kept_and_cut_beyond() {
    let client = private(&Arc::default());
    for (answer, kept, cut) in [
        (sized(0), 0, false),
        (sized(99), 99, false),
        (sized(100), 100, false),
        (sized(101), 100, true),
        (sized(1 << 20), 100, true),
        (chunked(100), 100, false),
        (chunked(101), 100, true),
    ] {
        let head = answer.split("xx").next().unwrap_or_default().to_owned();
        let answer = client.send(get(&saying(answer).await.url("/"))).await.expect("an answer");
        assert_eq!((answer.status, answer.body.len(), answer.cut), (200, kept, cut), "{head}");
    }
}

#[tokio::test]
async fn a_body_of_which_nothing_is_kept_is_still_an_answer() {
    let server = saying(sized(2)).await;
    let request = Request { keep: 0, ..get(&server.url("/")) };
    let answer = private(&Arc::default()).send(request).await.expect("an answer");
    assert_eq!((answer.status, answer.body.len(), answer.cut), (200, 0, true));
}

#[tokio::test]
async fn an_endless_body_is_an_answer_and_the_connection_is_closed() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let server = Server::start(move |mut stream| {
        let tell = tell.clone();
        async move {
            request(&mut stream).await;
            let mut sent = stream.write_all(b"HTTP/1.1 201 Created\r\n\r\n").await;
            while sent.is_ok() {
                sent = stream.write_all(&[b'x'; 4096]).await;
            }
            let _ = tell.send(());
        }
    })
    .await;
    let answer = private(&Arc::default()).send(get(&server.url("/"))).await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice(), answer.cut), (201, [b'x'; 100].as_slice(), true));
    assert!(answer.took < PLENTY / 2, "{:?}", answer.took);
    let closed = tokio::time::timeout(PLENTY, told.recv()).await;
    assert_eq!(closed, Ok(Some(())), "the server could go on sending");
}

#[tokio::test]
async fn a_body_that_trickles_is_an_answer_when_the_time_is_over() {
    let server = Server::start(|mut stream| async move {
        request(&mut stream).await;
        let mut sent = stream.write_all(b"HTTP/1.1 202 Accepted\r\n\r\nx").await;
        while sent.is_ok() {
            sleep(Duration::from_millis(20)).await;
            sent = stream.write_all(b"x").await;
        }
    })
    .await;
    let began = Instant::now();
    let answer = private(&Arc::default()).send(hasty(&server.url("/"))).await.expect("an answer");
    assert_eq!((answer.status, answer.cut), (202, true));
    assert!(!answer.body.is_empty() && answer.body.len() < 100, "{}", answer.body.len());
    assert!(answer.took >= SHORT && began.elapsed() < SOON, "{:?}", answer.took);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_answer() {
    for answer in [
        "HTTP/1.1 500 Oops\r\ncontent-length: 90\r\n\r\nhalf",
        "HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n",
    ] {
        let server = Server::start(move |mut stream| async move {
            request(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.expect("a client that reads");
        })
        .await;
        let answer = private(&Arc::default()).send(get(&server.url("/"))).await.expect("an answer");
        assert_eq!((answer.status, answer.body.as_slice(), answer.cut), (500, b"half".as_slice(), true));
    }
}

#[tokio::test]
async fn an_answer_that_comes_twice_is_not_that_to_the_next_request() {
    let server = Server::start(|mut stream| async move {
        let asked = request(&mut stream).await;
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{}", &asked[5..6]);
        let _ = stream.write_all(format!("{answer}{answer}").as_bytes()).await;
        rest(&mut stream).await;
    })
    .await;
    let client = private(&Arc::default());
    for path in ["/a", "/b", "/c", "/d"] {
        let answer = client.send(get(&server.url(path))).await.expect("an answer");
        assert_eq!(answer.body, path.as_bytes()[1..]);
    }
    assert_eq!(server.accepted(), 4, "each request has a connection of its own");
}

#[tokio::test]
async fn a_connection_is_not_used_again_after_a_cut_body() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let server = Server::start(move |mut stream| {
        let tell = tell.clone();
        async move {
            request(&mut stream).await;
            // Of a body whose rest has come already, the client may throw that away and keep the connection.
            let _ = stream.write_all(&sized(1 << 20).as_bytes()[..1000]).await;
            let _ = tell.send(rest(&mut stream).await);
        }
    })
    .await;
    let client = private(&Arc::default());
    for connections in 1..=3 {
        assert!(client.send(get(&server.url("/"))).await.expect("an answer").cut);
        assert_eq!(server.accepted(), connections);
        assert_eq!(told.recv().await, Some(Vec::new()));
    }
}
