//! Bringing a reply back: the object is loaded anew, because it may have moved while the outside
//! thought; one that no longer waits is left alone.

use super::{Reply, only};
use crate::load::Sites;
use crate::{App, Problem};
use domain::address::Address;
use domain::change::{Change, Context, Settle};
use domain::contract::{self, ContractState};
use domain::credit::{self, CreditState};
use domain::fulfilment;
use domain::id::Id;
use domain::job::{Job, Work};
use domain::order::SubOrderPhase;
use domain::party::Environment;
use domain::quote::{self, PORTION, Validated};
use std::collections::HashMap;

impl App {
    pub(super) async fn decide_reply(
        &self,
        job: &Job,
        reply: &Reply,
        settle: &Settle,
        ctx: &mut Context,
    ) -> Result<Change, Problem> {
        match job.work {
            Work::ValidateAddresses { quote } => {
                self.bring_addresses(job, quote, reply, settle, ctx).await
            }
            Work::AssessCredit { check } => self.bring_credit(job, check, reply, settle, ctx).await,
            Work::SendContract { contract } => {
                self.bring_signature(job, contract, reply, settle, ctx).await
            }
            Work::AwaitSignature { contract } => {
                self.bring_signer(job, contract, settle, ctx).await
            }
            Work::AdvanceClock { .. } => Ok(only(settle)),
            Work::SubmitOrder { sub_order } | Work::FollowOrder { sub_order } => {
                self.bring_fulfilment(job, sub_order, reply, settle, ctx).await
            }
        }
    }

    async fn bring_addresses(
        &self,
        job: &Job,
        quote: Id,
        reply: &Reply,
        settle: &Settle,
        ctx: &mut Context,
    ) -> Result<Change, Problem> {
        // Those that were asked about stand first among those that still wait. What was asked for
        // meanwhile has a job of its own, which asks again where it took a place here.
        let most = if matches!(reply, Reply::Addresses(_)) { PORTION } else { u32::MAX };
        let file = self.quote_file(ctx.now, job.tenant, quote, Sites::Requested(most)).await?;
        let answers = match reply {
            Reply::Addresses(answers) => answers,
            Reply::Unanswered(why) => {
                return Ok(quote::addresses_unanswered(ctx, &file, why, settle.clone()).change);
            }
            _ => return Ok(only(settle)),
        };
        // An answer counts only for the address that was asked about.
        let asked: HashMap<Id, &Address> = file.sites.iter().map(|s| (s.id, &s.given)).collect();
        let same = |(given, found): &&(Address, Validated)| {
            asked.get(&found.site).is_some_and(|address| *address == given)
        };
        let answers = answers.iter().filter(same).map(|(_, found)| found.clone()).collect();
        let mut change = quote::addresses_record(ctx, &file, answers, settle.clone()).change;
        if change.puts.is_empty() {
            // The quote takes no answer any more: there is no rest to ask for either.
            change.settle = Some(Settle::Done { job: job.id, epoch: job.epoch });
        }
        Ok(change)
    }

    async fn bring_credit(
        &self,
        job: &Job,
        id: Id,
        reply: &Reply,
        settle: &Settle,
        ctx: &mut Context,
    ) -> Result<Change, Problem> {
        let check = self.store.ask(store::credit::by_id(job.tenant, id)).await?;
        let Some(check) = check.filter(|c| c.state == CreditState::Requested) else {
            return Ok(only(settle));
        };
        let (settle, policy) = (settle.clone(), self.programmes.credit());
        let decision = match reply {
            Reply::Credit(report) => {
                credit::credit_record(ctx, policy, check, report, Some(settle))?
            }
            Reply::Unanswered(why) => credit::credit_fail(ctx, policy, check, why.clone(), settle)?,
            _ => return Ok(only(&settle)),
        };
        Ok(decision.change)
    }

    async fn bring_signature(
        &self,
        job: &Job,
        id: Id,
        reply: &Reply,
        settle: &Settle,
        ctx: &mut Context,
    ) -> Result<Change, Problem> {
        let found = self.store.ask(store::contract::by_id(job.tenant, id)).await?;
        let contract = found.filter(|c| c.state == ContractState::Generated);
        let (Some(contract), Reply::ContractSent(reference)) = (contract, reply) else {
            return Ok(only(settle));
        };
        let days = self.signature_days(job).await?;
        let (reference, settle) = (reference.clone(), settle.clone());
        let sent = contract::contract_sent(ctx, &contract, reference, days, settle)?;
        let mut change = sent.change;
        if job.tenant.environment == Environment::Test {
            contract::signer_awaited(ctx, &sent.view, &mut change);
        }
        Ok(change)
    }

    async fn signature_days(&self, job: &Job) -> Result<u32, Problem> {
        let Some(partner) = job.tenant.partner else { return Ok(0) };
        let found = self.store.ask(store::partner::by_id(job.tenant.environment, partner)).await?;
        let programme = found.and_then(|p| self.programmes.get(&p.programme));
        Ok(programme.map_or(0, |p| p.signature_days))
    }

    async fn bring_fulfilment(
        &self,
        job: &Job,
        id: Id,
        reply: &Reply,
        settle: &Settle,
        ctx: &mut Context,
    ) -> Result<Change, Problem> {
        let Some(sub) = self.store.ask(store::order::sub_order(job.tenant, id)).await? else {
            return Ok(only(settle));
        };
        let settle = settle.clone();
        let decision = match reply {
            Reply::Received(received) if sub.state == SubOrderPhase::Submitted => {
                fulfilment::order_receive(ctx, sub, received.clone(), settle)?
            }
            Reply::Progress(progress) if !sub.state.is_final() => {
                fulfilment::order_progress(ctx, sub, progress.clone(), settle)?
            }
            _ => return Ok(only(&settle)),
        };
        Ok(decision.change)
    }
}
