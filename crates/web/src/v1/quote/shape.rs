//! A quote's wire shapes.

use super::level::{CounterBody, FeasibilityBody};
use crate::v1::shape::{Faults, TotalsBody};
use domain::quote::{BillingPreferences, Level, Offer, Quote, QuoteState, Tally};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the partner wants to be billed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BillingPreferences)]
pub(in crate::v1) struct BillingBody {
    /// An existing billing account of this partner.
    #[serde(default)]
    #[schema(min_length = 15, max_length = 18)]
    billing_account_id: Option<String>,
    /// The partner's purchase order number; carried to the order.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "PO-2026-118")]
    purchase_order: Option<String>,
    #[serde(default)]
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "invoices@example.com")]
    invoice_email: Option<String>,
    #[serde(default)]
    #[schema(default = false)]
    paperless: bool,
}

impl BillingBody {
    pub(in crate::v1) fn read(self, faults: &mut Faults, pointer: &str) -> BillingPreferences {
        let id = self.billing_account_id.as_ref();
        BillingPreferences {
            billing_account: faults.maybe_id(&format!("{pointer}/billing_account_id"), id),
            purchase_order: self.purchase_order,
            invoice_email: self.invoice_email,
            paperless: self.paperless,
        }
    }
}

impl From<&BillingPreferences> for BillingBody {
    fn from(billing: &BillingPreferences) -> Self {
        Self {
            billing_account_id: billing.billing_account.map(|id| id.to_string()),
            purchase_order: billing.purchase_order.clone(),
            invoice_email: billing.invoice_email.clone(),
            paperless: billing.paperless,
        }
    }
}

/// What would have made the quote cheaper.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = NearMiss)]
struct NearMissBody {
    /// `longer_term`, `more_sites`, `promotion_available`, or what a promotion lacks:
    /// `promotion_with_term`, `promotion_with_sites`, `promotion_with_feature`.
    code: &'static str,
    text: String,
    /// The amount saved: a month for recurring charges, once for one-off ones.
    #[schema(example = "120.00")]
    saving: String,
}

/// A discount that waits for operations.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DiscountApproval)]
struct ApprovalBody {
    /// What the partner may give by itself.
    #[schema(example = "10")]
    authority_percent: String,
    #[schema(example = "15")]
    asked_percent: String,
}

/// What a price offers, and until when.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Offer)]
pub(super) struct OfferBody {
    totals: TotalsBody,
    #[schema(example = "7.5")]
    discount_percent: Option<String>,
    promotions: Vec<String>,
    near_misses: Vec<NearMissBody>,
    /// The catalogue version that priced it.
    catalogue_version: String,
    priced_at: String,
    /// From this moment on the offer is no longer good.
    expires_at: String,
    /// Who approved a discount beyond the partner's authority.
    approved_by: Option<String>,
    /// Set while a discount waits for operations.
    approval: Option<ApprovalBody>,
}

impl OfferBody {
    pub(super) fn of(offer: &Offer, quote: &Quote) -> Self {
        let approval = match &quote.state {
            QuoteState::PendingApproval { approval, .. } => Some(ApprovalBody {
                authority_percent: approval.authority_percent.to_string(),
                asked_percent: approval.asked_percent.to_string(),
            }),
            _ => None,
        };
        let near = offer.near_misses.iter().map(|n| NearMissBody {
            code: n.code.word(),
            text: n.text.clone(),
            saving: domain::money::Money::from_minor(n.saving_minor).to_string(),
        });
        Self {
            totals: TotalsBody::of_quote(&offer.totals, quote.deposit()),
            discount_percent: offer.discount_percent.map(|d| d.to_string()),
            promotions: offer.promotions.clone(),
            near_misses: near.collect(),
            catalogue_version: offer.catalogue_version.clone(),
            priced_at: offer.priced_at.to_string(),
            expires_at: offer.expires_at.to_string(),
            approved_by: offer.approved_by.clone(),
            approval,
        }
    }
}

