//! Asking the outside: loads what the connector needs, and asks outside of any transaction.

use super::{Asked, Reply};
use crate::address::is_scripted;
use crate::worker::call::{Limits, NoAnswer, clean};
use crate::{App, Problem};
use connect::credit::{CreditAsk, CreditBureau as _};
use connect::fulfilment::Fulfilment as _;
use connect::sandbox::Scripted;
use connect::signature::SignatureDesk as _;
use domain::address::{Address, Avps};
use domain::contract::ContractState;
use domain::credit::{CreditState, Report};
use domain::id::Id;
use domain::job::{Job, Work};
use domain::order::SubOrderPhase;
use domain::party::Environment;
use domain::quote::{PORTION, Validated};
use domain::serviceability::Serviceability;
use domain::time::Moment;
use std::sync::Arc;

/// So many of a bureau's reasons are kept.
const MOST_REASONS: usize = 20;

fn replied<T>(answer: Result<T, NoAnswer>, reply: impl FnOnce(T) -> Reply) -> Asked {
    match answer {
        Ok(answer) => Asked::Replied(reply(answer)),
        Err(none) => Asked::Unanswered(none),
    }
}

/// The words of a bureau as every database keeps them, and not too many.
fn brief(report: Report) -> Report {
    let reasons = report.reasons.iter().take(MOST_REASONS).map(|reason| clean(reason));
    Report { reasons: reasons.collect(), reference: clean(&report.reference), ..report }
}

/// Which try of a script this is; none where nothing is scripted.
fn attempt(job: &Job) -> Option<u32> {
    (job.tenant.environment == Environment::Test).then_some(job.tries)
}

/// A connector as this job's environment has it: scripted in the test environment.
fn scripted<'a, T: ?Sized>(real: &'a T, job: &Job) -> Scripted<'a, T> {
    Scripted::new(real, attempt(job))
}

impl App {
    pub(super) async fn ask_outside(&self, job: &Job, limits: &Limits) -> Result<Asked, Problem> {
        match job.work {
            Work::ValidateAddresses { quote } => self.ask_addresses(job, quote, limits).await,
            Work::AssessCredit { check } => self.ask_credit(job, check, limits).await,
            Work::SendContract { contract } => self.ask_signature(job, contract, limits).await,
            Work::SubmitOrder { sub_order } => self.ask_submit(job, sub_order, limits).await,
            Work::FollowOrder { sub_order } => self.ask_progress(job, sub_order, limits).await,
            Work::AwaitSignature { .. } => Ok(Asked::Replied(Reply::Signer)),
            // It asks nobody, and never comes here.
            Work::AdvanceClock { .. } => Ok(Asked::Moot),
        }
    }

    async fn ask_addresses(&self, job: &Job, quote: Id, limits: &Limits) -> Result<Asked, Problem> {
        // Where there may be more, they have another turn.
        let waiting = store::site::waiting(job.tenant, quote, PORTION + 1);
        let mut sites = self.store.ask(waiting).await?;
        let all = sites.len();
        sites.truncate(usize::try_from(PORTION).unwrap_or(usize::MAX));
        let (ids, given): (Vec<_>, Vec<_>) = sites.into_iter().unzip();
        let given: Arc<[Address]> = given.into();
        let (now, _) = self.reading(job.tenant).await?;
        let known = self.at_desk(&given, self.knowing(now, attempt(job))).await?;
        let mut answers = Vec::with_capacity(ids.len());
        for ((site, given), known) in ids.into_iter().zip(&*given).zip(known) {
            // What is answered by the end of the lease is brought back; the rest has another turn.
            if !answers.is_empty() && limits.are_over() {
                break;
            }
            let (avps, serviceability) = match known {
                Some(known) => known,
                None => match self.validated(given, attempt(job), Some(limits)).await {
                    Ok(avps) => {
                        let served = self.served_at(&avps, now, job, limits).await;
                        (avps, served)
                    }
                    Err(none) => return Ok(Asked::Unanswered(none)),
                },
            };
            answers.push((given.clone(), Validated { site, avps, serviceability }));
        }
        Ok(match answers.len() {
            0 => Asked::Moot,
            answered if answered == all => Asked::Replied(Reply::Addresses(answers)),
            _ => Asked::Partly(Reply::Addresses(answers)),
        })
    }

