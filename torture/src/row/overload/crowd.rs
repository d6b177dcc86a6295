//! The partners and how they send.

use crate::server::Server;
use crate::wire::{Reply, Wire, beat, number};
use serde_json::{Value, json};
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::time::{sleep, sleep_until};

/// Partners that are many.
const MANY: usize = 96;
/// Connections of all of them together: more than the server has places.
const WIRES: usize = 768;
/// Connections of the noisy partner, and of the quiet one: fewer than it may have requests under
/// way, so that a hiccup of the machine makes it wait and not be refused.
const NOISY: usize = 64;
const QUIET: usize = 16;
/// An answer that comes later is of no use to anybody.
const USEFUL: Duration = Duration::from_secs(2);

static KEYS: AtomicUsize = AtomicUsize::new(0);

/// Who sends.
pub(super) struct Crowd {
    pub(super) many: Vec<Wire>,
    pub(super) quiet: Vec<Wire>,
    pub(super) noisy: Vec<Wire>,
}

impl Crowd {
    pub(super) async fn gather(server: &Server, operations: &str) -> Self {
        let url = server.url();
        let mut office = Wire::new(&url, operations);
        let mut secrets = Vec::new();
        for number in 0..MANY + 2 {
            let name = format!("Partner {number}");
            let body = json!({ "name": name, "programme": "apex", "tier": "standard" });
            let partner =
                made(&mut office, "/v1/operations/partners", &format!("p{number}"), &body).await;
            let body = json!({ "name": "Orders", "role": "partner",
                "partner_ids": [partner["id"]] });
            let key = format!("c{number}");
            let made = made(&mut office, "/v1/operations/credentials", &key, &body).await;
            secrets.push(made["secret"].as_str().expect("a secret").to_owned());
        }
        let own = |secret: &str, count| (0..count).map(|_| Wire::new(&url, secret)).collect();
        let (noisy, quiet) = (secrets.pop().expect("many"), secrets.pop().expect("many"));
        let many = secrets.iter().cycle().take(WIRES).map(|secret| Wire::new(&url, secret));
        Self { many: many.collect(), quiet: own(&quiet, QUIET), noisy: own(&noisy, NOISY) }
    }
}

/// The answer to a command of operations, which keep to their own limit.
async fn made(wire: &mut Wire, path: &str, key: &str, body: &Value) -> Value {
    loop {
        let reply = wire.post(path, key, &body.to_string()).await.expect("an answer");
        match reply.status {
            201 => return reply.json(),
            429 => sleep(Duration::from_millis(200)).await,
            status => panic!("{path}: {status} {}", reply.json()),
        }
    }
}

/// What came of a stretch.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) length: Duration,
    /// How long each answer took, and each refusal.
    pub(super) served: Vec<Duration>,
    pub(super) refused: Vec<Duration>,
    limited: usize,
    /// Answers that came early enough, and within the stretch.
    useful: usize,
    /// What must not come, in words.
    pub(super) wrong: Vec<String>,
}

impl Outcome {
    pub(super) fn sent(&self) -> usize {
        self.served.len() + self.refused.len() + self.wrong.len()
    }

    /// Useful answers a second.
    pub(super) fn goodput(&self) -> f64 {
        number(self.useful) / self.length.as_secs_f64()
    }

    pub(super) fn sum(all: Vec<Self>) -> Self {
        let mut sum = Self::default();
        for one in all {
            sum.length += one.length;
            sum.limited += one.limited;
            sum.useful += one.useful;
            sum.served.extend(one.served);
            sum.refused.extend(one.refused);
            sum.wrong.extend(one.wrong);
        }
        sum
    }

    /// `due` is when it should have been sent, `sent` when it was.
    fn take(
        &mut self,
        reply: Result<Reply, std::io::Error>,
        due: Instant,
        sent: Instant,
        within: bool,
    ) {
        let took = due.elapsed();
        match reply {
            Ok(Reply { status: 201, .. }) => {
                self.useful += usize::from(within && took < USEFUL);
                self.served.push(took);
            }
            Ok(Reply { status: status @ (429 | 503), retry_after: true, .. }) => {
                self.limited += usize::from(status == 429);
                self.refused.push(sent.elapsed());
            }
            Ok(reply) => self.wrong.push(format!(
                "{}, Retry-After: {}, {}",
                reply.status,
                reply.retry_after,
                reply.json()
            )),
            Err(e) => self.wrong.push(format!("no answer after {took:.1?}: {e}")),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.refused.len();
        let shed = refused - self.limited;
        write!(
            f,
            "{} sent, {} served, {} limited, {shed} shed",
            self.sent(),
            self.served.len(),
            self.limited
        )
    }
}

/// One command.
async fn ask(wire: &mut Wire) -> Result<Reply, std::io::Error> {
    let key = format!("k{}", KEYS.fetch_add(1, Ordering::Relaxed));
    wire.post("/v1/opportunities", &key, r#"{"name":"Resale"}"#).await
}

/// Each sends the next command as soon as it has an answer.
pub(super) async fn closed(wires: &mut [Wire], length: Duration) -> Outcome {
    let begun = Instant::now();
    let one = async |wire: &mut Wire| {
        let mut outcome = Outcome::default();
        while begun.elapsed() < length {
            let sent = Instant::now();
            let reply = ask(wire).await;
            outcome.take(reply, sent, sent, begun.elapsed() <= length);
        }
        outcome
    };
    all(wires, length, one).await
}

/// So many commands a second whatever becomes of them, as long as a connection is free: what is
/// late for want of one is sent at once, and has waited since its time.
pub(super) async fn paced(wires: &mut [Wire], per_second: f64, length: Duration) -> Outcome {
    let (begun, next) = (Instant::now(), AtomicU32::new(0));
    let every = Duration::from_secs(1).div_f64(per_second);
    let one = async |wire: &mut Wire| {
        let mut outcome = Outcome::default();
        loop {
            let due = beat(begun, next.fetch_add(1, Ordering::Relaxed), every);
            if due > begun + length || begun.elapsed() > length {
                return outcome;
            }
            sleep_until(due.into()).await;
            let sent = Instant::now();
            let reply = ask(wire).await;
            outcome.take(reply, due, sent, begun.elapsed() <= length);
        }
    };
    all(wires, length, one).await
}

async fn all<'a, F>(
    wires: &'a mut [Wire],
    length: Duration,
    one: impl Fn(&'a mut Wire) -> F,
) -> Outcome
where
    F: Future<Output = Outcome>,
{
    let outcomes = futures::future::join_all(wires.iter_mut().map(one)).await;
    Outcome { length, ..Outcome::sum(outcomes) }
}

/// Seconds that the server's threads have had of the processors.
pub(super) fn cpu(server: &Server) -> f64 {
    let tasks = format!("/proc/{}/task", server.id().expect("a running server"));
    let tasks = std::fs::read_dir(tasks).expect("a process").flatten();
    let spent = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    spent.sum::<f64>() / 1e9
}
