//! Asking the outside: loads what the connector needs, and asks outside of any transaction.

use super::{Asked, Reply};
use crate::{App, Problem};
use connect::ConnectorError;
use connect::credit::CreditAsk;
use domain::contract::ContractState;
use domain::credit::CreditState;
use domain::id::Id;
use domain::job::{Job, Work};
use domain::order::SubOrderPhase;
use domain::quote::Validation;

fn replied<T>(answer: Result<T, ConnectorError>, reply: impl FnOnce(T) -> Reply) -> Asked {
    match answer {
        Ok(answer) => Asked::Replied(reply(answer)),
        Err(error) => Asked::Failed(error),
    }
}

impl App {
    pub(super) async fn ask_outside(&self, job: &Job) -> Result<Asked, Problem> {
        match job.work {
            Work::ValidateAddresses { quote } => self.ask_addresses(job, quote).await,
            Work::AssessCredit { check } => self.ask_credit(job, check).await,
            Work::SendContract { contract } => self.ask_signature(job, contract).await,
            Work::SubmitOrder { sub_order } => self.ask_submit(job, sub_order).await,
            Work::FollowOrder { sub_order } => self.ask_progress(job, sub_order).await,
        }
    }

    async fn ask_addresses(&self, job: &Job, quote: Id) -> Result<Asked, Problem> {
        let sites = self.store.ask(store::site::of_quote(job.tenant, quote)).await?;
        let mut answers = Vec::new();
        for site in sites.iter().filter(|s| matches!(s.validation, Validation::Requested)) {
            match self.outside.address.validate(&site.given).await {
                Ok(avps) => answers.push((site.id, site.given.clone(), avps)),
                Err(error) => return Ok(Asked::Failed(error)),
            }
        }
        if answers.is_empty() {
            Ok(Asked::Moot)
        } else {
            Ok(Asked::Replied(Reply::Addresses(answers)))
        }
    }

    async fn ask_credit(&self, job: &Job, id: Id) -> Result<Asked, Problem> {
        let check = self.store.ask(store::credit::by_id(job.tenant, id)).await?;
        let Some(check) = check.filter(|c| c.state == CreditState::Requested) else {
            return Ok(Asked::Moot);
        };
        let application = check.application;
        let ask = CreditAsk { reference: check.id, amount: check.amount, application };
        Ok(replied(self.outside.credit.assess(&ask).await, Reply::Credit))
    }

    async fn ask_signature(&self, job: &Job, id: Id) -> Result<Asked, Problem> {
        let asks =
            (store::contract::by_id(job.tenant, id), store::contract::document(job.tenant, id));
        let (contract, document) = self.store.ask(asks).await?;
        let contract = contract.filter(|c| c.state == ContractState::Generated);
        let (Some(contract), Some(document)) = (contract, document) else {
            return Ok(Asked::Moot);
        };
        let sent = self.outside.signature.send(&contract, &document).await;
        Ok(replied(sent, Reply::ContractSent))
    }

    async fn ask_submit(&self, job: &Job, id: Id) -> Result<Asked, Problem> {
        let sub = self.store.ask(store::order::sub_order(job.tenant, id)).await?;
        let Some(sub) = sub.filter(|s| s.state == SubOrderPhase::Submitted) else {
            return Ok(Asked::Moot);
        };
        Ok(replied(self.outside.fulfilment.submit(&sub).await, Reply::Received))
    }

    async fn ask_progress(&self, job: &Job, id: Id) -> Result<Asked, Problem> {
        let sub = self.store.ask(store::order::sub_order(job.tenant, id)).await?;
        let Some(sub) = sub.filter(|s| !s.state.is_final()) else { return Ok(Asked::Moot) };
        let now = self.clock.now();
        Ok(replied(self.outside.fulfilment.progress(&sub, now).await, Reply::Progress))
    }
}
