//! What must hold over a whole database, and the search for what does not. It reads page by page
//! and changes nothing; each page is one snapshot, so that it may run beside a server. Of the jobs
//! that wait it keeps one id each, of everything else a page.

mod alternatives;
mod catalogues;
mod clocks;
mod contracts;
mod credit;
mod customers;
mod deliveries;
mod events;
mod identifiers;
mod invariant;
mod jobs;
mod keys;
mod letters;
mod orders;
mod pages;
mod price;
mod promotions;
mod quotes;
mod relations;
mod tables;
mod webhooks;

pub use invariant::Invariant;

use crate::{Store, StoreError};
use std::collections::BTreeMap;

/// Rows of a page: each looks into other tables, and a database under load, whose planner knows
/// nothing of new tables yet, must answer a page in time.
const PAGE: u32 = 100;
/// Violations of one invariant that are told by their ids; the others are counted.
const SHOWN: usize = 5;

pub(crate) const SQL: &[&str] = &[
    tables::PARTNER,
    tables::CREDENTIAL,
    tables::CATALOGUE_VERSION,
    tables::ACCOUNT,
    tables::EXCEPTION_REQUEST,
    tables::LETTER_OF_AGENCY,
    tables::OPPORTUNITY,
    tables::QUOTE,
    tables::SITE,
    tables::IMPORT,
    tables::CREDIT_CHECK,
    tables::CONTRACT,
    tables::ORDERS,
    tables::SUB_ORDER,
    tables::BILLING_ACCOUNT,
    tables::CUSTOMER_GROUP,
    tables::WEBHOOK_ENDPOINT,
    relations::PARTNERS,
    relations::CREDENTIALS,
    relations::DOCUMENTS,
    relations::IMPORT_FILES,
    events::EVENTS,
    quotes::QUOTES,
    quotes::TURNS,
    credit::CHECKS,
    credit::EXCEPTIONS,
    credit::KEYS,
    letters::LETTERS,
    contracts::CONTRACTS,
    contracts::NEWEST,
    contracts::PLACES,
    orders::ORDERS,
    orders::SUB_ORDERS,
    orders::GROUPS,
    identifiers::ORDERS,
    identifiers::SUB_ORDERS,
    identifiers::ROWS,
    identifiers::ROW,
    jobs::SQL[0],
    jobs::SQL[1],
    jobs::SQL[2],
    jobs::SQL[3],
    jobs::SQL[4],
    jobs::SQL[5],
    jobs::SQL[6],
    jobs::SQL[7],
    jobs::SQL[8],
    jobs::SQL[9],
    jobs::SQL[10],
    customers::ACCOUNTS,
    customers::WORDS,
    customers::WORD,
    customers::SPELT,
    customers::HELD,
    customers::ACIDS,
    customers::FORMS,
    jobs::SQL[11],
    jobs::SQL[12],
    clocks::CLOCKS,
    clocks::HELD,
    catalogues::VERSIONS,
    catalogues::FILES,
    catalogues::OFFERS,
    catalogues::LABEL,
    keys::ANSWERS,
    keys::ENDPOINT,
    promotions::USES,
    promotions::SPENDS,
    webhooks::FEED,
    webhooks::ENDPOINTS,
    webhooks::ENDPOINT,
    webhooks::HEARD,
    webhooks::SUBSCRIPTIONS,
    webhooks::TURNS,
    webhooks::ENDED,
    webhooks::CHANGED,
    webhooks::UNPLANNED,
    deliveries::DELIVERIES,
];

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
    relations::walk(store, &mut audit).await?;
    customers::walk(store, &mut audit).await?;
    events::walk(store, &mut audit).await?;
    quotes::walk(store, &mut audit).await?;
    credit::walk(store, &mut audit).await?;
    letters::walk(store, &mut audit).await?;
    contracts::walk(store, &mut audit).await?;
    orders::walk(store, &mut audit).await?;
    identifiers::walk(store, &mut audit).await?;
    jobs::walk(store, &mut audit).await?;
    clocks::walk(store, &mut audit).await?;
    keys::walk(store, &mut audit).await?;
    catalogues::walk(store, &mut audit).await?;
    promotions::walk(store, &mut audit).await?;
    webhooks::walk(store, &mut audit).await?;
    deliveries::walk(store, &mut audit).await?;
    Ok(audit)
}
