//! The whole way: a server with its hands at work, and receivers on this machine.

use super::happen;
use crate::world::{World, builtin};
use app::{Outside, Sender, Webhooks};
use connect::webhook::{HttpPost, Options, Walls};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

/// A receiver on a free port; it hangs, or tells of each message and answers 204.
async fn receiver(hangs: bool) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let mut read = String::new();
                let mut part = [0; 4096];
                while let Ok(count @ 1..) = connection.read(&mut part).await {
                    read.push_str(&String::from_utf8_lossy(&part[..count]));
                    if hangs || !read.ends_with('}') {
                        continue;
                    }
                    let _ = tell.send(std::mem::take(&mut read));
                    let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
                    connection.write_all(answer).await.expect("it is read");
                }
            });
        }
    });
    (url, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_hangs_keeps_nobody_else_waiting() {
    let world = World::start().await;
    world.keep_feed();
    let post = Arc::new(HttpPost::new(&Options::default()).expect("a sender"));
    let webhooks = Webhooks { post, test: Walls::sandbox(), live: Walls::public() };
    let node = world.node(Outside { webhooks, ..builtin() });
    let (stop, stopped) = watch::channel(false);
    let sender = tokio::spawn(Sender::new(node, web::tell).run(stopped));
    let partner = world.partner("apex").await;
    let (healthy, mut told) = receiver(false).await;
    let mut hanging = Vec::new();
    for hangs in [true, true, true, false] {
        let (url, receiver) =
            if hangs { receiver(true).await } else { (healthy.clone(), receiver(true).await.1) };
        hanging.push(receiver);
        let new = json!({ "url": url, "types": ["quote.created"] });
        partner.post("/v1/webhook-endpoints", &new).await.expect(201);
    }
    let begun = Instant::now();
    for _ in 0..20 {
        happen(&partner).await;
    }
    for _ in 0..20 {
        let message = timeout(Duration::from_secs(10), told.recv()).await;
        let message = message.expect("in time").expect("the receiver lives");
        assert!(message.contains("webhook-signature: v1,"), "{message}");
    }
    // Those that hang are given up after fifteen seconds only.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    sender.abort();
    drop(stop);
}
