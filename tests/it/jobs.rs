//! Jobs never get stuck: what fails is put aside after five tries, a connector that is down is
//! left alone, one that hangs keeps no other waiting, and no outcome counts twice.

mod fencing;
mod operations;
pub(crate) mod script;

use crate::client::Client;
use crate::story::steps::*;
use crate::world::World;
use app::{Clock as _, Settings, Worker};
use domain::job::MOST_TRIES;
use domain::party::Environment;
use pgtest::until;
use script::{Does, Script, told};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::watch;

/// Longer than any pause between two tries.
const PAUSE_MS: i64 = 120_000;

/// A world whose address service and credit bureau do as they are told.
struct Stage {
    world: World,
    address: Arc<Script>,
    credit: Arc<Script>,
    partner: Client,
}

impl Stage {
    async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    async fn with(settings: Settings) -> Self {
        let (address, credit) = (Script::new(Does::Answer), Script::new(Does::Answer));
        let world = World::start_with(told(&address, &credit), settings).await;
        let partner = world.partner("apex").await;
        Self { world, address, credit, partner }
    }

    /// A quote with two sites.
    async fn quote(&self) -> String {
        let open = json!({ "name": "Resale" });
        let opened = self.partner.post("/v1/opportunities", &open).await.expect(201);
        let quote = id(&opened["quote"]["id"]).to_owned();
        two_sites(&self.partner, &quote).await;
        quote
    }

    /// A quote whose addresses are to be validated.
    async fn validation(&self) -> String {
        let quote = self.quote().await;
        let path = format!("/v1/quotes/{quote}/address-validation");
        self.partner.post(&path, &json!({})).await.expect(202);
        quote
    }

    /// The state of a quote's first site.
    async fn validated(&self, quote: &str) -> String {
        let sites = self.partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
        sites["sites"][0]["validation"]["state"].as_str().unwrap_or_default().to_owned()
    }

    /// A quote that was priced.
    async fn priced(&self) -> String {
        let quote = self.quote().await;
        validate(&self.world, &self.partner, &quote).await;
        configure(&self.partner, &quote, "OFF_ADI_MID_MARKET", adi()).await;
        let path = format!("/v1/quotes/{quote}/price");
        self.partner.post(&path, &json!({})).await.expect(200);
        quote
    }

    /// Asks for credit; answers the path of the check.
    async fn credit_check(&self, quote: &str) -> String {
        let asked = json!({ "application": application("Sample apex partner") });
        let path = format!("/v1/quotes/{quote}/credit-checks");
        let check = self.partner.post(&path, &asked).await.expect(202);
        format!("/v1/credit-checks/{}", id(&check["id"]))
    }

    /// What operations see.
    async fn jobs(&self, state: &str) -> Vec<Value> {
        let filter = if state.is_empty() { String::new() } else { format!("?state={state}") };
        let path = format!("/v1/operations/jobs{filter}");
        let listed = self.world.operations.get(&path).await.expect(200);
        listed["items"].as_array().expect("a list").clone()
    }

    async fn connector(&self, name: &str) -> Value {
        let listed = self.world.operations.get("/v1/operations/jobs").await.expect(200);
        let all = listed["connectors"].as_array().expect("a list").clone();
        all.into_iter().find(|c| c["name"] == name).expect("it is listed")
    }

    /// Runs what is due, as often as it takes until nothing is left but what was put aside.
    /// Answers how many runs there were.
    async fn run_to_the_end(&self) -> usize {
        let mut runs = 0;
        for _ in 0..2 * MOST_TRIES {
            runs += self.world.run_jobs().await;
            self.world.clock.advance_ms(PAUSE_MS);
        }
        assert_eq!(self.world.jobs_left().await, 0, "every job has an end");
        runs
    }
}

/// What is said of the one job that was put aside.
async fn put_aside(stage: &Stage, kind: &str) -> Value {
    let jobs = stage.jobs("quarantined").await;
    assert_eq!(jobs.len(), 1, "{jobs:#?}");
    let job = jobs[0].clone();
    assert_eq!((&job["kind"], &job["tries"]), (&json!(kind), &json!(MOST_TRIES)), "{job:#}");
    assert!(job["quarantined_at"].is_string(), "{job:#}");
    job
}

#[tokio::test]
async fn a_job_whose_connector_never_answers_is_put_aside_after_five_tries() {
    let stage = Stage::new().await;
    let quote = stage.priced().await;
    let check = stage.credit_check(&quote).await;
    stage.credit.tell(Does::Later);
    stage.world.run_jobs().await;
    let waiting = stage.jobs("ready").await;
    assert_eq!((&waiting[0]["tries"], &waiting[0]["why"]), (&json!(1), &json!("line busy ")));
    let journey = stage.partner.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
    assert_eq!(journey["current_stage"], "credit_check", "{journey:#}");
    assert_eq!(stage.run_to_the_end().await, 4);
    assert_eq!(stage.credit.calls(), 5);
    let job = put_aside(&stage, "assess_credit").await;
    assert_eq!(job["why"], "line busy ");
    assert_eq!(stage.partner.get(&check).await.expect(200)["state"], "failed");
}

