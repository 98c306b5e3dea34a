//! Signatures of webhooks, verified by the published library for receivers.

use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use proptest::prelude::*;
use standardwebhooks::Webhook;

use crate::sign::{ID, SIGNATURE, Secret, TIMESTAMP, signature_header};

const MESSAGE: &str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

fn secret(byte: u8) -> Secret {
    Secret::new(&[byte; 32]).expect("32 bytes")
}

/// Whether a receiver with the secret takes the body with these signatures.
#[expect(clippy::disallowed_methods, reason = "the receiver compares the time with the clock of the machine")]
fn taken(receiver: &Secret, secrets: &[&Secret], signed: &[u8], received: &[u8]) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let now = i64::try_from(now).expect("a time");
    let headers: HeaderMap = [
        (ID, MESSAGE.to_owned()),
        (TIMESTAMP, now.to_string()),
        (SIGNATURE, signature_header(secrets, MESSAGE, now, signed)),
    ]
    .into_iter()
    .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
    .collect();
    Webhook::new(&receiver.text()).expect("a secret").verify(received, &headers).is_ok()
}

#[test]
fn a_receiver_takes_what_was_signed_with_its_secret_and_nothing_else() {
    let body = "{\"ticket\":7,\"subject\":\"Grüße\"}".as_bytes();
    assert!(taken(&secret(1), &[&secret(1)], body, body));
    assert!(taken(&secret(1), &[&secret(1)], b"", b""));
    assert!(!taken(&secret(1), &[&secret(2)], body, body), "another secret");
    assert!(!taken(&secret(1), &[&secret(1)], body, b"{}"), "another body");
    assert!(!taken(&secret(1), &[], body, body), "no signature");
}

#[test]
fn while_secrets_are_changed_the_old_and_the_new_one_are_good() {
    let (old, new) = (secret(1), secret(2));
    let both = [&new, &old];
    assert!(taken(&old, &both, b"{}", b"{}"));
    assert!(taken(&new, &both, b"{}", b"{}"));
    assert!(!taken(&secret(3), &both, b"{}", b"{}"));
    let header = signature_header(&both, MESSAGE, 1, b"{}");
    assert_eq!(header.split(' ').filter(|signature| signature.starts_with("v1,")).count(), 2, "{header}");
}

#[test]
fn a_secret_is_24_to_64_bytes_and_reads_back() {
    assert!(Secret::new(&[7; 23]).is_err());
    assert!(Secret::new(&[7; 65]).is_err());
    let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert_eq!(Secret::parse(text).expect("a secret").text(), text);
    for (text, part) in [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a secret is whsec_ and 24 to 64 bytes in base64"),
        ("whsec_not base64", "is not base64"),
        ("whsec_c2hvcnQ=", "has 24 to 64 bytes, and this one has 5"),
    ] {
        let why = Secret::parse(text).expect_err("no secret");
        assert!(why.contains(part) && !why.contains(text), "{why}");
    }
}

#[test]
fn a_secret_is_not_in_its_debug_form() {
    assert_eq!(format!("{:?}", secret(1)), "Secret(***)");
}

proptest! {
    #[test]
    fn any_secret_signs_as_the_published_library_does(
        bytes in proptest::collection::vec(any::<u8>(), 24..=64),
        timestamp: i64,
        body: String,
    ) {
        let secret = Secret::new(&bytes).expect("a secret");
        let read = Secret::parse(&secret.text()).expect("its own text");
        let theirs = Webhook::from_bytes(bytes).expect("a secret").sign(MESSAGE, timestamp, body.as_bytes());
        prop_assert_eq!(signature_header(&[&read], MESSAGE, timestamp, body.as_bytes()), theirs.expect("a signature"));
    }
}
