//! What a receiver answered, and what an attempt without an answer died of.

use super::{Class, Failure};
use reqwest::{Response, StatusCode};
use std::error::Error;
use std::io;
use std::time::{Duration, UNIX_EPOCH};

/// Bytes of an answer's body that are read, bytes that are kept, and how long they may take to
/// come: the status has told already what matters.
const READ: usize = 16 * 1024;
const KEPT: usize = 1024;
const BODY_PATIENCE: Duration = Duration::from_secs(2);

/// A receiver may put itself off for a day at most.
const LONGEST_WAIT: u32 = 24 * 60 * 60;

pub(crate) fn class(status: StatusCode) -> Class {
    match status.as_u16() {
        200..=299 => Class::Delivered,
        410 => Class::Gone,
        429 | 502..=504 => Class::Throttled,
        300..=399 => Class::Failed(Failure::Redirect),
        _ => Class::Failed(Failure::Status),
    }
}

/// Seconds, or a date (RFC 9110 §10.2.3) seen from `now`, in seconds since 1970. What is neither
/// is as good as nothing.
pub(crate) fn retry_after(response: &Response, now: i64) -> Option<u32> {
    let value = response.headers().get("retry-after")?.to_str().ok()?.trim();
    let seconds = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        value.parse().unwrap_or(u64::MAX)
    } else {
        let date = httpdate::parse_http_date(value).ok()?;
        let date = date.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        date.saturating_sub(u64::try_from(now).unwrap_or(0))
    };
    Some(u32::try_from(seconds).unwrap_or(u32::MAX).min(LONGEST_WAIT))
}

/// The beginning of the body, as far as it comes within what is left of the attempt's time.
pub(crate) async fn excerpt(mut response: Response, left: Duration) -> String {
    let mut read = Vec::new();
    let reading = async {
        while read.len() < READ {
            let Ok(Some(chunk)) = response.chunk().await else { break };
            let room = READ - read.len();
            read.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
    };
    // However it ends, what was read stays.
    let _ = tokio::time::timeout(left.min(BODY_PATIENCE), reading).await;
    readable(&read)
}

/// Text that is safe to show: no control characters, and none that turn the direction of writing.
fn readable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(bytes).chars() {
        let turns = is_turn(c);
        let c = match c {
            '\n' | '\t' => ' ',
            c if c.is_control() || turns => continue,
            c => c,
        };
        if text.len() + c.len_utf8() > KEPT {
            break;
        }
        text.push(c);
    }
    text
}

fn is_turn(c: char) -> bool {
    matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The cause of death, found among the causes of the client's error.
pub(crate) fn cause(error: &reqwest::Error) -> Failure {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(this) = next {
        if let Some(refusal) = this.downcast_ref::<Failure>() {
            return *refusal;
        }
        if this.is::<rustls::Error>() {
            return Failure::Tls;
        }
        // What an I/O error was made of is not its source but within it.
        let within = this.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = within.map_or_else(|| this.source(), |e| Some(e));
    }
    if error.is_timeout() {
        Failure::Timeout
    } else if error.is_connect() {
        Failure::Connect
    } else {
        Failure::AnswerBroken
    }
}