    /// What can be said of an address without asking anybody: nothing if it is to be asked for.
    fn knowing(
        &self,
        now: Moment,
        attempt: Option<u32>,
    ) -> impl Fn(&Address) -> Option<(Avps, Option<Serviceability>)> + Clone + Send + 'static {
        let (address, service) =
            (self.outside.address.clone(), self.outside.serviceability.clone());
        move |given| {
            let scripted = |address| is_scripted(address, attempt);
            let avps = address.known(given).filter(|_| !scripted(given))?;
            let Some(found) = avps.found() else { return Some((avps, None)) };
            let served = service.known(found, now).filter(|_| !scripted(found))?;
            Some((avps, Some(served)))
        }
    }

    /// How the network reaches the address that was found. A validation does not fail because
    /// nobody knows that.
    async fn served_at(
        &self,
        avps: &Avps,
        now: Moment,
        job: &Job,
        limits: &Limits,
    ) -> Option<Serviceability> {
        let address = avps.found()?;
        let found = self.served(address, now, attempt(job), Some(limits)).await;
        found.inspect_err(|why| tracing::info!(%why, "serviceability is not known")).ok()
    }

    async fn ask_credit(&self, job: &Job, id: Id, limits: &Limits) -> Result<Asked, Problem> {
        let check = self.store.ask(store::credit::by_id(job.tenant, id)).await?;
        let Some(check) = check.filter(|c| c.state == CreditState::Requested) else {
            return Ok(Asked::Moot);
        };
        // One that cannot be opened any more is not asked with: the bureau decides without.
        let tax_id = match &check.application.tax_id {
            Some(_) => match self.tax_id(&check).await {
                Ok(tax_id) => Some(tax_id),
                Err(Problem::Refused(refusal)) => {
                    tracing::warn!(check = %check.id, why = refusal.detail, "asked without tax id");
                    None
                }
                Err(fault) => return Err(fault),
            },
            None => None,
        };
        let (reference, amount, application) = (check.id, check.amount, check.application);
        let ask = CreditAsk { reference, amount, application, tax_id };
        let bureau = scripted(&*self.outside.credit, job);
        let asking = async { bureau.assess(&ask).await?.to(&ask) };
        let answer = self.call_within(job.work.connector(), Some(limits), asking).await;
        Ok(replied(answer, |report| Reply::Credit(brief(report))))
    }

    async fn ask_signature(&self, job: &Job, id: Id, limits: &Limits) -> Result<Asked, Problem> {
        let asks =
            (store::contract::by_id(job.tenant, id), store::contract::document(job.tenant, id));
        let (contract, document) = self.store.ask(asks).await?;
        let contract = contract.filter(|c| c.state == ContractState::Generated);
        let (Some(contract), Some(document)) = (contract, document) else {
            return Ok(Asked::Moot);
        };
        let desk = scripted(&*self.outside.signature, job);
        let asking = desk.send(&contract, &document);
        let answer = self.call_within(job.work.connector(), Some(limits), asking).await;
        Ok(replied(answer, Reply::ContractSent))
    }

    async fn ask_submit(&self, job: &Job, id: Id, limits: &Limits) -> Result<Asked, Problem> {
        let sub = self.store.ask(store::order::sub_order(job.tenant, id)).await?;
        let Some(sub) = sub.filter(|s| s.state == SubOrderPhase::Submitted) else {
            return Ok(Asked::Moot);
        };
        let fulfilment = scripted(&*self.outside.fulfilment, job);
        let asking = fulfilment.submit(&sub);
        let answer = self.call_within(job.work.connector(), Some(limits), asking).await;
        Ok(replied(answer, Reply::Received))
    }

    async fn ask_progress(&self, job: &Job, id: Id, limits: &Limits) -> Result<Asked, Problem> {
        let sub = self.store.ask(store::order::sub_order(job.tenant, id)).await?;
        let Some(sub) = sub.filter(|s| !s.state.is_final()) else { return Ok(Asked::Moot) };
        let (now, _) = self.reading(job.tenant).await?;
        let fulfilment = scripted(&*self.outside.fulfilment, job);
        let asking = fulfilment.progress(&sub, now);
        let answer = self.call_within(job.work.connector(), Some(limits), asking).await;
        Ok(replied(answer, Reply::Progress))
    }
}
