//! The table of scripted values.

use crate::answer::{Answered, ok};
use crate::door::Reading;
use domain::sandbox::{Scripted, VALUES};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(sandbox_values_list))
}

/// A value that forces an outcome in the test environment.
#[derive(Debug, Serialize, ToSchema)]
struct ScriptedValue {
    /// Where it is written.
    #[schema(example = "business_name")]
    place: &'static str,
    #[schema(example = "Sandbox Declined")]
    value: &'static str,
    /// The state or result that it comes to.
    #[schema(example = "declined")]
    outcome: &'static str,
    /// What happens.
    description: &'static str,
}

impl From<&Scripted> for ScriptedValue {
    fn from(one: &Scripted) -> Self {
        Self {
            place: one.place.word(),
            value: one.value,
            outcome: one.outcome,
            description: one.sentence,
        }
    }
}

/// All values, in the order of the page on the sandbox.
#[derive(Debug, Serialize, ToSchema)]
struct ScriptedValues {
    items: Vec<ScriptedValue>,
}

/// List the scripted values
///
/// What to write in the test environment to see each outcome. Live refuses these values.
#[utoipa::path(get, path = "/v1/sandbox/values", operation_id = "sandbox_values_list",
    tag = "Sandbox",
    responses((status = 200, description = "All of them", body = ScriptedValues)))]
async fn sandbox_values_list(reading: Reading) -> Answered {
    reading.no_params()?;
    Ok(ok(&ScriptedValues { items: VALUES.iter().map(Into::into).collect() }))
}
