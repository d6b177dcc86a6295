//! Addresses as questions: one, or ten thousand at once. Nothing is kept but what an outside
//! service has answered lately.

mod remembered;

pub(crate) use remembered::Remembered;
pub use store::job::Delay;

use crate::worker::call::{Limits, NoAnswer};
use crate::{App, Caller, Problem};
use connect::ConnectorError;
use connect::address::AddressCheck as _;
use connect::sandbox::Scripted;
use domain::address::{Address, Avps};
use domain::id::Id;
use domain::job::{Work, backoff_ms};
use domain::party::Environment;
use domain::quote::Quote;
use domain::sandbox;
use domain::time::Moment;
use futures::future::{join_all, try_join_all};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The most addresses of one question.
pub const MOST_ADDRESSES: usize = 10_000;

/// From so many on, addresses are looked up on threads of their own: each takes some tens of
/// microseconds.
const MANY: usize = 50;
/// So many at one turn of such a thread: others wait no longer than that takes.
const TURN: usize = 250;
/// So many such threads at once.
static DESKS: Semaphore = Semaphore::const_new(2);
/// So many calls of an outside service at once, for one question.
const AT_ONCE: usize = 32;
/// After so long a question asks nothing more outside; what is left has no answer.
const PATIENCE: Duration = Duration::from_secs(25);

/// A question has no second try: what a script lets fail twice is up again. None where nothing is
/// scripted.
pub(crate) fn attempt(caller: &Caller) -> Option<u32> {
    (caller.environment == Environment::Test).then_some(u32::MAX)
}

/// Whether an address is one that a script answers for.
pub(crate) fn is_scripted(address: &Address, attempt: Option<u32>) -> bool {
    attempt.is_some() && sandbox::address(address).is_some()
}

/// Why there is no answer for an address, and when to ask again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    pub why: String,
    /// Not before.
    pub retry_at: Moment,
}

/// What came of one address.
pub type Checked<A> = Result<A, Unanswered>;

impl App {
    /// The answer of the address validation, without a quote.
    pub async fn address_validate(
        &self,
        caller: &Caller,
        given: &Address,
    ) -> Result<Avps, Problem> {
        caller.seller()?;
        let answer = self.validated(given, attempt(caller), None).await;
        answer.map_err(|e| Problem::Fault(StoreError::Unavailable(e.to_string())))
    }

    /// The answers of the address validation for many, in their order.
    pub async fn addresses_validate(
        &self,
        caller: &Caller,
        given: Vec<Address>,
    ) -> Result<Vec<Checked<Avps>>, Problem> {
        caller.seller()?;
        let given: Arc<[Address]> = given.into();
        let (service, attempt) = (self.outside.address.clone(), attempt(caller));
        let known = move |address: &Address| {
            service.known(address).filter(|_| !is_scripted(address, attempt))
        };
        let known = self.at_desk(&given, known).await?;
        Ok(self.ask_rest(&given, known, |address| self.validated(address, attempt, None)).await)
    }

    /// The next try of a quote's address validation, if the last gave no answer.
    pub async fn validation_delay(
        &self,
        caller: &Caller,
        quote: &Quote,
    ) -> Result<Option<Delay>, Problem> {
        if quote.tally.requested == 0 {
            return Ok(None);
        }
        self.job_delay(caller, quote.id).await
    }

    /// The same for a quote that is known to wait.
    pub async fn job_delay(&self, caller: &Caller, quote: Id) -> Result<Option<Delay>, Problem> {
        let tenant = caller.seller()?.tenant;
        let work = Work::ValidateAddresses { quote };
        Ok(self.store.ask(store::job::delay(tenant, &work)).await?)
    }

    /// One address, by its script in the test environment, by what was answered lately, or by the
    /// service.
    pub(crate) async fn validated(
        &self,
        given: &Address,
        attempt: Option<u32>,
        limits: Option<&Limits>,
    ) -> Result<Avps, NoAnswer> {
        if is_scripted(given, attempt) {
            let service = Scripted::new(&*self.outside.address, attempt);
            return self.call_within("address", limits, service.validate(given)).await;
        }
        let key = given.key();
        if let Some(avps) = self.answers.avps.get(&key, self.clock.now()) {
            return Ok(avps);
        }
        let asking = self.outside.address.validate(given);
        let avps = self.call_within("address", limits, asking).await?;
        self.answers.avps.put(key, self.clock.now(), avps.clone());
        Ok(avps)
    }

    /// What is known of each without asking anybody; many are looked up on threads of their own.
    pub(crate) async fn at_desk<T: Send + Sync + 'static, A: Send + 'static>(
        &self,
        all: &Arc<[T]>,
        known: impl Fn(&T) -> Option<A> + Clone + Send + 'static,
    ) -> Result<Vec<Option<A>>, Problem> {
        if all.len() < MANY {
            return Ok(all.iter().map(known).collect());
        }
        let closed = |why: String| Problem::Fault(StoreError::Unavailable(why));
        let turns = (0..all.len()).step_by(TURN).map(async |from| {
            let desk = DESKS.acquire().await.map_err(|e| closed(e.to_string()))?;
            let (all, known) = (Arc::clone(all), known.clone());
            let work = tokio::task::spawn_blocking(move || {
                let _desk = desk;
                all[from..].iter().take(TURN).map(known).collect::<Vec<_>>()
            });
            work.await.map_err(|e| closed(e.to_string()))
        });
        Ok(try_join_all(turns).await?.into_iter().flatten().collect())
    }

    /// Asks for what is not known: some at once, and none any more when time is up.
    pub(crate) async fn ask_rest<'a, T, A, F>(
        &self,
        all: &'a [T],
        mut known: Vec<Option<A>>,
        ask: impl Fn(&'a T) -> F,
    ) -> Vec<Checked<A>>
    where
        F: Future<Output = Result<A, NoAnswer>>,
    {
        let until = Instant::now() + PATIENCE;
        let open: Vec<usize> = (0..all.len()).filter(|at| known[*at].is_none()).collect();
        let mut failed = Vec::new();
        for some in open.chunks(AT_ONCE) {
            if Instant::now() >= until {
                let why = "the time of this question was over before it was asked".to_owned();
                let late = Unanswered { why, retry_at: self.clock.now() };
                failed.extend(some.iter().map(|at| (*at, late.clone())));
                continue;
            }
            let answers = join_all(some.iter().map(|at| ask(&all[*at]))).await;
            for (at, answer) in some.iter().zip(answers) {
                match answer {
                    Ok(answer) => known[*at] = Some(answer),
                    Err(none) => failed.push((*at, self.unanswered(none))),
                }
            }
        }
        let mut failed = failed.into_iter().peekable();
        let row = |(at, known): (usize, Option<A>)| match known {
            Some(answer) => Ok(answer),
            None => Err(failed.next_if(|(place, _)| *place == at).map_or_else(
                || Unanswered { why: "it was not asked".to_owned(), retry_at: self.clock.now() },
                |(_, why)| why,
            )),
        };
        known.into_iter().enumerate().map(row).collect()
    }

    fn unanswered(&self, none: NoAnswer) -> Unanswered {
        let now = self.clock.now();
        let retry_at = match &none {
            NoAnswer::PutOff { due_at, .. } => *due_at,
            NoAnswer::Failed(ConnectorError::Busy { seconds, .. }) => {
                now.plus_ms(i64::from(*seconds) * 1000)
            }
            NoAnswer::Failed(_) => now.plus_ms(backoff_ms(1)),
        };
        Unanswered { why: none.to_string(), retry_at }
    }
}
