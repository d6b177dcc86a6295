//! Whether each check is what the bureau said of it, and nothing else.

use super::Trial;
use super::sale::Sale;
use crate::report::Report;
use crate::wire::Wire;
use domain::credit::Verdict;
use domain::id::Id;
use domain::job::MOST_TRIES;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A check that was asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) sale: Sale,
    pub(super) check: Id,
}

/// So many ends were seen.
#[derive(Debug, Default)]
struct Ends {
    by_state: BTreeMap<String, usize>,
    calls: usize,
    contracts: usize,
}

pub(super) async fn all(trial: &Trial, report: &mut Report, seed: u64) {
    let world = &trial.world;
    let mut wire = Wire::new(&world.url, &world.partner);
    let put_aside = put_aside(&mut Wire::new(&world.url, &world.operations)).await;
    let mut ends = Ends::default();
    for asked in &trial.asked {
        if let Err(why) = one(trial, asked, &put_aside, &mut wire, &mut ends).await {
            report.broke(seed, format!("credit check {}: {why}", asked.check));
        }
        report.done += 1;
    }
    let words = ends.by_state.iter().map(|(state, count)| format!("{count} {state}"));
    let words: Vec<String> = words.collect();
    let (calls, contracts) = (ends.calls, ends.contracts);
    report.figure(
        "checks",
        format!("{} after {calls} calls; {contracts} contracts", words.join(", ")),
    );
    let seen = |state: &str| ends.by_state.contains_key(state);
    report.must(seen("failed") && seen("approved"), seed, || {
        format!("the bureau was not ill enough to try anything: {words:?}")
    });
}

async fn one(
    trial: &Trial,
    asked: &Asked,
    put_aside: &BTreeSet<Id>,
    wire: &mut Wire,
    ends: &mut Ends,
) -> Result<(), String> {
    let Asked { sale, check } = asked;
    let said = trial.bureau.told(*check);
    let seen = wire.get(&format!("/v1/credit-checks/{check}")).await;
    let seen = seen.map_err(|e| e.to_string())?.json();
    let state = seen["state"].as_str().unwrap_or_default();
    *ends.by_state.entry(state.to_owned()).or_default() += 1;
    ends.calls += said.calls;
    let (expected, limit, deposit) = match &said.verdict {
        Some(Verdict::Approved { limit, deposit }) => ("approved", Some(*limit), *deposit),
        Some(Verdict::InReview) => ("in_review", None, None),
        Some(Verdict::Declined) => ("declined", None, None),
        None => ("failed", None, None),
    };
    let shown = |money: Option<domain::money::Money>| money.map(|money| money.to_string());
    let same = state == expected
        && seen["limit"].as_str() == shown(limit).as_deref()
        && seen["deposit"].as_str() == shown(deposit).as_deref();
    if !same {
        return Err(format!("the bureau said {:?}, and it is {seen}", said.verdict));
    }
    if said.at_once > 1 || said.calls_after > 0 {
        return Err(format!("the bureau was asked too often: {said:?}"));
    }
    let tries = MOST_TRIES as usize;
    if said.calls > tries || (state == "failed" && !said.never && said.calls != tries) {
        return Err(format!("{} calls, then {state}", said.calls));
    }
    if put_aside.contains(check) != (state == "failed") {
        return Err(format!("it is {state}, and its job is put aside or not, the wrong way round"));
    }
    let amount = seen["amount"].as_str();
    let covers = state == "approved" && shown(limit).as_deref() == amount;
    match (sale.contract(wire).await, covers) {
        (Ok(()), true) => {
            ends.contracts += 1;
            Ok(())
        }
        (Err(why), false) if why.contains("/credit_checks") => Ok(()),
        (Ok(()), false) => Err(format!("a contract on a check that is {state} up to {limit:?}")),
        (Err(why), _) => Err(format!("no contract, for another reason: {why}")),
    }
}

/// The checks whose jobs operations see as put aside.
async fn put_aside(wire: &mut Wire) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/operations/jobs?state=quarantined&limit=100{cursor}");
        let page: Value = wire.get(&path).await.expect("an answer").json();
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
        for job in items.iter().filter(|job| job["kind"] == "assess_credit") {
            assert!(job["why"].is_string(), "put aside without a reason: {job}");
            found.insert(job["object_id"].as_str().expect("an id").parse().expect("an id"));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}
