//! What goes over the wire, what comes back, and what is no answer.

use std::sync::Arc;

use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::server::{Server, request};
use super::{get, private};
use crate::{Answer, Failure, Method, Request};

/// Sends the request to a server that gives this answer and closes. The answer, and what the server read.
async fn ask(ask: Request, answer: Vec<u8>) -> (Result<Answer, Failure>, String) {
    let (tell, mut told) = mpsc::unbounded_channel();
    let answer: Arc<[u8]> = answer.into();
    let server = Server::start(move |mut stream| {
        let (tell, answer) = (tell.clone(), Arc::clone(&answer));
        async move {
            let _ = tell.send(request(&mut stream).await);
            let _ = stream.write_all(&answer).await;
        }
    })
    .await;
    let url = ask.target.to_string().replace("127.0.0.1", &server.address.to_string());
    let target = crate::check_url(&url, true).expect("a URL");
    let result = private(&Arc::default()).send(Request { target, ..ask }).await;
    let read = told.recv().await.expect("a request");
    (result, read.replace(&server.address.to_string(), "SERVER"))
}

fn request_to(path: &str) -> Request {
    get(&format!("http://127.0.0.1{path}"))
}

async fn broken(answer: impl Into<Vec<u8>>) -> String {
    match ask(request_to("/s3cret?token=s3cret"), answer.into()).await.0 {
        Err(Failure::Broken(why)) => {
            assert!(!why.contains("s3cret"), "{why}");
            why
        }
        other => panic!("not broken: {other:?}"),
    }
}

#[tokio::test]
async fn a_get_says_who_asks_and_nothing_else() {
    let (result, read) = ask(request_to("/a?b=c"), b"HTTP/1.1 200 OK\r\n\r\n".to_vec()).await;
    assert_eq!(result.map(|answer| answer.status), Ok(200));
    let agent = concat!("deskbell/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        read,
        format!("GET /a?b=c HTTP/1.1\r\nuser-agent: {agent}\r\nconnection: close\r\nhost: SERVER\r\n\r\n")
    );
}

#[tokio::test]
async fn a_post_carries_its_headers_and_body() {
    let headers = vec![("X-Key".to_owned(), "a".to_owned()), ("x-key".to_owned(), "b".to_owned())];
    let post = Request { method: Method::Post, headers, body: b"{\"a\":1}".to_vec(), ..request_to("/") };
    let (result, read) =
        ask(post, b"HTTP/1.1 202 Accepted\r\nX-Two: 1\r\nx-two: \xff\r\n\r\nbody".to_vec()).await;
    assert!(read.starts_with("POST / HTTP/1.1\r\nx-key: a\r\nx-key: b\r\nuser-agent: "), "{read}");
    assert!(read.ends_with("content-length: 7\r\n\r\n{\"a\":1}"), "{read}");
    let answer = result.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice(), answer.cut), (202, b"body".as_slice(), false));
    let pair = |value: &str| ("x-two".to_owned(), value.to_owned());
    assert_eq!(answer.headers, [pair("1"), pair("\u{fffd}")]);
}

#[tokio::test]
async fn options_is_sent_as_such() {
    let options = Request { method: Method::Options, ..request_to("/") };
    let (result, read) = ask(options, b"HTTP/1.1 204 No Content\r\nallow: POST\r\n\r\n".to_vec()).await;
    assert!(read.starts_with("OPTIONS / HTTP/1.1\r\n"), "{read}");
    assert_eq!(result.expect("an answer").headers, [("allow".to_owned(), "POST".to_owned())]);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let inside = Server::start(|_| async {}).await;
    for (status, location) in [
        (301, inside.url("/admin")),
        (302, inside.url("/admin")),
        (307, inside.url("/admin")),
        (308, "http://169.254.169.254/latest/meta-data/".to_owned()),
    ] {
        let text =
            format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let answer = ask(request_to("/"), text.into_bytes()).await.0.expect("an answer");
        assert_eq!(answer.status, status);
        assert!(answer.headers.contains(&("location".to_owned(), location)));
    }
    assert_eq!(inside.accepted(), 0);
}

#[tokio::test]
async fn what_is_compressed_stays_compressed_and_cookies_are_forgotten() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nset-cookie: a=b\r\ncontent-length: 3\r\n\r\n\x1f\x0b\x08";
    let server = Server::start(move |mut stream| async move {
        loop {
            let read = request(&mut stream).await;
            let again = if read.contains("cookie") { "HTTP/1.1 400 Cookie\r\n\r\n" } else { answer };
            if read.is_empty() || stream.write_all(again.as_bytes()).await.is_err() {
                return;
            }
        }
    })
    .await;
    let client = private(&Arc::default());
    for _ in 0..2 {
        let answer = client.send(get(&server.url("/"))).await.expect("an answer");
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"\x1f\x0b\x08".as_slice()));
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_no_answer() {
    let of =
        |size: usize| format!("HTTP/1.1 200 OK\r\nx-long: {}\r\ncontent-length: 0\r\n\r\n", "x".repeat(size));
    let small = ask(request_to("/"), of(16 << 10).into_bytes()).await.0;
    assert_eq!(small.map(|answer| answer.status), Ok(200));
    let why = broken(of(128 << 10)).await;
    assert!(why.contains("too large"), "{why}");
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(1000));
    let why = broken(many).await;
    assert!(why.contains("cannot be read as HTTP/1.1"), "{why}");
}

#[tokio::test]
async fn a_switch_of_protocols_ends_with_its_status() {
    let switch = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nabc";
    let (result, read) = ask(request_to("/"), switch.into()).await;
    assert!(!read.contains("upgrade"), "{read}");
    assert_eq!(result.map(|answer| (answer.status, answer.body)), Ok((101, Vec::new())));
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    for text in
        ["SSH-2.0-OpenSSH_9.9\r\n", "220 mail ESMTP\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "\0\0\x12\x04\0\0\0\0\0"]
    {
        let why = broken(text).await;
        assert!(why.starts_with("what 127.0.0.1:") && why.contains("cannot be read as HTTP/1.1"), "{why}");
    }
    let twice = broken("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx").await;
    assert!(twice.contains("cannot be read"), "{twice}");
}

#[tokio::test]
async fn a_connection_that_closes_before_the_answer_is_no_answer() {
    for begun in ["", "HTTP/1.1 200 OK\r\ncontent-"] {
        let why = broken(begun).await;
        assert!(
            why.starts_with("127.0.0.1:") && why.ends_with("closed the connection before it had answered"),
            "{why}"
        );
    }
}

#[tokio::test]
async fn headers_that_are_not_the_callers_are_refused_before_a_connection() {
    let server = Server::start(|_| async {}).await;
    for (name, value) in
        [("host", "inside"), ("content-length", "5"), ("x-a", "b\r\nhost: inside"), ("x y", "1")]
    {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let failure = private(&Arc::default()).send(Request { headers, ..get(&server.url("/")) }).await;
        assert_eq!(failure.expect_err("refused").kind(), "refused", "{name}");
    }
    assert_eq!(server.accepted(), 0);
}
