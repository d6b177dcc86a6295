//! Receivers of webhooks on loopback: each has a port of its own and behaves as it was rolled,
//! until it is told to be well.

use super::heard::{Heard, Log};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How a receiver behaves while it is not well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Manner {
    /// Answers at once.
    Healthy,
    /// Reads the request and never answers.
    Silent,
    /// Answers a byte a second, without an end.
    Drips,
    /// 500.
    Fails,
    /// Drops the connection when the request has come.
    Resets,
    /// Answers after a while.
    Slow { ms: u64 },
    /// 429 with a `Retry-After` of so many seconds.
    Throttles { seconds: u32 },
    /// Sends to another partner's receiver.
    Redirects,
}

impl Manner {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Silent => "never answer",
            Self::Drips => "answer a byte a second",
            Self::Fails => "answer 500",
            Self::Resets => "drop the connection",
            Self::Slow { .. } => "slow",
            Self::Throttles { .. } => "answer 429",
            Self::Redirects => "redirect to another partner's",
        }
    }

    /// Whether what it is sent counts as taken.
    const fn takes(self) -> bool {
        matches!(self, Self::Healthy | Self::Slow { .. })
    }
}

/// One receiver.
#[derive(Debug)]
pub(super) struct Receiver {
    pub(super) number: usize,
    pub(super) manner: Manner,
    pub(super) address: SocketAddr,
    /// Where it sends to, if it redirects.
    pub(super) elsewhere: String,
    well: AtomicBool,
    /// Its port, until it first listens.
    held: Mutex<Option<std::net::TcpListener>>,
    log: Arc<Log>,
}

/// Ports below those that a system gives to outgoing connections, so that a receiver finds its own
/// free when it is started again.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

impl Receiver {
    /// One that has a port and does not listen yet.
    pub(super) fn new(number: usize, manner: Manner, elsewhere: String, log: &Arc<Log>) -> Self {
        let bind = || std::net::TcpListener::bind(("127.0.0.1", fastrand::u16(PORTS)));
        let free = (0..1000).find_map(|_| bind().ok()).expect("a free port");
        let address = free.local_addr().expect("an address");
        let (well, log, held) = (AtomicBool::new(false), Arc::clone(log), Mutex::new(Some(free)));
        Self { number, manner, address, elsewhere, well, held, log }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/{}", self.address, self.number)
    }

    /// Healthy from now on.
    pub(super) fn mend(&self) {
        self.well.store(true, Ordering::Relaxed);
    }

    fn now(&self) -> Manner {
        if self.well.load(Ordering::Relaxed) { Manner::Healthy } else { self.manner }
    }

    /// Listens until it is dropped, and its connections with it.
    pub(super) async fn listen(self: Arc<Self>) {
        // What is held until here frees the port only now.
        drop(self.held.lock().unwrap().take());
        let mut tries = 0;
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(e) if tries > 100 => panic!("{} is taken: {e}", self.address),
                Err(_) => tries += 1,
            }
            sleep(Duration::from_millis(100)).await;
        };
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            while connections.try_join_next().is_some() {}
            connections.spawn(Arc::clone(&self).serve(stream));
        }
    }

    /// One connection, request after request.
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut rest = Vec::new();
        while let Some((path, headers, body)) = read(&mut stream, &mut rest).await {
            let manner = self.now();
            if let Manner::Slow { ms } = manner {
                sleep(Duration::from_millis(ms)).await;
            }
            let mine = path == format!("/{}", self.number);
            self.log.note(Heard::new(self.number, mine, manner.takes(), headers, body));
            if !self.answer(&mut stream, manner).await {
                return;
            }
        }
    }

    /// Whether the connection goes on.
    async fn answer(&self, stream: &mut TcpStream, manner: Manner) -> bool {
        let text = match manner {
            Manner::Healthy | Manner::Slow { .. } => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
            Manner::Fails => {
                "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n".to_owned()
            }
            Manner::Throttles { seconds } => format!(
                "HTTP/1.1 429 Too Many Requests\r\nretry-after: {seconds}\r\n\
                 content-length: 0\r\n\r\n"
            ),
            Manner::Redirects => format!(
                "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
                self.elsewhere
            ),
            Manner::Resets => return false,
            Manner::Silent => {
                self.until_well().await;
                return false;
            }
            Manner::Drips => {
                for byte in b"HTTP/1.1 200 OK\r\nx-patience: ".iter().chain([&b'.'; 600]) {
                    if self.now() == Manner::Healthy || stream.write_all(&[*byte]).await.is_err() {
                        break;
                    }
                    sleep(Duration::from_secs(1)).await;
                }
                return false;
            }
        };
        stream.write_all(text.as_bytes()).await.is_ok()
    }

    async fn until_well(&self) {
        while self.now() != Manner::Healthy {
            sleep(Duration::from_millis(200)).await;
        }
    }
}

/// The next request of a connection: its path, headers and body.
async fn read(stream: &mut TcpStream, rest: &mut Vec<u8>) -> Option<(String, HeaderMap, Bytes)> {
    loop {
        if let Some((request, end)) = parse(rest) {
            rest.drain(..end);
            return Some(request);
        }
        let mut chunk = [0; 4096];
        // A sender keeps a quiet connection for a while.
        let read = timeout(Duration::from_mins(10), stream.read(&mut chunk)).await.ok()?.ok()?;
        if read == 0 {
            return None;
        }
        rest.extend_from_slice(&chunk[..read]);
    }
}

type Request = (String, HeaderMap, Bytes);

/// A request, if it is there whole, and where it ends.
fn parse(bytes: &[u8]) -> Option<(Request, usize)> {
    let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..head_end]).ok()?;
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_str(value.trim()).ok()?);
    }
    let length: usize = headers.get("content-length")?.to_str().ok()?.parse().ok()?;
    let body = bytes.get(head_end..head_end + length)?;
    Some(((path, headers, Bytes::copy_from_slice(body)), head_end + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_when_it_is_whole_and_no_further() {
        let text = b"POST /7 HTTP/1.1\r\nWebhook-Id: evt1\r\nContent-Length: 2\r\n\r\n{}POST";
        let ((path, headers, body), end) = parse(text).unwrap();
        assert_eq!((&*path, &*body), ("/7", &b"{}"[..]));
        assert_eq!(headers["webhook-id"], "evt1");
        assert_eq!(&text[end..], b"POST");
        assert!(parse(&text[..end - 1]).is_none());
    }
}
