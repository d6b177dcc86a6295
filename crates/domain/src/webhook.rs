//! Webhook endpoints: who wants to hear of what, where, and with which secrets it is signed.

use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::delivery::{Ended, Planned, Replay};
use crate::event::{EventKind, Happened, Noun};
use crate::id::{Id, Kind};
use crate::party::Tenant;
use crate::refusal::{Fault, IfMatch, Refusal};
use crate::state::phases;
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;

phases! {
    /// active ⇄ disabled; either → removed.
    EndpointPhase of "webhook endpoint" {
        Active = "active" => [Disabled, Removed];
        Disabled = "disabled" => [Active, Removed];
        Removed = "removed" => [];
    }
}

/// Why an endpoint was switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledBecause {
    /// Its owner asked.
    Owner,
    /// It answered 410 Gone.
    Gone,
    /// Nothing but failures for [`FAILING_DAYS`].
    Failing,
}

impl DisabledBecause {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }
}

/// After so many days of failures only, an endpoint is switched off.
pub const FAILING_DAYS: u32 = 5;

/// A state owns its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EndpointState {
    Active,
    Disabled { because: DisabledBecause, at: Moment },
    Removed,
}

impl EndpointState {
    pub const fn word(&self) -> &'static str {
        self.phase().word()
    }

    const fn phase(&self) -> EndpointPhase {
        match self {
            Self::Active => EndpointPhase::Active,
            Self::Disabled { .. } => EndpointPhase::Disabled,
            Self::Removed => EndpointPhase::Removed,
        }
    }
}

/// What an endpoint hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Filter {
    /// `*`: everything, also kinds that are still to come.
    All,
    /// `quote.*`: everything of one noun.
    Of(Noun),
    /// `quote.priced`.
    Only(EventKind),
}

impl Filter {
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        match text.strip_suffix(".*") {
            Some(noun) => Noun::ALL.into_iter().find(|n| n.word() == noun).map(Self::Of),
            None => EventKind::parse(text).map(Self::Only),
        }
    }

    const fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::All, Self::Of(_) | Self::Only(_)) => true,
            (Self::Of(noun), Self::Only(kind)) => noun as u8 == kind.noun() as u8,
            _ => false,
        }
    }

    /// The same wishes without those that others cover, in order.
    fn tidy(mut filters: Vec<Self>) -> Vec<Self> {
        filters.sort();
        filters.dedup();
        let all = filters.clone();
        filters.retain(|f| !all.iter().any(|other| other.covers(*f)));
        filters
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Of(noun) => write!(f, "{}.*", noun.word()),
            Self::Only(kind) => f.write_str(kind.word()),
        }
    }
}

impl Serialize for Filter {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a filter of events"))
    }
}

/// A secret that signs, `whsec_…`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    pub secret: String,
    /// Signs no more from then on. None: the newest.
    pub until: Option<Moment>,
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Where an owner of events wants to hear of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEndpoint {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub url: String,
    pub description: Option<String>,
    /// Without twins, and without what another covers.
    pub types: Vec<Filter>,
    pub state: EndpointState,
    /// Newest first.
    pub secrets: Vec<Signing>,
    pub created_at: Moment,
}

/// Endpoints that one owner may have.
pub const MOST_ENDPOINTS: usize = 50;
/// Secrets that one endpoint may have at the same time.
const MOST_SECRETS: usize = 4;
/// Milliseconds in an hour.
const HOUR_MS: i64 = 3_600_000;

/// What an owner wants: everything at creation, what is given at an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub url: String,
    pub description: Option<String>,
    pub types: Vec<Filter>,
}

impl WebhookEndpoint {
    pub const fn is_active(&self) -> bool {
        matches!(self.state, EndpointState::Active)
    }

    pub const fn is_removed(&self) -> bool {
        matches!(self.state, EndpointState::Removed)
    }

