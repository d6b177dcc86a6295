//! The rules: pure, synchronous; no I/O, no clock, no randomness.
//!
//! The nouns stand in the order of the flow. A decision is a pure function from facts, a
//! command and a context to a [`decision::Decision`] or a [`refusal::Refusal`].

// The words that all the rest is made of.
pub mod code;
pub mod id;
pub mod money;
pub mod party;
pub mod refusal;
mod state;
pub mod time;

// What can be sold, and under which rules.
pub mod catalogue;
pub mod pricing;
pub mod matrix;
pub mod promotion;
pub mod programme;
pub mod publication;

// The nouns, in the order of the flow.
pub mod customer;
pub mod exception;
pub mod opportunity;
pub mod quote;
// Parts of a quote: the site's address, and its price above.
pub mod address;
pub mod serviceability;
pub mod credit;
pub mod contract;
pub mod order;
pub mod enrichment;
pub mod fulfilment;
pub mod tsp;

// Who is told, and how it reaches them.
pub mod webhook;
pub mod delivery;

// The law, and what a decision is.
pub mod change;
pub mod decision;
pub mod event;
pub mod job;
pub mod sandbox;
pub mod test_clock;
pub mod journey;
pub mod law;
pub mod letter;
