//! API keys: how they look, what is stored of them, and who a request's key stands for.
//!
//! A key is `dbk_`, 43 letters and digits that hold 256 random bits, and a checksum of six. Stored is its SHA-256 alone:
//! of a secret with that much randomness no slow hash is needed. It is shown once, when it is made. Whoever manages keys sees
//! those within its limits, and grants nothing that it does not have itself.

mod cache;
mod create;
mod get;
mod lookup;
mod network;
mod revoke;
mod rotate;
mod row;
mod rules;
mod sql;
mod update;

use deskbell_core::Context;
use sha2::{Digest, Sha256};

pub(crate) use cache::{KeyCache, POLL};
pub use create::create;
pub use get::{get, list, page};
pub(crate) use lookup::{bump, by_hash, by_id, generation, record_use};
pub use network::Networks;
pub use revoke::revoke;
pub use rotate::{Rotated, rotate};
pub use row::Key;
pub(crate) use row::{limit_from_text, limit_to_text, permissions_from_text, permissions_to_text};
pub use rules::{Fields, Rights, check};
pub use update::update;

/// With what every key begins: what a scanner for leaked secrets looks for.
pub const PREFIX: &str = "dbk_";
const BODY: usize = 43;
const CHECK: usize = 6;
/// Letters of a secret that are kept.
const HINT: usize = 10;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new secret.
pub(crate) fn generate(context: &dyn Context) -> String {
    let mut bytes = [0u8; 32];
    context.random(&mut bytes);
    let mut body = [0u8; BODY];
    for digit in body.iter_mut().rev() {
        *digit = DIGITS[usize::from(divide(&mut bytes, 62))];
    }
    let body: String = body.iter().map(|b| char::from(*b)).collect();
    let check = checksum(&body);
    format!("{PREFIX}{body}{check}")
}

/// Divides a big-endian number in place; answers the rest.
fn divide(number: &mut [u8; 32], by: u16) -> u8 {
    let mut rest = 0u16;
    for byte in number.iter_mut() {
        let value = rest << 8 | u16::from(*byte);
        *byte = (value / by) as u8;
        rest = value % by;
    }
    rest as u8
}

/// Tells a mistyped key from an unknown one without asking the store; it guards nothing.
fn checksum(body: &str) -> String {
    let hash = Sha256::new().chain_update(PREFIX).chain_update(body).finalize();
    hash.iter().take(CHECK).map(|b| char::from(DIGITS[usize::from(*b) % 62])).collect()
}

/// A new secret, its hash and its hint: the first letters, by which its owner knows it again.
fn new_secret(context: &dyn Context) -> (String, Vec<u8>, String) {
    let secret = generate(context);
    let (hash, hint) = (Sha256::digest(secret.as_bytes()).to_vec(), secret[..HINT].to_owned());
    (secret, hash, hint)
}

/// The hash of a text that has the form of a key; `None` for anything else.
pub(crate) fn hash(text: &str) -> Option<[u8; 32]> {
    let rest = text.strip_prefix(PREFIX)?;
    if rest.len() != BODY + CHECK || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let (body, check) = rest.split_at(BODY);
    (checksum(body) == check).then(|| Sha256::digest(text.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use deskbell_core::Timestamp;

    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Context for Counting {
        fn now(&self) -> Timestamp {
            Timestamp(0)
        }
        fn now_millis(&self) -> i64 {
            0
        }
        fn random(&self, buffer: &mut [u8]) {
            for byte in buffer {
                *byte = self.0.fetch_add(7, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn a_generated_key_has_the_form_of_a_key_and_a_mistyped_one_has_not() {
        let context = Counting(1.into());
        let (one, other) = (generate(&context), generate(&context));
        assert_eq!(one.len(), 4 + 43 + 6);
        assert_ne!(one, other);
        assert!(hash(&one).is_some());
        let typo = one.replacen(&one[10..11], if &one[10..11] == "a" { "b" } else { "a" }, 1);
        assert_eq!(hash(&typo), None);
        for text in ["", "dbk_", "dbk_é", &one[..50], &format!("{one} ")] {
            assert_eq!(hash(text), None, "{text}");
        }
    }
}
