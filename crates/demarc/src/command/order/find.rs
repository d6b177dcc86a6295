//! `demarc order find`: the orders that a number leads to.

use crate::command::remote::Remote;
use crate::command::upload::{encoded, word};
use crate::command::{print, print_json, table};
use crate::failure::{Failure, Outcome};
use clap::Args;
use domain::order::{IdentifierKind, is_identifier};
use serde_json::{Value, json};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  DEMARC_SECRET=dmc_test_… demarc order find circuit_id 32/VLXP/000123/SW
  demarc order find PurchaseOrderNumber PO-4711 --json | jq -r '.items[].id'

A number is found exactly as it was given, and among this partner's orders only. Several orders may
share one; the newest is told first. Where none has it, the exit code is 1.
Kinds, as a word or by their published name:
  order_number (an order's or sub-order's id, or the order's number), contract_number,
  purchase_order_number, universal_billing_account_number, saart_sub_account_id,
  service_order_number, circuit_id, uber_cart_id, master_order_number,
  uverse_billing_account_number, ls_oms_order_number, usrp_order_number,
  service_access_order_number, service_group, lee_circuit_id, sales_view_id,
  service_mcm_triplet, solution_id, gpm_id, uso_number")]
pub(in crate::command) struct Find {
    /// What number it is, such as circuit_id or CircuitId
    #[arg(value_parser = kind)]
    kind: IdentifierKind,
    /// The number
    #[arg(value_parser = number)]
    value: String,
    /// At most so many orders
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// As one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Most that one page of orders holds.
const PAGE: usize = 100;

/// Reads a kind: its word, or its published name.
fn kind(text: &str) -> Result<IdentifierKind, String> {
    let known = IdentifierKind::ALL.iter().copied();
    let found = known.clone().find(|kind| kind.word() == text || kind.published() == text);
    found.ok_or_else(|| {
        let words: Vec<_> = known.map(IdentifierKind::word).collect();
        format!("it is no kind of number; expected one of {}", words.join(", "))
    })
}

fn number(text: &str) -> Result<String, String> {
    if is_identifier(text) {
        return Ok(text.to_owned());
    }
    Err("expected 1 to 100 characters, none of control and no blank at either end".to_owned())
}

impl Find {
    pub(super) async fn run(self) -> Outcome {
        let items = self.found().await?;
        if items.is_empty() {
            let Self { kind, value, .. } = &self;
            return Err(Failure::failed(format!("no order has the {} {value}", kind.word())));
        }
        if self.json {
            return print_json(&json!({ "items": items }));
        }
        let mut rows = table(&["order", "number", "state", "sub-order", "quote", "created"]);
        for order in &items {
            let of = |member| word(order, member);
            rows.add_row([
                of("id"),
                of("number"),
                of("state"),
                of("sub_order_id"),
                of("quote_id"),
                of("created_at"),
            ]);
        }
        print(&rows.to_string())
    }

    async fn found(&self) -> Outcome<Vec<Value>> {
        let client = self.remote.client()?;
        let (kind, value) = (self.kind.word(), encoded(&self.value));
        let by = format!("/v1/orders?identifier_kind={kind}&identifier={value}");
        let mut items: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        while items.len() < self.limit {
            let page = (self.limit - items.len()).min(PAGE);
            let found = client.get(&format!("{by}&limit={page}{cursor}")).await?.expect(200)?;
            items.extend_from_slice(found.list("/items")?);
            let Ok(next) = found.str("/next_cursor") else { break };
            cursor = format!("&cursor={}", encoded(next));
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_kind_is_read_by_its_word_and_by_its_published_name_and_its_help_names_all() {
        let mut command = Find::augment_args(clap::Command::new("find"));
        let help = command.render_long_help().to_string();
        for known in IdentifierKind::ALL {
            assert_eq!(kind(known.word()), Ok(*known));
            assert_eq!(kind(known.published()), Ok(*known));
            assert!(help.contains(known.word()), "{} is not in the help", known.word());
        }
        let told = kind("circuit").unwrap_err();
        assert!(told.contains("circuit_id, ") && told.contains("contract_number"), "{told}");
        assert!(kind("").is_err() && kind("CIRCUIT_ID").is_err());
    }
}
