//! Who the caller is.

use super::operations::RightWord;
use crate::answer::{Answered, ok};
use crate::door::Reading;
use app::Who;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(me_get))
}

/// The credential that asks, and for whom it acts.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    credential_id: String,
    name: String,
    /// `partner` or `operations`.
    #[schema(example = "partner")]
    role: &'static str,
    /// `test` or `live`.
    #[schema(example = "test")]
    environment: &'static str,
    /// What it may do beyond others of operations.
    rights: Vec<RightWord>,
    partner: Option<MyPartner>,
}

/// The partner that the caller acts for.
#[derive(Debug, Serialize, ToSchema)]
struct MyPartner {
    id: String,
    name: String,
    /// The programme's code.
    programme: String,
    /// The tier's code.
    tier: String,
    /// The carrier's own number for it as a solution provider.
    #[schema(example = "A-06399x")]
    sp_id: Option<String>,
}

/// Who am I
///
/// The credential that asks, its environment, and the partner it acts for. A first request to
/// see that the credential works.
#[utoipa::path(get, path = "/v1/me", operation_id = "me_get", tag = "Partner",
    responses((status = 200, description = "The caller", body = Me)))]
async fn me_get(reading: Reading) -> Answered {
    reading.no_params()?;
    let caller = reading.caller;
    let (role, partner) = match &caller.who {
        Who::Operations => ("operations", None),
        Who::Partner(partner) => ("partner", Some(partner)),
    };
    Ok(ok(&Me {
        credential_id: caller.credential.to_string(),
        name: caller.name.to_string(),
        role,
        environment: caller.environment.as_str(),
        rights: caller.rights.iter().map(|right| (*right).into()).collect(),
        partner: partner.map(|p| MyPartner {
            id: p.id.to_string(),
            name: p.name.clone(),
            programme: p.programme.clone(),
            tier: p.tier.clone(),
            sp_id: p.sp_id.clone(),
        }),
    }))
}
