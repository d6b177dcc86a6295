//! Canaries: tax ids are sent through the door in every way, and then looked for wherever the
//! server could have left one.

use super::{Desk, review};
use crate::story::steps::*;
use domain::party::Environment;
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;

/// Nine digits that stand for nothing else, bare and as each register writes them.
const CANARIES: [[&str; 3]; 4] = [
    ["918273645", "91-8273645", "918-27-3645"],
    ["927364518", "92-7364518", "927-36-4518"],
    ["936451827", "93-6451827", "936-45-1827"],
    ["945182736", "94-5182736", "945-18-2736"],
];

/// What holds a canary in clear.
fn found(place: &str, text: &[u8]) -> Vec<String> {
    let forms = CANARIES.iter().flatten();
    let held = forms.filter(|form| text.windows(form.len()).any(|part| part == form.as_bytes()));
    held.map(|form| format!("{form} in {place}")).collect()
}

/// A log that is kept.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

thread_local! {
    /// Whether what happens on this thread is kept.
    static HERE: Cell<bool> = const { Cell::new(false) };
}

/// Keeps all that is logged on this thread from now on, down to the last trace. Other tests run
/// beside it, so that there is one listener for all threads, which hears this one.
fn listen() -> Kept {
    static LOG: OnceLock<Kept> = OnceLock::new();
    let log = LOG.get_or_init(|| {
        let log = Kept::default();
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(log.clone());
        let layer = layer.with_filter(dynamic_filter_fn(|_, _| HERE.get()));
        let all = tracing_subscriber::registry().with(layer);
        tracing::subscriber::set_global_default(all).expect("no other listener");
        log
    });
    HERE.set(true);
    log.clone()
}

/// Every way in which a tax id is sent: rightly, and in each wrong place.
async fn plant(desk: &Desk) -> Vec<String> {
    let path = desk.of_quote("credit-checks");
    let mut answers = Vec::new();
    let mut sent = 0;
    for [bare, ein, ssn] in CANARIES {
        for (kind, form) in [("llc", bare), ("llc", ein), ("sole_proprietor", ssn)] {
            let mut right = application("Sample Freight");
            (right["business_type"], right["tax_id"]) = (json!(kind), json!(form));
            let body = json!({ "application": right });
            sent += 1;
            let key = format!("canary-{sent}");
            let asked = desk.partner.post_with_key(&path, &body, &key).await;
            answers.push(desk.partner.post_with_key(&path, &body, &key).await.text);
            let check = asked.clone().expect(202);
            answers.push(asked.text);
            desk.world.run_jobs().await;
            let why = json!({ "reason": "To see that it is kept nowhere." });
            desk.world.operations.post(&review(&check, "/reveal-tax-id"), &why).await.expect(200);
            answers.push(desk.world.operations.get(&review(&check, "")).await.text);
            for (member, value) in wrong(form) {
                let mut application = application("Sample Freight");
                application[member] = value;
                let body = json!({ "application": application });
                let refused = desk.partner.post(&path, &body).await;
                assert!((400..500).contains(&refused.status), "{member}: {}", refused.text);
                answers.push(refused.text);
            }
            for body in [
                json!({ "application": form }),
                json!({ "requested_amount": form, "application": 1 }),
            ] {
                answers.push(desk.partner.post(&path, &body).await.text);
            }
            answers.push(broken(desk, &path, form).await);
        }
    }
    answers.push(desk.partner.get(&path).await.text);
    answers.push(desk.partner.get("/v1/events?limit=200").await.text);
    answers.push(desk.world.operations.get("/v1/events?limit=200").await.text);
    answers
}

