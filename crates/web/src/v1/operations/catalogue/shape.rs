//! Versions of the catalogue on the wire.

use crate::v1::shape::TotalsBody;
use app::publication::{Impact, Listed, QuoteImpact};
use domain::catalogue::Difference;
use domain::money::Money;
use domain::party::Actor;
use domain::pricing::Totals;
use domain::publication::{CatalogueState, Publication};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A version of the catalogue to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CatalogueProposal)]
pub(super) struct ProposalBody {
    /// The text of each file by its name: the carrier's, and one for each offering. Programmes
    /// are none of them.
    pub(super) files: BTreeMap<String, String>,
    /// Kept with the version.
    #[serde(default)]
    #[schema(max_length = 2000, example = "Prices of the new year.")]
    pub(super) note: Option<String>,
}

/// A yes, and from when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CataloguePublish)]
pub(super) struct PublishBody {
    /// The moment from which it is in force; at once unless given.
    #[serde(default)]
    #[schema(max_length = 40, example = "2027-01-01T05:00:00Z")]
    pub(super) effective_at: Option<String>,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CatalogueReason)]
pub(super) struct ReasonBody {
    /// Kept in the version's history.
    #[schema(min_length = 1, max_length = 2000, example = "The port prices are last year's.")]
    pub(super) reason: String,
}

/// One of a version's files.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueFile)]
struct FileBody {
    #[schema(example = "adi.toml")]
    name: String,
    bytes: u64,
}

/// Who decided on a version, and when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueDecision)]
struct DecisionBody {
    #[schema(example = "operations (price desk)")]
    by: String,
    at: String,
    /// Null for a publication.
    reason: Option<String>,
}

/// A version of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueVersion)]
pub(super) struct VersionBody {
    id: String,
    version: u64,
    created_at: String,
    /// What its files call it; a quote keeps the label of the one that priced it.
    #[schema(example = "2026.2-sample")]
    label: String,
    /// SHA-256 of its files.
    digest: String,
    /// The first day on which its prices may be offered, as its files say.
    #[schema(format = Date, example = "2026-01-01")]
    effective_from: String,
    files: Vec<FileBody>,
    note: Option<String>,
    #[schema(example = "operations (night shift)")]
    proposed_by: String,
    state: &'static str,
    /// Whether everything is sold under it now.
    in_force: bool,
    /// If it is published: in force from this moment on.
    effective_at: Option<String>,
    /// If another has been published to follow on it: in force until then.
    superseded_at: Option<String>,
    /// Who published, refused or withdrew it.
    decided: Option<DecisionBody>,
    /// The version in whose place it was put, if it is a roll-back.
    rolls_back: Option<String>,
    /// The roll-back that was put in its place.
    rolled_back_by: Option<String>,
}

fn decision(by: &Actor, at: Moment, reason: Option<&String>) -> DecisionBody {
    DecisionBody { by: by.label(), at: at.to_string(), reason: reason.cloned() }
}

impl VersionBody {
    pub(super) fn of(listed: &Listed, now: Moment) -> Self {
        let Listed { version, next } = listed;
        let effective = version.publication().map(|p| p.effective_at);
        let decided = match &version.state {
            CatalogueState::Proposed => None,
            CatalogueState::Published { publication: Publication { by, at, .. } } => {
                Some(decision(by, *at, None))
            }
            CatalogueState::Refused { by, at, reason }
            | CatalogueState::Withdrawn { by, at, reason, .. } => {
                Some(decision(by, *at, Some(reason)))
            }
        };
        let file = |file: &domain::publication::CatalogueFile| FileBody {
            name: file.name.clone(),
            bytes: file.bytes,
        };
        Self {
            id: version.id.to_string(),
            version: version.version,
            created_at: version.created_at.to_string(),
            label: version.label.clone(),
            digest: version.digest.clone(),
            effective_from: version.effective_from.to_string(),
            files: version.files.iter().map(file).collect(),
            note: version.note.clone(),
            proposed_by: version.proposed_by.label(),
            state: version.phase(now, *next).word(),
            in_force: effective.is_some_and(|at| at <= now) && next.is_none_or(|next| next > now),
            effective_at: effective.map(|at| at.to_string()),
            superseded_at: next.map(|at| at.to_string()),
            decided,
            rolls_back: version.rolls_back.map(|id| id.to_string()),
            rolled_back_by: version.rolled_back_by.map(|id| id.to_string()),
        }
    }
}

