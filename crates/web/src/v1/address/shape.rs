//! Wire shapes of what is found of addresses.

use crate::v1::shape::AddressBody;
use crate::v1::site::AvpsBody;
use app::address::{Checked, Unanswered};
use app::serviceability::SiteService;
use domain::address::Avps;
use domain::serviceability::{Access, InstallDays, Serviceability, Shortfall, Speed};
use serde::Serialize;
use utoipa::ToSchema;

/// Why there is no answer, and when to ask again.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Unanswered)]
pub(super) struct UnansweredBody {
    #[schema(example = "try again later: the address service answered 503")]
    why: String,
    /// Not before.
    retry_at: String,
}

impl From<&Unanswered> for UnansweredBody {
    fn from(none: &Unanswered) -> Self {
        Self { why: none.why.clone(), retry_at: none.retry_at.to_string() }
    }
}

/// What came of one address: a result of the validation, or why there is none.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CheckedAddress)]
pub(in crate::v1) struct CheckedBody {
    /// Whether the validation answered.
    validated: bool,
    /// What it found; none if it was not validated.
    found: Option<AvpsBody>,
    /// Why it was not validated.
    not_validated: Option<UnansweredBody>,
}

impl From<&Checked<Avps>> for CheckedBody {
    fn from(checked: &Checked<Avps>) -> Self {
        let (found, not_validated) = match checked {
            Ok(avps) => (Some(avps.into()), None),
            Err(none) => (None, Some(none.into())),
        };
        Self { validated: found.is_some(), found, not_validated }
    }
}

/// Working days from the order to service.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = InstallDays)]
struct InstallBody {
    least: u32,
    most: u32,
}

impl From<InstallDays> for InstallBody {
    fn from(InstallDays { least, most }: InstallDays) -> Self {
        Self { least, most }
    }
}

/// One way to reach the building.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Access)]
struct AccessBody {
    #[schema(example = "fiber")]
    technology: &'static str,
    /// Slowest first.
    #[schema(example = json!(["100M", "1G"]))]
    speeds: Vec<String>,
    install_days: InstallBody,
}

impl From<&Access> for AccessBody {
    fn from(access: &Access) -> Self {
        Self {
            technology: access.technology.word(),
            speeds: access.speeds.iter().map(ToString::to_string).collect(),
            install_days: access.install_days.into(),
        }
    }
}

/// How the network reaches a place.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Serviceability)]
pub(in crate::v1) struct ServiceabilityBody {
    /// `on_net`, `near_net` or `off_net`.
    reach: &'static str,
    /// The preferred one first; none where the place cannot be served.
    accesses: Vec<AccessBody>,
    /// Over all accesses.
    install_days: Option<InstallBody>,
    /// How sure it is: `green`, `yellow` or `red`.
    confidence: &'static str,
    reason: String,
    /// From this moment on it is to be asked for again.
    guaranteed_until: String,
}

impl From<&Serviceability> for ServiceabilityBody {
    fn from(found: &Serviceability) -> Self {
        Self {
            reach: found.reach.word(),
            accesses: found.accesses.iter().map(Into::into).collect(),
            install_days: found.install_days().map(Into::into),
            confidence: found.confidence.word(),
            reason: found.reason.clone(),
            guaranteed_until: found.guaranteed_until.to_string(),
        }
    }
}

/// A speed that can be had instead.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct AlternateAccess {
    technology: &'static str,
    #[schema(example = "500M")]
    speed: String,
}

/// An access speed that cannot be had.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccessShortfall)]
pub(in crate::v1) struct ShortfallBody {
    #[schema(example = "10G")]
    access_speed: String,
    /// The nearest below and the nearest above.
    alternates: Vec<AlternateAccess>,
}

impl From<&Shortfall> for ShortfallBody {
    fn from(short: &Shortfall) -> Self {
        let alternate = |(technology, speed): &(domain::serviceability::Technology, Speed)| {
            AlternateAccess { technology: technology.word(), speed: speed.to_string() }
        };
        let alternates = short.alternates.iter().map(alternate).collect();
        Self { access_speed: short.asked.to_string(), alternates }
    }
}

/// What is known of one place.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LocationServiceability)]
pub(super) struct ServedBody {
    serviceability: Option<ServiceabilityBody>,
    /// Where the speed that is wanted cannot be had.
    shortfall: Option<ShortfallBody>,
    /// Why nothing is known.
    not_answered: Option<UnansweredBody>,
}

impl ServedBody {
    pub(super) fn of(found: &Checked<Serviceability>, asked: Option<Speed>) -> Self {
        let shortfall = asked.zip(found.as_ref().ok()).and_then(|(speed, f)| f.shortfall(speed));
        Self {
            serviceability: found.as_ref().ok().map(Into::into),
            shortfall: shortfall.as_ref().map(Into::into),
            not_answered: found.as_ref().err().map(Into::into),
        }
    }
}

/// What is known of a site.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SiteServiceability)]
pub(super) struct SiteServiceBody {
    site_id: String,
    /// What was asked about.
    address: AddressBody,
    /// Whether that address is validated.
    address_validated: bool,
    /// The access speed that the site is configured for.
    #[schema(example = "1G")]
    access_speed: Option<String>,
    serviceability: Option<ServiceabilityBody>,
    /// Where that speed cannot be had.
    shortfall: Option<ShortfallBody>,
    /// Why nothing is known.
    not_answered: Option<UnansweredBody>,
}

impl From<&SiteService> for SiteServiceBody {
    fn from(known: &SiteService) -> Self {
        let SiteService { site, asked, found } = known;
        let ServedBody { serviceability, shortfall, not_answered } = ServedBody::of(found, *asked);
        Self {
            site_id: site.id.to_string(),
            address: site.address().into(),
            address_validated: site.passed().is_some(),
            access_speed: asked.map(|speed| speed.to_string()),
            serviceability,
            shortfall,
            not_answered,
        }
    }
}
