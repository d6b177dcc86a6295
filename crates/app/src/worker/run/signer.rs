//! A scripted signer of the test environment, who signs or declines as a person would.

use super::only;
use crate::load::Sites;
use crate::{App, Problem, Seller};
use domain::change::{Change, Context, Settle};
use domain::contract::{contract_decline, contract_sign};
use domain::id::Id;
use domain::job::Job;
use domain::refusal::Refusal;
use domain::sandbox::{self, SignerScript};

impl App {
    pub(super) async fn bring_signer(
        &self,
        job: &Job,
        id: Id,
        settle: &Settle,
        ctx: &mut Context,
    ) -> Result<Change, Problem> {
        let found = self.store.ask(store::contract::by_id(job.tenant, id)).await?;
        let Some(contract) = found.filter(|contract| contract.can_sign(ctx.now)) else {
            return Ok(only(settle));
        };
        let script = sandbox::signer(&contract.signer.email);
        let decided = if script == Some(SignerScript::Declines) {
            contract_decline(ctx, &contract, "the signer declines".to_owned()).map(|d| d.change)
        } else {
            let partner = job.tenant.partner.ok_or_else(|| Refusal::not_found("partner"))?;
            let ask = store::partner::by_id(job.tenant.environment, partner);
            let partner = self.store.ask(ask).await?;
            let partner = partner.ok_or_else(|| Refusal::not_found("partner"))?;
            let seller = Seller { partner: &partner, tenant: job.tenant };
            let rules = self.rules(seller)?;
            let file = self.quote_file(ctx.now, job.tenant, contract.quote, Sites::None).await?;
            let others = self.siblings(job.tenant, &file.quote).await?;
            let (by, hash) = (contract.signer.clone(), contract.document_sha256.clone());
            contract_sign(ctx, rules, &file, &others, &contract, by, &hash).map(|d| d.change)
        };
        // What the rules refuse a person, they refuse a script; the contract stays as it is.
        let change = decided.unwrap_or_default();
        Ok(Change { settle: Some(settle.clone()), ..change })
    }
}
