//! By what an order is known elsewhere: numbers that fulfilment and operations give to orders and
//! sub-orders, and those that follow from the order itself.

use super::{Order, SubOrder};
use crate::change::{Change, Context, Mode};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::Id;
use crate::party::{Actor, Tenant};
use crate::refusal::{Fault, Refusal};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($kind:ident = $word:literal, $published:literal;)*) => {
        /// What a number is, after the carrier's published order status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum IdentifierKind { $(#[doc = $published] $kind,)* }

        impl IdentifierKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The stable word, as stored and as on the wire.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            /// Its name in the published interfaces.
            pub const fn published(self) -> &'static str {
                match self { $(Self::$kind => $published,)* }
            }
        }
    };
}

kinds! {
    UberCartId = "uber_cart_id", "UberCartId";
    MasterOrderNumber = "master_order_number", "MasterOrderNumber";
    UverseBillingAccountNumber = "uverse_billing_account_number", "UverseBillingAccountNumber";
    LsOmsOrderNumber = "ls_oms_order_number", "LsOmsOrderNumber";
    PurchaseOrderNumber = "purchase_order_number", "PurchaseOrderNumber";
    OrderNumber = "order_number", "OrderNumber";
    UsrpOrderNumber = "usrp_order_number", "UsrpOrderNumber";
    ServiceOrderNumber = "service_order_number", "ServiceOrderNumber";
    ServiceAccessOrderNumber = "service_access_order_number", "ServiceAccessOrderNumber";
    ServiceGroup = "service_group", "ServiceGroup";
    CircuitId = "circuit_id", "CircuitId";
    SaartSubAccountId = "saart_sub_account_id", "SaartSubAccountId";
    UniversalBillingAccountNumber = "universal_billing_account_number", "UniversalBillingAccountNumber";
    LeeCircuitId = "lee_circuit_id", "LeeCircuitId";
    SalesViewId = "sales_view_id", "SalesViewId";
    ServiceMcmTriplet = "service_mcm_triplet", "ServiceMcmTriplet";
    SolutionId = "solution_id", "SolutionId";
    GpmId = "gpm_id", "GpmId";
    UsoNumber = "uso_number", "UsoNumber";
    ContractNumber = "contract_number", "ContractNumber";
}

impl IdentifierKind {
    /// Whether it follows from the order itself, so that nobody gives it: its own ids and number,
    /// its contract, its purchase order, and how it is billed.
    pub const fn is_derived(self) -> bool {
        matches!(
            self,
            Self::OrderNumber
                | Self::ContractNumber
                | Self::PurchaseOrderNumber
                | Self::UniversalBillingAccountNumber
                | Self::SaartSubAccountId
        )
    }
}

/// The most characters of a value.
pub const MOST_IDENTIFIER: usize = 100;

/// Whether a text can be an identifier's value: 1 to 100 characters, none of control, and no
/// blank at either end.
pub fn is_identifier(value: &str) -> bool {
    (1..=MOST_IDENTIFIER).contains(&value.chars().count())
        && !value.contains(char::is_control)
        && value.trim() == value
}

/// A number that somebody gave to an order or to a sub-order. It has one of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    pub kind: IdentifierKind,
    pub value: String,
    pub given_by: Actor,
    pub given_at: Moment,
}

/// Where an identifier leads: the index that it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifierRow {
    pub tenant: Tenant,
    pub kind: IdentifierKind,
    pub value: String,
    pub order: Id,
    /// None: it is the whole order's.
    pub sub_order: Option<Id>,
}

/// What has identifiers: an order or a sub-order.
trait Identified {
    fn identifiers(&mut self) -> &mut Vec<Identifier>;
    /// What the index says of one of them.
    fn row(&self, kind: IdentifierKind, value: &str) -> IdentifierRow;
}

impl Identified for Order {
    fn identifiers(&mut self) -> &mut Vec<Identifier> {
        &mut self.identifiers
    }

    fn row(&self, kind: IdentifierKind, value: &str) -> IdentifierRow {
        let (tenant, value) = (self.tenant, value.to_owned());
        IdentifierRow { tenant, kind, value, order: self.id, sub_order: None }
    }
}

impl Identified for SubOrder {
    fn identifiers(&mut self) -> &mut Vec<Identifier> {
        &mut self.identifiers
    }

    fn row(&self, kind: IdentifierKind, value: &str) -> IdentifierRow {
        let (tenant, value) = (self.tenant, value.to_owned());
        IdentifierRow { tenant, kind, value, order: self.order, sub_order: Some(self.id) }
    }
}

impl Order {
    /// Where its own identifiers lead.
    pub fn identifier_rows(&self) -> Vec<IdentifierRow> {
        self.identifiers.iter().map(|one| self.row(one.kind, &one.value)).collect()
    }
}

impl SubOrder {
    /// Where its identifiers lead.
    pub fn identifier_rows(&self) -> Vec<IdentifierRow> {
        self.identifiers.iter().map(|one| self.row(one.kind, &one.value)).collect()
    }
}

