//! What a quote costs by one catalogue and by another.

use super::{PriceAsk, Totals, price};
use crate::catalogue::Catalogue;
use crate::money::Money;

/// What a quote costs, or in words why it has no price.
pub type Repricing = Result<Totals, String>;

/// A quote by two catalogues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repriced {
    pub old: Repricing,
    pub new: Repricing,
}

/// Prices the same sites by a catalogue, on the first day at the earliest that it may be sold on.
pub fn reprice(catalogue: &Catalogue, ask: PriceAsk<'_>) -> Repricing {
    // A day before a catalogue is in force would only refuse it.
    let ask = PriceAsk { on: ask.on.max(catalogue.effective_from()), ..ask };
    price(catalogue, &ask).map(|price| price.totals).map_err(|refusals| {
        let mut why: Vec<_> = refusals.into_iter().map(|refusal| refusal.detail).collect();
        why.dedup();
        why.join("; ")
    })
}

impl Repriced {
    pub fn changed(&self) -> bool {
        self.old != self.new
    }

    /// What changes, such as `MRC 695.00 to 700.00 (+5.00)`.
    pub fn words(&self) -> String {
        match (&self.old, &self.new) {
            (Ok(old), Ok(new)) => {
                let parts = [
                    ("MRC", old.mrc, new.mrc),
                    ("NRC", old.nrc, new.nrc),
                    ("total", old.total_contract_value, new.total_contract_value),
                ];
                let changed = parts.iter().filter(|(_, old, new)| old != new);
                let words: Vec<_> =
                    changed.map(|(word, old, new)| step(word, *old, *new)).collect();
                words.join(", ")
            }
            (Ok(old), Err(why)) => format!("no price any more (MRC {}): {why}", old.mrc),
            (Err(_), Ok(new)) => format!("had no price, now MRC {}", new.mrc),
            (Err(_), Err(why)) => format!("no price, for another reason: {why}"),
        }
    }
}

fn step(word: &str, old: Money, new: Money) -> String {
    let by = new.checked_sub(old).unwrap_or_default();
    let sign = if by > Money::ZERO { "+" } else { "" };
    format!("{word} {old} to {new} ({sign}{by})")
}
