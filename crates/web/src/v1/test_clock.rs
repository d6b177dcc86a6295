//! The test clock: a partner's own time in the test environment.

use super::shape::{At, Faults, Nothing};
use crate::answer::{Answered, draw_version, ok_version, perform};
use crate::door::{Command, PathId, Place, Reading, Refused, Setting};
use app::test_clock::{ClockAct, ClockDo};
use app::{App, Call, Caller};
use domain::code::Because;
use domain::id::Id;
use domain::refusal::Fault;
use domain::test_clock::{Advance, ClockPhase, ClockState, TestClock};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(test_clock_get, test_clock_freeze, test_clock_release))
        .routes(routes!(test_clock_advance))
}

/// The same for operations, of any partner.
pub(super) fn of_operations() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(partner_clock_get, partner_clock_freeze, partner_clock_release))
        .routes(routes!(partner_clock_advance))
}

/// A partner's time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestClock)]
struct TestClockBody {
    /// Whose it is.
    partner_id: String,
    /// `ready`: it stands at `now`, and all that was due by then is done. `advancing`: it is on
    /// its way to `target`. `released`: the partner's time is the server's.
    #[schema(example = "ready")]
    state: &'static str,
    /// What time it is for the partner.
    #[schema(format = DateTime, example = "2027-02-19T15:04:05.000Z")]
    now: String,
    /// Where it shall stand, while it advances.
    #[schema(format = DateTime)]
    target: Option<String>,
    /// Rises with each move; zero: the partner never had one.
    version: u64,
}

impl From<&TestClock> for TestClockBody {
    fn from(clock: &TestClock) -> Self {
        let target = match clock.state {
            ClockState::Advancing { target } => Some(target.to_string()),
            ClockState::Ready | ClockState::Released => None,
        };
        Self {
            partner_id: clock.id.to_string(),
            state: clock.phase().word(),
            now: clock.now.to_string(),
            target,
            version: clock.version,
        }
    }
}

/// How far a test clock shall go: `to` or `by`, at most 18 months.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClockAdvance {
    /// To this moment.
    #[serde(default)]
    #[schema(max_length = 40, format = DateTime, example = "2027-02-19T15:04:05Z")]
    to: Option<String>,
    /// By this length of time: `30 days`, or after ISO 8601, `P1M`, `PT90S`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40)]
    by: Option<String>,
}

impl ClockAdvance {
    fn read(self, faults: &mut Faults) -> Advance {
        let to = self.to.as_deref().map(Moment::parse);
        if to == Some(None) {
            let fault = Fault::new("/to", Because::BadFormat, "not a moment");
            faults.push(fault.expected("RFC 3339, such as 2027-02-19T15:04:05Z"));
        }
        Advance { to: to.flatten(), by: self.by }
    }
}

async fn read(id: Option<Id>, reading: Reading) -> Answered {
    let mut params = reading.params();
    let wait = params.wait();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let clock = waited(&app, &caller, id, wait, &place).await?;
    Ok(ok_version(&TestClockBody::from(&clock), clock.version))
}

async fn waited(
    app: &App,
    caller: &Caller,
    id: Option<Id>,
    wait: Duration,
    place: &Place,
) -> Result<TestClock, Refused> {
    let partner = id.or(caller.tenant().partner).unwrap_or(caller.credential);
    let ready = |clock: &TestClock| clock.phase() != ClockPhase::Advancing;
    app.wait_until(partner, wait, || app.test_clock(caller, id), ready).await.at(place)
}

async fn act(
    app: &App,
    call: &Call,
    place: &Place,
    status: StatusCode,
    action: ClockAct,
) -> Answered {
    perform(app, call, place, action, |clock| {
        draw_version(status, &TestClockBody::from(clock), clock.version)
    })
    .await
}

async fn set(partner: Option<Id>, setting: Setting<Nothing>, what: ClockDo) -> Answered {
    let Setting { app, call, place, .. } = setting;
    act(&app, &call, &place, StatusCode::OK, ClockAct { partner, what }).await
}

async fn advance(partner: Option<Id>, command: Command<ClockAdvance>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let how = body.read(&mut faults);
    let what = ClockDo::Advance(faults.finish(Some(how)).at(&place)?);
    act(&app, &call, &place, StatusCode::ACCEPTED, ClockAct { partner, what }).await
}

