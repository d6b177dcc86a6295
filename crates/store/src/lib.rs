//! The memory: one narrow engine, SQL once a noun.
//!
//! Everything goes through [`Engine`]: queries that share a snapshot, and changes that are applied
//! whole or not at all. No transaction is ever open outside it, so none can be forgotten, and
//! nothing that waits for the outside can hold a lock.

mod ask;
pub mod audit;
pub mod backup;
mod change;
mod engine;
mod error;
mod migration;
mod migrations;
mod page;
mod parts;
mod put;
mod rooms;
mod row;
mod sight;
pub mod standing;
mod store;
mod turn;
mod value;

pub use change::{Change, Expect, Guard, Query, Statement, Why, Written};
pub use engine::Engine;
pub use engine::postgres::{Postgres, PostgresOptions};
pub use engine::sqlite::{Options, Sqlite};
pub use engine::stats::Stats;
pub use error::{BadStatement, SchemaFault, StoreError};
pub use migration::{Applied, Migration};
pub use row::Row;
pub use sight::Sight;
pub use value::Value;

pub use ask::{Ask, Asks, Beside};
pub use migrations::MIGRATIONS;
pub use page::Page;
pub use put::Answered;
pub use store::{Committed, Store};

// The nouns, in the order of the flow: SQL constants first, then what asks and writes them.
pub mod partner;
pub mod credential;
pub mod publication;
pub mod customer;
pub mod exception;
pub mod letter;
pub mod opportunity;
pub mod quote;
pub mod site;
pub mod import;
pub mod credit;
pub mod data_key;
pub mod contract;
pub mod promotion;
pub mod order;
pub mod billing;
// What goes with every change.
pub mod event;
mod feed;
pub mod webhook;
pub mod delivery;
pub mod idempotency;
pub mod job;
pub mod test_clock;

/// Every statement of every noun, so that a test prepares them all.
pub(crate) const ALL_SQL: &[&[&str]] = &[
    partner::SQL,
    credential::SQL,
    publication::SQL,
    customer::SQL,
    customer::INDEX,
    customer::SEARCH,
    exception::SQL,
    letter::SQL,
    opportunity::SQL,
    quote::SQL,
    site::SQL,
    import::SQL,
    credit::SQL,
    data_key::SQL,
    contract::SQL,
    promotion::SQL,
    order::SQL,
    order::IDENTIFIERS,
    billing::SQL,
    event::SQL,
    feed::SQL,
    webhook::SQL,
    delivery::SQL,
    idempotency::SQL,
    job::SQL,
    test_clock::SQL,
    audit::SQL,
    standing::SQL,
];
