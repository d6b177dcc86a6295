//! One call of a connector: only if its breaker lets it through, never longer than it may take,
//! and a panic in it is a failure like any other.

use super::lanes::Lanes;
use crate::App;
use connect::ConnectorError;
use connect::breaker::{Ended, Ticket};
use domain::time::Moment;
use faults::{Point, pass};
use futures::FutureExt as _;
use std::any::Any;
use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// A worker that is told to stop gives a call under way so long to end.
const GRACE: Duration = Duration::from_secs(5);
/// A message of another program's is kept up to so many characters.
const MOST_SAID: usize = 500;

/// Why a connector gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It was asked and failed.
    Failed(ConnectorError),
    /// It was not asked, or the call was given up for a reason of ours: not before `due_at`.
    PutOff { due_at: Moment, why: String },
}

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(error) => error.fmt(f),
            Self::PutOff { why, .. } => f.write_str(why),
        }
    }
}

/// How long the calls of one job may take.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Its lease is nearly over then: no call lasts longer.
    pub(super) lease_ends: Instant,
    /// Turns true when the worker shall stop.
    pub(super) stop: watch::Receiver<bool>,
}

impl Limits {
    /// For a lease of `lease_ms` that was asked for at `asked`. A tenth of it is for bringing the
    /// answer back.
    pub(super) fn new(asked: Instant, lease_ms: i64, stop: watch::Receiver<bool>) -> Self {
        let ms = u64::try_from(lease_ms).unwrap_or(0);
        Self { lease_ends: asked + Duration::from_millis(ms - ms / 10), stop }
    }

    /// Whether there is no time for another call.
    pub(super) fn are_over(&self) -> bool {
        Instant::now() >= self.lease_ends
    }

    /// Ends when the worker has been told to stop and the grace is over.
    async fn cut(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|told| *told).await.is_err() {
            pending::<()>().await; // Nobody is left to tell.
        }
        sleep(GRACE).await;
    }
}

/// Tells the breaker that nothing is known, unless it was told more.
struct Open<'a> {
    lanes: &'a Lanes,
    connector: &'static str,
    ticket: Option<Ticket>,
    now: Moment,
}

impl Open<'_> {
    fn end(mut self, ended: Ended, now: Moment) {
        if let Some(ticket) = self.ticket.take() {
            self.lanes.end(self.connector, ticket, ended, now);
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.lanes.end(self.connector, ticket, Ended::Unknown, self.now);
        }
    }
}

impl App {
    /// Makes one call. Without `limits` it is only cut off by the time-out.
    pub(crate) async fn call_within<T>(
        &self,
        connector: &'static str,
        limits: Option<&Limits>,
        asking: impl Future<Output = Result<T, ConnectorError>> + Send,
    ) -> Result<T, NoAnswer> {
        let now = self.clock.now();
        if limits.is_some_and(|l| *l.stop.borrow()) {
            return Err(stopped(now));
        }
        let ticket = self.lanes.begin(connector, now).map_err(|due_at| {
            let why = format!("the {connector} connector rests after many failures");
            NoAnswer::PutOff { due_at, why }
        })?;
        let open = Open { lanes: &self.lanes, connector, ticket, now };
        let most = u64::try_from(self.settings.connector_timeout_ms).unwrap_or(0);
        let most = Duration::from_millis(most);
        let most = limits
            .map_or(most, |l| most.min(l.lease_ends.saturating_duration_since(Instant::now())));
        let cut = async {
            match limits {
                Some(limits) => limits.cut().await,
                None => pending().await,
            }
        };
        let asked = tokio::select! {
            asked = timeout(most, AssertUnwindSafe(asking).catch_unwind()) => asked,
            () = cut => return Err(stopped(self.clock.now())),
        };
        let answer = match asked {
            Ok(Ok(answer)) => {
                pass(Point::ConnectorAsked);
                answer
            }
            Ok(Err(panic)) => {
                let why = format!("the {connector} connector panicked: {}", said(&*panic));
                Err(ConnectorError::Later(why))
            }
            Err(_) => {
                let why = format!("no answer of {connector} within {} ms", most.as_millis());
                Err(ConnectorError::Later(why))
            }
        };
        let failed = matches!(answer, Err(ConnectorError::Later(_) | ConnectorError::Busy { .. }));
        let ended = if failed { Ended::Failed } else { Ended::Answered };
        open.end(ended, self.clock.now());
        answer.map_err(|error| {
            NoAnswer::Failed(match error {
                ConnectorError::Later(why) => ConnectorError::Later(clean(&why)),
                ConnectorError::Busy { seconds, why } => {
                    ConnectorError::Busy { seconds, why: clean(&why) }
                }
                ConnectorError::Never(why) => ConnectorError::Never(clean(&why)),
                ConnectorError::Scripted(why) => ConnectorError::Scripted(clean(&why)),
            })
        })
    }
}

/// Not asked any more, for somebody else to do at once.
fn stopped(due_at: Moment) -> NoAnswer {
    NoAnswer::PutOff { due_at, why: "the server stopped".to_owned() }
}

/// What a panic said.
pub(super) fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    clean(text.unwrap_or("no message"))
}

/// A message as every database keeps it: without control characters, and not too long.
pub(super) fn clean(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(MOST_SAID).map(plain).collect()
}
