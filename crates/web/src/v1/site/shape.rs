//! A site's wire shapes.

use crate::v1::address::{ServiceabilityBody, ShortfallBody};
use crate::v1::catalogue::LeadTimeBody;
use crate::v1::quote::QuoteBody;
use crate::v1::shape::{AddressBody, TotalsBody};
use app::address::Delay;
use domain::address::{Avps, Correction};
use domain::catalogue::{Configuration, FeatureValue};
use domain::pricing::{LinePrice, SitePrice, Waterfall};
use domain::quote::{Quote, QuoteSites, Site, Validation};
use domain::time::Moment;
use serde::Serialize;
use utoipa::ToSchema;

/// One correction that the validation proposes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Correction)]
struct CorrectionBody {
    /// `street`, `unit`, `city`, `state` or `zip`.
    field: String,
    from: String,
    to: String,
    why: String,
}

impl From<&Correction> for CorrectionBody {
    fn from(c: &Correction) -> Self {
        let Correction { field, from, to, why } = c.clone();
        Self { field, from, to, why }
    }
}

/// What the address validation found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AddressResult)]
pub(in crate::v1) struct AvpsBody {
    /// `match`, `close_match`, `ambiguous` or `no_match`.
    #[schema(example = "close_match")]
    result: &'static str,
    /// The standard form: of the address given for a match, of the proposal for a close match.
    address: Option<AddressBody>,
    corrections: Vec<CorrectionBody>,
    alternates: Vec<AddressBody>,
    why: Option<String>,
}

impl From<&Avps> for AvpsBody {
    fn from(avps: &Avps) -> Self {
        let mut body = Self {
            result: avps.word(),
            address: None,
            corrections: Vec::new(),
            alternates: Vec::new(),
            why: None,
        };
        match avps {
            Avps::Match { address } => body.address = Some(address.into()),
            Avps::CloseMatch { address, corrections } => {
                body.address = Some(address.into());
                body.corrections = corrections.iter().map(Into::into).collect();
            }
            Avps::Ambiguous { alternates, why } => {
                body.alternates = alternates.iter().map(Into::into).collect();
                body.why = Some(why.clone());
            }
            Avps::NoMatch { why } => body.why = Some(why.clone()),
        }
        body
    }
}

/// How far a site's address validation has come.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AddressValidation)]
struct ValidationBody {
    /// `unchecked`, `requested`, `match`, `close_match`, `ambiguous`, `no_match` or `accepted`.
    #[schema(example = "match")]
    state: &'static str,
    /// The address that counts: validated as given, or proposed and accepted.
    address: Option<AddressBody>,
    /// The proposal of a close match.
    proposed: Option<AddressBody>,
    corrections: Vec<CorrectionBody>,
    alternates: Vec<AddressBody>,
    /// Why there is no address yet. While it is `requested`: why the last try gave no answer.
    why: Option<String>,
    /// When a validation that gave no answer is tried again; none if no further try is planned.
    next_try_at: Option<String>,
}

impl ValidationBody {
    /// As it waits for another try.
    fn delayed(&mut self, delay: &Delay) {
        self.why.clone_from(&delay.why);
        self.next_try_at = Some(delay.due_at.to_string());
    }
}

impl From<&Validation> for ValidationBody {
    fn from(validation: &Validation) -> Self {
        let empty = |state| Self {
            state,
            address: None,
            proposed: None,
            corrections: Vec::new(),
            alternates: Vec::new(),
            why: None,
            next_try_at: None,
        };
        match validation {
            Validation::Unchecked => empty("unchecked"),
            Validation::Requested => empty("requested"),
            Validation::Unanswered { why, .. } => {
                Self { why: Some(why.clone()), ..empty("unchecked") }
            }
            Validation::Answered { avps, .. } => {
                let found = AvpsBody::from(avps);
                let matched = matches!(avps, Avps::Match { .. });
                let (address, proposed) =
                    if matched { (found.address, None) } else { (None, found.address) };
                let AvpsBody { result: state, corrections, alternates, why, .. } = found;
                let found = Self { address, proposed, corrections, alternates, ..empty(state) };
                Self { why, ..found }
            }
            Validation::Accepted { address, avps, .. } => {
                let corrections = AvpsBody::from(avps).corrections;
                Self { address: Some(address.into()), corrections, ..empty("accepted") }
            }
        }
    }
}

/// A feature as it was chosen, or by default.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Feature {
    code: String,
    name: String,
    /// A text, a number or a yes or no.
    #[schema(value_type = serde_json::Value, example = "1G")]
    value: FeatureValue,
}

/// A site's configuration: every feature of the offering.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Configuration)]
struct ConfigurationBody {
    /// The offering's code.
    offering: String,
    term_months: u32,
    features: Vec<Feature>,
    /// An estimate over all addresses; a price says it for the site's.
    lead_time: Option<LeadTimeBody>,
}

impl From<&Configuration> for ConfigurationBody {
    fn from(configuration: &Configuration) -> Self {
        let feature = |c: &domain::catalogue::Chosen| Feature {
            code: c.code.to_string(),
            name: c.name.to_string(),
            value: c.value.clone(),
        };
        Self {
            offering: configuration.offering.to_string(),
            term_months: configuration.term_months,
            features: configuration.choices.iter().map(feature).collect(),
            lead_time: configuration.lead_time.map(Into::into),
        }
    }
}

/// One step of a waterfall.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Step {
    /// `list`, `term`, `volume`, `promotion`, `discount` or `net`.
    kind: &'static str,
    /// The rule that made it.
    rule: String,
    /// What it adds; negative takes off.
    #[schema(example = "-120.00")]
    amount: String,
    #[schema(example = "1080.00")]
    subtotal: String,
    /// How it was rounded, where it was: `half_up`.
    rounding: Option<&'static str>,
}

