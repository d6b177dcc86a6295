//! A webhook receiver on loopback that takes everything and remembers it.

use connect::webhook::{Received, Secret, verify};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// One message as it came.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    timestamp: String,
    signature: String,
    pub(crate) body: String,
}

impl Message {
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let secret = Secret::parse(secret).expect("a secret");
        let received = Received {
            id: self.id.as_bytes(),
            timestamp: self.timestamp.as_bytes(),
            signature: self.signature.as_bytes(),
            body: self.body.as_bytes(),
        };
        let now = self.timestamp.parse().expect("seconds");
        verify(&[secret], &received, now, 300).is_ok()
    }
}

#[derive(Debug)]
pub(crate) struct Receiver {
    url: String,
    came: Arc<Mutex<Vec<Message>>>,
    count: watch::Receiver<usize>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let came: Arc<Mutex<Vec<Message>>> = Arc::default();
        let (counted, count) = watch::channel(0);
        let kept = came.clone();
        tokio::spawn(async move {
            let counted = Arc::new(counted);
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(receive(stream, kept.clone(), counted.clone()));
            }
        });
        Self { url, came, count }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn all(&self) -> Vec<Message> {
        self.came.lock().expect("no panic while it is held").clone()
    }

    /// Waits until so many have come in all.
    pub(crate) async fn arrives(&self, messages: usize) {
        let mut count = self.count.clone();
        let enough = count.wait_for(|count| *count >= messages);
        let came = tokio::time::timeout(Duration::from_secs(30), enough).await;
        came.expect("in time").expect("the receiver runs");
    }
}

async fn receive(
    mut stream: TcpStream,
    kept: Arc<Mutex<Vec<Message>>>,
    counted: Arc<watch::Sender<usize>>,
) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        while !bytes.windows(4).any(|w| w == b"\r\n\r\n") {
            more(&mut stream, &mut bytes).await?;
        }
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        let head = String::from_utf8(bytes.drain(..end).collect()).ok()?;
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|l| l.split_once(": "));
            lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned())
        };
        let length: usize = header("content-length")?.parse().ok()?;
        while bytes.len() < length {
            more(&mut stream, &mut bytes).await?;
        }
        let message = Message {
            id: header("webhook-id")?,
            timestamp: header("webhook-timestamp")?,
            signature: header("webhook-signature")?,
            body: String::from_utf8(bytes.drain(..length).collect()).ok()?,
        };
        kept.lock().expect("no panic while it is held").push(message);
        counted.send_modify(|count| *count += 1);
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.ok()?;
    }
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 4096];
    let read = stream.read(&mut piece).await.ok().filter(|n| *n > 0)?;
    bytes.extend_from_slice(&piece[..read]);
    Some(())
}
