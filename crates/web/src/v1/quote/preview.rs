//! Price previews: what a quote would cost with edits and other terms of sale, without saving.

use super::PriceQuote;
use super::level::LevelWord;
use super::shape::OfferBody;
use crate::answer::{Answered, ok};
use crate::door::{PathId, Question};
use crate::v1::shape::{AddressBody, At, Faults, TotalsBody};
use crate::v1::site::{FeatureChoice, PriceBody};
use domain::code::Because;
use domain::quote::{
    AddSite, Features, Level, NewSite, Preview, PreviewSite, Quote, SiteEdits, Which,
};
use domain::refusal::Fault;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(price_preview))
}

/// An offering with its features.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewConfiguration {
    /// The offering's code.
    #[schema(min_length = 1, max_length = 100, example = "OFF_ADI_MID_MARKET")]
    offering: String,
    /// Features that are not given take their default.
    #[serde(default)]
    #[schema(max_items = 100)]
    features: Vec<FeatureChoice>,
}

impl PreviewConfiguration {
    fn read(self) -> Features {
        let choices = self.features.into_iter().map(Into::into).collect();
        Features { offering: self.offering, choices }
    }
}

/// A site to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewNewSite {
    #[schema(min_length = 1, max_length = 200, example = "Chicago office")]
    name: String,
    address: AddressBody,
    /// Without it, some of `configure` must reach the site.
    #[serde(default)]
    configuration: Option<PreviewConfiguration>,
}

/// Sites to configure: those of `site_ids`, those of `of_offering`, or every site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewConfigure {
    #[serde(default)]
    #[schema(min_items = 1, max_items = 10000)]
    site_ids: Option<Vec<String>>,
    /// The code of the offering that they have so far.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "OFF_ADI_MID_MARKET")]
    of_offering: Option<String>,
    /// The offering's code.
    #[schema(min_length = 1, max_length = 100, example = "OFF_ADI_MID_MARKET")]
    offering: String,
    /// Features that are not given take their default.
    #[serde(default)]
    #[schema(max_items = 100)]
    features: Vec<FeatureChoice>,
}

/// Edits that are taken as made: first sites are removed, then others added, then some configured,
/// in the order given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewEdits {
    /// Ids of sites.
    #[serde(default)]
    #[schema(max_items = 1000)]
    remove: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 1000)]
    add: Vec<PreviewNewSite>,
    #[serde(default)]
    #[schema(max_items = 20)]
    configure: Vec<PreviewConfigure>,
}

impl PreviewEdits {
    fn read(self, faults: &mut Faults) -> SiteEdits {
        let remove = faults.ids("/edits/remove", &self.remove);
        let add = |new: PreviewNewSite| AddSite {
            site: NewSite { name: new.name, address: new.address.into() },
            features: new.configuration.map(PreviewConfiguration::read),
        };
        let add = self.add.into_iter().map(add).collect();
        let configure = self.configure.into_iter().enumerate();
        let configure = configure.map(|(at, one)| one.read(faults, at)).collect();
        SiteEdits { remove, add, configure }
    }
}

impl PreviewConfigure {
    fn read(self, faults: &mut Faults, at: usize) -> (Which, Features) {
        let Self { site_ids, of_offering, offering, features } = self;
        let place = format!("/edits/configure/{at}");
        let which = match (site_ids, of_offering) {
            (None, None) => Which::All,
            (Some(ids), None) => Which::Named(faults.ids(&format!("{place}/site_ids"), &ids)),
            (None, Some(offering)) => Which::Of(offering),
            (Some(_), Some(_)) => {
                let detail = "which sites: by their ids, or by the offering that they have";
                let pointer = format!("{place}/of_offering");
                faults.push(Fault::new(pointer, Because::Conflicting, detail));
                Which::All
            }
        };
        (which, PreviewConfiguration { offering, features }.read())
    }
}

