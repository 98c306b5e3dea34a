//! What deliveries are signed with: 32 random bytes, shown once as `whsec_` and base64, as the Standard Webhooks
//! specification writes them. They are stored as they are, since signing needs them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deskbell_core::Context;

const PREFIX: &str = "whsec_";
const LENGTH: usize = 32;

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A new one.
    pub(super) fn new(context: &dyn Context) -> Self {
        let mut bytes = vec![0u8; LENGTH];
        context.random(&mut bytes);
        Self(bytes)
    }

    /// One that was stored.
    pub(super) fn stored(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its text, for its owner.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
