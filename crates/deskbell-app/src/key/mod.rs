//! API keys: how they look, what is stored of them, and who a request's key stands for.
//!
//! A key is `dbk_`, 43 letters and digits that hold 256 random bits, and a checksum of six. Stored is its SHA-256 alone:
//! of a secret with that much randomness no slow hash is needed. It is shown once, when it is made.

mod cache;
mod change;
mod network;
mod sql;

use deskbell_core::{
    Actor, ActorId, Context, Grant, KeyId, Limit, Permission, PermissionSet, Scope, Timestamp, Version,
};
use sha2::{Digest, Sha256};

pub(crate) use cache::{KeyCache, POLL};
pub use change::{Rights, create, list, revoke, update};
pub(crate) use change::{bump, by_hash, by_id, generation, limit_from_text, limit_to_text, record_use};
pub use network::Networks;

/// With what every key begins: what a scanner for leaked secrets looks for.
pub const PREFIX: &str = "dbk_";
const BODY: usize = 43;
const CHECK: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// The first letters of the secret, by which its owner knows it again.
    pub hint: String,
    /// What it may do.
    pub permissions: PermissionSet,
    /// The brands that it is limited to.
    pub brands: Limit,
    /// The groups that it is limited to.
    pub groups: Limit,
    /// From where it may be used.
    pub networks: Networks,
    /// Until when; from that second on it is refused.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, as far as that is written: up to a minute late.
    pub last_used: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often it was changed.
    pub version: Version,
}

impl Key {
    /// Whether it is good at this time.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires.is_none_or(|end| now < end)
    }

    /// Whom it stands for.
    pub fn actor(&self) -> Actor {
        Actor {
            id: ActorId::Key(self.id),
            name: self.name.clone(),
            permissions: self.permissions,
            scope: Scope { grants: vec![Grant { brands: self.brands.clone(), groups: self.groups.clone() }] },
        }
    }
}

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

/// The hash of a text that has the form of a key; `None` for anything else.
pub(crate) fn hash(text: &str) -> Option<[u8; 32]> {
    let rest = text.strip_prefix(PREFIX)?;
    if rest.len() != BODY + CHECK || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let (body, check) = rest.split_at(BODY);
    (checksum(body) == check).then(|| Sha256::digest(text.as_bytes()).into())
}

/// Permissions as they are stored: `*` for all, present and to come, else their names.
pub(crate) fn permissions_to_text(permissions: PermissionSet) -> String {
    if permissions == PermissionSet::all() {
        return "*".into();
    }
    permissions.iter().map(Permission::as_str).collect::<Vec<_>>().join(",")
}

pub(crate) fn permissions_from_text(text: &str) -> PermissionSet {
    match text {
        "*" => PermissionSet::all(),
        names => names.split(',').filter_map(Permission::parse).collect(),
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn all_permissions_are_stored_as_a_star() {
        let some: PermissionSet = [Permission::TicketRead, Permission::RawRead].into_iter().collect();
        for set in [PermissionSet::all(), PermissionSet::NONE, some] {
            assert_eq!(permissions_from_text(&permissions_to_text(set)), set);
        }
    }
}
