//! What must hold over a whole database, and the search for what does not. It reads page by page
//! and changes nothing; each page is one snapshot, so that it may run beside a server.

mod flow;
mod loose;
mod promotions;
mod tables;
mod told;

use crate::{Store, StoreError};
use std::collections::BTreeMap;

/// Rows of a page.
const PAGE: u32 = 500;
/// Violations of one invariant that are told by their ids; the others are counted.
const SHOWN: usize = 5;

pub(crate) const SQL: &[&str] = &[
    tables::PARTNER,
    tables::CREDENTIAL,
    tables::ACCOUNT,
    tables::EXCEPTION_REQUEST,
    tables::OPPORTUNITY,
    tables::QUOTE,
    tables::SITE,
    tables::CREDIT_CHECK,
    tables::CONTRACT,
    tables::ORDERS,
    tables::SUB_ORDER,
    tables::BILLING_ACCOUNT,
    tables::CUSTOMER_GROUP,
    tables::WEBHOOK_ENDPOINT,
    loose::DOCUMENTS,
    loose::EVENTS,
    loose::JOBS,
    loose::ANSWERS,
    flow::QUOTES,
    flow::CONTRACTS,
    flow::ORDERS,
    promotions::USES,
    promotions::SPENDS,
    told::FEED,
    told::SUBSCRIPTIONS,
    told::TURNS,
    told::DELIVERIES,
];

/// Something that holds in every sound database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// Every stored document is what its table says.
    DocumentsParse,
    /// The columns beside a document say the same as the document.
    ColumnsAgree,
    /// An object's events are 1, 2, 3 … up to its version.
    EventsAreDense,
    /// What happened, happened to an object that is there.
    EventsHaveObjects,
    /// What an object belongs to is there, in the same partner's space.
    ParentsExist,
    /// A contract's text is the one that it names by its hash.
    TextsAreOriginal,
    /// A signed contract's quote is accepted by it, and an accepted quote's contract is signed.
    SignedIsAccepted,
    /// An order is of an accepted quote, by its signed contract.
    OrdersAreSigned,
    /// An order has one sub-order for each site of its quote, and no other.
    SubOrdersAreSites,
    /// Lines sum to the site, sites to the quote, sub-orders to the order, to the cent.
    SumsAreExact,
    /// A job is about an object that is there.
    JobsHaveObjects,
    /// Every event has its own place in the feed, from 1 to the feed's end; those that wait for
    /// theirs are not counted.
    FeedIsWhole,
    /// What is told has an event and an endpoint, and what listens is active.
    ToldIsKnown,
    /// The stored answer of an idempotency key can be given again.
    AnswersParse,
    /// No more of a promotion is used than its limits were when it was last used.
    PromotionsWithinBudget,
    /// A signed contract has used each promotion of its offer once, no other has used any, and
    /// what is counted of a promotion is their sum.
    PromotionsAreSpentOnce,
}

impl Invariant {
    /// Every one.
    pub const ALL: [Self; 16] = [
        Self::DocumentsParse,
        Self::ColumnsAgree,
        Self::EventsAreDense,
        Self::EventsHaveObjects,
        Self::ParentsExist,
        Self::TextsAreOriginal,
        Self::SignedIsAccepted,
        Self::OrdersAreSigned,
        Self::SubOrdersAreSites,
        Self::SumsAreExact,
        Self::JobsHaveObjects,
        Self::FeedIsWhole,
        Self::ToldIsKnown,
        Self::AnswersParse,
        Self::PromotionsWithinBudget,
        Self::PromotionsAreSpentOnce,
    ];

    /// What it is called in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DocumentsParse => "documents_parse",
            Self::ColumnsAgree => "columns_agree",
            Self::EventsAreDense => "events_are_dense",
            Self::EventsHaveObjects => "events_have_objects",
            Self::ParentsExist => "parents_exist",
            Self::TextsAreOriginal => "texts_are_original",
            Self::SignedIsAccepted => "signed_is_accepted",
            Self::OrdersAreSigned => "orders_are_signed",
            Self::SubOrdersAreSites => "sub_orders_are_sites",
            Self::SumsAreExact => "sums_are_exact",
            Self::JobsHaveObjects => "jobs_have_objects",
            Self::FeedIsWhole => "feed_is_whole",
            Self::ToldIsKnown => "told_is_known",
            Self::AnswersParse => "answers_parse",
            Self::PromotionsWithinBudget => "promotions_within_budget",
            Self::PromotionsAreSpentOnce => "promotions_are_spent_once",
        }
    }
}

/// Where an invariant does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations {
    pub count: u64,
    /// The first few: which object, and what is wrong with it.
    pub first: Vec<String>,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Rows read of each table.
    pub rows: BTreeMap<&'static str, u64>,
    /// Empty if the database is sound.
    pub violated: BTreeMap<Invariant, Violations>,
}

impl Audit {
    /// Whether every invariant holds.
    pub fn is_sound(&self) -> bool {
        self.violated.is_empty()
    }

    /// Rows of one table.
    pub fn of(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }

    /// One line for each invariant that does not hold.
    pub fn lines(&self) -> Vec<String> {
        let line = |(invariant, found): (&Invariant, &Violations)| {
            let more = if found.count > found.first.len() as u64 { "; …" } else { "" };
            let first = found.first.join("; ");
            format!("{}: {} violated: {first}{more}", invariant.name(), found.count)
        };
        self.violated.iter().map(line).collect()
    }

    fn count(&mut self, table: &'static str, rows: usize) {
        *self.rows.entry(table).or_default() += rows as u64;
    }

    fn blame(&mut self, invariant: Invariant, place: impl Into<String>) {
        let found = self.violated.entry(invariant).or_default();
        found.count += 1;
        if found.first.len() < SHOWN {
            found.first.push(place.into());
        }
    }
}

/// Looks at every row of a migrated database.
pub async fn audit(store: &Store) -> Result<Audit, StoreError> {
    let mut audit = Audit::default();
    tables::walk(store, &mut audit).await?;
    loose::walk(store, &mut audit).await?;
    flow::walk(store, &mut audit).await?;
    promotions::walk(store, &mut audit).await?;
    told::walk(store, &mut audit).await?;
    Ok(audit)
}