/// A tax id where none belongs, and one that is none.
fn wrong(form: &str) -> Vec<(&'static str, Value)> {
    let mut wrong = vec![
        ("tax_id", json!(format!("{form}0"))),
        ("tax_id", json!(format!(" {form}"))),
        ("tax_id", json!([form])),
        ("tax_id", json!({ "value": form })),
        ("ssn", json!(form)),
        ("business_type", json!(form)),
        ("years_in_business", json!(form)),
        ("legal_address", json!(form)),
        ("email", json!(form)),
        ("past_due", json!(format!("{form}.001"))),
    ];
    if form.contains('-') {
        let text = || json!(format!("Sample {form}"));
        wrong.extend([
            ("business_name", text()),
            ("doing_business_as", text()),
            ("primary_first_name", text()),
            ("primary_last_name", text()),
            ("sub_account_id", text()),
            ("segment", text()),
        ]);
    }
    wrong
}

/// A body that ends in the middle of a tax id's member.
async fn broken(desk: &Desk, path: &str, form: &str) -> String {
    let body = format!("{{\"application\": {{\"tax_id\": \"{form}\", oops");
    let headers = [("idempotency-key", "broken")];
    desk.partner.send("POST", path, &headers, Some(body)).await.text
}

/// Looks wherever something is kept: every table, the database's own files, and what was sent.
async fn look(desk: &Desk) -> Vec<String> {
    let mut places = Vec::new();
    for (table, rows) in desk.world.memory().await {
        places.extend(found(table, format!("{rows:?}").as_bytes()));
    }
    for sql in ["select * from credit_check", "select * from idempotency", "select * from job"] {
        places.extend(found(sql, format!("{:?}", desk.world.rows(sql).await).as_bytes()));
    }
    if !crate::ON_POSTGRES {
        let file = desk.world.file();
        for name in [file.clone(), file.with_extension("sqlite-wal")] {
            let bytes = std::fs::read(&name).expect("a file of the database");
            assert!(!bytes.is_empty(), "{} is empty", name.display());
            places.extend(found(&name.display().to_string(), &bytes));
        }
    }
    for arrived in desk.world.receivers.all() {
        places.extend(found("a webhook", arrived.body.as_bytes()));
    }
    places
}

#[tokio::test]
async fn no_table_file_log_event_answer_or_webhook_holds_a_tax_id_in_clear() {
    let log = listen();
    let desk = Desk::open().await;
    for client in [&desk.partner, &desk.world.operations] {
        let hook = json!({ "url": "https://hooks.example.com/all" });
        client.post("/v1/webhook-endpoints", &hook).await.expect(201);
    }
    let answers = plant(&desk).await;
    desk.world.send_webhooks().await;
    let mut places: Vec<String> =
        answers.iter().flat_map(|answer| found("an answer", answer.as_bytes())).collect();
    places.extend(look(&desk).await);
    let log = log.0.lock().expect("open").clone();
    assert!(String::from_utf8_lossy(&log).contains("/credit-checks"), "the log was kept");
    places.extend(found("the log", &log));
    assert_eq!(places, Vec::<String>::new());
    assert!(!desk.world.receivers.all().is_empty(), "webhooks were sent");
    let live = desk.world.live_operations().await;
    let said = live.get("/v1/operations/credit-reviews").await.expect(200);
    assert_eq!(said["items"], json!([]), "{:?}", Environment::Live);
}

#[tokio::test]
async fn the_search_for_canaries_finds_one_that_is_kept() {
    let desk = Desk::open().await;
    desk.ask(12, "0.00").await;
    assert_eq!(look(&desk).await, Vec::<String>::new());
    desk.world
        .damage("update credit_check set doc = replace(doc, 'Sample Freight', 'X 91-8273645')")
        .await;
    let places = look(&desk).await;
    assert!(places.iter().any(|place| place == "91-8273645 in credit_check"), "{places:?}");
    if !crate::ON_POSTGRES {
        assert!(places.iter().any(|place| place.contains("sqlite-wal")), "{places:?}");
    }
    assert_eq!(found("a text", b"x 918273645 y"), ["918273645 in a text"]);
}