#[tokio::test]
async fn a_job_that_no_try_helps_is_put_aside_at_once() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    stage.address.tell(Does::Never);
    assert_eq!(stage.world.run_jobs().await, 1);
    let job = stage.jobs("quarantined").await.remove(0);
    assert_eq!((&job["tries"], &job["why"]), (&json!(1), &json!("wrong account")));
    assert_eq!(stage.validated(&quote).await, "unchecked");
}

#[tokio::test]
async fn a_job_that_panics_is_put_aside_after_five_tries_and_others_go_on() {
    let stage = Stage::new().await;
    let quote = stage.priced().await;
    let check = stage.credit_check(&quote).await;
    stage.credit.tell(Does::Panic);
    let other = stage.validation().await;
    assert_eq!(stage.world.run_jobs().await, 2);
    assert_eq!(stage.validated(&other).await, "match");
    stage.run_to_the_end().await;
    assert_eq!(stage.credit.calls(), 5);
    let job = put_aside(&stage, "assess_credit").await;
    assert_eq!(job["why"], "the credit connector panicked: out of paper");
    assert_eq!(stage.partner.get(&check).await.expect(200)["state"], "failed");
}

#[tokio::test]
async fn what_a_bureau_answers_for_somebody_else_approves_nobody() {
    let stage = Stage::new().await;
    let quote = stage.priced().await;
    let check = stage.credit_check(&quote).await;
    stage.credit.tell(Does::Astray);
    stage.run_to_the_end().await;
    assert_eq!(stage.credit.calls(), 5, "it counts as no answer, and is asked for again");
    let job = put_aside(&stage, "assess_credit").await;
    let why = job["why"].as_str().expect("a reason");
    assert!(why.starts_with("the bureau answered for "), "{why}");
    assert_eq!(stage.partner.get(&check).await.expect(200)["state"], "failed");
}

#[tokio::test]
async fn a_job_whose_object_cannot_be_read_is_put_aside_after_five_tries_and_others_go_on() {
    let stage = Stage::new().await;
    let quote = stage.priced().await;
    stage.credit_check(&quote).await;
    stage.world.damage("update credit_check set doc = '{'").await;
    let other = stage.validation().await;
    assert_eq!(stage.run_to_the_end().await, 6);
    assert_eq!(stage.validated(&other).await, "match");
    assert_eq!(stage.credit.calls(), 0);
    let job = put_aside(&stage, "assess_credit").await;
    let why = job["why"].as_str().expect("a reason");
    assert!(why.starts_with("column 0 of `select doc from credit_check"), "{why}");
}

#[tokio::test]
async fn a_job_whose_own_row_cannot_be_read_is_put_aside_and_others_go_on() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    stage.world.damage("update job set doc = '{'").await;
    let other = stage.validation().await;
    assert_eq!(stage.run_to_the_end().await, 6);
    assert_eq!(stage.validated(&other).await, "match");
    let job = put_aside(&stage, "unreadable").await;
    assert_eq!((&job["object_id"], &job["connector"]), (&Value::Null, &json!("address")));
    assert_eq!(stage.validated(&quote).await, "requested", "its quote goes on waiting");
    let journey = stage.partner.get(&format!("/v1/quotes/{quote}/journey")).await.expect(200);
    let stages = journey["stages"].as_array().expect("stages");
    let waits = stages.iter().find(|s| s["stage"] == "address_validation").expect("the stage");
    assert_eq!(waits["status"], "waiting", "and says so");
}

#[tokio::test]
async fn a_job_that_ends_the_process_each_time_is_put_aside_without_another_try() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    let nobody = "job000000000000".parse().expect("an id");
    for tries in 1..=MOST_TRIES {
        let (store, now) = (&stage.world.app.store, stage.world.clock.now());
        let claimed = store.claim(nobody, now, 1000, &[("address", 9)], 9).await.expect("a claim");
        assert_eq!(claimed[0].tries, tries);
        // Nothing is ever heard of it again.
        assert_eq!(stage.world.run_jobs().await, 0, "it is leased");
        stage.world.clock.advance_ms(1000);
    }
    assert_eq!(stage.world.run_jobs().await, 1);
    assert_eq!(stage.address.calls(), 0);
    let job = put_aside(&stage, "validate_addresses").await;
    assert_eq!(job["why"], "begun 5 times and the last never ended");
    assert_eq!(stage.validated(&quote).await, "unchecked");
}

