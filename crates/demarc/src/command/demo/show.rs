//! Who takes part in the demo and what they know so far, and the checks that every stage uses.

use super::telling::Telling;
use crate::client::{Answer, Client};
use crate::command::table;
use crate::failure::{Failure, Outcome};
use crate::figures;
use crate::sites::SiteRow;
use domain::money::Money;
use serde_json::{Value, json};
use std::fmt::Display;

/// What one stage came to, in a few words.
pub(super) type Came = Outcome<String>;

/// A sub-order as the show remembers it.
#[derive(Debug, Clone)]
pub(super) struct Sub {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) etag: String,
}

#[derive(Debug)]
pub(super) struct Show {
    pub(super) t: Telling,
    pub(super) operations: Client,
    /// The same as operations until there is a partner.
    pub(super) partner: Client,
    pub(super) partner_secret: String,
    pub(super) rows: Vec<SiteRow>,
    /// Whether the rows are the program's own, of which more is known.
    pub(super) sample: bool,
    pub(super) open_customer: String,
    pub(super) customer: String,
    pub(super) quote: String,
    pub(super) sites: Vec<String>,
    pub(super) totals: Totals,
    pub(super) contract: String,
    pub(super) order: String,
    pub(super) order_number: String,
    pub(super) subs: Vec<Sub>,
}

/// The customer of the sale: reserved to the carrier until operations say otherwise.
pub(super) const CUSTOMER: &str = "Great Lakes Freight Company";

/// Monthly, once, over the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Totals {
    pub(super) mrc: Money,
    pub(super) nrc: Money,
    pub(super) tcv: Money,
}

impl Totals {
    /// From `{mrc, nrc, total_contract_value}`.
    pub(super) fn read(value: &Value) -> Outcome<Self> {
        Ok(Self {
            mrc: amount(&value["mrc"])?,
            nrc: amount(&value["nrc"])?,
            tcv: amount(&value["total_contract_value"])?,
        })
    }

    pub(super) fn plus(self, other: Self) -> Outcome<Self> {
        Ok(Self {
            mrc: add(self.mrc, other.mrc)?,
            nrc: add(self.nrc, other.nrc)?,
            tcv: add(self.tcv, other.tcv)?,
        })
    }
}

impl Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [mrc, nrc, tcv] = [self.mrc, self.nrc, self.tcv].map(figures::money);
        write!(f, "{mrc} USD a month, {nrc} once, {tcv} over the term")
    }
}

pub(super) fn add(a: Money, b: Money) -> Outcome<Money> {
    a.checked_add(b).map_err(|_| Failure::failed("a sum of money does not fit"))
}

/// Reads an amount such as `"1250.00"`.
pub(super) fn amount(value: &Value) -> Outcome<Money> {
    value.as_str().and_then(Money::parse).ok_or_else(|| {
        Failure::failed(format!("expected an amount such as \"1250.00\", found {value}"))
    })
}

/// Checks one thing that was told.
pub(super) fn same<T: PartialEq + Display>(what: &str, expected: T, found: T) -> Outcome {
    if expected == found {
        Ok(())
    } else {
        Err(Failure::failed(format!("{what}: expected {expected}, found {found}")))
    }
}

/// The text of a member; empty if it is none.
pub(super) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_default()
}

/// Checks that an answer is the refusal `code`, and gives the number of its faults.
pub(super) fn is_refusal(answer: &Answer, status: u16, code: &str) -> Outcome<usize> {
    same("status", status, answer.status.as_u16())?;
    same("code of the refusal", code, answer.str("/code")?)?;
    Ok(answer.list("/errors")?.len())
}

impl Show {
    pub(super) fn new(t: Telling, operations: Client, rows: Vec<SiteRow>, sample: bool) -> Self {
        Self {
            t,
            partner: operations.clone(),
            operations,
            partner_secret: String::new(),
            rows,
            sample,
            open_customer: String::new(),
            customer: String::new(),
            quote: String::new(),
            sites: Vec::new(),
            totals: Totals::default(),
            contract: String::new(),
            order: String::new(),
            order_number: String::new(),
            subs: Vec::new(),
        }
    }

    /// The stages and what came of each.
    pub(super) fn table(&self) -> String {
        let mut table = table(&["stage", "what came of it", "time"]);
        for told in &self.t.told {
            let took = comfy_table::Cell::new(figures::span(told.took));
            table.add_row([
                comfy_table::Cell::new(told.title),
                comfy_table::Cell::new(&told.came),
                took.set_alignment(comfy_table::CellAlignment::Right),
            ]);
        }
        format!(
            "{table}\n\nOrder {} ({}) for {CUSTOMER}: {} sites delivered.\n{}; lines, sites, \
             quote and order agree to the cent.\nAll of it took {}.",
            self.order_number,
            self.order,
            self.subs.len(),
            self.totals,
            figures::span(self.t.elapsed()),
        )
    }

    pub(super) fn json(&self, url: &str) -> Value {
        let ms = |d: std::time::Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
        let stages: Vec<_> = self
            .t
            .told
            .iter()
            .map(|t| json!({ "stage": t.title, "came": t.came, "milliseconds": ms(t.took) }))
            .collect();
        json!({
            "url": url, "customer": CUSTOMER, "quote": self.quote, "contract": self.contract,
            "order": self.order, "order_number": self.order_number,
            "sub_orders": self.subs.iter().map(|s| &s.id).collect::<Vec<_>>(),
            "totals": {
                "currency": "USD", "mrc": self.totals.mrc.to_string(),
                "nrc": self.totals.nrc.to_string(),
                "total_contract_value": self.totals.tcv.to_string(),
            },
            "milliseconds": ms(self.t.elapsed()), "stages": stages,
        })
    }

    /// How to go on by hand.
    pub(super) fn invitation(&self, url: &str, operations_secret: &str) -> String {
        format!(
            "\nThe server is still there. As the partner:\n\n  \
             curl -H 'Authorization: Bearer {}' \\\n    {url}/v1/orders/{}/journey\n\n\
             As operations: {operations_secret}\n\
             Documentation: {url}/docs\n\
             Ctrl-C ends it.",
            self.partner_secret, self.order,
        )
    }
}
