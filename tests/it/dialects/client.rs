//! A client of one family: it sends what a partner's program, written against the published
//! pages, would send. While it waits for an answer the world's jobs are worked on.

use crate::client::{Client, Reply};
use crate::world::World;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::sleep;

pub(crate) struct Published<'a> {
    world: &'a World,
    client: Client,
    family: &'static str,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    traces: AtomicU64,
    /// The partner that it says it calls for, in a header.
    sp_id: Option<String>,
}

impl<'a> Published<'a> {
    /// A fresh partner of `programme` with its credential, calling `family`.
    pub(crate) async fn of(world: &'a World, family: &'static str, programme: &str) -> Self {
        Self::numbered(world, family, programme, None).await
    }

    /// The same that the carrier knows by the number `sp_id`.
    pub(crate) async fn numbered(
        world: &'a World,
        family: &'static str,
        programme: &str,
        sp_id: Option<&str>,
    ) -> Self {
        let mut new = json!({ "name": format!("Sample {programme} partner"),
            "programme": programme, "tier": "standard" });
        if let Some(sp_id) = sp_id {
            new["sp_id"] = sp_id.into();
        }
        let partner = world.operations.post("/v1/operations/partners", &new).await.expect(201);
        let ids = json!([partner["id"]]);
        Self::with(world, family, &json!({ "name": "desk", "role": "partner", "partner_ids": ids }))
            .await
    }

    /// With a credential that operations make as `new` says.
    pub(crate) async fn with(world: &'a World, family: &'static str, new: &Value) -> Self {
        let minted = world.operations.post("/v1/operations/credentials", new).await.expect(201);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (client_id, client_secret) =
            (text(&minted["credential"]["id"]), text(&minted["secret"]));
        let (client, traces) = (world.client(""), AtomicU64::new(0));
        Self { world, client, family, client_id, client_secret, traces, sp_id: None }
    }

    /// The same credential, which names this partner in the header of each call.
    pub(crate) fn calling_for(&self, sp_id: &str) -> Self {
        Self {
            world: self.world,
            client: self.client.clone(),
            family: self.family,
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            traces: AtomicU64::new(0),
            sp_id: Some(sp_id.to_owned()),
        }
    }

    /// What was sent, in order.
    pub(crate) fn sent(&self) -> Vec<Reply> {
        self.client.sent()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, Some(body), &[]).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, Some(body), &[]).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send("PATCH", path, Some(body), &[]).await
    }

    /// With further headers. The path is the published one, without the mount.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        more: &[(&str, &str)],
    ) -> Reply {
        let trace = format!("trace-{}", self.traces.fetch_add(1, Ordering::SeqCst));
        let mut headers: Vec<(&str, &str)> = vec![
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
            ("x-trace-id", &trace),
        ];
        headers.extend(self.sp_id.as_deref().map(|sp_id| ("spId", sp_id)));
        headers.extend(more);
        let path = format!("/{}/api/v1{path}", self.family);
        let reply = self.raw(method, &path, body, &headers).await;
        assert_eq!(reply.header("x-trace-id"), trace, "{method} {path}: {}", reply.text);
        reply
    }

    /// The same body, sent so many times at once.
    pub(crate) async fn crowd(&self, path: &str, body: &Value, times: usize) -> Vec<Reply> {
        let answered = AtomicBool::new(false);
        let sending = async {
            let sent = (0..times).map(|n| {
                let (trace, path) =
                    (format!("crowd-{n}"), format!("/{}/api/v1{path}", self.family));
                async move {
                    let headers = [
                        ("client_id", self.client_id.as_str()),
                        ("client_secret", self.client_secret.as_str()),
                        ("x-trace-id", trace.as_str()),
                    ];
                    self.client.send("POST", &path, &headers, Some(body.to_string())).await
                }
            });
            let replies = futures::future::join_all(sent).await;
            answered.store(true, Ordering::SeqCst);
            replies
        };
        tokio::join!(sending, self.work_until(&answered)).0
    }

    /// Anything, as it is; jobs are worked on until it has its answer.
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let answered = AtomicBool::new(false);
        let sending = async {
            let reply = self.client.send(method, path, headers, body.map(Value::to_string)).await;
            answered.store(true, Ordering::SeqCst);
            reply
        };
        tokio::join!(sending, self.work_until(&answered)).0
    }

    async fn work_until(&self, answered: &AtomicBool) {
        while !answered.load(Ordering::SeqCst) {
            self.world.run_jobs().await;
            sleep(Duration::from_millis(1)).await;
        }
    }
}
