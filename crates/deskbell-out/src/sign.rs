//! Signatures of webhooks as <https://www.standardwebhooks.com> describes them: HMAC-SHA256 over id, time and body.
//!
//! Random bytes and the time come from the caller. Verifying is the receiver's matter.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header with the message's id: the same at every attempt to deliver it.
pub const ID: &str = "webhook-id";
/// The header with the time of the attempt, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures, from [`signature_header`].
pub const SIGNATURE: &str = "webhook-signature";

/// What the text form of a secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes that a secret has at least.
const SHORTEST: usize = 24;
/// Bytes that a secret has at most: one block of SHA-256.
const BLOCK: usize = 64;

/// A secret that sender and receiver share: 24 to 64 bytes. `Debug` hides it.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A secret of bytes, which have to be random.
    ///
    /// # Errors
    ///
    /// What is wrong if there are fewer than 24 or more than 64.
    pub fn new(bytes: &[u8]) -> Result<Self, String> {
        match bytes.len() {
            SHORTEST..=BLOCK => Ok(Self(bytes.to_vec())),
            other => Err(format!("a secret has {SHORTEST} to {BLOCK} bytes, and this one has {other}")),
        }
    }

    /// Reads the text form: `whsec_` and the bytes in base64.
    ///
    /// # Errors
    ///
    /// What is wrong and what would be right, without the text itself.
    pub fn parse(text: &str) -> Result<Self, String> {
        let encoded = text
            .strip_prefix(PREFIX)
            .ok_or_else(|| format!("a secret is {PREFIX} and {SHORTEST} to {BLOCK} bytes in base64"))?;
        let bytes = STANDARD
            .decode(encoded)
            .map_err(|_| format!("what follows {PREFIX} in the secret is not base64 (with padding)"))?;
        Self::new(&bytes)
    }

    /// The text form, to be shown to its owner.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        // HMAC fills shorter keys up with zeros to one block; done here, there is no length that could be wrong.
        let mut key = [0; BLOCK];
        key[..self.0.len()].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&key.into());
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// The value of the header [`SIGNATURE`]: one signature for each secret, so that a receiver who knows any of them can
/// verify while secrets are being changed. `timestamp` is in seconds since 1970 and goes into [`TIMESTAMP`], `id` into
/// [`ID`]; it must hold no dot, which separates what is signed.
#[must_use]
pub fn signature_header(secrets: &[&Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signatures: Vec<String> =
        secrets.iter().map(|secret| format!("v1,{}", secret.sign(id, timestamp, body))).collect();
    signatures.join(" ")
}
