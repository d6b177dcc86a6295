//! A bureau that does as its mood is, and remembers what it said of whom.

use async_trait::async_trait;
use connect::ConnectorError;
use connect::credit::{CreditAnswer, CreditAsk, CreditBureau};
use domain::credit::{CreditClass, Report, Verdict};
use domain::id::Id;
use domain::money::Money;
use fastrand::Rng;
use std::collections::BTreeMap;
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// An answer that comes, but late.
const SLOW: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Approves everybody at once.
    Well,
    /// Fails in every way.
    Ill,
    /// The same, but never keeps anybody waiting.
    IllAtOnce,
}

/// What it does with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Approve,
    /// For less than was asked for.
    ApproveLess,
    Decline,
    Review,
    /// Approves, late.
    Slow,
    /// Approves and has far too much to say.
    Babble,
    /// Out of order, for now or for good.
    Later,
    Never,
    Panic,
    Hang,
    /// An approval for somebody else, if there was one before: word for word.
    Astray,
    /// Approvals of nothing, of less than nothing, and on a deposit below nothing.
    Nothing,
    Negative,
    Deposit,
}

const ILL: [Does; 18] = [
    Does::Approve,
    Does::ApproveLess,
    Does::Decline,
    Does::Review,
    Does::Babble,
    Does::Later,
    Does::Later,
    Does::Later,
    Does::Never,
    Does::Panic,
    Does::Panic,
    Does::Astray,
    Does::Astray,
    Does::Nothing,
    Does::Negative,
    Does::Deposit,
    Does::Slow,
    Does::Hang,
];

/// What it knows of one reference.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    pub(super) calls: usize,
    under_way: usize,
    /// The most calls under way at once.
    pub(super) at_once: usize,
    /// The first thing said of it that may count.
    pub(super) verdict: Option<Verdict>,
    /// Whether it refused for good.
    pub(super) never: bool,
    /// Calls that came when it had said either.
    pub(super) calls_after: usize,
}

#[derive(Debug)]
pub(super) struct Liar {
    mood: Mutex<Mood>,
    dice: Mutex<Rng>,
    told: Arc<Mutex<BTreeMap<Id, Told>>>,
    /// The last good approval, for giving it to others.
    last: Mutex<Option<CreditAnswer>>,
}

/// A call under way, however it ends.
struct Call(Arc<Mutex<BTreeMap<Id, Told>>>, Id);

impl Drop for Call {
    fn drop(&mut self) {
        hold(&self.0).entry(self.1).or_default().under_way -= 1;
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic while it is held")
}

impl Liar {
    pub(super) fn new(dice: Rng) -> Arc<Self> {
        let (mood, dice) = (Mutex::new(Mood::Well), Mutex::new(dice));
        Arc::new(Self { mood, dice, told: Arc::default(), last: Mutex::default() })
    }

    pub(super) fn set(&self, mood: Mood) {
        *hold(&self.mood) = mood;
    }

    /// Calls under way.
    pub(super) fn under_way(&self) -> usize {
        hold(&self.told).values().map(|told| told.under_way).sum()
    }

    pub(super) fn told(&self, reference: Id) -> Told {
        hold(&self.told).get(&reference).cloned().unwrap_or_default()
    }

    fn begin(&self, reference: Id) -> Call {
        let mut all = hold(&self.told);
        let told = all.entry(reference).or_default();
        told.calls += 1;
        told.under_way += 1;
        told.at_once = told.at_once.max(told.under_way);
        told.calls_after += usize::from(told.verdict.is_some() || told.never);
        Call(Arc::clone(&self.told), reference)
    }

    fn does(&self) -> Does {
        let mood = *hold(&self.mood);
        let mut dice = hold(&self.dice);
        match mood {
            Mood::Well => Does::Approve,
            Mood::Ill => ILL[dice.usize(..ILL.len())],
            // The last two keep people waiting.
            Mood::IllAtOnce => ILL[dice.usize(..ILL.len() - 2)],
        }
    }

    /// Says something that may count: the first of it does.
    fn say(&self, ask: &CreditAsk, verdict: Verdict) -> CreditAnswer {
        let reference = ask.reference;
        hold(&self.told)
            .entry(reference)
            .or_default()
            .verdict
            .get_or_insert_with(|| verdict.clone());
        let answer = answer(reference, verdict);
        if matches!(answer.report.verdict, Some(Verdict::Approved { .. })) {
            *hold(&self.last) = Some(answer.clone());
        }
        answer
    }
}

fn answer(reference: Id, verdict: Verdict) -> CreditAnswer {
    let report = Report {
        verdict: Some(verdict),
        class: Some(CreditClass::Medium),
        reasons: vec!["as it was told".to_owned()],
        reference: format!("B-{reference}"),
        ..Report::default()
    };
    CreditAnswer { reference, report }
}

fn approved(limit: i64, deposit: Option<i64>) -> Verdict {
    let deposit = deposit.map(Money::from_minor);
    Verdict::Approved { limit: Money::from_minor(limit), deposit }
}

#[async_trait]
impl CreditBureau for Liar {
    async fn assess(&self, ask: &CreditAsk) -> Result<CreditAnswer, ConnectorError> {
        let _call = self.begin(ask.reference);
        let asked = ask.amount.minor();
        let own = |verdict| Ok(answer(ask.reference, verdict));
        match self.does() {
            Does::Approve => Ok(self.say(ask, approved(asked, None))),
            Does::ApproveLess => Ok(self.say(ask, approved(asked / 2, Some(100)))),
            Does::Decline => Ok(self.say(ask, Verdict::Declined)),
            Does::Review => Ok(self.say(ask, Verdict::InReview)),
            Does::Slow => {
                tokio::time::sleep(SLOW).await;
                Ok(self.say(ask, approved(asked, None)))
            }
            Does::Babble => {
                let mut said = self.say(ask, approved(asked, None));
                said.report.reasons = vec!["blah\u{0}\u{7}".repeat(2_000); 50];
                said.report.reference = "R\u{0}".repeat(5_000);
                Ok(said)
            }
            Does::Later => Err(ConnectorError::Later("503 from the bureau\u{0}".to_owned())),
            Does::Never => {
                hold(&self.told).entry(ask.reference).or_default().never = true;
                Err(ConnectorError::Never("400 from the bureau".to_owned()))
            }
            // Without the words that a panic prints.
            Does::Panic => resume_unwind(Box::new("out of paper")),
            Does::Hang => pending().await,
            Does::Astray => {
                let other = hold(&self.last).clone();
                let other = other.filter(|other| other.reference != ask.reference);
                other.ok_or_else(|| ConnectorError::Later("nobody was approved yet".to_owned()))
            }
            Does::Nothing => own(approved(0, None)),
            Does::Negative => own(approved(-asked, None)),
            Does::Deposit => own(approved(asked, Some(-100))),
        }
    }
}