/// From list price to net price.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Waterfall)]
struct WaterfallBody {
    #[schema(example = "1080.00")]
    net: String,
    /// The least that the charge may come to.
    floor: Option<String>,
    steps: Vec<Step>,
}

impl From<&Waterfall> for WaterfallBody {
    fn from(waterfall: &Waterfall) -> Self {
        let step = |s: &domain::pricing::Step| Step {
            kind: s.kind.word(),
            rule: s.rule.to_string(),
            amount: s.amount.to_string(),
            subtotal: s.subtotal.to_string(),
            rounding: s.rounding.map(|r| match r {
                domain::money::Rounding::HalfUp => "half_up",
            }),
        };
        Self {
            net: waterfall.net.to_string(),
            floor: waterfall.floor.map(|f| f.to_string()),
            steps: waterfall.steps.iter().map(step).collect(),
        }
    }
}

/// A priced component of a site.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Line)]
struct LineBody {
    /// The component's code.
    component: String,
    name: String,
    #[schema(example = "Access")]
    item_type: String,
    quantity: i64,
    /// Monthly recurring charge.
    mrc: WaterfallBody,
    /// Non-recurring charge.
    nrc: WaterfallBody,
    totals: TotalsBody,
}

impl From<&LinePrice> for LineBody {
    fn from(line: &LinePrice) -> Self {
        Self {
            component: line.component.to_string(),
            name: line.name.to_string(),
            item_type: line.item_type.to_string(),
            quantity: line.quantity,
            mrc: (&line.mrc).into(),
            nrc: (&line.nrc).into(),
            totals: (&line.totals).into(),
        }
    }
}

/// A site's price: the exact sum of its lines.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SitePrice)]
pub(in crate::v1) struct PriceBody {
    /// The access zone, which the ZIP code decides.
    zone: String,
    term_months: u32,
    /// Working days after the handoff that delivery is estimated to take.
    #[schema(example = 30)]
    lead_days: Option<u32>,
    totals: TotalsBody,
    lines: Vec<LineBody>,
}

impl From<&SitePrice> for PriceBody {
    fn from(price: &SitePrice) -> Self {
        Self {
            zone: price.zone.to_string(),
            term_months: price.term_months,
            lead_days: price.lead_days,
            totals: (&price.totals).into(),
            lines: price.lines.iter().map(Into::into).collect(),
        }
    }
}

/// One service address in a quote.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Site)]
pub(in crate::v1) struct SiteBody {
    id: String,
    quote_id: String,
    /// 1, 2, 3 …
    position: u32,
    name: String,
    /// As given.
    address: AddressBody,
    validation: ValidationBody,
    /// How the network reaches it, as it was known when the address was validated.
    serviceability: Option<ServiceabilityBody>,
    configuration: Option<ConfigurationBody>,
    /// Where the access speed that it is configured for is known not to be had.
    access_shortfall: Option<ShortfallBody>,
    price: Option<PriceBody>,
    /// Since when it is confirmed that the site can be served as it is configured.
    feasible_since: Option<String>,
    /// The end customer at this site, where the programme assigns customers to sites.
    customer_id: Option<String>,
    version: u64,
    created_at: String,
}

impl SiteBody {
    /// Says when its validation is tried again, if it waits for that.
    pub(super) fn delayed(&mut self, delay: Option<&Delay>) {
        if let Some(delay) = delay.filter(|_| self.validation.state == "requested") {
            self.validation.delayed(delay);
        }
    }
}

impl From<&Site> for SiteBody {
    fn from(site: &Site) -> Self {
        Self {
            id: site.id.to_string(),
            quote_id: site.quote.to_string(),
            position: site.position,
            name: site.name.clone(),
            address: (&site.given).into(),
            validation: (&site.validation).into(),
            serviceability: site.serviceability.as_ref().map(Into::into),
            configuration: site.configuration.as_ref().map(Into::into),
            access_shortfall: site.shortfall().as_ref().map(Into::into),
            price: site.price.as_ref().map(Into::into),
            feasible_since: site.feasible_since.map(|at| at.to_string()),
            customer_id: site.customer.map(|id| id.to_string()),
            version: site.version,
            created_at: site.created_at.to_string(),
        }
    }
}

/// A quote with those of its sites that were touched.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QuoteSites)]
pub(in crate::v1) struct QuoteSitesBody {
    quote: QuoteBody,
    /// How many sites were touched.
    sites_touched: usize,
    /// The first 100 of those touched, in the order of their places; read the others by page.
    sites: Vec<SiteBody>,
}

impl QuoteSitesBody {
    pub(in crate::v1) fn of(done: &QuoteSites, now: Moment) -> Self {
        let quote = QuoteBody::of(&done.quote, now);
        let sites = done.sites.iter().map(Into::into).collect();
        Self { quote, sites_touched: done.touched, sites }
    }
}

/// One page of a quote's sites.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Sites)]
pub(super) struct SitesBody {
    /// The version of the quote that the sites are of.
    quote_version: u64,
    /// In the order of their places.
    sites: Vec<SiteBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    #[schema(example = "50")]
    next_cursor: Option<String>,
}

impl SitesBody {
    pub(super) fn of(quote: &Quote, sites: &[Site], next_cursor: Option<String>) -> Self {
        let sites = sites.iter().map(Into::into).collect();
        Self { quote_version: quote.version, sites, next_cursor }
    }

    /// Says when the validation of those that wait is tried again.
    pub(super) fn delayed(&mut self, delay: Option<&Delay>) {
        self.sites.iter_mut().for_each(|site| site.delayed(delay));
    }
}