#[tokio::test]
async fn a_store_that_is_away_is_not_the_jobs_fault() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    stage.address.tell(Does::Hang);
    let world = Arc::new(stage.world);
    for _ in 0..2 * MOST_TRIES {
        let running = tokio::spawn({
            let world = world.clone();
            async move { world.try_jobs().await }
        });
        stage.address.hangs(1).await;
        world.engine().away(true);
        // The second call begins when the first has answered.
        stage.address.let_go(2);
        assert_eq!(running.await.expect("no panic"), Ok(1), "its outcome could not be kept");
        stage.address.hangs(1).await;
        world.engine().away(false);
    }
    stage.address.tell(Does::Answer);
    assert_eq!(world.run_jobs().await, 1);
    let sites = stage.partner.get(&format!("/v1/quotes/{quote}/sites")).await.expect(200);
    assert_eq!(sites["sites"][0]["validation"]["state"], "match");
    assert_eq!(world.jobs_left().await, 0);
}

#[tokio::test]
async fn a_call_is_cut_off_when_its_time_is_up() {
    let settings = Settings { connector_timeout_ms: 20, ..Settings::default() };
    let stage = Stage::with(settings).await;
    stage.validation().await;
    stage.address.tell(Does::Hang);
    assert_eq!(stage.world.run_jobs().await, 1);
    let job = stage.jobs("ready").await.remove(0);
    let why = "no answer of address within 20 ms";
    assert_eq!((&job["tries"], &job["why"]), (&json!(1), &json!(why)));
}

#[tokio::test]
async fn a_call_is_cut_off_before_its_lease_is_over() {
    let stage = Stage::with(Settings { lease_ms: 100, ..Settings::default() }).await;
    stage.validation().await;
    stage.address.tell(Does::Hang);
    let begun = std::time::Instant::now();
    assert_eq!(stage.world.run_jobs().await, 1);
    assert!(begun.elapsed().as_millis() < 10_000, "well before its own time-out");
    let job = stage.jobs("ready").await.remove(0);
    let why = job["why"].as_str().expect("a reason");
    assert!(why.starts_with("no answer of address within "), "{why}");
}

#[tokio::test]
async fn a_connector_that_is_down_is_left_alone_and_its_jobs_wait_uncounted() {
    let stage = Stage::new().await;
    let mut quotes = Vec::new();
    for _ in 0..13 {
        quotes.push(stage.validation().await);
    }
    stage.address.tell(Does::Later);
    assert_eq!(stage.world.run_jobs().await, 10, "then its circuit is open");
    assert_eq!(stage.address.calls(), 10);
    let down = stage.connector("address").await;
    assert_eq!(down["circuit"], "open", "{down:#}");
    assert_eq!(down["open_until"], "2026-11-23T15:00:05.000Z");
    let tries = |jobs: Vec<Value>| jobs.iter().filter_map(|j| j["tries"].as_u64()).sum::<u64>();
    assert_eq!(tries(stage.jobs("ready").await), 10, "the other three were not tried");

    // One at a time tries whether it is well again.
    stage.world.clock.advance_ms(5_000);
    assert_eq!(stage.connector("address").await["circuit"], "half_open");
    assert_eq!(stage.world.run_jobs().await, 1);
    assert_eq!((stage.address.calls(), tries(stage.jobs("ready").await)), (11, 11));
    assert_eq!(stage.connector("address").await["open_until"], "2026-11-23T15:00:15.000Z");
    // A request that asks it directly is not let through either.
    let ask = json!({ "address": { "street": "1 Dell Way", "city": "Round Rock", "state": "TX" } });
    let direct = stage.partner.post("/v1/addresses/validate", &ask).await;
    direct.refused(503, "unavailable");
    assert_eq!(stage.address.calls(), 11);

    stage.address.tell(Does::Answer);
    stage.world.clock.advance_ms(10_000);
    assert_eq!(stage.world.run_jobs().await, 13);
    assert_eq!(stage.connector("address").await["circuit"], "closed");
    for quote in quotes {
        assert_eq!(stage.validated(&quote).await, "match");
    }
}

#[tokio::test]
async fn jobs_of_a_healthy_connector_run_while_another_hangs() {
    let stage = Stage::with(Settings { jobs_at_once: 4, ..Settings::default() }).await;
    let quote = stage.priced().await;
    let calls = stage.address.calls();
    stage.address.tell(Does::Hang);
    for _ in 0..6 {
        stage.validation().await;
    }
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(Worker::new(stage.world.app.clone()).run(stopped));
    stage.address.hangs(2).await;
    let check = stage.credit_check(&quote).await;
    let decided = stage.partner.get(&format!("{check}?wait=30")).await.expect(200);
    assert_eq!(decided["state"], "approved", "{decided:#}");
    assert_eq!(stage.address.calls() - calls, 2, "at most half of the places are one's");
    let running = stage.jobs("running").await;
    assert!(running.len() == 2 && running.iter().all(|j| j["connector"] == "address"));
    assert_eq!(stage.connector("address").await["running"], 2);
    stage.address.tell(Does::Answer);
    stage.address.let_go(2);
    until("no job is left", async || stage.world.jobs_left().await == 0).await;
    stop.send_replace(true);
    working.await.expect("no panic");
}
