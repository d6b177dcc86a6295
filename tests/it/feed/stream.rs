//! The feed as server-sent events.

use super::happen;
use crate::story::steps::id;
use crate::world::World;
use serde_json::{Value, json};

/// A client that reads a stream line by line.
struct Stream {
    answer: reqwest::Response,
    read: String,
}

impl Stream {
    async fn open(world: &World, secret: &str, path: &str, last: Option<&str>) -> Self {
        let mut request = crate::client::patient()
            .get(format!("{}{path}", world.base()))
            .bearer_auth(secret)
            .header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, read: String::new() }
    }

    /// The next block that is sent; none when the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let rest = self.read.split_off(end + 2);
                let block = std::mem::replace(&mut self.read, rest);
                return Some(block.trim_end().to_owned());
            }
            let chunk = self.answer.chunk().await.expect("the stream goes on or ends")?;
            self.read.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// The next event: its id, its kind, and what it says.
    async fn event(&mut self) -> Option<(String, String, Value)> {
        loop {
            let block = self.block().await?;
            if block.starts_with(':') {
                continue;
            }
            let field = |name: &str| {
                let found = block.lines().find_map(|l| l.strip_prefix(&format!("{name}: ")));
                found.unwrap_or_else(|| panic!("no {name} in {block}")).to_owned()
            };
            let data = serde_json::from_str(&field("data")).expect("JSON");
            return Some((field("id"), field("event"), data));
        }
    }
}

#[tokio::test]
async fn a_stream_tells_what_happens_from_now_on() {
    let world = World::start().await;
    world.keep_feed();
    let partner = world.partner("apex").await;
    happen(&partner).await;
    let mut stream = Stream::open(&world, partner.secret(), "/v1/events", None).await;
    assert_eq!(stream.block().await.as_deref(), Some(": listening"));
    let opened = happen(&partner).await;
    let (event, kind, data) = stream.event().await.expect("an event");
    assert_eq!(kind, "opportunity.opened");
    assert_eq!(data["subject"], opened["opportunity"]["id"]);
    let read = partner.get(&format!("/v1/events/{event}")).await.expect(200);
    assert_eq!(read, data, "it is the event of the feed");
}

#[tokio::test]
async fn a_stream_goes_on_where_the_one_before_broke_off() {
    let world = World::start().await;
    world.keep_feed();
    let partner = world.partner("apex").await;
    let first = happen(&partner).await;
    let second = happen(&partner).await;
    let page = partner.get("/v1/events?type=quote.created").await.expect(200);
    let last = id(&page["items"][0]["id"]);
    assert_eq!(page["items"][0]["subject"], first["quote"]["id"]);
    let path = "/v1/events?type=quote.*";
    let mut stream = Stream::open(&world, partner.secret(), path, Some(last)).await;
    let (_, kind, data) = stream.event().await.expect("an event");
    assert_eq!(kind, "quote.created");
    assert_eq!(data["subject"], second["quote"]["id"], "what was seen is not told again");
    let after = format!("/v1/events?after={last}");
    let mut stream = Stream::open(&world, partner.secret(), &after, None).await;
    let (_, kind, data) = stream.event().await.expect("an event");
    assert_eq!(kind, "opportunity.opened");
    assert_eq!(data["subject"], second["opportunity"]["id"]);
}

#[tokio::test]
async fn a_wrong_beginning_of_a_stream_is_refused() {
    let world = World::start().await;
    let partner = world.partner("apex").await;
    let send =
        async |headers: &[(&str, &str)]| partner.send("GET", "/v1/events", headers, None).await;
    let stream = ("accept", "text/event-stream");
    let refused = send(&[stream, ("last-event-id", "seven")]).await;
    let problem = refused.refused(400, "invalid_header");
    assert_eq!(problem["errors"][0]["pointer"], "/headers/last-event-id");
    let unknown = send(&[stream, ("last-event-id", "evt000000000001")]).await;
    unknown.refused(400, "invalid_query");
}

#[tokio::test]
async fn a_stream_ends_with_the_server_and_with_its_credential() {
    let mut world = World::start().await;
    world.keep_feed();
    let partner = world.partner("apex").await;
    let mut revoked = Stream::open(&world, partner.secret(), "/v1/events", None).await;
    let me = partner.get("/v1/me").await.expect(200);
    let other = world.partner("apex").await;
    let mut open = Stream::open(&world, other.secret(), "/v1/events", None).await;
    open.block().await.expect("it listens");
    revoked.block().await.expect("it listens");
    let path = format!("/v1/operations/credentials/{}/revoke", id(&me["credential_id"]));
    world.operations.post(&path, &json!({})).await.expect(200);
    // The next look, at the latest after ten seconds of silence, ends it; the end of the server
    // wakes both.
    world.stop();
    assert_eq!(revoked.event().await, None);
    assert_eq!(open.event().await, None);
    world.stopped().await;
}
