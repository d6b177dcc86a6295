//! Sites from files, through the door: looked at, taken whole or in part, once.

use crate::client::{Client, Reply};
use crate::story::steps::id;
use crate::world::World;
use serde_json::{Value, json};

const CSV: &str = "Site Name,Street,City,State,ZIP,Product,Bandwidth,Access Speed,Term\n\
    Chicago office,233 S Wacker Dr,Chicago,IL,60606,ADI,1 Gb,1G,36\n\
    Boston shop,1 Beacon St,Boston,Massachusetts,2108,ADI,100 Mbps,100M,3 years\n";
const FAULTY: &str = "Site Name,Street,City,State,ZIP\n\
    Chicago office,233 S Wacker Dr,Chicago,IL,60606\n\
    Nowhere,1 Main St,Springfield,XX,6060A\n";

async fn draft(world: &World) -> (Client, String) {
    let partner = world.partner("apex").await;
    let opened = partner.post("/v1/opportunities", &json!({ "name": "Resale" })).await.expect(201);
    let path = format!("/v1/quotes/{}/imports", id(&opened["quote"]["id"]));
    (partner, path)
}

async fn send(client: &Client, path: &str, key: &str, kind: &str, body: &str) -> Reply {
    let headers = [("idempotency-key", key), ("content-type", kind)];
    client.send("POST", path, &headers, Some(body.to_owned())).await
}

async fn sites(client: &Client, path: &str) -> Vec<Value> {
    let found = client.get(&path.replace("/imports", "/sites")).await.expect(200);
    found["sites"].as_array().expect("sites").clone()
}