/// The files of a version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueFiles)]
pub(super) struct FilesBody {
    /// SHA-256 of the files.
    pub(super) digest: String,
    /// The text of each by its name.
    pub(super) files: BTreeMap<String, String>,
}

/// One thing that is not as in the catalogue in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueDifference)]
struct DifferenceBody {
    #[schema(example = "OFF_AIAB: Router MRC, Router Indoor")]
    subject: String,
    /// Null if there was no such thing.
    #[schema(example = "15.00")]
    from: Option<String>,
    /// Null if there is no such thing any more.
    #[schema(example = "17.00")]
    to: Option<String>,
}

impl From<&Difference> for DifferenceBody {
    fn from(of: &Difference) -> Self {
        Self { subject: of.subject.clone(), from: of.from.clone(), to: of.to.clone() }
    }
}

/// A quote on offer that would cost something else.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuoteImpact)]
struct QuoteBody {
    quote_id: String,
    partner_id: Option<String>,
    #[schema(example = "Q-4sQ0aB1cD2eF")]
    number: String,
    revision: u32,
    name: String,
    /// Until when its offer stands, whatever is published.
    expires_at: Option<String>,
    /// What it would cost by the catalogue in force; null if it could not be priced.
    now: Option<TotalsBody>,
    /// What it would cost by this version; null if it could not be priced.
    then: Option<TotalsBody>,
    /// The monthly charge by which it would cost more, or less.
    #[schema(example = "-12.50")]
    mrc_difference: Option<String>,
    #[schema(example = "0.00")]
    nrc_difference: Option<String>,
    #[schema(example = "-450.00")]
    total_difference: Option<String>,
    /// In words.
    #[schema(example = "MRC 695.00 to 700.00 (+5.00), total 25020.00 to 25200.00 (+180.00)")]
    change: String,
}

impl From<&QuoteImpact> for QuoteBody {
    fn from(of: &QuoteImpact) -> Self {
        let QuoteImpact { quote, by } = of;
        let difference = |amount: fn(&Totals) -> Money| {
            let (now, then) = (by.old.as_ref().ok()?, by.new.as_ref().ok()?);
            let by = amount(then).checked_sub(amount(now)).ok()?;
            Some(by.to_string())
        };
        Self {
            quote_id: quote.id.to_string(),
            partner_id: quote.tenant.partner.map(|id| id.to_string()),
            number: quote.number.clone(),
            revision: quote.revision,
            name: quote.name.clone(),
            expires_at: quote.offer().map(|offer| offer.expires_at.to_string()),
            now: by.old.as_ref().ok().map(Into::into),
            then: by.new.as_ref().ok().map(Into::into),
            mrc_difference: difference(|totals| totals.mrc),
            nrc_difference: difference(|totals| totals.nrc),
            total_difference: difference(|totals| totals.total_contract_value),
            change: by.words(),
        }
    }
}

/// What a version would change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueImpact)]
pub(super) struct ImpactBody {
    catalogue_id: String,
    /// The version's label.
    #[schema(example = "2026.2-sample")]
    label: String,
    /// The label of the catalogue in force.
    #[schema(example = "2026.1-sample")]
    in_force: String,
    differences_count: usize,
    /// The first thousand.
    differences: Vec<DifferenceBody>,
    /// Quotes on offer that this page has priced by both, and their sites.
    quotes_looked_at: usize,
    sites_looked_at: usize,
    /// Those of them that would change, newest first.
    items: Vec<QuoteBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    next_cursor: Option<String>,
}

/// So many differences are told.
const MOST_DIFFERENCES: usize = 1000;

impl ImpactBody {
    pub(super) fn of(impact: &Impact) -> Self {
        let told = impact.differences.iter().take(MOST_DIFFERENCES);
        Self {
            catalogue_id: impact.version.id.to_string(),
            label: impact.version.label.clone(),
            in_force: impact.in_force.version().to_string(),
            differences_count: impact.differences.len(),
            differences: told.map(Into::into).collect(),
            quotes_looked_at: impact.looked_at,
            sites_looked_at: impact.sites,
            items: impact.quotes.iter().map(Into::into).collect(),
            next_cursor: impact.next.map(|id| id.to_string()),
        }
    }
}
