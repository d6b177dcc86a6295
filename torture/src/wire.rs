//! A client that costs next to nothing: one kept connection, requests written by hand, answers
//! read as far as they are judged. Where load and server share a machine, a heavier client would
//! measure itself.

use serde_json::Value;
use std::fmt::Write as _;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Later than this no answer comes: it hangs.
const HANG: Duration = Duration::from_secs(15);

/// A connection, opened when it is used.
#[derive(Debug)]
pub(crate) struct Wire {
    there: SocketAddr,
    secret: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: bool,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Its body; nothing if it is no JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Wire {
    /// To a server by its `http://` address.
    pub(crate) fn new(url: &str, secret: &str) -> Self {
        let there = url.trim_start_matches("http://").parse().expect("an address and a port");
        Self { there, secret: secret.to_owned(), stream: None, buffer: Vec::with_capacity(8192) }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Reply, Error> {
        let head = self.head("GET", path);
        self.ask(head + "\r\n").await
    }

    pub(crate) async fn post(&mut self, path: &str, key: &str, body: &str) -> Result<Reply, Error> {
        let mut request = self.head("POST", path);
        // Writing to a text cannot fail.
        let _ = write!(
            request,
            "idempotency-key: {key}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.ask(request).await
    }

    fn head(&self, method: &str, path: &str) -> String {
        let Self { there, secret, .. } = self;
        format!("{method} {path} HTTP/1.1\r\nhost: {there}\r\nauthorization: Bearer {secret}\r\n")
    }

    /// One exchange. After an error the connection is given up.
    async fn ask(&mut self, request: String) -> Result<Reply, Error> {
        let answer = timeout(HANG, self.exchange(request.as_bytes())).await;
        let answer = answer.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
        if answer.is_err() {
            self.stream = None;
        }
        answer
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Reply, Error> {
        let mut stream = if let Some(stream) = self.stream.take() {
            stream
        } else {
            let stream = TcpStream::connect(self.there).await?;
            stream.set_nodelay(true)?;
            stream
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        let (head, end) = loop {
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break (Head::read(&self.buffer[..end])?, end + 4);
            }
            more(&mut stream, &mut self.buffer).await?;
        };
        while self.buffer.len() < end + head.length {
            more(&mut stream, &mut self.buffer).await?;
        }
        if !head.closes {
            self.stream = Some(stream);
        }
        let body = self.buffer[end..end + head.length].to_vec();
        Ok(Reply { status: head.status, retry_after: head.retry_after, body })
    }
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(), Error> {
    match stream.read_buf(buffer).await? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

struct Head {
    status: u16,
    length: usize,
    retry_after: bool,
    closes: bool,
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let text = str::from_utf8(bytes).map_err(|e| Error::new(ErrorKind::InvalidData, e))?;
        let (first, fields) = text.split_once("\r\n").unwrap_or((text, ""));
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or(ErrorKind::InvalidData)?;
        let mut head = Self { status, length: 0, retry_after: false, closes: false };
        for (name, value) in fields.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                head.length = value.parse().map_err(|_| ErrorKind::InvalidData)?;
            } else if name.eq_ignore_ascii_case("retry-after") {
                head.retry_after = value.parse::<u32>().is_ok();
            } else if name.eq_ignore_ascii_case("connection") {
                head.closes = value.eq_ignore_ascii_case("close");
            }
        }
        Ok(head)
    }
}

/// How long the given share, in per cent, of the answers took at most.
pub(crate) fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(at).copied().unwrap_or_default()
}

/// The moment `number` of a beat that began at `begun`, for load that is sent whatever becomes of
/// what was sent before.
pub(crate) fn beat(begun: Instant, number: u32, every: Duration) -> Instant {
    begun + every * number
}

/// A count to be divided.
pub(crate) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