#[tokio::test]
async fn a_preview_says_what_would_be_done_and_changes_nothing() {
    let world = World::start().await;
    let (partner, path) = draft(&world).await;
    let before = world.memory().await;
    let preview = format!("{path}/preview");
    let headers = [("content-type", "text/csv; charset=utf-8")];
    let told = partner.send("POST", &preview, &headers, Some(CSV.to_owned())).await.expect(200);
    let report = &told["report"];
    assert_eq!((&report["rows"], &report["sound"]), (&json!(2), &json!(2)), "{told:#}");
    let bandwidth = json!({ "column": "G", "heading": "Bandwidth", "means": "feature",
        "feature": "Port Speed" });
    assert_eq!(report["columns"][6], bandwidth);
    assert_eq!(report["notes"][0]["column"], "E");
    assert_eq!(told["sites"][1]["address"]["zip"], "02108");
    assert_eq!(told["sites"][1]["features"][0], json!({ "name": "Port Speed", "value": "100M" }));
    let told = partner.send("POST", &preview, &headers, Some(FAULTY.to_owned())).await.expect(200);
    assert_eq!(told["report"]["faults_count"], 2, "{told:#}");
    let fault = &told["report"]["faults"][1];
    assert_eq!((&fault["row"], &fault["column"]), (&json!(3), &json!("E")));
    assert_eq!((&fault["value"], &fault["code"]), (&json!("6060A"), &json!("bad_format")));
    assert!(fault["expected"].is_string() && fault["remedy"].is_string());
    let one = format!("{preview}?faults=1&offering=ADI");
    let told = partner.send("POST", &one, &headers, Some(FAULTY.to_owned())).await.expect(200);
    assert_eq!(told["report"]["faults"].as_array().map(Vec::len), Some(1));
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn every_row_is_taken_with_its_configuration_or_none() {
    let world = World::start().await;
    let (partner, path) = draft(&world).await;
    let before = world.memory().await;
    let refused = send(&partner, &path, "k-1", "text/csv", FAULTY).await;
    let problem = refused.refused(422, "invalid_body");
    let pointers: Vec<_> =
        problem["errors"].as_array().expect("faults").iter().map(|f| id(&f["pointer"])).collect();
    assert_eq!(pointers, ["/rows/3/D", "/rows/3/E"]);
    assert!(world.memory().await == before, "a refused file leaves nothing behind");

    let taken = send(&partner, &path, "k-1", "text/csv", CSV).await;
    let location = taken.header("location").to_owned();
    let taken = taken.expect(201);
    assert_eq!(taken["import"]["state"], "committed");
    assert_eq!(partner.get(&location).await.expect(200), taken["import"]);
    let sites = sites(&partner, &path).await;
    let names: Vec<_> = sites.iter().map(|s| id(&s["name"])).collect();
    assert_eq!(names, ["Chicago office", "Boston shop"]);
    assert_eq!(sites[1]["configuration"]["term_months"], 36, "{:#}", sites[1]);
    let quote = path.replace("/imports", "");
    let history = partner.get(&quote.replace("/quotes/", "/history/")).await.expect(200);
    let last = history["items"].as_array().and_then(|e| e.last()).expect("events").to_string();
    assert!(last.contains("quote.imported") && last.contains(": 2 of 2 rows"), "{last}");
}

#[tokio::test]
async fn the_sound_rows_are_taken_if_asked_and_the_file_says_what_is_wrong_in_the_others() {
    let world = World::start().await;
    let (partner, path) = draft(&world).await;
    let partly = format!("{path}?mode=partial");
    let taken = send(&partner, &partly, "k-1", "text/csv", FAULTY).await.expect(201);
    assert_eq!(
        (&taken["import"]["state"], sites(&partner, &path).await.len()),
        (&json!("partial"), 1)
    );
    let file = format!("{path}/{}/file", id(&taken["import"]["id"]));
    let file = partner.get(&file).await;
    assert_eq!(file.header("content-type"), "text/csv");
    let lines: Vec<_> = file.text.lines().collect();
    assert!(
        lines[0].ends_with(",ZIP,Demarc: faults") && lines[1].ends_with(",60606,"),
        "{lines:?}"
    );
    assert!(lines[2].contains("State: XX is no state") && lines[2].contains(" | ZIP: 6060A"));
    // A file without a sound row, or without a heading that is needed, is taken in no part.
    let none = FAULTY.replace("233 S Wacker Dr", "");
    send(&partner, &partly, "k-2", "text/csv", &none).await.refused(422, "invalid_body");
    let headless = FAULTY.replace("Street", "Colour");
    let broken = send(&partner, &partly, "k-3", "text/csv", &headless).await;
    assert_eq!(broken.refused(422, "invalid_body")["errors"][0]["code"], "missing");
}

#[tokio::test]
async fn a_file_comes_back_with_its_faults_before_anything_is_taken() {
    let world = World::start().await;
    let (partner, path) = draft(&world).await;
    let before = world.memory().await;
    let ask = |body: &str| {
        let (path, body) = (format!("{path}/preview/file"), Some(body.to_owned()));
        let partner = &partner;
        async move { partner.send("POST", &path, &[("content-type", "text/csv")], body).await }
    };
    let file = ask(FAULTY).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv"));
    let lines: Vec<_> = file.text.lines().collect();
    assert!(lines[0].ends_with(",ZIP,Demarc: faults") && lines[1].ends_with(",60606,"));
    assert!(lines[2].contains("State: XX is no state") && lines[2].contains(" | ZIP: 6060A"));
    let headless = ask(&FAULTY.replace("Street", "Colour")).await;
    assert!(headless.text.contains("no column is the Street"), "{}", headless.text);
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn a_key_stands_for_every_byte_of_its_file_and_for_the_query() {
    let world = World::start().await;
    let (partner, path) = draft(&world).await;
    let first = send(&partner, &path, "k-1", "text/csv", CSV).await;
    let replay = send(&partner, &path, "k-1", "text/csv", CSV).await;
    assert_eq!((replay.status, replay.header("idempotency-replayed")), (201, "true"));
    assert_eq!(replay.text, first.text);
    assert_eq!(sites(&partner, &path).await.len(), 2);
    let spaced = format!("{CSV}\n");
    for (path, body) in [(path.clone(), spaced), (format!("{path}?mode=partial"), CSV.to_owned())] {
        let other = send(&partner, &path, "k-1", "text/csv", &body).await;
        other.refused(422, "idempotency_key_reused");
    }
    assert_eq!(sites(&partner, &path).await.len(), 2);
}

#[tokio::test]
async fn what_is_no_such_file_is_refused_with_its_code() {
    let world = World::start().await;
    let (partner, path) = draft(&world).await;
    let before = world.memory().await;
    for (kind, body, status, code) in [
        ("text/plain", CSV, 415, "unsupported_media_type"),
        ("application/json", "{", 422, "invalid_body"),
        ("application/x-ndjson", "[]", 422, "invalid_body"),
        ("text/csv", "Site Name\n", 422, "invalid_body"),
    ] {
        send(&partner, &path, "k-1", kind, body).await.refused(status, code);
    }
    let media = sheet::Format::Xlsx.media();
    send(&partner, &path, "k-1", media, CSV).await.refused(422, "invalid_body");
    for (query, expected) in [
        ("mode=preview", "commit, partial"),
        ("offering=", "1 to 200 characters"),
        ("sheets=1", ""),
    ] {
        let reply = send(&partner, &format!("{path}?{query}"), "k-1", "text/csv", CSV).await;
        let problem = reply.refused(400, "invalid_query");
        assert_eq!(problem["errors"][0]["expected"].as_str().unwrap_or_default(), expected);
    }
    // Larger than what other operations take, and than what this one does.
    let filled = |size: usize| "x".repeat(size);
    let large = send(&partner, &path, "k-1", "text/csv", &filled(3 * 1024 * 1024)).await;
    large.refused(422, "invalid_body");
    let larger = send(&partner, &path, "k-1", "text/csv", &filled(sheet::MOST_BYTES + 1)).await;
    larger.refused(413, "body_too_large");
    assert!(world.memory().await == before);
}

#[tokio::test]
async fn a_workbook_comes_back_as_a_workbook() {
    let world = World::start().await;
    let (partner, path) = draft(&world).await;
    let mut table = sheet::read(FAULTY.as_bytes(), sheet::Format::Csv, None).expect("a table");
    table.format = sheet::Format::Xlsx;
    let workbook = sheet::annotate(&table, &[]).expect("a workbook");
    let partly = format!("{path}?mode=partial");
    let media = sheet::Format::Xlsx.media();
    let taken = partner.upload(&partly, "k-1", media, workbook).await.expect(201);
    assert_eq!(taken["import"]["report"]["format"], "xlsx");
    let file = format!("{path}/{}/file", id(&taken["import"]["id"]));
    let back = partner.download(&file).await;
    let back = sheet::read(&back, sheet::Format::Xlsx, None).expect("a workbook");
    let faults = &back.rows[1].cells.last().expect("a cell").text;
    assert!(faults.starts_with("State: XX is no state"), "{faults}");
}

#[tokio::test]
async fn a_quote_takes_no_more_sites_than_it_holds() {
    let world = World::start().await;
    let (partner, path) = draft(&world).await;
    let row = "x,1 Beacon St,Boston,MA,02108\n";
    let many = format!("Site,Street,City,State,ZIP\n{}", row.repeat(300));
    let taken = send(&partner, &path, "k-1", "text/csv", &many).await.expect(201);
    assert_eq!(taken["import"]["report"]["sound"], 300);
    let most = format!("Site,Street,City,State,ZIP\n{}", row.repeat(9_701));
    let problem = send(&partner, &path, "k-2", "text/csv", &most).await;
    assert_eq!(problem.refused(422, "invalid_body")["errors"][0]["code"], "too_long");
}
