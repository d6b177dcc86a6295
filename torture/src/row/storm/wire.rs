//! One request over one connection of its own, so that it can be cut anywhere.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How long a request may take before it counts as a hang.
const HANG: Duration = Duration::from_secs(30);

/// What a client does to its own request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate {
    /// Sends it and reads the answer.
    Whole,
    /// The same, but its bytes come in two parts.
    Halved { at: usize, pause: Duration },
    /// Drops the connection after so many bytes.
    Cut { at: usize },
    /// Sends it all and drops the connection without reading.
    Deaf { after: Duration },
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// By their names in small letters.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    pub(super) fn replayed(&self) -> bool {
        self.header("idempotency-replayed") == "true"
    }
}

/// The bytes of a request. `more` are whole header lines.
pub(super) fn request(method: &str, path: &str, secret: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: demarc\r\nauthorization: Bearer {secret}\r\n{more}\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends it to `server`, as `host:port`. Nothing where the client did not wait for an answer.
pub(super) async fn send(server: &str, bytes: &[u8], fate: Fate) -> io::Result<Option<Answer>> {
    let sending = async {
        let mut stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        match fate {
            Fate::Cut { at } => {
                stream.write_all(&bytes[..at.min(bytes.len())]).await?;
                return Ok(None);
            }
            Fate::Deaf { after } => {
                stream.write_all(bytes).await?;
                sleep(after).await;
                return Ok(None);
            }
            Fate::Halved { at, pause } => {
                let (one, two) = bytes.split_at(at.min(bytes.len()));
                stream.write_all(one).await?;
                sleep(pause).await;
                stream.write_all(two).await?;
            }
            Fate::Whole => stream.write_all(bytes).await?,
        }
        let mut read = Vec::new();
        stream.read_to_end(&mut read).await?;
        parse(&read).map(Some).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    };
    timeout(HANG, sending).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// An answer, if it came whole.
fn parse(read: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(read).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length")?.parse().ok()?;
    (body.len() == length).then(|| Answer { status, headers, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_only_when_it_came_whole() {
        let text = b"HTTP/1.1 201 Created\r\nETag: \"1\"\r\ncontent-length: 2\r\n\r\n{}";
        let answer = parse(text).unwrap();
        assert_eq!((answer.status, answer.header("etag"), &*answer.body), (201, "\"1\"", "{}"));
        assert!(!answer.replayed());
        assert!(parse(&text[..text.len() - 1]).is_none());
        assert!(parse(b"HTTP/1.1 201 Created\r\n").is_none());
    }
}
