//! Actions on contracts.

use crate::load::Sites;
use crate::{Action, App, Caller, Decided, Problem, Seller};
use domain::change::Context;
use domain::contract::{self, Contract, NewContract, Signed, Signer, TerminationFile};
use domain::id::Id;
use domain::law::MOST_NAMED;
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

/// Generates the contract of a quote version, or answers the one that is out or signed for the
/// same signer and customer.
#[derive(Debug)]
pub struct ContractOnce {
    pub quote: Id,
    pub new: NewContract,
}

impl Action for ContractOnce {
    type View = Contract;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Contract> {
        let seller = caller.seller()?;
        let rules = app.rules(seller)?;
        let file = app.quote_file(ctx.now, seller.tenant, self.quote, Sites::All).await?;
        let name = &seller.partner.name;
        Ok(contract::contract_once(ctx, rules, &file, name, self.new.clone())?)
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

/// What operations do to a signed contract.
#[derive(Debug, Clone)]
pub enum ContractTermination {
    Propose {
        reason: String,
    },
    /// By a second person. `seen`: the contract's version with the proposal that is meant.
    Confirm {
        seen: u64,
    },
}

/// Ends a signed contract, or proposes to.
#[derive(Debug)]
pub struct ContractTerminate {
    pub contract: Id,
    pub what: ContractTermination,
}

impl Action for ContractTerminate {
    type View = Contract;

    async fn decide(&self, app: &App, caller: &Caller, ctx: &mut Context) -> Decided<Contract> {
        let file = app.termination_file(caller, self.contract).await?;
        Ok(match self.what.clone() {
            ContractTermination::Propose { reason } => {
                contract::termination_propose(ctx, file, reason)?
            }
            ContractTermination::Confirm { seen } => {
                contract::termination_confirm(ctx, file, seen)?
            }
        })
    }
}

impl App {
    /// Any partner's contract, for operations.
    pub async fn contract_of_any(&self, caller: &Caller, id: Id) -> Result<Contract, Problem> {
        let environment = caller.operations()?;
        let found = self.store.ask(store::contract::anywhere(environment, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("contract"))?)
    }

    async fn termination_file(&self, caller: &Caller, id: Id) -> Result<TerminationFile, Problem> {
        let (tenant, quote) = {
            let contract = self.contract_of_any(caller, id).await?;
            (contract.tenant, contract.quote)
        };
        let asks = (
            store::contract::by_id(tenant, id),
            store::quote::by_id(tenant, quote),
            store::order::of_quote(tenant, quote),
            store::order::with_fulfilment(tenant, quote, MOST_NAMED),
            store::promotion::of_contract(tenant, id),
        );
        let (contract, quote, order, with_fulfilment, used) = self.store.ask(asks).await?;
        let (Some(contract), Some(quote)) = (contract, quote) else {
            return Err(Refusal::not_found("contract").into());
        };
        Ok(TerminationFile { contract, quote, order, with_fulfilment, used })
    }

    pub(crate) async fn contract(&self, seller: Seller<'_>, id: Id) -> Result<Contract, Problem> {
        let found = self.store.ask(store::contract::by_id(seller.tenant, id)).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("contract"))?)
    }
}
