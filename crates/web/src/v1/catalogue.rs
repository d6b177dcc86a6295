//! The catalogue: what can be sold, how it is configured, which promotions there are. It shows
//! no price, no floor and nothing of any tier; what a site costs, pricing says.

mod promotion;

use self::promotion::PromotionBody;
use super::shape::At;
use crate::answer::{Answered, ok};
use crate::door::Reading;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use domain::catalogue::{
    Catalogue, Component, Feature, FeatureKind, LeadTime, Milestone, Offering,
};
use domain::party::Partner;
use domain::refusal::Refusal;
use domain::time::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(catalogue_get)).routes(routes!(offering_get))
}

/// Something that is chosen when an offering is configured.
#[derive(Debug, Serialize, ToSchema)]
struct OfferingFeature {
    #[schema(example = "ATT_SPEED")]
    code: String,
    #[schema(example = "Port Speed")]
    name: String,
    /// `choice`: one of `values`. `yes_no`: `Yes` or `No`. `integer`: a whole number from
    /// `least` to `most`.
    #[serde(rename = "type")]
    #[schema(example = "choice")]
    kind: &'static str,
    /// Whether it must have a value; without `defaults`, it must be chosen.
    required: bool,
    /// The allowed values, smallest first where they have a size; empty for an integer.
    values: Vec<String>,
    /// For an integer only.
    least: Option<i64>,
    /// For an integer only.
    most: Option<i64>,
    /// Taken if nothing is chosen: the first that goes with the other choices.
    defaults: Vec<String>,
    /// The feature is only there with these values of another one.
    only_when: Option<FeatureCondition>,
}

/// Which values of another feature a feature is there with.
#[derive(Debug, Serialize, ToSchema)]
struct FeatureCondition {
    /// The other feature's code.
    #[schema(example = "ATT_BILL_OPT")]
    feature: String,
    among: Vec<String>,
}

/// How long delivery is estimated to take, in working days after the handoff.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = LeadTime)]
pub(in crate::v1) struct LeadTimeBody {
    #[schema(example = 30)]
    least_days: u32,
    #[schema(example = 60)]
    most_days: u32,
}

impl From<LeadTime> for LeadTimeBody {
    fn from(LeadTime { least_days, most_days }: LeadTime) -> Self {
        Self { least_days, most_days }
    }
}

impl From<&Feature> for OfferingFeature {
    fn from(feature: &Feature) -> Self {
        let (kind, range) = match feature.kind {
            FeatureKind::Choice(_) => ("choice", None),
            FeatureKind::YesNo(_) => ("yes_no", None),
            FeatureKind::Integer { least, most } => ("integer", Some((least, most))),
        };
        Self {
            code: feature.code.to_string(),
            name: feature.name.to_string(),
            kind,
            required: feature.required,
            values: feature.values().iter().map(ToString::to_string).collect(),
            least: range.map(|(least, _)| least),
            most: range.map(|(_, most)| most),
            defaults: feature.defaults.iter().map(ToString::to_string).collect(),
            only_when: feature.only_when.as_ref().map(|only| FeatureCondition {
                feature: only.feature.to_string(),
                among: only.among.iter().map(ToString::to_string).collect(),
            }),
        }
    }
}

/// A priced part of an offering.
#[derive(Debug, Serialize, ToSchema)]
struct OfferingComponent {
    #[schema(example = "ADI_PORT")]
    code: String,
    #[schema(example = "Port")]
    name: String,
    /// What it is called as an item of an order.
    #[schema(example = "Port")]
    item_type: String,
}

impl From<&Component> for OfferingComponent {
    fn from(component: &Component) -> Self {
        Self {
            code: component.code.to_string(),
            name: component.name.to_string(),
            item_type: component.item_type.to_string(),
        }
    }
}

/// A contract term.
#[derive(Debug, Serialize, ToSchema)]
struct OfferingTerm {
    #[schema(example = 36)]
    months: u32,
}

