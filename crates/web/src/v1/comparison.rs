//! Two versions of a quote side by side: what changed, and why.

use super::shape::{At, TotalsBody};
use crate::answer::{Answered, ok};
use crate::door::{PathId, Reading};
use domain::pricing::Totals;
use domain::quote::{Comparison, Differing, SiteDifference};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(quote_compare))
}

/// So many sites are told one by one.
const MOST_SITES: usize = 200;

/// One thing that differs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Difference)]
struct DifferenceBody {
    /// What it is, for a person: `address`, `Port Speed`, `Port MRC`.
    #[schema(example = "Port MRC")]
    what: String,
    /// Null: it was not there.
    #[schema(example = "246.50")]
    from: Option<String>,
    /// Null: it is gone.
    #[schema(example = "250.75")]
    to: Option<String>,
    /// For a price: the rules that made the difference, in words.
    why: Option<String>,
}

impl From<&Differing> for DifferenceBody {
    fn from(one: &Differing) -> Self {
        let Differing { what, from, to, why } = one.clone();
        Self { what, from, to, why }
    }
}

/// A site that is new, gone or changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SiteDifference)]
struct SiteBody {
    /// `added`, `removed` or `changed`.
    #[schema(example = "changed")]
    fate: &'static str,
    /// Its place in the quote: versions agree in it.
    position: u32,
    name: String,
    /// Null: it was not priced, or not there.
    from_totals: Option<TotalsBody>,
    to_totals: Option<TotalsBody>,
    changes: Vec<DifferenceBody>,
}

impl From<&SiteDifference> for SiteBody {
    fn from(site: &SiteDifference) -> Self {
        Self {
            fate: site.fate.word(),
            position: site.position,
            name: site.name.clone(),
            from_totals: site.totals.0.as_ref().map(Into::into),
            to_totals: site.totals.1.as_ref().map(Into::into),
            changes: site.changes.iter().map(Into::into).collect(),
        }
    }
}

/// What one version of a quote has that another has not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuoteComparison)]
pub(super) struct ComparisonBody {
    /// Null: there was none before, and every site is new.
    from_quote_id: Option<String>,
    to_quote_id: String,
    /// Null: not priced.
    from_totals: Option<TotalsBody>,
    to_totals: Option<TotalsBody>,
    /// Of the quote as a whole.
    changes: Vec<DifferenceBody>,
    /// The first sites that differ, in the order of their places: 200, or 100 beside the answer to a
    /// command.
    sites: Vec<SiteBody>,
    /// How many sites differ.
    sites_changed: usize,
    /// How many do not.
    sites_unchanged: usize,
}

impl ComparisonBody {
    /// With so many of the sites that differ.
    pub(super) fn of(found: &Comparison, sites: usize) -> Self {
        let of = |totals: Option<&Totals>, deposit| {
            totals.map(|totals| TotalsBody::of_quote(totals, deposit))
        };
        Self {
            from_quote_id: found.from.map(|id| id.to_string()),
            to_quote_id: found.to.to_string(),
            from_totals: of(found.totals.0.as_ref(), found.deposits.0),
            to_totals: of(found.totals.1.as_ref(), found.deposits.1),
            changes: found.changes.iter().map(Into::into).collect(),
            sites: found.sites.iter().take(sites).map(Into::into).collect(),
            sites_changed: found.sites.len(),
            sites_unchanged: found.unchanged,
        }
    }
}

/// Compare two versions of a quote
///
/// What this version has that another of the same number has not, be it of the same alternative or
/// of another: sites added, removed and changed, and for every price that differs the rules that
/// made the difference.
#[utoipa::path(get, path = "/v1/quotes/{id}/comparison", operation_id = "quote_compare",
    tag = "Quotes",
    params(("id" = String, Path, description = "The version to be looked at"),
        ("from" = Option<String>, Query,
            description = "The id of the version that it is compared with; the one that it \
                replaces unless given")),
    responses((status = 200, description = "What differs", body = ComparisonBody)))]
async fn quote_compare(PathId(to): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let from = params.id("from");
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let found = app.quotes_compare(&caller, from, to).await.at(&place)?;
    Ok(ok(&ComparisonBody::of(&found, MOST_SITES)))
}
