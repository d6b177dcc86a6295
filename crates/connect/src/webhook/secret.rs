//! Signatures after Standard Webhooks 1.0: an endpoint's secret, what it signs, and the check.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq as _;

const PREFIX: &str = "whsec_";

/// How far a message's time may be from now, in seconds: what the official libraries allow.
pub const TOLERANCE: u32 = 300;

/// What an endpoint and we both know. Its text, `whsec_` and base64, is shown by [`Secret::reveal`]
/// only; comparing takes the same time whatever differs.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

/// Why a text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    #[error("a webhook secret begins with whsec_")]
    Prefix,
    #[error("a webhook secret is base64 after whsec_")]
    Base64,
    #[error("a webhook secret has 24 to 64 bytes")]
    Length,
}

impl Secret {
    /// A new secret of 32 random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random.to_vec())
    }

    /// Reads `whsec_…`.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(BadSecret::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| BadSecret::Base64)?;
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(BadSecret::Length) }
    }

    /// The secret itself, `whsec_…`: to be shown to its owner, and to be kept.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn digest(&self, id: &[u8], timestamp: &[u8], body: &[u8]) -> [u8; 32] {
        // A key of any length is taken: longer ones are hashed, shorter ones padded.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        for part in [id, b".", timestamp, b".", body] {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

/// The value of `webhook-signature`: one `v1` signature for each secret, separated by spaces.
/// `timestamp` is in seconds since 1970.
pub fn sign(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let timestamp = timestamp.to_string();
    let one = |secret: &Secret| {
        let digest = secret.digest(id.as_bytes(), timestamp.as_bytes(), body);
        format!("v1,{}", STANDARD.encode(digest))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// A message as it came: the three headers and the body, byte for byte.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    pub id: &'a [u8],
    pub timestamp: &'a [u8],
    pub signature: &'a [u8],
    pub body: &'a [u8],
}

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    #[error("webhook-timestamp is not a whole number of seconds")]
    BadTimestamp,
    #[error("the message is too old")]
    TooOld,
    #[error("the message is from the future")]
    TooNew,
    #[error("no signature matches")]
    NoMatch,
}

/// Checks that one of the secrets signed the message, and that it is at most `tolerance` seconds
/// away from `now` (seconds since 1970).
pub fn verify(
    secrets: &[Secret],
    received: &Received<'_>,
    now: i64,
    tolerance: u32,
) -> Result<(), Unverified> {
    let sent = seconds(received.timestamp).ok_or(Unverified::BadTimestamp)?;
    if now.saturating_sub(sent) > i64::from(tolerance) {
        return Err(Unverified::TooOld);
    }
    if sent.saturating_sub(now) > i64::from(tolerance) {
        return Err(Unverified::TooNew);
    }
    let given = received.signature.split(|b| *b == b' ');
    let given: Vec<_> = given
        .filter_map(|one| one.strip_prefix(b"v1,"))
        .filter_map(|encoded| STANDARD.decode(encoded).ok())
        .collect();
    let matches = |secret: &Secret| {
        let digest = secret.digest(received.id, received.timestamp, received.body);
        given.iter().any(|one| bool::from(one.as_slice().ct_eq(&digest)))
    };
    if secrets.iter().any(matches) { Ok(()) } else { Err(Unverified::NoMatch) }
}

/// Digits only, as they are sent: `+1`, ` 1` and `01` are not what was signed.
fn seconds(text: &[u8]) -> Option<i64> {
    let plain = !text.is_empty()
        && text.iter().all(u8::is_ascii_digit)
        && (text.len() == 1 || text[0] != b'0');
    if plain { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
}
