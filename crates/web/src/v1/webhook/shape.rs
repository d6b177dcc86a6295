//! Wire shapes of webhook endpoints and their deliveries.

use crate::v1::shape::Faults;
use domain::code::Because;
use domain::delivery::Attempt;
use domain::refusal::Fault;
use domain::time::Moment;
use domain::webhook::{EndpointState, WebhookEndpoint};
use serde::{Deserialize, Serialize};
use store::delivery::Kept;
use utoipa::ToSchema;

/// A wish to hear of events.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWebhook {
    /// `https`, a public host, port 443 or 8443.
    #[schema(min_length = 1, max_length = 2048, example = "https://hooks.example.com/demarc")]
    pub(super) url: String,
    #[serde(default)]
    #[schema(max_length = 200, example = "Order desk")]
    pub(super) description: Option<String>,
    /// Kinds (`quote.priced`), a noun's kinds (`quote.*`), or everything (`*`).
    #[serde(default = "everything")]
    #[schema(min_items = 1, max_items = 100, default = json!(["*"]),
        example = json!(["quote.*", "order.created", "sub_order.*"]))]
    pub(super) types: Vec<String>,
}

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}

/// What shall be otherwise; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookPatch {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2048, example = "https://hooks.example.com/demarc/v2")]
    pub(super) url: Option<String>,
    /// An empty text removes it.
    #[serde(default)]
    #[schema(max_length = 200, example = "Order desk")]
    pub(super) description: Option<String>,
    #[serde(default)]
    #[schema(min_items = 1, max_items = 100, example = json!(["quote.*", "sub_order.*"]))]
    pub(super) types: Option<Vec<String>>,
}

/// Where events are sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub(super) struct WebhookBody {
    id: String,
    version: u64,
    #[schema(example = "https://hooks.example.com/demarc")]
    url: String,
    description: Option<String>,
    /// What it listens to, without what another covers.
    types: Vec<String>,
    /// `active`, `disabled` or `removed`.
    #[schema(example = "active")]
    state: &'static str,
    /// Why it is disabled: `owner` (asked for), `gone` (it answered 410) or `failing` (nothing
    /// but failures for five days).
    disabled_because: Option<&'static str>,
    disabled_at: Option<String>,
    created_at: String,
}

impl From<&WebhookEndpoint> for WebhookBody {
    fn from(endpoint: &WebhookEndpoint) -> Self {
        let disabled = match &endpoint.state {
            EndpointState::Disabled { because, at } => Some((because.word(), at.to_string())),
            EndpointState::Active | EndpointState::Removed => None,
        };
        let (disabled_because, disabled_at) = disabled.unzip();
        Self {
            id: endpoint.id.to_string(),
            version: endpoint.version,
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            types: endpoint.types.iter().map(ToString::to_string).collect(),
            state: endpoint.state.word(),
            disabled_because,
            disabled_at,
            created_at: endpoint.created_at.to_string(),
        }
    }
}

/// The secrets that sign now, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecrets)]
pub(super) struct SecretsBody {
    secrets: Vec<SecretBody>,
}

/// A secret that signs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
struct SecretBody {
    /// `whsec_` and base64, as the libraries of Standard Webhooks take it.
    secret: String,
    /// When it stops signing; null for the newest.
    valid_until: Option<String>,
}

impl SecretsBody {
    pub(super) fn of(endpoint: &WebhookEndpoint, now: Moment) -> Self {
        let valid = endpoint.secrets.iter().filter(|s| s.until.is_none_or(|until| now < until));
        let secrets = valid.map(|s| SecretBody {
            secret: s.secret.clone(),
            valid_until: s.until.map(|until| until.to_string()),
        });
        Self { secrets: secrets.collect() }
    }
}

/// How long the secret before signs along.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RotateSecret)]
pub(super) struct RotateBody {
    /// Hours; 0 ends it at once.
    #[serde(default = "a_day")]
    #[schema(minimum = 0, maximum = 168, default = 24, example = 24)]
    pub(super) overlap_hours: u32,
}

const fn a_day() -> u32 {
    24
}

/// Which event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Resend)]
pub(super) struct ResendBody {
    #[schema(min_length = 15, max_length = 18)]
    pub(super) event_id: String,
}

/// Which stretch of time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Replay)]
pub(super) struct ReplayBody {
    /// RFC 3339; events of that moment are included.
    #[schema(max_length = 40, example = "2026-11-23T00:00:00Z")]
    pub(super) since: String,
    /// RFC 3339; events of that moment are not included. Now, unless given.
    #[serde(default)]
    #[schema(max_length = 40, example = "2026-11-24T00:00:00Z")]
    pub(super) until: Option<String>,
    /// Also what it has taken already.
    #[serde(default)]
    #[schema(default = false, example = false)]
    pub(super) again: bool,
}

pub(super) fn read_moment(
    faults: &mut Faults,
    pointer: &str,
    text: Option<&String>,
) -> Option<Moment> {
    let text = text?;
    let moment = Moment::parse(text);
    if moment.is_none() {
        let fault = Fault::new(pointer, Because::BadFormat, "not a moment");
        faults.push(fault.expected("RFC 3339, such as 2026-02-19T15:04:05Z"));
    }
    moment
}

/// One event on its way to one endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(super) struct DeliveryBody {
    /// The event's id, which is the message's `webhook-id`.
    event_id: String,
    #[serde(rename = "type")]
    #[schema(example = "quote.priced")]
    kind: String,
    /// `pending`, `delivered` or `failed`.
    #[schema(example = "delivered")]
    state: &'static str,
    /// When the next attempt is made; null when there is none.
    next_attempt_at: Option<String>,
    planned_at: String,
    /// Oldest first; the last 50.
    attempts: Vec<AttemptBody>,
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptBody {
    at: String,
    /// Milliseconds until the answer came or it was given up.
    took_ms: u32,
    /// The answer's status; null if no answer came.
    #[schema(example = 204)]
    status: Option<u16>,
    /// `delivered`, `gone`, `throttled`, or why it failed: `status`, `timeout`, `connect`, `tls`,
    /// `dns`, `redirect`, `forbidden_address` …
    #[schema(example = "delivered")]
    outcome: String,
    /// The beginning of the answer's body.
    answer: String,
}

impl From<&Attempt> for AttemptBody {
    fn from(attempt: &Attempt) -> Self {
        Self {
            at: attempt.at.to_string(),
            took_ms: attempt.took_ms,
            status: attempt.status,
            outcome: attempt.outcome.clone(),
            answer: attempt.excerpt.clone(),
        }
    }
}

impl From<&Kept> for DeliveryBody {
    fn from(kept: &Kept) -> Self {
        Self {
            event_id: kept.event.id.to_string(),
            kind: kept.event.kind.clone(),
            state: kept.state.word(),
            next_attempt_at: kept.due_at.map(|at| at.to_string()),
            planned_at: kept.planned_at.to_string(),
            attempts: kept.log.attempts.iter().map(Into::into).collect(),
        }
    }
}