    /// The secrets that sign at `now`, newest first.
    pub fn signs_with(&self, now: Moment) -> impl Iterator<Item = &str> {
        let valid = self.secrets.iter().filter(move |s| s.until.is_none_or(|until| now < until));
        valid.map(|s| s.secret.as_str())
    }

    fn go(
        mut self,
        ctx: &mut Context,
        state: EndpointState,
        what: Happened,
    ) -> Result<Decision<Self>, Refusal> {
        let from = self.state.phase();
        from.guard(state.phase(), state.word())?;
        self.state = state;
        let mut change = Change::default();
        let view = change.update(ctx, self, what.from(from.word()));
        Ok(Decision { change, view })
    }

    fn must_be_active(&self, action: &str) -> Result<(), Refusal> {
        let active = self.is_active();
        active
            .then_some(())
            .ok_or_else(|| Refusal::state("webhook endpoint", self.state.word(), action))
    }
}

/// Kinds that this owner never sees cannot be wished for.
fn wishes(tenant: Tenant, types: Vec<Filter>) -> Result<Vec<Filter>, Refusal> {
    let mut faults = Vec::new();
    for (at, filter) in types.iter().enumerate() {
        let noun = match filter {
            Filter::All => continue,
            Filter::Of(noun) => *noun,
            Filter::Only(kind) => kind.noun(),
        };
        if tenant.partner.is_some() && noun.is_carriers() {
            let detail = "only the carrier's own endpoints hear of these";
            faults.push(Fault::new(format!("/types/{at}"), Because::NotAllowedValue, detail));
        }
    }
    if faults.is_empty() {
        return Ok(Filter::tidy(types));
    }
    Err(Refusal::new(Code::InvalidBody, "some types are not for this endpoint").with(faults))
}

