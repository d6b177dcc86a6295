//! A receiver that keeps what came, byte for byte, and answers as badly as it is told to.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What it does with a request that it has read.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Writes this, and waits for the next request.
    Say(Vec<u8>),
    /// Writes this, and ends the connection.
    SayAndEnd(Vec<u8>),
    /// Writes this, and then a byte every few milliseconds.
    Drip(Vec<u8>),
    /// Nothing, for ever.
    Hang,
    /// Ends the connection as a crash would.
    Reset,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Its headers, in order, names in lower case.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let lines = self.head.lines().skip(1).filter_map(|l| l.split_once(": "));
        lines.map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect()
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let found: Vec<_> = self.headers().into_iter().filter(|(n, _)| n == name).collect();
        assert_eq!(found.len(), 1, "one {name} in {}", self.head);
        found[0].1.clone()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// An answer with a status line, headers and a body.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    [text.as_bytes(), b"\r\n", body].concat()
}

impl Receiver {
    pub(crate) async fn start(act: Act) -> Self {
        Self::on("127.0.0.1:0", act).await.unwrap()
    }

    pub(crate) async fn on(address: &str, act: Act) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let this = Self {
            address: listener.local_addr()?,
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let receiver = this.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                receiver.connections.fetch_add(1, Ordering::SeqCst);
                let (receiver, act) = (receiver.clone(), act.clone());
                tokio::spawn(async move { receiver.serve(stream, act).await });
            }
        });
        Ok(this)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    async fn serve(&self, mut stream: TcpStream, act: Act) -> io::Result<()> {
        while let Some(request) = read(&mut stream).await {
            self.requests.lock().unwrap().push(request);
            match &act {
                Act::Say(bytes) => stream.write_all(bytes).await?,
                Act::SayAndEnd(bytes) => return stream.write_all(bytes).await,
                Act::Drip(bytes) => {
                    stream.write_all(bytes).await?;
                    loop {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                        stream.write_all(b".").await?;
                    }
                }
                Act::Hang => std::future::pending().await,
                Act::Reset => return stream.set_zero_linger(),
            }
        }
        Ok(())
    }
}

/// One request; none when the connection ends.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let body = bytes[end + 4..].to_vec();
            let mut request = Request { head, body };
            let length: usize = request.header("content-length").parse().unwrap();
            while request.body.len() < length {
                stream.read_buf(&mut request.body).await.ok().filter(|n| *n > 0)?;
            }
            return Some(request);
        }
        stream.read_buf(&mut bytes).await.ok().filter(|n| *n > 0)?;
    }
}
