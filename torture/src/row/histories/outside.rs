//! The outside of a history: the built-in systems behind people who are slow, fail, hang, panic,
//! contradict themselves and lie as far as their words allow.

use super::receivers::Receivers;
use super::sim::Desk;
use app::{Outside, Webhooks};
use async_trait::async_trait;
use connect::ConnectorError;
use connect::address::{AddressCheck, BuiltinAddressCheck};
use connect::credit::{BuiltinBureau, CreditAnswer, CreditAsk, CreditBureau};
use connect::fulfilment::{Fulfilment, Simulator};
use connect::keys::Keyring;
use connect::serviceability::{ServiceCheck, TableServiceCheck};
use connect::signature::{BuiltinDesk, SignatureDesk};
use connect::webhook::{Delivery, Outcome, Post, Walls};
use domain::address::{Address, Avps};
use domain::contract::Contract;
use domain::credit::{Assessment, CreditClass, CreditPolicy, Report, Verdict};
use domain::fulfilment::{Progress, Received};
use domain::id::{Id, Kind};
use domain::money::Money;
use domain::order::SubOrder;
use domain::serviceability::Serviceability;
use domain::time::Moment;
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, pending};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

/// What a connector's panic says; it is part of the play.
pub(super) const PANIC: &str = "out of paper";

/// The outside as it is shipped, for making the base.
pub(super) fn builtin() -> Outside {
    let desk = Arc::default();
    let all = Arc::new(Outsiders::new(Arc::clone(&desk), Rng::with_seed(1), 0, 0).of(0, 0));
    all.play().healed = true;
    Outside {
        address: all.clone(),
        serviceability: all.clone(),
        credit: all.clone(),
        signature: all.clone(),
        fulfilment: all.clone(),
        webhooks: Webhooks { post: all, test: Walls::sandbox(), live: Walls::public() },
        keys: Arc::new(Keyring::open_to_all()),
    }
}

/// What the outside was asked and said, and how it feels.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) dice: Rng,
    /// Per mille of calls that go wrong.
    badness: u32,
    /// Nothing goes wrong any more, but with `dead`.
    pub(super) healed: bool,
    /// References of which nobody answers any more.
    pub(super) dead: BTreeSet<String>,
    /// How often each reference was asked for, by connector.
    pub(super) asked: BTreeMap<(&'static str, String), usize>,
    /// What the bureau was asked under each reference, in words.
    pub(super) inquiries: BTreeMap<String, BTreeSet<String>>,
    /// What everything that the bureau said comes to, by its reference.
    pub(super) assessed: BTreeMap<String, Vec<Assessment>>,
    pub(super) tally: BTreeMap<&'static str, usize>,
    pub(super) receivers: Receivers,
}

/// Everybody outside, for all nodes.
#[derive(Debug)]
pub(super) struct Outsiders {
    desk: Arc<Desk>,
    play: Arc<Mutex<Play>>,
    simulator: Simulator,
    service: Arc<TableServiceCheck>,
}

impl Outsiders {
    pub(super) fn new(desk: Arc<Desk>, mut dice: Rng, badness: u32, working_day_ms: i64) -> Self {
        let receivers = Receivers::new(dice.fork());
        let play = Play {
            dice,
            badness,
            healed: false,
            dead: BTreeSet::new(),
            asked: BTreeMap::new(),
            inquiries: BTreeMap::new(),
            assessed: BTreeMap::new(),
            tally: BTreeMap::new(),
            receivers,
        };
        let (play, simulator) = (Arc::new(Mutex::new(play)), Simulator::new(working_day_ms));
        let service = Arc::new(TableServiceCheck::shipped().expect("a sound table"));
        Self { desk, play, simulator, service }
    }