/// A new endpoint. `existing`: how many its owner has.
pub fn webhook_create(
    ctx: &mut Context,
    tenant: Tenant,
    existing: usize,
    wish: Wish,
    secret: String,
) -> Result<Decision<WebhookEndpoint>, Refusal> {
    if existing >= MOST_ENDPOINTS {
        let detail = format!("there are {MOST_ENDPOINTS} endpoints already: remove one");
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    let endpoint = WebhookEndpoint {
        id: ctx.ids.next(Kind::WebhookEndpoint),
        tenant,
        version: 0,
        url: wish.url,
        description: wish.description,
        types: wishes(tenant, wish.types)?,
        state: EndpointState::Active,
        secrets: vec![Signing { secret, until: None }],
        created_at: ctx.now,
    };
    let mut change = Change::default();
    let view = change.insert(ctx, endpoint, Happened::new(EventKind::WebhookEndpointCreated));
    Ok(Decision { change, view })
}

/// The endpoint as its owner wants it from now on.
pub fn webhook_edit(
    ctx: &mut Context,
    mut endpoint: WebhookEndpoint,
    seen: IfMatch,
    wish: Wish,
) -> Result<Decision<WebhookEndpoint>, Refusal> {
    seen.check(endpoint.version)?;
    endpoint.url = wish.url;
    endpoint.description = wish.description;
    endpoint.types = wishes(endpoint.tenant, wish.types)?;
    let mut change = Change::default();
    let view = change.update(ctx, endpoint, Happened::new(EventKind::WebhookEndpointUpdated));
    Ok(Decision { change, view })
}

/// A new secret; the one before it signs along for `overlap_hours`.
pub fn webhook_rotate(
    ctx: &mut Context,
    mut endpoint: WebhookEndpoint,
    secret: String,
    overlap_hours: u32,
) -> Result<Decision<WebhookEndpoint>, Refusal> {
    let now = ctx.now;
    let until = now.plus_ms(i64::from(overlap_hours) * HOUR_MS);
    for old in &mut endpoint.secrets {
        old.until = Some(old.until.map_or(until, |earlier| earlier.min(until)));
    }
    endpoint.secrets.retain(|s| s.until.is_some_and(|until| now < until));
    if endpoint.secrets.len() >= MOST_SECRETS {
        let detail = format!("{MOST_SECRETS} secrets are valid already: wait for one to end");
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    endpoint.secrets.insert(0, Signing { secret, until: None });
    let mut change = Change::default();
    let view = change.update(ctx, endpoint, Happened::new(EventKind::WebhookEndpointSecretRotated));
    Ok(Decision { change, view })
}

/// What attempts that ended together say of their endpoint: since when it has been failing, if it
/// still is, and why it is to be switched off, if it is.
pub fn webhook_judge(
    now: Moment,
    failing_since: Option<Moment>,
    ended: impl IntoIterator<Item = Ended>,
) -> (Option<Moment>, Option<DisabledBecause>) {
    let (mut taken, mut gone) = (false, false);
    for one in ended {
        taken |= one == Ended::Delivered;
        gone |= one == Ended::Gone;
    }
    let since = (!taken).then(|| failing_since.unwrap_or(now));
    let for_days = since.is_some_and(|since| since.plus_days(FAILING_DAYS) <= now);
    let because = match (gone, for_days) {
        (true, _) => Some(DisabledBecause::Gone),
        (false, true) => Some(DisabledBecause::Failing),
        (false, false) => None,
    };
    (since, because)
}

/// Switched off: what happens meanwhile stays in the feed and can be replayed.
pub fn webhook_disable(
    ctx: &mut Context,
    endpoint: WebhookEndpoint,
    because: DisabledBecause,
) -> Result<Decision<WebhookEndpoint>, Refusal> {
    let reason = match because {
        DisabledBecause::Owner => "its owner switched it off".to_owned(),
        DisabledBecause::Gone => "it answered 410 Gone".to_owned(),
        DisabledBecause::Failing => format!("nothing but failures for {FAILING_DAYS} days"),
    };
    let state = EndpointState::Disabled { because, at: ctx.now };
    endpoint.go(ctx, state, Happened::new(EventKind::WebhookEndpointDisabled).because(reason))
}

/// Switched on: what still waited is sent.
pub fn webhook_enable(
    ctx: &mut Context,
    endpoint: WebhookEndpoint,
) -> Result<Decision<WebhookEndpoint>, Refusal> {
    endpoint.go(ctx, EndpointState::Active, Happened::new(EventKind::WebhookEndpointEnabled))
}

/// Gone for good; nothing is sent to it any more.
pub fn webhook_remove(
    ctx: &mut Context,
    mut endpoint: WebhookEndpoint,
) -> Result<Decision<WebhookEndpoint>, Refusal> {
    endpoint.secrets.clear();
    endpoint.go(ctx, EndpointState::Removed, Happened::new(EventKind::WebhookEndpointRemoved))
}

/// Sends it an event of its own, whatever it listens to.
pub fn webhook_test(
    ctx: &mut Context,
    endpoint: WebhookEndpoint,
) -> Result<Decision<WebhookEndpoint>, Refusal> {
    endpoint.must_be_active("tested")?;
    let mut change = Change::default();
    let view = change.update(ctx, endpoint, Happened::new(EventKind::WebhookEndpointTested));
    if let Some(event) = change.events.last() {
        let planned =
            Planned { tenant: view.tenant, endpoint: view.id, event: event.id, at: ctx.now };
        change.plans.push(planned);
    }
    Ok(Decision { change, view })
}

/// Sends past events again. `what` says which, in words, for the history.
pub fn webhook_replay(
    ctx: &mut Context,
    endpoint: WebhookEndpoint,
    replay: Replay,
    what: String,
) -> Result<Decision<WebhookEndpoint>, Refusal> {
    endpoint.must_be_active("replayed to")?;
    let mut change = Change::default();
    let happened = Happened::new(EventKind::WebhookEndpointReplayed).because(what);
    let view = change.update(ctx, endpoint, happened);
    change.replay = Some(replay);
    Ok(Decision { change, view })
}

#[cfg(test)]
mod tests;
