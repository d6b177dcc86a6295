//! Actions on contracts.

use crate::load::Sites;
use crate::{Action, App, Caller, Decided, Problem, Seller};
use domain::change::Context;
use domain::contract::{self, Contract, NewContract, Signed, Signer};
use domain::id::Id;
use domain::refusal::Refusal;

/// Generates the contract of a quote version.
#[derive(Debug)]
pub struct ContractGenerate {
    pub quote: Id,
    pub new: NewContract,
}

impl Action for ContractGenerate {
    type View = Contract;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Contract> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await?;
        let name = &seller.partner.name;
        Ok(contract::contract_generate(ctx, rules, &file, name, self.new.clone())?)
    }
}

/// Signs a contract, and with it accepts the quote.
#[derive(Debug)]
pub struct ContractSign {
    pub contract: Id,
    pub by: Signer,
    /// The hash of the document that the signer saw, in hexadecimal.
    pub document_sha256: String,
}

impl Action for ContractSign {
    type View = Signed;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Signed> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let quote = app.contract(seller, self.contract).await?.quote;
        let file = app.quote_file(ctx.now, seller.tenant, quote, Sites::None).await?;
        let others = app.siblings(seller.tenant, &file.quote).await?;
        let contract = file.contracts.iter().find(|c| c.id == self.contract);
        let contract = contract.ok_or_else(|| Refusal::not_found("contract"))?;
        let (by, hash) = (self.by.clone(), &self.document_sha256);
        Ok(contract::contract_sign(ctx, rules, &file, &others, contract, by, hash)?)
    }
}

/// How a contract ends without a signature.
#[derive(Debug, Clone)]
pub enum ContractEnd {
    Decline { reason: String },
    Void { reason: String },
}

#[derive(Debug)]
pub struct ContractClose {
    pub contract: Id,
    pub end: ContractEnd,
}

impl Action for ContractClose {
    type View = Contract;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Contract> {
        let contract = app.contract(caller.seller()?, self.contract).await?;
        Ok(match self.end.clone() {
            ContractEnd::Decline { reason } => contract::contract_decline(ctx, &contract, reason)?,
            ContractEnd::Void { reason } => contract::contract_void(ctx, &contract, reason)?,
        })
    }
}

impl App {
    pub(crate) async fn contract(&self, seller: Seller<'_>, id: Id) -> Result<Contract, Problem> {
        let found = self.store.ask(store::contract::by_id(seller.tenant, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("contract"))?)
    }
}