    pub(super) fn play(&self) -> MutexGuard<'_, Play> {
        self.play.lock().expect("no panic while it is held")
    }

    /// As one life of one node sees them.
    pub(super) fn of(&self, node: usize, life: usize) -> Seen {
        let (desk, play) = (self.desk.clone(), self.play.clone());
        let address = BuiltinAddressCheck::new();
        let service = self.service.clone();
        Seen { desk, play, node, life, simulator: self.simulator, address, service }
    }
}

/// The outside as one node sees it.
#[derive(Debug)]
pub(super) struct Seen {
    desk: Arc<Desk>,
    play: Arc<Mutex<Play>>,
    node: usize,
    life: usize,
    simulator: Simulator,
    address: BuiltinAddressCheck,
    service: Arc<TableServiceCheck>,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answers,
    Lies,
    Later,
    Never,
    Hangs,
    Panics,
}

impl Seen {
    fn play(&self) -> MutexGuard<'_, Play> {
        self.play.lock().expect("no panic while it is held")
    }

    fn fate(&self, reference: &str) -> Fate {
        let mut play = self.play();
        if play.dead.contains(reference) {
            return Fate::Later;
        }
        let badness = play.badness;
        if play.healed || play.dice.u32(0..1000) >= badness {
            return Fate::Answers;
        }
        let (fate, word) = match play.dice.u32(0..20) {
            0..6 => (Fate::Later, "failed"),
            6 => (Fate::Never, "refused for good"),
            7..10 => (Fate::Hangs, "hung"),
            10..12 => (Fate::Panics, "panicked"),
            _ => (Fate::Lies, "lied"),
        };
        *play.tally.entry(word).or_default() += 1;
        fate
    }

    /// Takes its time before and after, and lets the fate decide.
    async fn call<T>(
        &self,
        who: &'static str,
        reference: &str,
        answer: impl Future<Output = Result<T, ConnectorError>> + Send,
        lie: impl FnOnce(T, &mut Rng) -> T + Send,
    ) -> Result<T, ConnectorError> {
        let (slow, slower) = {
            let mut play = self.play();
            *play.asked.entry((who, reference.to_owned())).or_default() += 1;
            *play.tally.entry("outside asked").or_default() += 1;
            let healed = play.healed;
            (!healed && play.dice.u8(0..2) == 0, !healed && play.dice.u8(0..4) == 0)
        };
        if slow {
            self.desk.pass(self.node, self.life, who).await;
        }
        let fate = self.fate(reference);
        let answer = match fate {
            Fate::Answers => answer.await,
            Fate::Lies => answer.await.map(|truth| lie(truth, &mut self.play().dice)),
            Fate::Later => Err(ConnectorError::Later("line busy".to_owned())),
            Fate::Never => Err(ConnectorError::Never("wrong account".to_owned())),
            Fate::Hangs => pending().await,
            Fate::Panics => panic!("{PANIC}"),
        };
        if slower {
            self.desk.pass(self.node, self.life, who).await;
        }
        answer
    }
}

#[async_trait]
impl AddressCheck for Seen {
    async fn validate(&self, given: &Address) -> Result<Avps, ConnectorError> {
        let lie = |_, dice: &mut Rng| match dice.u8(0..3) {
            0 => Avps::NoMatch { why: "no such street".to_owned() },
            1 => Avps::Ambiguous {
                alternates: vec![given.clone(), given.clone()],
                why: "twins".to_owned(),
            },
            _ => Avps::CloseMatch { address: given.clone(), corrections: Vec::new() },
        };
        self.call("address", &given.one_line(), self.address.validate(given), lie).await
    }
}

#[async_trait]
impl ServiceCheck for Seen {
    async fn look_up(
        &self,
        address: &Address,
        now: Moment,
    ) -> Result<Serviceability, ConnectorError> {
        // Nothing is decided by it yet: a lie would have nobody to believe it.
        let truth = self.service.look_up(address, now);
        self.call("serviceability", &address.one_line(), truth, |truth, _| truth).await
    }
}
/// How the shipped rules decide.
static POLICY: LazyLock<CreditPolicy> = LazyLock::new(|| CreditPolicy::shipped().expect("sound"));