/// A step of delivery.
#[derive(Debug, Serialize, ToSchema)]
struct OfferingMilestone {
    #[schema(example = "foc_received")]
    code: String,
    #[schema(example = "Firm order commitment received")]
    name: String,
    /// Working days after the handoff on which it is planned.
    #[schema(example = 15)]
    working_day: u32,
}

impl From<&Milestone> for OfferingMilestone {
    fn from(milestone: &Milestone) -> Self {
        Self {
            code: milestone.code.to_string(),
            name: milestone.name.to_string(),
            working_day: milestone.working_day,
        }
    }
}

/// Something that can be sold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Offering)]
struct OfferingBody {
    #[schema(example = "OFF_ADI_MID_MARKET")]
    code: String,
    name: String,
    /// What the bundle is called as an item of an order.
    item_type: String,
    /// In the order in which a configuration lists them.
    features: Vec<OfferingFeature>,
    components: Vec<OfferingComponent>,
    /// By rising months.
    terms: Vec<OfferingTerm>,
    /// What must be known of each site before its order is handed off: `installation`,
    /// `shipping`, `port_reservation`, `billing`, `customer_defined_group`. A programme may
    /// require more.
    enrichments: Vec<&'static str>,
    /// An estimate; it depends on the choices and on the address.
    lead_time: Option<LeadTimeBody>,
    /// In the order of delivery.
    milestones: Vec<OfferingMilestone>,
}

impl From<&Offering> for OfferingBody {
    fn from(offering: &Offering) -> Self {
        Self {
            code: offering.code.to_string(),
            name: offering.name.to_string(),
            item_type: offering.item_type.to_string(),
            features: offering.features.iter().map(Into::into).collect(),
            components: offering.components.iter().map(Into::into).collect(),
            terms: offering.terms.iter().map(|t| OfferingTerm { months: t.months }).collect(),
            enrichments: offering.enrichments.iter().map(|e| e.word()).collect(),
            lead_time: offering.lead_time().map(Into::into),
            milestones: offering.milestones.iter().map(Into::into).collect(),
        }
    }
}

/// The catalogue in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Catalogue)]
struct CatalogueBody {
    /// The label of this version; a quote keeps the one that priced it.
    #[schema(example = "2026.1-sample")]
    version: String,
    /// The first day on which it may be priced from.
    #[schema(format = Date, example = "2026-01-01")]
    effective_from: String,
    #[schema(example = "USD")]
    currency: &'static str,
    /// For how many days a price offer stands.
    #[schema(example = 60)]
    offer_days: u32,
    offerings: Vec<OfferingBody>,
    /// In the order in which they are taken off.
    promotions: Vec<PromotionBody>,
}

impl CatalogueBody {
    fn of(catalogue: &Catalogue, today: Date, partner: Option<&Partner>) -> Self {
        let promotions = catalogue.promotions().iter();
        Self {
            version: catalogue.version().to_string(),
            effective_from: catalogue.effective_from().to_string(),
            currency: catalogue.currency().code(),
            offer_days: catalogue.offer_days(),
            offerings: catalogue.offerings().iter().map(Into::into).collect(),
            promotions: promotions.map(|p| PromotionBody::of(p, today, partner)).collect(),
        }
    }
}

/// Read the catalogue
///
/// Every offering with the features that configure it, and every promotion with whether it is
/// in force today. Prices are not listed: pricing a quote shows them with every step.
#[utoipa::path(get, path = "/v1/catalogue", operation_id = "catalogue_get", tag = "Catalogue",
    responses((status = 200, description = "The catalogue in force", body = CatalogueBody)))]
async fn catalogue_get(reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let now = app.now(&caller).await.at(&place)?;
    let catalogue = app.in_force(caller.environment, now).await.at(&place)?;
    let partner = caller.seller().ok().map(|seller| seller.partner);
    Ok(ok(&CatalogueBody::of(&catalogue, now.date(), partner)))
}

