//! The same as in `main.rs` on PostgreSQL: all that could depend on the database.

/// Which database the worlds of this program live on.
pub(crate) const ON_POSTGRES: bool = true;

mod access;
mod addresses;
mod asyncapi;
mod atlas;
mod catalogues;
mod client;
mod comparison;
mod customers;
mod dialects;
mod credit;
mod editing;
mod engines;
mod enrichment_imports;
mod examples;
mod feed;
mod forgetting;
mod idempotency;
mod identifiers;
mod imports;
mod jobs;
mod invariants;
mod large_orders;
mod law;
mod letters;
mod levels;
mod nodes;
mod problems;
mod promotions;
mod repeats;
mod quote_documents;
mod receivers;
mod sandbox;
mod size;
mod solution_providers;
mod story;
mod time;
mod wall;
mod terminations;
mod versions;
mod webhooks;
mod world;
