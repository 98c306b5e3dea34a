//! Certificates are verified, with authorities that are made for the test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use super::server::{Fake, Server, request};
use super::{client, get};
use crate::{Answer, Client, Failure, Options};

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Issuer {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

/// Answers 200 to who takes a certificate of the authority for the name.
async fn secured(authority: &Issuer, name: &str) -> Server {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            if !request(&mut stream).await.is_empty() {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
            }
        }
    })
    .await
}

async fn send(server: &Server, authorities: &str) -> Result<Answer, Failure> {
    let net = Fake::answering(&[&["127.0.0.1"]]);
    client(&net, true, authorities).send(get(&server.named("https", "hooks.example"))).await
}

/// The reason of a failure in TLS.
fn in_tls(result: Result<Answer, Failure>) -> String {
    match result {
        Err(Failure::Tls(why)) => why,
        other => panic!("no failure in TLS: {other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_of_an_added_authority_is_taken() {
    let (other, authority) = (authority("Other"), authority("Ours"));
    let server = secured(&authority, "hooks.example").await;
    let answer = send(&server, &format!("{}{}", other.pem(), authority.pem())).await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"ok".as_slice()));
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let server = secured(&authority("Theirs"), "hooks.example").await;
    let why = in_tls(send(&server, &authority("Ours").pem()).await);
    assert_eq!(why, "TLS with hooks.example failed: invalid peer certificate: UnknownIssuer");
    in_tls(send(&server, "").await);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = authority("Ours");
    let server = secured(&authority, "other.example").await;
    let why = in_tls(send(&server, &authority.pem()).await);
    assert!(why.contains("not valid for name"), "{why}");
}

#[tokio::test]
async fn a_server_that_closes_in_tls_or_speaks_something_else() {
    let closing = Server::start(|mut stream| async move {
        let _ = stream.read_u8().await;
    })
    .await;
    in_tls(send(&closing, "").await);
    let plain = Server::start(|mut stream| async move {
        let _ = stream.read_u8().await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    in_tls(send(&plain, "").await);
}

#[test]
fn an_authority_that_cannot_be_read_is_told_at_once() {
    let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let failure = Client::new(&Options { allow_private: false, authorities: text.to_owned() }).err();
    assert_eq!(failure.map(|failure| failure.kind()), Some("tls"));
}