/// Read an offering
///
/// One offering of the catalogue, by its code in any case of letters.
#[utoipa::path(get, path = "/v1/catalogue/offerings/{code}", operation_id = "offering_get",
    tag = "Catalogue",
    params(("code" = String, Path, description = "The offering's code",
        example = "OFF_ADI_MID_MARKET")),
    responses((status = 200, description = "The offering", body = OfferingBody)))]
async fn offering_get(code: Result<Path<String>, PathRejection>, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let catalogue =
        app.in_force(caller.environment, app.now(&caller).await.at(&place)?).await.at(&place)?;
    let offering = code.ok().and_then(|Path(code)| catalogue.offering(&code));
    let offering = offering.ok_or_else(|| Refusal::not_found("offering")).at(&place)?;
    Ok(ok(&OfferingBody::from(offering)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn shipped(today: &str) -> Value {
        let catalogue = Catalogue::shipped().expect("the shipped catalogue has no faults");
        let today = today.parse().expect("a day");
        serde_json::to_value(CatalogueBody::of(&catalogue, today, None)).expect("a JSON form")
    }

    fn named<'v>(list: &'v Value, code: &str) -> &'v Value {
        let all = list.as_array().expect("a list");
        all.iter().find(|one| one["code"] == code).expect("the code is there")
    }

    #[test]
    fn a_feature_says_its_type_and_what_it_allows() {
        let offerings = &shipped("2026-11-21")["offerings"];
        let features = &named(offerings, "OFF_AIAB")["features"];
        let number = named(features, "AIAB_STATIC_IPS");
        assert_eq!(
            *number,
            json!({
                "code": "AIAB_STATIC_IPS", "name": "Static IP Addresses", "type": "integer",
                "required": false, "values": [], "least": 0, "most": 5, "defaults": ["0"],
                "only_when": null,
            })
        );
        let choice = named(features, "AIAB_PLAN");
        assert_eq!(choice["type"], "choice");
        assert_eq!(choice["values"], json!(["Standard", "Advanced", "Premium"]));
        assert_eq!((&choice["least"], &choice["defaults"]), (&Value::Null, &json!([])));
    }

    #[test]
    fn an_offering_says_how_long_it_takes_and_a_feature_what_it_depends_on() {
        let offerings = &shipped("2026-11-21")["offerings"];
        let adi = named(offerings, "OFF_ADI_MID_MARKET");
        assert_eq!(adi["lead_time"], json!({ "least_days": 30, "most_days": 90 }));
        let commitment = named(&adi["features"], "ATT_PORT_MBC");
        let only = json!({ "feature": "ATT_BILL_OPT", "among": ["Burstable"] });
        assert_eq!(commitment["only_when"], only);
    }

    #[test]
    fn a_promotion_is_in_force_from_its_first_to_its_last_day() {
        let in_force = |today| named(&shipped(today)["promotions"], "ADI-ALL7")["in_force"].clone();
        assert_eq!(in_force("2026-06-30"), false);
        assert_eq!(in_force("2026-07-01"), true);
        assert_eq!(in_force("2026-12-31"), true);
        assert_eq!(in_force("2027-01-01"), false);
    }

    #[test]
    fn percentages_stand_as_short_texts() {
        let promotions = &shipped("2026-11-21")["promotions"];
        assert_eq!(named(promotions, "ADI-ALL7")["percent"], "7.5");
        assert_eq!(named(promotions, "ADI-WELCOME")["percent"], "100");
    }

    #[test]
    fn neither_prices_nor_floors_nor_tiers_are_shown() {
        // A promotion says in which zones it is had, as a price matrix names them.
        let text = shipped("2026-11-21").to_string().replace("\"zones\":[]", "");
        for word in ["floor", "tier", "price", "budget", "zone", "discount_percent"] {
            assert!(!text.contains(word), "the catalogue shows {word}");
        }
    }
}
