//! What operations and the command line do with jobs.

use super::*;
use app::job::{JobQuarantine, JobRetry};
use store::Page;

fn path(job: &Value, what: &str) -> String {
    format!("/v1/operations/jobs/{}/{what}", id(&job["id"]))
}

#[tokio::test]
async fn a_job_is_shown_with_what_waits_for_it_and_filtered_by_state() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    let me = stage.partner.get("/v1/me").await.expect(200);
    let job = stage.jobs("").await.remove(0);
    assert_eq!((&job["object_id"], &job["partner_id"]), (&json!(quote), &me["partner"]["id"]));
    assert_eq!((&job["state"], &job["connector"]), (&json!("ready"), &json!("address")));
    assert_eq!(job["created_at"], "2026-11-23T15:00:00.000Z");
    for (state, count) in [("ready", 1), ("running", 0), ("quarantined", 0)] {
        assert_eq!(stage.jobs(state).await.len(), count, "{state}");
    }
    let wrong = stage.world.operations.get("/v1/operations/jobs?state=lost").await;
    wrong.refused(400, "invalid_query");
    let live = stage.world.live_operations().await;
    let theirs = live.get("/v1/operations/jobs").await.expect(200);
    assert_eq!(theirs["items"], json!([]));
    live.post(&path(&job, "retry"), &json!({})).await.refused(404, "not_found");
}

#[tokio::test]
async fn jobs_come_in_pages_newest_first() {
    let stage = Stage::new().await;
    for _ in 0..5 {
        stage.validation().await;
        stage.world.clock.advance_ms(1);
    }
    let all: Vec<String> =
        stage.jobs("").await.iter().map(|job| id(&job["id"]).to_owned()).collect();
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/operations/jobs?limit=2{cursor}");
        let page = stage.world.operations.get(&path).await.expect(200);
        let items = page["items"].as_array().expect("a list");
        paged.extend(items.iter().map(|job| id(&job["id"]).to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, all);
    assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
}

#[tokio::test]
async fn what_is_put_aside_is_not_run_until_it_is_retried() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    let job = stage.jobs("").await.remove(0);
    let operations = &stage.world.operations;
    operations.post(&path(&job, "quarantine"), &json!({})).await.refused(422, "invalid_body");
    let why = json!({ "reason": "Moved tonight." });
    let aside = operations.post(&path(&job, "quarantine"), &why).await;
    assert_eq!(aside.header("etag"), "\"2\"");
    let aside = aside.expect(200);
    assert_eq!(aside["why"], "put aside by operations (night shift): Moved tonight.");
    assert_eq!(stage.jobs("quarantined").await, [aside]);
    operations.post(&path(&job, "quarantine"), &why).await.refused(409, "state_conflict");
    stage.world.clock.advance_ms(PAUSE_MS);
    assert_eq!(stage.world.run_jobs().await, 0);
    let again = json!({ "reason": "It is back." });
    let ready = operations.post(&path(&job, "retry"), &again).await.expect(200);
    assert_eq!((&ready["state"], &ready["quarantined_at"]), (&json!("ready"), &Value::Null));
    assert_eq!(ready["why"], "retried by operations (night shift): It is back.");
    assert_eq!(stage.jobs("ready").await, [ready]);
    assert_eq!(stage.world.run_jobs().await, 1);
    assert_eq!(stage.validated(&quote).await, "match");
    operations.post(&path(&job, "retry"), &again).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_job_that_waits_for_its_next_try_is_retried_at_once() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    stage.address.tell(Does::Later);
    assert_eq!(stage.world.run_jobs().await, 1);
    assert_eq!(stage.world.run_jobs().await, 0, "not yet");
    stage.address.tell(Does::Answer);
    let job = stage.jobs("ready").await.remove(0);
    stage.world.operations.post(&path(&job, "retry"), &json!({})).await.expect(200);
    assert_eq!(stage.world.run_jobs().await, 1);
    assert_eq!(stage.validated(&quote).await, "match");
}

#[tokio::test]
async fn a_job_whose_rows_were_mended_goes_on_when_it_is_retried() {
    let stage = Stage::new().await;
    let quote = stage.validation().await;
    stage.world.damage("update site set doc = '{' || doc").await;
    stage.run_to_the_end().await;
    let job = put_aside(&stage, "validate_addresses").await;
    stage.world.damage("update site set doc = substr(doc, 2)").await;
    assert_eq!(stage.validated(&quote).await, "requested");
    stage.world.operations.post(&path(&job, "retry"), &json!({})).await.expect(200);
    assert_eq!(stage.world.run_jobs().await, 1);
    assert_eq!(stage.validated(&quote).await, "match");
}

#[tokio::test]
async fn the_command_line_does_the_same_on_the_database_itself() {
    let stage = Stage::new().await;
    stage.validation().await;
    let app = &stage.world.app;
    let page = Page { before: None, since: None, limit: 9 };
    let job = app.system_jobs(Environment::Test, "", page).await.expect("jobs").remove(0).id;
    assert_eq!(app.system_jobs(Environment::Live, "", page).await, Ok(vec![]));
    let aside = JobQuarantine { job, reason: "why".to_owned() };
    let moved = app.system_quarantine_job(Environment::Test, &aside).await.expect("put aside");
    assert_eq!(moved.why.as_deref(), Some("put aside by system: why"));
    let retry = JobRetry { job, reason: None };
    app.system_retry_job(Environment::Live, &retry).await.expect_err("not of this space");
    let moved = app.system_retry_job(Environment::Test, &retry).await.expect("retried");
    assert_eq!(app.system_jobs(Environment::Test, "ready", page).await, Ok(vec![moved]));
    assert_eq!(stage.world.run_jobs().await, 1);
}