/// Gives it a value of a kind in place of another, or takes that away. Says whether that changes
/// anything.
fn identify<T: Identified>(
    ctx: &Context,
    change: &mut Change,
    of: &mut T,
    kind: IdentifierKind,
    value: Option<&str>,
) -> bool {
    let had = of.identifiers().iter().position(|one| one.kind == kind);
    let old = had.and_then(|at| of.identifiers().get(at)).map(|one| one.value.clone());
    if old.as_deref() == value {
        return false;
    }
    if let (Some(at), Some(old)) = (had, old) {
        of.identifiers().remove(at);
        change.put_identifier(of.row(kind, &old), Mode::Remove { read_at: 0 });
    }
    if let Some(value) = value {
        let (given_by, given_at) = (ctx.actor.clone(), ctx.now);
        let given = Identifier { kind, value: value.to_owned(), given_by, given_at };
        of.identifiers().push(given);
        change.put_identifier(of.row(kind, value), Mode::Insert);
    }
    true
}

/// Notes the identifiers that fulfilment gives with an answer. What is no identifier is left out:
/// it must not keep the answer from being taken. Says which were noted.
pub(crate) fn identified(
    ctx: &Context,
    change: &mut Change,
    sub: &mut SubOrder,
    given: &[(IdentifierKind, String)],
) -> Vec<String> {
    let sound =
        |(kind, value): &&(IdentifierKind, String)| !kind.is_derived() && is_identifier(value);
    let mut noted = Vec::new();
    for (at, (kind, value)) in given.iter().enumerate().filter(|(_, one)| sound(one)) {
        let said_again = given.iter().skip(at + 1).any(|(later, _)| later == kind);
        if !said_again && identify(ctx, change, sub, *kind, Some(value)) {
            noted.push(format!("{} {value}", kind.published()));
        }
    }
    noted
}

fn refused(kind: IdentifierKind, value: Option<&str>) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    if kind.is_derived() {
        let given = IdentifierKind::ALL.iter().filter(|kind| !kind.is_derived());
        let given: Vec<_> = given.map(|kind| kind.word()).collect();
        let detail = format!("{} follows from the order itself", kind.word());
        let fault = Fault::new("/kind", Because::NotAllowedValue, detail);
        faults.push(fault.expected(given.join(", ")));
    }
    if value.is_some_and(|value| !is_identifier(value)) {
        let fault = Fault::new("/value", Because::BadFormat, "the value is no identifier");
        let expected = "1 to 100 characters, none of control and no blank at either end";
        faults.push(fault.expected(expected));
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(Code::InvalidBody, "the identifier is not valid").with(faults))
}

/// Operations give an order its number of a kind, in place of another, or take it away. The very
/// same again changes nothing.
///
/// # Errors
/// A kind that follows from the order itself, or a value that is no identifier.
pub fn order_identify(
    ctx: &mut Context,
    order: &Order,
    kind: IdentifierKind,
    value: Option<&str>,
) -> Result<Decision<Order>, Refusal> {
    refused(kind, value)?;
    let (mut change, mut order) = (Change::default(), order.clone());
    if !identify(ctx, &mut change, &mut order, kind, value) {
        return Ok(Decision::repeated(&order.clone(), order));
    }
    let what = Happened::new(EventKind::OrderIdentified).because(said(kind, value));
    let view = change.update(ctx, order, what);
    Ok(Decision { change, view })
}

/// The same of a sub-order.
///
/// # Errors
/// As [`order_identify`].
pub fn sub_order_identify(
    ctx: &mut Context,
    sub: &SubOrder,
    kind: IdentifierKind,
    value: Option<&str>,
) -> Result<Decision<SubOrder>, Refusal> {
    refused(kind, value)?;
    let (mut change, mut sub) = (Change::default(), sub.clone());
    if !identify(ctx, &mut change, &mut sub, kind, value) {
        return Ok(Decision::repeated(&sub.clone(), sub));
    }
    let what = Happened::new(EventKind::SubOrderIdentified).because(said(kind, value));
    let view = change.update(ctx, sub, what);
    Ok(Decision { change, view })
}

fn said(kind: IdentifierKind, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("{} {value}", kind.published()),
        None => format!("no {} any more", kind.published()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_its_own_word_and_is_stored_by_it() {
        assert_eq!(IdentifierKind::ALL.len(), 20);
        let mut seen = BTreeSet::new();
        for kind in IdentifierKind::ALL {
            assert!(seen.insert(kind.word()), "{kind:?}");
            assert_eq!(kind.published(), format!("{kind:?}"));
            let stored = serde_json::to_value(kind).expect("a word");
            assert_eq!(stored, kind.word());
        }
    }

    #[test]
    fn an_identifier_is_short_and_visible() {
        for good in ["SIM-8011", "32/VLXP/000123/SW", "two words", &"9".repeat(100)] {
            assert!(is_identifier(good), "{good}");
        }
        for bad in ["", " ", " a", "a ", "a\nb", "a\u{0}", &"9".repeat(101)] {
            assert!(!is_identifier(bad), "{bad:?}");
        }
    }
}
