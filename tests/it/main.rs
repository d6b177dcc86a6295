//! Everything seen through the door, on SQLite. `postgres.rs` is the same on PostgreSQL.

/// Which database the worlds of this program live on.
pub(crate) const ON_POSTGRES: bool = false;

mod access;
mod addresses;
mod asyncapi;
mod atlas;
mod catalogues;
mod client;
mod comparison;
mod credit;
mod current;
mod customers;
mod dialects;
mod document;
mod editing;
mod engines;
mod enrichment_imports;
mod examples;
mod family_documents;
mod feed;
mod idempotency;
mod identifiers;
mod imports;
mod jobs;
mod invariants;
mod large_orders;
mod law;
mod letters;
mod levels;
mod limits;
mod matrix;
mod problems;
mod promotions;
mod repeats;
mod quote_documents;
mod receivers;
mod serving;
mod sandbox;
mod size;
mod solution_providers;
mod story;
mod tidy;
mod terminations;
mod versions;
mod webhooks;
mod world;
