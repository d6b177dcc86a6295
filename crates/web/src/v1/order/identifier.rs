//! The numbers that an order or a sub-order is known by elsewhere, and orders found by them.

use super::OrderInShort;
use crate::door::Refused;
use crate::v1::shape::{At, ListOf};
use app::order::IdentifiedOrder;
use app::{App, Caller};
use domain::order::{Identifier, IdentifierKind};
use serde::Serialize;
use store::Page;
use utoipa::ToSchema;

/// A number that an order or a sub-order is known by elsewhere. It has one of each kind.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Identifier)]
pub(in crate::v1) struct IdentifierBody {
    #[schema(example = "circuit_id")]
    kind: &'static str,
    #[schema(example = "32/VLXP/000123/SW")]
    value: String,
    /// Who gave it: fulfilment, or somebody of operations.
    given_by: String,
    given_at: String,
}

impl From<&Identifier> for IdentifierBody {
    fn from(given: &Identifier) -> Self {
        Self {
            kind: given.kind.word(),
            value: given.value.clone(),
            given_by: given.given_by.label(),
            given_at: given.given_at.to_string(),
        }
    }
}

/// The kind of a word; the schema has seen that it is one.
pub(in crate::v1) fn kind_of(word: &str) -> Option<IdentifierKind> {
    IdentifierKind::ALL.iter().copied().find(|kind| kind.word() == word)
}

/// A page of the orders that have a number.
pub(super) async fn page_by(
    app: &App,
    caller: &Caller,
    place: &crate::door::Place,
    (kind, value): (IdentifierKind, &str),
    page: Page,
) -> Result<ListOf<OrderInShort>, Refused> {
    let found = app.orders_by_identifier(caller, kind, value, page).await;
    let (found, next) = found.at(place)?;
    let shape = |found: &IdentifiedOrder| {
        let sub_order_id = found.sub_order.as_ref().map(|sub| sub.id.to_string());
        OrderInShort { sub_order_id, ..OrderInShort::of(&found.order, found.state) }
    };
    let items = found.iter().map(shape).collect();
    Ok(ListOf { items, next_cursor: next.map(|id| id.to_string()) })
}
