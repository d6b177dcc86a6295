//! Overload, measured: clients that do not wait for each other send three times what the server
//! can do, and one partner sends far more than it may. Through the router, without sockets, so
//! that it is the server that is measured. The bounds are wide: the machine has other work.

use crate::client::Client;
use crate::world::{MAX_BODY_BYTES, World};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tower::ServiceExt;
use web::{Limits, Rate};

/// An answer that comes later than this is of no use to anybody.
const USEFUL: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(1);
const ROUNDS: u32 = 3;
/// Requests under way at once: at its best, and at most.
const PLACES: u32 = 64;

/// Sends commands through the router.
#[derive(Clone)]
struct Sender {
    router: Router,
    secret: Arc<str>,
    sent: Arc<AtomicU64>,
}

impl Sender {
    fn new(world: &World, router: &Router, partner: &Client) -> Self {
        let name = Arc::<str>::from(format!("Bearer {}", partner.secret()));
        assert!(world.base().starts_with("http"), "the world lives as long as its senders");
        Self { router: router.clone(), secret: name, sent: Arc::default() }
    }

    /// Opens an opportunity; how long it took, and the status.
    async fn open(&self) -> (Duration, u16) {
        let key = format!("load-{}", self.sent.fetch_add(1, Ordering::Relaxed));
        let request = Request::post("/v1/opportunities")
            .header("authorization", &*self.secret)
            .header("idempotency-key", key)
            .header("content-type", "application/json")
            .body(Body::from(r#"{"name":"Resale"}"#))
            .expect("a request");
        let begun = Instant::now();
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        (begun.elapsed(), answer.status().as_u16())
    }
}

fn router(world: &World, limits: Limits) -> Router {
    let options =
        web::Options { max_body_bytes: MAX_BODY_BYTES, limits, ..web::Options::default() };
    web::router(world.app.clone(), options).expect("a router")
}

/// Useful answers a second.
fn pace(answers: &[(Duration, u16)], begun: Instant) -> f64 {
    let useful = answers.iter().filter(|(took, status)| *status == 201 && *took < USEFUL).count();
    f64::from(u32::try_from(useful).expect("few")) / begun.elapsed().as_secs_f64()
}

/// What `PLACES` clients get that each send the next request as soon as they have an answer.
async fn closed(sender: &Sender) -> Vec<(Duration, u16)> {
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for _ in 0..PLACES {
        let sender = sender.clone();
        tasks.spawn(async move {
            let mut answers = Vec::new();
            while begun.elapsed() < ROUND {
                answers.push(sender.open().await);
            }
            answers
        });
    }
    tasks.join_all().await.concat()
}

/// Sends `per_second` requests whatever becomes of them, for `time`; what became of them.
async fn opened(sender: &Sender, per_second: f64, time: Duration) -> Vec<(Duration, u16)> {
    let mut tasks = JoinSet::new();
    let mut sent = 0;
    let begun = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(2));
    while begun.elapsed() < time {
        tick.tick().await;
        let due = begun.elapsed().as_secs_f64() * per_second;
        while f64::from(sent) < due {
            let sender = sender.clone();
            tasks.spawn(async move { sender.open().await });
            sent += 1;
        }
    }
    tasks.join_all().await
}

fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent).div_ceil(100) - 1]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_three_times_its_capacity_a_server_does_as_much_as_at_its_best() {
    let world = World::start().await;
    let router = router(&world, Limits { in_flight: PLACES, ..Limits::OFF });
    let sender = Sender::new(&world, &router, &world.partner("apex").await);
    closed(&sender).await;
    let (mut peak, mut goodput, mut shed, mut sent) = (0.0, 0.0, 0, 0);
    // In turns, so that whatever else the machine does falls on both.
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let best = pace(&closed(&sender).await, begun);
        let begun = Instant::now();
        let answers = opened(&sender, 3.0 * best, ROUND).await;
        goodput += pace(&answers, begun) / f64::from(ROUNDS);
        peak += best / f64::from(ROUNDS);
        sent += answers.len();
        shed += answers.iter().filter(|(_, s)| *s == 503).count();
        assert!(answers.iter().all(|(_, s)| matches!(s, 201 | 503)), "nothing else came of it");
    }
    let share = 100.0 * goodput / peak;
    println!("peak {peak:.0}/s, useful {goodput:.0}/s: {share:.0} %; {shed} of {sent} shed");
    assert!(shed > sent / 4, "{shed} of {sent} were shed: it was no overload");
    assert!(share >= 50.0, "{share:.0} % of the peak");
}

/// What a partner that sends forty a second waits for.
async fn quiet(sender: &Sender) -> Vec<Duration> {
    let answers = opened(sender, 40.0, Duration::from_secs(3)).await;
    assert!(answers.iter().all(|(_, status)| *status == 201), "the quiet partner is served");
    answers.into_iter().map(|(took, _)| took).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_far_above_its_rate_does_not_slow_down_the_others() {
    let world = World::start().await;
    let rate = Rate { per_second: 50, burst: 50 };
    let router = router(&world, Limits { test: rate, ..Limits::default() });
    let calm = Sender::new(&world, &router, &world.partner("apex").await);
    let loud = Sender::new(&world, &router, &world.partner("apex").await);
    let idle = quiet(&calm).await;
    let noise = async { opened(&loud, 1000.0, Duration::from_secs(3)).await };
    let (busy, noise) = tokio::join!(quiet(&calm), noise);
    let limited = noise.iter().filter(|(_, status)| *status == 429).count();
    let (before, after) = (percentile(idle.clone(), 99), percentile(busy.clone(), 99));
    let (half_before, half_after) = (percentile(idle, 50), percentile(busy, 50));
    println!("p50 {half_before:?} -> {half_after:?}, p99 {before:?} -> {after:?}");
    println!("{limited} of {} of the other were refused", noise.len());
    assert!(limited * 10 > noise.len() * 8, "{limited} of {} were refused", noise.len());
    let most = (before * 10).max(Duration::from_millis(250));
    assert!(after <= most, "p99 {after:?}, idle {before:?}");
}