/// What is to be looked at: the members of a price, and edits of the quote's sites.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PreviewAsk)]
struct AskBody {
    /// `firm` unless given.
    #[serde(default)]
    level: LevelWord,
    /// Off the monthly charges, in per cent; none unless given.
    #[serde(default)]
    #[schema(pattern = "^[0-9]{1,3}(\\.[0-9]{1,4})?$", example = "7.5")]
    discount_percent: Option<String>,
    /// Codes of promotions; none unless given.
    #[serde(default)]
    #[schema(max_items = 20)]
    promotions: Vec<String>,
    #[serde(default)]
    edits: PreviewEdits,
}

/// A quote's price as it is or would be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewPrice)]
struct SideBody {
    /// The quote's state with it.
    #[schema(example = "priced")]
    state: &'static str,
    /// How firm it is; see the quote. Null without a price.
    #[schema(example = "firm_subject_to_feasibility")]
    level: Option<&'static str>,
    /// How many sites the quote has.
    sites: u32,
    offer: Option<OfferBody>,
}

impl SideBody {
    fn of(quote: &Quote, now: Moment) -> Self {
        Self {
            state: quote.phase(now).word(),
            level: quote.level().map(Level::word),
            sites: quote.tally.sites,
            offer: quote.offer().map(|offer| OfferBody::of(offer, quote)),
        }
    }
}

/// A site that would be priced.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewSite)]
struct SiteBody {
    /// Null for one that the preview adds.
    id: Option<String>,
    /// 1, 2, 3 …
    position: u32,
    name: String,
    /// `added` or `configured` by the edits; else `repriced`: it rests on something else, such as
    /// another discount, or has no price now.
    #[schema(example = "configured")]
    touch: &'static str,
    /// What it costs now; null without a price.
    before: Option<TotalsBody>,
    price: Option<PriceBody>,
}

impl From<&PreviewSite> for SiteBody {
    fn from(of: &PreviewSite) -> Self {
        let site = &of.site;
        let known = of.touch != domain::quote::Touch::Added;
        Self {
            id: known.then(|| site.id.to_string()),
            position: site.position,
            name: site.name.clone(),
            touch: of.touch.word(),
            before: of.before.as_ref().map(Into::into),
            price: site.price.as_ref().map(Into::into),
        }
    }
}

/// What a quote would cost. Nothing of it is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PricePreview)]
struct PreviewBody {
    quote_id: String,
    /// The version of the quote that was looked at.
    quote_version: u64,
    before: SideBody,
    after: SideBody,
    /// What each kind of charge would come to more than now, less if negative. Null: the quote has
    /// no price now.
    difference: Option<TotalsBody>,
    sites_removed: usize,
    /// How many sites would be priced; the others keep their prices.
    sites_touched: usize,
    /// The first 100 of those touched, in the order of their places.
    sites: Vec<SiteBody>,
}

impl PreviewBody {
    fn of(preview: &Preview, now: Moment) -> Self {
        Self {
            quote_id: preview.before.id.to_string(),
            quote_version: preview.before.version,
            before: SideBody::of(&preview.before, now),
            after: SideBody::of(&preview.after, now),
            difference: preview.difference().as_ref().map(Into::into),
            sites_removed: preview.removed,
            sites_touched: preview.touched,
            sites: preview.sites.iter().map(Into::into).collect(),
        }
    }
}

/// Preview a price
///
/// What pricing the quote would give after some edits, to the cent, or how it would be refused;
/// nothing is saved. A member that is left out is none, as when the quote is priced: what the
/// offer has now is not taken over.
#[utoipa::path(post, path = "/v1/quotes/{id}/price/preview", operation_id = "price_preview",
    tag = "Quotes", params(("id" = String, Path, description = "The quote's id")),
    request_body = AskBody,
    responses((status = 200, description = "Before and after", body = PreviewBody)))]
async fn price_preview(PathId(quote): PathId, asked: Question<AskBody>) -> Answered {
    let Question { app, caller, place, body } = asked;
    let AskBody { level, discount_percent, promotions, edits } = body;
    let mut faults = Faults::default();
    let ask = PriceQuote { level, discount_percent, promotions }.read(&mut faults);
    let edits = edits.read(&mut faults);
    let (ask, edits) = faults.finish(Some((ask, edits))).at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    let preview = app.price_preview(&caller, quote, &ask, &edits).await.at(&place)?;
    Ok(ok(&PreviewBody::of(&preview, now)))
}