/// Read the test clock
///
/// What time it is for this partner. With `wait`, the answer is held back while the clock
/// advances: when it says `ready`, everything that time has brought is done.
#[utoipa::path(get, path = "/v1/test-clock", operation_id = "test_clock_get", tag = "Sandbox",
    params(("wait" = Option<u32>, Query,
        description = "Seconds to wait, at most 30, while the clock advances")),
    responses((status = 200, description = "The clock", body = TestClockBody)))]
async fn test_clock_get(reading: Reading) -> Answered {
    read(None, reading).await
}

/// Freeze time
///
/// From now on this partner's time stands until it is advanced. A clock that stands already stays
/// as it is.
#[utoipa::path(put, path = "/v1/test-clock", operation_id = "test_clock_freeze", tag = "Sandbox",
    request_body = Nothing,
    responses((status = 200, description = "The clock", body = TestClockBody)))]
async fn test_clock_freeze(setting: Setting<Nothing>) -> Answered {
    set(None, setting, ClockDo::Freeze).await
}

/// Release time
///
/// This partner's time is the server's again. Refused while the clock shows what is still to
/// come: time does not go back.
#[utoipa::path(delete, path = "/v1/test-clock", operation_id = "test_clock_release",
    tag = "Sandbox",
    responses((status = 200, description = "The clock", body = TestClockBody)))]
async fn test_clock_release(setting: Setting<Nothing>) -> Answered {
    set(None, setting, ClockDo::Release).await
}

/// Advance time
///
/// Forward only, at most 18 months. What time brings on the way happens at its own moment: offers,
/// approvals and envelopes expire, milestones are reached, what failed is tried again. Read the
/// clock with `wait` until it is `ready`.
#[utoipa::path(post, path = "/v1/test-clock/advance", operation_id = "test_clock_advance",
    tag = "Sandbox", request_body = ClockAdvance,
    responses((status = 202, description = "It advances", body = TestClockBody)))]
async fn test_clock_advance(command: Command<ClockAdvance>) -> Answered {
    advance(None, command).await
}

/// Read a partner's test clock
///
/// As the partner reads it.
#[utoipa::path(get, path = "/v1/operations/partners/{id}/test-clock",
    operation_id = "partner_clock_get", tag = "Operations",
    params(("id" = String, Path, description = "The partner's id"),
        ("wait" = Option<u32>, Query,
            description = "Seconds to wait, at most 30, while the clock advances")),
    responses((status = 200, description = "The clock", body = TestClockBody)))]
async fn partner_clock_get(PathId(id): PathId, reading: Reading) -> Answered {
    read(Some(id), reading).await
}

/// Freeze a partner's time
///
/// In the test environment only.
#[utoipa::path(put, path = "/v1/operations/partners/{id}/test-clock",
    operation_id = "partner_clock_freeze", tag = "Operations", request_body = Nothing,
    params(("id" = String, Path, description = "The partner's id")),
    responses((status = 200, description = "The clock", body = TestClockBody)))]
async fn partner_clock_freeze(PathId(id): PathId, setting: Setting<Nothing>) -> Answered {
    set(Some(id), setting, ClockDo::Freeze).await
}

/// Release a partner's time
///
/// Refused while the clock shows what is still to come.
#[utoipa::path(delete, path = "/v1/operations/partners/{id}/test-clock",
    operation_id = "partner_clock_release", tag = "Operations",
    params(("id" = String, Path, description = "The partner's id")),
    responses((status = 200, description = "The clock", body = TestClockBody)))]
async fn partner_clock_release(PathId(id): PathId, setting: Setting<Nothing>) -> Answered {
    set(Some(id), setting, ClockDo::Release).await
}

/// Advance a partner's time
///
/// As the partner would.
#[utoipa::path(post, path = "/v1/operations/partners/{id}/test-clock/advance",
    operation_id = "partner_clock_advance", tag = "Operations", request_body = ClockAdvance,
    params(("id" = String, Path, description = "The partner's id")),
    responses((status = 202, description = "It advances", body = TestClockBody)))]
async fn partner_clock_advance(PathId(id): PathId, command: Command<ClockAdvance>) -> Answered {
    advance(Some(id), command).await
}
