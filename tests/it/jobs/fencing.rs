//! Leases: a job is one worker's at a time, and what a worker brings back too late is dropped.

use super::*;
use crate::world::builtin;

/// How often a quote's addresses were validated, by its history.
async fn validations(stage: &Stage, quote: &str) -> usize {
    let history = stage.partner.get(&format!("/v1/history/{quote}")).await.expect(200);
    let events = history["items"].as_array().expect("events");
    events.iter().filter(|e| e["kind"] == "quote.addresses_validated").count()
}

#[tokio::test]
async fn a_worker_that_was_paused_is_taken_over_and_its_outcome_is_dropped() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    stage.address.tell(Does::Hang);
    let paused = Worker::new(stage.world.app.clone());
    let paused = tokio::spawn(async move { paused.drain().await });
    stage.address.hangs(1).await;

    let other = Worker::new(stage.world.node(builtin()));
    assert_eq!(other.drain().await, Ok(0), "it is leased");
    stage.world.clock.advance_ms(60_000);
    assert_eq!(other.drain().await, Ok(1), "the lease has run out");
    assert_eq!(validations(&stage, &quote).await, 1);
    let after = stage.world.memory().await;

    stage.address.let_go(2);
    assert_eq!(paused.await.expect("no panic"), Ok(1));
    assert_eq!(validations(&stage, &quote).await, 1);
    assert!(stage.world.memory().await == after, "what came too late left nothing behind");
}

#[tokio::test]
async fn a_retried_job_is_out_of_reach_of_a_worker_that_comes_back() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    stage.address.tell(Does::Hang);
    let paused = Worker::new(stage.world.app.clone());
    let paused = tokio::spawn(async move { paused.drain().await });
    stage.address.hangs(1).await;
    let job = stage.jobs("running").await.remove(0);
    let retry = format!("/v1/operations/jobs/{}/retry", id(&job["id"]));
    stage.world.operations.post(&retry, &json!({})).await.refused(409, "state_conflict");
    stage.world.clock.advance_ms(60_000);
    let retried = stage.world.operations.post(&retry, &json!({})).await.expect(200);
    assert_eq!((&retried["state"], &retried["tries"]), (&json!("ready"), &json!(0)));

    // Both calls of the paused worker go on; then it finds the job as its next one.
    stage.address.tell(Does::Later);
    stage.address.let_go(1);
    assert_eq!(paused.await.expect("no panic"), Ok(2));
    assert_eq!(validations(&stage, &quote).await, 0, "no outcome of the old claim counts");
    let left = stage.jobs("ready").await.remove(0);
    assert_eq!(left["tries"], 1, "{left:#}");
    stage.address.tell(Does::Answer);
    stage.world.clock.advance_ms(PAUSE_MS);
    assert_eq!(stage.world.run_jobs().await, 1);
    assert_eq!(validations(&stage, &quote).await, 1);
}

#[tokio::test]
async fn two_workers_on_one_database_share_the_jobs_without_doubling_any() {
    let stage = Stage::new().await;
    let mut quotes = Vec::new();
    for _ in 0..12 {
        quotes.push(stage.validation().await);
    }
    let nodes = [(); 2].map(|()| stage.world.node(told(&stage.address, &stage.credit)));
    let (stop, stopped) = watch::channel(false);
    let workers = nodes.map(|node| tokio::spawn(Worker::new(node).run(stopped.clone())));
    until("no job is left", async || stage.world.jobs_left().await == 0).await;
    stop.send_replace(true);
    for worker in workers {
        worker.await.expect("no panic");
    }
    assert_eq!(stage.address.calls(), 24, "each site was asked for once");
    for quote in quotes {
        assert_eq!(validations(&stage, &quote).await, 1);
    }
}

#[tokio::test]
async fn a_worker_told_to_stop_gives_back_what_it_has_not_begun() {
    let stage = Stage::new().await;
    for _ in 0..3 {
        stage.validation().await;
    }
    let (stop, stopped) = watch::channel(false);
    stage.world.engine().at_claim(stop);
    Worker::new(stage.world.app.clone()).run(stopped).await;
    assert_eq!(stage.address.calls(), 0);
    for job in stage.jobs("").await {
        assert_eq!((&job["state"], &job["tries"]), (&json!("ready"), &json!(0)), "{job:#}");
    }
    let next = Worker::new(stage.world.node(builtin()));
    assert_eq!(next.drain().await, Ok(3), "the next node need not wait");
}

#[tokio::test]
async fn a_worker_told_to_stop_finishes_what_answers_soon() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    stage.address.tell(Does::Hang);
    let (stop, stopped) = watch::channel(false);
    let working = tokio::spawn(Worker::new(stage.world.app.clone()).run(stopped));
    stage.address.hangs(1).await;
    stop.send_replace(true);
    stage.address.let_go(1);
    working.await.expect("no panic");
    // The first site was answered; the second was not begun, so the job is the next node's.
    let job = stage.jobs("ready").await.remove(0);
    assert_eq!((&job["tries"], &job["why"]), (&json!(0), &json!("the server stopped")));
    let next = Worker::new(stage.world.node(builtin()));
    assert_eq!(next.drain().await, Ok(1));
    assert_eq!(validations(&stage, &quote).await, 1);
}
