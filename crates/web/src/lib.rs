//! The doors: parse, call, answer. No SQL, no outgoing HTTP, no rule of the business.

mod answer;
mod asyncapi;
mod dialects;
mod docs;
mod door;
mod health;
mod limits;
mod openapi;
mod params;
mod problem;
mod registry;
mod router;
mod sandbox;
mod schema;
mod serve;
mod v1;

pub use asyncapi::asyncapi;
pub use dialects::{Dialects, Family, LookupAnswer, document as family_document};
pub use limits::{Limits, Rate};
pub use openapi::openapi;
pub use problem::{Retryable, retryable, status};
pub use registry::errors;
pub use router::router;
pub use serve::serve;

use domain::event::Event;
use domain::id::{Id, Ids, Kind};
use std::sync::Arc;

/// An event as every reader gets it: the feed, the stream and webhooks.
pub fn tell(event: &Event) -> String {
    v1::tell(event)
}

/// What an installation may set at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The largest body that is read, in bytes.
    pub max_body_bytes: usize,
    /// How much is let in.
    pub limits: Limits,
    /// The published interfaces.
    pub dialects: Arc<Dialects>,
}

impl Default for Options {
    fn default() -> Self {
        let (limits, dialects) = (Limits::default(), Arc::default());
        Self { max_body_bytes: 2 * 1024 * 1024, limits, dialects }
    }
}

/// What every handler may use.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) app: Arc<app::App>,
    pub(crate) schemas: Arc<schema::Schemas>,
    pub(crate) document: Arc<str>,
    pub(crate) families: dialects::Families,
    pub(crate) hosts: dialects::Hosts,
    pub(crate) options: Options,
    pub(crate) gate: Arc<limits::Gate>,
}

impl State {
    /// A fresh request id.
    pub(crate) fn fresh(&self) -> Id {
        Ids::new(self.app.clock.now().ms(), self.app.random.seed()).next(Kind::Request)
    }
}
