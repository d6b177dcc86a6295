//! What operations decide while others of them decide otherwise, and files that come at once.

use super::arena::{Arena, CLIENTS, Shot};
use super::flow::{Sale, text};
use super::judge::Verdicts;
use super::walk::{LATE, mixed};
use crate::prices::labelled;
use domain::time::Moment;
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The moments for which catalogues are published are as far away as this.
const FAR_OFF: &str = "2090-01-01T00:00:00Z";
/// Files that come at once, and the rows of each.
const FILES: usize = 8;
const ROWS: usize = 3;

/// Two versions of the catalogue are published for the same moment: one is.
pub(super) async fn publications(arena: &Arc<Arena>, seed: u64) -> Verdicts {
    const PATH: &str = "/v1/operations/catalogues";
    let mut dice = Rng::with_seed(seed);
    let mut verdicts = Verdicts::default();
    let far_off = Moment::parse(FAR_OFF).expect("a moment");
    let at = far_off.plus_ms(dice.i64(0..1_000_000_000)).to_string();
    let mut versions = Vec::new();
    for _ in 0..2 {
        let proposed = labelled(&format!("races-{}", arena.key()));
        let proposed = arena.by_operations(PATH, proposed).await;
        versions.push(format!("{PATH}/{}", text(&proposed["id"])));
    }
    let publish = |path: &String| {
        let body = json!({ "effective_at": at });
        Shot::post("publication", format!("{path}/publish"), body).by_second()
    };
    let shots: Vec<Shot> = versions.iter().map(publish).collect();
    let told = arena.race(&mut dice, mixed(&shots)).await;
    // The moment is taken, or the version is published already.
    let late = &["state_conflict", "invalid_body"];
    let won = verdicts.winners("one of two catalogues published", &told, 1, late);
    for told in won {
        // It is not in force yet and never will be.
        let path = format!("{PATH}/{}/withdraw", text(&told.body["id"]));
        arena.by_operations(&path, json!({ "reason": "It was only tried." })).await;
    }
    verdicts
}

/// Operations confirm and refuse that the quote's sites can be served, at once. Where it was
/// refused, they are asked again and confirm.
pub(super) async fn feasibility(sale: &Sale<'_>, dice: &mut Rng, arena: &Arc<Arena>) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let ask = format!("{}/feasibility", sale.quote);
    arena.post(&ask, json!({})).await;
    let path = format!("/v1/operations/feasibility-checks/{}", sale.quote_id);
    let confirm = Shot::post("confirmation", format!("{path}/confirm"), json!({}));
    let why = json!({ "reason": "No fibre before next year." });
    let refuse = Shot::post("refusal", format!("{path}/refuse"), why);
    let told = arena.race(dice, mixed(&[confirm, refuse].map(Shot::by_operations))).await;
    let won = verdicts.winners("feasibility confirmed or refused", &told, 1, LATE);
    if won.iter().any(|told| told.kind == "refusal") {
        arena.post(&ask, json!({})).await;
        arena.by_operations(&format!("{path}/confirm"), json!({})).await;
    }
    verdicts
}

/// Files come into one quote at once: all of them are taken, whole, and each row has a place of its
/// own.
pub(super) async fn imports(sale: &Sale<'_>, dice: &mut Rng, arena: &Arc<Arena>) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let sale = sale.another().await;
    let path = format!("{}/imports", sale.quote);
    let row = |file: usize, row: usize| {
        json!({ "Name": format!("File {file}, row {row}"), "Street": "208 S Akard St",
            "City": "Dallas", "State": "TX", "ZIP": "75202" })
    };
    let shot = |file| {
        let rows: Value = (0..ROWS).map(|at| row(file, at)).collect();
        Shot::post("import", path.clone(), rows)
    };
    let told = arena.race(dice, (0..FILES).map(shot).collect()).await;
    verdicts.winners("files into one quote", &told, FILES, &[]);
    let told = arena.get(&format!("{}/sites?limit=100", sale.quote)).await.body;
    let sites = told["sites"].as_array().map_or(&[][..], Vec::as_slice);
    let names: BTreeSet<&str> = sites.iter().map(|site| text(&site["name"])).collect();
    // One site was there before.
    let all = FILES * ROWS + 1;
    verdicts.must(sites.len() == all && names.len() == all, || {
        format!("{path}: {} sites with {} names, not {all}", sites.len(), names.len())
    });
    // The rows of a file stand together, in their order.
    let files: Vec<&str> = sites.iter().skip(1).map(|site| text(&site["name"])).collect();
    let whole = files.chunks(ROWS).all(|file| {
        let head = file[0].split(',').next().unwrap_or_default();
        let row = |(at, name): (usize, &&str)| **name == format!("{head}, row {at}");
        file.iter().enumerate().all(row)
    });
    verdicts.must(whole, || format!("{path}: the rows of the files are mixed: {files:?}"));
    verdicts
}

/// All open one expired quote again: one of them does, and there is one new version.
pub(super) async fn reopened(
    arena: &Arc<Arena>,
    dice: &mut Rng,
    verdicts: &mut Verdicts,
    sale: &Sale<'_>,
) {
    let reopen = Shot::post("re-opening", format!("{}/reopen", sale.quote), json!({}));
    let told = arena.race(dice, vec![reopen; CLIENTS]).await;
    let won = verdicts.winners("expired quote re-opened", &told, 1, LATE);
    let old = arena.get(&sale.quote).await.body;
    let new = won.first().map(|told| &told.body["quote"]);
    let next = new.is_some_and(|new| {
        old["state"] == "superseded"
            && new["revision"].as_u64() == old["revision"].as_u64().map(|last| last + 1)
            && new["number"] == old["number"]
    });
    verdicts.must(next, || format!("{}: re-opened as {new:?}, it is {old}", sale.quote));
}
