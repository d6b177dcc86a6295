//! Promotions with little left: of all that sign at once, exactly so many as there is enough for.

use super::arena::{Arena, Shot, Told};
use super::flow::{INSTALLATION, Sale};
use super::judge::Verdicts;
use crate::database::Database;
use domain::catalogue::SHIPPED;
use fastrand::Rng;
use futures::future::join_all;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// How many clients race for one promotion.
const CLIENTS: usize = 64;
/// How late signers are refused: the promotion is used up.
const LATE: &[&str] = &["premature_step"];

/// One round: a promotion with so many uses, and one with so much money, for the same clients.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    pub(super) seed: u64,
    at: usize,
    uses: usize,
    /// For so many contracts the money is enough.
    grants: usize,
    /// In cents: a little more than they take, and too little for one more.
    budget: i64,
}

/// What a contract is given by the promotion with money, in cents: half an installation.
pub(super) const GIVEN: i64 = INSTALLATION / 2;

impl Round {
    pub(super) fn new(at: usize, seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let uses = dice.usize(1..CLIENTS - 1);
        let grants = dice.usize(1..CLIENTS - uses);
        let whole = GIVEN * i64::try_from(grants).expect("a small number");
        let budget = whole + dice.i64(0..GIVEN);
        Self { seed, at, uses, grants, budget }
    }

    fn promotions(&self) -> [String; 2] {
        [format!("USES-{}", self.at), format!("MONEY-{}", self.at)]
    }

    /// One more, with one use.
    pub(super) fn last_unit(&self) -> String {
        format!("LAST-{}", self.at)
    }
}

/// Writes a catalogue folder: what is shipped, and the promotions of these rounds.
pub(super) fn write(folder: &Path, rounds: &[Round]) {
    for (name, shipped) in SHIPPED {
        let mut text = shipped.to_owned();
        if name == "carrier.toml" {
            for round in rounds {
                let Round { uses, budget, .. } = round;
                let money = format!("budget = {}.{:02}", budget / 100, budget % 100);
                let [few, little] = round.promotions();
                let last = (round.last_unit(), "uses = 1".to_owned());
                for (code, limit) in [(few, format!("uses = {uses}")), (little, money), last] {
                    let _ = write!(
                        text,
                        "\n[[promotion]]\ncode = \"{code}\"\nname = \"{code}\"\n\
                         from = 2026-01-01\nuntil = 2099-12-31\n\
                         offering = \"OFF_ADI_MID_MARKET\"\ncomponents = [\"ADI_INSTALL\"]\n\
                         charge = \"nrc\"\npercent = 50\n{limit}\n"
                    );
                }
            }
        }
        fs::write(folder.join(name), text).expect("a folder that can be written");
    }
}

/// Runs a round: all sign with the first promotion; those who come too late take the way on that
/// their refusal names, and sign with the second.
pub(super) async fn round(arena: &Arc<Arena>, database: &Database, round: Round) -> Verdicts {
    let mut dice = Rng::with_seed(round.seed);
    let mut verdicts = Verdicts::default();
    let [uses, money] = round.promotions();
    let sales = join_all((0..CLIENTS).map(|_| async {
        let sale = Sale::open(arena).await;
        sale.price(json!({ "promotions": [uses] })).await;
        sale.credit().await;
        let out = sale.out().await;
        (sale, out)
    }))
    .await;
    let late = race(arena, &mut dice, &mut verdicts, "promotion with few uses", &sales, round.uses);
    let late = late.await;
    let sales = join_all(late.into_iter().map(|(sale, contract)| {
        let money = &money;
        async move {
            let why = json!({ "reason": "The promotion is used up." });
            arena.post(&format!("{contract}/void"), why).await;
            sale.price(json!({ "promotions": [money] })).await;
            let out = sale.out().await;
            (sale, out)
        }
    }))
    .await;
    let name = "promotion with little money";
    race(arena, &mut dice, &mut verdicts, name, &sales, round.grants).await;
    let rows = database.rows("select code, uses, amount from promotion_use").await;
    for (code, count) in [(&uses, round.uses), (&money, round.grants)] {
        let row = rows.iter().find(|row| row.text(0) == Ok(code));
        let used = row.and_then(|row| Some((row.int(1).ok()?, row.int(2).ok()?)));
        let count = i64::try_from(count).expect("a small number");
        verdicts.must(used == Some((count, count * GIVEN)), || {
            format!("{code}: {used:?} is counted after {count} signatures")
        });
    }
    verdicts
}

type Envelope<'a> = (Sale<'a>, (String, Value));

/// All sign at once. Answers the sales, with their contracts, that came too late.
async fn race<'a>(
    arena: &Arc<Arena>,
    dice: &mut Rng,
    verdicts: &mut Verdicts,
    name: &'static str,
    sales: &[Envelope<'a>],
    enough_for: usize,
) -> Vec<(Sale<'a>, String)> {
    let sign = |(_, (contract, body)): &Envelope<'_>| {
        Shot::post("signature", format!("{contract}/sign"), body.clone())
    };
    let told = arena.race(dice, sales.iter().map(sign).collect()).await;
    verdicts.winners(name, &told, enough_for, LATE);
    let errors: Vec<&Value> =
        told.iter().filter(|told| !told.won()).map(|told: &Told| &told.body["errors"]).collect();
    let mut late = Vec::new();
    for (sale, (contract, _)) in sales {
        if arena.get(contract).await.body["state"] == "signed" {
            continue;
        }
        let journey = arena.get(&format!("{}/journey", sale.quote)).await.body;
        let stages = journey["stages"].as_array().expect("stages");
        let missing = stages.iter().find(|stage| stage["stage"] == "signature");
        let missing = missing.map_or(&Value::Null, |stage| &stage["missing"]);
        verdicts
            .must(missing[0]["code"] == "promotion_used_up" && errors.contains(&missing), || {
                format!("{name}: the journey of a refused signature says {missing}")
            });
        late.push((sale.clone(), contract.clone()));
    }
    late
}