/// How far a quote's sites have come, counted: what is done in portions is followed here.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(in crate::v1) struct SiteCounts {
    #[schema(example = 10000)]
    total: u32,
    /// Whose address is being validated.
    #[schema(example = 4500)]
    validating: u32,
    /// With a valid address.
    #[schema(example = 5500)]
    validated: u32,
    #[schema(example = 10000)]
    configured: u32,
    #[schema(example = 0)]
    priced: u32,
}

impl From<&Tally> for SiteCounts {
    fn from(tally: &Tally) -> Self {
        Self {
            total: tally.sites,
            validating: tally.requested,
            validated: tally.passed,
            configured: tally.configured,
            priced: tally.priced.sites(),
        }
    }
}

/// One version of a quote. All versions of all its alternatives share its number.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Quote)]
pub(in crate::v1) struct QuoteBody {
    id: String,
    number: String,
    /// A, B, C …; of a quote's alternatives one at most is ever signed.
    #[schema(example = "A")]
    alternative: String,
    /// 1, 2, 3 …, of each alternative by itself.
    revision: u32,
    /// The version that this one revised.
    replaces: Option<String>,
    opportunity_id: String,
    customer_id: Option<String>,
    name: String,
    programme: String,
    /// `draft`, `priced`, `pending_approval`, `accepted`, `expired`, `cancelled` or `superseded`.
    #[schema(example = "priced")]
    state: &'static str,
    billing: BillingBody,
    offer: Option<OfferBody>,
    /// How firm the price is: `budgetary` if it was asked for as such or while an address is not
    /// validated, else `firm_subject_to_feasibility`, and `firm` when operations have confirmed
    /// that every site can be served. Null without a price.
    #[schema(example = "firm_subject_to_feasibility")]
    level: Option<&'static str>,
    feasibility: FeasibilityBody,
    site_counts: SiteCounts,
    /// What operations offer instead of a discount that was asked for, while it is good.
    counter_offer: Option<CounterBody>,
    /// The signed contract.
    contract_id: Option<String>,
    /// The version after it, or the alternative that was signed.
    superseded_by: Option<String>,
    cancel_reason: Option<String>,
    /// Its ETag; counts every change.
    version: u64,
    created_at: String,
}

impl QuoteBody {
    pub(in crate::v1) fn of(quote: &Quote, now: Moment) -> Self {
        let (mut contract_id, mut superseded_by, mut cancel_reason) = (None, None, None);
        match &quote.state {
            QuoteState::Accepted { contract, .. } => contract_id = Some(contract.to_string()),
            QuoteState::Superseded { by, .. } => superseded_by = Some(by.to_string()),
            QuoteState::Cancelled { reason } => cancel_reason = Some(reason.clone()),
            QuoteState::Draft | QuoteState::Priced { .. } | QuoteState::PendingApproval { .. } => {}
        }
        Self {
            id: quote.id.to_string(),
            number: quote.number.clone(),
            alternative: quote.alternative.to_string(),
            revision: quote.revision,
            replaces: quote.replaces.map(|id| id.to_string()),
            opportunity_id: quote.opportunity.to_string(),
            customer_id: quote.account.map(|id| id.to_string()),
            name: quote.name.clone(),
            programme: quote.programme.clone(),
            state: quote.phase(now).word(),
            billing: (&quote.billing).into(),
            offer: quote.offer().map(|offer| OfferBody::of(offer, quote)),
            level: quote.level().map(Level::word),
            feasibility: FeasibilityBody::of(&quote.feasibility, quote.tally.feasible),
            site_counts: SiteCounts::from(&quote.tally),
            counter_offer: CounterBody::of(quote.counter.as_ref(), now),
            contract_id,
            superseded_by,
            cancel_reason,
            version: quote.version,
            created_at: quote.created_at.to_string(),
        }
    }
}