/// An answer that the bureau's words allow, and nobody should count on.
fn dubious(truth: CreditAnswer, ask: &CreditAsk, dice: &mut Rng) -> CreditAnswer {
    let part = Money::from_minor(ask.amount.minor() / 2);
    let CreditAnswer { reference, report } = truth;
    let verdict = match dice.u8(0..7) {
        0 => Verdict::InReview,
        1 => Verdict::Declined,
        2 => Verdict::Approved { limit: part, deposit: None },
        3 => Verdict::Approved { limit: Money::ZERO, deposit: Some(ask.amount) },
        4 => {
            let report = Report { class: Some(CreditClass::High), ..report };
            return CreditAnswer { reference, report };
        }
        // Meant for somebody else.
        _ => {
            let reference = Id::new(Kind::CreditCheck, reference.made_at_ms() + 1, dice.u32(..));
            return CreditAnswer { reference, report };
        }
    };
    CreditAnswer { reference, report: Report { verdict: Some(verdict), ..report } }
}

#[async_trait]
impl CreditBureau for Seen {
    async fn assess(&self, ask: &CreditAsk) -> Result<CreditAnswer, ConnectorError> {
        let reference = ask.reference.short().to_owned();
        let words = format!("{} of {:?}", ask.amount, ask.application);
        self.play().inquiries.entry(reference.clone()).or_default().insert(words);
        let lie = |truth, dice: &mut Rng| dubious(truth, ask, dice);
        let answer = self.call("credit", &reference, BuiltinBureau.assess(ask), lie).await;
        if let Ok(said) = &answer {
            let about = said.reference.short().to_owned();
            let came_to = POLICY.assess(&ask.application, ask.amount, &said.report);
            self.play().assessed.entry(about).or_default().push(came_to);
        }
        answer
    }
}

#[async_trait]
impl SignatureDesk for Seen {
    async fn send(&self, contract: &Contract, document: &str) -> Result<String, ConnectorError> {
        let lie = |_, dice: &mut Rng| format!("ENV-{}", dice.u16(..));
        let sent = BuiltinDesk.send(contract, document);
        self.call("signature", contract.id.short(), sent, lie).await
    }
}

#[async_trait]
impl Fulfilment for Seen {
    async fn submit(&self, sub: &SubOrder) -> Result<Received, ConnectorError> {
        let lie = |_, _: &mut Rng| Received::Rejected { reason: "no fibre there".to_owned() };
        self.call("submit", sub.id.short(), self.simulator.submit(sub), lie).await
    }

    async fn progress(&self, sub: &SubOrder, now: Moment) -> Result<Progress, ConnectorError> {
        let lie = |truth: Progress, dice: &mut Rng| {
            let any = |dice: &mut Rng| dice.choice(&sub.milestones).map(|m| m.code.clone());
            match dice.u8(0..5) {
                // One that was reached already, or one that is not next.
                0 => Progress { reached: any(dice), ..truth },
                1 => Progress { reached: Some("NO_SUCH_STEP".to_owned()), ..truth },
                2 => Progress { reached: None, foc: Some(now.date()), ..truth },
                3 => Progress { ask_again_ms: -5_000, ..truth },
                _ => Progress { failed: Some("the trench flooded".to_owned()), ..truth },
            }
        };
        self.call("progress", sub.id.short(), self.simulator.progress(sub, now), lie).await
    }
}

#[async_trait]
impl Post for Seen {
    async fn post(&self, delivery: &Delivery<'_>) -> Outcome {
        let (healed, slow) = {
            let mut play = self.play();
            (play.healed, play.dice.u8(0..2) == 0)
        };
        if slow && !healed {
            self.desk.pass(self.node, self.life, "webhook").await;
        }
        let mut play = self.play();
        let badness = if healed { 0 } else { play.badness };
        play.receivers.receive(delivery, badness)
    }
}
