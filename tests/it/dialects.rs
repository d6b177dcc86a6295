//! The published interfaces: each family by a client that knows nothing else.

mod aiab;
mod alliance;
mod apex;
mod client;
mod connector;
mod gateway;
mod golden;
mod hosts;
mod numbers;
mod sale;

pub(crate) use client::Published;
