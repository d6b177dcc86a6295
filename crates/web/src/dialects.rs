//! The published interfaces: what partners' clients were written against, answered in the words
//! of their family. Wire shapes only: what a command does is the flow's, and a dialect holds no
//! rule of the business.

mod address;
mod aiab;
mod alliance;
mod apex;
mod config;
mod credit;
mod document;
mod door;
mod flow;
mod hop;
mod host;
mod price;
mod refusal;
mod sale;
mod shape;
mod words;

pub(crate) use document::Families;
pub use document::document;
pub(crate) use hop::Hop;
pub(crate) use host::{Hosts, by_host, hop_of};
pub(crate) use refusal::refused;

use crate::State;
use axum::Router;
use axum::middleware::from_fn;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;
use utoipa_axum::router::OpenApiRouter;

/// A family of published interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// APEX: dedicated internet, sold by solution providers and distributors of that programme.
    Apex,
    /// Alliance: the same product, sold by agents.
    Alliance,
    /// Alliance's sibling for internet over wireless.
    Aiab,
}

impl Family {
    pub const ALL: [Self; 3] = [Self::Apex, Self::Alliance, Self::Aiab];

    /// As in a path and in the configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Apex => "apex",
            Self::Alliance => "alliance",
            Self::Aiab => "aiab",
        }
    }

    /// As in prose.
    const fn name(self) -> &'static str {
        match self {
            Self::Apex => "APEX",
            Self::Alliance => "Alliance",
            Self::Aiab => "AIAB",
        }
    }

    /// What stands before every published path.
    const fn mount(self) -> &'static str {
        match self {
            Self::Apex => "/apex/api/v1",
            Self::Alliance => "/alliance/api/v1",
            Self::Aiab => "/aiab/api/v1",
        }
    }

    fn described(self) -> OpenApiRouter<State> {
        match self {
            Self::Apex => apex::routes(),
            Self::Alliance => alliance::routes(),
            Self::Aiab => aiab::routes(),
        }
    }
}

impl FromStr for Family {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|family| family.word() == text);
        found.ok_or_else(|| format!("{text} is none of apex, alliance, aiab"))
    }
}

/// Which of the two published answers the Alliance lookup gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LookupAnswer {
    /// `endCustomerName`, `endCustomerId`, `address` …, as the newer page has it.
    #[default]
    Newer,
    /// `accountName`, `accountId`, `accountAddress` …, as the older page and AIAB have it.
    Older,
}

/// What an installation may set of the published interfaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialects {
    /// Host names without a port, each with the family that answers `/api/v1/…` there.
    pub hosts: Vec<(String, Family)>,
    pub alliance_lookup: LookupAnswer,
    /// How long an answer is held back while an outside system decides: the published interfaces
    /// answer outcomes, not promises.
    pub patience: Duration,
}

impl Default for Dialects {
    fn default() -> Self {
        let (hosts, alliance_lookup) = (Vec::new(), LookupAnswer::default());
        Self { hosts, alliance_lookup, patience: Duration::from_secs(15) }
    }
}

/// The paths of every family: put together once in a process.
pub(crate) fn routes() -> Router<State> {
    static ROUTES: OnceLock<Router<State>> = OnceLock::new();
    let draw = || {
        Family::ALL.into_iter().fold(Router::new(), |all, family| {
            let own = family.described().split_for_parts().0;
            let own = own
                .fallback(hop::unknown_route)
                .method_not_allowed_fallback(hop::method_not_allowed)
                .layer(from_fn(move |request, next| hop::around(family, request, next)));
            all.nest(family.mount(), own)
        })
    };
    ROUTES.get_or_init(draw).clone()
}
