//! Several servers on one database, under load, while parts of them go away: what was
//! acknowledged stays, once, and the rest is settled by asking again under the same key.

mod floor;
mod ledger;
mod patroni;
mod rolling;
mod seller;
mod server;
mod verdict;
